//! A model of one group, against which any sequence of operations is checked.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use salala_core::ids::{ConversationId, MessageId, UserId};
use salala_store::Store;
use salala_store::log::{Audience, Event};
use salala_store::ports::conversations::Contacts;
use salala_store::ports::messages::HistoryRange;

use super::world::{Feed, add_user, at, draft, group, kind};

const USERS: usize = 4;

/// What one of the users does; the first one owns the group and stays.
#[derive(Clone, Debug)]
pub(crate) enum Operation {
    Send(usize, Option<u8>),
    Delete(usize),
    Mark(usize, Vec<usize>),
    ReadTo(usize, u64),
    Bring(usize),
    Remove(usize),
    Erase(usize),
}

pub(crate) fn operations() -> impl Strategy<Value = Vec<Operation>> {
    let user = 0..USERS;
    let operation = prop_oneof![
        6 => (user.clone(), prop::option::of(0_u8..6))
            .prop_map(|(user, id)| Operation::Send(user, id)),
        1 => (0_usize..40).prop_map(Operation::Delete),
        3 => (user.clone(), prop::collection::vec(0_usize..40, 1..5))
            .prop_map(|(user, marks)| Operation::Mark(user, marks)),
        2 => (user, 0_u64..40).prop_map(|(user, seq)| Operation::ReadTo(user, seq)),
        2 => (1..USERS).prop_map(Operation::Bring),
        1 => (1..USERS).prop_map(Operation::Remove),
        1 => (2..USERS).prop_map(Operation::Erase),
    ];
    prop::collection::vec(operation, 1..60)
}

/// Runs the operations on a fresh store and on the model, and compares after each.
pub(crate) fn obeys(store: &dyn Store, operations: &[Operation]) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let mut world = World::new(store).await;
        for (step, operation) in operations.iter().enumerate() {
            world.apply(operation, i64::try_from(step).unwrap() + 100).await;
            world.check_memberships().await;
        }
        world.check_histories().await;
        world.check_feed();
    });
}

struct Message {
    id: MessageId,
    sender: usize,
    client_id: Option<u8>,
    is_deleted: bool,
    marks: BTreeMap<usize, i64>,
}

/// An event: its kind, its user if it is one user's, and those from whom its message is hidden.
type Told = (&'static str, Option<UserId>, BTreeSet<UserId>);

struct World<'a> {
    store: &'a dyn Store,
    feed: Feed,
    users: Vec<UserId>,
    id: ConversationId,
    /// By `seq`, from 1.
    messages: Vec<Message>,
    /// What each user may see.
    seen: Vec<BTreeSet<u64>>,
    last_read: BTreeMap<usize, u64>,
    erased: BTreeSet<usize>,
    expected: Vec<Told>,
}

impl<'a> World<'a> {
    async fn new(store: &'a dyn Store) -> Self {
        let feed = Feed::of(store);
        let mut users = Vec::new();
        for number in 0..USERS {
            users.push(add_user(store, &format!("user{number}")).await);
        }
        let id = group(store, users[0], &users[1..2]).await;
        Self {
            store,
            feed,
            id,
            messages: Vec::new(),
            seen: vec![BTreeSet::new(); USERS],
            last_read: BTreeMap::from([(0, 0), (1, 0)]),
            erased: BTreeSet::new(),
            expected: vec![
                ("conversation", None, BTreeSet::new()),
                ("joined", Some(users[1]), BTreeSet::new()),
            ],
            users,
        }
    }

    fn expect(&mut self, kind: &'static str) {
        self.expected.push((kind, None, BTreeSet::new()));
    }

    /// An event about the message at `seq`, heard by the members and by one who just went.
    fn expect_about(&mut self, kind: &'static str, seq: u64, gone: Option<usize>) {
        let hearers = self.last_read.keys().copied().chain(gone);
        let hidden = hearers.filter(|user| seq > 0 && !self.seen[*user].contains(&seq));
        self.expected.push((kind, None, hidden.map(|user| self.users[user]).collect()));
    }

    fn is_member(&self, user: usize) -> bool {
        self.last_read.contains_key(&user)
    }

    fn last_seq(&self) -> u64 {
        u64::try_from(self.messages.len()).unwrap()
    }

    fn message(&mut self, seq: u64) -> &mut Message {
        &mut self.messages[usize::try_from(seq - 1).unwrap()]
    }

