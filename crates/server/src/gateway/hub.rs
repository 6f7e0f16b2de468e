//! From committed events to the sockets that hear them.
//!
//! One task delivers, in the order of the log: so every device sees a conversation in `seq` order,
//! and hears of a membership's change in its place among the messages.

use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use parking_lot::Mutex;
use salala_core::records::{Conversation, MessagesRead};
use salala_core::wire::{ServerEvent, view};
use salala_core::{ConversationId, UserId};
use salala_socketio::{Packet, Socket};
use salala_store::log::{Audience, Committed, Event};
use salala_store::ports::sessions::Acquaintances;
use tokio::sync::watch;
use tokio::time::timeout;

use super::call_news::CallNews;
use super::recovery::Offsets;
use super::sockets::Sockets;
use super::tell::{encode, server_event, tell_typing_stopped, updated_event};
use super::typing::Typing;
use super::{Caller, rooms};
use crate::presence::Presence;

/// Knows which sockets hear what, and how far the log was told.
pub(super) struct Hub {
    sockets: Arc<Sockets>,
    presence: Arc<Presence>,
    offsets: Arc<Offsets>,
    /// Held while an event is handed on, so that a socket comes in before all of it or after.
    entering: Mutex<HashMap<UserId, Entering>>,
    /// Changes whenever more of the log was told, and with the start.
    progress: watch::Sender<()>,
    pub(super) calls: CallNews,
}

/// Sockets of a user that are between reading their conversations and being in their rooms.
#[derive(Default)]
struct Entering {
    sockets: usize,
    /// Conversations that the user was taken out of meanwhile, with the `members_version` of it. What
    /// was read before that version must not bring the socket back in.
    removals: Vec<(ConversationId, u64)>,
}

/// One socket's way in. Dropped without [`EntryGuard::finish`], the socket was not let in.
pub(super) struct EntryGuard<'a> {
    hub: &'a Hub,
    user_id: UserId,
}

/// How long an entry waits for events that the store has committed. They are told at once, so what
/// does not come was written by another process, and nobody will tell it.
const COMMITS_TIMEOUT: Duration = Duration::from_secs(5);

impl Hub {
    pub(super) fn new(sockets: Arc<Sockets>, presence: Arc<Presence>, calls: CallNews) -> Self {
        let offsets = Arc::clone(&calls.offsets);
        let progress = watch::Sender::new(());
        Self { sockets, presence, offsets, entering: Mutex::default(), calls, progress }
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

    /// Begins a socket's way in, before its conversations are read.
    pub(super) fn begin_entry(&self, user_id: UserId) -> EntryGuard<'_> {
        self.entering.lock().entry(user_id).or_default().sockets += 1;
        EntryGuard { hub: self, user_id }
    }

    /// Hands events on to everybody who hears them.
    pub(super) fn deliver(
        &self,
        batch: Vec<Committed>,
        typing: &Typing,
        tell_erased: &dyn Fn(UserId, &Acquaintances),
    ) {
        for committed in batch {
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
                committed => self.deliver_one(committed, &mut entering, typing),
            };
            if catch_unwind(AssertUnwindSafe(deliver)).is_err() {
                tracing::error!("an event could not be told, and was passed over");
            }
            self.offsets.advance(position);
        }
        self.progress.send_replace(());
    }

    fn deliver_one(
        &self,
        committed: Committed,
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
            Event::ConversationUpdated { conversation, added, removed } => {
                self.move_members(entering, &conversation, (&added, &removed), typing);
                self.tell_conversation(&conversation, &removed, &hidden_from, &offset);
            }
            Event::CallRinging(call) => self.calls.tell_ringing(&call),
            Event::CallAnswered(call) => self.calls.tell_answered(&call),
            Event::CallSignalled(signal) => {
                if let Audience::User(user_id) = audience {
                    self.calls.tell_signal(user_id, &signal);
                }
            }
            Event::CallEnded(ending) => {
                if let Audience::User(user_id) = audience {
                    self.calls.tell_ended(user_id, &ending, is_durable.then_some(&*offset));
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
                let told = server_event(event, audience, &self.presence);
                if let Some(packet) = told.and_then(|event| encode(&event, &offset)) {
                    self.tell(audience, &hidden_from, &packet);
                }
            }
        }
    }

    fn tell(&self, audience: Audience, hidden_from: &HashSet<UserId>, packet: &Packet) {
        let room = match audience {
            Audience::Conversation(id) => rooms::members(id),
            Audience::User(id) => rooms::user(id),
        };
        let Some(audience) = self.sockets.to(&room) else { return };
        for socket in audience.sockets() {
            if one_of(&socket, hidden_from).is_none() {
                socket.send(packet);
            }
        }
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
                tell_typing_stopped(&self.sockets, &socket, id, &self.offsets);
            }
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
        offset: &str,
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
            let event = updated_event(conversation, viewer, &self.presence);
            let Some(packet) = encode(&event, offset) else { continue };
            for socket in sockets {
                socket.send(&packet);
            }
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

impl EntryGuard<'_> {
    /// Lets the socket into the rooms of the conversations that were read, but for those that its
    /// user was taken out of after the reading; and into those of `views` as far as it is a member.
    ///
    /// Gives the position in the log from which on it hears everything: not before the one at which
    /// memberships were read, since what was told before may be from before the user came.
    pub(super) async fn finish(
        self,
        socket: &Socket,
        acquaintances: &Acquaintances,
        views: &[ConversationId],
    ) -> u64 {
        let hub = self.hub;
        let position = acquaintances.position;
        let mut progress = hub.progress.subscribe();
        let told = progress.wait_for(|()| hub.offsets.told() >= position);
        if timeout(COMMITS_TIMEOUT, told).await.is_err() {
            tracing::warn!(position, "another process wrote events, which were told to nobody");
            hub.offsets.advance(position);
        }
        let entering = hub.entering.lock();
        let removals = entering.get(&self.user_id).map_or(&[][..], |entering| &entering.removals);
        for (id, version) in &acquaintances.conversations {
            let is_stale = removals
                .iter()
                .any(|(removed_id, removed_version)| removed_id == id && removed_version > version);
            if !is_stale {
                socket.join(&rooms::members(*id));
            }
        }
        for id in views {
            if socket.in_room(&rooms::members(*id)) {
                socket.join(&rooms::viewers(*id));
            }
        }
        // What was emitted on the way in is of events up to here: they are told by a replay, or were
        // before the session began.
        socket.discard_held();
        hub.offsets.told()
    }
}

impl Drop for EntryGuard<'_> {
    fn drop(&mut self) {
        let mut entering = self.hub.entering.lock();
        if let Some(counted) = entering.get_mut(&self.user_id) {
            counted.sockets -= 1;
            if counted.sockets == 0 {
                entering.remove(&self.user_id);
            }
        }
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
