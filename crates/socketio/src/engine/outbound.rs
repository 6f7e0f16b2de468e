//! What waits for one client, and the direct write that empties it.

use std::{io::IoSlice, sync::Arc, task::Waker};

use tokio::net::tcp::OwnedWriteHalf;

use crate::{
    Config, DisconnectReason,
    engine::{
        connection::{Connection, Transport, Urgency},
        cork,
        frame::Frame,
        packet::SEPARATOR,
        queue::Queue,
    },
};

/// The frames that wait, and where they go.
///
/// Whoever queued a frame writes it, and what others queued meanwhile; `is_writing` keeps the writer
/// alone without holding the lock over the system call. Only a blocked socket leaves the rest to the
/// connection's own task.
#[derive(Debug)]
pub(crate) struct Outbound {
    queue: Queue<Frame>,
    /// The size of `queue` in bytes; frames that are being written are not in it.
    size_bytes: usize,
    link: Link,
    is_writing: bool,
    is_blocked: bool,
    poll: Poll,
}

/// Where frames go.
#[derive(Debug, Clone)]
pub(crate) enum Link {
    /// Into the answer of the next poll.
    Polling,
    /// Straight to the socket, by whichever task sends.
    Direct(Arc<OwnedWriteHalf>),
    /// To the connection's own task, which alone can write (TLS).
    Owned,
    /// Nowhere.
    Gone,
}

/// The state of long-polling.
#[derive(Debug, Default)]
pub(crate) struct Poll {
    is_active: bool,
    waiting: Option<Waker>,
    is_posting: bool,
    /// A WebSocket is there that the connection may move to.
    is_claimed: bool,
    /// The WebSocket was probed: polls are answered at once, so that the client is free to move.
    is_upgrading: bool,
    /// The connection is closed, and a poll tells the client so.
    farewell: Option<Farewell>,
}

/// What a poll of a closed connection is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Farewell {
    /// The client closed it itself: a noop.
    Noop,
    /// A close packet.
    Close,
    /// It was told.
    Told,
}

/// A second request came while one of its kind is under way.
#[derive(Debug)]
pub(crate) struct Overlap;

/// How many frames go into one system call.
const SLICES: usize = 64;

impl Outbound {
    /// The queue of a new connection, in which the first frames wait already.
    pub(crate) fn new(link: Link, first: impl IntoIterator<Item = Frame>) -> Self {
        let mut outbound = Self {
            queue: Queue::Empty,
            size_bytes: 0,
            link,
            is_writing: false,
            is_blocked: false,
            poll: Poll::default(),
        };
        outbound.extend(first);
        outbound
    }

    pub(crate) const fn transport(&self) -> Transport {
        match self.link {
            Link::Polling => Transport::Polling,
            Link::Direct(_) | Link::Owned | Link::Gone => Transport::WebSocket,
        }
    }

    /// Whether all was written and nobody is writing.
    pub(crate) const fn is_idle(&self) -> bool {
        self.queue.is_empty() && !self.is_writing
    }

    pub(crate) const fn is_blocked(&self) -> bool {
        self.is_blocked
    }

    /// The socket takes bytes again.
    pub(crate) fn unblock(&mut self) {
        self.is_blocked = false;
    }

    pub(crate) const fn is_polling(&self) -> bool {
        matches!(self.link, Link::Polling)
    }

    /// Whether only the connection's own task can write.
    pub(crate) const fn is_owned(&self) -> bool {
        matches!(self.link, Link::Owned)
    }

    pub(crate) const fn is_gone(&self) -> bool {
        matches!(self.link, Link::Gone)
    }

    /// Takes the transport away; what is queued is lost.
    pub(crate) fn hang_up(&mut self) -> Link {
        self.clear();
        std::mem::replace(&mut self.link, Link::Gone)
    }

    /// Puts frames of the own task back in front, those that a write left over.
    pub(crate) fn put_back(&mut self, rest: Queue<Frame>) {
        self.size_bytes += rest.iter().map(Frame::len).sum::<usize>();
        self.queue.prepend(rest);
    }

