//! The PostgreSQL engine by itself: what the contract cannot ask of every engine.

#![cfg(feature = "postgres-tests")]

#[cfg(test)]
#[path = "postgres"]
mod postgres {
    pub(crate) mod database;
    pub(crate) mod lost_commit;
    pub(crate) mod met_another;
    pub(crate) mod opening;
    pub(crate) mod others;
    pub(crate) mod replays;
    pub(crate) mod server;
    pub(crate) mod server_away;
    pub(crate) mod two_writers;
    pub(crate) mod world;
}
