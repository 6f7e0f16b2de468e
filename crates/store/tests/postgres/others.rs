//! What one process writes, as another one on the same database tells it.

use std::collections::HashSet;
use std::future::poll_fn;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::future::join_all;
use salala_core::SystemRandom;
use salala_core::ids::{ConversationId, FriendRequestId, ReactionId, UserId};
use salala_store::log::{Audience, CommitFeed, Committed, Event, Interest};
use salala_store::ports::conversations::{Contacts, ConversationChanges, NewGroup};
use salala_store::ports::sessions::Acquaintances;
use salala_store::postgres::PostgresStore;
use salala_store::{
    Accounts as _, Blocks as _, Conversations as _, Friends as _, Log as _, Messages as _,
    Reactions as _, Reads as _, Store as _, Users as _,
};

use tokio::task::JoinSet;

use super::world::{Talk, fresh_database, now, open, user_named};

/// Hears of these, or of everybody.
#[derive(Default)]
struct Ears {
    only: Option<Mutex<HashSet<Audience>>>,
    reached: AtomicU64,
    told: AtomicU64,
}

impl Interest for Ears {
    fn reach(&self, position: u64) {
        self.reached.fetch_max(position, Ordering::SeqCst);
    }

    fn told(&self) -> u64 {
        self.told.load(Ordering::SeqCst)
    }

    fn holds(&self, audience: Audience) -> bool {
        self.only.as_ref().is_none_or(|only| only.lock().unwrap().contains(&audience))
    }
}

impl Ears {
    /// Lets in whoever is brought in, as the hub does with what it is told.
    fn note(&self, events: &[Committed]) {
        let Some(only) = &self.only else { return };
        let mut only = only.lock().unwrap();
        for committed in events {
            let Event::ConversationUpdated { conversation, added, .. } = &committed.event else {
                continue;
            };
            if added.iter().any(|user_id| only.contains(&Audience::User(*user_id))) {
                only.insert(Audience::Conversation(conversation.id));
            }
        }
    }
}

/// All that a feed tells up to a position.
async fn told(feed: &mut CommitFeed, up_to: u64, ears: &Ears) -> Vec<Committed> {
    let mut events = Vec::new();
    loop {
        let commits = feed.recv().await.unwrap();
        assert!(!commits.is_after_gap);
        assert!(commits.up_to <= ears.reached.load(Ordering::SeqCst), "told before it was reached");
        ears.note(&commits.events);
        events.extend(commits.events);
        ears.told.store(commits.up_to, Ordering::SeqCst);
        if commits.up_to >= up_to {
            return events;
        }
    }
}

/// The same from a feed that tells its own alone.
fn own(feed: &mut CommitFeed) -> Vec<Committed> {
    std::iter::from_fn(|| feed.try_recv().ok()).flat_map(|commits| commits.events).collect()
}

/// Whom an erased user knew is told by the process that erased them.
fn without_acquaintances(mut committed: Committed) -> Committed {
    committed.hidden_from.sort_unstable();
    if let Event::UserErased(acquaintances) = &mut committed.event {
        *acquaintances = Acquaintances::default();
    }
    if let Event::ReactionRemoved(reaction) = &mut committed.event {
        // Nobody is told its id, and it is gone.
        reaction.id = ReactionId::from_bytes([0; 16]);
        reaction.created_at = now();
    }
    committed
}

/// Two processes, of which the second hears the first.
struct Pair {
    writer: PostgresStore,
    written: CommitFeed,
    hearer: PostgresStore,
    heard: CommitFeed,
    ears: Arc<Ears>,
}

impl Pair {
    fn on(url: &str, only: Option<HashSet<Audience>>) -> Self {
        let (writer, hearer) = (open(url), open(url));
        let only = only.map(Mutex::new);
        let ears = Arc::new(Ears { only, ..Ears::default() });
        assert!(hearer.hear_others(Arc::clone(&ears) as Arc<dyn Interest>));
        let written = writer.take_commit_feed().unwrap();
        let heard = hearer.take_commit_feed().unwrap();
        Self { writer, written, hearer, heard, ears }
    }

