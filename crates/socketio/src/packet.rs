//! An event encoded once, whose bytes every receiver's queue shares.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use serde::{Serialize, Serializer, ser::SerializeStruct};

use crate::{engine::frame::Frame, protocol};

/// An event, encoded once with its WebSocket frame. Cheap to clone; send it to as many as you like.
///
/// The last argument may be an offset, see [`Packet::with_offset`].
#[derive(Debug, Clone)]
pub struct Packet {
    inner: Arc<Inner>,
}

/// Stands in a payload for the attachment of that index, counted from 0, of
/// [`Packet::with_attachments`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attachment(pub usize);

/// A payload that could not be written as JSON.
#[derive(Debug, thiserror::Error)]
#[error("payload of `{event}` cannot be encoded")]
pub struct EncodeError {
    /// The event's name.
    pub event: String,
    /// What the serializer said.
    pub source: serde_json::Error,
}

#[derive(Debug)]
struct Inner {
    /// The JSON array of name and arguments; a part of `root`'s bytes.
    json: Bytes,
    attachments: Vec<Frame>,
    root: Frame,
    /// The frame for the first other namespace that the packet was sent to. One is enough: a packet
    /// is hardly ever sent to three namespaces, and a further one is merely encoded again.
    other: OnceLock<(Arc<str>, Frame)>,
}

/// Room before the JSON for the frame's header (at most 10 bytes), the packet's type and its number
/// of attachments, so that all three are written into the one allocation.
const HEADROOM: usize = 40;

impl Packet {
    /// An event with one argument.
    pub fn event(name: &str, payload: &impl Serialize) -> Result<Self, EncodeError> {
        Self::encode(name, &(name, payload))
    }

    /// An event with any number of arguments of one type, such as `serde_json::Value` or
    /// `Box<RawValue>`.
    pub fn event_args(name: &str, args: &[impl Serialize]) -> Result<Self, EncodeError> {
        Self::encode(name, &Array { name: Some(name), args })
    }

    /// An event with one argument and after it an offset, see [`Packet::with_offset`]; encoded in one go.
    pub fn event_with_offset(
        name: &str,
        payload: &impl Serialize,
        offset: &str,
    ) -> Result<Self, EncodeError> {
        Self::encode(name, &(name, payload, offset))
    }

    /// The same event with this string as its last argument, which a stock client takes for the
    /// offset that it presents when it recovers.
    #[must_use]
    pub fn with_offset(self, offset: &str) -> Self {
        let mut json = vec![0; HEADROOM];
        json.extend_from_slice(self.inner.json.strip_suffix(b"]").unwrap_or_default());
        json.push(b',');
        protocol::push_json_string(&mut json, offset);
        json.push(b']');
        Self::assemble(json, self.inner.attachments.clone())
    }

    /// The same event with binary attachments, for which the payload holds [`Attachment`]s. That these
    /// fit the attachments is not checked.
    #[must_use]
    pub fn with_attachments(self, attachments: Vec<Bytes>) -> Self {
        let mut json = vec![0; HEADROOM];
        json.extend_from_slice(&self.inner.json);
        let frames = attachments.into_iter().map(|bytes| Frame::binary(&bytes)).collect();
        Self::assemble(json, frames)
    }

    /// Its frames for the sockets of a namespace, in order.
    pub(crate) fn frames(&self, namespace: &Arc<str>) -> (Frame, &[Frame]) {
        let inner = &self.inner;
        if namespace.as_ref() == "/" {
            return (inner.root.clone(), &inner.attachments);
        }
        let made = || (Arc::clone(namespace), self.encode_for(namespace));
        let (known, frame) = inner.other.get_or_init(made);
        let first = if known == namespace { frame.clone() } else { self.encode_for(namespace) };
        (first, &inner.attachments)
    }

    fn encode(name: &str, array: &impl Serialize) -> Result<Self, EncodeError> {
        let mut json = Vec::with_capacity(256);
        json.resize(HEADROOM, 0);
        serde_json::to_writer(&mut json, array)
            .map_err(|source| EncodeError { event: name.to_owned(), source })?;
        Ok(Self::assemble(json, Vec::new()))
    }

    fn assemble(mut buffer: Vec<u8>, attachments: Vec<Frame>) -> Self {
        let prefix = protocol::event_prefix("/", attachments.len());
        let start = Frame::write_text_head(&mut buffer, HEADROOM, &prefix);
        let bytes = Bytes::from(buffer);
        let json = bytes.slice(HEADROOM..);
        let root = Frame::from_encoded(bytes.slice(start..));
        Self { inner: Arc::new(Inner { json, attachments, root, other: OnceLock::new() }) }
    }

    fn encode_for(&self, namespace: &str) -> Frame {
        let prefix = protocol::event_prefix(namespace, self.inner.attachments.len());
        Frame::text(&[prefix.as_bytes(), &self.inner.json])
    }
}

impl Serialize for Attachment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut placeholder = serializer.serialize_struct("Attachment", 2)?;
        placeholder.serialize_field("_placeholder", &true)?;
        placeholder.serialize_field("num", &self.0)?;
        placeholder.end()
    }
}

/// The array of an event (with its name) or an acknowledgement (without one).
pub(crate) struct Array<'a, T> {
    pub(crate) name: Option<&'a str>,
    pub(crate) args: &'a [T],
}

impl<T: Serialize> Serialize for Array<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeSeq;
        let length = self.args.len() + usize::from(self.name.is_some());
        let mut sequence = serializer.serialize_seq(Some(length))?;
        if let Some(name) = self.name {
            sequence.serialize_element(name)?;
        }
        for argument in self.args {
            sequence.serialize_element(argument)?;
        }
        sequence.end()
    }
}
