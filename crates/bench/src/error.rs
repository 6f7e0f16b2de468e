//! What can go wrong in a measurement, in sentences for whoever started it.

use std::io;
use std::net::SocketAddr;
use std::process::ExitStatus;

use crate::client::ClientError;

/// Why there are no figures.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// Something that was given does not fit.
    #[error("{0}")]
    Usage(String),
    /// The measured server may belong to somebody else.
    #[error(
        "{0} is not an address of this machine: a load test of somebody else's server is an \
         attack; with --i-own-this-server it is done"
    )]
    NotLoopback(SocketAddr),
    /// The measured program ended while it was needed.
    #[error("the server ended by itself ({0}); its own message stands above")]
    ServerEnded(ExitStatus),
    /// The measured program does not listen.
    #[error("the server does not listen at {0}, 60 seconds after it was started")]
    ServerSilent(SocketAddr),
    /// A request in preparation was refused.
    #[error("{request} was answered {status}: {body}")]
    Refused {
        /// Method and path.
        request: String,
        /// The HTTP status.
        status: u16,
        /// What the server said.
        body: String,
    },
    /// A request in preparation failed.
    #[error("a request failed: {0}")]
    Http(#[from] reqwest::Error),
    /// A client could not connect, or was cut.
    #[error("client {number}: {source}")]
    Client {
        /// Which, from 0.
        number: usize,
        /// What happened to it.
        source: ClientError,
    },
    /// The server did something that makes the figures worthless.
    #[error("the figures do not count: {0}")]
    Worthless(String),
    /// A file or the system did not play along.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// What came of it.
        source: io::Error,
    },
}

/// Says what was tried when it fails.
pub trait Trying<T> {
    /// Names what was tried.
    fn trying(self, what: impl FnOnce() -> String) -> Result<T, BenchError>;
}

impl<T, E: Into<io::Error>> Trying<T> for Result<T, E> {
    fn trying(self, what: impl FnOnce() -> String) -> Result<T, BenchError> {
        self.map_err(|source| BenchError::Io { what: what(), source: source.into() })
    }
}
