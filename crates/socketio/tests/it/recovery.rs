//! Coming back: what was missed first, then what waited, and nothing in between.

use std::sync::Arc;

use parking_lot::Mutex;
use salala_socketio::{
    Accept, Config, DisconnectReason, Event, MissedEvents, Packet, Presented, ReplayFailed, Routes,
    Socket, SocketIo,
};
use tokio::sync::mpsc;

use crate::{
    support::{Frame, Server, WebSocket, calm},
    wait::eventually,
};

type Page = Result<Option<Vec<Packet>>, ReplayFailed>;

/// Pages as a test hands them in.
struct Pages {
    pages: mpsc::UnboundedReceiver<Page>,
    /// How many were asked for.
    asked: Arc<Mutex<usize>>,
}

struct Fixture {
    server: Server,
    io: SocketIo,
    pages: mpsc::UnboundedSender<Page>,
    asked: Arc<Mutex<usize>>,
    sockets: mpsc::UnboundedReceiver<Socket>,
    reasons: mpsc::UnboundedReceiver<DisconnectReason>,
}

impl MissedEvents for Pages {
    async fn next_page(&mut self) -> Page {
        *self.asked.lock() += 1;
        self.pages.recv().await.unwrap_or(Ok(None))
    }
}

impl Fixture {
    /// A server at which the first client recovers.
    async fn start(config: Config) -> Self {
        let (pages, receiver) = mpsc::unbounded_channel();
        let asked = Arc::new(Mutex::new(0));
        let missed =
            Arc::new(Mutex::new(Some(Pages { pages: receiver, asked: Arc::clone(&asked) })));
        let (connected, sockets) = mpsc::unbounded_channel();
        let (ended, reasons) = mpsc::unbounded_channel();
        let routes = Routes::new()
            .on_connect(move |socket, _, auth| {
                let presented = Presented::of(auth.as_deref());
                let missed = missed.lock().take();
                async move {
                    socket.emit("before", &"is given by the log").unwrap();
                    socket.discard_held();
                    socket.emit("held", &"first").unwrap();
                    Ok(match (presented, missed) {
                        (Some(presented), Some(missed)) => Accept::recovered(presented.pid, missed),
                        _ => Accept::with_pid("new".to_owned()),
                    })
                }
            })
            .on_connected(move |socket| {
                connected.send(socket).unwrap();
                async {}
            })
            .on("ask", |_: Socket, event: Event| async move {
                event.ack.unwrap().send(&"answer");
            })
            .on_disconnect(move |_, reason| {
                ended.send(reason).unwrap();
                async {}
            });
        let io = SocketIo::builder().config(config).namespace("/", routes).build();
        Self { server: Server::socketio(&io).await, io, pages, asked, sockets, reasons }
    }

