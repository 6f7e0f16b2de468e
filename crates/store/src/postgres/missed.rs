//! What one missed, made of the records as they are: a page of the log for one reader.

use std::collections::{HashMap, HashSet};

use futures_util::future::{join, join3, try_join_all};
use salala_core::ids::{CallId, ConversationId, FriendRequestId, MessageId, UserId};
use salala_core::records::{FriendRequest, GroupJoined, Message};

use super::call_rows::{is_in_call, read_call};
use super::cells::{Cells, DbId, all_to_db};
use super::conversation_rows::load_conversation;
use super::db::{Db, Parameters};
use super::error::Result;
use super::friends::load_request;
use super::history::load_messages;
use super::log::oldest_position;
use super::log_rows::{
    changed_after, edited_after, load_memberships, load_proven, load_rows, uuids_of,
};
use super::missed_marks::{load_last_read_seq, load_marked};
use super::users::load_brief;
use crate::StoreError;
use crate::log::{Audience, Event};
use crate::missed::{
    Told, call_ended_event, conversation_of, empty_for_leaver, event_of, is_call_here, is_trimmed,
    left_event, marks_event, message_event, message_of, trimmed, updated_event, visible_now,
};
use crate::ports::log::{LogReader, LogSpan, MissedEvent, MissedPage};
use crate::replay::{Kind, LogRow, Marks, Memberships, Step, What, plan};
use crate::visible::Visible;

/// As the port says.
pub(super) async fn read_page(
    db: &Db,
    reader: &LogReader,
    span: LogSpan,
    limit: usize,
) -> Result<MissedPage> {
    let (oldest, memberships, proven) = join3(
        oldest_position(db),
        load_memberships(db, reader.user_id, span.after),
        load_proven(db, reader.proven),
    )
    .await;
    if is_trimmed(span, oldest?) {
        return Err(trimmed());
    }
    let (memberships, proven) = (memberships?, proven?);
    let audiences = uuids_of(memberships.audiences(reader.user_id));
    let found = load_rows(db, &audiences, span, limit).await?;
    let next = found.last().filter(|_| found.len() == limit).map(|row| row.position);
    let steps = plan(found, &memberships, proven);
    let page = Page::load(db, reader, memberships, &steps).await?;
    // Asked together, what is left to ask takes as many round trips as for one of them.
    let events = try_join_all(steps.iter().map(|step| page.event(step))).await?;
    Ok(MissedPage { events: events.into_iter().flatten().collect(), next })
}

/// One page, of one moment, for one reader, with what most of its rows need.
struct Page<'a> {
    db: &'a Db,
    reader: &'a LogReader,
    memberships: Memberships,
    visible: HashMap<ConversationId, Visible>,
    messages: HashMap<MessageId, Message>,
}

impl<'a> Page<'a> {
    async fn load(
        db: &'a Db,
        reader: &'a LogReader,
        memberships: Memberships,
        steps: &[Step],
    ) -> Result<Self> {
        let mut conversations = HashSet::new();
        let mut messages = HashSet::new();
        for step in steps {
            match &step.what {
                What::Marks(marks) => drop(conversations.insert(marks.conversation_id)),
                What::Row(row) => match row.audience {
                    Audience::Conversation(id) => {
                        conversations.insert(id);
                        messages.extend(message_of(row));
                    }
                    Audience::User(_) if row.kind == Kind::MemberLeft => {
                        conversations.extend(conversation_of(row));
                    }
                    Audience::User(_) => {}
                },
            }
        }
        let messages: Vec<MessageId> = messages.into_iter().collect();
        let visible = load_visible(db, reader.user_id, conversations);
        let (visible, messages) = join(visible, load_messages(db, &messages)).await;
        let messages = messages?.into_iter().map(|message| (message.id, message)).collect();
        Ok(Self { db, reader, memberships, visible: visible?, messages })
    }

    async fn event(&self, step: &Step) -> Result<Option<MissedEvent>> {
        let told = match &step.what {
            What::Row(row) => self.row(row).await,
            What::Marks(marks) => self.marks(marks).await,
        };
        event_of(step, told)
    }

    async fn row(&self, row: &LogRow) -> Told {
        let event = match (row.audience, row.kind) {
            (Audience::Conversation(id), Kind::ConversationUpdated) => {
                let conversation = load_conversation(self.db, id).await?;
                Some(updated_event(conversation, self.visible(id)?))
            }
            (Audience::Conversation(id), _) => self.message(id, row).await?,
            (Audience::User(_), Kind::MemberLeft) => self.left(row).await?,
            (Audience::User(_), Kind::CallEnded) => self.call_ended(row).await?,
            (Audience::User(_), Kind::GroupJoined) => self.group_joined(row).await?,
            (Audience::User(_), Kind::FriendRequestCreated) => {
                self.friend_request(row).await?.map(Event::FriendRequestCreated)
            }
            (Audience::User(_), Kind::FriendRequestUpdated) => {
                self.friend_request(row).await?.map(Event::FriendRequestUpdated)
            }
            (Audience::User(_), _) => None,
        };
        Ok(event.map(|event| (row.audience, event)))
    }

