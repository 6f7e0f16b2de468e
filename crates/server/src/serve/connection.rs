//! One HTTP connection: bounded in what its client may send, and handed over at an upgrade.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use salala_socketio::PeerAddress;
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use crate::config::Config;
use crate::http::client::Client;

/// How long a request's head may take to come, and a kept connection may be without one.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);

/// The most bytes of a request's head.
const HEAD_MAX_BYTES: usize = 32 * 1024;

/// What all connections share.
pub(super) struct Shared {
    pub(super) router: Router,
    pub(super) config: Arc<Config>,
    /// The server stops: each connection ends after the request that is under way.
    pub(super) closing: CancellationToken,
}

/// Serves a connection until it ends or is upgraded.
pub(super) async fn serve(stream: TcpStream, peer: SocketAddr, shared: Arc<Shared>) {
    let closing = shared.closing.clone();
    let service = service_fn(move |request| answer(request, peer, Arc::clone(&shared)));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(HEAD_MAX_BYTES)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let served = tokio::select! {
        served = connection.as_mut() => served,
        () = closing.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = served {
        // The client's doing: it went away, was too slow, or does not speak HTTP.
        tracing::debug!(%error, "an HTTP connection broke off");
    }
}

async fn answer(
    mut request: hyper::Request<Incoming>,
    peer: SocketAddr,
    shared: Arc<Shared>,
) -> Result<Response, Infallible> {
    let client = Client::read(peer.ip(), request.headers(), &shared.config.trusted_proxies);
    let extensions = request.extensions_mut();
    extensions.insert(client);
    extensions.insert(PeerAddress(SocketAddr::new(client.address, peer.port())));
    let request: Request = request.map(Body::new);
    shared.router.clone().oneshot(request).await
}
