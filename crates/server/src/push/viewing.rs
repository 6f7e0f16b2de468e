//! What pushes ask of the gateway: who is looking at what, on any node.

use std::collections::HashMap;

use futures_util::future::BoxFuture;
use salala_core::{ConversationId, SessionId, Timestamp, UserId};

/// A socket that views a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// Of which sign-in.
    pub session_id: Option<SessionId>,
    /// When something last came from it.
    pub heard_at: Timestamp,
}

/// Who views what. Of those who view nothing there is no entry.
pub type Viewers = HashMap<(UserId, ConversationId), Viewing>;

/// What is known of one user and one conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Viewing {
    /// The user's sockets that view it.
    pub viewers: Vec<Viewer>,
    /// Other nodes could not be asked, and the user may have a socket there.
    pub is_uncertain: bool,
}

/// Whether a user is looking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Looking {
    /// No socket of theirs views it.
    No,
    /// One does, but may be dead.
    Perhaps,
    /// One does, and was heard from.
    Yes,
}

/// Who is looking at what.
pub trait Watch: Send + Sync {
    /// Who of these views what of these; in bounded time.
    fn viewers(&self, asked: Vec<(UserId, ConversationId)>) -> BoxFuture<'_, Viewers>;
}

impl Viewing {
    /// Is the user looking at what came at `since`?
    pub fn looking(&self, since: Timestamp) -> Looking {
        if self.viewers.iter().any(|viewer| viewer.heard_at >= since) {
            Looking::Yes
        } else if self.is_uncertain || !self.viewers.is_empty() {
            Looking::Perhaps
        } else {
            Looking::No
        }
    }

    /// Does a device of this sign-in view it?
    pub fn is_viewed_by(&self, session_id: Option<SessionId>) -> bool {
        session_id.is_some() && self.viewers.iter().any(|viewer| viewer.session_id == session_id)
    }
}
