//! Opening the file, and bringing its tables up to date.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::error::Result;
use crate::StoreError;

/// Numbered steps, each applied once and for good, in one transaction; `user_version` says how many.
const MIGRATIONS: [(&str, &str); 1] =
    [("0001_initial", include_str!("../../migrations/sqlite/0001_initial.sql"))];

/// Where the database lies, and how to tell it from another one that is put in its place.
#[derive(Clone, Debug)]
pub(super) struct Location {
    path: PathBuf,
    epoch: Vec<u8>,
}

/// A connection that knows which file it holds open.
pub(super) struct Opened {
    /// The connection.
    pub(super) db: Connection,
    file: (u64, u64),
}

impl Opened {
    /// A file that was moved away can still be written through an open handle, but what is written
    /// there would not be found after a restart; so a connection counts only while its file is in
    /// its place.
    pub(super) fn is_in_place(&self, location: &Location) -> bool {
        identify(&location.path).is_ok_and(|file| file == self.file)
    }
}

impl Location {
    /// Makes the file where there is none (mode 0600), and brings its tables up to date.
    ///
    /// # Errors
    /// `Unavailable` with one sentence that names the file.
    pub(super) fn prepare(path: &Path) -> Result<Self> {
        let explain = |cause: &str| {
            StoreError::Unavailable(format!("{} cannot be used: {cause}", path.display()))
        };
        create_file(path).map_err(|error| explain(&error.to_string()))?;
        let mut db = connect(path, false).map_err(|error| explain(&error.to_string()))?;
        // WAL stays with the file: readers go on while the writer writes, and one flush is a commit.
        db.query_row("PRAGMA journal_mode = WAL", (), |_| Ok(()))
            .map_err(|error| explain(&error.to_string()))?;
        apply_migrations(&mut db).map_err(|error| match error {
            StoreError::Unavailable(cause) | StoreError::Corrupt(cause) => explain(&cause),
            other => other,
        })?;
        let epoch = read_epoch(&db).map_err(|error| explain(&error.to_string()))?;
        Ok(Self { path: path.to_owned(), epoch })
    }

    /// A connection for the writer.
    pub(super) fn open_writer(&self) -> Result<Opened> {
        let opened = self.open(false)?;
        opened.db.execute_batch(
            "PRAGMA synchronous = FULL;
             PRAGMA foreign_keys = ON;
             PRAGMA wal_autocheckpoint = 4000;
             PRAGMA journal_size_limit = 67108864;
             PRAGMA cache_size = -16384;",
        )?;
        Ok(opened)
    }

    /// A connection that cannot write.
    pub(super) fn open_reader(&self) -> Result<Opened> {
        let opened = self.open(true)?;
        opened.db.execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -4096;")?;
        Ok(opened)
    }

    fn open(&self, is_reader: bool) -> Result<Opened> {
        let file = identify(&self.path).map_err(|error| self.explain(&error.to_string()))?;
        let db = connect(&self.path, is_reader)?;
        db.execute_batch("PRAGMA mmap_size = 67108864; PRAGMA temp_store = MEMORY;")?;
        db.set_prepared_statement_cache_capacity(128);
        let epoch = read_epoch(&db).map_err(|error| self.explain(&error.to_string()))?;
        if epoch != self.epoch {
            return Err(self.explain("another database lies in its place"));
        }
        Ok(Opened { db, file })
    }

    fn explain(&self, cause: &str) -> StoreError {
        StoreError::Unavailable(format!("{} cannot be used: {cause}", self.path.display()))
    }
}

fn connect(path: &Path, is_reader: bool) -> rusqlite::Result<Connection> {
    let access = match is_reader {
        true => OpenFlags::SQLITE_OPEN_READ_ONLY,
        false => OpenFlags::SQLITE_OPEN_READ_WRITE,
    };
    // Without CREATE: a file that went away must not come back empty. Each connection belongs to one
    // thread, so it needs no lock of its own.
    let db = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    db.busy_timeout(Duration::from_secs(5))?;
    Ok(db)
}

fn create_file(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(path)
}

fn identify(path: &Path) -> io::Result<(u64, u64)> {
    let metadata = std::fs::metadata(path)?;
    Ok((metadata.dev(), metadata.ino()))
}

fn read_epoch(db: &Connection) -> rusqlite::Result<Vec<u8>> {
    db.query_row(
        "SELECT value
         FROM meta
         WHERE name = 'epoch'",
        (),
        |row| row.get(0),
    )
}

fn apply_migrations(db: &mut Connection) -> Result<()> {
    loop {
        let transaction = db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let version: usize = transaction
            .query_row("PRAGMA user_version", (), |row| row.get::<_, i64>(0))
            .map(|version| usize::try_from(version).unwrap_or(usize::MAX))?;
        if version > MIGRATIONS.len() {
            return Err(StoreError::Corrupt(format!(
                "its schema is of version {version}, and this program knows {} at most",
                MIGRATIONS.len()
            )));
        }
        let Some((name, sql)) = MIGRATIONS.get(version) else { return Ok(()) };
        let tables: i64 =
            transaction.query_row("SELECT COUNT(*) FROM sqlite_schema", (), |row| row.get(0))?;
        if version == 0 && tables > 0 {
            return Err(StoreError::Corrupt("it is a database of something else".to_owned()));
        }
        transaction.execute_batch(sql)?;
        transaction.pragma_update(None, "user_version", rows_of(version + 1))?;
        transaction.commit()?;
        tracing::info!(migration = name, "migration applied");
    }
}

fn rows_of(version: usize) -> i64 {
    i64::try_from(version).unwrap_or(i64::MAX)
}
