//! The handle on live sockets that exists before the gateway does, since auth needs it to cut them.

use std::sync::OnceLock;

use salala_core::{SessionId, UserId};
use salala_socketio::{Broadcast, SocketIo};

use super::rooms;
use crate::auth::LiveSessions;

/// The live sockets of this node; none until the gateway has started.
#[derive(Default)]
pub struct Sockets {
    io: OnceLock<SocketIo>,
}

impl Sockets {
    pub(super) fn set(&self, io: SocketIo) {
        // A second gateway on one handle would be a defect at start; the first one stays.
        if self.io.set(io).is_err() {
            tracing::error!("two gateways were started on one handle");
        }
    }

    /// The sockets of a room.
    pub(super) fn to(&self, room: &str) -> Option<Broadcast> {
        self.io.get().map(|io| io.to(room))
    }

    /// Every socket.
    pub(super) fn all(&self) -> Option<Broadcast> {
        self.io.get().map(SocketIo::broadcast)
    }
}

impl LiveSessions for Sockets {
    fn cut_session(&self, session_id: SessionId) {
        if let Some(sockets) = self.to(&rooms::session(session_id)) {
            sockets.disconnect();
        }
    }

    fn cut_user(&self, user_id: UserId) {
        if let Some(sockets) = self.to(&rooms::user(user_id)) {
            sockets.disconnect();
        }
    }
}
