//! From committed events to the sockets that hear them.
//!
//! One task delivers, in the order of the log: so every device sees a conversation in `seq` order,
//! and hears of a membership's change in its place among the messages.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use salala_core::records::{Conversation, MessagesRead};
use salala_core::wire::{ServerEvent, view};
use salala_core::{ConversationId, UserId};
use salala_socketio::{Broadcast, Socket};
use salala_store::log::{Audience, Committed, Event};

use super::rooms;
use super::sockets::Sockets;
use super::tell::{encode, tell_typing_stopped};
use super::typing::Typing;
use crate::presence::Presence;

/// Knows which sockets hear what.
pub(super) struct Hub {
    sockets: Arc<Sockets>,
    presence: Arc<Presence>,
    entering: Mutex<HashMap<UserId, Entering>>,
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
    pub(super) fn new(sockets: Arc<Sockets>, presence: Arc<Presence>) -> Self {
        Self { sockets, presence, entering: Mutex::default() }
    }

    /// Begins a socket's way in, before its conversations are read.
    pub(super) fn begin_entry(&self, user_id: UserId) -> EntryGuard<'_> {
        self.entering.lock().entry(user_id).or_default().sockets += 1;
        EntryGuard { hub: self, user_id }
    }

    /// Hands an event on to everybody who hears it.
    pub(super) fn deliver(&self, committed: Committed, typing: &Typing) {
        let Committed { audience, event, .. } = committed;
        match event {
            Event::MessageCreated(message) => {
                self.tell(audience, &ServerEvent::NewMessage(view::message(message)));
            }
            Event::MessageUpdated(message) => {
                self.tell(audience, &ServerEvent::MessageUpdated(view::message(message)));
            }
            Event::MessageDeleted(message) => {
                self.tell(audience, &ServerEvent::MessageDeleted(view::message(message)));
            }
            Event::ReactionAdded(reaction) => {
                self.tell(audience, &ServerEvent::ReactionAdded(view::reaction(reaction)));
            }
            Event::ReactionRemoved(reaction) => {
                let removed = view::reaction_removed(reaction);
                self.tell(audience, &ServerEvent::ReactionRemoved(removed));
            }
            Event::MessagesRead(read) => self.tell_read(read),
            Event::ConversationUpdated { conversation, added, removed } => {
                self.tell_conversation(conversation, &added, &removed, typing);
            }
            Event::FriendRequestCreated(request) => {
                let request = view::friend_request_with_sender(request, &*self.presence);
                self.tell(audience, &ServerEvent::NewFriendRequest(request));
            }
            Event::FriendRequestUpdated(request) => {
                let request = view::friend_request(&request);
                self.tell(audience, &ServerEvent::FriendRequestUpdated(request));
            }
            Event::GroupJoined(joined) => {
                if let Audience::User(user_id) = audience {
                    let event = ServerEvent::NewGroup(user_id, view::new_group(joined));
                    self.tell(audience, &event);
                }
            }
        }
    }

    fn tell(&self, audience: Audience, event: &ServerEvent) {
        let room = match audience {
            Audience::Conversation(id) => rooms::members(id),
            Audience::User(id) => rooms::user(id),
        };
        if let (Some(sockets), Some(packet)) = (self.sockets.to(&room), encode(event)) {
            sockets.send(&packet);
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

    /// Members come in before the news is told, and go after they were told.
    fn tell_conversation(
        &self,
        conversation: Conversation,
        added: &[UserId],
        removed: &[UserId],
        typing: &Typing,
    ) {
        let id = conversation.id;
        let members = rooms::members(id);
        let version = conversation.members_version;
        {
            let mut entering = self.entering.lock();
            for user_id in removed {
                if let Some(entering) = entering.get_mut(user_id) {
                    entering.removals.push((id, version));
                }
            }
            self.each_socket(removed, |socket| {
                socket.leave(&members);
                socket.leave(&rooms::viewers(id));
                if typing.stop(socket, id) {
                    tell_typing_stopped(&self.sockets, socket, id);
                }
            });
            self.each_socket(added, |socket| socket.join(&members));
        }
        let newcomers_view = (!added.is_empty() && conversation.last_message.is_some())
            .then(|| Conversation { last_message: None, ..conversation.clone() });
        let shared = |conversation| {
            ServerEvent::ConversationUpdated(view::shared_conversation(
                conversation,
                &*self.presence,
            ))
        };
        let Some(packet) = encode(&shared(conversation)) else { return };
        // The newest message was written before newcomers came, so it is not theirs to see.
        let newcomers_packet = newcomers_view.and_then(|view| encode(&shared(view)));
        let Some(mut present) = self.sockets.to(&members) else { return };
        if let Some(newcomers_packet) = newcomers_packet {
            self.each_socket(added, |socket| socket.send(&newcomers_packet));
            for user_id in added {
                present = present.except_room(&rooms::user(*user_id));
            }
        }
        present.send(&packet);
        self.each_socket(removed, |socket| socket.send(&packet));
    }

    fn each_socket(&self, user_ids: &[UserId], mut act: impl FnMut(&Socket)) {
        for user_id in user_ids {
            for socket in
                self.sockets.to(&rooms::user(*user_id)).iter().flat_map(Broadcast::sockets)
            {
                act(&socket);
            }
        }
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
