//! Counters of a server, cheap enough to count on every packet.

use std::sync::atomic::{AtomicU64, Ordering};

/// What is there now, and what has happened since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Connections that are open now.
    pub connections: u64,
    /// Of them, those on HTTP long-polling.
    pub polling: u64,
    /// Of them, those on WebSocket.
    pub websocket: u64,
    /// Sockets that are connected now, over all namespaces. 0 for an engine alone.
    pub sockets: u64,
    /// Connections opened since the start.
    pub connections_opened: u64,
    /// Upgrades from polling to WebSocket that were completed.
    pub upgrades: u64,
    /// Connections closed because their queue was full.
    pub slow_consumers: u64,
    /// Volatile packets that were dropped.
    pub volatile_dropped: u64,
    /// Connections closed because nothing was heard of them, or nothing could be written.
    pub ping_timeouts: u64,
    /// Connections closed because of a malformed packet.
    pub parse_errors: u64,
    /// Engine.IO packets received.
    pub packets_in: u64,
    /// Engine.IO packets written.
    pub packets_out: u64,
    /// Bytes received, by WebSocket and in POST bodies.
    pub bytes_in: u64,
    /// Bytes written, by WebSocket and in poll answers.
    pub bytes_out: u64,
}

/// One counter. Relaxed: the figures are for people, nothing is decided by them.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) polling: Counter,
    pub(crate) websocket: Counter,
    pub(crate) connections_opened: Counter,
    pub(crate) upgrades: Counter,
    pub(crate) slow_consumers: Counter,
    pub(crate) volatile_dropped: Counter,
    pub(crate) ping_timeouts: Counter,
    pub(crate) parse_errors: Counter,
    pub(crate) packets_in: Counter,
    pub(crate) packets_out: Counter,
    pub(crate) bytes_in: Counter,
    pub(crate) bytes_out: Counter,
}

impl Counter {
    pub(crate) fn add(&self, count: usize) {
        self.0.fetch_add(count as u64, Ordering::Relaxed);
    }

    pub(crate) fn subtract_one(&self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Counters {
    pub(crate) fn stats(&self) -> Stats {
        let (polling, websocket) = (self.polling.get(), self.websocket.get());
        Stats {
            connections: polling + websocket,
            polling,
            websocket,
            sockets: 0,
            connections_opened: self.connections_opened.get(),
            upgrades: self.upgrades.get(),
            slow_consumers: self.slow_consumers.get(),
            volatile_dropped: self.volatile_dropped.get(),
            ping_timeouts: self.ping_timeouts.get(),
            parse_errors: self.parse_errors.get(),
            packets_in: self.packets_in.get(),
            packets_out: self.packets_out.get(),
            bytes_in: self.bytes_in.get(),
            bytes_out: self.bytes_out.get(),
        }
    }
}
