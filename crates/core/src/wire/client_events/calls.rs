//! What a client asks of calls.

use schemars::JsonSchema;

use crate::limits;
use crate::wire::fields::{Decode, Fields};

/// Whom to call, and how.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub struct CallInitiate {
    /// A conversation of the two.
    pub conversation_id: String,
    /// Who is called.
    pub callee_id: String,
    /// With a picture; false where it is left out.
    pub has_video: bool,
}

impl Decode for CallInitiate {
    fn decode(fields: &mut Fields) -> Option<Self> {
        let conversation_id = fields.id("conversationId");
        let callee_id = fields.id("calleeId");
        let has_video = fields.optional_bool("hasVideo").unwrap_or(false);
        Some(Self { conversation_id: conversation_id?, callee_id: callee_id?, has_video })
    }
}

/// A call with somebody.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub struct CallRef {
    /// The other party.
    pub to: String,
    /// Which call; the one under way between the two where it is left out.
    pub call_id: Option<String>,
}

impl Decode for CallRef {
    fn decode(fields: &mut Fields) -> Option<Self> {
        let to = fields.id("to");
        let call_id = fields.optional_id("callId");
        Some(Self { to: to?, call_id })
    }
}

/// An offer for the other party of a call.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub struct SendOffer {
    /// For whom, and in which call.
    #[schemars(flatten)]
    pub call: CallRef,
    /// The offer: JSON text of whatever value the client gave.
    pub offer: String,
}

impl Decode for SendOffer {
    fn decode(fields: &mut Fields) -> Option<Self> {
        let call = CallRef::decode(fields);
        let offer = fields.json("offer", limits::CALL_DESCRIPTION_MAX_BYTES, false);
        Some(Self { call: call?, offer: offer? })
    }
}

/// An answer for the other party of a call.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub struct SendAnswer {
    /// For whom, and in which call.
    #[schemars(flatten)]
    pub call: CallRef,
    /// The answer: JSON text of whatever value the client gave.
    pub answer: String,
}

impl Decode for SendAnswer {
    fn decode(fields: &mut Fields) -> Option<Self> {
        let call = CallRef::decode(fields);
        let answer = fields.json("answer", limits::CALL_DESCRIPTION_MAX_BYTES, false);
        Some(Self { call: call?, answer: answer? })
    }
}

/// A way to reach the sender, for the other party of a call.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub struct SendIceCandidate {
    /// For whom, and in which call.
    #[schemars(flatten)]
    pub call: CallRef,
    /// The candidate: JSON text of whatever value the client gave.
    pub candidate: String,
}

impl Decode for SendIceCandidate {
    fn decode(fields: &mut Fields) -> Option<Self> {
        let call = CallRef::decode(fields);
        // A `null` candidate is how browsers say that there are no more.
        let candidate = fields.json("candidate", limits::CALL_CANDIDATE_MAX_BYTES, true);
        Some(Self { call: call?, candidate: candidate? })
    }
}
