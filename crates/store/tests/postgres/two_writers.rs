//! Two stores on one database, as of two processes.

use std::collections::HashMap;

use futures_util::future::join_all;
use salala_core::SystemRandom;
use salala_core::ids::ConversationId;
use salala_store::log::{Committed, Event};
use salala_store::ports::conversations::{Contacts, NewGroup};
use salala_store::postgres::PostgresStore;
use salala_store::{Conversations as _, Messages as _, Reads as _, Store as _, StoreError};

use super::world::{Talk, fresh_database, now, open};

pub(crate) fn take(feed: &mut salala_store::log::CommitFeed) -> Vec<Committed> {
    std::iter::from_fn(|| feed.try_recv().ok()).flat_map(|commits| commits.events).collect()
}

#[tokio::test]
async fn they_write_into_the_same_conversations_without_a_hole() {
    let database = fresh_database();
    let stores = [open(&database.url()), open(&database.url())];
    let mut feeds = stores.each_ref().map(|store| store.take_commit_feed().unwrap());
    let talks = [
        Talk::of(&stores[0], ["anna", "berta"]).await,
        Talk::of(&stores[1], ["carl", "dora"]).await,
        Talk::of(&stores[0], ["emil", "frida"]).await,
    ];
    for round in 0..20 {
        let mut sends = Vec::new();
        let mut marks = Vec::new();
        // In another order on each, so that without an order of locks they would meet crosswise.
        for (number, mirrored) in (0..60).zip((0..60).rev()) {
            for (node, place) in [number, mirrored].into_iter().enumerate() {
                let talk = talks[place % 3];
                let own_id = format!("{round} {node} {number}");
                sends.push(stores[node].send_message(talk.draft(place % 2, &own_id)));
                marks.push(stores[node].read_to(talk.users[0], talk.id, u64::MAX, now()));
            }
        }
        for sent in join_all(sends).await {
            sent.unwrap();
        }
        for marked in join_all(marks).await {
            marked.unwrap();
        }
    }
    for talk in talks {
        assert_eq!(talk.own_ids(&stores[0]).await.len(), 20 * 40);
    }
    let mut events: Vec<Committed> = feeds.iter_mut().flat_map(take).collect();
    events.sort_by_key(|committed| committed.position);
    let mut revs: HashMap<_, u64> = HashMap::new();
    for committed in &events {
        let rev = revs.entry(committed.audience).or_default();
        *rev += 1;
        assert_eq!(committed.rev, *rev, "the order of positions is that of revs: {committed:?}");
    }
}

#[tokio::test]
async fn a_position_once_seen_is_followed_by_greater_ones_alone() {
    let database = fresh_database();
    let stores = [open(&database.url()), open(&database.url())];
    let talks = [
        Talk::of(&stores[0], ["anna", "berta"]).await,
        Talk::of(&stores[1], ["carl", "dora"]).await,
    ];
    let writing = join_all((0..2).map(async |node: usize| {
        let (store, talk) = (&stores[node], talks[node]);
        for number in 0..200 {
            store.send_message(talk.draft(0, &format!("{number}"))).await.unwrap();
        }
    }));
    let watching = async {
        // By the rows' own transactions: those not seen before must all be greater.
        let mut seen: Vec<i64> = Vec::new();
        while seen.len() < 400 {
            let all = positions(&database.url()).await;
            let old_last = seen.last().copied().unwrap_or(0);
            let new: Vec<i64> = all.iter().filter(|it| !seen.contains(it)).copied().collect();
            assert!(new.iter().all(|position| *position > old_last), "{old_last} {new:?}");
            seen = all;
        }
    };
    futures_util::future::join(writing, watching).await;
}

/// All messages' positions in the log, in order.
async fn positions(url: &str) -> Vec<i64> {
    let url = url.to_owned();
    let asking = tokio::task::spawn_blocking(move || {
        let sql = "SELECT position FROM log WHERE kind = 'message_created' ORDER BY position";
        super::database::psql(&url, sql).unwrap()
    });
    asking.await.unwrap().lines().map(|line| line.parse().unwrap()).collect()
}

