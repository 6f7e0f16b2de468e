//! What erased accounts leave behind, emptied step by step.
//!
//! Each step is a command of its own, small enough that the sends of others beside it wait a few
//! milliseconds at most. How far it has come stands in the same transaction, so no end of the process
//! loses or repeats anything.

use rusqlite::{Connection, OptionalExtension, params};
use salala_core::Timestamp;
use salala_core::ids::{ConversationId, MessageId, UserId};
use salala_core::records::Reaction;

use super::access::{find_member, hidden_from};
use super::accounts::{FIRST, erase};
use super::cells::{Cells, number, rows};
use super::conversations::tell_updated;
use super::error::Result;
use super::members::take_out;
use super::messages::empty;
use super::write_tx::WriteTx;
use crate::StoreError;
use crate::erasure_stage::{
    Bound, CONVERSATIONS_AT_FIRST, CONVERSATIONS_AT_ONCE, READS_AT_ONCE, Stage,
};
use crate::log::Event;

/// An account that was erased, and how far its stage has come.
struct Erasure {
    user_id: UserId,
    stage: Stage,
    done: Done,
}

/// Up to this conversation, and this `seq` in it.
type Done = (ConversationId, u64);

/// One step of the first account that waits; false if none does.
pub(super) fn carry_on(tx: &mut WriteTx<'_>, limit: usize, now: Timestamp) -> Result<bool> {
    let Some(erasure) = load_next(tx.db)? else { return Ok(false) };
    let done = match erasure.stage {
        Stage::Asked => {
            erase(tx, erasure.user_id, now)?;
            return Ok(true);
        }
        Stage::Conversations => leave_some(tx, &erasure, CONVERSATIONS_AT_ONCE, now)?,
        Stage::Messages => empty_some(tx, &erasure, limit, now)?,
        Stage::Reactions => take_back_some(tx, &erasure, limit, now)?,
        Stage::Reads => forget_reads(tx.db, &erasure)?,
    };
    save(tx.db, &erasure, done)?;
    Ok(true)
}

/// The first step of an account that is just being erased.
pub(super) fn leave_first(tx: &mut WriteTx<'_>, user_id: UserId, now: Timestamp) -> Result<()> {
    let erasure = Erasure { user_id, stage: Stage::Conversations, done: (FIRST, 0) };
    let done = leave_some(tx, &erasure, CONVERSATIONS_AT_FIRST, now)?;
    save(tx.db, &erasure, done)
}

fn load_next(db: &Connection) -> Result<Option<Erasure>> {
    let found = db
        .prepare_cached(
            "SELECT user_id, stage, conversation_id, seq
             FROM erasures
             ORDER BY user_id
             LIMIT 1",
        )?
        .query_row((), |row| {
            let mut cells = Cells::new(row);
            Ok((cells.id()?, cells.take::<String>()?, (cells.id()?, cells.number()?)))
        })
        .optional()?;
    let Some((user_id, word, done)) = found else { return Ok(None) };
    let stage = Stage::parse(&word)
        .ok_or_else(|| StoreError::Corrupt(format!("an erasure has a stage {word}")))?;
    Ok(Some(Erasure { user_id, stage, done }))
}

/// Goes on from here next time; `None` ends the stage, and the last one the erasure.
fn save(db: &Connection, erasure: &Erasure, done: Option<Done>) -> Result<()> {
    let next = match done {
        Some(done) => Some((erasure.stage, done)),
        None => erasure.stage.next().map(|stage| (stage, (FIRST, 0))),
    };
    let Some((stage, (conversation_id, seq))) = next else {
        db.prepare_cached(
            "DELETE FROM erasures
             WHERE user_id = ?1",
        )?
        .execute([erasure.user_id.as_bytes()])?;
        return Ok(());
    };
    db.prepare_cached(
        "UPDATE erasures
         SET stage = ?2, conversation_id = ?3, seq = ?4
         WHERE user_id = ?1",
    )?
    .execute(params![
        erasure.user_id.as_bytes(),
        stage.as_str(),
        conversation_id.as_bytes(),
        number(seq)
    ])?;
    Ok(())
}

