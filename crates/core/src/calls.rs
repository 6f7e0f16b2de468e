//! Where a call stands, and what can happen to it there: pure functions, asked inside the store's
//! transactions.

use std::time::Duration;

/// How long a call rings before it is missed.
pub const RINGS_FOR: Duration = Duration::from_secs(30);

/// How long a party whose device is gone has to come back.
pub const RETURN_WITHIN: Duration = Duration::from_secs(15);

/// Where a call stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallState {
    /// The callee's devices ring.
    Ringing,
    /// The two talk.
    Accepted,
    /// The callee did not want it.
    Rejected,
    /// The caller took it back.
    Cancelled,
    /// Nobody answered in time.
    Missed,
    /// It rang, and one of the two was lost meanwhile.
    Failed,
    /// It was answered, and is over.
    Ended,
}

/// One of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallSide {
    /// Who began it.
    Caller,
    /// Who was called.
    Callee,
}

/// What can happen to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallMove {
    /// A device of the callee answered.
    Answer,
    /// One of the two wants no more of it.
    HangUp(CallSide),
    /// It rang as long as calls do.
    RingOut,
    /// A device did not come back in time.
    Lose(CallSide),
}

/// Why a call is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallEndReason {
    /// The callee did not want it.
    Rejected,
    /// The caller took it back while it rang.
    Cancelled,
    /// Nobody answered in time.
    Missed,
    /// One of the two did not come back in time.
    ConnectionLost,
    /// One of the two hung up.
    Ended,
}

/// With what a party ends a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallAct {
    /// `call:reject`
    Reject,
    /// `call:cancel`
    Cancel,
    /// `call:end`
    End,
}

/// By which event the end of a call is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallEndEvent {
    /// `call:rejected`, once.
    Rejected,
    /// `call:cancelled`, once.
    Cancelled,
    /// `call:ended`, which is durable.
    Ended,
}

/// What a party hands the other on the way to a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallSignalKind {
    /// `call:offer`
    Offer,
    /// `call:answer`
    Answer,
    /// `call:ice-candidate`
    Candidate,
}

impl CallState {
    /// All states.
    pub const ALL: [Self; 7] = [
        Self::Ringing,
        Self::Accepted,
        Self::Rejected,
        Self::Cancelled,
        Self::Missed,
        Self::Failed,
        Self::Ended,
    ];

    /// Where a call stands after this; `None` if it cannot happen where it stands now.
    pub fn after(self, happened: CallMove) -> Option<Self> {
        match (self, happened) {
            (Self::Ringing, CallMove::Answer) => Some(Self::Accepted),
            (Self::Ringing, CallMove::HangUp(CallSide::Caller)) => Some(Self::Cancelled),
            (Self::Ringing, CallMove::HangUp(CallSide::Callee)) => Some(Self::Rejected),
            (Self::Ringing, CallMove::RingOut) => Some(Self::Missed),
            (Self::Ringing, CallMove::Lose(_)) => Some(Self::Failed),
            (Self::Accepted, CallMove::HangUp(_) | CallMove::Lose(_)) => Some(Self::Ended),
            (Self::Accepted, CallMove::Answer | CallMove::RingOut)
            | (
                Self::Rejected | Self::Cancelled | Self::Missed | Self::Failed | Self::Ended,
                CallMove::Answer | CallMove::HangUp(_) | CallMove::RingOut | CallMove::Lose(_),
            ) => None,
        }
    }

    /// It rings or is talked in: the two have no other call with each other.
    pub fn is_live(self) -> bool {
        matches!(self, Self::Ringing | Self::Accepted)
    }

    /// It rang for the callee, who did not speak with the caller and did not choose so.
    pub fn is_missed_by_callee(self) -> bool {
        matches!(self, Self::Missed | Self::Cancelled | Self::Failed)
    }

    /// The word for it on the wire and in stores.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ringing => "ringing",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Cancelled => "cancelled",
            Self::Missed => "missed",
            Self::Failed => "failed",
            Self::Ended => "ended",
        }
    }

    /// The state that a word names.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

impl CallSide {
    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Caller => Self::Callee,
            Self::Callee => Self::Caller,
        }
    }

    /// The word for it in stores.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Callee => "callee",
        }
    }
}

impl CallMove {
    /// Why a call is over that this has ended in `state`; `None` while it goes on.
    pub fn end_reason(self, state: CallState) -> Option<CallEndReason> {
        match (self, state) {
            (_, CallState::Ringing | CallState::Accepted) => None,
            (Self::Lose(_), _) | (_, CallState::Failed) => Some(CallEndReason::ConnectionLost),
            (_, CallState::Rejected) => Some(CallEndReason::Rejected),
            (_, CallState::Cancelled) => Some(CallEndReason::Cancelled),
            (_, CallState::Missed) => Some(CallEndReason::Missed),
            (_, CallState::Ended) => Some(CallEndReason::Ended),
        }
    }
}

