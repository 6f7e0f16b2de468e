//! The cursors of paged lists. To clients they are opaque; they name a place, so that a page stays
//! right while rows come and go.

use salala_core::wire::Error;
use salala_core::{CallId, ConversationId, MessageId, Timestamp};
use salala_store::ports::calls::CallCursor;
use salala_store::ports::conversations::ConversationCursor;
use salala_store::ports::message_search::SearchCursor;
use salala_store::ports::messages::HistoryRange;

/// Writes a place in a list of conversations.
pub(super) fn write_conversation_cursor(cursor: ConversationCursor) -> String {
    format!("{}.{}", cursor.updated_at.unix_ms(), cursor.id)
}

/// Reads a place in a list of conversations.
pub(super) fn read_conversation_cursor(text: &str) -> Result<ConversationCursor, Error> {
    text.split_once('.')
        .and_then(|(updated_at, id)| {
            Some(ConversationCursor {
                updated_at: Timestamp::from_unix_ms(updated_at.parse().ok()?),
                id: ConversationId::parse(id)?,
            })
        })
        .ok_or_else(malformed)
}

/// Writes a place among hits.
pub(super) fn write_search_cursor(cursor: SearchCursor) -> String {
    format!("{}.{}", cursor.created_at.unix_ms(), cursor.id)
}

/// Reads a place among hits.
pub(super) fn read_search_cursor(text: &str) -> Result<SearchCursor, Error> {
    text.split_once('.')
        .and_then(|(created_at, id)| {
            Some(SearchCursor {
                created_at: Timestamp::from_unix_ms(created_at.parse().ok()?),
                id: MessageId::parse(id)?,
            })
        })
        .ok_or_else(malformed)
}

/// Writes a place in a list of calls.
pub(super) fn write_call_cursor(cursor: CallCursor) -> String {
    format!("{}.{}", cursor.created_at.unix_ms(), cursor.id)
}

/// Reads a place in a list of calls.
pub(super) fn read_call_cursor(text: &str) -> Result<CallCursor, Error> {
    text.split_once('.')
        .and_then(|(created_at, id)| {
            Some(CallCursor {
                created_at: Timestamp::from_unix_ms(created_at.parse().ok()?),
                id: CallId::parse(id)?,
            })
        })
        .ok_or_else(malformed)
}

/// Writes the way to older or newer messages.
pub(super) fn write_history_cursor(range: HistoryRange) -> Option<String> {
    match range {
        HistoryRange::Before(seq) => Some(format!("before.{seq}")),
        HistoryRange::After(seq) => Some(format!("after.{seq}")),
        HistoryRange::Newest | HistoryRange::Around(_) => None,
    }
}

/// Reads the way to older or newer messages.
pub(super) fn read_history_cursor(text: &str) -> Result<HistoryRange, Error> {
    let range = match text.split_once('.') {
        Some(("before", seq)) => seq.parse().ok().map(HistoryRange::Before),
        Some(("after", seq)) => seq.parse().ok().map(HistoryRange::After),
        Some(_) | None => None,
    };
    range.ok_or_else(malformed)
}

fn malformed() -> Error {
    Error::invalid_field("cursor", "must be a cursor of an earlier answer")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_leads_back_to_its_place() {
        for range in [HistoryRange::Before(7), HistoryRange::After(u64::MAX)] {
            let text = write_history_cursor(range).unwrap();
            assert_eq!(read_history_cursor(&text).unwrap(), range);
        }
        let cursor = ConversationCursor {
            updated_at: Timestamp::from_unix_ms(-5),
            id: ConversationId::from_bytes([7; 16]),
        };
        let text = write_conversation_cursor(cursor);
        assert_eq!(read_conversation_cursor(&text).unwrap(), cursor);
        let cursor = SearchCursor {
            created_at: Timestamp::from_unix_ms(5),
            id: MessageId::from_bytes([7; 16]),
        };
        assert_eq!(read_search_cursor(&write_search_cursor(cursor)).unwrap(), cursor);
        let cursor =
            CallCursor { created_at: Timestamp::from_unix_ms(5), id: CallId::from_bytes([7; 16]) };
        assert_eq!(read_call_cursor(&write_call_cursor(cursor)).unwrap(), cursor);
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics_the_readers(text in ".*") {
            drop(read_history_cursor(&text));
            drop(read_conversation_cursor(&text));
            drop(read_search_cursor(&text));
            drop(read_call_cursor(&text));
        }

        #[test]
        fn what_is_read_leads_to_one_place(
            text in "(before|after|-?[0-9]{1,20})\\.([+-]?[0-9]{0,21}|[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12})"
        ) {
            if let Ok(range) = read_history_cursor(&text) {
                let again = write_history_cursor(range).unwrap();
                proptest::prop_assert_eq!(read_history_cursor(&again).unwrap(), range);
            }
            if let Ok(cursor) = read_conversation_cursor(&text) {
                let again = write_conversation_cursor(cursor);
                proptest::prop_assert_eq!(read_conversation_cursor(&again).unwrap(), cursor);
            }
            if let Ok(cursor) = read_search_cursor(&text) {
                let again = write_search_cursor(cursor);
                proptest::prop_assert_eq!(read_search_cursor(&again).unwrap(), cursor);
            }
        }
    }
}
