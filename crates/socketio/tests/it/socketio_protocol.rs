//! The cases of the public Socket.IO 5 protocol suite, on the echo example.

use std::time::Duration;

use salala_socketio::{Config, SocketIo};

use crate::{
    socketio_echo::Echo,
    support::{Frame, PATIENCE, Server, calm},
};

async fn start() -> Server {
    start_with(calm()).await
}

async fn start_with(config: Config) -> Server {
    let io =
        SocketIo::builder().config(config).namespace("/", Echo).namespace("/custom", Echo).build();
    Server::socketio(&io).await
}

#[tokio::test]
async fn a_client_joins_the_main_namespace_with_and_without_auth() {
    let server = start().await;
    for (connect, auth) in [("40", "{}"), ("40{\"token\":\"123\"}", "{\"token\":\"123\"}")] {
        let mut socket = server.open_websocket("/socket.io/").await;
        socket.send(connect).await;
        let answer = socket.text().await;
        let packet: serde_json::Value = serde_json::from_str(&answer[2..]).unwrap();
        let keys: Vec<_> = packet.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["sid"]);
        assert_eq!(socket.text().await, format!("42[\"auth\",{auth}]"));
    }
}

#[tokio::test]
async fn a_client_joins_another_namespace_whatever_query_follows_its_name() {
    let server = start().await;
    for (connect, auth) in [
        ("40/custom,", "{}"),
        ("40/custom", "{}"),
        ("40/custom?x=1,", "{}"),
        ("40/custom,{\"token\":\"abc\"}", "{\"token\":\"abc\"}"),
    ] {
        let mut socket = server.open_websocket("/socket.io/").await;
        socket.send(connect).await;
        assert!(socket.text().await.starts_with("40/custom,{\"sid\":\""));
        assert_eq!(socket.text().await, format!("42/custom,[\"auth\",{auth}]"));
    }
}

#[tokio::test]
async fn an_unknown_namespace_is_refused_and_the_connection_stays() {
    let server = start().await;
    let mut socket = server.open_websocket("/socket.io/").await;
    for connect in ["40/random", "40/random,{\"token\":\"abc\"}"] {
        socket.send(connect).await;
        assert_eq!(socket.text().await, "44/random,{\"message\":\"Invalid namespace\"}");
    }
    socket.send("40").await;
    assert!(socket.text().await.starts_with("40{"));
}

#[tokio::test]
async fn a_connection_that_joins_nothing_is_closed() {
    let soon = Duration::from_millis(50);
    let server = start_with(Config { connect_timeout: soon, ..calm() }).await;
    let mut socket = server.open_websocket("/socket.io/").await;
    assert_eq!(socket.closed().await, Some(1000));
}

#[tokio::test]
async fn a_packet_out_of_place_closes_the_connection() {
    let server = start().await;
    // An event without CONNECT, no packet at all, a namespace that was not joined, a second CONNECT.
    for packets in
        [&["42[\"x\"]"] as &[_], &["4abc"], &["40", "42/custom,[\"x\"]"], &["40", "40"], &["41"]]
    {
        let mut socket = server.open_websocket("/socket.io/").await;
        for packet in packets {
            socket.send(packet).await;
        }
        socket.closed().await;
    }
}

#[tokio::test]
async fn a_malformed_packet_closes_its_connection_alone() {
    let server = start().await;
    let mut other = server.join().await;
    assert!(other.text().await.contains("auth"));
    for packet in [
        "4abc",
        "42{}",
        "42abc[\"message-with-ack\",1,\"2\",{\"3\":[false]}]",
        "42[\"disconnect\"]",
        "49",
        "4",
        "451[\"x\"]",
        "41{}",
        "44{}",
        "42",
    ] {
        let mut socket = server.join().await;
        socket.send(packet).await;
        socket.closed().await;
    }
    other.send("42[\"message\",1]").await;
    assert_eq!(other.text().await, "42[\"message-back\",1]");
}

#[tokio::test]
async fn attachments_come_after_their_packet_and_nowhere_else() {
    let server = start().await;
    let mut socket = server.join().await;
    socket.send_binary(&[1]).await;
    socket.closed().await;
    let mut socket = server.join().await;
    socket.send("451-[\"message\",{\"_placeholder\":true,\"num\":0}]").await;
    socket.send("42[\"message\",1]").await;
    socket.closed().await;
    let mut socket = server.join().await;
    socket.send("499-[\"message\"]").await;
    socket.closed().await;
    let mut socket = server.join().await;
    socket.send("4565-[\"message\"]").await;
    socket.closed().await;
}

#[tokio::test]
async fn attachments_together_are_bounded() {
    let server = start_with(Config { max_payload: 1_000, ..calm() }).await;
    let mut socket = server.join().await;
    socket.send("455-[\"message\"]").await;
    for _ in 0..5 {
        socket.send_binary(&[0; 900]).await;
    }
    socket.closed().await;
}

