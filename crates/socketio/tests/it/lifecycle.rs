//! Who may come, and how everybody leaves.

use std::{convert::Infallible, time::Duration};

use axum::{body::Body, extract::Request};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use salala_socketio::{Config, DisconnectReason, Origins, PeerAddress, Refusal, Routes, SocketIo};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinSet,
};
use tower::ServiceExt;

use crate::support::{Answer, Frame, Server, WebSocket, calm};

const POLLING: &str = "/socket.io/?EIO=4&transport=polling";
const WEBSOCKET: &str = "/socket.io/?EIO=4&transport=websocket";

async fn refused(server: &Server, headers: &str) -> Answer {
    let stream = TcpStream::connect(server.address).await.unwrap();
    let answer = WebSocket::handshake(stream, server.address, WEBSOCKET, headers).await;
    answer.err().expect("it was let in")
}

#[tokio::test]
async fn a_foreign_origin_is_refused_on_both_transports() {
    let origins = Origins::List(vec!["https://app.example.org".to_owned()]);
    let config = Config { origins, ..calm() };
    let io = SocketIo::builder().config(config).namespace("/", Routes::new()).build();
    let server = Server::socketio(&io).await;
    let foreign = "Origin: https://evil.example.org\r\n";
    let answer = server.request("GET", POLLING, foreign, b"").await;
    assert_eq!((answer.status, answer.body.as_str()), (403, r#"{"code":4,"message":"Forbidden"}"#));
    assert!(!answer.headers.contains_key("access-control-allow-origin"));
    assert_eq!(refused(&server, foreign).await.status, 403);
    assert_eq!(server.request("OPTIONS", POLLING, foreign, b"").await.status, 403);

    let known = "Origin: https://app.example.org\r\n";
    let answer = server.request("GET", POLLING, known, b"").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["access-control-allow-origin"], "https://app.example.org");
    assert_eq!(answer.headers["access-control-allow-credentials"], "true");
    let asked = format!("{known}Access-Control-Request-Headers: authorization\r\n");
    let preflight = server.request("OPTIONS", POLLING, &asked, b"").await;
    assert_eq!(preflight.status, 204);
    assert_eq!(preflight.headers["access-control-allow-methods"], "GET,POST");
    assert_eq!(preflight.headers["access-control-allow-headers"], "authorization");
    assert_eq!(preflight.headers["access-control-allow-origin"], "https://app.example.org");
    // Errors can be read by the page too.
    let unknown = server.request("GET", &format!("{POLLING}&sid=x"), known, b"").await;
    assert_eq!(unknown.headers["access-control-allow-origin"], "https://app.example.org");

    let same = format!("Origin: http://{}\r\n", server.address);
    assert_eq!(server.request("GET", POLLING, &same, b"").await.status, 200);
    assert_eq!(server.get(POLLING).await.status, 200);
    assert_eq!(server.get("/elsewhere/").await.status, 404);
}

#[tokio::test]
async fn admission_refuses_by_http_before_anything_is_held() {
    let io = SocketIo::builder()
        .config(calm())
        .admission(|handshake| match handshake.query("token").as_deref() {
            Some("good") => Ok(()),
            _ => Err(Refusal::unavailable(Duration::from_millis(1_500), "come back later")),
        })
        .namespace("/", Routes::new())
        .build();
    let server = Server::socketio(&io).await;
    for answer in [server.get(POLLING).await, refused(&server, "").await] {
        assert_eq!(answer.status, 503);
        assert_eq!(answer.headers["retry-after"], "2");
        assert!(answer.body.contains("come back later"));
    }
    assert_eq!(io.stats().connections, 0);
    assert_eq!(server.get(&format!("{POLLING}&token=good")).await.status, 200);
}

#[tokio::test]
async fn a_drain_closes_all_without_a_disconnect_packet_and_waits_for_the_handlers() {
    let (sender, mut reasons) = mpsc::unbounded_channel();
    let routes = Routes::new().on_disconnect(move |_, reason| {
        let sender = sender.clone();
        async move {
            tokio::task::yield_now().await;
            sender.send(reason).unwrap();
        }
    });
    let io = SocketIo::builder().config(calm()).namespace("/", routes).build();
    let server = Server::socketio(&io).await;
    let mut clients = Vec::new();
    for _ in 0..10 {
        clients.push(server.join().await);
    }
    let target = server.join_polling("40").await;
    assert!(server.get(&target).await.body.starts_with("40{"));
    let drain = io.drain(Duration::from_millis(50));
    let leave = async {
        for client in &mut clients {
            assert_eq!(client.next().await, Frame::Close(1001));
            client.closed().await;
        }
        assert_eq!(server.get(&target).await.body, "1");
    };
    tokio::join!(drain, leave);
    for _ in 0..11 {
        assert_eq!(reasons.try_recv().ok(), Some(DisconnectReason::ServerShuttingDown));
    }
    assert_eq!((io.stats().connections, io.stats().sockets), (0, 0));
    for answer in [server.get(POLLING).await, refused(&server, "").await] {
        assert_eq!(answer.status, 503);
        assert_eq!(answer.headers["retry-after"], "1");
    }
}

#[tokio::test]
async fn refused_handshakes_leave_the_connections_that_are_there() {
    let routes = Routes::new().on("ask", |_, event: salala_socketio::Event| async move {
        event.ack.unwrap().send(&"told");
    });
    let io = SocketIo::builder().config(calm()).namespace("/", routes).build();
    let server = Server::socketio(&io).await;
    let mut client = server.join().await;
    let target = server.join_polling("40").await;
    assert!(server.get(&target).await.body.starts_with("40{"));
    io.refuse_handshakes();
    for answer in [server.get(POLLING).await, refused(&server, "").await] {
        assert_eq!(answer.status, 503);
        assert_eq!(answer.headers["retry-after"], "1");
    }
    client.send("421[\"ask\"]").await;
    assert_eq!(client.text().await, "431[\"told\"]");
    assert_eq!(server.post(&target, "422[\"ask\"]").await.body, "ok");
    assert_eq!(server.get(&target).await.body, "432[\"told\"]");
    assert_eq!(io.stats().connections, 2);
}

#[tokio::test]
async fn a_drain_does_not_wait_for_clients_that_never_answer() {
    let io = SocketIo::builder().config(calm()).namespace("/", Routes::new()).build();
    let server = Server::socketio(&io).await;
    let _silent = server.join().await;
    let _polling = server.join_polling("40").await;
    io.drain(Duration::ZERO).await;
    assert_eq!(io.stats().connections, 0);
}

#[tokio::test]
async fn a_stream_that_is_no_tcp_socket_works_as_well() {
    let routes = Routes::new().on(
        "echo",
        |socket: salala_socketio::Socket, event: salala_socketio::Event| async move {
            for argument in &event.args {
                socket.emit("echoed", argument).unwrap();
            }
            event.ack.unwrap().send(&"done");
        },
    );
    let io = SocketIo::builder().config(calm()).namespace("/", routes).build();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = io.service().map_request(|request: Request<hyper::body::Incoming>| request);
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let (tcp, _) = listener.accept().await.unwrap();
        // A pipe between the socket and hyper, as TLS would be.
        let (near, far) = tokio::io::duplex(1024);
        let serve = async {
            let server = auto::Builder::new(TokioExecutor::new());
            let service = TowerToHyperService::new(service);
            drop(server.serve_connection_with_upgrades(TokioIo::new(far), service).await);
        };
        let copy = async {
            let (mut tcp, mut near) = (tcp, near);
            drop(tokio::io::copy_bidirectional(&mut tcp, &mut near).await);
        };
        tokio::join!(serve, copy);
    });
    let stream = TcpStream::connect(address).await.unwrap();
    let mut client = WebSocket::handshake(stream, address, WEBSOCKET, "").await.ok().unwrap();
    assert!(client.text().await.starts_with("0{"));
    client.send("40").await;
    assert!(client.text().await.starts_with("40{"));
    let long = "x".repeat(100_000);
    client.send(&format!("421[\"echo\",1,\"{long}\"]")).await;
    assert_eq!(client.text().await, "42[\"echoed\",1]");
    assert_eq!(client.text().await, format!("42[\"echoed\",\"{long}\"]"));
    assert_eq!(client.text().await, "431[\"done\"]");
    io.broadcast().emit("from outside", &1).unwrap();
    assert_eq!(client.text().await, "42[\"from outside\",1]");
    io.broadcast().close_transport(DisconnectReason::ForcedClose);
    assert_eq!(client.closed().await, Some(1000));
}

