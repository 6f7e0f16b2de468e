//! The messages that read marks of the log cover.

use rusqlite::{Connection, OptionalExtension, params};
use salala_core::ids::{ConversationId, UserId};
use salala_core::limits::READ_IDS_MAX;

use super::cells::{Cells, number, rows};
use super::error::Result;
use crate::missed::Marked;
use crate::replay::Marks;

/// Others' messages that these marks cover, deleted or not: the last of them in `seq` order, with
/// their senders.
pub(super) fn load_marked(db: &Connection, marks: &Marks) -> Result<Vec<Marked>> {
    let mut first_seq = u64::MAX;
    for id in &marks.first_ids {
        let seq = db
            .prepare_cached(
                "SELECT seq
                 FROM messages
                 WHERE id = ?1",
            )?
            .query_row([id.as_bytes()], |row| Cells::new(row).number())
            .optional()?;
        first_seq = first_seq.min(seq.unwrap_or(u64::MAX));
    }
    let mut statement = db.prepare_cached(
        "SELECT m.id, m.sender_id, m.seq
         FROM message_reads r
         JOIN messages m ON m.conversation_id = r.conversation_id AND m.seq >= r.first_seq
             AND m.seq <= r.last_seq
         WHERE r.conversation_id = ?1 AND r.user_id = ?2 AND r.last_seq >= ?3
             AND r.first_seq >= ?3 - 256 AND r.read_at >= ?4 AND r.read_at <= ?5
             AND m.sender_id <> ?2
         ORDER BY m.seq DESC
         LIMIT ?6",
    )?;
    let mut found = statement
        .query_map(
            params![
                marks.conversation_id.as_bytes(),
                marks.reader_id.as_bytes(),
                number(first_seq),
                marks.first_at.unix_ms(),
                marks.last_at.unix_ms(),
                rows(READ_IDS_MAX)
            ],
            |row| {
                let mut cells = Cells::new(row);
                Ok(Marked { id: cells.id()?, sender_id: cells.id()?, seq: cells.number()? })
            },
        )?
        .collect::<rusqlite::Result<Vec<Marked>>>()?;
    found.reverse();
    Ok(found)
}

/// How far a member has read; nothing of who is none.
pub(super) fn load_last_read_seq(
    db: &Connection,
    id: ConversationId,
    user_id: UserId,
) -> Result<Option<u64>> {
    let seq = db
        .prepare_cached(
            "SELECT last_read_seq
             FROM participants
             WHERE conversation_id = ?1 AND user_id = ?2",
        )?
        .query_row(params![id.as_bytes(), user_id.as_bytes()], |row| Cells::new(row).number())
        .optional()?;
    Ok(seq)
}
