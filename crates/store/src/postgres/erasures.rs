//! What erased accounts leave behind, emptied step by step.
//!
//! Each step is a command of its own, small enough that the sends of others beside it wait a few
//! milliseconds at most. How far it has come stands in the same transaction, so no end of the process
//! loses or repeats anything.

use std::collections::{BTreeMap, HashMap, HashSet};

use futures_util::future::join;
use salala_core::Timestamp;
use salala_core::ids::{ConversationId, MessageId, UserId};
use salala_core::records::Reaction;

use super::access::{find_member, ids_from};
use super::accounts::{FIRST, erase};
use super::cells::{Cells, DbId, all_to_db, number, rows};
use super::conversations::tell_updated;
use super::db::Db;
use super::error::Result;
use super::history::load_messages;
use super::locks::{Key, Keys};
use super::members::take_out;
use super::write_tx::WriteTx;
use crate::StoreError;
use crate::erasure_stage::{
    Bound, CONVERSATIONS_AT_FIRST, CONVERSATIONS_AT_ONCE, READS_AT_ONCE, Stage,
};
use crate::log::{Audience, Event};

/// An account that was erased, and how far its stage has come.
struct Erasure {
    user_id: UserId,
    stage: Stage,
    done: Done,
}

/// Up to this conversation, and this `seq` in it.
type Done = (ConversationId, u64);

