//! From an event to the sockets of an audience.

use salala_core::ConversationId;
use salala_core::wire::ServerEvent;
use salala_core::wire::server_events::TypingUser;
use salala_socketio::{Broadcast, Packet, Socket};

use super::sockets::Sockets;
use super::{Caller, rooms};

/// An event as a packet. None of its shapes can fail to encode; should one, that is a defect of ours
/// which must not take the delivering task down.
pub(super) fn encode(event: &ServerEvent) -> Option<Packet> {
    match Packet::event(&event.name(), event) {
        Ok(packet) => Some(packet),
        Err(error) => {
            tracing::error!(%error, "an event could not be encoded");
            None
        }
    }
}

/// Tells something that may be dropped where a client reads slowly.
pub(super) fn send_volatile(audience: &Broadcast, event: &ServerEvent) {
    if let Some(packet) = encode(event) {
        audience.clone().volatile().send(&packet);
    }
}

/// Tells viewers that the user behind a socket stopped writing.
pub(super) fn tell_typing_stopped(
    sockets: &Sockets,
    socket: &Socket,
    conversation_id: ConversationId,
) {
    let Some(caller) = socket.data::<Caller>() else { return };
    let event =
        ServerEvent::UserStopTyping(TypingUser { user_id: caller.user_id, conversation_id });
    if let Some(viewers) = sockets.to(&rooms::viewers(conversation_id)) {
        send_volatile(&viewers.except(socket), &event);
    }
}
