//! One client in one namespace.

use std::{
    any::Any,
    fmt,
    hash::{Hash, Hasher},
    pin::Pin,
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, AtomicU8, Ordering},
    },
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::{
    DisconnectReason, EncodeError, Packet, Transport,
    acks::{AckError, PendingAcks},
    client::ClientState,
    engine::{Connection, connection::Urgency, frame::Frame},
    namespace::{Namespace, NamespaceInner},
    packet::Array,
    protocol,
    rooms::JoinedRooms,
};

/// One client in one namespace. Cheap to clone; equal and hashed by identity.
///
/// Nothing here waits: what is sent is queued, and written as soon as the socket takes it. Packets of
/// one sender arrive in the order in which they were sent, or the transport ends.
#[derive(Clone)]
pub struct Socket {
    inner: Arc<SocketInner>,
}

/// What [`Socket::emit_with_ack`] gives; it borrows nothing, so any task may wait for it.
pub type Acknowledgement =
    Pin<Box<dyn Future<Output = Result<Vec<Box<RawValue>>, AckError>> + Send + 'static>>;

pub(crate) struct SocketInner {
    id: Box<str>,
    namespace: Arc<NamespaceInner>,
    connection: Connection,
    client: Weak<ClientState>,
    stage: AtomicU8,
    /// No event was emitted since it was last asked.
    is_quiet: AtomicBool,
    /// What was emitted before the CONNECT answer or during a replay; `stage` changes under this lock.
    held: Mutex<Held>,
    membership: Mutex<Membership>,
    data: Mutex<Vec<Arc<dyn Any + Send + Sync>>>,
    acks: PendingAcks,
}

#[derive(Default)]
struct Held {
    frames: Vec<Frame>,
    size_bytes: usize,
}

#[derive(Default)]
struct Membership {
    /// Set for good when the socket ends, so that no late join leaves a ghost.
    ended: bool,
    rooms: JoinedRooms,
}

/// Where a socket is in its life.
const CONNECTING: u8 = 0;
/// CONNECT was answered, and the client is being given what it missed.
const REPLAYING: u8 = 1;
const CONNECTED: u8 = 2;
const ENDED: u8 = 3;

