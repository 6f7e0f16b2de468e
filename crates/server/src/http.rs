//! The REST side: one line for each route, thin handlers by noun, one form for every error.
//!
//! - the table below: path and method → handler
//! - [`auth`], [`users`], [`friends`], [`blocks`], [`conversations`], [`messages`],
//!   [`devices`], [`calls`], [`exports`], [`uploads`]: handlers
//! - [`health`], [`documents`], [`page`]: what stands outside the API
//! - [`extract`], [`query`], [`payload`]: what a handler is given; [`answers`], [`problem`]: what it answers
//! - [`routes`], [`describe`]: how the table and the handlers' types become a document
//! - [`asset`]: what is served as it is; [`multipart`], [`file_answer`]: files that come and go
//! - [`cookies`], [`client`], [`layers`], [`cors`]: what holds for all of them

pub mod answers;
pub mod asset;
pub mod auth;
pub mod blocks;
pub mod calls;
pub mod client;
pub mod conversations;
pub mod cookies;
pub mod cors;
pub mod describe;
pub mod devices;
pub mod documents;
pub mod exports;
pub mod extract;
pub mod file_answer;
pub mod friends;
pub mod health;
pub mod layers;
pub mod messages;
pub mod multipart;
pub mod page;
pub mod payload;
pub mod problem;
pub mod query;
pub mod routes;
pub mod uploads;
pub mod users;

use std::sync::Arc;

use axum::middleware::{from_fn, from_fn_with_state};
use axum::{Extension, Router};
use salala_core::wire::ErrorCode::{
    Conflict, Forbidden, InvalidPayload, NotFound, RateLimited, Unauthorized, Unavailable,
};

use crate::auth::Auth;
use crate::chat::Chat;
use crate::config::Config;
use crate::media::Media;
use crate::metrics::{Metrics, SocketFigures};
use crate::presence::Presence;
use crate::push::keys::PushKeys;
use documents::Documents;
use health::{Readiness, StoreCheck};
use routes::{Operation, Routes};

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
    /// Files.
    pub media: Arc<Media>,
    /// Who is connected.
    pub presence: Arc<dyn Presence>,
    /// Whether clients are to come.
    pub readiness: Readiness,
    /// The key that browsers subscribe with.
    pub push_keys: Arc<PushKeys>,
    /// What is measured.
    pub metrics: Metrics,
    /// Tells how the sockets stand, when measures are read.
    pub socket_figures: Box<dyn Fn() -> SocketFigures + Send + Sync>,
}

/// All routes, with what holds for each of them: errors as problem documents, CORS, headers,
/// measures and a line in the log.
pub fn router(services: Arc<Services>) -> Router {
    let documents = Documents::new(&operations(), services.config.content_max_chars);
    // A host that is only tried out, without a public name, is not bound to HTTPS.
    let is_strict = services.config.tls_files().is_some() && services.config.is_public_https();
    let router = Router::new()
        .nest("/api/v1", api().into_router().layer(from_fn(layers::forbid_storing)))
        .merge(around_the_api().into_router().layer(Extension(Arc::new(documents))))
        .merge(page::routes())
        .fallback(problem::unknown_route)
        .method_not_allowed_fallback(problem::unknown_method)
        .layer(from_fn_with_state(Arc::clone(&services), cors::apply))
        .layer(from_fn(layers::set_security_headers))
        .layer(from_fn(layers::observe))
        .with_state(services);
    if is_strict { router.layer(from_fn(layers::set_transport_security)) } else { router }
}

/// Every route that the document tells.
pub fn operations() -> Vec<Operation> {
    [api(), around_the_api()].into_iter().flat_map(Routes::into_operations).collect()
}

