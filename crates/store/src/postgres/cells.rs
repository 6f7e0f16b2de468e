//! Reading rows: cells are taken in the order in which the query names its columns.

use salala_core::ids::{
    BlobId, CallId, ConversationId, DeviceId, FriendRequestId, MessageId, ReactionId, SessionId,
    UploadId, UserId,
};
use salala_core::records::{File, UserBrief};
use salala_core::{Timestamp, permissions::Role};
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;
use uuid::Uuid;

use super::error::Result;

pub(super) use crate::columns::{number, optional_ms, rows};

/// A row and the place in it.
pub(super) struct Cells<'a> {
    row: &'a Row,
    next: usize,
}

impl<'a> Cells<'a> {
    /// From the first column on.
    pub(super) fn new(row: &'a Row) -> Self {
        Self { row, next: 0 }
    }

    /// The next cell as any type.
    pub(super) fn take<T: FromSql<'a>>(&mut self) -> Result<T> {
        let value = self.row.try_get(self.next)?;
        self.next += 1;
        Ok(value)
    }

    /// Passes over cells that are NULL, and gives none.
    pub(super) fn skip<T>(&mut self, count: usize) -> Option<T> {
        self.next += count;
        None
    }

    /// An id.
    pub(super) fn id<T: DbId>(&mut self) -> Result<T> {
        self.take().map(T::from_db)
    }

    /// An id or NULL.
    pub(super) fn optional_id<T: DbId>(&mut self) -> Result<Option<T>> {
        Ok(self.take::<Option<Uuid>>()?.map(T::from_db))
    }

    /// A moment.
    pub(super) fn moment(&mut self) -> Result<Timestamp> {
        self.take().map(Timestamp::from_unix_ms)
    }

    /// A moment or NULL.
    pub(super) fn optional_moment(&mut self) -> Result<Option<Timestamp>> {
        Ok(self.take::<Option<i64>>()?.map(Timestamp::from_unix_ms))
    }

    /// A number that is never negative.
    pub(super) fn number(&mut self) -> Result<u64> {
        Ok(u64::try_from(self.take::<i64>()?).unwrap_or(0))
    }

    /// A role; the table's check allows no other word.
    pub(super) fn role(&mut self) -> Result<Role> {
        Ok(Role::parse(self.take()?).unwrap_or(Role::Member))
    }

    /// The columns of [`crate::columns::brief_columns`].
    pub(super) fn brief(&mut self) -> Result<UserBrief> {
        Ok(UserBrief {
            id: self.id()?,
            username: self.take()?,
            display_name: self.take()?,
            avatar: self.take()?,
            last_seen_at: self.optional_moment()?,
        })
    }

    /// The columns of [`crate::columns::file_columns`]; none of an upload that is not there.
    pub(super) fn optional_file(&mut self) -> Result<Option<File>> {
        let Some(id) = self.optional_id()? else { return Ok(self.skip(9)) };
        let pixels = |value: Option<i64>| value.and_then(|value| u32::try_from(value).ok());
        Ok(Some(File {
            id,
            name: self.take()?,
            mime_type: self.take()?,
            size: self.number()?,
            width: pixels(self.take()?),
            height: pixels(self.take()?),
            duration_ms: self.take::<Option<i64>>()?.and_then(|ms| u64::try_from(ms).ok()),
            has_thumbnail: self.take()?,
            blurhash: self.take()?,
            peaks: self.take()?,
        }))
    }
}

/// An id as a column holds it.
pub(super) trait DbId {
    /// From the column's value.
    fn from_db(uuid: Uuid) -> Self;

    /// As the column's value.
    fn to_db(&self) -> Uuid;
}

macro_rules! db_ids {
    ($($name:ident),*) => {
        $(impl DbId for $name {
            fn from_db(uuid: Uuid) -> Self {
                Self::from_bytes(uuid.into_bytes())
            }

            fn to_db(&self) -> Uuid {
                Uuid::from_bytes(*self.as_bytes())
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

/// Ids as an array's values.
pub(super) fn all_to_db<'a, T: DbId + 'a>(ids: impl IntoIterator<Item = &'a T>) -> Vec<Uuid> {
    ids.into_iter().map(DbId::to_db).collect()
}

/// An array's values as ids.
pub(super) fn uuids_to_ids<T: DbId>(uuids: Vec<Uuid>) -> Vec<T> {
    uuids.into_iter().map(T::from_db).collect()
}
