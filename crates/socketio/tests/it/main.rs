//! The server as raw bytes on a socket see it.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by it")]

mod acknowledgements;
#[expect(dead_code, reason = "the crate's own tests use the rest")]
#[path = "../../../../fuzz/bounded.rs"]
mod bounded;
mod conformance;
mod delivery;
mod endings;
#[expect(dead_code, reason = "the example's main is not run here")]
#[path = "../../examples/engineio_echo.rs"]
mod engineio_echo;
mod engineio_protocol;
mod examples;
mod fuzzing;
mod handlers;
mod inbound;
mod lifecycle;
mod recovery;
#[expect(dead_code, reason = "the example's main is not run here")]
#[path = "../../examples/socketio_echo.rs"]
mod socketio_echo;
mod socketio_protocol;
mod support;
mod transports_protocol;
mod upgrade;
mod wait;
mod websocket;
