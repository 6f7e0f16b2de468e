//! The one place that starts tasks: it bounds them, tells them to stop and waits for their end.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Tasks that clients cause, at the same time: HTTP connections above all.
const CLIENT_TASKS_MAX: usize = 65_536;

/// The server's tasks. Clones share them.
#[derive(Clone, Debug)]
pub struct Tasks {
    tracker: TaskTracker,
    stopping: CancellationToken,
    client_slots: Arc<Semaphore>,
}

/// As many tasks run for clients as may: the client is to be turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("as many tasks run for clients as may")]
pub struct TooManyTasks;

impl Default for Tasks {
    fn default() -> Self {
        Self::new()
    }
}

impl Tasks {
    /// None yet.
    pub fn new() -> Self {
        Self {
            tracker: TaskTracker::new(),
            stopping: CancellationToken::new(),
            client_slots: Arc::new(Semaphore::new(CLIENT_TASKS_MAX)),
        }
    }

    /// Starts a task whose number the caller bounds. [`Self::drain`] waits for its end, so it must
    /// end by itself once what it works for is gone. `name` stands in the log if it panics.
    pub fn spawn(&self, name: &'static str, future: impl Future<Output = ()> + Send + 'static) {
        self.start(name, None, future);
    }

    /// Starts a task that goes on until the server stops; it is dropped then, at an await.
    pub fn spawn_until_stop(
        &self,
        name: &'static str,
        future: impl Future<Output = ()> + Send + 'static,
    ) {
        let stopping = self.stopping.clone();
        self.start(name, None, async move {
            stopping.run_until_cancelled(future).await;
        });
    }

    /// Starts a task that a client causes, of which there is a bounded number.
    ///
    /// # Errors
    /// [`TooManyTasks`], and the future is dropped.
    pub fn try_spawn(
        &self,
        name: &'static str,
        future: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), TooManyTasks> {
        let slot = Arc::clone(&self.client_slots).try_acquire_owned();
        self.start(name, Some(slot.map_err(|_| TooManyTasks)?), future);
        Ok(())
    }

    /// Runs work that computes for long or blocks on a thread where it may. The caller bounds how
    /// much of it runs at a time. `None` if it panicked.
    pub async fn run_blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let outcome = self.tracker.spawn_blocking(work).await;
        outcome.inspect_err(|_| tracing::error!("blocking work panicked")).ok()
    }

    /// Is cancelled when the server stops.
    pub fn stopping(&self) -> &CancellationToken {
        &self.stopping
    }

    /// Tells all tasks to stop.
    pub fn stop(&self) {
        self.stopping.cancel();
    }

    /// Tells all tasks to stop and waits for them, at most this long; false if some are left.
    pub async fn drain(&self, most: Duration) -> bool {
        self.stop();
        self.tracker.close();
        tokio::time::timeout(most, self.tracker.wait()).await.is_ok()
    }

    #[expect(clippy::disallowed_methods, reason = "this is where tasks are spawned")]
    fn start(
        &self,
        name: &'static str,
        slot: Option<OwnedSemaphorePermit>,
        future: impl Future<Output = ()> + Send + 'static,
    ) {
        let guarded = async move {
            if AssertUnwindSafe(future).catch_unwind().await.is_err() {
                tracing::error!(task = name, "a task panicked");
            }
            drop(slot);
        };
        tokio::spawn(self.tracker.track_future(guarded));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn draining_stops_and_awaits_what_was_started() {
        let tasks = Tasks::new();
        let (done, mut is_done) = tokio::sync::oneshot::channel();
        let stopping = tasks.stopping().clone();
        tasks.spawn("patient", async move {
            stopping.cancelled().await;
            done.send(()).unwrap();
        });
        assert!(tasks.drain(Duration::from_secs(5)).await);
        assert_eq!(is_done.try_recv(), Ok(()));
    }

    #[tokio::test]
    async fn a_panic_ends_its_own_task_only() {
        let tasks = Tasks::new();
        tasks.spawn("clumsy", async { panic!("on purpose") });
        assert_eq!(tasks.run_blocking(|| 5).await, Some(5));
        assert_eq!(tasks.run_blocking(|| -> u8 { panic!("on purpose") }).await, None);
        assert!(tasks.drain(Duration::from_secs(5)).await);
    }

    #[tokio::test]
    async fn what_does_not_stop_is_told() {
        let tasks = Tasks::new();
        tasks.spawn("stubborn", std::future::pending());
        assert!(!tasks.drain(Duration::ZERO).await);
    }

    #[tokio::test]
    async fn what_goes_on_for_good_ends_with_the_server() {
        let tasks = Tasks::new();
        tasks.spawn_until_stop("endless", std::future::pending());
        assert!(tasks.drain(Duration::from_secs(5)).await);
    }

    #[tokio::test]
    async fn clients_cannot_start_tasks_without_bound() {
        let tasks = Tasks { client_slots: Arc::new(Semaphore::new(1)), ..Tasks::new() };
        assert_eq!(tasks.try_spawn("first", std::future::pending()), Ok(()));
        assert_eq!(tasks.try_spawn("second", std::future::pending()), Err(TooManyTasks));
    }
}
