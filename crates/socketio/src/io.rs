//! The server: its namespaces, its service and its end.

use std::{
    collections::HashMap,
    convert::Infallible,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use http::{Request, Response};

use crate::{
    Broadcast, Config, Handler, Handshake, Namespace, Refusal, ResponseBody, handler::DynHandler,
    namespace::NamespaceInner,
};

/// A Socket.IO server. Cheap to clone.
#[derive(Clone)]
pub struct SocketIo {
    inner: Arc<Inner>,
}

struct Inner {
    root: Arc<NamespaceInner>,
    namespaces: HashMap<Arc<str>, Arc<NamespaceInner>>,
}

/// Makes a [`SocketIo`].
#[must_use]
pub struct Builder {
    config: Config,
    namespaces: Vec<(String, Box<dyn DynHandler>)>,
    admission: Box<dyn Fn(&Handshake) -> Result<(), Refusal> + Send + Sync>,
}

/// The tower service that answers the path of a [`SocketIo`].
#[derive(Clone)]
pub struct SocketIoService {
    _io: SocketIo,
}

/// Counters since the start, and what is there now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Connections that are open now.
    pub connections: u64,
    /// Of them, those on polling.
    pub polling: u64,
    /// Of them, those on WebSocket.
    pub websocket: u64,
    /// Sockets that are connected now, over all namespaces.
    pub sockets: u64,
    /// Connections opened since the start.
    pub connections_opened: u64,
    /// Connections closed because their queue was full.
    pub slow_consumers: u64,
    /// Volatile packets that were dropped.
    pub volatile_dropped: u64,
    /// Connections closed because nothing was heard of them.
    pub ping_timeouts: u64,
    /// Connections closed because of a malformed packet.
    pub parse_errors: u64,
    /// Engine.IO packets received.
    pub packets_in: u64,
    /// Frames written.
    pub packets_out: u64,
    /// Bytes received.
    pub bytes_in: u64,
    /// Bytes written.
    pub bytes_out: u64,
}

impl SocketIo {
    /// Begins to configure a server.
    pub fn builder() -> Builder {
        Builder {
            config: Config::default(),
            namespaces: Vec::new(),
            admission: Box::new(|_| Ok(())),
        }
    }
    /// The service to mount.
    pub fn service(&self) -> SocketIoService {
        SocketIoService { _io: self.clone() }
    }
    /// A namespace, if the builder was given a handler for it.
    pub fn namespace(&self, name: &str) -> Option<Namespace> {
        self.inner.namespaces.get(name).cloned().map(Namespace::new)
    }
    /// The sockets of a room of `/`.
    pub fn to(&self, room: &str) -> Broadcast {
        self.broadcast().to(room)
    }
    /// Every socket of `/`.
    pub fn broadcast(&self) -> Broadcast {
        Broadcast::new(Arc::clone(&self.inner.root))
    }
    /// Figures for metrics.
    pub fn stats(&self) -> Stats {
        Stats::default()
    }
    /// Drains.
    pub async fn drain(&self, _window: Duration) {}
}

impl Builder {
    /// Sets limits and intervals.
    pub fn config(mut self, config: Config) -> Self {
        self.config = config;
        self
    }
    /// Adds a namespace; a later one of the same name replaces it.
    pub fn namespace(mut self, name: &str, handler: impl Handler) -> Self {
        self.namespaces.push((name.to_owned(), Box::new(handler)));
        self
    }
    /// Decides on handshakes.
    pub fn admission(
        mut self,
        admission: impl Fn(&Handshake) -> Result<(), Refusal> + Send + Sync + 'static,
    ) -> Self {
        self.admission = Box::new(admission);
        self
    }
    /// Makes the server.
    pub fn build(self) -> SocketIo {
        let mut namespaces = HashMap::new();
        for (name, handler) in self.namespaces {
            let inner =
                Arc::new(NamespaceInner::new(&name, Some(handler), self.config.max_pending_acks));
            namespaces.insert(Arc::clone(&inner.name), inner);
        }
        let root = namespaces
            .entry("/".into())
            .or_insert_with(|| Arc::new(NamespaceInner::new("/", None, 0)))
            .clone();
        SocketIo { inner: Arc::new(Inner { root, namespaces }) }
    }
}

impl<B> tower::Service<Request<B>> for SocketIoService
where
    B: http_body::Body + Send + 'static,
    B::Data: Send,
{
    type Response = Response<ResponseBody>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }
    fn call(&mut self, _request: Request<B>) -> Self::Future {
        Box::pin(async { Ok(Response::new(ResponseBody::new(""))) })
    }
}
