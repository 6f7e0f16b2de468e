//! What a handler may rely on: order, one call at a time, and the ends of a socket.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use salala_socketio::{
    Accept, Config, DisconnectReason, Event, Handler, Handshake, Reject, Routes, Socket, SocketIo,
    Transport,
};
use serde_json::value::RawValue;
use tokio::sync::{Notify, mpsc};

use crate::{
    support::{Frame, Server, calm, masked},
    wait::{Tally, collector, eventually},
};

async fn start(handler: impl Handler) -> (Server, SocketIo) {
    let io = SocketIo::builder().config(calm()).namespace("/", handler).build();
    (Server::socketio(&io).await, io)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_are_handled_one_after_another_in_order() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (keep, done) = (Arc::clone(&seen), Tally::default());
    let tally = done.clone();
    let routes = Routes::new().on("step", move |_, event| {
        let (keep, tally) = (Arc::clone(&keep), tally.clone());
        async move {
            let index: usize = event.arg(0).unwrap();
            keep.lock().unwrap().push(("begins", index));
            for _ in 0..index % 5 {
                tokio::task::yield_now().await;
            }
            keep.lock().unwrap().push(("ends", index));
            tally.add();
        }
    });
    let (server, _) = start(routes).await;
    let mut socket = server.join().await;
    for index in 0..200 {
        socket.send(&format!("42[\"step\",{index}]")).await;
    }
    done.reach(200).await;
    let expected: Vec<_> =
        (0..200).flat_map(|index| [("begins", index), ("ends", index)]).collect();
    assert_eq!(*seen.lock().unwrap(), expected);
}

/// What waits in the decoder while the queue is full must not need another read to be handled.
#[tokio::test]
async fn a_burst_larger_than_the_queue_is_handled_to_its_end() {
    for count in 30..140 {
        let done = Tally::default();
        let tally = done.clone();
        let routes = Routes::new().on("step", move |_, _| {
            let tally = tally.clone();
            async move {
                tokio::task::yield_now().await;
                tally.add();
            }
        });
        let (server, _) = start(routes).await;
        let mut socket = server.join().await;
        let burst: Vec<u8> = (0..count).flat_map(|_| masked(0x81, b"42[\"step\"]")).collect();
        socket.send_raw(&burst).await;
        done.reach(count).await;
    }
}

#[tokio::test]
async fn what_is_emitted_before_the_answer_is_held_and_follows_it_in_order() {
    let routes = Routes::new()
        .on_connect(|socket, _, _| async move {
            socket.join("early");
            socket.emit("first", &1).unwrap();
            socket.namespace().to("early").emit("second", &2).unwrap();
            tokio::task::yield_now().await;
            socket.emit("third", &3).unwrap();
            assert!(!socket.is_connected());
            Ok(Accept::with_pid("secret".to_owned()))
        })
        .on_connected(|socket| async move {
            assert!(socket.is_connected());
            socket.emit("fourth", &4).unwrap();
        });
    let (server, _) = start(routes).await;
    let mut socket = server.open_websocket("/socket.io/").await;
    socket.send("40").await;
    let answer = socket.text().await;
    assert!(answer.starts_with("40{\"sid\":\"") && answer.ends_with("\",\"pid\":\"secret\"}"));
    for expected in ["[\"first\",1]", "[\"second\",2]", "[\"third\",3]", "[\"fourth\",4]"] {
        assert_eq!(socket.text().await, format!("42{expected}"));
    }
}

#[tokio::test]
async fn a_refused_client_gets_the_error_with_its_data_and_leaves_nothing() {
    let disconnected = Tally::default();
    let tally = disconnected.clone();
    let routes = Routes::new()
        .on_connect(|socket, _, auth| async move {
            socket.join("ghosts");
            socket.emit("never", &1).unwrap();
            if auth.is_some() {
                return Err(Reject::CloseTransport);
            }
            let data = RawValue::from_string("{\"code\":\"token_missing\"}".to_owned()).unwrap();
            Err(Reject::Refuse { message: "no \"token\"".to_owned(), data: Some(data) })
        })
        .on_disconnect(move |_, _| {
            tally.add();
            async {}
        });
    let (server, io) = start(routes).await;
    let mut socket = server.open_websocket("/socket.io/").await;
    socket.send("40").await;
    let expected = r#"44{"message":"no \"token\"","data":{"code":"token_missing"}}"#;
    assert_eq!(socket.text().await, expected);
    assert!(io.to("ghosts").sockets().is_empty());
    socket.send("40{}").await;
    assert_eq!(socket.next().await, Frame::Close(1000));
    assert_eq!((io.stats().sockets, disconnected.count()), (0, 0));
}

