//! Listening, and taking connections in whatever the system says.

use std::io::ErrorKind;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket};
use tokio_util::sync::CancellationToken;

use super::connection::{self, Shared};
use super::connections::TooMany;
use crate::metrics;
use crate::tasks::Tasks;

/// Connections that may wait to be taken in.
const BACKLOG: u32 = 4096;

/// How long nothing is taken in after the system had no file for a connection: by then some may
/// have been closed.
const BACK_OFF: Duration = Duration::from_millis(100);

/// How long a client may leave unread what was written to it, of an answer as of a WebSocket.
const UNREAD_TIMEOUT: Duration = Duration::from_secs(30);

/// Why nobody can be listened to: one sentence for people.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Somebody listens there.
    #[error("PORT {0} is in use: stop what listens there, or set PORT to another number")]
    InUse(u16),
    /// The system does not allow it.
    #[error("PORT {0} may not be used by this user: set PORT to a number above 1023")]
    Forbidden(u16),
    /// This machine does not have the address.
    #[error("HOST {0} is no address of this machine: set HOST to one of its own, or unset it")]
    NoSuchHost(IpAddr),
    /// Anything else.
    #[error("cannot listen on {address} ({reason}): check HOST and PORT")]
    Other {
        /// Where.
        address: SocketAddr,
        /// What the system says.
        reason: std::io::Error,
    },
}

/// Listens on one address, or on all of IPv6 and IPv4.
pub(super) fn listen(host: Option<IpAddr>, port: u16) -> Result<TcpListener, ListenError> {
    if let Some(host) = host {
        return bind(host, port).map_err(|error| explain(host, port, error));
    }
    let all = IpAddr::V6(Ipv6Addr::UNSPECIFIED);
    match bind(all, port) {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == ErrorKind::AddrInUse => Err(ListenError::InUse(port)),
        // A machine without IPv6.
        Err(_) => {
            let all = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
            bind(all, port).map_err(|error| explain(all, port, error))
        }
    }
}

/// Where a listener listens.
pub(super) fn address(listener: &TcpListener) -> Result<SocketAddr, ListenError> {
    listener.local_addr().map_err(|reason| ListenError::Other {
        address: SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0),
        reason,
    })
}

/// Takes connections in until the server closes.
pub(super) async fn accept(
    listener: TcpListener,
    shared: Arc<Shared>,
    tasks: Tasks,
    closing: CancellationToken,
) {
    while let Some(accepted) = closing.run_until_cancelled(listener.accept()).await {
        match accepted {
            Ok((stream, peer)) => {
                // Without it small answers wait for the client's acknowledgement; a socket that
                // refuses is about to fail anyway.
                drop(stream.set_nodelay(true));
                match shared.admit(peer.ip()) {
                    Ok(lease) => {
                        let serving = connection::serve(stream, peer, lease, Arc::clone(&shared));
                        if tasks.try_spawn("connection", serving).is_err() {
                            metrics::record_refused_connection("tasks");
                        }
                    }
                    Err(TooMany::InAll) => metrics::record_refused_connection("all"),
                    Err(TooMany::OfAddress) => metrics::record_refused_connection("address"),
                }
            }
            Err(error) => {
                metrics::record_accept_error();
                if !is_of_one_connection(error.kind()) {
                    tracing::error!(%error, "no connection can be taken in; tried again soon");
                    closing.run_until_cancelled(tokio::time::sleep(BACK_OFF)).await;
                }
            }
        }
    }
}

/// Lets this process have as many connections as the system allows it, not only as many as is usual
/// for programs. What cannot be raised stays.
pub fn raise_open_files_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::warn!(%error, "the limit of open files stays as it is");
    }
}

/// As many files as this process may open; `None` without a limit.
pub(super) fn open_files_limit() -> Option<u64> {
    rustix::process::getrlimit(rustix::process::Resource::Nofile).current
}

fn bind(host: IpAddr, port: u16) -> std::io::Result<TcpListener> {
    let socket = if host.is_ipv6() { TcpSocket::new_v6()? } else { TcpSocket::new_v4()? };
    // A restart must not wait for the last connections of the run before to be forgotten.
    socket.set_reuseaddr(true)?;
    // What it takes in inherits this: a client that reads nothing, or is gone without a word, is given up
    // by the system, whatever was to be written to it.
    let millis = u32::try_from(UNREAD_TIMEOUT.as_millis()).unwrap_or(u32::MAX);
    rustix::net::sockopt::set_tcp_user_timeout(&socket, millis)?;
    socket.bind(SocketAddr::new(host, port))?;
    socket.listen(BACKLOG)
}

fn explain(host: IpAddr, port: u16, reason: std::io::Error) -> ListenError {
    if reason.kind() == ErrorKind::AddrInUse {
        return ListenError::InUse(port);
    }
    if reason.kind() == ErrorKind::PermissionDenied {
        return ListenError::Forbidden(port);
    }
    if reason.kind() == ErrorKind::AddrNotAvailable {
        return ListenError::NoSuchHost(host);
    }
    ListenError::Other { address: SocketAddr::new(host, port), reason }
}

/// The client went before it was taken in: the next one may come at once.
fn is_of_one_connection(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset | ErrorKind::ConnectionRefused
    )
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpStream;

    use super::*;

    #[tokio::test]
    async fn who_reads_nothing_is_given_up() {
        let listener = listen(Some([127, 0, 0, 1].into()), 0).unwrap();
        let _client = TcpStream::connect(address(&listener).unwrap()).await.unwrap();
        let (taken, _) = listener.accept().await.unwrap();
        let millis = rustix::net::sockopt::tcp_user_timeout(&taken).unwrap();
        assert_eq!(Duration::from_millis(millis.into()), UNREAD_TIMEOUT);
    }
}
