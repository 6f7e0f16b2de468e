//! A connection with its application's state and what waits to be handled.

use std::{
    collections::HashMap,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use parking_lot::Mutex;

use crate::{
    Config, DisconnectReason, Handshake,
    engine::{
        Application, Connection, Message, Shared, id::SessionId, packet::Incoming, queue::Queue,
        stream::Stream,
    },
};

/// One connection, typed by the application above it.
pub(crate) struct Session<A: Application> {
    pub(crate) connection: Connection,
    pub(crate) state: A::State,
    pub(crate) shared: Arc<Shared<A>>,
    inbound: Mutex<Inbound<A::Work>>,
    /// A WebSocket that an upgrade brought, until the connection's task takes it.
    handover: Mutex<Option<Box<Stream>>>,
}

struct Inbound<W> {
    /// Each with its size in bytes.
    queue: Queue<(W, usize)>,
    size_bytes: usize,
    /// A POST that waits for room.
    waiting: Option<Waker>,
}

/// The sessions of an engine, in parts so that handshakes do not wait for each other.
pub(crate) struct Sessions<A: Application> {
    parts: [Mutex<HashMap<SessionId, Arc<Session<A>>>>; PARTS],
}

const PARTS: usize = 16;

impl<A: Application> Session<A> {
    pub(crate) fn new(
        shared: &Arc<Shared<A>>,
        connection: Connection,
        handshake: Handshake,
    ) -> Arc<Self> {
        let state = shared.application.open(&connection, handshake);
        Arc::new(Self {
            connection,
            state,
            shared: Arc::clone(shared),
            inbound: Mutex::new(Inbound { queue: Queue::Empty, size_bytes: 0, waiting: None }),
            handover: Mutex::default(),
        })
    }

    /// Takes in one packet. An error says with what reason the connection is to be closed.
    pub(crate) fn receive(&self, packet: Incoming<'_>) -> Result<(), DisconnectReason> {
        self.shared.core.counters.packets_in.add(1);
        let message = match packet {
            Incoming::Text(text) => Message::Text(text),
            Incoming::Binary(bytes) => Message::Binary(bytes),
            Incoming::Pong => {
                self.connection.hear_pong();
                return Ok(());
            }
            Incoming::Close => return Err(DisconnectReason::TransportClose),
            // In this version of the protocol only the server pings.
            Incoming::Ping(_) => return Err(DisconnectReason::TransportError),
            Incoming::Upgrade | Incoming::Ignored => return Ok(()),
        };
        let application = &self.shared.application;
        match application.receive(&self.connection, &self.state, message) {
            Ok(Some(work)) => {
                let size_bytes = application.work_bytes(&work, message.len());
                let mut inbound = self.inbound.lock();
                inbound.size_bytes += size_bytes;
                inbound.queue.push_back((work, size_bytes));
                Ok(())
            }
            Ok(None) => Ok(()),
            Err(_) => Err(DisconnectReason::ParseError),
        }
    }

    /// Whether so much waits to be handled that no more is read.
    pub(crate) fn is_backlogged(&self) -> bool {
        self.inbound.lock().is_full(&self.shared.core.config)
    }

    /// How many packets wait to be handled.
    pub(crate) fn inbound_count(&self) -> usize {
        self.inbound.lock().queue.len()
    }

    /// Ready as soon as there is room for a packet of a POST, or the connection is closed.
    pub(crate) fn poll_room(&self, cx: &Context<'_>) -> Poll<()> {
        let mut inbound = self.inbound.lock();
        if !inbound.is_full(&self.shared.core.config) || !self.connection.is_open() {
            return Poll::Ready(());
        }
        inbound.waiting = Some(cx.waker().clone());
        Poll::Pending
    }

    pub(crate) fn next_work(&self) -> Option<A::Work> {
        let (work, waiting) = {
            let mut inbound = self.inbound.lock();
            if inbound.is_full(&self.shared.core.config) {
                // Heartbeats could not be read until now, so their time starts anew.
                self.connection.hear();
            }
            let next = inbound.queue.pop_front();
            let work = next.map(|(work, size_bytes)| {
                inbound.size_bytes -= size_bytes;
                work
            });
            (work, inbound.waiting.take())
        };
        waiting.into_iter().for_each(Waker::wake);
        work
    }

    /// Drops what waits, when it no longer matters.
    pub(crate) fn clear_inbound(&self) {
        let (queue, waiting) = {
            let mut inbound = self.inbound.lock();
            inbound.size_bytes = 0;
            (std::mem::take(&mut inbound.queue), inbound.waiting.take())
        };
        drop(queue);
        waiting.into_iter().for_each(Waker::wake);
    }

    /// Lets a POST that waits for room see that the connection is closed.
    pub(crate) fn release_waiting(&self) {
        let waiting = self.inbound.lock().waiting.take();
        waiting.into_iter().for_each(Waker::wake);
    }

    pub(crate) fn hand_over(&self, stream: Stream) {
        *self.handover.lock() = Some(Box::new(stream));
        self.connection.wake();
    }

    pub(crate) fn take_handover(&self) -> Option<Stream> {
        self.handover.lock().take().map(|stream| *stream)
    }
}

impl<W> Inbound<W> {
    /// An empty queue never is, so one packet is taken however large it is.
    fn is_full(&self, config: &Config) -> bool {
        self.queue.len() >= config.inbound_max_packets.max(1)
            || self.size_bytes >= config.inbound_max_bytes.max(1)
    }
}

impl<A: Application> Sessions<A> {
    pub(crate) fn new() -> Self {
        Self { parts: std::array::from_fn(|_| Mutex::default()) }
    }

    pub(crate) fn insert(&self, session: Arc<Session<A>>) {
        let id = session.connection.session_id();
        self.part(id).lock().insert(id, session);
    }

    pub(crate) fn get(&self, id: SessionId) -> Option<Arc<Session<A>>> {
        self.part(id).lock().get(&id).cloned()
    }

    pub(crate) fn remove(&self, id: SessionId) {
        let removed = self.part(id).lock().remove(&id);
        drop(removed);
    }

    /// Calls `visit` for each, part by part, under that part's lock.
    pub(crate) fn for_each(&self, mut visit: impl FnMut(&Arc<Session<A>>)) {
        for part in &self.parts {
            part.lock().values().for_each(&mut visit);
        }
    }

    fn part(&self, id: SessionId) -> &Mutex<HashMap<SessionId, Arc<Session<A>>>> {
        let first = id.as_str().as_bytes().first().copied().unwrap_or_default();
        &self.parts[usize::from(first) % PARTS]
    }
}
