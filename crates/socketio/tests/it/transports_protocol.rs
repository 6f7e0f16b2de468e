//! The cases that the public Engine.IO 4 and Socket.IO 5 suites share, on both examples: how
//! connections are opened, kept, moved and closed.

use std::time::Duration;

use salala_socketio::Config;
use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    time::{Instant, sleep_until},
};

use crate::{
    examples::Example,
    support::{Frame, PATIENCE, WebSocket, masked, read_answer},
};

/// Heartbeats are out of the way, so that a slow machine fails no test.
fn patient(config: Config) -> Config {
    let day = Duration::from_hours(24);
    Config { ping_interval: day, ping_timeout: day, connect_timeout: day, ..config }
}

fn assert_open_packet(packet: &str, upgrades: &[&str]) {
    let json = packet.strip_prefix('0').expect("an open packet");
    let value: serde_json::Value = serde_json::from_str(json).unwrap();
    let mut keys: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["maxPayload", "pingInterval", "pingTimeout", "sid", "upgrades"]);
    assert_eq!(value["sid"].as_str().unwrap().len(), 22);
    assert_eq!(value["upgrades"], serde_json::json!(upgrades));
    assert_eq!(value["pingInterval"], 300);
    assert_eq!(value["pingTimeout"], 200);
    assert_eq!(value["maxPayload"], 1_000_000);
}

#[tokio::test]
async fn polling_opens_a_session_with_all_fields() {
    for Example { server, path, .. } in Example::both(|config| config).await {
        let answer = server.get(&format!("{path}?EIO=4&transport=polling")).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.headers["content-type"], "text/plain; charset=UTF-8");
        assert_open_packet(&answer.body, &["websocket"]);
    }
}

#[tokio::test]
async fn a_websocket_opens_a_session_without_upgrades() {
    for Example { server, path, .. } in Example::both(|config| config).await {
        let mut socket = server.websocket(&format!("{path}?EIO=4&transport=websocket")).await;
        assert_open_packet(&socket.text().await, &[]);
    }
}

#[tokio::test]
async fn requests_that_make_no_sense_get_the_codes_of_the_official_server() {
    let cases = [
        ("GET", "?transport=polling", 5, "Unsupported protocol version"),
        ("GET", "?EIO=abc&transport=polling", 5, "Unsupported protocol version"),
        ("GET", "?EIO=3&transport=polling", 5, "Unsupported protocol version"),
        ("GET", "?EIO=4", 0, "Transport unknown"),
        ("GET", "?EIO=4&transport=abc", 0, "Transport unknown"),
        ("POST", "?EIO=4&transport=polling", 2, "Bad handshake method"),
        ("PUT", "?EIO=4&transport=polling", 2, "Bad handshake method"),
        ("GET", "?EIO=4&transport=websocket", 3, "Bad request"),
        ("GET", "?EIO=4&transport=polling&sid=unknown", 1, "Session ID unknown"),
        ("POST", "?EIO=4&transport=polling&sid=AAAAAAAAAAAAAAAAAAAAAA", 1, "Session ID unknown"),
    ];
    for Example { server, path, .. } in Example::both(patient).await {
        for (method, query, code, message) in cases {
            let answer = server.request(method, &format!("{path}{query}"), "", b"").await;
            assert_eq!(answer.status, 400, "{method} {query}");
            assert_eq!(answer.headers["content-type"], "application/json");
            let body = format!("{{\"code\":{code},\"message\":\"{message}\"}}");
            assert_eq!(answer.body, body, "{method} {query}");
        }
    }
}

#[tokio::test]
async fn a_websocket_of_another_version_or_transport_is_refused() {
    for Example { server, path, .. } in Example::both(patient).await {
        for query in [
            "?transport=websocket",
            "?EIO=abc&transport=websocket",
            "?EIO=3&transport=websocket",
            "?EIO=4",
            "?EIO=4&transport=abc",
        ] {
            let stream = TcpStream::connect(server.address).await.unwrap();
            let target = format!("{path}{query}");
            let refused = WebSocket::handshake(stream, server.address, &target, "").await;
            assert_eq!(refused.err().unwrap().status, 400, "{target}");
        }
    }
}