/// Leaves groups. A conversation of two keeps its members, and tells the other who they are now.
fn leave_some(
    tx: &mut WriteTx<'_>,
    erasure: &Erasure,
    bound: Bound,
    now: Timestamp,
) -> Result<Option<Done>> {
    let user_id = erasure.user_id;
    let (mut after, _) = erasure.done;
    let mut members = 0;
    for _ in 0..bound.conversations {
        let Some(id) = next_participation(tx.db, user_id, after)? else { return Ok(None) };
        members += count_members(tx.db, id)?;
        let (member, _) = find_member(tx.db, user_id, id)?;
        if member.is_group {
            take_out(tx, &member, now)?;
        } else {
            forget_own_settings(tx.db, user_id, id)?;
            tell_updated(tx, id, Vec::new(), Vec::new(), now)?;
        }
        after = id;
        if members >= bound.members {
            break;
        }
    }
    Ok(Some((after, 0)))
}

/// The first present membership in a conversation after this one.
pub(super) fn next_participation(
    db: &Connection,
    user_id: UserId,
    after: ConversationId,
) -> Result<Option<ConversationId>> {
    let next = db
        .prepare_cached(
            "SELECT conversation_id
             FROM participants
             WHERE user_id = ?1 AND conversation_id > ?2
             ORDER BY conversation_id
             LIMIT 1",
        )?
        .query_row(params![user_id.as_bytes(), after.as_bytes()], |row| Cells::new(row).id())
        .optional()?;
    Ok(next)
}

