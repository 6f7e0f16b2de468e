//! The shapes that clients are given. Unset scalars are `null`, never left out.

mod calls;
mod push;
mod sync;
mod uploads;

use schemars::JsonSchema;
use serde::Serialize;

use crate::clock::Timestamp;
use crate::ids::{ConversationId, FriendRequestId, MessageId, ReactionId, SessionId, UserId};
use crate::permissions::Role;

pub use calls::{Call, CallStarted, IceServer, IceServers};
pub use push::{Device, PushLogEntry, SetQuietHours, Settings, VapidKey};
pub use sync::{Synced, SyncedConversation};
pub use uploads::{File, Uploaded};

/// A message.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// Which.
    pub id: MessageId,
    /// Where.
    pub conversation_id: ConversationId,
    /// Place in the conversation, from 1, without holes.
    pub seq: u64,
    /// Who wrote it.
    pub sender_id: UserId,
    /// The same, with what is shown.
    pub sender: Sender,
    /// `null` for a file alone and once deleted.
    pub content: Option<String>,
    /// `null` without a file and once deleted.
    pub file_url: Option<String>,
    /// What is known of the file at `fileUrl`; `null` for a URL of somewhere else.
    pub file: Option<File>,
    /// The message that this one answers.
    pub reply_to_id: Option<MessageId>,
    /// The same, with what is shown.
    pub reply_to: Option<ReplyTo>,
    /// In the order in which they were given.
    pub reactions: Vec<Reaction>,
    /// Members named as `@username` in the text.
    pub mentions: Vec<UserId>,
    /// Who marked it as read; in history only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reads: Option<Vec<MessageRead>>,
    /// The sender's own id for it.
    pub client_message_id: Option<String>,
    /// When the server took it.
    pub created_at: Timestamp,
    /// When the text was last changed.
    pub edited_at: Option<Timestamp>,
    /// When it was emptied.
    pub deleted_at: Option<Timestamp>,
}

/// Who wrote a message.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Sender {
    /// Who.
    pub id: UserId,
    /// The unique name.
    pub username: String,
    /// The name to show instead.
    pub display_name: Option<String>,
    /// URL of a picture.
    pub avatar: Option<String>,
}

/// The message that another one answers.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReplyTo {
    /// Which.
    pub id: MessageId,
    /// Who wrote it.
    pub sender_id: UserId,
    /// `null` once deleted.
    pub content: Option<String>,
    /// `null` once deleted.
    pub file_url: Option<String>,
    /// Who wrote it.
    pub sender: ReplyToSender,
}

/// Who wrote the message that another one answers.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReplyToSender {
    /// The unique name.
    pub username: String,
}

/// One emoji of one user on one message; the payload of `message:reaction:add`.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Reaction {
    /// Which.
    pub id: ReactionId,
    /// On what.
    pub message_id: MessageId,
    /// Where.
    pub conversation_id: ConversationId,
    /// Whose.
    pub user_id: UserId,
    /// The emoji itself.
    pub emoji: String,
    /// When given.
    pub created_at: Timestamp,
}

/// One user's mark that a message was read.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageRead {
    /// Who read.
    pub user_id: UserId,
    /// When it was first marked.
    pub read_at: Timestamp,
}

/// A conversation as every member sees it; the payload of `conversationUpdated`.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SharedConversation {
    /// Which.
    pub id: ConversationId,
    /// A group's name; `null` in a conversation of two.
    pub name: Option<String>,
    /// More than two may be in it, and it has roles.
    pub is_group: bool,
    /// URL of a picture.
    pub avatar: Option<String>,
    /// The present members.
    pub participant_ids: Vec<UserId>,
    /// The same, with what is shown.
    pub participants: Vec<Participant>,
    /// The newest message.
    pub last_message_id: Option<MessageId>,
    /// The same, whole.
    pub last_message: Option<Message>,
    /// The newest message's `seq`, 0 without one.
    pub last_seq: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed or was written to.
    pub updated_at: Timestamp,
}

/// A conversation with what is its reader's own.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Conversation {
    /// As every member sees it.
    #[serde(flatten)]
    pub shared: SharedConversation,
    /// The highest `seq` that the reader read; never falls.
    pub last_read_seq: u64,
    /// Others' undeleted messages after `lastReadSeq`.
    pub unread_count: u64,
    /// `owner`, `admin` or `member`.
    pub role: Role,
    /// No push before this moment.
    pub muted_until: Option<Timestamp>,
    /// When the reader pinned it.
    pub pinned_at: Option<Timestamp>,
    /// When the reader put it away.
    pub archived_at: Option<Timestamp>,
    /// The reader wants it shown as unread.
    pub marked_unread: bool,
}

