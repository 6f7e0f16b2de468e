//! The whole server from outside, in process on a port of its own, or as the built binary.

#[cfg(test)]
mod it {
    mod app;
    mod calls;
    mod command;
    // The store's tests make theirs in the same way.
    #[path = "../../../store/tests/postgres/database.rs"]
    mod database;
    mod documents;
    mod http_accounts;
    mod http_auth;
    mod http_bodies;
    mod http_conversations;
    mod http_cookies;
    mod http_friends;
    mod http_messages;
    mod http_operations;
    mod http_origins;
    mod http_refusals;
    mod http_sessions;
    mod limits;
    mod place;
    mod process;
    mod seed;
    mod socket;
    mod sqlite_files;
    mod tls;
    mod uploads;
}
