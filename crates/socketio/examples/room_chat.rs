//! A chat in rooms without users or rules: what the engine costs, beside the peers of the load generator.
//!
//! The token that a client connects with names its room. What it sends goes to everybody there, numbered.

use std::{
    collections::HashMap,
    net::Ipv4Addr,
    sync::{Arc, Mutex, PoisonError},
};

use axum::Router;
use salala_socketio::{Accept, Config, Event, Handler, Handshake, Reject, Socket, SocketIo};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::net::TcpListener;

/// The rooms by their names.
#[derive(Default)]
struct Chat {
    rooms: Mutex<HashMap<String, Arc<Room>>>,
}

/// A room and the number of its last message.
struct Room {
    name: String,
    last_seq: Mutex<u64>,
}

#[derive(Deserialize)]
struct Auth {
    token: String,
}

#[derive(Serialize)]
struct NewMessage<'a> {
    seq: u64,
    message: &'a RawValue,
}

#[derive(Serialize)]
struct Sent {
    seq: u64,
}

impl Handler for Chat {
    async fn connect(
        &self,
        socket: &Socket,
        _: &Handshake,
        auth: Option<&RawValue>,
    ) -> Result<Accept, Reject> {
        // Who names no room only listens to pings.
        if let Some(Auth { token }) = auth.and_then(|auth| serde_json::from_str(auth.get()).ok()) {
            socket.join(&token);
            socket.set_data(self.room(&token));
        }
        Ok(Accept::default())
    }

    async fn event(&self, socket: &Socket, event: Event) {
        let (Some(room), Some(message)) = (socket.data::<Arc<Room>>(), event.args.first()) else {
            return;
        };
        let seq = {
            // Held until all are told, so that the numbers come in order.
            let mut last_seq = room.last_seq.lock().unwrap_or_else(PoisonError::into_inner);
            *last_seq += 1;
            let told = NewMessage { seq: *last_seq, message };
            if let Err(error) = socket.namespace().to(&room.name).emit("newMessage", &told) {
                tracing::error!(%error, "a message was not told");
            }
            *last_seq
        };
        if let Some(ack) = event.ack {
            ack.send(&Sent { seq });
        }
    }
}

impl Chat {
    fn room(&self, name: &str) -> Arc<Room> {
        let mut rooms = self.rooms.lock().unwrap_or_else(PoisonError::into_inner);
        let made = || Arc::new(Room { name: name.to_owned(), last_seq: Mutex::default() });
        Arc::clone(rooms.entry(name.to_owned()).or_insert_with(made))
    }
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let config = Config { outbound_max_bytes: 16 << 20, ..Config::default() };
    let io = SocketIo::builder().config(config).namespace("/", Chat::default()).build();
    let router = Router::new().route_service("/socket.io/", io.service());
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port())).await?;
    axum::serve(listener, router).await
}

#[expect(clippy::disallowed_methods, reason = "an example is set up by its environment")]
fn port() -> u16 {
    std::env::var("PORT").ok().and_then(|port| port.parse().ok()).unwrap_or(3000)
}
