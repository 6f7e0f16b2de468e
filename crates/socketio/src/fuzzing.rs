//! What `fuzz/` runs: each function fails when its decoder breaks a promise on these bytes.

#[cfg(test)]
#[path = "../../../fuzz/bounded.rs"]
mod bounded;
mod http_session;
mod websocket;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request};
use serde_json::value::RawValue;

use crate::{
    Handshake, Packet,
    engine::{
        frame::Frame,
        id::SessionId,
        packet::{Incoming, SEPARATOR, decode_polling, decode_text, split_payload},
        upgrade,
    },
    handshake::query_value,
    packet::Array,
    protocol::{
        self,
        decode::{ClientBody, ClientPacket, decode},
    },
};

pub use self::{http_session::http_session, websocket::websocket_stream};

/// Attachments that a packet may announce here.
const ATTACHMENTS_MAX: usize = 10;

/// Engine.IO packets: a message is the rest of the packet, and written again it is the same.
pub fn engine_packet(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(Incoming::Text(message)) = decode_text(text) {
        let frame = Frame::text(&[b"4", message.as_bytes()]);
        assert_eq!(polling_form(&frame), text);
    }
}

/// Engine.IO polling payloads: nothing grows, and what is read, written again, is read again.
pub fn engine_payload(data: &[u8]) {
    let Ok(body) = std::str::from_utf8(data) else { return };
    let (mut scratch, mut again) = (Vec::new(), Vec::new());
    let mut count = 0;
    for packet in split_payload(body) {
        count += 1;
        let frame = match decode_polling(packet, &mut scratch) {
            Ok(Incoming::Text(text)) => Frame::text(&[b"4", text.as_bytes()]),
            Ok(Incoming::Binary(bytes)) => {
                assert!(bytes.len() <= packet.len());
                Frame::binary(bytes)
            }
            Ok(_) | Err(_) => continue,
        };
        let written = polling_form(&frame);
        assert_eq!(frame.polling_len(), written.len());
        assert_eq!(
            decode_polling(packet, &mut scratch),
            decode_polling(&written, &mut again),
            "{packet:?} was written as {written:?}"
        );
    }
    assert_eq!(count, 1 + body.matches(char::from(SEPARATOR)).count());
}

/// Socket.IO packets: nothing grows, and what is read, written by the server, is read again.
pub fn socketio_packet(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(packet) = decode(text, ATTACHMENTS_MAX) else { return };
    assert_eq!(packet.size_bytes, text.len());
    assert!(packet.attachments <= ATTACHMENTS_MAX);
    let name = packet.namespace.as_deref().unwrap_or("/");
    assert!(name.starts_with('/') && !name.contains(','), "namespace {name:?}");
    match &packet.body {
        ClientBody::Connect { auth } => {
            assert!(auth.as_ref().is_none_or(|auth| is_parsed_by_others(auth)));
        }
        ClientBody::Disconnect => {}
        ClientBody::Event { name: event, args, ack_id } => {
            assert!(args.iter().all(|arg| is_parsed_by_others(arg)));
            assert!(args.iter().map(|arg| arg.get().len()).sum::<usize>() <= text.len());
            let Ok(encoded) = Packet::event_args(event, args) else {
                unreachable!("raw JSON is always encoded");
            };
            let attachments = vec![Bytes::from_static(b"x"); packet.attachments];
            let (first, rest) = {
                let encoded = encoded.with_attachments(attachments);
                let (first, rest) = encoded.frames(&name.into());
                (first, rest.len())
            };
            assert_eq!(rest, packet.attachments);
            assert_same(&polling_form(&first), &packet, None);
            if let (Some(id), 0) = (ack_id, packet.attachments) {
                let array = Array { name: Some(event), args };
                let json = serde_json::to_vec(&array).unwrap_or_default();
                let frame = protocol::event_with_ack_frame(name, *id, &json);
                assert_same(&polling_form(&frame), &packet, Some(*id));
            }
        }
        ClientBody::Ack { id, args } => {
            assert!(args.iter().all(|arg| is_parsed_by_others(arg)));
            let array = Array { name: None, args };
            let json = serde_json::to_vec(&array).unwrap_or_default();
            let attachments = vec![Bytes::from_static(b"x"); packet.attachments];
            let frames = protocol::ack_frames(name, *id, &json, &attachments);
            assert_eq!(frames.len(), 1 + packet.attachments);
            assert!(frames.first().is_some_and(|frame| {
                assert_same(&polling_form(frame), &packet, Some(*id));
                true
            }));
        }
    }
}