    pub(crate) fn take_all(&mut self) -> Queue<Frame> {
        self.size_bytes = 0;
        std::mem::take(&mut self.queue)
    }

    /// Reserves the one place for an upgrade. False if it is taken, or the connection has moved.
    pub(crate) fn claim_upgrade(&mut self) -> bool {
        let is_free = self.is_polling() && !self.poll.is_claimed && self.poll.farewell.is_none();
        self.poll.is_claimed |= is_free;
        is_free
    }

    /// Answers polls at once from now on, beginning with the one whose waker this gives.
    pub(crate) fn start_upgrade(&mut self) -> Option<Waker> {
        self.poll.is_upgrading = true;
        self.poll.waiting.take()
    }

    /// Gives an upgrade up.
    pub(crate) fn release_upgrade(&mut self) {
        self.poll.is_claimed = false;
        self.poll.is_upgrading = false;
    }

    /// Begins a poll.
    pub(crate) fn start_poll(&mut self) -> Result<(), Overlap> {
        if self.poll.is_active {
            return Err(Overlap);
        }
        self.poll.is_active = true;
        Ok(())
    }

    /// Begins a POST.
    pub(crate) fn start_post(&mut self) -> Result<(), Overlap> {
        if self.poll.is_posting {
            return Err(Overlap);
        }
        self.poll.is_posting = true;
        Ok(())
    }

    pub(crate) fn end_post(&mut self) {
        self.poll.is_posting = false;
    }

    pub(crate) fn end_poll(&mut self) {
        self.poll.is_active = false;
        self.poll.waiting = None;
    }

    /// The answer of the active poll, with how many packets it holds, or none yet.
    pub(crate) fn poll_answer(&mut self, waker: &Waker, limit: usize) -> Option<(Vec<u8>, usize)> {
        let mut body = Vec::new();
        let mut count = 0;
        if self.is_polling() {
            count = self.fill(&mut body, limit);
        }
        match self.poll.farewell {
            Some(Farewell::Noop) if body.is_empty() => body.push(b'6'),
            Some(Farewell::Noop) => {}
            Some(Farewell::Close | Farewell::Told) => {
                if !body.is_empty() {
                    body.push(SEPARATOR);
                }
                body.push(b'1');
            }
            None if body.is_empty() && (!self.is_polling() || self.poll.is_upgrading) => {
                body.push(b'6');
            }
            None if body.is_empty() => {
                self.poll.waiting = Some(waker.clone());
                return None;
            }
            None => {}
        }
        if self.poll.farewell.is_some() {
            self.poll.farewell = Some(Farewell::Told);
        }
        self.poll.is_active = false;
        Some((body, count))
    }

    /// Whether a poll would still be told that the connection is closed.
    pub(crate) fn owes_farewell(&self) -> bool {
        matches!(self.poll.farewell, Some(Farewell::Close | Farewell::Noop))
            && (self.poll.is_active || self.poll.farewell == Some(Farewell::Close))
    }

    /// Takes nothing more but the farewell. The queue is kept only for a client that can be told.
    pub(crate) fn close(&mut self, reason: DisconnectReason, code: Option<u16>) {
        let is_lost = code.is_none() || reason == DisconnectReason::PingTimeout;
        if is_lost {
            self.clear();
        }
        match (&self.link, code) {
            (Link::Polling, _) => {
                let farewell = match reason {
                    DisconnectReason::TransportClose => Farewell::Noop,
                    // A client that is not there, or whom 400 tells enough, gets no further poll.
                    _ if is_lost && !self.poll.is_active => Farewell::Told,
                    DisconnectReason::ParseError if !self.poll.is_active => Farewell::Told,
                    DisconnectReason::ParseError
                    | DisconnectReason::TransportError
                    | DisconnectReason::PingTimeout
                    | DisconnectReason::ClientNamespaceDisconnect
                    | DisconnectReason::ServerNamespaceDisconnect
                    | DisconnectReason::ServerShuttingDown
                    | DisconnectReason::ForcedClose
                    | DisconnectReason::ForcedServerClose
                    | DisconnectReason::SlowConsumer => Farewell::Close,
                };
                self.poll.farewell = Some(farewell);
            }
            (Link::Direct(_) | Link::Owned, Some(code)) => self.extend([Frame::close(code)]),
            (Link::Direct(_) | Link::Owned | Link::Gone, _) => {}
        }
    }

