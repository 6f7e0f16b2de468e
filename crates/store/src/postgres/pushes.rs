//! Working off what is to be pushed, and the port for it.

use std::sync::Arc;

use salala_core::Timestamp;
use salala_core::ids::{ConversationId, UserId};
use salala_core::push::{DeviceKind, PushKind, PushReason, PushState};
use salala_core::records::{LeasedPush, PushLogEntry};
use tokio_postgres::Row;
use uuid::Uuid;

use super::PostgresStore;
use super::cells::{Cells, DbId, number, rows};
use super::db::Db;
use super::devices::remove;
use super::error::Result;
use super::locks::Key;
use super::push_expand::{expand_next, may_expand};
use super::push_queue::{PushRows, devices_of, queue_clear};
use super::push_rows::load_leased;
use super::readers;
use super::write_tx::WriteTx;
use super::writer::Write;
use crate::Pending;
use crate::ports::pushes::{PushBacklog, PushLease, PushOutcome, Pushes, SettledPush};
use crate::push_rows::{About, BACKLOG_MAX, EXPAND_AT_ONCE, columns_of, waited_since};

impl Pushes for PostgresStore {
    fn lease_pushes(&self, lease: PushLease) -> Pending<Vec<LeasedPush>> {
        // Mostly there is nothing to do, and that takes no place among the writes.
        let due = self.read(async move |db: &Db| is_due(db, lease).await);
        let (commands, reads) = (Arc::clone(&self.commands), Arc::clone(&self.reads));
        Box::pin(async move {
            if !due.await? {
                return Ok(Vec::new());
            }
            let leasing = async move |tx: &mut WriteTx<'_>| take_lease(tx.db, lease).await;
            let numbers = Write::submit(&commands, Vec::new(), 0, leasing).await?;
            if numbers.is_empty() {
                return Ok(Vec::new());
            }
            let reading = async move |db: &Db| load_leased(db, &numbers, lease.now).await;
            readers::submit(&reads, reading).await
        })
    }

    fn settle_pushes(&self, settled: Vec<SettledPush>, now: Timestamp) -> Pending<()> {
        let size_bytes = settled.len() * size_of::<SettledPush>();
        self.write_sized([], size_bytes, async move |tx: &mut WriteTx<'_>| {
            settle_all(tx.db, &settled, now).await
        })
    }

    fn release_pushes(&self, now: Timestamp) -> Pending<u64> {
        self.write([], async move |tx: &mut WriteTx<'_>| {
            tx.db
                .execute(
                    "UPDATE pushes
                     SET due_at = $1
                     WHERE due_at > $1 AND reason IS NULL",
                    &[&now.unix_ms()],
                )
                .await
        })
    }

    fn queue_test_push(&self, user_id: UserId, test: [u8; 16], now: Timestamp) -> Pending<u64> {
        self.write([Key::User(user_id)], async move |tx: &mut WriteTx<'_>| {
            let devices = devices_of(tx.db, user_id).await?;
            let mut rows = PushRows::default();
            for (to, _) in &devices {
                rows.add(*to, About::test(test, now), now.unix_ms());
            }
            rows.insert(tx.db).await?;
            Ok(devices.len() as u64)
        })
    }

    fn push_log(
        &self,
        user_id: UserId,
        before: Option<u64>,
        limit: usize,
    ) -> Pending<Vec<PushLogEntry>> {
        self.read(async move |db: &Db| {
            let entries = db
                .query(
                    "SELECT number, device_id, device_kind, kind, conversation_id, subject_id,
                         first_seq, seq, state, reason, detail, attempts, created_at, settled_at
                     FROM pushes
                     WHERE user_id = $1 AND number < $2
                     ORDER BY number DESC
                     LIMIT $3",
                    &[&user_id.to_db(), &before.map_or(i64::MAX, number), &rows(limit)],
                )
                .await?;
            entries.iter().map(entry_from).collect()
        })
    }

    fn push_backlog(&self) -> Pending<PushBacklog> {
        self.read(async |db: &Db| {
            let row = db
                .query_one(
                    "SELECT
                         (SELECT COUNT(*) FROM (SELECT 1 FROM push_outbox LIMIT $1) AS counted),
                         (SELECT COUNT(*) FROM (
                              SELECT 1 FROM pushes WHERE due_at IS NOT NULL LIMIT $1) AS counted),
                         (SELECT created_at FROM push_outbox ORDER BY number LIMIT 1),
                         (SELECT created_at FROM pushes WHERE due_at IS NOT NULL
                          ORDER BY due_at LIMIT 1)",
                    &[&rows(BACKLOG_MAX)],
                )
                .await?;
            let mut cells = Cells::new(&row);
            let (messages, pushes) = (cells.number()?, cells.number()?);
            let oldest = [cells.optional_moment()?, cells.optional_moment()?];
            let oldest = oldest.into_iter().flatten().min();
            Ok(PushBacklog { messages, pushes, oldest })
        })
    }

    fn forget_pushes(&self, before: Timestamp, limit: usize) -> Pending<u64> {
        self.write([], async move |tx: &mut WriteTx<'_>| {
            tx.db
                .execute(
                    "DELETE FROM pushes
                     WHERE number = ANY (ARRAY(
                         SELECT number
                         FROM pushes
                         WHERE settled_at < $1
                         LIMIT $2
                         FOR UPDATE SKIP LOCKED
                     ))",
                    &[&before.unix_ms(), &rows(limit)],
                )
                .await
        })
    }

    fn push_key(&self, candidate: Vec<u8>) -> Pending<Vec<u8>> {
        self.write([Key::Name(b"push_key".to_vec())], async move |tx: &mut WriteTx<'_>| {
            tx.db
                .execute(
                    "INSERT INTO meta (name, value)
                     VALUES ('push_key', $1)
                     ON CONFLICT (name) DO NOTHING",
                    &[&candidate],
                )
                .await?;
            let row = tx
                .db
                .query_one(
                    "SELECT value
                     FROM meta
                     WHERE name = 'push_key'",
                    &[],
                )
                .await?;
            Cells::new(&row).take()
        })
    }
}

