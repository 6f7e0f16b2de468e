//! What other writes leave to be pushed, in their own transactions.

use rusqlite::{Connection, params};
use salala_core::Timestamp;
use salala_core::ids::{ConversationId, MessageId, SessionId, UserId};
use salala_core::push::{DeviceKind, PushKind, PushReason, PushState};
use salala_core::records::{Call, Message};

use super::cells::{Cells, number};
use super::error::Result;
use crate::push_rows::{About, Addressed, PushTo, RingPush, RingStop};

/// Puts a message into the outbox if it has somebody to push to; gives what the next send is to know.
pub(super) fn queue_message(db: &Connection, message: &Message, known: PushTo) -> Result<()> {
    let push_to = match known {
        PushTo::Unknown => find_push_to(db, message.conversation_id)?,
        PushTo::Nobody | PushTo::One(_) | PushTo::Several => known,
    };
    if !push_to.has_other_than(message.sender.id) {
        return Ok(());
    }
    db.prepare_cached(
        "INSERT INTO push_outbox (conversation_id, message_id, sender_id, seq, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        message.conversation_id.as_bytes(),
        message.id.as_bytes(),
        message.sender.id.as_bytes(),
        number(message.seq),
        message.created_at.unix_ms()
    ])?;
    Ok(())
}

/// Finds out which members have devices, and keeps it.
fn find_push_to(db: &Connection, id: ConversationId) -> Result<PushTo> {
    let mut statement = db.prepare_cached(
        "SELECT p.user_id
         FROM participants p
         WHERE p.conversation_id = ?1 AND EXISTS (
             SELECT 1
             FROM devices d
             WHERE d.user_id = p.user_id
         )
         LIMIT 2",
    )?;
    let some: Vec<UserId> = statement
        .query_map([id.as_bytes()], |row| Cells::new(row).id())?
        .collect::<rusqlite::Result<_>>()?;
    let push_to = PushTo::of(&some);
    store_push_to(db, id, push_to)?;
    Ok(push_to)
}

/// Keeps what is known of a conversation.
pub(super) fn store_push_to(db: &Connection, id: ConversationId, push_to: PushTo) -> Result<()> {
    db.prepare_cached(
        "UPDATE conversations
         SET push_to = ?2
         WHERE id = ?1",
    )?
    .execute(params![id.as_bytes(), push_to.to_column()])?;
    Ok(())
}

/// A user has got a device: what is known of their conversations may leave them out.
pub(super) fn forget_push_to(db: &Connection, user_id: UserId) -> Result<()> {
    db.prepare_cached(
        "UPDATE conversations
         SET push_to = NULL
         WHERE LENGTH(push_to) < 32 AND id IN (
             SELECT conversation_id
             FROM participants
             WHERE user_id = ?1
         )",
    )?
    .execute([user_id.as_bytes()])?;
    Ok(())
}

/// Queues a push to one device, once for each kind and subject.
pub(super) fn queue_push(db: &Connection, to: Addressed, about: About, due_at: i64) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO pushes
             (device_id, device_kind, user_id, kind, conversation_id, subject_id, first_seq, seq,
              state, created_at, due_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'waiting', ?9, ?10)
         ON CONFLICT (device_id, kind, subject_id) DO NOTHING",
    )?
    .execute(params![
        to.device_id.as_bytes(),
        to.kind.as_str(),
        to.user_id.as_bytes(),
        about.kind.as_str(),
        about.conversation_id.as_ref().map(ConversationId::as_bytes),
        about.subject_id,
        number(about.span.0),
        number(about.span.1),
        about.created_at.unix_ms(),
        due_at
    ])?;
    Ok(())
}

