//! Who gets what: rooms, corks, bounded queues and offsets.

use salala_socketio::{
    Attachment, Config, DisconnectReason, Event, Packet, Routes, Socket, SocketIo, cork,
};
use tokio::sync::mpsc;

use crate::{
    support::{Frame, Server, WebSocket, calm},
    wait::{Tally, eventually},
};

struct Fixture {
    server: Server,
    io: SocketIo,
    sockets: mpsc::UnboundedReceiver<Socket>,
    reasons: mpsc::UnboundedReceiver<DisconnectReason>,
}

impl Fixture {
    async fn start(config: Config) -> Self {
        let (connected, sockets) = mpsc::unbounded_channel();
        let (ended, reasons) = mpsc::unbounded_channel();
        let routes = Routes::new()
            .on_connected(move |socket| {
                connected.send(socket).unwrap();
                async {}
            })
            .on("shout", |socket: Socket, event: Event| async move {
                for index in 0..event.arg::<usize>(0).unwrap() {
                    socket.namespace().emit("heard", &index).unwrap();
                    tokio::task::yield_now().await;
                }
            })
            .on("burst", |socket: Socket, event: Event| async move {
                for index in 0..event.arg::<usize>(0).unwrap() {
                    socket.namespace().emit("heard", &index).unwrap();
                }
            })
            .on_disconnect(move |_, reason| {
                ended.send(reason).unwrap();
                async {}
            });
        let io = SocketIo::builder().config(config).namespace("/", routes).build();
        Self { server: Server::socketio(&io).await, io, sockets, reasons }
    }

    async fn join(&mut self) -> (WebSocket, Socket) {
        let client = self.server.join().await;
        (client, self.sockets.recv().await.unwrap())
    }
}

fn join_and_leave(socket: &Socket) {
    for index in 0..200 {
        socket.join(&format!("room {}", index % 7));
        socket.leave(&format!("room {}", (index + 3) % 7));
    }
}

/// Large enough that a few of them fill what the kernel takes for a client that reads nothing.
fn chunk() -> Packet {
    Packet::event("chunk", &"x".repeat(10_000)).unwrap()
}

