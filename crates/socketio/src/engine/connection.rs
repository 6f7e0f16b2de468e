//! One connection: what it is, whether it lives, and how it is closed.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering},
    },
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use futures_util::task::AtomicWaker;
use parking_lot::Mutex;

use crate::{
    DisconnectReason,
    engine::{
        core::{Core, micros},
        frame::Frame,
        id::SessionId,
        outbound::Outbound,
    },
};

/// One connection of a client, over polling or WebSocket. Cheap to clone.
///
/// Sending never waits: it queues, and writes at once as far as the socket takes it, unless a
/// [`cork`](crate::cork) is in place.
#[derive(Clone)]
pub struct Connection {
    inner: Arc<Inner>,
}

/// How a connection is carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transport {
    /// HTTP long-polling.
    Polling,
    /// WebSocket.
    WebSocket,
}

/// What becomes of frames when the connection's queue is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// The transport is closed, so that nothing is lost unnoticed.
    Durable,
    /// They are dropped.
    Volatile,
}

struct Inner {
    id: SessionId,
    core: Arc<Core>,
    outbound: Mutex<Outbound>,
    /// The connection's own task.
    task: AtomicWaker,
    /// 0 while open, else one more than the reason's place in `REASONS`.
    closed: AtomicU8,
    is_websocket: AtomicBool,
    /// Moments, as [`Core::now`] gives them.
    heard_at: AtomicU64,
    ping_at: AtomicU64,
    has_pinged: AtomicBool,
    /// Since when a write has made no progress; 0 if none is blocked.
    blocked_at: AtomicU64,
    /// When the connection is closed if the deadline is not lifted; 0 without one.
    deadline_at: AtomicU64,
}

/// How long a closed connection may take to hear of it.
pub(crate) const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

const REASONS: [DisconnectReason; 10] = [
    DisconnectReason::TransportClose,
    DisconnectReason::TransportError,
    DisconnectReason::PingTimeout,
    DisconnectReason::ParseError,
    DisconnectReason::ClientNamespaceDisconnect,
    DisconnectReason::ServerNamespaceDisconnect,
    DisconnectReason::ServerShuttingDown,
    DisconnectReason::ForcedClose,
    DisconnectReason::ForcedServerClose,
    DisconnectReason::SlowConsumer,
];

impl Connection {
    pub(crate) fn new(id: SessionId, core: Arc<Core>, outbound: Outbound) -> Self {
        let now = core.now();
        let transport = outbound.transport();
        let inner = Inner {
            id,
            outbound: Mutex::new(outbound),
            task: AtomicWaker::new(),
            closed: AtomicU8::new(0),
            is_websocket: AtomicBool::new(transport == Transport::WebSocket),
            heard_at: AtomicU64::new(now),
            ping_at: AtomicU64::new(now + micros(core.config.ping_interval)),
            has_pinged: AtomicBool::new(false),
            blocked_at: AtomicU64::new(0),
            deadline_at: AtomicU64::new(0),
            core,
        };
        Self { inner: Arc::new(inner) }
    }

    /// The connection's id, 128 random bits.
    pub fn id(&self) -> &str {
        self.inner.id.as_str()
    }

    /// What carries it now.
    pub fn transport(&self) -> Transport {
        let is_websocket = self.inner.is_websocket.load(Ordering::Relaxed);
        if is_websocket { Transport::WebSocket } else { Transport::Polling }
    }

    /// Whether nothing has closed it yet.
    pub fn is_open(&self) -> bool {
        self.inner.closed.load(Ordering::Acquire) == 0
    }

    /// When the last bytes came from the client.
    pub fn last_heard_at(&self) -> Instant {
        self.inner.core.instant(self.inner.heard_at.load(Ordering::Relaxed))
    }

    /// Sends a message of text.
    pub fn send_text(&self, text: &str) {
        self.push(&[Frame::text(&[b"4", text.as_bytes()])], Urgency::Durable);
    }

    /// Sends a binary message.
    pub fn send_binary(&self, bytes: &[u8]) {
        self.push(&[Frame::binary(bytes)], Urgency::Durable);
    }

    /// Closes the connection; only the first reason counts. What is queued is still sent where the
    /// reason is a decision and no failure.
    pub fn close(&self, reason: DisconnectReason) {
        let code = match reason {
            DisconnectReason::TransportClose
            | DisconnectReason::TransportError
            | DisconnectReason::SlowConsumer => None,
            DisconnectReason::ServerShuttingDown => Some(1001),
            DisconnectReason::PingTimeout
            | DisconnectReason::ParseError
            | DisconnectReason::ClientNamespaceDisconnect
            | DisconnectReason::ServerNamespaceDisconnect
            | DisconnectReason::ForcedClose
            | DisconnectReason::ForcedServerClose => Some(1000),
        };
        self.close_with(reason, code);
    }

    /// Closes the connection unless [`Connection::lift_deadline`] comes first.
    pub fn set_deadline(&self, from_now: Duration) {
        self.change_deadline(self.deadline(from_now));
    }

    /// Takes the deadline away.
    pub fn lift_deadline(&self) {
        self.change_deadline(0);
    }

