//! Routes of users: `/users/…` and `/auth/me`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{Extensions, StatusCode};
use axum::response::{IntoResponse as _, Response};
use salala_core::limits;
use salala_core::wire::requests::UpdateMe;
use salala_core::wire::shapes::{List, Me, User, UserSummary};

use super::Services;
use super::client::Client;
use super::cookies;
use super::extract::{Caller, Segments};
use super::payload::Payload;
use super::problem::Answer;
use super::query::Query;

type Shared = State<Arc<Services>>;

/// `GET /users/search?q=`
pub async fn search(
    State(services): Shared,
    Caller(caller): Caller,
    mut query: Query,
) -> Answer<Json<List<UserSummary>>> {
    let text = query.required_text("q", limits::EMAIL_MAX_CHARS);
    let limit = query.limit();
    query.check()?;
    Ok(Json(services.chat.search_users(caller.user_id, text, limit).await?))
}

/// `GET /users/{id}`
pub async fn user(
    State(services): Shared,
    Caller(caller): Caller,
    Segments(id): Segments<String>,
) -> Answer<Json<User>> {
    Ok(Json(services.chat.user(caller.user_id, &id).await?))
}

/// `GET /auth/me`
pub async fn me(State(services): Shared, Caller(caller): Caller) -> Answer<Json<Me>> {
    Ok(Json(services.chat.me(caller.user_id).await?))
}

/// `PATCH /users/me`
pub async fn update_me(
    State(services): Shared,
    Caller(caller): Caller,
    Payload(command): Payload<UpdateMe>,
) -> Answer<Json<Me>> {
    Ok(Json(services.chat.update_me(caller.user_id, command).await?))
}

/// `DELETE /users/me`
pub async fn erase_me(
    State(services): Shared,
    Caller(caller): Caller,
    extensions: Extensions,
) -> Answer<Response> {
    services.chat.erase_me(caller.user_id).await?;
    let is_secure = cookies::is_secure(extensions.get::<Client>().copied(), &services.config);
    Ok((StatusCode::NO_CONTENT, cookies::of_sign_out(is_secure)).into_response())
}
