//! What a client with messages of its own lacks.

use std::collections::HashSet;

use rusqlite::Connection;
use salala_core::ids::{ConversationId, UserId};

use super::SqliteStore;
use super::access::member;
use super::cells::Cells;
use super::conversations::load_own;
use super::error::Result;
use super::history::load_run;
use crate::ports::catch_up::{CatchUp, CaughtUp, CaughtUpConversation};
use crate::{Pending, StoreError};

impl CatchUp for SqliteStore {
    fn catch_up(
        &self,
        user_id: UserId,
        known: Vec<(ConversationId, u64)>,
        messages_limit: usize,
        added_limit: usize,
    ) -> Pending<CaughtUp> {
        self.read(move |db| {
            let mut caught_up =
                CaughtUp { conversations: Vec::new(), removed: Vec::new(), added: Vec::new() };
            let mut left = messages_limit;
            for (id, after) in &known {
                match read_one(db, user_id, *id, *after, left) {
                    Ok(conversation) => {
                        left -= conversation.messages.len().min(left);
                        caught_up.conversations.push(conversation);
                    }
                    Err(StoreError::NotFound(_) | StoreError::Forbidden(_)) => {
                        caught_up.removed.push(*id);
                    }
                    Err(error) => return Err(error),
                }
            }
            let known: HashSet<ConversationId> = known.into_iter().map(|(id, _)| id).collect();
            let mut others = load_newest(db, user_id)?;
            others.retain(|id| !known.contains(id));
            for id in others.into_iter().take(added_limit) {
                caught_up.added.push(load_own(db, user_id, id)?);
            }
            Ok(caught_up)
        })
    }
}

fn read_one(
    db: &Connection,
    user_id: UserId,
    id: ConversationId,
    after: u64,
    limit: usize,
) -> Result<CaughtUpConversation> {
    let member = member(db, user_id, id)?;
    let visible = member.visible(db)?;
    let mut messages = Vec::new();
    let runs = visible.oldest_from(after.saturating_add(1), limit);
    for (first, last) in runs.iter().rev() {
        let mut run = load_run(db, id, *first, *last)?;
        run.reverse();
        messages.append(&mut run);
    }
    let rest_from = messages.last().map_or(after, |message| message.seq).saturating_add(1);
    let is_complete = !visible.has_from(rest_from);
    Ok(CaughtUpConversation { id, messages, last_seq: member.last_seq, is_complete })
}

/// The user's conversations, newest activity first. All of them, as ids: bounded by what one user
/// joins.
fn load_newest(db: &Connection, user_id: UserId) -> Result<Vec<ConversationId>> {
    let mut statement = db.prepare_cached(
        "SELECT c.id
         FROM participants p
         JOIN conversations c ON c.id = p.conversation_id
         WHERE p.user_id = ?1
         ORDER BY c.updated_at DESC, c.id DESC",
    )?;
    let ids = statement
        .query_map([user_id.as_bytes()], |row| Cells::new(row).id())?
        .collect::<rusqlite::Result<_>>()?;
    Ok(ids)
}
