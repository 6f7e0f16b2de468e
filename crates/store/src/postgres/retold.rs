//! Rows that other processes left in the log, made events of by the records as they are now.

use std::collections::{HashMap, HashSet};

use futures_util::future::{join, try_join_all};
use salala_core::ids::{CallId, ConversationId, FriendRequestId, MessageId, UserId};
use salala_core::records::{FriendRequest, GroupJoined, Message};

use super::access::{ids_from, load_hidden_from};
use super::blocks::are_blocked;
use super::call_rows::read_call;
use super::cells::{DbId, all_to_db, number};
use super::conversation_rows::load_conversation;
use super::db::Db;
use super::error::Result;
use super::friends::load_request;
use super::history::load_messages;
use super::log_rows::changed_after;
use super::missed_marks::{load_last_read_seq, load_marked};
use super::users::load_brief;
use crate::StoreError;
use crate::log::{Audience, Committed, Event, Interest};
use crate::missed::{call_ended_event, conversation_of, message_event, message_of};
use crate::ports::sessions::Acquaintances;
use crate::read_marks::{Mark, marks_read};
use crate::replay::{Kind, LogRow, Marks};

/// Events by their positions.
pub(super) type Retold = HashMap<u64, Committed>;

/// Who came into a conversation and who went, of whom rows tell that stand before its own.
#[derive(Clone, Default)]
struct Moved {
    added: Vec<UserId>,
    removed: Vec<UserId>,
}

/// Makes events of rows, page after page.
#[derive(Default)]
pub(super) struct Retelling {
    moved: HashMap<ConversationId, Moved>,
    /// Changes of members that may not have been told yet, with their positions: until they are, it is
    /// not known who here is in the conversation. They are no more than what waits to be told.
    changes: Vec<(u64, ConversationId)>,
}

impl Retelling {
    /// The events of those rows that are of interest; of the others there are none. A change of members is
    /// always of interest, since it may bring somebody here into a conversation that nobody here was in.
    pub(super) async fn events(
        &mut self,
        db: &Db,
        rows: Vec<LogRow>,
        interest: &dyn Interest,
    ) -> Result<Retold> {
        let mut moved = self.moved.clone();
        // Asked before anything is looked at: what was told by then is seen by every look.
        let told = interest.told();
        self.changes.retain(|(position, _)| *position > told);
        let mut changes = self.changes.clone();
        let mut heard = Vec::new();
        for row in rows {
            note_move(&mut moved, &row);
            let is_heard = match (row.kind, row.audience) {
                (Kind::Other | Kind::MemberJoined | Kind::MemberLeft, _) => false,
                (Kind::ConversationUpdated, Audience::Conversation(id)) => {
                    changes.push((row.position, id));
                    true
                }
                (_, audience) => interest.holds(audience) || is_changing(&changes, audience),
            };
            if is_heard {
                let moved = match (row.kind, row.audience) {
                    (Kind::ConversationUpdated, Audience::Conversation(id)) => moved.remove(&id),
                    _ => None,
                };
                heard.push((row, moved.unwrap_or_default()));
            }
        }
        let retold = retell(db, heard).await?;
        // Only now: the same rows are read again where something failed.
        self.moved = moved;
        self.changes = changes;
        Ok(retold)
    }

    /// Whether an event of a conversation, of those that change no members, is of interest.
    pub(super) fn is_heard(&self, audience: Audience, interest: &dyn Interest) -> bool {
        interest.holds(audience) || is_changing(&self.changes, audience)
    }

    /// These were told from elsewhere, rows that stand before them included.
    pub(super) fn forget_told(&mut self, events: &[Committed], told: u64) {
        self.changes.retain(|(position, _)| *position > told);
        for Committed { event, position, .. } in events {
            if let Event::ConversationUpdated { conversation, .. } = event {
                self.changes.push((*position, conversation.id));
                self.moved.remove(&conversation.id);
            }
        }
    }
}

fn is_changing(changes: &[(u64, ConversationId)], audience: Audience) -> bool {
    changes.iter().any(|(_, id)| audience == Audience::Conversation(*id))
}

