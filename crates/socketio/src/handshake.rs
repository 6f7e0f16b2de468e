//! What is kept of the HTTP request that opened a connection, and how it may be refused.

use std::{any::Any, borrow::Cow, net::SocketAddr, sync::Arc, time::Duration};

use http::{HeaderMap, StatusCode, request::Parts};

/// The address of the client, as a request extension.
///
/// The server that mounts the service inserts it (with axum, a middleware that copies
/// `ConnectInfo<SocketAddr>`, or the address that a trusted proxy names).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PeerAddress(pub SocketAddr);

/// Something that is kept for as long as the request's TCP connection lives, as a request extension.
///
/// The server that mounts the service inserts it to count connections: a WebSocket outlives the HTTP
/// task that took it in, and drops this when its stream is closed.
#[derive(Clone)]
pub struct Held(pub Arc<dyn Any + Send + Sync>);

/// The request that opened a connection. Cheap to clone.
///
/// Only text is kept, in compact strings, so that the HTTP server's buffers are freed while the
/// connection lives.
#[derive(Debug, Clone)]
pub struct Handshake {
    inner: Arc<Inner>,
}

/// A handshake refused before anything is held for the client, answered by HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The status of the answer, such as 503. A stock client comes back after any of them.
    pub status: StatusCode,
    /// What `Retry-After` says, rounded up to seconds.
    pub retry_after: Option<Duration>,
    /// The `message` of the JSON answer.
    pub message: String,
}

#[derive(Debug)]
struct Inner {
    path: Box<str>,
    query: Box<str>,
    /// `name: value` lines, names in lower case.
    headers: Box<str>,
    peer: Option<SocketAddr>,
    at: std::time::Instant,
}

/// Of no use after the handshake, and the longest of them in number.
const FORGOTTEN_HEADERS: [&str; 12] = [
    "accept",
    "accept-encoding",
    "cache-control",
    "connection",
    "content-length",
    "pragma",
    "priority",
    "sec-websocket-extensions",
    "sec-websocket-key",
    "sec-websocket-protocol",
    "sec-websocket-version",
    "upgrade",
];

impl Handshake {
    pub(crate) fn new(head: &Parts, at: std::time::Instant) -> Self {
        let peer = head.extensions.get::<PeerAddress>().map(|peer| peer.0);
        let inner = Inner {
            path: head.uri.path().into(),
            query: head.uri.query().unwrap_or_default().into(),
            headers: compact(&head.headers),
            peer,
            at,
        };
        Self { inner: Arc::new(inner) }
    }

    /// The first value of a query parameter, decoded; `None` if it is absent.
    pub fn query(&self, name: &str) -> Option<Cow<'_, str>> {
        query_value(&self.inner.query, name)
    }

    /// The first value of a header, by its name in lower case; `None` if it is absent or no text.
    ///
    /// Headers that only concern the transport (`connection`, `sec-websocket-key`, …) are not kept.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.inner
            .headers
            .split('\n')
            .filter_map(|line| line.split_once(": "))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    }

    /// The `Authorization` header.
    pub fn authorization(&self) -> Option<&str> {
        self.header("authorization")
    }

    /// The `User-Agent` header.
    pub fn user_agent(&self) -> Option<&str> {
        self.header("user-agent")
    }

    /// The `Origin` header, which has been let in already.
    pub fn origin(&self) -> Option<&str> {
        self.header("origin")
    }

    /// The client's address, if the mounting server gave a [`PeerAddress`].
    pub fn peer_address(&self) -> Option<SocketAddr> {
        self.inner.peer
    }

    /// The path of the request.
    pub fn path(&self) -> &str {
        &self.inner.path
    }

    /// When the request came.
    pub fn at(&self) -> std::time::Instant {
        self.inner.at
    }
}

impl Refusal {
    /// A refusal with 503 and `Retry-After`: overload, storage away, drain.
    pub fn unavailable(retry_after: Duration, message: impl Into<String>) -> Self {
        Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            retry_after: Some(retry_after),
            message: message.into(),
        }
    }
}

/// The first value of a query parameter, with `+` and percent escapes decoded.
pub(crate) fn query_value<'a>(query: &'a str, name: &str) -> Option<Cow<'a, str>> {
    query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(key) == name).then(|| decode(value))
    })
}

fn compact(headers: &HeaderMap) -> Box<str> {
    let mut lines = String::new();
    for (name, value) in headers {
        let text = value.to_str().ok().filter(|_| !FORGOTTEN_HEADERS.contains(&name.as_str()));
        if let Some(text) = text {
            lines.push_str(name.as_str());
            lines.push_str(": ");
            lines.push_str(text);
            lines.push('\n');
        }
    }
    lines.into_boxed_str()
}

fn decode(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|byte| byte == b'%' || byte == b'+') {
        return Cow::Borrowed(text);
    }
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while let Some(&byte) = bytes.get(index) {
        let escaped = match byte {
            b'%' => bytes.get(index + 1..index + 3).and_then(hex_pair),
            _ => None,
        };
        match (byte, escaped) {
            (_, Some(value)) => {
                decoded.push(value);
                index += 3;
            }
            (b'+', None) => {
                decoded.push(b' ');
                index += 1;
            }
            (_, None) => {
                decoded.push(byte);
                index += 1;
            }
        }
    }
    Cow::Owned(String::from_utf8_lossy(&decoded).into_owned())
}

fn hex_pair(pair: &[u8]) -> Option<u8> {
    match pair {
        [high, low] => {
            let high = char::from(*high).to_digit(16)?;
            let low = char::from(*low).to_digit(16)?;
            u8::try_from(high * 16 + low).ok()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::query_value;

    #[test]
    fn a_parameter_is_found_and_decoded() {
        let query = "a=1&token=x%2By+z%C3%A9&a=2&bare&%6eame=v&broken=%zz%4";
        assert_eq!(query_value(query, "a").as_deref(), Some("1"));
        assert_eq!(query_value(query, "token").as_deref(), Some("x+y zé"));
        assert_eq!(query_value(query, "bare").as_deref(), Some(""));
        assert_eq!(query_value(query, "name").as_deref(), Some("v"));
        assert_eq!(query_value(query, "broken").as_deref(), Some("%zz%4"));
        assert_eq!(query_value(query, "tok"), None);
    }

    proptest! {
        #[test]
        fn no_query_panics(query in ".{0,60}", name in ".{0,5}") {
            drop(query_value(&query, &name));
        }
    }
}
