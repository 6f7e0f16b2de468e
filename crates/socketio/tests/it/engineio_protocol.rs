//! The cases of the public Engine.IO 4 protocol suite, on the echo example.

use std::time::Duration;

use salala_socketio::{Config, engine::Engine};
use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    time::{Instant, sleep_until},
};

use crate::{
    engineio_echo::{Echo, config},
    support::{Frame, PATIENCE, Server, WebSocket, read_answer},
};

const PATH: &str = "/engine.io/";

/// Heartbeats are out of the way, so that a slow machine fails no test.
async fn start() -> Server {
    let day = Duration::from_hours(24);
    start_with(Config { ping_interval: day, ping_timeout: day, ..config() }).await
}

async fn start_with(config: Config) -> Server {
    Server::start(PATH, Engine::new(config, Echo).service()).await
}

fn session(sid: &str) -> String {
    format!("{PATH}?EIO=4&transport=polling&sid={sid}")
}

#[tokio::test]
async fn polling_opens_a_session_with_all_fields() {
    let server = start_with(config()).await;
    let answer = server.get("/engine.io/?EIO=4&transport=polling").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["content-type"], "text/plain; charset=UTF-8");
    assert!(answer.body.starts_with('0'));
    let packet: serde_json::Value = serde_json::from_str(&answer.body[1..]).unwrap();
    let mut keys: Vec<_> = packet.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["maxPayload", "pingInterval", "pingTimeout", "sid", "upgrades"]);
    assert_eq!(packet["upgrades"], serde_json::json!(["websocket"]));
    assert_eq!(packet["pingInterval"], 300);
    assert_eq!(packet["pingTimeout"], 200);
    assert_eq!(packet["maxPayload"], 1_000_000);
    assert_eq!(packet["sid"].as_str().unwrap().len(), 22);
}

#[tokio::test]
async fn a_websocket_opens_a_session_without_upgrades() {
    let server = start().await;
    let mut socket = server.websocket("/engine.io/?EIO=4&transport=websocket").await;
    let open = socket.text().await;
    let packet: serde_json::Value = serde_json::from_str(&open[1..]).unwrap();
    assert_eq!(packet["upgrades"], serde_json::json!([]));
}

#[tokio::test]
async fn requests_that_make_no_sense_get_the_codes_of_the_official_server() {
    let server = start().await;
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
    for (method, query, code, message) in cases {
        let answer = server.request(method, &format!("{PATH}{query}"), "", b"").await;
        assert_eq!(answer.status, 400, "{method} {query}");
        assert_eq!(answer.headers["content-type"], "application/json");
        let body = format!("{{\"code\":{code},\"message\":\"{message}\"}}");
        assert_eq!(answer.body, body, "{method} {query}");
    }
}

#[tokio::test]
async fn a_websocket_of_another_version_is_refused() {
    let server = start().await;
    for query in ["?transport=websocket", "?EIO=abc&transport=websocket", "?EIO=4&transport=x"] {
        let stream = TcpStream::connect(server.address).await.unwrap();
        let target = format!("{PATH}{query}");
        let refused = WebSocket::handshake(stream, server.address, &target, "").await;
        assert_eq!(refused.err().unwrap().status, 400);
    }
}

#[tokio::test]
async fn polling_carries_payloads_of_text_and_bytes_both_ways() {
    let server = start().await;
    let target = session(&server.open_polling(PATH).await);
    let posted = server.post(&target, "4hello").await;
    assert_eq!((posted.status, posted.body.as_str()), (200, "ok"));
    assert_eq!(posted.headers["content-type"], "text/html");
    assert_eq!(server.get(&target).await.body, "4hello");
    server.post(&target, "4first\u{1e}4sécond\u{1e}4third").await;
    assert_eq!(server.get(&target).await.body, "4first\u{1e}4sécond\u{1e}4third");
    server.post(&target, "4hello\u{1e}bAQIDBA==").await;
    assert_eq!(server.get(&target).await.body, "4hello\u{1e}bAQIDBA==");
}

#[tokio::test]
async fn a_payload_that_is_none_closes_the_session() {
    let server = start().await;
    for body in ["abc", "", "4ok\u{1e}", "b!!", "7"] {
        let target = session(&server.open_polling(PATH).await);
        assert_eq!(server.post(&target, body).await.status, 400, "{body:?}");
        assert_eq!(server.get(&target).await.status, 400, "{body:?}");
    }
    let target = session(&server.open_polling(PATH).await);
    assert_eq!(server.request("POST", &target, "", b"4\xff\xfe").await.status, 400);
    assert_eq!(server.get(&target).await.status, 400);
}

