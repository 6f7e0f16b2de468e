//! The shapes of calls.

use schemars::JsonSchema;
use serde::Serialize;

use super::UserSummary;
use crate::calls::CallState;
use crate::clock::Timestamp;
use crate::ids::{CallId, ConversationId, UserId};

/// Why a call in a history is over.
const REASONS: [Option<&str>; 6] = [
    Some("rejected"),
    Some("cancelled"),
    Some("missed"),
    Some("connection_lost"),
    Some("ended"),
    None,
];

/// A server that helps two browsers to find each other, as `RTCPeerConnection` takes it.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct IceServer {
    /// Where it is reached.
    pub urls: Vec<String>,
    /// Of a relay: the name to give it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Of a relay: the password to give it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
}

/// The answer to `GET /calls/ice-servers`.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IceServers {
    /// The servers.
    pub ice_servers: Vec<IceServer>,
    /// For how many seconds their credentials are good.
    pub ttl: u64,
}

/// The ack of `call:initiate`.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CallStarted {
    /// Always `true`.
    #[schemars(extend("const" = true))]
    pub success: bool,
    /// Which call.
    pub call_id: CallId,
    /// For the connection.
    pub ice_servers: Vec<IceServer>,
    /// The callee is connected on some device, as far as the caller may know.
    pub callee_online: bool,
}

/// A call in its party's history.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Call {
    /// Which.
    pub id: CallId,
    /// In which conversation.
    pub conversation_id: ConversationId,
    /// Who called.
    pub caller_id: UserId,
    /// Who was called.
    pub callee_id: UserId,
    /// The other party.
    pub peer: UserSummary,
    /// Who called whom.
    #[schemars(extend("enum" = ["outgoing", "incoming"]))]
    pub direction: &'static str,
    /// With a picture.
    pub has_video: bool,
    /// Where it stands.
    #[schemars(extend("enum" = CallState::ALL.map(CallState::as_str)))]
    pub state: &'static str,
    /// It rang for this user, who neither answered nor rejected it.
    pub missed: bool,
    /// Why it was over; `null` while it is not.
    #[schemars(extend("enum" = REASONS))]
    pub reason: Option<&'static str>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// From the answer to the end, in milliseconds; `null` before.
    pub duration_ms: Option<u64>,
}
