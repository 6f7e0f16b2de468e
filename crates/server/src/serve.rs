//! The server that listens: put together, started, and stopped so that nothing acked is lost.

mod app;
mod connection;
mod connections;
mod handshake;
mod listener;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use salala_core::{Clock, Random};
use salala_store::Store;
use tokio_util::sync::CancellationToken;

use self::connections::Connections;
use crate::auth::Auth;
use crate::config::{Config, Secret};
use crate::gateway::Gateway;
use crate::http::health::Readiness;
use crate::media::StorageError;
use crate::metrics::{self, MetricsError};
use crate::push::account::AccountError;
use crate::revocations::Revocations;
use crate::tasks::Tasks;
use crate::tls::{Pair, Tls, TlsError};
use crate::turn::TurnError;

pub use handshake::NOT_PLAIN;
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
    /// No other server is on the store, so whoever was connected before is gone.
    pub is_first_server: bool,
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
    tls: Option<Arc<Tls>>,
    clock: Arc<dyn Clock>,
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
    /// Its certificate cannot be served.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Its account with Firebase cannot be used.
    #[error(transparent)]
    Firebase(#[from] AccountError),
    /// It cannot ask others.
    #[error("requests to push providers cannot be made: {0}")]
    Client(rustls::Error),
    /// It cannot measure.
    #[error(transparent)]
    Metrics(#[from] MetricsError),
    /// It cannot relay calls.
    #[error(transparent)]
    Turn(#[from] TurnError),
    /// It cannot keep files.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// Somebody else reads the store's events.
    #[error("this store has a server already")]
    StoreTaken,
}

impl Server {
    /// Starts listening; clients are served from here on. To be called inside a runtime.
    ///
    /// # Errors
    /// The port is taken, or the certificate is wrong, above all.
    pub fn start(parts: Parts) -> Result<Self, StartError> {
        let clock = Arc::clone(&parts.clock);
        let tls = parts.config.tls_files().map(|files| Tls::load(&files)).transpose()?;
        let tls = tls.map(|(tls, pair)| {
            take_note(&pair, &*clock);
            Arc::new(tls)
        });
        let listener = listener::listen(parts.config.host, parts.config.port)?;
        let address = listener::address(&listener)?;
        let closing = CancellationToken::new();
        let app = app::assemble(parts)?;
        let connections = Connections::new(
            app.config.max_connections,
            app.config.max_connections_per_address,
            listener::open_files_limit(),
        );
        let shared = Arc::new(connection::Shared {
            router: app.router,
            config: app.config,
            tls: tls.clone(),
            connections,
            closing: closing.clone(),
        });
        let accepting = listener::accept(listener, shared, app.tasks.clone(), closing.clone());
        app.tasks.spawn("accept", accepting);
        Ok(Self {
            address,
            tls,
            clock,
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
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        let ip = self.address.ip();
        if ip.is_unspecified() || ip.is_loopback() {
            return format!("{scheme}://localhost:{}", self.address.port());
        }
        format!("{scheme}://{}", self.address)
    }

    /// Whether it ends TLS itself.
    pub fn has_tls(&self) -> bool {
        self.tls.is_some()
    }

    /// Reads the certificate and its key anew, for connections that come from here on. If they are
    /// wrong, the old ones stay and the log says why.
    pub fn reload_tls(&self) {
        let Some(tls) = &self.tls else {
            tracing::info!("there is nothing to be read anew without TLS_CERT_FILE");
            return;
        };
        match tls.reload() {
            Ok(pair) => {
                tracing::info!(not_after = %pair.not_after(), "the certificate was read anew");
                take_note(&pair, &*self.clock);
            }
            Err(error) => tracing::error!("{error}; the old certificate goes on being served"),
        }
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

/// Tells operators of a certificate that clients refuse, or will soon.
fn take_note(pair: &Pair, clock: &dyn Clock) {
    metrics::set_certificate_expiry(pair.not_after());
    if let Some(warning) = pair.validity(clock.now()).warning() {
        tracing::warn!("{warning}");
    }
}
