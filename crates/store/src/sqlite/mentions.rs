//! The members that a text names, looked up one by one.

use rusqlite::{Connection, OptionalExtension, params};
use salala_core::ids::{ConversationId, UserId};

use super::cells::Cells;
use super::error::Result;
use crate::mentions::find_mentions;

/// The members that a text names, each once, in order of naming.
pub(super) fn mentions_of(
    db: &Connection,
    conversation_id: ConversationId,
    content: Option<&str>,
) -> Result<Vec<UserId>> {
    match content {
        Some(text) if text.contains('@') => {
            find_mentions(text, |name| find_member(db, conversation_id, name))
        }
        Some(_) | None => Ok(Vec::new()),
    }
}

fn find_member(
    db: &Connection,
    conversation_id: ConversationId,
    username_key: &str,
) -> Result<Option<UserId>> {
    let found = db
        .prepare_cached(
            "SELECT u.id
             FROM users u
             JOIN participants p ON p.user_id = u.id AND p.conversation_id = ?1
             WHERE u.username_key = ?2",
        )?
        .query_row(params![conversation_id.as_bytes(), username_key], |row| Cells::new(row).id())
        .optional()?;
    Ok(found)
}