fn count_members(db: &Connection, id: ConversationId) -> Result<usize> {
    let count: i64 = db
        .prepare_cached(
            "SELECT COUNT(*)
             FROM participants
             WHERE conversation_id = ?1",
        )?
        .query_row([id.as_bytes()], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

fn forget_own_settings(db: &Connection, user_id: UserId, id: ConversationId) -> Result<()> {
    db.prepare_cached(
        "UPDATE participants
         SET last_read_seq = joined_seq, covered_seq = joined_seq, muted_until = NULL,
             pinned_at = NULL, archived_at = NULL, marked_unread = 0
         WHERE conversation_id = ?1 AND user_id = ?2",
    )?
    .execute(params![id.as_bytes(), user_id.as_bytes()])?;
    Ok(())
}

/// Empties messages as deletion does, and takes their sender's own ids off them.
fn empty_some(
    tx: &mut WriteTx<'_>,
    erasure: &Erasure,
    limit: usize,
    now: Timestamp,
) -> Result<Option<Done>> {
    let mut done = None;
    for (id, is_deleted, at) in load_some(tx.db, erasure, limit)? {
        tx.db
            .prepare_cached(
                "UPDATE messages
                 SET client_message_id = NULL
                 WHERE id = ?1 AND client_message_id IS NOT NULL",
            )?
            .execute([id.as_bytes()])?;
        if !is_deleted {
            empty(tx, id, now)?;
        }
        done = Some(at);
    }
    Ok(done)
}

fn load_some(
    db: &Connection,
    erasure: &Erasure,
    limit: usize,
) -> Result<Vec<(MessageId, bool, Done)>> {
    let (conversation_id, seq) = erasure.done;
    let mut statement = db.prepare_cached(
        "SELECT id, deleted_at IS NOT NULL, conversation_id, seq
         FROM messages
         WHERE sender_id = ?1 AND (conversation_id, seq) > (?2, ?3)
         ORDER BY conversation_id, seq
         LIMIT ?4",
    )?;
    let found = statement
        .query_map(
            params![
                erasure.user_id.as_bytes(),
                conversation_id.as_bytes(),
                number(seq),
                rows(limit)
            ],
            |row| {
                let mut cells = Cells::new(row);
                Ok((cells.id()?, cells.take()?, (cells.id()?, cells.number()?)))
            },
        )?
        .collect::<rusqlite::Result<_>>()?;
    Ok(found)
}

/// Takes reactions back, each told as when its user does.
fn take_back_some(
    tx: &mut WriteTx<'_>,
    erasure: &Erasure,
    limit: usize,
    now: Timestamp,
) -> Result<Option<Done>> {
    let found = load_reactions(tx.db, erasure.user_id, limit)?;
    let is_last = found.is_empty();
    for (number, seq, reaction) in found {
        tx.db
            .prepare_cached(
                "DELETE FROM reactions
                 WHERE number = ?1",
            )?
            .execute([number])?;
        let hidden_from = hidden_from(tx.db, reaction.conversation_id, seq)?;
        let conversation_id = reaction.conversation_id;
        tx.tell_members(conversation_id, Event::ReactionRemoved(reaction), hidden_from, now)?;
    }
    Ok(if is_last { None } else { Some(erasure.done) })
}

/// Reactions of a user with their place in the table and the `seq` of their message, oldest first.
fn load_reactions(
    db: &Connection,
    user_id: UserId,
    limit: usize,
) -> Result<Vec<(i64, u64, Reaction)>> {
    let mut statement = db.prepare_cached(
        "SELECT r.number, m.seq, r.id, r.message_id, m.conversation_id, r.emoji, r.created_at
         FROM reactions r
         JOIN messages m ON m.id = r.message_id
         WHERE r.user_id = ?1
         ORDER BY r.number
         LIMIT ?2",
    )?;
    let found = statement
        .query_map(params![user_id.as_bytes(), rows(limit)], |row| {
            let mut cells = Cells::new(row);
            let (number, seq) = (cells.take()?, cells.number()?);
            let reaction = Reaction {
                id: cells.id()?,
                message_id: cells.id()?,
                conversation_id: cells.id()?,
                user_id,
                emoji: cells.take()?,
                created_at: cells.moment()?,
            };
            Ok((number, seq, reaction))
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(found)
}

/// Forgets read marks, and with the last one of a conversation that the user was in it before. Nobody
/// is told: a mark is one of many on a message, and is not shown again.
fn forget_reads(db: &Connection, erasure: &Erasure) -> Result<Option<Done>> {
    let (mut after, _) = erasure.done;
    let mut left = READS_AT_ONCE;
    for _ in 0..CONVERSATIONS_AT_ONCE.conversations {
        let past = next_past(db, erasure.user_id, after)?;
        let present = next_participation(db, erasure.user_id, after)?;
        let Some(id) = past.into_iter().chain(present).min() else { return Ok(None) };
        let ids = (id.as_bytes(), erasure.user_id.as_bytes());
        left -= db
            .prepare_cached(
                "DELETE FROM message_reads
                 WHERE conversation_id = ?1 AND user_id = ?2 AND first_seq IN (
                     SELECT first_seq
                     FROM message_reads
                     WHERE conversation_id = ?1 AND user_id = ?2
                     LIMIT ?3
                 )",
            )?
            .execute(params![ids.0, ids.1, rows(left)])?
            .min(left);
        if left == 0 {
            break;
        }
        db.prepare_cached(
            "DELETE FROM past_memberships
             WHERE conversation_id = ?1 AND user_id = ?2",
        )?
        .execute(ids)?;
        after = id;
    }
    Ok(Some((after, 0)))
}

/// The first conversation after this one that the user was a member of before.
pub(super) fn next_past(
    db: &Connection,
    user_id: UserId,
    after: ConversationId,
) -> Result<Option<ConversationId>> {
    let next = db
        .prepare_cached(
            "SELECT conversation_id
             FROM past_memberships
             WHERE user_id = ?1 AND conversation_id > ?2
             ORDER BY conversation_id
             LIMIT 1",
        )?
        .query_row(params![user_id.as_bytes(), after.as_bytes()], |row| Cells::new(row).id())
        .optional()?;
    Ok(next)
}