/// Query and headers of a handshake: the first line is the target, each further one a header.
pub fn handshake(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut lines = text.split('\n');
    let target = lines.next().unwrap_or_default();
    // What hyper would not let through does not come here.
    let Ok(mut request) = Request::builder().uri(target).body(()) else { return };
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value))
        else {
            continue;
        };
        request.headers_mut().append(name, value);
    }
    let is_upgrade = upgrade::is_asked_for(request.headers());
    assert!(!is_upgrade || request.headers().contains_key("upgrade"));
    let (head, ()) = request.into_parts();
    let handshake = Handshake::new(&head, std::time::Instant::now());
    for name in head.headers.keys() {
        if let Some(kept) = handshake.header(name.as_str()) {
            let sent = head.headers.get_all(name);
            assert!(sent.iter().any(|value| value == kept), "{name}: {kept:?}");
        }
    }
    let query = head.uri.query().unwrap_or_default();
    for name in ["EIO", "transport", "sid", "token", ""] {
        let Some(value) = query_value(query, name) else { continue };
        // A byte that is no UTF-8 comes out as a character of three.
        assert!(value.len() <= 3 * query.len());
        let again = format!("x=&{}={}", percent_encoded(name), percent_encoded(&value));
        assert_eq!(query_value(&again, name).as_ref(), Some(&value));
        if let Some(id) = SessionId::parse(&value) {
            assert!(value.starts_with(id.as_str()));
        }
    }
}

fn polling_form(frame: &Frame) -> String {
    let mut body = Vec::new();
    frame.write_polling(&mut body);
    String::from_utf8_lossy(&body).into_owned()
}

/// Whether those who parse an argument later can: raw JSON is not parsed by itself.
fn is_parsed_by_others(raw: &RawValue) -> bool {
    use serde::de::IgnoredAny;
    serde_json::from_str::<IgnoredAny>(raw.get()).is_ok()
}

/// What the server wrote is read as what the client sent, but for an event's ack id.
fn assert_same(written: &str, packet: &ClientPacket, ack: Option<u64>) {
    let read = written.strip_prefix('4').and_then(|text| decode(text, ATTACHMENTS_MAX).ok());
    let Some(read) = read else { unreachable!("{written:?} is not read again") };
    assert_eq!(
        (&read.namespace, read.attachments, contents(&read.body, ack)),
        (&packet.namespace, packet.attachments, contents(&packet.body, ack)),
        "{written:?}"
    );
}

fn contents(body: &ClientBody, ack: Option<u64>) -> (Option<&str>, Vec<&str>, Option<u64>) {
    match body {
        ClientBody::Event { name, args, ack_id } => {
            (Some(name.as_str()), texts(args), ack_id.and(ack))
        }
        ClientBody::Ack { id, args } => (None, texts(args), Some(*id)),
        ClientBody::Connect { .. } | ClientBody::Disconnect => (None, Vec::new(), None),
    }
}

fn texts(args: &[Box<RawValue>]) -> Vec<&str> {
    args.iter().map(|arg| arg.get()).collect()
}

fn percent_encoded(text: &str) -> String {
    use std::fmt::Write;
    text.bytes().fold(String::new(), |mut encoded, byte| {
        // Writing to a String cannot fail.
        let _written = write!(encoded, "%{byte:02x}");
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::bounded::run;

    #[test]
    fn engine_packets_are_read_as_they_were_written() {
        run("engine_packet", super::engine_packet);
    }

    #[test]
    fn engine_payloads_are_read_as_they_were_written() {
        run("engine_payload", super::engine_payload);
    }

    #[test]
    fn socketio_packets_are_read_as_they_were_written() {
        run("socketio_packet", super::socketio_packet);
    }

    #[test]
    fn websocket_streams_are_read_the_same_however_they_are_cut() {
        run("websocket_stream", super::websocket_stream);
    }

    #[test]
    fn handshakes_are_read_as_they_were_written() {
        run("handshake", super::handshake);
    }

    #[test]
    fn requests_get_an_answer_and_leave_other_sessions_alone() {
        run("http_session", super::http_session);
    }
}