    /// What happened to a message, if the reader may see it.
    async fn message(&self, id: ConversationId, row: &LogRow) -> Result<Option<Event>> {
        let visible = self.visible(id)?;
        let message = message_of(row).and_then(|id| self.messages.get(&id)).cloned();
        let Some(mut message) = message.filter(|message| visible.contains(message.seq)) else {
            return Ok(None);
        };
        if !self.memberships.now.contains(&id) && !row.kind.is_reaction() {
            let left_at = self.memberships.left_at(id);
            let is_edited =
                message.edited_at.is_some() && edited_after(self.db, &message, left_at).await?;
            empty_for_leaver(&mut message, is_edited);
        }
        Ok(message_event(row, message))
    }

    /// Nothing of a departure if the reader is back.
    async fn left(&self, row: &LogRow) -> Result<Option<Event>> {
        let Some(id) = conversation_of(row).filter(|id| !self.memberships.now.contains(id)) else {
            return Ok(None);
        };
        // The event of the departure itself stands right after this row.
        let is_changed = changed_after(self.db, id, row.position + 1);
        let (conversation, is_changed) = join(load_conversation(self.db, id), is_changed).await;
        Ok(Some(left_event(row, conversation?, self.visible(id)?, is_changed?)))
    }

    async fn group_joined(&self, row: &LogRow) -> Result<Option<Event>> {
        let (Some(id), Some(actor_id)) = (conversation_of(row), row.actor_id) else {
            return Ok(None);
        };
        if !self.memberships.now.contains(&id) {
            return Ok(None);
        }
        let found = join(load_conversation(self.db, id), load_brief(self.db, actor_id)).await;
        let (group_name, actor) = (found.0?.name.unwrap_or_default(), found.1?);
        Ok(Some(Event::GroupJoined(GroupJoined { conversation_id: id, group_name, actor })))
    }

    /// The end of a call on this device; not while the user has another.
    async fn call_ended(&self, row: &LogRow) -> Result<Option<Event>> {
        let Some(id) = row.subject_id.map(CallId::from_bytes) else { return Ok(None) };
        let call = read_call(self.db, id).await?;
        if !is_call_here(&call, self.reader) || is_in_call(self.db, self.reader.user_id).await? {
            return Ok(None);
        }
        Ok(Some(call_ended_event(row, call)))
    }

    async fn friend_request(&self, row: &LogRow) -> Result<Option<FriendRequest>> {
        match row.subject_id.map(FriendRequestId::from_bytes) {
            Some(id) => load_request(self.db, id).await.map(Some),
            None => Ok(None),
        }
    }

    async fn marks(&self, marks: &Marks) -> Told {
        let id = marks.conversation_id;
        let last_read_seq = load_last_read_seq(self.db, id, marks.reader_id);
        let (found, last_read_seq) = join(load_marked(self.db, marks), last_read_seq).await;
        Ok(marks_event(marks, found?, last_read_seq?, (self.reader, self.visible(id)?)))
    }

    fn visible(&self, id: ConversationId) -> Result<&Visible> {
        self.visible.get(&id).ok_or(StoreError::NotFound("this conversation"))
    }
}

/// What of each of these conversations is the user's to see.
async fn load_visible(
    db: &Db,
    user_id: UserId,
    ids: HashSet<ConversationId>,
) -> Result<HashMap<ConversationId, Visible>> {
    let (uuid, uuids) = (user_id.to_db(), all_to_db(&ids));
    let named: Parameters<'_> = &[&uuid, &uuids];
    let past = db.query(
        "SELECT h.conversation_id, h.joined_seq, h.left_seq
         FROM unnest($2::uuid[]) AS named (id)
         JOIN past_memberships h ON h.conversation_id = named.id AND h.user_id = $1",
        named,
    );
    let present = db.query(
        "SELECT p.conversation_id, p.joined_seq
         FROM unnest($2::uuid[]) AS named (id)
         JOIN participants p ON p.conversation_id = named.id AND p.user_id = $1",
        named,
    );
    let (found_past, found_present) = join(past, present).await;
    let mut past: HashMap<ConversationId, Vec<(u64, u64)>> = HashMap::new();
    for row in &found_past? {
        let mut cells = Cells::new(row);
        past.entry(cells.id()?).or_default().push((cells.number()?, cells.number()?));
    }
    let mut joined_seqs: HashMap<ConversationId, u64> = HashMap::new();
    for row in &found_present? {
        let mut cells = Cells::new(row);
        joined_seqs.insert(cells.id()?, cells.number()?);
    }
    let visible = |id| {
        let past = past.remove(&id).unwrap_or_default();
        (id, visible_now(past, joined_seqs.get(&id).copied()))
    };
    Ok(ids.into_iter().map(visible).collect())
}
