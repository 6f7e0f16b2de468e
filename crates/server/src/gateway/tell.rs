//! From an event to the sockets of an audience.

use salala_core::records::Conversation;
use salala_core::wire::server_events::{TypingUser, UserStatusChanged};
use salala_core::wire::shapes::Status;
use salala_core::wire::view::FileLinks;
use salala_core::wire::{ServerEvent, view};
use salala_core::{ConversationId, UserId};
use salala_socketio::{Broadcast, Packet, Socket};
use salala_store::log::{Audience, Event};
use serde::Serialize;

use super::recovery::Offsets;
use super::relay::Relay;
use super::sockets::Sockets;
use super::{Caller, rooms};
use crate::presence::Statuses;

/// An event as a packet, with the offset that a client has reached by it.
pub(super) fn encode(event: &ServerEvent, offset: &str) -> Option<Packet> {
    encode_named(&event.name(), event, offset)
}

/// The same by name and payload. None of our shapes can fail to encode; should one, that is a defect
/// of ours which must not take the delivering task down.
pub(super) fn encode_named(name: &str, payload: &impl Serialize, offset: &str) -> Option<Packet> {
    match Packet::event_with_offset(name, payload, offset) {
        Ok(packet) => Some(packet),
        Err(error) => {
            tracing::error!(%error, "an event could not be encoded");
            None
        }
    }
}

/// Those of whom an event shows whether they are online: to be asked for before it is told.
pub(super) fn shown_in(event: &Event) -> Vec<UserId> {
    match event {
        Event::ConversationUpdated { conversation, .. } => conversation.participant_ids().collect(),
        Event::FriendRequestCreated(request) => vec![request.sender.id],
        Event::BlockChanged { other_id, is_blocked: true } => vec![*other_id],
        Event::BlockChanged { is_blocked: false, .. }
        | Event::MessageCreated(_)
        | Event::MessageUpdated(_)
        | Event::MessageDeleted(_)
        | Event::ReactionAdded(_)
        | Event::ReactionRemoved(_)
        | Event::MessagesRead(_)
        | Event::FriendRequestUpdated(_)
        | Event::GroupJoined(_)
        | Event::UserErased(_)
        | Event::CallRinging(_)
        | Event::CallSignalled(_)
        | Event::CallAnswered(_)
        | Event::CallEnded(_) => Vec::new(),
    }
}

/// What an event is on the wire that all of its audience hear alike; `None` for one that nobody is
/// told.
pub(super) fn server_event(
    event: Event,
    audience: Audience,
    statuses: &Statuses,
    links: &dyn FileLinks,
) -> Option<ServerEvent> {
    Some(match event {
        Event::MessageCreated(message) => ServerEvent::NewMessage(view::message(message, links)),
        Event::MessageUpdated(message) => {
            ServerEvent::MessageUpdated(view::message(message, links))
        }
        Event::MessageDeleted(message) => {
            ServerEvent::MessageDeleted(view::message(message, links))
        }
        Event::ReactionAdded(reaction) => ServerEvent::ReactionAdded(view::reaction(reaction)),
        Event::ReactionRemoved(reaction) => {
            ServerEvent::ReactionRemoved(view::reaction_removed(reaction))
        }
        Event::MessagesRead(read) => ServerEvent::MessagesRead(view::messages_read(read)),
        Event::ConversationUpdated { conversation, .. } => {
            updated_event(*conversation, None, statuses, links)
        }
        Event::FriendRequestCreated(request) => {
            ServerEvent::NewFriendRequest(view::friend_request_with_sender(request, statuses))
        }
        Event::FriendRequestUpdated(request) => {
            ServerEvent::FriendRequestUpdated(view::friend_request(&request))
        }
        Event::BlockChanged { other_id, is_blocked } => {
            // What the user sees of the other from here on; what the other did before stays told.
            if !is_blocked || !statuses.is_online(other_id) {
                return None;
            }
            ServerEvent::UserStatusChanged(UserStatusChanged {
                user_id: other_id,
                status: Status::Offline,
                last_seen_at: None,
            })
        }
        // Told among the comings and goings, or the calls.
        Event::UserErased(_)
        | Event::CallRinging(_)
        | Event::CallSignalled(_)
        | Event::CallAnswered(_) => return None,
        Event::CallEnded(ending) => match audience {
            Audience::User(user_id) => view::call_over(&ending, ending.call.side_of(user_id)?),
            Audience::Conversation(_) => return None,
        },
        Event::GroupJoined(joined) => match audience {
            Audience::User(user_id) => ServerEvent::NewGroup(user_id, view::new_group(joined)),
            Audience::Conversation(_) => return None,
        },
    })
}

/// A conversation's change, to a viewer who is one of its blocks or to all others.
pub(super) fn updated_event(
    conversation: Conversation,
    viewer: Option<UserId>,
    statuses: &Statuses,
    links: &dyn FileLinks,
) -> ServerEvent {
    let shown = view::shared_conversation(conversation, viewer, statuses, links);
    ServerEvent::ConversationUpdated(shown)
}

/// Tells something that may be dropped where a client reads slowly.
pub(super) fn send_volatile(audience: &Broadcast, event: &ServerEvent, offsets: &Offsets) {
    if let Some(packet) = encode(event, &offsets.passing()) {
        audience.clone().volatile().send(&packet);
    }
}

/// Tells viewers that the user behind a socket stopped writing.
pub(super) fn tell_typing_stopped(
    sockets: &Sockets,
    socket: &Socket,
    conversation_id: ConversationId,
    (offsets, relay): (&Offsets, &Relay),
) {
    let Some(caller) = socket.data::<Caller>() else { return };
    let typing = TypingUser { user_id: caller.user_id, conversation_id };
    relay.tell_typing(typing, false);
    let event = ServerEvent::UserStopTyping(typing);
    if let Some(viewers) = sockets.to(&rooms::viewers(conversation_id)) {
        send_volatile(&viewers.except(socket), &event, offsets);
    }
}
