//! What both engines decide alike about pushes: who is to be pushed to, and by which rows.

use salala_core::Timestamp;
use salala_core::calls::CallState;
use salala_core::ids::{ConversationId, DeviceId, MessageId, SessionId, UserId};
use salala_core::push::{DeviceKind, PushKind, PushReason, PushState};
use salala_core::records::Call;

use crate::ports::pushes::{PushLease, PushOutcome};

/// Devices to which one lease expands messages at most, so that the writes of others beside it wait a
/// few milliseconds.
pub(crate) const EXPAND_AT_ONCE: usize = 500;

/// Messages of one conversation that are expanded together.
pub(crate) const MESSAGES_AT_ONCE: usize = 1_000;

/// Unread messages are counted so far, and no further.
pub(crate) const UNREAD_MAX: usize = 100;

/// What waits is counted so far, and no further.
pub(crate) const BACKLOG_MAX: usize = 10_000;

/// How long the end of a ring waits that may still be on its way.
pub(crate) const RING_ON_ITS_WAY_MS: i64 = 2_000;

/// Characters of a provider's words that are kept.
pub(crate) const DETAIL_MAX_CHARS: usize = 300;

/// Which members of a conversation have devices, as far as a send has to know: two at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PushTo {
    /// Somebody registered, or came, since it was known.
    Unknown,
    /// Nobody.
    Nobody,
    /// This one alone.
    One(UserId),
    /// Two or more.
    Several,
}

impl PushTo {
    /// Of two of those who have devices, if there are as many.
    pub(crate) fn of(some: &[UserId]) -> Self {
        match some {
            [] => Self::Nobody,
            [one] => Self::One(*one),
            [_, _, ..] => Self::Several,
        }
    }

    /// Reads the column.
    pub(crate) fn from_column(column: Option<&[u8]>) -> Self {
        match column {
            None => Self::Unknown,
            Some([]) => Self::Nobody,
            Some(bytes) => match <[u8; 16]>::try_from(bytes) {
                Ok(bytes) => Self::One(UserId::from_bytes(bytes)),
                Err(_) => Self::Several,
            },
        }
    }

    /// Writes the column.
    pub(crate) fn to_column(self) -> Option<Vec<u8>> {
        match self {
            Self::Unknown => None,
            Self::Nobody => Some(Vec::new()),
            Self::One(user_id) => Some(user_id.as_bytes().to_vec()),
            Self::Several => Some(vec![0; 32]),
        }
    }

    /// Is there anybody but the sender?
    pub(crate) fn has_other_than(self, sender_id: UserId) -> bool {
        match self {
            Self::Unknown | Self::Several => true,
            Self::Nobody => false,
            Self::One(user_id) => user_id != sender_id,
        }
    }
}

/// A message in the outbox.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Queued {
    pub(crate) number: i64,
    pub(crate) message_id: MessageId,
    pub(crate) sender_id: UserId,
    pub(crate) seq: u64,
    pub(crate) created_at: Timestamp,
}

/// A device, as far as rows of pushes need it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Addressed {
    pub(crate) device_id: DeviceId,
    pub(crate) kind: DeviceKind,
    pub(crate) user_id: UserId,
}

/// What a push is about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct About {
    pub(crate) kind: PushKind,
    pub(crate) conversation_id: Option<ConversationId>,
    pub(crate) subject_id: [u8; 16],
    /// The first and the last message; 0 if it is about none.
    pub(crate) span: (u64, u64),
    pub(crate) created_at: Timestamp,
}

impl About {
    /// Something that happens to a call.
    pub(crate) fn call(kind: PushKind, call: &Call, created_at: Timestamp) -> Self {
        Self {
            kind,
            conversation_id: Some(call.conversation_id),
            subject_id: *call.id.as_bytes(),
            span: (0, 0),
            created_at,
        }
    }

    /// A test with this name.
    pub(crate) fn test(test: [u8; 16], now: Timestamp) -> Self {
        let (kind, span) = (PushKind::Test, (0, 0));
        Self { kind, conversation_id: None, subject_id: test, span, created_at: now }
    }
}

/// The first and the last of these messages that are news to a user.
pub(crate) fn news_for(queued: &[Queued], user_id: UserId) -> Option<(u64, Queued)> {
    let mut news = queued.iter().filter(|queued| queued.sender_id != user_id);
    let first = news.next()?;
    Some((first.seq, *news.next_back().unwrap_or(first)))
}

