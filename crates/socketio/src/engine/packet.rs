//! Engine.IO packets and polling payloads, as they are read.

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// What a client sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Incoming<'a> {
    /// The client closes.
    Close,
    /// A ping, which in this version only the server may send, but for the probe of an upgrade.
    Ping(&'a str),
    /// The answer to a ping.
    Pong,
    /// A message of text.
    Text(&'a str),
    /// A binary message.
    Binary(&'a [u8]),
    /// The client's last word on an upgrade.
    Upgrade,
    /// `open` and `noop`, which mean nothing from a client.
    Ignored,
}

/// Text that is no Engine.IO packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an Engine.IO packet")]
pub(crate) struct NoPacket;

/// Separates the packets of a polling payload.
pub(crate) const SEPARATOR: u8 = 0x1e;

/// Decodes the text of a WebSocket message, or one text packet of a payload.
pub(crate) fn decode_text(text: &str) -> Result<Incoming<'_>, NoPacket> {
    let rest = || text.get(1..).unwrap_or_default();
    match text.as_bytes().first() {
        Some(b'0' | b'6') => Ok(Incoming::Ignored),
        Some(b'1') => Ok(Incoming::Close),
        Some(b'2') => Ok(Incoming::Ping(rest())),
        Some(b'3') => Ok(Incoming::Pong),
        Some(b'4') => Ok(Incoming::Text(rest())),
        Some(b'5') => Ok(Incoming::Upgrade),
        _ => Err(NoPacket),
    }
}

/// Decodes one packet of a polling payload. `scratch` holds the bytes of a binary one.
pub(crate) fn decode_polling<'a>(
    packet: &'a str,
    scratch: &'a mut Vec<u8>,
) -> Result<Incoming<'a>, NoPacket> {
    match packet.strip_prefix('b') {
        Some(encoded) => {
            scratch.clear();
            STANDARD.decode_vec(encoded, scratch).map_err(|_| NoPacket)?;
            Ok(Incoming::Binary(scratch))
        }
        None => decode_text(packet),
    }
}

/// The packets of a polling payload.
pub(crate) fn split_payload(body: &str) -> impl Iterator<Item = &str> {
    body.split(char::from(SEPARATOR))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Incoming, NoPacket, SEPARATOR, decode_polling, decode_text, split_payload};
    use crate::engine::frame::Frame;

    #[derive(Debug, Clone)]
    enum Packet {
        Text(String),
        Binary(Vec<u8>),
    }

    fn packets() -> impl Strategy<Value = Vec<Packet>> {
        // The separator cannot be part of a text: JSON escapes it.
        let text = "[^\u{1e}]{0,40}".prop_map(Packet::Text);
        let binary = prop::collection::vec(any::<u8>(), 0..200).prop_map(Packet::Binary);
        prop::collection::vec(prop_oneof![text, binary], 1..8)
    }

    #[test]
    fn each_type_is_known_by_its_digit() {
        assert_eq!(decode_text("1"), Ok(Incoming::Close));
        assert_eq!(decode_text("2probe"), Ok(Incoming::Ping("probe")));
        assert_eq!(decode_text("3"), Ok(Incoming::Pong));
        assert_eq!(decode_text("4é"), Ok(Incoming::Text("é")));
        assert_eq!(decode_text("5"), Ok(Incoming::Upgrade));
        assert_eq!(decode_text("6"), Ok(Incoming::Ignored));
        for text in ["", "7", "x", "é"] {
            assert_eq!(decode_text(text), Err(NoPacket));
        }
    }

    proptest! {
        #[test]
        fn a_payload_that_was_encoded_is_decoded(packets in packets()) {
            let mut body = Vec::new();
            for packet in &packets {
                if !body.is_empty() {
                    body.push(SEPARATOR);
                }
                let frame = match packet {
                    Packet::Text(text) => Frame::text(&[b"4", text.as_bytes()]),
                    Packet::Binary(bytes) => Frame::binary(bytes),
                };
                let before = body.len();
                frame.write_polling(&mut body);
                prop_assert_eq!(frame.polling_len(), body.len() - before);
            }
            let body = String::from_utf8(body).unwrap();
            let mut scratch = Vec::new();
            let mut count = 0;
            for (text, packet) in split_payload(&body).zip(&packets) {
                let decoded = decode_polling(text, &mut scratch).unwrap();
                match packet {
                    Packet::Text(text) => prop_assert_eq!(decoded, Incoming::Text(text)),
                    Packet::Binary(bytes) => prop_assert_eq!(decoded, Incoming::Binary(bytes)),
                }
                count += 1;
            }
            prop_assert_eq!(count, packets.len());
        }

        #[test]
        fn no_payload_panics(body in ".{0,100}") {
            let mut scratch = Vec::new();
            for packet in split_payload(&body) {
                let decoded = decode_polling(packet, &mut scratch);
                prop_assert!(decoded.is_ok() || decoded == Err(NoPacket));
            }
        }
    }
}
