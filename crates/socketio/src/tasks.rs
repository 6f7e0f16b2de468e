//! Every task of this crate, so that a drain can wait for them.

use tokio_util::task::TaskTracker;

/// The tasks of one server.
#[derive(Debug, Default)]
pub(crate) struct Tasks {
    tracker: TaskTracker,
}

impl Tasks {
    /// Starts a task that a drain waits for.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        drop(self.tracker.spawn(task));
    }

    /// Waits until all have ended, those that start meanwhile too.
    pub(crate) async fn finished(&self) {
        self.tracker.close();
        self.tracker.wait().await;
    }
}

/// Starts a task that a drain must not wait for, since it is what lets others end. It must end by
/// itself when its server is gone.
#[expect(clippy::disallowed_methods, reason = "this module is where tasks are spawned")]
pub(crate) fn spawn_untracked(task: impl Future<Output = ()> + Send + 'static) {
    drop(tokio::spawn(task));
}