#[tokio::test]
async fn a_socket_in_several_rooms_is_meant_once_and_exceptions_are_not() {
    let mut fixture = Fixture::start(calm()).await;
    let (mut a, socket_a) = fixture.join().await;
    let (mut b, socket_b) = fixture.join().await;
    let (mut c, socket_c) = fixture.join().await;
    socket_a.join("one");
    socket_a.join("two");
    socket_a.join("two");
    socket_b.join("two");
    socket_c.join("two");
    socket_c.join("muted");
    assert!(socket_a.in_room("two") && !socket_b.in_room("one"));
    let io = &fixture.io;
    io.to("one").to("two").to("nobody").emit("both", &1).unwrap();
    io.to("one").to("two").except_room("muted").except(&socket_a).emit("some", &2).unwrap();
    io.to("nobody").emit("none", &3).unwrap();
    io.broadcast().emit("all", &4).unwrap();
    for (client, expected) in [
        (&mut a, &["42[\"both\",1]", "42[\"all\",4]"] as &[_]),
        (&mut b, &["42[\"both\",1]", "42[\"some\",2]", "42[\"all\",4]"]),
        (&mut c, &["42[\"both\",1]", "42[\"all\",4]"]),
    ] {
        for text in expected {
            assert_eq!(client.text().await, *text);
        }
    }
    io.to("one").join("three");
    assert!(socket_a.in_room("three"));
    io.to("two").leave("two");
    assert!(io.to("two").sockets().is_empty());
    assert_eq!(socket_b.rooms().len(), 0);
    assert_eq!(io.namespace("/").unwrap().room_count(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rooms_hold_no_ghosts_however_joins_and_ends_race() {
    let mut fixture = Fixture::start(calm()).await;
    for _ in 0..50 {
        let (client, socket) = fixture.join().await;
        let joiner = tokio::task::spawn_blocking({
            let socket = socket.clone();
            move || join_and_leave(&socket)
        });
        drop(client);
        let io = fixture.io.clone();
        let caster = tokio::task::spawn_blocking(move || {
            for _ in 0..50 {
                io.to("room 1").to("room 2").emit("x", &1).unwrap();
            }
        });
        joiner.await.unwrap();
        caster.await.unwrap();
        fixture.reasons.recv().await.unwrap();
        assert!(socket.rooms().is_empty());
    }
    assert_eq!(fixture.io.namespace("/").unwrap().room_count(), 0);
}

#[tokio::test]
async fn a_packet_carries_its_offset_last_and_its_attachments_after_it() {
    let mut fixture = Fixture::start(calm()).await;
    let (mut client, socket) = fixture.join().await;
    let packet = Packet::event("plain", &1).unwrap().with_offset("1.\"a\".2");
    socket.send(&packet);
    assert_eq!(client.text().await, "42[\"plain\",1,\"1.\\\"a\\\".2\"]");
    let packet = Packet::event("bytes", &serde_json::json!({ "file": Attachment(0) }))
        .unwrap()
        .with_attachments(vec![bytes::Bytes::from_static(&[9, 8])])
        .with_offset("1.2");
    socket.send(&packet);
    let expected = r#"451-["bytes",{"file":{"_placeholder":true,"num":0}},"1.2"]"#;
    assert_eq!(client.text().await, expected);
    assert_eq!(client.next().await, Frame::Binary(vec![9, 8]));
    let nothing: [(); 0] = [];
    socket.send(&Packet::event_args("bare", &nothing).unwrap().with_offset("1"));
    assert_eq!(client.text().await, "42[\"bare\",\"1\"]");
}

#[tokio::test]
async fn all_that_one_turn_of_a_handler_sends_leaves_in_one_write() {
    let mut fixture = Fixture::start(calm()).await;
    let (mut sender, _) = fixture.join().await;
    let (mut receiver, _) = fixture.join().await;
    sender.send("42[\"burst\",50]").await;
    assert_eq!(receiver.frames_of_one_read().await, 50);
}

#[tokio::test]
async fn a_cork_writes_each_receiver_once() {
    let mut fixture = Fixture::start(calm()).await;
    let (mut a, _) = fixture.join().await;
    let (mut b, socket_b) = fixture.join().await;
    cork(|| {
        for index in 0..30 {
            fixture.io.broadcast().emit("heard", &index).unwrap();
        }
        cork(|| socket_b.emit("more", &1).unwrap());
    });
    assert_eq!(a.frames_of_one_read().await, 30);
    assert_eq!(b.frames_of_one_read().await, 31);
}

#[tokio::test]
async fn a_cork_is_taken_off_by_a_panic_too() {
    let mut fixture = Fixture::start(calm()).await;
    let (mut client, socket) = fixture.join().await;
    let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        cork(|| {
            socket.emit("before", &1).unwrap();
            panic!("on purpose");
        });
    }));
    assert!(panicked.is_err());
    assert_eq!(client.text().await, "42[\"before\",1]");
    socket.emit("after", &2).unwrap();
    assert_eq!(client.text().await, "42[\"after\",2]");
}

#[tokio::test]
async fn a_slow_consumer_is_cut_while_another_goes_on() {
    let mut fixture = Fixture::start(Config { outbound_max_bytes: 100_000, ..calm() }).await;
    let (mut reader, socket) = fixture.join().await;
    let mut lazy = fixture.server.join_with_small_buffer().await;
    let lazy_socket = fixture.sockets.recv().await.unwrap();
    lazy_socket.join("room");
    let mut sent = 0;
    while lazy_socket.is_connected() {
        fixture.io.broadcast().send(&chunk());
        sent += 1;
        assert!(reader.text().await.starts_with("42[\"chunk\""));
    }
    assert_eq!(fixture.reasons.recv().await, Some(DisconnectReason::SlowConsumer));
    assert_eq!(fixture.io.stats().slow_consumers, 1);
    assert!(fixture.io.to("room").sockets().is_empty());
    assert!(socket.is_connected());
    // What the lazy one still reads is whole and in order, then comes the end.
    let mut read = 0;
    while let Frame::Text(text) = lazy.frame().await {
        assert!(text.starts_with("42[\"chunk\""));
        read += 1;
    }
    assert!(read < sent);
}

#[tokio::test]
async fn volatile_packets_are_dropped_where_too_much_waits_and_cut_nobody() {
    let mut fixture = Fixture::start(Config { outbound_max_bytes: 100_000, ..calm() }).await;
    let mut lazy = fixture.server.join_with_small_buffer().await;
    let socket = fixture.sockets.recv().await.unwrap();
    while fixture.io.stats().volatile_dropped < 100 {
        fixture.io.broadcast().volatile().send(&chunk());
    }
    socket.send_volatile(&chunk());
    assert_eq!(fixture.io.stats().volatile_dropped, 101);
    assert!(socket.is_connected());
    socket.emit("durable", &1).unwrap();
    while lazy.text().await != "42[\"durable\",1]" {}
}

