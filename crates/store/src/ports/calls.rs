//! The port for calls: their record, its deadlines, and what the two hand each other meanwhile.

use salala_core::Timestamp;
use salala_core::calls::{CallAct, CallSignalKind};
use salala_core::ids::{CallId, ConversationId, UserId};
use salala_core::records::{Call, CallCatchUp, CallDevice};

use crate::{Conflict, Pending, StoreError};

/// A call to be made.
#[derive(Clone, Debug)]
pub struct NewCall {
    /// The id that it gets.
    pub id: CallId,
    /// A conversation of the two.
    pub conversation_id: ConversationId,
    /// Who calls, on which device.
    pub caller: CallParty,
    /// Who is called.
    pub callee_id: UserId,
    /// With a picture.
    pub has_video: bool,
    /// When.
    pub created_at: Timestamp,
}

/// Somebody on one of their devices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallParty {
    /// Who.
    pub user_id: UserId,
    /// On which device.
    pub device: CallDevice,
}

/// The other party, and which call with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallWith {
    /// The other party.
    pub user_id: UserId,
    /// Which call; the one under way between the two if it is not named.
    pub call_id: Option<CallId>,
}

/// A place in a user's list of calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallCursor {
    /// `created_at` of the last row given.
    pub created_at: Timestamp,
    /// That row.
    pub id: CallId,
}

/// Calls between two users.
///
/// Between two users there is one call under way at most, however many ask at once, and of several
/// devices that answer it one gets it. While it rings it is for every device of the callee; from the
/// answer on it is between two devices. Where a call can go from where it stands says
/// [`salala_core::calls::CallState::after`].
///
/// What happens is told by [`crate::log::Event::CallRinging`] (to the callee),
/// [`crate::log::Event::CallSignalled`] (to the other party), [`crate::log::Event::CallAnswered`] (to
/// the callee) and [`crate::log::Event::CallEnded`] (to both).
pub trait Calls {
    /// Begins a call; and whether it was a repeat: the same caller's call that is under way is given
    /// as it is, and nothing is told.
    ///
    /// # Errors
    /// `NotFound` and `Forbidden` unless both are members of the conversation; `Forbidden` for oneself
    /// and under a block; [`crate::Conflict::CallUnderWay`] if the other one has called,
    /// [`crate::Conflict::TooManyCalls`].
    fn start_call(&self, call: NewCall) -> Pending<(Call, bool)>;

    /// Hands something over, and keeps it until the call is over: of offers and answers the last one,
    /// of candidates the last ones. The callee's first answer answers the call on that device.
    ///
    /// # Errors
    /// `Forbidden` without such a call under way between the two;
    /// [`crate::Conflict::CallElsewhere`] from a device that the call is not on,
    /// [`crate::Conflict::CallNotAnswered`] for an answer of the caller before.
    fn signal_call(
        &self,
        from: CallParty,
        with: CallWith,
        kind: CallSignalKind,
        body: String,
        now: Timestamp,
    ) -> Pending<()>;

    /// Ends a call, and erases what it kept. If it is over already nothing happens.
    ///
    /// # Errors
    /// `Forbidden` if the two never had such a call; [`crate::Conflict::CallElsewhere`] from a device
    /// that an answered call is not on, unless the one that it is on is gone.
    fn end_call(&self, by: CallParty, with: CallWith, act: CallAct, now: Timestamp) -> Pending<()>;

    /// Notes that a device is gone: its calls end unless it is back in time. So does one that rings
    /// for the user, if it was the last device.
    fn leave_calls(&self, party: CallParty, is_last: bool, now: Timestamp) -> Pending<()>;

    /// The same of a user of whom no device is left, as when the process that had them died.
    fn leave_calls_of(&self, user_id: UserId, now: Timestamp) -> Pending<()>;

    /// Those for whom a call rings, at most `limit`, the ones first for whom it rings longest.
    fn users_rung(&self, now: Timestamp, limit: usize) -> Pending<Vec<UserId>>;

    /// Notes that a device is there, and gives what it lacks of each call that rings for it or that it
    /// is on. It takes the place of a device of the same sign-in that is not one of `live_keys`.
    fn return_to_calls(
        &self,
        party: CallParty,
        live_keys: Vec<String>,
        now: Timestamp,
    ) -> Pending<Vec<CallCatchUp>>;

    /// Notes that every device is gone, as when the only process that had them ended; gives how many
    /// calls are under way.
    fn leave_all_calls(&self, now: Timestamp) -> Pending<u64>;

    /// Ends calls whose time is up, at most `limit`; gives how many. Any number of nodes may do it.
    fn end_due_calls(&self, now: Timestamp, limit: usize) -> Pending<u64>;

    /// A page of a user's calls, newest first, also those under way.
    fn calls(&self, user_id: UserId, after: Option<CallCursor>, limit: usize)
    -> Pending<Vec<Call>>;
}

/// What a call under way is to one who calls: their own as it is, or the other's.
pub(crate) fn repeat_or_conflict(
    call: Call,
    caller_id: UserId,
) -> Result<(Call, bool), StoreError> {
    if call.caller.id == caller_id {
        Ok((call, true))
    } else {
        Err(Conflict::CallUnderWay(call.id).into())
    }
}