#[tokio::test]
async fn the_server_pings_and_a_pong_keeps_the_session() {
    let often = |config| Config {
        ping_interval: Duration::from_millis(50),
        ping_timeout: PATIENCE,
        ..patient(config)
    };
    for example in Example::both(often).await {
        let (_, target) = example.open().await;
        let mut socket = example.server.open_websocket(example.path).await;
        for _ in 0..3 {
            assert_eq!(example.server.get(&target).await.body, "2");
            assert_eq!(example.server.post(&target, "3").await.status, 200);
            assert_eq!(socket.frame().await, Frame::Text("2".to_owned()));
            socket.send("3").await;
        }
        example.greet(&mut socket).await;
    }
}

#[tokio::test]
async fn a_silent_session_is_gone_after_interval_and_timeout() {
    for example in Example::both(|config| config).await {
        let mut socket = example.server.open_websocket(example.path).await;
        let (_, target) = example.open().await;
        sleep_until(Instant::now() + Duration::from_millis(500)).await;
        assert_eq!(example.server.get(&target).await.status, 400);
        assert_eq!(socket.closed().await, Some(1000));
    }
}

#[tokio::test]
async fn a_client_may_close() {
    for example in Example::both(patient).await {
        let server = &example.server;
        let (_, target) = example.open().await;
        let mut poll = TcpStream::connect(server.address).await.unwrap();
        let head = format!("GET {target} HTTP/1.1\r\nHost: {}\r\n\r\n", server.address);
        poll.write_all(head.as_bytes()).await.unwrap();
        let sent = server.post(&target, "1").await;
        assert_eq!((sent.status, sent.body.as_str()), (200, "ok"));
        // Also if the close overtook the poll.
        assert_eq!(read_answer(&mut poll).await.body, "6");
        assert_eq!(server.get(&target).await.status, 400);

        let mut socket = server.open_websocket(example.path).await;
        socket.send("1").await;
        socket.closed().await;
    }
}

#[tokio::test]
async fn a_session_moves_to_the_websocket_and_its_last_poll_ends() {
    for example in Example::both(patient).await {
        let (sid, target) = example.open().await;
        let mut socket = example.server.websocket(&example.upgrade(&sid)).await;
        socket.send("2probe").await;
        assert_eq!(socket.text().await, "3probe");
        let poll = example.server.get(&target).await;
        assert_eq!((poll.status, poll.body.as_str()), (200, "6"));
        socket.send("5").await;
        example.greet(&mut socket).await;
    }
}

/// The public suites send the probe and the upgrade in one go, without waiting for the answer.
async fn move_in_one_go(example: &Example, sid: &str) -> WebSocket {
    let mut socket = example.server.websocket(&example.upgrade(sid)).await;
    socket.send_raw(&[masked(0x81, b"2probe"), masked(0x81, b"5")].concat()).await;
    assert_eq!(socket.text().await, "3probe");
    // Its answer shows that the session has moved.
    example.greet(&mut socket).await;
    socket
}

#[tokio::test]
async fn requests_of_a_session_that_has_moved_are_refused_and_it_lives() {
    for example in Example::both(patient).await {
        let (sid, target) = example.open().await;
        let mut socket = move_in_one_go(&example, &sid).await;
        for answer in [example.server.get(&target).await, example.server.post(&target, "4no").await]
        {
            assert_eq!(answer.status, 400);
            assert_eq!(answer.body, r#"{"code":3,"message":"Bad request"}"#);
        }
        example.greet(&mut socket).await;
    }
}

#[tokio::test]
async fn a_second_websocket_of_a_session_that_has_moved_is_closed_and_it_lives() {
    for example in Example::both(patient).await {
        let (sid, _) = example.open().await;
        let mut socket = move_in_one_go(&example, &sid).await;
        let mut second = example.server.websocket(&example.upgrade(&sid)).await;
        assert_eq!(second.closed().await, Some(1000));
        example.greet(&mut socket).await;
    }
}