#[tokio::test]
async fn held_packets_are_bounded_too() {
    let cut = Tally::default();
    let tally = cut.clone();
    let routes = Routes::new().on_connect(move |socket, _, _| {
        let tally = tally.clone();
        async move {
            for _ in 0..20 {
                socket.send(&chunk());
            }
            tally.add();
            Ok(salala_socketio::Accept::default())
        }
    });
    let config = Config { outbound_max_bytes: 100_000, ..calm() };
    let io = SocketIo::builder().config(config).namespace("/", routes).build();
    let server = Server::socketio(&io).await;
    let mut client = server.open_websocket("/socket.io/").await;
    client.send("40").await;
    cut.reach(1).await;
    assert_eq!(client.closed().await, None);
    assert_eq!(io.stats().slow_consumers, 1);
}

#[tokio::test]
async fn a_dead_reader_is_gone_from_its_rooms() {
    let short = std::time::Duration::from_millis(100);
    let config = Config { ping_timeout: short, outbound_max_bytes: 64 << 20, ..calm() };
    let mut fixture = Fixture::start(config).await;
    let _dead = fixture.server.join_with_small_buffer().await;
    let socket = fixture.sockets.recv().await.unwrap();
    socket.join("room");
    for _ in 0..2_000 {
        socket.send(&chunk());
    }
    assert_eq!(fixture.reasons.recv().await, Some(DisconnectReason::PingTimeout));
    assert!(fixture.io.to("room").sockets().is_empty());
    eventually(|| fixture.io.stats().connections == 0).await;
}

#[tokio::test]
async fn a_reader_that_pauses_gets_all_of_it_in_order() {
    let mut fixture = Fixture::start(Config { outbound_max_bytes: 64 << 20, ..calm() }).await;
    let mut client = fixture.server.join_with_small_buffer().await;
    let socket = fixture.sockets.recv().await.unwrap();
    let filler = "x".repeat(10_000);
    for index in 0..1_000 {
        socket.emit("chunk", &(index, &filler)).unwrap();
    }
    for index in 0..1_000 {
        assert!(client.text().await.starts_with(&format!("42[\"chunk\",[{index},")));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_sender_keeps_its_order_when_many_send_to_one() {
    let mut fixture = Fixture::start(calm()).await;
    let (mut client, socket) = fixture.join().await;
    let senders: Vec<_> = (0..4)
        .map(|sender| {
            let socket = socket.clone();
            tokio::task::spawn_blocking(move || {
                for index in 0..500 {
                    socket.emit("from", &(sender, index)).unwrap();
                }
            })
        })
        .collect();
    let mut next = [0; 4];
    for _ in 0..2_000 {
        let text = client.text().await;
        let (_, (sender, index)): (String, (usize, usize)) =
            serde_json::from_str(&text[2..]).unwrap();
        assert_eq!(index, next[sender]);
        next[sender] += 1;
    }
    for sender in senders {
        sender.await.unwrap();
    }
}

#[tokio::test]
async fn other_namespaces_get_the_same_packet_under_their_name() {
    let (connected, mut sockets) = mpsc::unbounded_channel();
    let other = connected.clone();
    let io = SocketIo::builder()
        .config(calm())
        .namespace(
            "/",
            Routes::new().on_connected(move |socket| {
                connected.send(socket).unwrap();
                async {}
            }),
        )
        .namespace(
            "/admin",
            Routes::new().on_connected(move |socket| {
                other.send(socket).unwrap();
                async {}
            }),
        )
        .build();
    let server = Server::socketio(&io).await;
    let mut client = server.join().await;
    client.send("40/admin").await;
    assert!(client.text().await.starts_with("40/admin,"));
    let packet = Packet::event("x", &1).unwrap();
    for _ in 0..2 {
        sockets.recv().await.unwrap().send(&packet);
    }
    assert_eq!(client.text().await, "42[\"x\",1]");
    assert_eq!(client.text().await, "42/admin,[\"x\",1]");
    io.namespace("/admin").unwrap().emit("y", &2).unwrap();
    assert_eq!(client.text().await, "42/admin,[\"y\",2]");
    assert!(io.namespace("/other").is_none());
}
