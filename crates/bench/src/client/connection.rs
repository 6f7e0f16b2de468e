//! A client that is connected: it reads packets, writes them, and answers pings while it waits.

use std::ops::Range;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::frame::{self, Opcode};
use super::{ClientError, Packet};

/// Least room for a read. What idle clients are sent, pings, fits many times.
const READ_BYTES: usize = 2048;

/// One client's connection.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    inbound: Vec<u8>,
    /// How much of `inbound` was taken.
    taken: usize,
    outbound: Vec<u8>,
    mask: u32,
    /// What the server named its session, to go on with it later.
    pub(super) pid: Option<String>,
}

impl Connection {
    /// A connection whose WebSocket handshake is over; `inbound` is what came behind it.
    pub(super) fn new(stream: TcpStream, inbound: Vec<u8>, number: usize) -> Self {
        let seed = u32::try_from(number).unwrap_or(0).wrapping_mul(2).wrapping_add(1);
        let mask = seed.wrapping_mul(0x9e37_79b9);
        Self { stream, inbound, taken: 0, outbound: Vec::new(), mask, pid: None }
    }

    /// By what the server would know this session again, if it can.
    pub fn pid(&self) -> Option<&str> {
        self.pid.as_deref()
    }

    /// Queues a packet; it leaves with the next wait for one.
    pub fn queue(&mut self, packet: &[u8]) {
        self.queue_frame(Opcode::Text, packet);
    }

    /// Waits for the next packet other than a ping, which is answered here, or a noop. What is
    /// queued is written before each wait. When dropped before it is ready, no packet is lost, but
    /// a frame may have left in part: only for connections that are given up.
    pub async fn receive(&mut self) -> Result<Packet<'_>, ClientError> {
        let payload = loop {
            match self.take()? {
                Some(payload) => break payload,
                None => self.fill().await?,
            }
        };
        Ok(Packet::parse(self.inbound.get(payload).unwrap_or_default()))
    }

    /// Takes the next packet for the caller out of what was read.
    fn take(&mut self) -> Result<Option<Range<usize>>, ClientError> {
        loop {
            let bytes = self.inbound.get(self.taken..).unwrap_or_default();
            let Some(frame) = frame::decode(bytes)? else { return Ok(None) };
            let payload = self.taken + frame.payload.start..self.taken + frame.payload.end;
            self.taken = payload.end;
            match frame.opcode {
                Opcode::Text => {
                    let bytes = self.inbound.get(payload.clone()).unwrap_or_default();
                    match Packet::parse(bytes) {
                        Packet::Ping => self.queue(b"3"),
                        Packet::Noop => {}
                        Packet::Close => return Err(ClientError::Closed),
                        Packet::Open(_)
                        | Packet::Connected(_)
                        | Packet::ConnectError(_)
                        | Packet::Event(_)
                        | Packet::Ack(..)
                        | Packet::Other(_) => return Ok(Some(payload)),
                    }
                }
                Opcode::Ping => {
                    let echo = self.inbound.get(payload).unwrap_or_default().to_vec();
                    self.queue_frame(Opcode::Pong, &echo);
                }
                Opcode::Close => return Err(ClientError::Closed),
                Opcode::Binary | Opcode::Pong => {}
            }
        }
    }

    /// Writes what is queued and waits for more bytes.
    async fn fill(&mut self) -> Result<(), ClientError> {
        if !self.outbound.is_empty() {
            self.stream.write_all(&self.outbound).await?;
            self.outbound.clear();
        }
        self.inbound.drain(..self.taken);
        self.taken = 0;
        self.inbound.reserve(READ_BYTES);
        match self.stream.read_buf(&mut self.inbound).await? {
            0 => Err(ClientError::Closed),
            _ => Ok(()),
        }
    }

    fn queue_frame(&mut self, opcode: Opcode, payload: &[u8]) {
        // xorshift: the mask need not be secret here, only not constant, so that the server's
        // unmasking does the work that it does for browsers.
        self.mask ^= self.mask << 13;
        self.mask ^= self.mask >> 17;
        self.mask ^= self.mask << 5;
        frame::encode(opcode, payload, self.mask.to_ne_bytes(), &mut self.outbound);
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    async fn pair() -> (Connection, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (server, _) = listener.accept().await.unwrap();
        (Connection::new(client, Vec::new(), 0), server)
    }

    #[tokio::test]
    async fn a_ping_is_answered_while_the_client_waits() {
        let (mut client, mut server) = pair().await;
        server.write_all(b"\x81\x012\x81\x09").await.unwrap();
        let waiting = async {
            let packet = client.receive().await.unwrap();
            assert_eq!(packet, Packet::Event(br#"["a",1]"#));
        };
        let serving = async {
            let mut pong = [0; 7];
            server.read_exact(&mut pong).await.unwrap();
            assert_eq!(pong[0], 0x81);
            assert_eq!(pong[6] ^ pong[2], b'3');
            server.write_all(br#"42["a",1]"#).await.unwrap();
        };
        tokio::join!(waiting, serving);
    }

    #[tokio::test]
    async fn what_is_queued_leaves_and_the_end_is_told() {
        let (mut client, mut server) = pair().await;
        client.queue(b"hi");
        let serving = async {
            let mut frame = [0; 8];
            server.read_exact(&mut frame).await.unwrap();
            assert_eq!([frame[6] ^ frame[2], frame[7] ^ frame[3]], *b"hi");
            drop(server);
        };
        let (received, ()) = tokio::join!(client.receive(), serving);
        assert!(matches!(received, Err(ClientError::Closed)));
    }
}
