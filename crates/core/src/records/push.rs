//! The records of devices, of what is pushed to them, and of what a user wants of that.

use std::fmt;

use super::{Call, UserBrief};
use crate::clock::Timestamp;
use crate::ids::{ConversationId, DeviceId, MessageId, SessionId, UserId};
use crate::push::{DeviceKind, PushKind, PushReason, PushState};
use crate::quiet_hours::QuietHours;

/// A device that is pushed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Device {
    /// Which.
    pub id: DeviceId,
    /// The sign-in that it leaves with; `None` for a token that was made elsewhere without one.
    pub session_id: Option<SessionId>,
    /// How it is reached.
    pub target: PushTarget,
}

/// How a device is reached. Whoever has it can write to the device, so it is never shown.
#[derive(Clone, PartialEq, Eq)]
pub enum PushTarget {
    /// By Firebase Cloud Messaging.
    Fcm {
        /// The registration token.
        token: String,
    },
    /// By a browser's push service (RFC 8030).
    WebPush {
        /// The URL that messages are posted to.
        endpoint: String,
        /// The browser's public key, 65 bytes (RFC 8291).
        public_key: Vec<u8>,
        /// The secret that it shares, 16 bytes.
        auth_secret: Vec<u8>,
    },
}

impl PushTarget {
    /// Through whom.
    pub fn kind(&self) -> DeviceKind {
        match self {
            Self::Fcm { .. } => DeviceKind::Fcm,
            Self::WebPush { .. } => DeviceKind::WebPush,
        }
    }

    /// The token or the endpoint.
    pub fn address(&self) -> &str {
        match self {
            Self::Fcm { token } => token,
            Self::WebPush { endpoint, .. } => endpoint,
        }
    }
}

impl fmt::Debug for PushTarget {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}(…)", self.kind().as_str())
    }
}

/// A push that was given to one worker for a while, with all that is to be known to decide.
#[derive(Clone, Debug)]
pub struct LeasedPush {
    /// Names it.
    pub number: u64,
    /// How often it was given to a worker, this time included.
    pub attempts: u64,
    /// What it is for.
    pub kind: PushKind,
    /// To which device.
    pub device_id: DeviceId,
    /// The device; `None` if it was taken out meanwhile.
    pub device: Option<Device>,
    /// The device's session has ended.
    pub is_signed_out: bool,
    /// Whose.
    pub user_id: UserId,
    /// When what it is about happened.
    pub created_at: Timestamp,
    /// What it is about.
    pub about: PushAbout,
    /// When the user is not to be disturbed.
    pub quiet_hours: Option<QuietHours>,
}

/// What a push is about.
#[derive(Clone, Debug)]
pub enum PushAbout {
    /// A message, the last one of those that the push stands for.
    Message(Box<PushedMessage>),
    /// A conversation that was read.
    Conversation(ConversationId),
    /// A call.
    Call(Box<Call>),
    /// Nothing but the push itself.
    Test,
    /// Something that is there no more.
    Gone,
}

/// A message as one member is told of it by push.
#[derive(Clone, Debug)]
pub struct PushedMessage {
    /// Which.
    pub id: MessageId,
    /// Where.
    pub conversation_id: ConversationId,
    /// Place in the conversation.
    pub seq: u64,
    /// Who wrote it.
    pub sender: UserBrief,
    /// The text.
    pub content: Option<String>,
    /// A file.
    pub file_url: Option<String>,
    /// It was emptied.
    pub is_deleted: bool,
    /// The conversation is a group.
    pub is_group: bool,
    /// The group's name.
    pub group_name: Option<String>,
    /// The user is a member who may see it.
    pub is_visible: bool,
    /// The highest `seq` that the user read.
    pub last_read_seq: u64,
    /// No push before this moment.
    pub muted_until: Option<Timestamp>,
    /// Others' undeleted messages that the user has not read, counted up to 100.
    pub unread_count: u64,
}

/// What became of a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushLogEntry {
    /// Names it.
    pub number: u64,
    /// To which device, which may be gone.
    pub device_id: DeviceId,
    /// Through whom.
    pub device_kind: DeviceKind,
    /// What it is for.
    pub kind: PushKind,
    /// In which conversation; `None` of a test.
    pub conversation_id: Option<ConversationId>,
    /// The message or the call that it is about.
    pub subject_id: [u8; 16],
    /// Messages in a row that it stands for; 0 if it is about none.
    pub messages: u64,
    /// Where it stands.
    pub state: PushState,
    /// Why it was not sent, or not yet.
    pub reason: Option<PushReason>,
    /// The same in the provider's words.
    pub detail: Option<String>,
    /// How often it was tried.
    pub attempts: u64,
    /// When what it is about happened.
    pub created_at: Timestamp,
    /// When that was decided.
    pub settled_at: Option<Timestamp>,
}

/// What a user has set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserSettings {
    /// When not to be disturbed.
    pub quiet_hours: Option<QuietHours>,
    /// The language, as a BCP 47 tag.
    pub locale: Option<String>,
}
