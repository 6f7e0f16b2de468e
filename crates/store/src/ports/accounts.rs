//! The port for erasing accounts.

use salala_core::Timestamp;
use salala_core::ids::UserId;

use crate::Pending;

/// Erasing accounts.
///
/// An erased account is none any more for every other method: no token or password opens it, nobody
/// finds, befriends or invites it, and nothing is written into a conversation with it (`Forbidden`).
/// What is left is its id under a name that says nothing, which others' history and conversations of
/// two go on to show; [`salala_core::records::UserBrief`] is all that they are given.
pub trait Accounts {
    /// Erases an account at once: its sessions, names, addresses, password, friendships, requests
    /// and blocks are gone, its user name and e-mail address free. Leaves
    /// [`crate::log::Event::UserErased`] first, then what tells others: of requests that waited, and
    /// of the groups that it has left. A repeat changes nothing.
    ///
    /// What may be much (its messages, reactions and read marks, and very many conversations) is left
    /// to [`Self::carry_on_erasure`].
    ///
    /// # Errors
    /// `NotFound` without such a user.
    fn erase_user(&self, user_id: UserId, now: Timestamp) -> Pending<()>;

    /// Shuts an account, ending its sessions, and lets the next [`Self::carry_on_erasure`] erase it:
    /// for a process whose commit feed nobody reads.
    ///
    /// # Errors
    /// `NotFound` without such a user.
    fn request_erasure(&self, user_id: UserId, now: Timestamp) -> Pending<()>;

    /// Empties some more of what erased accounts have written, `limit` messages or so, each as
    /// deletion does and told as by deletion. False once nothing is left. Goes on where it had come
    /// to, whatever ended the process in between.
    fn carry_on_erasure(&self, limit: usize, now: Timestamp) -> Pending<bool>;
}

/// What is shown in place of an erased account's name.
pub(crate) const ERASED_DISPLAY_NAME: &str = "Deleted account";

/// The user name that an erased account is shown by: of its id, as much as fits.
pub(crate) fn erased_username(user_id: UserId) -> String {
    let id = user_id.to_string();
    format!("deleted-{}", id.rsplit('-').next().unwrap_or_default())
}

/// What stands in place of an erased account's user name and e-mail address where these are unique: no
/// user name and no address holds a colon alone, so nobody can have taken it before.
pub(crate) fn erased_key(user_id: UserId) -> String {
    format!("deleted:{user_id}")
}
