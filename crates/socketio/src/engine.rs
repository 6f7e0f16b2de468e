//! Engine.IO 4 alone.
pub(crate) mod body;
pub(crate) mod connection;
pub(crate) mod cork;
pub(crate) mod frame;
pub use connection::{Connection, Transport};
