//! Working off what is to be pushed, and the port for it.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};
use salala_core::Timestamp;
use salala_core::ids::{ConversationId, UserId};
use salala_core::push::{DeviceKind, PushKind, PushReason, PushState};
use salala_core::records::{LeasedPush, PushLogEntry};

use super::SqliteStore;
use super::cells::{Cells, number, rows};
use super::devices::remove;
use super::error::Result;
use super::push_expand::expand_next;
use super::push_queue::{devices_of, queue_clear, queue_push};
use super::push_rows::load_leased;
use super::write_tx::WriteTx;
use super::writer::Write;
use crate::Pending;
use crate::ports::pushes::{PushBacklog, PushLease, PushOutcome, Pushes, SettledPush};
use crate::push_rows::{About, BACKLOG_MAX, EXPAND_AT_ONCE, columns_of, waited_since};

impl Pushes for SqliteStore {
    fn lease_pushes(&self, lease: PushLease) -> Pending<Vec<LeasedPush>> {
        // Mostly there is nothing to do, and that takes no place among the writes.
        let due = self.read(move |db| is_due(db, lease));
        let (commands, reads) = (Arc::clone(&self.commands), Arc::clone(&self.reads));
        Box::pin(async move {
            if !due.await? {
                return Ok(Vec::new());
            }
            let leasing = move |tx: &mut WriteTx<'_>| take_lease(tx, lease);
            let numbers = Write::submit(&commands, 0, leasing).await?;
            if numbers.is_empty() {
                return Ok(Vec::new());
            }
            super::readers::submit(&reads, move |db| load_leased(db, &numbers, lease.now)).await
        })
    }

    fn settle_pushes(&self, settled: Vec<SettledPush>, now: Timestamp) -> Pending<()> {
        let size_bytes = settled.len() * size_of::<SettledPush>();
        self.write_sized(size_bytes, move |tx| {
            settled.iter().try_for_each(|settled| settle(tx, settled, now))
        })
    }

    fn release_pushes(&self, now: Timestamp) -> Pending<u64> {
        self.write(move |tx| {
            let released = tx.db.execute(
                "UPDATE pushes
                 SET due_at = ?1
                 WHERE due_at > ?1 AND reason IS NULL",
                [now.unix_ms()],
            )?;
            Ok(released as u64)
        })
    }

    fn queue_test_push(&self, user_id: UserId, test: [u8; 16], now: Timestamp) -> Pending<u64> {
        self.write(move |tx| {
            let devices = devices_of(tx.db, user_id)?;
            for (to, _) in &devices {
                queue_push(tx.db, *to, About::test(test, now), now.unix_ms())?;
            }
            Ok(devices.len() as u64)
        })
    }

    fn push_log(
        &self,
        user_id: UserId,
        before: Option<u64>,
        limit: usize,
    ) -> Pending<Vec<PushLogEntry>> {
        self.read(move |db| {
            let mut statement = db.prepare_cached(
                "SELECT number, device_id, device_kind, kind, conversation_id, subject_id, first_seq,
                     seq, state, reason, detail, attempts, created_at, settled_at
                 FROM pushes
                 WHERE user_id = ?1 AND number < ?2
                 ORDER BY number DESC
                 LIMIT ?3",
            )?;
            let entries = statement
                .query_map(
                    params![user_id.as_bytes(), before.map_or(i64::MAX, number), rows(limit)],
                    |row| entry_from(&mut Cells::new(row)),
                )?
                .collect::<rusqlite::Result<_>>()?;
            Ok(entries)
        })
    }

