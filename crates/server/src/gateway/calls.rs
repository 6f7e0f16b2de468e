//! Calls as a socket makes them, and devices that come to them and go.

use std::sync::Arc;
use std::time::{Duration, Instant};

use salala_core::calls::{CallAct, CallSignalKind};
use salala_core::wire::Error;
use salala_core::wire::client_events::{CallInitiate, CallRef};
use salala_core::wire::server_events::Success;
use salala_core::wire::shapes::CallStarted;
use salala_core::{Timestamp, UserId};
use salala_socketio::Socket;
use salala_store::StoreError;
use salala_store::ports::calls::CallParty;
use tokio::time::interval;

use super::events::Reply;
use super::{Caller, Shared};

/// How often it is looked whether a call's time is up, and which devices have gone.
const SWEEP_PERIOD: Duration = Duration::from_millis(250);
/// Of so many looks for devices one looks for calls: deadlines are of seconds.
const LOOKS_PER_SWEEP: u32 = 4;
/// Calls that end in one transaction.
const END_AT_ONCE: usize = 100;
/// Calls that ring of which devices here are told at once, when other nodes can be heard again.
const RINGS_AT_ONCE: usize = 1_000;
/// Times that a device reads what it lacks before it is sent away: each but the first because
/// something happened in the call meanwhile.
const READINGS_MAX: u32 = 20;

/// What is gone and may have been in calls, until the store knows.
pub(super) enum Gone {
    /// A device, which was told of calls.
    Device { party: CallParty, at: Timestamp, last_heard_at: Instant },
    /// Every device of a user, with the node that had them.
    User { user_id: UserId, at: Timestamp },
}

impl Shared {
    pub(super) async fn start_call(
        &self,
        socket: &Socket,
        caller: &Caller,
        command: CallInitiate,
    ) -> Result<CallStarted, Error> {
        let started = self.parts.chat.start_call(caller.party(socket), command).await?;
        // The hub has said so too, or will; but the socket may be gone before.
        caller.calls.take_part(started.call_id);
        Ok(started)
    }

    /// Hands an offer, an answer or a candidate on. An answer is waited for, since with it the socket
    /// may become the device of the call, which has to be known before the socket can go.
    pub(super) async fn signal_call(
        &self,
        socket: &Socket,
        caller: &Arc<Caller>,
        (kind, call, body): (CallSignalKind, CallRef, String),
        reply: Reply,
    ) {
        let room = caller.answers.reserve(reply.payload_bytes()).await;
        let signalled = self.parts.chat.signal_call(caller.party(socket), kind, &call, body);
        let answer = async move { reply.settle(signalled.await.map(|()| Success::plain())) };
        if kind == CallSignalKind::Answer {
            answer.await;
            caller.answers.give_back(room);
        } else {
            self.answer_later(caller, room, answer);
        }
    }

    pub(super) async fn end_call(
        &self,
        socket: &Socket,
        caller: &Arc<Caller>,
        act: CallAct,
        call: &CallRef,
        reply: Reply,
    ) {
        let room = caller.answers.reserve(reply.payload_bytes()).await;
        let ended = self.parts.chat.end_call(caller.party(socket), act, call);
        self.answer_later(caller, room, async move {
            reply.settle(ended.await.map(|()| Success::plain()));
        });
    }

    /// Tells a device that comes in what it lacks of the calls of its user, and lets live events of
    /// calls through to it from then on.
    ///
    /// # Errors
    /// The storage is away, or the calls do not hold still.
    pub(super) async fn catch_up_calls(
        &self,
        socket: &Socket,
        caller: &Caller,
        is_in_call: bool,
    ) -> Result<(), StoreError> {
        if !is_in_call && self.hub.calls.tell_lacking(socket, caller, Vec::new()) {
            return Ok(());
        }
        let mut party = caller.party(socket);
        // One of them may be the call's own: only a device that says it is the same takes its place then.
        if self.has_devices_elsewhere(caller.user_id).await {
            party.device.session_id = None;
        }
        for _ in 0..READINGS_MAX {
            caller.calls.begin_reading();
            let others = self.hub.calls.devices(caller.user_id).into_iter();
            let live_keys = others
                .map(|(socket, caller)| caller.device(&socket).key)
                .filter(|key| *key != party.device.key)
                .collect();
            let now = self.parts.clock.now();
            let lacking = self.parts.store.return_to_calls(party.clone(), live_keys, now).await?;
            if self.hub.calls.tell_lacking(socket, caller, lacking) {
                return Ok(());
            }
        }
        Err(StoreError::Busy)
    }

