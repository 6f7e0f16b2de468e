//! socketioxide as a peer of the load generator: the token of a client names its room.

use std::{
    collections::HashMap,
    convert::Infallible,
    net::Ipv4Addr,
    sync::{Arc, Mutex as Held, PoisonError},
};

use axum::serve::ListenerExt;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use socketioxide::{
    SocketIo,
    extract::{AckSender, Data, SocketRef, TryData},
    handler::ConnectHandler,
};
use tokio::{net::TcpListener, sync::Mutex};

/// The rooms by their names, each with the number of its last message.
type Rooms = Arc<Held<HashMap<String, Arc<Mutex<u64>>>>>;

#[derive(Deserialize)]
struct Auth {
    token: String,
}

#[derive(Serialize)]
struct NewMessage {
    seq: u64,
    message: Value,
}

#[derive(Serialize)]
struct Sent {
    seq: u64,
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let rooms = Rooms::default();
    // More may wait for a client than in the other peers: a full queue would lose messages.
    let (layer, io) = SocketIo::builder().max_buffer_size(100_000).build_layer();
    // A middleware: the handler itself would run after the client has heard that it is connected.
    let enter = move |socket: SocketRef, TryData(auth): TryData<Auth>| {
        let rooms = Arc::clone(&rooms);
        async move {
            let Ok(Auth { token: name }) = auth else { return Ok(()) };
            let room = {
                let mut rooms = rooms.lock().unwrap_or_else(PoisonError::into_inner);
                Arc::clone(rooms.entry(name.clone()).or_default())
            };
            socket.join(name.clone());
            socket.on(
                "sendMessage",
                move |socket: SocketRef, data: Data<Value>, ack: AckSender| {
                    let (room, name) = (Arc::clone(&room), name.clone());
                    async move { send(socket, data.0, ack, &room, name).await }
                },
            );
            Ok::<_, Infallible>(())
        }
    };
    io.ns("/", (async || {}).with(enter));
    let app = axum::Router::new().layer(layer);
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port())).await?.tap_io(|stream| {
        // As Node does by itself.
        let _set = stream.set_nodelay(true);
    });
    axum::serve(listener, app).await
}

async fn send(socket: SocketRef, message: Value, ack: AckSender, room: &Mutex<u64>, name: String) {
    // Held until all are told, so that the numbers come in order.
    let mut last_seq = room.lock().await;
    *last_seq += 1;
    let seq = *last_seq;
    // A message that is lost is found by the load generator.
    let _told = socket.within(name).emit("newMessage", &NewMessage { seq, message }).await;
    drop(last_seq);
    let _acked = ack.send(&Sent { seq });
}

fn port() -> u16 {
    std::env::var("PORT").ok().and_then(|port| port.parse().ok()).unwrap_or(3000)
}
