//! From committed events to the sockets that hear them.
//!
//! One task delivers, in the order of the log: so every device sees a conversation in `seq` order,
//! and hears of a membership's change in its place among the messages.

mod entering;
mod loss_meter;

use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;
use salala_core::UserId;
use salala_core::records::{Conversation, MessagesRead};
use salala_core::wire::view::FileLinks;
use salala_core::wire::{ServerEvent, view};
use salala_socketio::{DisconnectReason, Packet, Socket};
use salala_store::Store;
use salala_store::log::{Audience, Commits, Committed, Event, Interest};
use salala_store::ports::sessions::Acquaintances;
use tokio::sync::watch;

use self::entering::{Entering, RoomsHere};
use self::loss_meter::LossMeter;
use super::call_news::{CallNews, count_call};
use super::recovery::Offsets;
use super::relay::Relay;
use super::sockets::Sockets;
use super::tell::{encode, server_event, tell_typing_stopped, updated_event};
use super::typing::Typing;
use super::{Caller, rooms};
use crate::presence::Statuses;

/// Knows which sockets hear what, and how far the log was told.
pub(super) struct Hub {
    sockets: Arc<Sockets>,
    relay: Arc<Relay>,
    offsets: Arc<Offsets>,
    /// Held while an event is handed on, so that a socket comes in before all of it or after.
    entering: Mutex<HashMap<UserId, Entering>>,
    meter: Mutex<LossMeter>,
    /// Changes whenever more of the log was told, and with the start.
    progress: watch::Sender<()>,
    /// What of other processes' events is heard here.
    interest: Arc<RoomsHere>,
    /// All of the log is told here, whoever wrote it.
    hears_others: AtomicBool,
    /// For the files of messages.
    links: Arc<dyn FileLinks>,
    pub(super) calls: CallNews,
}

impl Hub {
    pub(super) fn new(
        sockets: Arc<Sockets>,
        relay: Arc<Relay>,
        calls: CallNews,
        links: Arc<dyn FileLinks>,
    ) -> Self {
        let offsets = Arc::clone(&calls.offsets);
        let progress = watch::Sender::new(());
        let interest = Arc::new(RoomsHere::new(Arc::clone(&sockets), Arc::clone(&offsets)));
        let hears_others = AtomicBool::new(false);
        Self {
            sockets,
            relay,
            offsets,
            entering: Mutex::default(),
            meter: Mutex::default(),
            progress,
            interest,
            hears_others,
            links,
            calls,
        }
    }

    /// Lets the store tell what other processes write, as far as it is heard here.
    pub(super) fn hear_others(&self, store: &dyn Store) {
        let is_heard = store.hear_others(Arc::clone(&self.interest) as Arc<dyn Interest>);
        self.hears_others.store(is_heard, Ordering::Relaxed);
    }

    /// What offsets are made with.
    pub(super) fn offsets(&self) -> &Arc<Offsets> {
        &self.offsets
    }

    /// Begins: what the log held before is told to nobody.
    pub(super) fn start(&self, epoch: [u8; 16], position: u64) {
        self.offsets.start(epoch, position);
        self.progress.send_replace(());
    }

    /// Waits until it has begun.
    pub(super) async fn started(&self) {
        let mut progress = self.progress.subscribe();
        // The sender lives as long as the hub, so waiting does not fail.
        drop(progress.wait_for(|()| self.offsets.epoch().is_some()).await);
    }

    /// Hands events on to everybody who hears them; `statuses` are of those whom they show.
    pub(super) fn deliver(
        &self,
        commits: Commits,
        statuses: &Statuses,
        typing: &Typing,
        tell_erased: &dyn Fn(UserId, &Acquaintances),
    ) {
        if commits.is_after_gap {
            self.send_away_all();
        }
        for committed in commits.events {
            let mut entering = self.entering.lock();
            let position = committed.position;
            // One event that a defect of ours cannot tell must not silence all that follow.
            let deliver = || match committed {
                // Told among the comings and goings.
                Committed {
                    audience: Audience::User(user_id),
                    event: Event::UserErased(acquaintances),
                    ..
                } => tell_erased(user_id, &acquaintances),
                committed => self.deliver_one(committed, statuses, &mut entering, typing),
            };
            if catch_unwind(AssertUnwindSafe(deliver)).is_err() {
                tracing::error!("an event could not be told, and was passed over");
            }
            self.offsets.advance(position);
        }
        self.offsets.advance(commits.up_to);
        self.progress.send_replace(());
    }

