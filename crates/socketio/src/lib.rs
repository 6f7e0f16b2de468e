//! An Engine.IO 4 and Socket.IO 5 server as a tower service.

mod acks;
mod broadcast;
mod client;
mod config;
pub mod engine;
mod event;
mod handler;
mod handshake;
mod io;
mod namespace;
mod packet;
mod protocol;
mod reason;
mod rooms;
mod socket;
mod tasks;

pub use crate::{
    acks::AckError,
    broadcast::Broadcast,
    config::{Config, Origins},
    engine::body::ResponseBody,
    engine::{Transport, cork::cork},
    event::{Ack, ArgumentError, Event},
    handler::{Accept, Handler, Reject},
    handshake::{Handshake, PeerAddress, Refusal},
    io::{Builder, SocketIo, SocketIoService, Stats},
    namespace::Namespace,
    packet::{Attachment, EncodeError, Packet},
    reason::DisconnectReason,
    socket::{Acknowledgement, Socket},
};
