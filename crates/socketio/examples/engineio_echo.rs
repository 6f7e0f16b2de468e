//! The server that the public Engine.IO 4 protocol suite expects: it sends every message back.

use std::{net::Ipv4Addr, time::Duration};

use axum::Router;
use salala_socketio::{
    Config, Handshake, Origins,
    engine::{Application, Connection, Engine, Malformed, Message},
};
use tokio::net::TcpListener;

/// Sends text back as text and bytes as bytes, at once, so nothing waits to be handled.
pub(crate) struct Echo;

/// There is no work, so there is no value of it.
pub(crate) enum Nothing {}

impl Application for Echo {
    type State = ();
    type Work = Nothing;

    fn open(&self, _: &Connection, _: Handshake) {}

    fn receive(
        &self,
        connection: &Connection,
        (): &(),
        message: Message<'_>,
    ) -> Result<Option<Nothing>, Malformed> {
        match message {
            Message::Text(text) => connection.send_text(text),
            Message::Binary(bytes) => connection.send_binary(bytes),
        }
        Ok(None)
    }

    async fn handle(&self, _: &Connection, (): &(), work: Nothing) {
        match work {}
    }
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let engine = Engine::new(config(), Echo);
    let router = Router::new().route_service("/engine.io/", engine.service());
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port())).await?;
    axum::serve(listener, router).await
}

/// The intervals that the suite expects.
pub(crate) fn config() -> Config {
    Config {
        path: "/engine.io/".to_owned(),
        ping_interval: Duration::from_millis(300),
        ping_timeout: Duration::from_millis(200),
        max_payload: 1_000_000,
        origins: Origins::Any,
        ..Config::default()
    }
}

#[expect(clippy::disallowed_methods, reason = "an example is set up by its environment")]
fn port() -> u16 {
    std::env::var("PORT").ok().and_then(|port| port.parse().ok()).unwrap_or(3000)
}