    fn push_backlog(&self) -> Pending<PushBacklog> {
        self.read(|db| {
            let backlog = db
                .prepare_cached(
                    "SELECT
                         (SELECT COUNT(*) FROM (SELECT 1 FROM push_outbox LIMIT ?1)),
                         (SELECT COUNT(*) FROM (
                              SELECT 1 FROM pushes WHERE due_at IS NOT NULL LIMIT ?1)),
                         (SELECT created_at FROM push_outbox ORDER BY number LIMIT 1),
                         (SELECT created_at FROM pushes WHERE due_at IS NOT NULL
                          ORDER BY due_at LIMIT 1)",
                )?
                .query_row([rows(BACKLOG_MAX)], |row| {
                    let mut cells = Cells::new(row);
                    let (messages, pushes) = (cells.number()?, cells.number()?);
                    let oldest = [cells.optional_moment()?, cells.optional_moment()?];
                    let oldest = oldest.into_iter().flatten().min();
                    Ok(PushBacklog { messages, pushes, oldest })
                })?;
            Ok(backlog)
        })
    }

    fn forget_pushes(&self, before: Timestamp, limit: usize) -> Pending<u64> {
        self.write(move |tx| {
            let forgotten = tx.db.execute(
                "DELETE FROM pushes
                 WHERE number IN (
                     SELECT number
                     FROM pushes
                     WHERE settled_at < ?1
                     LIMIT ?2
                 )",
                params![before.unix_ms(), rows(limit)],
            )?;
            Ok(forgotten as u64)
        })
    }

    fn push_key(&self, candidate: Vec<u8>) -> Pending<Vec<u8>> {
        self.write(move |tx| {
            tx.db.execute(
                "INSERT INTO meta (name, value)
                 VALUES ('push_key', ?1)
                 ON CONFLICT (name) DO NOTHING",
                [&candidate],
            )?;
            let kept = tx.db.query_row(
                "SELECT value
                 FROM meta
                 WHERE name = 'push_key'",
                (),
                |row| row.get(0),
            )?;
            Ok(kept)
        })
    }
}

fn is_due(db: &Connection, lease: PushLease) -> Result<bool> {
    let is = db
        .prepare_cached(
            "SELECT EXISTS (
                 SELECT 1
                 FROM pushes
                 WHERE due_at <= ?1
             ) OR COALESCE((
                 SELECT created_at
                 FROM push_outbox
                 ORDER BY number
                 LIMIT 1
             ) <= ?2, FALSE)",
        )?
        .query_row(params![lease.now.unix_ms(), waited_since(lease)], |row| row.get(0))?;
    Ok(is)
}

