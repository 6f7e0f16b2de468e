//! What Salala keeps: one trait per noun, engines behind them.
//!
//! In reading order:
//! - [`error`]: the ways in which a request to the store can fail
//! - [`ports`]: the traits, one per noun, with their guarantees; [`Store`] is all of them
//! - [`log`]: the durable events that writes leave behind, in the order in which they took effect
//! - [`sqlite`]: the embedded engine
//! - [`postgres`]: the engine for many processes
//!
//! **One method is one transaction.** Permissions are asked inside it, so that an answer cannot
//! have changed before the act.
//!
//! **Order.** A write is queued when its method is *called*, not when its future is polled: writes
//! take effect in the order of their calls, and dropping a future cancels nothing. Reads see every
//! write whose future has resolved before the read was called.
//!
//! **Durability.** A write's future resolves after its transaction is on disk, never before.

mod call_row;
mod columns;
mod copies;
mod erasure_stage;
pub mod error;
#[cfg(test)]
mod every_use;
mod history_page;
pub mod log;
mod mentions;
mod missed;
mod pair;
pub mod ports;
pub mod postgres;
mod push_rows;
mod queue;
mod read_marks;
mod replay;
mod request_status;
pub mod sqlite;
mod user_terms;
mod visible;

use std::future::Future;
use std::pin::Pin;

pub use copies::BackupError;
pub use error::{Conflict, StoreError};
pub use ports::{
    Access, Accounts, Blocks, Calls, CatchUp, Conversations, Devices, Exports, Friends, Log,
    MessageSearch, Messages, Pushes, Reactions, Reads, Sessions, Store, Uploads, Users, Views,
};

/// The outcome of a request that is under way. It goes on whether or not it is polled.
pub type Pending<T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'static>>;
