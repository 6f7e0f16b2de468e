//! The route of exports: `/export/me`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream::{StreamExt as _, once, try_unfold};
use salala_core::wire::Error;

use super::Services;
use super::extract::Caller;
use super::problem::Answer;

/// `GET /export/me`; an export that cannot go on cuts the connection, so that nobody takes a part of
/// it for the whole.
pub async fn export_me(
    State(services): State<Arc<Services>>,
    Caller(caller): Caller,
) -> Answer<Response> {
    let export = Arc::clone(&services.chat).export(caller.user_id, caller.session_id);
    let (head, export) = export.await?;
    let rest = try_unfold(export, async |mut export| {
        let piece = export.next_piece().await?;
        Ok(piece.map(|piece| (piece, export)))
    });
    let document = once(async { Ok::<_, Error>(head) }).chain(rest);
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (CONTENT_DISPOSITION, "attachment; filename=\"salala-export.json\""),
    ];
    Ok((headers, Body::from_stream(document)).into_response())
}
