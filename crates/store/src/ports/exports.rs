//! The port for exports: everything held about a user, read in parts.

use salala_core::Timestamp;
use salala_core::ids::{CallId, UserId};
use salala_core::records::Call;
use salala_core::records::export::ExportRows;

use crate::Pending;
use crate::ports::calls::CallCursor;

/// What kind of rows, in the order of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportSection {
    /// Sign-ins.
    Sessions,
    /// Friends.
    Friends,
    /// Requests of the user.
    SentFriendRequests,
    /// Requests to the user.
    ReceivedFriendRequests,
    /// Blocks that the user made.
    Blocks,
    /// Present conversations.
    Conversations,
    /// Past ones.
    PastMemberships,
    /// What the user wrote.
    Messages,
    /// What the user reacted with.
    Reactions,
    /// What the user marked as read.
    Reads,
    /// Calls, newest first.
    Calls,
    /// Files that the user uploaded.
    Uploads,
}

impl ExportSection {
    /// The section after this one.
    pub fn next(self) -> Option<Self> {
        match self {
            Self::Sessions => Some(Self::Friends),
            Self::Friends => Some(Self::SentFriendRequests),
            Self::SentFriendRequests => Some(Self::ReceivedFriendRequests),
            Self::ReceivedFriendRequests => Some(Self::Blocks),
            Self::Blocks => Some(Self::Conversations),
            Self::Conversations => Some(Self::PastMemberships),
            Self::PastMemberships => Some(Self::Messages),
            Self::Messages => Some(Self::Reactions),
            Self::Reactions => Some(Self::Reads),
            Self::Reads => Some(Self::Calls),
            Self::Calls => Some(Self::Uploads),
            Self::Uploads => None,
        }
    }
}

/// A place in an export: what comes after it is to be read. The id and the number are the section's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExportPlace {
    /// Among which rows.
    pub section: ExportSection,
    /// After this id, or within the conversation of this id.
    pub id: [u8; 16],
    /// After this number.
    pub number: i64,
}

impl ExportPlace {
    /// Where an export begins.
    pub const START: Self = Self::start_of(ExportSection::Sessions);

    /// Where a section begins.
    pub const fn start_of(section: ExportSection) -> Self {
        Self { section, id: [0; 16], number: -1 }
    }

    /// After which call to go on, in the order of [`crate::Calls::calls`].
    pub(crate) fn call_cursor(self) -> Option<CallCursor> {
        let created_at = Timestamp::from_unix_ms(self.number);
        (self.number >= 0).then(|| CallCursor { created_at, id: CallId::from_bytes(self.id) })
    }

    /// The part of these calls, which come after this place.
    pub(crate) fn part_of_calls(self, limit: usize, found: Vec<Call>) -> ExportPart {
        let after = |call: &Call| (*call.id.as_bytes(), call.created_at.unix_ms());
        self.part(limit, found, after, ExportRows::Calls)
    }

    /// The part of these rows, which come after this place; one that is not full is its section's last.
    /// `after` gives where to go on after a row.
    pub(crate) fn part<T>(
        self,
        limit: usize,
        found: Vec<T>,
        after: impl Fn(&T) -> ([u8; 16], i64),
        rows: impl FnOnce(Vec<T>) -> ExportRows,
    ) -> ExportPart {
        let section = self.section;
        let next = match found.last().map(after) {
            Some((id, number)) if found.len() == limit => Some(Self { section, id, number }),
            Some(_) | None => section.next().map(Self::start_of),
        };
        ExportPart { rows: rows(found), next }
    }
}

/// Some rows of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportPart {
    /// The rows, all of the section of the place that was asked for; possibly none.
    pub rows: ExportRows,
    /// Where to go on; `None` at the end of the export.
    pub next: Option<ExportPlace>,
}

/// Everything held about a user but the profile, which is [`crate::Users::user`], and the password.
pub trait Exports {
    /// At most `limit` rows after a place. Each part is of one moment, and two parts are of two: what
    /// is written meanwhile is in a later part or in none, and what was there all the time is in one.
    fn export_part(&self, user_id: UserId, place: ExportPlace, limit: usize)
    -> Pending<ExportPart>;
}
