//! The embedded engine: SQLite in one file, one writer, many readers.
//!
//! - [`schema`]: opening the file and bringing its tables up to date
//! - [`writer`], [`write_tx`], [`readers`]: how requests get to the file
//! - [`error`], [`cells`]: between SQLite's types and ours
//! - [`backup`]: copies of the file
//! - the ports by noun; [`access`] is what several of them ask

mod access;
mod accounts;
pub mod backup;
mod blocks;
mod call_moves;
mod call_rows;
mod call_signals;
mod calls;
mod catch_up;
mod cells;
mod conversations;
mod devices;
mod erasures;
mod error;
mod exports;
mod friends;
mod history;
mod log;
mod log_rows;
mod members;
mod mentions;
mod message_search;
mod messages;
mod missed;
mod missed_marks;
#[cfg(test)]
mod plans;
mod push_expand;
mod push_queue;
mod push_rows;
mod pushes;
mod reactions;
mod readers;
mod reads;
mod schema;
mod search;
mod sessions;
mod uploads;
mod users;
mod views;
mod write_tx;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use parking_lot::Mutex;
use rusqlite::Connection;
use tokio::sync::{mpsc, watch};

use self::error::Result;
use self::readers::{Reader, Reads as ReadQueue};
use self::schema::Location;
use self::write_tx::WriteTx;
use self::writer::{Commands, Write, Writer};
use crate::log::{CommitFeed, Interest};
use crate::{Pending, Store, StoreError};

/// How the embedded engine runs.
#[derive(Clone, Debug)]
pub struct SqliteOptions {
    /// The database file; SQLite keeps `-wal` and `-shm` files beside it.
    pub path: PathBuf,
    /// Threads that read, each with a connection of its own.
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

impl SqliteOptions {
    /// The defaults, for a database at `path`.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            readers: 2,
            queued_writes: 16_384,
            queued_write_bytes: 64 << 20,
            queued_reads: 16_384,
            batch_writes: 512,
            feed_batches: 64,
        }
    }
}

/// All that is kept, in one SQLite file.
///
/// Writes are durable before they are answered (WAL, `synchronous = FULL`). When the file cannot be
/// written or is no longer in its place, requests are answered `Unavailable`, and it is tried again
/// with each batch, so the store comes back by itself.
///
/// Dropping it closes it without waiting; see [`Store::close`] for the orderly way.
pub struct SqliteStore {
    commands: Arc<Commands>,
    reads: Arc<ReadQueue>,
    feed: Mutex<Option<CommitFeed>>,
    is_feed_taken: Arc<AtomicBool>,
    ended: watch::Receiver<bool>,
}

impl SqliteStore {
    /// Opens the database, making it (mode 0600) or bringing its tables up to date where needed, and
    /// starts the engine's threads.
    ///
    /// # Errors
    /// `Unavailable` with one sentence that names the file: it cannot be opened, is no database of
    /// ours, or was made by a newer program.
    pub fn open(options: SqliteOptions) -> Result<Self> {
        let SqliteOptions { path, readers, batch_writes, feed_batches, .. } = options;
        let location = Location::prepare(&path)?;
        let commands = Arc::new(Commands::new(options.queued_writes, options.queued_write_bytes));
        let reads = Arc::new(ReadQueue::new(options.queued_reads, usize::MAX));
        let (feed_tx, feed_rx) = mpsc::channel(feed_batches.max(1));
        let (ended_tx, ended) = watch::channel(false);
        let is_feed_taken = Arc::new(AtomicBool::new(false));
        let writer = Writer {
            opened: Some(location.open_writer()?),
            location: location.clone(),
            queue: Arc::clone(&commands),
            batch_max: batch_writes.max(1),
            feed: feed_tx,
            is_feed_taken: Arc::clone(&is_feed_taken),
            ended: ended_tx,
            position: 0,
        };
        let store = Self { commands, reads, feed: Mutex::new(Some(feed_rx)), is_feed_taken, ended };
        start("store-writer", move || writer.run())?;
        for _ in 0..readers.max(1) {
            let reader = Reader {
                opened: Some(location.open_reader()?),
                location: location.clone(),
                queue: Arc::clone(&store.reads),
            };
            start("store-reader", move || reader.run())?;
        }
        Ok(store)
    }

    /// Makes the database or brings its tables up to date, and nothing else.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn migrate(path: &Path) -> Result<()> {
        Location::prepare(path).map(drop)
    }

    /// Queues a write that holds nothing large.
    fn write<T, F>(&self, work: F) -> Pending<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut WriteTx<'_>) -> Result<T> + Send + 'static,
    {
        self.write_sized(0, work)
    }

    /// Queues a write that holds about `size_bytes` beside its fixed part.
    fn write_sized<T, F>(&self, size_bytes: usize, work: F) -> Pending<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut WriteTx<'_>) -> Result<T> + Send + 'static,
    {
        Write::submit(&self.commands, size_bytes + size_of::<F>(), work)
    }

    /// Queues a read.
    fn read<T, F>(&self, work: F) -> Pending<T>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T> + Send + 'static,
    {
        readers::submit(&self.reads, work)
    }
}

