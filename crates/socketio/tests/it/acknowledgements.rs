//! Acknowledgements both ways.

use std::time::Duration;

use salala_socketio::{AckError, Config, Event, Routes, Socket, SocketIo};
use tokio::sync::mpsc;

use crate::{
    support::{PATIENCE, Server, calm},
    wait::collector,
};

async fn start(routes: Routes) -> Server {
    let io = SocketIo::builder().config(calm()).namespace("/", routes).build();
    Server::socketio(&io).await
}

#[tokio::test]
async fn the_server_asks_for_acknowledgements() {
    let (routes, mut sockets) = collector();
    let server = start(routes).await;
    let mut client = server.join().await;
    let socket = sockets.recv().await.unwrap();

    let asked = socket.emit_with_ack("question", &"why", PATIENCE);
    let (answer, ()) = tokio::join!(asked, async {
        assert_eq!(client.text().await, "420[\"question\",\"why\"]");
        client.send("430[\"because\",2]").await;
        client.send("430[\"twice\"]").await;
        client.send("4399[\"unknown\"]").await;
    });
    let answer: Vec<_> = answer.unwrap().iter().map(|raw| raw.get().to_owned()).collect();
    assert_eq!(answer, ["\"because\"", "2"]);

    let soon = Duration::from_millis(1);
    let late = socket.emit_with_ack("question", &"when", soon).await;
    assert!(matches!(late, Err(AckError::Timeout)));

    let asked = socket.emit_with_ack("question", &"who", PATIENCE);
    let (gone, ()) = tokio::join!(asked, async {
        assert!(client.text().await.starts_with("421"));
        assert!(client.text().await.starts_with("422"));
        drop(client);
    });
    assert!(matches!(gone, Err(AckError::Disconnected)));
    let after = socket.emit_with_ack("question", &"where", PATIENCE).await;
    assert!(matches!(after, Err(AckError::Disconnected)));
}

#[tokio::test]
async fn a_handler_may_wait_for_its_own_clients_acknowledgement() {
    let routes = Routes::new().on("ask me", |socket: Socket, event: Event| async move {
        let answer = socket.emit_with_ack("question", &1, PATIENCE).await.unwrap();
        event.ack.unwrap().send_args(&answer);
    });
    let server = start(routes).await;
    let mut client = server.join().await;
    client.send("427[\"ask me\"]").await;
    assert_eq!(client.text().await, "420[\"question\",1]");
    client.send("430[\"fine\"]").await;
    assert_eq!(client.text().await, "437[\"fine\"]");
}

#[tokio::test]
async fn outstanding_acknowledgements_are_bounded() {
    let (routes, mut sockets) = collector();
    let config = Config { max_pending_acks: 1, ..calm() };
    let io = SocketIo::builder().config(config).namespace("/", routes).build();
    let server = Server::socketio(&io).await;
    let _client = server.join().await;
    let socket = sockets.recv().await.unwrap();
    let mut waiting = std::pin::pin!(socket.emit_with_ack("question", &1, PATIENCE));
    assert!(futures_util::poll!(waiting.as_mut()).is_pending());
    let refused = socket.emit_with_ack("question", &2, PATIENCE).await;
    assert!(matches!(refused, Err(AckError::TooMany)));
}

#[tokio::test]
async fn an_acknowledgement_may_come_from_any_task_and_lets_the_next_event_begin() {
    let (sender, mut acks) = mpsc::unbounded_channel();
    let routes = Routes::new().on("later", move |_, event: Event| {
        sender.send(event.ack.unwrap()).unwrap();
        async {}
    });
    let server = start(routes).await;
    let mut client = server.join().await;
    client.send("421[\"later\"]").await;
    client.send("422[\"later\"]").await;
    let first = acks.recv().await.unwrap();
    let second = acks.recv().await.unwrap();
    second.send(&"second");
    first.send(&"first");
    assert_eq!(client.text().await, "432[\"second\"]");
    assert_eq!(client.text().await, "431[\"first\"]");
}
