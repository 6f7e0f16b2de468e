//! What erased accounts wrote and felt, emptied and taken back by few statements a step.

use std::collections::{BTreeMap, HashMap, HashSet};

use futures_util::future::join;
use salala_core::Timestamp;
use salala_core::ids::{ConversationId, MessageId, UserId};
use salala_core::records::Reaction;

use super::access::ids_from;
use super::access::load_hidden_from;
use super::cells::{Cells, DbId, all_to_db, number, rows};
use super::db::Db;
use super::erasures::{Done, Erasure};
use super::error::Result;
use super::history::load_messages;
use super::locks::{Key, lock_found};
use super::uploads::let_go;
use super::write_tx::WriteTx;
use crate::StoreError;
use crate::log::{Audience, Event};

/// Empties messages as deletion does, and takes their sender's own ids off them.
pub(super) async fn empty_some(
    tx: &mut WriteTx<'_>,
    erasure: &Erasure,
    limit: usize,
    now: Timestamp,
) -> Result<Option<Done>> {
    let found = load_some(tx.db, erasure, limit).await?;
    let Some((_, done)) = found.last() else { return Ok(None) };
    lock_found(tx.db, found.iter().map(|(_, (id, _))| Key::Conversation(*id))).await?;
    let ids: Vec<MessageId> = found.iter().map(|(id, _)| *id).collect();
    let undeleted = load_undeleted(tx.db, &ids).await?;
    let_go(tx.db, &ids, now).await?;
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
         SET content = NULL, file_url = NULL, file_id = NULL, mentions = NULL, words = NULL,
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
pub(super) async fn take_back_some(
    tx: &mut WriteTx<'_>,
    erasure: &Erasure,
    limit: usize,
    now: Timestamp,
) -> Result<Option<Done>> {
    let found = load_reactions(tx.db, erasure.user_id, limit).await?;
    let is_last = found.is_empty();
    lock_found(
        tx.db,
        found.iter().map(|(_, reaction)| Key::Conversation(reaction.conversation_id)),
    )
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
