//! The server's own pages, and the Socket.IO client for pages that load it from here.

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::http::header::{CONTENT_SECURITY_POLICY, X_FRAME_OPTIONS};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use axum::routing::get;

use super::Services;
use super::asset::Asset;

const HTML: &str = "text/html; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Scripts and styles from here alone, none of them inline; pictures of users may be anywhere.
const POLICY: &str = "default-src 'self'; img-src 'self' data: http: https:; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'; object-src 'none'";

/// Every file, by the path at which it is served. The client stands where the official server has it.
static ASSETS: LazyLock<Vec<(&'static str, Asset)>> = LazyLock::new(|| {
    vec![
        ("/", asset(HTML, include_bytes!("../../assets/index.html"))),
        ("/theme.css", asset(STYLE, include_bytes!("../../assets/theme.css"))),
        ("/docs", asset(HTML, include_bytes!("../../assets/docs.html"))),
        ("/docs.css", asset(STYLE, include_bytes!("../../assets/docs.css"))),
        ("/docs.js", asset(SCRIPT, include_bytes!("../../assets/docs.js"))),
        ("/docs/contents.js", asset(SCRIPT, include_bytes!("../../assets/docs/contents.js"))),
        ("/docs/elements.js", asset(SCRIPT, include_bytes!("../../assets/docs/elements.js"))),
        ("/docs/events.js", asset(SCRIPT, include_bytes!("../../assets/docs/events.js"))),
        ("/docs/routes.js", asset(SCRIPT, include_bytes!("../../assets/docs/routes.js"))),
        ("/docs/schemas.js", asset(SCRIPT, include_bytes!("../../assets/docs/schemas.js"))),
        ("/docs/search.js", asset(SCRIPT, include_bytes!("../../assets/docs/search.js"))),
        ("/docs/words.js", asset(SCRIPT, include_bytes!("../../assets/docs/words.js"))),
        ("/app.css", asset(STYLE, include_bytes!("../../assets/app.css"))),
        ("/app.js", asset(SCRIPT, include_bytes!("../../assets/app.js"))),
        ("/app/api.js", asset(SCRIPT, include_bytes!("../../assets/app/api.js"))),
        ("/app/composer.js", asset(SCRIPT, include_bytes!("../../assets/app/composer.js"))),
        (
            "/app/conversation-list.js",
            asset(SCRIPT, include_bytes!("../../assets/app/conversation-list.js")),
        ),
        ("/app/conversation.js", asset(SCRIPT, include_bytes!("../../assets/app/conversation.js"))),
        ("/app/elements.js", asset(SCRIPT, include_bytes!("../../assets/app/elements.js"))),
        ("/app/message-list.js", asset(SCRIPT, include_bytes!("../../assets/app/message-list.js"))),
        ("/app/messages.js", asset(SCRIPT, include_bytes!("../../assets/app/messages.js"))),
        ("/app/people.js", asset(SCRIPT, include_bytes!("../../assets/app/people.js"))),
        ("/app/realtime.js", asset(SCRIPT, include_bytes!("../../assets/app/realtime.js"))),
        ("/app/state.js", asset(SCRIPT, include_bytes!("../../assets/app/state.js"))),
        ("/app/typing.js", asset(SCRIPT, include_bytes!("../../assets/app/typing.js"))),
        ("/app/words.js", asset(SCRIPT, include_bytes!("../../assets/app/words.js"))),
        ("/socket.io/socket.io.js", asset(SCRIPT, include_bytes!("../../assets/socket.io.min.js"))),
        (
            "/socket.io/socket.io.min.js",
            asset(SCRIPT, include_bytes!("../../assets/socket.io.min.js")),
        ),
    ]
});

/// The page and its parts.
pub fn routes() -> Router<Arc<Services>> {
    ASSETS.iter().fold(Router::new(), |router, (path, asset)| {
        router.route(path, get(move |headers: HeaderMap| async move { serve(asset, &headers) }))
    })
}

/// A part of a page: it loads from here alone, and stands in no other page's frame.
fn serve(asset: &Asset, headers: &HeaderMap) -> Response {
    let mut response = asset.serve(headers);
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    response
}

fn asset(content_type: &'static str, bytes: &'static [u8]) -> Asset {
    Asset::new(content_type, bytes)
}