    async fn apply(&mut self, operation: &Operation, now: i64) {
        match operation {
            Operation::Send(user, client_id) => self.send(*user, *client_id).await,
            Operation::Delete(index) => self.delete(*index, now).await,
            Operation::Mark(user, indices) => self.mark(*user, indices, now).await,
            Operation::ReadTo(user, seq) => self.read_to(*user, *seq, now).await,
            Operation::Bring(user) => self.bring(*user, now).await,
            Operation::Remove(user) => self.remove(*user, now).await,
            Operation::Erase(user) => self.erase(*user, now).await,
        }
    }

    async fn send(&mut self, user: usize, client_id: Option<u8>) {
        let mut new = draft(self.id, self.users[user], "hello");
        new.client_message_id = client_id.map(|id| id.to_string());
        let id = new.id;
        let outcome = self.store.send_message(new).await;
        if !self.is_member(user) {
            assert!(outcome.is_err());
            return;
        }
        let sent = outcome.unwrap();
        let repeat = client_id.and_then(|_| {
            self.messages
                .iter()
                .find(|message| message.sender == user && message.client_id == client_id)
        });
        assert_eq!(sent.is_repeat, repeat.is_some());
        assert_eq!(sent.message.id, repeat.map_or(id, |repeat| repeat.id));
        if sent.is_repeat {
            return;
        }
        let marks = BTreeMap::new();
        self.messages.push(Message { id, sender: user, client_id, is_deleted: false, marks });
        let seq = self.last_seq();
        assert_eq!(sent.message.seq, seq);
        for member in self.last_read.keys() {
            self.seen[*member].insert(seq);
        }
        self.last_read.insert(user, seq);
        self.expect("created");
    }

    async fn delete(&mut self, index: usize, now: i64) {
        let Some(message) = self.messages.get_mut(index) else { return };
        self.store.delete_message(self.users[0], message.id, at(now)).await.unwrap();
        if !std::mem::replace(&mut message.is_deleted, true) {
            self.expect_about("deleted", u64::try_from(index).unwrap() + 1, None);
        }
    }

    async fn mark(&mut self, user: usize, indices: &[usize], now: i64) {
        let chosen: Vec<u64> = indices
            .iter()
            .filter(|index| **index < self.messages.len())
            .map(|index| u64::try_from(*index).unwrap() + 1)
            .collect();
        let ids = chosen.iter().map(|seq| self.message(*seq).id).collect();
        let outcome = self.store.mark_messages_read(self.users[user], ids, at(now)).await;
        let is_allowed =
            self.is_member(user) && chosen.iter().all(|seq| self.seen[user].contains(seq));
        if !is_allowed && !chosen.is_empty() {
            assert!(outcome.is_err());
            return;
        }
        let count = self.set_marks(user, chosen, now);
        assert_eq!(outcome, Ok(count));
    }

    async fn read_to(&mut self, user: usize, seq: u64, now: i64) {
        let outcome = self.store.read_to(self.users[user], self.id, seq, at(now)).await;
        if !self.is_member(user) {
            assert!(outcome.is_err());
            return;
        }
        let target = seq.min(self.last_seq());
        let chosen = self.seen[user].range(..=target).copied().collect();
        self.set_marks(user, chosen, now);
        let last_read = self.last_read.get_mut(&user).unwrap();
        *last_read = target.max(*last_read);
        assert_eq!(outcome.unwrap().last_read_seq, *last_read);
    }

    fn set_marks(&mut self, user: usize, chosen: Vec<u64>, now: i64) -> u64 {
        let mut count = 0;
        for seq in chosen {
            let message = self.message(seq);
            let is_new =
                message.sender != user && !message.is_deleted && !message.marks.contains_key(&user);
            if is_new {
                message.marks.insert(user, now);
                count += 1;
                let last_read = self.last_read.get_mut(&user).unwrap();
                *last_read = seq.max(*last_read);
            }
        }
        if count > 0 {
            self.expect("read");
        }
        count
    }

    async fn bring(&mut self, user: usize, now: i64) {
        let (owner, id) = (self.users[0], self.users[user]);
        let added = self
            .store
            .add_participants(owner, self.id, vec![id], Contacts::Everyone, at(now))
            .await;
        assert_eq!(added.is_ok(), !self.erased.contains(&user));
        if added.is_ok() && !self.is_member(user) {
            self.last_read.insert(user, self.last_seq());
            self.expect_about("conversation", self.last_seq(), None);
            self.expected.push(("joined", Some(id), BTreeSet::new()));
        }
    }

