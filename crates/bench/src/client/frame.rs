//! WebSocket frames (RFC 6455): a client's are made, a server's are read.

use std::ops::Range;

/// The longest payload that is taken. Servers send far less; it only bounds the memory that a
/// broken one can make this client use.
pub const PAYLOAD_MAX_BYTES: usize = 16 * 1024 * 1024;

/// What a frame is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opcode {
    /// A whole text message.
    Text,
    /// A whole binary message.
    Binary,
    /// The end of the connection.
    Close,
    /// Wants a pong with the same payload.
    Ping,
    /// Answers a ping.
    Pong,
}

/// A frame at the start of a buffer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// What it is for.
    pub opcode: Opcode,
    /// Where its payload lies in the buffer. The frame ends where the payload does.
    pub payload: Range<usize>,
}

/// Why bytes are no frame which a server may send here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Reserved bits, for extensions that were not asked for.
    #[error("a frame with reserved bits")]
    Reserved,
    /// A code that RFC 6455 does not define.
    #[error("a frame of unknown kind {0}")]
    Opcode(u8),
    /// A message in pieces. No Socket.IO server sends them so; support it when one does.
    #[error("a message in fragments")]
    Fragmented,
    /// Only clients mask.
    #[error("a masked frame from a server")]
    Masked,
    /// More than [`PAYLOAD_MAX_BYTES`], or than a control frame may hold.
    #[error("a frame of {0} bytes")]
    TooLong(u64),
}

/// Reads the frame at the start of `bytes`; `None` while it is not there as a whole.
pub fn decode(bytes: &[u8]) -> Result<Option<Frame>, FrameError> {
    let &[first, second, ref rest @ ..] = bytes else { return Ok(None) };
    if first & 0x70 != 0 {
        return Err(FrameError::Reserved);
    }
    let opcode = match first & 0x0f {
        0 => return Err(FrameError::Fragmented),
        1 => Opcode::Text,
        2 => Opcode::Binary,
        8 => Opcode::Close,
        9 => Opcode::Ping,
        10 => Opcode::Pong,
        unknown => return Err(FrameError::Opcode(unknown)),
    };
    if first & 0x80 == 0 {
        return Err(FrameError::Fragmented);
    }
    if second & 0x80 != 0 {
        return Err(FrameError::Masked);
    }
    let (header_bytes, length) = match (second, rest.first_chunk(), rest.first_chunk()) {
        (126, Some(length), _) => (4, u64::from(u16::from_be_bytes(*length))),
        (127, _, Some(length)) => (10, u64::from_be_bytes(*length)),
        (126 | 127, _, _) => return Ok(None),
        (short, _, _) => (2, u64::from(short)),
    };
    let is_control = matches!(opcode, Opcode::Close | Opcode::Ping | Opcode::Pong);
    let payload_max_bytes = if is_control { 125 } else { PAYLOAD_MAX_BYTES };
    match usize::try_from(length) {
        Ok(length) if length <= payload_max_bytes => {
            let payload = header_bytes..header_bytes + length;
            Ok((bytes.len() >= payload.end).then_some(Frame { opcode, payload }))
        }
        Ok(_) | Err(_) => Err(FrameError::TooLong(length)),
    }
}

/// Appends a client's frame, masked with `key`.
pub fn encode(opcode: Opcode, payload: &[u8], key: [u8; 4], out: &mut Vec<u8>) {
    let code = match opcode {
        Opcode::Text => 1,
        Opcode::Binary => 2,
        Opcode::Close => 8,
        Opcode::Ping => 9,
        Opcode::Pong => 10,
    };
    out.push(0x80 | code);
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(length), _) if length < 126 => out.push(0x80 | length),
        (_, Ok(length)) => {
            out.push(0x80 | 0x7e);
            out.extend_from_slice(&length.to_be_bytes());
        }
        (_, Err(_)) => {
            out.push(0x80 | 0x7f);
            let length = u64::try_from(payload.len()).unwrap_or(u64::MAX);
            out.extend_from_slice(&length.to_be_bytes());
        }
    }
    out.extend_from_slice(&key);
    out.extend(payload.iter().zip(key.iter().cycle()).map(|(byte, mask)| byte ^ mask));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What a server makes of a client's frame: the same without the mask.
    fn unmask(frame: &[u8]) -> Vec<u8> {
        let key_at = match frame[1] & 0x7f {
            126 => 4,
            127 => 10,
            _ => 2,
        };
        let (key, payload) = frame[key_at..].split_at(4);
        let mut unmasked = frame[..key_at].to_vec();
        unmasked[1] &= 0x7f;
        unmasked.extend(payload.iter().zip(key.iter().cycle()).map(|(byte, mask)| byte ^ mask));
        unmasked
    }

    fn opcodes() -> impl Strategy<Value = Opcode> {
        prop_oneof![Just(Opcode::Text), Just(Opcode::Binary)]
    }

    #[test]
    fn frames_are_as_the_standard_shows_them() {
        // RFC 6455, section 5.7.
        let mut masked = Vec::new();
        encode(Opcode::Text, b"Hello", [0x37, 0xfa, 0x21, 0x3d], &mut masked);
        let expected = [0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58];
        assert_eq!(masked, expected);
        let unmasked = [0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f];
        let frame = Frame { opcode: Opcode::Text, payload: 2..7 };
        assert_eq!(decode(&unmasked), Ok(Some(frame)));
    }

    #[test]
    fn what_a_server_must_not_send_is_refused() {
        for (bytes, error) in [
            (&[0xc1, 0x00][..], FrameError::Reserved),
            (&[0x83, 0x00], FrameError::Opcode(3)),
            (&[0x80, 0x00], FrameError::Fragmented),
            (&[0x01, 0x00], FrameError::Fragmented),
            (&[0x81, 0x80], FrameError::Masked),
            (&[0x89, 126, 0, 126], FrameError::TooLong(126)),
            (&[0x81, 127, 0xff, 0, 0, 0, 0, 0, 0, 0], FrameError::TooLong(0xff << 56)),
        ] {
            assert_eq!(decode(bytes), Err(error), "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            opcode in opcodes(),
            payload in prop_oneof![
                prop::collection::vec(any::<u8>(), 0..300),
                (65_500_usize..65_600).prop_map(|length| vec![7; length]),
            ],
            key in any::<[u8; 4]>(),
        ) {
            let mut masked = vec![];
            encode(opcode, &payload, key, &mut masked);
            let mut bytes = unmask(&masked);
            let whole = bytes.len();
            prop_assert_eq!(decode(&bytes[..whole - 1]), Ok(None));
            bytes.push(0x81);
            let frame = decode(&bytes).unwrap().unwrap();
            prop_assert_eq!(frame.opcode, opcode);
            prop_assert_eq!(frame.payload.end, whole);
            prop_assert_eq!(&bytes[frame.payload], payload.as_slice());
        }

        #[test]
        fn no_bytes_make_the_decoder_panic(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            if let Ok(Some(frame)) = decode(&bytes) {
                prop_assert!(bytes.get(frame.payload).is_some());
            }
        }
    }
}
