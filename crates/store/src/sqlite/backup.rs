//! Copies of a database: made while it is in use, and put in its place again.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::schema::{Location, connect};
use crate::copies::{BackupError, replace, unusable, with_ending};

/// What SQLite keeps beside a database.
const COMPANIONS: [&str; 2] = ["-wal", "-shm"];

/// Copies the database at `from`, as it is at one moment, to the file `to`, for its owner alone; a file
/// that is there is replaced once the copy is whole and checked. Whoever uses the database goes on.
///
/// # Errors
/// Either file cannot be used; then `to` is as it was.
pub fn back_up(from: &Path, to: &Path) -> Result<(), BackupError> {
    // Without a database SQLite's words would be about a file that cannot be opened.
    fs::metadata(from).map_err(|error| unusable(from, &error))?;
    replace(to, &COMPANIONS, |part| {
        let db = connect(from, true).map_err(|error| unusable(from, &error))?;
        let text = part.to_str().ok_or_else(|| unusable(to, &"its name is not UTF-8"))?;
        db.execute("VACUUM INTO ?1", [text]).map_err(|error| unusable(to, &error))?;
        let copy = connect(part, true).map_err(|error| unusable(to, &error))?;
        check(&copy).map_err(|reason| unusable(from, &reason))
    })
}

/// Puts a copy in the place of the database at `to`, where nobody may be using one: checked whole,
/// brought up to date, and with an epoch of its own, so that nobody takes it for what was there.
///
/// # Errors
/// The copy is damaged, none of ours or of a newer version, or a file cannot be written; then `to` is as
/// it was.
pub fn restore(backup: &Path, to: &Path) -> Result<(), BackupError> {
    replace(to, &COMPANIONS, |part| {
        fs::copy(backup, part).map_err(|error| unusable(backup, &error))?;
        let copy = connect(part, false).map_err(|error| unusable(backup, &error))?;
        check(&copy).map_err(|reason| unusable(backup, &reason))?;
        drop(copy);
        Location::prepare(part).map_err(|error| unusable(backup, &error))?;
        let copy = connect(part, false).map_err(|error| unusable(backup, &error))?;
        // All into the one file, which is to be moved.
        let settled = copy
            .execute(
                "UPDATE meta
                 SET value = randomblob(16)
                 WHERE name = 'epoch'",
                (),
            )
            .and_then(|_| copy.query_row("PRAGMA journal_mode = DELETE", (), |_| Ok(())));
        settled.map_err(|error| unusable(to, &error))
    })
}

/// Looks whether a database is whole; it may be in use.
///
/// # Errors
/// It is not, cannot be read, or is none of ours.
pub fn examine(database: &Path) -> Result<(), BackupError> {
    let db = connect(database, true).map_err(|error| unusable(database, &error))?;
    check(&db).map_err(|reason| unusable(database, &reason))
}

/// The files that SQLite keeps beside a database.
pub fn companions(database: &Path) -> [PathBuf; 2] {
    COMPANIONS.map(|ending| with_ending(database, ending))
}

/// Is it a database of ours, whole, and without rows that refer to nothing?
fn check(db: &Connection) -> Result<(), String> {
    let ask = |sql| {
        let mut statement = db.prepare(sql)?;
        let mut rows = statement.query(())?;
        rows.next()?.map(|row| row.get::<_, rusqlite::types::Value>(0)).transpose()
    };
    let ask = |sql| ask(sql).map_err(|error: rusqlite::Error| error.to_string());
    let sound = rusqlite::types::Value::Text("ok".to_owned());
    match ask("SELECT name FROM sqlite_schema WHERE name = 'message_reads'")? {
        Some(_) => {}
        None => return Err("it is no database of Salala".to_owned()),
    }
    if ask("PRAGMA integrity_check(1)")? != Some(sound)
        || ask("PRAGMA foreign_key_check")?.is_some()
    {
        return Err("it is damaged".to_owned());
    }
    Ok(())
}