/// A user has read up to there: devices that show what was read are told.
pub(super) fn queue_clear(
    db: &Connection,
    user_id: UserId,
    conversation_id: ConversationId,
    seq: u64,
    now: Timestamp,
) -> Result<()> {
    let mut statement = db.prepare_cached(
        "DELETE FROM push_shown
         WHERE user_id = ?1 AND conversation_id = ?2 AND seq <= ?3
         RETURNING device_id, message_id, (
             SELECT d.kind
             FROM devices d
             WHERE d.id = device_id
         )",
    )?;
    let shown = statement
        .query_map(params![user_id.as_bytes(), conversation_id.as_bytes(), number(seq)], |row| {
            let mut cells = Cells::new(row);
            let device_id = cells.id()?;
            let message_id: MessageId = cells.id()?;
            Ok((Addressed { device_id, kind: kind(&mut cells)?, user_id }, message_id))
        })?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    for (to, message_id) in shown {
        let about = About {
            kind: PushKind::Clear,
            conversation_id: Some(conversation_id),
            subject_id: *message_id.as_bytes(),
            span: (0, 0),
            created_at: now,
        };
        queue_push(db, to, about, now.unix_ms())?;
    }
    Ok(())
}

/// A call rings on every device of the callee.
pub(super) fn queue_ring(db: &Connection, call: &Call) -> Result<()> {
    let about = About::call(PushKind::Ring, call, call.created_at);
    for (to, _) in devices_of(db, call.callee.id)? {
        queue_push(db, to, about, call.created_at.unix_ms())?;
    }
    Ok(())
}

/// A call rings no longer.
pub(super) fn queue_ring_end(
    db: &Connection,
    call: &Call,
    stop: RingStop,
    now: Timestamp,
) -> Result<()> {
    for (to, session_id) in devices_of(db, call.callee.id)? {
        let (number, ring) = load_ring(db, to, call)?;
        if let (RingPush::Untried, Some(number)) = (ring, number) {
            drop_waiting(db, number, PushReason::Over, now)?;
        }
        let Some((kind, due_at)) = stop.push(ring, session_id, now) else { continue };
        queue_push(db, to, About::call(kind, call, now), due_at)?;
    }
    Ok(())
}

fn load_ring(db: &Connection, to: Addressed, call: &Call) -> Result<(Option<i64>, RingPush)> {
    let mut statement = db.prepare_cached(
        "SELECT number, state, attempts
         FROM pushes
         WHERE device_id = ?1 AND kind = 'ring' AND subject_id = ?2",
    )?;
    let mut found = statement.query(params![to.device_id.as_bytes(), call.id.as_bytes()])?;
    let Some(row) = found.next()? else { return Ok((None, RingPush::of(None, 0))) };
    let mut cells = Cells::new(row);
    let number = cells.take()?;
    let state = PushState::parse(&cells.take::<String>()?);
    Ok((Some(number), RingPush::of(state, cells.number()?)))
}

/// Settles what waits without its being sent.
pub(super) fn drop_waiting(
    db: &Connection,
    number: i64,
    reason: PushReason,
    now: Timestamp,
) -> Result<()> {
    db.prepare_cached(
        "UPDATE pushes
         SET state = 'dropped', reason = ?2, due_at = NULL, settled_at = ?3
         WHERE number = ?1 AND due_at IS NOT NULL",
    )?
    .execute(params![number, reason.as_str(), now.unix_ms()])?;
    Ok(())
}

/// A user's devices, with their sessions.
pub(super) fn devices_of(
    db: &Connection,
    user_id: UserId,
) -> Result<Vec<(Addressed, Option<SessionId>)>> {
    let mut statement = db.prepare_cached(
        "SELECT id, kind, session_id
         FROM devices
         WHERE user_id = ?1",
    )?;
    let devices = statement
        .query_map([user_id.as_bytes()], |row| {
            let mut cells = Cells::new(row);
            let to = Addressed { device_id: cells.id()?, kind: kind(&mut cells)?, user_id };
            Ok((to, cells.optional_id()?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(devices)
}

/// A kind of device; the table's check allows no other word.
pub(super) fn kind(cells: &mut Cells<'_, '_>) -> rusqlite::Result<DeviceKind> {
    Ok(DeviceKind::parse(&cells.take::<String>()?).unwrap_or(DeviceKind::Fcm))
}
