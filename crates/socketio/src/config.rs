//! What an operator may set: intervals, limits and origins.

use std::time::Duration;

/// Limits and intervals of a server. All have the official server's defaults where it has them.
#[derive(Debug, Clone)]
pub struct Config {
    /// The path that is answered, with or without its last slash; others get 404. Default
    /// `/socket.io/`.
    pub path: String,
    /// How long after the last pong (or the handshake) the server sends the next ping. Default 25 s.
    pub ping_interval: Duration,
    /// How long after a ping a silent client is kept, and how long a blocked write may make no
    /// progress. Default 20 s.
    pub ping_timeout: Duration,
    /// How long a client may take to join its first namespace, and to send the attachments of a
    /// binary packet. Default 45 s.
    pub connect_timeout: Duration,
    /// How long an upgrade from polling to WebSocket may take. Default 10 s.
    pub upgrade_timeout: Duration,
    /// The largest WebSocket message and POST body that is taken, and the size at which a poll's
    /// answer is cut, in bytes. Default 1,000,000.
    pub max_payload: usize,
    /// Which `Origin`s may come. Default [`Origins::SameOrigin`].
    pub origins: Origins,
    /// How many bytes may wait for one connection. Past it a durable packet closes the transport
    /// ([`SlowConsumer`](crate::DisconnectReason::SlowConsumer)); volatile ones are dropped from
    /// half of it on, so that they alone never cut a connection. A single packet on an empty queue
    /// may be larger. Default 1 MiB.
    pub outbound_max_bytes: usize,
    /// How many packets of one connection may wait while a handler runs. Past it nothing more is
    /// read from that connection, and TCP slows its sender down; heartbeats are not held against it
    /// meanwhile. Default 32.
    pub inbound_max_packets: usize,
    /// How many bytes of one connection may wait while a handler runs, attachments counted too. At
    /// this bound, which the packet that reaches it may pass, the same happens as with
    /// `inbound_max_packets`; so a packet is always taken if none waits. Default 1 MiB.
    pub inbound_max_bytes: usize,
    /// How many packets of one connection are handled before other tasks get their turn. Default 64.
    pub packets_per_poll: usize,
    /// How many attachments a binary packet may have; together they may hold four times
    /// `max_payload`. Default 64.
    pub max_attachments: usize,
    /// How many acknowledgements of one socket may be outstanding from
    /// [`emit_with_ack`](crate::Socket::emit_with_ack). Default 1,000.
    pub max_pending_acks: usize,
    /// What `Retry-After` says to clients that are refused before and while the server drains. Default 1 s.
    pub drain_retry_after: Duration,
}

/// Which pages may open a connection, by the `Origin` header of the handshake.
///
/// A request without that header is always taken: only browsers send it, and only they need the
/// protection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origins {
    /// Every page, without credentials (`Access-Control-Allow-Origin: *`).
    Any,
    /// Only pages whose origin has the authority of the request's `Host`.
    SameOrigin,
    /// These, written as browsers send them (`https://chat.example.org`), and the same origin.
    List(Vec<String>),
}

impl Default for Config {
    fn default() -> Self {
        Self {
            path: "/socket.io/".to_owned(),
            ping_interval: Duration::from_secs(25),
            ping_timeout: Duration::from_secs(20),
            connect_timeout: Duration::from_secs(45),
            upgrade_timeout: Duration::from_secs(10),
            max_payload: 1_000_000,
            origins: Origins::SameOrigin,
            outbound_max_bytes: 1 << 20,
            inbound_max_packets: 32,
            inbound_max_bytes: 1 << 20,
            packets_per_poll: 64,
            max_attachments: 64,
            max_pending_acks: 1_000,
            drain_retry_after: Duration::from_secs(1),
        }
    }
}
