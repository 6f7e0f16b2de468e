//! The wire contract, version 1: every name and shape that a client sees, once.
//!
//! - [`error`]: the codes for refusals, the same for REST and acks
//! - [`fields`]: reading what a client sent; total, with every mistake named
//! - [`client_events`] and [`requests`]: what a client asks, over the socket and over HTTP
//! - [`shapes`]: what it is given; [`export`]: what an export adds to them
//! - [`server_events`]: what it is told unasked
//! - [`view`]: from records to shapes
//! - [`schema`], [`asyncapi`]: the same as documents for clients
//!
//! Fields may be added to any shape; none is renamed or removed.

pub mod asyncapi;
pub mod client_events;
pub mod error;
pub mod export;
pub mod fields;
pub mod requests;
pub mod schema;
pub mod server_events;
pub mod shapes;
pub mod view;

pub use error::{Error, ErrorCode, FieldError};
pub use server_events::ServerEvent;
