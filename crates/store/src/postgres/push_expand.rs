//! From messages in the outbox to one push for each device.

use std::collections::HashMap;

use futures_util::future::join;
use salala_core::Timestamp;
use salala_core::ids::{ConversationId, DeviceId};
use salala_core::push::PushKind;
use uuid::Uuid;

use super::cells::{Cells, DbId, all_to_db, rows};
use super::db::Db;
use super::error::Result;
use super::locks::{Key, lock_found};
use super::push_queue::{PushRows, drop_waiting, kind, queue_clear, unset_push_to};
use crate::ports::pushes::PushLease;
use crate::push_rows::{
    About, Addressed, MESSAGES_AT_ONCE, Queued, news_for, senders, waited_since,
};

/// Of all processes one expands at a time; another one leaves it to that.
pub(super) async fn may_expand(db: &Db) -> Result<bool> {
    let row = db.query_one("SELECT pg_try_advisory_xact_lock(1, 2)", &[]).await?;
    Cells::new(&row).take()
}

/// Expands what waits of the conversation that has waited longest, to at most `limit` devices, and gives
/// to how many; `None` if nothing is due.
///
/// What was sent there meanwhile comes with it: one push is enough for all of it.
pub(super) async fn expand_next(db: &Db, lease: PushLease, limit: usize) -> Result<Option<usize>> {
    let Some((id, done_to)) = load_oldest(db, lease).await? else { return Ok(None) };
    let (queued, devices) = join(
        Box::pin(load_queued(db, id, done_to)),
        Box::pin(load_devices(db, id, done_to, limit)),
    )
    .await;
    let (queued, devices) = (queued?, devices?);
    push(db, id, &queued, &devices, lease.now).await?;
    let numbers: Vec<i64> = queued.iter().map(|queued| queued.number).collect();
    if let Some(last) = devices.last().filter(|_| devices.len() == limit) {
        db.execute(
            "UPDATE push_outbox o
             SET done_to = $2
             FROM unnest($1::bigint[]) AS named (number)
             WHERE o.number = named.number",
            &[&numbers, &last.device_id.to_db()],
        )
        .await?;
        return Ok(Some(devices.len()));
    }
    db.execute(
        "DELETE FROM push_outbox o
         USING unnest($1::bigint[]) AS named (number)
         WHERE o.number = named.number",
        &[&numbers],
    )
    .await?;
    // Whoever sends has read, whatever other devices of theirs show.
    for (user_id, seq) in senders(&queued) {
        queue_clear(db, user_id, id, seq, lease.now).await?;
    }
    if devices.is_empty() && done_to.is_none() {
        // Those who had devices have none any more.
        lock_found(db, [Key::Conversation(id)]).await?;
        unset_push_to(db, id).await?;
    }
    Ok(Some(devices.len()))
}

