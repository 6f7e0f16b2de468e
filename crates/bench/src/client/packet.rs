//! Engine.IO and Socket.IO packets of the namespace `/`, as far as a load generator needs them.

use memchr::memmem;

/// A packet as it came, in its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packet<'a> {
    /// Engine.IO: the session's settings.
    Open(&'a [u8]),
    /// Engine.IO: wants a pong.
    Ping,
    /// Engine.IO: nothing.
    Noop,
    /// Engine.IO or Socket.IO: the end.
    Close,
    /// Socket.IO: the namespace is joined.
    Connected(&'a [u8]),
    /// Socket.IO: the namespace is refused.
    ConnectError(&'a [u8]),
    /// An event: its array, name first.
    Event(&'a [u8]),
    /// An acknowledgement: the id of the event that it answers, and its array.
    Ack(u64, &'a [u8]),
    /// Anything else.
    Other(&'a [u8]),
}

impl<'a> Packet<'a> {
    /// Reads the payload of a text frame.
    pub fn parse(payload: &'a [u8]) -> Self {
        match payload {
            [b'0', rest @ ..] => Self::Open(rest),
            [b'1'] | [b'4', b'1', ..] => Self::Close,
            [b'2', ..] => Self::Ping,
            [b'6'] => Self::Noop,
            [b'4', b'0', rest @ ..] => Self::Connected(rest),
            [b'4', b'4', rest @ ..] => Self::ConnectError(rest),
            [b'4', b'2', rest @ ..] => {
                // The server may ask for an acknowledgement; it gets none.
                let (_, array) = split_id(rest);
                Self::Event(array)
            }
            [b'4', b'3', rest @ ..] => match split_id(rest) {
                (Some(id), array) => Self::Ack(id, array),
                (None, _) => Self::Other(payload),
            },
            _ => Self::Other(payload),
        }
    }
}

/// Whether `array`, an event's, is the event `name`.
pub fn is_event(array: &[u8], name: &str) -> bool {
    array
        .strip_prefix(b"[\"")
        .and_then(|rest| rest.strip_prefix(name.as_bytes()))
        .is_some_and(|rest| rest.first() == Some(&b'"'))
}

/// The text of the first field `name` in `json`, up to its closing quote.
///
/// For texts without escapes, such as ids. A search instead of a parse, since the parse would cost
/// more than all else that a client does.
pub fn text_field<'a>(json: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let value = after_field(json, name)?.strip_prefix(b"\"")?;
    value.get(..memchr::memchr(b'"', value)?)
}

/// The text that is the last argument of an event's array: its offset, where the server gives one.
pub fn last_text(array: &[u8]) -> Option<&[u8]> {
    let text = array.strip_suffix(b"\"]")?;
    text.get(memchr::memrchr(b'"', text)? + 1..)
}

/// The whole number in the first field `name` in `json`.
pub fn number_field(json: &[u8], name: &str) -> Option<u64> {
    split_id(after_field(json, name)?).0
}

fn after_field<'a>(json: &'a [u8], name: &str) -> Option<&'a [u8]> {
    memmem::find_iter(json, name).find_map(|at| {
        let is_quoted = at.checked_sub(1).and_then(|before| json.get(before)) == Some(&b'"');
        json.get(at + name.len()..)?.strip_prefix(b"\":").filter(|_| is_quoted)
    })
}

/// The digits at the start as a number, and the rest.
fn split_id(bytes: &[u8]) -> (Option<u64>, &[u8]) {
    let end = bytes.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(bytes.len());
    let (digits, rest) = bytes.split_at(end);
    (std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()), rest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn packets_are_told_apart() {
        for (text, packet) in [
            (r#"0{"sid":"a"}"#, Packet::Open(br#"{"sid":"a"}"#)),
            ("1", Packet::Close),
            ("2", Packet::Ping),
            ("6", Packet::Noop),
            (r#"40{"sid":"a"}"#, Packet::Connected(br#"{"sid":"a"}"#)),
            ("41", Packet::Close),
            (r#"42["a",1]"#, Packet::Event(br#"["a",1]"#)),
            (r#"427["a",1]"#, Packet::Event(br#"["a",1]"#)),
            ("4312[{}]", Packet::Ack(12, b"[{}]")),
            ("43[{}]", Packet::Other(b"43[{}]")),
            (r#"44{"message":"no"}"#, Packet::ConnectError(br#"{"message":"no"}"#)),
            ("", Packet::Other(b"")),
            ("9", Packet::Other(b"9")),
        ] {
            assert_eq!(Packet::parse(text.as_bytes()), packet, "{text}");
        }
    }

    #[test]
    fn an_event_is_known_by_its_whole_name() {
        assert!(is_event(br#"["newMessage",{}]"#, "newMessage"));
        assert!(!is_event(br#"["newMessages",{}]"#, "newMessage"));
        assert!(!is_event(br#"["new",{}]"#, "newMessage"));
    }

    #[test]
    fn the_offset_is_the_last_text() {
        assert_eq!(last_text(br#"["a",{"b":"c"},"1.x.7.-"]"#), Some(&b"1.x.7.-"[..]));
        assert_eq!(last_text(br#"["a",{"b":"c"}]"#), None);
        assert_eq!(last_text(b"\"]"), None);
    }

    #[test]
    fn fields_are_found_by_their_whole_name() {
        let json = br#"[{"lastSeq":5,"seq":42,"id":"a-b","clientMessageId":"c","note":null}]"#;
        assert_eq!(number_field(json, "seq"), Some(42));
        assert_eq!(text_field(json, "id"), Some(&b"a-b"[..]));
        assert_eq!(text_field(json, "clientMessageId"), Some(&b"c"[..]));
        assert_eq!(text_field(json, "note"), None);
        assert_eq!(text_field(json, "absent"), None);
        assert_eq!(number_field(json, "id"), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_parser_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            Packet::parse(&bytes);
            text_field(&bytes, "id");
            number_field(&bytes, "seq");
        }

        #[test]
        fn every_number_is_read_again(number in any::<u64>()) {
            let json = format!(r#"{{"seq":{number}}}"#);
            prop_assert_eq!(number_field(json.as_bytes(), "seq"), Some(number));
        }
    }
}
