//! The port for the log of durable events, as those read it who come back.

use salala_core::Timestamp;
use salala_core::ids::{ConversationId, UserId};
use salala_core::records::CallDevice;

use crate::Pending;
use crate::log::{Audience, Event};

/// A part of the log: after one position, up to and including another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogSpan {
    /// Not part of it.
    pub after: u64,
    /// The last of it.
    pub up_to: u64,
}

/// Whether a part of the log can be given to a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missed {
    /// All of it is there: so many rows are of the user's conversations and of their own, counted up to
    /// what was asked for.
    Rows(usize),
    /// A part of it was trimmed.
    Trimmed,
}

/// Who reads the log, and what they can show to have already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogReader {
    /// Who.
    pub user_id: UserId,
    /// On which device: the end of a call is told to the one that the call was on.
    pub device: CallDevice,
    /// The conversations that they view: all read marks in them are theirs to hear.
    pub views: Vec<ConversationId>,
    /// An event that they were given: it is passed over, and with it what stands before it in the same
    /// conversation, but for read marks.
    pub proven: Option<u64>,
}

/// An event of the log, as it is told to one user who missed it.
#[derive(Clone, Debug)]
pub struct MissedEvent {
    /// Its own place in the log.
    pub position: u64,
    /// Up to here everything was told, with this event. Less than `position` while read marks from
    /// before it are still to come, gathered into one event.
    pub settled: u64,
    /// Whose event it is.
    pub audience: Audience,
    /// What happened, made of the records as they are now.
    pub event: Event,
}

/// Some of what a user missed.
#[derive(Clone, Debug)]
pub struct MissedPage {
    /// In the order of their positions.
    pub events: Vec<MissedEvent>,
    /// Where to read on after, if there may be more.
    pub next: Option<u64>,
}

/// The log of durable events.
///
/// The order of positions is the order in which events became visible: who has read up to a position
/// will never find a row before it that was not there. Gaps are allowed.
pub trait Log {
    /// Which life of the database this is: another one after it was restored from a copy, whose
    /// positions say nothing about this one's.
    fn epoch(&self) -> Pending<[u8; 16]>;

    /// The last position in the log, 0 if it is empty.
    fn newest_position(&self) -> Pending<u64>;

    /// Whether a part of the log can be given to this user, and how much it is, counted up to `most`.
    fn missed(&self, user_id: UserId, span: LogSpan, most: usize) -> Pending<Missed>;

    /// What this user missed of a part of the log, from at most `limit` rows.
    ///
    /// Given is what happened in conversations while the user was a member, of messages that they may
    /// see, and what is their own. Who was taken out is told so, and nothing that came after: what was
    /// changed since is emptied. Events are made of the records as they are at the moment of reading: what
    /// was deleted is not in them. Read marks of one reader in one conversation come as one event in the
    /// place of their last, and of a conversation that changed repeatedly its present state in the place
    /// of the first change.
    ///
    /// # Errors
    /// `NotFound` if a part of it was trimmed, which may happen from one page to the next.
    fn missed_page(&self, reader: LogReader, span: LogSpan, limit: usize) -> Pending<MissedPage>;

    /// Deletes rows that were written before `before`, the oldest first and at most `limit`, but never
    /// the last row, from which positions go on; gives how many went.
    fn trim_log(&self, before: Timestamp, limit: usize) -> Pending<u64>;
}
