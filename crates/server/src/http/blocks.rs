//! Routes of blocks: `/blocks…`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::NoContent;
use salala_core::wire::shapes::{List, UserSummary};

use super::Services;
use super::extract::{Caller, Segments};
use super::problem::Answer;

type Shared = State<Arc<Services>>;

/// `GET /blocks`
pub async fn blocks(
    State(services): Shared,
    Caller(caller): Caller,
) -> Answer<Json<List<UserSummary>>> {
    Ok(Json(services.chat.blocks(caller.user_id).await?))
}

/// `PUT /blocks/{userId}`
pub async fn block(
    State(services): Shared,
    Caller(caller): Caller,
    Segments(user_id): Segments<String>,
) -> Answer<NoContent> {
    services.chat.block_user(caller.user_id, &user_id).await?;
    Ok(NoContent)
}

/// `DELETE /blocks/{userId}`
pub async fn unblock(
    State(services): Shared,
    Caller(caller): Caller,
    Segments(user_id): Segments<String>,
) -> Answer<NoContent> {
    services.chat.unblock_user(caller.user_id, &user_id).await?;
    Ok(NoContent)
}