    fn clear(&mut self) {
        self.queue = Queue::Empty;
        self.size_bytes = 0;
    }

    fn extend(&mut self, frames: impl IntoIterator<Item = Frame>) {
        for frame in frames {
            self.size_bytes += frame.len();
            self.queue.push_back(frame);
        }
    }

    fn fill(&mut self, body: &mut Vec<u8>, limit: usize) -> usize {
        let mut count = 0;
        while let Some(next) = self.queue.front() {
            let separator = usize::from(count > 0);
            if count > 0 && body.len() + separator + next.polling_len() > limit {
                break;
            }
            if count > 0 {
                body.push(SEPARATOR);
            }
            next.write_polling(body);
            self.size_bytes = self.size_bytes.saturating_sub(next.len());
            self.queue.pop_front();
            count += 1;
        }
        count
    }
}

impl Connection {
    /// Queues frames, all or none, and writes unless a cork is in place.
    pub(crate) fn push(&self, frames: &[Frame], urgency: Urgency) {
        let added = frames.iter().map(Frame::len).sum();
        let mut outbound = self.outbound().lock();
        if !self.is_open() {
            return;
        }
        if !self.admit(outbound.size_bytes, added, urgency) {
            // Behind a cork the queue may be full although the client reads well.
            drop(outbound);
            self.flush();
            outbound = self.outbound().lock();
            if !self.admit(outbound.size_bytes, added, urgency) {
                drop(outbound);
                return self.refuse(frames.len(), urgency);
            }
        }
        let is_first = outbound.queue.is_empty();
        outbound.extend(frames.iter().cloned());
        drop(outbound);
        if !cork::defer(self, is_first) {
            self.flush();
        }
    }

    /// Queues frames whose size was bounded elsewhere.
    pub(crate) fn push_unbounded(&self, frames: &[Frame]) {
        let mut outbound = self.outbound().lock();
        if !self.is_open() {
            return;
        }
        let is_first = outbound.queue.is_empty();
        outbound.extend(frames.iter().cloned());
        drop(outbound);
        if !cork::defer(self, is_first) {
            self.flush();
        }
    }

    /// Whether frames of `added` bytes may wait behind `waiting` bytes.
    pub(crate) fn admit(&self, waiting: usize, added: usize, urgency: Urgency) -> bool {
        let Config { outbound_max_bytes, .. } = &self.core().config;
        let limit = match urgency {
            Urgency::Durable => *outbound_max_bytes,
            Urgency::Volatile => outbound_max_bytes / 2,
        };
        waiting == 0 || waiting + added <= limit
    }

    /// Moves it from polling to a WebSocket. False if it is closed. The caller flushes.
    pub(crate) fn switch(&self, link: Link) -> bool {
        let waiting = {
            let mut outbound = self.outbound().lock();
            if !outbound.is_polling() || !self.is_open() {
                return false;
            }
            outbound.link = link;
            self.mark_websocket();
            outbound.poll.waiting.take()
        };
        let counters = &self.core().counters;
        counters.polling.subtract_one();
        counters.websocket.add(1);
        counters.upgrades.add(1);
        self.hear();
        waiting.into_iter().for_each(Waker::wake);
        true
    }

