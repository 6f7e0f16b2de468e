//! What erased accounts leave behind, emptied step by step.
//!
//! Each step is a command of its own, small enough that the sends of others beside it wait a few
//! milliseconds at most. How far it has come stands in the same transaction, so no end of the process
//! loses or repeats anything.

use salala_core::Timestamp;
use salala_core::ids::{ConversationId, UserId};

use super::access::find_member;
use super::accounts::{FIRST, erase};
use super::cells::{Cells, DbId, number, rows};
use super::conversations::tell_updated;
use super::db::Db;
use super::erased_messages::{empty_some, take_back_some};
use super::error::Result;
use super::locks::{Key, lock_found};
use super::members::take_out;
use super::write_tx::WriteTx;
use crate::StoreError;
use crate::erasure_stage::{
    Bound, CONVERSATIONS_AT_FIRST, CONVERSATIONS_AT_ONCE, READS_AT_ONCE, Stage,
};

/// An account that was erased, and how far its stage has come.
pub(super) struct Erasure {
    pub(super) user_id: UserId,
    stage: Stage,
    pub(super) done: Done,
}

/// Up to this conversation, and this `seq` in it.
pub(super) type Done = (ConversationId, u64);

/// One step of the first account that waits; false if none does.
pub(super) async fn carry_on(tx: &mut WriteTx<'_>, limit: usize, now: Timestamp) -> Result<bool> {
    let Some(erasure) = load_next(tx.db).await? else { return Ok(false) };
    lock_found(tx.db, [Key::User(erasure.user_id)]).await?;
    let done = match erasure.stage {
        Stage::Asked => {
            erase(tx, erasure.user_id, now).await?;
            return Ok(true);
        }
        Stage::Conversations => leave_some(tx, &erasure, CONVERSATIONS_AT_ONCE, now).await?,
        Stage::Messages => empty_some(tx, &erasure, limit, now).await?,
        Stage::Reactions => take_back_some(tx, &erasure, limit, now).await?,
        Stage::Reads => forget_reads(tx.db, &erasure).await?,
    };
    save(tx.db, &erasure, done).await?;
    Ok(true)
}

/// The first step of an account that is just being erased.
pub(super) async fn leave_first(
    tx: &mut WriteTx<'_>,
    user_id: UserId,
    now: Timestamp,
) -> Result<()> {
    let erasure = Erasure { user_id, stage: Stage::Conversations, done: (FIRST, 0) };
    let done = leave_some(tx, &erasure, CONVERSATIONS_AT_FIRST, now).await?;
    save(tx.db, &erasure, done).await
}

/// One writer carries it on at a time: the row is held until the step is stored.
async fn load_next(db: &Db) -> Result<Option<Erasure>> {
    let found = db
        .query_opt(
            "SELECT user_id, stage, conversation_id, seq
             FROM erasures
             ORDER BY user_id
             LIMIT 1
             FOR UPDATE",
            &[],
        )
        .await?;
    let Some(row) = found else { return Ok(None) };
    let mut cells = Cells::new(&row);
    let (user_id, word) = (cells.id()?, cells.take::<&str>()?);
    let stage = Stage::parse(word)
        .ok_or_else(|| StoreError::Corrupt(format!("an erasure has a stage {word}")))?;
    Ok(Some(Erasure { user_id, stage, done: (cells.id()?, cells.number()?) }))
}

/// Goes on from here next time; `None` ends the stage, and the last one the erasure.
async fn save(db: &Db, erasure: &Erasure, done: Option<Done>) -> Result<()> {
    let next = match done {
        Some(done) => Some((erasure.stage, done)),
        None => erasure.stage.next().map(|stage| (stage, (FIRST, 0))),
    };
    let Some((stage, (conversation_id, seq))) = next else {
        db.execute(
            "DELETE FROM erasures
             WHERE user_id = $1",
            &[&erasure.user_id.to_db()],
        )
        .await?;
        return Ok(());
    };
    db.execute(
        "UPDATE erasures
         SET stage = $2, conversation_id = $3, seq = $4
         WHERE user_id = $1",
        &[&erasure.user_id.to_db(), &stage.as_str(), &conversation_id.to_db(), &number(seq)],
    )
    .await?;
    Ok(())
}

