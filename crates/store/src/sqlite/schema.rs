//! Opening the file, and bringing its tables up to date.

use std::fmt::Display;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::cells::rows;
use super::error::Result;
use super::message_search::add_search_words;
use crate::StoreError;

/// Numbered steps, each applied once and for good, in one transaction; `user_version` says how many.
const MIGRATIONS: [(&str, &str); 9] = [
    ("0001_initial", include_str!("../../migrations/sqlite/0001_initial.sql")),
    (
        "0002_read_marks_in_blocks",
        include_str!("../../migrations/sqlite/0002_read_marks_in_blocks.sql"),
    ),
    ("0003_blocks", include_str!("../../migrations/sqlite/0003_blocks.sql")),
    ("0004_message_search", include_str!("../../migrations/sqlite/0004_message_search.sql")),
    ("0005_erasures", include_str!("../../migrations/sqlite/0005_erasures.sql")),
    ("0006_calls", include_str!("../../migrations/sqlite/0006_calls.sql")),
    ("0007_recovery", include_str!("../../migrations/sqlite/0007_recovery.sql")),
    ("0008_push", include_str!("../../migrations/sqlite/0008_push.sql")),
    ("0009_uploads", include_str!("../../migrations/sqlite/0009_uploads.sql")),
];

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
        create_file(path).map_err(|error| unusable(path, &error))?;
        let mut db = connect(path, false).map_err(|error| unusable(path, &error))?;
        // WAL stays with the file: readers go on while the writer writes, and one flush is a commit.
        db.query_row("PRAGMA journal_mode = WAL", (), |_| Ok(()))
            .map_err(|error| unusable(path, &error))?;
        apply_migrations(&mut db).map_err(|error| unusable(path, &error))?;
        let epoch = read_epoch(&db).map_err(|error| unusable(path, &error))?;
        Ok(Self { path: path.to_owned(), epoch })
    }

    /// A connection for the writer.
    pub(super) fn open_writer(&self) -> Result<Opened> {
        let opened = self.open(false)?;
        opened.db.execute_batch(
            // What is deleted is overwritten where its page is written anyway.
            "PRAGMA synchronous = FULL;
             PRAGMA secure_delete = FAST;
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
        let file = identify(&self.path).map_err(|error| unusable(&self.path, &error))?;
        let db = connect(&self.path, is_reader)?;
        // The file is not mapped into memory: a read error would end the process there.
        db.execute_batch("PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY;")?;
        db.set_prepared_statement_cache_capacity(128);
        // Plans must not depend on the values bound: each new value would prepare the statement anew.
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        let epoch = read_epoch(&db).map_err(|error| unusable(&self.path, &error))?;
        if epoch != self.epoch {
            return Err(unusable(&self.path, &"another database lies in its place"));
        }
        Ok(Opened { db, file })
    }
}

fn unusable(path: &Path, cause: &dyn Display) -> StoreError {
    StoreError::Unavailable(format!("{} cannot be used: {cause}", path.display()))
}

/// A connection to a file that is there.
pub(super) fn connect(path: &Path, is_reader: bool) -> rusqlite::Result<Connection> {
    let access = if is_reader {
        OpenFlags::SQLITE_OPEN_READ_ONLY
    } else {
        OpenFlags::SQLITE_OPEN_READ_WRITE
    };
    // Without CREATE: a file that went away must not come back empty. Each connection belongs to one
    // thread, so it needs no lock of its own.
    let db = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    db.busy_timeout(Duration::from_secs(5))?;
    #[cfg(test)]
    let db = super::plans::watch(db);
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

/// Why the tables cannot be brought up to date.
#[derive(Debug, thiserror::Error)]
enum MigrationError {
    #[error("its schema is of version {version}, and this program knows {known} at most")]
    Newer { version: usize, known: usize },
    #[error("it is a database of something else")]
    Foreign,
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
}

fn apply_migrations(db: &mut Connection) -> std::result::Result<(), MigrationError> {
    add_search_words(db)?;
    loop {
        let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let version: i64 = transaction.query_row("PRAGMA user_version", (), |row| row.get(0))?;
        let version = usize::try_from(version).unwrap_or(usize::MAX);
        if version > MIGRATIONS.len() {
            return Err(MigrationError::Newer { version, known: MIGRATIONS.len() });
        }
        let Some((name, sql)) = MIGRATIONS.get(version) else { return Ok(()) };
        let tables: i64 =
            transaction.query_row("SELECT COUNT(*) FROM sqlite_schema", (), |row| row.get(0))?;
        if version == 0 && tables > 0 {
            return Err(MigrationError::Foreign);
        }
        transaction.execute_batch(sql)?;
        transaction.pragma_update(None, "user_version", rows(version + 1))?;
        transaction.commit()?;
        tracing::info!(migration = name, "migration applied");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_an_older_version_are_cut_into_blocks() {
        let mut db = Connection::open_in_memory().unwrap();
        db.execute_batch(MIGRATIONS[0].1).unwrap();
        db.execute_batch(
            "PRAGMA user_version = 1;
             PRAGMA foreign_keys = OFF;
             INSERT INTO message_reads (conversation_id, user_id, first_seq, last_seq, read_at)
             VALUES (x'01', x'02', 3, 9, 1), (x'01', x'02', 200, 700, 2), (x'01', x'03', 1, 256, 3);",
        )
        .unwrap();
        apply_migrations(&mut db).unwrap();
        let mut statement = db
            .prepare(
                "SELECT first_seq, last_seq, read_at
                 FROM message_reads
                 ORDER BY user_id, first_seq",
            )
            .unwrap();
        let rows = statement.query_map((), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
        let rows: Vec<(i64, i64, i64)> = rows.unwrap().map(|row| row.unwrap()).collect();
        let second = [(200, 255, 2), (256, 511, 2), (512, 700, 2)];
        assert_eq!(rows, [&[(3, 9, 1)][..], &second, &[(1, 255, 3), (256, 256, 3)]].concat());
    }
}