/// Is a user connected?
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// On at least one device.
    Online,
    /// On none.
    Offline,
}

/// What others are shown of a user in lists.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UserSummary {
    /// Who.
    pub id: UserId,
    /// The unique name.
    pub username: String,
    /// The name to show instead.
    pub display_name: Option<String>,
    /// URL of a picture.
    pub avatar: Option<String>,
    /// Connected or not.
    pub status: Status,
    /// When the last device was gone.
    pub last_seen_at: Option<Timestamp>,
}

/// A member of a conversation.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Participant {
    /// Who.
    #[serde(flatten)]
    pub user: UserSummary,
    /// `owner`, `admin` or `member`.
    pub role: Role,
}

/// What others are shown of a user.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// As in lists.
    #[serde(flatten)]
    pub summary: UserSummary,
    /// A text about themselves.
    pub bio: Option<String>,
    /// When the account was made.
    pub created_at: Timestamp,
}

/// What a user is shown of themselves.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Me {
    /// As others see it.
    #[serde(flatten)]
    pub user: User,
    /// Never given to others.
    pub email: String,
    /// Never given to others.
    pub phone_number: Option<String>,
    /// `YYYY-MM-DD`; never given to others.
    pub date_of_birth: Option<String>,
}

/// How far a friend request is.
#[derive(Clone, Copy, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum FriendRequestStatus {
    /// Waits for its receiver.
    Pending,
    /// The two are friends.
    Accepted,
    /// The receiver said no.
    Rejected,
    /// The sender took it back.
    Cancelled,
}

/// One user's wish to be another's friend.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FriendRequest {
    /// Which.
    pub id: FriendRequestId,
    /// Who asks.
    pub sender_id: UserId,
    /// Who is asked.
    pub receiver_id: UserId,
    /// How far it is.
    pub status: FriendRequestStatus,
    /// When it was asked.
    pub created_at: Timestamp,
}

/// A friend request with who asks; the payload of `newFriendRequest`.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FriendRequestWithSender {
    /// The request.
    #[serde(flatten)]
    pub request: FriendRequest,
    /// Who asks, with what is shown.
    pub sender: UserSummary,
}

/// One sign-in of the user who asks.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// Which.
    pub id: SessionId,
    /// The browser's or program's own name.
    pub user_agent: Option<String>,
    /// Network address at the last sign-in or refresh.
    pub ip: Option<String>,
    /// When signed in.
    pub created_at: Timestamp,
    /// When last signed in or refreshed.
    pub last_used_at: Timestamp,
    /// When its refresh token runs out.
    pub expires_at: Timestamp,
    /// Is it the one that asks?
    pub current: bool,
}

/// The answer to a sign-in.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SignedIn {
    /// For `Authorization: Bearer` and the socket's `auth.token`.
    pub access_token: String,
    /// For `POST /auth/refresh`, once.
    pub refresh_token: String,
    /// Seconds until the access token runs out.
    pub expires_in: u64,
    /// Who signed in.
    pub user: Me,
}

/// A list without pages.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[schemars(rename = "ListOf{T}")]
pub struct List<T> {
    /// The rows.
    pub data: Vec<T>,
}

/// A message that was found.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MessageHit {
    /// The message, as everywhere.
    #[serde(flatten)]
    pub message: Message,
    /// The part of its text around the first word found, at most 160 characters; plain text.
    pub snippet: String,
    /// Where the words found stand in the snippet: `[from, to)` in UTF-16 code units, as JavaScript
    /// counts.
    pub highlights: Vec<(usize, usize)>,
}

/// A page of a list.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[schemars(rename = "PageOf{T}")]
#[serde(rename_all = "camelCase")]
pub struct Page<T> {
    /// The rows.
    pub data: Vec<T>,
    /// For the parameter `cursor`, to go on; `null` at the end.
    pub next_cursor: Option<String>,
}

/// A page that can be left on both sides.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoryPage {
    /// Newest first.
    pub data: Vec<Message>,
    /// To older ones; `null` at the beginning.
    pub next_cursor: Option<String>,
    /// To newer ones; `null` at the newest.
    pub prev_cursor: Option<String>,
}

/// The ack of `joinRoom`.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JoinedRoom {
    /// Which.
    pub conversation_id: ConversationId,
    /// The newest message's `seq`, 0 without one.
    pub last_seq: u64,
    /// The highest `seq` that the user read.
    pub last_read_seq: u64,
}

/// The ack of `leaveRoom`.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LeftRoom {
    /// Which, as it was sent.
    pub conversation_id: String,
}

/// The answer to `POST /conversations/{id}/read`.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReadPosition {
    /// The highest `seq` that the user read.
    pub last_read_seq: u64,
    /// Others' undeleted messages after it.
    pub unread_count: u64,
}
