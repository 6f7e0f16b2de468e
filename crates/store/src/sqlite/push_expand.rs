//! From messages in the outbox to one push for each device.

use rusqlite::{Connection, OptionalExtension, params};
use salala_core::ids::{ConversationId, DeviceId};
use salala_core::push::{PushKind, PushReason};

use super::cells::{Cells, rows};
use super::error::Result;
use super::push_queue::{drop_waiting, kind, queue_clear, queue_push, store_push_to};
use crate::ports::pushes::PushLease;
use crate::push_rows::{
    About, Addressed, MESSAGES_AT_ONCE, PushTo, Queued, news_for, senders, waited_since,
};

/// Expands what waits of the conversation that has waited longest, to at most `limit` devices, and gives
/// to how many; `None` if nothing is due.
///
/// What was sent there meanwhile comes with it: one push is enough for all of it.
pub(super) fn expand_next(
    db: &Connection,
    lease: PushLease,
    limit: usize,
) -> Result<Option<usize>> {
    let Some((id, done_to)) = load_oldest(db, lease)? else { return Ok(None) };
    let queued = load_queued(db, id, done_to)?;
    let devices = load_devices(db, id, done_to, limit)?;
    for to in &devices {
        if let Some((first_seq, news)) = news_for(&queued, to.user_id) {
            push(db, *to, id, (first_seq, news), lease)?;
        }
    }
    if let Some(last) = devices.last().filter(|_| devices.len() == limit) {
        for queued in &queued {
            db.prepare_cached(
                "UPDATE push_outbox
                 SET done_to = ?2
                 WHERE number = ?1",
            )?
            .execute(params![queued.number, last.device_id.as_bytes()])?;
        }
        return Ok(Some(devices.len()));
    }
    for queued in &queued {
        db.prepare_cached(
            "DELETE FROM push_outbox
             WHERE number = ?1",
        )?
        .execute([queued.number])?;
    }
    // Whoever sends has read, whatever other devices of theirs show.
    for (user_id, seq) in senders(&queued) {
        queue_clear(db, user_id, id, seq, lease.now)?;
    }
    if devices.is_empty() && done_to.is_none() {
        // Those who had devices have none any more.
        store_push_to(db, id, PushTo::Unknown)?;
    }
    Ok(Some(devices.len()))
}

fn load_oldest(
    db: &Connection,
    lease: PushLease,
) -> Result<Option<(ConversationId, Option<DeviceId>)>> {
    let oldest = db
        .prepare_cached(
            "SELECT conversation_id, done_to, created_at
             FROM push_outbox
             ORDER BY number
             LIMIT 1",
        )?
        .query_row((), |row| {
            let mut cells = Cells::new(row);
            let id = cells.id()?;
            Ok((id, cells.optional_id()?, cells.take::<i64>()?))
        })
        .optional()?;
    Ok(oldest
        .filter(|(_, _, created_at)| *created_at <= waited_since(lease))
        .map(|(id, done_to, _)| (id, done_to)))
}

fn load_queued(
    db: &Connection,
    id: ConversationId,
    done_to: Option<DeviceId>,
) -> Result<Vec<Queued>> {
    let mut statement = db.prepare_cached(
        "SELECT number, message_id, sender_id, seq, created_at
         FROM push_outbox
         WHERE conversation_id = ?1 AND done_to IS ?2
         ORDER BY number
         LIMIT ?3",
    )?;
    let queued = statement
        .query_map(
            params![
                id.as_bytes(),
                done_to.as_ref().map(DeviceId::as_bytes),
                rows(MESSAGES_AT_ONCE)
            ],
            |row| {
                let mut cells = Cells::new(row);
                Ok(Queued {
                    number: cells.take()?,
                    message_id: cells.id()?,
                    sender_id: cells.id()?,
                    seq: cells.number()?,
                    created_at: cells.moment()?,
                })
            },
        )?
        .collect::<rusqlite::Result<_>>()?;
    Ok(queued)
}

fn load_devices(
    db: &Connection,
    id: ConversationId,
    done_to: Option<DeviceId>,
    limit: usize,
) -> Result<Vec<Addressed>> {
    let mut statement = db.prepare_cached(
        "SELECT d.id, d.kind, d.user_id
         FROM participants p
         JOIN devices d ON d.user_id = p.user_id
         WHERE p.conversation_id = ?1 AND d.id > ?2
         ORDER BY d.id
         LIMIT ?3",
    )?;
    let after = done_to.map_or([0; 16], |id| *id.as_bytes());
    let devices = statement
        .query_map(params![id.as_bytes(), after, rows(limit)], |row| {
            let mut cells = Cells::new(row);
            let device_id = cells.id()?;
            Ok(Addressed { device_id, kind: kind(&mut cells)?, user_id: cells.id()? })
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(devices)
}

/// One push for what waits now and for what waited for this device already: it waits no less long than
/// a provider asked for.
fn push(
    db: &Connection,
    to: Addressed,
    id: ConversationId,
    (first_seq, news): (u64, Queued),
    lease: PushLease,
) -> Result<()> {
    let (mut first_seq, mut due_at) = (first_seq, lease.now.unix_ms());
    for (earlier, until) in supersede(db, to, id, lease)? {
        first_seq = first_seq.min(earlier);
        due_at = due_at.max(until);
    }
    let about = About {
        kind: PushKind::Message,
        conversation_id: Some(id),
        subject_id: *news.message_id.as_bytes(),
        span: (first_seq, news.seq),
        created_at: news.created_at,
    };
    queue_push(db, to, about, due_at)
}

/// Settles what waits for this device in this conversation: for each, the first message that it stood
/// for, and until when the provider asked to wait.
fn supersede(
    db: &Connection,
    to: Addressed,
    id: ConversationId,
    lease: PushLease,
) -> Result<Vec<(u64, i64)>> {
    let mut statement = db.prepare_cached(
        "SELECT number, first_seq, CASE reason WHEN 'provider_busy' THEN due_at ELSE 0 END
         FROM pushes
         WHERE device_id = ?1 AND conversation_id = ?2 AND due_at IS NOT NULL AND kind = 'message'",
    )?;
    let waiting = statement
        .query_map(params![to.device_id.as_bytes(), id.as_bytes()], |row| {
            let mut cells = Cells::new(row);
            Ok((cells.take()?, cells.number()?, cells.take()?))
        })?
        .collect::<rusqlite::Result<Vec<(i64, u64, i64)>>>()?;
    for (number, ..) in &waiting {
        drop_waiting(db, *number, PushReason::Collapsed, lease.now)?;
    }
    Ok(waiting.into_iter().map(|(_, first_seq, until)| (first_seq, until)).collect())
}
