//! A server in the place of Firebase: it takes all that it is sent and remembers what for whom.
//!
//! On threads of its own, one for each connection, so that it takes no turns with the generator. Whether
//! claims are signed well is for the end-to-end tests to see.

use std::collections::HashSet;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use rsa::RsaPrivateKey;
use rsa::pkcs8::{EncodePrivateKey as _, LineEnding};
use rsa::rand_core::OsRng;
use serde_json::Value;

use crate::error::{BenchError, Trying};

/// The project that the server pushes for.
const PROJECT: &str = "bench";

/// More than any push.
const BODY_MAX_BYTES: u64 = 64 << 10;

/// The bits of the key with which the server signs.
const KEY_BITS: usize = 2_048;

/// The provider.
#[derive(Clone, Debug)]
pub struct Provider {
    address: SocketAddr,
    key: String,
    taken: Arc<Mutex<Taken>>,
}

/// What was taken.
#[derive(Debug, Default)]
pub struct Taken {
    told: HashSet<(String, String)>,
    /// Pushes of messages, repeats included.
    pub pushes: u64,
    /// Of them those that a device had been sent before.
    pub repeats: u64,
    /// When the last one came.
    pub last_at: Option<Instant>,
}

impl Provider {
    /// Starts it; it goes on until the process ends.
    pub fn start() -> Result<Self, BenchError> {
        let worthless = |error: &dyn std::fmt::Display| BenchError::Worthless(error.to_string());
        let key = RsaPrivateKey::new(&mut OsRng, KEY_BITS).map_err(|error| worthless(&error))?;
        let key = key.to_pkcs8_pem(LineEnding::LF).map_err(|error| worthless(&error))?;
        Self::listen(key.to_string())
    }

    fn listen(key: String) -> Result<Self, BenchError> {
        let starting = || "the provider of pushes cannot be started".to_owned();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).trying(starting)?;
        let address = listener.local_addr().trying(starting)?;
        let provider = Self { address, key, taken: Arc::default() };
        let serving = provider.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let serving = serving.clone();
                // A connection that breaks is the server's to notice.
                thread::spawn(move || drop(serving.serve(&stream)));
            }
        });
        Ok(provider)
    }

    /// The variables with which a server pushes here.
    pub fn environment(&self) -> Vec<(String, String)> {
        let variables = [
            ("FIREBASE_PROJECT_ID", PROJECT.to_owned()),
            ("FIREBASE_CLIENT_EMAIL", "bench@example.org".to_owned()),
            ("FIREBASE_PRIVATE_KEY", self.key.clone()),
            ("FCM_BASE_URL", format!("http://{}", self.address)),
        ];
        variables.map(|(name, value)| (name.to_owned(), value)).into()
    }

    /// Reads what was taken so far.
    pub fn read<T>(&self, read: impl FnOnce(&Taken) -> T) -> T {
        read(&self.taken.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn serve(&self, stream: &TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut reader = BufReader::new(stream.try_clone()?);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let is_token = line.starts_with("POST /token ");
            let mut length = 0;
            loop {
                let mut header = String::new();
                reader.read_line(&mut header)?;
                let header = header.trim().to_ascii_lowercase();
                if header.is_empty() {
                    break;
                }
                if let Some(value) = header.strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap_or(0).min(BODY_MAX_BYTES);
                }
            }
            let mut body = Vec::new();
            reader.by_ref().take(length).read_to_end(&mut body)?;
            let answer = if is_token {
                r#"{"access_token":"bench","expires_in":3600,"token_type":"Bearer"}"#
            } else {
                self.take(&body);
                "{}"
            };
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length:";
            let answer = format!("{head} {}\r\n\r\n{answer}", answer.len());
            let mut stream = stream;
            stream.write_all(answer.as_bytes())?;
        }
    }

    fn take(&self, body: &[u8]) {
        let Ok(body) = serde_json::from_slice::<Value>(body) else { return };
        let text = |path: &str| body.pointer(path).and_then(Value::as_str).map(str::to_owned);
        let device = text("/message/token").unwrap_or_default();
        let Some(message) = text("/message/data/messageId") else { return };
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.pushes += 1;
        taken.last_at = Some(Instant::now());
        if !taken.told.insert((device, message)) {
            taken.repeats += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_counted_and_repeats_are_noticed() {
        let provider = Provider::listen("a key".to_owned()).unwrap();
        let mut stream = TcpStream::connect(provider.address).unwrap();
        let body = r#"{"message":{"token":"a","data":{"messageId":"1"}}}"#;
        for _ in 0..2 {
            write!(stream, "POST /v1 HTTP/1.1\r\nContent-Length: {}\r\n\r\n{body}", body.len())
                .unwrap();
            let mut answer = [0; 512];
            let length = stream.read(&mut answer).unwrap();
            assert!(answer[..length].starts_with(b"HTTP/1.1 200 OK\r\n"));
        }
        assert_eq!(provider.read(|taken| (taken.pushes, taken.repeats)), (2, 1));
        assert!(provider.environment().iter().any(|(_, value)| value == "a key"));
    }
}
