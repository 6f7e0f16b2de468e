//! What other writes leave to be pushed, in their own transactions.

use std::collections::HashMap;

use salala_core::Timestamp;
use salala_core::ids::{ConversationId, SessionId, UserId};
use salala_core::push::{DeviceKind, PushKind, PushState};
use salala_core::records::{Call, Message};
use uuid::Uuid;

use super::access::ids_from;
use super::cells::{Cells, DbId, all_to_db, number, uuids_to_ids};
use super::db::Db;
use super::error::Result;
use super::locks::{Key, lock_found};
use crate::push_rows::{About, Addressed, PushTo, RingPush, RingStop};

/// Rows of pushes, column by column.
#[derive(Default)]
pub(super) struct PushRows {
    device_id: Vec<Uuid>,
    device_kind: Vec<&'static str>,
    user_id: Vec<Uuid>,
    kind: Vec<&'static str>,
    conversation_id: Vec<Option<Uuid>>,
    subject_id: Vec<Uuid>,
    first_seq: Vec<i64>,
    seq: Vec<i64>,
    created_at: Vec<i64>,
    due_at: Vec<i64>,
}

impl PushRows {
    /// One more.
    pub(super) fn add(&mut self, to: Addressed, about: About, due_at: i64) {
        self.device_id.push(to.device_id.to_db());
        self.device_kind.push(to.kind.as_str());
        self.user_id.push(to.user_id.to_db());
        self.kind.push(about.kind.as_str());
        self.conversation_id.push(about.conversation_id.map(|id| id.to_db()));
        self.subject_id.push(Uuid::from_bytes(about.subject_id));
        self.first_seq.push(number(about.span.0));
        self.seq.push(number(about.span.1));
        self.created_at.push(about.created_at.unix_ms());
        self.due_at.push(due_at);
    }

    /// Queues them, each once for its device, kind and subject.
    pub(super) async fn insert(&self, db: &Db) -> Result<()> {
        let Self { device_id, device_kind, user_id, kind, conversation_id, .. } = self;
        let Self { subject_id, first_seq, seq, created_at, due_at, .. } = self;
        if device_id.is_empty() {
            return Ok(());
        }
        db.execute(
            "INSERT INTO pushes
                 (device_id, device_kind, user_id, kind, conversation_id, subject_id, first_seq,
                  seq, state, created_at, due_at)
             SELECT device_id, device_kind, user_id, kind, conversation_id, subject_id, first_seq,
                 seq, 'waiting', created_at, due_at
             FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[], $5::uuid[], $6::uuid[],
                         $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[])
                 AS queued (device_id, device_kind, user_id, kind, conversation_id, subject_id,
                            first_seq, seq, created_at, due_at)
             ON CONFLICT (device_id, kind, subject_id) DO NOTHING",
            &[
                device_id,
                device_kind,
                user_id,
                kind,
                conversation_id,
                subject_id,
                first_seq,
                seq,
                created_at,
                due_at,
            ],
        )
        .await?;
        Ok(())
    }
}

/// Finds out of conversations which members have devices.
pub(super) async fn find_push_to(
    db: &Db,
    ids: &[ConversationId],
) -> Result<HashMap<ConversationId, PushTo>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = db
        .query(
            "SELECT asked.id, ARRAY(
                 SELECT p.user_id
                 FROM participants p
                 WHERE p.conversation_id = asked.id AND EXISTS (
                     SELECT 1
                     FROM devices d
                     WHERE d.user_id = p.user_id
                 )
                 LIMIT 2
             )
             FROM unnest($1::uuid[]) AS asked (id)",
            &[&all_to_db(ids)],
        )
        .await?;
    found
        .iter()
        .map(|row| {
            let mut cells = Cells::new(row);
            let id = cells.id()?;
            let some: Vec<UserId> = uuids_to_ids(cells.take()?);
            Ok((id, PushTo::of(&some)))
        })
        .collect()
}

/// Puts these messages into the outbox.
pub(super) async fn queue_messages(db: &Db, messages: &[&Message]) -> Result<()> {
    if messages.is_empty() {
        return Ok(());
    }
    macro_rules! column {
        ($message:ident => $value:expr) => {
            messages.iter().map(|$message| $value).collect::<Vec<_>>()
        };
    }
    db.execute(
        "INSERT INTO push_outbox (conversation_id, message_id, sender_id, seq, created_at)
         SELECT conversation_id, message_id, sender_id, seq, created_at
         FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::bigint[])
             WITH ORDINALITY
             AS sent (conversation_id, message_id, sender_id, seq, created_at, place)
         ORDER BY place",
        &[
            &column!(message => message.conversation_id.to_db()),
            &column!(message => message.id.to_db()),
            &column!(message => message.sender.id.to_db()),
            &column!(message => number(message.seq)),
            &column!(message => message.created_at.unix_ms()),
        ],
    )
    .await?;
    Ok(())
}

/// What is known of a conversation is known no more.
pub(super) async fn unset_push_to(db: &Db, id: ConversationId) -> Result<()> {
    db.execute(
        "UPDATE conversations
         SET push_to = NULL
         WHERE id = $1 AND push_to IS NOT NULL",
        &[&id.to_db()],
    )
    .await?;
    Ok(())
}

