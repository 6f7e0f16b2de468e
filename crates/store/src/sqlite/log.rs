//! Reading the log for those who come back, and trimming it.

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, OptionalExtension, Row, params};
use salala_core::Timestamp;
use salala_core::calls::{CallAct, CallEndEvent, CallSide};
use salala_core::ids::{CallId, ConversationId, FriendRequestId, MessageId, ReactionId, UserId};
use salala_core::limits::READ_IDS_MAX;
use salala_core::records::{
    CallEndedBy, CallEnding, Conversation, FriendRequest, GroupJoined, Message, MessagesRead,
    Reaction,
};

use super::SqliteStore;
use super::access::past_intervals;
use super::call_rows::{is_in_call, load_call};
use super::cells::{Cells, number, rows};
use super::conversations::load_conversation;
use super::error::Result;
use super::friends::load_request;
use super::history::load_message;
use super::users::load_brief;

use crate::log::{Audience, Event};
use crate::ports::log::{Log, LogReader, LogSpan, Missed, MissedEvent, MissedPage};
use crate::replay::{Kind, LogRow, Marks, Memberships, What, plan};
use crate::visible::Visible;
use crate::{Pending, StoreError};

impl Log for SqliteStore {
    fn epoch(&self) -> Pending<[u8; 16]> {
        self.read(|db| {
            let epoch = db.query_row(
                "SELECT value
                 FROM meta
                 WHERE name = 'epoch'",
                (),
                |row| row.get(0),
            )?;
            Ok(epoch)
        })
    }

    fn newest_position(&self) -> Pending<u64> {
        self.read(newest_position)
    }

    fn missed(&self, user_id: UserId, span: LogSpan, most: usize) -> Pending<Missed> {
        self.read(move |db| {
            if is_trimmed_after(db, span.after)? {
                return Ok(Missed::Trimmed);
            }
            let mut count = 0;
            for id in audiences(db, user_id, span.after)? {
                count += count_rows(db, &id, span, most.saturating_sub(count))?;
                if count >= most {
                    break;
                }
            }
            Ok(Missed::Rows(count))
        })
    }

    fn missed_page(&self, reader: LogReader, span: LogSpan, limit: usize) -> Pending<MissedPage> {
        self.read(move |db| Page::new(db, &reader).read(span, limit))
    }

    fn trim_log(&self, before: Timestamp, limit: usize) -> Pending<u64> {
        self.write(move |tx| trim(tx.db, before, limit))
    }
}

/// The last position in the log.
pub(super) fn newest_position(db: &Connection) -> Result<u64> {
    let position = db
        .prepare_cached(
            "SELECT COALESCE(MAX(position), 0)
             FROM log",
        )?
        .query_row((), |row| Cells::new(row).number())?;
    Ok(position)
}

/// Whether a row after this position may have been trimmed. Gaps may make it say so of a position right
/// before the oldest row, where nothing was.
fn is_trimmed_after(db: &Connection, position: u64) -> Result<bool> {
    let oldest = db
        .prepare_cached(
            "SELECT COALESCE(MIN(position), 0)
             FROM log",
        )?
        .query_row((), |row| Cells::new(row).number())?;
    Ok(position.saturating_add(1) < oldest)
}

/// Of the oldest rows, up to the last that is old enough: a clock that went wrong for a moment holds
/// nothing up.
fn trim(db: &Connection, before: Timestamp, limit: usize) -> Result<u64> {
    let trimmed = db
        .prepare_cached(
            "DELETE FROM log
             WHERE position <= (
                 SELECT MAX(position)
                 FROM (
                     SELECT position, committed_at
                     FROM log
                     WHERE position < (SELECT MAX(position) FROM log)
                     ORDER BY position
                     LIMIT ?2
                 ) oldest
                 WHERE committed_at < ?1
             )",
        )?
        .execute(params![before.unix_ms(), rows(limit)])?;
    Ok(u64::try_from(trimmed).unwrap_or(u64::MAX))
}

/// The user, their conversations, and those that they went out of after a position.
fn audiences(db: &Connection, user_id: UserId, after: u64) -> Result<HashSet<[u8; 16]>> {
    let mut statement = db.prepare_cached(
        "SELECT conversation_id
         FROM participants
         WHERE user_id = ?1
         UNION ALL
         SELECT subject_id
         FROM log
         WHERE audience_id = ?1 AND position > ?2 AND kind IN ('member_joined', 'member_left')",
    )?;
    let mut ids = statement
        .query_map(params![user_id.as_bytes(), number(after)], |row| row.get(0))?
        .collect::<rusqlite::Result<HashSet<_>>>()?;
    ids.insert(*user_id.as_bytes());
    Ok(ids)
}

