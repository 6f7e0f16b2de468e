//! The port for read marks.

use salala_core::Timestamp;
use salala_core::ids::{ConversationId, MessageId, UserId};
use salala_core::records::Membership;

use crate::Pending;

/// Read marks.
///
/// A mark once made stays as it is; `last_read_seq` is the highest `seq` marked and
/// never falls. What is newly marked leaves [`crate::log::Event::MessagesRead`], one for each
/// conversation; own and deleted messages are passed over. Any mark clears `marked_unread`.
pub trait Reads {
    /// Marks messages of any conversations; gives how many were newly marked.
    ///
    /// # Errors
    /// `NotFound` if one of them does not exist, `Forbidden` if one is not for this user to see: then
    /// nothing is marked.
    fn mark_messages_read(
        &self,
        user_id: UserId,
        message_ids: Vec<MessageId>,
        now: Timestamp,
    ) -> Pending<u64>;

    /// Marks all of a conversation that this member may see, up to and including `seq` (or its newest
    /// message, if that is less). The event names at most the last 1,000.
    fn read_to(
        &self,
        user_id: UserId,
        conversation_id: ConversationId,
        seq: u64,
        now: Timestamp,
    ) -> Pending<Membership>;
}
