//! One HTTP connection: bounded in what its client may send, and handed over at an upgrade.

use std::any::Any;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use salala_core::wire::{Error, ErrorCode};
use salala_socketio::{Held, PeerAddress};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::connections::{Connections, Lease, TooMany};
use super::handshake::shake_hands;
use crate::config::Config;
use crate::http::client::Client;
use crate::http::problem::Problem;
use crate::metrics;
use crate::tls::Tls;

/// How long a request's head may take to come, and a kept connection may be without one.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);

/// The most bytes of a request's head.
const HEAD_MAX_BYTES: usize = 32 * 1024;

/// What all connections share.
pub(super) struct Shared {
    pub(super) router: Router,
    pub(super) config: Arc<Config>,
    /// The certificate, if this server ends TLS itself.
    pub(super) tls: Option<Arc<Tls>>,
    /// Who has how many.
    pub(super) connections: Arc<Connections>,
    /// The server stops: each connection ends after the request that is under way.
    pub(super) closing: CancellationToken,
}

impl Shared {
    /// Counts a connection. Whose it is, a proxy says with each request.
    pub(super) fn admit(&self, peer: IpAddr) -> Result<Lease, TooMany> {
        let is_proxy = self.config.trusted_proxies.contain(peer);
        self.connections.open((!is_proxy).then_some(peer))
    }
}

/// Serves a connection until it ends or is upgraded. The lease goes with it, as it does with what
/// becomes of it by an upgrade.
pub(super) async fn serve(stream: TcpStream, peer: SocketAddr, lease: Lease, shared: Arc<Shared>) {
    let lease = Arc::new(lease);
    let Some(tls) = shared.tls.clone() else {
        return speak_http(stream, Peer { address: peer, is_tls: false, lease }, shared).await;
    };
    // Boxed, so that connections without TLS have no room for it.
    let shaken = Box::pin(shake_hands(stream, &tls));
    let Some(Some(stream)) = shared.closing.run_until_cancelled(shaken).await else { return };
    Box::pin(speak_http(stream, Peer { address: peer, is_tls: true, lease }, shared)).await;
}

/// Who is at the other end.
#[derive(Clone)]
struct Peer {
    address: SocketAddr,
    is_tls: bool,
    lease: Arc<Lease>,
}

async fn speak_http<S>(stream: S, peer: Peer, shared: Arc<Shared>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let closing = shared.closing.clone();
    let service = service_fn(move |request| answer(request, peer.clone(), Arc::clone(&shared)));
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
    peer: Peer,
    shared: Arc<Shared>,
) -> Result<Response, Infallible> {
    let Peer { address, is_tls, lease } = peer;
    let proxies = &shared.config.trusted_proxies;
    let client = Client::read(address.ip(), is_tls, request.headers(), proxies);
    let mut held: Arc<dyn Any + Send + Sync> = Arc::<Lease>::clone(&lease) as Arc<_>;
    if proxies.contain(address.ip()) {
        match shared.connections.open_behind_proxy(client.address) {
            Ok(of_client) => held = Arc::new((lease, of_client)),
            Err(_) => return Ok(too_many()),
        }
    }
    let extensions = request.extensions_mut();
    extensions.insert(Held(Arc::clone(&held)));
    extensions.insert(client);
    extensions.insert(PeerAddress(SocketAddr::new(client.address, address.port())));
    let request: Request = request.map(Body::new);
    let answered = shared.router.clone().oneshot(request).await;
    drop(held);
    answered
}

/// What a client behind a proxy is told, whose connection is not its own to be closed.
fn too_many() -> Response {
    metrics::record_refused_connection("address");
    let error = Error {
        retry_after_ms: Some(1_000),
        ..Error::new(ErrorCode::RateLimited, "too many connections of this address are open")
    };
    Problem::from(error).into_response()
}
