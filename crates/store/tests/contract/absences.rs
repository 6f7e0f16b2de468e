//! Whoever is away for a while and is given what they missed ends up knowing what one knows who never
//! was away.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use proptest::prelude::*;
use salala_core::SystemRandom;
use salala_core::ids::{ConversationId, MessageId, ReactionId, UserId};
use salala_core::records::CallDevice;
use salala_store::Store;
use salala_store::log::{Audience, Committed, Event};
use salala_store::ports::conversations::{Contacts, ConversationChanges};
use salala_store::ports::log::{LogReader, LogSpan};

use super::world::{Feed, add_user, at, group, send};

const OTHERS: usize = 2;

/// What happens while the client is on the line or away, and how it comes back: with pages of so many
/// rows, and dropped again after so many events.
#[derive(Clone, Debug)]
pub(crate) struct Phase {
    acts: Vec<Act>,
    is_away: bool,
    page: usize,
    taken: usize,
}

#[derive(Clone, Debug)]
enum Act {
    Send(usize, usize),
    Edit(usize),
    Delete(usize),
    React(usize, bool),
    Read(usize, usize, u64),
    Rename(usize),
    Bring(usize),
    Remove(usize),
}

pub(crate) fn phases() -> impl Strategy<Value = Vec<Phase>> {
    let place = 0_usize..2;
    let message = 0_usize..30;
    let act = prop_oneof![
        6 => (place.clone(), 0..=OTHERS).prop_map(|(place, by)| Act::Send(place, by)),
        2 => message.clone().prop_map(Act::Edit),
        1 => message.clone().prop_map(Act::Delete),
        2 => (message, any::<bool>()).prop_map(|(message, on)| Act::React(message, on)),
        4 => (place.clone(), 0..=OTHERS, 0_u64..30).prop_map(|(at, by, seq)| Act::Read(at, by, seq)),
        1 => place.clone().prop_map(Act::Rename),
        1 => place.clone().prop_map(Act::Bring),
        1 => place.prop_map(Act::Remove),
    ];
    let acts = prop::collection::vec(act, 0..14);
    let phase = (acts, any::<bool>(), 1_usize..12, prop_oneof![Just(usize::MAX), 0_usize..10]);
    let phase = phase.prop_map(|(acts, is_away, page, taken)| Phase { acts, is_away, page, taken });
    prop::collection::vec(phase, 1..7)
}

/// Runs the phases on a fresh store, and compares what two clients of one user know at the end.
pub(crate) fn end_alike(store: &dyn Store, phases: &[Phase]) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let mut world = World::new(store).await;
        for phase in phases {
            world.run(phase).await;
        }
        world.compare().await;
    });
}

/// What a client knows from the events that it was told.
#[derive(Clone, Debug, Default)]
struct Known {
    messages: BTreeMap<MessageId, (Option<String>, bool)>,
    reactions: BTreeSet<(MessageId, UserId, String)>,
    names: BTreeMap<ConversationId, Option<String>>,
    members: BTreeMap<ConversationId, BTreeSet<UserId>>,
    reads: BTreeMap<(ConversationId, UserId), u64>,
    read_ids: BTreeSet<(MessageId, UserId)>,
}

struct World<'a> {
    store: &'a dyn Store,
    feed: Feed,
    /// The reader is the first.
    users: Vec<UserId>,
    groups: Vec<ConversationId>,
    messages: Vec<(MessageId, UserId, ConversationId)>,
    now: i64,
    /// What the hub knows of the reader.
    member_of: HashSet<ConversationId>,
    ever_out: HashSet<ConversationId>,
    /// The messages' texts as they are, and as they were when the reader last went.
    texts: BTreeMap<MessageId, Option<String>>,
    left_with: BTreeMap<MessageId, Option<String>>,
    faithful: Known,
    wanderer: Known,
    is_on_line: bool,
    /// What the wanderer would present.
    settled: u64,
    own: Option<u64>,
}

impl<'a> World<'a> {
    async fn new(store: &'a dyn Store) -> Self {
        let feed = Feed::of(store);
        let mut users = Vec::new();
        for number in 0..=OTHERS {
            users.push(add_user(store, &format!("user{number}")).await);
        }
        let mut groups = Vec::new();
        for _ in 0..2 {
            groups.push(group(store, users[1], &[users[0], users[2]]).await);
        }
        let mut world = Self {
            store,
            feed,
            member_of: groups.iter().copied().collect(),
            groups,
            users,
            messages: Vec::new(),
            now: 100,
            ever_out: HashSet::new(),
            texts: BTreeMap::new(),
            left_with: BTreeMap::new(),
            faithful: Known::default(),
            wanderer: Known::default(),
            is_on_line: true,
            settled: 0,
            own: None,
        };
        drop(world.feed.take());
        world.settled = store.newest_position().await.unwrap();
        world
    }

