//! The records of calls.

use super::UserBrief;
use crate::calls::{CallAct, CallEndEvent, CallEndReason, CallSide, CallSignalKind, CallState};
use crate::clock::Timestamp;
use crate::ids::{CallId, ConversationId, SessionId, UserId};

/// One device of a user, as far as calls tell devices apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallDevice {
    /// Names it among all devices while it is connected.
    pub key: String,
    /// The sign-in through which it is known again when it comes back; `None` for a token that was
    /// made elsewhere without one.
    pub session_id: Option<SessionId>,
}

/// A call between two users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Which.
    pub id: CallId,
    /// In which conversation of the two.
    pub conversation_id: ConversationId,
    /// Who began it.
    pub caller: UserBrief,
    /// Who was called.
    pub callee: UserBrief,
    /// It was begun with a picture.
    pub has_video: bool,
    /// Where it stands.
    pub state: CallState,
    /// When it was begun.
    pub created_at: Timestamp,
    /// Until when it rings.
    pub rings_until: Timestamp,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// Why it was over.
    pub end_reason: Option<CallEndReason>,
    /// The caller's device.
    pub caller_device: CallDevice,
    /// The device that answered.
    pub callee_device: Option<CallDevice>,
}

impl Call {
    /// On which side a user is; `None` for a stranger.
    pub fn side_of(&self, user_id: UserId) -> Option<CallSide> {
        if user_id == self.caller.id {
            Some(CallSide::Caller)
        } else if user_id == self.callee.id {
            Some(CallSide::Callee)
        } else {
            None
        }
    }

    /// Who is on a side.
    pub fn party(&self, side: CallSide) -> &UserBrief {
        match side {
            CallSide::Caller => &self.caller,
            CallSide::Callee => &self.callee,
        }
    }

    /// The device that a side talks with; `None` for a callee while it rings, on every device.
    pub fn device(&self, side: CallSide) -> Option<&CallDevice> {
        match side {
            CallSide::Caller => Some(&self.caller_device),
            CallSide::Callee => self.callee_device.as_ref(),
        }
    }
}

/// Something that a party handed the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallSignal {
    /// In which call.
    pub call_id: CallId,
    /// Place among all of the call, from 1.
    pub number: u64,
    /// From whom.
    pub from: UserId,
    /// The device that it is for; `None` for all devices of the other.
    pub to_device: Option<CallDevice>,
    /// What it is.
    pub kind: CallSignalKind,
    /// The thing itself, JSON text as the client gave it.
    pub body: String,
}

/// The end of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallEnding {
    /// As it is now.
    pub call: Call,
    /// By which event it is told.
    pub event: CallEndEvent,
    /// Who did it, with what and on which device; `None` for a deadline.
    pub by: Option<CallEndedBy>,
}

/// Who ended a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallEndedBy {
    /// Who.
    pub user_id: UserId,
    /// With what.
    pub act: CallAct,
    /// On which device; `None` if it came of something else that the user did, on all.
    pub device: Option<CallDevice>,
}

/// What a device of a party lacks of a call when it connects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallCatchUp {
    /// As it is now.
    pub call: Call,
    /// The device is the one that talks, and not one of several that ring.
    pub is_bound: bool,
    /// What the other handed over, in its order.
    pub signals: Vec<CallSignal>,
    /// The last number given in the call.
    pub last_number: u64,
}
