//! The port for finding messages by their words.

use salala_core::Timestamp;
use salala_core::ids::{ConversationId, MessageId, UserId};
use salala_core::records::Message;
use salala_core::search::SearchQuery;

use crate::Pending;

/// A place among hits, which are sorted by when they were sent, and by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SearchCursor {
    /// `created_at` of the last hit given.
    pub created_at: Timestamp,
    /// That message.
    pub id: MessageId,
}

/// Finding messages by their words.
pub trait MessageSearch {
    /// The newest messages before `before` that hold all words of `query`, of what this user may see in the
    /// conversations that they are a member of, or in the one that is named; newest first. A message
    /// is found as soon as it is stored, by its present text, and no more once it is deleted.
    ///
    /// # Errors
    /// For a conversation that is named: `NotFound` if there is none, `Forbidden` for a stranger.
    fn search_messages(
        &self,
        user_id: UserId,
        query: SearchQuery,
        conversation_id: Option<ConversationId>,
        before: Option<SearchCursor>,
        limit: usize,
    ) -> Pending<Vec<Message>>;
}
