//! Finding messages by their words.

use salala_core::UserId;
use salala_core::search::SearchQuery;
use salala_core::wire::shapes::{MessageHit, Page};
use salala_core::wire::{Error, view};
use salala_store::ports::message_search::SearchCursor;

use super::Chat;
use super::cursor::{read_search_cursor, write_search_cursor};
use super::messages::conversation_id_of;
use crate::refusal::refusal;

impl Chat {
    /// A page of the messages that hold all words of a text, newest first: of all of the user's
    /// conversations, or of one.
    pub async fn search_messages(
        &self,
        user_id: UserId,
        text: &str,
        conversation_id: Option<String>,
        cursor: Option<String>,
        limit: usize,
    ) -> Result<Page<MessageHit>, Error> {
        let query =
            SearchQuery::parse(text).map_err(|message| Error::invalid_field("q", &message))?;
        let conversation_id = conversation_id.as_deref().map(conversation_id_of).transpose()?;
        let before = cursor.as_deref().map(read_search_cursor).transpose()?;
        // One more than asked for tells whether there is a next page.
        let found =
            self.store.search_messages(user_id, query.clone(), conversation_id, before, limit + 1);
        let mut messages = found.await.map_err(refusal)?;
        let has_more = messages.len() > limit;
        messages.truncate(limit);
        let next = messages
            .last()
            .filter(|_| has_more)
            .map(|last| SearchCursor { created_at: last.created_at, id: last.id });
        Ok(Page {
            data: messages
                .into_iter()
                .map(|message| view::message_hit(message, &query, &*self.links))
                .collect(),
            next_cursor: next.map(write_search_cursor),
        })
    }
}
