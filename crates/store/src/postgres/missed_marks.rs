//! The messages that read marks of the log cover.

use salala_core::ids::{ConversationId, UserId};
use salala_core::limits::READ_IDS_MAX;

use super::cells::{Cells, DbId, all_to_db, number, rows};
use super::db::Db;
use super::error::Result;
use crate::missed::Marked;
use crate::replay::Marks;

/// Others' messages that these marks cover, deleted or not: the last of them in `seq` order, with
/// their senders.
pub(super) async fn load_marked(db: &Db, marks: &Marks) -> Result<Vec<Marked>> {
    let row = db
        .query_one(
            "SELECT COALESCE(MIN(seq), $2)
             FROM messages
             WHERE id = ANY ($1)",
            &[&all_to_db(&marks.first_ids), &number(u64::MAX)],
        )
        .await?;
    let first_seq: i64 = Cells::new(&row).take()?;
    let found = db
        .query(
            "SELECT m.id, m.sender_id, m.seq
             FROM message_reads r
             JOIN messages m ON m.conversation_id = r.conversation_id AND m.seq >= r.first_seq
                 AND m.seq <= r.last_seq
             WHERE r.conversation_id = $1 AND r.user_id = $2 AND r.last_seq >= $3
                 AND r.first_seq >= $3 - 256 AND r.read_at >= $4 AND r.read_at <= $5
                 AND m.sender_id <> $2
             ORDER BY m.seq DESC
             LIMIT $6",
            &[
                &marks.conversation_id.to_db(),
                &marks.reader_id.to_db(),
                &first_seq,
                &marks.first_at.unix_ms(),
                &marks.last_at.unix_ms(),
                &rows(READ_IDS_MAX),
            ],
        )
        .await?;
    let marked = |row| {
        let mut cells = Cells::new(row);
        Ok(Marked { id: cells.id()?, sender_id: cells.id()?, seq: cells.number()? })
    };
    found.iter().rev().map(marked).collect()
}

/// How far a member has read; nothing of who is none.
pub(super) async fn load_last_read_seq(
    db: &Db,
    id: ConversationId,
    user_id: UserId,
) -> Result<Option<u64>> {
    let row = db
        .query_opt(
            "SELECT last_read_seq
             FROM participants
             WHERE conversation_id = $1 AND user_id = $2",
            &[&id.to_db(), &user_id.to_db()],
        )
        .await?;
    row.map(|row| Cells::new(&row).number()).transpose()
}