    /// Writes what is queued as far as the transport takes it, or wakes whoever can.
    pub(crate) fn flush(&self) {
        loop {
            let mut outbound = self.outbound().lock();
            match &outbound.link {
                Link::Gone => return,
                Link::Polling => {
                    let is_due = !outbound.queue.is_empty() || outbound.poll.farewell.is_some();
                    let waker = outbound.poll.waiting.take_if(|_| is_due);
                    drop(outbound);
                    return waker.into_iter().for_each(Waker::wake);
                }
                Link::Owned => {
                    let is_due = !outbound.queue.is_empty();
                    drop(outbound);
                    if is_due {
                        self.wake();
                    }
                    return;
                }
                Link::Direct(half) => {
                    if outbound.queue.is_empty() || outbound.is_writing || outbound.is_blocked {
                        return;
                    }
                    let half = Arc::clone(half);
                    let batch = outbound.take_all();
                    outbound.is_writing = true;
                    drop(outbound);
                    if !self.write_direct(&half, batch) {
                        return;
                    }
                }
            }
        }
    }

    /// Drops volatile frames, or closes a transport that does not keep up.
    pub(crate) fn refuse(&self, frames: usize, urgency: Urgency) {
        match urgency {
            Urgency::Volatile => self.core().counters.volatile_dropped.add(frames),
            Urgency::Durable => self.close(DisconnectReason::SlowConsumer),
        }
    }

    /// Writes a batch; true if all of it went and there may be more.
    fn write_direct(&self, half: &OwnedWriteHalf, mut batch: Queue<Frame>) -> bool {
        let frames = batch.len();
        let written = write_batch(half, &mut batch);
        let counters = &self.core().counters;
        counters.packets_out.add(frames - batch.len());
        let mut outbound = self.outbound().lock();
        outbound.is_writing = false;
        match written {
            Ok(bytes) => {
                counters.bytes_out.add(bytes);
                if batch.is_empty() {
                    let is_closed = !self.is_open();
                    drop(outbound);
                    self.note_written();
                    if is_closed {
                        self.wake();
                    }
                    return true;
                }
                if matches!(outbound.link, Link::Direct(_)) {
                    outbound.put_back(batch);
                    outbound.is_blocked = true;
                }
                drop(outbound);
                self.note_blocked(bytes > 0);
                self.wake();
                false
            }
            Err(_) => {
                drop(outbound);
                self.close(DisconnectReason::TransportError);
                // It may have been closed before, and its task waits for this write.
                self.fail();
                false
            }
        }
    }

    /// The socket is broken: nothing is left to be told over it.
    pub(crate) fn fail(&self) {
        let link = self.outbound().lock().hang_up();
        drop(link);
        self.wake();
    }
}

/// Takes bytes that were written off the front of a batch.
pub(crate) fn advance(batch: &mut Queue<Frame>, mut written: usize) {
    while written > 0 {
        let Some(first) = batch.pop_front() else { return };
        if first.len() > written {
            batch.push_front(Frame::from_encoded(first.bytes().slice(written..)));
            return;
        }
        written -= first.len();
    }
}

/// The first frames of a batch, as one system call takes them.
pub(crate) fn slices(batch: &Queue<Frame>) -> ([IoSlice<'_>; SLICES], usize) {
    let mut slices = [IoSlice::new(&[]); SLICES];
    let mut count = 0;
    for (slot, frame) in slices.iter_mut().zip(batch.iter()) {
        *slot = IoSlice::new(frame.bytes());
        count += 1;
    }
    (slices, count)
}

/// Writes until the batch is empty or the socket full, and returns how many bytes went.
fn write_batch(half: &OwnedWriteHalf, batch: &mut Queue<Frame>) -> std::io::Result<usize> {
    let mut total = 0;
    while let Some(first) = batch.front() {
        let written = match batch.len() {
            1 => half.try_write(first.bytes()),
            _ => {
                let (slices, count) = slices(batch);
                half.try_write_vectored(&slices[..count])
            }
        };
        match written {
            Ok(0) => return Err(std::io::ErrorKind::WriteZero.into()),
            Ok(bytes) => {
                total += bytes;
                advance(batch, bytes);
            }
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return Ok(total),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(total)
}
