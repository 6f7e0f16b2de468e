//! What is kept, as the store gives it. Records are not serializable: `wire::view` turns them into
//! what a client may see, so that nothing gets out by being added to a record.

mod calls;
pub mod export;
mod push;
mod uploads;

use crate::clock::Timestamp;
use crate::ids::{ConversationId, FriendRequestId, MessageId, ReactionId, SessionId, UserId};
use crate::permissions::Role;

pub use calls::{Call, CallCatchUp, CallDevice, CallEndedBy, CallEnding, CallSignal};
pub use push::{
    Device, LeasedPush, PushAbout, PushLogEntry, PushTarget, PushedMessage, UserSettings,
};
pub use uploads::{Blob, File, Upload};

/// What others may know of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserBrief {
    /// Whose.
    pub id: UserId,
    /// Unique without regard to case, kept as the user wrote it.
    pub username: String,
    /// The name to show instead, if the user gave one.
    pub display_name: Option<String>,
    /// URL of a picture.
    pub avatar: Option<String>,
    /// When the last device was gone; `None` before the first time.
    pub last_seen_at: Option<Timestamp>,
}

impl UserBrief {
    /// The name to show: the display name, else the user name.
    pub fn name(&self) -> &str {
        self.display_name.as_deref().unwrap_or(&self.username)
    }
}

/// A user with all that is kept but the password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// What others may know.
    pub brief: UserBrief,
    /// Unique without regard to case.
    pub email: String,
    /// A text about themselves.
    pub bio: Option<String>,
    /// Free form.
    pub phone_number: Option<String>,
    /// `YYYY-MM-DD`.
    pub date_of_birth: Option<String>,
    /// When the account was made.
    pub created_at: Timestamp,
}

/// What sign-in needs of a user.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// Whose.
    pub user_id: UserId,
    /// In PHC string format.
    pub password_hash: String,
    /// An operator has shut this account.
    pub disabled: bool,
}

/// One sign-in of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Which.
    pub id: SessionId,
    /// Whose.
    pub user_id: UserId,
    /// The browser's or program's own name.
    pub user_agent: Option<String>,
    /// Network address at the last sign-in or refresh.
    pub address: Option<String>,
    /// When signed in.
    pub created_at: Timestamp,
    /// When last signed in or refreshed.
    pub last_used_at: Timestamp,
    /// When its refresh token runs out.
    pub expires_at: Timestamp,
}

/// Where a friend request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FriendRequestStatus {
    /// Waits for the receiver.
    Pending,
    /// The two are friends.
    Accepted,
    /// The receiver said no.
    Rejected,
    /// The sender took it back.
    Cancelled,
}

/// One user's wish to be another's friend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FriendRequest {
    /// Which.
    pub id: FriendRequestId,
    /// Who asks, with what the receiver is shown.
    pub sender: UserBrief,
    /// Who is asked.
    pub receiver_id: UserId,
    /// Where it stands.
    pub status: FriendRequestStatus,
    /// When it was asked.
    pub created_at: Timestamp,
}

/// A message with what belongs to it, as it stands now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Which.
    pub id: MessageId,
    /// Where.
    pub conversation_id: ConversationId,
    /// Place in the conversation, from 1, without holes.
    pub seq: u64,
    /// Who wrote it.
    pub sender: UserBrief,
    /// The text; `None` for a file alone and once deleted.
    pub content: Option<String>,
    /// Where its file is; `None` without one and once deleted. Of an upload [`File::stored_url`].
    pub file_url: Option<String>,
    /// What is known of the file, if it was uploaded here.
    pub file: Option<File>,
    /// The message that this one answers.
    pub reply_to: Option<ReplyTo>,
    /// In the order in which they were given.
    pub reactions: Vec<Reaction>,
    /// Members named in the text, in order of naming.
    pub mentions: Vec<UserId>,
    /// Who marked it as read; filled in history alone.
    pub reads: Vec<MessageRead>,
    /// The sender's own id for it.
    pub client_message_id: Option<String>,
    /// When the server took it.
    pub created_at: Timestamp,
    /// When the text was last changed.
    pub edited_at: Option<Timestamp>,
    /// When it was emptied.
    pub deleted_at: Option<Timestamp>,
}

/// The message that another one answers, as it stands now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyTo {
    /// Which.
    pub id: MessageId,
    /// Who wrote it.
    pub sender_id: UserId,
    /// That user's name.
    pub sender_username: String,
    /// Its text; `None` once deleted.
    pub content: Option<String>,
    /// Its file; `None` once deleted.
    pub file_url: Option<String>,
}

/// One emoji of one user on one message.
#[derive(Clone, Debug, PartialEq, Eq)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageRead {
    /// Who read.
    pub user_id: UserId,
    /// When it was first marked.
    pub read_at: Timestamp,
}

/// A member of a conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Participant {
    /// Who.
    pub user: UserBrief,
    /// As what.
    pub role: Role,
}

/// A conversation, the same for every member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversation {
    /// Which.
    pub id: ConversationId,
    /// A group's name; `None` in a conversation of two.
    pub name: Option<String>,
    /// More than two may be in it, and it has roles.
    pub is_group: bool,
    /// URL of a picture.
    pub avatar: Option<String>,
    /// The present members, in the order in which they came.
    pub participants: Vec<Participant>,
    /// Pairs of them between whom a block stands, whoever made it: they do not see each other come
    /// and go.
    pub blocks: Vec<(UserId, UserId)>,
    /// Grows with every change of members or roles.
    pub members_version: u64,
    /// The newest message.
    pub last_message: Option<Message>,
    /// The newest message's `seq`, 0 without one.
    pub last_seq: u64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed or was written to.
    pub updated_at: Timestamp,
}

impl Conversation {
    /// Its present members.
    pub fn participant_ids(&self) -> impl Iterator<Item = UserId> + '_ {
        self.participants.iter().map(|participant| participant.user.id)
    }
}

/// What is one member's own in a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Membership {
    /// As what.
    pub role: Role,
    /// The conversation's `last_seq` when the member joined: what came before is not theirs to see.
    pub joined_seq: u64,
    /// The highest `seq` read; never falls.
    pub last_read_seq: u64,
    /// Others' undeleted messages after `last_read_seq`.
    pub unread_count: u64,
    /// No push before this moment.
    pub muted_until: Option<Timestamp>,
    /// When the member pinned it.
    pub pinned_at: Option<Timestamp>,
    /// When the member put it away.
    pub archived_at: Option<Timestamp>,
    /// The member wants it shown as unread.
    pub marked_unread: bool,
}

/// A conversation with what is its reader's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnConversation {
    /// The same for every member, but for messages from before the reader joined, which are left
    /// out.
    pub conversation: Conversation,
    /// The reader's own.
    pub membership: Membership,
}

/// Marks that a reader newly made in one conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessagesRead {
    /// Where.
    pub conversation_id: ConversationId,
    /// Who read.
    pub user_id: UserId,
    /// The messages newly marked, in `seq` order, at most 1,000.
    pub message_ids: Vec<MessageId>,
    /// Who wrote them, each once.
    pub sender_ids: Vec<UserId>,
    /// When they were marked.
    pub read_at: Timestamp,
    /// The highest `seq` that this user read.
    pub last_read_seq: u64,
}

/// The news that a user was brought into a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupJoined {
    /// Which group.
    pub conversation_id: ConversationId,
    /// Its name.
    pub group_name: String,
    /// Who did it.
    pub actor: UserBrief,
}
