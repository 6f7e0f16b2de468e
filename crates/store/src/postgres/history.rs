//! Reading messages: one, a part of the history, and those with files.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use futures_util::future::{join, try_join_all};
use salala_core::ids::{ConversationId, MessageId, UserId};
use salala_core::records::{Message, MessageRead, Reaction, ReplyTo};
use tokio_postgres::Row;
use uuid::Uuid;

use super::access::member;
use super::cells::{Cells, DbId, all_to_db, number, rows};
use super::db::{Db, Parameters};
use super::error::Result;
use crate::StoreError;
use crate::columns::select_message;
use crate::error::hidden;
use crate::history_page::{page, page_runs, show_reads};
use crate::mentions::mentions_from;
use crate::ports::messages::{History, HistoryRange};
use crate::read_marks::block_end;

/// A message as it stands, without `reads`; or `NotFound`.
pub(super) async fn load_message(db: &Db, id: MessageId) -> Result<Message> {
    let (uuid, ids) = (id.to_db(), [id]);
    let named: Parameters<'_> = &[&uuid];
    let found = db.query_opt(select_message!("WHERE m.id = $1"), named);
    let (found, reactions) = join(found, load_reactions(db, &ids)).await;
    let mut message = message_from(&found?.ok_or(StoreError::NotFound("this message"))?)?;
    give_reactions(std::slice::from_mut(&mut message), reactions?);
    Ok(message)
}

/// Those of these messages that there are, in the order of the ids.
pub(super) async fn load_messages(db: &Db, ids: &[MessageId]) -> Result<Vec<Message>> {
    let uuids = all_to_db(ids);
    let named: Parameters<'_> = &[&uuids];
    let found = db.query(
        select_message!(
            "JOIN unnest($1::uuid[]) WITH ORDINALITY AS wanted (id, place) ON wanted.id = m.id
             ORDER BY wanted.place"
        ),
        named,
    );
    let (found, reactions) = join(found, load_reactions(db, ids)).await;
    let mut messages: Vec<Message> = found?.iter().map(message_from).collect::<Result<_>>()?;
    give_reactions(&mut messages, reactions?);
    Ok(messages)
}

/// The message at a place of a conversation, without `reads`.
pub(super) async fn load_message_at(
    db: &Db,
    conversation_id: ConversationId,
    seq: u64,
) -> Result<Option<Message>> {
    if seq == 0 {
        return Ok(None);
    }
    let found = db
        .query_opt(
            select_message!("WHERE m.conversation_id = $1 AND m.seq = $2"),
            &[&conversation_id.to_db(), &number(seq)],
        )
        .await?;
    let Some(row) = found else { return Ok(None) };
    let mut message = message_from(&row)?;
    let reactions = load_reactions(db, &[message.id]).await?;
    give_reactions(std::slice::from_mut(&mut message), reactions);
    Ok(Some(message))
}

/// One message with its `reads`, for one who may see it.
pub(super) async fn read_message(db: &Db, user_id: UserId, id: MessageId) -> Result<Message> {
    let mut message = load_message(db, id).await?;
    let member = member(db, user_id, message.conversation_id);
    let marks = load_marks(db, message.conversation_id, (message.seq, message.seq));
    let (member, marks) = join(member, marks).await;
    if !member?.visible().contains(message.seq) {
        return Err(hidden());
    }
    show_reads(std::slice::from_mut(&mut message), marks?);
    Ok(message)
}

/// A part of the history; which messages it holds is arithmetic, since `seq` has no holes.
pub(super) async fn read_history(
    db: &Db,
    user_id: UserId,
    conversation_id: ConversationId,
    range: HistoryRange,
    limit: usize,
) -> Result<History> {
    let visible = member(db, user_id, conversation_id).await?.visible();
    let runs = page_runs(&visible, range, limit);
    let mut messages = Vec::new();
    for (first, last) in &runs {
        messages.append(&mut load_run(db, conversation_id, *first, *last).await?);
    }
    if let (Some(newest), Some(oldest)) = (messages.first(), messages.last()) {
        let ids: Vec<MessageId> = messages.iter().map(|message| message.id).collect();
        let marks = load_marks(db, conversation_id, (oldest.seq, newest.seq));
        let (reactions, marks) = join(load_reactions(db, &ids), marks).await;
        give_reactions(&mut messages, reactions?);
        show_reads(&mut messages, marks?);
    }
    Ok(page(messages, &runs, &visible, range))
}

/// Messages with files, newest first.
pub(super) async fn read_media(
    db: &Db,
    user_id: UserId,
    conversation_id: ConversationId,
    before: Option<u64>,
    limit: usize,
) -> Result<Vec<Message>> {
    let visible = member(db, user_id, conversation_id).await?.visible();
    let up_to = before.unwrap_or(u64::MAX).saturating_sub(1);
    let mut messages = Vec::new();
    for (first, last) in visible.runs_up_to(up_to).into_iter().rev() {
        let left = limit - messages.len();
        if left == 0 {
            break;
        }
        let found = db
            .query(
                select_message!(
                    "WHERE m.conversation_id = $1 AND m.seq >= $2 AND m.seq <= $3
                         AND m.file_url IS NOT NULL
                     ORDER BY m.seq DESC
                     LIMIT $4"
                ),
                &[&conversation_id.to_db(), &number(first), &number(last), &rows(left)],
            )
            .await?;
        for row in &found {
            messages.push(message_from(row)?);
        }
    }
    let ids: Vec<MessageId> = messages.iter().map(|message| message.id).collect();
    give_reactions(&mut messages, load_reactions(db, &ids).await?);
    Ok(messages)
}

