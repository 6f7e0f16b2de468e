//! Reactions, and the port for them.

use futures_util::future::join;
use salala_core::Timestamp;
use salala_core::ids::{MessageId, ReactionId, UserId};
use salala_core::limits::REACTIONS_PER_USER_MAX;
use salala_core::records::Reaction;

use super::PostgresStore;
use super::access::{Located, hidden_from, locate_message, member};
use super::blocks::refuse_blocked_direct;
use super::cells::{Cells, DbId, rows};
use super::db::Db;
use super::error::Result;
use super::locks::Key;
use super::write_tx::WriteTx;
use crate::error::hidden;
use crate::log::Event;
use crate::ports::reactions::Reactions;
use crate::{Conflict, Pending};

impl Reactions for PostgresStore {
    fn add_reaction(
        &self,
        id: ReactionId,
        user_id: UserId,
        message_id: MessageId,
        emoji: String,
        now: Timestamp,
    ) -> Pending<Reaction> {
        self.write([Key::Message(message_id)], async move |tx: &mut WriteTx<'_>| {
            let Located { conversation_id, seq, is_deleted, .. } =
                see_message(tx.db, user_id, message_id).await?;
            if is_deleted {
                return Err(Conflict::MessageDeleted.into());
            }
            refuse_blocked_direct(tx.db, conversation_id).await?;
            let (emoji, created_at) = (emoji.clone(), now);
            let reaction = Reaction { id, message_id, conversation_id, user_id, emoji, created_at };
            add(tx, reaction, seq).await
        })
    }

    fn remove_reaction(
        &self,
        user_id: UserId,
        message_id: MessageId,
        emoji: String,
        now: Timestamp,
    ) -> Pending<()> {
        self.write([Key::Message(message_id)], async move |tx: &mut WriteTx<'_>| {
            remove(tx, user_id, message_id, &emoji, now).await
        })
    }
}

/// Gives a reaction to the message at `seq`.
async fn add(tx: &mut WriteTx<'_>, reaction: Reaction, seq: u64) -> Result<Reaction> {
    let (added, hidden_from) =
        join(insert(tx.db, &reaction), hidden_from(tx.db, reaction.conversation_id, seq)).await;
    let Some(count) = added? else { return load_first(tx.db, reaction).await };
    // An error takes the row back with it.
    if count >= rows(REACTIONS_PER_USER_MAX) {
        return Err(Conflict::TooManyReactions.into());
    }
    let event = Event::ReactionAdded(reaction.clone());
    tx.tell_members(reaction.conversation_id, event, hidden_from?, reaction.created_at).await?;
    Ok(reaction)
}

/// How many this user had given to the message before; `None`, and nothing, if this one is there.
async fn insert(db: &Db, reaction: &Reaction) -> Result<Option<i64>> {
    let added = db
        .query_opt(
            "INSERT INTO reactions (id, message_id, user_id, emoji, created_at)
             VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (message_id, user_id, emoji) DO NOTHING
             RETURNING (
                 SELECT COUNT(*)
                 FROM reactions
                 WHERE message_id = $2 AND user_id = $3
             )",
            &[
                &reaction.id.to_db(),
                &reaction.message_id.to_db(),
                &reaction.user_id.to_db(),
                &reaction.emoji,
                &reaction.created_at.unix_ms(),
            ],
        )
        .await?;
    added.map(|row| Cells::new(&row).take()).transpose()
}

/// The reaction that is there in the place of this one.
async fn load_first(db: &Db, reaction: Reaction) -> Result<Reaction> {
    let row = db
        .query_one(
            "SELECT id, created_at
             FROM reactions
             WHERE message_id = $1 AND user_id = $2 AND emoji = $3",
            &[&reaction.message_id.to_db(), &reaction.user_id.to_db(), &reaction.emoji],
        )
        .await?;
    let mut cells = Cells::new(&row);
    Ok(Reaction { id: cells.id()?, created_at: cells.moment()?, ..reaction })
}

async fn remove(
    tx: &mut WriteTx<'_>,
    user_id: UserId,
    message_id: MessageId,
    emoji: &str,
    now: Timestamp,
) -> Result<()> {
    let Located { conversation_id, seq, .. } = see_message(tx.db, user_id, message_id).await?;
    let (removed, hidden_from) =
        join(delete(tx.db, user_id, message_id, emoji), hidden_from(tx.db, conversation_id, seq))
            .await;
    let Some((id, created_at)) = removed? else { return Ok(()) };
    let emoji = emoji.to_owned();
    let reaction = Reaction { id, message_id, conversation_id, user_id, emoji, created_at };
    tx.tell_members(conversation_id, Event::ReactionRemoved(reaction), hidden_from?, now).await
}

/// What is gone: its id, and when it was given.
async fn delete(
    db: &Db,
    user_id: UserId,
    message_id: MessageId,
    emoji: &str,
) -> Result<Option<(ReactionId, Timestamp)>> {
    let removed = db
        .query_opt(
            "DELETE FROM reactions
             WHERE message_id = $1 AND user_id = $2 AND emoji = $3
             RETURNING id, created_at",
            &[&message_id.to_db(), &user_id.to_db(), &emoji],
        )
        .await?;
    let Some(row) = removed else { return Ok(None) };
    let mut cells = Cells::new(&row);
    Ok(Some((cells.id()?, cells.moment()?)))
}

/// The place of a message that this user may see.
async fn see_message(db: &Db, user_id: UserId, message_id: MessageId) -> Result<Located> {
    let located = locate_message(db, message_id).await?;
    if !member(db, user_id, located.conversation_id).await?.visible().contains(located.seq) {
        return Err(hidden());
    }
    Ok(located)
}
