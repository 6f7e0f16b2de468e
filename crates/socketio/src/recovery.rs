//! Connection state recovery: what a client presents when it comes back, and how it is given what
//! it missed.
//!
//! A stock client keeps the `pid` of its CONNECT answer, and the last argument of the last event
//! that had a string there, which is meant to be an offset. When it comes back it presents both, and
//! takes its session for recovered if it is answered with the same `pid`. So an application that
//! recovers ends *every* event with an offset ([`Packet::event_with_offset`]): any other text in
//! that place would be taken for one.

use std::{future::Future, pin::Pin};

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{DisconnectReason, Packet, Socket, cork, engine::frame::Frame};

/// What a stock client presents in `auth` when it comes back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presented {
    /// The `pid` of its session.
    pub pid: String,
    /// The offset of the last event that it was given; `None` if there was none.
    pub offset: Option<String>,
}

/// The durable log, as one client needs it that comes back: the events that it missed, page by page.
pub trait MissedEvents: Send + 'static {
    /// The next of them, in order, each with its offset; `None` when all were given. It is asked for
    /// when the client has taken the page before, so a page should hold little.
    fn next_page(
        &mut self,
    ) -> impl Future<Output = Result<Option<Vec<Packet>>, ReplayFailed>> + Send;
}

/// The log cannot be read at the moment. The transport is closed, and the client comes back with
/// the offset that it has reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the events that a client missed cannot be read")]
pub struct ReplayFailed;

/// [`MissedEvents`] of any type.
pub(crate) struct Missed(Box<dyn DynMissedEvents>);

/// How many bytes of a replay wait for a client at most, beside one event.
const REPLAY_BYTES: usize = 64 * 1024;

impl Presented {
    /// Reads them from the `auth` of a CONNECT packet; `None` without a `pid`.
    pub fn of(auth: Option<&RawValue>) -> Option<Self> {
        #[derive(Deserialize)]
        struct Auth<'a> {
            #[serde(borrow, default)]
            pid: Option<&'a RawValue>,
            #[serde(borrow, default)]
            offset: Option<&'a RawValue>,
        }
        let auth: Auth<'_> = serde_json::from_str(auth?.get()).ok()?;
        let text = |raw: &RawValue| serde_json::from_str(raw.get()).ok();
        Some(Self { pid: auth.pid.and_then(text)?, offset: auth.offset.and_then(text) })
    }
}

impl Missed {
    pub(crate) fn new(events: impl MissedEvents) -> Self {
        Self(Box::new(events))
    }
}

impl std::fmt::Debug for Missed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Missed(…)")
    }
}

/// Gives a client what it missed, as fast as it takes it, and then what was held back meanwhile.
pub(crate) async fn replay(socket: Socket, mut missed: Missed) {
    let guard = Replaying(&socket);
    loop {
        match missed.0.next_page().await {
            Ok(Some(packets)) => {
                if !send_page(&socket, &packets).await {
                    break;
                }
            }
            Ok(None) => {
                socket.end_replay();
                break;
            }
            Err(ReplayFailed) => {
                socket.close_transport(DisconnectReason::ForcedClose);
                break;
            }
        }
    }
    drop(guard);
}

/// False if the socket ended.
async fn send_page(socket: &Socket, packets: &[Packet]) -> bool {
    let mut batch: Vec<Frame> = Vec::new();
    let mut size_bytes = 0;
    for packet in packets {
        let (first, attachments) = packet.frames(socket.namespace_name());
        for frame in std::iter::once(&first).chain(attachments) {
            size_bytes += frame.len();
            batch.push(frame.clone());
        }
        if size_bytes >= REPLAY_BYTES {
            if !send_batch(socket, &batch).await {
                return false;
            }
            batch.clear();
            size_bytes = 0;
        }
    }
    batch.is_empty() || send_batch(socket, &batch).await
}

async fn send_batch(socket: &Socket, batch: &[Frame]) -> bool {
    if !socket.drained().await {
        return false;
    }
    cork(|| socket.push_replayed(batch))
}

/// A socket must not stay in its replay when that ends in another way than by its end.
struct Replaying<'a>(&'a Socket);

impl Drop for Replaying<'_> {
    fn drop(&mut self) {
        if self.0.is_replaying() {
            self.0.close_transport(DisconnectReason::ForcedClose);
        }
    }
}

type NextPage<'a> =
    Pin<Box<dyn Future<Output = Result<Option<Vec<Packet>>, ReplayFailed>> + Send + 'a>>;

/// [`MissedEvents`] behind a pointer.
trait DynMissedEvents: Send {
    fn next_page(&mut self) -> NextPage<'_>;
}

impl<M: MissedEvents> DynMissedEvents for M {
    fn next_page(&mut self) -> NextPage<'_> {
        Box::pin(MissedEvents::next_page(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(auth: &str) -> Option<Presented> {
        Presented::of(Some(
            &serde_json::value::to_raw_value(
                &serde_json::from_str::<serde_json::Value>(auth).unwrap(),
            )
            .unwrap(),
        ))
    }

    #[test]
    fn a_pid_and_an_offset_are_read_where_they_are_texts() {
        let both = Presented { pid: "p".to_owned(), offset: Some("1.2".to_owned()) };
        assert_eq!(of(r#"{"pid":"p","offset":"1.2","token":"t"}"#), Some(both));
        let pid_alone = Some(Presented { pid: "p".to_owned(), offset: None });
        for auth in [r#"{"pid":"p"}"#, r#"{"pid":"p","offset":7}"#, r#"{"pid":"p","offset":null}"#]
        {
            assert_eq!(of(auth), pid_alone, "{auth}");
        }
        for auth in ["{}", r#"{"offset":"1"}"#, r#"{"pid":7}"#, r#"{"pid":null}"#] {
            assert_eq!(of(auth), None, "{auth}");
        }
        assert_eq!(Presented::of(None), None);
    }
}
