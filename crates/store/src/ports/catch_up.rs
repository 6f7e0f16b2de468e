//! The port for clients that keep messages of their own and ask for what they lack.

use salala_core::ids::{ConversationId, UserId};
use salala_core::records::{Message, OwnConversation};

use crate::Pending;

/// What a client lacks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaughtUp {
    /// Of the conversations that it named and its user is a member of, in the order in which they were
    /// named.
    pub conversations: Vec<CaughtUpConversation>,
    /// Named, but its user is no member of them.
    pub removed: Vec<ConversationId>,
    /// Those of its user that it did not name, newest activity first, up to a limit.
    pub added: Vec<OwnConversation>,
}

/// What a client lacks of one conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaughtUpConversation {
    /// Which.
    pub id: ConversationId,
    /// The oldest messages that it lacks, in `seq` order, without `reads`.
    pub messages: Vec<Message>,
    /// The newest message's `seq`, 0 without one.
    pub last_seq: u64,
    /// It lacks no others.
    pub is_complete: bool,
}

/// For clients that keep messages of their own.
pub trait CatchUp {
    /// The messages that this user may see after the `seq` given for each conversation, at most
    /// `messages_limit` of them over all; and at most `added_limit` conversations that are not named.
    fn catch_up(
        &self,
        user_id: UserId,
        known: Vec<(ConversationId, u64)>,
        messages_limit: usize,
        added_limit: usize,
    ) -> Pending<CaughtUp>;
}
