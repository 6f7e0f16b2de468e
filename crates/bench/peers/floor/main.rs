//! The floor: the least that a server in Rust could do for the load generator, without any rules.
//!
//! Raw TCP, no HTTP library, no JSON, no heartbeat, no bounds. A message is encoded once, packet and
//! frame; whoever read it writes all receivers' sockets itself, once it has worked off its whole read,
//! with one vectored write each. What this costs is what the system costs.

use std::{
    cell::RefCell,
    collections::HashMap,
    io::{self, IoSlice},
    net::Ipv4Addr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use tokio::{
    io::AsyncReadExt,
    net::{TcpListener, TcpStream},
    sync::Notify,
};
use tungstenite::handshake::derive_accept_key;

/// Frames in one system call.
const SLICES: usize = 64;
const READ_SIZE: usize = 64 * 1024;
const HEAD_MAX_BYTES: usize = 8 * 1024;

thread_local! {
    /// One read buffer for all connections of a thread.
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; READ_SIZE]);
}

#[derive(Default)]
struct Server {
    rooms: Mutex<HashMap<Vec<u8>, Arc<Room>>>,
    last_id: AtomicU64,
}

#[derive(Default)]
struct Room {
    members: Mutex<Members>,
}

#[derive(Default)]
struct Members {
    peers: Vec<Arc<Peer>>,
    last_seq: u64,
}

/// A connected client.
struct Peer {
    stream: TcpStream,
    queue: Mutex<Vec<Bytes>>,
    /// Told when a write left something over.
    blocked: Notify,
}

/// What a connection's task keeps between reads.
struct Client {
    peer: Arc<Peer>,
    room: Option<Arc<Room>>,
    /// The beginning of a frame whose end has not come yet.
    rest: Vec<u8>,
    touched: Vec<Arc<Peer>>,
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port())).await?;
    let server = Arc::new(Server::default());
    loop {
        let (stream, _) = listener.accept().await?;
        spawn(Arc::clone(&server), stream);
    }
}

#[expect(clippy::disallowed_methods, reason = "nothing waits for the floor's connections")]
fn spawn(server: Arc<Server>, stream: TcpStream) {
    drop(tokio::spawn(async move {
        // Its memory is given back before the connection is idle.
        if let Ok(stream) = Box::pin(shake_hands(stream)).await {
            // A connection that breaks ends; the load generator finds what was lost.
            drop(serve(&server, stream).await);
        }
    }));
}

async fn shake_hands(mut stream: TcpStream) -> io::Result<TcpStream> {
    stream.set_nodelay(true)?;
    let mut head = Vec::with_capacity(512);
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read_buf(&mut head).await? == 0 || head.len() > HEAD_MAX_BYTES {
            return Err(io::ErrorKind::InvalidData.into());
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let key = head.lines().find_map(|line| line.strip_prefix("Sec-WebSocket-Key: "));
    let accept = derive_accept_key(key.unwrap_or_default().as_bytes());
    let open = r#"0{"sid":"0","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}"#;
    let mut answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Accept: {accept}\r\n\r\n"
    )
    .into_bytes();
    answer.extend_from_slice(&frame(&[open.as_bytes()]));
    let sent = stream.try_write(&answer)?;
    if sent == answer.len() { Ok(stream) } else { Err(io::ErrorKind::WriteZero.into()) }
}

async fn serve(server: &Server, stream: TcpStream) -> io::Result<()> {
    let peer = Arc::new(Peer { stream, queue: Mutex::default(), blocked: Notify::new() });
    let mut client =
        Client { peer: Arc::clone(&peer), room: None, rest: Vec::new(), touched: Vec::new() };
    loop {
        tokio::select! {
            biased;
            readable = peer.stream.readable() => {
                readable?;
                if client.read(server)? {
                    client.leave();
                    return Ok(());
                }
            }
            () = peer.blocked.notified() => {
                peer.stream.writable().await?;
                peer.flush();
            }
        }
    }
}

impl Client {
    /// Reads once and works it off; whether the stream has ended.
    fn read(&mut self, server: &Server) -> io::Result<bool> {
        let ended = BUFFER.with_borrow_mut(|buffer| {
            let count = match self.peer.stream.try_read(buffer) {
                Ok(0) => return Ok(true),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(error),
            };
            if self.rest.is_empty() {
                let taken = self.work_off(server, &mut buffer[..count]);
                self.rest.extend_from_slice(&buffer[taken..count]);
            } else {
                let mut bytes = std::mem::take(&mut self.rest);
                bytes.extend_from_slice(&buffer[..count]);
                let taken = self.work_off(server, &mut bytes);
                self.rest = bytes.split_off(taken);
            }
            Ok(false)
        })?;
        for peer in self.touched.drain(..) {
            peer.flush();
        }
        Ok(ended)
    }

    /// Takes whole frames off the front; returns how much that was.
    fn work_off(&mut self, server: &Server, bytes: &mut [u8]) -> usize {
        let mut taken = 0;
        while let Some((payload, end)) = unmask(&mut bytes[taken..]) {
            let payload = taken + payload..taken + end;
            taken = payload.end;
            match &bytes[payload] {
                [b'4', b'0', auth @ ..] => self.join(server, auth),
                [b'4', b'2', event @ ..] => self.send(event),
                _ => {}
            }
        }
        taken
    }