    /// Closes it, and with a code tells a WebSocket client so after what is queued.
    pub(crate) fn close_with(&self, reason: DisconnectReason, code: Option<u16>) {
        let place = REASONS.iter().position(|known| *known == reason).unwrap_or_default();
        let mark = u8::try_from(place + 1).unwrap_or(u8::MAX);
        let closed = &self.inner.closed;
        {
            // Under the lock, so that nothing is queued behind the close frame.
            let mut outbound = self.inner.outbound.lock();
            if closed.compare_exchange(0, mark, Ordering::AcqRel, Ordering::Acquire).is_err() {
                return;
            }
            outbound.close(reason, code);
            self.inner.deadline_at.store(self.deadline(CLOSE_TIMEOUT), Ordering::Relaxed);
        }
        let counters = &self.inner.core.counters;
        match reason {
            DisconnectReason::SlowConsumer => {
                counters.slow_consumers.add(1);
                tracing::info!(
                    connection = self.id(),
                    "a slow consumer was cut, its outbound queue was full"
                );
            }
            DisconnectReason::PingTimeout => counters.ping_timeouts.add(1),
            DisconnectReason::ParseError => counters.parse_errors.add(1),
            DisconnectReason::TransportClose
            | DisconnectReason::TransportError
            | DisconnectReason::ClientNamespaceDisconnect
            | DisconnectReason::ServerNamespaceDisconnect
            | DisconnectReason::ServerShuttingDown
            | DisconnectReason::ForcedClose
            | DisconnectReason::ForcedServerClose => {}
        }
        self.wake_drained();
        self.flush();
        self.wake();
    }

    /// Ready as soon as all that was queued is written or fetched. False if the connection is closed.
    pub(crate) fn poll_drained(&self, cx: &Context<'_>) -> Poll<bool> {
        let mut outbound = self.inner.outbound.lock();
        if !self.is_open() {
            return Poll::Ready(false);
        }
        if outbound.is_idle() {
            return Poll::Ready(true);
        }
        outbound.await_drained(cx.waker());
        Poll::Pending
    }

    /// Wakes those for whom [`Self::poll_drained`] is ready.
    pub(crate) fn wake_drained(&self) {
        let waiting = self.inner.outbound.lock().take_drained(self.is_open());
        waiting.into_iter().for_each(Waker::wake);
    }

    pub(crate) fn session_id(&self) -> SessionId {
        self.inner.id
    }

    pub(crate) fn core(&self) -> &Arc<Core> {
        &self.inner.core
    }

    pub(crate) fn outbound(&self) -> &Mutex<Outbound> {
        &self.inner.outbound
    }

    pub(crate) fn close_reason(&self) -> Option<DisconnectReason> {
        let mark = self.inner.closed.load(Ordering::Acquire);
        usize::from(mark).checked_sub(1).and_then(|place| REASONS.get(place).copied())
    }

    pub(crate) fn mark_websocket(&self) {
        self.inner.is_websocket.store(true, Ordering::Relaxed);
    }

    /// Wakes the connection's own task.
    pub(crate) fn wake(&self) {
        self.inner.task.wake();
    }

    pub(crate) fn register(&self, waker: &Waker) {
        self.inner.task.register(waker);
    }

    /// Notes that the client lives.
    pub(crate) fn hear(&self) {
        self.inner.heard_at.store(self.inner.core.now(), Ordering::Relaxed);
    }

    /// Notes the answer to a ping: the next one is due an interval from now.
    pub(crate) fn hear_pong(&self) {
        let at = self.inner.core.now() + micros(self.inner.core.config.ping_interval);
        self.inner.ping_at.store(at, Ordering::Relaxed);
        self.inner.has_pinged.store(false, Ordering::Relaxed);
    }

    /// Whether a ping is due that was not sent; the caller sends it.
    pub(crate) fn takes_ping(&self, now: u64) -> bool {
        now >= self.inner.ping_at.load(Ordering::Relaxed)
            && !self.inner.has_pinged.swap(true, Ordering::Relaxed)
    }

    /// Whether the client was silent for the timeout after a ping was due. It is asked on each
    /// request as well, so the answer does not depend on when the sweep comes by.
    pub(crate) fn is_expired(&self, now: u64) -> bool {
        let due_at = self.inner.ping_at.load(Ordering::Relaxed);
        let alive_at = due_at.max(self.inner.heard_at.load(Ordering::Relaxed));
        now >= alive_at + micros(self.inner.core.config.ping_timeout)
    }

    /// Whether a write has made no progress for the ping timeout.
    pub(crate) fn is_stuck(&self, now: u64) -> bool {
        let blocked_at = self.inner.blocked_at.load(Ordering::Relaxed);
        blocked_at != 0 && now >= blocked_at + micros(self.inner.core.config.ping_timeout)
    }

    pub(crate) fn is_past_deadline(&self, now: u64) -> bool {
        let deadline_at = self.inner.deadline_at.load(Ordering::Relaxed);
        deadline_at != 0 && now >= deadline_at
    }

    /// A closed connection has a deadline of its own, which only the lock keeps from being changed.
    fn change_deadline(&self, at: u64) {
        let _outbound = self.inner.outbound.lock();
        if self.is_open() {
            self.inner.deadline_at.store(at, Ordering::Relaxed);
        }
    }

    fn deadline(&self, from_now: Duration) -> u64 {
        (self.inner.core.now() + micros(from_now)).max(1)
    }

    /// Notes that a write left something over; one that made progress starts the wait anew.
    pub(crate) fn note_blocked(&self, has_progressed: bool) {
        if has_progressed || self.inner.blocked_at.load(Ordering::Relaxed) == 0 {
            self.inner.blocked_at.store(self.inner.core.now().max(1), Ordering::Relaxed);
        }
    }

    /// Notes that nothing is left over.
    pub(crate) fn note_written(&self) {
        if self.inner.blocked_at.load(Ordering::Relaxed) != 0 {
            self.inner.blocked_at.store(0, Ordering::Relaxed);
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Connection")
            .field("id", &self.id())
            .field("transport", &self.transport())
            .field("closed", &self.close_reason())
            .finish_non_exhaustive()
    }
}