fn note_move(moved: &mut HashMap<ConversationId, Moved>, row: &LogRow) {
    let (Audience::User(user_id), Some(id)) = (row.audience, conversation_of(row)) else { return };
    if row.kind == Kind::MemberJoined {
        moved.entry(id).or_default().added.push(user_id);
    } else if row.kind == Kind::MemberLeft {
        moved.entry(id).or_default().removed.push(user_id);
    }
}

async fn retell(db: &Db, rows: Vec<(LogRow, Moved)>) -> Result<Retold> {
    let mut messages = HashSet::new();
    let mut changed = HashSet::new();
    for (row, _) in rows.iter().filter(|(row, _)| row.kind.is_of_message()) {
        messages.extend(message_of(row));
        // A new message is for all who are members where it stands.
        if row.kind != Kind::MessageCreated {
            changed.extend(message_of(row));
        }
    }
    let messages: Vec<MessageId> = messages.into_iter().collect();
    let changed: Vec<MessageId> = changed.into_iter().collect();
    let (messages, hidden_from) =
        join(load_messages(db, &messages), load_hidden_from(db, &changed)).await;
    let loaded = Loaded {
        db,
        messages: messages?.into_iter().map(|message| (message.id, message)).collect(),
        hidden_from: hidden_from?,
    };
    // Asked together, what is left to ask takes as many round trips as for one of them.
    let retold = try_join_all(rows.iter().map(|(row, moved)| loaded.committed(row, moved))).await?;
    Ok(retold.into_iter().flatten().map(|committed| (committed.position, committed)).collect())
}

struct Loaded<'a> {
    db: &'a Db,
    messages: HashMap<MessageId, Message>,
    hidden_from: HashMap<MessageId, Vec<UserId>>,
}

