//! The rooms that say which sockets are meant.

use salala_core::{ConversationId, SessionId, UserId};

/// Every device of a user.
pub(super) fn user(id: UserId) -> String {
    format!("user:{id}")
}

/// The sockets of one sign-in.
pub(super) fn session(id: SessionId) -> String {
    format!("session:{id}")
}

/// Every device of every member of a conversation. Only the hub lets sockets in and out, so being in
/// it is being a member, as far as the hub has heard.
pub(super) fn members(id: ConversationId) -> String {
    format!("members:{id}")
}

/// The sockets that view a conversation, all of them members.
pub(super) fn viewers(id: ConversationId) -> String {
    format!("viewers:{id}")
}
