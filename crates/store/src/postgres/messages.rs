//! Changing messages, and the port for them.

use futures_util::future::{join, join3};
use salala_core::Timestamp;
use salala_core::ids::{ConversationId, MessageId, UserId};
use salala_core::permissions::may_delete_others_message;
use salala_core::records::Message;

use super::PostgresStore;
use super::access::{Located, hidden_from, locate_message, member};
use super::blocks::refuse_blocked_direct;
use super::cells::DbId;
use super::db::Db;
use super::error::Result;
use super::history::{load_message, read_history, read_media, read_message};
use super::locks::Key;
use super::mentions::mentions_of;
use super::message_search::words_column;
use super::sends::QueuedSend;
use super::uploads::let_go;
use super::write_tx::WriteTx;
use crate::error::hidden;
use crate::log::Event;
use crate::mentions::mentions_column;
use crate::ports::messages::{History, HistoryRange, Messages, NewMessage, Sent};
use crate::{Conflict, Pending, StoreError};

impl Messages for PostgresStore {
    fn send_message(&self, message: NewMessage) -> Pending<Sent> {
        QueuedSend::submit(&self.commands, message)
    }

    fn edit_message(
        &self,
        user_id: UserId,
        id: MessageId,
        content: String,
        now: Timestamp,
    ) -> Pending<Message> {
        self.write_sized([Key::Message(id)], content.len(), async move |tx: &mut WriteTx<'_>| {
            edit(tx, user_id, id, &content, now).await
        })
    }

    fn delete_message(&self, user_id: UserId, id: MessageId, now: Timestamp) -> Pending<Message> {
        self.write([Key::Message(id)], async move |tx: &mut WriteTx<'_>| {
            delete(tx, user_id, id, now).await
        })
    }

    fn message(&self, user_id: UserId, id: MessageId) -> Pending<Message> {
        self.read(async move |db: &Db| read_message(db, user_id, id).await)
    }

    fn history(
        &self,
        user_id: UserId,
        conversation_id: ConversationId,
        range: HistoryRange,
        limit: usize,
    ) -> Pending<History> {
        self.read(async move |db: &Db| {
            read_history(db, user_id, conversation_id, range, limit).await
        })
    }

    fn media(
        &self,
        user_id: UserId,
        conversation_id: ConversationId,
        before: Option<u64>,
        limit: usize,
    ) -> Pending<Vec<Message>> {
        self.read(async move |db: &Db| {
            read_media(db, user_id, conversation_id, before, limit).await
        })
    }
}

async fn edit(
    tx: &mut WriteTx<'_>,
    user_id: UserId,
    id: MessageId,
    content: &str,
    now: Timestamp,
) -> Result<Message> {
    let Located { conversation_id, seq, sender_id, is_deleted } = locate_message(tx.db, id).await?;
    member(tx.db, user_id, conversation_id).await?;
    if sender_id != user_id {
        return Err(StoreError::Forbidden("only its author may change a message"));
    }
    if is_deleted {
        return Err(Conflict::MessageDeleted.into());
    }
    refuse_blocked_direct(tx.db, conversation_id).await?;
    let (before, mentions) =
        join(load_message(tx.db, id), mentions_of(tx.db, conversation_id, content)).await;
    let (before, mentions) = (before?, mentions?);
    if before.content.as_deref() == Some(content) {
        return Ok(before);
    }
    let content = Some(content.to_owned());
    let message = Message { content, mentions, edited_at: Some(now), ..before };
    let (stored, hidden_from) = join(
        tx.db.execute(
            "UPDATE messages
             SET content = $2, mentions = $3, edited_at = $4, words = $5::text::tsvector
             WHERE id = $1",
            &[
                &id.to_db(),
                &message.content,
                &mentions_column(&message.mentions),
                &now.unix_ms(),
                &words_column(&message),
            ],
        ),
        hidden_from(tx.db, conversation_id, seq),
    )
    .await;
    stored?;
    let event = Event::MessageUpdated(message.clone());
    tx.tell_members(conversation_id, event, hidden_from?, now).await?;
    Ok(message)
}

async fn delete(
    tx: &mut WriteTx<'_>,
    user_id: UserId,
    id: MessageId,
    now: Timestamp,
) -> Result<Message> {
    let Located { conversation_id, seq, sender_id, is_deleted } = locate_message(tx.db, id).await?;
    let member = member(tx.db, user_id, conversation_id).await?;
    if sender_id != user_id {
        if !member.visible().contains(seq) {
            return Err(hidden());
        }
        if !may_delete_others_message(member.is_group, member.role) {
            return Err(StoreError::Forbidden("you may not delete this message"));
        }
    }
    if is_deleted {
        return load_message(tx.db, id).await;
    }
    let_go(tx.db, &[id], now).await?;
    let (reactions, emptied, hidden_from) = join3(
        tx.db.execute(
            "DELETE FROM reactions
             WHERE message_id = $1",
            &[&id.to_db()],
        ),
        tx.db.execute(
            "UPDATE messages
             SET content = NULL, file_url = NULL, file_id = NULL, mentions = NULL, words = NULL,
                 deleted_at = $2
             WHERE id = $1",
            &[&id.to_db(), &now.unix_ms()],
        ),
        hidden_from(tx.db, conversation_id, seq),
    )
    .await;
    reactions.and(emptied)?;
    let message = load_message(tx.db, id).await?;
    let event = Event::MessageDeleted(message.clone());
    tx.tell_members(conversation_id, event, hidden_from?, now).await?;
    Ok(message)
}
