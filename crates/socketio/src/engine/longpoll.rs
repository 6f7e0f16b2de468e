//! Which requests of a polling client are under way, and what a poll without packets is told.

use std::task::Waker;

use crate::DisconnectReason;

/// The state of long-polling. It lives on after an upgrade, for a poll that is still under way.
#[derive(Debug, Default)]
pub(crate) struct LongPoll {
    is_active: bool,
    is_posting: bool,
    waiting: Option<Waker>,
    upgrade: Upgrade,
    /// The connection is closed, and a poll tells the client so.
    farewell: Option<Farewell>,
}

/// A second request came while one of its kind is under way.
#[derive(Debug)]
pub(crate) struct Overlap;

#[derive(Debug, Default, PartialEq, Eq)]
enum Upgrade {
    #[default]
    None,
    /// A WebSocket is there that the connection may move to.
    Claimed,
    /// The WebSocket was probed: polls are answered at once, so that the client is free to move.
    Probed,
}

/// What a poll of a closed connection is answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Farewell {
    /// The client closed it itself: a noop.
    Noop,
    /// A close packet.
    Close,
    /// Nothing, it was told or does not care.
    Told,
}

const NOOP: u8 = b'6';
const CLOSE: u8 = b'1';

impl LongPoll {
    /// Begins a poll.
    pub(crate) fn start_poll(&mut self) -> Result<(), Overlap> {
        if self.is_active {
            return Err(Overlap);
        }
        self.is_active = true;
        Ok(())
    }

    pub(crate) fn end_poll(&mut self) {
        self.is_active = false;
        self.waiting = None;
    }

    /// Begins a POST.
    pub(crate) fn start_post(&mut self) -> Result<(), Overlap> {
        if self.is_posting {
            return Err(Overlap);
        }
        self.is_posting = true;
        Ok(())
    }

    pub(crate) fn end_post(&mut self) {
        self.is_posting = false;
    }

    /// Reserves the one place for an upgrade. False if it is taken, or the connection is closed.
    pub(crate) fn claim_upgrade(&mut self) -> bool {
        let is_free = self.upgrade == Upgrade::None && self.farewell.is_none();
        if is_free {
            self.upgrade = Upgrade::Claimed;
        }
        is_free
    }

    /// Answers polls at once from now on, beginning with the one whose waker this gives.
    pub(crate) fn start_upgrade(&mut self) -> Option<Waker> {
        self.upgrade = Upgrade::Probed;
        self.waiting.take()
    }

    /// Gives an upgrade up.
    pub(crate) fn release_upgrade(&mut self) {
        self.upgrade = Upgrade::None;
    }

    /// The poll that waits, to be woken.
    pub(crate) fn release(&mut self) -> Option<Waker> {
        self.waiting.take()
    }

    /// The poll that waits, if it has to be told that the connection is closed.
    pub(crate) fn release_closed(&mut self) -> Option<Waker> {
        self.waiting.take_if(|_| self.farewell.is_some())
    }

    /// Completes the body of the active poll, or lets it wait if there is nothing to tell.
    pub(crate) fn finish(
        &mut self,
        mut body: Vec<u8>,
        has_moved: bool,
        waker: &Waker,
    ) -> Option<Vec<u8>> {
        let is_empty = body.is_empty();
        match self.farewell {
            // A stock client drops what came in one payload with the close packet: it hands packets on
            // a tick later, and has closed by then. So the close packet goes alone, by the next poll.
            Some(Farewell::Close) if !is_empty => {
                self.is_active = false;
                return Some(body);
            }
            Some(Farewell::Close | Farewell::Told) if is_empty => body.push(CLOSE),
            Some(Farewell::Noop) if is_empty => body.push(NOOP),
            None if is_empty && (has_moved || self.upgrade == Upgrade::Probed) => body.push(NOOP),
            None if is_empty => {
                self.waiting = Some(waker.clone());
                return None;
            }
            Some(_) | None => {}
        }
        if self.farewell.is_some() {
            self.farewell = Some(Farewell::Told);
        }
        self.is_active = false;
        Some(body)
    }

    /// Notes what polls are told from now on. A client that is not there, or whom the status 400 of
    /// its next request tells enough, is not waited for.
    pub(crate) fn close(&mut self, reason: DisconnectReason, is_lost: bool) {
        let is_waited_for = !is_lost && reason != DisconnectReason::ParseError;
        self.farewell = Some(match reason {
            // A poll may be on its way, sent before the close and overtaken by it.
            DisconnectReason::TransportClose => Farewell::Noop,
            DisconnectReason::TransportError
            | DisconnectReason::PingTimeout
            | DisconnectReason::ParseError
            | DisconnectReason::ClientNamespaceDisconnect
            | DisconnectReason::ServerNamespaceDisconnect
            | DisconnectReason::ServerShuttingDown
            | DisconnectReason::ForcedClose
            | DisconnectReason::ForcedServerClose
            | DisconnectReason::SlowConsumer => {
                if self.is_active || is_waited_for {
                    Farewell::Close
                } else {
                    Farewell::Told
                }
            }
        });
    }

    /// Whether a poll would still be told that the connection is closed.
    pub(crate) const fn owes_farewell(&self) -> bool {
        matches!(self.farewell, Some(Farewell::Close | Farewell::Noop))
    }
}
