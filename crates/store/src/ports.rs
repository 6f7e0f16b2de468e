//! The traits behind which engines stand, one per noun, with what each method guarantees.

pub mod accounts;
pub mod blocks;
pub mod calls;
pub mod catch_up;
pub mod conversations;
pub mod devices;
pub mod exports;
pub mod friends;
pub mod log;
pub mod message_search;
pub mod messages;
pub mod pushes;
pub mod reactions;
pub mod reads;
pub mod sessions;
pub mod uploads;
pub mod users;
pub mod views;

use std::sync::Arc;

use crate::Pending;
use crate::log::{CommitFeed, Interest};

pub use accounts::Accounts;
pub use blocks::Blocks;
pub use calls::Calls;
pub use catch_up::CatchUp;
pub use conversations::Conversations;
pub use devices::Devices;
pub use exports::Exports;
pub use friends::Friends;
pub use log::Log;
pub use message_search::MessageSearch;
pub use messages::Messages;
pub use pushes::Pushes;
pub use reactions::Reactions;
pub use reads::Reads;
pub use sessions::{Access, Sessions};
pub use uploads::Uploads;
pub use users::Users;
pub use views::Views;

/// All that is kept.
pub trait Store:
    Users
    + Accounts
    + Sessions
    + Friends
    + Blocks
    + Conversations
    + Messages
    + MessageSearch
    + Reads
    + Reactions
    + Log
    + Views
    + CatchUp
    + Exports
    + Uploads
    + Calls
    + Devices
    + Pushes
    + Send
    + Sync
    + 'static
{
    /// The events that this process commits from now on; the second call gives `None`, since each
    /// event is given once.
    fn take_commit_feed(&self) -> Option<CommitFeed>;

    /// Lets the feed tell from now on what other processes commit as well, in its place in the log, as
    /// far as it is of interest.
    ///
    /// True if it does, so that all of the log is told here; false of an engine for one process.
    ///
    /// What of calls is told to who is there alone ([`crate::log::Event::is_durable`]) stays in the process that
    /// wrote it, and of an erased account it is not told who knew it.
    fn hear_others(&self, interest: Arc<dyn Interest>) -> bool;

    /// Resolves when a write and a read would succeed now.
    ///
    /// # Errors
    /// [`crate::StoreError::Unavailable`] while the storage is away.
    fn check(&self) -> Pending<()>;

    /// Ends the writer after all that is queued was written; what is called later is
    /// [`crate::StoreError::Unavailable`].
    fn close(&self) -> Pending<()>;
}
