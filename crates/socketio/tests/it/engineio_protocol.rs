//! The cases of the public Engine.IO 4 protocol suite about messages, on the echo example.

use std::time::Duration;

use salala_socketio::{Config, engine::Engine};
use tokio::{io::AsyncWriteExt, net::TcpStream};

use crate::{
    engineio_echo::{Echo, config},
    support::{Frame, Server, read_answer},
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

async fn poll_without_reading(server: &Server, target: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let head = format!("GET {target} HTTP/1.1\r\nHost: {}\r\n\r\n", server.address);
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn a_post_whose_body_does_not_come_is_ended() {
    let server = Server::start(PATH, Engine::new(config(), Echo).service()).await;
    let sid = server.open_polling(PATH).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let target = session(&sid);
    let head = format!("POST {target} HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n4");
    stream.write_all(head.as_bytes()).await.unwrap();
    assert_eq!(read_answer(&mut stream).await.status, 400);
}
