//! The engine for many processes: PostgreSQL, of which each process has one writer and a few readers.
//!
//! - [`url`]: where the database is
//! - [`schema`]: connecting to the database and bringing its tables up to date
//! - [`db`], [`writer`], [`batch`], [`write_tx`], [`locks`], [`readers`]: how requests get to it
//! - [`error`], [`cells`]: between PostgreSQL's types and ours
//! - the ports by noun; [`access`] is what several of them ask
//! - [`server_lock`], [`mod@examine`], [`backup`]: what operators' commands need, over a [`session`]

#![expect(clippy::future_not_send, reason = "all futures of this engine stay on its one thread")]

mod access;
mod accounts;
pub mod backup;
mod batch;
mod blocks;
mod call_moves;
mod call_rows;
mod call_signals;
mod calls;
mod catch_up;
mod cells;
mod conversation_rows;
mod conversations;
mod db;
mod devices;
mod erased_messages;
mod erasures;
mod error;
mod examine;
mod exports;
mod friends;
mod handed;
mod heard;
mod history;
mod locks;
mod log;
mod log_rows;
mod members;
mod mentions;
mod message_search;
mod messages;
mod missed;
mod missed_marks;
mod others;
#[cfg(test)]
mod plans;
mod push_expand;
mod push_queue;
mod push_rows;
mod pushes;
mod reactions;
mod read_runs;
mod readers;
mod reads;
mod retold;
mod schema;
mod search;
mod send_questions;
mod sends;
mod sent_files;
mod server_lock;
mod session;
mod sessions;
#[cfg(test)]
#[cfg(feature = "postgres-tests")]
mod tests;
mod uploads;
mod url;
mod users;
mod views;
mod write_tx;
mod writer;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::runtime::Builder;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::{LocalSet, spawn_local};

pub use self::examine::{Examined, Rights, examine};
pub use self::schema::{OLDEST_VERSION, SCHEMA_VERSION};
pub use self::server_lock::{LockError, ServerLock, Sharing};
pub use self::session::DatabaseError;
pub use self::url::DatabaseUrl;

use self::db::Db;
use self::error::Result;
use self::heard::{Inbox, listen};
use self::locks::Key;
use self::others::{Alone, Hearer, State, Teller};
use self::readers::{Reader, Reads as ReadQueue};
use self::schema::Location;
use self::write_tx::WriteTx;
use self::writer::{Commands, Write, Writer};
use crate::log::{CommitFeed, Commits, Interest};
use crate::{Pending, Store, StoreError};

/// How this engine runs.
#[derive(Clone, Debug)]
pub struct PostgresOptions {
    /// The database.
    pub url: DatabaseUrl,
    /// Connections that read.
    pub readers: usize,
    /// Writes that may wait; one more is refused with `Busy`.
    pub queued_writes: usize,
    /// Bytes that waiting writes may hold.
    pub queued_write_bytes: usize,
    /// Reads that may wait.
    pub queued_reads: usize,
    /// Writes that share one commit at most.
    pub batch_writes: usize,
    /// Batches of events that may wait in the commit feed before the writer waits for its reader.
    pub feed_batches: usize,
}

impl PostgresOptions {
    /// The defaults, for the database of this URL.
    pub fn at(url: DatabaseUrl) -> Self {
        Self {
            url,
            readers: 4,
            queued_writes: 16_384,
            queued_write_bytes: 64 << 20,
            queued_reads: 16_384,
            batch_writes: 512,
            feed_batches: 64,
        }
    }
}

/// All that is kept, in a PostgreSQL database that several processes may share.
///
/// Writes are durable before they are answered (`synchronous_commit = on`). While the database is
/// away, requests are answered `Unavailable`, and it is tried again with each batch, so the store
/// comes back by itself.
///
/// Dropping it closes it without waiting; see [`crate::Store::close`] for the orderly way.
pub struct PostgresStore {
    commands: Arc<Commands>,
    reads: Arc<ReadQueue>,
    feed: Mutex<Option<CommitFeed>>,
    is_feed_taken: Arc<AtomicBool>,
    hearer: watch::Sender<Option<Arc<dyn Interest>>>,
    ended: watch::Receiver<bool>,
}

