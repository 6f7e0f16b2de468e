//! Salala's server: what happens, and the doors through which it is asked for.
//!
//! In reading order:
//! - [`config`]: what an operator may set
//! - [`cli`] and [`serve`]: the commands, and the one that listens
//! - [`http`] and [`gateway`]: the two doors, REST and Socket.IO
//! - [`chat`]: the rules, the same for both doors
//! - [`auth`]: accounts, tokens and sessions
//! - [`media`]: the files that users send
//! - [`ice`]: what helps two browsers to find each other; [`turn`]: a relay of our own
//! - [`bus`]: what nodes tell each other
//! - [`presence`]: who is connected
//! - [`push`]: telling devices whose users are not looking
//! - [`redis_link`]: reaching Redis, where there is one
//! - [`tls`]: the certificate
//! - [`rate_limits`]: how often somebody may do something
//! - [`data_dir`]: the folder in which everything is kept
//! - [`revocations`]: how an operator's command reaches the running server
//! - [`refusal`]: from the store's errors to what a client is told
//! - [`tasks`], [`logging`], [`metrics`]: what all of these stand on
//! - [`seed`]: a small demo world

pub mod auth;
pub mod bus;
pub mod chat;
pub mod cli;
pub mod config;
pub mod data_dir;
pub mod gateway;
pub mod http;
pub mod ice;
pub mod logging;
pub mod media;
pub mod metrics;
pub mod presence;
pub mod push;
pub mod rate_limits;
pub mod redis_link;
pub mod refusal;
pub mod revocations;
pub mod seed;
pub mod serve;
pub mod tasks;
pub mod tls;
pub mod turn;
