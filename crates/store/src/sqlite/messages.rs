//! Writing messages, and the port for them.

use rusqlite::{OptionalExtension, params};
use salala_core::Timestamp;
use salala_core::ids::{ConversationId, MessageId, UserId};
use salala_core::permissions::may_delete_others_message;
use salala_core::records::{Message, ReplyTo, UserBrief};

use super::SqliteStore;
use super::access::{hidden_from, locate_message, member};
use super::blocks::refuse_blocked_direct;
use super::cells::{Cells, number};
use super::error::Result;
use super::history::{
    load_message, load_repeat, load_reply_to, read_history, read_media, read_message,
};
use super::mentions::mentions_of;
use super::push_queue::queue_message;
use super::uploads::{hold_file, let_go};
use super::write_tx::WriteTx;
use crate::columns::brief_columns;
use crate::error::{hidden, stranger};
use crate::log::{Audience, Event};
use crate::mentions::mentions_column;
use crate::ports::messages::{History, HistoryRange, Messages, NewMessage, Sent};
use crate::push_rows::PushTo;
use crate::{Conflict, Pending, StoreError};

impl Messages for SqliteStore {
    fn send_message(&self, message: NewMessage) -> Pending<Sent> {
        let size_bytes = message.content.as_ref().map_or(0, String::len)
            + message.file_url.as_ref().map_or(0, String::len);
        self.write_sized(size_bytes, move |tx| send(tx, message))
    }

    fn edit_message(
        &self,
        user_id: UserId,
        id: MessageId,
        content: String,
        now: Timestamp,
    ) -> Pending<Message> {
        self.write_sized(content.len(), move |tx| edit(tx, user_id, id, content, now))
    }

    fn delete_message(&self, user_id: UserId, id: MessageId, now: Timestamp) -> Pending<Message> {
        self.write(move |tx| delete(tx, user_id, id, now))
    }

    fn message(&self, user_id: UserId, id: MessageId) -> Pending<Message> {
        self.read(move |db| read_message(db, user_id, id))
    }

    fn history(
        &self,
        user_id: UserId,
        conversation_id: ConversationId,
        range: HistoryRange,
        limit: usize,
    ) -> Pending<History> {
        self.read(move |db| read_history(db, user_id, conversation_id, range, limit))
    }

    fn media(
        &self,
        user_id: UserId,
        conversation_id: ConversationId,
        before: Option<u64>,
        limit: usize,
    ) -> Pending<Vec<Message>> {
        self.read(move |db| read_media(db, user_id, conversation_id, before, limit))
    }
}

fn send(tx: &mut WriteTx<'_>, new: NewMessage) -> Result<Sent> {
    let sender = load_sender(tx, new.sender_id, new.conversation_id)?;
    if let Some(client_message_id) = &new.client_message_id {
        let repeat = load_repeat(tx.db, new.conversation_id, new.sender_id, client_message_id)?;
        if let Some(message) = repeat {
            return Ok(Sent { message, is_repeat: true });
        }
    }
    // A repeat was answered above: what was stored before the block was, is.
    refuse_blocked_direct(tx.db, new.conversation_id)?;
    let reply_to = find_reply_to(tx, &new)?;
    let mentions = mentions_of(tx.db, new.conversation_id, new.content.as_deref())?;
    let file = hold_file(tx.db, new.sender_id, new.file_url.as_deref())?;
    let (seq, rev, push_to) = take_seq(tx, new.conversation_id, new.created_at)?;
    let message = Message {
        id: new.id,
        conversation_id: new.conversation_id,
        seq,
        sender,
        content: new.content,
        file_url: new.file_url,
        file,
        reply_to,
        reactions: Vec::new(),
        mentions,
        reads: Vec::new(),
        client_message_id: new.client_message_id,
        created_at: new.created_at,
        edited_at: None,
        deleted_at: None,
    };
    insert(tx, &message)?;
    tx.db
        .prepare_cached(
            "UPDATE participants
             SET last_read_seq = ?3
             WHERE conversation_id = ?1 AND user_id = ?2",
        )?
        .execute(params![
            message.conversation_id.as_bytes(),
            message.sender.id.as_bytes(),
            number(seq)
        ])?;
    queue_message(tx.db, &message, push_to)?;
    tx.record(
        Audience::Conversation(message.conversation_id),
        rev,
        Event::MessageCreated(message.clone()),
        message.created_at,
    )?;
    Ok(Sent { message, is_repeat: false })
}

/// The sender, asked together with the membership: the commonest write does as few look-ups as it
/// can.
fn load_sender(
    tx: &WriteTx<'_>,
    sender_id: UserId,
    conversation_id: ConversationId,
) -> Result<UserBrief> {
    let found =
        tx.db
            .prepare_cached(concat!(
                "SELECT ",
                brief_columns!(),
                "
             FROM conversations c
             LEFT JOIN participants p ON p.conversation_id = c.id AND p.user_id = ?2
             LEFT JOIN users u ON u.id = p.user_id AND u.erased_at IS NULL
             WHERE c.id = ?1"
            ))?
            .query_row(params![conversation_id.as_bytes(), sender_id.as_bytes()], |row| {
                match row.get::<_, Option<[u8; 16]>>(0)? {
                    Some(_) => Cells::new(row).brief().map(Some),
                    None => Ok(None),
                }
            })
            .optional()?;
    match found {
        None => Err(StoreError::NotFound("this conversation")),
        Some(None) => Err(stranger()),
        Some(Some(sender)) => Ok(sender),
    }
}