impl PostgresStore {
    /// Opens the database, making its tables or bringing them up to date where needed, and starts the
    /// engine's thread.
    ///
    /// # Errors
    /// `Unavailable` with one sentence that names the database: it cannot be reached, is none of ours,
    /// or was made by a newer program.
    pub fn open(options: PostgresOptions) -> Result<Self> {
        let commands = Arc::new(Commands::new(options.queued_writes, options.queued_write_bytes));
        let reads = Arc::new(ReadQueue::new(options.queued_reads, usize::MAX));
        let (feed_tx, feed_rx) = mpsc::channel(options.feed_batches.max(1));
        let (ended_tx, ended) = watch::channel(false);
        let (hearer, hearer_rx) = watch::channel(None);
        let is_feed_taken = Arc::new(AtomicBool::new(false));
        let engine = Engine {
            commands: Arc::clone(&commands),
            reads: Arc::clone(&reads),
            feed: feed_tx,
            is_feed_taken: Arc::clone(&is_feed_taken),
            hearer: hearer_rx,
            ended: ended_tx,
            options,
        };
        start(|opened| engine.run(opened))?;
        let feed = Mutex::new(Some(feed_rx));
        Ok(Self { commands, reads, feed, is_feed_taken, hearer, ended })
    }

    /// Makes the tables or brings them up to date, and nothing else.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn migrate(url: &DatabaseUrl) -> Result<()> {
        let url = url.clone();
        start(async move |opened: Opening| {
            // The caller waits for this alone; if it has gone, nobody misses the answer.
            drop(opened.send(Location::prepare(&url).await.map(drop)));
        })
    }

    /// Queues a write about these things that holds nothing large. It may be run more than once, if
    /// other writers are met; each time all is as if it had not run before.
    fn write<T, F>(&self, keys: impl IntoIterator<Item = Key>, work: F) -> Pending<T>
    where
        T: Send + 'static,
        F: AsyncFn(&mut WriteTx<'_>) -> Result<T> + Send + 'static,
    {
        self.write_sized(keys, 0, work)
    }

    /// Queues a write that holds about `size_bytes` beside its fixed part.
    fn write_sized<T, F>(
        &self,
        keys: impl IntoIterator<Item = Key>,
        size_bytes: usize,
        work: F,
    ) -> Pending<T>
    where
        T: Send + 'static,
        F: AsyncFn(&mut WriteTx<'_>) -> Result<T> + Send + 'static,
    {
        let keys = keys.into_iter().collect();
        Write::submit(&self.commands, keys, size_bytes + size_of::<F>(), work)
    }

    /// Queues a read.
    fn read<T, F>(&self, work: F) -> Pending<T>
    where
        T: Send + 'static,
        F: AsyncFnOnce(&Db) -> Result<T> + Send + 'static,
    {
        readers::submit(&self.reads, work)
    }
}

impl Store for PostgresStore {
    fn take_commit_feed(&self) -> Option<CommitFeed> {
        let feed = self.feed.lock().take();
        self.is_feed_taken.store(true, Ordering::Release);
        feed
    }

    fn hear_others(&self, interest: Arc<dyn Interest>) -> bool {
        self.hearer.send_replace(Some(interest));
        true
    }

    fn check(&self) -> Pending<()> {
        // Each batch notes itself, so that one without any command of its own writes too.
        let written = self.write([], async |_: &mut WriteTx<'_>| Ok(()));
        let read = self.read(async |db: &Db| {
            db.query_one(
                "SELECT name
                 FROM meta
                 WHERE name = 'epoch'",
                &[],
            )
            .await
            .map(drop)
        });
        Box::pin(async {
            written.await?;
            read.await
        })
    }

    fn close(&self) -> Pending<()> {
        self.commands.close();
        self.reads.close();
        let mut ended = self.ended.clone();
        Box::pin(async move {
            // The sender is gone only with the writer itself, so either way it has ended.
            drop(ended.wait_for(|has_ended| *has_ended).await);
            Ok(())
        })
    }
}

impl Drop for PostgresStore {
    fn drop(&mut self) {
        // The thread ends after what is queued. It is not waited for: the writer may wait for
        // whoever reads the feed, and that may be the thread that drops.
        self.commands.close();
        self.reads.close();
    }
}

/// Hears whether the engine could start.
type Opening = oneshot::Sender<Result<()>>;

/// What the engine's thread owns.
struct Engine {
    options: PostgresOptions,
    commands: Arc<Commands>,
    reads: Arc<ReadQueue>,
    feed: mpsc::Sender<Commits>,
    is_feed_taken: Arc<AtomicBool>,
    hearer: Hearer,
    ended: watch::Sender<bool>,
}

impl Engine {
    async fn run(self, opened: Opening) {
        let readers = self.options.readers.max(1);
        let (writer, readers, teller) = match self.connect(readers).await {
            Ok(tasks) => tasks,
            // Nobody else misses the answer, if the opener has gone.
            Err(error) => return drop(opened.send(Err(error))),
        };
        drop(opened.send(Ok(())));
        let readers: Vec<_> = readers.into_iter().map(|reader| spawn_local(reader.run())).collect();
        let listening = listen(
            teller.location.clone(),
            teller.hearer.clone(),
            Arc::clone(&teller.inbox),
            Arc::clone(&writer.backend),
            writer.id,
        );
        let listening = spawn_local(listening);
        let teller = spawn_local(teller.run());
        writer.run().await;
        // Without its writer the teller ends, once everything was told.
        if let Err(error) = teller.await {
            tracing::error!(%error, "what tells the store's events ended");
        }
        listening.abort();
        for reader in readers {
            if let Err(error) = reader.await {
                tracing::error!(%error, "a reader of the store ended");
            }
        }
    }

    async fn connect(self, readers: usize) -> Result<(Writer, Vec<Reader>, Teller)> {
        let location = Location::prepare(&self.options.url).await?;
        let opened = location.open_writer().await?;
        let row = opened
            .db
            .query_one(
                "SELECT gen_random_uuid(), COALESCE(MAX(position), 0)
                 FROM log",
                &[],
            )
            .await?;
        let position: i64 = row.try_get(1)?;
        let mut tasks = Vec::new();
        for _ in 0..readers {
            tasks.push(Reader {
                db: Some(location.open_reader().await?),
                location: location.clone(),
                queue: Arc::clone(&self.reads),
            });
        }
        let position = u64::try_from(position).unwrap_or(0);
        // The feed's bound is what holds up the writer.
        let (own_tx, own) = mpsc::channel(1);
        let alone = Alone { feed: self.feed, told: Arc::new(AtomicU64::new(position)) };
        let inbox = Arc::<Inbox>::default();
        let teller = Teller {
            location: location.clone(),
            own,
            alone: alone.clone(),
            hearer: self.hearer.clone(),
            inbox: Arc::clone(&inbox),
            state: State::default(),
        };
        let writer = Writer {
            location,
            queue: self.commands,
            batch_max: self.options.batch_writes.max(1),
            alone,
            own: own_tx,
            hearer: self.hearer,
            inbox,
            backend: Arc::new(AtomicI32::new(opened.backend.0)),
            is_feed_taken: self.is_feed_taken,
            ended: self.ended,
            opened: Some(opened),
            id: row.try_get(0)?,
            batch: 0,
            position,
            doubt: None,
        };
        Ok((writer, tasks, teller))
    }
}

/// Runs this on a thread of its own, which is the only one that its futures are ever on, and waits
/// until it says whether it could start.
fn start<F>(run: F) -> Result<()>
where
    F: AsyncFnOnce(Opening) + Send + 'static,
{
    let cannot = |error| StoreError::Unavailable(format!("no thread can be started: {error}"));
    let runtime = Builder::new_current_thread().enable_all().build().map_err(cannot)?;
    let (opening, opened) = oneshot::channel();
    let (answer_tx, answer) = std::sync::mpsc::channel();
    let work = move || {
        let local = LocalSet::new();
        local.block_on(&runtime, async move {
            let answering = async { drop(answer_tx.send(opened.await)) };
            futures_util::future::join(run(opening), answering).await;
        });
        // The connections take their leave, for which PostgreSQL need not wait.
        let _within = runtime.block_on(async { tokio::time::timeout(GOODBYE_WITHIN, local).await });
    };
    thread::Builder::new().name("store-postgres".to_owned()).spawn(work).map_err(cannot)?;
    match answer.recv() {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) | Err(_) => Err(StoreError::Corrupt("the engine ended".to_owned())),
    }
}

/// How long connections may take to end.
const GOODBYE_WITHIN: Duration = Duration::from_secs(1);
