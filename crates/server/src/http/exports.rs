//! The route of exports: `/export/me`.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{StreamExt as _, once, try_unfold};
use salala_core::wire::Error;
use salala_core::wire::export::Export;

use super::Services;
use super::describe::{Description, Output};
use super::extract::Caller;
use super::problem::Answer;

/// An [`Export`] that is written while it is read.
pub struct ExportStream(Body);

/// `GET /export/me`; an export that cannot go on cuts the connection, so that nobody takes a part of
/// it for the whole.
pub async fn export_me(
    State(services): State<Arc<Services>>,
    Caller(caller): Caller,
) -> Answer<ExportStream> {
    let export = Arc::clone(&services.chat).export(caller.user_id, caller.session_id);
    let (head, export) = export.await?;
    let rest = try_unfold(export, async |mut export| {
        let piece = export.next_piece().await?;
        Ok(piece.map(|piece| (piece, export)))
    });
    let document = once(async { Ok::<_, Error>(head) }).chain(rest);
    Ok(ExportStream(Body::from_stream(document)))
}

impl IntoResponse for ExportStream {
    fn into_response(self) -> Response {
        let headers = [
            (CONTENT_TYPE, "application/json"),
            (CONTENT_DISPOSITION, "attachment; filename=\"salala-export.json\""),
        ];
        (headers, self.0).into_response()
    }
}

impl Output for ExportStream {
    fn describe(description: &mut Description<'_>) {
        let schema = description.schemas.answer::<Export>();
        let content = Some(("application/json", schema));
        description.answers(StatusCode::OK, "The whole document, to be kept as a file.", content);
    }
}
