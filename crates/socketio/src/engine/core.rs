//! What all connections of one engine share, whatever the application above it.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use tokio_util::sync::CancellationToken;

use crate::{Config, engine::stats::Counters, tasks::Tasks};

#[derive(Debug)]
pub(crate) struct Core {
    pub(crate) config: Config,
    pub(crate) counters: Counters,
    pub(crate) tasks: Tasks,
    started_at: Instant,
    is_refusing: AtomicBool,
    draining: CancellationToken,
}

impl Core {
    pub(crate) fn new(config: Config) -> Self {
        Self {
            config,
            counters: Counters::default(),
            tasks: Tasks::default(),
            started_at: Instant::now(),
            is_refusing: AtomicBool::new(false),
            draining: CancellationToken::new(),
        }
    }

    /// Microseconds since the start: moments of connections are kept as these, in atomics.
    pub(crate) fn now(&self) -> u64 {
        micros(self.started_at.elapsed())
    }

    /// The moment of a number that [`Core::now`] gave.
    pub(crate) fn instant(&self, at: u64) -> Instant {
        self.started_at + Duration::from_micros(at)
    }

    pub(crate) fn refuse_handshakes(&self) {
        self.is_refusing.store(true, Ordering::Release);
    }

    /// Whether no new connection is to begin.
    pub(crate) fn is_refusing(&self) -> bool {
        self.is_refusing.load(Ordering::Acquire)
    }

    pub(crate) fn start_draining(&self) {
        self.refuse_handshakes();
        self.draining.cancel();
    }

    /// Waits until a drain begins.
    pub(crate) async fn drained(&self) {
        self.draining.cancelled().await;
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.draining.is_cancelled()
    }
}

/// A duration in microseconds; longer than half a million years is cut.
pub(crate) fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX / 4).min(u64::MAX / 4)
}
