//! From committed events to the sockets that hear them.
//!
//! One task delivers, in the order of the log: so every device sees a conversation in `seq` order,
//! and hears of a membership's change in its place among the messages.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use parking_lot::Mutex;
use salala_core::records::{Conversation, MessagesRead};
use salala_core::wire::server_events::UserStatusChanged;
use salala_core::wire::shapes::Status;
use salala_core::wire::{ServerEvent, view};
use salala_core::{ConversationId, UserId};
use salala_socketio::Socket;
use salala_store::log::{Audience, Committed, Event};

use super::call_news::CallNews;
use super::sockets::Sockets;
use super::tell::{encode, tell_typing_stopped};
use super::typing::Typing;
use super::{Caller, rooms};
use crate::presence::Presence;

/// Knows which sockets hear what.
pub(super) struct Hub {
    sockets: Arc<Sockets>,
    presence: Arc<Presence>,
    entering: Mutex<HashMap<UserId, Entering>>,
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

impl Hub {
    pub(super) fn new(sockets: Arc<Sockets>, presence: Arc<Presence>, calls: CallNews) -> Self {
        Self { sockets, presence, entering: Mutex::default(), calls }
    }

    /// Begins a socket's way in, before its conversations are read.
    pub(super) fn begin_entry(&self, user_id: UserId) -> EntryGuard<'_> {
        self.entering.lock().entry(user_id).or_default().sockets += 1;
        EntryGuard { hub: self, user_id }
    }

    /// Hands an event on to everybody who hears it.
    pub(super) fn deliver(&self, committed: Committed, typing: &Typing) {
        let Committed { audience, hidden_from, event, .. } = committed;
        let hidden_from: HashSet<UserId> = hidden_from.into_iter().collect();
        let tell = |event: ServerEvent| self.tell(audience, &hidden_from, &event);
        match event {
            Event::MessageCreated(message) => tell(ServerEvent::NewMessage(view::message(message))),
            Event::MessageUpdated(message) => {
                tell(ServerEvent::MessageUpdated(view::message(message)));
            }
            Event::MessageDeleted(message) => {
                tell(ServerEvent::MessageDeleted(view::message(message)));
            }
            Event::ReactionAdded(reaction) => {
                tell(ServerEvent::ReactionAdded(view::reaction(reaction)));
            }
            Event::ReactionRemoved(reaction) => {
                tell(ServerEvent::ReactionRemoved(view::reaction_removed(reaction)));
            }
            Event::MessagesRead(read) => self.tell_read(read),
            Event::ConversationUpdated { conversation, added, removed } => {
                self.move_members(&conversation, &added, &removed, typing);
                self.tell_conversation(&conversation, &removed, &hidden_from);
            }
            Event::FriendRequestCreated(request) => {
                let request = view::friend_request_with_sender(request, &*self.presence);
                tell(ServerEvent::NewFriendRequest(request));
            }
            Event::FriendRequestUpdated(request) => {
                tell(ServerEvent::FriendRequestUpdated(view::friend_request(&request)));
            }
            Event::BlockChanged { other_id, is_blocked } => {
                if let Audience::User(user_id) = audience {
                    self.note_block(user_id);
                }
                // What the user sees of the other from here on; what the other did before stays told.
                if is_blocked && self.presence.is_online(other_id) {
                    tell(ServerEvent::UserStatusChanged(UserStatusChanged {
                        user_id: other_id,
                        status: Status::Offline,
                        last_seen_at: None,
                    }));
                }
            }
            // Told among the comings and goings.
            Event::UserErased(_) => {}
            Event::CallRinging(call) => self.calls.tell_ringing(&call),
            Event::CallAnswered(call) => self.calls.tell_answered(&call),
            Event::CallSignalled(signal) => {
                if let Audience::User(user_id) = audience {
                    self.calls.tell_signal(user_id, &signal);
                }
            }
            Event::CallEnded(ending) => {
                if let Audience::User(user_id) = audience {
                    self.calls.tell_ended(user_id, &ending);
                }
            }
            Event::GroupJoined(joined) => {
                if let Audience::User(user_id) = audience {
                    tell(ServerEvent::NewGroup(user_id, view::new_group(joined)));
                }
            }
        }
    }

    fn tell(&self, audience: Audience, hidden_from: &HashSet<UserId>, event: &ServerEvent) {
        let room = match audience {
            Audience::Conversation(id) => rooms::members(id),
            Audience::User(id) => rooms::user(id),
        };
        let (Some(audience), Some(packet)) = (self.sockets.to(&room), encode(event)) else {
            return;
        };
        for socket in audience.sockets() {
            if one_of(&socket, hidden_from).is_none() {
                socket.send(&packet);
            }
        }
    }

    /// Read marks are heard by who views the conversation, by the reader's devices and by those of
    /// the messages' senders, as far as they are still members.
    fn tell_read(&self, read: MessagesRead) {
        let members = rooms::members(read.conversation_id);
        let Some(viewers) = self.sockets.to(&rooms::viewers(read.conversation_id)) else { return };
        let audience = read
            .sender_ids
            .iter()
            .chain([&read.user_id])
            .fold(viewers, |audience, user_id| audience.to(&rooms::user(*user_id)));
        let Some(packet) = encode(&ServerEvent::MessagesRead(view::messages_read(read))) else {
            return;
        };
        for socket in audience.sockets() {
            if socket.in_room(&members) {
                socket.send(&packet);
            }
        }
    }

    /// Lets who came into the room of the members, and who went out of it, before either is told.
    fn move_members(
        &self,
        conversation: &Conversation,
        added: &[UserId],
        removed: &[UserId],
        typing: &Typing,
    ) {
        let id = conversation.id;
        let members = rooms::members(id);
        let mut entering = self.entering.lock();
        for user_id in removed {
            if let Some(entering) = entering.get_mut(user_id) {
                entering.removals.push((id, conversation.members_version));
            }
        }
        for socket in self.devices(removed) {
            socket.leave(&members);
            socket.leave(&rooms::viewers(id));
            if typing.stop(&socket, id) {
                tell_typing_stopped(&self.sockets, &socket, id);
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
            let shared = view::shared_conversation(conversation, viewer, &*self.presence);
            let Some(packet) = encode(&ServerEvent::ConversationUpdated(shared)) else { continue };
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
    /// user was taken out of after the reading.
    pub(super) fn finish(self, socket: &Socket, conversations: &[(ConversationId, u64)]) {
        let entering = self.hub.entering.lock();
        let removals = entering.get(&self.user_id).map_or(&[][..], |entering| &entering.removals);
        for (id, version) in conversations {
            let is_stale = removals
                .iter()
                .any(|(removed_id, removed_version)| removed_id == id && removed_version > version);
            if !is_stale {
                socket.join(&rooms::members(*id));
            }
        }
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
