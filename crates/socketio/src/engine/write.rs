//! Writing what waits: by whoever sent it, and the rest by the connection's own task.

use std::{
    io::{self, IoSlice},
    sync::Arc,
    task::{Context, Poll, Waker},
};

use tokio::net::tcp::OwnedWriteHalf;

use crate::{
    DisconnectReason,
    engine::{
        connection::{Connection, Urgency},
        cork,
        frame::Frame,
        outbound::Link,
        queue::Queue,
        stream::Stream,
    },
};

/// How many frames go into one system call.
const SLICES: usize = 64;

impl Connection {
    /// Queues frames, all or none, and writes unless a cork is in place.
    pub(crate) fn push(&self, frames: &[Frame], urgency: Urgency) {
        let added = frames.iter().map(Frame::len).sum();
        let mut outbound = self.outbound().lock();
        if !self.is_open() {
            return;
        }
        if !self.admit(outbound.size_bytes(), added, urgency) {
            // Behind a cork the queue may be full although the client reads well.
            drop(outbound);
            self.flush();
            outbound = self.outbound().lock();
            if !self.admit(outbound.size_bytes(), added, urgency) {
                drop(outbound);
                return self.refuse(frames.len(), urgency);
            }
        }
        let is_first = !outbound.has_frames();
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
        let is_first = !outbound.has_frames();
        outbound.extend(frames.iter().cloned());
        drop(outbound);
        if !cork::defer(self, is_first) {
            self.flush();
        }
    }

    /// Whether frames of `added` bytes may wait behind `waiting` bytes.
    pub(crate) fn admit(&self, waiting: usize, added: usize, urgency: Urgency) -> bool {
        let most = self.core().config.outbound_max_bytes;
        let limit = match urgency {
            Urgency::Durable => most,
            Urgency::Volatile => most / 2,
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
            self.mark_websocket();
            outbound.switch(link)
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
            let has_frames = outbound.has_frames();
            let half = match outbound.link() {
                Link::Gone => return,
                Link::Polling => {
                    let poll = &mut outbound.poll;
                    let waiting = if has_frames { poll.release() } else { poll.release_closed() };
                    drop(outbound);
                    return waiting.into_iter().for_each(Waker::wake);
                }
                Link::Owned => {
                    drop(outbound);
                    if has_frames {
                        self.wake();
                    }
                    return;
                }
                Link::Direct(half) => Arc::clone(half),
            };
            let Some(batch) = outbound.start_write() else { return };
            drop(outbound);
            if !self.write_direct(&half, batch) {
                return;
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

    /// The socket is broken: nothing is left to be told over it.
    pub(crate) fn fail(&self) {
        self.close(DisconnectReason::TransportError);
        // It may have been closed before, and its task waits for this write.
        let link = self.outbound().lock().hang_up();
        drop(link);
        self.wake();
    }

    /// Writes a batch; true if all of it went and there may be more.
    fn write_direct(&self, half: &OwnedWriteHalf, mut batch: Queue<Frame>) -> bool {
        let frames = batch.len();
        let (bytes, outcome) = write_batch(half, &mut batch);
        let is_done = batch.is_empty();
        let counters = &self.core().counters;
        counters.packets_out.add(frames - batch.len());
        counters.bytes_out.add(bytes);
        if outcome.is_err() {
            self.fail();
            return false;
        }
        if is_done {
            self.note_written();
        } else {
            self.note_blocked(bytes > 0);
        }
        let drained = {
            let mut outbound = self.outbound().lock();
            outbound.end_write(batch);
            outbound.take_drained(self.is_open())
        };
        drained.into_iter().for_each(Waker::wake);
        // Its own task waits to go on writing, or to end a closed connection.
        if !is_done || !self.is_open() {
            self.wake();
        }
        is_done
    }
}

/// Finishes what a direct write had to leave, or writes where only the connection's task can.
pub(crate) fn poll_rest(connection: &Connection, stream: &mut Stream, cx: &mut Context<'_>) {
    if connection.outbound().lock().is_owned() {
        if poll_write_owned(connection, stream, cx).is_err() {
            connection.fail();
        }
        return;
    }
    while connection.outbound().lock().is_blocked() {
        match stream.poll_writable(cx) {
            Poll::Pending => return,
            Poll::Ready(Ok(())) => {
                connection.outbound().lock().unblock();
                connection.flush();
            }
            Poll::Ready(Err(_)) => return connection.fail(),
        }
    }
}

fn poll_write_owned(
    connection: &Connection,
    stream: &mut Stream,
    cx: &mut Context<'_>,
) -> io::Result<()> {
    let counters = &connection.core().counters;
    loop {
        let mut batch = connection.outbound().lock().take_all();
        if batch.is_empty() {
            connection.wake_drained();
            return match stream.poll_flush_owned(cx) {
                Poll::Ready(flushed) => {
                    connection.note_written();
                    flushed
                }
                // The stream holds a last piece, and a client that never takes it is stuck.
                Poll::Pending => {
                    connection.note_blocked(false);
                    Ok(())
                }
            };
        }
        let frames = batch.len();
        let written = {
            let (slices, count) = slices(&batch);
            stream.poll_write_owned(cx, &slices[..count])
        };
        if let Poll::Ready(Ok(bytes)) = written {
            advance(&mut batch, bytes);
            counters.bytes_out.add(bytes);
            counters.packets_out.add(frames - batch.len());
        }
        connection.outbound().lock().put_back(batch);
        match written {
            Poll::Ready(Ok(0)) => return Err(io::ErrorKind::WriteZero.into()),
            Poll::Ready(Ok(_)) => connection.note_written(),
            Poll::Ready(Err(error)) => return Err(error),
            Poll::Pending => {
                connection.note_blocked(false);
                return Ok(());
            }
        }
    }
}

/// Writes until the batch is empty or the socket is full. Also gives how many bytes went.
fn write_batch(half: &OwnedWriteHalf, batch: &mut Queue<Frame>) -> (usize, io::Result<()>) {
    let mut total = 0;
    while let Some(first) = batch.front() {
        let written = if batch.len() == 1 {
            half.try_write(first.bytes())
        } else {
            let (slices, count) = slices(batch);
            half.try_write_vectored(&slices[..count])
        };
        match written {
            Ok(0) => return (total, Err(io::ErrorKind::WriteZero.into())),
            Ok(bytes) => {
                total += bytes;
                advance(batch, bytes);
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return (total, Ok(())),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (total, Err(error)),
        }
    }
    (total, Ok(()))
}

/// Takes bytes that were written off the front of a batch.
fn advance(batch: &mut Queue<Frame>, mut written: usize) {
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
fn slices(batch: &Queue<Frame>) -> ([IoSlice<'_>; SLICES], usize) {
    let mut slices = [IoSlice::new(&[]); SLICES];
    let mut count = 0;
    for (slot, frame) in slices.iter_mut().zip(batch.iter()) {
        *slot = IoSlice::new(frame.bytes());
        count += 1;
    }
    (slices, count)
}
