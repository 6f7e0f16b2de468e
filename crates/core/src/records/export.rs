//! What an export holds of a user, row by row.

use super::{Call, FriendRequest, Reaction, Session, Upload, UserBrief};
use crate::clock::Timestamp;
use crate::ids::{ConversationId, MessageId, UserId};
use crate::permissions::Role;

/// Rows of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportRows {
    /// Sign-ins that are kept, ended ones too, oldest first.
    Sessions(Vec<Session>),
    /// Friends.
    Friends(Vec<UserBrief>),
    /// Friend requests of the user, whatever came of them.
    SentFriendRequests(Vec<FriendRequest>),
    /// Friend requests to the user, whatever came of them.
    ReceivedFriendRequests(Vec<FriendRequest>),
    /// Whom the user has blocked.
    Blocks(Vec<Block>),
    /// Conversations that the user is a member of.
    Conversations(Vec<Participation>),
    /// Memberships that ended.
    PastMemberships(Vec<PastMembership>),
    /// What the user wrote, by conversation and `seq`.
    Messages(Vec<OwnMessage>),
    /// What the user reacted with, oldest first.
    Reactions(Vec<Reaction>),
    /// What the user marked as read, by conversation and `seq`.
    Reads(Vec<ReadRange>),
    /// Calls that the user made or was called by, newest first.
    Calls(Vec<Call>),
    /// Files that the user uploaded and that are there, oldest first.
    Uploads(Vec<Upload>),
}

/// A block that the user made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Whom.
    pub user: UserBrief,
    /// When.
    pub created_at: Timestamp,
}

/// A conversation as far as it is about one member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Participation {
    /// Which.
    pub conversation_id: ConversationId,
    /// A group's name.
    pub name: Option<String>,
    /// More than two may be in it.
    pub is_group: bool,
    /// The other one of two.
    pub other: Option<UserBrief>,
    /// As what.
    pub role: Role,
    /// The conversation's `last_seq` when the member joined.
    pub joined_seq: u64,
    /// The highest `seq` read.
    pub last_read_seq: u64,
    /// No push before this moment.
    pub muted_until: Option<Timestamp>,
    /// When pinned.
    pub pinned_at: Option<Timestamp>,
    /// When put away.
    pub archived_at: Option<Timestamp>,
    /// To be shown as unread.
    pub marked_unread: bool,
}

/// A membership that ended: the user saw what came after `joined_seq`, up to `left_seq`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastMembership {
    /// Of which conversation.
    pub conversation_id: ConversationId,
    /// Its `last_seq` when the user joined.
    pub joined_seq: u64,
    /// Its `last_seq` when the user left.
    pub left_seq: u64,
}

/// A message of the user, without anything of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnMessage {
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
    /// The sender's own id for it.
    pub client_message_id: Option<String>,
    /// When it was taken.
    pub created_at: Timestamp,
    /// When the text was last changed.
    pub edited_at: Option<Timestamp>,
    /// When it was emptied.
    pub deleted_at: Option<Timestamp>,
}

/// Messages of one conversation that were marked as read at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadRange {
    /// Where.
    pub conversation_id: ConversationId,
    /// The first one's `seq`.
    pub first_seq: u64,
    /// The last one's `seq`; own and deleted messages between them are bridged.
    pub last_seq: u64,
    /// When.
    pub read_at: Timestamp,
}