    async fn come_back(&mut self) -> (WebSocket, Socket) {
        let mut client = self.server.open_websocket("/socket.io/").await;
        client.send(r#"40{"pid":"mine","offset":"1.2"}"#).await;
        let answer = client.text().await;
        assert!(answer.ends_with("\",\"pid\":\"mine\"}"), "{answer}");
        (client, self.sockets.recv().await.unwrap())
    }

    fn give(&self, packets: Vec<Packet>) {
        assert!(self.pages.send(Ok(Some(packets))).is_ok());
    }
}

fn missed(number: usize) -> Packet {
    Packet::event_with_offset("missed", &number, &format!("1.{number}")).unwrap()
}

#[tokio::test]
async fn what_was_missed_comes_first_and_what_was_emitted_meanwhile_after_it() {
    let mut fixture = Fixture::start(calm()).await;
    let (mut client, socket) = fixture.come_back().await;
    assert!(socket.is_connected());
    fixture.give(vec![missed(1), missed(2)]);
    for number in 1..=2 {
        assert_eq!(client.text().await, format!(r#"42["missed",{number},"1.{number}"]"#));
    }
    socket.emit("held", &"second").unwrap();
    fixture.io.broadcast().volatile().emit("passing", &1).unwrap();
    // An ack is no event, and waits for none.
    client.send(r#"427["ask"]"#).await;
    assert_eq!(client.text().await, r#"437["answer"]"#);
    fixture.give(Vec::new());
    fixture.give(vec![missed(3)]);
    assert_eq!(client.text().await, r#"42["missed",3,"1.3"]"#);
    assert!(fixture.pages.send(Ok(None)).is_ok());
    for number in ["first", "second"] {
        assert_eq!(client.text().await, format!(r#"42["held","{number}"]"#));
    }
    socket.emit("live", &1).unwrap();
    fixture.io.broadcast().volatile().emit("passing", &2).unwrap();
    assert_eq!(client.text().await, r#"42["live",1]"#);
    assert_eq!(client.text().await, r#"42["passing",2]"#);
}

#[tokio::test]
async fn a_client_without_a_pid_is_given_what_was_emitted_since_it_counts() {
    let fixture = Fixture::start(calm()).await;
    let mut client = fixture.server.open_websocket("/socket.io/").await;
    client.send("40").await;
    assert!(client.text().await.ends_with("\",\"pid\":\"new\"}"));
    assert_eq!(client.text().await, r#"42["held","first"]"#);
}

#[tokio::test]
async fn a_replay_over_polling_goes_on_as_polls_fetch_it() {
    let mut fixture = Fixture::start(calm()).await;
    let target = fixture.server.join_polling(r#"40{"pid":"mine"}"#).await;
    drop(fixture.sockets.recv().await.unwrap());
    fixture.give(vec![missed(1)]);
    fixture.give(vec![missed(2)]);
    assert!(fixture.pages.send(Ok(None)).is_ok());
    let mut fetched = String::new();
    while !fetched.contains("first") {
        fetched += &fixture.server.get(&target).await.body;
        fetched.push('\u{1e}');
    }
    let packets: Vec<&str> = fetched.split('\u{1e}').skip(1).collect();
    let expected = [r#"42["missed",1,"1.1"]"#, r#"42["missed",2,"1.2"]"#, r#"42["held","first"]"#];
    assert_eq!(packets[..3], expected);
}

#[tokio::test]
async fn a_replay_is_read_as_the_client_takes_it_and_never_counts_as_slow() {
    let config = Config { outbound_max_bytes: 64 * 1024, ..calm() };
    let mut fixture = Fixture::start(config).await;
    let (mut client, socket) = fixture.come_back().await;
    // Far more than the kernel takes for a client that reads nothing, and than may wait for it.
    let pages = 100;
    let text = "x".repeat(100_000);
    for page in 0..pages {
        let packet = Packet::event_with_offset("missed", &text, &format!("1.{page}")).unwrap();
        fixture.give(vec![packet.clone(), packet]);
    }
    assert!(fixture.pages.send(Ok(None)).is_ok());
    let mut last = 0;
    eventually(|| {
        // It stops to ask once the client takes no more.
        let asked = *fixture.asked.lock();
        let is_still = asked > 0 && asked == std::mem::replace(&mut last, asked);
        is_still && asked < pages
    })
    .await;
    assert!(socket.is_connected());
    for page in 0..pages {
        for _ in 0..2 {
            let expected = format!("\",\"1.{page}\"]");
            assert!(client.text().await.ends_with(&expected));
        }
    }
    assert_eq!(client.text().await, r#"42["held","first"]"#);
    assert_eq!(fixture.io.stats().slow_consumers, 0);
}

#[tokio::test]
async fn what_waits_for_the_end_of_a_replay_is_bounded() {
    let config = Config { outbound_max_bytes: 64 * 1024, ..calm() };
    let mut fixture = Fixture::start(config).await;
    let (_client, socket) = fixture.come_back().await;
    for _ in 0..10 {
        socket.emit("held", &"x".repeat(10_000)).unwrap();
    }
    assert_eq!(fixture.reasons.recv().await, Some(DisconnectReason::SlowConsumer));
}

#[tokio::test]
async fn a_log_that_cannot_be_read_closes_the_transport_and_tells_nothing_else() {
    let mut fixture = Fixture::start(calm()).await;
    let (mut client, socket) = fixture.come_back().await;
    fixture.give(vec![missed(1)]);
    assert_eq!(client.text().await, r#"42["missed",1,"1.1"]"#);
    socket.emit("held", &"second").unwrap();
    assert!(fixture.pages.send(Err(ReplayFailed)).is_ok());
    assert_eq!(client.frame().await, Frame::Close(1000));
    assert_eq!(fixture.reasons.recv().await, Some(DisconnectReason::ForcedClose));
}

#[tokio::test]
async fn a_socket_that_ends_in_its_replay_ends_the_replay() {
    let mut fixture = Fixture::start(calm()).await;
    let (client, socket) = fixture.come_back().await;
    drop(client);
    assert_eq!(fixture.reasons.recv().await, Some(DisconnectReason::TransportClose));
    fixture.give(vec![missed(1)]);
    eventually(|| fixture.pages.is_closed()).await;
    assert!(!socket.is_connected());
}
