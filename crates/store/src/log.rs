//! The durable events that writes leave behind, in the order in which they took effect.

use salala_core::calls::CallEndEvent;
use salala_core::ids::{ConversationId, MessageId, UserId};
use salala_core::records::{
    Call, CallEnding, CallSignal, Conversation, FriendRequest, GroupJoined, Message, MessagesRead,
    Reaction,
};
use tokio::sync::mpsc;

use crate::ports::sessions::Acquaintances;

/// An event whose transaction has committed.
///
/// A durable event has a row in the log, which holds ids alone; the records here are as they were
/// when it committed. What of a call is told to who is there, and to nobody later, comes in its place
/// among the others and has no row: see [`Event::is_durable`].
#[derive(Clone, Debug)]
pub struct Committed {
    /// Place in the log. Grows with every durable event; gaps are allowed. Of another event, the place
    /// of the last durable one before it.
    pub position: u64,
    /// Place among the durable events of its audience, from 1, without holes; 0 of another event.
    pub rev: u64,
    /// Whose event it is.
    pub audience: Audience,
    /// Those of its audience, and of whom it took out, who may not see the message that it is
    /// about: a conversation's `last_message`, or the message edited, deleted or reacted to. They
    /// came after it was written, and no earlier membership of theirs holds it. Empty for a new
    /// message, which all present members see.
    pub hidden_from: Vec<UserId>,
    /// What happened.
    pub event: Event,
}

/// Whose `rev` an event counts in, and so who hears it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Audience {
    /// The members of a conversation.
    Conversation(ConversationId),
    /// One user.
    User(UserId),
}

/// What happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// A message was stored.
    MessageCreated(Message),
    /// A message's text was changed.
    MessageUpdated(Message),
    /// A message was emptied.
    MessageDeleted(Message),
    /// A reaction was given.
    ReactionAdded(Reaction),
    /// A reaction was taken back.
    ReactionRemoved(Reaction),
    /// Messages were marked as read.
    MessagesRead(MessagesRead),
    /// A conversation was made, or its name, avatar, members or roles changed.
    ConversationUpdated {
        /// As it is now.
        conversation: Box<Conversation>,
        /// Who came with this change; everybody, when it was made.
        added: Vec<UserId>,
        /// Who went with this change: no longer among the participants, yet told.
        removed: Vec<UserId>,
        /// It was changed again since, so that those who went see that it goes on without them, and
        /// nothing of what it is now.
        has_moved_on: bool,
    },
    /// The user is asked to be a friend.
    FriendRequestCreated(FriendRequest),
    /// A friend request of or to the user was answered or taken back.
    FriendRequestUpdated(FriendRequest),
    /// The user was brought into a group.
    GroupJoined(GroupJoined),
    /// A block now stands, or none any more, between the user and another.
    BlockChanged {
        /// The other.
        other_id: UserId,
        /// It stands.
        is_blocked: bool,
    },
    /// The user's account was erased; those whom they knew until then are to see them go.
    UserErased(Acquaintances),
    /// Somebody calls the user. Not durable: a device that comes later asks for it.
    CallRinging(Box<Call>),
    /// The other party of a call handed something over. Not durable, as above.
    CallSignalled(Box<CallSignal>),
    /// A device of the user answered a call. Not durable.
    CallAnswered(Box<Call>),
    /// A call of the user is over. Durable if it is told as `call:ended`.
    CallEnded(Box<CallEnding>),
}

impl Event {
    /// It has a row in the log, from which it is told to who was away.
    pub fn is_durable(&self) -> bool {
        match self {
            Self::MessageCreated(_)
            | Self::MessageUpdated(_)
            | Self::MessageDeleted(_)
            | Self::ReactionAdded(_)
            | Self::ReactionRemoved(_)
            | Self::MessagesRead(_)
            | Self::ConversationUpdated { .. }
            | Self::FriendRequestCreated(_)
            | Self::FriendRequestUpdated(_)
            | Self::GroupJoined(_)
            | Self::BlockChanged { .. }
            | Self::UserErased(_) => true,
            Self::CallRinging(_) | Self::CallSignalled(_) | Self::CallAnswered(_) => false,
            Self::CallEnded(ending) => ending.event == CallEndEvent::Ended,
        }
    }
}

