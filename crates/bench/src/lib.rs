//! Measures a chat server from outside, with real Socket.IO clients over real sockets.
//!
//! In reading order:
//! - [`cases`]: what is measured, one file per case
//! - [`people`]: the users and conversations that a case needs, made over HTTP
//! - [`client`]: a Socket.IO client that costs little
//! - [`provider`]: a server in the place of Firebase
//! - [`server`]: the measured program, started and stopped here
//! - [`target`]: where the measured program listens, and whether it may be loaded
//! - [`usage`]: what a process and the kernel use, from `/proc`
//! - [`distribution`]: percentiles of a set of samples
//! - [`machine`]: on what it was measured
//! - [`report`]: the figures, as a table and as JSON
//! - [`stage`]: a case from its preparation to its report
//! - [`engines`]: several servers side by side, without users
//! - [`error`]: what can go wrong

pub mod cases;
pub mod client;
pub mod distribution;
pub mod engines;
pub mod error;
pub mod machine;
pub mod people;
pub mod provider;
pub mod report;
pub mod server;
pub mod stage;
pub mod target;
pub mod usage;
