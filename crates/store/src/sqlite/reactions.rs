//! Reactions, and the port for them.

use rusqlite::{OptionalExtension, params};
use salala_core::Timestamp;
use salala_core::ids::{ConversationId, MessageId, ReactionId, UserId};
use salala_core::limits::REACTIONS_PER_USER_MAX;
use salala_core::records::Reaction;

use super::SqliteStore;
use super::access::{hidden_from, locate_message, member};
use super::blocks::refuse_blocked_direct;
use super::cells::{Cells, rows};
use super::error::Result;
use super::write_tx::WriteTx;
use crate::error::hidden;
use crate::log::Event;
use crate::ports::reactions::Reactions;
use crate::{Conflict, Pending};

impl Reactions for SqliteStore {
    fn add_reaction(
        &self,
        id: ReactionId,
        user_id: UserId,
        message_id: MessageId,
        emoji: String,
        now: Timestamp,
    ) -> Pending<Reaction> {
        self.write(move |tx| {
            let (conversation_id, seq, is_deleted) = see_message(tx, user_id, message_id)?;
            if is_deleted {
                return Err(Conflict::MessageDeleted.into());
            }
            refuse_blocked_direct(tx.db, conversation_id)?;
            let created_at = now;
            let reaction = Reaction { id, message_id, conversation_id, user_id, emoji, created_at };
            add(tx, reaction, seq)
        })
    }

    fn remove_reaction(
        &self,
        user_id: UserId,
        message_id: MessageId,
        emoji: String,
        now: Timestamp,
    ) -> Pending<()> {
        self.write(move |tx| remove(tx, user_id, message_id, emoji, now))
    }
}

/// Gives a reaction to the message at `seq`.
fn add(tx: &mut WriteTx<'_>, reaction: Reaction, seq: u64) -> Result<Reaction> {
    let added = tx
        .db
        .prepare_cached(
            "INSERT INTO reactions (id, message_id, user_id, emoji, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (message_id, user_id, emoji) DO NOTHING",
        )?
        .execute(params![
            reaction.id.as_bytes(),
            reaction.message_id.as_bytes(),
            reaction.user_id.as_bytes(),
            reaction.emoji,
            reaction.created_at.unix_ms()
        ])?;
    if added == 0 {
        return load_first(tx, reaction);
    }
    let count: i64 = tx
        .db
        .prepare_cached(
            "SELECT COUNT(*)
             FROM reactions
             WHERE message_id = ?1 AND user_id = ?2",
        )?
        .query_row(params![reaction.message_id.as_bytes(), reaction.user_id.as_bytes()], |row| {
            row.get(0)
        })?;
    // An error takes the row back with it.
    if count > rows(REACTIONS_PER_USER_MAX) {
        return Err(Conflict::TooManyReactions.into());
    }
    let event = Event::ReactionAdded(reaction.clone());
    let hidden_from = hidden_from(tx.db, reaction.conversation_id, seq)?;
    tx.tell_members(reaction.conversation_id, event, hidden_from, reaction.created_at)?;
    Ok(reaction)
}

/// The reaction that is there in the place of this one.
fn load_first(tx: &WriteTx<'_>, reaction: Reaction) -> Result<Reaction> {
    let (id, created_at) = tx
        .db
        .prepare_cached(
            "SELECT id, created_at
             FROM reactions
             WHERE message_id = ?1 AND user_id = ?2 AND emoji = ?3",
        )?
        .query_row(
            params![reaction.message_id.as_bytes(), reaction.user_id.as_bytes(), reaction.emoji],
            |row| {
                let mut cells = Cells::new(row);
                Ok((cells.id()?, cells.moment()?))
            },
        )?;
    Ok(Reaction { id, created_at, ..reaction })
}

fn remove(
    tx: &mut WriteTx<'_>,
    user_id: UserId,
    message_id: MessageId,
    emoji: String,
    now: Timestamp,
) -> Result<()> {
    let (conversation_id, seq, _) = see_message(tx, user_id, message_id)?;
    let removed = tx
        .db
        .prepare_cached(
            "DELETE FROM reactions
             WHERE message_id = ?1 AND user_id = ?2 AND emoji = ?3
             RETURNING id, created_at",
        )?
        .query_row(params![message_id.as_bytes(), user_id.as_bytes(), emoji], |row| {
            let mut cells = Cells::new(row);
            Ok((cells.id()?, cells.moment()?))
        })
        .optional()?;
    let Some((id, created_at)) = removed else { return Ok(()) };
    let reaction = Reaction { id, message_id, conversation_id, user_id, emoji, created_at };
    let hidden_from = hidden_from(tx.db, conversation_id, seq)?;
    tx.tell_members(conversation_id, Event::ReactionRemoved(reaction), hidden_from, now)
}

/// The conversation of a message that this user may see, its place there, and whether it is deleted.
fn see_message(
    tx: &WriteTx<'_>,
    user_id: UserId,
    message_id: MessageId,
) -> Result<(ConversationId, u64, bool)> {
    let (conversation_id, seq, _, is_deleted) = locate_message(tx.db, message_id)?;
    if !member(tx.db, user_id, conversation_id)?.visible(tx.db)?.contains(seq) {
        return Err(hidden());
    }
    Ok((conversation_id, seq, is_deleted))
}