#[tokio::test]
async fn a_second_poll_closes_the_session_and_ends_the_first() {
    let server = start().await;
    let target = session(&server.open_polling(PATH).await);
    let mut first = poll_without_reading(&server, &target).await;
    let second = server.get(&target).await;
    let mut answers = [read_answer(&mut first).await, second];
    // Which one came first is the network's choice.
    answers.sort_by_key(|answer| answer.status);
    assert_eq!((answers[0].status, answers[0].body.as_str()), (200, "1"));
    assert_eq!(answers[1].status, 400);
    assert_eq!(server.get(&target).await.status, 400);
}

#[tokio::test]
async fn a_poll_that_is_given_up_closes_the_session() {
    let server = start().await;
    let target = session(&server.open_polling(PATH).await);
    drop(poll_without_reading(&server, &target).await);
    assert_eq!(server.get(&target).await.status, 400);
}

#[tokio::test]
async fn the_server_pings_and_a_pong_keeps_the_session() {
    let interval = Duration::from_millis(50);
    let server = start_with(Config { ping_interval: interval, ..config_with_patience() }).await;
    let target = session(&server.open_polling(PATH).await);
    let mut socket = server.open_websocket(PATH).await;
    for _ in 0..3 {
        assert_eq!(server.get(&target).await.body, "2");
        assert_eq!(server.post(&target, "3").await.status, 200);
        assert_eq!(socket.frame().await, Frame::Text("2".to_owned()));
        socket.send("3").await;
    }
}

#[tokio::test]
async fn a_silent_session_is_gone_after_interval_and_timeout() {
    let server = start_with(config()).await;
    let mut socket = server.open_websocket(PATH).await;
    let target = session(&server.open_polling(PATH).await);
    sleep_until(Instant::now() + Duration::from_millis(500)).await;
    assert_eq!(server.get(&target).await.status, 400);
    assert_eq!(socket.closed().await, Some(1000));
}

#[tokio::test]
async fn a_client_may_close() {
    let server = start().await;
    let target = session(&server.open_polling(PATH).await);
    let mut poll = poll_without_reading(&server, &target).await;
    let sent = server.post(&target, "1").await;
    assert_eq!((sent.status, sent.body.as_str()), (200, "ok"));
    // Also if the close overtook the poll.
    assert_eq!(read_answer(&mut poll).await.body, "6");
    assert_eq!(server.get(&target).await.status, 400);

    let mut socket = server.open_websocket(PATH).await;
    socket.send("1").await;
    socket.closed().await;
}

#[tokio::test]
async fn a_websocket_echoes_text_as_text_and_bytes_as_bytes() {
    let server = start().await;
    let mut socket = server.open_websocket(PATH).await;
    socket.send("4hello").await;
    assert_eq!(socket.next().await, Frame::Text("4hello".to_owned()));
    socket.send_binary(&[1, 2, 3, 4]).await;
    assert_eq!(socket.next().await, Frame::Binary(vec![1, 2, 3, 4]));
}

#[tokio::test]
async fn a_websocket_message_that_is_no_packet_closes_it() {
    let server = start().await;
    let mut socket = server.open_websocket(PATH).await;
    socket.send("abc").await;
    assert_eq!(socket.closed().await, Some(1000));
}

#[tokio::test]
async fn a_body_past_the_limit_is_refused_unread_and_the_session_lives() {
    let server = start().await;
    let target = session(&server.open_polling(PATH).await);
    let fits = format!("4{}", "x".repeat(999_999));
    assert_eq!(server.post(&target, &fits).await.status, 200);
    assert_eq!(server.get(&target).await.body.len(), 1_000_000);
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let head = format!("POST {target} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000001\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    assert_eq!(read_answer(&mut stream).await.status, 413);
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let head = format!("POST {target} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    for size in [500_000, 500_001] {
        let chunk = format!("{size:x}\r\n{}\r\n", "x".repeat(size));
        stream.write_all(chunk.as_bytes()).await.unwrap();
    }
    assert_eq!(read_answer(&mut stream).await.status, 413);
    server.post(&target, "4still").await;
    assert_eq!(server.get(&target).await.body, "4still");
}

#[tokio::test]
async fn a_poll_is_cut_at_the_limit_and_the_rest_comes_with_the_next() {
    let server = start().await;
    let target = session(&server.open_polling(PATH).await);
    for letter in ["a", "b", "c"] {
        server.post(&target, &format!("4{}", letter.repeat(340_000))).await;
    }
    let first = server.get(&target).await.body;
    assert_eq!(first.len(), 680_003);
    assert_eq!(server.get(&target).await.body, format!("4{}", "c".repeat(340_000)));
}

fn config_with_patience() -> Config {
    Config { ping_timeout: PATIENCE, ..config() }
}

async fn poll_without_reading(server: &Server, target: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let head = format!("GET {target} HTTP/1.1\r\nHost: {}\r\n\r\n", server.address);
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}
