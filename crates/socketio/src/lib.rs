//! An Engine.IO 4 and Socket.IO 5 server as a tower service, built for many connections: packets are
//! encoded once, receivers are written directly by whoever sends, and idle connections hold no buffer.
//!
//! Give a [`Handler`] (or [`Routes`] of closures) for each namespace to [`SocketIo::builder`], mount
//! [`SocketIo::service`], and emit through [`Socket`], [`Namespace`] or [`Broadcast`]. The README has
//! an example with axum.
//!
//! Reading order of the source: `io` (the server), `handler`, `routes`, `event` (what an application
//! implements), `socket`, `namespace`, `rooms`, `broadcast`, `packet` (what it sends with), `recovery`, `client`
//! and `protocol` (Socket.IO on a connection), then [`engine`] (Engine.IO: HTTP, polling, WebSocket,
//! heartbeat, queues).

mod acks;
mod broadcast;
mod client;
mod config;
pub mod engine;
mod event;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
mod handler;
mod handshake;
mod io;
mod namespace;
mod packet;
mod protocol;
mod reason;
mod recovery;
mod rooms;
mod routes;
mod socket;
mod tasks;

pub use crate::{
    acks::AckError,
    broadcast::Broadcast,
    config::{Config, Origins},
    engine::{ResponseBody, Stats, Transport, cork::cork},
    event::{Ack, ArgumentError, Event},
    handler::{Accept, Handler, Reject},
    handshake::{Handshake, Held, PeerAddress, Refusal},
    io::{Builder, SocketIo, SocketIoService},
    namespace::Namespace,
    packet::{Attachment, EncodeError, Packet},
    reason::DisconnectReason,
    recovery::{MissedEvents, Presented, ReplayFailed},
    routes::Routes,
    socket::{Acknowledgement, Socket},
};

/// The README's example compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
