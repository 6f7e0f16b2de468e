//! The log: how far it goes, what one missed of it, and trimming it.

use rusqlite::{Connection, params};
use salala_core::Timestamp;
use salala_core::ids::UserId;

use super::SqliteStore;
use super::cells::{Cells, number, rows};
use super::error::Result;
use super::log_rows::load_memberships;
use super::missed::read_page;
use crate::Pending;
use crate::missed::is_trimmed;
use crate::ports::log::{Log, LogReader, LogSpan, Missed, MissedPage};

impl Log for SqliteStore {
    fn epoch(&self) -> Pending<[u8; 16]> {
        self.read(|db| {
            let epoch = db.query_row(
                "SELECT value
                 FROM meta
                 WHERE name = 'epoch'",
                (),
                |row| row.get(0),
            )?;
            Ok(epoch)
        })
    }

    fn newest_position(&self) -> Pending<u64> {
        self.read(newest_position)
    }

    fn missed(&self, user_id: UserId, span: LogSpan, most: usize) -> Pending<Missed> {
        self.read(move |db| {
            if is_trimmed(span, oldest_position(db)?) {
                return Ok(Missed::Trimmed);
            }
            let mut count = 0;
            for id in load_memberships(db, user_id, span.after)?.audiences(user_id) {
                count += count_rows(db, &id, span, most.saturating_sub(count))?;
                if count >= most {
                    break;
                }
            }
            Ok(Missed::Rows(count))
        })
    }

    fn missed_page(&self, reader: LogReader, span: LogSpan, limit: usize) -> Pending<MissedPage> {
        self.read(move |db| read_page(db, &reader, span, limit))
    }

    fn trim_log(&self, before: Timestamp, limit: usize) -> Pending<u64> {
        self.write(move |tx| trim(tx.db, before, limit))
    }
}

/// The last position in the log.
pub(super) fn newest_position(db: &Connection) -> Result<u64> {
    let position = db
        .prepare_cached(
            "SELECT COALESCE(MAX(position), 0)
             FROM log",
        )?
        .query_row((), |row| Cells::new(row).number())?;
    Ok(position)
}

/// The first position in the log.
pub(super) fn oldest_position(db: &Connection) -> Result<u64> {
    let position = db
        .prepare_cached(
            "SELECT COALESCE(MIN(position), 0)
             FROM log",
        )?
        .query_row((), |row| Cells::new(row).number())?;
    Ok(position)
}

fn count_rows(db: &Connection, id: &[u8; 16], span: LogSpan, most: usize) -> Result<usize> {
    let count: i64 = db
        .prepare_cached(
            "SELECT COUNT(*)
             FROM (
                 SELECT 1
                 FROM log
                 WHERE audience_id = ?1 AND position > ?2 AND position <= ?3
                 LIMIT ?4
             )",
        )?
        .query_row(params![id, number(span.after), number(span.up_to), rows(most)], |row| {
            row.get(0)
        })?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// Of the oldest rows, up to the last that is old enough: a clock that went wrong for a moment holds
/// nothing up.
fn trim(db: &Connection, before: Timestamp, limit: usize) -> Result<u64> {
    let trimmed = db
        .prepare_cached(
            "DELETE FROM log
             WHERE position <= (
                 SELECT MAX(position)
                 FROM (
                     SELECT position, committed_at
                     FROM log
                     WHERE position < (SELECT MAX(position) FROM log)
                     ORDER BY position
                     LIMIT ?2
                 ) oldest
                 WHERE committed_at < ?1
             )",
        )?
        .execute(params![before.unix_ms(), rows(limit)])?;
    Ok(u64::try_from(trimmed).unwrap_or(u64::MAX))
}
