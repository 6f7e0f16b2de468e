//! The server's own pages: the web client, the documents to read, and the Socket.IO client for pages
//! that load it from here.
//!
//! - [`packed`]: one file of the web client

pub mod packed;

use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::http::header::{CONTENT_SECURITY_POLICY, X_FRAME_OPTIONS};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use super::Services;
use super::asset::Asset;
use packed::PackedFile;

const HTML: &str = "text/html; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Scripts and styles from here alone, none of them inline; pictures of users may be anywhere.
const POLICY: &str = "default-src 'self'; img-src 'self' data: http: https:; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'; object-src 'none'";

/// What a page of the web client may use of the device: what calls and voice messages take.
const PERMISSIONS: &str = "camera=(self), microphone=(self), display-capture=(self), \
    geolocation=(), payment=(), usb=()";

const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");

/// What stands at `/` in a binary that was built without the web client.
const NOT_BUILT: &str =
    "The page is not built into this binary: run `make run`, which builds it.\n";

/// The web client, as it was packed before this was compiled; empty where it was not built.
static PAGE: &[PackedFile] = include!(concat!(env!("OUT_DIR"), "/page.rs"));

/// Every other file, by the path at which it is served. The Socket.IO client stands where the official
/// server has it.
static ASSETS: LazyLock<Vec<(&'static str, Asset)>> = LazyLock::new(|| {
    vec![
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
        ("/socket.io/socket.io.js", asset(SCRIPT, include_bytes!("../../assets/socket.io.min.js"))),
        (
            "/socket.io/socket.io.min.js",
            asset(SCRIPT, include_bytes!("../../assets/socket.io.min.js")),
        ),
    ]
});

/// The pages and their parts.
pub fn routes() -> Router<Arc<Services>> {
    let router = ASSETS.iter().fold(Router::new(), |router, (path, asset)| {
        router.route(path, get(move |headers: HeaderMap| async move { serve(asset, &headers) }))
    });
    if PAGE.is_empty() {
        return router.route("/", get(say_not_built));
    }
    PAGE.iter().fold(router, |router, file| {
        router.route(file.path, get(move |headers: HeaderMap| async move { send(file, &headers) }))
    })
}

/// A part of the documents: it loads from here alone, and stands in no other page's frame.
fn serve(asset: &Asset, headers: &HeaderMap) -> Response {
    let mut response = asset.serve(headers);
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    response
}

/// A part of the web client, with what it may load and use.
fn send(file: &PackedFile, headers: &HeaderMap) -> Response {
    let mut response = file.serve(headers);
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::try_from(policy_of(file)) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(PERMISSIONS_POLICY, HeaderValue::from_static(PERMISSIONS));
    response
}

/// Inline scripts are those that were there when the page was built, and no others. Styles may be
/// inline, since the page's menus and dialogs set their places so. What people send may be a picture or a
/// sound from anywhere.
fn policy_of(file: &PackedFile) -> String {
    let scripts = file.inline_scripts;
    let gap = if scripts.is_empty() { "" } else { " " };
    format!(
        "default-src 'self'; script-src 'self'{gap}{scripts}; style-src 'self' 'unsafe-inline'; \
         img-src 'self' data: blob: http: https:; media-src 'self' data: blob: http: https:; \
         connect-src 'self' ws: wss:; worker-src 'self'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'; object-src 'none'"
    )
}

async fn say_not_built() -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, NOT_BUILT).into_response()
}

fn asset(content_type: &'static str, bytes: &'static [u8]) -> Asset {
    Asset::new(content_type, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_names_its_own_inline_scripts_and_no_others() {
        let file = |inline_scripts| PackedFile {
            path: "/",
            content_type: HTML,
            is_immutable: false,
            hash: "abc",
            inline_scripts,
            identity: b"",
            brotli: None,
            gzip: None,
        };
        let policy = policy_of(&file("'sha256-a' 'sha256-b'"));
        assert!(policy.contains("; script-src 'self' 'sha256-a' 'sha256-b'; "), "{policy}");
        let policy = policy_of(&file(""));
        assert!(policy.contains("; script-src 'self'; "), "{policy}");
    }
}