#[tokio::test]
async fn no_send_of_a_removed_member_is_stored() {
    let database = fresh_database();
    let stores = [open(&database.url()), open(&database.url())];
    let talk = Talk::of(&stores[0], ["anna", "berta"]).await;
    let [anna, berta] = talk.users;
    for _ in 0..15 {
        let group = make_group(&stores[0], talk).await;
        let choir = Talk { id: group, ..talk };
        let mut feed_of_removal = None;
        let sends: Vec<_> = (0..40)
            .map(|number| {
                if number == 20 {
                    feed_of_removal = Some(stores[0].remove_participant(anna, group, berta, now()));
                }
                stores[1].send_message(choir.draft(1, &format!("{number}")))
            })
            .collect();
        let sent = join_all(sends).await;
        feed_of_removal.unwrap().await.unwrap();
        let stored = sent.iter().filter(|sent| sent.is_ok()).count();
        let is_refused =
            |sent: &Result<_, StoreError>| matches!(sent, Err(StoreError::Forbidden(_)));
        assert!(sent.iter().skip(stored).all(is_refused), "refused from then on: {sent:?}");
        // What was acked came before the removal: the one who stayed has it, and nothing after.
        let (_, last_seq) = stores[0].membership(anna, group).await.unwrap();
        assert_eq!(last_seq, u64::try_from(stored).unwrap());
        let late = stores[1].send_message(choir.draft(1, "late")).await;
        assert!(is_refused(&late));
    }
    let _feed = stores[0].take_commit_feed();
}

pub(crate) async fn make_group(store: &PostgresStore, talk: Talk) -> ConversationId {
    let group = NewGroup {
        id: ConversationId::generate(now(), &SystemRandom),
        name: "Choir".to_owned(),
        owner_id: talk.users[0],
        participant_ids: vec![talk.users[1]],
        created_at: now(),
    };
    store.create_group(group, Contacts::Everyone).await.unwrap().conversation.id
}

#[tokio::test]
async fn of_two_conversations_of_the_same_two_there_is_one() {
    let database = fresh_database();
    let stores = [open(&database.url()), open(&database.url())];
    let talk = Talk::of(&stores[0], ["anna", "berta"]).await;
    let other = Talk::of(&stores[1], ["carl", "dora"]).await;
    let ways = [[talk.users[0], other.users[0]], [other.users[0], talk.users[0]]];
    let opened = join_all((0..40).map(|number: usize| {
        let id = ConversationId::generate(now(), &SystemRandom);
        let [one, two] = ways[number / 2 % 2];
        stores[number % 2].open_direct(id, one, two, Contacts::Everyone, now())
    }));
    let opened: Vec<_> = opened.await.into_iter().map(Result::unwrap).collect();
    assert_eq!(opened.iter().filter(|(_, is_new)| *is_new).count(), 1);
    let ids: Vec<_> = opened.iter().map(|(own, _)| own.conversation.id).collect();
    assert!(ids.iter().all(|id| *id == ids[0]));
}

#[tokio::test]
async fn what_one_wrote_the_other_reads() {
    let database = fresh_database();
    let stores = [open(&database.url()), open(&database.url())];
    let talk = Talk::of(&stores[0], ["anna", "berta"]).await;
    let mut feed = stores[1].take_commit_feed().unwrap();
    let sent = stores[0].send_message(talk.draft(0, "1")).await.unwrap().message;
    assert_eq!(stores[1].message(talk.users[1], sent.id).await.unwrap().content, sent.content);
    assert!(stores[1].send_message(talk.draft(0, "1")).await.unwrap().is_repeat);
    assert!(take(&mut feed).iter().all(|it| !matches!(it.event, Event::MessageCreated(_))));
}
