//! The text of Socket.IO packets, as it is read. Total: any input is a packet or an error.

use std::fmt;

use serde::de::{Deserializer, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::engine::Malformed;

/// A packet of a client.
#[derive(Debug)]
pub(crate) struct ClientPacket {
    /// Without the query that may follow it; `None` is `/`, which needs no allocation.
    pub(crate) namespace: Option<Box<str>>,
    /// How many binary messages follow that belong to it.
    pub(crate) attachments: usize,
    /// The length of its text.
    pub(crate) size_bytes: usize,
    pub(crate) body: ClientBody,
}

#[derive(Debug)]
pub(crate) enum ClientBody {
    Connect { auth: Option<Box<RawValue>> },
    Disconnect,
    Event { name: String, args: Vec<Box<RawValue>>, ack_id: Option<u64> },
    Ack { id: u64, args: Vec<Box<RawValue>> },
}

/// How deep JSON may nest: as deep as those who parse the arguments later follow it.
const MAX_DEPTH: usize = 127;

/// Names that belong to the client's own events.
const RESERVED: [&str; 6] =
    ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"];

/// Decodes the text of one packet.
pub(crate) fn decode(text: &str, max_attachments: usize) -> Result<ClientPacket, Malformed> {
    let kind = *text.as_bytes().first().ok_or(Malformed)?;
    let rest = text.get(1..).ok_or(Malformed)?;
    let (attachments, rest) = match kind {
        b'5' | b'6' => split_attachments(rest, max_attachments)?,
        _ => (0, rest),
    };
    let (namespace, rest) = split_namespace(rest);
    let body = match kind {
        b'0' => ClientBody::Connect { auth: decode_auth(rest)? },
        b'1' if rest.is_empty() => ClientBody::Disconnect,
        b'2' | b'5' => {
            let (ack_id, json) = split_id(rest)?;
            let (name, args) = decode_event(json)?;
            ClientBody::Event { name, args, ack_id }
        }
        b'3' | b'6' => {
            let (id, json) = split_id(rest)?;
            let args = decode_array(json)?;
            ClientBody::Ack { id: id.ok_or(Malformed)?, args }
        }
        _ => return Err(Malformed),
    };
    Ok(ClientPacket { namespace, attachments, size_bytes: text.len(), body })
}

fn split_attachments(text: &str, max_attachments: usize) -> Result<(usize, &str), Malformed> {
    let (digits, rest) = text.split_once('-').ok_or(Malformed)?;
    let count = parse_digits(digits)?;
    let count = usize::try_from(count).map_err(|_| Malformed)?;
    if count <= max_attachments { Ok((count, rest)) } else { Err(Malformed) }
}

fn split_namespace(text: &str) -> (Option<Box<str>>, &str) {
    if !text.starts_with('/') {
        return (None, text);
    }
    let (name, rest) = text.split_once(',').unwrap_or((text, ""));
    let name = name.split_once('?').map_or(name, |(name, _)| name);
    ((name != "/").then(|| name.into()), rest)
}

fn split_id(text: &str) -> Result<(Option<u64>, &str), Malformed> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at_checked(length).ok_or(Malformed)?;
    match digits {
        "" => Ok((None, rest)),
        _ => Ok((Some(parse_digits(digits)?), rest)),
    }
}

/// Digits alone: `u64::from_str` would take a sign as well.
fn parse_digits(text: &str) -> Result<u64, Malformed> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().map_err(|_| Malformed) } else { Err(Malformed) }
}

fn decode_auth(text: &str) -> Result<Option<Box<RawValue>>, Malformed> {
    if text.is_empty() {
        return Ok(None);
    }
    check_depth(text)?;
    let auth: Box<RawValue> = serde_json::from_str(text).map_err(|_| Malformed)?;
    if auth.get().starts_with('{') { Ok(Some(auth)) } else { Err(Malformed) }
}

fn decode_event(json: &str) -> Result<(String, Vec<Box<RawValue>>), Malformed> {
    check_depth(json)?;
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let (first, args) = deserializer.deserialize_seq(EventVisitor).map_err(|_| Malformed)?;
    deserializer.end().map_err(|_| Malformed)?;
    let name = match first.as_bytes().first() {
        Some(b'"') => serde_json::from_str::<String>(first).map_err(|_| Malformed)?,
        // The official parser takes numbers for names too.
        Some(b'-' | b'0'..=b'9') => first.to_owned(),
        _ => return Err(Malformed),
    };
    if RESERVED.contains(&name.as_str()) { Err(Malformed) } else { Ok((name, args)) }
}

fn decode_array(json: &str) -> Result<Vec<Box<RawValue>>, Malformed> {
    check_depth(json)?;
    serde_json::from_str(json).map_err(|_| Malformed)
}

