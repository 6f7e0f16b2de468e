//! The server that listens: put together, started, and stopped so that nothing acked is lost.

mod app;
mod connection;
mod listener;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use salala_core::{Clock, Random};
use salala_store::Store;
use tokio_util::sync::CancellationToken;

use crate::auth::Auth;
use crate::config::{Config, Secret};
use crate::gateway::Gateway;
use crate::http::health::Readiness;
use crate::metrics::MetricsError;
use crate::revocations::Revocations;
use crate::tasks::Tasks;

pub use listener::{ListenError, raise_open_files_limit};

/// Over how long the transports are closed when the server stops, so that their clients do not all
/// come back at the same moment.
const DRAIN_WINDOW: Duration = Duration::from_secs(2);

/// How long all of that may take, the last acks included.
const SOCKETS_TIMEOUT: Duration = Duration::from_secs(5);

/// How long HTTP requests that are under way may take to end after that.
const TASKS_TIMEOUT: Duration = Duration::from_secs(2);

/// When the server is gone at the latest, whatever happens.
const STOP_TIMEOUT: Duration = Duration::from_secs(9);

/// What a server stands on.
pub struct Parts {
    /// What the operator set.
    pub config: Config,
    /// Signs access tokens.
    pub jwt_secret: Secret,
    /// What is kept.
    pub store: Arc<dyn Store>,
    /// Where operators' commands say whose sockets to cut.
    pub revocations: Revocations,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
}

/// A server that listens. Dropped without [`Self::stop`], it goes on until its runtime ends.
pub struct Server {
    address: SocketAddr,
    auth: Arc<Auth>,
    gateway: Gateway,
    readiness: Readiness,
    store: Arc<dyn Store>,
    tasks: Tasks,
    closing: CancellationToken,
}

/// Why a server cannot start: one sentence for people.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// It cannot listen.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// It cannot measure.
    #[error(transparent)]
    Metrics(#[from] MetricsError),
    /// Somebody else reads the store's events.
    #[error("this store has a server already")]
    StoreTaken,
}

impl Server {
    /// Starts listening; clients are served from here on. To be called inside a runtime.
    ///
    /// # Errors
    /// The port is taken, above all.
    pub fn start(parts: Parts) -> Result<Self, StartError> {
        let listener = listener::listen(parts.config.host, parts.config.port)?;
        let address = listener::address(&listener)?;
        let closing = CancellationToken::new();
        let app = app::assemble(parts)?;
        let shared = Arc::new(connection::Shared {
            router: app.router,
            config: app.config,
            closing: closing.clone(),
        });
        let accepting = listener::accept(listener, shared, app.tasks.clone(), closing.clone());
        app.tasks.spawn("accept", accepting);
        Ok(Self {
            address,
            auth: app.auth,
            gateway: app.gateway,
            readiness: app.readiness,
            store: app.store,
            tasks: app.tasks,
            closing,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address to open in a browser on this machine.
    pub fn url(&self) -> String {
        let ip = self.address.ip();
        if ip.is_unspecified() || ip.is_loopback() {
            return format!("http://localhost:{}", self.address.port());
        }
        format!("http://{}", self.address)
    }

    /// Accounts, tokens and sessions.
    pub fn auth(&self) -> &Arc<Auth> {
        &self.auth
    }

    /// Stops: readiness ends, no socket is let in any more, what was sent is acked and every transport
    /// closed; then no connection is taken in, requests under way are finished, and what is queued is
    /// written. True if all of that was done; it takes less than ten seconds either way.
    pub async fn stop(self) -> bool {
        let stopped = tokio::time::timeout(STOP_TIMEOUT, self.stop_in_order()).await;
        stopped.unwrap_or(false)
    }

    async fn stop_in_order(self) -> bool {
        self.readiness.end();
        // Connections are taken in until the sockets are gone: a client that polls fetches its last
        // acks with a request of its own, which may be a new connection.
        let draining = self.gateway.drain(DRAIN_WINDOW);
        if tokio::time::timeout(SOCKETS_TIMEOUT, draining).await.is_err() {
            tracing::warn!("some sockets did not close in time");
        }
        self.closing.cancel();
        let is_drained = self.tasks.drain(TASKS_TIMEOUT).await;
        if !is_drained {
            tracing::warn!("some tasks did not end in time");
        }
        match self.store.close().await {
            Ok(()) => is_drained,
            Err(error) => {
                tracing::error!(%error, "the store did not close in order");
                false
            }
        }
    }
}
