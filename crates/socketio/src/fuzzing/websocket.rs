//! Frames of clients: read the same however they are cut, and never kept past the limit.

use std::ops::ControlFlow;

use crate::engine::decoder::{Decoder, Received, StreamError};

/// The largest message here: small, so that short inputs are past it.
const LIMIT: usize = 200;

/// The longest header of a frame.
const HEADER_MAX_BYTES: usize = 14;

/// A message that outlives its buffer.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Message {
    Text(String),
    Binary(Vec<u8>),
    Ping(Vec<u8>),
    Pong,
    Close,
}

/// The first byte says how many lengths of pieces follow; the rest is the stream.
pub fn websocket_stream(data: &[u8]) {
    let Some((&count, rest)) = data.split_first() else { return };
    let Some((cuts, stream)) = rest.split_at_checked(usize::from(count % 16)) else { return };
    let whole = read(stream, &[], false);
    assert_eq!(read(stream, cuts, false), whole, "cut at {cuts:?}");
    assert_eq!(read(stream, cuts, true), whole, "cut at {cuts:?}, one at a time");
    let (messages, _) = whole;
    for fragment in [LIMIT, 1 + usize::from(count)] {
        let again: Vec<u8> =
            messages.iter().flat_map(|message| write(message, cuts, fragment)).collect();
        assert_eq!(read(&again, &[], false), (messages.clone(), None), "after writing");
    }
}

/// Reads a stream in pieces of these lengths (the last over and over), or whole.
fn read(stream: &[u8], cuts: &[u8], one_at_a_time: bool) -> (Vec<Message>, Option<StreamError>) {
    let mut decoder = Decoder::new(LIMIT);
    let (mut messages, mut is_closed) = (Vec::new(), false);
    let mut lengths =
        cuts.iter().copied().chain(std::iter::repeat(cuts.last().copied().unwrap_or(0)));
    let mut rest = stream;
    while !rest.is_empty() && !is_closed {
        let length = match lengths.next() {
            Some(length @ 1..) => usize::from(length).min(rest.len()),
            Some(0) | None => rest.len(),
        };
        let (piece, later) = rest.split_at(length);
        rest = later;
        let mut piece = piece.to_vec();
        loop {
            let before = messages.len();
            let outcome = decoder.decode(&mut piece, |received| {
                is_closed = received == Received::Close;
                messages.push(own(&received));
                if is_closed || one_at_a_time {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            });
            if let Err(error) = outcome {
                return (messages, Some(error));
            }
            piece.clear();
            if is_closed || !one_at_a_time || messages.len() == before {
                break;
            }
        }
        assert!(is_closed || decoder.kept_bytes() <= 2 * LIMIT + HEADER_MAX_BYTES);
    }
    (messages, None)
}

fn own(received: &Received<'_>) -> Message {
    match *received {
        Received::Text(text) => Message::Text(text.to_owned()),
        Received::Binary(bytes) => Message::Binary(bytes.to_vec()),
        Received::Ping(bytes) => Message::Ping(bytes.to_vec()),
        Received::Pong => Message::Pong,
        Received::Close => Message::Close,
    }
}

/// A message as a client sends it, in fragments of at most this length, with a mask made of these bytes.
fn write(message: &Message, mask: &[u8], fragment: usize) -> Vec<u8> {
    let (opcode, payload): (u8, &[u8]) = match message {
        Message::Text(text) => (0x01, text.as_bytes()),
        Message::Binary(bytes) => (0x02, bytes),
        Message::Close => return frame(0x88, &[], mask),
        Message::Ping(bytes) => return frame(0x89, bytes, mask),
        Message::Pong => return frame(0x8a, &[], mask),
    };
    assert!(payload.len() <= LIMIT, "a message of {} bytes", payload.len());
    let count = payload.len().div_ceil(fragment).max(1);
    let fragments = (0..count).flat_map(|index| {
        let end = payload.len().min((index + 1) * fragment);
        let is_last = if index + 1 == count { 0x80 } else { 0 };
        let opcode = if index == 0 { opcode } else { 0 };
        frame(is_last | opcode, &payload[index * fragment..end], mask)
    });
    fragments.collect()
}

fn frame(first: u8, payload: &[u8], mask: &[u8]) -> Vec<u8> {
    let byte = |index| mask.get(index).copied().unwrap_or(0x5a);
    let mask = [byte(0), byte(1), byte(2), byte(3)];
    let mut frame = vec![first];
    match u8::try_from(payload.len()) {
        Ok(length) if length < 126 => frame.push(0x80 | length),
        Ok(_) | Err(_) => {
            frame.push(0xfe);
            let length = u16::try_from(payload.len()).unwrap_or(u16::MAX);
            frame.extend_from_slice(&length.to_be_bytes());
        }
    }
    frame.extend_from_slice(&mask);
    frame.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, key)| byte ^ key));
    frame
}