/// What is answered, from the columns of [`select_message`].
pub(super) fn reply_from(cells: &mut Cells<'_>) -> Result<ReplyTo> {
    Ok(ReplyTo {
        id: cells.id()?,
        sender_id: cells.id()?,
        sender_username: cells.take()?,
        content: cells.take()?,
        file_url: cells.take()?,
    })
}

/// The messages of these runs, the newest run first as they are given, in `seq` order and without
/// `reads`.
pub(super) async fn load_runs(
    db: &Db,
    conversation_id: ConversationId,
    runs: &[(u64, u64)],
) -> Result<Vec<Message>> {
    let found = runs.iter().map(|(first, last)| load_run(db, conversation_id, *first, *last));
    let mut messages: Vec<Message> = try_join_all(found).await?.into_iter().flatten().collect();
    messages.reverse();
    let ids: Vec<MessageId> = messages.iter().map(|message| message.id).collect();
    give_reactions(&mut messages, load_reactions(db, &ids).await?);
    Ok(messages)
}

async fn load_run(
    db: &Db,
    conversation_id: ConversationId,
    first: u64,
    last: u64,
) -> Result<Vec<Message>> {
    let found = db
        .query(
            select_message!(
                "WHERE m.conversation_id = $1 AND m.seq >= $2 AND m.seq <= $3
                 ORDER BY m.seq DESC"
            ),
            &[&conversation_id.to_db(), &number(first), &number(last)],
        )
        .await?;
    found.iter().map(message_from).collect()
}

fn message_from(row: &Row) -> Result<Message> {
    let mut cells = Cells::new(row);
    Ok(Message {
        id: cells.id()?,
        conversation_id: cells.id()?,
        seq: cells.number()?,
        sender: cells.brief()?,
        content: cells.take()?,
        file_url: cells.take()?,
        mentions: mentions_from(cells.take::<Option<&[u8]>>()?.unwrap_or_default()),
        client_message_id: cells.take()?,
        created_at: cells.moment()?,
        edited_at: cells.optional_moment()?,
        deleted_at: cells.optional_moment()?,
        reply_to: match row.try_get::<_, Option<Uuid>>(15)? {
            Some(_) => Some(reply_from(&mut cells)?),
            None => cells.skip(5),
        },
        file: cells.optional_file()?,
        reactions: Vec::new(),
        reads: Vec::new(),
    })
}

/// The reactions to these messages, each message's in the order in which they were given. No LIMIT: a
/// message has at most as many as `limits` says of each user who sees it.
async fn load_reactions(db: &Db, ids: &[MessageId]) -> Result<Vec<Reaction>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids = all_to_db(ids);
    let found = db
        .query(
            "SELECT r.id, r.message_id, m.conversation_id, r.user_id, r.emoji, r.created_at
             FROM reactions r
             JOIN messages m ON m.id = r.message_id
             WHERE r.message_id = ANY($1)
             ORDER BY r.number",
            &[&ids],
        )
        .await?;
    found.iter().map(reaction_from).collect()
}

fn reaction_from(row: &Row) -> Result<Reaction> {
    let mut cells = Cells::new(row);
    Ok(Reaction {
        id: cells.id()?,
        message_id: cells.id()?,
        conversation_id: cells.id()?,
        user_id: cells.id()?,
        emoji: cells.take()?,
        created_at: cells.moment()?,
    })
}

fn give_reactions(messages: &mut [Message], reactions: Vec<Reaction>) {
    let places: HashMap<MessageId, usize> =
        messages.iter().enumerate().map(|(place, message)| (message.id, place)).collect();
    for reaction in reactions {
        let place = places.get(&reaction.message_id);
        if let Some(message) = place.and_then(|place| messages.get_mut(*place)) {
            message.reactions.push(reaction);
        }
    }
}

/// The marks over messages of a conversation from one `seq` to another, sorted by when they were made.
async fn load_marks(
    db: &Db,
    conversation_id: ConversationId,
    (oldest, newest): (u64, u64),
) -> Result<Vec<(MessageRead, RangeInclusive<u64>)>> {
    let found = db
        .query(
            "SELECT user_id, first_seq, last_seq, read_at
             FROM message_reads
             WHERE conversation_id = $1 AND last_seq >= $2 AND last_seq <= $4 AND first_seq <= $3
             ORDER BY read_at, user_id",
            &[
                &conversation_id.to_db(),
                &number(oldest),
                &number(newest),
                &number(block_end(newest)),
            ],
        )
        .await?;
    let mark = |row: &Row| {
        let mut cells = Cells::new(row);
        let user_id = cells.id()?;
        let range = cells.number()?..=cells.number()?;
        Ok((MessageRead { user_id, read_at: cells.moment()? }, range))
    };
    found.iter().map(mark).collect()
}
