//! Reading messages: one, a part of the history, and those with files.

use rusqlite::{Connection, OptionalExtension, Row, params};
use salala_core::Timestamp;
use salala_core::ids::{ConversationId, MessageId, UserId};
use salala_core::records::{Message, MessageRead, Reaction, ReplyTo};

use super::access::member;
use super::cells::{Cells, number, rows};
use super::error::Result;
use crate::StoreError;
use crate::columns::select_message;
use crate::error::hidden;
use crate::history_page::{page, page_runs, show_reads};
use crate::mentions::mentions_from;
use crate::ports::messages::{History, HistoryRange};
use crate::read_marks::block_end;

/// A message as it stands, without `reads`; or `NotFound`.
pub(super) fn load_message(db: &Connection, id: MessageId) -> Result<Message> {
    let message = db
        .prepare_cached(select_message!("WHERE m.id = ?1"))?
        .query_row([id.as_bytes()], message_from)
        .optional()?
        .ok_or(StoreError::NotFound("this message"))?;
    with_reactions(db, message)
}

/// The message at a place of a conversation, without `reads`.
pub(super) fn load_message_at(
    db: &Connection,
    conversation_id: ConversationId,
    seq: u64,
) -> Result<Option<Message>> {
    db.prepare_cached(select_message!("WHERE m.conversation_id = ?1 AND m.seq = ?2"))?
        .query_row(params![conversation_id.as_bytes(), number(seq)], message_from)
        .optional()?
        .map(|message| with_reactions(db, message))
        .transpose()
}

/// A sender's message with this id of their own.
pub(super) fn load_repeat(
    db: &Connection,
    conversation_id: ConversationId,
    sender_id: UserId,
    client_message_id: &str,
) -> Result<Option<Message>> {
    db.prepare_cached(select_message!(
        "WHERE m.conversation_id = ?1 AND m.sender_id = ?2 AND m.client_message_id = ?3"
    ))?
    .query_row(
        params![conversation_id.as_bytes(), sender_id.as_bytes(), client_message_id],
        message_from,
    )
    .optional()?
    .map(|message| with_reactions(db, message))
    .transpose()
}

/// What a message answers, as it stands.
pub(super) fn load_reply_to(
    db: &Connection,
    conversation_id: ConversationId,
    id: MessageId,
) -> Result<Option<(u64, ReplyTo)>> {
    let found = db
        .prepare_cached(
            "SELECT m.seq, m.id, m.sender_id, u.username, m.content, m.file_url
             FROM messages m
             JOIN users u ON u.id = m.sender_id
             WHERE m.id = ?1 AND m.conversation_id = ?2",
        )?
        .query_row(params![id.as_bytes(), conversation_id.as_bytes()], |row| {
            let mut cells = Cells::new(row);
            Ok((cells.number()?, reply_from(&mut cells)?))
        })
        .optional()?;
    Ok(found)
}

/// One message with its `reads`, for one who may see it.
pub(super) fn read_message(db: &Connection, user_id: UserId, id: MessageId) -> Result<Message> {
    let mut message = load_message(db, id)?;
    let member = member(db, user_id, message.conversation_id)?;
    if !member.visible(db)?.contains(message.seq) {
        return Err(hidden());
    }
    add_reads(db, message.conversation_id, std::slice::from_mut(&mut message))?;
    Ok(message)
}

/// A part of the history; which messages it holds is arithmetic, since `seq` has no holes.
pub(super) fn read_history(
    db: &Connection,
    user_id: UserId,
    conversation_id: ConversationId,
    range: HistoryRange,
    limit: usize,
) -> Result<History> {
    let visible = member(db, user_id, conversation_id)?.visible(db)?;
    let runs = page_runs(&visible, range, limit);
    let mut messages = Vec::new();
    for (first, last) in &runs {
        messages.append(&mut load_run(db, conversation_id, *first, *last)?);
    }
    add_reads(db, conversation_id, &mut messages)?;
    Ok(page(messages, &runs, &visible, range))
}

