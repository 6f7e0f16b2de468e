//! What is served as it is: files that are built in, and documents that are made once.

use axum::body::Bytes;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// Bytes with their type and the name of their version.
pub struct Asset {
    content_type: &'static str,
    bytes: Bytes,
    etag: String,
}

impl Asset {
    /// Bytes to be served as this type.
    pub fn new(content_type: &'static str, bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let hash = URL_SAFE_NO_PAD.encode(Sha256::digest(&bytes));
        Self { content_type, bytes, etag: format!("\"{hash}\"") }
    }

    /// The answer. Browsers keep it and ask each time whether it is still the same, so that an update
    /// shows at once.
    pub fn serve(&self, headers: &HeaderMap) -> Response {
        let is_known = headers.get(IF_NONE_MATCH).is_some_and(|etag| etag == self.etag.as_str());
        let mut response = if is_known {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            ([(CONTENT_TYPE, self.content_type)], self.bytes.clone()).into_response()
        };
        let headers = response.headers_mut();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        if let Ok(etag) = HeaderValue::from_str(&self.etag) {
            headers.insert(ETAG, etag);
        }
        response
    }
}
