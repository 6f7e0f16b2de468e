//! The beginning of a TLS connection: bounded in time, and a sentence for who speaks plain HTTP.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::server::TlsStream;

use crate::metrics;
use crate::tls::Tls;

/// How long a client may take for its side of the handshake.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);

/// How much a connection encrypts ahead of what its socket takes: one record. The rest waits in the
/// socket's own bounded queue, which sees by it whether the client reads.
const UNSENT_MAX_BYTES: usize = 16 * 1024;

/// What every TLS connection begins with: a record of the handshake.
const HANDSHAKE_RECORD: u8 = 22;

/// What a client that speaks plain HTTP is told.
pub const NOT_PLAIN: &str = "This port speaks HTTPS: begin the address with https://";

/// How much of a plain request is read before it is answered, so that closing does not reset the
/// connection while the answer is on its way.
const PLAIN_MAX_BYTES: usize = 16 * 1024;

/// Makes a TLS connection of this stream, or none if its client is too slow or speaks something else.
pub(super) async fn shake_hands(stream: TcpStream, tls: &Tls) -> Option<TlsStream<TcpStream>> {
    match timeout(HANDSHAKE_TIMEOUT, begin(stream, tls)).await {
        Ok(Ok(shaken)) => shaken,
        Ok(Err(error)) => {
            metrics::record_tls_failure("broken");
            tracing::debug!(%error, "a TLS handshake broke off");
            None
        }
        Err(_) => {
            metrics::record_tls_failure("slow");
            None
        }
    }
}

async fn begin(mut stream: TcpStream, tls: &Tls) -> io::Result<Option<TlsStream<TcpStream>>> {
    let mut first = [0];
    if stream.peek(&mut first).await? == 0 {
        return Ok(None);
    }
    if first == [HANDSHAKE_RECORD] {
        let acceptor = tls.acceptor();
        let accepted = acceptor.accept_with(stream, |session| {
            session.set_buffer_limit(Some(UNSENT_MAX_BYTES));
        });
        return accepted.await.map(Some);
    }
    metrics::record_tls_failure("plain");
    answer_plain(&mut stream).await?;
    Ok(None)
}

async fn answer_plain(stream: &mut TcpStream) -> io::Result<()> {
    let mut scratch = vec![0; PLAIN_MAX_BYTES];
    let _head_bytes = stream.read(&mut scratch).await?;
    let length = NOT_PLAIN.len();
    let answer = format!(
        "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\n\
         Content-Length: {length}\r\nConnection: close\r\n\r\n{NOT_PLAIN}"
    );
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await?;
    // The client closes, or the time for the handshake is over.
    while stream.read(&mut scratch).await? > 0 {}
    Ok(())
}
