//! What operators' machines ask: does it live, is it ready, what does it measure.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{Extensions, HeaderMap};
use axum::response::{IntoResponse, Response};
use salala_core::wire::{Error, ErrorCode};
use sha2::{Digest as _, Sha256};

use super::Services;
use super::client::Client;
use super::extract::bearer;
use super::problem::Answer;
use crate::metrics;

/// How long the store may take to show that it works.
const CHECK_TIMEOUT: Duration = Duration::from_secs(2);

/// Whether clients are to come: not any more once the server is to stop. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Readiness {
    is_draining: Arc<AtomicBool>,
}

impl Readiness {
    /// Sends clients away from now on.
    pub fn end(&self) {
        self.is_draining.store(true, Ordering::Release);
        metrics::set_ready(false);
    }

    /// Is the server to stop?
    pub fn has_ended(&self) -> bool {
        self.is_draining.load(Ordering::Acquire)
    }
}

/// `GET /healthz`: 200 as long as the process lives.
pub async fn healthz() -> Response {
    ok(r#"{"status":"ok"}"#)
}

/// `GET /readyz`: 200 while a write and a read would succeed, else 503 with the reason.
pub async fn readyz(State(services): State<Arc<Services>>) -> Answer<Response> {
    if services.readiness.has_ended() {
        return Err(not_ready("the server is stopping"));
    }
    match tokio::time::timeout(CHECK_TIMEOUT, services.store.check()).await {
        Ok(Ok(())) => {
            metrics::set_ready(true);
            Ok(ok(r#"{"status":"ready"}"#))
        }
        Ok(Err(_)) => Err(not_ready("storage is away")),
        Err(_) => Err(not_ready("storage does not answer")),
    }
}

/// `GET /metrics`: for this machine itself, and for whoever has `METRICS_TOKEN`.
///
/// A request that came through a proxy is not local, so that one on this machine does not open
/// them to everybody.
pub async fn metrics(
    State(services): State<Arc<Services>>,
    extensions: Extensions,
    headers: HeaderMap,
) -> Answer<Response> {
    let is_local = extensions.get::<Client>().is_some_and(|client| client.is_local);
    let expected = services.config.metrics_token.as_ref();
    match (bearer(&headers), expected) {
        (Some(token), Some(expected)) if is_same(token.as_bytes(), expected.as_bytes()) => {}
        (Some(_) | None, _) if is_local => {}
        (Some(_) | None, Some(_)) => return Err(Error::from(ErrorCode::Unauthorized).into()),
        (Some(_) | None, None) => {
            let sentence = "metrics are for this machine alone, unless METRICS_TOKEN is set";
            return Err(Error::new(ErrorCode::Forbidden, sentence).into());
        }
    }
    metrics::set_sockets((services.socket_figures)());
    let text = services.metrics.render();
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}

fn ok(body: &'static str) -> Response {
    ([(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")], body).into_response()
}

fn not_ready(reason: &str) -> super::problem::Problem {
    metrics::set_ready(false);
    Error::new(ErrorCode::Unavailable, reason).into()
}

/// Compares hashes, so that the time taken tells nothing of where the two differ.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    Sha256::digest(one) == Sha256::digest(other)
}
