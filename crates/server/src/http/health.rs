//! What operators' machines ask: does it live, is it ready, what does it measure.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use salala_core::wire::{Error, ErrorCode};
use sha2::{Digest as _, Sha256};

use super::Services;
use super::extract::{Caller, bearer};
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

/// `GET /metrics`: for every user, and for whoever has `METRICS_TOKEN`, since a collector is no user.
pub async fn metrics(
    State(services): State<Arc<Services>>,
    headers: HeaderMap,
    caller: Answer<Caller>,
) -> Answer<Response> {
    let collector_token = services.config.metrics_token.as_ref();
    let is_collector = bearer(&headers)
        .zip(collector_token)
        .is_some_and(|(given, expected)| is_same(given.as_bytes(), expected.as_bytes()));
    if !is_collector {
        caller?;
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
