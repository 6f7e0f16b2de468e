//! The end of a transport: what is queued is still written, and the client hears that it is over.

use std::task::{Context, Poll};

use crate::{
    DisconnectReason,
    engine::{
        Connection,
        stream::{Reader, Stream},
        write,
    },
};

/// How far the transport of a closed connection is.
pub(crate) enum Farewell {
    /// Writing what is left.
    Flushing,
    /// All is written: reading until the client closes too, since closing over unread bytes would
    /// reset the connection and could destroy the last frames on their way.
    Lingering(Reader),
    Done,
}

impl Farewell {
    /// Ready when the transport is gone; at the connection's deadline it goes whatever is left.
    pub(crate) fn poll(
        &mut self,
        connection: &Connection,
        stream: &mut Option<Stream>,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        if connection.is_past_deadline(connection.core().now()) {
            self.hang_up(connection, stream);
        }
        if matches!(self, Self::Flushing) && poll_flushed(connection, stream, cx).is_ready() {
            let reader = stream.take().map(Stream::into_reader);
            self.hang_up(connection, stream);
            if let Some(reader) = reader.filter(|_| waits_for_client(connection)) {
                *self = Self::Lingering(reader);
            }
        }
        match self {
            Self::Flushing => Poll::Pending,
            Self::Lingering(reader) => reader.poll_discard(cx),
            Self::Done => Poll::Ready(()),
        }
    }

    /// Gives the transport up at once.
    pub(crate) fn hang_up(&mut self, connection: &Connection, stream: &mut Option<Stream>) {
        let link = connection.outbound().lock().hang_up();
        drop(link);
        *stream = None;
        *self = Self::Done;
    }
}

/// Ready when nothing is left that this side could tell.
fn poll_flushed(
    connection: &Connection,
    stream: &mut Option<Stream>,
    cx: &mut Context<'_>,
) -> Poll<()> {
    let Some(stream) = stream else {
        let is_told = !connection.outbound().lock().owes_farewell();
        return if is_told { Poll::Ready(()) } else { Poll::Pending };
    };
    write::poll_rest(connection, stream, cx);
    let is_written = {
        let outbound = connection.outbound().lock();
        outbound.is_gone() || outbound.is_idle()
    };
    if is_written { stream.poll_finish(cx) } else { Poll::Pending }
}

/// Whether the client has yet to close its side.
fn waits_for_client(connection: &Connection) -> bool {
    match connection.close_reason() {
        Some(DisconnectReason::TransportClose | DisconnectReason::SlowConsumer) | None => false,
        Some(
            DisconnectReason::TransportError
            | DisconnectReason::PingTimeout
            | DisconnectReason::ParseError
            | DisconnectReason::ClientNamespaceDisconnect
            | DisconnectReason::ServerNamespaceDisconnect
            | DisconnectReason::ServerShuttingDown
            | DisconnectReason::ForcedClose
            | DisconnectReason::ForcedServerClose,
        ) => true,
    }
}