#[tokio::test]
async fn attachments_that_do_not_come_close_the_connection() {
    let soon = Duration::from_secs(1);
    let server = start_with(Config { connect_timeout: soon, ..calm() }).await;
    let mut socket = server.join().await;
    socket.send("451-[\"message\",{\"_placeholder\":true,\"num\":0}]").await;
    socket.closed().await;
    // One that came lifts the deadline again: this client outlives it.
    let mut socket = server.join().await;
    socket.send("451-[\"message\",{\"_placeholder\":true,\"num\":0}]").await;
    socket.send_binary(&[7]).await;
    assert!(socket.text().await.contains("auth"));
    assert!(socket.text().await.starts_with("451-"));
    assert_eq!(socket.next().await, Frame::Binary(vec![7]));
    tokio::time::sleep(2 * soon).await;
    socket.send("42[\"message\",1]").await;
    assert_eq!(socket.text().await, "42[\"message-back\",1]");
}

#[tokio::test]
async fn a_client_leaves_a_namespace_and_the_connection_stays() {
    let interval = Duration::from_millis(50);
    let config = Config { ping_interval: interval, ping_timeout: PATIENCE, ..calm() };
    let server = start_with(config).await;
    let mut socket = server.join().await;
    assert!(socket.text().await.contains("auth"));
    socket.send("41").await;
    assert_eq!(socket.frame().await, Frame::Text("2".to_owned()));
    socket.send("3").await;
    socket.send("40").await;
    assert!(socket.text().await.starts_with("40{"));

    let mut socket = server.join().await;
    assert!(socket.text().await.contains("auth"));
    socket.send("40/custom,").await;
    assert!(socket.text().await.starts_with("40/custom,"));
    assert!(socket.text().await.contains("auth"));
    socket.send("41/custom").await;
    socket.send("42[\"message\",\"message to main namespace\"]").await;
    assert_eq!(socket.text().await, "42[\"message-back\",\"message to main namespace\"]");
}

#[tokio::test]
async fn events_carry_any_json_and_bytes_both_ways() {
    let server = start().await;
    let mut socket = server.join().await;
    assert!(socket.text().await.contains("auth"));
    socket.send("42[\"message\",1,\"2\",{\"3\":[true]}]").await;
    assert_eq!(socket.text().await, "42[\"message-back\",1,\"2\",{\"3\":[true]}]");
    let two = "{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}";
    socket.send(&format!("452-[\"message\",{two}]")).await;
    socket.send_binary(&[1, 2, 3]).await;
    socket.send_binary(&[4, 5, 6]).await;
    assert_eq!(socket.text().await, format!("452-[\"message-back\",{two}]"));
    assert_eq!(socket.next().await, Frame::Binary(vec![1, 2, 3]));
    assert_eq!(socket.next().await, Frame::Binary(vec![4, 5, 6]));
}

#[tokio::test]
async fn acknowledgements_carry_any_json_and_bytes() {
    let server = start().await;
    let mut socket = server.join().await;
    assert!(socket.text().await.contains("auth"));
    socket.send("42456[\"message-with-ack\",1,\"2\",{\"3\":[false]}]").await;
    assert_eq!(socket.text().await, "43456[1,\"2\",{\"3\":[false]}]");
    let two = "{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}";
    socket.send(&format!("452-789[\"message-with-ack\",{two}]")).await;
    socket.send_binary(&[1, 2, 3]).await;
    socket.send_binary(&[4, 5, 6]).await;
    assert_eq!(socket.text().await, format!("462-789[{two}]"));
    assert_eq!(socket.next().await, Frame::Binary(vec![1, 2, 3]));
    assert_eq!(socket.next().await, Frame::Binary(vec![4, 5, 6]));
    socket.send("40/custom").await;
    assert!(socket.text().await.starts_with("40/custom"));
    assert!(socket.text().await.contains("auth"));
    socket.send("42/custom,7[\"message-with-ack\"]").await;
    assert_eq!(socket.text().await, "43/custom,7[]");
}

#[tokio::test]
async fn all_of_it_goes_over_polling_too() {
    let server = start().await;
    let target = server.join_polling("40").await;
    let joined = server.get(&target).await.body;
    let joined = if joined.contains('\u{1e}') {
        joined
    } else {
        format!("{joined}\u{1e}{}", server.get(&target).await.body)
    };
    assert!(joined.starts_with("40{\"sid\":\"") && joined.ends_with("\u{1e}42[\"auth\",{}]"));
    let event = "451-5[\"message-with-ack\",{\"_placeholder\":true,\"num\":0}]\u{1e}bAQID";
    assert_eq!(server.post(&target, event).await.body, "ok");
    let ack = "461-5[{\"_placeholder\":true,\"num\":0}]\u{1e}bAQID";
    assert_eq!(server.get(&target).await.body, ack);
}
