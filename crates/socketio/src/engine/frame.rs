//! WebSocket frames of the server, encoded once; their payload doubles as the polling form.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;

/// One complete, unmasked WebSocket frame. Cheap to clone: all clones share the bytes.
///
/// The header is short and says what follows, so the polling form of a text is a slice of it and no
/// second copy is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Frame(Bytes);

/// Operation codes with the FIN bit, as they open a frame.
const TEXT: u8 = 0x81;
const BINARY: u8 = 0x82;
const CLOSE: u8 = 0x88;
const PONG: u8 = 0x8A;

impl Frame {
    /// The Engine.IO ping.
    pub(crate) const PING: Self = Self(Bytes::from_static(&[TEXT, 1, b'2']));
    /// The answer to an Engine.IO probe.
    pub(crate) const PROBE: Self =
        Self(Bytes::from_static(&[TEXT, 6, b'3', b'p', b'r', b'o', b'b', b'e']));

    /// A text frame of these parts. They must be UTF-8 together.
    pub(crate) fn text(parts: &[&[u8]]) -> Self {
        Self::with_opcode(TEXT, parts)
    }

    /// A binary frame.
    pub(crate) fn binary(payload: &[u8]) -> Self {
        Self::with_opcode(BINARY, &[payload])
    }

    /// The answer to a WebSocket ping, whose payload is at most 125 bytes.
    pub(crate) fn pong(payload: &[u8]) -> Self {
        Self::with_opcode(PONG, &[payload])
    }

    /// A WebSocket close with a status code.
    pub(crate) fn close(code: u16) -> Self {
        Self::with_opcode(CLOSE, &[&code.to_be_bytes()])
    }

    /// Bytes that are one frame already, as [`Frame::write_text_head`] makes them.
    pub(crate) const fn from_encoded(bytes: Bytes) -> Self {
        Self(bytes)
    }

    /// Writes `prefix` and before it the header of a text frame into the room before `buffer[at..]`,
    /// and returns where the frame begins. `at` must leave room for both.
    pub(crate) fn write_text_head(buffer: &mut [u8], at: usize, prefix: &str) -> usize {
        let payload_length = buffer.len() - at + prefix.len();
        let mut head = [0; 10];
        let head_length = write_header(&mut head, TEXT, payload_length);
        let prefix_at = at - prefix.len();
        let start = prefix_at - head_length;
        buffer[prefix_at..at].copy_from_slice(prefix.as_bytes());
        buffer[start..prefix_at].copy_from_slice(&head[..head_length]);
        start
    }

    /// Its length on a WebSocket, in bytes.
    pub(crate) const fn len(&self) -> usize {
        self.0.len()
    }

    /// The whole frame.
    pub(crate) const fn bytes(&self) -> &Bytes {
        &self.0
    }

    /// Its length in a poll's answer, in bytes.
    pub(crate) fn polling_len(&self) -> usize {
        let payload = self.0.len() - self.header_len();
        if self.is_binary() { 1 + payload.div_ceil(3) * 4 } else { payload }
    }

    /// Appends its form in a poll's answer: the text, or `b` and base64.
    pub(crate) fn write_polling(&self, body: &mut Vec<u8>) {
        let payload = &self.0[self.header_len()..];
        if self.is_binary() {
            body.push(b'b');
            body.extend_from_slice(STANDARD.encode(payload).as_bytes());
        } else {
            body.extend_from_slice(payload);
        }
    }

    fn is_binary(&self) -> bool {
        self.0.first() == Some(&BINARY)
    }

    fn header_len(&self) -> usize {
        match self.0.get(1) {
            Some(127) => 10,
            Some(126) => 4,
            _ => 2,
        }
    }

    fn with_opcode(opcode: u8, parts: &[&[u8]]) -> Self {
        let payload_length = parts.iter().map(|part| part.len()).sum();
        let mut head = [0; 10];
        let head_length = write_header(&mut head, opcode, payload_length);
        let mut bytes = Vec::with_capacity(head_length + payload_length);
        bytes.extend_from_slice(&head[..head_length]);
        for part in parts {
            bytes.extend_from_slice(part);
        }
        Self(Bytes::from(bytes))
    }
}

/// Writes a frame's header and returns its length.
#[expect(clippy::cast_possible_truncation, reason = "each cast follows the check of its range")]
fn write_header(head: &mut [u8; 10], opcode: u8, payload_length: usize) -> usize {
    head[0] = opcode;
    match payload_length {
        0..=125 => {
            head[1] = payload_length as u8;
            2
        }
        126..=0xFFFF => {
            head[1] = 126;
            head[2..4].copy_from_slice(&(payload_length as u16).to_be_bytes());
            4
        }
        _ => {
            head[1] = 127;
            head[2..10].copy_from_slice(&(payload_length as u64).to_be_bytes());
            10
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use proptest::prelude::*;
    use tungstenite::protocol::frame::{
        FrameHeader,
        coding::{Data, OpCode},
    };

    use super::Frame;

    /// The payload and opcode as another implementation reads them.
    fn read(frame: &Frame) -> (Vec<u8>, OpCode) {
        let mut cursor = Cursor::new(frame.bytes());
        let (header, length) = FrameHeader::parse(&mut cursor).unwrap().unwrap();
        let at = usize::try_from(cursor.position()).unwrap();
        let payload = frame.bytes()[at..].to_vec();
        assert_eq!(payload.len(), usize::try_from(length).unwrap());
        assert!(header.is_final && header.mask.is_none());
        (payload, header.opcode)
    }

    #[test]
    fn each_form_of_length_is_written_and_found_again() {
        for length in [0, 1, 125, 126, 127, 0xFFFF, 0x1_0000, 0x1_0001] {
            let payload = vec![b'x'; length];
            let frame = Frame::text(&[&payload]);
            assert_eq!(read(&frame), (payload.clone(), OpCode::Data(Data::Text)));
            let mut body = Vec::new();
            frame.write_polling(&mut body);
            assert_eq!((body.len(), frame.polling_len()), (length, length));
            assert_eq!(body, payload);
        }
    }

    proptest! {
        #[test]
        fn a_head_written_before_its_payload_makes_the_same_frame(
            payload in prop::collection::vec(any::<u8>(), 0..300),
            prefix in "[0-9-]{0,20}",
        ) {
            let mut buffer = vec![0; 40];
            buffer.extend_from_slice(&payload);
            let start = Frame::write_text_head(&mut buffer, 40, &prefix);
            let whole = Frame::text(&[prefix.as_bytes(), &payload]);
            prop_assert_eq!(&buffer[start..], whole.bytes().as_ref());
        }
    }
}
