//! The shapes of devices that are pushed to.

use schemars::JsonSchema;
use serde::Serialize;

use crate::clock::Timestamp;
use crate::ids::{CallId, ConversationId, DeviceId, MessageId};
use crate::push::{DeviceKind, PushKind, PushReason, PushState};

/// A device that is pushed to; its token is never given.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Device {
    /// Which.
    pub id: DeviceId,
    /// Through whom it is reached.
    pub kind: DeviceKind,
}

/// The key that browsers subscribe with.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VapidKey {
    /// An uncompressed point of P-256 in base64url, as `applicationServerKey` takes it.
    pub public_key: String,
}

/// What a user has set.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// When nothing is pushed.
    pub quiet_hours: Option<SetQuietHours>,
    /// The language, as a BCP 47 tag.
    pub locale: Option<String>,
}

/// From one time of day to another, over midnight if it ends before it begins.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SetQuietHours {
    /// `HH:MM`.
    pub from: String,
    /// `HH:MM`.
    pub to: String,
    /// By whose clock: an IANA name such as `Europe/Berlin`.
    pub time_zone: String,
}

/// What became of one push to one device.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PushLogEntry {
    /// Which.
    pub id: String,
    /// What it is for.
    pub kind: PushKind,
    /// To which device, which may be gone.
    pub device_id: DeviceId,
    /// Through whom.
    pub device_kind: DeviceKind,
    /// In which conversation; `null` of a test.
    pub conversation_id: Option<ConversationId>,
    /// The message, the last of those that it stands for.
    pub message_id: Option<MessageId>,
    /// The call.
    pub call_id: Option<CallId>,
    /// Messages that it stands for; 0 if it is about none.
    pub count: u64,
    /// Where it stands.
    pub state: PushState,
    /// Why it was not sent, or not yet.
    pub reason: Option<PushReason>,
    /// The same in a sentence.
    pub explanation: String,
    /// The same in the provider's words.
    pub detail: Option<String>,
    /// How often it was tried.
    pub attempts: u64,
    /// When what it is about happened.
    pub created_at: Timestamp,
    /// When that was decided.
    pub settled_at: Option<Timestamp>,
}
