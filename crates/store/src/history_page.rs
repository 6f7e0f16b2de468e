//! Which messages a page of history holds, and what it says of its surroundings: arithmetic, since
//! `seq` has no holes.

use std::ops::RangeInclusive;

use salala_core::records::{Message, MessageRead};

use crate::ports::messages::{History, HistoryRange};
use crate::visible::{Runs, Visible};

/// The runs of a page, newest first.
pub(crate) fn page_runs(visible: &Visible, range: HistoryRange, limit: usize) -> Runs {
    match range {
        HistoryRange::Newest => visible.newest_up_to(u64::MAX - 1, limit),
        HistoryRange::Before(0) => Runs::new(),
        HistoryRange::Before(seq) => visible.newest_up_to((seq - 1).min(u64::MAX - 1), limit),
        HistoryRange::After(seq) => visible.oldest_from(seq.saturating_add(1), limit),
        HistoryRange::Around(seq) => {
            let newer_limit = limit.saturating_sub(1) / 2;
            let mut runs = visible.oldest_from(seq.saturating_add(1), newer_limit);
            runs.extend(visible.newest_up_to(seq.min(u64::MAX - 1), limit - newer_limit));
            runs
        }
    }
}

/// The page of these messages, which are those of `runs`.
pub(crate) fn page(
    messages: Vec<Message>,
    runs: &[(u64, u64)],
    visible: &Visible,
    range: HistoryRange,
) -> History {
    // An empty page still has its place: what lies on both sides of the asked bound.
    let (older_from, newer_from) = match (runs.last(), runs.first(), range) {
        (Some((first, _)), Some((_, last)), _) => (first - 1, last + 1),
        (_, _, HistoryRange::Newest) => (0, u64::MAX),
        (_, _, HistoryRange::Before(seq)) => (seq.saturating_sub(1), seq),
        (_, _, HistoryRange::After(seq) | HistoryRange::Around(seq)) => {
            (seq, seq.saturating_add(1))
        }
    };
    History {
        messages,
        has_older: visible.has_up_to(older_from),
        has_newer: visible.has_from(newer_from),
    }
}

/// Fills `reads` of messages that are sorted newest first, from marks sorted by when they were made.
pub(crate) fn show_reads(messages: &mut [Message], marks: Vec<(MessageRead, RangeInclusive<u64>)>) {
    for (read, range) in marks {
        let first = messages.partition_point(|message| message.seq > *range.end());
        let covered = messages.iter_mut().skip(first);
        for message in covered.take_while(|message| range.contains(&message.seq)) {
            if message.sender.id != read.user_id {
                message.reads.push(read);
            }
        }
    }
}
