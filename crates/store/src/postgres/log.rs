//! The log: how far it goes, what one missed of it, and trimming it.

use futures_util::future::join;
use salala_core::Timestamp;
use salala_core::ids::UserId;
use uuid::Uuid;

use super::PostgresStore;
use super::cells::{Cells, number, rows};
use super::db::Db;
use super::error::Result;
use super::log_rows::{load_memberships, uuids_of};
use super::missed::read_page;
use super::write_tx::WriteTx;
use crate::missed::is_trimmed;
use crate::ports::log::{Log, LogReader, LogSpan, Missed, MissedPage};
use crate::{Pending, StoreError};

impl Log for PostgresStore {
    fn epoch(&self) -> Pending<[u8; 16]> {
        self.read(async |db: &Db| {
            let row = db
                .query_one(
                    "SELECT value
                     FROM meta
                     WHERE name = 'epoch'",
                    &[],
                )
                .await?;
            let epoch: &[u8] = Cells::new(&row).take()?;
            epoch
                .try_into()
                .map_err(|_| StoreError::Corrupt("the epoch has not 16 bytes".to_owned()))
        })
    }

    fn newest_position(&self) -> Pending<u64> {
        self.read(async |db: &Db| {
            let row = db
                .query_one(
                    "SELECT COALESCE(MAX(position), 0)
                     FROM log",
                    &[],
                )
                .await?;
            Cells::new(&row).number()
        })
    }

    fn missed(&self, user_id: UserId, span: LogSpan, most: usize) -> Pending<Missed> {
        self.read(async move |db: &Db| {
            let memberships = load_memberships(db, user_id, span.after);
            let (oldest, memberships) = join(oldest_position(db), memberships).await;
            if is_trimmed(span, oldest?) {
                return Ok(Missed::Trimmed);
            }
            let audiences = uuids_of(memberships?.audiences(user_id));
            count_rows(db, &audiences, span, most).await.map(Missed::Rows)
        })
    }

    fn missed_page(&self, reader: LogReader, span: LogSpan, limit: usize) -> Pending<MissedPage> {
        self.read(async move |db: &Db| read_page(db, &reader, span, limit).await)
    }

    fn trim_log(&self, before: Timestamp, limit: usize) -> Pending<u64> {
        self.write([], async move |tx: &mut WriteTx<'_>| trim(tx.db, before, limit).await)
    }
}

/// The first position in the log.
pub(super) async fn oldest_position(db: &Db) -> Result<u64> {
    let row = db
        .query_one(
            "SELECT COALESCE(MIN(position), 0)
             FROM log",
            &[],
        )
        .await?;
    Cells::new(&row).number()
}

async fn count_rows(db: &Db, audiences: &[Uuid], span: LogSpan, most: usize) -> Result<usize> {
    let row = db
        .query_one(
            "SELECT COUNT(*)
             FROM (
                 SELECT 1
                 FROM unnest($1::uuid[]) AS audience (id)
                 CROSS JOIN LATERAL (
                     SELECT 1
                     FROM log
                     WHERE audience_id = audience.id AND position > $2 AND position <= $3
                     LIMIT $4
                 ) AS one
                 LIMIT $4
             ) AS found",
            &[&audiences, &number(span.after), &number(span.up_to), &rows(most)],
        )
        .await?;
    Ok(usize::try_from(Cells::new(&row).number()?).unwrap_or(usize::MAX))
}

/// Of the oldest rows, up to the last that is old enough: a clock that went wrong for a moment holds
/// nothing up.
async fn trim(db: &Db, before: Timestamp, limit: usize) -> Result<u64> {
    db.execute(
        "DELETE FROM log
         WHERE position <= (
             SELECT MAX(position)
             FROM (
                 SELECT position, committed_at
                 FROM log
                 WHERE position < (SELECT MAX(position) FROM log)
                 ORDER BY position
                 LIMIT $2
             ) AS oldest
             WHERE committed_at < $1
         )",
        &[&before.unix_ms(), &rows(limit)],
    )
    .await
}