fn count_rows(db: &Connection, id: &[u8; 16], span: LogSpan, most: usize) -> Result<usize> {
    let count: i64 = db
        .prepare_cached(
            "SELECT COUNT(*)
             FROM (
                 SELECT 1
                 FROM log
                 WHERE audience_id = ?1 AND position > ?2 AND position <= ?3
                 LIMIT ?4
             )",
        )?
        .query_row(params![id, number(span.after), number(span.up_to), rows(most)], |row| {
            row.get(0)
        })?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// Reads one page, of one moment, for one reader.
struct Page<'a> {
    db: &'a Connection,
    reader: &'a LogReader,
    memberships: Memberships,
    visible: HashMap<ConversationId, Visible>,
}

impl<'a> Page<'a> {
    fn new(db: &'a Connection, reader: &'a LogReader) -> Self {
        Self { db, reader, memberships: Memberships::default(), visible: HashMap::new() }
    }

    fn read(mut self, span: LogSpan, limit: usize) -> Result<MissedPage> {
        self.memberships = load_memberships(self.db, self.reader.user_id, span.after)?;
        let mut found = Vec::new();
        for id in audiences(self.db, self.reader.user_id, span.after)? {
            found.append(&mut load_rows(self.db, &id, span, limit)?);
        }
        found.sort_unstable_by_key(|row| row.position);
        found.truncate(limit);
        let next = found.last().filter(|_| found.len() == limit).map(|row| row.position);
        let proven = match self.reader.proven {
            Some(position) => load_audience(self.db, position)?.map(|of| (position, of)),
            None => None,
        };
        let mut events = Vec::new();
        for step in plan(found, &self.memberships, proven) {
            let told = match step.what {
                What::Row(row) => self.event(&row),
                What::Marks(marks) => self.marks(&marks),
            };
            let (audience, event) = match told {
                Ok(Some(told)) => told,
                // What it is about is gone, and so there is nothing to tell of it.
                Ok(None) | Err(StoreError::NotFound(_)) => continue,
                Err(error) => return Err(error),
            };
            let (position, settled) = (step.position, step.settled);
            events.push(MissedEvent { position, settled, audience, event });
        }
        Ok(MissedPage { events, next })
    }

    fn event(&mut self, row: &LogRow) -> Result<Option<(Audience, Event)>> {
        let event = match (row.audience, row.kind) {
            (Audience::Conversation(id), Kind::ConversationUpdated) => {
                Some(self.updated(self.conversation(id)?)?)
            }
            (Audience::Conversation(id), _) => self.message_event(id, row)?,
            (Audience::User(_), Kind::MemberLeft) => self.left(row)?,
            (Audience::User(_), Kind::CallEnded) => self.call_ended(row)?,
            (Audience::User(_), Kind::GroupJoined) => self.group_joined(row)?,
            (Audience::User(_), Kind::FriendRequestCreated) => {
                self.friend_request(row)?.map(Event::FriendRequestCreated)
            }
            (Audience::User(_), Kind::FriendRequestUpdated) => {
                self.friend_request(row)?.map(Event::FriendRequestUpdated)
            }
            (Audience::User(_), _) => None,
        };
        Ok(event.map(|event| (row.audience, event)))
    }

    /// What happened to a message, if the reader may see it.
    fn message_event(&mut self, id: ConversationId, row: &LogRow) -> Result<Option<Event>> {
        let Some(message_id) = row.subject_id.map(MessageId::from_bytes) else { return Ok(None) };
        let mut message = load_message(self.db, message_id)?;
        if !self.visible(id)?.contains(message.seq) {
            return Ok(None);
        }
        if !self.memberships.now.contains(&id) && !row.kind.is_reaction() {
            self.empty_for_leaver(&mut message)?;
        }
        let reaction = (row.actor_id, row.emoji.as_ref());
        Ok(match (row.kind, reaction) {
            (Kind::MessageCreated, _) => Some(Event::MessageCreated(message)),
            (Kind::MessageUpdated, _) => Some(Event::MessageUpdated(message)),
            (Kind::MessageDeleted, _) => Some(Event::MessageDeleted(message)),
            (Kind::ReactionAdded, (Some(user_id), Some(emoji))) => message
                .reactions
                .into_iter()
                .find(|reaction| reaction.user_id == user_id && reaction.emoji == *emoji)
                .map(Event::ReactionAdded),
            (Kind::ReactionRemoved, (Some(user_id), Some(emoji))) => {
                Some(Event::ReactionRemoved(Reaction {
                    // It is gone; nobody is told its id.
                    id: ReactionId::from_bytes([0; 16]),
                    message_id,
                    conversation_id: id,
                    user_id,
                    emoji: emoji.clone(),
                    created_at: row.committed_at,
                }))
            }
            _ => None,
        })
    }

