//! Reading leased pushes with all that a worker has to know of them.

use std::collections::HashMap;

use salala_core::Timestamp;
use salala_core::ids::{CallId, ConversationId, MessageId, UserId};
use salala_core::push::PushKind;
use salala_core::records::{Call, LeasedPush, PushAbout, PushedMessage};
use tokio_postgres::Row;
use uuid::Uuid;

use super::call_rows::read_calls;
use super::cells::{Cells, all_to_db, rows};
use super::db::Db;
use super::devices::{device_from, quiet_hours_from};
use super::error::Result;
use crate::columns::brief_columns;
use crate::push_rows::UNREAD_MAX;

/// What a push's own row says it is about.
struct Subject {
    conversation_id: Option<ConversationId>,
    id: [u8; 16],
}

/// The pushes of these numbers.
pub(super) async fn load_leased(
    db: &Db,
    numbers: &[i64],
    now: Timestamp,
) -> Result<Vec<LeasedPush>> {
    let found = db
        .query(
            "SELECT x.number, x.attempts, x.kind, x.device_id, x.user_id, x.created_at,
                 x.conversation_id, x.subject_id, q.quiet_from, q.quiet_to, q.time_zone,
                 d.session_id IS NOT NULL AND (s.revoked_at IS NOT NULL OR s.expires_at <= $2),
                 d.id, d.session_id, d.kind, d.address, d.public_key, d.auth_secret
             FROM unnest($1::bigint[]) AS named (number)
             JOIN pushes x ON x.number = named.number
             LEFT JOIN devices d ON d.id = x.device_id AND d.user_id = x.user_id
             LEFT JOIN sessions s ON s.id = d.session_id
             LEFT JOIN user_settings q ON q.user_id = x.user_id
             WHERE x.due_at IS NOT NULL",
            &[&numbers, &now.unix_ms()],
        )
        .await?;
    let mut leased = found.iter().map(push_from).collect::<Result<Vec<_>>>()?;
    let messages = load_messages(db, &leased).await?;
    let calls = load_calls(db, &leased).await?;
    for (push, subject) in &mut leased {
        push.about = about(push, subject, &messages, &calls);
    }
    Ok(leased.into_iter().map(|(push, _)| push).collect())
}

fn push_from(row: &Row) -> Result<(LeasedPush, Subject)> {
    let mut cells = Cells::new(row);
    let (number, attempts) = (cells.number()?, cells.number()?);
    // The table's check allows no other word.
    let kind = PushKind::parse(cells.take()?).unwrap_or(PushKind::Clear);
    let (device_id, user_id, created_at) = (cells.id()?, cells.id()?, cells.moment()?);
    let conversation_id = cells.optional_id()?;
    let subject = Subject { conversation_id, id: cells.take::<Uuid>()?.into_bytes() };
    let quiet_hours = quiet_hours_from(&mut cells)?;
    // Of no device it is neither.
    let is_signed_out = cells.take::<Option<bool>>()?.unwrap_or(false);
    let has_device = row.try_get::<_, Option<Uuid>>(12)?.is_some();
    let device = has_device.then(|| device_from(&mut cells)).transpose()?;
    let push = LeasedPush {
        number,
        attempts,
        kind,
        device_id,
        device,
        is_signed_out,
        user_id,
        created_at,
        about: PushAbout::Test,
        quiet_hours,
    };
    Ok((push, subject))
}

fn about(
    push: &LeasedPush,
    subject: &Subject,
    messages: &HashMap<(UserId, MessageId), PushedMessage>,
    calls: &HashMap<CallId, Call>,
) -> PushAbout {
    match push.kind {
        PushKind::Test => PushAbout::Test,
        PushKind::Clear => subject.conversation_id.map_or(PushAbout::Gone, PushAbout::Conversation),
        PushKind::Message => {
            let message = messages.get(&(push.user_id, MessageId::from_bytes(subject.id)));
            message.map_or(PushAbout::Gone, |message| PushAbout::Message(Box::new(message.clone())))
        }
        PushKind::Ring | PushKind::RingEnd | PushKind::MissedCall => {
            let call = calls.get(&CallId::from_bytes(subject.id));
            call.map_or(PushAbout::Gone, |call| PushAbout::Call(Box::new(call.clone())))
        }
    }
}

async fn load_messages(
    db: &Db,
    leased: &[(LeasedPush, Subject)],
) -> Result<HashMap<(UserId, MessageId), PushedMessage>> {
    let asked = || leased.iter().filter(|(push, _)| push.kind == PushKind::Message);
    let ids: Vec<Uuid> = asked().map(|(_, subject)| Uuid::from_bytes(subject.id)).collect();
    let user_ids = all_to_db(asked().map(|(push, _)| &push.user_id));
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = db
        .query(
            concat!(
                "SELECT asked.user_id, m.id, m.conversation_id, m.seq, m.content, m.file_url,
                     m.deleted_at IS NOT NULL, c.is_group, c.name,
                     COALESCE(p.joined_seq < m.seq, FALSE), COALESCE(p.last_read_seq, 0),
                     p.muted_until, (
                         SELECT COUNT(*)
                         FROM (
                             SELECT 1
                             FROM messages n
                             WHERE n.conversation_id = p.conversation_id
                                 AND n.seq > p.last_read_seq AND n.sender_id <> p.user_id
                                 AND n.deleted_at IS NULL
                             LIMIT $3
                         ) AS unread
                     ), ",
                brief_columns!(),
                "
                 FROM unnest($1::uuid[], $2::uuid[]) AS asked (id, user_id)
                 JOIN messages m ON m.id = asked.id
                 JOIN conversations c ON c.id = m.conversation_id
                 JOIN users u ON u.id = m.sender_id
                 LEFT JOIN participants p
                     ON p.conversation_id = m.conversation_id AND p.user_id = asked.user_id"
            ),
            &[&ids, &user_ids, &rows(UNREAD_MAX)],
        )
        .await?;
    found
        .iter()
        .map(|row| {
            let mut cells = Cells::new(row);
            let (user_id, id) = (cells.id()?, cells.id()?);
            let message = PushedMessage {
                id,
                conversation_id: cells.id()?,
                seq: cells.number()?,
                content: cells.take()?,
                file_url: cells.take()?,
                is_deleted: cells.take()?,
                is_group: cells.take()?,
                group_name: cells.take()?,
                is_visible: cells.take()?,
                last_read_seq: cells.number()?,
                muted_until: cells.optional_moment()?,
                unread_count: cells.number()?,
                sender: cells.brief()?,
            };
            Ok(((user_id, id), message))
        })
        .collect()
}

async fn load_calls(db: &Db, leased: &[(LeasedPush, Subject)]) -> Result<HashMap<CallId, Call>> {
    let is_call = |kind| matches!(kind, PushKind::Ring | PushKind::RingEnd | PushKind::MissedCall);
    let asked = leased.iter().filter(|(push, _)| is_call(push.kind));
    let ids: Vec<CallId> = asked.map(|(_, subject)| CallId::from_bytes(subject.id)).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    Ok(read_calls(db, &ids).await?.into_iter().map(|call| (call.id, call)).collect())
}
