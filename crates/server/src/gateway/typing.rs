//! Who is writing where, from which socket; kept for six seconds after the last sign of it.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use parking_lot::Mutex;
use salala_core::ConversationId;
use salala_socketio::Socket;
use tokio::time::Instant;

/// How long a `typing` lasts unless it is repeated.
const LASTS: Duration = Duration::from_secs(6);

/// Conversations in which one socket may be typing at once; a further one pushes out the oldest
/// without a word, since no person types in so many.
const PER_SOCKET_MAX: usize = 16;

/// Who is writing where. Generic over the socket so that its arithmetic is tested without one.
#[derive(Debug)]
pub(super) struct Typing<S = Socket> {
    active: Mutex<HashMap<S, Vec<(ConversationId, Instant)>>>,
}

impl<S> Default for Typing<S> {
    fn default() -> Self {
        Self { active: Mutex::default() }
    }
}

impl<S: Clone + Eq + Hash> Typing<S> {
    /// Notes a sign of writing.
    pub(super) fn start(&self, socket: &S, conversation_id: ConversationId, now: Instant) {
        let mut active = self.active.lock();
        let conversations = active.entry(socket.clone()).or_default();
        conversations.retain(|(id, _)| *id != conversation_id);
        if conversations.len() == PER_SOCKET_MAX {
            conversations.remove(0);
        }
        conversations.push((conversation_id, now));
    }

    /// Forgets a writer in one conversation; true if they were writing.
    pub(super) fn stop(&self, socket: &S, conversation_id: ConversationId) -> bool {
        let mut active = self.active.lock();
        let Some(conversations) = active.get_mut(socket) else { return false };
        let before = conversations.len();
        conversations.retain(|(id, _)| *id != conversation_id);
        let was_active = conversations.len() < before;
        if conversations.is_empty() {
            active.remove(socket);
        }
        was_active
    }

    /// Forgets a socket; gives where it was writing.
    pub(super) fn stop_all(&self, socket: &S) -> Vec<ConversationId> {
        let conversations = self.active.lock().remove(socket).unwrap_or_default();
        conversations.into_iter().map(|(id, _)| id).collect()
    }

    /// Takes out those of whom nothing was heard for long enough.
    pub(super) fn take_expired(&self, now: Instant) -> Vec<(S, ConversationId)> {
        let mut expired = Vec::new();
        self.active.lock().retain(|socket, conversations| {
            conversations.retain(|(id, at)| {
                let is_over = now.saturating_duration_since(*at) >= LASTS;
                if is_over {
                    expired.push((socket.clone(), *id));
                }
                !is_over
            });
            !conversations.is_empty()
        });
        expired
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: ConversationId = ConversationId::from_bytes([1; 16]);
    const THERE: ConversationId = ConversationId::from_bytes([2; 16]);

    #[test]
    fn typing_lasts_six_seconds_after_its_last_sign() {
        let typing = Typing::<u8>::default();
        let now = Instant::now();
        typing.start(&1, HERE, now);
        typing.start(&1, THERE, now);
        typing.start(&1, HERE, now + LASTS / 2);
        assert_eq!(typing.take_expired(now + LASTS), [(1, THERE)]);
        assert!(typing.take_expired(now + LASTS).is_empty());
        assert_eq!(typing.take_expired(now + LASTS * 2), [(1, HERE)]);
    }

    #[test]
    fn a_stop_is_told_once() {
        let typing = Typing::<u8>::default();
        typing.start(&1, HERE, Instant::now());
        assert!(!typing.stop(&2, HERE));
        assert!(typing.stop(&1, HERE));
        assert!(!typing.stop(&1, HERE));
        assert!(typing.stop_all(&1).is_empty());
    }

    #[test]
    fn one_socket_cannot_fill_the_table() {
        let typing = Typing::<u8>::default();
        for number in 0..=255 {
            typing.start(&1, ConversationId::from_bytes([number; 16]), Instant::now());
        }
        assert_eq!(typing.stop_all(&1).len(), PER_SOCKET_MAX);
    }
}