    /// Takes out of a message, for one who went, what may have come to it after that: a text that was
    /// changed then, others' reactions, and the present text of what it answers.
    fn empty_for_leaver(&self, message: &mut Message) -> Result<()> {
        message.reactions = Vec::new();
        if let Some(reply_to) = &mut message.reply_to {
            reply_to.content = None;
            reply_to.file_url = None;
        }
        let changes = self.memberships.changes.get(&message.conversation_id);
        let left_at = changes.and_then(|all| all.last()).map_or(0, |(position, _)| *position);
        if message.edited_at.is_some() && edited_after(self.db, message, left_at)? {
            message.content = None;
            message.mentions = Vec::new();
            message.edited_at = None;
        }
        Ok(())
    }

    /// To one who went: the conversation without them, if nothing of it changed since; else that it
    /// goes on without them, and no word about it. Nothing of this if they are back.
    fn left(&mut self, row: &LogRow) -> Result<Option<Event>> {
        let Some(id) = row.subject_id.map(ConversationId::from_bytes) else { return Ok(None) };
        let mut conversation = self.conversation(id)?;
        if self.memberships.now.contains(&id) {
            return Ok(None);
        }
        let visible = self.visible(id)?;
        conversation.last_seq =
            visible.newest_up_to(u64::MAX - 1, 1).first().map_or(0, |run| run.1);
        conversation.updated_at = conversation.updated_at.min(row.committed_at);
        if changed_after(self.db, id, row.position + 1)? {
            conversation.name = None;
            conversation.avatar = None;
            conversation.participants = Vec::new();
            conversation.blocks = Vec::new();
        }
        self.updated(conversation).map(Some)
    }

    fn group_joined(&self, row: &LogRow) -> Result<Option<Event>> {
        let (Some(id), Some(actor_id)) =
            (row.subject_id.map(ConversationId::from_bytes), row.actor_id)
        else {
            return Ok(None);
        };
        if !self.memberships.now.contains(&id) {
            return Ok(None);
        }
        let group_name = self.conversation(id)?.name.unwrap_or_default();
        let actor = load_brief(self.db, actor_id)?;
        Ok(Some(Event::GroupJoined(GroupJoined { conversation_id: id, group_name, actor })))
    }

    /// The end of a call that was on this device, or still rang on it; not while the user has another.
    fn call_ended(&self, row: &LogRow) -> Result<Option<Event>> {
        let Some(id) = row.subject_id.map(CallId::from_bytes) else { return Ok(None) };
        let user_id = self.reader.user_id;
        let call = load_call(self.db, id)?.call;
        let device = match call.side_of(user_id) {
            Some(CallSide::Caller) => Some(&call.caller_device),
            Some(CallSide::Callee) => call.callee_device.as_ref(),
            None => return Ok(None),
        };
        let here = &self.reader.device;
        let is_here = device.is_none_or(|device| {
            device.key == here.key
                || device.session_id.is_some() && device.session_id == here.session_id
        });
        if !is_here || is_in_call(self.db, user_id)? {
            return Ok(None);
        }
        let by =
            row.actor_id.map(|user_id| CallEndedBy { user_id, act: CallAct::End, device: None });
        Ok(Some(Event::CallEnded(Box::new(CallEnding { call, by, event: CallEndEvent::Ended }))))
    }

    fn friend_request(&self, row: &LogRow) -> Result<Option<FriendRequest>> {
        let id = row.subject_id.map(FriendRequestId::from_bytes);
        id.map(|id| load_request(self.db, id)).transpose()
    }

