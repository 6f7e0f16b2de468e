//! The PostgreSQL engine by itself: what the contract cannot ask of every engine.

#![cfg(feature = "postgres-tests")]

#[cfg(test)]
#[path = "postgres"]
mod postgres {
    pub(crate) mod database;
    pub(crate) mod opening;
}
