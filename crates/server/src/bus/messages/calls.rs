//! Calls between nodes: what has no row in the log.

use salala_core::calls::{CallAct, CallEndEvent, CallEndReason, CallSignalKind, CallState};
use salala_core::records::{Call, CallDevice, CallEndedBy, CallEnding, CallSignal, UserBrief};
use salala_core::{CallId, ConversationId, SessionId, Timestamp, UserId};
use salala_store::log::Event;
use serde::{Deserialize, Serialize};

/// What happened in a call.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum CallNews {
    /// It rings.
    Ringing(Box<BusCall>),
    /// A party handed the other something.
    Signalled(BusSignal),
    /// A device answered it.
    Answered(Box<BusCall>),
    /// It is over, without an event that is durable.
    Ended(Box<BusEnding>),
}

/// A call.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BusCall {
    id: CallId,
    conversation_id: ConversationId,
    caller: BusUser,
    callee: BusUser,
    has_video: bool,
    state: String,
    created_at_ms: i64,
    rings_until_ms: i64,
    answered_at_ms: Option<i64>,
    ended_at_ms: Option<i64>,
    end_reason: Option<String>,
    caller_device: BusDevice,
    callee_device: Option<BusDevice>,
}

/// What one party handed the other.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BusSignal {
    call_id: CallId,
    number: u64,
    from: UserId,
    to_device: Option<BusDevice>,
    signal: String,
    body: String,
}