    async fn run(&mut self, phase: &Phase) {
        if phase.is_away {
            self.is_on_line = false;
        } else if !self.is_on_line {
            self.is_on_line = self.come_back(phase.page, phase.taken).await;
        }
        for act in &phase.acts {
            self.now += 1;
            self.perform(act).await;
            for committed in self.feed.take() {
                self.tell(&committed);
            }
        }
    }

    /// Refused acts change nothing, for neither client.
    async fn perform(&mut self, act: &Act) {
        let (store, now) = (self.store, at(self.now));
        let owner = self.users[1];
        let message = |index: usize| self.messages.get(index).copied();
        match act {
            Act::Send(place, by) => {
                let (id, by) = (self.groups[*place], self.users[*by]);
                if let Ok(sent) = send(store, id, by, &format!("{}", self.now)).await {
                    self.messages.push((sent.message.id, by, id));
                }
            }
            Act::Edit(index) => {
                let Some((id, by, _)) = message(*index) else { return };
                drop(store.edit_message(by, id, format!("{}", self.now), now).await);
            }
            Act::Delete(index) => {
                let Some((id, by, _)) = message(*index) else { return };
                drop(store.delete_message(by, id, now).await);
            }
            Act::React(index, is_on) => {
                let Some((id, ..)) = message(*index) else { return };
                let emoji = "👍".to_owned();
                let reaction_id = ReactionId::generate(now, &SystemRandom);
                if *is_on {
                    drop(store.add_reaction(reaction_id, owner, id, emoji, now).await);
                } else {
                    drop(store.remove_reaction(owner, id, emoji, now).await);
                }
            }
            Act::Read(place, by, seq) => {
                drop(store.read_to(self.users[*by], self.groups[*place], *seq, now).await);
            }
            Act::Rename(place) => {
                let name = Some(format!("{}", self.now));
                let changes = ConversationChanges { name, ..ConversationChanges::default() };
                let renamed = store.update_conversation(owner, self.groups[*place], changes, now);
                drop(renamed.await);
            }
            Act::Bring(place) => {
                let (id, new) = (self.groups[*place], vec![self.users[0]]);
                drop(store.add_participants(owner, id, new, Contacts::Everyone, now).await);
            }
            Act::Remove(place) => {
                let (id, gone) = (self.groups[*place], self.users[0]);
                drop(store.remove_participant(owner, id, gone, now).await);
            }
        }
    }

    /// As the hub does.
    fn tell(&mut self, committed: &Committed) {
        let reader = self.users[0];
        if let Event::MessageCreated(message)
        | Event::MessageUpdated(message)
        | Event::MessageDeleted(message) = &committed.event
        {
            self.texts.insert(message.id, message.content.clone());
        }
        let mut is_removed = false;
        if let Event::ConversationUpdated { conversation, added, removed, .. } = &committed.event {
            if added.contains(&reader) {
                self.member_of.insert(conversation.id);
            }
            is_removed = removed.contains(&reader);
            if is_removed {
                self.member_of.remove(&conversation.id);
                self.ever_out.insert(conversation.id);
                let here = self.messages.iter().filter(|(_, _, place)| *place == conversation.id);
                let texts = here.filter_map(|(id, ..)| Some((*id, self.texts.get(id)?.clone())));
                self.left_with.extend(texts);
            }
        }
        let is_hidden = !is_removed && committed.hidden_from.contains(&reader);
        let is_heard = match (&committed.event, committed.audience) {
            (Event::ConversationUpdated { .. }, Audience::Conversation(id)) => {
                is_removed || self.member_of.contains(&id)
            }
            (Event::MessagesRead(read), Audience::Conversation(id)) => {
                let is_about = read.user_id == reader || read.sender_ids.contains(&reader);
                is_about && self.member_of.contains(&id)
            }
            (_, Audience::Conversation(id)) => self.member_of.contains(&id) && !is_hidden,
            (_, Audience::User(id)) => id == reader,
        };
        if !is_heard {
            return;
        }
        self.faithful.learn(&committed.event);
        if self.is_on_line {
            self.wanderer.learn(&committed.event);
            self.settled = committed.position;
            self.own = Some(committed.position);
        }
    }

