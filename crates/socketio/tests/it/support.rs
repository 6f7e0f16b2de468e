//! A server on port 0, and clients that write and read bytes.

use std::{
    collections::HashMap,
    convert::Infallible,
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use axum::{Router, body::Body, extract::Request, response::IntoResponse};
use salala_socketio::{Config, Origins, SocketIo};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
    task::JoinSet,
    time::timeout,
};
use tower::Service;

/// How long anything may take before a test fails. Nothing is measured by it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// A server that ends with its test.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    _tasks: JoinSet<()>,
}

/// An HTTP answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: String,
}

/// A WebSocket client that sends exactly the frames that it is told to.
pub(crate) struct WebSocket {
    pub(crate) stream: TcpStream,
    buffer: Vec<u8>,
}

/// What a server sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Frame {
    Text(String),
    Binary(Vec<u8>),
    Pong(Vec<u8>),
    Close(u16),
    /// The end of the stream.
    End,
}

impl Server {
    pub(crate) async fn start<S>(path: &str, service: S) -> Self
    where
        S: Service<Request<Body>, Error = Infallible> + Clone + Send + Sync + 'static,
        S::Response: IntoResponse,
        S::Future: Send + 'static,
    {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route_service(path, service);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, _tasks: tasks }
    }

    pub(crate) async fn socketio(io: &SocketIo) -> Self {
        Self::start("/socket.io/", io.service()).await
    }

    pub(crate) async fn get(&self, target: &str) -> Answer {
        self.request("GET", target, "", b"").await
    }

    pub(crate) async fn post(&self, target: &str, body: &str) -> Answer {
        self.request("POST", target, "", body.as_bytes()).await
    }

    /// `headers` are whole lines, each with its line end.
    pub(crate) async fn request(
        &self,
        method: &str,
        target: &str,
        headers: &str,
        body: &[u8],
    ) -> Answer {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let length = body.len();
        let head = format!(
            "{method} {target} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\
             Content-Length: {length}\r\n{headers}\r\n",
            self.address
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        // The server may refuse the body unread.
        drop(stream.write_all(body).await);
        read_answer(&mut stream).await
    }

    /// Opens an Engine.IO connection by polling and gives its id.
    pub(crate) async fn open_polling(&self, path: &str) -> String {
        let answer = self.get(&format!("{path}?EIO=4&transport=polling")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        sid(&answer.body)
    }

    /// Joins a namespace by polling and gives the target for further requests.
    pub(crate) async fn join_polling(&self, connect: &str) -> String {
        let sid = self.open_polling("/socket.io/").await;
        let target = format!("/socket.io/?EIO=4&transport=polling&sid={sid}");
        assert_eq!(self.post(&target, connect).await.body, "ok");
        target
    }

    pub(crate) async fn websocket(&self, target: &str) -> WebSocket {
        self.websocket_on(TcpStream::connect(self.address).await.unwrap(), target).await
    }

    pub(crate) async fn websocket_on(&self, stream: TcpStream, target: &str) -> WebSocket {
        WebSocket::handshake(stream, self.address, target, "").await.unwrap()
    }

    /// A WebSocket that has read its open packet.
    pub(crate) async fn open_websocket(&self, path: &str) -> WebSocket {
        let mut socket = self.websocket(&format!("{path}?EIO=4&transport=websocket")).await;
        assert!(socket.text().await.starts_with("0{"));
        socket
    }

    /// A WebSocket that has joined `/`.
    pub(crate) async fn join(&self) -> WebSocket {
        let mut socket = self.open_websocket("/socket.io/").await;
        socket.send("40").await;
        assert!(socket.text().await.starts_with("40{"));
        socket
    }

    /// A WebSocket that has joined `/` and whose kernel takes few bytes.
    pub(crate) async fn join_with_small_buffer(&self) -> WebSocket {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        let stream = socket.connect(self.address).await.unwrap();
        let target = "/socket.io/?EIO=4&transport=websocket";
        let mut socket = self.websocket_on(stream, target).await;
        assert!(socket.text().await.starts_with("0{"));
        socket.send("40").await;
        assert!(socket.text().await.starts_with("40{"));
        socket
    }
}

impl WebSocket {
    /// The refusal, if there is no WebSocket.
    pub(crate) async fn handshake(
        mut stream: TcpStream,
        host: SocketAddr,
        target: &str,
        headers: &str,
    ) -> Result<Self, Answer> {
        let head = format!(
            "GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: keep-alive, Upgrade\r\n\
             Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut buffer = Vec::new();
        let end = loop {
            if let Some(at) = find(&buffer, b"\r\n\r\n") {
                break at;
            }
            assert_ne!(read_some(&mut stream, &mut buffer).await, 0, "no answer");
        };
        let (status, answer_headers) = parse_head(&buffer[..end]);
        buffer.drain(..end + 4);
        if status != 101 {
            let body = read_body(&mut stream, buffer, &answer_headers).await;
            return Err(Answer { status, headers: answer_headers, body });
        }
        assert_eq!(answer_headers["sec-websocket-accept"], "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        Ok(Self { stream, buffer })
    }

    pub(crate) async fn send(&mut self, text: &str) {
        self.send_raw(&masked(0x81, text.as_bytes())).await;
    }

    pub(crate) async fn send_binary(&mut self, bytes: &[u8]) {
        self.send_raw(&masked(0x82, bytes)).await;
    }

    pub(crate) async fn send_raw(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.unwrap();
    }

    /// The next text that is no heartbeat. Pings are answered.
    pub(crate) async fn text(&mut self) -> String {
        let frame = self.next().await;
        let Frame::Text(text) = frame else { panic!("expected text, got {frame:?}") };
        text
    }

    /// The next frame that is no heartbeat. Pings are answered.
    pub(crate) async fn next(&mut self) -> Frame {
        loop {
            let frame = self.frame().await;
            if frame != Frame::Text("2".to_owned()) {
                return frame;
            }
            self.send("3").await;
        }
    }

    /// Reads on, without answering pings, until the stream ends; gives the code of a close frame.
    pub(crate) async fn closed(&mut self) -> Option<u16> {
        let mut code = None;
        loop {
            match self.frame().await {
                Frame::Close(given) => code = Some(given),
                Frame::End => return code,
                Frame::Text(_) | Frame::Binary(_) | Frame::Pong(_) => {}
            }
            if code.is_some() {
                // What a client does that is told to close.
                drop(self.stream.write_all(&masked(0x88, &[])).await);
            }
        }
    }

    /// The very next frame.
    pub(crate) async fn frame(&mut self) -> Frame {
        loop {
            if let Some((frame, length)) = parse_frame(&self.buffer) {
                self.buffer.drain(..length);
                return frame;
            }
            let read = timeout(PATIENCE, self.stream.read_buf(&mut self.buffer)).await;
            match read.expect("nothing came") {
                Ok(0) | Err(_) => return Frame::End,
                Ok(_) => {}
            }
        }
    }

    /// How many bytes are there at once when the next come.
    pub(crate) async fn frames_of_one_read(&mut self) -> usize {
        let mut bytes = vec![0; 1 << 20];
        let count = timeout(PATIENCE, self.stream.read(&mut bytes)).await.unwrap().unwrap();
        let mut rest = &bytes[..count];
        let mut frames = 0;
        while let Some((_, length)) = parse_frame(rest) {
            frames += 1;
            rest = &rest[length..];
        }
        frames
    }
}

/// Any origin, and heartbeats out of the way, so that a slow machine fails no test.
pub(crate) fn calm() -> Config {
    let day = Duration::from_hours(24);
    Config { ping_interval: day, ping_timeout: day, origins: Origins::Any, ..Config::default() }
}

/// A client's frame, masked.
pub(crate) fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match payload.len() {
        length @ 0..=125 => frame.push(0x80 | u8::try_from(length).unwrap()),
        length @ 126..=0xFFFF => {
            frame.push(0xFE);
            frame.extend_from_slice(&u16::try_from(length).unwrap().to_be_bytes());
        }
        length => {
            frame.push(0xFF);
            frame.extend_from_slice(&u64::try_from(length).unwrap().to_be_bytes());
        }
    }
    let mask = [0x12, 0x34, 0x56, 0x78];
    frame.extend_from_slice(&mask);
    frame.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, key)| byte ^ key));
    frame
}