/// One step of the first account that waits; false if none does.
pub(super) async fn carry_on(tx: &mut WriteTx<'_>, limit: usize, now: Timestamp) -> Result<bool> {
    let Some(erasure) = load_next(tx.db).await? else { return Ok(false) };
    lock(tx.db, [Key::User(erasure.user_id)]).await?;
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

/// What a step finds out that it is about.
async fn lock(db: &Db, found: impl IntoIterator<Item = Key>) -> Result<()> {
    let mut keys = Keys::default();
    found.into_iter().for_each(|key| keys.add(&key));
    keys.lock(db).await
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
    lock(tx.db, found.iter().copied().map(Key::Conversation)).await?;
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

/// Empties messages as deletion does, and takes their sender's own ids off them.
async fn empty_some(
    tx: &mut WriteTx<'_>,
    erasure: &Erasure,
    limit: usize,
    now: Timestamp,
) -> Result<Option<Done>> {
    let found = load_some(tx.db, erasure, limit).await?;
    let Some((_, done)) = found.last() else { return Ok(None) };
    lock(tx.db, found.iter().map(|(_, (id, _))| Key::Conversation(*id))).await?;
    let ids: Vec<MessageId> = found.iter().map(|(id, _)| *id).collect();
    let undeleted = load_undeleted(tx.db, &ids).await?;
    empty_all(tx.db, &ids, now).await?;
    let told = load_messages(tx.db, &undeleted).await?.into_iter().map(|message| {
        let about = (message.conversation_id, message.id);
        (about, Event::MessageDeleted(message))
    });
    tell_all(tx, told.collect(), now).await?;
    Ok(Some(*done))
}

/// Those that are not deleted, in the same order.
async fn load_undeleted(db: &Db, ids: &[MessageId]) -> Result<Vec<MessageId>> {
    let found = db
        .query(
            "SELECT m.id
             FROM unnest($1::uuid[]) WITH ORDINALITY AS named (id, place)
             JOIN messages m ON m.id = named.id
             WHERE m.deleted_at IS NULL
             ORDER BY named.place",
            &[&all_to_db(ids)],
        )
        .await?;
    ids_from(&found)
}

async fn empty_all(db: &Db, ids: &[MessageId], now: Timestamp) -> Result<()> {
    let ids = all_to_db(ids);
    db.execute(
        "DELETE FROM reactions
         WHERE message_id = ANY ($1)",
        &[&ids],
    )
    .await?;
    db.execute(
        "UPDATE messages
         SET content = NULL, file_url = NULL, mentions = NULL, words = NULL,
             client_message_id = NULL, deleted_at = COALESCE(deleted_at, $2)
         WHERE id = ANY ($1)",
        &[&ids, &now.unix_ms()],
    )
    .await?;
    Ok(())
}

/// Leaves events of messages in this order, as [`WriteTx::tell_members`] does, by few statements.
async fn tell_all(
    tx: &mut WriteTx<'_>,
    told: Vec<((ConversationId, MessageId), Event)>,
    now: Timestamp,
) -> Result<()> {
    let mut counts = BTreeMap::new();
    for ((conversation_id, _), _) in &told {
        *counts.entry(*conversation_id).or_insert(0_i64) += 1;
    }
    let message_ids: Vec<MessageId> = told.iter().map(|((_, id), _)| *id).collect();
    let (hidden_from, revs) =
        join(load_hidden_from(tx.db, &message_ids), take_revs(tx.db, &counts)).await;
    let (hidden_from, mut revs) = (hidden_from?, revs?);
    for ((conversation_id, message_id), event) in told {
        let Some(rev) = revs.get_mut(&conversation_id) else {
            return Err(StoreError::Corrupt("a message is in no conversation".to_owned()));
        };
        let hidden_from = hidden_from.get(&message_id).cloned().unwrap_or_default();
        tx.leave(Audience::Conversation(conversation_id), *rev, event, hidden_from, now);
        *rev += 1;
    }
    Ok(())
}

/// For each of these messages the present members who may not see it, as [`super::access::hidden_from`].
async fn load_hidden_from(db: &Db, ids: &[MessageId]) -> Result<HashMap<MessageId, Vec<UserId>>> {
    let found = db
        .query(
            "SELECT m.id, p.user_id
             FROM unnest($1::uuid[]) AS named (id)
             JOIN messages m ON m.id = named.id
             JOIN participants p
                 ON p.conversation_id = m.conversation_id AND p.joined_seq >= m.seq
             WHERE NOT EXISTS (
                 SELECT 1
                 FROM past_memberships h
                 WHERE h.conversation_id = p.conversation_id AND h.user_id = p.user_id
                     AND h.joined_seq < m.seq AND h.left_seq >= m.seq
             )",
            &[&all_to_db(ids)],
        )
        .await?;
    let mut hidden_from: HashMap<MessageId, Vec<UserId>> = HashMap::new();
    for row in &found {
        let mut cells = Cells::new(row);
        hidden_from.entry(cells.id()?).or_default().push(cells.id()?);
    }
    Ok(hidden_from)
}

/// Takes as many `rev` of each conversation, and gives the first of them.
async fn take_revs(
    db: &Db,
    counts: &BTreeMap<ConversationId, i64>,
) -> Result<HashMap<ConversationId, u64>> {
    let taken: Vec<i64> = counts.values().copied().collect();
    let found = db
        .query(
            "UPDATE conversations c
             SET rev = c.rev + taken.count
             FROM unnest($1::uuid[], $2::bigint[]) AS taken (id, count)
             WHERE c.id = taken.id
             RETURNING c.id, c.rev - taken.count + 1",
            &[&all_to_db(counts.keys()), &taken],
        )
        .await?;
    found
        .iter()
        .map(|row| {
            let mut cells = Cells::new(row);
            Ok((cells.id()?, cells.number()?))
        })
        .collect()
}

async fn load_some(db: &Db, erasure: &Erasure, limit: usize) -> Result<Vec<(MessageId, Done)>> {
    let (conversation_id, seq) = erasure.done;
    let found = db
        .query(
            "SELECT id, conversation_id, seq
             FROM messages
             WHERE sender_id = $1 AND (conversation_id, seq) > ($2, $3) AND seq > 0
             ORDER BY conversation_id, seq
             LIMIT $4",
            &[&erasure.user_id.to_db(), &conversation_id.to_db(), &number(seq), &rows(limit)],
        )
        .await?;
    found
        .iter()
        .map(|row| {
            let mut cells = Cells::new(row);
            Ok((cells.id()?, (cells.id()?, cells.number()?)))
        })
        .collect()
}

/// Takes reactions back, each told as when its user does.
async fn take_back_some(
    tx: &mut WriteTx<'_>,
    erasure: &Erasure,
    limit: usize,
    now: Timestamp,
) -> Result<Option<Done>> {
    let found = load_reactions(tx.db, erasure.user_id, limit).await?;
    let is_last = found.is_empty();
    lock(tx.db, found.iter().map(|(_, reaction)| Key::Conversation(reaction.conversation_id)))
        .await?;
    let numbers: Vec<i64> = found.iter().map(|(number, _)| *number).collect();
    let gone = delete_reactions(tx.db, &numbers).await?;
    // Others went with their message in between.
    let told =
        found.into_iter().filter(|(number, _)| gone.contains(number)).map(|(_, reaction)| {
            let about = (reaction.conversation_id, reaction.message_id);
            (about, Event::ReactionRemoved(reaction))
        });
    tell_all(tx, told.collect(), now).await?;
    Ok(if is_last { None } else { Some(erasure.done) })
}

/// Which of them were there.
async fn delete_reactions(db: &Db, numbers: &[i64]) -> Result<HashSet<i64>> {
    let gone = db
        .query(
            "DELETE FROM reactions
             WHERE number = ANY ($1)
             RETURNING number",
            &[&numbers],
        )
        .await?;
    gone.iter().map(|row| Cells::new(row).take()).collect()
}

/// Reactions of a user with their place in the table, oldest first.
async fn load_reactions(db: &Db, user_id: UserId, limit: usize) -> Result<Vec<(i64, Reaction)>> {
    let found = db
        .query(
            "SELECT r.number, r.id, r.message_id, m.conversation_id, r.emoji, r.created_at
             FROM reactions r
             JOIN messages m ON m.id = r.message_id
             WHERE r.user_id = $1
             ORDER BY r.number
             LIMIT $2",
            &[&user_id.to_db(), &rows(limit)],
        )
        .await?;
    found
        .iter()
        .map(|row| {
            let mut cells = Cells::new(row);
            let number = cells.take()?;
            let reaction = Reaction {
                id: cells.id()?,
                message_id: cells.id()?,
                conversation_id: cells.id()?,
                user_id,
                emoji: cells.take()?,
                created_at: cells.moment()?,
            };
            Ok((number, reaction))
        })
        .collect()
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
