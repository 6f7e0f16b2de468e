//! Rows of the log, and where in it a user was a member of what.

use std::collections::HashSet;

use futures_util::future::join;
use salala_core::ids::{ConversationId, UserId};
use salala_core::records::Message;
use tokio_postgres::Row;
use uuid::Uuid;

use super::access::ids_from;
use super::cells::{Cells, DbId, number, rows};
use super::db::{Db, Parameters};
use super::error::Result;
use crate::log::Audience;
use crate::ports::log::LogSpan;
use crate::replay::{Kind, LogRow, Memberships};

/// Comings and goings after a position, and where that left the user.
pub(super) async fn load_memberships(db: &Db, user_id: UserId, after: u64) -> Result<Memberships> {
    let (uuid, after) = (user_id.to_db(), number(after));
    let (of_user, of_changes): (Parameters<'_>, Parameters<'_>) = (&[&uuid], &[&uuid, &after]);
    let now = db.query(
        "SELECT conversation_id
         FROM participants
         WHERE user_id = $1",
        of_user,
    );
    let changes = db.query(
        "SELECT subject_id, position, kind = 'member_joined'
         FROM log
         WHERE audience_id = $1 AND position > $2 AND kind IN ('member_joined', 'member_left')
         ORDER BY position",
        of_changes,
    );
    let (now, changes) = join(now, changes).await;
    let mut memberships =
        Memberships { now: ids_from(&now?)?.into_iter().collect(), ..Memberships::default() };
    for row in &changes? {
        let mut cells = Cells::new(row);
        let id = cells.id()?;
        let change = (cells.number()?, cells.take()?);
        memberships.changes.entry(id).or_default().push(change);
    }
    Ok(memberships)
}

/// As an array's values.
pub(super) fn uuids_of(ids: HashSet<[u8; 16]>) -> Vec<Uuid> {
    ids.into_iter().map(Uuid::from_bytes).collect()
}

/// Rows of these audiences, the oldest first.
pub(super) async fn load_rows(
    db: &Db,
    audiences: &[Uuid],
    span: LogSpan,
    limit: usize,
) -> Result<Vec<LogRow>> {
    let found = db
        .query(
            "SELECT l.position, l.committed_at, l.audience, l.audience_id, l.rev, l.kind, l.subject_id,
                 l.actor_id, l.emoji
             FROM unnest($1::uuid[]) AS audience (id)
             CROSS JOIN LATERAL (
                 SELECT position, committed_at, audience, audience_id, rev, kind, subject_id, actor_id,
                     emoji
                 FROM log
                 WHERE audience_id = audience.id AND position > $2 AND position <= $3
                 ORDER BY position
                 LIMIT $4
             ) AS l
             ORDER BY l.position
             LIMIT $4",
            &[&audiences, &number(span.after), &number(span.up_to), &rows(limit)],
        )
        .await?;
    found.iter().map(log_row_from).collect()
}

/// Rows of anybody's, the oldest first.
pub(super) async fn load_rows_after(db: &Db, position: u64, limit: usize) -> Result<Vec<LogRow>> {
    let found = db
        .query(
            "SELECT position, committed_at, audience, audience_id, rev, kind, subject_id, actor_id,
                 emoji
             FROM log
             WHERE position > $1
             ORDER BY position
             LIMIT $2",
            &[&number(position), &rows(limit)],
        )
        .await?;
    found.iter().map(log_row_from).collect()
}

fn log_row_from(row: &Row) -> Result<LogRow> {
    let mut cells = Cells::new(row);
    Ok(LogRow {
        position: cells.number()?,
        committed_at: cells.moment()?,
        audience: audience_from(&mut cells)?,
        rev: cells.number()?,
        kind: Kind::parse(cells.take()?),
        subject_id: cells.take::<Option<Uuid>>()?.map(Uuid::into_bytes),
        actor_id: cells.optional_id()?,
        emoji: cells.take()?,
    })
}

/// The table's check allows no other word.
fn audience_from(cells: &mut Cells<'_>) -> Result<Audience> {
    Ok(match cells.take()? {
        "conversation" => Audience::Conversation(cells.id()?),
        _ => Audience::User(cells.id()?),
    })
}

/// A position with whose event stands there, if there is one.
pub(super) async fn load_proven(db: &Db, position: Option<u64>) -> Result<Option<(u64, Audience)>> {
    let Some(position) = position else { return Ok(None) };
    let row = db
        .query_opt(
            "SELECT audience, audience_id
             FROM log
             WHERE position = $1",
            &[&number(position)],
        )
        .await?;
    let audience = row.map(|row| audience_from(&mut Cells::new(&row))).transpose()?;
    Ok(audience.map(|audience| (position, audience)))
}

/// Was the conversation changed after a position?
pub(super) async fn changed_after(db: &Db, id: ConversationId, position: u64) -> Result<bool> {
    let row = db
        .query_one(
            "SELECT EXISTS (
                 SELECT 1
                 FROM log
                 WHERE audience_id = $1 AND position > $2 AND kind = 'conversation_updated'
             )",
            &[&id.to_db(), &number(position)],
        )
        .await?;
    Cells::new(&row).take()
}

/// Was the message's text changed after a position?
pub(super) async fn edited_after(db: &Db, message: &Message, position: u64) -> Result<bool> {
    let row = db
        .query_one(
            "SELECT EXISTS (
                 SELECT 1
                 FROM log
                 WHERE audience_id = $1 AND position > $2 AND kind = 'message_updated'
                     AND subject_id = $3
             )",
            &[&message.conversation_id.to_db(), &number(position), &message.id.to_db()],
        )
        .await?;
    Cells::new(&row).take()
}
