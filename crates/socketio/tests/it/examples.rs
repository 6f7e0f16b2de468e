//! The two example servers, as the cases that both protocols share see them.

use salala_socketio::{Config, SocketIo, engine::Engine};

use crate::{
    engineio_echo, socketio_echo,
    support::{Server, WebSocket},
};

/// An example server under test.
pub(crate) struct Example {
    pub(crate) server: Server,
    pub(crate) path: &'static str,
    /// A packet that it answers.
    pub(crate) hello: &'static str,
    /// How that answer begins.
    pub(crate) answer: &'static str,
}

impl Example {
    /// Both of them, with their own settings but for what is changed.
    pub(crate) async fn both(change: impl Fn(Config) -> Config) -> [Self; 2] {
        let engine = Engine::new(change(engineio_echo::config()), engineio_echo::Echo);
        let io = SocketIo::builder()
            .config(change(socketio_echo::config()))
            .namespace("/", socketio_echo::Echo)
            .build();
        [
            Self {
                server: Server::start("/engine.io/", engine.service()).await,
                path: "/engine.io/",
                hello: "4hello",
                answer: "4hello",
            },
            Self {
                server: Server::socketio(&io).await,
                path: "/socket.io/",
                hello: "40",
                answer: "40{\"sid\":",
            },
        ]
    }

    /// The target of requests of this session.
    pub(crate) fn session(&self, sid: &str) -> String {
        format!("{}?EIO=4&transport=polling&sid={sid}", self.path)
    }

    /// The target of a WebSocket to which this session may move.
    pub(crate) fn upgrade(&self, sid: &str) -> String {
        format!("{}?EIO=4&transport=websocket&sid={sid}", self.path)
    }

    /// Opens a session by polling: its id and the target of its requests.
    pub(crate) async fn open(&self) -> (String, String) {
        let sid = self.server.open_polling(self.path).await;
        let target = self.session(&sid);
        (sid, target)
    }

    /// Says hello and waits for the answer: this WebSocket carries the session.
    pub(crate) async fn greet(&self, socket: &mut WebSocket) {
        socket.send(self.hello).await;
        let answer = socket.text().await;
        assert!(answer.starts_with(self.answer), "{answer}");
        if self.path == "/socket.io/" {
            assert_eq!(socket.text().await, "42[\"auth\",{}]");
            // The namespace can be joined anew, so that it can be greeted again.
            socket.send("41").await;
        }
    }
}
