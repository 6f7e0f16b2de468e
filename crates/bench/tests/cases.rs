//! The cases against a server that answers as each test wants: figures only where they count.
#![expect(clippy::unwrap_used, reason = "tests fail by it")]

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use salala_bench::cases::{Idle, Pace, Talk};
use salala_bench::client::ClientError;
use salala_bench::error::BenchError;
use salala_bench::people::{Gathering, People, User};
use salala_bench::report::Figure;
use salala_bench::target::Target;
use salala_socketio::{Accept, Event, Handler, Handshake, Reject, Socket, SocketIo};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// How the server treats its clients.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    Honest,
    /// Numbers messages with holes.
    SkipsNumbers,
    /// Refuses every send.
    RefusesSends,
    /// Lets nobody in.
    RefusesTokens,
    /// Cuts everybody who came in.
    CutsClients,
}

/// A chat of one conversation.
struct Chat {
    manner: Manner,
    io: Mutex<Option<SocketIo>>,
    last_seq: AtomicU64,
}

impl Handler for &'static Chat {
    async fn connect(
        &self,
        _: &Socket,
        _: &Handshake,
        _: Option<&RawValue>,
    ) -> Result<Accept, Reject> {
        if self.manner == Manner::RefusesTokens {
            return Err(Reject::Refuse { message: "not you".to_owned(), data: None });
        }
        Ok(Accept::default())
    }

    async fn connected(&self, socket: &Socket) {
        if self.manner == Manner::CutsClients {
            socket.disconnect();
        }
    }

    async fn event(&self, _: &Socket, event: Event) {
        let mut message: Value = event.arg(0).unwrap();
        let ack = event.ack.unwrap();
        if self.manner == Manner::RefusesSends {
            return ack.send(&json!({ "status": "error", "code": "forbidden" }));
        }
        let step = if self.manner == Manner::SkipsNumbers { 2 } else { 1 };
        message["seq"] = json!(self.last_seq.fetch_add(step, Ordering::Relaxed) + step);
        let io = self.io.lock().unwrap().clone().unwrap();
        ack.send(&message);
        io.broadcast().emit("newMessage", &message).unwrap();
    }
}

/// Starts the server; it ends with the tasks returned.
async fn start(manner: Manner) -> (Target, JoinSet<()>) {
    // Lives as long as the test's process: the handler must outlive every connection.
    let chat: &'static Chat =
        Box::leak(Box::new(Chat { manner, io: Mutex::new(None), last_seq: AtomicU64::new(0) }));
    let io = SocketIo::builder().namespace("/", chat).build();
    *chat.io.lock().unwrap() = Some(io.clone());
    let router = Router::new().route_service("/socket.io/", io.service());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut tasks = JoinSet::new();
    tasks.spawn(async move { axum::serve(listener, router).await.unwrap() });
    (Target { address, pid: Some(std::process::id()) }, tasks)
}

async fn talk(manner: Manner) -> Result<Vec<Figure>, BenchError> {
    let (target, _tasks) = start(manner).await;
    let user = |id: &str| User { id: id.to_owned(), token: format!("token of {id}") };
    let people = People {
        users: vec![user("one"), user("other")],
        conversations: vec!["theirs".to_owned()],
    };
    let talk = Talk {
        gathering: Gathering::Pairs(1),
        group_senders: 0,
        one_sided: false,
        pace: Pace::InFlight(1),
        warm_up: Duration::ZERO,
        measured: Duration::from_millis(200),
        content_chars: 10,
    };
    talk.run(&target.into(), &people).await
}

async fn idle(manner: Manner) -> Result<Vec<Figure>, BenchError> {
    let (target, _tasks) = start(manner).await;
    let idle = Idle {
        connections: 20,
        gathering: Gathering::Nobody,
        handshakes_at_once: 4,
        settle: Duration::from_millis(200),
    };
    idle.run(&target.into(), &People::default()).await
}

#[tokio::test]
async fn a_talk_of_which_nothing_is_lost_gives_figures() {
    let figures = talk(Manner::Honest).await.unwrap();
    let value_of = |name| figures.iter().find(|figure| figure.name == name).unwrap().value;
    assert!(value_of("acked sends") > 0.0);
    assert!(value_of("send to seen, p50") > 0.0);
    assert!(value_of("deliveries") > value_of("acked sends"));
}

#[tokio::test]
async fn users_without_accounts_talk_to_a_server_that_knows_none() {
    let (target, _tasks) = start(Manner::Honest).await;
    let talk = Talk {
        gathering: Gathering::Group(3),
        group_senders: 1,
        one_sided: false,
        pace: Pace::InFlight(4),
        warm_up: Duration::ZERO,
        measured: Duration::from_millis(200),
        content_chars: 10,
    };
    let people = People::without_accounts(talk.gathering);
    assert_eq!((people.users.len(), people.conversations.len()), (3, 1));
    assert!(people.users.iter().all(|user| user.token == people.conversations[0]));
    let figures = talk.run(&target.into(), &people).await.unwrap();
    assert!(figures.iter().any(|figure| figure.name == "server CPU per million deliveries"));
}

#[tokio::test]
async fn a_hole_in_the_order_makes_the_figures_worthless() {
    match talk(Manner::SkipsNumbers).await {
        Err(BenchError::Worthless(reason)) => assert!(reason.contains("was sent message")),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_refused_send_makes_the_figures_worthless() {
    match talk(Manner::RefusesSends).await {
        Err(BenchError::Worthless(reason)) => assert!(reason.contains("forbidden"), "{reason}"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn connections_that_hold_are_measured() {
    let figures = idle(Manner::Honest).await.unwrap();
    assert!(figures.iter().any(|figure| figure.name == "server RSS per connection"));
    assert!(figures.iter().any(|figure| figure.name == "handshake, p99"));
}

#[tokio::test]
async fn a_client_that_is_not_let_in_ends_the_measurement() {
    match idle(Manner::RefusesTokens).await {
        Err(BenchError::Client { source: ClientError::ConnectRefused(reason), .. }) => {
            assert!(reason.contains("not you"), "{reason}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_client_that_is_cut_ends_the_measurement() {
    match idle(Manner::CutsClients).await {
        Err(BenchError::Client { source: ClientError::Closed, .. }) => {}
        other => panic!("{other:?}"),
    }
}
