//! A namespace: its handler, its sockets and its rooms.

use std::sync::Arc;

use indexmap::IndexSet;
use parking_lot::Mutex;
use serde::Serialize;

use crate::{Broadcast, EncodeError, Packet, Socket, handler::DynHandler, rooms::Rooms};

/// A handle to a namespace, to emit in it. Cheap to clone.
#[derive(Clone)]
pub struct Namespace {
    inner: Arc<NamespaceInner>,
}

pub(crate) struct NamespaceInner {
    pub(crate) name: Arc<str>,
    /// Absent for a `/` that the application did not ask for: clients are refused there.
    pub(crate) handler: Option<Box<dyn DynHandler>>,
    pub(crate) rooms: Rooms,
    pub(crate) max_pending_acks: usize,
    sockets: Mutex<IndexSet<Socket>>,
}

impl Namespace {
    pub(crate) const fn new(inner: Arc<NamespaceInner>) -> Self {
        Self { inner }
    }

    /// Its name, such as `/` or `/admin`.
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// The sockets of a room.
    pub fn to(&self, room: &str) -> Broadcast {
        self.broadcast().to(room)
    }

    /// Is anybody in a room?
    pub fn has_room(&self, room: &str) -> bool {
        self.inner.rooms.has(room)
    }

    /// Every socket of the namespace.
    pub fn broadcast(&self) -> Broadcast {
        Broadcast::new(Arc::clone(&self.inner))
    }

    /// Emits an event to every socket of the namespace.
    pub fn emit(&self, name: &str, payload: &impl Serialize) -> Result<(), EncodeError> {
        self.broadcast().emit(name, payload)
    }

    /// Sends an event that is encoded already to every socket of the namespace.
    pub fn send(&self, packet: &Packet) {
        self.broadcast().send(packet);
    }

    /// Its connected sockets at this moment.
    pub fn sockets(&self) -> Vec<Socket> {
        self.inner.all()
    }

    /// How many rooms have members.
    pub fn room_count(&self) -> usize {
        self.inner.rooms.len()
    }
}

impl NamespaceInner {
    pub(crate) fn new(
        name: &str,
        handler: Option<Box<dyn DynHandler>>,
        max_pending_acks: usize,
    ) -> Self {
        let (rooms, sockets) = (Rooms::new(), Mutex::default());
        Self { name: name.into(), handler, rooms, max_pending_acks, sockets }
    }

    pub(crate) fn add(&self, socket: &Socket) {
        self.sockets.lock().insert(socket.clone());
    }

    pub(crate) fn remove(&self, socket: &Socket) {
        self.sockets.lock().swap_remove(socket);
    }

    pub(crate) fn all(&self) -> Vec<Socket> {
        self.sockets.lock().iter().cloned().collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.sockets.lock().len()
    }
}

impl std::fmt::Debug for Namespace {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Namespace").field("name", &self.inner.name).finish_non_exhaustive()
    }
}
