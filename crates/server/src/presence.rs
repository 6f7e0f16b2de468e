//! Who is connected, over all their devices.
//!
//! A user comes online with the first device at once, and goes offline when the last one has been
//! gone for [`GRACE`], so that a reload is silent. Kept in this process: no restart leaves anybody
//! online who is not.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use parking_lot::Mutex;
use salala_core::UserId;
use salala_core::wire::shapes::Status;
use salala_core::wire::view::StatusSource;
use tokio::time::Instant;

/// How long a user stays online without a device.
pub const GRACE: Duration = Duration::from_secs(2);

/// Who is connected.
#[derive(Debug, Default)]
pub struct Presence {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    users: HashMap<UserId, Devices>,
    /// Users whose last device went, in the order in which that happened; an entry counts only while
    /// `Devices::gone_at` still says the same.
    leaving: VecDeque<(Instant, UserId)>,
}

#[derive(Clone, Copy, Debug)]
struct Devices {
    sockets: u32,
    gone_at: Option<Instant>,
}

impl Presence {
    /// Counts a socket in, unless the user has as many as `most` already. True if the user was offline,
    /// which others are told at once.
    pub fn set_online(&self, user_id: UserId, most: u32) -> Option<bool> {
        let mut state = self.state.lock();
        if state.users.get(&user_id).is_some_and(|devices| devices.sockets >= most) {
            return None;
        }
        let mut is_first = false;
        let devices = state.users.entry(user_id).or_insert_with(|| {
            is_first = true;
            Devices { sockets: 0, gone_at: None }
        });
        devices.sockets += 1;
        devices.gone_at = None;
        Some(is_first)
    }

    /// Counts a socket out. True if it was the last one: unless another comes within [`GRACE`],
    /// [`Self::take_gone`] gives the user then.
    pub fn set_offline(&self, user_id: UserId, now: Instant) -> bool {
        let mut state = self.state.lock();
        let Some(devices) = state.users.get_mut(&user_id) else { return false };
        devices.sockets = devices.sockets.saturating_sub(1);
        if devices.sockets > 0 {
            return false;
        }
        devices.gone_at = Some(now);
        state.leaving.push_back((now, user_id));
        true
    }

    /// Takes out the users whose grace is over at `now`: they are offline from here on.
    pub fn take_gone(&self, now: Instant) -> Vec<UserId> {
        let mut state = self.state.lock();
        let mut gone = Vec::new();
        while let Some(&(gone_at, user_id)) = state.leaving.front() {
            if now.saturating_duration_since(gone_at) < GRACE {
                break;
            }
            state.leaving.pop_front();
            if state.users.get(&user_id).is_some_and(|devices| devices.gone_at == Some(gone_at)) {
                state.users.remove(&user_id);
                gone.push(user_id);
            }
        }
        gone
    }

    /// Takes out a user at once, whatever devices they have. True if they were online.
    pub fn remove(&self, user_id: UserId) -> bool {
        self.state.lock().users.remove(&user_id).is_some()
    }

    /// Takes out everybody, when the server ends.
    pub fn take_all(&self) -> Vec<UserId> {
        let mut state = self.state.lock();
        state.leaving.clear();
        state.users.drain().map(|(user_id, _)| user_id).collect()
    }

    /// Is this user online?
    pub fn is_online(&self, user_id: UserId) -> bool {
        self.state.lock().users.contains_key(&user_id)
    }
}

impl StatusSource for Presence {
    fn status(&self, user_id: UserId) -> Status {
        if self.is_online(user_id) { Status::Online } else { Status::Offline }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: UserId = UserId::from_bytes([1; 16]);

    #[test]
    fn only_the_first_device_and_the_last_one_are_edges() {
        let presence = Presence::default();
        let now = Instant::now();
        assert_eq!(presence.set_online(USER, 9), Some(true));
        assert_eq!(presence.set_online(USER, 9), Some(false));
        assert!(!presence.set_offline(USER, now));
        assert!(presence.set_offline(USER, now));
        assert!(presence.is_online(USER));
        assert!(presence.take_gone(now).is_empty());
        assert_eq!(presence.take_gone(now + GRACE), [USER]);
        assert!(!presence.is_online(USER));
        assert_eq!(presence.set_online(USER, 9), Some(true));
    }

    #[test]
    fn one_socket_more_than_allowed_is_not_counted() {
        let presence = Presence::default();
        assert_eq!(presence.set_online(USER, 1), Some(true));
        assert_eq!(presence.set_online(USER, 1), None);
        presence.set_offline(USER, Instant::now());
        assert_eq!(presence.set_online(USER, 1), Some(false));
    }

    #[test]
    fn who_comes_back_within_the_grace_was_never_gone() {
        let presence = Presence::default();
        let now = Instant::now();
        presence.set_online(USER, 9);
        presence.set_offline(USER, now);
        assert_eq!(presence.set_online(USER, 9), Some(false));
        assert!(presence.take_gone(now + GRACE).is_empty());
        // A second reload starts a grace of its own.
        presence.set_offline(USER, now + GRACE);
        assert!(presence.take_gone(now + GRACE).is_empty());
        assert_eq!(presence.take_gone(now + GRACE * 2), [USER]);
    }
}
