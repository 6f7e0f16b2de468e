//! Devices that went a moment ago: they count until their grace is over, so that a reload is silent.

use std::collections::VecDeque;
use std::time::Duration;

use parking_lot::Mutex;
use salala_core::UserId;
use tokio::time::Instant;

/// How long a user stays online without a device.
pub(super) const GRACE: Duration = Duration::from_secs(2);

/// Devices in the order in which they went. There are no more of them than connections that can have
/// been closed in the grace.
#[derive(Debug, Default)]
pub(super) struct Leaving(Mutex<VecDeque<(Instant, UserId, String)>>);

impl Leaving {
    /// A device went.
    pub(super) fn push(&self, user_id: UserId, socket_id: &str, now: Instant) {
        self.0.lock().push_back((now, user_id, socket_id.to_owned()));
    }

    /// Those of a user.
    pub(super) fn of(&self, user_id: UserId) -> Vec<String> {
        let leaving = self.0.lock();
        let own = leaving.iter().filter(|(_, id, _)| *id == user_id);
        own.map(|(_, _, socket_id)| socket_id.clone()).collect()
    }

    /// Takes out those whose grace is over at `now`.
    pub(super) fn take(&self, now: Instant) -> Vec<(UserId, String)> {
        let mut leaving = self.0.lock();
        let over = leaving.partition_point(|(at, ..)| now.saturating_duration_since(*at) >= GRACE);
        leaving.drain(..over).map(|(_, user_id, socket_id)| (user_id, socket_id)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: UserId = UserId::from_bytes([1; 16]);

    #[test]
    fn each_device_has_a_grace_of_its_own() {
        let leaving = Leaving::default();
        let now = Instant::now();
        leaving.push(USER, "one", now);
        leaving.push(USER, "two", now + GRACE / 2);
        assert!(leaving.take(now + GRACE / 2).is_empty());
        assert_eq!(leaving.of(USER), ["one", "two"]);
        assert_eq!(leaving.take(now + GRACE), [(USER, "one".to_owned())]);
        assert_eq!(leaving.take(now + GRACE * 2), [(USER, "two".to_owned())]);
        assert!(leaving.take(now + GRACE * 3).is_empty());
    }
}