impl Loaded<'_> {
    /// Nothing, if what the row is about is gone.
    async fn committed(&self, row: &LogRow, moved: &Moved) -> Result<Option<Committed>> {
        let told = match row.audience {
            Audience::Conversation(id) => self.of_conversation(id, row, moved).await,
            Audience::User(id) => {
                self.of_user(id, row).await.map(|event| Some((event?, Vec::new())))
            }
        };
        match told {
            Ok(told) => Ok(told.map(|(event, hidden_from)| Committed {
                position: row.position,
                rev: row.rev,
                audience: row.audience,
                hidden_from,
                event,
            })),
            Err(StoreError::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn of_conversation(
        &self,
        id: ConversationId,
        row: &LogRow,
        moved: &Moved,
    ) -> Result<Option<(Event, Vec<UserId>)>> {
        if row.kind == Kind::ConversationUpdated {
            return self.updated(id, row, moved).await.map(Some);
        }
        if row.kind == Kind::MessagesRead {
            return self.marks(id, row).await.map(|event| Some((event?, Vec::new())));
        }
        let Some(message) = message_of(row).and_then(|id| self.messages.get(&id)) else {
            return Ok(None);
        };
        let hidden_from = self.hidden_from.get(&message.id).cloned().unwrap_or_default();
        Ok(message_event(row, message.clone()).map(|event| (event, hidden_from)))
    }

    async fn updated(
        &self,
        id: ConversationId,
        row: &LogRow,
        moved: &Moved,
    ) -> Result<(Event, Vec<UserId>)> {
        let changed = changed_after(self.db, id, row.position);
        let (conversation, has_moved_on) = join(load_conversation(self.db, id), changed).await;
        let (conversation, has_moved_on) = (conversation?, has_moved_on?);
        let Moved { mut added, removed } = moved.clone();
        if row.rev == 1 {
            // It was made: everybody is new who is there since before the first message.
            added = load_founders(self.db, id).await?;
        }
        let mut hidden_from = Vec::new();
        if let Some(message) = &conversation.last_message {
            let mut found = load_hidden_from(self.db, &[message.id]).await?;
            hidden_from = found.remove(&message.id).unwrap_or_default();
            hidden_from.extend(load_blind(self.db, id, message.seq, &removed).await?);
        }
        let conversation = Box::new(conversation);
        let event = Event::ConversationUpdated { conversation, added, removed, has_moved_on };
        Ok((event, hidden_from))
    }

    async fn marks(&self, id: ConversationId, row: &LogRow) -> Result<Option<Event>> {
        let (Some(user_id), Some(first_id)) = (row.actor_id, message_of(row)) else {
            return Ok(None);
        };
        let marks = Marks {
            conversation_id: id,
            reader_id: user_id,
            first_ids: vec![first_id],
            first_at: row.committed_at,
            last_at: row.committed_at,
        };
        let last_read_seq = load_last_read_seq(self.db, id, user_id);
        let (marked, last_read_seq) = join(load_marked(self.db, &marks), last_read_seq).await;
        let marked = marked?;
        let Some(newest) = marked.last() else { return Ok(None) };
        let last_read_seq = last_read_seq?.unwrap_or(newest.seq);
        let marks = marked.iter().map(|marked| Mark { id: marked.id, sender_id: marked.sender_id });
        let read = marks_read((id, user_id), marks, last_read_seq, row.committed_at);
        Ok(Some(Event::MessagesRead(read)))
    }

    async fn of_user(&self, user_id: UserId, row: &LogRow) -> Result<Option<Event>> {
        let Some(subject_id) = row.subject_id else {
            // Whom the user knew is gone with the account.
            let is_erased = row.kind == Kind::UserErased;
            return Ok(is_erased.then(|| Event::UserErased(Acquaintances::default())));
        };
        let event = match row.kind {
            Kind::GroupJoined => {
                let (id, Some(actor_id)) = (ConversationId::from_bytes(subject_id), row.actor_id)
                else {
                    return Ok(None);
                };
                let found = join(load_conversation(self.db, id), load_brief(self.db, actor_id));
                let (conversation, actor) = found.await;
                let group_name = conversation?.name.unwrap_or_default();
                Event::GroupJoined(GroupJoined { conversation_id: id, group_name, actor: actor? })
            }
            Kind::FriendRequestCreated => {
                Event::FriendRequestCreated(self.request(subject_id).await?)
            }
            Kind::FriendRequestUpdated => {
                Event::FriendRequestUpdated(self.request(subject_id).await?)
            }
            Kind::CallEnded => {
                let call = read_call(self.db, CallId::from_bytes(subject_id)).await?;
                call_ended_event(row, call)
            }
            Kind::BlockChanged => {
                let other_id = UserId::from_bytes(subject_id);
                let is_blocked = are_blocked(self.db, user_id, other_id).await?;
                Event::BlockChanged { other_id, is_blocked }
            }
            Kind::MessageCreated
            | Kind::MessageUpdated
            | Kind::MessageDeleted
            | Kind::ReactionAdded
            | Kind::ReactionRemoved
            | Kind::MessagesRead
            | Kind::ConversationUpdated
            | Kind::UserErased
            | Kind::MemberJoined
            | Kind::MemberLeft
            | Kind::Other => return Ok(None),
        };
        Ok(Some(event))
    }

    async fn request(&self, id: [u8; 16]) -> Result<FriendRequest> {
        load_request(self.db, FriendRequestId::from_bytes(id)).await
    }
}

/// Those of whoever went who may not see a message.
async fn load_blind(db: &Db, id: ConversationId, seq: u64, gone: &[UserId]) -> Result<Vec<UserId>> {
    if gone.is_empty() {
        return Ok(Vec::new());
    }
    let found = db
        .query(
            "SELECT gone.id
             FROM unnest($3::uuid[]) AS gone (id)
             WHERE NOT EXISTS (
                 SELECT 1
                 FROM past_memberships h
                 WHERE h.conversation_id = $1 AND h.user_id = gone.id
                     AND h.joined_seq < $2 AND h.left_seq >= $2
             )",
            &[&id.to_db(), &number(seq), &all_to_db(gone)],
        )
        .await?;
    ids_from(&found)
}

/// Members since before the first message.
async fn load_founders(db: &Db, id: ConversationId) -> Result<Vec<UserId>> {
    let found = db
        .query(
            "SELECT user_id
             FROM participants
             WHERE conversation_id = $1 AND joined_seq = 0",
            &[&id.to_db()],
        )
        .await?;
    ids_from(&found)
}
