//! The readers: a few tasks, each with a connection of its own that cannot write.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;

use futures_util::FutureExt as _;
use futures_util::future::join;
use tokio::sync::oneshot;

use super::db::Db;
use super::error::Result;
use super::schema::Location;
use crate::queue::{Queue, closed};
use crate::{Pending, StoreError};

/// What runs on the engine's thread and stays there.
pub(super) type Local<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// A queued read: given a connection in a transaction, or the reason why there is none, it answers
/// its caller and says whether the connection is still good.
pub(super) type Read = Box<dyn for<'a> FnOnce(Result<&'a Db>) -> Local<'a, bool> + Send>;

/// The queue to the readers.
pub(super) type Reads = Queue<Read>;

/// Queues a read; all that it reads is of one moment.
pub(super) fn submit<T, F>(queue: &Reads, work: F) -> Pending<T>
where
    T: Send + 'static,
    F: AsyncFnOnce(&Db) -> Result<T> + Send + 'static,
{
    let (reply, outcome) = oneshot::channel();
    let read: Read = Box::new(move |db| answer(db, work, reply));
    match queue.push(read, 0) {
        Ok(()) => Box::pin(async { outcome.await.unwrap_or_else(|_| Err(closed())) }),
        Err(error) => Box::pin(std::future::ready(Err(error))),
    }
}

fn answer<'a, T, F>(
    db: Result<&'a Db>,
    work: F,
    reply: oneshot::Sender<Result<T>>,
) -> Local<'a, bool>
where
    T: 'a,
    F: AsyncFnOnce(&Db) -> Result<T> + 'a,
{
    Box::pin(async move {
        let result = match db {
            Ok(db) => read(db, work).await,
            Err(error) => Err(error),
        };
        let is_good = !matches!(result, Err(StoreError::Unavailable(_) | StoreError::Corrupt(_)));
        // A caller that no longer waits has nobody to miss the answer.
        drop(reply.send(result));
        is_good
    })
}

async fn read<T>(db: &Db, work: impl AsyncFnOnce(&Db) -> Result<T>) -> Result<T> {
    let (begun, result) = join(
        db.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"),
        AssertUnwindSafe(work(db)).catch_unwind(),
    )
    .await;
    begun?;
    result.unwrap_or_else(|_| Err(StoreError::Corrupt("a read panicked".to_owned())))
}

/// What a reader's task owns.
pub(super) struct Reader {
    pub(super) location: Location,
    pub(super) queue: Arc<Reads>,
    pub(super) db: Option<Db>,
}

impl Reader {
    /// Works until the queue is closed and empty.
    pub(super) async fn run(mut self) {
        while let Some(read) = self.queue.pop_async(1).await.pop() {
            let is_good = match self.connect().await {
                Ok(db) => read(Ok(db)).await && db.run("COMMIT").await.is_ok(),
                Err(error) => read(Err(error)).await,
            };
            if !is_good {
                self.db = None;
            }
        }
    }

    async fn connect(&mut self) -> Result<&Db> {
        let db = match self.db.take() {
            Some(db) if !db.is_lost() => db,
            Some(_) | None => self.location.open_reader().await?,
        };
        Ok(self.db.insert(db))
    }
}
