//! What clients are told unasked: each event's name and payload.

use std::borrow::Cow;

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::error::{Error, ErrorCode, FieldError};
use super::shapes::{
    FriendRequest, FriendRequestWithSender, Message, Reaction, SharedConversation, Status,
};
use crate::clock::Timestamp;
use crate::ids::{ConversationId, MessageId, UserId};

/// An event from the server.
#[derive(Clone, Debug)]
pub enum ServerEvent {
    /// A message was stored.
    NewMessage(Message),
    /// A message's text was changed.
    MessageUpdated(Message),
    /// A message was emptied.
    MessageDeleted(Message),
    /// Somebody reacted.
    ReactionAdded(Reaction),
    /// Somebody took a reaction back.
    ReactionRemoved(ReactionRemoved),
    /// The caller views a conversation now.
    JoinedRoom(ConversationId),
    /// Somebody is writing.
    UserTyping(TypingUser),
    /// Somebody stopped writing.
    UserStopTyping(TypingUser),
    /// Somebody read messages.
    MessagesRead(MessagesRead),
    /// Somebody came or went.
    UserStatusChanged(UserStatusChanged),
    /// Somebody wants to be a friend.
    NewFriendRequest(FriendRequestWithSender),
    /// A friend request was answered or taken back.
    FriendRequestUpdated(FriendRequest),
    /// The user was brought into a group.
    NewGroup(UserId, NewGroup),
    /// A conversation was made or changed.
    ConversationUpdated(SharedConversation),
}

impl ServerEvent {
    /// The name on the wire.
    pub fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::NewMessage(_) => "newMessage",
            Self::MessageUpdated(_) => "messageUpdated",
            Self::MessageDeleted(_) => "messageDeleted",
            Self::ReactionAdded(_) => "message:reaction:add",
            Self::ReactionRemoved(_) => "message:reaction:remove",
            Self::JoinedRoom(_) => "joinedRoom",
            Self::UserTyping(_) => "userTyping",
            Self::UserStopTyping(_) => "userStopTyping",
            Self::MessagesRead(_) => "messagesRead",
            Self::UserStatusChanged(_) => "userStatusChanged",
            Self::NewFriendRequest(_) => "newFriendRequest",
            Self::FriendRequestUpdated(_) => "friendRequestUpdated",
            Self::NewGroup(user_id, _) => return Cow::Owned(format!("user:{user_id}:newGroup")),
            Self::ConversationUpdated(_) => "conversationUpdated",
        })
    }
}

/// The payload alone; the name goes beside it.
impl Serialize for ServerEvent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::NewMessage(payload)
            | Self::MessageUpdated(payload)
            | Self::MessageDeleted(payload) => payload.serialize(serializer),
            Self::ReactionAdded(payload) => payload.serialize(serializer),
            Self::ReactionRemoved(payload) => payload.serialize(serializer),
            Self::JoinedRoom(payload) => payload.serialize(serializer),
            Self::UserTyping(payload) | Self::UserStopTyping(payload) => {
                payload.serialize(serializer)
            }
            Self::MessagesRead(payload) => payload.serialize(serializer),
            Self::UserStatusChanged(payload) => payload.serialize(serializer),
            Self::NewFriendRequest(payload) => payload.serialize(serializer),
            Self::FriendRequestUpdated(payload) => payload.serialize(serializer),
            Self::NewGroup(_, payload) => payload.serialize(serializer),
            Self::ConversationUpdated(payload) => payload.serialize(serializer),
        }
    }
}

/// Payload of `message:reaction:remove`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReactionRemoved {
    /// From what.
    pub message_id: MessageId,
    /// Where.
    pub conversation_id: ConversationId,
    /// Whose.
    pub user_id: UserId,
    /// The emoji itself.
    pub emoji: String,
}

/// Payload of `userTyping` and `userStopTyping`.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TypingUser {
    /// Who.
    pub user_id: UserId,
    /// Where.
    pub conversation_id: ConversationId,
}

/// Payload of `messagesRead`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MessagesRead {
    /// The messages newly marked, in `seq` order, at most 1,000.
    pub message_ids: Vec<MessageId>,
    /// Who read them.
    pub user_id: UserId,
    /// When they were marked.
    pub read_at: Timestamp,
    /// Where.
    pub conversation_id: ConversationId,
    /// The highest `seq` that this user read.
    pub last_read_seq: u64,
}

/// Payload of `userStatusChanged`.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UserStatusChanged {
    /// Who.
    pub user_id: UserId,
    /// Connected or not.
    pub status: Status,
    /// When the last device was gone.
    pub last_seen_at: Option<Timestamp>,
}

/// Payload of `user:{userId}:newGroup`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewGroup {
    /// The group's conversation id.
    pub group_id: ConversationId,
    /// Its name.
    pub group_name: String,
    /// A sentence for people: who did it.
    pub message: String,
}

/// The event `exception`: a refused event, told to its sender.
#[derive(Debug, Serialize)]
pub struct Exception<'a> {
    status: &'static str,
    #[serde(flatten)]
    reason: Reason<'a>,
    cause: Cause<'a>,
}

/// The ack of a refused event.
#[derive(Debug, Serialize)]
pub struct Refusal<'a> {
    status: &'static str,
    #[serde(flatten)]
    reason: Reason<'a>,
}

/// The ack of an event that has nothing else to say: `{ success: true }`.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Success {
    success: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Reason<'a> {
    code: ErrorCode,
    message: &'a str,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldError],
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u64>,
}

#[derive(Debug, Serialize)]
struct Cause<'a> {
    pattern: &'a str,
    data: Option<&'a RawValue>,
}

impl<'a> Exception<'a> {
    /// The name of the event that carries it.
    pub const NAME: &'static str = "exception";

    /// Tells that the event `pattern` with the payload `data` was refused for `error`.
    pub fn new(error: &'a Error, pattern: &'a str, data: Option<&'a RawValue>) -> Self {
        Self { status: "error", reason: Reason::of(error), cause: Cause { pattern, data } }
    }
}

impl<'a> Refusal<'a> {
    /// Tells that an event was refused for `error`.
    pub fn new(error: &'a Error) -> Self {
        Self { status: "error", reason: Reason::of(error) }
    }
}

impl Success {
    /// `{ success: true }`
    pub fn plain() -> Self {
        Self { success: true, count: None }
    }

    /// `{ success: true, count }`
    pub fn counted(count: u64) -> Self {
        Self { success: true, count: Some(count) }
    }
}

impl<'a> Reason<'a> {
    fn of(error: &'a Error) -> Self {
        Self {
            code: error.code,
            message: &error.message,
            errors: &error.errors,
            retry_after_ms: error.retry_after_ms,
        }
    }
}
