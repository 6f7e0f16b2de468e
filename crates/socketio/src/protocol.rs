//! The text of Socket.IO packets, as it is written.

pub(crate) mod decode;

use bytes::Bytes;
use serde_json::value::RawValue;

use crate::engine::frame::Frame;

/// What stands before an event's JSON, the Engine.IO message type first: `42`, `42/admin,`,
/// `452-/admin,`.
pub(crate) fn event_prefix(namespace: &str, attachments: usize) -> String {
    prefix(('2', '5'), namespace, attachments)
}

/// The answer to an accepted CONNECT.
pub(crate) fn connect_frame(namespace: &str, id: &str, pid: Option<&str>) -> Frame {
    let mut text = prefix(('0', '0'), namespace, 0).into_bytes();
    text.extend_from_slice(b"{\"sid\":");
    push_json_string(&mut text, id);
    if let Some(pid) = pid {
        text.extend_from_slice(b",\"pid\":");
        push_json_string(&mut text, pid);
    }
    text.push(b'}');
    Frame::text(&[&text])
}

/// The answer to a refused CONNECT.
pub(crate) fn connect_error_frame(
    namespace: &str,
    message: &str,
    data: Option<&RawValue>,
) -> Frame {
    let mut text = prefix(('4', '4'), namespace, 0).into_bytes();
    text.extend_from_slice(b"{\"message\":");
    push_json_string(&mut text, message);
    if let Some(data) = data {
        text.extend_from_slice(b",\"data\":");
        text.extend_from_slice(data.get().as_bytes());
    }
    text.push(b'}');
    Frame::text(&[&text])
}

/// The server leaves a namespace.
pub(crate) fn disconnect_frame(namespace: &str) -> Frame {
    Frame::text(&[prefix(('1', '1'), namespace, 0).as_bytes()])
}

/// An acknowledgement of a client's event, with its attachments after it.
pub(crate) fn ack_frames(
    namespace: &str,
    id: u64,
    json: &[u8],
    attachments: &[Bytes],
) -> Vec<Frame> {
    let mut head = prefix(('3', '6'), namespace, attachments.len());
    head.push_str(&id.to_string());
    let mut frames = vec![Frame::text(&[head.as_bytes(), json])];
    frames.extend(attachments.iter().map(|bytes| Frame::binary(bytes)));
    frames
}

/// An event that asks for an acknowledgement.
pub(crate) fn event_with_ack_frame(namespace: &str, id: u64, json: &[u8]) -> Frame {
    let mut head = prefix(('2', '5'), namespace, 0);
    head.push_str(&id.to_string());
    Frame::text(&[head.as_bytes(), json])
}

/// Appends a string as JSON.
pub(crate) fn push_json_string(json: &mut Vec<u8>, text: &str) {
    json.extend_from_slice(serde_json::Value::from(text).to_string().as_bytes());
}

fn prefix((plain, binary): (char, char), namespace: &str, attachments: usize) -> String {
    let mut text = String::with_capacity(namespace.len() + 8);
    text.push('4');
    match attachments {
        0 => text.push(plain),
        count => {
            text.push(binary);
            text.push_str(&count.to_string());
            text.push('-');
        }
    }
    if namespace != "/" {
        text.push_str(namespace);
        text.push(',');
    }
    text
}
