//! What clients are told unasked: each event's name and payload.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::client_events::DescribedEvent;
use super::error::{Error, ErrorCode, FieldError};
use super::schema::{Schemas, joined_lines};
use super::shapes::{
    FriendRequest, FriendRequestWithSender, IceServer, Message, Reaction, SharedConversation,
    Status,
};
use crate::clock::Timestamp;
use crate::ids::{CallId, ConversationId, MessageId, UserId};

/// Makes [`ServerEvent`], its names, its payloads and its description out of one table, so that no
/// event is in one of them alone. The names of `personal` events hold the user's id.
macro_rules! server_events {
    (
        $($(#[doc = $words:literal])+ $name:literal => $variant:ident($payload:ty);)+
        personal {
            $($(#[doc = $own_words:literal])+ $own_name:literal => $own_variant:ident($own_payload:ty);)+
        }
    ) => {
        /// An event from the server.
        #[derive(Clone, Debug)]
        pub enum ServerEvent {
            $($(#[doc = $words])+ $variant($payload),)+
            $($(#[doc = $own_words])+ $own_variant(UserId, $own_payload),)+
        }

        impl ServerEvent {
            /// The name on the wire.
            pub fn name(&self) -> Cow<'static, str> {
                match self {
                    $(Self::$variant(_) => Cow::Borrowed($name),)+
                    $(Self::$own_variant(user_id, _) => {
                        Cow::Owned($own_name.replace("{userId}", &user_id.to_string()))
                    })+
                }
            }

            /// Every event but [`Exception`], for documents.
            pub fn describe_all(schemas: &mut Schemas) -> Vec<DescribedEvent> {
                vec![
                    $(DescribedEvent {
                        name: $name,
                        words: joined_lines(concat!($($words, "\n"),+)),
                        payload: schemas.answer::<$payload>(),
                        ack: None,
                    },)+
                    $(DescribedEvent {
                        name: $own_name,
                        words: joined_lines(concat!($($own_words, "\n"),+)),
                        payload: schemas.answer::<$own_payload>(),
                        ack: None,
                    },)+
                ]
            }
        }

        /// The payload alone; the name goes beside it.
        impl Serialize for ServerEvent {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(payload) => payload.serialize(serializer),)+
                    $(Self::$own_variant(_, payload) => payload.serialize(serializer),)+
                }
            }
        }
    };
}

server_events! {
    /// A message was stored. Told to every device of every member, the sender's too.
    "newMessage" => NewMessage(Message);
    /// A message's text was changed. Told to every device of the members who may see it.
    "messageUpdated" => MessageUpdated(Message);
    /// A message was emptied: `content` and `fileUrl` are `null`, `deletedAt` is set. Told to every device
    /// of the members who may see it.
    "messageDeleted" => MessageDeleted(Message);
    /// Somebody reacted. Told to every device of the members who may see the message.
    "message:reaction:add" => ReactionAdded(Reaction);
    /// Somebody took a reaction back. Told to every device of the members who may see the message.
    "message:reaction:remove" => ReactionRemoved(ReactionRemoved);
    /// The socket views this conversation now. Told to the caller of `joinRoom`.
    "joinedRoom" => JoinedRoom(ConversationId);
    /// Somebody is writing. Told to the sockets that view the conversation, but the one that is writing.
    "userTyping" => UserTyping(TypingUser);
    /// Somebody stopped writing; comes by itself 6 s after the last sign of writing. Told to the sockets
    /// that view the conversation.
    "userStopTyping" => UserStopTyping(TypingUser);
    /// Somebody read messages. Told to the sockets that view the conversation, to the reader's devices
    /// and to those of the messages' senders.
    "messagesRead" => MessagesRead(MessagesRead);
    /// Somebody's first device came, or their last one is gone. Told to their contacts.
    "userStatusChanged" => UserStatusChanged(UserStatusChanged);
    /// Somebody wants to be a friend. Told to the receiver's devices.
    "newFriendRequest" => NewFriendRequest(FriendRequestWithSender);
    /// A friend request was answered or taken back. Told to both sides' devices.
    "friendRequestUpdated" => FriendRequestUpdated(FriendRequest);
    /// A conversation was made, or its name, avatar, members or roles changed. Told to every device of
    /// every member, and of who was just removed.
    "conversationUpdated" => ConversationUpdated(SharedConversation);
    /// Somebody calls. Told to the callee's devices, before anything else of the call.
    "call:incoming" => CallIncoming(CallIncoming);
    /// The other party offers a connection. Told to all devices of the callee while it rings, then to the
    /// one that answered; of the caller, to the one that calls.
    "call:offer" => CallOffer(CallOffer);
    /// The other party accepts what was offered. Told as an offer is.
    "call:answer" => CallAnswer(CallAnswer);
    /// The other party names a way to reach it. Told as an offer is.
    "call:ice-candidate" => CallIceCandidate(CallIceCandidate);
    /// The callee did not want the call. Told to the devices of both, but the one that did it.
    "call:rejected" => CallRejected(CallOver);
    /// The call was taken back, or a party was lost, while it rang. Told to the devices of both, but the
    /// one that did it.
    "call:cancelled" => CallCancelled(CallOver);
    /// The call is over. Told to the devices of both, but the one that did it; to the callee's other
    /// devices when one has answered.
    "call:ended" => CallEnded(CallOver);
    /// The other party hung up; `call:ended` comes as well.
    "call:end" => CallEnd(CallOver);
    personal {
        /// The user was brought into a group. Told to that user's devices.
        "user:{userId}:newGroup" => NewGroup(NewGroup);
    }
}

/// Payload of `message:reaction:remove`.
#[derive(Clone, Debug, JsonSchema, Serialize)]
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
#[derive(Clone, Copy, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TypingUser {
    /// Who.
    pub user_id: UserId,
    /// Where.
    pub conversation_id: ConversationId,
}

/// Payload of `messagesRead`.
#[derive(Clone, Debug, JsonSchema, Serialize)]
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
#[derive(Clone, Copy, Debug, JsonSchema, Serialize)]
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
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NewGroup {
    /// The group's conversation id.
    pub group_id: ConversationId,
    /// Its name.
    pub group_name: String,
    /// A sentence for people: who did it.
    pub message: String,
}

/// Payload of `call:incoming`.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CallIncoming {
    /// Which call.
    pub call_id: CallId,
    /// Who calls.
    pub caller_id: UserId,
    /// The name to show.
    pub caller_name: String,
    /// URL of a picture.
    pub caller_avatar: Option<String>,
    /// In which conversation.
    pub conversation_id: ConversationId,
    /// With a picture.
    pub has_video: bool,
    /// For the connection.
    pub ice_servers: Vec<IceServer>,
    /// Until when it rings.
    pub expires_at: Timestamp,
}

/// Payload of `call:offer`.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CallOffer {
    /// The other party.
    pub from: UserId,
    /// In which call.
    pub call_id: CallId,
    /// As it was given.
    #[schemars(with = "serde_json::Value")]
    pub offer: Box<RawValue>,
}

/// Payload of `call:answer`.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CallAnswer {
    /// The other party.
    pub from: UserId,
    /// In which call.
    pub call_id: CallId,
    /// As it was given.
    #[schemars(with = "serde_json::Value")]
    pub answer: Box<RawValue>,
}