fn take_lease(tx: &WriteTx<'_>, lease: PushLease) -> Result<Vec<i64>> {
    let mut left = EXPAND_AT_ONCE;
    while left > 0 {
        let Some(devices) = expand_next(tx.db, lease, left)? else { break };
        // A message without any device is work too.
        left = left.saturating_sub(devices.max(1));
    }
    let mut statement = tx.db.prepare_cached(
        "UPDATE pushes
         SET due_at = ?2, attempts = attempts + 1, reason = NULL, detail = NULL
         WHERE number IN (
             SELECT number
             FROM pushes
             WHERE due_at <= ?1
             ORDER BY due_at
             LIMIT ?3
         )
         RETURNING number",
    )?;
    let numbers = statement
        .query_map(params![lease.now.unix_ms(), lease.until.unix_ms(), rows(lease.limit)], |row| {
            row.get(0)
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(numbers)
}

fn settle(tx: &WriteTx<'_>, settled: &SettledPush, now: Timestamp) -> Result<()> {
    if settled.outcome == PushOutcome::Unregistered {
        remove(tx.db, settled.device_id)?;
    }
    let columns = columns_of(&settled.outcome);
    // By its device too: a number may be given again once its row was forgotten.
    let mut statement = tx.db.prepare_cached(
        "UPDATE pushes
         SET state = ?3, reason = ?4, detail = ?5, due_at = ?6, settled_at = ?7,
             attempts = attempts - CASE ?4 WHEN 'maybe_viewing' THEN 1 ELSE 0 END
         WHERE number = ?1 AND device_id = ?2 AND due_at IS NOT NULL
         RETURNING user_id, kind, conversation_id, subject_id, seq",
    )?;
    let told = statement
        .query_row(
            params![
                number(settled.number),
                settled.device_id.as_bytes(),
                columns.state.as_str(),
                columns.reason.map(PushReason::as_str),
                columns.detail,
                columns.due_at,
                columns.due_at.is_none().then(|| now.unix_ms())
            ],
            |row| {
                let mut cells = Cells::new(row);
                let user_id: UserId = cells.id()?;
                let kind: String = cells.take()?;
                let place: (Option<[u8; 16]>, [u8; 16]) = (cells.take()?, cells.take()?);
                Ok((user_id, kind, place, cells.number()?))
            },
        )
        .optional()?;
    if let Some((user_id, kind, (Some(conversation_id), message_id), seq)) = told
        && columns.state == PushState::Sent
        && PushKind::parse(&kind) == Some(PushKind::Message)
    {
        note_shown(tx.db, settled, user_id, (&conversation_id, &message_id, seq), now)?;
    }
    Ok(())
}

/// A device shows a message from now on, unless it was read meanwhile.
fn note_shown(
    db: &Connection,
    settled: &SettledPush,
    user_id: UserId,
    (conversation_id, message_id, seq): (&[u8; 16], &[u8; 16], u64),
    now: Timestamp,
) -> Result<()> {
    let noted = db
        .prepare_cached(
            "INSERT INTO push_shown (user_id, conversation_id, device_id, message_id, seq)
             SELECT ?1, ?2, id, ?4, ?5
             FROM devices
             WHERE id = ?3 AND user_id = ?1
             ON CONFLICT (user_id, conversation_id, device_id) DO UPDATE
             SET message_id = excluded.message_id, seq = excluded.seq
             WHERE excluded.seq > push_shown.seq",
        )?
        .execute(params![
            user_id.as_bytes(),
            conversation_id,
            settled.device_id.as_bytes(),
            message_id,
            number(seq)
        ])?;
    if noted == 0 {
        return Ok(());
    }
    let read: Option<i64> = db
        .prepare_cached(
            "SELECT last_read_seq
             FROM participants
             WHERE conversation_id = ?1 AND user_id = ?2",
        )?
        .query_row(params![conversation_id, user_id.as_bytes()], |row| row.get(0))
        .optional()?;
    // Whoever is a member no more is to see nothing of it either.
    let read = read.and_then(|read| u64::try_from(read).ok()).unwrap_or(u64::MAX);
    let conversation_id = ConversationId::from_bytes(*conversation_id);
    if read >= seq { queue_clear(db, user_id, conversation_id, read, now) } else { Ok(()) }
}

fn entry_from(cells: &mut Cells<'_, '_>) -> rusqlite::Result<PushLogEntry> {
    let (number, device_id) = (cells.number()?, cells.id()?);
    // The table's checks allow no other words.
    let device_kind = DeviceKind::parse(&cells.take::<String>()?).unwrap_or(DeviceKind::Fcm);
    let kind = PushKind::parse(&cells.take::<String>()?).unwrap_or(PushKind::Message);
    let conversation_id = cells.optional_id()?;
    let subject_id = cells.take()?;
    let (first_seq, seq) = (cells.number()?, cells.number()?);
    Ok(PushLogEntry {
        number,
        device_id,
        device_kind,
        kind,
        conversation_id,
        subject_id,
        messages: if seq == 0 { 0 } else { seq.saturating_sub(first_seq) + 1 },
        state: PushState::parse(&cells.take::<String>()?).unwrap_or(PushState::Waiting),
        reason: cells.take::<Option<String>>()?.as_deref().and_then(PushReason::parse),
        detail: cells.take()?,
        attempts: cells.number()?,
        created_at: cells.moment()?,
        settled_at: cells.optional_moment()?,
    })
}
