//! Routes of users: `/users/…` and `/auth/me`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::Extensions;
use axum::response::NoContent;
use salala_core::limits;
use salala_core::wire::requests::UpdateMe;
use salala_core::wire::shapes::{List, Me, User, UserSummary};
use schemars::JsonSchema;

use super::Services;
use super::answers::WithCookies;
use super::client::Client;
use super::cookies;
use super::extract::{Caller, Segments};
use super::payload::Payload;
use super::problem::Answer;
use super::query::{FromQuery, Parameters, Query};

type Shared = State<Arc<Services>>;

/// Query of `GET /users/search`.
#[derive(Clone, Debug, JsonSchema)]
pub struct UserQuery {
    /// The beginning of a user name or display name, or a whole e-mail address.
    q: String,
    /// Rows at most.
    limit: usize,
}

impl FromQuery for UserQuery {
    fn read(parameters: &mut Parameters) -> Self {
        Self {
            q: parameters.required_text("q", limits::EMAIL_MAX_CHARS),
            limit: parameters.limit(),
        }
    }
}

/// `GET /users/search?q=`
pub async fn search(
    State(services): Shared,
    Caller(caller): Caller,
    Query(asked): Query<UserQuery>,
) -> Answer<Json<List<UserSummary>>> {
    Ok(Json(services.chat.search_users(caller.user_id, asked.q, asked.limit).await?))
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
) -> Answer<WithCookies<NoContent>> {
    services.chat.erase_me(caller.user_id).await?;
    let is_secure = cookies::is_secure(extensions.get::<Client>().copied(), &services.config);
    Ok(WithCookies(cookies::of_sign_out(is_secure), NoContent))
}