async fn is_due(db: &Db, lease: PushLease) -> Result<bool> {
    let row = db
        .query_one(
            "SELECT EXISTS (
                 SELECT 1
                 FROM pushes
                 WHERE due_at <= $1
             ) OR COALESCE((
                 SELECT created_at
                 FROM push_outbox
                 ORDER BY number
                 LIMIT 1
             ) <= $2, FALSE)",
            &[&lease.now.unix_ms(), &waited_since(lease)],
        )
        .await?;
    Cells::new(&row).take()
}

async fn take_lease(db: &Db, lease: PushLease) -> Result<Vec<i64>> {
    let mut left = if may_expand(db).await? { EXPAND_AT_ONCE } else { 0 };
    while left > 0 {
        let Some(devices) = expand_next(db, lease, left).await? else { break };
        // A message without any device is work too.
        left = left.saturating_sub(devices.max(1));
    }
    let leased = db
        .query(
            "UPDATE pushes
             SET due_at = $2, attempts = attempts + 1, reason = NULL, detail = NULL
             WHERE number = ANY (ARRAY(
                 SELECT number
                 FROM pushes
                 WHERE due_at <= $1
                 ORDER BY due_at
                 LIMIT $3
                 FOR UPDATE SKIP LOCKED
             ))
             RETURNING number",
            &[&lease.now.unix_ms(), &lease.until.unix_ms(), &rows(lease.limit)],
        )
        .await?;
    leased.iter().map(|row| Cells::new(row).take()).collect()
}

async fn settle_all(db: &Db, settled: &[SettledPush], now: Timestamp) -> Result<()> {
    let gone = settled.iter().filter(|settled| settled.outcome == PushOutcome::Unregistered);
    for settled in gone {
        remove(db, settled.device_id).await?;
    }
    let columns: Vec<_> = settled.iter().map(|settled| columns_of(&settled.outcome)).collect();
    let numbers: Vec<i64> = settled.iter().map(|settled| number(settled.number)).collect();
    let devices: Vec<Uuid> = settled.iter().map(|settled| settled.device_id.to_db()).collect();
    let states: Vec<&str> = columns.iter().map(|columns| columns.state.as_str()).collect();
    let reasons: Vec<Option<&str>> =
        columns.iter().map(|columns| columns.reason.map(PushReason::as_str)).collect();
    let details: Vec<Option<&str>> =
        columns.iter().map(|columns| columns.detail.as_deref()).collect();
    let dues: Vec<Option<i64>> = columns.iter().map(|columns| columns.due_at).collect();
    // By their devices too: a number may be given again once its row was forgotten.
    let told = db
        .query(
            "UPDATE pushes x
             SET state = settled.state, reason = settled.reason, detail = settled.detail,
                 due_at = settled.due_at,
                 settled_at = CASE WHEN settled.due_at IS NULL THEN $7::bigint END,
                 attempts = x.attempts
                     - CASE settled.reason WHEN 'maybe_viewing' THEN 1 ELSE 0 END
             FROM unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::text[],
                         $6::bigint[])
                 AS settled (number, device_id, state, reason, detail, due_at)
             WHERE x.number = settled.number AND x.device_id = settled.device_id
                 AND x.due_at IS NOT NULL
             RETURNING x.state, x.kind, x.user_id, x.conversation_id, x.device_id, x.subject_id,
                 x.seq",
            &[&numbers, &devices, &states, &reasons, &details, &dues, &now.unix_ms()],
        )
        .await?;
    let mut shown = Shown::default();
    for row in &told {
        shown.take(&mut Cells::new(row))?;
    }
    shown.note(db, now).await
}