    /// Lets everybody come in anew: what they missed can no longer be told, and `sync` tells them.
    fn send_away_all(&self) {
        tracing::error!(
            "a part of the log was trimmed before it was told; all clients come in anew"
        );
        if let Some(all) = self.sockets.all() {
            all.close_transport(DisconnectReason::ForcedClose);
        }
    }

    fn deliver_one(
        &self,
        committed: Committed,
        statuses: &Statuses,
        entering: &mut HashMap<UserId, Entering>,
        typing: &Typing,
    ) {
        let Committed { position, audience, hidden_from, event, .. } = committed;
        let hidden_from: HashSet<UserId> = hidden_from.into_iter().collect();
        let is_durable = event.is_durable();
        // In one node everything before this event was told.
        let offset = self.offsets.durable(position, position);
        match event {
            Event::MessagesRead(read) => self.tell_read(read, &offset),
            Event::ConversationUpdated { conversation, added, removed, has_moved_on } => {
                self.move_members(entering, &conversation, (&added, &removed), typing);
                let gone = if has_moved_on { &removed[..] } else { &[] };
                self.tell_parting(&conversation, gone, (statuses, &offset));
                let removed = if has_moved_on { &[] } else { &removed[..] };
                self.tell_conversation(&conversation, removed, &hidden_from, (statuses, &offset));
            }
            event @ (Event::CallRinging(_)
            | Event::CallAnswered(_)
            | Event::CallSignalled(_)
            | Event::CallEnded(_)) => {
                if let Audience::User(user_id) = audience {
                    count_call(user_id, &event);
                    // The log tells the durable end to every node.
                    if !is_durable {
                        self.relay.tell_call(user_id, &event);
                    }
                    self.calls.tell(user_id, &event, is_durable.then_some(&*offset));
                }
            }
            event @ (Event::MessageCreated(_)
            | Event::MessageUpdated(_)
            | Event::MessageDeleted(_)
            | Event::ReactionAdded(_)
            | Event::ReactionRemoved(_)
            | Event::FriendRequestCreated(_)
            | Event::FriendRequestUpdated(_)
            | Event::GroupJoined(_)
            | Event::BlockChanged { .. }
            | Event::UserErased(_)) => {
                if let (Event::BlockChanged { .. }, Audience::User(user_id)) = (&event, audience) {
                    self.note_block(user_id);
                }
                let mut created = None;
                if let Event::MessageCreated(message) = &event {
                    created = Some((message.conversation_id, message.seq));
                }
                let told = server_event(event, audience, statuses, &*self.links);
                if let Some(packet) = told.and_then(|event| encode(&event, &offset)) {
                    let sockets = self.tell(audience, &hidden_from, &packet);
                    if let Some((id, seq)) = created {
                        self.meter.lock().told(id, seq, sockets);
                    }
                }
            }
        }
    }

    /// Gives how many sockets it was handed to.
    fn tell(&self, audience: Audience, hidden_from: &HashSet<UserId>, packet: &Packet) -> usize {
        let room = match audience {
            Audience::Conversation(id) => rooms::members(id),
            Audience::User(id) => rooms::user(id),
        };
        let Some(audience) = self.sockets.to(&room) else { return 0 };
        let mut sockets = audience.sockets();
        sockets.retain(|socket| one_of(socket, hidden_from).is_none());
        for socket in &sockets {
            socket.send(packet);
        }
        sockets.len()
    }

    /// Read marks are heard by who views the conversation, by the reader's devices and by those of
    /// the messages' senders, as far as they are still members.
    fn tell_read(&self, read: MessagesRead, offset: &str) {
        let members = rooms::members(read.conversation_id);
        let Some(viewers) = self.sockets.to(&rooms::viewers(read.conversation_id)) else { return };
        let audience = read
            .sender_ids
            .iter()
            .chain([&read.user_id])
            .fold(viewers, |audience, user_id| audience.to(&rooms::user(*user_id)));
        let event = ServerEvent::MessagesRead(view::messages_read(read));
        let Some(packet) = encode(&event, offset) else { return };
        for socket in audience.sockets() {
            if socket.in_room(&members) {
                socket.send(&packet);
            }
        }
    }

