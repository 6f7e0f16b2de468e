//! The server goes away and comes back, while messages are sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use salala_store::postgres::PostgresStore;
use salala_store::{Messages as _, Store as _, StoreError};
use tokio::sync::watch;

use super::server::Server;
use super::world::{Talk, open};

/// What one sender did until it was told to end.
struct Sender {
    acked: Vec<String>,
    unacked: Vec<String>,
}

/// Sends one message after the other, whatever comes of them.
async fn keep_sending(
    store: Arc<PostgresStore>,
    talk: Talk,
    name: usize,
    progress: watch::Sender<(usize, usize)>,
    is_over: Arc<AtomicBool>,
) -> Sender {
    let mut sender = Sender { acked: Vec::new(), unacked: Vec::new() };
    for number in 0.. {
        let own_id = format!("{name} {number}");
        match store.send_message(talk.draft(name % 2, &own_id)).await {
            Ok(_) => sender.acked.push(own_id),
            Err(StoreError::Unavailable(_)) => {
                sender.unacked.push(own_id);
                tokio::task::yield_now().await;
            }
            Err(error) => panic!("{error}"),
        }
        progress.send_modify(|(acked, unacked)| {
            *acked += usize::from(
                sender.unacked.last().is_none_or(|last| *last != format!("{name} {number}")),
            );
            *unacked = (*unacked).max(sender.unacked.len());
        });
        if is_over.load(Ordering::SeqCst) {
            break;
        }
    }
    sender
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acked_is_missing_and_nothing_is_there_twice() {
    let mut server = Server::start();
    let url = server.url("chat");
    let store = Arc::new(open(&url));
    let talk = Talk::of(&store, ["anna", "berta"]).await;
    let is_over = Arc::new(AtomicBool::new(false));
    let (progress, mut seen) = watch::channel((0, 0));
    let mut senders = tokio::task::JoinSet::new();
    for name in 0..8 {
        let over = Arc::clone(&is_over);
        senders.spawn(keep_sending(Arc::clone(&store), talk, name, progress.clone(), over));
    }
    for is_killed in [true, false, true] {
        let (before, _) = *seen.borrow_and_update();
        seen.wait_for(|(acked, _)| *acked > before + 100).await.unwrap();
        server = tokio::task::spawn_blocking(move || {
            if is_killed {
                server.kill();
            } else {
                server.stop();
            }
            server
        })
        .await
        .unwrap();
        // Who sends meanwhile is refused, and does not hang.
        let (_, unacked) = *seen.borrow_and_update();
        seen.wait_for(|(_, refused)| *refused > unacked).await.unwrap();
        server = tokio::task::spawn_blocking(move || {
            server.start_again();
            server
        })
        .await
        .unwrap();
        let (before, _) = *seen.borrow_and_update();
        seen.wait_for(|(acked, _)| *acked > before + 20).await.unwrap();
    }
    is_over.store(true, Ordering::SeqCst);
    let senders = senders.join_all().await;
    store.check().await.unwrap();
    let stored = talk.own_ids(&store).await;
    for sender in &senders {
        for own_id in &sender.acked {
            assert_eq!(stored.iter().filter(|it| *it == own_id).count(), 1, "{own_id}");
        }
    }
    let repeats = AtomicUsize::new(0);
    for own_id in senders.iter().flat_map(|sender| sender.unacked.iter().take(20)) {
        let name: usize = own_id.split(' ').next().unwrap().parse().unwrap();
        let sent = store.send_message(talk.draft(name % 2, own_id)).await.unwrap();
        repeats.fetch_add(usize::from(sent.is_repeat), Ordering::SeqCst);
        assert_eq!(sent.is_repeat, stored.contains(own_id));
    }
    let after = talk.own_ids(&store).await;
    let mut once = after.clone();
    once.sort();
    once.dedup();
    assert_eq!(after.len(), once.len(), "nothing is there twice");
}

#[tokio::test]
async fn reads_and_writes_are_refused_while_it_is_away_and_come_back() {
    let mut server = Server::start();
    let store = open(&server.url("chat"));
    let talk = Talk::of(&store, ["anna", "berta"]).await;
    let sent = store.send_message(talk.draft(0, "1")).await.unwrap().message;
    server.stop();
    for _ in 0..3 {
        let refused = store.message(talk.users[0], sent.id).await;
        assert!(matches!(refused, Err(StoreError::Unavailable(_))), "{refused:?}");
        assert!(matches!(store.check().await, Err(StoreError::Unavailable(_))));
        let refused = store.send_message(talk.draft(0, "2")).await;
        assert!(matches!(refused, Err(StoreError::Unavailable(_))));
    }
    server.start_again();
    assert_eq!(store.message(talk.users[0], sent.id).await.unwrap().id, sent.id);
    assert!(!store.send_message(talk.draft(0, "2")).await.unwrap().is_repeat);
    store.check().await.unwrap();
}
