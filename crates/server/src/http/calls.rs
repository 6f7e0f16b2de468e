//! Routes of calls: `/calls…`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use salala_core::wire::shapes::{Call, IceServers, Page};

use super::Services;
use super::extract::Caller;
use super::problem::Answer;
use super::query::{PageQuery, Query};

type Shared = State<Arc<Services>>;

/// `GET /calls`
pub async fn calls(
    State(services): Shared,
    Caller(caller): Caller,
    Query(page): Query<PageQuery>,
) -> Answer<Json<Page<Call>>> {
    Ok(Json(services.chat.calls(caller.user_id, page.cursor, page.limit).await?))
}

/// `GET /calls/ice-servers`
pub async fn ice_servers(
    State(services): Shared,
    Caller(caller): Caller,
) -> Answer<Json<IceServers>> {
    Ok(Json(services.chat.ice_servers(caller.user_id)))
}
