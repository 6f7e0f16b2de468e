//! The whole server from outside, in process on a port of its own, or as the built binary.

#[cfg(test)]
mod it {
    mod app;
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
    mod process;
    mod seed;
    mod tls;
}
