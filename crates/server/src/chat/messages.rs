//! Sending, changing and reading messages.

use std::future::Future;
use std::sync::Arc;

use salala_core::ids::{ConversationId, MessageId, UserId};
use salala_core::records::File;
use salala_core::wire::client_events::{SendMessage, check_content_length};
use salala_core::wire::requests::EditMessage;
use salala_core::wire::shapes::{HistoryPage, Message, Page};
use salala_core::wire::{Error, view};
use salala_store::ports::messages::{HistoryRange, NewMessage};
use schemars::JsonSchema;

use super::Chat;
use super::cursor::{read_history_cursor, write_history_cursor};
use crate::media::SentUrl;
use crate::refusal::{refusal, unknown};

/// Which part of a history is asked for; at most one of the four places is given.
#[derive(Clone, Debug, Default, JsonSchema)]
pub struct HistoryQuery {
    /// Right before this `seq`.
    pub before: Option<u64>,
    /// Right after this `seq`.
    pub after: Option<u64>,
    /// With this `seq` in the middle.
    pub around: Option<u64>,
    /// Where an earlier page ended.
    pub cursor: Option<String>,
    /// Rows on the page.
    pub limit: usize,
}

impl Chat {
    /// Sends a message; the answer says whether it was a repeat, which changes nothing.
    ///
    /// The message is queued when this is *called*: messages take effect in the order of their
    /// calls, though each answer is waited for on its own.
    pub fn send_message(
        &self,
        sender_id: UserId,
        command: SendMessage,
    ) -> impl Future<Output = Result<(Message, bool), Error>> + Send + 'static + use<> {
        let queued = self
            .count_send(sender_id)
            .and_then(|()| self.new_message(sender_id, command))
            .map(|message| self.store.send_message(message));
        let links = Arc::clone(&self.links);
        async move {
            let sent = queued?.await.map_err(refusal)?;
            if !sent.is_repeat {
                metrics::counter!("salala_messages_sent_total").increment(1);
            }
            Ok((view::message(sent.message, &*links), sent.is_repeat))
        }
    }

    /// Changes the text of a message of one's own.
    pub async fn edit_message(
        &self,
        user_id: UserId,
        id: &str,
        command: EditMessage,
    ) -> Result<Message, Error> {
        self.count_send(user_id)?;
        check_content_length(&command.content, self.settings.content_max_chars)?;
        let id = message_id(id)?;
        let now = self.clock.now();
        let message =
            self.store.edit_message(user_id, id, command.content, now).await.map_err(refusal)?;
        Ok(view::message(message, &*self.links))
    }

    /// Empties a message.
    pub async fn delete_message(&self, user_id: UserId, id: &str) -> Result<Message, Error> {
        let deleted = self.store.delete_message(user_id, message_id(id)?, self.clock.now());
        let message = deleted.await.map_err(refusal)?;
        self.emptied.notify_one();
        Ok(view::message(message, &*self.links))
    }

    /// One message, with who read it.
    pub async fn message(&self, user_id: UserId, id: &str) -> Result<Message, Error> {
        let message = self.store.message(user_id, message_id(id)?).await.map_err(refusal)?;
        Ok(view::history_message(message, &*self.links))
    }

    /// A page of a conversation's history, newest first.
    pub async fn history(
        &self,
        user_id: UserId,
        conversation_id: &str,
        query: HistoryQuery,
    ) -> Result<HistoryPage, Error> {
        let id = conversation_id_of(conversation_id)?;
        let range = history_range(&query)?;
        let history = self.store.history(user_id, id, range, query.limit).await.map_err(refusal)?;
        let oldest = history.messages.last().map(|message| message.seq);
        let newest = history.messages.first().map(|message| message.seq);
        // An empty page has no message to go on from, but its own bound leads back.
        let next = history.has_older.then(|| match (oldest, range) {
            (Some(seq), _) => HistoryRange::Before(seq),
            (None, HistoryRange::After(seq)) => HistoryRange::Before(seq.saturating_add(1)),
            (None, range) => range,
        });
        let previous = history.has_newer.then(|| match (newest, range) {
            (Some(seq), _) => HistoryRange::After(seq),
            (None, HistoryRange::Before(seq)) => HistoryRange::After(seq.saturating_sub(1)),
            (None, range) => range,
        });
        Ok(HistoryPage {
            data: history
                .messages
                .into_iter()
                .map(|message| view::history_message(message, &*self.links))
                .collect(),
            next_cursor: next.and_then(write_history_cursor),
            prev_cursor: previous.and_then(write_history_cursor),
        })
    }

    /// A page of messages with files, newest first.
    pub async fn media(
        &self,
        user_id: UserId,
        conversation_id: &str,
        cursor: Option<String>,
        limit: usize,
    ) -> Result<Page<Message>, Error> {
        let id = conversation_id_of(conversation_id)?;
        let before = match cursor.as_deref().map(read_history_cursor).transpose()? {
            None => None,
            Some(HistoryRange::Before(seq)) => Some(seq),
            Some(HistoryRange::Newest | HistoryRange::After(_) | HistoryRange::Around(_)) => {
                return Err(Error::invalid_field("cursor", "must be a cursor of this list"));
            }
        };
        // One more than asked for tells whether there is a next page.
        let mut messages =
            self.store.media(user_id, id, before, limit + 1).await.map_err(refusal)?;
        let has_more = messages.len() > limit;
        messages.truncate(limit);
        let next = messages.last().filter(|_| has_more).map(|last| HistoryRange::Before(last.seq));
        Ok(Page {
            data: messages
                .into_iter()
                .map(|message| view::message(message, &*self.links))
                .collect(),
            next_cursor: next.and_then(write_history_cursor),
        })
    }

    /// Where a file is, as it is kept: of an upload without the right to read it.
    fn stored_file_url(&self, url: String) -> Result<String, Error> {
        match self.links.read(&url) {
            SentUrl::Upload(id) => Ok(File::stored_url(id)),
            SentUrl::Elsewhere => Ok(url),
            SentUrl::Unknown => {
                Err(Error::invalid_field("fileUrl", "must be a file that you may read"))
            }
        }
    }

    fn new_message(&self, sender_id: UserId, command: SendMessage) -> Result<NewMessage, Error> {
        let draft = command.draft;
        draft.check_length(self.settings.content_max_chars)?;
        let reply_to_id = draft.reply_to_id.as_deref().map(|id| {
            MessageId::parse(id).ok_or_else(|| {
                Error::invalid_field("replyToId", "must be a message of the same conversation")
            })
        });
        let created_at = self.clock.now();
        Ok(NewMessage {
            id: MessageId::generate(created_at, &*self.random),
            conversation_id: conversation_id_of(&command.conversation_id)?,
            sender_id,
            content: draft.content,
            file_url: draft.file_url.map(|url| self.stored_file_url(url)).transpose()?,
            reply_to_id: reply_to_id.transpose()?,
            client_message_id: draft.client_message_id,
            created_at,
        })
    }
}

/// The conversation that a client names.
///
/// # Errors
/// `not_found` for a text that was never given out as an id.
pub fn conversation_id_of(id: &str) -> Result<ConversationId, Error> {
    ConversationId::parse(id).ok_or_else(|| unknown("the conversation"))
}

/// The message that a client names.
pub(super) fn message_id(id: &str) -> Result<MessageId, Error> {
    MessageId::parse(id).ok_or_else(|| unknown("the message"))
}

fn history_range(query: &HistoryQuery) -> Result<HistoryRange, Error> {
    match (query.before, query.after, query.around, query.cursor.as_deref()) {
        (None, None, None, None) => Ok(HistoryRange::Newest),
        (Some(seq), None, None, None) => Ok(HistoryRange::Before(seq)),
        (None, Some(seq), None, None) => Ok(HistoryRange::After(seq)),
        (None, None, Some(seq), None) => Ok(HistoryRange::Around(seq)),
        (None, None, None, Some(cursor)) => read_history_cursor(cursor),
        _ => Err(Error::invalid_field(
            "cursor",
            "is one of four places (before, after, around, cursor), of which one may be given",
        )),
    }
}
