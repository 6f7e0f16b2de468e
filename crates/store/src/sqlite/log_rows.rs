//! Rows of the log, and where in it a user was a member of what.

use rusqlite::{Connection, OptionalExtension, Row, params};
use salala_core::ids::{ConversationId, UserId};
use salala_core::records::Message;

use super::cells::{Cells, number, rows};
use super::error::Result;
use crate::log::Audience;
use crate::ports::log::LogSpan;
use crate::replay::{Kind, LogRow, Memberships};

/// Comings and goings after a position, and where that left the user.
pub(super) fn load_memberships(
    db: &Connection,
    user_id: UserId,
    after: u64,
) -> Result<Memberships> {
    let mut memberships = Memberships::default();
    let mut statement = db.prepare_cached(
        "SELECT conversation_id
         FROM participants
         WHERE user_id = ?1",
    )?;
    memberships.now = statement
        .query_map([user_id.as_bytes()], |row| Cells::new(row).id())?
        .collect::<rusqlite::Result<_>>()?;
    let mut statement = db.prepare_cached(
        "SELECT subject_id, position, kind = 'member_joined'
         FROM log
         WHERE audience_id = ?1 AND position > ?2 AND kind IN ('member_joined', 'member_left')
         ORDER BY position",
    )?;
    let changes = statement.query_map(params![user_id.as_bytes(), number(after)], |row| {
        let mut cells = Cells::new(row);
        Ok((cells.id()?, (cells.number()?, cells.take()?)))
    })?;
    for change in changes {
        let (id, change) = change?;
        memberships.changes.entry(id).or_default().push(change);
    }
    Ok(memberships)
}

/// Rows of one audience, the oldest first.
pub(super) fn load_rows(
    db: &Connection,
    id: &[u8; 16],
    span: LogSpan,
    limit: usize,
) -> Result<Vec<LogRow>> {
    let mut statement = db.prepare_cached(
        "SELECT position, committed_at, audience, audience_id, rev, kind, subject_id, actor_id, emoji
         FROM log
         WHERE audience_id = ?1 AND position > ?2 AND position <= ?3
         ORDER BY position
         LIMIT ?4",
    )?;
    let found = statement
        .query_map(params![id, number(span.after), number(span.up_to), rows(limit)], log_row_from)?
        .collect::<rusqlite::Result<_>>()?;
    Ok(found)
}

fn log_row_from(row: &Row<'_>) -> rusqlite::Result<LogRow> {
    let mut cells = Cells::new(row);
    Ok(LogRow {
        position: cells.number()?,
        committed_at: cells.moment()?,
        audience: audience_from(&mut cells)?,
        rev: cells.number()?,
        kind: Kind::parse(&cells.take::<String>()?),
        subject_id: cells.take()?,
        actor_id: cells.optional_id()?,
        emoji: cells.take()?,
    })
}

/// The table's check allows no other word.
fn audience_from(cells: &mut Cells<'_, '_>) -> rusqlite::Result<Audience> {
    Ok(match cells.take::<String>()?.as_str() {
        "conversation" => Audience::Conversation(cells.id()?),
        _ => Audience::User(cells.id()?),
    })
}

/// Whose event stands at a position.
pub(super) fn load_audience(db: &Connection, position: u64) -> Result<Option<Audience>> {
    let audience = db
        .prepare_cached(
            "SELECT audience, audience_id
             FROM log
             WHERE position = ?1",
        )?
        .query_row([number(position)], |row| audience_from(&mut Cells::new(row)))
        .optional()?;
    Ok(audience)
}

/// Was the conversation changed after a position?
pub(super) fn changed_after(db: &Connection, id: ConversationId, position: u64) -> Result<bool> {
    let changed = db
        .prepare_cached(
            "SELECT EXISTS (
                 SELECT 1
                 FROM log
                 WHERE audience_id = ?1 AND position > ?2 AND kind = 'conversation_updated'
             )",
        )?
        .query_row(params![id.as_bytes(), number(position)], |row| row.get(0))?;
    Ok(changed)
}

/// Was the message's text changed after a position?
pub(super) fn edited_after(db: &Connection, message: &Message, position: u64) -> Result<bool> {
    let edited = db
        .prepare_cached(
            "SELECT EXISTS (
                 SELECT 1
                 FROM log
                 WHERE audience_id = ?1 AND position > ?2 AND kind = 'message_updated'
                     AND subject_id = ?3
             )",
        )?
        .query_row(
            params![message.conversation_id.as_bytes(), number(position), message.id.as_bytes()],
            |row| row.get(0),
        )?;
    Ok(edited)
}
