//! A call within its transaction: what may be done with it, and how that changes it, on any engine.

use salala_core::Timestamp;
use salala_core::calls::{
    CallEndEvent, CallMove, CallSide, CallSignalKind, CallState, RETURN_WITHIN,
};
use salala_core::ids::UserId;
use salala_core::records::{Call, CallDevice, CallEndedBy, CallEnding, CallSignal};

use crate::error::no_call;
use crate::ports::calls::CallParty;
use crate::{Conflict, StoreError};

/// Calls under way of one user that are looked at in one transaction: what one may make, and as many
/// as may ring for them without their doing.
pub(crate) const UNDER_WAY_MAX: usize = 1_000;

/// A call under its transaction, with what only the store needs of it.
pub(crate) struct CallRow {
    pub(crate) call: Call,
    /// Until when each has to be back.
    pub(crate) caller_back_by: Option<Timestamp>,
    pub(crate) callee_back_by: Option<Timestamp>,
    pub(crate) last_signal: u64,
    /// As it was read, so that it is changed only from there.
    pub(crate) read_state: CallState,
}

impl CallRow {
    /// When something happens by itself.
    pub(crate) fn deadline(&self) -> Option<Timestamp> {
        if !self.call.state.is_live() {
            return None;
        }
        let rings_until = (self.call.state == CallState::Ringing).then_some(self.call.rings_until);
        [rings_until, self.caller_back_by, self.callee_back_by].into_iter().flatten().min()
    }

    /// What has happened by itself, if its time is up.
    pub(crate) fn due(&self, now: Timestamp) -> Option<CallMove> {
        let deadline = self.deadline().filter(|deadline| *deadline <= now)?;
        Some(if self.caller_back_by == Some(deadline) {
            CallMove::Lose(CallSide::Caller)
        } else if self.callee_back_by == Some(deadline) {
            CallMove::Lose(CallSide::Callee)
        } else {
            CallMove::RingOut
        })
    }

    /// Takes the number of something that one hands over; true if that answers the call.
    pub(crate) fn take_signal(
        &mut self,
        side: CallSide,
        device: &CallDevice,
        kind: CallSignalKind,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        if self.call.device(side).is_some_and(|talking| talking.key != device.key) {
            return Err(Conflict::CallElsewhere.into());
        }
        let is_answer = kind == CallSignalKind::Answer && self.call.state == CallState::Ringing;
        if is_answer {
            if side == CallSide::Caller {
                return Err(Conflict::CallNotAnswered.into());
            }
            self.call.state = self.call.state.after(CallMove::Answer).ok_or_else(no_call)?;
            self.call.answered_at = Some(now);
            self.call.callee_device = Some(device.clone());
            self.callee_back_by = None;
        }
        self.last_signal += 1;
        Ok(is_answer)
    }

    /// The last thing that was handed over, from this side, and who is to have it.
    pub(crate) fn signal(
        &self,
        side: CallSide,
        kind: CallSignalKind,
        body: String,
    ) -> (UserId, CallSignal) {
        let to = side.other();
        let signal = CallSignal {
            call_id: self.call.id,
            number: self.last_signal,
            from: self.call.party(side).id,
            to_device: self.call.device(to).cloned(),
            kind,
            body,
        };
        (self.call.party(to).id, signal)
    }

    /// Refuses an end from a device that an answered call is not on, unless the one that it is on is
    /// gone.
    pub(crate) fn refuse_elsewhere(
        &self,
        side: CallSide,
        device: &CallDevice,
    ) -> Result<(), StoreError> {
        let is_elsewhere = self.call.device(side).is_some_and(|talking| talking.key != device.key);
        if self.call.state == CallState::Accepted && is_elsewhere && self.back_by(side).is_none() {
            return Err(Conflict::CallElsewhere.into());
        }
        Ok(())
    }

    /// The call is over; gives what both are told.
    pub(crate) fn finish(
        &mut self,
        happened: CallMove,
        by: Option<CallEndedBy>,
        now: Timestamp,
    ) -> Result<CallEnding, StoreError> {
        let state = self.call.state.after(happened).ok_or_else(no_call)?;
        self.call.state = state;
        self.call.ended_at = Some(now);
        self.call.end_reason = happened.end_reason(state);
        self.caller_back_by = None;
        self.callee_back_by = None;
        let event = CallEndEvent::of(state, by.as_ref().map(|by| by.act));
        Ok(CallEnding { call: self.call.clone(), event, by })
    }

    /// A device is gone; true if that changes anything.
    pub(crate) fn lose(&mut self, party: &CallParty, is_last: bool, now: Timestamp) -> bool {
        let Some(side) = self.call.side_of(party.user_id) else { return false };
        let is_gone = match self.call.device(side) {
            Some(device) => device.key == party.device.key,
            None => is_last,
        };
        is_gone && self.miss(side, now)
    }

    /// A user has no device any more; true if that changes anything.
    pub(crate) fn lose_user(&mut self, user_id: UserId, now: Timestamp) -> bool {
        self.call.side_of(user_id).is_some_and(|side| self.miss(side, now))
    }

    /// From now on one has to come back; true if that was not so yet.
    fn miss(&mut self, side: CallSide, now: Timestamp) -> bool {
        let is_new = self.back_by(side).is_none();
        if is_new {
            self.set_back_by(side, Some(now.plus(RETURN_WITHIN)));
        }
        is_new
    }

    /// A device is there; says whether it is the one that talks, and nothing if the call is not for
    /// it.
    pub(crate) fn find_again(
        &mut self,
        side: CallSide,
        party: &CallParty,
        live_keys: &[String],
    ) -> Option<bool> {
        let device = self.call.device(side);
        let is_bound = device.is_some();
        let is_for_it = device.is_none_or(|device| {
            device.key == party.device.key
                || (device.session_id == party.device.session_id
                    && !live_keys.contains(&device.key))
        });
        if !is_for_it {
            return None;
        }
        match side {
            CallSide::Caller => self.call.caller_device = party.device.clone(),
            CallSide::Callee if is_bound => self.call.callee_device = Some(party.device.clone()),
            CallSide::Callee => {}
        }
        self.set_back_by(side, None);
        Some(is_bound)
    }

    fn back_by(&self, side: CallSide) -> Option<Timestamp> {
        match side {
            CallSide::Caller => self.caller_back_by,
            CallSide::Callee => self.callee_back_by,
        }
    }

    fn set_back_by(&mut self, side: CallSide, back_by: Option<Timestamp>) {
        match side {
            CallSide::Caller => self.caller_back_by = back_by,
            CallSide::Callee => self.callee_back_by = back_by,
        }
    }
}