fn find_reply_to(tx: &WriteTx<'_>, new: &NewMessage) -> Result<Option<ReplyTo>> {
    let Some(id) = new.reply_to_id else { return Ok(None) };
    let refused =
        StoreError::Invalid { field: "replyToId", message: "must be in the same conversation" };
    let Some((seq, reply_to)) = load_reply_to(tx.db, new.conversation_id, id)? else {
        return Err(refused);
    };
    let visible = member(tx.db, new.sender_id, new.conversation_id)?.visible(tx.db)?;
    if !visible.contains(seq) {
        return Err(refused);
    }
    Ok(Some(reply_to))
}

/// The next `seq` and `rev` of a conversation, and whom its messages are pushed to.
fn take_seq(
    tx: &WriteTx<'_>,
    conversation_id: ConversationId,
    now: Timestamp,
) -> Result<(u64, i64, PushTo)> {
    let taken = tx
        .db
        .prepare_cached(
            "UPDATE conversations
             SET last_seq = last_seq + 1, rev = rev + 1, updated_at = MAX(updated_at, ?2)
             WHERE id = ?1
             RETURNING last_seq, rev, push_to",
        )?
        .query_row(params![conversation_id.as_bytes(), now.unix_ms()], |row| {
            let mut cells = Cells::new(row);
            let (seq, rev) = (cells.number()?, cells.take()?);
            Ok((seq, rev, PushTo::from_column(cells.take::<Option<Vec<u8>>>()?.as_deref())))
        })?;
    Ok(taken)
}

fn insert(tx: &WriteTx<'_>, message: &Message) -> Result<()> {
    tx.db
        .prepare_cached(
            "INSERT INTO messages
                 (id, conversation_id, seq, sender_id, content, file_url, reply_to_id, mentions,
                  client_message_id, created_at, file_id)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            message.id.as_bytes(),
            message.conversation_id.as_bytes(),
            number(message.seq),
            message.sender.id.as_bytes(),
            message.content,
            message.file_url,
            message.reply_to.as_ref().map(|reply_to| reply_to.id.as_bytes()),
            mentions_column(&message.mentions),
            message.client_message_id,
            message.created_at.unix_ms(),
            message.file.as_ref().map(|file| file.id.as_bytes())
        ])?;
    Ok(())
}

fn edit(
    tx: &mut WriteTx<'_>,
    user_id: UserId,
    id: MessageId,
    content: String,
    now: Timestamp,
) -> Result<Message> {
    let (conversation_id, seq, sender_id, is_deleted) = locate_message(tx.db, id)?;
    member(tx.db, user_id, conversation_id)?;
    if sender_id != user_id {
        return Err(StoreError::Forbidden("only its author may change a message"));
    }
    if is_deleted {
        return Err(Conflict::MessageDeleted.into());
    }
    refuse_blocked_direct(tx.db, conversation_id)?;
    let before = load_message(tx.db, id)?;
    if before.content.as_ref() == Some(&content) {
        return Ok(before);
    }
    let mentions = mentions_of(tx.db, conversation_id, Some(&content))?;
    tx.db
        .prepare_cached(
            "UPDATE messages
             SET content = ?2, mentions = ?3, edited_at = ?4
             WHERE id = ?1",
        )?
        .execute(params![id.as_bytes(), content, mentions_column(&mentions), now.unix_ms()])?;
    let message = Message { content: Some(content), mentions, edited_at: Some(now), ..before };
    let hidden_from = hidden_from(tx.db, conversation_id, seq)?;
    tx.tell_members(conversation_id, Event::MessageUpdated(message.clone()), hidden_from, now)?;
    Ok(message)
}

fn delete(tx: &mut WriteTx<'_>, user_id: UserId, id: MessageId, now: Timestamp) -> Result<Message> {
    let (conversation_id, seq, sender_id, is_deleted) = locate_message(tx.db, id)?;
    let member = member(tx.db, user_id, conversation_id)?;
    if sender_id != user_id {
        if !member.visible(tx.db)?.contains(seq) {
            return Err(hidden());
        }
        if !may_delete_others_message(member.is_group, member.role) {
            return Err(StoreError::Forbidden("you may not delete this message"));
        }
    }
    if is_deleted { load_message(tx.db, id) } else { empty(tx, id, now) }
}

/// Takes everything out of a message but its place, and tells the members.
pub(super) fn empty(tx: &mut WriteTx<'_>, id: MessageId, now: Timestamp) -> Result<Message> {
    tx.db
        .prepare_cached(
            "DELETE FROM reactions
             WHERE message_id = ?1",
        )?
        .execute([id.as_bytes()])?;
    let_go(tx.db, id, now)?;
    tx.db
        .prepare_cached(
            "UPDATE messages
             SET content = NULL, file_url = NULL, file_id = NULL, mentions = NULL, deleted_at = ?2
             WHERE id = ?1",
        )?
        .execute(params![id.as_bytes(), now.unix_ms()])?;
    let message = load_message(tx.db, id)?;
    let hidden_from = hidden_from(tx.db, message.conversation_id, message.seq)?;
    let event = Event::MessageDeleted(message.clone());
    tx.tell_members(message.conversation_id, event, hidden_from, now)?;
    Ok(message)
}