impl Store for SqliteStore {
    fn take_commit_feed(&self) -> Option<CommitFeed> {
        let feed = self.feed.lock().take();
        self.is_feed_taken.store(true, Ordering::Release);
        feed
    }

    /// One server has the database to itself. What commands write beside it, it does not hear.
    fn hear_others(&self, _: Arc<dyn Interest>) -> bool {
        false
    }

    fn check(&self) -> Pending<()> {
        let written = self.write(|tx| {
            // The value changes each time: a write that changes nothing would not reach the disk.
            tx.db.execute(
                "INSERT INTO meta (name, value)
                 VALUES ('check', 1)
                 ON CONFLICT (name) DO UPDATE SET value = 1 - value",
                (),
            )?;
            Ok(())
        });
        let read = self.read(|db| {
            db.query_row(
                "SELECT name
                 FROM meta
                 WHERE name = 'epoch'",
                (),
                |_| Ok(()),
            )?;
            Ok(())
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
            // The sender is gone only with the thread itself, so either way the writer has ended.
            drop(ended.wait_for(|has_ended| *has_ended).await);
            Ok(())
        })
    }
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        // The threads end after what is queued. They are not waited for: the writer may wait for
        // whoever reads the feed, and that may be the thread that drops.
        self.commands.close();
        self.reads.close();
    }
}

fn start(name: &str, run: impl FnOnce() + Send + 'static) -> Result<()> {
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(run)
        .map(drop)
        .map_err(|error| StoreError::Unavailable(format!("no thread can be started: {error}")))
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc as std_mpsc;

    use super::*;
    use crate::Users;

    fn fresh(queued_writes: usize) -> (SqliteStore, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let mut options = SqliteOptions::at(folder.path().join("salala.db"));
        options.queued_writes = queued_writes;
        (SqliteStore::open(options).unwrap(), folder)
    }

    /// A write that runs, and holds up the writer until it is released.
    async fn hold(store: &SqliteStore) -> (std_mpsc::Sender<()>, Pending<()>) {
        let (release, released) = std_mpsc::channel::<()>();
        let (begun, has_begun) = tokio::sync::oneshot::channel();
        let held = store.write(move |_| {
            begun.send(()).unwrap();
            released.recv().unwrap();
            Ok(())
        });
        has_begun.await.unwrap();
        (release, held)
    }

    fn note(tx: &WriteTx<'_>, name: &str) -> Result<()> {
        tx.db.execute("INSERT INTO meta (name, value) VALUES (?1, 1)", [name])?;
        Ok(())
    }

    async fn notes(store: &SqliteStore) -> Vec<String> {
        let read = store.read(|db| {
            let mut statement =
                db.prepare("SELECT name FROM meta WHERE name <> 'epoch' ORDER BY name")?;
            let names = statement.query_map((), |row| row.get(0))?;
            Ok(names.collect::<rusqlite::Result<_>>()?)
        });
        read.await.unwrap()
    }

    #[tokio::test]
    async fn a_write_that_panics_is_rolled_back_alone() {
        let (store, _folder) = fresh(99);
        let (release, held) = hold(&store).await;
        let before = store.write(|tx| note(tx, "before"));
        let panicked = store.write(|tx| -> Result<()> {
            note(tx, "panicked")?;
            panic!("on purpose")
        });
        let after = store.write(|tx| note(tx, "after"));
        release.send(()).unwrap();
        held.await.unwrap();
        before.await.unwrap();
        assert!(matches!(panicked.await, Err(StoreError::Corrupt(_))));
        after.await.unwrap();
        assert_eq!(notes(&store).await, ["after", "before"]);
        let read: Pending<()> = store.read(|_| panic!("on purpose"));
        assert!(matches!(read.await, Err(StoreError::Corrupt(_))));
        assert_eq!(store.count_users().await, Ok(0));
    }

    #[tokio::test]
    async fn a_batch_that_meets_a_storage_error_is_refused_whole() {
        let (store, _folder) = fresh(99);
        let (release, held) = hold(&store).await;
        let before = store.write(|tx| note(tx, "before"));
        let lost: Pending<()> = store.write(|_| Err(StoreError::Unavailable("gone".to_owned())));
        let after = store.write(|tx| note(tx, "after"));
        release.send(()).unwrap();
        held.await.unwrap();
        for pending in [before, lost, after] {
            assert_eq!(pending.await, Err(StoreError::Unavailable("gone".to_owned())));
        }
        assert_eq!(notes(&store).await, Vec::<String>::new());
        store.write(|tx| note(tx, "later")).await.unwrap();
        assert_eq!(notes(&store).await, ["later"]);
    }

    #[tokio::test]
    async fn one_write_more_than_the_queue_holds_is_busy() {
        let (store, _folder) = fresh(2);
        let (release, held) = hold(&store).await;
        let queued = [store.write(|_| Ok(())), store.write(|_| Ok(()))];
        assert_eq!(store.write(|_| Ok(())).await, Err(StoreError::Busy));
        release.send(()).unwrap();
        held.await.unwrap();
        for pending in queued {
            pending.await.unwrap();
        }
        store.write(|_| Ok(())).await.unwrap();
    }
}
