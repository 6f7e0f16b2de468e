//! WebSocket frames: pieces of them, and all that no client may send.

use salala_socketio::{Config, engine::Engine};

use crate::{
    engineio_echo::Echo,
    support::{Frame, Server, calm, masked},
};

const PATH: &str = "/engine.io/";

async fn start() -> Server {
    let config = Config { path: PATH.to_owned(), max_payload: 100_000, ..calm() };
    Server::start(PATH, Engine::new(config, Echo).service()).await
}

#[tokio::test]
async fn frames_may_come_byte_by_byte() {
    let server = start().await;
    let mut socket = server.open_websocket(PATH).await;
    let mut bytes = masked(0x81, b"4slow");
    bytes.extend(masked(0x81, format!("4{}", "x".repeat(200)).as_bytes()));
    for byte in bytes {
        socket.send_raw(&[byte]).await;
        // Lets the server read it by itself.
        tokio::task::yield_now().await;
    }
    assert_eq!(socket.text().await, "4slow");
    assert_eq!(socket.text().await, format!("4{}", "x".repeat(200)));
}

#[tokio::test]
async fn many_frames_may_come_at_once_with_the_last_one_cut() {
    let server = start().await;
    let mut socket = server.open_websocket(PATH).await;
    let mut bytes: Vec<u8> =
        (0..500).flat_map(|index| masked(0x81, format!("4{index}").as_bytes())).collect();
    let last = bytes.split_off(bytes.len() - 3);
    socket.send_raw(&bytes).await;
    for index in 0..499 {
        assert_eq!(socket.text().await, format!("4{index}"));
    }
    socket.send_raw(&last).await;
    assert_eq!(socket.text().await, "4499");
}

#[tokio::test]
async fn the_first_frames_may_come_with_the_request() {
    let server = start().await;
    let mut stream = tokio::net::TcpStream::connect(server.address).await.unwrap();
    let head = format!(
        "GET {PATH}?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n\
         Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAA\r\n\r\n"
    );
    let mut bytes = head.into_bytes();
    bytes.extend(masked(0x81, b"4early"));
    tokio::io::AsyncWriteExt::write_all(&mut stream, &bytes).await.unwrap();
    let mut seen = Vec::new();
    while !seen.windows(6).any(|window| window == b"4early") {
        let read = tokio::io::AsyncReadExt::read_buf(&mut stream, &mut seen).await.unwrap();
        assert_ne!(read, 0);
    }
}

#[tokio::test]
async fn a_message_may_come_in_fragments_with_control_frames_between() {
    let server = start().await;
    let mut socket = server.open_websocket(PATH).await;
    // The two bytes of `é` are in different fragments.
    for (first, payload) in [
        (0x01, b"4caf\xc3" as &[u8]),
        (0x89, b"are you there"),
        (0x00, b"\xa9"),
        (0x8A, b""),
        (0x80, b"!"),
    ] {
        socket.send_raw(&masked(first, payload)).await;
    }
    assert_eq!(socket.frame().await, Frame::Pong(b"are you there".to_vec()));
    assert_eq!(socket.text().await, "4café!");
    socket.send_raw(&masked(0x02, &[1])).await;
    socket.send_raw(&masked(0x80, &[2])).await;
    assert_eq!(socket.next().await, Frame::Binary(vec![1, 2]));
}

#[tokio::test]
async fn frames_that_no_client_may_send_close_with_the_code_that_says_why() {
    let server = start().await;
    let mut unmasked = vec![0x81, 2];
    unmasked.extend_from_slice(b"4x");
    let mut giant = vec![0x82, 0xFF];
    giant.extend_from_slice(&u64::MAX.to_be_bytes());
    giant.extend_from_slice(&[0; 4]);
    let mut large = vec![0x82, 0xFF];
    large.extend_from_slice(&100_001_u64.to_be_bytes());
    large.extend_from_slice(&[0; 4]);
    let cases: [(&str, Vec<u8>, u16); 12] = [
        ("unmasked", unmasked, 1002),
        ("giant length", giant, 1009),
        ("past the limit", large, 1009),
        ("reserved bit", masked(0xC1, b"4x"), 1002),
        ("reserved opcode", masked(0x83, b"4x"), 1002),
        ("reserved control", masked(0x8B, b""), 1002),
        ("fragmented control", masked(0x09, b""), 1002),
        ("long control", masked(0x89, &[0; 126]), 1002),
        ("continuation of nothing", masked(0x80, b"x"), 1002),
        ("message inside a message", [masked(0x01, b"4"), masked(0x81, b"4")].concat(), 1002),
        ("no UTF-8", masked(0x81, b"4\xff"), 1007),
        ("close of one byte", masked(0x88, b"x"), 1002),
    ];
    for (name, bytes, code) in cases {
        let mut socket = server.open_websocket(PATH).await;
        socket.send_raw(&bytes).await;
        assert_eq!(socket.closed().await, Some(code), "{name}");
    }
}

#[tokio::test]
async fn fragments_are_bounded_together() {
    let server = start().await;
    let mut socket = server.open_websocket(PATH).await;
    socket.send_raw(&masked(0x02, &vec![0; 60_000])).await;
    socket.send_raw(&masked(0x00, &vec![0; 60_000])).await;
    assert_eq!(socket.closed().await, Some(1009));
}

#[tokio::test]
async fn a_message_of_just_the_limit_passes() {
    let server = start().await;
    let mut socket = server.open_websocket(PATH).await;
    socket.send_binary(&vec![7; 100_000]).await;
    assert_eq!(socket.next().await, Frame::Binary(vec![7; 100_000]));
}

#[tokio::test]
async fn a_close_frame_is_answered_and_ends_the_stream() {
    let server = start().await;
    let mut socket = server.open_websocket(PATH).await;
    socket.send("4last").await;
    socket.send_raw(&masked(0x88, &1000_u16.to_be_bytes())).await;
    assert_eq!(socket.text().await, "4last");
    assert_eq!(socket.frame().await, Frame::Close(1000));
    assert_eq!(socket.frame().await, Frame::End);
}
