//! The shapes of an export that stand nowhere else: what is one user's own, and of others a name alone.

use schemars::JsonSchema;
use serde::Serialize;

use super::shapes::{Call, Device, File, FriendRequest, Me, Reaction, Sender, Session, Settings};
use crate::clock::Timestamp;
use crate::ids::{ConversationId, MessageId, UploadId, UserId};
use crate::permissions::Role;

/// Everything that is held about a user but the password and tokens. It is written part by part, each list in
/// the order of these fields.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Export {
    /// When it was asked for.
    pub exported_at: Timestamp,
    /// The account.
    pub profile: Me,
    /// What the user has set.
    pub settings: Settings,
    /// Devices that are pushed to.
    pub devices: Vec<Device>,
    /// Where the user is signed in.
    pub sessions: Vec<Session>,
    /// Friends.
    pub friends: Vec<Sender>,
    /// Requests that the user sent.
    pub sent_friend_requests: Vec<FriendRequest>,
    /// Requests that the user was sent.
    pub received_friend_requests: Vec<FriendRequest>,
    /// Whom the user has blocked.
    pub blocks: Vec<ExportedBlock>,
    /// Where the user is a member.
    pub conversations: Vec<ExportedConversation>,
    /// Memberships that ended.
    pub past_memberships: Vec<ExportedMembership>,
    /// All that the user wrote.
    pub messages: Vec<ExportedMessage>,
    /// All that the user reacted with.
    pub reactions: Vec<Reaction>,
    /// What the user has read.
    pub reads: Vec<ExportedRead>,
    /// Calls that the user made or was called by, newest first, as in `GET /calls`.
    pub calls: Vec<Call>,
    /// Files that the user uploaded and that are there; each can be fetched at its URL for a while.
    pub files: Vec<ExportedFile>,
}

/// A block that the user made.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportedBlock {
    /// Whom.
    #[serde(flatten)]
    pub user: Sender,
    /// When.
    pub created_at: Timestamp,
}

/// A conversation with what is the user's own in it.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportedConversation {
    /// Which.
    pub id: ConversationId,
    /// A group's name; `null` in a conversation of two.
    pub name: Option<String>,
    /// More than two may be in it.
    pub is_group: bool,
    /// The other one of two; `null` in a group.
    pub other: Option<Sender>,
    /// What the user may do.
    pub role: Role,
    /// The newest `seq` when the user joined: what came before was not theirs to see.
    pub joined_seq: u64,
    /// The highest `seq` read.
    pub last_read_seq: u64,
    /// No push before this moment.
    pub muted_until: Option<Timestamp>,
    /// When the user pinned it.
    pub pinned_at: Option<Timestamp>,
    /// When the user put it away.
    pub archived_at: Option<Timestamp>,
    /// The user wants it shown as unread.
    pub marked_unread: bool,
}

/// A membership that ended.
#[derive(Clone, Copy, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportedMembership {
    /// Of which conversation.
    pub conversation_id: ConversationId,
    /// The newest `seq` when the user joined.
    pub joined_seq: u64,
    /// The newest `seq` when the user left.
    pub left_seq: u64,
}

/// A message of the user, without what others added to it and without the text that it answers.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportedMessage {
    /// Which.
    pub id: MessageId,
    /// Where.
    pub conversation_id: ConversationId,
    /// Place in the conversation.
    pub seq: u64,
    /// The text.
    pub content: Option<String>,
    /// A file.
    pub file_url: Option<String>,
    /// The message that it answers.
    pub reply_to_id: Option<MessageId>,
    /// Members named in the text.
    pub mentions: Vec<UserId>,
    /// The user's own id for it.
    pub client_message_id: Option<String>,
    /// When the server took it.
    pub created_at: Timestamp,
    /// When the text was last changed.
    pub edited_at: Option<Timestamp>,
    /// When it was emptied.
    pub deleted_at: Option<Timestamp>,
}

/// Messages that were marked as read at once.
#[derive(Clone, Copy, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportedRead {
    /// Where.
    pub conversation_id: ConversationId,
    /// The first one's `seq`.
    pub first_seq: u64,
    /// The last one's `seq`.
    pub last_seq: u64,
    /// When.
    pub read_at: Timestamp,
}

/// A file that the user uploaded.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ExportedFile {
    /// Which.
    pub id: UploadId,
    /// Where it can be fetched for a while; with a sign-in at any time.
    pub file_url: String,
    /// What is known of it.
    pub file: File,
    /// When it was uploaded.
    pub created_at: Timestamp,
}