/// Messages with files, newest first.
pub(super) fn read_media(
    db: &Connection,
    user_id: UserId,
    conversation_id: ConversationId,
    before: Option<u64>,
    limit: usize,
) -> Result<Vec<Message>> {
    let visible = member(db, user_id, conversation_id)?.visible(db)?;
    let up_to = before.unwrap_or(u64::MAX).saturating_sub(1);
    let mut messages = Vec::new();
    for (first, last) in visible.runs_up_to(up_to).into_iter().rev() {
        let mut statement = db.prepare_cached(select_message!(
            "WHERE m.conversation_id = ?1 AND m.seq >= ?2 AND m.seq <= ?3
                 AND m.file_url IS NOT NULL
             ORDER BY m.seq DESC
             LIMIT ?4"
        ))?;
        let found = statement.query_map(
            params![
                conversation_id.as_bytes(),
                number(first),
                number(last),
                rows(limit - messages.len())
            ],
            message_from,
        )?;
        for message in found {
            messages.push(with_reactions(db, message?)?);
        }
    }
    Ok(messages)
}

/// The messages of one run of `seq`, newest first, without `reads`.
pub(super) fn load_run(
    db: &Connection,
    conversation_id: ConversationId,
    first: u64,
    last: u64,
) -> Result<Vec<Message>> {
    let mut statement = db.prepare_cached(select_message!(
        "WHERE m.conversation_id = ?1 AND m.seq >= ?2 AND m.seq <= ?3
         ORDER BY m.seq DESC"
    ))?;
    let found = statement.query_map(
        params![conversation_id.as_bytes(), number(first), number(last)],
        message_from,
    )?;
    found.map(|message| with_reactions(db, message?)).collect()
}

fn message_from(row: &Row<'_>) -> rusqlite::Result<Message> {
    let mut cells = Cells::new(row);
    Ok(Message {
        id: cells.id()?,
        conversation_id: cells.id()?,
        seq: cells.number()?,
        sender: cells.brief()?,
        content: cells.take()?,
        file_url: cells.take()?,
        mentions: mentions_from(&cells.take::<Option<Vec<u8>>>()?.unwrap_or_default()),
        client_message_id: cells.take()?,
        created_at: cells.moment()?,
        edited_at: cells.optional_moment()?,
        deleted_at: cells.optional_moment()?,
        reply_to: match row.get::<_, Option<[u8; 16]>>(15)? {
            Some(_) => Some(reply_from(&mut cells)?),
            None => cells.skip(5),
        },
        file: cells.optional_file()?,
        reactions: Vec::new(),
        reads: Vec::new(),
    })
}

fn reply_from(cells: &mut Cells<'_, '_>) -> rusqlite::Result<ReplyTo> {
    Ok(ReplyTo {
        id: cells.id()?,
        sender_id: cells.id()?,
        sender_username: cells.take()?,
        content: cells.take()?,
        file_url: cells.take()?,
    })
}

fn with_reactions(db: &Connection, mut message: Message) -> Result<Message> {
    let mut statement = db.prepare_cached(
        "SELECT id, user_id, emoji, created_at
         FROM reactions
         WHERE message_id = ?1
         ORDER BY number",
    )?;
    message.reactions = statement
        .query_map([message.id.as_bytes()], |row| {
            let mut cells = Cells::new(row);
            Ok(Reaction {
                id: cells.id()?,
                message_id: message.id,
                conversation_id: message.conversation_id,
                user_id: cells.id()?,
                emoji: cells.take()?,
                created_at: cells.moment()?,
            })
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(message)
}

/// Fills `reads` of messages that are sorted newest first, by when they were first marked.
fn add_reads(
    db: &Connection,
    conversation_id: ConversationId,
    messages: &mut [Message],
) -> Result<()> {
    let (Some(newest), Some(oldest)) = (messages.first(), messages.last()) else {
        return Ok(());
    };
    let mut statement = db.prepare_cached(
        "SELECT user_id, first_seq, last_seq, read_at
         FROM message_reads
         WHERE conversation_id = ?1 AND last_seq >= ?2 AND last_seq <= ?4 AND first_seq <= ?3
         ORDER BY read_at, user_id",
    )?;
    let ranges = statement
        .query_map(
            params![
                conversation_id.as_bytes(),
                number(oldest.seq),
                number(newest.seq),
                number(block_end(newest.seq))
            ],
            |row| {
                let mut cells = Cells::new(row);
                let user_id = cells.id()?;
                let range = cells.number()?..=cells.number()?;
                let read_at: Timestamp = cells.moment()?;
                Ok((MessageRead { user_id, read_at }, range))
            },
        )?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    show_reads(messages, ranges);
    Ok(())
}