/// Some of what was committed.
#[derive(Clone, Debug)]
pub struct Commits {
    /// In the order of their positions.
    pub events: Vec<Committed>,
    /// With these events all of the log up to here is told.
    pub up_to: u64,
    /// What stood before these events can no longer be told: it was trimmed while this process stood
    /// still. Whoever is connected has missed something.
    pub is_after_gap: bool,
}

/// What was committed, each event once, in the order of the log. It has a bound: whoever does not read it
/// holds up the writer.
pub type CommitFeed = mpsc::Receiver<Commits>;

/// Which events of other processes are told here; all others are passed over.
pub trait Interest: Send + Sync {
    /// The log is about to be told up to here. Whoever comes in later hears what is after it; whether
    /// they are owed what is before is decided by what they find here.
    fn reach(&self, position: u64);

    /// Up to here all was told, so whoever came in by it is in.
    fn told(&self) -> u64;

    /// Is anybody here who hears this audience's events?
    fn holds(&self, audience: Audience) -> bool;
}

impl Commits {
    /// The events of a process that has the log to itself.
    pub(crate) fn alone(events: Vec<Committed>) -> Self {
        let up_to = events.last().map_or(0, |committed| committed.position);
        Self { events, up_to, is_after_gap: false }
    }
}

/// The columns of [`describe`].
pub(crate) type Description<'a> =
    (&'static str, Option<&'a [u8; 16]>, Option<&'a [u8; 16]>, Option<&'a str>);

/// The row of an event: its kind, what it is about, who acted where the records do not tell, and the
/// emoji.
pub(crate) fn describe(event: &Event) -> Description<'_> {
    match event {
        Event::MessageCreated(message) => {
            ("message_created", Some(message.id.as_bytes()), None, None)
        }
        Event::MessageUpdated(message) => {
            ("message_updated", Some(message.id.as_bytes()), None, None)
        }
        Event::MessageDeleted(message) => {
            ("message_deleted", Some(message.id.as_bytes()), None, None)
        }
        Event::ReactionAdded(reaction) => (
            "reaction_added",
            Some(reaction.message_id.as_bytes()),
            Some(reaction.user_id.as_bytes()),
            Some(&reaction.emoji),
        ),
        Event::ReactionRemoved(reaction) => (
            "reaction_removed",
            Some(reaction.message_id.as_bytes()),
            Some(reaction.user_id.as_bytes()),
            Some(&reaction.emoji),
        ),
        // By the first message, a replay finds the marks.
        Event::MessagesRead(read) => (
            "messages_read",
            read.message_ids.first().map(MessageId::as_bytes),
            Some(read.user_id.as_bytes()),
            None,
        ),
        Event::ConversationUpdated { .. } => ("conversation_updated", None, None, None),
        Event::FriendRequestCreated(request) => {
            ("friend_request_created", Some(request.id.as_bytes()), None, None)
        }
        Event::FriendRequestUpdated(request) => {
            ("friend_request_updated", Some(request.id.as_bytes()), None, None)
        }
        Event::GroupJoined(joined) => (
            "group_joined",
            Some(joined.conversation_id.as_bytes()),
            Some(joined.actor.id.as_bytes()),
            None,
        ),
        Event::UserErased(_) => ("user_erased", None, None, None),
        Event::CallRinging(call) => ("call_ringing", Some(call.id.as_bytes()), None, None),
        Event::CallSignalled(signal) => {
            ("call_signalled", Some(signal.call_id.as_bytes()), None, None)
        }
        Event::CallAnswered(call) => ("call_answered", Some(call.id.as_bytes()), None, None),
        Event::CallEnded(ending) => (
            "call_ended",
            Some(ending.call.id.as_bytes()),
            ending.by.as_ref().map(|by| by.user_id.as_bytes()),
            None,
        ),
        Event::BlockChanged { other_id, .. } => {
            ("block_changed", Some(other_id.as_bytes()), None, None)
        }
    }
}
