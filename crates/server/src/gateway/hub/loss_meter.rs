//! Whether messages are told without a hole: what operators may see of the promise that none is lost.

use std::collections::HashMap;

use salala_core::ConversationId;

/// Conversations that are remembered; all are forgotten when there are more, and learnt anew.
const CONVERSATIONS_MAX: usize = 100_000;

/// The last message that was told of each conversation in which somebody is here.
///
/// The order and the completeness of what the store gives are proven by tests. This watches the same at
/// work, from what left towards the sockets, without asking the store.
#[derive(Default)]
pub(super) struct LossMeter {
    last_told: HashMap<ConversationId, u64>,
}

impl LossMeter {
    /// A message was handed to this many sockets. Gives how many before it never were.
    pub(super) fn told(&mut self, id: ConversationId, seq: u64, sockets: usize) -> u64 {
        if sockets == 0 {
            self.last_told.remove(&id);
            return 0;
        }
        metrics::counter!("salala_messages_delivered_total").increment(sockets as u64);
        if self.last_told.len() >= CONVERSATIONS_MAX {
            self.last_told.clear();
        }
        let expected = self.last_told.insert(id, seq).map_or(seq, |before| before + 1);
        let missing = seq.saturating_sub(expected);
        if missing > 0 {
            metrics::counter!("salala_messages_lost_total").increment(missing);
            tracing::error!(
                conversation_id = %id,
                first_seq = expected,
                missing,
                "messages were not told to who is connected: report this as a defect"
            );
        }
        missing
    }

    /// Somebody comes in where nobody was: what was told meanwhile was told to nobody, and that is no loss.
    pub(super) fn forget(&mut self, ids: &[ConversationId]) {
        for id in ids {
            self.last_told.remove(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TALK: ConversationId = ConversationId::from_bytes([1; 16]);
    const OTHER: ConversationId = ConversationId::from_bytes([2; 16]);

    #[test]
    fn what_is_missing_between_two_messages_is_counted_once() {
        let mut meter = LossMeter::default();
        assert_eq!(meter.told(TALK, 7, 1), 0, "the first one that somebody here is told");
        assert_eq!(meter.told(OTHER, 1, 1), 0);
        assert_eq!(meter.told(TALK, 8, 3), 0);
        assert_eq!(meter.told(TALK, 11, 3), 2);
        assert_eq!(meter.told(TALK, 12, 3), 0);
        assert_eq!(meter.told(TALK, 12, 3), 0, "a repeat is no loss");
    }

    #[test]
    fn what_nobody_was_here_to_hear_is_no_loss() {
        let mut meter = LossMeter::default();
        meter.told(TALK, 1, 1);
        assert_eq!(meter.told(TALK, 2, 0), 0);
        assert_eq!(meter.told(TALK, 9, 1), 0);
        meter.forget(&[TALK]);
        assert_eq!(meter.told(TALK, 20, 1), 0);
    }

    #[test]
    fn it_remembers_a_bounded_number_of_conversations() {
        let mut meter = LossMeter::default();
        for number in 0..=u64::try_from(CONVERSATIONS_MAX).unwrap() {
            let id = u128::from(number).to_be_bytes();
            meter.told(ConversationId::from_bytes(id), 1, 1);
        }
        assert!(meter.last_told.len() <= CONVERSATIONS_MAX);
    }
}