/// A user has got a device: what is known of their conversations may leave them out. With the locks of
/// all of them, so that no send finds out meanwhile what is true no more.
pub(super) async fn forget_push_to(db: &Db, user_id: UserId) -> Result<()> {
    let found = db
        .query(
            "SELECT conversation_id
             FROM participants
             WHERE user_id = $1",
            &[&user_id.to_db()],
        )
        .await?;
    let ids: Vec<ConversationId> = ids_from(&found)?;
    lock_found(db, ids.iter().copied().map(Key::Conversation)).await?;
    db.execute(
        "UPDATE conversations c
         SET push_to = NULL
         FROM unnest($1::uuid[]) AS named (id)
         WHERE c.id = named.id AND LENGTH(c.push_to) < 32",
        &[&all_to_db(&ids)],
    )
    .await?;
    Ok(())
}

/// A user has read up to there: devices that show what was read are told.
pub(super) async fn queue_clear(
    db: &Db,
    user_id: UserId,
    conversation_id: ConversationId,
    seq: u64,
    now: Timestamp,
) -> Result<()> {
    db.execute(
        "WITH shown AS (
             DELETE FROM push_shown
             WHERE user_id = $1 AND conversation_id = $2 AND seq <= $3
             RETURNING device_id, message_id
         )
         INSERT INTO pushes
             (device_id, device_kind, user_id, kind, conversation_id, subject_id, first_seq, seq,
              state, created_at, due_at)
         SELECT d.id, d.kind, $1, 'clear', $2, shown.message_id, 0, 0, 'waiting', $4, $4
         FROM shown
         JOIN devices d ON d.id = shown.device_id
         ON CONFLICT (device_id, kind, subject_id) DO NOTHING",
        &[&user_id.to_db(), &conversation_id.to_db(), &number(seq), &now.unix_ms()],
    )
    .await?;
    Ok(())
}

/// A call rings on every device of the callee.
pub(super) async fn queue_ring(db: &Db, call: &Call) -> Result<()> {
    let mut rows = PushRows::default();
    for (to, _) in devices_of(db, call.callee.id).await? {
        rows.add(to, About::call(PushKind::Ring, call, call.created_at), call.created_at.unix_ms());
    }
    rows.insert(db).await
}

/// A call rings no longer.
pub(super) async fn queue_ring_end(
    db: &Db,
    call: &Call,
    stop: RingStop,
    now: Timestamp,
) -> Result<()> {
    let found = db
        .query(
            "SELECT d.id, d.kind, d.session_id, x.number, x.state, COALESCE(x.attempts, 0)
             FROM devices d
             LEFT JOIN pushes x
                 ON x.device_id = d.id AND x.kind = 'ring' AND x.subject_id = $2
             WHERE d.user_id = $1",
            &[&call.callee.id.to_db(), &call.id.to_db()],
        )
        .await?;
    let (mut rows, mut untried) = (PushRows::default(), Vec::new());
    for row in &found {
        let mut cells = Cells::new(row);
        let (device_id, kind) = (cells.id()?, kind(&mut cells)?);
        let session_id: Option<SessionId> = cells.optional_id()?;
        let waiting: Option<i64> = cells.take()?;
        let state = cells.take::<Option<&str>>()?.and_then(PushState::parse);
        let ring = RingPush::of(state, cells.number()?);
        if ring == RingPush::Untried {
            untried.extend(waiting);
        }
        let to = Addressed { device_id, kind, user_id: call.callee.id };
        if let Some((kind, due_at)) = stop.push(ring, session_id, now) {
            rows.add(to, About::call(kind, call, now), due_at);
        }
    }
    drop_waiting(db, &untried, "over", now).await?;
    rows.insert(db).await
}

/// Settles what waits without its being sent.
pub(super) async fn drop_waiting(
    db: &Db,
    numbers: &[i64],
    reason: &'static str,
    now: Timestamp,
) -> Result<()> {
    if numbers.is_empty() {
        return Ok(());
    }
    db.execute(
        "UPDATE pushes x
         SET state = 'dropped', reason = $2, due_at = NULL, settled_at = $3
         FROM unnest($1::bigint[]) AS named (number)
         WHERE x.number = named.number AND x.due_at IS NOT NULL",
        &[&numbers, &reason, &now.unix_ms()],
    )
    .await?;
    Ok(())
}

/// A user's devices, with their sessions.
pub(super) async fn devices_of(
    db: &Db,
    user_id: UserId,
) -> Result<Vec<(Addressed, Option<SessionId>)>> {
    let found = db
        .query(
            "SELECT id, kind, session_id
             FROM devices
             WHERE user_id = $1",
            &[&user_id.to_db()],
        )
        .await?;
    found
        .iter()
        .map(|row| {
            let mut cells = Cells::new(row);
            let to = Addressed { device_id: cells.id()?, kind: kind(&mut cells)?, user_id };
            Ok((to, cells.optional_id()?))
        })
        .collect()
}

/// A kind of device; the table's check allows no other word.
pub(super) fn kind(cells: &mut Cells<'_>) -> Result<DeviceKind> {
    Ok(DeviceKind::parse(cells.take()?).unwrap_or(DeviceKind::Fcm))
}
