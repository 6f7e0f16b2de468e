//! The server's own page, and the Socket.IO client for pages that load it from here.

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use super::Services;

const HTML: &str = "text/html; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Scripts and styles from here alone, none of them inline; pictures of users may be anywhere.
const POLICY: &str = "default-src 'self'; img-src 'self' data: http: https:; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'; object-src 'none'";

/// A file that is built in.
struct Asset {
    content_type: &'static str,
    bytes: &'static [u8],
    etag: String,
}

/// Every file, by the path at which it is served. The client stands where the official server has it.
static ASSETS: LazyLock<Vec<(&'static str, Asset)>> = LazyLock::new(|| {
    vec![
        ("/", asset(HTML, include_bytes!("../../assets/index.html"))),
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

/// Browsers keep it and ask each time whether it is still the same, so that an update shows at once.
fn serve(asset: &'static Asset, headers: &HeaderMap) -> Response {
    let is_known = headers.get(IF_NONE_MATCH).is_some_and(|etag| etag == asset.etag.as_str());
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(CONTENT_TYPE, asset.content_type)], asset.bytes).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    if let Ok(etag) = HeaderValue::from_str(&asset.etag) {
        headers.insert(ETAG, etag);
    }
    response
}

fn asset(content_type: &'static str, bytes: &'static [u8]) -> Asset {
    let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(bytes));
    Asset { content_type, bytes, etag: format!("\"{hash}\"") }
}