#[tokio::test]
async fn a_client_that_goes_while_it_is_admitted_leaves_nothing() {
    let (entered, go) = (Tally::default(), Arc::new(Notify::new()));
    let ended = Tally::default();
    let (tally, wait, end) = (entered.clone(), Arc::clone(&go), ended.clone());
    let routes = Routes::new()
        .on_connect(move |socket, _, _| {
            let (tally, wait) = (tally.clone(), Arc::clone(&wait));
            async move {
                socket.join("ghosts");
                tally.add();
                wait.notified().await;
                socket.join("later");
                Ok(Accept::default())
            }
        })
        .on_connected(|_| async { panic!("it is not connected") })
        .on_disconnect(move |_, reason| {
            assert_eq!(reason, DisconnectReason::TransportClose);
            end.add();
            async {}
        });
    let (server, io) = start(routes).await;
    let mut socket = server.open_websocket("/socket.io/").await;
    socket.send("40").await;
    entered.reach(1).await;
    drop(socket);
    eventually(|| io.to("ghosts").sockets().is_empty()).await;
    go.notify_one();
    ended.reach(1).await;
    assert!(io.to("later").sockets().is_empty());
    eventually(|| io.stats().connections == 0).await;
    assert_eq!(io.stats().sockets, 0);
}

#[tokio::test]
async fn the_handshake_tells_query_headers_and_auth() {
    struct Curious;
    impl Handler for Curious {
        async fn connect(
            &self,
            socket: &Socket,
            handshake: &Handshake,
            auth: Option<&RawValue>,
        ) -> Result<Accept, Reject> {
            assert_eq!(handshake.query("token").as_deref(), Some("a b&c"));
            assert_eq!(handshake.query("nothing"), None);
            assert_eq!(handshake.header("x-test"), Some("yes: really"));
            assert_eq!(handshake.authorization(), Some("Bearer abc"));
            assert_eq!(handshake.path(), "/socket.io/");
            assert_eq!(auth.map(RawValue::get), Some("{\"a\": [1]}"));
            assert_eq!(socket.transport(), Transport::WebSocket);
            Ok(Accept::default())
        }

        async fn event(&self, _: &Socket, _: Event) {}
    }
    let (server, _) = start(Curious).await;
    let stream = tokio::net::TcpStream::connect(server.address).await.unwrap();
    let target = "/socket.io/?token=a+b%26c&EIO=4&transport=websocket";
    let headers = "X-Test: yes: really\r\nAuthorization: Bearer abc\r\n";
    let socket =
        crate::support::WebSocket::handshake(stream, server.address, target, headers).await;
    let mut socket = socket.ok().unwrap();
    socket.send("40{\"a\": [1]}").await;
    assert!(socket.text().await.starts_with("0{"));
    assert!(socket.text().await.starts_with("40{"));
}

#[tokio::test]
async fn each_end_has_its_reason() {
    let (sender, mut reasons) = mpsc::unbounded_channel();
    let (connected, mut sockets) = mpsc::unbounded_channel();
    let routes = Routes::new()
        .on_connected(move |socket| {
            connected.send(socket).unwrap();
            async {}
        })
        .on_disconnect(move |socket, reason| {
            assert!(!socket.is_connected());
            socket.join("too late");
            assert!(socket.rooms().is_empty());
            sender.send(reason).unwrap();
            async {}
        });
    let (server, io) = start(routes).await;

    let mut client = server.join().await;
    client.send("41").await;
    assert_eq!(reasons.recv().await, Some(DisconnectReason::ClientNamespaceDisconnect));

    drop(server.join().await);
    assert_eq!(reasons.recv().await, Some(DisconnectReason::TransportClose));

    let mut client = server.join().await;
    client.send("abc").await;
    assert_eq!(reasons.recv().await, Some(DisconnectReason::ParseError));

    let mut client = server.join().await;
    client.send_raw(&masked(0x83, b"")).await;
    assert_eq!(reasons.recv().await, Some(DisconnectReason::TransportError));

    let mut client = server.join().await;
    client.send("40").await;
    assert_eq!(reasons.recv().await, Some(DisconnectReason::ForcedServerClose));

    while sockets.try_recv().is_ok() {}
    let mut client = server.join().await;
    let socket = sockets.recv().await.unwrap();
    socket.join("room");
    socket.disconnect();
    assert!(io.to("room").sockets().is_empty());
    assert_eq!(reasons.recv().await, Some(DisconnectReason::ServerNamespaceDisconnect));
    assert_eq!(client.text().await, "41");
    // What was on its way when the server disconnected is no offence.
    client.send("42[\"late\"]").await;
    client.send("40").await;
    assert!(client.text().await.starts_with("40{"));

    let socket = sockets.recv().await.unwrap();
    socket.emit("last", &1).unwrap();
    socket.close_transport(DisconnectReason::ForcedClose);
    assert_eq!(reasons.recv().await, Some(DisconnectReason::ForcedClose));
    assert_eq!(client.text().await, "42[\"last\",1]");
    assert_eq!(client.next().await, Frame::Close(1000));
    assert_eq!(reasons.try_recv().ok(), None);
}