/// Messages that devices show from now on.
#[derive(Default)]
struct Shown {
    user_id: Vec<Uuid>,
    conversation_id: Vec<Uuid>,
    device_id: Vec<Uuid>,
    message_id: Vec<Uuid>,
    seq: Vec<i64>,
}

impl Shown {
    fn take(&mut self, cells: &mut Cells<'_>) -> Result<()> {
        let is_sent = PushState::parse(cells.take()?) == Some(PushState::Sent);
        let is_message = PushKind::parse(cells.take()?) == Some(PushKind::Message);
        let (user_id, conversation_id) = (cells.take()?, cells.take::<Option<Uuid>>()?);
        if let Some(conversation_id) = conversation_id.filter(|_| is_sent && is_message) {
            self.user_id.push(user_id);
            self.conversation_id.push(conversation_id);
            self.device_id.push(cells.take()?);
            self.message_id.push(cells.take()?);
            self.seq.push(cells.take()?);
        }
        Ok(())
    }

    /// Notes them; what was read meanwhile is cleared at once.
    async fn note(&self, db: &Db, now: Timestamp) -> Result<()> {
        if self.user_id.is_empty() {
            return Ok(());
        }
        let Self { user_id, conversation_id, device_id, message_id, seq } = self;
        db.execute(
            "INSERT INTO push_shown (user_id, conversation_id, device_id, message_id, seq)
             SELECT DISTINCT ON (told.user_id, told.conversation_id, d.id)
                 told.user_id, told.conversation_id, d.id, told.message_id, told.seq
             FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::bigint[])
                 AS told (user_id, conversation_id, device_id, message_id, seq)
             JOIN devices d ON d.id = told.device_id AND d.user_id = told.user_id
             ORDER BY told.user_id, told.conversation_id, d.id, told.seq DESC
             ON CONFLICT (user_id, conversation_id, device_id) DO UPDATE
             SET message_id = excluded.message_id, seq = excluded.seq
             WHERE excluded.seq > push_shown.seq",
            &[user_id, conversation_id, device_id, message_id, seq],
        )
        .await?;
        // A reading changes the member's row before it looks for what is shown: either that finds this,
        // or this finds that.
        let read = db
            .query(
                "SELECT told.user_id, told.conversation_id, p.last_read_seq
             FROM unnest($1::uuid[], $2::uuid[], $3::bigint[])
                 AS told (user_id, conversation_id, seq)
             JOIN participants p
                 ON p.conversation_id = told.conversation_id AND p.user_id = told.user_id
             WHERE p.last_read_seq >= told.seq
             ORDER BY p.conversation_id, p.user_id
             FOR SHARE OF p",
                &[user_id, conversation_id, seq],
            )
            .await?;
        for row in &read {
            let mut cells = Cells::new(row);
            let (user_id, id): (UserId, ConversationId) = (cells.id()?, cells.id()?);
            queue_clear(db, user_id, id, cells.number()?, now).await?;
        }
        Ok(())
    }
}

fn entry_from(row: &Row) -> Result<PushLogEntry> {
    let mut cells = Cells::new(row);
    let (number, device_id) = (cells.number()?, cells.id()?);
    // The table's checks allow no other words.
    let device_kind = DeviceKind::parse(cells.take()?).unwrap_or(DeviceKind::Fcm);
    let kind = PushKind::parse(cells.take()?).unwrap_or(PushKind::Message);
    let conversation_id = cells.optional_id()?;
    let subject_id = cells.take::<Uuid>()?.into_bytes();
    let (first_seq, seq) = (cells.number()?, cells.number()?);
    Ok(PushLogEntry {
        number,
        device_id,
        device_kind,
        kind,
        conversation_id,
        subject_id,
        messages: if seq == 0 { 0 } else { seq.saturating_sub(first_seq) + 1 },
        state: PushState::parse(cells.take()?).unwrap_or(PushState::Waiting),
        reason: cells.take::<Option<&str>>()?.and_then(PushReason::parse),
        detail: cells.take()?,
        attempts: cells.number()?,
        created_at: cells.moment()?,
        settled_at: cells.optional_moment()?,
    })
}