/// Every route of the API, in the order of the contract: path, handler, name, sentence, and refusals that do
/// not follow from what the handler takes.
#[rustfmt::skip]
fn api() -> Routes {
    Routes::under("/api/v1")
        .post("/auth/register", auth::register, ("register", "Makes an account and signs in.", &[Forbidden, Conflict]))
        .post("/auth/login", auth::login, ("login", "Signs in, with an e-mail address or a user name.", &[Unauthorized, Forbidden, RateLimited]))
        .post("/auth/refresh", auth::refresh, ("refresh", "Gives new tokens for a refresh token, in the body or the cookie. Each works once: a second use ends its session.", &[Unauthorized, Forbidden]))
        .post("/auth/password", auth::change_password, ("changePassword", "Changes the password and ends the other sessions.", &[RateLimited]))
        .post("/auth/logout", auth::logout, ("logout", "Ends the session.", &[]))
        .get("/auth/me", users::me, ("getMe", "The user who asks.", &[]))
        .get("/auth/sessions", auth::sessions, ("listSessions", "The user's sessions.", &[]))
        .delete("/auth/sessions/{id}", auth::revoke_session, ("revokeSession", "Ends one of the user's sessions.", &[]))
        .get("/users/search", users::search, ("searchUsers", "Finds people.", &[]))
        .patch("/users/me", users::update_me, ("updateMe", "Changes what is shown of the user; `null` unsets.", &[]))
        .delete("/users/me", users::erase_me, ("eraseMe", "Erases the account and all that its user wrote; there is no way back.", &[]))
        .get("/users/{id}", users::user, ("getUser", "One user.", &[]))
        .get("/friends", friends::friends, ("listFriends", "The user's friends.", &[]))
        .delete("/friends/{userId}", friends::remove_friend, ("removeFriend", "Ends a friendship.", &[]))
        .get("/friend-requests", friends::friend_requests, ("listFriendRequests", "The requests that the user received and that wait.", &[]))
        .post("/friend-requests", friends::create, ("createFriendRequest", "Asks somebody to be friends; refused while a request waits in either direction, and between friends.", &[NotFound, Conflict]))
        .delete("/friend-requests/{id}", friends::cancel, ("cancelFriendRequest", "Takes a request back, by its sender.", &[Conflict]))
        .post("/friend-requests/{id}/accept", friends::accept, ("acceptFriendRequest", "Makes friends of the two, and gives their conversation.", &[Conflict]))
        .post("/friend-requests/{id}/reject", friends::reject, ("rejectFriendRequest", "Says no to a request.", &[Conflict]))
        .get("/blocks", blocks::blocks, ("listBlocks", "Whom the user has blocked.", &[]))
        .put("/blocks/{userId}", blocks::block, ("block", "Blocks somebody; a repeat changes nothing.", &[Conflict]))
        .delete("/blocks/{userId}", blocks::unblock, ("unblock", "Ends a block; without one nothing changes.", &[]))
        .get("/conversations", conversations::conversations, ("listConversations", "The user's conversations, newest activity first.", &[]))
        .post("/conversations/direct", conversations::open_direct, ("openDirect", "The conversation with somebody, made if there is none.", &[NotFound]))
        .post("/conversations/groups", conversations::create_group, ("createGroup", "Makes a group.", &[NotFound, Conflict]))
        .get("/conversations/{id}", conversations::conversation, ("getConversation", "One conversation.", &[Forbidden]))
        .patch("/conversations/{id}", conversations::update, ("updateConversation", "Changes the group, for all, or what is the member's own.", &[]))
        .post("/conversations/{id}/participants", conversations::add_participants, ("addParticipants", "Brings people into a group.", &[Conflict]))
        .delete("/conversations/{id}/participants/{userId}", conversations::remove_participant, ("removeParticipant", "Puts somebody out of a group; oneself may always leave, and an owner who leaves hands over.", &[]))
        .patch("/conversations/{id}/participants/{userId}", conversations::set_role, ("setRole", "Gives a role, by the owner.", &[]))
        .get("/conversations/{id}/messages", messages::history, ("listMessages", "A page of history, newest first. `before`, `after` and `around` are places in the conversation (`seq`), of which one may be given.", &[Forbidden]))
        .post("/conversations/{id}/messages", messages::send, ("sendMessage", "Sends a message; a repeat with the same `clientMessageId` is answered with the first.", &[RateLimited]))
        .post("/conversations/{id}/read", messages::read_to, ("readTo", "Marks everything up to a place as read.", &[]))
        .get("/conversations/{id}/media", messages::media, ("listMedia", "Messages with files, newest first.", &[Forbidden]))
        .get("/search/messages", messages::search, ("searchMessages", "Finds messages by their words, newest first, in what the user may see.", &[Forbidden, NotFound]))
        .get("/messages/{id}", messages::message, ("getMessage", "One message.", &[Forbidden]))
        .patch("/messages/{id}", messages::edit, ("editMessage", "Changes a message's text, by its author.", &[Conflict, RateLimited]))
        .delete("/messages/{id}", messages::delete, ("deleteMessage", "Empties a message, by its author or an admin of the group.", &[]))
        .put("/messages/{id}/reactions/{emoji}", messages::add_reaction, ("addReaction", "Reacts with an emoji; a repeat changes nothing.", &[InvalidPayload, Conflict, RateLimited]))
        .delete("/messages/{id}/reactions/{emoji}", messages::remove_reaction, ("removeReaction", "Takes a reaction back.", &[InvalidPayload]))
        .post("/uploads", uploads::upload, ("upload", "Takes a file, to be sent as a message's `fileUrl` within a day. What it is follows from its bytes; pictures are made anew, without where and by what they were taken.", &[]))
        .get("/uploads/{id}", uploads::file, ("getFile", "A file, for its user and whoever sees a message with it, or by a URL that opens it for a while, as every `fileUrl` of this server does.", &[]))
        .get("/uploads/{id}/thumbnail", uploads::thumbnail, ("getThumbnail", "The smaller picture of a file.", &[]))
        .get("/uploads/{id}/link", uploads::link, ("getFileLink", "A new URL that opens a file for a while.", &[]))
        .delete("/uploads/{id}", uploads::discard, ("discardUpload", "Takes back a file that was not sent.", &[Conflict]))
        .post("/devices", devices::register, ("registerDevice", "Lets a device be pushed to, until its session ends. One that is there keeps its id; one of somebody else moves.", &[Forbidden, RateLimited]))
        .delete("/devices/{id}", devices::remove, ("removeDevice", "Lets a device be pushed to no more.", &[]))
        .get("/push/vapid-key", devices::vapid_key, ("getVapidKey", "The key that browsers subscribe with.", &[Unavailable]))
        .get("/push/log", devices::push_log, ("listPushes", "What became of pushes to the user, and why, newest first: of the last seven days.", &[]))
        .get("/users/me/settings", devices::settings, ("getSettings", "What the user has set.", &[]))
        .patch("/users/me/settings", devices::update_settings, ("updateSettings", "Changes that; `null` unsets.", &[]))
        .get("/calls", calls::calls, ("listCalls", "The user's calls, newest first.", &[]))
        .get("/calls/ice-servers", calls::ice_servers, ("getIceServers", "What helps two browsers to find each other.", &[]))
        .get("/export/me", exports::export_me, ("exportMe", "Everything that is held about the user, as one document.", &[RateLimited]))
}

/// What machines ask outside the API.
#[rustfmt::skip]
fn around_the_api() -> Routes {
    Routes::under("")
        .get("/api/openapi.json", documents::get_openapi, ("getOpenapi", "This API, for programs (OpenAPI 3.1).", &[]))
        .get("/api/asyncapi.json", documents::get_asyncapi, ("getAsyncapi", "The events of the socket, for programs (AsyncAPI 3.0).", &[]))
        .get("/healthz", health::healthz, ("getHealth", "The process lives.", &[]))
        .get("/readyz", health::readyz, ("getReadiness", "Clients may come; refused while storage is away or the server stops.", &[Unavailable]))
        .get("/metrics", health::metrics, ("getMetrics", "Measures in the text form of Prometheus, for users and for whoever has `METRICS_TOKEN`.", &[]))
}
