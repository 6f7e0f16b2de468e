//! WebSocket frames of clients, decoded from whatever piece of the stream was read.

use std::{io::Cursor, ops::ControlFlow};

use tungstenite::protocol::frame::{
    FrameHeader,
    coding::{Control, Data, OpCode},
};

/// What the frames of a client amount to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Received<'a> {
    /// A whole message of text.
    Text(&'a str),
    /// A whole binary message.
    Binary(&'a [u8]),
    /// A WebSocket ping, to be answered with the same bytes.
    Ping(&'a [u8]),
    /// A WebSocket pong.
    Pong,
    /// A close frame. Whoever takes it must break, as nothing may follow.
    Close,
}

/// A stream that breaks RFC 6455 or a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum StreamError {
    /// A frame that no client may send.
    #[error("invalid frame")]
    Protocol,
    /// A message of text that is not UTF-8.
    #[error("text is not UTF-8")]
    Text,
    /// A message larger than the limit, known from the header alone.
    #[error("message is too large")]
    TooLarge,
}

/// Decodes one stream. Idle, between messages, it holds no memory.
#[derive(Debug)]
pub(crate) struct Decoder {
    max_message: usize,
    /// The bytes of a frame that is not complete yet, or of frames that were not wanted yet.
    rest: Vec<u8>,
    fragments: Option<Box<Fragments>>,
}

#[derive(Debug)]
struct Fragments {
    is_text: bool,
    payload: Vec<u8>,
}

/// One frame in a buffer, its payload unmasked in place.
struct Parsed {
    header: FrameHeader,
    payload_at: usize,
    end: usize,
}

impl Decoder {
    pub(crate) const fn new(max_message: usize) -> Self {
        Self { max_message, rest: Vec::new(), fragments: None }
    }

    /// Whether bytes are kept that [`Decoder::decode`] could still give something from.
    pub(crate) const fn has_rest(&self) -> bool {
        !self.rest.is_empty()
    }

    /// How much is kept of what did not make a message yet.
    #[cfg(any(test, feature = "fuzzing"))]
    pub(crate) fn kept_bytes(&self) -> usize {
        self.rest.len() + self.fragments.as_ref().map_or(0, |fragments| fragments.payload.len())
    }

    /// Decodes what was kept and then `input`, giving each message to `take` until it breaks. What
    /// is not given is kept for the next call.
    pub(crate) fn decode(
        &mut self,
        input: &mut [u8],
        mut take: impl FnMut(Received<'_>) -> ControlFlow<()>,
    ) -> Result<(), StreamError> {
        if self.rest.is_empty() {
            let consumed = self.decode_buffer(input, &mut take)?;
            self.rest = input[consumed..].to_vec();
            return Ok(());
        }
        let mut buffer = std::mem::take(&mut self.rest);
        buffer.extend_from_slice(input);
        let consumed = self.decode_buffer(&mut buffer, &mut take)?;
        // An incomplete large frame keeps its buffer as it grows; the end of one is copied out so
        // that the large buffer is freed.
        self.rest = if consumed == 0 { buffer } else { buffer[consumed..].to_vec() };
        Ok(())
    }

    fn decode_buffer(
        &mut self,
        buffer: &mut [u8],
        take: &mut impl FnMut(Received<'_>) -> ControlFlow<()>,
    ) -> Result<usize, StreamError> {
        let mut at = 0;
        while let Some(frame) = self.parse_frame(buffer, at)? {
            at = frame.end;
            let payload = &buffer[frame.payload_at..frame.end];
            if self.accept(&frame.header, payload, take)?.is_break() {
                break;
            }
        }
        Ok(at)
    }

    fn parse_frame(&self, buffer: &mut [u8], at: usize) -> Result<Option<Parsed>, StreamError> {
        let mut cursor = Cursor::new(&buffer[at..]);
        let parsed = FrameHeader::parse(&mut cursor).map_err(|_| StreamError::Protocol)?;
        let Some((header, length)) = parsed else {
            return Ok(None);
        };
        let length = usize::try_from(length).map_err(|_| StreamError::TooLarge)?;
        let Some(mask) = header.mask.filter(|_| !(header.rsv1 || header.rsv2 || header.rsv3))
        else {
            return Err(StreamError::Protocol);
        };
        let is_control = matches!(header.opcode, OpCode::Control(_));
        if is_control && (length > 125 || !header.is_final) {
            return Err(StreamError::Protocol);
        }
        if length > self.max_message {
            return Err(StreamError::TooLarge);
        }
        let header_length =
            usize::try_from(cursor.position()).map_err(|_| StreamError::TooLarge)?;
        let payload_at = at + header_length;
        let end = payload_at + length;
        match buffer.get_mut(payload_at..end) {
            Some(payload) => {
                unmask(payload, mask);
                Ok(Some(Parsed { header, payload_at, end }))
            }
            None => Ok(None),
        }
    }

    fn accept(
        &mut self,
        header: &FrameHeader,
        payload: &[u8],
        take: &mut impl FnMut(Received<'_>) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, StreamError> {
        match (header.opcode, self.fragments.is_some()) {
            (OpCode::Control(Control::Ping), _) => Ok(take(Received::Ping(payload))),
            (OpCode::Control(Control::Pong), _) => Ok(take(Received::Pong)),
            (OpCode::Control(Control::Close), _) if payload.len() == 1 => {
                Err(StreamError::Protocol)
            }
            (OpCode::Control(Control::Close), _) => Ok(take(Received::Close)),
            (OpCode::Data(data @ (Data::Text | Data::Binary)), false) => {
                let is_text = data == Data::Text;
                if header.is_final {
                    return Ok(take(message(is_text, payload)?));
                }
                self.fragments = Some(Box::new(Fragments { is_text, payload: payload.to_vec() }));
                Ok(ControlFlow::Continue(()))
            }
            (OpCode::Data(Data::Continue), true) => self.accept_fragment(header, payload, take),
            (
                OpCode::Data(Data::Text | Data::Binary | Data::Continue | Data::Reserved(_))
                | OpCode::Control(Control::Reserved(_)),
                _,
            ) => Err(StreamError::Protocol),
        }
    }

    fn accept_fragment(
        &mut self,
        header: &FrameHeader,
        payload: &[u8],
        take: &mut impl FnMut(Received<'_>) -> ControlFlow<()>,
    ) -> Result<ControlFlow<()>, StreamError> {
        let Some(mut fragments) = self.fragments.take() else {
            return Err(StreamError::Protocol);
        };
        if fragments.payload.len() + payload.len() > self.max_message {
            return Err(StreamError::TooLarge);
        }
        fragments.payload.extend_from_slice(payload);
        if header.is_final {
            return Ok(take(message(fragments.is_text, &fragments.payload)?));
        }
        self.fragments = Some(fragments);
        Ok(ControlFlow::Continue(()))
    }
}

fn message(is_text: bool, payload: &[u8]) -> Result<Received<'_>, StreamError> {
    if is_text {
        std::str::from_utf8(payload).map(Received::Text).map_err(|_| StreamError::Text)
    } else {
        Ok(Received::Binary(payload))
    }
}

fn unmask(payload: &mut [u8], mask: [u8; 4]) {
    let [a, b, c, d] = mask;
    let wide = u64::from_ne_bytes([a, b, c, d, a, b, c, d]);
    let mut chunks = payload.chunks_exact_mut(8);
    for chunk in &mut chunks {
        let mut word = [0; 8];
        word.copy_from_slice(chunk);
        chunk.copy_from_slice(&(u64::from_ne_bytes(word) ^ wide).to_ne_bytes());
    }
    for (byte, key) in chunks.into_remainder().iter_mut().zip(mask.iter().cycle()) {
        *byte ^= key;
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use proptest::prelude::*;

    use super::{Decoder, Received, StreamError};

    /// A message as a test sees it.
    #[derive(Debug, Clone, PartialEq, Eq)]
    enum Owned {
        Text(String),
        Binary(Vec<u8>),
        Ping(Vec<u8>),
        Pong,
        Close,
    }

    const LIMIT: usize = 1_000;

    fn own(received: &Received<'_>) -> Owned {
        match received {
            Received::Text(text) => Owned::Text((*text).to_owned()),
            Received::Binary(bytes) => Owned::Binary(bytes.to_vec()),
            Received::Ping(bytes) => Owned::Ping(bytes.to_vec()),
            Received::Pong => Owned::Pong,
            Received::Close => Owned::Close,
        }
    }

    /// Decodes a stream cut into pieces of these lengths, the last one over and over.
    fn decode(stream: &[u8], cuts: &[usize], breaks: bool) -> Result<Vec<Owned>, StreamError> {
        let mut decoder = Decoder::new(LIMIT);
        let mut seen = Vec::new();
        let flow = if breaks { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        let mut rest = stream;
        let mut cuts = cuts.iter().copied().chain(std::iter::repeat(7));
        while !rest.is_empty() {
            let (piece, later) = rest.split_at(cuts.next().unwrap_or(1).clamp(1, rest.len()));
            rest = later;
            let mut piece = piece.to_vec();
            loop {
                let before = seen.len();
                decoder.decode(&mut piece, |received| {
                    seen.push(own(&received));
                    flow
                })?;
                piece.clear();
                if seen.len() == before || !decoder.has_rest() {
                    break;
                }
            }
        }
        Ok(seen)
    }

    fn frame(first: u8, mask: [u8; 4], payload: &[u8]) -> Vec<u8> {
        let mut frame = vec![first];
        if let Ok(length @ 0..=125) = u8::try_from(payload.len()) {
            frame.push(0x80 | length);
        } else {
            frame.push(0xFE);
            frame.extend(u16::try_from(payload.len()).unwrap().to_be_bytes());
        }
        frame.extend(mask);
        frame.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, key)| byte ^ key));
        frame
    }

    fn encode(message: &Owned, mask: [u8; 4], fragment: usize) -> Vec<u8> {
        let (opcode, payload) = match message {
            Owned::Text(text) => (1, text.as_bytes()),
            Owned::Binary(bytes) => (2, bytes.as_slice()),
            Owned::Ping(bytes) => return frame(0x89, mask, bytes),
            Owned::Pong => return frame(0x8A, mask, b""),
            Owned::Close => return frame(0x88, mask, b""),
        };
        if payload.len() <= fragment {
            return frame(0x80 | opcode, mask, payload);
        }
        let (first, rest) = payload.split_at(fragment);
        let (middle, last) = rest.split_at(rest.len() / 2);
        // A control frame may stand between fragments, but is no part of the message.
        [frame(opcode, mask, first), frame(0, mask, middle), frame(0x80, mask, last)].concat()
    }

    fn messages() -> impl Strategy<Value = Vec<Owned>> {
        let message = prop_oneof![
            ".{0,80}".prop_map(Owned::Text),
            prop::collection::vec(any::<u8>(), 0..300).prop_map(Owned::Binary),
            prop::collection::vec(any::<u8>(), 0..100).prop_map(Owned::Ping),
            Just(Owned::Pong),
        ];
        prop::collection::vec(message, 0..12)
    }

    proptest! {
        #[test]
        fn what_was_encoded_is_decoded_however_it_is_cut(
            messages in messages(),
            mask in any::<[u8; 4]>(),
            fragment in 1_usize..200,
            cuts in prop::collection::vec(1_usize..40, 0..20),
            breaks in any::<bool>(),
        ) {
            let stream: Vec<u8> =
                messages.iter().flat_map(|message| encode(message, mask, fragment)).collect();
            prop_assert_eq!(decode(&stream, &cuts, breaks), Ok(messages));
        }

        #[test]
        fn no_bytes_panic_or_are_kept_past_the_limit(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            cuts in prop::collection::vec(1_usize..40, 0..10),
        ) {
            drop(decode(&bytes, &cuts, false));
            let mut decoder = Decoder::new(LIMIT);
            let decoded = decoder.decode(&mut bytes.clone(), |_| ControlFlow::Continue(()));
            prop_assert!(decoded.is_err() || decoder.rest.len() <= LIMIT + 14);
        }
    }

    #[test]
    fn an_idle_decoder_holds_no_memory() {
        let mut decoder = Decoder::new(LIMIT);
        let large = frame(0x82, [1, 2, 3, 4], &[0; 900]);
        for piece in large.chunks(100) {
            decoder.decode(&mut piece.to_vec(), |_| ControlFlow::Continue(())).unwrap();
        }
        assert_eq!((decoder.rest.capacity(), decoder.fragments.is_none()), (0, true));
    }
}
