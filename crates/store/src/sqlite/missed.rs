//! What one missed, made of the records as they are: a page of the log for one reader.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, params};
use salala_core::ids::{CallId, ConversationId, FriendRequestId, UserId};
use salala_core::records::{FriendRequest, GroupJoined};

use super::access::past_intervals;
use super::call_rows::{is_in_call, load_call};
use super::cells::Cells;
use super::conversations::load_conversation;
use super::error::Result;
use super::friends::load_request;
use super::history::load_message;
use super::log::oldest_position;
use super::log_rows::{changed_after, edited_after, load_audience, load_memberships, load_rows};
use super::missed_marks::{load_last_read_seq, load_marked};
use super::users::load_brief;
use crate::log::{Audience, Event};
use crate::missed::{
    Told, call_ended_event, conversation_of, empty_for_leaver, event_of, is_call_here, is_trimmed,
    left_event, marks_event, message_event, message_of, trimmed, updated_event, visible_now,
};
use crate::ports::log::{LogReader, LogSpan, MissedPage};
use crate::replay::{Kind, LogRow, Marks, Memberships, What, plan};
use crate::visible::Visible;

/// As the port says.
pub(super) fn read_page(
    db: &Connection,
    reader: &LogReader,
    span: LogSpan,
    limit: usize,
) -> Result<MissedPage> {
    if is_trimmed(span, oldest_position(db)?) {
        return Err(trimmed());
    }
    let memberships = load_memberships(db, reader.user_id, span.after)?;
    let mut found = Vec::new();
    for id in memberships.audiences(reader.user_id) {
        found.append(&mut load_rows(db, &id, span, limit)?);
    }
    found.sort_unstable_by_key(|row| row.position);
    found.truncate(limit);
    let next = found.last().filter(|_| found.len() == limit).map(|row| row.position);
    let proven = match reader.proven {
        Some(position) => load_audience(db, position)?.map(|of| (position, of)),
        None => None,
    };
    let steps = plan(found, &memberships, proven);
    let mut page = Page { db, reader, memberships, visible: HashMap::new() };
    let mut events = Vec::new();
    for step in steps {
        let told = match &step.what {
            What::Row(row) => page.row(row),
            What::Marks(marks) => page.marks(marks),
        };
        events.extend(event_of(&step, told)?);
    }
    Ok(MissedPage { events, next })
}

/// One page, of one moment, for one reader.
struct Page<'a> {
    db: &'a Connection,
    reader: &'a LogReader,
    memberships: Memberships,
    visible: HashMap<ConversationId, Visible>,
}

impl Page<'_> {
    fn row(&mut self, row: &LogRow) -> Told {
        let event = match (row.audience, row.kind) {
            (Audience::Conversation(id), Kind::ConversationUpdated) => {
                let conversation = load_conversation(self.db, id)?;
                Some(updated_event(conversation, self.visible(id)?))
            }
            (Audience::Conversation(id), _) => self.message(id, row)?,
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
    fn message(&mut self, id: ConversationId, row: &LogRow) -> Result<Option<Event>> {
        let Some(message_id) = message_of(row) else { return Ok(None) };
        let mut message = load_message(self.db, message_id)?;
        if !self.visible(id)?.contains(message.seq) {
            return Ok(None);
        }
        if !self.memberships.now.contains(&id) && !row.kind.is_reaction() {
            let left_at = self.memberships.left_at(id);
            let is_edited =
                message.edited_at.is_some() && edited_after(self.db, &message, left_at)?;
            empty_for_leaver(&mut message, is_edited);
        }
        Ok(message_event(row, message))
    }

    /// Nothing of a departure if the reader is back.
    fn left(&mut self, row: &LogRow) -> Result<Option<Event>> {
        let Some(id) = conversation_of(row).filter(|id| !self.memberships.now.contains(id)) else {
            return Ok(None);
        };
        let conversation = load_conversation(self.db, id)?;
        // The event of the departure itself stands right after this row.
        let is_changed = changed_after(self.db, id, row.position + 1)?;
        Ok(Some(left_event(row, conversation, self.visible(id)?, is_changed)))
    }

    fn group_joined(&self, row: &LogRow) -> Result<Option<Event>> {
        let (Some(id), Some(actor_id)) = (conversation_of(row), row.actor_id) else {
            return Ok(None);
        };
        if !self.memberships.now.contains(&id) {
            return Ok(None);
        }
        let group_name = load_conversation(self.db, id)?.name.unwrap_or_default();
        let actor = load_brief(self.db, actor_id)?;
        Ok(Some(Event::GroupJoined(GroupJoined { conversation_id: id, group_name, actor })))
    }

    /// The end of a call on this device; not while the user has another.
    fn call_ended(&self, row: &LogRow) -> Result<Option<Event>> {
        let Some(id) = row.subject_id.map(CallId::from_bytes) else { return Ok(None) };
        let call = load_call(self.db, id)?.call;
        if !is_call_here(&call, self.reader) || is_in_call(self.db, self.reader.user_id)? {
            return Ok(None);
        }
        Ok(Some(call_ended_event(row, call)))
    }

    fn friend_request(&self, row: &LogRow) -> Result<Option<FriendRequest>> {
        let id = row.subject_id.map(FriendRequestId::from_bytes);
        id.map(|id| load_request(self.db, id)).transpose()
    }

    fn marks(&mut self, marks: &Marks) -> Told {
        let id = marks.conversation_id;
        let found = load_marked(self.db, marks)?;
        let last_read_seq = load_last_read_seq(self.db, id, marks.reader_id)?;
        let reader = self.reader;
        Ok(marks_event(marks, found, last_read_seq, (reader, self.visible(id)?)))
    }

    fn visible(&mut self, id: ConversationId) -> Result<&Visible> {
        let visible = match self.visible.remove(&id) {
            Some(visible) => visible,
            None => load_visible(self.db, id, self.reader.user_id)?,
        };
        Ok(self.visible.entry(id).or_insert(visible))
    }
}

fn load_visible(db: &Connection, id: ConversationId, user_id: UserId) -> Result<Visible> {
    let joined_seq = db
        .prepare_cached(
            "SELECT joined_seq
             FROM participants
             WHERE conversation_id = ?1 AND user_id = ?2",
        )?
        .query_row(params![id.as_bytes(), user_id.as_bytes()], |row| Cells::new(row).number())
        .optional()?;
    Ok(visible_now(past_intervals(db, id, user_id)?, joined_seq))
}
