//! From nothing to a joined namespace: TCP, the HTTP upgrade, Engine.IO's open, Socket.IO's connect.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use super::packet::text_field;
use super::{ClientError, Connection, Packet};

/// How long a server may take.
const LIMIT: Duration = Duration::from_mins(1);

/// Clients behind one source address. A system gives some 28,000 ports to an address by default.
const CLIENTS_PER_ADDRESS: usize = 25_000;

/// The longest head of an answer.
const HEAD_MAX_BYTES: usize = 16 * 1024;

impl Connection {
    /// Connects as client `number` with `token`, or without any, and waits until the namespace `/`
    /// is joined. On loopback every 25,000 clients come from an address of their own.
    pub async fn open(
        address: SocketAddr,
        number: usize,
        token: Option<&str>,
    ) -> Result<Self, ClientError> {
        let auth = token.map(|token| format!(r#"{{"token":"{token}"}}"#));
        let opening = open(address, number, auth.as_deref());
        timeout(LIMIT, opening).await.map_err(|_| ClientError::Slow(LIMIT))?
    }

    /// The same, to go on with the session `pid` after the event with this offset.
    pub async fn resume(
        address: SocketAddr,
        number: usize,
        token: &str,
        pid: &str,
        offset: &str,
    ) -> Result<Self, ClientError> {
        let auth = format!(r#"{{"token":"{token}","pid":"{pid}","offset":"{offset}"}}"#);
        let opening = open(address, number, Some(&auth));
        timeout(LIMIT, opening).await.map_err(|_| ClientError::Slow(LIMIT))?
    }
}

async fn open(
    address: SocketAddr,
    number: usize,
    auth: Option<&str>,
) -> Result<Connection, ClientError> {
    let mut stream = connect_from(source_of(address, number), address).await?;
    stream.set_nodelay(true)?;
    let request = format!(
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {address}\r\n\
         Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await?;
    let rest = read_head(&mut stream).await?;
    let mut connection = Connection::new(stream, rest, number);
    let packet = connection.receive().await?;
    if !matches!(packet, Packet::Open(_)) {
        return Err(unexpected(packet));
    }
    connection.queue(format!("40{}", auth.unwrap_or_default()).as_bytes());
    let packet = connection.receive().await?;
    if let Packet::ConnectError(reason) = packet {
        return Err(ClientError::ConnectRefused(String::from_utf8_lossy(reason).into_owned()));
    }
    let Packet::Connected(answer) = packet else { return Err(unexpected(packet)) };
    let pid = text_field(answer, "pid").map(<[u8]>::to_vec);
    connection.pid = pid.and_then(|pid| String::from_utf8(pid).ok());
    Ok(connection)
}

/// The address from which client `number` comes; `None` lets the system choose.
fn source_of(address: SocketAddr, number: usize) -> Option<Ipv4Addr> {
    let group = u8::try_from(number / CLIENTS_PER_ADDRESS).ok()?;
    match address.ip() {
        IpAddr::V4(ip) if ip.is_loopback() && group > 0 => Some(Ipv4Addr::new(127, 0, 1, group)),
        IpAddr::V4(_) | IpAddr::V6(_) => None,
    }
}

async fn connect_from(source: Option<Ipv4Addr>, address: SocketAddr) -> std::io::Result<TcpStream> {
    match source {
        None => TcpStream::connect(address).await,
        Some(source) => {
            let socket = TcpSocket::new_v4()?;
            socket.bind((source, 0).into())?;
            socket.connect(address).await
        }
    }
}

/// Reads the answer's head, and returns what came behind it.
async fn read_head(stream: &mut TcpStream) -> Result<Vec<u8>, ClientError> {
    let mut head = Vec::with_capacity(512);
    loop {
        if stream.read_buf(&mut head).await? == 0 {
            return Err(ClientError::Closed);
        }
        let end = memchr::memmem::find(&head, b"\r\n\r\n");
        if let Some(end) = end.filter(|_| head.starts_with(b"HTTP/1.1 101 ")) {
            return Ok(head.split_off(end + 4));
        }
        if end.is_some() || head.len() > HEAD_MAX_BYTES {
            let text = String::from_utf8_lossy(&head);
            return Err(ClientError::Handshake(text.lines().next().unwrap_or("").to_owned()));
        }
    }
}

fn unexpected(packet: Packet<'_>) -> ClientError {
    ClientError::Packet(format!("{packet:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_clients_spread_over_the_addresses_of_this_machine() {
        let here: SocketAddr = "127.0.0.1:3000".parse().unwrap();
        assert_eq!(source_of(here, 24_999), None);
        assert_eq!(source_of(here, 25_000), Some(Ipv4Addr::new(127, 0, 1, 1)));
        assert_eq!(source_of(here, 75_000), Some(Ipv4Addr::new(127, 0, 1, 3)));
        assert_eq!(source_of("192.0.2.1:80".parse().unwrap(), 75_000), None);
        assert_eq!(source_of("[::1]:80".parse().unwrap(), 75_000), None);
    }
}
