//! The REST side: one line for each route, thin handlers by noun, one form for every error.
//!
//! - the table below: path and method → handler
//! - [`auth`], [`users`], [`friends`], [`blocks`], [`conversations`], [`messages`],
//!   [`exports`]: handlers
//! - [`health`], [`page`]: what stands outside the API
//! - [`extract`], [`query`], [`payload`]: what a handler is given; [`problem`]: what it refuses with
//! - [`cookies`], [`client`], [`layers`], [`cors`]: what holds for all of them

pub mod auth;
pub mod blocks;
pub mod client;
pub mod conversations;
pub mod cookies;
pub mod cors;
pub mod exports;
pub mod extract;
pub mod friends;
pub mod health;
pub mod layers;
pub mod messages;
pub mod page;
pub mod payload;
pub mod problem;
pub mod query;
pub mod users;

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{delete, get, patch, post, put};

use crate::auth::Auth;
use crate::chat::Chat;
use crate::config::Config;
use crate::metrics::{Metrics, SocketFigures};
use crate::presence::Presence;
use health::{Readiness, StoreCheck};

/// What the handlers stand on.
pub struct Services {
    /// What the operator set.
    pub config: Arc<Config>,
    /// Whether the store works; all else goes through `chat` and `auth`.
    pub store_check: StoreCheck,
    /// Accounts, tokens and sessions.
    pub auth: Arc<Auth>,
    /// The rules.
    pub chat: Arc<Chat>,
    /// Who is connected.
    pub presence: Arc<Presence>,
    /// Whether clients are to come.
    pub readiness: Readiness,
    /// What is measured.
    pub metrics: Metrics,
    /// Tells how the sockets stand, when measures are read.
    pub socket_figures: Box<dyn Fn() -> SocketFigures + Send + Sync>,
}

/// All routes, with what holds for each of them: errors as problem documents, CORS, headers,
/// measures and a line in the log.
pub fn router(services: Arc<Services>) -> Router {
    // A host that is only tried out, without a public name, is not bound to HTTPS.
    let is_strict = services.config.tls_files().is_some() && services.config.is_public_https();
    let router = Router::new()
        .nest("/api/v1", api().layer(from_fn(layers::forbid_storing)))
        .merge(around_the_api())
        .fallback(problem::unknown_route)
        .method_not_allowed_fallback(problem::unknown_method)
        .layer(from_fn_with_state(Arc::clone(&services), cors::apply))
        .layer(from_fn(layers::set_security_headers))
        .layer(from_fn(layers::observe))
        .with_state(services);
    if is_strict { router.layer(from_fn(layers::set_transport_security)) } else { router }
}

/// Every route of the API, in the order of the contract.
#[rustfmt::skip]
fn api() -> Router<Arc<Services>> {
    Router::new()
        .route("/auth/register", post(auth::register))
        .route("/auth/login", post(auth::login))
        .route("/auth/refresh", post(auth::refresh))
        .route("/auth/password", post(auth::change_password))
        .route("/auth/logout", post(auth::logout))
        .route("/auth/me", get(users::me))
        .route("/auth/sessions", get(auth::sessions))
        .route("/auth/sessions/{id}", delete(auth::revoke_session))
        .route("/users/search", get(users::search))
        .route("/users/me", patch(users::update_me).delete(users::erase_me))
        .route("/users/{id}", get(users::user))
        .route("/friends", get(friends::friends))
        .route("/friends/{user_id}", delete(friends::remove_friend))
        .route("/friend-requests", get(friends::friend_requests).post(friends::create))
        .route("/friend-requests/{id}", delete(friends::cancel))
        .route("/friend-requests/{id}/accept", post(friends::accept))
        .route("/friend-requests/{id}/reject", post(friends::reject))
        .route("/blocks", get(blocks::blocks))
        .route("/blocks/{user_id}", put(blocks::block).delete(blocks::unblock))
        .route("/conversations", get(conversations::conversations))
        .route("/conversations/direct", post(conversations::open_direct))
        .route("/conversations/groups", post(conversations::create_group))
        .route("/conversations/{id}", get(conversations::conversation).patch(conversations::update))
        .route("/conversations/{id}/participants", post(conversations::add_participants))
        .route("/conversations/{id}/participants/{user_id}", delete(conversations::remove_participant).patch(conversations::set_role))
        .route("/conversations/{id}/messages", get(messages::history).post(messages::send))
        .route("/conversations/{id}/read", post(messages::read_to))
        .route("/conversations/{id}/media", get(messages::media))
        .route("/search/messages", get(messages::search))
        .route("/messages/{id}", get(messages::message).patch(messages::edit).delete(messages::delete))
        .route("/messages/{id}/reactions/{emoji}", put(messages::add_reaction).delete(messages::remove_reaction))
        .route("/export/me", get(exports::export_me))
}

/// What stands outside the API.
fn around_the_api() -> Router<Arc<Services>> {
    page::routes()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(health::metrics))
}