/// Up to where each sender has read by sending.
pub(crate) fn senders(queued: &[Queued]) -> Vec<(UserId, u64)> {
    let mut senders: Vec<(UserId, u64)> = Vec::new();
    for queued in queued {
        match senders.iter_mut().find(|(user_id, _)| *user_id == queued.sender_id) {
            Some((_, seq)) => *seq = queued.seq.max(*seq),
            None => senders.push((queued.sender_id, queued.seq)),
        }
    }
    senders
}

/// Why a call no longer rings.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RingStop {
    /// It was answered or refused, on a device of this session.
    Settled(Option<SessionId>),
    /// Nobody took it.
    Missed,
}

impl RingStop {
    /// What the end of a call is to a callee for whom it rang; `None` if it did not ring any more.
    pub(crate) fn of(was: CallState, is: CallState, session_id: Option<SessionId>) -> Option<Self> {
        if was != CallState::Ringing {
            return None;
        }
        match is {
            CallState::Rejected => Some(Self::Settled(session_id)),
            CallState::Cancelled | CallState::Missed | CallState::Failed | CallState::Ended => {
                Some(Self::Missed)
            }
            CallState::Ringing | CallState::Accepted => None,
        }
    }

    /// What a device is pushed for it, and when; nothing where nothing rings.
    pub(crate) fn push(
        self,
        ring: RingPush,
        session_id: Option<SessionId>,
        now: Timestamp,
    ) -> Option<(PushKind, i64)> {
        let due_at = match ring {
            // So that it does not come first.
            RingPush::OnItsWay => now.unix_ms() + RING_ON_ITS_WAY_MS,
            RingPush::None | RingPush::Untried | RingPush::Sent | RingPush::NotSent => {
                now.unix_ms()
            }
        };
        match (self, ring) {
            (Self::Missed, _) => Some((PushKind::MissedCall, due_at)),
            // That device was the one.
            (Self::Settled(Some(by)), _) if session_id == Some(by) => None,
            (Self::Settled(_), RingPush::OnItsWay | RingPush::Sent) => {
                Some((PushKind::RingEnd, due_at))
            }
            (Self::Settled(_), RingPush::None | RingPush::Untried | RingPush::NotSent) => None,
        }
    }
}

/// How a device's ring stands: its push with how often it was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RingPush {
    /// None was queued.
    None,
    /// No worker has taken it.
    Untried,
    /// It may be on its way.
    OnItsWay,
    /// The provider took it.
    Sent,
    /// It was not sent.
    NotSent,
}

impl RingPush {
    pub(crate) fn of(state: Option<PushState>, attempts: u64) -> Self {
        match state {
            None => Self::None,
            Some(PushState::Waiting) if attempts == 0 => Self::Untried,
            Some(PushState::Waiting) => Self::OnItsWay,
            Some(PushState::Sent) => Self::Sent,
            Some(PushState::Dropped | PushState::Failed) => Self::NotSent,
        }
    }
}

/// Up to when a message was sent that is to be pushed now.
pub(crate) fn waited_since(lease: PushLease) -> i64 {
    let wait_ms = i64::try_from(lease.wait.as_millis()).unwrap_or(i64::MAX);
    lease.now.unix_ms().saturating_sub(wait_ms)
}

/// What became of a push, as its row tells it.
pub(crate) struct OutcomeColumns {
    pub(crate) state: PushState,
    pub(crate) reason: Option<PushReason>,
    pub(crate) detail: Option<String>,
    /// Present while it waits.
    pub(crate) due_at: Option<i64>,
}

/// An outcome as its columns.
pub(crate) fn columns_of(outcome: &PushOutcome) -> OutcomeColumns {
    let settled = |state, reason, detail| OutcomeColumns { state, reason, detail, due_at: None };
    match outcome {
        PushOutcome::Sent => settled(PushState::Sent, None, None),
        PushOutcome::Dropped(reason) => settled(PushState::Dropped, Some(*reason), None),
        PushOutcome::Unregistered => {
            settled(PushState::Dropped, Some(PushReason::Unregistered), None)
        }
        PushOutcome::Failed(reason, words) => {
            settled(PushState::Failed, Some(*reason), Some(detail(words)))
        }
        PushOutcome::Later { at, reason, detail: words } => OutcomeColumns {
            state: PushState::Waiting,
            reason: Some(*reason),
            detail: words.as_deref().map(detail),
            due_at: Some(at.unix_ms()),
        },
    }
}

/// A provider's words, as many as are kept.
fn detail(words: &str) -> String {
    words.chars().filter(|char| !char.is_control()).take(DETAIL_MAX_CHARS).collect()
}
