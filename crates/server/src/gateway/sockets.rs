//! The handle on live sockets that exists before the gateway does, since auth needs it to cut them.

use std::sync::OnceLock;

use salala_core::{SessionId, UserId};
use salala_socketio::{Broadcast, DisconnectReason, SocketIo};

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

    /// Is anybody in a room?
    pub(super) fn has_room(&self, room: &str) -> bool {
        self.io.get().is_some_and(|io| io.has_room(room))
    }

    /// Every socket.
    pub(super) fn all(&self) -> Option<Broadcast> {
        self.io.get().map(SocketIo::broadcast)
    }
}

impl LiveSessions for Sockets {
    fn cut_session(&self, session_id: SessionId) {
        self.cut(&rooms::session(session_id));
    }

    fn cut_user(&self, user_id: UserId) {
        self.cut(&rooms::user(user_id));
    }
}

impl Sockets {
    fn cut(&self, room: &str) {
        for socket in self.to(room).iter().flat_map(Broadcast::sockets) {
            if socket.is_connected() {
                socket.disconnect();
            } else {
                // It is just being let in, by what was true a moment ago: it comes back, and is told
                // then.
                socket.close_transport(DisconnectReason::ForcedClose);
            }
        }
    }
}
