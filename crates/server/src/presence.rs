//! Who is connected, over all their devices and all nodes.
//!
//! - `in_process`: this node is the only one
//! - `redis`: several nodes, which see each other's devices in Redis
//!
//! The grace that makes a reload silent is not here: a device that goes is counted until its grace is
//! over (`gateway/leaving.rs`).

mod in_process;
mod redis;

use std::collections::HashSet;

use futures_util::future::BoxFuture;
use salala_core::UserId;
use salala_core::wire::shapes::Status;
use salala_core::wire::view::StatusSource;

pub use self::in_process::InProcessPresence;
pub use self::redis::{RedisPresence, Times};

/// Who is connected. A device is the id that its client sees of its socket.
///
/// Answers never fail and never wait for long: while what nodes share is away, each answers by what it
/// has itself, and makes up for it when that is back.
pub trait Presence: Send + Sync {
    /// Counts a device in, unless its user has as many as `most` already: then `None`. True if the user
    /// had none before: of all that come at once, on any node, one is the first.
    fn set_online<'a>(
        &'a self,
        user_id: UserId,
        socket_id: &'a str,
        most: u32,
    ) -> BoxFuture<'a, Option<bool>>;

    /// Counts a device out. True if the user has none any more: of all that go at once, on any node, one
    /// is the last. Of a device that was not counted it is false.
    fn set_offline<'a>(&'a self, user_id: UserId, socket_id: &'a str) -> BoxFuture<'a, bool>;

    /// Counts all devices of a user out. True if there was one.
    fn remove(&self, user_id: UserId) -> BoxFuture<'_, bool>;

    /// Has the user a device?
    fn is_online(&self, user_id: UserId) -> BoxFuture<'_, bool>;

    /// Which of them have one; asked for in one go, however many they are.
    fn are_online<'a>(&'a self, user_ids: &'a [UserId]) -> BoxFuture<'a, HashSet<UserId>>;

    /// Some of the users who have a device, about as many as `limit`, and where to go on. Whoever is
    /// there all the while is given at least once.
    fn online_users<'a>(
        &'a self,
        from: Option<&'a str>,
        limit: usize,
    ) -> BoxFuture<'a, (Vec<UserId>, Option<String>)>;

    /// A user's devices.
    fn devices(&self, user_id: UserId) -> BoxFuture<'_, HashSet<String>>;

    /// Takes out the users of whom this node has found since it was last asked that they have no device
    /// any more, because another node is dead, or what nodes share was away.
    fn take_found_gone(&self) -> Vec<UserId>;

    /// Ends: this node has no devices any more. Gives the users who have none anywhere.
    fn close(&self) -> BoxFuture<'_, Vec<UserId>>;

    /// Keeps what nodes share up to date; to be polled as long as the server runs.
    fn keep(&self) -> BoxFuture<'_, ()>;
}

/// Who is online of those who were asked for, to be shown.
#[derive(Clone, Debug, Default)]
pub struct Statuses(HashSet<UserId>);

impl Statuses {
    /// Asks for all of these in one go.
    pub async fn of(presence: &dyn Presence, user_ids: impl IntoIterator<Item = UserId>) -> Self {
        let user_ids: HashSet<UserId> = user_ids.into_iter().collect();
        if user_ids.is_empty() {
            return Self::default();
        }
        let user_ids: Vec<_> = user_ids.into_iter().collect();
        Self(presence.are_online(&user_ids).await)
    }

    /// Was this user online?
    pub fn is_online(&self, user_id: UserId) -> bool {
        self.0.contains(&user_id)
    }
}

impl StatusSource for Statuses {
    fn status(&self, user_id: UserId) -> Status {
        if self.is_online(user_id) { Status::Online } else { Status::Offline }
    }
}
