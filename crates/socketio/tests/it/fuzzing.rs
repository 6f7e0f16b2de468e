//! Clients that send what nobody would, to a running server, beside one that behaves.

use salala_socketio::SocketIo;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};

use crate::{
    bounded::{Inputs, Random},
    socketio_echo::Echo,
    support::{PATIENCE, Server, calm, masked},
    wait::eventually,
};

/// How many such clients come.
const CLIENTS: u64 = 300;

/// More than any of them can cause: what is sent back is what they sent.
const ANSWER_MAX_BYTES: usize = 200_000;

#[tokio::test]
async fn whatever_a_client_sends_ends_its_own_connection_at_most() {
    let io = SocketIo::builder().config(calm()).namespace("/", Echo).build();
    let server = Server::socketio(&io).await;
    let mut witness = server.join().await;
    assert!(witness.text().await.contains("auth"));
    let (packets, frames) = (Inputs::load("socketio_packet"), Inputs::load("websocket_stream"));
    for client in 0..CLIENTS {
        let mut random = Random::new(client);
        let mut sent = masked(0x81, b"40");
        for _ in 0..random.below(4) {
            let packet = packets.mutate(&mut random);
            let is_text = std::str::from_utf8(&packet).is_ok();
            let packet = [b"4".as_slice(), &packet].concat();
            sent.extend(masked(if is_text { 0x81 } else { 0x82 }, &packet));
        }
        sent.extend(frames.mutate(&mut random));

        let mut socket = server.open_websocket("/socket.io/").await;
        // The server may have closed before it has taken all.
        drop(socket.stream.write_all(&sent).await);
        drop(socket.stream.shutdown().await);
        let mut answer = Vec::new();
        let ended = timeout(PATIENCE, socket.stream.read_to_end(&mut answer)).await;
        assert!(ended.is_ok(), "client {client} is left open after {:?}", sent.escape_ascii());
        assert!(answer.len() <= ANSWER_MAX_BYTES, "client {client}: {} bytes", answer.len());

        witness.send("42[\"message\",1]").await;
        assert_eq!(witness.text().await, "42[\"message-back\",1]", "after client {client}");
    }
    eventually(|| io.stats().websocket == 1).await;
    assert_eq!(io.stats().sockets, 1);
}