    async fn remove(&mut self, user: usize, now: i64) {
        let (owner, id) = (self.users[0], self.users[user]);
        let outcome = self.store.remove_participant(owner, self.id, id, at(now)).await;
        assert_eq!(outcome.is_ok(), self.is_member(user));
        if self.last_read.remove(&user).is_some() {
            self.expect_about("conversation", self.last_seq(), Some(user));
        }
    }

    async fn erase(&mut self, user: usize, now: i64) {
        self.store.erase_user(self.users[user], at(now)).await.unwrap();
        while self.store.carry_on_erasure(2, at(now)).await.unwrap() {}
        if !self.erased.insert(user) {
            return;
        }
        self.expected.push(("erased", Some(self.users[user]), BTreeSet::new()));
        if self.last_read.remove(&user).is_some() {
            self.expect_about("conversation", self.last_seq(), Some(user));
        }
        for seq in 1..=self.last_seq() {
            let message = self.message(seq);
            message.marks.remove(&user);
            if message.sender == user && !std::mem::replace(&mut message.is_deleted, true) {
                self.expect_about("deleted", seq, None);
            }
        }
    }

    async fn check_memberships(&self) {
        for user in 0..USERS {
            let outcome = self.store.membership(self.users[user], self.id).await;
            let Some(last_read) = self.last_read.get(&user) else {
                assert!(outcome.is_err());
                continue;
            };
            let (membership, last_seq) = outcome.unwrap();
            assert_eq!((membership.last_read_seq, last_seq), (*last_read, self.last_seq()));
            let later = self.messages.iter().zip(1_u64..).filter(|(_, seq)| seq > last_read);
            let unread = later.filter(|(message, _)| message.sender != user && !message.is_deleted);
            assert_eq!(membership.unread_count, u64::try_from(unread.count()).unwrap());
        }
    }

    async fn check_histories(&mut self) {
        for user in self.last_read.keys() {
            let history = self
                .store
                .history(self.users[*user], self.id, HistoryRange::Newest, 1000)
                .await
                .unwrap();
            let given: Vec<u64> = history.messages.iter().rev().map(|given| given.seq).collect();
            assert_eq!(given, self.seen[*user].iter().copied().collect::<Vec<u64>>());
            for given in &history.messages {
                let message = &self.messages[usize::try_from(given.seq - 1).unwrap()];
                assert_eq!(
                    (given.id, given.deleted_at.is_some()),
                    (message.id, message.is_deleted)
                );
                // Deleted messages may have been bridged: their marks say nothing.
                if !message.is_deleted {
                    let reads: BTreeSet<_> =
                        given.reads.iter().map(|read| (read.user_id, read.read_at)).collect();
                    let marks = message.marks.iter().map(|(user, ms)| (self.users[*user], at(*ms)));
                    assert_eq!(reads, marks.collect());
                    assert_eq!(reads.len(), given.reads.len());
                }
                assert!(given.reads.iter().all(|read| read.user_id != given.sender.id));
            }
        }
    }

    fn check_feed(&mut self) {
        let events = self.feed.take();
        let told: Vec<_> = events
            .iter()
            .map(|committed| {
                let user = match committed.audience {
                    Audience::Conversation(id) => {
                        assert_eq!(id, self.id);
                        None
                    }
                    Audience::User(id) => Some(id),
                };
                let hidden_from = committed.hidden_from.iter().copied().collect();
                (kind(&committed.event), user, hidden_from)
            })
            .collect();
        assert_eq!(told, self.expected);
        let mut revs = BTreeMap::new();
        let mut seq = 0;
        for pair in events.windows(2) {
            assert!(pair[0].position < pair[1].position);
        }
        for committed in &events {
            let Audience::Conversation(id) = committed.audience else { continue };
            let rev = revs.entry(id).or_insert(0_u64);
            *rev += 1;
            assert_eq!(committed.rev, *rev);
            if let Event::MessageCreated(message) = &committed.event {
                seq += 1;
                assert_eq!(message.seq, seq);
            }
        }
    }
}