    /// True if all was given.
    async fn come_back(&mut self, page: usize, taken: usize) -> bool {
        let user_id = self.users[0];
        let device = CallDevice { key: "phone".to_owned(), session_id: None };
        let reader = LogReader { user_id, device, views: Vec::new(), proven: self.own };
        let up_to = self.store.newest_position().await.unwrap();
        let mut span = LogSpan { after: self.settled, up_to };
        let mut left = taken;
        loop {
            let part = self.store.missed_page(reader.clone(), span, page).await.unwrap();
            for missed in part.events {
                if left == 0 {
                    return false;
                }
                left -= 1;
                assert!(missed.settled <= missed.position && missed.settled >= span.after);
                self.wanderer.learn(&missed.event);
                self.settled = missed.settled;
                self.own = Some(missed.position);
            }
            match part.next {
                Some(next) => span.after = next,
                None => return true,
            }
        }
    }

    async fn compare(&mut self) {
        // One more drop: repeats must change nothing.
        for _ in 0..2 {
            self.come_back(3, usize::MAX).await;
        }
        let (faithful, wanderer) = (&self.faithful, &self.wanderer);
        let ids = |known: &Known| known.messages.keys().copied().collect::<Vec<_>>();
        assert_eq!(ids(wanderer), ids(faithful));
        for (id, told) in &faithful.messages {
            let place = self.messages.iter().find(|(known, ..)| known == id).unwrap().2;
            let found = &wanderer.messages[id];
            // What was changed while the user was out was told to neither, and is seen by who is back.
            if !self.ever_out.contains(&place) {
                assert_eq!(found, told);
            } else if !self.member_of.contains(&place) {
                // Who was back for a while may have seen what was changed before, and nothing later.
                let may_know = [&told.0, &self.left_with[id]];
                assert!(found.0.is_none() || may_know.contains(&&found.0), "{found:?}, never told");
            }
        }
        for place in self.groups.iter().filter(|place| !self.ever_out.contains(place)) {
            assert_eq!(wanderer.names.get(place), faithful.names.get(place));
        }
        // A send raises what its sender has read without a word, so that may be known better.
        for (key, seq) in wanderer.reads.iter().filter(|((at, _), _)| !self.ever_out.contains(at)) {
            assert!(faithful.reads.get(key).is_none_or(|told| told <= seq));
        }
        let is_in = |id: &MessageId| {
            let place = self.messages.iter().find(|(known, ..)| known == id).unwrap().2;
            !self.ever_out.contains(&place) && !faithful.messages[id].1
        };
        let reactions = |known: &Known| {
            let reactions = known.reactions.iter().filter(|(id, ..)| is_in(id));
            reactions.cloned().collect::<Vec<_>>()
        };
        assert_eq!(reactions(wanderer), reactions(faithful));
        // Gathered marks may name more messages than those of which the user was told at the time.
        let reads = faithful.read_ids.iter().filter(|(id, _)| is_in(id));
        let untold: Vec<_> = reads.filter(|read| !wanderer.read_ids.contains(read)).collect();
        assert!(untold.is_empty(), "{untold:?}");
        for (place, members) in &faithful.members {
            let reader = self.users[0];
            let knows = wanderer.members[place].contains(&reader);
            assert_eq!(knows, members.contains(&reader), "whether it is in {place}");
        }
    }
}

impl Known {
    fn learn(&mut self, event: &Event) {
        match event {
            Event::MessageCreated(message)
            | Event::MessageUpdated(message)
            | Event::MessageDeleted(message) => {
                let told = (message.content.clone(), message.deleted_at.is_some());
                self.messages.insert(message.id, told);
                self.reactions.retain(|(id, ..)| *id != message.id);
                for reaction in &message.reactions {
                    let key = (message.id, reaction.user_id, reaction.emoji.clone());
                    self.reactions.insert(key);
                }
            }
            Event::ReactionAdded(reaction) => {
                let key = (reaction.message_id, reaction.user_id, reaction.emoji.clone());
                self.reactions.insert(key);
            }
            Event::ReactionRemoved(reaction) => {
                let key = (reaction.message_id, reaction.user_id, reaction.emoji.clone());
                self.reactions.remove(&key);
            }
            Event::MessagesRead(read) => {
                let seq = self.reads.entry((read.conversation_id, read.user_id)).or_default();
                *seq = read.last_read_seq.max(*seq);
                let ids = read.message_ids.iter().map(|id| (*id, read.user_id));
                self.read_ids.extend(ids);
            }
            Event::ConversationUpdated { conversation, .. } => {
                let members = conversation.participants.iter().map(|member| member.user.id);
                self.members.insert(conversation.id, members.collect());
                self.names.insert(conversation.id, conversation.name.clone());
            }
            Event::FriendRequestCreated(_)
            | Event::FriendRequestUpdated(_)
            | Event::GroupJoined(_)
            | Event::BlockChanged { .. }
            | Event::UserErased(_)
            | Event::CallRinging(_)
            | Event::CallSignalled(_)
            | Event::CallAnswered(_)
            | Event::CallEnded(_) => {}
        }
    }
}