    /// `{"token":"…"}` names the room.
    fn join(&mut self, server: &Server, auth: &[u8]) {
        if let Some(name) = auth.split(|byte| *byte == b'"').nth(3) {
            let room = Arc::clone(lock(&server.rooms).entry(name.to_vec()).or_default());
            lock(&room.members).peers.push(Arc::clone(&self.peer));
            self.room = Some(room);
        }
        let id = server.last_id.fetch_add(1, Ordering::Relaxed);
        let answer = frame(&[format!("40{{\"sid\":\"{id}\"}}").as_bytes()]);
        self.push(&Arc::clone(&self.peer), answer);
    }

    /// `<ack id>["sendMessage",<message>]`
    fn send(&mut self, event: &[u8]) {
        let digits = event.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (id, array) = event.split_at(digits);
        let message = array.strip_prefix(b"[\"sendMessage\",").and_then(|it| it.strip_suffix(b"]"));
        let (Some(room), Some(message)) = (self.room.clone(), message) else { return };
        let seq = {
            let mut members = lock(&room.members);
            members.last_seq += 1;
            let seq = members.last_seq.to_string();
            let told = frame(&[
                b"42[\"newMessage\",{\"seq\":",
                seq.as_bytes(),
                b",\"message\":",
                message,
                b"}]",
            ]);
            for peer in &members.peers {
                self.push(peer, told.clone());
            }
            seq
        };
        let ack = frame(&[b"43", id, b"[{\"seq\":", seq.as_bytes(), b"}]"]);
        self.push(&Arc::clone(&self.peer), ack);
    }

    fn push(&mut self, peer: &Arc<Peer>, frame: Bytes) {
        let mut queue = lock(&peer.queue);
        // Whoever found the queue empty writes it.
        if queue.is_empty() {
            self.touched.push(Arc::clone(peer));
        }
        queue.push(frame);
    }

    fn leave(self) {
        if let Some(room) = self.room {
            lock(&room.members).peers.retain(|peer| !Arc::ptr_eq(peer, &self.peer));
        }
    }
}

impl Peer {
    /// Writes all that waits, as far as the socket takes it.
    fn flush(&self) {
        let mut queue = lock(&self.queue);
        let mut done = 0;
        while done < queue.len() {
            let mut slices = [IoSlice::new(&[]); SLICES];
            let waiting = &queue[done..];
            let count = waiting.len().min(SLICES);
            for (slice, frame) in slices.iter_mut().zip(waiting) {
                *slice = IoSlice::new(frame);
            }
            let written = match &waiting[..count] {
                [one] => self.stream.try_write(one),
                _ => self.stream.try_write_vectored(&slices[..count]),
            };
            match written {
                Ok(written) => done += advance(&mut queue[done..], written),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.blocked.notify_one();
                    break;
                }
                // Its own task reads the end.
                Err(_) => done = queue.len(),
            }
        }
        queue.drain(..done);
        if queue.is_empty() {
            queue.shrink_to(SLICES);
        }
    }
}

/// Takes what was written off the front; returns how many frames went whole.
fn advance(frames: &mut [Bytes], mut written: usize) -> usize {
    for (index, frame) in frames.iter_mut().enumerate() {
        if written < frame.len() {
            *frame = frame.slice(written..);
            return index;
        }
        written -= frame.len();
    }
    frames.len()
}

/// Unmasks the first frame, if it is whole: where its payload begins and ends.
fn unmask(bytes: &mut [u8]) -> Option<(usize, usize)> {
    let (mask_at, length) = match *bytes.get(1)? & 0x7f {
        126 => (4, usize::from(u16::from_be_bytes([*bytes.get(2)?, *bytes.get(3)?]))),
        127 => return None,
        short => (2, usize::from(short)),
    };
    let mask: [u8; 4] = bytes.get(mask_at..mask_at + 4)?.try_into().ok()?;
    let (begin, end) = (mask_at + 4, mask_at + 4 + length);
    for (byte, key) in bytes.get_mut(begin..end)?.iter_mut().zip(mask.iter().cycle()) {
        *byte ^= key;
    }
    Some((begin, end))
}

/// A text frame of these parts.
fn frame(parts: &[&[u8]]) -> Bytes {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut bytes = Vec::with_capacity(length + 4);
    bytes.push(0x81);
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short), _) if short < 126 => bytes.push(short),
        (_, length) => {
            bytes.push(126);
            bytes.extend_from_slice(&length.unwrap_or(u16::MAX).to_be_bytes());
        }
    }
    for part in parts {
        bytes.extend_from_slice(part);
    }
    Bytes::from(bytes)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[expect(clippy::disallowed_methods, reason = "a peer is set up by its environment")]
fn port() -> u16 {
    std::env::var("PORT").ok().and_then(|port| port.parse().ok()).unwrap_or(3000)
}
