//! What happens: every act of a user, the same for REST and socket.
//!
//! A method reads what the client named, lets the store act (which asks permissions inside its
//! transaction) and gives back what the client is shown. Who else hears of it is not decided here:
//! the store's committed events tell the gateway's hub.

mod blocks;
mod conversations;
mod cursor;
mod friends;
mod message_search;
mod messages;
mod reactions;
mod reads;
mod users;

use std::sync::Arc;

use salala_core::{Clock, Random};
use salala_store::Store;
use salala_store::ports::conversations::Contacts;

use crate::presence::Presence;

pub use messages::{HistoryQuery, conversation_id_of};

/// The rules, over a store.
pub struct Chat {
    store: Arc<dyn Store>,
    presence: Arc<Presence>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    settings: ChatSettings,
}

/// What an operator may choose of the rules.
#[derive(Clone, Copy, Debug)]
pub struct ChatSettings {
    /// Who may be drawn into a conversation.
    pub contacts: Contacts,
    /// Characters in a message's content.
    pub content_max_chars: usize,
}

impl Chat {
    /// The rules over this store.
    pub fn new(
        store: Arc<dyn Store>,
        presence: Arc<Presence>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        settings: ChatSettings,
    ) -> Self {
        Self { store, presence, clock, random, settings }
    }
}
