//! Read marks: what is told of them, and how they are cut into rows, of which none crosses the border of a
//! block of 256 `seq`.
//!
//! So the marks over a page of history end within the block of its newest message, and are found by
//! their ends without a look at the marks over all that came after it.

use std::collections::BTreeSet;

use salala_core::Timestamp;
use salala_core::ids::{ConversationId, MessageId, UserId};
use salala_core::records::MessagesRead;

/// A message that is marked, and who sent it.
#[derive(Clone, Copy)]
pub(crate) struct Mark {
    pub(crate) id: MessageId,
    pub(crate) sender_id: UserId,
}

/// What is told of a reader's marks, which are in `seq` order.
pub(crate) fn marks_read(
    (conversation_id, user_id): (ConversationId, UserId),
    marks: impl IntoIterator<Item = Mark>,
    last_read_seq: u64,
    read_at: Timestamp,
) -> MessagesRead {
    let mut sender_ids = BTreeSet::new();
    let mut message_ids = Vec::new();
    for mark in marks {
        message_ids.push(mark.id);
        sender_ids.insert(mark.sender_id);
    }
    MessagesRead {
        conversation_id,
        user_id,
        message_ids,
        sender_ids: sender_ids.into_iter().collect(),
        read_at,
        last_read_seq,
    }
}

/// How many `seq` a block has. A page then looks at no more than this many marks of a reader beside
/// its own; reading a million messages at once writes some 4,000 rows.
const BLOCK: u64 = 256;

/// The run cut at the borders of blocks, oldest piece first.
pub(crate) fn pieces((first, last): (u64, u64)) -> impl Iterator<Item = (u64, u64)> {
    let mut next = Some(first).filter(|first| *first <= last);
    std::iter::from_fn(move || {
        let from = next?;
        let to = block_end(from).min(last);
        next = to.checked_add(1).filter(|seq| *seq <= last);
        Some((from, to))
    })
}

/// The last `seq` of the block in which this one lies.
pub(crate) fn block_end(seq: u64) -> u64 {
    seq / BLOCK * BLOCK + (BLOCK - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn pieces_cover_their_run_and_cross_no_border(first in 0..5000_u64, length in 0..2000_u64) {
            let last = first + length;
            let mut next = first;
            for (from, to) in pieces((first, last)) {
                assert_eq!(from, next);
                assert!(from <= to && to <= block_end(from));
                assert_eq!(block_end(from), block_end(to));
                next = to + 1;
            }
            assert_eq!(next, last + 1);
        }
    }

    #[test]
    fn the_last_number_has_an_end() {
        assert_eq!(block_end(u64::MAX), u64::MAX);
        assert_eq!(
            pieces((u64::MAX - 1, u64::MAX)).collect::<Vec<_>>(),
            [(u64::MAX - 1, u64::MAX)]
        );
        assert_eq!(pieces((2, 1)).count(), 0);
    }
}