    /// What was written since the last time, which the other has heard as it was told.
    async fn is_heard_alike(&mut self) -> usize {
        let written = own(&mut self.written);
        let position = self.writer.newest_position().await.unwrap();
        let heard = told(&mut self.heard, position, &self.ears).await;
        let plain = |events: Vec<Committed>| {
            let events = events.into_iter().map(without_acquaintances);
            events.map(|committed| format!("{committed:#?}")).collect::<Vec<_>>()
        };
        let count = written.len();
        let (written, heard) = (plain(written), plain(heard));
        for (written, heard) in written.iter().zip(&heard) {
            assert_eq!(written, heard);
        }
        assert_eq!(heard.len(), count);
        count
    }
}

async fn add_user(store: &PostgresStore, name: &str) -> UserId {
    let user = user_named(name);
    store.create_user(user.clone(), None).await.unwrap();
    user.id
}

async fn make_group(store: &PostgresStore, owner_id: UserId, others: &[UserId]) -> ConversationId {
    let id = ConversationId::generate(now(), &SystemRandom);
    let group = NewGroup {
        id,
        name: "choir".to_owned(),
        owner_id,
        participant_ids: others.to_vec(),
        created_at: now(),
    };
    store.create_group(group, Contacts::Everyone).await.unwrap();
    id
}

#[tokio::test]
async fn another_process_hears_all_that_one_writes_as_that_one_tells_it() {
    let database = fresh_database();
    let mut pair = Pair::on(&database.url(), None);
    let talk = Talk::of(&pair.writer, ["anna", "berta"]).await;
    let [anna, berta] = talk.users;
    let carl = add_user(&pair.writer, "carl").await;
    let mut heard = pair.is_heard_alike().await;
    let first = pair.writer.send_message(talk.draft(0, "one")).await.unwrap().message;
    let reply = salala_store::ports::messages::NewMessage {
        reply_to_id: Some(first.id),
        ..talk.draft(1, "two")
    };
    pair.writer.send_message(reply).await.unwrap();
    heard += pair.is_heard_alike().await;
    pair.writer.edit_message(anna, first.id, "changed @berta".to_owned(), now()).await.unwrap();
    heard += pair.is_heard_alike().await;
    let reaction_id = ReactionId::generate(now(), &SystemRandom);
    pair.writer.add_reaction(reaction_id, berta, first.id, "👍".to_owned(), now()).await.unwrap();
    heard += pair.is_heard_alike().await;
    pair.writer.remove_reaction(berta, first.id, "👍".to_owned(), now()).await.unwrap();
    heard += pair.is_heard_alike().await;
    pair.writer.read_to(berta, talk.id, u64::MAX, now()).await.unwrap();
    heard += pair.is_heard_alike().await;
    pair.writer.delete_message(anna, first.id, now()).await.unwrap();
    heard += pair.is_heard_alike().await;
    let group = make_group(&pair.writer, anna, &[berta]).await;
    heard += pair.is_heard_alike().await;
    pair.writer
        .send_message(salala_store::ports::messages::NewMessage {
            conversation_id: group,
            ..talk.draft(0, "three")
        })
        .await
        .unwrap();
    heard += pair.is_heard_alike().await;
    let everyone = Contacts::Everyone;
    pair.writer.add_participants(anna, group, vec![carl], everyone, now()).await.unwrap();
    heard += pair.is_heard_alike().await;
    let changes =
        ConversationChanges { name: Some("band".to_owned()), ..ConversationChanges::default() };
    pair.writer.update_conversation(anna, group, changes, now()).await.unwrap();
    heard += pair.is_heard_alike().await;
    pair.writer.remove_participant(anna, group, berta, now()).await.unwrap();
    heard += pair.is_heard_alike().await;
    let request = FriendRequestId::generate(now(), &SystemRandom);
    pair.writer.create_friend_request(request, anna, carl, now()).await.unwrap();
    heard += pair.is_heard_alike().await;
    pair.writer.reject_friend_request(carl, request, now()).await.unwrap();
    heard += pair.is_heard_alike().await;
    pair.writer.block_user(anna, carl, now()).await.unwrap();
    heard += pair.is_heard_alike().await;
    pair.writer.unblock_user(anna, carl, now()).await.unwrap();
    heard += pair.is_heard_alike().await;
    pair.writer.erase_user(berta, now()).await.unwrap();
    heard += pair.is_heard_alike().await;
    assert!(heard >= 20, "{heard}");
    drop(pair.hearer);
}

