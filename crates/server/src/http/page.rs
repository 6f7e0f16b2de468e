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

static INDEX: LazyLock<Asset> =
    LazyLock::new(|| asset(HTML, include_bytes!("../../assets/index.html")));
static APP_STYLE: LazyLock<Asset> =
    LazyLock::new(|| asset(STYLE, include_bytes!("../../assets/app.css")));
static APP_SCRIPT: LazyLock<Asset> =
    LazyLock::new(|| asset(SCRIPT, include_bytes!("../../assets/app.js")));
static SOCKET_IO_CLIENT: LazyLock<Asset> =
    LazyLock::new(|| asset(SCRIPT, include_bytes!("../../assets/socket.io.min.js")));

/// The page and its parts. The client stands where the official server has it.
pub fn routes() -> Router<Arc<Services>> {
    Router::new()
        .route("/", get(|headers: HeaderMap| async move { serve(&INDEX, &headers) }))
        .route("/app.css", get(|headers: HeaderMap| async move { serve(&APP_STYLE, &headers) }))
        .route("/app.js", get(|headers: HeaderMap| async move { serve(&APP_SCRIPT, &headers) }))
        .route("/socket.io/socket.io.js", get(socket_io_client))
        .route("/socket.io/socket.io.min.js", get(socket_io_client))
}

async fn socket_io_client(headers: HeaderMap) -> Response {
    serve(&SOCKET_IO_CLIENT, &headers)
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
