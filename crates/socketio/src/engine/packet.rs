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
