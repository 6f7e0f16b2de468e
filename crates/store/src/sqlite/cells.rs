//! Reading rows: cells are taken in the order in which the query names its columns.

use rusqlite::Row;
use rusqlite::types::FromSql;
use salala_core::ids::{
    BlobId, CallId, ConversationId, DeviceId, FriendRequestId, MessageId, ReactionId, SessionId,
    UploadId, UserId,
};
use salala_core::records::{File, UserBrief};
use salala_core::{Timestamp, permissions::Role};

type SqlResult<T> = rusqlite::Result<T>;

pub(super) use crate::columns::{number, optional_ms, rows};

/// A row and the place in it.
pub(super) struct Cells<'a, 'b> {
    row: &'a Row<'b>,
    next: usize,
}

impl<'a, 'b> Cells<'a, 'b> {
    /// From the first column on.
    pub(super) fn new(row: &'a Row<'b>) -> Self {
        Self { row, next: 0 }
    }

    /// The next cell as any type.
    pub(super) fn take<T: FromSql>(&mut self) -> SqlResult<T> {
        let value = self.row.get(self.next)?;
        self.next += 1;
        Ok(value)
    }

    /// Passes over cells that are NULL, and gives none.
    pub(super) fn skip<T>(&mut self, count: usize) -> Option<T> {
        self.next += count;
        None
    }

    /// An id.
    pub(super) fn id<T: DbId>(&mut self) -> SqlResult<T> {
        self.take().map(T::from_db)
    }

    /// An id or NULL.
    pub(super) fn optional_id<T: DbId>(&mut self) -> SqlResult<Option<T>> {
        Ok(self.take::<Option<[u8; 16]>>()?.map(T::from_db))
    }

    /// A moment.
    pub(super) fn moment(&mut self) -> SqlResult<Timestamp> {
        self.take().map(Timestamp::from_unix_ms)
    }

    /// A moment or NULL.
    pub(super) fn optional_moment(&mut self) -> SqlResult<Option<Timestamp>> {
        Ok(self.take::<Option<i64>>()?.map(Timestamp::from_unix_ms))
    }

    /// A number that is never negative.
    pub(super) fn number(&mut self) -> SqlResult<u64> {
        Ok(u64::try_from(self.take::<i64>()?).unwrap_or(0))
    }

    /// A role; the table's check allows no other word.
    pub(super) fn role(&mut self) -> SqlResult<Role> {
        Ok(Role::parse(&self.take::<String>()?).unwrap_or(Role::Member))
    }

    /// The columns of [`crate::columns::brief_columns`].
    pub(super) fn brief(&mut self) -> SqlResult<UserBrief> {
        Ok(UserBrief {
            id: self.id()?,
            username: self.take()?,
            display_name: self.take()?,
            avatar: self.take()?,
            last_seen_at: self.optional_moment()?,
        })
    }

    /// The columns of [`crate::columns::file_columns`]; none of an upload that is not there.
    pub(super) fn optional_file(&mut self) -> SqlResult<Option<File>> {
        let Some(id) = self.optional_id()? else { return Ok(self.skip(9)) };
        Ok(Some(File {
            id,
            name: self.take()?,
            mime_type: self.take()?,
            size: self.number()?,
            width: self.take()?,
            height: self.take()?,
            duration_ms: self.take::<Option<i64>>()?.and_then(|ms| u64::try_from(ms).ok()),
            has_thumbnail: self.take()?,
            blurhash: self.take()?,
            peaks: self.take()?,
        }))
    }
}

/// An id as a column holds it.
pub(super) trait DbId {
    /// From the column's bytes.
    fn from_db(bytes: [u8; 16]) -> Self;
}

macro_rules! db_ids {
    ($($name:ident),*) => {
        $(impl DbId for $name {
            fn from_db(bytes: [u8; 16]) -> Self {
                Self::from_bytes(bytes)
            }
        })*
    };
}

db_ids!(
    BlobId,
    CallId,
    ConversationId,
    DeviceId,
    FriendRequestId,
    MessageId,
    ReactionId,
    SessionId,
    UploadId,
    UserId
);
