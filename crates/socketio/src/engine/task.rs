//! The one task of a connection: it reads, runs the handlers one after another, and ends it.

use std::{
    ops::ControlFlow,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use crate::{
    DisconnectReason,
    engine::{
        Application, Transport,
        connection::Urgency,
        cork::cork,
        decoder::{Decoder, Received, StreamError},
        farewell::Farewell,
        frame::Frame,
        packet::{Incoming, decode_text},
        session::Session,
        stream::Stream,
        write,
    },
};

/// Drives one connection until all is told and handled. Each turn is corked.
pub(crate) struct ConnectionTask<A: Application> {
    session: Arc<Session<A>>,
    stream: Option<Stream>,
    /// The handler that runs; boxed, so that an idle connection holds no room for one.
    running: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    ending: Ending,
    farewell: Farewell,
}

/// How far the handlers of a closed connection are.
#[derive(Debug, PartialEq, Eq)]
enum Ending {
    /// Not closed yet.
    Open,
    /// What was received is still being handled.
    Finishing,
    /// The last handler runs.
    Closing,
    /// All has been handled.
    Closed,
}

/// What one turn of the handlers came to.
#[derive(Debug, PartialEq, Eq)]
enum Turn {
    /// A handler waits for something.
    Waiting,
    /// Nothing is left to handle.
    Idle,
    /// Enough for this turn; the task has been woken again.
    Exhausted,
}

/// How often one turn reads.
const READS_PER_POLL: usize = 8;

impl<A: Application> ConnectionTask<A> {
    pub(crate) const fn new(session: Arc<Session<A>>, stream: Option<Stream>) -> Self {
        let (ending, farewell) = (Ending::Open, Farewell::Flushing);
        Self { session, stream, running: None, ending, farewell }
    }

    fn poll_turn(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.session.connection.register(cx.waker());
        for _ in 0..READS_PER_POLL {
            let turn = self.poll_handlers(cx);
            if self.stream.is_none() {
                self.stream = self.session.take_handover();
            }
            if !self.session.connection.is_open() {
                return self.poll_ending(cx);
            }
            let has_read = turn != Turn::Exhausted && self.poll_read(cx);
            if !self.session.connection.is_open() {
                return self.poll_ending(cx);
            }
            if let Some(stream) = &mut self.stream {
                write::poll_rest(&self.session.connection, stream, cx);
            }
            if !has_read {
                return Poll::Pending;
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn poll_handlers(&mut self, cx: &mut Context<'_>) -> Turn {
        for _ in 0..self.session.shared.core.config.packets_per_poll.max(1) {
            match &mut self.running {
                Some(handler) => {
                    let polled = catch_unwind(AssertUnwindSafe(|| handler.as_mut().poll(cx)));
                    match polled {
                        Ok(Poll::Pending) => return Turn::Waiting,
                        Ok(Poll::Ready(())) => self.running = None,
                        Err(_) => {
                            tracing::error!("a handler panicked, its event is lost");
                            self.running = None;
                        }
                    }
                }
                None => match self.next_handler() {
                    Some(handler) => self.running = Some(handler),
                    None => return Turn::Idle,
                },
            }
        }
        cx.waker().wake_by_ref();
        Turn::Exhausted
    }

    fn next_handler(&mut self) -> Option<Pin<Box<dyn Future<Output = ()> + Send>>> {
        let session = Arc::clone(&self.session);
        let shared = &self.session.shared;
        let work = shared.application.pending(&session.state).or_else(|| session.next_work());
        if let Some(work) = work {
            return Some(Box::pin(async move {
                let application = &session.shared.application;
                application.handle(&session.connection, &session.state, work).await;
            }));
        }
        match self.ending {
            Ending::Open | Ending::Closed => None,
            Ending::Closing => {
                self.ending = Ending::Closed;
                None
            }
            Ending::Finishing => {
                self.ending = Ending::Closing;
                let reason = session.connection.close_reason()?;
                Some(Box::pin(async move {
                    let application = &session.shared.application;
                    application.closed(&session.connection, &session.state, reason).await;
                }))
            }
        }
    }

    /// Reads once. True if the next turn may find more, false if the task will be woken.
    fn poll_read(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(stream) = &mut self.stream else { return false };
        let session = &self.session;
        if session.is_backlogged() {
            return false;
        }
        if stream.decoder.has_rest() {
            let waiting = session.inbound_count();
            decode(session, &mut stream.decoder, &mut []);
            // What the rest held is handled first: no further bytes may ever come to wake the task.
            if session.inbound_count() > waiting || !session.connection.is_open() {
                return true;
            }
        }
        match stream.poll_read(cx, |decoder, bytes| decode(session, decoder, bytes)) {
            Poll::Pending => false,
            Poll::Ready(Ok(0)) => {
                session.connection.close(DisconnectReason::TransportClose);
                true
            }
            Poll::Ready(Ok(count)) => {
                session.shared.core.counters.bytes_in.add(count);
                session.connection.hear();
                true
            }
            Poll::Ready(Err(_)) => {
                session.connection.close(DisconnectReason::TransportError);
                true
            }
        }
    }

    fn poll_ending(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let session = Arc::clone(&self.session);
        let Some(reason) = session.connection.close_reason() else { return Poll::Pending };
        if self.ending == Ending::Open {
            session.shared.application.closing(&session.connection, &session.state, reason);
            self.ending = Ending::Finishing;
            if reason.is_by_server() {
                session.clear_inbound();
            } else {
                session.release_waiting();
            }
        }
        let turn = self.poll_handlers(cx);
        let is_told = self.farewell.poll(&session.connection, &mut self.stream, cx).is_ready();
        if is_told && turn == Turn::Idle && self.ending == Ending::Closed {
            return Poll::Ready(());
        }
        Poll::Pending
    }
}

impl<A: Application> Future for ConnectionTask<A> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        cork(|| self.poll_turn(cx))
    }
}

impl<A: Application> Drop for ConnectionTask<A> {
    /// At its end, and also when the runtime drops it unfinished.
    fn drop(&mut self) {
        self.session.connection.close(DisconnectReason::TransportClose);
        let Self { session, stream, farewell, .. } = self;
        farewell.hang_up(&session.connection, stream);
        let counters = &self.session.shared.core.counters;
        match self.session.connection.transport() {
            Transport::Polling => counters.polling.subtract_one(),
            Transport::WebSocket => counters.websocket.subtract_one(),
        }
        self.session.shared.sessions.remove(self.session.connection.session_id());
    }
}

/// Decodes what was read and hands it to the session, until there is enough to handle.
fn decode<A: Application>(session: &Session<A>, decoder: &mut Decoder, bytes: &mut [u8]) {
    let connection = &session.connection;
    let outcome = decoder.decode(bytes, |received| {
        let taken = match received {
            Received::Text(text) => match decode_text(text) {
                Ok(packet) => session.receive(packet),
                Err(_) => Err(DisconnectReason::ParseError),
            },
            Received::Binary(payload) => session.receive(Incoming::Binary(payload)),
            Received::Ping(payload) => {
                connection.push(&[Frame::pong(payload)], Urgency::Durable);
                Ok(())
            }
            Received::Pong => Ok(()),
            Received::Close => {
                connection.close_with(DisconnectReason::TransportClose, Some(1000));
                return ControlFlow::Break(());
            }
        };
        match taken {
            Ok(()) if session.is_backlogged() => ControlFlow::Break(()),
            Ok(()) => ControlFlow::Continue(()),
            Err(reason) => {
                connection.close(reason);
                ControlFlow::Break(())
            }
        }
    });
    let code = match outcome {
        Ok(()) => return,
        Err(StreamError::Protocol) => 1002,
        Err(StreamError::Text) => 1007,
        Err(StreamError::TooLarge) => 1009,
    };
    connection.close_with(DisconnectReason::TransportError, Some(code));
}
