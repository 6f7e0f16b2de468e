//! Every accepted socket hears of its end once, whoever ends it and whatever ends with it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use salala_socketio::{Accept, Routes, Socket, SocketIo};
use tokio::sync::Notify;

use crate::{
    support::{Server, calm},
    wait::{Tally, eventually},
};

/// Enough rooms that leaving them takes longer than a client needs to close.
const ROOMS: usize = 2_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_disconnects_while_the_client_closes_is_heard_once_for_each_socket() {
    let (sender, mut sockets) = tokio::sync::mpsc::unbounded_channel();
    let ends: Arc<Mutex<HashMap<String, usize>>> = Arc::default();
    let (told, keep) = (Tally::default(), Arc::clone(&ends));
    let tally = told.clone();
    let routes = Routes::new()
        .on_connected(move |socket| {
            sender.send(socket).unwrap();
            async {}
        })
        .on_disconnect(move |socket, _| {
            assert_eq!((socket.rooms().len(), socket.namespace().room_count()), (0, 0));
            *keep.lock().unwrap().entry(socket.id().to_owned()).or_default() += 1;
            tally.add();
            async {}
        });
    let io = SocketIo::builder().config(calm()).namespace("/", routes).build();
    let server = Server::socketio(&io).await;
    for round in 1..=60 {
        let mut client = server.join().await;
        let socket: Socket = sockets.recv().await.unwrap();
        for room in 0..ROOMS {
            socket.join(&format!("room {room}"));
        }
        let ending = tokio::task::spawn_blocking(move || socket.disconnect());
        if round % 3 > 0 {
            // Half-way through, or as soon as it is told.
            if round % 3 == 1 {
                assert_eq!(client.text().await, "41");
            }
            drop(client);
            ending.await.unwrap();
            told.reach(round).await;
        } else {
            ending.await.unwrap();
            told.reach(round).await;
            drop(client);
        }
        eventually(|| io.stats().connections == 0).await;
    }
    let ends = ends.lock().unwrap();
    assert_eq!((ends.len(), told.count()), (60, 60));
    assert!(ends.values().all(|count| *count == 1));
    assert_eq!((io.stats().sockets, io.namespace("/").unwrap().room_count()), (0, 0));
}

#[tokio::test]
async fn a_namespace_that_is_asked_for_behind_a_slow_handler_leaves_nothing_when_the_client_goes() {
    let (begun, go) = (Tally::default(), Arc::new(Notify::new()));
    let (tally, wait) = (begun.clone(), Arc::clone(&go));
    let root = Routes::new().on("slow", move |_, _| {
        let (tally, wait) = (tally.clone(), Arc::clone(&wait));
        async move {
            tally.add();
            wait.notified().await;
        }
    });
    let late = Routes::new().on_connect(|socket, _, _| async move {
        socket.join("ghosts");
        Ok(Accept::default())
    });
    let builder = SocketIo::builder().config(calm());
    let io = builder.namespace("/", root).namespace("/late", late).build();
    let server = Server::socketio(&io).await;
    let mut client = server.join().await;
    client.send("42[\"slow\"]").await;
    client.send("40/late,").await;
    begun.reach(1).await;
    drop(client);
    eventually(|| io.stats().sockets == 0).await;
    go.notify_one();
    eventually(|| io.stats().connections == 0).await;
    assert_eq!((io.stats().sockets, io.namespace("/late").unwrap().room_count()), (0, 0));
}
