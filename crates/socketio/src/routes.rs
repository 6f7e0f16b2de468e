//! A handler made of closures, one for each event.

use std::{collections::HashMap, future::Future};

use serde_json::value::RawValue;

use crate::{
    Accept, DisconnectReason, Event, Handler, Handshake, Reject, Socket, handler::BoxFuture,
};

/// A [`Handler`] made of closures. Without `on_connect` everybody is accepted.
///
/// ```
/// use salala_socketio::{Event, Routes, Socket, SocketIo};
///
/// let chat = Routes::new().on("say", |socket: Socket, event: Event| async move {
///     let Ok(text) = event.arg::<String>(0) else { return };
///     if let Err(error) = socket.namespace().emit("said", &text) {
///         tracing::error!(%error, "a text was not sent on");
///     }
/// });
/// let io = SocketIo::builder().namespace("/", chat).build();
/// # drop(io);
/// ```
#[derive(Default)]
#[must_use]
pub struct Routes {
    connect: Option<ConnectRoute>,
    connected: Option<ConnectedRoute>,
    events: HashMap<String, EventRoute>,
    fallback: Option<EventRoute>,
    disconnect: Option<DisconnectRoute>,
}

type ConnectRoute = Box<
    dyn Fn(Socket, Handshake, Option<Box<RawValue>>) -> BoxFuture<'static, Result<Accept, Reject>>
        + Send
        + Sync,
>;
type ConnectedRoute = Box<dyn Fn(Socket) -> BoxFuture<'static, ()> + Send + Sync>;
type EventRoute = Box<dyn Fn(Socket, Event) -> BoxFuture<'static, ()> + Send + Sync>;
type DisconnectRoute =
    Box<dyn Fn(Socket, DisconnectReason) -> BoxFuture<'static, ()> + Send + Sync>;

impl Routes {
    /// Accepts everybody and handles nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Decides on clients, see [`Handler::connect`].
    pub fn on_connect<F, R>(mut self, route: F) -> Self
    where
        F: Fn(Socket, Handshake, Option<Box<RawValue>>) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Accept, Reject>> + Send + 'static,
    {
        self.connect =
            Some(Box::new(move |socket, handshake, auth| Box::pin(route(socket, handshake, auth))));
        self
    }

    /// Called after the client was accepted, see [`Handler::connected`].
    pub fn on_connected<F, R>(mut self, route: F) -> Self
    where
        F: Fn(Socket) -> R + Send + Sync + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        self.connected = Some(Box::new(move |socket| Box::pin(route(socket))));
        self
    }

    /// Handles the events of that name. A later route of the same name replaces it.
    pub fn on<F, R>(mut self, name: &str, route: F) -> Self
    where
        F: Fn(Socket, Event) -> R + Send + Sync + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        let route: EventRoute = Box::new(move |socket, event| Box::pin(route(socket, event)));
        self.events.insert(name.to_owned(), route);
        self
    }

    /// Handles events without a route. Otherwise they are ignored.
    pub fn on_other<F, R>(mut self, route: F) -> Self
    where
        F: Fn(Socket, Event) -> R + Send + Sync + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        self.fallback = Some(Box::new(move |socket, event| Box::pin(route(socket, event))));
        self
    }

    /// Called when a socket has ended, see [`Handler::disconnected`].
    pub fn on_disconnect<F, R>(mut self, route: F) -> Self
    where
        F: Fn(Socket, DisconnectReason) -> R + Send + Sync + 'static,
        R: Future<Output = ()> + Send + 'static,
    {
        self.disconnect = Some(Box::new(move |socket, reason| Box::pin(route(socket, reason))));
        self
    }
}

impl Handler for Routes {
    async fn connect(
        &self,
        socket: &Socket,
        handshake: &Handshake,
        auth: Option<&RawValue>,
    ) -> Result<Accept, Reject> {
        match &self.connect {
            Some(route) => {
                route(socket.clone(), handshake.clone(), auth.map(ToOwned::to_owned)).await
            }
            None => Ok(Accept::default()),
        }
    }

    async fn connected(&self, socket: &Socket) {
        if let Some(route) = &self.connected {
            route(socket.clone()).await;
        }
    }

    async fn event(&self, socket: &Socket, event: Event) {
        if let Some(route) = self.events.get(&event.name).or(self.fallback.as_ref()) {
            route(socket.clone(), event).await;
        }
    }

    async fn disconnected(&self, socket: &Socket, reason: DisconnectReason) {
        if let Some(route) = &self.disconnect {
            route(socket.clone(), reason).await;
        }
    }
}

impl std::fmt::Debug for Routes {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut events: Vec<_> = self.events.keys().collect();
        events.sort_unstable();
        formatter.debug_struct("Routes").field("events", &events).finish_non_exhaustive()
    }
}