    /// The marks, if they are for this reader to hear: their own, of a conversation that they view, or
    /// of a message of theirs.
    fn marks(&mut self, marks: &Marks) -> Result<Option<(Audience, Event)>> {
        let id = marks.conversation_id;
        let (mut found, max_seq) = load_marked(self.db, marks)?;
        let visible = self.visible(id)?;
        found.retain(|(_, _, seq)| visible.contains(*seq));
        let user_id = self.reader.user_id;
        let is_heard = marks.reader_id == user_id
            || self.reader.views.contains(&id)
            || found.iter().any(|(_, sender_id, _)| *sender_id == user_id);
        if !is_heard || found.is_empty() {
            return Ok(None);
        }
        let last_read_seq = load_last_read_seq(self.db, id, marks.reader_id)?.unwrap_or(max_seq);
        let read = MessagesRead {
            conversation_id: id,
            user_id: marks.reader_id,
            message_ids: found.iter().map(|(id, ..)| *id).collect(),
            sender_ids: Vec::new(),
            read_at: marks.last_at,
            last_read_seq,
        };
        Ok(Some((Audience::Conversation(id), Event::MessagesRead(read))))
    }

    fn conversation(&self, id: ConversationId) -> Result<Conversation> {
        load_conversation(self.db, id)
    }

    /// The conversation with no last message that the reader may not see.
    fn updated(&mut self, mut conversation: Conversation) -> Result<Event> {
        let visible = self.visible(conversation.id)?;
        conversation.last_message =
            conversation.last_message.filter(|message| visible.contains(message.seq));
        Ok(Event::ConversationUpdated { conversation, added: Vec::new(), removed: Vec::new() })
    }

    /// What of a conversation is the reader's to see: what former memberships held, and the present one.
    fn visible(&mut self, id: ConversationId) -> Result<&Visible> {
        let visible = match self.visible.remove(&id) {
            Some(visible) => visible,
            None => load_visible(self.db, id, self.reader.user_id)?,
        };
        Ok(self.visible.entry(id).or_insert(visible))
    }
}

fn load_visible(db: &Connection, id: ConversationId, user_id: UserId) -> Result<Visible> {
    let mut intervals = past_intervals(db, id, user_id)?;
    let present = db
        .prepare_cached(
            "SELECT joined_seq
             FROM participants
             WHERE conversation_id = ?1 AND user_id = ?2",
        )?
        .query_row(params![id.as_bytes(), user_id.as_bytes()], |row| Cells::new(row).number())
        .optional()?;
    intervals.extend(present.map(|joined_seq| (joined_seq, u64::MAX - 1)));
    Ok(Visible::new(intervals))
}

/// Comings and goings after a position, and where that left the user.
fn load_memberships(db: &Connection, user_id: UserId, after: u64) -> Result<Memberships> {
    let mut memberships = Memberships::default();
    let mut statement = db.prepare_cached(
        "SELECT conversation_id
         FROM participants
         WHERE user_id = ?1",
    )?;
    memberships.now = statement
        .query_map([user_id.as_bytes()], |row| Cells::new(row).id())?
        .collect::<rusqlite::Result<_>>()?;
    let mut statement = db.prepare_cached(
        "SELECT subject_id, position, kind = 'member_joined'
         FROM log
         WHERE audience_id = ?1 AND position > ?2 AND kind IN ('member_joined', 'member_left')
         ORDER BY position",
    )?;
    let changes = statement.query_map(params![user_id.as_bytes(), number(after)], |row| {
        let mut cells = Cells::new(row);
        Ok((cells.id()?, (cells.number()?, cells.take()?)))
    })?;
    for change in changes {
        let (id, change) = change?;
        memberships.changes.entry(id).or_default().push(change);
    }
    Ok(memberships)
}

fn load_rows(db: &Connection, id: &[u8; 16], span: LogSpan, limit: usize) -> Result<Vec<LogRow>> {
    let mut statement = db.prepare_cached(
        "SELECT position, committed_at, audience, audience_id, kind, subject_id, actor_id, emoji
         FROM log
         WHERE audience_id = ?1 AND position > ?2 AND position <= ?3
         ORDER BY position
         LIMIT ?4",
    )?;
    let found = statement
        .query_map(params![id, number(span.after), number(span.up_to), rows(limit)], log_row_from)?
        .collect::<rusqlite::Result<_>>()?;
    Ok(found)
}

