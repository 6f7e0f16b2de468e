//! The writer: one task that works off the queue of writes, a batch for each commit.
//!
//! What arrives while a commit runs makes the next batch; there is no timer. Sends that follow each
//! other are stored together; any other command runs in a savepoint of its own. A refused one leaves
//! neither rows nor events nor holes. After COMMIT the batch's events go to the commit feed first and
//! the answers after it: what is acked is on its way.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;
use uuid::Uuid;

use super::batch::{Attempt, Stage};
use super::db::Db;
use super::error::Result;
use super::heard::Inbox;
use super::locks::{Key, Keys};
use super::others::{Alone, Hearer, OwnBatch};
use super::readers::Local;
use super::schema::{Location, Opened};
use super::sends::QueuedSend;
use super::write_tx::WriteTx;
use crate::error::into_unavailable;
use crate::log::Committed;
use crate::queue::{Queue, closed};
use crate::{Pending, StoreError};

/// Conversations that one batch locks at most, unless a single command names more.
const CONVERSATIONS_MAX: usize = 1_024;

/// How often a batch is tried that meets other writers, or finds its connection gone.
const TRIES_MAX: usize = 3;

/// How long callers wait to hear what became of a COMMIT whose connection was lost.
const SETTLE_WITHIN: Duration = Duration::from_secs(2);

/// How long until it is asked again.
const SETTLE_EVERY: Duration = Duration::from_millis(100);

/// A queued write whose answer waits for the commit.
pub(super) trait Command: Send {
    /// What it is about.
    fn keys(&self) -> &[Key];

    /// The send that it is: those that follow each other are stored together.
    fn as_send(&mut self) -> Option<&mut QueuedSend> {
        None
    }

    /// Runs within the transaction; an error rolls this command back, and it alone. It is run again
    /// where the whole batch is.
    fn run<'a>(&'a mut self, tx: &'a mut WriteTx<'_>) -> Local<'a, Result<()>>;

    /// Gives the outcome to the caller, or the reason for which nothing of it was stored.
    fn answer(self: Box<Self>, failure: Option<StoreError>);
}

/// The queue to the writer.
pub(super) type Commands = Queue<Box<dyn Command>>;

/// A command made of a closure.
pub(super) struct Write<T, F> {
    keys: Vec<Key>,
    work: F,
    value: Option<T>,
    reply: oneshot::Sender<Result<T>>,
}

