//! What operators' machines ask: does it live, is it ready, what does it measure.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use futures_util::future::Shared;
use parking_lot::Mutex;
use salala_core::wire::{Error, ErrorCode};
use salala_core::{Clock, Timestamp};
use salala_store::Pending;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::Services;
use super::describe::{Description, Output};
use super::extract::{Caller, bearer};
use super::problem::Answer;
use crate::metrics;

/// How long the store may take to show that it works.
const CHECK_TIMEOUT: Duration = Duration::from_secs(2);

/// How long all who ask share what the last check of the store found.
const CHECK_SHARED_FOR: Duration = Duration::from_millis(500);

/// Whether clients are to come: not any more once the server is to stop. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Readiness {
    is_draining: Arc<AtomicBool>,
}

/// Whether the store works, asked of it once at a time however many want to know: each check is a
/// write, and anybody may ask.
pub struct StoreCheck {
    clock: Arc<dyn Clock>,
    begin: Box<dyn Fn() -> Pending<()> + Send + Sync>,
    last: Mutex<Option<(Timestamp, Shared<Pending<()>>)>>,
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

impl StoreCheck {
    /// A check that `begin` begins; what is begun goes on whether it is waited for or not.
    pub fn new(
        clock: Arc<dyn Clock>,
        begin: impl Fn() -> Pending<()> + Send + Sync + 'static,
    ) -> Self {
        Self { clock, begin: Box::new(begin), last: Mutex::new(None) }
    }

    /// The check under way, or one that began just now, or else a new one.
    fn join(&self) -> Shared<Pending<()>> {
        let now = self.clock.now();
        let mut last = self.last.lock();
        if let Some((begun, check)) = &*last {
            // A clock that was set back is no reason to hold on to what was found.
            let is_fresh = *begun <= now && now.since(*begun) < CHECK_SHARED_FOR;
            if is_fresh || check.clone().now_or_never().is_none() {
                return check.clone();
            }
        }
        let check = (self.begin)().shared();
        *last = Some((now, check.clone()));
        check
    }
}

/// What an operator's machine is told.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Health {
    /// `ok` or `ready`.
    status: &'static str,
}

/// Health as of now, which nobody is to keep.
pub struct Now(Health);

/// Measures in the text form of Prometheus.
pub struct Measures(String);

/// `GET /healthz`: 200 as long as the process lives.
pub async fn healthz() -> Now {
    Now(Health { status: "ok" })
}

/// `GET /readyz`: 200 while a write and a read succeed, as of the last half second, else 503 with the
/// reason.
pub async fn readyz(State(services): State<Arc<Services>>) -> Answer<Now> {
    if services.readiness.has_ended() {
        return Err(not_ready("the server is stopping"));
    }
    match tokio::time::timeout(CHECK_TIMEOUT, services.store_check.join()).await {
        Ok(Ok(())) => {
            metrics::set_ready(true);
            Ok(Now(Health { status: "ready" }))
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
) -> Answer<Measures> {
    let collector_token = services.config.metrics_token.as_ref();
    let is_collector = bearer(&headers)
        .zip(collector_token)
        .is_some_and(|(given, expected)| is_same(given.as_bytes(), expected.as_bytes()));
    if !is_collector {
        caller?;
    }
    metrics::set_sockets((services.socket_figures)());
    Ok(Measures(services.metrics.render()))
}

impl IntoResponse for Now {
    fn into_response(self) -> Response {
        ([(CACHE_CONTROL, "no-store")], Json(self.0)).into_response()
    }
}

impl Output for Now {
    fn describe(description: &mut Description<'_>) {
        Json::<Health>::describe(description);
    }
}

impl IntoResponse for Measures {
    fn into_response(self) -> Response {
        ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], self.0).into_response()
    }
}

impl Output for Measures {
    fn describe(description: &mut Description<'_>) {
        let content = Some(("text/plain", json!({ "type": "string" })));
        description.answers(StatusCode::OK, "All that is measured.", content);
    }
}

fn not_ready(reason: &str) -> super::problem::Problem {
    metrics::set_ready(false);
    Error::new(ErrorCode::Unavailable, reason).into()
}

/// Compares hashes, so that the time taken tells nothing of where the two differ.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    Sha256::digest(one) == Sha256::digest(other)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use salala_core::ManualClock;
    use tokio::sync::watch;

    use super::*;

    #[tokio::test]
    async fn all_who_ask_share_one_check() {
        let clock = Arc::new(ManualClock::at(Timestamp::from_unix_ms(0)));
        let (works, has_worked) = watch::channel(false);
        let begun = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&begun);
        let check = StoreCheck::new(Arc::<ManualClock>::clone(&clock), move || {
            counted.fetch_add(1, Ordering::Relaxed);
            let mut has_worked = has_worked.clone();
            Box::pin(async move {
                drop(has_worked.wait_for(|has_worked| *has_worked).await);
                Ok(())
            })
        });
        let first = check.join();
        clock.advance(CHECK_SHARED_FOR * 9);
        // However long it takes, and though some go away.
        drop(check.join());
        let other = check.join();
        assert_eq!(begun.load(Ordering::Relaxed), 1);
        works.send(true).unwrap();
        assert_eq!((first.await, other.await), (Ok(()), Ok(())));
        check.join().await.unwrap();
        assert_eq!(begun.load(Ordering::Relaxed), 2);
        check.join().await.unwrap();
        assert_eq!(begun.load(Ordering::Relaxed), 2);
        clock.advance(CHECK_SHARED_FOR);
        check.join().await.unwrap();
        assert_eq!(begun.load(Ordering::Relaxed), 3);
    }
}
