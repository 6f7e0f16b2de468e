//! What one socket was told of calls, so that it hears everything once and in order.
//!
//! A socket that comes in while a call rings reads from the store what it lacks, while live events go
//! on. Until it has sent what it read, live ones only make it read again; after that, those are dropped
//! whose number is in what was read.

use parking_lot::Mutex;
use salala_core::CallId;
use salala_core::records::{CallCatchUp, CallSignal};

/// What one socket was told.
pub(super) struct CallDesk(Mutex<State>);

struct State {
    /// The socket has not been told yet what was there before it.
    is_reading: bool,
    /// Something came meanwhile.
    is_stale: bool,
    told: Vec<Told>,
}

struct Told {
    call_id: CallId,
    /// The last number that went to the socket, or was not for it.
    number: u64,
}

impl CallDesk {
    /// Of a socket that is coming in.
    pub(super) fn new() -> Self {
        Self(Mutex::new(State { is_reading: true, is_stale: false, told: Vec::new() }))
    }

    /// The socket was told of some call that is under way.
    pub(super) fn is_busy(&self) -> bool {
        !self.0.lock().told.is_empty()
    }

    /// A call rings for the socket: tells it, unless it knows.
    pub(super) fn ring(&self, call_id: CallId, tell: impl FnOnce()) {
        let mut state = self.0.lock();
        if state.is_reading {
            state.is_stale = true;
        } else if state.learn(call_id, 0) {
            tell();
        }
    }

    /// The socket is the device of a call, and need not be told of it.
    pub(super) fn take_part(&self, call_id: CallId) {
        self.0.lock().learn(call_id, 0);
    }

    /// Something was handed over in a call: tells the socket if it knows the call and `is_for_it`.
    pub(super) fn signal(&self, signal: &CallSignal, is_for_it: bool, tell: impl FnOnce()) {
        let mut state = self.0.lock();
        if state.is_reading {
            state.is_stale = true;
            return;
        }
        let told = state.told.iter_mut().find(|told| told.call_id == signal.call_id);
        let Some(told) = told.filter(|told| told.number < signal.number) else { return };
        told.number = signal.number;
        if is_for_it {
            tell();
        }
    }

    /// A call is over for the socket, which is told in any case.
    pub(super) fn end(&self, call_id: CallId, tell: impl FnOnce()) {
        let mut state = self.0.lock();
        state.is_stale |= state.is_reading;
        state.told.retain(|told| told.call_id != call_id);
        tell();
    }

    /// From now on the socket is told nothing but by [`Self::finish`].
    pub(super) fn begin_reading(&self) {
        let mut state = self.0.lock();
        state.is_reading = true;
        state.is_stale = false;
    }

    /// Hands what was read to `tell`, each with the number up to which the socket knows the call (if it
    /// does), and lets live events through again. False if something came meanwhile: then it has to be
    /// read again.
    pub(super) fn finish(
        &self,
        lacking: Vec<CallCatchUp>,
        mut tell: impl FnMut(CallCatchUp, Option<u64>),
    ) -> bool {
        let mut state = self.0.lock();
        if state.is_stale {
            return false;
        }
        for one in lacking {
            let (call_id, number) = (one.call.id, one.last_number);
            let known = state.told.iter_mut().find(|told| told.call_id == call_id);
            let known = known.map(|told| std::mem::replace(&mut told.number, number));
            state.learn(call_id, number);
            tell(one, known);
        }
        state.is_reading = false;
        true
    }
}

impl State {
    /// True if the call was not known.
    fn learn(&mut self, call_id: CallId, number: u64) -> bool {
        let is_new = !self.told.iter().any(|told| told.call_id == call_id);
        if is_new {
            self.told.push(Told { call_id, number });
        }
        is_new
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use salala_core::calls::{CallSignalKind, CallState};
    use salala_core::records::{Call, CallDevice, UserBrief};
    use salala_core::{ConversationId, Timestamp, UserId};

    use super::*;

    const CALL: CallId = CallId::from_bytes([1; 16]);

    fn signal(number: u64) -> CallSignal {
        CallSignal {
            call_id: CALL,
            number,
            from: UserId::from_bytes([2; 16]),
            to_device: None,
            kind: CallSignalKind::Candidate,
            body: String::new(),
        }
    }

    fn lacking(last_number: u64) -> Vec<CallCatchUp> {
        let user = |byte| UserBrief {
            id: UserId::from_bytes([byte; 16]),
            username: String::new(),
            display_name: None,
            avatar: None,
            last_seen_at: None,
        };
        let call = Call {
            id: CALL,
            conversation_id: ConversationId::from_bytes([1; 16]),
            caller: user(2),
            callee: user(3),
            has_video: false,
            state: CallState::Ringing,
            created_at: Timestamp::from_unix_ms(0),
            rings_until: Timestamp::from_unix_ms(0),
            answered_at: None,
            ended_at: None,
            end_reason: None,
            caller_device: CallDevice { key: String::new(), session_id: None },
            callee_device: None,
        };
        vec![CallCatchUp { call, is_bound: false, signals: Vec::new(), last_number }]
    }

    #[test]
    fn a_socket_that_comes_in_is_told_everything_once_and_the_call_first() {
        let desk = CallDesk::new();
        let told = RefCell::new(Vec::new());
        let note = |what: &str| told.borrow_mut().push(what.to_owned());
        // The call was there before; its second candidate comes while the first one is read.
        desk.begin_reading();
        desk.signal(&signal(2), true, || note("too early"));
        assert!(!desk.finish(lacking(1), |_, _| note("stale")));
        desk.begin_reading();
        assert!(desk.finish(lacking(2), |_, known| note(&format!("call to 2 after {known:?}"))));
        desk.ring(CALL, || note("call again"));
        desk.signal(&signal(2), true, || note("2 again"));
        desk.signal(&signal(3), true, || note("3"));
        desk.signal(&signal(4), false, || note("4, for another"));
        desk.end(CALL, || note("end"));
        desk.signal(&signal(5), true, || note("5 after the end"));
        assert_eq!(*told.borrow(), ["call to 2 after None", "3", "end"]);
        assert!(!desk.is_busy());
    }

    #[test]
    fn what_is_read_again_goes_on_from_what_is_known() {
        let desk = CallDesk::new();
        assert!(desk.finish(lacking(2), |_, _| {}));
        desk.begin_reading();
        desk.signal(&signal(3), true, || panic!("it is read"));
        desk.begin_reading();
        let mut known_to = None;
        assert!(desk.finish(lacking(3), |_, known| known_to = known));
        assert_eq!(known_to, Some(2));
    }

    #[test]
    fn what_comes_before_the_call_is_not_told() {
        let desk = CallDesk::new();
        desk.begin_reading();
        assert!(desk.finish(Vec::new(), |_, _| {}));
        desk.signal(&signal(1), true, || panic!("the call is not known"));
        desk.ring(CALL, || {});
        assert!(desk.is_busy());
    }

    #[test]
    fn a_call_that_ends_while_it_is_read_does_not_ring() {
        let desk = CallDesk::new();
        desk.begin_reading();
        desk.end(CALL, || {});
        assert!(!desk.finish(lacking(1), |_, _| panic!("it is over")));
    }
}
