//! The port for what recoverable sessions view.

use std::fmt;

use salala_core::Timestamp;
use salala_core::ids::{ConversationId, UserId};

use crate::Pending;

/// Which recoverable session, as its `pid` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RecoveryId(pub [u8; 16]);

impl fmt::Display for RecoveryId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

/// The conversations that recoverable sessions view, so that they view them again when they come
/// back.
pub trait Views {
    /// Remembers that a session views a conversation. Of more than `most`, older ones are
    /// forgotten.
    ///
    /// # Errors
    /// `Forbidden` for a stranger, `NotFound` without such a conversation.
    fn enter_view(
        &self,
        recovery_id: RecoveryId,
        user_id: UserId,
        conversation_id: ConversationId,
        most: usize,
        now: Timestamp,
    ) -> Pending<()>;

    /// Forgets that a session views a conversation.
    fn leave_view(&self, recovery_id: RecoveryId, conversation_id: ConversationId) -> Pending<()>;

    /// What a session of this user views, as far as the user is a member.
    fn views(&self, recovery_id: RecoveryId, user_id: UserId) -> Pending<Vec<ConversationId>>;

    /// Notes that these sessions live.
    fn keep_views(&self, recovery_ids: Vec<RecoveryId>, now: Timestamp) -> Pending<()>;

    /// Forgets at most `limit` views of sessions of which nothing was heard since `before`; gives how
    /// many.
    fn forget_views(&self, before: Timestamp, limit: usize) -> Pending<u64>;
}
