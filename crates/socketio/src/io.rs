//! The server: its namespaces, its service, its figures and its end.

use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use http::{Request, Response};

use crate::{
    Broadcast, Config, Handler, Handshake, Namespace, Refusal, ResponseBody, Stats,
    client::Namespaces,
    engine::{Admission, Engine, EngineService},
    handler::DynHandler,
    namespace::NamespaceInner,
};

/// A Socket.IO server. Cheap to clone; all clones are the same server.
#[derive(Clone)]
pub struct SocketIo {
    engine: Engine<Namespaces>,
}

/// Makes a [`SocketIo`].
#[must_use]
pub struct Builder {
    config: Config,
    namespaces: Vec<(String, Box<dyn DynHandler>)>,
    admission: Admission,
}

/// The tower service that answers at [`Config::path`].
///
/// It must be given requests of a hyper connection that was served with upgrades (axum does). Mount
/// it in axum with `route_service("/socket.io/", io.service())`.
#[derive(Clone)]
pub struct SocketIoService {
    service: EngineService<Namespaces>,
}

impl SocketIo {
    /// Begins to configure a server.
    pub fn builder() -> Builder {
        let admission = Box::new(|_: &Handshake| Ok(()));
        Builder { config: Config::default(), namespaces: Vec::new(), admission }
    }

    /// The service to mount. Its first request must come inside a tokio runtime.
    pub fn service(&self) -> SocketIoService {
        SocketIoService { service: self.engine.service() }
    }

    /// A namespace, if the builder was given a handler for it.
    pub fn namespace(&self, name: &str) -> Option<Namespace> {
        self.engine.application().get(name).cloned().map(Namespace::new)
    }

    /// The sockets of a room of `/`.
    pub fn to(&self, room: &str) -> Broadcast {
        self.broadcast().to(room)
    }

    /// Is anybody in a room of `/`?
    pub fn has_room(&self, room: &str) -> bool {
        self.engine.application().root().rooms.has(room)
    }

    /// Every socket of `/`.
    pub fn broadcast(&self) -> Broadcast {
        Broadcast::new(Arc::clone(self.engine.application().root()))
    }

    /// Figures for metrics: a few loads of atomics.
    pub fn stats(&self) -> Stats {
        let sockets = self.engine.application().socket_count();
        Stats { sockets: u64::try_from(sockets).unwrap_or(u64::MAX), ..self.engine.stats() }
    }

    /// Answers new handshakes with 503 and `Retry-After` from now on, which cannot be taken back.
    /// Connections stay as they are, so that what they have begun can be ended before a
    /// [`drain`](Self::drain).
    pub fn refuse_handshakes(&self) {
        self.engine.refuse_handshakes();
    }

    /// Ends the server: [handshakes are refused](Self::refuse_handshakes), all transports are closed, spread
    /// over the window and without a DISCONNECT packet, so that stock clients come back by themselves
    /// and not all at once. Returns when every `disconnected` handler has returned.
    pub async fn drain(&self, window: Duration) {
        self.engine.drain(window).await;
    }
}

impl Builder {
    /// Sets limits, intervals and origins.
    pub fn config(mut self, config: Config) -> Self {
        self.config = config;
        self
    }

    /// Adds a namespace, such as `/`. A later one of the same name replaces it. Clients that ask for
    /// another are refused with `Invalid namespace`.
    pub fn namespace(mut self, name: &str, handler: impl Handler) -> Self {
        self.namespaces.retain(|(known, _)| known != name);
        self.namespaces.push((name.to_owned(), Box::new(handler)));
        self
    }

    /// Decides on each new connection before anything is held for it. It runs on the connection's
    /// HTTP task, so it must be quick.
    pub fn admission(
        mut self,
        admission: impl Fn(&Handshake) -> Result<(), Refusal> + Send + Sync + 'static,
    ) -> Self {
        self.admission = Box::new(admission);
        self
    }

    /// Makes the server. Nothing runs before its first request.
    pub fn build(self) -> SocketIo {
        let max_acks = self.config.max_pending_acks;
        let namespaces = self
            .namespaces
            .into_iter()
            .map(|(name, handler)| NamespaceInner::new(&name, Some(handler), max_acks))
            .collect();
        let application = Namespaces::new(namespaces, self.config.clone());
        SocketIo { engine: Engine::with_admission(self.config, application, self.admission) }
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

    fn call(&mut self, request: Request<B>) -> Self::Future {
        self.service.call(request)
    }
}