    /// Notes that a socket is gone, if that matters to a call.
    pub(super) fn leave_calls(&self, socket: &Socket, caller: &Caller) {
        if caller.calls.is_busy() {
            self.gone.lock().push(Gone::Device {
                party: caller.party(socket),
                at: self.parts.clock.now(),
                last_heard_at: socket.last_heard_at(),
            });
        }
    }

    /// Notes that users are gone whose devices were on a node that died, which could not say so.
    pub(super) fn leave_calls_of(&self, user_ids: &[UserId]) {
        let at = self.parts.clock.now();
        let gone = user_ids.iter().map(|user_id| Gone::User { user_id: *user_id, at });
        self.gone.lock().extend(gone);
    }

    /// Lets it ring on devices here that did not hear it, because other nodes could not be heard.
    pub(super) async fn make_up_rings(&self) {
        let rung = self.parts.store.users_rung(self.parts.clock.now(), RINGS_AT_ONCE).await;
        for user_id in rung.unwrap_or_default() {
            for (socket, caller) in self.hub.calls.devices(user_id) {
                if !caller.calls.is_busy()
                    && let Err(error) = self.catch_up_calls(&socket, &caller, true).await
                {
                    tracing::warn!(%error, "what rings for a device could not be read");
                }
            }
        }
    }

    /// Ends calls whose time is up and tells the store which devices have gone, until the tasks are to
    /// stop or the server drains: then every device goes, and the next start counts from there.
    pub(super) async fn sweep_calls(self: Arc<Self>) {
        let mut ticks = interval(SWEEP_PERIOD);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let stopping = self.parts.tasks.stopping().clone();
        let mut looks = 0_u32;
        while stopping.run_until_cancelled(ticks.tick()).await.is_some()
            && !self.answering.is_closed()
        {
            self.tell_store_who_is_gone().await;
            looks = looks.wrapping_add(1);
            if looks.is_multiple_of(LOOKS_PER_SWEEP) {
                self.end_due_calls().await;
            }
        }
    }

    async fn end_due_calls(&self) {
        loop {
            let ended = self.parts.store.end_due_calls(self.parts.clock.now(), END_AT_ONCE).await;
            match ended {
                Ok(ended) if ended >= END_AT_ONCE as u64 => {}
                // The store itself says when its storage is away.
                Ok(_) | Err(_) => return,
            }
        }
    }

    /// Has the user a device on another node?
    async fn has_devices_elsewhere(&self, user_id: UserId) -> bool {
        if !self.parts.bus.has_peers() {
            return false;
        }
        let mut devices = self.parts.presence.devices(user_id).await;
        for (socket, _) in self.hub.calls.devices(user_id) {
            devices.remove(socket.id());
        }
        for socket_id in self.leaving.of(user_id) {
            devices.remove(&socket_id);
        }
        !devices.is_empty()
    }

    async fn tell_store_who_is_gone(&self) {
        let gone = std::mem::take(&mut *self.gone.lock());
        for gone in gone {
            let told = match &gone {
                Gone::Device { party, at, last_heard_at } => {
                    self.replace(party, *at, *last_heard_at).await
                }
                Gone::User { user_id, at } => self.lose_user(*user_id, *at).await,
            };
            if let Err(StoreError::Unavailable(_) | StoreError::Busy) = told {
                self.gone.lock().push(gone);
            }
        }
    }

    async fn lose_user(&self, user_id: UserId, at: Timestamp) -> Result<(), StoreError> {
        // Whoever is back meanwhile has taken their calls up again.
        if self.parts.presence.is_online(user_id).await {
            return Ok(());
        }
        self.parts.store.leave_calls_of(user_id, at).await
    }

    /// Lets a socket take the place of one that is gone, if it is the same device that had lost its
    /// connection and come back before that was noticed; else the store counts until it is back.
    async fn replace(
        &self,
        party: &CallParty,
        at: Timestamp,
        last_heard_at: Instant,
    ) -> Result<(), StoreError> {
        let CallParty { user_id, device } = party;
        let devices = self.hub.calls.devices(*user_id);
        let is_last = devices.is_empty() && !self.has_devices_elsewhere(*user_id).await;
        let back = devices
            .into_iter()
            .filter(|(_, caller)| caller.session_id == device.session_id)
            .filter(|(_, caller)| caller.entered_at > last_heard_at)
            .max_by_key(|(_, caller)| caller.entered_at);
        if let Some((socket, caller)) = back {
            return self.catch_up_calls(&socket, &caller, true).await;
        }
        self.parts.store.leave_calls(party.clone(), is_last, at).await
    }
}
