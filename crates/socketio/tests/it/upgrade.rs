//! The way from polling to WebSocket, on which nothing may be lost.

use std::time::Duration;

use salala_socketio::{Config, SocketIo, Stats, engine::Engine};

use crate::{
    engineio_echo::Echo,
    socketio_echo,
    support::{Frame, PATIENCE, Server, WebSocket, calm},
    wait::eventually,
};

const PATH: &str = "/engine.io/";

async fn start() -> (Server, Engine<Echo>) {
    let engine = Engine::new(Config { path: PATH.to_owned(), ..calm() }, Echo);
    (Server::start(PATH, engine.service()).await, engine)
}

async fn probe(server: &Server, path: &str, sid: &str) -> WebSocket {
    let mut socket = server.websocket(&format!("{path}?EIO=4&transport=websocket&sid={sid}")).await;
    socket.send("2probe").await;
    assert_eq!(socket.text().await, "3probe");
    socket
}

#[tokio::test]
async fn a_session_moves_to_the_websocket() {
    let (server, engine) = start().await;
    let sid = server.open_polling(PATH).await;
    let mut socket = probe(&server, PATH, &sid).await;
    socket.send("5").await;
    socket.send("4hello").await;
    assert_eq!(socket.text().await, "4hello");
    let Stats { polling, websocket, upgrades, .. } = engine.stats();
    assert_eq!((polling, websocket, upgrades), (0, 1, 1));
}

#[tokio::test]
async fn a_poll_that_waits_is_released_by_a_noop() {
    let (server, _) = start().await;
    let sid = server.open_polling(PATH).await;
    let target = format!("{PATH}?EIO=4&transport=polling&sid={sid}");
    let (poll, mut socket) = tokio::join!(server.get(&target), probe(&server, PATH, &sid));
    assert_eq!((poll.status, poll.body.as_str()), (200, "6"));
    assert_eq!(server.get(&target).await.body, "6");
    socket.send("5").await;
    socket.send("4hello").await;
    assert_eq!(socket.text().await, "4hello");
}

#[tokio::test]
async fn polling_is_over_after_the_upgrade() {
    let (server, _) = start().await;
    let sid = server.open_polling(PATH).await;
    let mut socket = probe(&server, PATH, &sid).await;
    socket.send("5").await;
    socket.send("4there").await;
    assert_eq!(socket.text().await, "4there");
    let target = format!("{PATH}?EIO=4&transport=polling&sid={sid}");
    let answer = server.get(&target).await;
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (400, r#"{"code":3,"message":"Bad request"}"#)
    );
    socket.send("4hello").await;
    assert_eq!(socket.text().await, "4hello");
}

#[tokio::test]
async fn a_second_websocket_for_the_session_is_closed_and_the_first_stays() {
    let (server, _) = start().await;
    let sid = server.open_polling(PATH).await;
    let target = format!("{PATH}?EIO=4&transport=websocket&sid={sid}");
    let mut socket = probe(&server, PATH, &sid).await;
    assert_eq!(server.websocket(&target).await.closed().await, Some(1000));
    socket.send("5").await;
    socket.send("4there").await;
    assert_eq!(socket.text().await, "4there");
    assert_eq!(server.websocket(&target).await.closed().await, Some(1000));
    socket.send("4hello").await;
    assert_eq!(socket.text().await, "4hello");
}

#[tokio::test]
async fn an_upgrade_that_is_given_up_leaves_the_session_on_polling() {
    let (server, _) = start().await;
    let sid = server.open_polling(PATH).await;
    let target = format!("{PATH}?EIO=4&transport=polling&sid={sid}");
    drop(probe(&server, PATH, &sid).await);
    server
        .websocket(&format!("{PATH}?EIO=4&transport=websocket&sid={sid}"))
        .await
        .send("4no")
        .await;
    assert_eq!(server.post(&target, "4hello").await.status, 200);
    loop {
        let body = server.get(&target).await.body;
        if body != "6" {
            assert_eq!(body, "4hello");
            break;
        }
    }
    let mut socket = loop {
        let target = format!("{PATH}?EIO=4&transport=websocket&sid={sid}");
        let mut socket = server.websocket(&target).await;
        socket.send("2probe").await;
        if let Frame::Text(text) = socket.next().await {
            assert_eq!(text, "3probe");
            break socket;
        }
    };
    socket.send("5").await;
    socket.send("4moved").await;
    assert_eq!(socket.text().await, "4moved");
}

#[tokio::test]
async fn an_upgrade_that_takes_too_long_is_given_up() {
    let soon = Duration::from_millis(500);
    let config = Config { path: PATH.to_owned(), upgrade_timeout: soon, ..calm() };
    let server = Server::start(PATH, Engine::new(config, Echo).service()).await;
    let sid = server.open_polling(PATH).await;
    let mut socket = probe(&server, PATH, &sid).await;
    assert_eq!(socket.closed().await, Some(1000));
    let target = format!("{PATH}?EIO=4&transport=polling&sid={sid}");
    server.post(&target, "4hello").await;
    assert_eq!(server.get(&target).await.body, "4hello");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_reordered_while_the_server_sends_on() {
    let io = SocketIo::builder().config(calm()).namespace("/", socketio_echo::Echo).build();
    let server = Server::socketio(&io).await;
    let target = server.join_polling("40").await;
    eventually(|| io.stats().sockets == 1).await;
    let sid = target.rsplit('=').next().unwrap().to_owned();
    let total = 2_000;
    let sender = tokio::task::spawn_blocking({
        let io = io.clone();
        move || {
            for index in 0..total {
                io.broadcast().emit("tick", &index).unwrap();
                std::thread::yield_now();
            }
        }
    });
    let mut seen: Vec<String> = Vec::new();
    for _ in 0..3 {
        let body = server.get(&target).await.body;
        seen.extend(body.split('\u{1e}').map(ToOwned::to_owned));
    }
    let mut socket = probe(&server, "/socket.io/", &sid).await;
    // As the stock client does: the last poll is over before it switches.
    let body = server.get(&target).await.body;
    seen.extend(body.split('\u{1e}').map(ToOwned::to_owned));
    socket.send("5").await;
    let last = format!("42[\"tick\",{}]", total - 1);
    while seen.last() != Some(&last) {
        seen.push(tokio::time::timeout(PATIENCE, socket.text()).await.unwrap());
    }
    sender.await.unwrap();
    let ticks: Vec<_> = seen.into_iter().filter(|text| text.contains("tick")).collect();
    let sent: Vec<_> = (0..total).map(|index| format!("42[\"tick\",{index}]")).collect();
    assert_eq!(ticks, sent);
}
