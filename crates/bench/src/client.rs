//! A Socket.IO client over WebSocket that costs little: one TCP stream, no buffer beyond what is
//! being read, frames and packets by hand.
//!
//! - [`connection`]: handshake, reading, writing, pongs
//! - [`frame`]: WebSocket frames
//! - [`packet`]: Engine.IO and Socket.IO packets, as far as they are needed

pub mod connection;
pub mod frame;
mod handshake;
pub mod packet;

pub use connection::Connection;
pub use packet::Packet;

/// Why a client ended.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The connection broke, or could not be made.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The server did not finish the handshake in time.
    #[error("no answer to the handshake within {0:?}")]
    Slow(std::time::Duration),
    /// The server did not take the WebSocket.
    #[error("the handshake was answered `{0}`")]
    Handshake(String),
    /// The server refused the token.
    #[error("the server refused to connect: {0}")]
    ConnectRefused(String),
    /// The server closed the connection.
    #[error("the server closed the connection")]
    Closed,
    /// Bytes that are no frame which a server may send here.
    #[error(transparent)]
    Frame(#[from] frame::FrameError),
    /// A packet that the protocol does not know at this place.
    #[error("an unexpected packet: {0}")]
    Packet(String),
}