#[tokio::test]
async fn two_that_write_at_once_tell_the_same_events_in_the_same_order() {
    let database = fresh_database();
    let stores = [open(&database.url()), open(&database.url())];
    let ears = [Arc::new(Ears::default()), Arc::new(Ears::default())];
    for (store, ears) in stores.iter().zip(&ears) {
        store.hear_others(Arc::clone(ears) as Arc<dyn Interest>);
    }
    let mut feeds = stores.each_ref().map(|store| store.take_commit_feed().unwrap());
    let talks = [
        Talk::of(&stores[0], ["anna", "berta"]).await,
        Talk::of(&stores[1], ["carl", "dora"]).await,
    ];
    let [first, second] = &mut feeds;
    let writing = async {
        for round in 0..40 {
            let mut sends = Vec::new();
            for number in 0..20 {
                let (store, talk) = (&stores[number % 2], &talks[number / 2 % 2]);
                sends
                    .push(store.send_message(talk.draft(number % 2, &format!("{round} {number}"))));
            }
            for sent in join_all(sends).await {
                sent.unwrap();
            }
        }
        stores[0].newest_position().await.unwrap()
    };
    // Whoever reads no feed holds up the writer.
    let collect = async |feed: &mut CommitFeed| {
        let mut events: Vec<Committed> = Vec::new();
        while events.iter().filter(|it| matches!(it.event, Event::MessageCreated(_))).count() < 800
        {
            events.extend(feed.recv().await.unwrap().events);
        }
        events
    };
    let (_, one, other) = tokio::join!(writing, collect(first), collect(second));
    let plain =
        |events: Vec<Committed>| events.iter().map(|it| format!("{it:?}")).collect::<Vec<_>>();
    assert!(one.is_sorted_by(|one, next| one.position < next.position));
    // Where the first of them begins depends on what was there when it was opened.
    let messages = |events: Vec<Committed>| {
        events
            .into_iter()
            .filter(|it| matches!(it.event, Event::MessageCreated(_)))
            .collect::<Vec<_>>()
    };
    assert_eq!(plain(messages(one)), plain(messages(other)));
}

#[tokio::test]
async fn what_is_written_is_handed_to_others_and_what_is_no_such_thing_does_not_stop_them() {
    let database = fresh_database();
    let stores = [open(&database.url()), open(&database.url())];
    let ears = Arc::new(Ears::default());
    for store in &stores {
        store.hear_others(Arc::clone(&ears) as Arc<dyn Interest>);
    }
    // Whoever reads no feed holds up the writer.
    let mut heard = JoinSet::new();
    for store in &stores {
        heard.spawn(messages(store.take_commit_feed()));
    }
    let talk = Talk::of(&stores[0], ["anna", "berta"]).await;
    let (client, mut connection) =
        tokio_postgres::connect(&database.url(), tokio_postgres::NoTls).await.unwrap();
    let (tell, mut notified) = tokio::sync::mpsc::unbounded_channel();
    let mut listening = JoinSet::new();
    listening.spawn(async move {
        while let Some(Ok(message)) = poll_fn(|context| connection.poll_message(context)).await {
            if let tokio_postgres::AsyncMessage::Notification(notification) = message {
                drop(tell.send(notification.payload().to_owned()));
            }
        }
    });
    client.batch_execute("LISTEN salala_log").await.unwrap();
    // From the first word that it heard of the other on, each hands over what it writes.
    let mut number = 0;
    let text = loop {
        number += 1;
        stores[0].send_message(talk.draft(0, &format!("no. {number}"))).await.unwrap();
        if let Some(text) = notified.recv().await.filter(|text| text.contains("message no. ")) {
            break text;
        }
    };
    for broken in ["", "7 7", "9000000000 1 1[{}]", "1 1 1[]", &text.replace('{', "["), "\u{7f}"] {
        client.execute("SELECT pg_notify('salala_log', $1)", &[&broken]).await.unwrap();
        number += 1;
        stores[1].send_message(talk.draft(1, &format!("no. {number}"))).await.unwrap();
    }
    stores[0].send_message(talk.draft(0, LAST)).await.unwrap();
    let told: Vec<_> = (1..=number).map(|number| format!("no. {number}")).collect();
    assert_eq!(heard.join_all().await, [told.clone(), told]);
}