/// Payload of `call:ice-candidate`.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CallIceCandidate {
    /// The other party.
    pub from: UserId,
    /// In which call.
    pub call_id: CallId,
    /// As it was given.
    #[schemars(with = "serde_json::Value")]
    pub candidate: Box<RawValue>,
}

/// Why a call is over, for a device.
const REASONS: [&str; 6] =
    ["rejected", "cancelled", "missed", "connection_lost", "ended", "answered_elsewhere"];

/// Payload of `call:rejected`, `call:cancelled`, `call:ended` and `call:end`.
#[derive(Clone, Copy, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CallOver {
    /// Who ended it; of a deadline, the other party.
    pub from: UserId,
    /// Which call.
    pub call_id: CallId,
    /// Why.
    #[schemars(extend("enum" = REASONS))]
    pub reason: &'static str,
}

/// The event whose only argument is the offset: to a socket that was sent no event for long.
pub const CURSOR: &str = "cursor";

/// The event `exception`: a refused event, told to its sender.
#[derive(Debug, JsonSchema, Serialize)]
pub struct Exception<'a> {
    /// Always `error`.
    #[schemars(extend("const" = "error"))]
    status: &'static str,
    #[serde(flatten)]
    reason: Reason<'a>,
    /// What was refused.
    cause: Cause<'a>,
}

/// The ack of a refused event.
#[derive(Debug, JsonSchema, Serialize)]
pub struct Refusal<'a> {
    /// Always `error`.
    #[schemars(extend("const" = "error"))]
    status: &'static str,
    #[serde(flatten)]
    reason: Reason<'a>,
}

/// The ack of an event that has nothing else to say: `{ success: true }`.
#[derive(Clone, Copy, Debug, JsonSchema, Serialize)]
pub struct Success {
    /// Always `true`.
    #[schemars(extend("const" = true))]
    success: bool,
}

/// The ack of `markMessagesAsRead`: `{ success: true, count }`.
#[derive(Clone, Copy, Debug, JsonSchema, Serialize)]
pub struct Counted {
    /// Always `true`.
    #[schemars(extend("const" = true))]
    success: bool,
    /// How many of the messages were newly marked.
    count: u64,
}

#[derive(Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
struct Reason<'a> {
    /// Why.
    code: ErrorCode,
    /// One sentence for people.
    message: &'a str,
    /// With `invalid_payload`: each mistake.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [FieldError],
    /// With `rate_limited`: when it may be tried again, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u64>,
    /// With `conflict` over a call: the call that is under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    call_id: Option<CallId>,
}

/// What was refused.
#[derive(Debug, JsonSchema, Serialize)]
struct Cause<'a> {
    /// The event's name.
    pattern: &'a str,
    /// What was sent.
    #[schemars(with = "serde_json::Value")]
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
        Self { success: true }
    }
}

impl Counted {
    /// `{ success: true, count }`
    pub fn new(count: u64) -> Self {
        Self { success: true, count }
    }
}

impl<'a> Reason<'a> {
    fn of(error: &'a Error) -> Self {
        Self {
            code: error.code,
            message: &error.message,
            errors: &error.errors,
            retry_after_ms: error.retry_after_ms,
            call_id: error.call_id,
        }
    }
}
