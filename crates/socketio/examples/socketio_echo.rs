//! The server that the public Socket.IO 5 protocol suite expects: it echoes on `/` and `/custom`.

use std::{net::Ipv4Addr, time::Duration};

use axum::Router;
use salala_socketio::{
    Accept, Config, Event, Handler, Handshake, Origins, Packet, Reject, Socket, SocketIo,
};
use serde_json::value::RawValue;
use tokio::net::TcpListener;

/// Says what `auth` was, and echoes `message` and `message-with-ack`.
pub(crate) struct Echo;

impl Handler for Echo {
    async fn connect(
        &self,
        socket: &Socket,
        _: &Handshake,
        auth: Option<&RawValue>,
    ) -> Result<Accept, Reject> {
        socket.set_data(auth.map(ToOwned::to_owned));
        Ok(Accept::default())
    }

    async fn connected(&self, socket: &Socket) {
        // The suite listens for `auth` only after it has seen the answer to CONNECT. Sent in one turn
        // the two would arrive together, and it would miss the second.
        tokio::time::sleep(Duration::from_millis(30)).await;
        let auth = socket.data::<Option<Box<RawValue>>>();
        let emitted = match auth.as_deref() {
            Some(Some(auth)) => socket.emit("auth", auth),
            Some(None) | None => socket.emit("auth", &serde_json::json!({})),
        };
        if let Err(error) = emitted {
            tracing::error!(%error, "auth was not sent");
        }
    }

    async fn event(&self, socket: &Socket, event: Event) {
        match (event.name.as_str(), event.ack) {
            ("message", _) => match Packet::event_args("message-back", &event.args) {
                Ok(packet) => socket.send(&packet.with_attachments(event.attachments)),
                Err(error) => tracing::error!(%error, "a message was not sent back"),
            },
            ("message-with-ack", Some(ack)) => ack.send_binary(&event.args, &event.attachments),
            (_, _) => {}
        }
    }
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let io = SocketIo::builder()
        .config(config())
        .namespace("/", Echo)
        .namespace("/custom", Echo)
        .build();
    let router = Router::new().route_service("/socket.io/", io.service());
    let port = u16::try_from(milliseconds("PORT", 3000)).unwrap_or(3000);
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port)).await?;
    axum::serve(listener, router).await
}

/// The intervals that the suite expects, unless the environment names others.
pub(crate) fn config() -> Config {
    Config {
        ping_interval: Duration::from_millis(milliseconds("PING_INTERVAL", 300)),
        ping_timeout: Duration::from_millis(milliseconds("PING_TIMEOUT", 200)),
        connect_timeout: Duration::from_secs(1),
        max_payload: 1_000_000,
        origins: Origins::Any,
        ..Config::default()
    }
}

#[expect(clippy::disallowed_methods, reason = "an example is set up by its environment")]
fn milliseconds(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}
