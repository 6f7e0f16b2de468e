//! From committed events of calls to the devices that hear them.

use std::sync::Arc;

use salala_core::calls::{CallAct, CallSide};
use salala_core::records::{Call, CallCatchUp, CallDevice, CallEnding, CallSignal};
use salala_core::wire::{ServerEvent, view};
use salala_core::{Clock, UserId};
use salala_socketio::{Packet, Socket};
use salala_store::log::Event;

use super::recovery::Offsets;
use super::sockets::Sockets;
use super::tell::encode;
use super::{Caller, rooms};
use crate::ice::Ice;

/// Tells devices of calls.
pub(super) struct CallNews {
    pub(super) sockets: Arc<Sockets>,
    pub(super) ice: Arc<Ice>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) offsets: Arc<Offsets>,
}

impl CallNews {
    /// Tells a user's devices on this node what happened in a call; with an offset if that is in the log.
    pub(super) fn tell(&self, user_id: UserId, event: &Event, offset: Option<&str>) {
        match event {
            Event::CallRinging(call) => self.tell_ringing(call),
            Event::CallAnswered(call) => self.tell_answered(call),
            Event::CallSignalled(signal) => self.tell_signal(user_id, signal),
            Event::CallEnded(ending) => self.tell_ended(user_id, ending, offset),
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
            | Event::UserErased(_) => {}
        }
    }

    /// A call rings on the callee's devices; the caller's device waits for what comes of it.
    fn tell_ringing(&self, call: &Call) {
        for (socket, caller) in self.devices(call.caller.id) {
            if caller.device(&socket).key == call.caller_device.key {
                caller.calls.take_part(call.id);
            }
        }
        let Some(packet) = self.encode(&self.incoming(call)) else { return };
        for (socket, caller) in self.devices(call.callee.id) {
            caller.calls.ring(call.id, || socket.send(&packet));
        }
    }

    /// Something was handed over: for the device that talks, or for all that ring.
    fn tell_signal(&self, receiver_id: UserId, signal: &CallSignal) {
        let told = view::call_signal(signal.clone());
        let Some(packet) = told.and_then(|event| self.encode(&event)) else {
            tracing::error!(call_id = %signal.call_id, "what a party handed over is no JSON");
            return;
        };
        for (socket, caller) in self.devices(receiver_id) {
            let is_for_it = is_device(&socket, &caller, signal.to_device.as_ref());
            caller.calls.signal(signal, is_for_it, || socket.send(&packet));
        }
    }

    /// A device answered: the callee's other ones stop to ring.
    fn tell_answered(&self, call: &Call) {
        let Some(packet) = self.encode(&view::call_answered_elsewhere(call)) else { return };
        for (socket, caller) in self.devices(call.callee.id) {
            if is_device(&socket, &caller, call.callee_device.as_ref()) {
                caller.calls.take_part(call.id);
            } else {
                caller.calls.end(call.id, || socket.send(&packet));
            }
        }
    }

    /// A call is over: every device of the user is told, but the one that ended it. The offset is given
    /// if that is in the log.
    fn tell_ended(&self, user_id: UserId, ending: &CallEnding, offset: Option<&str>) {
        let Some(side) = ending.call.side_of(user_id) else { return };
        let hung_up =
            ending.by.as_ref().is_some_and(|by| by.act == CallAct::End && by.user_id != user_id);
        let events = hung_up
            .then(|| view::call_end(ending, side))
            .into_iter()
            .chain([view::call_over(ending, side)]);
        let offset = offset.map_or_else(|| self.offsets.passing(), ToOwned::to_owned);
        let packets: Vec<Packet> = events.filter_map(|event| encode(&event, &offset)).collect();
        let acting = ending.by.as_ref().and_then(|by| by.device.as_ref());
        for (socket, caller) in self.devices(user_id) {
            let acted = acting.is_some_and(|device| device.key == caller.device(&socket).key);
            let told = if acted { &[] } else { packets.as_slice() };
            caller.calls.end(ending.call.id, || {
                for packet in told {
                    socket.send(packet);
                }
            });
        }
    }

    /// Tells a device that has just come what it lacks; false if that is no longer so.
    pub(super) fn tell_lacking(
        &self,
        socket: &Socket,
        caller: &Caller,
        lacking: Vec<CallCatchUp>,
    ) -> bool {
        caller.calls.finish(lacking, |CallCatchUp { call, signals, .. }, known| {
            let is_callee = call.side_of(caller.user_id) == Some(CallSide::Callee);
            if known.is_none() && is_callee {
                self.send(socket, &self.incoming(&call));
            }
            let news = signals.into_iter().filter(|signal| known < Some(signal.number));
            for event in news.filter_map(view::call_signal) {
                self.send(socket, &event);
            }
        })
    }

    /// An event that is not in the log.
    fn encode(&self, event: &ServerEvent) -> Option<Packet> {
        encode(event, &self.offsets.passing())
    }

    fn send(&self, socket: &Socket, event: &ServerEvent) {
        if let Some(packet) = self.encode(event) {
            socket.send(&packet);
        }
    }

    fn incoming(&self, call: &Call) -> ServerEvent {
        view::call_incoming(call, self.ice.servers_for(call.callee.id, self.clock.now()))
    }

    /// The user's sockets with who stands behind them.
    pub(super) fn devices(&self, user_id: UserId) -> Vec<(Socket, Arc<Caller>)> {
        let room = self.sockets.to(&rooms::user(user_id));
        let sockets = room.iter().flat_map(salala_socketio::Broadcast::sockets);
        sockets.filter_map(|socket| Some((socket.clone(), socket.data::<Caller>()?))).collect()
    }
}

/// Is a socket the device that is meant? Without one all are.
fn is_device(socket: &Socket, caller: &Caller, device: Option<&CallDevice>) -> bool {
    device.is_none_or(|device| device.key == caller.device(socket).key)
}

/// Counts that a call came to a state, once of those to whom it is told.
pub(super) fn count_call(user_id: UserId, event: &Event) {
    if let Event::CallRinging(call) | Event::CallAnswered(call) = event {
        count(call);
    }
    if let Event::CallEnded(ending) = event
        && ending.call.side_of(user_id) == Some(CallSide::Caller)
    {
        count(&ending.call);
    }
}

fn count(call: &Call) {
    metrics::counter!("salala_calls_total", "state" => call.state.as_str()).increment(1);
}
