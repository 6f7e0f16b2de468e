//! The readers: a few threads, each with a connection of its own that cannot write.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::error::Result;
use super::schema::{Location, Opened};
use crate::queue::{Queue, closed};
use crate::{Pending, StoreError};

/// A queued read: given a connection in a transaction, or the reason why there is none, it answers
/// its caller and says whether the connection is still good.
pub(super) type Read = Box<dyn FnOnce(Result<&Connection>) -> bool + Send>;

/// The queue to the readers.
pub(super) type Reads = Queue<Read>;

/// Queues a read; all that it reads is of one moment.
pub(super) fn submit<T, F>(queue: &Reads, work: F) -> Pending<T>
where
    T: Send + 'static,
    F: FnOnce(&Connection) -> Result<T> + Send + 'static,
{
    let (reply, outcome) = oneshot::channel();
    let read = move |db: Result<&Connection>| {
        let result = db.and_then(|db| {
            catch_unwind(AssertUnwindSafe(|| work(db)))
                .unwrap_or_else(|_| Err(StoreError::Corrupt("a read panicked".to_owned())))
        });
        let is_good = !matches!(result, Err(StoreError::Unavailable(_) | StoreError::Corrupt(_)));
        // A caller that no longer waits has nobody to miss the answer.
        drop(reply.send(result));
        is_good
    };
    match queue.push(Box::new(read), 0) {
        Ok(()) => Box::pin(async { outcome.await.unwrap_or_else(|_| Err(closed())) }),
        Err(error) => Box::pin(std::future::ready(Err(error))),
    }
}

/// What a reader's thread owns.
pub(super) struct Reader {
    pub(super) location: Location,
    pub(super) queue: Arc<Reads>,
    pub(super) opened: Option<Opened>,
}

impl Reader {
    /// Works until the queue is closed and empty.
    pub(super) fn run(mut self) {
        while let Some(read) = self.queue.pop(1).pop() {
            let is_good = match self.begin() {
                Ok(opened) => {
                    let is_good = read(Ok(&opened.db));
                    is_good && opened.db.execute_batch("COMMIT").is_ok()
                }
                Err(error) => read(Err(error)),
            };
            if !is_good {
                self.opened = None;
            }
        }
    }

    fn begin(&mut self) -> Result<&Opened> {
        let opened = match self.opened.take() {
            Some(opened) if opened.is_in_place(&self.location) => self.opened.insert(opened),
            Some(_) | None => self.opened.insert(self.location.open_reader()?),
        };
        opened.db.prepare_cached("BEGIN DEFERRED")?.execute(())?;
        Ok(opened)
    }
}
