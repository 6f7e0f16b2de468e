//! The port for friends and friend requests.

use salala_core::Timestamp;
use salala_core::ids::{ConversationId, FriendRequestId, UserId};
use salala_core::records::{FriendRequest, OwnConversation, UserBrief};

use crate::Pending;

/// Friends and friend requests.
///
/// Each change of a request leaves an event for the sides that hear it:
/// [`crate::log::Event::FriendRequestCreated`] for the receiver,
/// [`crate::log::Event::FriendRequestUpdated`] for both.
pub trait Friends {
    /// A user's friends by user name, at most 10,000.
    fn friends(&self, user_id: UserId) -> Pending<Vec<UserBrief>>;

    /// Ends a friendship on both sides; `NotFound` if there is none.
    fn remove_friend(&self, user_id: UserId, friend_id: UserId) -> Pending<()>;

    /// Requests to this user that wait, newest first, at most 1,000.
    fn pending_friend_requests(&self, user_id: UserId) -> Pending<Vec<FriendRequest>>;

    /// Asks.
    ///
    /// # Errors
    /// `NotFound` without such a receiver, `Forbidden` for oneself,
    /// [`crate::Conflict::RequestPending`] in either direction, [`crate::Conflict::AlreadyFriends`].
    fn create_friend_request(
        &self,
        id: FriendRequestId,
        sender_id: UserId,
        receiver_id: UserId,
        now: Timestamp,
    ) -> Pending<FriendRequest>;

    /// Says yes: the two are friends and have their conversation, `conversation_id` if it has to be
    /// made (which leaves [`crate::log::Event::ConversationUpdated`]). A repeat gives the same
    /// conversation and leaves no event.
    ///
    /// # Errors
    /// `NotFound` unless `user_id` received it, [`crate::Conflict::RequestClosed`] if it was
    /// rejected or taken back.
    fn accept_friend_request(
        &self,
        user_id: UserId,
        id: FriendRequestId,
        conversation_id: ConversationId,
        now: Timestamp,
    ) -> Pending<OwnConversation>;

    /// Says no; errors as above.
    fn reject_friend_request(
        &self,
        user_id: UserId,
        id: FriendRequestId,
        now: Timestamp,
    ) -> Pending<FriendRequest>;

    /// Takes it back; errors as above, but for the sender.
    fn cancel_friend_request(
        &self,
        user_id: UserId,
        id: FriendRequestId,
        now: Timestamp,
    ) -> Pending<()>;
}