impl<T, F> Write<T, F>
where
    T: Send + 'static,
    F: AsyncFn(&mut WriteTx<'_>) -> Result<T> + Send + 'static,
{
    /// Queues it, and gives what its outcome will come through.
    pub(super) fn submit(
        queue: &Commands,
        keys: Vec<Key>,
        size_bytes: usize,
        work: F,
    ) -> Pending<T> {
        let (reply, outcome) = oneshot::channel();
        let size_bytes = size_bytes + keys.len() * size_of::<Key>();
        let command = Self { keys, work, value: None, reply };
        match queue.push(Box::new(command), size_bytes) {
            Ok(()) => Box::pin(async { outcome.await.unwrap_or_else(|_| Err(closed())) }),
            Err(error) => Box::pin(std::future::ready(Err(error))),
        }
    }
}

impl<T, F> Command for Write<T, F>
where
    T: Send,
    F: AsyncFn(&mut WriteTx<'_>) -> Result<T> + Send,
{
    fn keys(&self) -> &[Key] {
        &self.keys
    }

    fn run<'a>(&'a mut self, tx: &'a mut WriteTx<'_>) -> Local<'a, Result<()>> {
        Box::pin(async move {
            self.value = Some((self.work)(tx).await?);
            Ok(())
        })
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

/// What the writer's task owns.
pub(super) struct Writer {
    pub(super) location: Location,
    pub(super) queue: Arc<Commands>,
    pub(super) batch_max: usize,
    /// To whoever reads the feed, while nobody hears what others write.
    pub(super) alone: Alone,
    /// Else to what tells it in its place among theirs.
    pub(super) own: mpsc::Sender<OwnBatch>,
    pub(super) hearer: Hearer,
    /// Tells whether others listen.
    pub(super) inbox: Arc<Inbox>,
    /// The number of the server's process behind the connection.
    pub(super) backend: Arc<AtomicI32>,
    /// Somebody took the other end of the feed.
    pub(super) is_feed_taken: Arc<AtomicBool>,
    /// Set when the task is done.
    pub(super) ended: watch::Sender<bool>,
    pub(super) opened: Option<Opened>,
    /// Its row in `writers`.
    pub(super) id: Uuid,
    /// How many batches it has tried.
    pub(super) batch: i64,
    /// The last position of a batch that is known to this process.
    pub(super) position: u64,
    /// The last one, if its connection was lost while it committed.
    pub(super) doubt: Option<Doubt>,
}

/// A batch of which it is not known whether it was committed.
pub(super) struct Doubt {
    backend: (i32, String),
    events: Vec<Committed>,
}

impl Writer {
    /// Works until the queue is closed and empty.
    pub(super) async fn run(mut self) {
        loop {
            let queued = self.queue.pop_async(self.batch_max).await;
            if queued.is_empty() {
                break;
            }
            let mut batch = Vec::with_capacity(queued.len());
            let mut keys = Keys::default();
            for command in queued {
                if !batch.is_empty() && keys.conversations() >= CONVERSATIONS_MAX {
                    self.write_batch(std::mem::take(&mut batch), std::mem::take(&mut keys)).await;
                }
                command.keys().iter().for_each(|key| keys.add(key));
                batch.push(command);
            }
            self.write_batch(batch, keys).await;
        }
        self.forget_itself().await;
        self.ended.send_replace(true);
    }

    async fn write_batch(&mut self, mut batch: Vec<Box<dyn Command>>, keys: Keys) {
        match self.try_often(&mut batch, &keys).await {
            Ok((batch_told, failures)) => {
                self.publish(batch_told).await;
                for (command, failure) in batch.into_iter().zip(failures) {
                    command.answer(failure);
                }
            }
            Err(error) => {
                let error = into_unavailable(error);
                tracing::warn!(%error, commands = batch.len(), "a batch was not stored");
                for command in batch {
                    command.answer(Some(error.clone()));
                }
            }
        }
    }

    /// All of a batch in one transaction: its events, and for each command why it was refused.
    async fn try_often(&mut self, batch: &mut [Box<dyn Command>], keys: &Keys) -> Result<Outcome> {
        let mut tries = 0;
        loop {
            tries += 1;
            let opened = self.connect().await?;
            self.batch += 1;
            let mut attempt = Attempt::new(self.id, self.batch, self.inbox.has_peers());
            match attempt.run(&opened.db, batch, keys).await {
                Ok((events, positions, failures)) => {
                    self.opened = Some(opened);
                    let first = positions.iter().min().copied();
                    let own = self.place(events, first, positions.into_iter().max());
                    return Ok((own, failures));
                }
                // A fresh connection for the next one: whatever state this one is in, it goes.
                Err(error) => {
                    let Opened { db, backend } = opened;
                    let may_try_again = match attempt.stage {
                        Stage::Beginning => db.is_lost() || db.has_met_another(),
                        Stage::Committing(events, failures) if db.is_lost() => {
                            self.doubt = Some(Doubt { backend, events });
                            drop(db);
                            match self.settle_in_time().await? {
                                Some(own) => return Ok((own, failures)),
                                None => true,
                            }
                        }
                        Stage::Working | Stage::Committing(..) => db.has_met_another(),
                    };
                    if !may_try_again || tries == TRIES_MAX {
                        return Err(error);
                    }
                }
            }
        }
    }

    /// The connection, or a new one; what was in doubt before is settled first.
    async fn connect(&mut self) -> Result<Opened> {
        if let Some(opened) = self.opened.take().filter(|opened| !opened.db.is_lost()) {
            return Ok(opened);
        }
        let opened = self.open().await?;
        if let Some(own) = self.settle(&opened.db).await? {
            // Their callers were told that it is not known: the members hear of it all the same.
            self.publish(own).await;
        }
        Ok(opened)
    }

    async fn open(&self) -> Result<Opened> {
        let opened = self.location.open_writer().await?;
        self.backend.store(opened.backend.0, Ordering::Relaxed);
        Ok(opened)
    }

    /// What became of the batch in doubt: its events, if it was committed.
    async fn settle_in_time(&mut self) -> Result<Option<OwnBatch>> {
        let until = Instant::now() + SETTLE_WITHIN;
        loop {
            let settled = match self.open().await {
                Ok(opened) => {
                    let settled = self.settle(&opened.db).await;
                    self.opened = Some(opened);
                    settled
                }
                Err(error) => Err(error),
            };
            if settled.is_ok() || Instant::now() >= until {
                return settled;
            }
            tokio::time::sleep(SETTLE_EVERY).await;
        }
    }

    async fn settle(&mut self, db: &Db) -> Result<Option<OwnBatch>> {
        let Some(doubt) = &self.doubt else { return Ok(None) };
        let (process, began) = &doubt.backend;
        // While the process that served the lost connection is there, it may yet commit.
        let ended = db
            .query_opt(
                "SELECT pg_terminate_backend(pid, 1000)
                 FROM pg_stat_get_activity($1)
                 WHERE backend_start::text = $2",
                &[process, began],
            )
            .await?;
        if let Some(row) = ended
            && !row.try_get::<_, bool>(0)?
        {
            return Err(StoreError::Unavailable("a lost connection still works".to_owned()));
        }
        let row = db
            .query_opt(
                "SELECT batch, position
                 FROM writers
                 WHERE id = $1",
                &[&self.id],
            )
            .await?;
        let found: Option<(i64, Option<i64>)> = match &row {
            Some(row) => Some((row.try_get(0)?, row.try_get(1)?)),
            None => None,
        };
        let events = self.doubt.take().map(|doubt| doubt.events).unwrap_or_default();
        match found {
            Some((batch, position)) if batch == self.batch => {
                let last = position.and_then(|last| u64::try_from(last).ok());
                Ok(Some(self.place(events, None, last)))
            }
            Some(_) | None => Ok(None),
        }
    }

    /// Gives each event its place: a durable one its position, another that of the last durable one
    /// before it. `first` and `last` are those of the batch's rows, if it has any; the events know how many rows
    /// come after theirs.
    fn place(
        &mut self,
        mut events: Vec<Committed>,
        mut first: Option<u64>,
        last: Option<u64>,
    ) -> OwnBatch {
        for committed in &mut events {
            if let Some(last) = last.filter(|_| committed.event.is_durable()) {
                self.position = last.saturating_sub(committed.position);
                first.get_or_insert(self.position);
            }
            committed.position = self.position;
        }
        self.position = last.unwrap_or(self.position);
        OwnBatch { events, rows: first.zip(last) }
    }

    async fn publish(&self, own: OwnBatch) {
        let is_empty = own.events.is_empty() && own.rows.is_none();
        if is_empty || !self.is_feed_taken.load(Ordering::Acquire) {
            return;
        }
        let is_heard = if self.hearer.borrow().is_some() {
            self.own.send(own).await.is_ok()
        } else {
            self.alone.tell(own).await
        };
        if !is_heard {
            tracing::debug!("nobody reads the commit feed any more");
        }
    }

    /// Its row is of no use to anybody else; those that others left go as well.
    async fn forget_itself(&mut self) {
        let Some(Opened { db, .. }) = self.opened.take() else { return };
        let forgotten = db
            .execute(
                "DELETE FROM writers
                 WHERE id = $1 OR used_at < now() - interval '7 days'",
                &[&self.id],
            )
            .await;
        if let Err(error) = forgotten {
            tracing::debug!(%error, "a writer's row stays behind");
        }
    }
}

type Outcome = (OwnBatch, Vec<Option<StoreError>>);
