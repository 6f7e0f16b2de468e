//! What happens: every act of a user, the same for REST and socket.
//!
//! A method reads what the client named, lets the store act (which asks permissions inside its
//! transaction) and gives back what the client is shown. Who else hears of it is not decided here:
//! the store's committed events tell the gateway's hub.

mod accounts;
mod blocks;
mod calls;
mod conversations;
mod cursor;
mod devices;
mod exports;
mod friends;
mod message_search;
mod messages;
mod reactions;
mod reads;
mod sync;
mod users;

use std::sync::Arc;

use salala_core::wire::Error;
use salala_core::{Clock, Random, UserId};
use salala_store::Store;
use salala_store::ports::conversations::Contacts;
use tokio::sync::Notify;

use crate::ice::Ice;
use crate::media::Links;
use crate::presence::{Presence, Statuses};
use crate::push::client::Reach;
use crate::rate_limits::{Rate, UserLimits};
use exports::ExportBounds;

pub use exports::Export;
pub use messages::{HistoryQuery, conversation_id_of};

/// The rules, over a store.
pub struct Chat {
    store: Arc<dyn Store>,
    presence: Arc<dyn Presence>,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    ice: Arc<Ice>,
    links: Arc<Links>,
    settings: ChatSettings,
    limits: UserLimits,
    /// Something is to be emptied.
    erasures: Notify,
    /// Messages were emptied, and may have let go of files.
    emptied: Notify,
    exports: ExportBounds,
}

/// What an operator may choose of the rules.
#[derive(Clone, Copy, Debug)]
pub struct ChatSettings {
    /// Who may be drawn into a conversation.
    pub contacts: Contacts,
    /// Characters in a message's content.
    pub content_max_chars: usize,
    /// Messages, edits and reactions of one user.
    pub sends: Option<Rate>,
    /// Typing, read marks, joined rooms and events of calls of one user.
    pub signals: Option<Rate>,
    /// Where browsers' subscriptions may lead.
    pub push_reach: Reach,
}

impl Chat {
    /// The rules over this store.
    pub fn new(
        store: Arc<dyn Store>,
        presence: Arc<dyn Presence>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
        (ice, links): (Arc<Ice>, Arc<Links>),
        settings: ChatSettings,
    ) -> Self {
        let limits = UserLimits::new(settings.sends, settings.signals);
        Self {
            store,
            presence,
            clock,
            random,
            ice,
            links,
            settings,
            limits,
            erasures: Notify::new(),
            emptied: Notify::new(),
            exports: ExportBounds::new(),
        }
    }

    /// Is notified when messages were emptied, which may have let go of files.
    pub fn emptied(&self) -> &Notify {
        &self.emptied
    }

    /// Counts what is asked often and keeps little, such as typing.
    ///
    /// # Errors
    /// `rate_limited`.
    pub fn count_signal(&self, user_id: UserId) -> Result<(), Error> {
        self.limits.signal(user_id, self.clock.now())
    }

    /// Who of those who are shown is online.
    async fn statuses(&self, shown: impl IntoIterator<Item = UserId>) -> Statuses {
        Statuses::of(&*self.presence, shown).await
    }

    /// Counts what others see.
    fn count_send(&self, user_id: UserId) -> Result<(), Error> {
        self.limits.send(user_id, self.clock.now())
    }
}
