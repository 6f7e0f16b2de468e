//! Who stands behind a socket, and which device it is to calls.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use salala_core::records::CallDevice;
use salala_core::{SessionId, UserId};
use salala_socketio::Socket;
use salala_store::ports::calls::CallParty;
use salala_store::ports::views::RecoveryId;

use super::answers::Answers;
use super::call_desk::CallDesk;

/// Who stands behind a socket.
pub(super) struct Caller {
    pub(super) user_id: UserId,
    pub(super) session_id: Option<SessionId>,
    /// When it began to come in.
    pub(super) entered_at: std::time::Instant,
    pub(super) answers: Answers,
    pub(super) calls: CallDesk,
    /// Its recoverable session; set before its first event.
    pub(super) recovery_id: OnceLock<RecoveryId>,
    /// It has viewed a conversation, which its session remembers.
    pub(super) has_views: AtomicBool,
    /// A block stood between the user and another while this socket was there. Mostly none did, and the
    /// store is not asked for one with every sign of typing.
    pub(super) has_met_block: AtomicBool,
}

impl Caller {
    pub(super) fn new(user_id: UserId, session_id: Option<SessionId>) -> Self {
        Self {
            user_id,
            session_id,
            entered_at: std::time::Instant::now(),
            answers: Answers::new(),
            calls: CallDesk::new(),
            recovery_id: OnceLock::new(),
            has_views: AtomicBool::new(false),
            has_met_block: AtomicBool::new(false),
        }
    }

    pub(super) fn recovery_id(&self) -> Option<RecoveryId> {
        self.recovery_id.get().copied()
    }

    pub(super) fn note_views(&self) {
        self.has_views.store(true, Ordering::Relaxed);
    }

    /// The device that a socket is to calls.
    pub(super) fn device(&self, socket: &Socket) -> CallDevice {
        CallDevice { key: self.device_key(socket), session_id: self.session_id }
    }

    /// Its recoverable session, which outlives the socket; the socket before that is known.
    pub(super) fn device_key(&self, socket: &Socket) -> String {
        match self.recovery_id() {
            Some(recovery_id) => recovery_id.to_string(),
            None => socket.id().to_owned(),
        }
    }

    /// The user on that device.
    pub(super) fn party(&self, socket: &Socket) -> CallParty {
        CallParty { user_id: self.user_id, device: self.device(socket) }
    }
}
