//! The writer: one thread that works off the queue of writes, a batch for each commit.
//!
//! What arrives while a commit runs makes the next batch; there is no timer. Each command runs in a
//! savepoint of its own, so a refused one leaves neither rows nor events nor holes. After COMMIT the
//! batch's events go to the commit feed first and the answers after it: what is acked is on its way.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot, watch};

use super::error::Result;
use super::message_search::index_messages;
use super::schema::{Location, Opened};
use super::write_tx::WriteTx;
use crate::error::into_unavailable;
use crate::log::{Commits, Committed};
use crate::queue::{Queue, closed};
use crate::{Pending, StoreError};

/// A queued write whose answer waits for the commit.
pub(super) trait Command: Send {
    /// Runs within the transaction; an error rolls this command back, and it alone.
    fn run(&mut self, tx: &mut WriteTx<'_>) -> Result<()>;

    /// Gives the outcome to the caller, or the reason for which nothing of it was stored.
    fn answer(self: Box<Self>, failure: Option<StoreError>);
}

/// The queue to the writer.
pub(super) type Commands = Queue<Box<dyn Command>>;

/// A command made of a closure.
pub(super) struct Write<T, F> {
    work: Option<F>,
    value: Option<T>,
    reply: oneshot::Sender<Result<T>>,
}

impl<T, F> Write<T, F>
where
    T: Send + 'static,
    F: FnOnce(&mut WriteTx<'_>) -> Result<T> + Send + 'static,
{
    /// Queues it, and gives what its outcome will come through.
    pub(super) fn submit(queue: &Commands, size_bytes: usize, work: F) -> Pending<T> {
        let (reply, outcome) = oneshot::channel();
        let command = Self { work: Some(work), value: None, reply };
        match queue.push(Box::new(command), size_bytes) {
            Ok(()) => Box::pin(async { outcome.await.unwrap_or_else(|_| Err(closed())) }),
            Err(error) => Box::pin(std::future::ready(Err(error))),
        }
    }
}

impl<T, F> Command for Write<T, F>
where
    T: Send,
    F: FnOnce(&mut WriteTx<'_>) -> Result<T> + Send,
{
    fn run(&mut self, tx: &mut WriteTx<'_>) -> Result<()> {
        if let Some(work) = self.work.take() {
            self.value = Some(work(tx)?);
        }
        Ok(())
    }

    fn answer(self: Box<Self>, failure: Option<StoreError>) {
        let outcome = match (failure, self.value) {
            (Some(error), _) => Err(error),
            (None, Some(value)) => Ok(value),
            (None, None) => Err(StoreError::Corrupt("a write gave no answer".to_owned())),
        };
        // A caller that no longer waits is no reason to undo what is stored.
        drop(self.reply.send(outcome));
    }
}

/// What the writer's thread owns.
pub(super) struct Writer {
    pub(super) location: Location,
    pub(super) queue: Arc<Commands>,
    pub(super) batch_max: usize,
    pub(super) feed: mpsc::Sender<Commits>,
    /// Somebody took the other end of the feed.
    pub(super) is_feed_taken: Arc<AtomicBool>,
    /// Set when the thread is done.
    pub(super) ended: watch::Sender<bool>,
    pub(super) opened: Option<Opened>,
    pub(super) position: u64,
}

impl Writer {
    /// Works until the queue is closed and empty.
    pub(super) fn run(mut self) {
        loop {
            let batch = self.queue.pop(self.batch_max);
            if batch.is_empty() {
                break;
            }
            self.write_batch(batch);
        }
        // The last connection to close moves the log of the WAL into the file.
        self.opened = None;
        self.ended.send_replace(true);
    }

    fn write_batch(&mut self, mut batch: Vec<Box<dyn Command>>) {
        match self.try_batch(&mut batch) {
            Ok((events, failures)) => {
                self.publish(events);
                for (command, failure) in batch.into_iter().zip(failures) {
                    command.answer(failure);
                }
            }
            Err(error) => {
                // A fresh connection for the next batch: whatever state this one is in, it goes.
                self.opened = None;
                let error = into_unavailable(error);
                tracing::warn!(%error, commands = batch.len(), "a batch was not stored");
                for command in batch {
                    command.answer(Some(error.clone()));
                }
            }
        }
    }

    /// All of a batch in one transaction: its events, and for each command why it was refused.
    fn try_batch(&mut self, batch: &mut [Box<dyn Command>]) -> Result<Outcome> {
        let opened = match self.opened.take() {
            Some(opened) if opened.is_in_place(&self.location) => self.opened.insert(opened),
            Some(_) | None => self.opened.insert(self.location.open_writer()?),
        };
        let db = &opened.db;
        db.execute_batch("BEGIN IMMEDIATE")?;
        let mut tx = WriteTx::new(db, self.position.max(last_position(db)?));
        let mut failures = Vec::with_capacity(batch.len());
        for command in batch {
            failures.push(run_alone(command.as_mut(), &mut tx)?);
        }
        index_messages(db, tx.events())?;
        db.prepare_cached("COMMIT")?.execute(())?;
        self.position = tx.position();
        Ok((tx.into_events(), failures))
    }

    fn publish(&self, events: Vec<Committed>) {
        if events.is_empty() || !self.is_feed_taken.load(Ordering::Acquire) {
            return;
        }
        if self.feed.blocking_send(Commits::alone(events)).is_err() {
            tracing::debug!("nobody reads the commit feed any more");
        }
    }
}

type Outcome = (Vec<Committed>, Vec<Option<StoreError>>);

/// Runs a command in a savepoint; `Ok(Some(…))` refuses it alone, `Err` fails the whole batch.
fn run_alone(command: &mut dyn Command, tx: &mut WriteTx<'_>) -> Result<Option<StoreError>> {
    let db = tx.db;
    let mark = tx.mark_events();
    db.prepare_cached("SAVEPOINT command")?.execute(())?;
    let failure = match catch_unwind(AssertUnwindSafe(|| command.run(tx))) {
        Ok(Ok(())) => None,
        Ok(Err(error @ StoreError::Unavailable(_))) => return Err(error),
        Ok(Err(error)) => Some(error),
        Err(_) => Some(StoreError::Corrupt("a write panicked".to_owned())),
    };
    // A full disk can end the transaction from within: then nothing of the batch is left.
    if db.is_autocommit() {
        return Err(StoreError::Unavailable("the transaction was lost".to_owned()));
    }
    if failure.is_some() {
        db.prepare_cached("ROLLBACK TO command")?.execute(())?;
        tx.forget_events(mark);
    }
    db.prepare_cached("RELEASE command")?.execute(())?;
    Ok(failure)
}

/// The greatest position in the log; another process (a command line beside the server) may have
/// written since the last batch.
fn last_position(db: &Connection) -> Result<u64> {
    let position: i64 = db
        .prepare_cached(
            "SELECT COALESCE(MAX(position), 0)
             FROM log",
        )?
        .query_row((), |row| row.get(0))?;
    Ok(u64::try_from(position).unwrap_or(0))
}
