//! The port for what is pushed: the outbox, who works it off, and what became of each push.

use std::time::Duration;

use salala_core::Timestamp;
use salala_core::ids::{DeviceId, UserId};
use salala_core::push::PushReason;
use salala_core::records::{LeasedPush, PushLogEntry};

use crate::Pending;

/// What a worker asks for.
#[derive(Clone, Copy, Debug)]
pub struct PushLease {
    /// The present moment.
    pub now: Timestamp,
    /// How long messages wait before they are pushed.
    pub wait: Duration,
    /// Until when what is given is this worker's alone.
    pub until: Timestamp,
    /// Pushes at most.
    pub limit: usize,
}

/// What became of a push that was leased.
#[derive(Clone, Debug)]
pub struct SettledPush {
    /// Which.
    pub number: u64,
    /// To which device.
    pub device_id: DeviceId,
    /// What became of it.
    pub outcome: PushOutcome,
}

/// What became of a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PushOutcome {
    /// The provider took it.
    Sent,
    /// It was not to be sent.
    Dropped(PushReason),
    /// The provider does not know the device any more, so it is removed.
    Unregistered,
    /// It cannot be sent, and is not tried again.
    Failed(PushReason, String),
    /// It is looked at again.
    Later {
        /// When.
        at: Timestamp,
        /// Why.
        reason: PushReason,
        /// The same in the provider's words.
        detail: Option<String>,
    },
}

/// How much waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PushBacklog {
    /// Messages that are not expanded to devices yet, counted up to 10,000.
    pub messages: u64,
    /// Pushes to devices, counted up to 10,000.
    pub pushes: u64,
    /// When the oldest of what waits happened.
    pub oldest: Option<Timestamp>,
}

/// Pushes.
///
/// A message with somebody to push to is noted by [`crate::Messages::send_message`], a call by
/// [`crate::Calls`], a reading by [`crate::Reads`], each in its own transaction. A worker leases what is
/// due, decides, sends, and settles. What is leased and not settled is leased again once the lease is
/// over: so a push is lost by no end of a process, and repeated only by one between the provider's
/// answer and the settling.
pub trait Pushes {
    /// Expands what waits to devices, one push at most for each device and message, and gives what is
    /// due, to no other worker before `until`. Messages of one conversation that wait for one device
    /// make one push.
    fn lease_pushes(&self, lease: PushLease) -> Pending<Vec<LeasedPush>>;

    /// Notes what became of pushes. A device that now shows a message is told when that is read; if it
    /// was read meanwhile, at once.
    fn settle_pushes(&self, settled: Vec<SettledPush>, now: Timestamp) -> Pending<()>;

    /// Makes all that is leased due again, as when the only process that could hold a lease ended;
    /// gives how much.
    fn release_pushes(&self, now: Timestamp) -> Pending<u64>;

    /// Queues a test to each device of a user, named by these 16 bytes; gives how many.
    fn queue_test_push(&self, user_id: UserId, test: [u8; 16], now: Timestamp) -> Pending<u64>;

    /// What became of pushes to a user, newest first.
    fn push_log(
        &self,
        user_id: UserId,
        before: Option<u64>,
        limit: usize,
    ) -> Pending<Vec<PushLogEntry>>;

    /// How much waits.
    fn push_backlog(&self) -> Pending<PushBacklog>;

    /// Forgets what became of pushes before `before`, at most `limit` of them; gives how many.
    fn forget_pushes(&self, before: Timestamp, limit: usize) -> Pending<u64>;

    /// The key that this installation signs to browsers' push services with: the one that is kept, else
    /// `candidate`, which is kept from then on.
    fn push_key(&self, candidate: Vec<u8>) -> Pending<Vec<u8>>;
}