impl CallEndReason {
    /// All reasons.
    pub const ALL: [Self; 5] =
        [Self::Rejected, Self::Cancelled, Self::Missed, Self::ConnectionLost, Self::Ended];

    /// The word for it on the wire and in stores.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rejected => "rejected",
            Self::Cancelled => "cancelled",
            Self::Missed => "missed",
            Self::ConnectionLost => "connection_lost",
            Self::Ended => "ended",
        }
    }

    /// The reason that a word names.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == word)
    }
}

impl CallEndEvent {
    /// The event for a call that is over in `state`, by a party's act or by a deadline.
    ///
    /// `call:end` is told as the end of a call wherever that stands; what else a party does is told
    /// by what came of it, so a `call:cancel` that crossed an answer on its way is an end too.
    pub fn of(state: CallState, act: Option<CallAct>) -> Self {
        if act == Some(CallAct::End) {
            return Self::Ended;
        }
        match state {
            CallState::Rejected => Self::Rejected,
            CallState::Cancelled | CallState::Failed => Self::Cancelled,
            CallState::Ringing | CallState::Accepted | CallState::Missed | CallState::Ended => {
                Self::Ended
            }
        }
    }
}

impl CallSignalKind {
    /// The word for it in stores.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Offer => "offer",
            Self::Answer => "answer",
            Self::Candidate => "candidate",
        }
    }

    /// The kind that a word names.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Offer, Self::Answer, Self::Candidate].into_iter().find(|kind| kind.as_str() == word)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn moves() -> impl Strategy<Value = CallMove> {
        prop_oneof![
            Just(CallMove::Answer),
            Just(CallMove::HangUp(CallSide::Caller)),
            Just(CallMove::HangUp(CallSide::Callee)),
            Just(CallMove::RingOut),
            Just(CallMove::Lose(CallSide::Caller)),
            Just(CallMove::Lose(CallSide::Callee)),
        ]
    }

    proptest! {
        #[test]
        fn a_call_is_answered_once_and_over_once(story in prop::collection::vec(moves(), 0..20)) {
            let mut state = CallState::Ringing;
            let (mut answers, mut ends) = (0, 0);
            for happened in story {
                let Some(next) = state.after(happened) else { continue };
                prop_assert!(state.is_live(), "nothing happens to a call that is over");
                answers += usize::from(next == CallState::Accepted);
                ends += usize::from(!next.is_live());
                prop_assert_eq!(happened.end_reason(next).is_some(), !next.is_live());
                prop_assert_eq!(
                    next == CallState::Ended,
                    state == CallState::Accepted,
                    "only what was answered has ended, and it ends in no other way"
                );
                state = next;
            }
            prop_assert!(answers <= 1 && ends <= 1);
            prop_assert_eq!(ends == 1, !state.is_live());
        }
    }

    #[test]
    fn either_party_ends_a_call_wherever_it_stands() {
        for state in [CallState::Ringing, CallState::Accepted] {
            for side in [CallSide::Caller, CallSide::Callee] {
                for happened in [CallMove::HangUp(side), CallMove::Lose(side)] {
                    assert!(!state.after(happened).unwrap().is_live());
                }
            }
        }
    }

    #[test]
    fn every_word_is_read_back() {
        for state in CallState::ALL {
            assert_eq!(CallState::parse(state.as_str()), Some(state));
        }
        for reason in CallEndReason::ALL {
            assert_eq!(CallEndReason::parse(reason.as_str()), Some(reason));
        }
        assert_eq!(CallState::parse("talking"), None);
        assert_eq!(CallSignalKind::parse("offer"), Some(CallSignalKind::Offer));
    }

    #[test]
    fn an_end_is_told_by_what_came_of_it() {
        use CallEndEvent::{Cancelled, Ended, Rejected};
        for (state, act, event) in [
            (CallState::Rejected, Some(CallAct::Reject), Rejected),
            (CallState::Cancelled, Some(CallAct::Cancel), Cancelled),
            (CallState::Cancelled, Some(CallAct::End), Ended),
            (CallState::Ended, Some(CallAct::Cancel), Ended),
            (CallState::Failed, None, Cancelled),
            (CallState::Missed, None, Ended),
            (CallState::Ended, None, Ended),
        ] {
            assert_eq!(CallEndEvent::of(state, act), event, "{state:?} {act:?}");
        }
    }
}
