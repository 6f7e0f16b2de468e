//! The connection is lost while a batch commits: what became of it is found out, and told.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use salala_store::log::Event;
use salala_store::{Messages as _, Store as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::world::{Talk, fresh_database, open};

/// What to do with the next COMMIT.
const PASS: u8 = 0;
const LOSE_ANSWER: u8 = 1;
const LOSE_COMMIT: u8 = 2;

/// Stands between a store and the server.
struct Proxy {
    next_commit: Arc<AtomicU8>,
    url: String,
    _passing: JoinSet<()>,
}

impl Proxy {
    async fn before(server_url: &str) -> Self {
        let (user_and_host, database) = server_url.rsplit_once('/').unwrap();
        let (user, host) = user_and_host.rsplit_once('@').unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("{user}@{}/{database}", listener.local_addr().unwrap());
        let next_commit = Arc::new(AtomicU8::new(PASS));
        let (host, next) = (host.to_owned(), Arc::clone(&next_commit));
        let mut passing = JoinSet::new();
        passing.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (client, _) = listener.accept().await.unwrap();
                let server = TcpStream::connect(&host).await.unwrap();
                connections.spawn(pass_on(client, server, Arc::clone(&next)));
            }
        });
        Self { next_commit, url, _passing: passing }
    }
}

async fn pass_on(mut client: TcpStream, mut server: TcpStream, next_commit: Arc<AtomicU8>) {
    let (mut asked, mut answered) = (vec![0; 65_536], vec![0; 65_536]);
    loop {
        tokio::select! {
            read = client.read(&mut asked) => {
                let Ok(count @ 1..) = read else { return };
                let asked = &asked[..count];
                let commits = asked.windows(7).any(|bytes| bytes == b"COMMIT\0")
                    && asked.windows(7).any(|bytes| bytes == b"message");
                let fault = if commits { next_commit.swap(PASS, Ordering::SeqCst) } else { PASS };
                if fault == LOSE_COMMIT {
                    return;
                }
                server.write_all(asked).await.unwrap();
                if fault == LOSE_ANSWER {
                    wait_for_commit(&mut server).await;
                    return;
                }
            }
            read = server.read(&mut answered) => {
                let Ok(count @ 1..) = read else { return };
                if client.write_all(&answered[..count]).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// Keeps all answers to itself until one says that the transaction is over.
async fn wait_for_commit(server: &mut TcpStream) {
    let mut answers = Vec::new();
    while !answers.windows(7).any(|bytes| bytes == b"COMMIT\0") {
        assert_ne!(server.read_buf(&mut answers).await.unwrap(), 0);
    }
}

async fn acks_a_send_stored_once(fault: u8) {
    let database = fresh_database();
    let proxy = Proxy::before(&database.url()).await;
    let store = open(&proxy.url);
    let talk = Talk::of(&store, ["anna", "berta"]).await;
    store.send_message(talk.draft(0, "1")).await.unwrap();
    let mut feed = store.take_commit_feed().unwrap();
    proxy.next_commit.store(fault, Ordering::SeqCst);
    let sent = store.send_message(talk.draft(0, "2")).await.unwrap();
    assert!(!sent.is_repeat);
    assert_eq!(proxy.next_commit.load(Ordering::SeqCst), PASS, "no COMMIT was met");
    assert!(store.send_message(talk.draft(0, "2")).await.unwrap().is_repeat);
    store.send_message(talk.draft(1, "3")).await.unwrap();
    assert_eq!(talk.own_ids(&store).await, ["1", "2", "3"]);
    let [second, third] = [feed.recv().await.unwrap().events, feed.recv().await.unwrap().events];
    assert_eq!([second.len(), third.len()], [1, 1]);
    assert_eq!([second[0].rev, third[0].rev], [3, 4]);
    assert_eq!(third[0].position, second[0].position + 1);
    let Event::MessageCreated(message) = &second[0].event else { panic!("{second:?}") };
    assert_eq!(message.id, sent.message.id);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_answer_is_lost_is_acked_all_the_same() {
    acks_a_send_stored_once(LOSE_ANSWER).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_never_arrived_is_made_anew() {
    acks_a_send_stored_once(LOSE_COMMIT).await;
}
