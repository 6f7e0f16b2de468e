//! Reading leased pushes with all that a worker has to know of them.

use rusqlite::{Connection, OptionalExtension, params};
use salala_core::Timestamp;
use salala_core::ids::{CallId, ConversationId, MessageId, UserId};
use salala_core::push::PushKind;
use salala_core::records::{LeasedPush, PushAbout, PushedMessage};

use super::call_rows::load_call;
use super::cells::{Cells, rows};
use super::devices::{device_from, quiet_hours_from};
use super::error::Result;
use crate::StoreError;
use crate::columns::brief_columns;
use crate::push_rows::UNREAD_MAX;

/// What a push's own row says it is about.
struct Subject {
    conversation_id: Option<ConversationId>,
    id: [u8; 16],
}

/// The pushes of these numbers, in this order.
pub(super) fn load_leased(
    db: &Connection,
    numbers: &[i64],
    now: Timestamp,
) -> Result<Vec<LeasedPush>> {
    let mut leased = Vec::with_capacity(numbers.len());
    for number in numbers {
        if let Some((mut push, subject)) = load_push(db, *number, now)? {
            push.about = load_about(db, &push, &subject)?;
            leased.push(push);
        }
    }
    Ok(leased)
}

fn load_push(
    db: &Connection,
    number: i64,
    now: Timestamp,
) -> Result<Option<(LeasedPush, Subject)>> {
    let push = db
        .prepare_cached(
            "SELECT x.number, x.attempts, x.kind, x.device_id, x.user_id, x.created_at,
                 x.conversation_id, x.subject_id, q.quiet_from, q.quiet_to, q.time_zone,
                 d.session_id IS NOT NULL AND (s.revoked_at IS NOT NULL OR s.expires_at <= ?2),
                 d.id IS NOT NULL, d.id, d.session_id, d.kind, d.address, d.public_key,
                 d.auth_secret
             FROM pushes x
             LEFT JOIN devices d ON d.id = x.device_id AND d.user_id = x.user_id
             LEFT JOIN sessions s ON s.id = d.session_id
             LEFT JOIN user_settings q ON q.user_id = x.user_id
             WHERE x.number = ?1 AND x.due_at IS NOT NULL",
        )?
        .query_row(params![number, now.unix_ms()], |row| {
            let mut cells = Cells::new(row);
            let (number, attempts) = (cells.number()?, cells.number()?);
            // The table's check allows no other word.
            let kind = PushKind::parse(&cells.take::<String>()?).unwrap_or(PushKind::Clear);
            let (device_id, user_id, created_at) = (cells.id()?, cells.id()?, cells.moment()?);
            let conversation_id = cells.optional_id()?;
            let subject = Subject { conversation_id, id: cells.take()? };
            let quiet_hours = quiet_hours_from(&mut cells)?;
            let is_signed_out = cells.take()?;
            let device = cells.take::<bool>()?.then(|| device_from(&mut cells)).transpose()?;
            let about = PushAbout::Test;
            let push = LeasedPush {
                number,
                attempts,
                kind,
                device_id,
                device,
                is_signed_out,
                user_id,
                created_at,
                about,
                quiet_hours,
            };
            Ok((push, subject))
        })
        .optional()?;
    Ok(push)
}

fn load_about(db: &Connection, push: &LeasedPush, subject: &Subject) -> Result<PushAbout> {
    match push.kind {
        PushKind::Test => Ok(PushAbout::Test),
        PushKind::Clear => {
            Ok(subject.conversation_id.map_or(PushAbout::Gone, PushAbout::Conversation))
        }
        PushKind::Message => {
            let message = load_message(db, push.user_id, MessageId::from_bytes(subject.id))?;
            Ok(message.map_or(PushAbout::Gone, |message| PushAbout::Message(Box::new(message))))
        }
        PushKind::Ring | PushKind::RingEnd | PushKind::MissedCall => {
            match load_call(db, CallId::from_bytes(subject.id)) {
                Ok(row) => Ok(PushAbout::Call(Box::new(row.call))),
                Err(StoreError::NotFound(_)) => Ok(PushAbout::Gone),
                Err(error) => Err(error),
            }
        }
    }
}

fn load_message(db: &Connection, user_id: UserId, id: MessageId) -> Result<Option<PushedMessage>> {
    let message = db
        .prepare_cached(concat!(
            "SELECT m.conversation_id, m.seq, m.content, m.file_url, m.deleted_at IS NOT NULL,
                 c.is_group, c.name, COALESCE(p.joined_seq < m.seq, FALSE),
                 COALESCE(p.last_read_seq, 0), p.muted_until, (
                     SELECT COUNT(*)
                     FROM (
                         SELECT 1
                         FROM messages n
                         WHERE n.conversation_id = p.conversation_id AND n.seq > p.last_read_seq
                             AND n.sender_id <> p.user_id AND n.deleted_at IS NULL
                         LIMIT ?3
                     )
                 ), ",
            brief_columns!(),
            "
             FROM messages m
             JOIN conversations c ON c.id = m.conversation_id
             JOIN users u ON u.id = m.sender_id
             LEFT JOIN participants p
                 ON p.conversation_id = m.conversation_id AND p.user_id = ?2
             WHERE m.id = ?1"
        ))?
        .query_row(params![id.as_bytes(), user_id.as_bytes(), rows(UNREAD_MAX)], |row| {
            let mut cells = Cells::new(row);
            Ok(PushedMessage {
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
            })
        })
        .optional()?;
    Ok(message)
}
