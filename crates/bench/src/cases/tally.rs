//! What the clients of a talk have seen: together while it runs, each for itself for the figures.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

/// When is measured.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    /// Before both others; times in messages count from here.
    pub(super) epoch: Instant,
    /// The warm-up is over.
    pub(super) from: Instant,
    /// Nothing is sent any more.
    pub(super) to: Instant,
}

/// How far all clients together are; what tells that nothing was lost.
#[derive(Debug, Default)]
pub(super) struct Progress {
    sent: AtomicU64,
    acked: AtomicU64,
    delivered: AtomicU64,
}

/// What one client saw within the window, or several together.
#[derive(Debug, Default)]
pub(super) struct Tally {
    /// Own sends that were acked.
    pub(super) acked: u64,
    /// Messages that came, own ones included.
    pub(super) delivered: u64,
    /// From send to ack.
    pub(super) to_ack: Vec<Duration>,
    /// From somebody else's send until it came here; in large groups a part of them.
    pub(super) to_seen: Vec<Duration>,
}

impl Window {
    /// A window that begins after `warm_up` and lasts `measured`.
    pub(super) fn after(warm_up: Duration, measured: Duration) -> Self {
        let epoch = Instant::now();
        Self { epoch, from: epoch + warm_up, to: epoch + warm_up + measured }
    }

    /// Whether `at` counts.
    pub(super) fn contains(&self, at: Instant) -> bool {
        self.from <= at && at < self.to
    }
}

impl Progress {
    pub(super) fn add_sent(&self) {
        self.sent.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn add_acked(&self) {
        self.acked.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn add_delivered(&self) {
        self.delivered.fetch_add(1, Ordering::Relaxed);
    }

    /// What is missing for every send to be acked and to have come to `listeners` clients; `None`
    /// once nothing is.
    pub(super) fn missing(&self, listeners: u64) -> Option<String> {
        let [sent, acked, delivered] =
            [&self.sent, &self.acked, &self.delivered].map(|it| it.load(Ordering::Relaxed));
        let expected = sent.saturating_mul(listeners);
        (sent != acked || expected != delivered).then(|| {
            format!("of {sent} sends {acked} were acked, of {expected} deliveries {delivered} came")
        })
    }
}

impl Tally {
    /// Adds what another client saw.
    pub(super) fn merge(&mut self, other: Self) {
        self.acked += other.acked;
        self.delivered += other.delivered;
        self.to_ack.extend(other.to_ack);
        self.to_seen.extend(other.to_seen);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_missing_once_all_is_acked_and_delivered() {
        let progress = Progress::default();
        assert_eq!(progress.missing(2), None);
        progress.add_sent();
        progress.add_acked();
        progress.add_delivered();
        let missing = progress.missing(2).unwrap();
        assert_eq!(missing, "of 1 sends 1 were acked, of 2 deliveries 1 came");
        progress.add_delivered();
        assert_eq!(progress.missing(2), None);
        progress.add_delivered();
        assert!(progress.missing(2).is_some(), "what came twice is wrong, too");
    }

    #[test]
    fn the_window_ends_before_its_end() {
        let window = Window::after(Duration::from_secs(1), Duration::from_secs(2));
        assert!(!window.contains(window.epoch));
        assert!(window.contains(window.from));
        assert!(!window.contains(window.to));
    }
}