    /// Lets who came into the room of the members, and who went out of it, before either is told.
    fn move_members(
        &self,
        entering: &mut HashMap<UserId, Entering>,
        conversation: &Conversation,
        (added, removed): (&[UserId], &[UserId]),
        typing: &Typing,
    ) {
        let id = conversation.id;
        let members = rooms::members(id);
        for user_id in removed {
            if let Some(entering) = entering.get_mut(user_id) {
                entering.removals.push((id, conversation.members_version));
            }
        }
        for socket in self.devices(removed) {
            socket.leave(&members);
            socket.leave(&rooms::viewers(id));
            if typing.stop(&socket, id) {
                tell_typing_stopped(&self.sockets, &socket, id, (&self.offsets, &self.relay));
            }
        }
        if !self.sockets.has_room(&members) {
            self.meter.lock().forget(&[id]);
        }
        for socket in self.devices(added) {
            socket.join(&members);
        }
    }

    /// Tells the members and who was removed; those who may not see the last message, without it, and
    /// those of a block without the other's comings and goings.
    fn tell_conversation(
        &self,
        conversation: &Conversation,
        removed: &[UserId],
        hidden_from: &HashSet<UserId>,
        (statuses, offset): (&Statuses, &str),
    ) {
        let Some(present) = self.sockets.to(&rooms::members(conversation.id)) else { return };
        let audience = present.sockets().into_iter().chain(self.devices(removed));
        let blocked: HashSet<UserId> =
            conversation.blocks.iter().flat_map(|&(one, other)| [one, other]).collect();
        let mut groups: HashMap<(bool, Option<UserId>), Vec<Socket>> = HashMap::new();
        for socket in audience {
            let viewer = one_of(&socket, &blocked);
            let is_blind = one_of(&socket, hidden_from).is_some();
            groups.entry((is_blind, viewer)).or_default().push(socket);
        }
        for ((is_blind, viewer), sockets) in groups {
            let mut conversation = conversation.clone();
            conversation.last_message = conversation.last_message.filter(|_| !is_blind);
            let event = updated_event(conversation, viewer, statuses, &*self.links);
            let Some(packet) = encode(&event, offset) else { continue };
            for socket in sockets {
                socket.send(&packet);
            }
        }
    }

    /// Tells who went that the conversation goes on without them, and nothing of what it is now.
    fn tell_parting(
        &self,
        conversation: &Conversation,
        gone: &[UserId],
        (statuses, offset): (&Statuses, &str),
    ) {
        if gone.is_empty() {
            return;
        }
        let conversation = without_present(conversation);
        let event = updated_event(conversation, None, statuses, &*self.links);
        let Some(packet) = encode(&event, offset) else { return };
        for socket in self.devices(gone) {
            socket.send(&packet);
        }
    }

    /// Lets the devices of a user ask for blocks from here on, also those that are just coming in.
    fn note_block(&self, user_id: UserId) {
        for socket in self.devices(&[user_id]) {
            if let Some(caller) = socket.data::<Caller>() {
                caller.has_met_block.store(true, Ordering::Relaxed);
            }
        }
    }

    fn devices(&self, user_ids: &[UserId]) -> impl Iterator<Item = Socket> {
        user_ids
            .iter()
            .filter_map(|user_id| self.sockets.to(&rooms::user(*user_id)))
            .flat_map(|room| room.sockets())
    }
}

/// A conversation of which nothing is shown that may have come after somebody went.
fn without_present(conversation: &Conversation) -> Conversation {
    Conversation {
        name: None,
        avatar: None,
        participants: Vec::new(),
        blocks: Vec::new(),
        last_message: None,
        ..conversation.clone()
    }
}

/// The socket's user, if they are one of these.
fn one_of(socket: &Socket, user_ids: &HashSet<UserId>) -> Option<UserId> {
    // Mostly there are none, and the look at each socket is spared.
    if user_ids.is_empty() {
        return None;
    }
    socket.data::<Caller>().map(|caller| caller.user_id).filter(|id| user_ids.contains(id))
}