/// Leaves groups. A conversation of two keeps its members, and tells the other who they are now.
async fn leave_some(
    tx: &mut WriteTx<'_>,
    erasure: &Erasure,
    bound: Bound,
    now: Timestamp,
) -> Result<Option<Done>> {
    let user_id = erasure.user_id;
    let found = next_participations(tx.db, user_id, erasure.done.0, bound).await?;
    let Some(last) = found.last() else { return Ok(None) };
    lock_found(tx.db, found.iter().copied().map(Key::Conversation)).await?;
    for id in &found {
        let member = match find_member(tx.db, user_id, *id).await {
            // Put out by somebody in between.
            Err(StoreError::Forbidden(_)) => continue,
            found => found?,
        };
        if member.is_group {
            take_out(tx, &member, now).await?;
        } else {
            forget_own_settings(tx.db, user_id, *id).await?;
            tell_updated(tx, *id, Vec::new(), Vec::new(), now).await?;
        }
    }
    Ok(Some((*last, 0)))
}

/// The present conversations after this one, as many as the bound allows and at least one.
async fn next_participations(
    db: &Db,
    user_id: UserId,
    after: ConversationId,
    bound: Bound,
) -> Result<Vec<ConversationId>> {
    let found = db
        .query(
            "SELECT mine.conversation_id, (
                 SELECT COUNT(*)
                 FROM participants p
                 WHERE p.conversation_id = mine.conversation_id
             )
             FROM (
                 SELECT conversation_id
                 FROM participants
                 WHERE user_id = $1 AND conversation_id > $2
                 ORDER BY conversation_id
                 LIMIT $3
             ) AS mine
             ORDER BY mine.conversation_id",
            &[&user_id.to_db(), &after.to_db(), &rows(bound.conversations)],
        )
        .await?;
    let mut ids = Vec::new();
    let mut members = 0;
    for row in &found {
        let mut cells = Cells::new(row);
        ids.push(cells.id()?);
        members += usize::try_from(cells.number()?).unwrap_or(usize::MAX / 2);
        if members >= bound.members {
            break;
        }
    }
    Ok(ids)
}

/// The first present membership in a conversation after this one.
pub(super) async fn next_participation(
    db: &Db,
    user_id: UserId,
    after: ConversationId,
) -> Result<Option<ConversationId>> {
    let next = db
        .query_opt(
            "SELECT conversation_id
             FROM participants
             WHERE user_id = $1 AND conversation_id > $2
             ORDER BY conversation_id
             LIMIT 1",
            &[&user_id.to_db(), &after.to_db()],
        )
        .await?;
    next.map(|row| Cells::new(&row).id()).transpose()
}

async fn forget_own_settings(db: &Db, user_id: UserId, id: ConversationId) -> Result<()> {
    db.execute(
        "UPDATE participants
         SET last_read_seq = joined_seq, covered_seq = joined_seq, muted_until = NULL,
             pinned_at = NULL, archived_at = NULL, marked_unread = FALSE
         WHERE conversation_id = $1 AND user_id = $2",
        &[&id.to_db(), &user_id.to_db()],
    )
    .await?;
    Ok(())
}

/// Forgets read marks, and with the last one of a conversation that the user was in it before. Nobody
/// is told: a mark is one of many on a message, and is not shown again.
async fn forget_reads(db: &Db, erasure: &Erasure) -> Result<Option<Done>> {
    let (mut after, _) = erasure.done;
    let mut left = READS_AT_ONCE;
    for _ in 0..CONVERSATIONS_AT_ONCE.conversations {
        let past = next_past(db, erasure.user_id, after).await?;
        let present = next_participation(db, erasure.user_id, after).await?;
        let Some(id) = past.into_iter().chain(present).min() else { return Ok(None) };
        let gone = db
            .execute(
                "DELETE FROM message_reads
                 WHERE conversation_id = $1 AND user_id = $2 AND first_seq = ANY (ARRAY(
                     SELECT first_seq
                     FROM message_reads
                     WHERE conversation_id = $1 AND user_id = $2
                     LIMIT $3
                 ))",
                &[&id.to_db(), &erasure.user_id.to_db(), &rows(left)],
            )
            .await?;
        left -= usize::try_from(gone).unwrap_or(left).min(left);
        if left == 0 {
            break;
        }
        db.execute(
            "DELETE FROM past_memberships
             WHERE conversation_id = $1 AND user_id = $2",
            &[&id.to_db(), &erasure.user_id.to_db()],
        )
        .await?;
        after = id;
    }
    Ok(Some((after, 0)))
}

/// The first conversation after this one that the user was a member of before.
pub(super) async fn next_past(
    db: &Db,
    user_id: UserId,
    after: ConversationId,
) -> Result<Option<ConversationId>> {
    let next = db
        .query_opt(
            "SELECT conversation_id
             FROM past_memberships
             WHERE user_id = $1 AND conversation_id > $2
             ORDER BY conversation_id
             LIMIT 1",
            &[&user_id.to_db(), &after.to_db()],
        )
        .await?;
    next.map(|row| Cells::new(&row).id()).transpose()
}
