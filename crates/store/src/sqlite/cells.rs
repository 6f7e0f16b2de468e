//! Reading rows: cells are taken in the order in which the query names its columns.

use rusqlite::Row;
use rusqlite::types::FromSql;
use salala_core::ids::{
    CallId, ConversationId, FriendRequestId, MessageId, ReactionId, SessionId, UserId,
};
use salala_core::records::UserBrief;
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

    /// An id.
    pub(super) fn id<T: DbId>(&mut self) -> SqlResult<T> {
        self.take().map(T::from_db)
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

db_ids!(CallId, ConversationId, FriendRequestId, MessageId, ReactionId, SessionId, UserId);