fn log_row_from(row: &Row<'_>) -> rusqlite::Result<LogRow> {
    let mut cells = Cells::new(row);
    Ok(LogRow {
        position: cells.number()?,
        committed_at: cells.moment()?,
        audience: audience_from(&mut cells)?,
        kind: Kind::parse(&cells.take::<String>()?),
        subject_id: cells.take()?,
        actor_id: cells.take::<Option<[u8; 16]>>()?.map(UserId::from_bytes),
        emoji: cells.take()?,
    })
}

/// The table's check allows no other word.
fn audience_from(cells: &mut Cells<'_, '_>) -> rusqlite::Result<Audience> {
    Ok(match cells.take::<String>()?.as_str() {
        "conversation" => Audience::Conversation(cells.id()?),
        _ => Audience::User(cells.id()?),
    })
}

fn load_audience(db: &Connection, position: u64) -> Result<Option<Audience>> {
    let audience = db
        .prepare_cached(
            "SELECT audience, audience_id
             FROM log
             WHERE position = ?1",
        )?
        .query_row([number(position)], |row| audience_from(&mut Cells::new(row)))
        .optional()?;
    Ok(audience)
}

/// Was the conversation changed after a position?
fn changed_after(db: &Connection, id: ConversationId, position: u64) -> Result<bool> {
    let changed = db
        .prepare_cached(
            "SELECT EXISTS (
                 SELECT 1
                 FROM log
                 WHERE audience_id = ?1 AND position > ?2 AND kind = 'conversation_updated'
             )",
        )?
        .query_row(params![id.as_bytes(), number(position)], |row| row.get(0))?;
    Ok(changed)
}

/// Was the message's text changed after a position?
fn edited_after(db: &Connection, message: &Message, position: u64) -> Result<bool> {
    let edited = db
        .prepare_cached(
            "SELECT EXISTS (
                 SELECT 1
                 FROM log
                 WHERE audience_id = ?1 AND position > ?2 AND kind = 'message_updated'
                     AND subject_id = ?3
             )",
        )?
        .query_row(
            params![message.conversation_id.as_bytes(), number(position), message.id.as_bytes()],
            |row| row.get(0),
        )?;
    Ok(edited)
}

type Marked = (MessageId, UserId, u64);

/// Others' messages that these marks cover, deleted or not: the last of them in `seq` order, with
/// their senders; and the greatest `seq`.
fn load_marked(db: &Connection, marks: &Marks) -> Result<(Vec<Marked>, u64)> {
    let mut first_seq = u64::MAX;
    for id in &marks.first_ids {
        let seq = db
            .prepare_cached(
                "SELECT seq
                 FROM messages
                 WHERE id = ?1",
            )?
            .query_row([id.as_bytes()], |row| Cells::new(row).number())
            .optional()?;
        first_seq = first_seq.min(seq.unwrap_or(u64::MAX));
    }
    let mut statement = db.prepare_cached(
        "SELECT m.id, m.sender_id, m.seq
         FROM message_reads r
         JOIN messages m ON m.conversation_id = r.conversation_id AND m.seq >= r.first_seq
             AND m.seq <= r.last_seq
         WHERE r.conversation_id = ?1 AND r.user_id = ?2 AND r.last_seq >= ?3
             AND r.first_seq >= ?3 - 256 AND r.read_at >= ?4 AND r.read_at <= ?5
             AND m.sender_id <> ?2
         ORDER BY m.seq DESC
         LIMIT ?6",
    )?;
    let mut found = statement
        .query_map(
            params![
                marks.conversation_id.as_bytes(),
                marks.reader_id.as_bytes(),
                number(first_seq),
                marks.first_at.unix_ms(),
                marks.last_at.unix_ms(),
                rows(READ_IDS_MAX)
            ],
            |row| {
                let mut cells = Cells::new(row);
                Ok((cells.id()?, cells.id()?, cells.number()?))
            },
        )?
        .collect::<rusqlite::Result<Vec<Marked>>>()?;
    found.reverse();
    let max_seq = found.last().map_or(0, |(_, _, seq)| *seq);
    Ok((found, max_seq))
}

fn load_last_read_seq(db: &Connection, id: ConversationId, user_id: UserId) -> Result<Option<u64>> {
    let seq = db
        .prepare_cached(
            "SELECT last_read_seq
             FROM participants
             WHERE conversation_id = ?1 AND user_id = ?2",
        )?
        .query_row(params![id.as_bytes(), user_id.as_bytes()], |row| Cells::new(row).number())
        .optional()?;
    Ok(seq)
}
