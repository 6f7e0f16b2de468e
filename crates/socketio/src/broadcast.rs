//! Sending to many sockets: rooms united, exceptions taken away, nobody twice.

use std::sync::Arc;

use indexmap::IndexSet;
use serde::Serialize;

use crate::{DisconnectReason, namespace::NamespaceInner};
use crate::{EncodeError, Packet, Socket, cork, engine::connection::Urgency};

/// The sockets of a namespace that something is done with, chosen when it is done.
///
/// Receivers are copied out of the rooms first, so a slow one delays neither joins nor another
/// receiver.
#[derive(Clone)]
#[must_use = "nothing happens until it is sent"]
pub struct Broadcast {
    namespace: Arc<NamespaceInner>,
    /// None named: every socket of the namespace.
    rooms: Vec<String>,
    except_rooms: Vec<String>,
    except_sockets: Vec<Socket>,
    urgency: Urgency,
}

impl Broadcast {
    pub(crate) const fn new(namespace: Arc<NamespaceInner>) -> Self {
        Self {
            namespace,
            rooms: Vec::new(),
            except_rooms: Vec::new(),
            except_sockets: Vec::new(),
            urgency: Urgency::Durable,
        }
    }

    /// Adds the sockets of a room. A socket in several of the rooms is meant once.
    pub fn to(mut self, room: &str) -> Self {
        self.rooms.push(room.to_owned());
        self
    }

    /// Takes the sockets of a room away.
    pub fn except_room(mut self, room: &str) -> Self {
        self.except_rooms.push(room.to_owned());
        self
    }

    /// Takes one socket away.
    pub fn except(mut self, socket: &Socket) -> Self {
        self.except_sockets.push(socket.clone());
        self
    }

    /// What is sent may be lost where too much waits already.
    pub fn volatile(mut self) -> Self {
        self.urgency = Urgency::Volatile;
        self
    }

    /// Emits an event with one argument. It is encoded once.
    pub fn emit(&self, name: &str, payload: &impl Serialize) -> Result<(), EncodeError> {
        self.send(&Packet::event(name, payload)?);
        Ok(())
    }

    /// Sends an event that is encoded already.
    pub fn send(&self, packet: &Packet) {
        let receivers = self.sockets();
        cork(|| {
            for socket in &receivers {
                socket.send_with(packet, self.urgency);
            }
        });
    }

    /// Lets all of them enter a room.
    pub fn join(&self, room: &str) {
        for socket in self.sockets() {
            socket.join(room);
        }
    }

    /// Lets all of them leave a room.
    pub fn leave(&self, room: &str) {
        for socket in self.sockets() {
            socket.leave(room);
        }
    }

    /// Disconnects all of them, see [`Socket::disconnect`].
    pub fn disconnect(&self) {
        cork(|| {
            for socket in self.sockets() {
                socket.disconnect();
            }
        });
    }

    /// Closes the transports of all of them, see [`Socket::close_transport`].
    pub fn close_transport(&self, reason: DisconnectReason) {
        for socket in self.sockets() {
            socket.close_transport(reason);
        }
    }

    /// Who is meant at this moment, each once.
    pub fn sockets(&self) -> Vec<Socket> {
        let rooms = &self.namespace.rooms;
        let mut chosen = match self.rooms.as_slice() {
            [] => self.namespace.all(),
            [room] => rooms.members(room),
            several => {
                let all: IndexSet<Socket> =
                    several.iter().flat_map(|room| rooms.members(room)).collect();
                all.into_iter().collect()
            }
        };
        if !self.except_sockets.is_empty() {
            chosen.retain(|socket| !self.except_sockets.contains(socket));
        }
        if !self.except_rooms.is_empty() {
            chosen.retain(|socket| !self.except_rooms.iter().any(|room| socket.in_room(room)));
        }
        chosen
    }
}

impl std::fmt::Debug for Broadcast {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Broadcast")
            .field("namespace", &self.namespace.name)
            .field("rooms", &self.rooms)
            .finish_non_exhaustive()
    }
}
