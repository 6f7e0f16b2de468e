//! What holds for every answer: headers, measures, a line in the log, and none lost to a panic.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::header::{
    CACHE_CONTROL, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt as _;
use salala_core::wire::{Error, ErrorCode};

use super::problem::Problem;
use crate::metrics;

/// For 30 days from the last visit, so that who gives TLS up is not locked out for longer; and for this
/// host alone, since of others this server knows nothing.
const STRICTLY: &str = "max-age=2592000";

/// Measures and logs every request, and answers in place of a handler that panics.
pub async fn observe(request: Request, next: Next) -> Response {
    let started_at = Instant::now();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    let response = answered.unwrap_or_else(|_| {
        tracing::error!(%method, path, "a request's handler panicked");
        Problem::from(Error::from(ErrorCode::Internal)).into_response()
    });
    let took = started_at.elapsed();
    let status = response.status().as_u16();
    let template = route.as_ref().map_or("none", MatchedPath::as_str);
    metrics::record_request(method_label(&method), template, status, took);
    tracing::debug!(%method, path, status, took_us = took.as_micros(), "answered a request");
    response
}

/// Keeps browsers from guessing types and from telling other sites where their user was.
pub async fn set_security_headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// Keeps browsers from coming back by plain HTTP, which only the server that ends TLS can promise.
pub async fn set_transport_security(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(STRICTLY));
    response
}

/// Keeps caches from keeping what is one user's own, unless its answer says better.
pub async fn forbid_storing(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// The methods that have routes; clients may make up others without end.
fn method_label(method: &Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "OPTIONS" => "OPTIONS",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::middleware::from_fn;
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;

    #[tokio::test]
    async fn a_handler_that_panics_is_answered_for() {
        async fn clumsy() {
            panic!("on purpose");
        }
        let router: Router = Router::new().route("/", get(clumsy)).layer(from_fn(observe));
        let response = router.oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!(response.status(), 500);
        assert_eq!(response.headers()["content-type"], "application/problem+json");
    }
}