impl Socket {
    pub(crate) fn new(
        id: Box<str>,
        namespace: Arc<NamespaceInner>,
        connection: Connection,
        client: Weak<ClientState>,
    ) -> Self {
        let inner = SocketInner {
            id,
            namespace,
            connection,
            client,
            stage: AtomicU8::new(CONNECTING),
            is_quiet: AtomicBool::new(false),
            held: Mutex::default(),
            membership: Mutex::default(),
            data: Mutex::default(),
            acks: PendingAcks::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// The socket's id, 128 random bits, which the client knows as `socket.id`.
    pub fn id(&self) -> &str {
        &self.inner.id
    }

    /// The namespace that it is in.
    pub fn namespace(&self) -> Namespace {
        Namespace::new(Arc::clone(&self.inner.namespace))
    }

    /// Enters a room. Without effect if it is in it, or if the socket has ended.
    pub fn join(&self, room: &str) {
        let mut membership = self.inner.membership.lock();
        if membership.ended || membership.rooms.contains(room) {
            return;
        }
        membership.rooms.insert(self.inner.namespace.rooms.join(room, self));
    }

    /// Leaves a room. Without effect if it is not in it.
    pub fn leave(&self, room: &str) {
        let mut membership = self.inner.membership.lock();
        if let Some(left) = membership.rooms.remove(room) {
            self.inner.namespace.rooms.leave(&left, self);
        }
    }

    /// Whether it is in a room.
    pub fn in_room(&self, room: &str) -> bool {
        self.inner.membership.lock().rooms.contains(room)
    }

    /// The names of its rooms, in no order.
    pub fn rooms(&self) -> Vec<Arc<str>> {
        self.inner.membership.lock().rooms.names()
    }

    /// Emits an event to this socket.
    pub fn emit(&self, name: &str, payload: &impl Serialize) -> Result<(), EncodeError> {
        self.send(&Packet::event(name, payload)?);
        Ok(())
    }

    /// Sends an event that is encoded already. If the connection's queue is full, the transport is
    /// closed with [`DisconnectReason::SlowConsumer`].
    pub fn send(&self, packet: &Packet) {
        self.send_with(packet, Urgency::Durable);
    }

    /// Sends an event that may be lost: it is dropped if too much waits for the connection already.
    pub fn send_volatile(&self, packet: &Packet) {
        self.send_with(packet, Urgency::Volatile);
    }

    /// Emits an event and waits for the client's acknowledgement, whose arguments are given.
    ///
    /// Dropping the future gives the acknowledgement up. Binary attachments of an acknowledgement
    /// are not given. While [`Handler::connect`](crate::Handler::connect) runs the event is still
    /// held, so waiting there only ends with the timeout.
    pub fn emit_with_ack(
        &self,
        name: &str,
        payload: &impl Serialize,
        timeout: Duration,
    ) -> Acknowledgement {
        let json = serde_json::to_vec(&Array { name: Some(name), args: &[payload] })
            .map_err(|source| EncodeError { event: name.to_owned(), source });
        let socket = self.clone();
        Box::pin(async move {
            let json = json?;
            let pending = socket.inner.acks.register(socket.inner.namespace.max_pending_acks)?;
            // Only after it is registered, so that an end in between abandons it.
            if !socket.accepts_frames() {
                return Err(AckError::Disconnected);
            }
            let namespace = socket.namespace_name();
            socket.push(&[protocol::event_with_ack_frame(namespace, pending.id(), &json)]);
            pending.wait(timeout).await
        })
    }

    /// Keeps a value with the socket, one for each type; a later one of the same type replaces it.
    pub fn set_data<T: Any + Send + Sync>(&self, value: T) {
        let mut data = self.inner.data.lock();
        data.retain(|kept| !kept.as_ref().is::<T>());
        data.push(Arc::new(value));
    }

    /// The value of that type, if one was set.
    pub fn data<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        let data = self.inner.data.lock();
        data.iter().find_map(|kept| Arc::clone(kept).downcast::<T>().ok())
    }

    /// Leaves the namespace with a DISCONNECT packet, which ends a stock client's reconnection. The
    /// socket has left its rooms when this returns; its events not yet begun are dropped, and its
    /// `disconnected` handler runs after the one that is running.
    pub fn disconnect(&self) {
        let Some(client) = self.inner.client.upgrade() else { return };
        if !self.is_connected() {
            return;
        }
        client.end_by_server(self, protocol::disconnect_frame(self.namespace_name()));
    }

    /// Closes the connection below, for all its namespaces, without a DISCONNECT packet. What is
    /// queued is still sent, unless the reason is a failure. A stock client comes back.
    pub fn close_transport(&self, reason: DisconnectReason) {
        self.inner.connection.close(reason);
    }

    /// Whether CONNECT was answered and nothing has ended the socket since.
    pub fn is_connected(&self) -> bool {
        matches!(self.stage(), REPLAYING | CONNECTED) && self.inner.connection.is_open()
    }

    /// Drops what was emitted to it so far, while [`Handler::connect`](crate::Handler::connect) runs;
    /// afterwards without effect. For an application that gives it otherwise, as with
    /// [`Accept::recovered`](crate::Accept::recovered).
    pub fn discard_held(&self) {
        let mut held = self.inner.held.lock();
        if self.stage() == CONNECTING {
            *held = Held::default();
        }
    }

    /// Whether no event was emitted to it since this was last asked, or since it was made.
    pub fn take_quiet(&self) -> bool {
        self.inner.is_quiet.swap(true, Ordering::Relaxed)
    }

    /// The transport that carries it now.
    pub fn transport(&self) -> Transport {
        self.inner.connection.transport()
    }

    /// When the last bytes came from the client, heartbeats included.
    pub fn last_heard_at(&self) -> Instant {
        self.inner.connection.last_heard_at()
    }

    pub(crate) fn namespace_name(&self) -> &Arc<str> {
        &self.inner.namespace.name
    }

    pub(crate) fn namespace_inner(&self) -> &Arc<NamespaceInner> {
        &self.inner.namespace
    }

    pub(crate) fn acks(&self) -> &PendingAcks {
        &self.inner.acks
    }

    pub(crate) fn send_with(&self, packet: &Packet, urgency: Urgency) {
        let (first, attachments) = packet.frames(self.namespace_name());
        if attachments.is_empty() {
            return self.push_with(&[first], urgency);
        }
        let mut frames = Vec::with_capacity(1 + attachments.len());
        frames.push(first);
        frames.extend_from_slice(attachments);
        self.push_with(&frames, urgency);
    }

    pub(crate) fn push(&self, frames: &[Frame]) {
        self.push_with(frames, Urgency::Durable);
    }

    /// Queues an acknowledgement, which no replay holds up.
    pub(crate) fn push_ack(&self, frames: &[Frame]) {
        if matches!(self.stage(), REPLAYING | CONNECTED) {
            self.inner.connection.push(frames, Urgency::Durable);
        }
    }

    /// Queues the CONNECT answer and what was held behind it, which waits on if a replay comes first.
    /// Returns false if the socket ended.
    pub(crate) fn open(&self, answer: Frame, is_replaying: bool) -> bool {
        let mut held = self.inner.held.lock();
        if self.stage() != CONNECTING {
            return false;
        }
        let mut frames = vec![answer];
        if !is_replaying {
            frames.append(&mut std::mem::take(&mut *held).frames);
        }
        self.inner.connection.push_unbounded(&frames);
        let stage = if is_replaying { REPLAYING } else { CONNECTED };
        self.inner.stage.store(stage, Ordering::Release);
        true
    }

    pub(crate) fn is_replaying(&self) -> bool {
        self.stage() == REPLAYING
    }

    /// Waits until all that is queued was written or fetched. False if the connection was closed.
    pub(crate) async fn drained(&self) -> bool {
        std::future::poll_fn(|cx| self.inner.connection.poll_drained(cx)).await
    }

    /// Queues frames of a replay. Returns false if the socket ended.
    pub(crate) fn push_replayed(&self, frames: &[Frame]) -> bool {
        let held = self.inner.held.lock();
        let is_replaying = self.stage() == REPLAYING;
        if is_replaying {
            self.inner.connection.push_unbounded(frames);
        }
        drop(held);
        is_replaying
    }

    /// Ends a replay: what was held back follows, and nothing is held any more.
    pub(crate) fn end_replay(&self) {
        let mut held = self.inner.held.lock();
        if self.stage() == REPLAYING {
            let frames = std::mem::take(&mut *held).frames;
            self.inner.connection.push_unbounded(&frames);
            self.inner.stage.store(CONNECTED, Ordering::Release);
        }
    }

    /// Ends the socket: when this returns it has left its rooms, joins no more and takes no more
    /// frames. Any number of callers may do it, and each of them may rely on that.
    pub(crate) fn end(&self) {
        {
            let mut held = self.inner.held.lock();
            *held = Held::default();
            self.inner.stage.store(ENDED, Ordering::Release);
        }
        {
            // Kept while the rooms are left, so that a second caller waits for the first.
            let mut membership = self.inner.membership.lock();
            membership.ended = true;
            for room in std::mem::take(&mut membership.rooms).into_rooms() {
                self.inner.namespace.rooms.leave(&room, self);
            }
        }
        self.inner.namespace.remove(self);
        self.inner.acks.abandon();
    }

    fn accepts_frames(&self) -> bool {
        self.stage() != ENDED && self.inner.connection.is_open()
    }

    fn stage(&self) -> u8 {
        self.inner.stage.load(Ordering::Acquire)
    }

    fn push_with(&self, frames: &[Frame], urgency: Urgency) {
        self.inner.is_quiet.store(false, Ordering::Relaxed);
        if matches!(self.stage(), CONNECTING | REPLAYING) {
            let mut held = self.inner.held.lock();
            match (self.stage(), urgency) {
                (REPLAYING, Urgency::Volatile) => {
                    return self.inner.connection.refuse(frames.len(), urgency);
                }
                (CONNECTING | REPLAYING, _) => return self.hold(&mut held, frames, urgency),
                _ => {}
            }
        }
        if self.stage() == CONNECTED {
            self.inner.connection.push(frames, urgency);
        }
    }

    fn hold(&self, held: &mut Held, frames: &[Frame], urgency: Urgency) {
        let added: usize = frames.iter().map(Frame::len).sum();
        let connection = &self.inner.connection;
        if !connection.admit(held.size_bytes, added, urgency) {
            return connection.refuse(frames.len(), urgency);
        }
        held.size_bytes += added;
        held.frames.extend_from_slice(frames);
    }
}

impl PartialEq for Socket {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }
}

impl Eq for Socket {}

impl Hash for Socket {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.inner).hash(state);
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Socket")
            .field("id", &self.inner.id)
            .field("namespace", &self.inner.namespace.name)
            .finish_non_exhaustive()
    }
}
