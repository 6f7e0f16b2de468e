//! How many connections there may be, and how often somebody may connect.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use reqwest::{Method, StatusCode};
use salala_server::config::{Config, TrustedProxies};
use salala_server::rate_limits::Rate;
use serde_json::Value;

use super::app::{Answer, TestApp};

const POLLING: &str = "/socket.io/?EIO=4&transport=polling";

/// Asks something on a connection of its own, which stays open; none if it was not taken in.
fn exchange(app: &TestApp, request: &str, status: &str) -> Option<TcpStream> {
    let mut stream = TcpStream::connect(app.authority()).unwrap();
    let mut answer = [0; 12];
    let asked = stream.write_all(request.as_bytes()).and_then(|()| stream.read_exact(&mut answer));
    match asked {
        Ok(()) => {
            assert_eq!(std::str::from_utf8(&answer).unwrap(), format!("HTTP/1.1 {status}"));
            Some(stream)
        }
        Err(error) => {
            let kinds =
                [ErrorKind::UnexpectedEof, ErrorKind::ConnectionReset, ErrorKind::BrokenPipe];
            assert!(kinds.contains(&error.kind()), "{error}");
            None
        }
    }
}

fn ask(app: &TestApp) -> Option<TcpStream> {
    exchange(app, "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", "200")
}

/// Opens a WebSocket.
fn websocket(app: &TestApp, headers: &str) -> Option<TcpStream> {
    let request = format!(
        "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n\
         Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{headers}\r\n"
    );
    exchange(app, &request, "101")
}

/// Tries until it succeeds: the server needs a moment to see that a connection was closed.
async fn until<T>(mut attempt: impl FnMut() -> Option<T>) -> T {
    loop {
        if let Some(done) = attempt() {
            return done;
        }
        tokio::task::yield_now().await;
    }
}

async fn one_connection_at_a_time(app: TestApp) {
    let first = ask(&app).unwrap();
    assert!(ask(&app).is_none());
    drop(first);
    // A WebSocket counts for as long as it lives, beyond the task that took it in.
    let socket = until(|| websocket(&app, "")).await;
    for _ in 0..3 {
        assert!(ask(&app).is_none());
    }
    drop(socket);
    until(|| ask(&app)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_one_address_no_more_connections_are_taken_in_than_may_be() {
    one_connection_at_a_time(TestApp::start_with(|config| {
        config.max_connections_per_address = Some(1);
    }))
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn in_all_no_more_connections_are_taken_in_than_may_be() {
    one_connection_at_a_time(TestApp::start_with(|config| config.max_connections = Some(1))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_proxy_each_client_counts_for_itself() {
    let app = TestApp::start_with(|config| {
        config.trusted_proxies = TrustedProxies::parse("127.0.0.1").unwrap();
        config.max_connections_per_address = Some(1);
    });
    let of = |client: &str| format!("X-Forwarded-For: {client}\r\n");
    let _one = websocket(&app, &of("192.0.2.1")).unwrap();
    let _other = websocket(&app, &of("192.0.2.2")).unwrap();
    let asked = |client: &'static str| {
        app.call_outside(Method::GET, "/healthz").header("x-forwarded-for", client).send()
    };
    let refused = asked("192.0.2.1").await;
    refused.expect_problem(429, "rate_limited");
    assert_eq!(refused.header("retry-after"), Some("1"));
    for _ in 0..3 {
        asked("192.0.2.3").await.expect(StatusCode::OK);
    }
}

async fn handshake(app: &TestApp) -> Answer {
    app.call_outside(Method::GET, POLLING).send().await
}

#[tokio::test]
async fn too_many_handshakes_from_an_address_are_answered_with_when_to_come_back() {
    let once_an_hour = |config: &mut Config| {
        config.rate_limit_connects = Rate::new(1, Duration::from_hours(1));
    };
    let app = TestApp::start_with(once_an_hour);
    // Ten times the rate of one user, as many may be behind one address.
    for _ in 0..10 {
        assert_eq!(handshake(&app).await.status, StatusCode::OK);
    }
    let refused = handshake(&app).await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    let body: Value = serde_json::from_str(&refused.text).unwrap();
    assert_eq!(body["message"], "too many connects from this address");
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert_eq!(wait, 360);
    app.clock.advance(Duration::from_secs(wait));
    assert_eq!(handshake(&app).await.status, StatusCode::OK);
    let app = TestApp::start_with(|config| config.rate_limit_connects = None);
    for _ in 0..20 {
        assert_eq!(handshake(&app).await.status, StatusCode::OK);
    }
}