/// The end of a call.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BusEnding {
    call: BusCall,
    /// Told as a rejection, or else as a cancellation.
    is_rejected: bool,
    by: Option<BusEndedBy>,
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct BusUser {
    id: UserId,
    username: String,
    display_name: Option<String>,
    avatar: Option<String>,
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct BusDevice {
    key: String,
    session_id: Option<SessionId>,
}

#[derive(Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct BusEndedBy {
    user_id: UserId,
    act: BusAct,
    device: Option<BusDevice>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
enum BusAct {
    Reject,
    Cancel,
    End,
}

impl CallNews {
    /// What of a committed event other nodes are to be told; `None` for what is in the log.
    pub fn of(event: &Event) -> Option<Self> {
        if event.is_durable() {
            return None;
        }
        match event {
            Event::CallRinging(call) => Some(Self::Ringing(Box::new(BusCall::of(call)))),
            Event::CallAnswered(call) => Some(Self::Answered(Box::new(BusCall::of(call)))),
            Event::CallSignalled(signal) => Some(Self::Signalled(BusSignal::of(signal))),
            Event::CallEnded(ending) => Some(Self::Ended(Box::new(BusEnding::of(ending)))),
            Event::MessageCreated(_)
            | Event::MessageUpdated(_)
            | Event::MessageDeleted(_)
            | Event::ReactionAdded(_)
            | Event::ReactionRemoved(_)
            | Event::MessagesRead(_)
            | Event::ConversationUpdated { .. }
            | Event::FriendRequestCreated(_)
            | Event::FriendRequestUpdated(_)
            | Event::GroupJoined(_)
            | Event::BlockChanged { .. }
            | Event::UserErased(_) => None,
        }
    }

    /// The event again; `None` for words that this node does not know.
    pub fn into_event(self) -> Option<Event> {
        Some(match self {
            Self::Ringing(call) => Event::CallRinging(Box::new(call.into_record()?)),
            Self::Answered(call) => Event::CallAnswered(Box::new(call.into_record()?)),
            Self::Signalled(signal) => Event::CallSignalled(Box::new(signal.into_record()?)),
            Self::Ended(ending) => Event::CallEnded(Box::new(ending.into_record()?)),
        })
    }
}

impl BusCall {
    fn of(call: &Call) -> Self {
        Self {
            id: call.id,
            conversation_id: call.conversation_id,
            caller: BusUser::of(&call.caller),
            callee: BusUser::of(&call.callee),
            has_video: call.has_video,
            state: call.state.as_str().to_owned(),
            created_at_ms: call.created_at.unix_ms(),
            rings_until_ms: call.rings_until.unix_ms(),
            answered_at_ms: call.answered_at.map(Timestamp::unix_ms),
            ended_at_ms: call.ended_at.map(Timestamp::unix_ms),
            end_reason: call.end_reason.map(|reason| reason.as_str().to_owned()),
            caller_device: BusDevice::of(&call.caller_device),
            callee_device: call.callee_device.as_ref().map(BusDevice::of),
        }
    }

    fn into_record(self) -> Option<Call> {
        let end_reason = match self.end_reason {
            Some(word) => Some(CallEndReason::parse(&word)?),
            None => None,
        };
        Some(Call {
            id: self.id,
            conversation_id: self.conversation_id,
            caller: self.caller.into_record(),
            callee: self.callee.into_record(),
            has_video: self.has_video,
            state: CallState::parse(&self.state)?,
            created_at: Timestamp::from_unix_ms(self.created_at_ms),
            rings_until: Timestamp::from_unix_ms(self.rings_until_ms),
            answered_at: self.answered_at_ms.map(Timestamp::from_unix_ms),
            ended_at: self.ended_at_ms.map(Timestamp::from_unix_ms),
            end_reason,
            caller_device: self.caller_device.into_record(),
            callee_device: self.callee_device.map(BusDevice::into_record),
        })
    }
}

impl BusSignal {
    fn of(signal: &CallSignal) -> Self {
        Self {
            call_id: signal.call_id,
            number: signal.number,
            from: signal.from,
            to_device: signal.to_device.as_ref().map(BusDevice::of),
            signal: signal.kind.as_str().to_owned(),
            body: signal.body.clone(),
        }
    }

    fn into_record(self) -> Option<CallSignal> {
        Some(CallSignal {
            call_id: self.call_id,
            number: self.number,
            from: self.from,
            to_device: self.to_device.map(BusDevice::into_record),
            kind: CallSignalKind::parse(&self.signal)?,
            body: self.body,
        })
    }
}

impl BusEnding {
    fn of(ending: &CallEnding) -> Self {
        let by = ending.by.as_ref().map(|by| BusEndedBy {
            user_id: by.user_id,
            act: match by.act {
                CallAct::Reject => BusAct::Reject,
                CallAct::Cancel => BusAct::Cancel,
                CallAct::End => BusAct::End,
            },
            device: by.device.as_ref().map(BusDevice::of),
        });
        let is_rejected = ending.event == CallEndEvent::Rejected;
        Self { call: BusCall::of(&ending.call), is_rejected, by }
    }

    fn into_record(self) -> Option<CallEnding> {
        let by = self.by.map(|by| CallEndedBy {
            user_id: by.user_id,
            act: match by.act {
                BusAct::Reject => CallAct::Reject,
                BusAct::Cancel => CallAct::Cancel,
                BusAct::End => CallAct::End,
            },
            device: by.device.map(BusDevice::into_record),
        });
        let event = if self.is_rejected { CallEndEvent::Rejected } else { CallEndEvent::Cancelled };
        Some(CallEnding { call: self.call.into_record()?, event, by })
    }
}

impl BusUser {
    fn of(user: &UserBrief) -> Self {
        Self {
            id: user.id,
            username: user.username.clone(),
            display_name: user.display_name.clone(),
            avatar: user.avatar.clone(),
        }
    }

    fn into_record(self) -> UserBrief {
        UserBrief {
            id: self.id,
            username: self.username,
            display_name: self.display_name,
            avatar: self.avatar,
            // No event of a call shows it.
            last_seen_at: None,
        }
    }
}

impl BusDevice {
    fn of(device: &CallDevice) -> Self {
        Self { key: device.key.clone(), session_id: device.session_id }
    }

    fn into_record(self) -> CallDevice {
        CallDevice { key: self.key, session_id: self.session_id }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call() -> Call {
        let user = |number| UserBrief {
            id: UserId::from_bytes([number; 16]),
            username: "ann".to_owned(),
            display_name: None,
            avatar: Some("/a.png".to_owned()),
            last_seen_at: None,
        };
        let device =
            CallDevice { key: "key".to_owned(), session_id: Some(SessionId::from_bytes([9; 16])) };
        Call {
            id: CallId::from_bytes([3; 16]),
            conversation_id: ConversationId::from_bytes([4; 16]),
            caller: user(1),
            callee: user(2),
            has_video: true,
            state: CallState::Rejected,
            created_at: Timestamp::from_unix_ms(1),
            rings_until: Timestamp::from_unix_ms(2),
            answered_at: None,
            ended_at: Some(Timestamp::from_unix_ms(3)),
            end_reason: CallEndReason::parse("rejected"),
            caller_device: device.clone(),
            callee_device: Some(device),
        }
    }

    #[test]
    fn every_kind_of_news_comes_out_as_it_went_in() {
        let by = CallEndedBy {
            user_id: UserId::from_bytes([2; 16]),
            act: CallAct::Reject,
            device: Some(call().caller_device),
        };
        let signal = CallSignal {
            call_id: CallId::from_bytes([3; 16]),
            number: 7,
            from: UserId::from_bytes([1; 16]),
            to_device: None,
            kind: CallSignalKind::Offer,
            body: "{}".to_owned(),
        };
        let ending = CallEnding { call: call(), event: CallEndEvent::Rejected, by: Some(by) };
        for event in [
            Event::CallRinging(Box::new(call())),
            Event::CallAnswered(Box::new(call())),
            Event::CallSignalled(Box::new(signal)),
            Event::CallEnded(Box::new(ending)),
        ] {
            let text = serde_json::to_string(&CallNews::of(&event).unwrap()).unwrap();
            let news: CallNews = serde_json::from_str(&text).unwrap();
            assert_eq!(format!("{:?}", news.into_event().unwrap()), format!("{event:?}"));
        }
    }
}