#[tokio::test]
async fn what_a_client_sent_before_it_closed_is_still_handled() {
    let (sender, mut order) = mpsc::unbounded_channel();
    let ends = sender.clone();
    let routes = Routes::new()
        .on("note", move |_, event| {
            let sender = sender.clone();
            async move {
                tokio::task::yield_now().await;
                sender.send(event.arg::<String>(0).unwrap()).unwrap();
            }
        })
        .on_disconnect(move |_, reason| {
            ends.send(reason.to_string()).unwrap();
            async {}
        });
    let (server, _) = start(routes).await;
    let mut client = server.join().await;
    for note in ["a", "b", "c"] {
        client.send(&format!("42[\"note\",\"{note}\"]")).await;
    }
    drop(client);
    for expected in ["a", "b", "c", "transport close"] {
        assert_eq!(order.recv().await.as_deref(), Some(expected));
    }
}

#[tokio::test]
async fn heartbeats_unread_behind_a_slow_handler_are_not_held_against_the_client() {
    let (begun, go) = (Tally::default(), Arc::new(Notify::new()));
    let (tally, wait) = (begun.clone(), Arc::clone(&go));
    let routes = Routes::new().on("slow", move |_, event: Event| {
        let (tally, wait) = (tally.clone(), Arc::clone(&wait));
        async move {
            tally.add();
            wait.notified().await;
            if let Some(ack) = event.ack {
                ack.send(&"done");
            }
        }
    });
    let (short, timeout) = (Duration::from_millis(50), Duration::from_secs(1));
    let config =
        Config { ping_interval: short, ping_timeout: timeout, inbound_max_packets: 4, ..calm() };
    let io = SocketIo::builder().config(config).namespace("/", routes).build();
    let server = Server::socketio(&io).await;
    let mut client = server.join().await;
    // One runs, four wait, the rest and all pongs stay in the kernel.
    for index in 0..20 {
        client.send(&format!("42{index}[\"slow\"]")).await;
    }
    begun.reach(1).await;
    tokio::time::sleep(timeout + short * 6).await;
    assert_eq!((begun.count(), io.stats().ping_timeouts), (1, 0));
    let release = async {
        for _ in 0..20 {
            let before = begun.count();
            go.notify_one();
            begun.reach((before + 1).min(20)).await;
        }
    };
    let answers = async {
        for index in 0..20 {
            assert_eq!(client.text().await, format!("43{index}[\"done\"]"));
        }
    };
    tokio::join!(release, answers);
}

#[tokio::test]
async fn a_handler_that_panics_loses_its_event_alone() {
    let routes = Routes::new()
        .on("panic", |_, _| async { panic!("on purpose") })
        .on("calm", |_, event: Event| async move { event.ack.unwrap().send(&1) });
    let (server, _) = start(routes).await;
    let mut client = server.join().await;
    client.send("420[\"panic\"]").await;
    client.send("421[\"calm\"]").await;
    assert_eq!(client.text().await, "431[1]");
}

#[tokio::test]
async fn data_is_kept_by_its_type() {
    let (routes, mut sockets) = collector();
    let (server, _) = start(routes).await;
    let _client = server.join().await;
    let socket = sockets.recv().await.unwrap();
    socket.set_data(7_u32);
    socket.set_data("text");
    socket.set_data(8_u32);
    assert_eq!(socket.data::<u32>().as_deref(), Some(&8));
    assert_eq!(socket.data::<&str>().as_deref(), Some(&"text"));
    assert_eq!(socket.data::<u64>(), None);
}
