//! Reaching Redis, one server or a cluster: where it is, and how its loss is lived with.
//!
//! - `url`: where it is and who may use it
//! - `connection`: one way to it, whatever it is made of
//! - `examine`: what an operator is told of it
//! - `backoff`: how long to wait before it is tried again

mod backoff;
mod connection;
mod examine;
mod url;

pub(crate) use self::backoff::Backoff;
pub(crate) use self::connection::{Connection, OnPush, connect};
pub(crate) use self::examine::examine;

pub use self::connection::LinkError;
pub(crate) use self::url::PORT;
pub use self::url::RedisUrl;

/// What every key and channel of Salala begins with, but for the two that the contract names.
pub(crate) const PREFIX: &str = "salala:";

/// The oldest Redis that has sharded channels.
pub(crate) const OLDEST_VERSION: (u32, u32) = (7, 0);
