//! What waits for one client, and where it goes.

use std::{sync::Arc, task::Waker};

use tokio::net::tcp::OwnedWriteHalf;

use crate::{
    DisconnectReason,
    engine::{
        connection::Transport, frame::Frame, longpoll::LongPoll, packet::SEPARATOR, queue::Queue,
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
    pub(crate) poll: LongPoll,
    /// Who waits until all was written.
    draining: Vec<Waker>,
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

impl Outbound {
    /// The queue of a new connection, in which the first frames wait already.
    pub(crate) fn new(link: Link, first: impl IntoIterator<Item = Frame>) -> Self {
        let mut outbound = Self {
            queue: Queue::Empty,
            size_bytes: 0,
            link,
            is_writing: false,
            is_blocked: false,
            poll: LongPoll::default(),
            draining: Vec::new(),
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

    /// Remembers who waits until all was written.
    pub(crate) fn await_drained(&mut self, waker: &Waker) {
        if !self.draining.iter().any(|known| known.will_wake(waker)) {
            self.draining.push(waker.clone());
        }
    }

    /// Those who wait until all was written, if it was or never will be.
    pub(crate) fn take_drained(&mut self, is_open: bool) -> Vec<Waker> {
        if self.is_idle() || !is_open { std::mem::take(&mut self.draining) } else { Vec::new() }
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
        self.is_polling() && self.poll.claim_upgrade()
    }

    /// Moves from polling to a WebSocket, and gives the waker of a poll that waits.
    pub(crate) fn switch(&mut self, link: Link) -> Option<Waker> {
        self.link = link;
        self.poll.release()
    }

    /// The answer of the active poll, with how many packets it holds, or none yet.
    pub(crate) fn poll_answer(&mut self, waker: &Waker, limit: usize) -> Option<(Vec<u8>, usize)> {
        let mut body = Vec::new();
        let mut count = 0;
        if self.is_polling() {
            count = self.fill(&mut body, limit);
        }
        let has_moved = !self.is_polling();
        self.poll.finish(body, has_moved, waker).map(|body| (body, count))
    }

    /// Whether a poll would still be told that the connection is closed.
    pub(crate) const fn owes_farewell(&self) -> bool {
        self.poll.owes_farewell()
    }

    /// Takes nothing more but the farewell. The queue is kept only for a client that can be told.
    pub(crate) fn close(&mut self, reason: DisconnectReason, code: Option<u16>) {
        let is_lost = code.is_none() || reason == DisconnectReason::PingTimeout;
        if is_lost {
            self.clear();
        }
        match (&self.link, code) {
            (Link::Polling, _) => self.poll.close(reason, is_lost),
            (Link::Direct(_) | Link::Owned, Some(code)) => self.extend([Frame::close(code)]),
            (Link::Direct(_) | Link::Owned | Link::Gone, _) => {}
        }
    }

    /// Whether something is there that a flush would move.
    pub(crate) const fn has_frames(&self) -> bool {
        !self.queue.is_empty()
    }

    pub(crate) const fn size_bytes(&self) -> usize {
        self.size_bytes
    }

    pub(crate) fn link(&self) -> &Link {
        &self.link
    }

    /// Takes the queue for a direct write, unless somebody writes already or the socket is full.
    pub(crate) fn start_write(&mut self) -> Option<Queue<Frame>> {
        if self.queue.is_empty() || self.is_writing || self.is_blocked {
            return None;
        }
        self.is_writing = true;
        Some(self.take_all())
    }

    /// Ends a direct write. What is left over waits until the socket takes bytes again.
    pub(crate) fn end_write(&mut self, rest: Queue<Frame>) {
        self.is_writing = false;
        if !rest.is_empty() && matches!(self.link, Link::Direct(_)) {
            self.put_back(rest);
            self.is_blocked = true;
        }
    }

    pub(crate) fn extend(&mut self, frames: impl IntoIterator<Item = Frame>) {
        for frame in frames {
            self.size_bytes += frame.len();
            self.queue.push_back(frame);
        }
    }

    fn clear(&mut self) {
        self.queue = Queue::Empty;
        self.size_bytes = 0;
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