/// Raw JSON is checked without recursion and thus to any depth, but whoever parses it later is not.
fn check_depth(json: &str) -> Result<(), Malformed> {
    let opening = json.bytes().filter(|byte| matches!(byte, b'[' | b'{')).count();
    if opening <= MAX_DEPTH {
        return Ok(());
    }
    let (mut depth, mut is_string, mut is_escaped) = (0_usize, false, false);
    for byte in json.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_string => is_escaped = true,
            b'"' => is_string = !is_string,
            b'[' | b'{' if !is_string => depth += 1,
            b']' | b'}' if !is_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err(Malformed);
        }
    }
    Ok(())
}

/// Reads `["name", …]` in one pass.
struct EventVisitor;

impl<'de> Visitor<'de> for EventVisitor {
    type Value = (&'de str, Vec<Box<RawValue>>);

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an array that begins with the event's name")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
        use serde::de::Error;
        let name: &RawValue =
            sequence.next_element()?.ok_or_else(|| A::Error::invalid_length(0, &self))?;
        let mut args = Vec::new();
        while let Some(argument) = sequence.next_element()? {
            args.push(argument);
        }
        Ok((name.get(), args))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{ClientBody, ClientPacket, decode};
    use crate::{Packet, engine::Malformed};

    fn event(text: &str) -> Option<(String, Vec<String>, Option<u64>)> {
        let ClientPacket { body, .. } = decode(text, 8).ok()?;
        match body {
            ClientBody::Event { name, args, ack_id } => {
                let args = args.iter().map(|raw| raw.get().to_owned()).collect();
                Some((name, args, ack_id))
            }
            ClientBody::Connect { .. } | ClientBody::Disconnect | ClientBody::Ack { .. } => None,
        }
    }

    #[test]
    fn an_event_is_read_with_its_namespace_id_and_arguments() {
        let packet = decode(r#"2/admin?token=1,12["a\"b",{"c": 1},[]]"#, 8).unwrap();
        assert_eq!(packet.namespace.as_deref(), Some("/admin"));
        let (name, args, id) = event(r#"2/admin,12["a\"b",{"c": 1},[]]"#).unwrap();
        assert_eq!(
            (name.as_str(), args, id),
            ("a\"b", vec![r#"{"c": 1}"#.to_owned(), "[]".to_owned()], Some(12))
        );
        assert_eq!(event("2[7]").unwrap().0, "7");
        assert!(decode("2/,[\"x\"]", 8).unwrap().namespace.is_none());
    }

    #[test]
    fn what_the_official_parser_refuses_is_refused() {
        for text in [
            "",
            "7",
            "abc",
            "2",
            "2{}",
            "2[]",
            "2[{}]",
            "2[null]",
            "2abc[\"x\"]",
            "2[\"x\"",
            "2[\"x\"]]",
            "2[\"connect\"]",
            "2[\"disconnect\"]",
            "2[\"newListener\"]",
            "2[\"connect_error\"]",
            "5[\"x\"]",
            "5-[\"x\"]",
            "5+1-[\"x\"]",
            "59-[\"x\"]",
            "3[]",
            "3",
            "31{}",
            "0[]",
            "0\"x\"",
            "0{",
            "1{}",
            "4{}",
            "299999999999999999999[\"x\"]",
            "5/admin",
            "6",
            "51",
            "2-1[\"x\"]",
        ] {
            assert!(matches!(decode(text, 8), Err(Malformed)), "{text} was taken");
        }
    }

    #[test]
    fn json_that_nests_too_deeply_is_refused() {
        let nested = |depth: usize| format!("2[\"x\",{}{}]", "[".repeat(depth), "]".repeat(depth));
        assert!(decode(&nested(126), 8).is_ok());
        assert!(decode(&nested(127), 8).is_err());
        assert!(decode(&nested(500_000), 8).is_err());
        let flat = format!("2[\"x\",\"{}\"]", "[".repeat(1000));
        assert!(decode(&flat, 8).is_ok());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,64}") {
            drop(decode(&text, 8));
        }

        #[test]
        fn no_text_that_looks_like_a_packet_panics(
            text in r#"[0-6]([0-9]{0,3}-)?(/[a-z]{0,3},?)?[0-9]{0,22}[\[\]{}",:a-z\\0-9é]{0,32}"#
        ) {
            drop(decode(&text, 8));
        }

        #[test]
        fn an_event_that_was_encoded_is_decoded(name in ".{1,12}", payload in ".{0,40}", offset in ".{0,20}") {
            prop_assume!(!super::RESERVED.contains(&name.as_str()));
            let packet = Packet::event(&name, &payload).unwrap().with_offset(&offset);
            let (frame, _) = packet.frames(&"/".into());
            let mut body = Vec::new();
            frame.write_polling(&mut body);
            let text = String::from_utf8(body).unwrap();
            let (decoded, args, id) = event(&text[1..]).unwrap();
            let values: Vec<String> =
                args.iter().map(|raw| serde_json::from_str(raw).unwrap()).collect();
            prop_assert_eq!((decoded, values, id), (name, vec![payload, offset], None));
        }
    }
}
