//! Engine.IO 4 alone: connections over polling and WebSocket that carry messages, without sockets,
//! namespaces or rooms.
//!
//! Implement [`Application`], give it to [`Engine::new`] and mount [`Engine::service`]. Socket.IO, the
//! rest of this crate, is such an application.

mod body;
pub(crate) mod connection;
pub(crate) mod core;
pub(crate) mod cork;
mod cors;
pub(crate) mod decoder;
mod farewell;
pub(crate) mod frame;
pub(crate) mod id;
mod longpoll;
mod outbound;
pub(crate) mod packet;
mod polling;
mod queue;
mod request;
mod session;
mod stats;
mod stream;
mod sweep;
mod task;
pub(crate) mod upgrade;
mod write;

use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    sync::{Arc, atomic::AtomicBool},
    task::{Context, Poll},
    time::Duration,
};

use http::{Request, Response};

use self::{core::Core, session::Sessions};
use crate::{Config, DisconnectReason, Handshake, Refusal};

pub use self::{
    body::ResponseBody,
    connection::{Connection, Transport},
    stats::Stats,
};

/// What runs on top of the connections of an engine.
///
/// [`receive`](Application::receive) takes each message in at once, even while a handler runs;
/// [`handle`](Application::handle) works them off one after another, in order. When
/// [`Config::inbound_max_packets`] or [`Config::inbound_max_bytes`] wait, no more is read from that
/// connection.
pub trait Application: Send + Sync + 'static {
    /// What is kept for each connection.
    type State: Send + Sync + 'static;
    /// What a message comes to that has to wait for its turn.
    type Work: Send + 'static;

    /// A connection was made; its client has not been told yet.
    fn open(&self, connection: &Connection, handshake: Handshake) -> Self::State;

    /// Takes in one message, in the order of arrival. What is given back is handled when all before
    /// it was; an error closes the connection with [`DisconnectReason::ParseError`].
    fn receive(
        &self,
        connection: &Connection,
        state: &Self::State,
        message: Message<'_>,
    ) -> Result<Option<Self::Work>, Malformed>;

    /// How many bytes a piece of work counts for in [`Config::inbound_max_bytes`], given those of the
    /// message that it came with. What was put together from several messages counts for all of them.
    fn work_bytes(&self, work: &Self::Work, message_bytes: usize) -> usize {
        let _ = work;
        message_bytes
    }

    /// Handles one piece of work; the next one begins when this ends.
    fn handle(
        &self,
        connection: &Connection,
        state: &Self::State,
        work: Self::Work,
    ) -> impl Future<Output = ()> + Send;

    /// Work of the application's own, which goes before what was received. It is asked for whenever
    /// a handler has ended and whenever the connection's task was woken.
    fn pending(&self, state: &Self::State) -> Option<Self::Work> {
        let _ = state;
        None
    }

    /// The connection was closed. Called at once, also while a handler still runs; what was received
    /// before is handled after it, unless this side closed.
    fn closing(&self, connection: &Connection, state: &Self::State, reason: DisconnectReason) {
        let _ = (connection, state, reason);
    }

    /// The last call for a connection, once, after its last handler.
    fn closed(
        &self,
        connection: &Connection,
        state: &Self::State,
        reason: DisconnectReason,
    ) -> impl Future<Output = ()> + Send {
        let _ = (connection, state, reason);
        async {}
    }
}

/// A message of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message<'a> {
    /// Text.
    Text(&'a str),
    /// Bytes.
    Binary(&'a [u8]),
}

impl Message<'_> {
    const fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(bytes) => bytes.len(),
        }
    }
}

/// A message that the application cannot read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("malformed message")]
pub struct Malformed;

/// An Engine.IO server. Cheap to clone.
pub struct Engine<A: Application> {
    shared: Arc<Shared<A>>,
}

/// The tower service of an [`Engine`]. Its requests need the extensions that hyper gave them, for
/// the upgrade to WebSocket.
pub struct EngineService<A: Application> {
    shared: Arc<Shared<A>>,
}

pub(crate) type Admission = Box<dyn Fn(&Handshake) -> Result<(), Refusal> + Send + Sync>;

pub(crate) struct Shared<A: Application> {
    pub(crate) core: Arc<Core>,
    pub(crate) application: A,
    pub(crate) sessions: Sessions<A>,
    pub(crate) admission: Admission,
    is_swept: AtomicBool,
}

/// How often a drain closes the next few connections.
const DRAIN_STEP: Duration = Duration::from_millis(10);

impl<A: Application> Engine<A> {
    /// An engine that admits every handshake of an allowed origin.
    pub fn new(config: Config, application: A) -> Self {
        Self::with_admission(config, application, |_| Ok(()))
    }

    /// An engine that asks before each handshake. A refusal is answered by HTTP.
    pub fn with_admission(
        config: Config,
        application: A,
        admission: impl Fn(&Handshake) -> Result<(), Refusal> + Send + Sync + 'static,
    ) -> Self {
        let shared = Shared {
            core: Arc::new(Core::new(config)),
            application,
            sessions: Sessions::new(),
            admission: Box::new(admission),
            is_swept: AtomicBool::new(false),
        };
        Self { shared: Arc::new(shared) }
    }

    /// The service to mount at [`Config::path`].
    pub fn service(&self) -> EngineService<A> {
        EngineService { shared: Arc::clone(&self.shared) }
    }

    /// The application.
    pub fn application(&self) -> &A {
        &self.shared.application
    }

    /// Figures for metrics.
    pub fn stats(&self) -> Stats {
        self.shared.core.counters.stats()
    }

    /// Refuses new handshakes with 503 and `Retry-After` from now on. Connections stay, and may still
    /// move from polling to WebSocket; a handshake that was answered already is completed.
    pub fn refuse_handshakes(&self) {
        self.shared.core.refuse_handshakes();
    }

    /// [Refuses new handshakes](Self::refuse_handshakes), closes all connections spread evenly over the window, and
    /// waits until every [`Application::closed`] has returned. Stock clients come back by themselves,
    /// to whatever serves the address then.
    pub async fn drain(&self, window: Duration) {
        self.shared.core.start_draining();
        let mut open = self.sessions();
        let steps =
            usize::try_from(window.as_millis() / DRAIN_STEP.as_millis()).unwrap_or(1).max(1);
        let at_once = open.len().div_ceil(steps).max(1);
        while !open.is_empty() {
            let rest = open.split_off(at_once.min(open.len()));
            for connection in open {
                connection.close(DisconnectReason::ServerShuttingDown);
            }
            open = rest;
            if !open.is_empty() {
                tokio::time::sleep(DRAIN_STEP).await;
            }
        }
        // Those whose handshake was under way when the drain began.
        for connection in self.sessions() {
            connection.close(DisconnectReason::ServerShuttingDown);
        }
        self.shared.core.tasks.finished().await;
    }

    fn sessions(&self) -> Vec<Connection> {
        let mut open = Vec::new();
        self.shared.sessions.for_each(|session| open.push(session.connection.clone()));
        open
    }
}

impl<A: Application> Clone for Engine<A> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<A: Application> Clone for EngineService<A> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<A, B> tower::Service<Request<B>> for EngineService<A>
where
    A: Application,
    B: http_body::Body + Send + 'static,
    B::Data: Send,
{
    type Response = Response<ResponseBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let shared = Arc::clone(&self.shared);
        Box::pin(async move { Ok(request::answer(&shared, request).await) })
    }
}
