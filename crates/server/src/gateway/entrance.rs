//! The way in, as wide as the storage can serve: after a restart all clients come at once, and whoever
//! finds too many on the way is asked to come back in a moment, before anything is held for them.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use salala_socketio::Refusal;
use tokio::sync::{Semaphore, SemaphorePermit};

/// Sockets whose conversations are read at a time; the others on the way wait for their turn.
const TURNS: usize = 128;

/// When to come back. A stock client does so between half a second and five seconds later, by chance.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The sockets that are on their way in.
pub(super) struct Entrance {
    most: usize,
    under_way: AtomicUsize,
    turns: Semaphore,
}

/// One of them; dropped when it is in, or sent away.
pub(super) struct OnTheWay<'a> {
    _counted: Counted<'a>,
    _turn: Option<SemaphorePermit<'a>>,
}

/// Counted as on the way, whether its turn has come or not.
struct Counted<'a>(&'a AtomicUsize);

impl Entrance {
    /// For so many at a time.
    pub(super) fn new(most: usize) -> Self {
        Self { most, under_way: AtomicUsize::new(0), turns: Semaphore::new(TURNS) }
    }

    /// Refuses a handshake while too many are on the way.
    pub(super) fn admit(&self) -> Result<(), Refusal> {
        if self.under_way.load(Ordering::Relaxed) < self.most {
            return Ok(());
        }
        metrics::counter!("salala_rate_limited_total", "what" => "entering").increment(1);
        Err(Refusal::unavailable(RETRY_AFTER, "too many are coming in at this moment"))
    }

    /// Waits for a socket's turn.
    pub(super) async fn enter(&self) -> OnTheWay<'_> {
        self.under_way.fetch_add(1, Ordering::Relaxed);
        let counted = Counted(&self.under_way);
        // The semaphore is never closed, so there is a turn in the end.
        OnTheWay { _counted: counted, _turn: self.turns.acquire().await.ok() }
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    #[tokio::test]
    async fn a_handshake_too_many_is_asked_to_come_back() {
        let entrance = Entrance::new(2);
        let one = entrance.enter().await;
        assert_eq!(entrance.admit(), Ok(()));
        let other = entrance.enter().await;
        let refusal = entrance.admit().unwrap_err();
        assert_eq!(refusal.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(refusal.retry_after, Some(RETRY_AFTER));
        drop(one);
        assert_eq!(entrance.admit(), Ok(()));
        drop(other);
    }

    #[tokio::test]
    async fn whoever_waits_for_a_turn_is_on_the_way() {
        let entrance = Entrance::new(TURNS + 1);
        let mut inside = Vec::new();
        for _ in 0..TURNS {
            inside.push(entrance.enter().await);
        }
        let mut waiting = Box::pin(entrance.enter());
        assert!(futures_util::poll!(&mut waiting).is_pending());
        assert!(entrance.admit().is_err());
        drop(inside.pop());
        drop(waiting.await);
        assert_eq!(entrance.admit(), Ok(()));
    }
}