#[tokio::test]
async fn the_mounting_server_tells_the_peers_address() {
    let (sender, mut addresses) = mpsc::unbounded_channel();
    let routes = Routes::new().on_connect(move |_, handshake, _| {
        sender.send(handshake.peer_address()).unwrap();
        async { Ok(salala_socketio::Accept::default()) }
    });
    let io = SocketIo::builder().config(calm()).namespace("/", routes).build();
    let peer = "192.0.2.7:4711".parse().unwrap();
    let service = io.service().map_request(move |mut request: Request<Body>| {
        request.extensions_mut().insert(PeerAddress(peer));
        request
    });
    let server = Server::start("/socket.io/", service.map_err(|never: Infallible| never)).await;
    let _client = server.join().await;
    assert_eq!(addresses.recv().await, Some(Some(peer)));
}

/// A stock client drops packets that come in one payload with the close packet, and gives its poll up
/// when a POST is refused.
#[tokio::test]
async fn a_polling_client_hears_all_that_was_queued_before_it_hears_of_a_drain() {
    let io = SocketIo::builder().config(calm()).namespace("/", Routes::new()).build();
    let server = Server::socketio(&io).await;
    let target = server.join_polling("40").await;
    assert!(server.get(&target).await.body.starts_with("40{"));
    io.broadcast().emit("last", &"words").unwrap();
    let (polls, ()) = tokio::join!(
        async {
            let first = server.get(&target).await.body;
            let posted = server.post(&target, "42[\"too\",\"late\"]").await;
            (first, posted.body, server.get(&target).await.body)
        },
        io.drain(Duration::ZERO),
    );
    assert_eq!(polls, ("42[\"last\",\"words\"]".to_owned(), "ok".to_owned(), "1".to_owned()));
}
