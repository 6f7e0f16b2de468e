//! One connection.
use crate::{DisconnectReason, engine::frame::Frame};
use std::time::Instant;
/// How a connection is carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transport {
    /// HTTP long-polling.
    Polling,
    /// WebSocket.
    WebSocket,
}
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Urgency {
    Durable,
    Volatile,
}
/// One connection.
#[derive(Clone)]
pub struct Connection;
impl Connection {
    /// Closes it.
    pub fn close(&self, _reason: DisconnectReason) {}
    pub(crate) fn is_open(&self) -> bool {
        true
    }
    pub(crate) fn transport(&self) -> Transport {
        Transport::WebSocket
    }
    pub(crate) fn last_heard_at(&self) -> Instant {
        Instant::now()
    }
    pub(crate) fn push(&self, _frames: &[Frame], _urgency: Urgency) {}
    pub(crate) fn push_unbounded(&self, _frames: &[Frame]) {}
    pub(crate) fn admit(&self, _queued: usize, _added: usize, _urgency: Urgency) -> bool {
        true
    }
}