/// The last of the messages that [`messages`] waits for.
const LAST: &str = "last";

/// The senders' own ids of all new messages that a feed tells.
async fn messages(feed: Option<CommitFeed>) -> Vec<String> {
    let mut feed = feed.unwrap();
    let mut own_ids = Vec::new();
    loop {
        for committed in feed.recv().await.unwrap().events {
            let Event::MessageCreated(message) = committed.event else { continue };
            match message.client_message_id {
                Some(id) if id == LAST => return own_ids,
                id => own_ids.extend(id),
            }
        }
    }
}

#[tokio::test]
async fn what_nobody_here_hears_is_passed_over_and_who_is_brought_in_is_not() {
    let database = fresh_database();
    let setup = open(&database.url());
    let talk = Talk::of(&setup, ["anna", "berta"]).await;
    let carl = add_user(&setup, "carl").await;
    let group = make_group(&setup, talk.users[0], &[talk.users[1]]).await;
    let mut pair = Pair::on(&database.url(), Some(HashSet::from([Audience::User(carl)])));
    pair.writer.send_message(talk.draft(0, "one")).await.unwrap();
    let position = pair.writer.newest_position().await.unwrap();
    assert!(told(&mut pair.heard, position, &pair.ears).await.is_empty());
    let (anna, everyone) = (talk.users[0], Contacts::Everyone);
    pair.writer.add_participants(anna, group, vec![carl], everyone, now()).await.unwrap();
    let position = pair.writer.newest_position().await.unwrap();
    let events = told(&mut pair.heard, position, &pair.ears).await;
    let [brought, joined] = &events[..] else { panic!("{events:?}") };
    let Event::ConversationUpdated { added, .. } = &brought.event else { panic!("{brought:?}") };
    assert_eq!(added, &[carl]);
    assert!(matches!(joined.event, Event::GroupJoined(_)));
    assert_eq!(joined.audience, Audience::User(carl));
}

#[tokio::test]
async fn what_follows_who_is_brought_in_is_heard_although_they_are_not_in_yet() {
    let database = fresh_database();
    let setup = open(&database.url());
    let talk = Talk::of(&setup, ["anna", "berta"]).await;
    let carl = add_user(&setup, "carl").await;
    let mut pair = Pair::on(&database.url(), Some(HashSet::from([Audience::User(carl)])));
    let group = make_group(&pair.writer, talk.users[0], &[carl]).await;
    let mut draft = talk.draft(0, "at once");
    draft.conversation_id = group;
    pair.writer.send_message(draft).await.unwrap();
    // Whether it is read before the hub has let them in, or after it.
    let position = pair.writer.newest_position().await.unwrap();
    let events = told(&mut pair.heard, position, &pair.ears).await;
    let is_message = |it: &Committed| matches!(it.event, Event::MessageCreated(_));
    assert_eq!(events.iter().filter(|it| is_message(it)).count(), 1);
}
