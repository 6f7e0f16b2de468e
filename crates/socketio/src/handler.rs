//! What a namespace does: the trait that an application implements.

use std::{future::Future, pin::Pin};

use serde_json::value::RawValue;

use crate::{
    DisconnectReason, Event, Handshake, Socket,
    recovery::{Missed, MissedEvents},
};

/// The application behind one namespace.
///
/// The calls for one socket never overlap: `connect`, `connected`, its events in the order in which
/// the client sent them, `disconnected`. Handlers run on the connection's own task; one that waits
/// holds up only that connection, whose further packets wait (see
/// [`Config::inbound_max_packets`](crate::Config::inbound_max_packets) and
/// [`Config::inbound_max_bytes`](crate::Config::inbound_max_bytes)).
pub trait Handler: Send + Sync + 'static {
    /// Decides on a client that asks for the namespace, before it sees `connect`.
    ///
    /// The socket may already join rooms. What is emitted to it meanwhile is held, and sent after
    /// the CONNECT answer in the order in which it was emitted; if it is rejected, that is dropped
    /// and its rooms are left. `disconnected` is not called for a rejected socket. If the transport
    /// ends while this runs, it is not cancelled; accepting is then followed by `disconnected`
    /// alone.
    fn connect(
        &self,
        socket: &Socket,
        handshake: &Handshake,
        auth: Option<&RawValue>,
    ) -> impl Future<Output = Result<Accept, Reject>> + Send;

    /// Called after CONNECT was queued, before any event of this socket.
    fn connected(&self, socket: &Socket) -> impl Future<Output = ()> + Send {
        let _ = socket;
        async {}
    }

    /// Handles one event. The next one of this connection begins when this returns: move the
    /// event's [`Ack`](crate::Ack) elsewhere to answer later.
    fn event(&self, socket: &Socket, event: Event) -> impl Future<Output = ()> + Send;

    /// Called once for every accepted socket, after its last event. It has left its rooms before.
    fn disconnected(
        &self,
        socket: &Socket,
        reason: DisconnectReason,
    ) -> impl Future<Output = ()> + Send {
        let _ = (socket, reason);
        async {}
    }
}

/// What an accepted client is told beside its socket id.
#[derive(Debug, Default)]
pub struct Accept {
    pub(crate) pid: Option<String>,
    pub(crate) missed: Option<Missed>,
}

/// Why a client does not enter the namespace.
#[derive(Debug)]
pub enum Reject {
    /// It gets `connect_error`. This ends a stock client's attempts for good.
    Refuse {
        /// The error's `message`.
        message: String,
        /// The error's `data`.
        data: Option<Box<RawValue>>,
    },
    /// The transport is closed and nothing is told. A stock client comes back by itself.
    CloseTransport,
}

impl Accept {
    /// A session that the client may recover under this private id, which is sent as `pid`.
    pub fn with_pid(pid: String) -> Self {
        Self { pid: Some(pid), missed: None }
    }

    /// A session that goes on: `pid` is the one that the client presented, byte for byte.
    ///
    /// It is sent CONNECT, then what it missed, then what was emitted to it since it was made or since
    /// [`Socket::discard_held`]. Until the replay ends volatile events are dropped and acknowledgements
    /// pass; a replay is read as the client takes it, and never counts as slow.
    pub fn recovered(pid: String, missed: impl MissedEvents) -> Self {
        Self { pid: Some(pid), missed: Some(Missed::new(missed)) }
    }
}

pub(crate) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// [`Handler`] behind a pointer, since namespaces have handlers of several types.
pub(crate) trait DynHandler: Send + Sync + 'static {
    fn connect<'a>(
        &'a self,
        socket: &'a Socket,
        handshake: &'a Handshake,
        auth: Option<&'a RawValue>,
    ) -> BoxFuture<'a, Result<Accept, Reject>>;
    fn connected<'a>(&'a self, socket: &'a Socket) -> BoxFuture<'a, ()>;
    fn event<'a>(&'a self, socket: &'a Socket, event: Event) -> BoxFuture<'a, ()>;
    fn disconnected<'a>(
        &'a self,
        socket: &'a Socket,
        reason: DisconnectReason,
    ) -> BoxFuture<'a, ()>;
}

impl<H: Handler> DynHandler for H {
    fn connect<'a>(
        &'a self,
        socket: &'a Socket,
        handshake: &'a Handshake,
        auth: Option<&'a RawValue>,
    ) -> BoxFuture<'a, Result<Accept, Reject>> {
        Box::pin(Handler::connect(self, socket, handshake, auth))
    }

    fn connected<'a>(&'a self, socket: &'a Socket) -> BoxFuture<'a, ()> {
        Box::pin(Handler::connected(self, socket))
    }

    fn event<'a>(&'a self, socket: &'a Socket, event: Event) -> BoxFuture<'a, ()> {
        Box::pin(Handler::event(self, socket, event))
    }

    fn disconnected<'a>(
        &'a self,
        socket: &'a Socket,
        reason: DisconnectReason,
    ) -> BoxFuture<'a, ()> {
        Box::pin(Handler::disconnected(self, socket, reason))
    }
}