/// The id in an open packet.
pub(crate) fn sid(open: &str) -> String {
    let packet: serde_json::Value = serde_json::from_str(&open[1..]).unwrap();
    packet["sid"].as_str().unwrap().to_owned()
}

pub(crate) async fn read_answer(stream: &mut TcpStream) -> Answer {
    let mut buffer = Vec::new();
    let end = loop {
        if let Some(at) = find(&buffer, b"\r\n\r\n") {
            break at;
        }
        assert_ne!(read_some(stream, &mut buffer).await, 0, "no answer");
    };
    let (status, headers) = parse_head(&buffer[..end]);
    buffer.drain(..end + 4);
    let body = read_body(stream, buffer, &headers).await;
    Answer { status, headers, body }
}

async fn read_body(
    stream: &mut TcpStream,
    mut buffer: Vec<u8>,
    headers: &HashMap<String, String>,
) -> String {
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    while buffer.len() < length {
        assert_ne!(read_some(stream, &mut buffer).await, 0, "the body is cut");
    }
    String::from_utf8(buffer).unwrap()
}

async fn read_some(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> usize {
    timeout(PATIENCE, stream.read_buf(buffer)).await.expect("nothing came").unwrap_or(0)
}

fn parse_head(head: &[u8]) -> (u16, HashMap<String, String>) {
    let head = std::str::from_utf8(head).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    (status, headers)
}

fn parse_frame(bytes: &[u8]) -> Option<(Frame, usize)> {
    let (&first, &second) = (bytes.first()?, bytes.get(1)?);
    assert_eq!(second & 0x80, 0, "a server's frame is not masked");
    let (length, at) = match second {
        126 => (usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().unwrap())), 4),
        127 => {
            let length = u64::from_be_bytes(bytes.get(2..10)?.try_into().unwrap());
            (usize::try_from(length).unwrap(), 10)
        }
        short => (usize::from(short), 2),
    };
    let payload = bytes.get(at..at + length)?;
    let frame = match first {
        0x81 => Frame::Text(String::from_utf8(payload.to_vec()).unwrap()),
        0x82 => Frame::Binary(payload.to_vec()),
        0x88 => Frame::Close(u16::from_be_bytes(payload.try_into().unwrap())),
        0x8A => Frame::Pong(payload.to_vec()),
        other => panic!("unexpected opcode {other:x}"),
    };
    Some((frame, at + length))
}

fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes.windows(needle.len()).position(|window| window == needle)
}
