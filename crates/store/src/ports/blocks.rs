//! The port for blocks: who wants nothing to do with whom.

use salala_core::Timestamp;
use salala_core::ids::UserId;
use salala_core::records::UserBrief;

use crate::Pending;

/// Blocks.
///
/// While a block stands between two users, whoever made it, the other ports give `Forbidden` for a
/// new conversation of the two, a message, an edit or a reaction in one that is there, a friend
/// request between them or its acceptance, bringing one another into a group, and a call. A call that
/// is under way between them ends with the block. A block deletes nothing: when the last one between the two is gone, all is as it was.
pub trait Blocks {
    /// Whom a user has blocked, by user name.
    fn blocks(&self, user_id: UserId) -> Pending<Vec<UserBrief>>;

    /// Blocks a user. If no block stood between the two, leaves
    /// [`crate::log::Event::BlockChanged`] for both, the blocker first; a repeat changes nothing.
    ///
    /// # Errors
    /// `NotFound` without such a user, `Forbidden` for oneself, [`crate::Conflict::TooManyBlocks`].
    fn block_user(&self, user_id: UserId, blocked_id: UserId, now: Timestamp) -> Pending<()>;

    /// Takes a block back. If no other stands between the two, leaves
    /// [`crate::log::Event::BlockChanged`] for both; without a block nothing happens.
    fn unblock_user(&self, user_id: UserId, blocked_id: UserId, now: Timestamp) -> Pending<()>;

    /// Those between whom and this user a block stands, whoever made it.
    fn blocked_either_way(&self, user_id: UserId) -> Pending<Vec<UserId>>;
}
