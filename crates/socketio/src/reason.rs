//! Why a connection or a socket ended, with the names that the official server gives.

use std::fmt;

/// Why a socket, or the connection below it, ended.
///
/// [`DisconnectReason::as_str`] gives the official server's text for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DisconnectReason {
    /// The client closed its connection, or the network did.
    TransportClose,
    /// The transport failed: a reset, a broken WebSocket frame, overlapping polls.
    TransportError,
    /// Nothing was heard of the client for `ping_timeout` after a ping was due.
    PingTimeout,
    /// The client sent something that is no packet.
    ParseError,
    /// The client left this namespace with a DISCONNECT packet.
    ClientNamespaceDisconnect,
    /// The server left this namespace with a DISCONNECT packet.
    ServerNamespaceDisconnect,
    /// The server drains its connections before it stops.
    ServerShuttingDown,
    /// The server closed the transport.
    ForcedClose,
    /// The server closed the transport because of a packet out of place: an event for a namespace
    /// that was not joined, or a second CONNECT.
    ForcedServerClose,
    /// The client read so slowly that its bounded queue was full.
    SlowConsumer,
}

impl DisconnectReason {
    /// The text of the official server, for logs and metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TransportClose => "transport close",
            Self::TransportError => "transport error",
            Self::PingTimeout => "ping timeout",
            Self::ParseError => "parse error",
            Self::ClientNamespaceDisconnect => "client namespace disconnect",
            Self::ServerNamespaceDisconnect => "server namespace disconnect",
            Self::ServerShuttingDown => "server shutting down",
            Self::ForcedClose => "forced close",
            Self::ForcedServerClose => "forced server close",
            Self::SlowConsumer => "slow_consumer",
        }
    }

    /// Whether this side decided to end it, so that what the client still had in flight is moot.
    pub(crate) const fn is_by_server(self) -> bool {
        match self {
            Self::ServerNamespaceDisconnect
            | Self::ServerShuttingDown
            | Self::ForcedClose
            | Self::ForcedServerClose => true,
            Self::TransportClose
            | Self::TransportError
            | Self::PingTimeout
            | Self::ParseError
            | Self::ClientNamespaceDisconnect
            | Self::SlowConsumer => false,
        }
    }
}

impl fmt::Display for DisconnectReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
