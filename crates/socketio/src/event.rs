//! An event that a client sent, and the acknowledgement that it may ask for.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::{Socket, packet::Array, protocol};

/// An event of a client, its arguments not yet parsed.
#[derive(Debug)]
pub struct Event {
    /// The event's name. Reserved names (`connect`, `disconnect`, …) never come here.
    pub name: String,
    /// The arguments after the name, each one valid JSON at most 128 levels deep. Attachments are
    /// placeholders in them, `{"_placeholder":true,"num":0}`, which are not checked: a client may
    /// send any number there, more or fewer of them than attachments, or none.
    pub args: Vec<Box<RawValue>>,
    /// The binary attachments, in the order in which they came, which a stock client's placeholders
    /// count from 0. As many as the packet announced; look one up with `get`.
    pub attachments: Vec<Bytes>,
    /// Present if the client asked for an acknowledgement.
    pub ack: Option<Ack>,
}

/// The right to acknowledge one event, once. It may be moved to any task.
///
/// Dropped without a send, the client waits until its own timeout.
#[derive(Debug)]
pub struct Ack {
    pub(crate) socket: Socket,
    pub(crate) id: u64,
}

/// An argument that is not what was asked for.
#[derive(Debug, thiserror::Error)]
pub enum ArgumentError {
    /// The event has fewer arguments.
    #[error("argument {0} is missing")]
    Missing(usize),
    /// The argument does not fit the type.
    #[error("argument {0} does not fit")]
    Unfit(usize, #[source] serde_json::Error),
}

impl Event {
    /// Parses the argument of that index, counted from 0.
    pub fn arg<'a, T: Deserialize<'a>>(&'a self, index: usize) -> Result<T, ArgumentError> {
        let raw = self.args.get(index).ok_or(ArgumentError::Missing(index))?;
        serde_json::from_str(raw.get()).map_err(|source| ArgumentError::Unfit(index, source))
    }
}

impl Ack {
    /// Acknowledges with one argument. After the socket's end nothing happens.
    pub fn send(self, payload: &impl Serialize) {
        self.send_args(&[payload]);
    }

    /// Acknowledges with any number of arguments.
    pub fn send_args(self, args: &[impl Serialize]) {
        self.send_binary(args, &[]);
    }

    /// Acknowledges with arguments that hold [`Attachment`](crate::Attachment)s, and those.
    pub fn send_binary(self, args: &[impl Serialize], attachments: &[Bytes]) {
        match serde_json::to_vec(&Array { name: None, args }) {
            Ok(json) => {
                let namespace = self.socket.namespace_name();
                let frames = protocol::ack_frames(namespace, self.id, &json, attachments);
                self.socket.push_ack(&frames);
            }
            Err(error) => {
                tracing::error!(%error, "an acknowledgement cannot be encoded, so none is sent");
            }
        }
    }
}
