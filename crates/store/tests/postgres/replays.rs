//! Reading the log while two processes write it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::{join, join_all};
use salala_core::ids::MessageId;
use salala_core::records::CallDevice;
use salala_store::log::{Audience, Event};
use salala_store::ports::conversations::Contacts;
use salala_store::ports::log::{LogReader, LogSpan, Missed, MissedEvent};
use salala_store::postgres::PostgresStore;
use salala_store::{Conversations as _, Log as _, Messages as _, Store as _};

use super::world::{Talk, fresh_database, now, open};

/// All that a user is given up to where the log goes now, and how far that is.
async fn replay(store: &PostgresStore, reader: &LogReader, after: u64) -> (Vec<MissedEvent>, u64) {
    let up_to = store.newest_position().await.unwrap();
    let mut span = LogSpan { after, up_to };
    let mut events = Vec::new();
    loop {
        let page = store.missed_page(reader.clone(), span, 7).await.unwrap();
        events.extend(page.events);
        match page.next {
            Some(next) => span.after = next,
            None => return (events, up_to),
        }
    }
}

fn message_at(event: &Event, position: u64) -> Option<(MessageId, u64)> {
    let Event::MessageCreated(message) = event else { return None };
    Some((message.id, position))
}

fn reader_in(talk: Talk) -> LogReader {
    let device = CallDevice { key: "phone".to_owned(), session_id: None };
    LogReader { user_id: talk.users[1], device, views: Vec::new(), proven: None }
}

#[tokio::test]
async fn who_reads_the_log_while_two_write_it_skips_nothing_and_is_given_nothing_twice() {
    const EACH: usize = 800;
    let database = fresh_database();
    let stores = [open(&database.url()), open(&database.url())];
    let talk = Talk::of(&stores[0], ["anna", "berta"]).await;
    // Each in a conversation of its own: nothing but the lock of the log keeps them apart.
    let group = super::two_writers::make_group(&stores[0], talk).await;
    let places = [talk, Talk { id: group, ..talk }];
    let after = stores[0].newest_position().await.unwrap();
    let done = AtomicUsize::new(0);
    let writing = join_all((0..2).map(async |node: usize| {
        // A few at a time, so that commits of different sizes meet.
        for number in (0..EACH).step_by(2) {
            let sends = (number..number + 2).map(|number| {
                stores[node].send_message(places[node].draft(0, &format!("{number}")))
            });
            for sent in join_all(sends).await {
                sent.unwrap();
            }
        }
        done.fetch_add(1, Ordering::SeqCst);
    }));
    let reading = async {
        let store = open(&database.url());
        let (mut read, mut settled) = (Vec::new(), after);
        // Once both are done, one more look finds all that will ever be there.
        let mut is_last = false;
        while !is_last {
            is_last = done.load(Ordering::SeqCst) == 2;
            let (events, up_to) = replay(&store, &reader_in(talk), settled).await;
            assert!(events.iter().all(|missed| missed.position > settled));
            read.extend(events);
            settled = up_to;
            tokio::task::yield_now().await;
        }
        read
    };
    let (_, read) = join(writing, reading).await;
    for place in places {
        let seqs: Vec<u64> = read
            .iter()
            .filter_map(|missed| {
                let Event::MessageCreated(message) = &missed.event else { return None };
                (message.conversation_id == place.id).then_some(message.seq)
            })
            .collect();
        let all: Vec<u64> = (1..).take(EACH).collect();
        assert_eq!(seqs, all, "each message once, and in the order of the conversation");
    }
}

#[tokio::test]
async fn what_is_told_live_has_the_position_that_a_replay_has_for_it() {
    let database = fresh_database();
    let store = open(&database.url());
    let talk = Talk::of(&store, ["anna", "berta"]).await;
    let [anna, berta] = talk.users;
    let group = super::two_writers::make_group(&store, talk).await;
    let choir = Talk { id: group, ..talk };
    let mut feed = store.take_commit_feed().unwrap();
    let after = store.newest_position().await.unwrap();
    // Comings and goings have rows that are told to nobody, in the midst of a batch's other rows.
    let everyone = Contacts::Everyone;
    let removed = store.remove_participant(anna, group, berta, now());
    let back = store.add_participants(anna, group, vec![berta], everyone, now());
    let sends = (0..3).map(|number| store.send_message(choir.draft(1, &format!("{number}"))));
    let sends: Vec<_> = sends.collect();
    removed.await.unwrap();
    back.await.unwrap();
    for sent in join_all(sends).await {
        sent.unwrap();
    }
    let live: HashMap<MessageId, u64> = std::iter::from_fn(|| feed.try_recv().ok())
        .flat_map(|commits| commits.events)
        .filter_map(|committed| message_at(&committed.event, committed.position))
        .collect();
    assert_eq!(live.len(), 3);
    let (events, up_to) = replay(&store, &reader_in(choir), after).await;
    let replayed: HashMap<MessageId, u64> = events
        .into_iter()
        .filter(|missed| missed.audience == Audience::Conversation(group))
        .filter_map(|missed| message_at(&missed.event, missed.position))
        .collect();
    assert_eq!(live, replayed);
    let span = LogSpan { after, up_to };
    assert!(matches!(store.missed(berta, span, 99).await, Ok(Missed::Rows(5..))));
}
