//! The log, the commit feed, and the store as a whole.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::future::join_all;
use salala_core::records::OwnConversation;
use salala_store::log::{Audience, Event, Interest};
use salala_store::ports::messages::HistoryRange;
use salala_store::{Pending, Store, StoreError};

use super::world::{Feed, at, befriend, direct, group, make_group, send, send_many, three_users};

pub(crate) async fn positions_grow_and_revs_have_no_holes(store: &dyn Store) {
    let mut feed = Feed::of(store);
    let [anna, berta, carl] = three_users(store).await;
    befriend(store, anna, berta).await;
    let talk = direct(store, anna, berta).await;
    let choir = group(store, anna, &[berta, carl]).await;
    let pending = (0..100).map(|number| {
        let conversation_id = if number % 2 == 0 { talk } else { choir };
        send(store, conversation_id, [anna, berta, carl][number % 3], "hello")
    });
    drop(join_all(pending).await);
    store.read_to(anna, choir, 9, at(20)).await.unwrap();
    drop(join_all((0..3).map(|_| make_group(store, carl, &[anna, berta]))).await);
    let events = feed.take();
    assert!(events.is_sorted_by(|one, next| one.position < next.position));
    let mut revs: HashMap<_, u64> = HashMap::new();
    for committed in &events {
        let rev = revs.entry(committed.audience).or_default();
        *rev += 1;
        assert_eq!(committed.rev, *rev, "{committed:?}");
    }
    assert_eq!(revs.len(), 8);
}

pub(crate) async fn a_write_happens_though_nobody_waits_for_it(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    for _ in 0..10 {
        drop(send(store, talk, anna, "hello"));
    }
    assert_eq!(send(store, talk, anna, "hello").await.unwrap().message.seq, 11);
}

pub(crate) async fn events_are_given_once_and_before_the_answer(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    let mut feed = Feed::of(store);
    assert!(store.take_commit_feed().is_none());
    // What happened before the feed was taken is not in it.
    assert_eq!(feed.kinds(), Vec::<&str>::new());
    for _ in 0..100 {
        send(store, talk, anna, "hello").await.unwrap();
        assert_eq!(feed.kinds(), ["created"]);
    }
}

/// Hears of everybody.
struct Everybody;

impl Interest for Everybody {
    fn reach(&self, _: u64) {}

    fn told(&self) -> u64 {
        u64::MAX
    }

    fn holds(&self, _: Audience) -> bool {
        true
    }
}

pub(crate) async fn whoever_hears_others_hears_its_own_once_and_in_order(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    store.hear_others(Arc::new(Everybody));
    let mut feed = store.take_commit_feed().unwrap();
    let sent = join_all((0..100).map(|_| send(store, talk, anna, "hello"))).await;
    assert!(sent.iter().all(Result::is_ok));
    let newest = store.newest_position().await.unwrap();
    let (mut seqs, mut up_to) = (Vec::new(), 0);
    while up_to < newest {
        let commits = feed.recv().await.unwrap();
        assert!(commits.up_to >= up_to);
        up_to = commits.up_to;
        for committed in commits.events {
            assert!(committed.position <= up_to);
            if let Event::MessageCreated(message) = committed.event {
                seqs.push(message.seq);
            }
        }
    }
    assert_eq!(seqs, (1..=100).collect::<Vec<_>>());
}

pub(crate) async fn closing_drains_what_is_queued(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    let pending: Vec<_> = (0..200).map(|_| send(store, talk, anna, "hello")).collect();
    let closed = store.close();
    let late = send(store, talk, anna, "too late");
    closed.await.unwrap();
    assert!(join_all(pending).await.iter().all(Result::is_ok));
    let is_away = |outcome| matches!(outcome, Err(StoreError::Unavailable(_)));
    assert!(is_away(late.await.map(drop)));
    let read: Pending<OwnConversation> = store.conversation(anna, talk);
    assert!(is_away(read.await.map(drop)));
    assert!(is_away(store.check().await));
    store.close().await.unwrap();
}

pub(crate) async fn a_store_that_works_says_so(store: &dyn Store) {
    store.check().await.unwrap();
    store.check().await.unwrap();
    let [anna, berta, _] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    send_many(store, talk, anna, 3).await;
    let history = store.history(berta, talk, HistoryRange::Newest, 9).await.unwrap();
    assert_eq!(history.messages.len(), 3);
}