async fn load_oldest(
    db: &Db,
    lease: PushLease,
) -> Result<Option<(ConversationId, Option<DeviceId>)>> {
    let row = db
        .query_opt(
            "SELECT conversation_id, done_to, created_at
             FROM push_outbox
             ORDER BY number
             LIMIT 1",
            &[],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let mut cells = Cells::new(&row);
    let oldest = (cells.id()?, cells.optional_id()?);
    let created_at: i64 = cells.take()?;
    Ok((created_at <= waited_since(lease)).then_some(oldest))
}

async fn load_queued(
    db: &Db,
    id: ConversationId,
    done_to: Option<DeviceId>,
) -> Result<Vec<Queued>> {
    let queued = db
        .query(
            "SELECT number, message_id, sender_id, seq, created_at
             FROM push_outbox
             WHERE conversation_id = $1 AND done_to IS NOT DISTINCT FROM $2
             ORDER BY number
             LIMIT $3",
            &[&id.to_db(), &done_to.map(|id| id.to_db()), &rows(MESSAGES_AT_ONCE)],
        )
        .await?;
    queued
        .iter()
        .map(|row| {
            let mut cells = Cells::new(row);
            Ok(Queued {
                number: cells.take()?,
                message_id: cells.id()?,
                sender_id: cells.id()?,
                seq: cells.number()?,
                created_at: cells.moment()?,
            })
        })
        .collect()
}

async fn load_devices(
    db: &Db,
    id: ConversationId,
    done_to: Option<DeviceId>,
    limit: usize,
) -> Result<Vec<Addressed>> {
    let after = done_to.map_or(Uuid::nil(), |id| id.to_db());
    let devices = db
        .query(
            "SELECT d.id, d.kind, d.user_id
             FROM participants p
             JOIN devices d ON d.user_id = p.user_id
             WHERE p.conversation_id = $1 AND d.id > $2
             ORDER BY d.id
             LIMIT $3",
            &[&id.to_db(), &after, &rows(limit)],
        )
        .await?;
    devices
        .iter()
        .map(|row| {
            let mut cells = Cells::new(row);
            let device_id = cells.id()?;
            Ok(Addressed { device_id, kind: kind(&mut cells)?, user_id: cells.id()? })
        })
        .collect()
}

/// One push to each for what waits now and for what waited for that device already: it waits no less
/// long than a provider asked for.
async fn push(
    db: &Db,
    id: ConversationId,
    queued: &[Queued],
    devices: &[Addressed],
    now: Timestamp,
) -> Result<()> {
    let news: Vec<_> = devices
        .iter()
        .filter_map(|to| news_for(queued, to.user_id).map(|(first, news)| (*to, first, news)))
        .collect();
    if news.is_empty() {
        return Ok(());
    }
    let earlier = supersede(db, id, news.iter().map(|(to, ..)| &to.device_id), now).await?;
    let mut rows = PushRows::default();
    for (to, first_seq, news) in news {
        let (mut first_seq, mut due_at) = (first_seq, now.unix_ms());
        if let Some((first, until)) = earlier.get(&to.device_id) {
            first_seq = first_seq.min(*first);
            due_at = due_at.max(*until);
        }
        let about = About {
            kind: PushKind::Message,
            conversation_id: Some(id),
            subject_id: *news.message_id.as_bytes(),
            span: (first_seq, news.seq),
            created_at: news.created_at,
        };
        rows.add(to, about, due_at);
    }
    rows.insert(db).await
}

/// Settles what waits for these devices in this conversation: for each the first message that it stood
/// for, and until when the provider asked to wait.
async fn supersede(
    db: &Db,
    id: ConversationId,
    devices: impl Iterator<Item = &DeviceId>,
    now: Timestamp,
) -> Result<HashMap<DeviceId, (u64, i64)>> {
    let found = db
        .query(
            "SELECT x.number, x.device_id, x.first_seq,
                 CASE x.reason WHEN 'provider_busy' THEN x.due_at ELSE 0 END
             FROM unnest($2::uuid[]) AS named (id)
             JOIN pushes x ON x.device_id = named.id
             WHERE x.conversation_id = $1 AND x.due_at IS NOT NULL AND x.kind = 'message'
             ORDER BY x.number
             FOR UPDATE OF x SKIP LOCKED",
            &[&id.to_db(), &all_to_db(devices)],
        )
        .await?;
    let mut numbers: Vec<i64> = Vec::with_capacity(found.len());
    let mut earlier: HashMap<DeviceId, (u64, i64)> = HashMap::new();
    for row in &found {
        let mut cells = Cells::new(row);
        numbers.push(cells.take()?);
        let device_id = cells.id()?;
        let (first_seq, until) = (cells.number()?, cells.take()?);
        let known = earlier.entry(device_id).or_insert((first_seq, until));
        *known = (known.0.min(first_seq), known.1.max(until));
    }
    drop_waiting(db, &numbers, "collapsed", now).await?;
    Ok(earlier)
}
