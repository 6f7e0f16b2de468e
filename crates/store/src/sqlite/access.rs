//! Who a user is in a conversation, asked inside the transaction that acts on it.

use rusqlite::{Connection, OptionalExtension, params};
use salala_core::Timestamp;
use salala_core::ids::{ConversationId, MessageId, UserId};
use salala_core::permissions::Role;
use salala_core::records::Membership;

use super::cells::{Cells, number};
use super::error::Result;
use crate::StoreError;
use crate::error::stranger;
use crate::visible::Visible;

/// A member, and what they are a member of.
pub(super) struct Member {
    pub(super) user_id: UserId,
    pub(super) conversation_id: ConversationId,
    pub(super) is_group: bool,
    pub(super) last_seq: u64,
    pub(super) role: Role,
    pub(super) joined_seq: u64,
    pub(super) last_read_seq: u64,
    pub(super) covered_seq: u64,
    muted_until: Option<Timestamp>,
    pinned_at: Option<Timestamp>,
    archived_at: Option<Timestamp>,
    marked_unread: bool,
}

/// The member, or `NotFound` without such a conversation and `Forbidden` for a stranger. One whose
/// account was erased does nothing any more, though a conversation of two still names them.
pub(super) fn member(
    db: &Connection,
    user_id: UserId,
    conversation_id: ConversationId,
) -> Result<Member> {
    match find_member(db, user_id, conversation_id)? {
        (member, false) => Ok(member),
        (_, true) => Err(stranger()),
    }
}

/// The same whether or not the account was erased, and whether it was.
pub(super) fn find_member(
    db: &Connection,
    user_id: UserId,
    conversation_id: ConversationId,
) -> Result<(Member, bool)> {
    let found = db
        .prepare_cached(
            "SELECT c.is_group, c.last_seq, p.role, p.joined_seq, p.last_read_seq, p.covered_seq,
                 p.muted_until, p.pinned_at, p.archived_at, p.marked_unread,
                 u.erased_at IS NOT NULL
             FROM conversations c
             LEFT JOIN participants p ON p.conversation_id = c.id AND p.user_id = ?2
             LEFT JOIN users u ON u.id = p.user_id
             WHERE c.id = ?1",
        )?
        .query_row(params![conversation_id.as_bytes(), user_id.as_bytes()], |row| {
            if row.get::<_, Option<String>>(2)?.is_none() {
                return Ok(None);
            }
            let mut cells = Cells::new(row);
            let member = Member {
                user_id,
                conversation_id,
                is_group: cells.take()?,
                last_seq: cells.number()?,
                role: cells.role()?,
                joined_seq: cells.number()?,
                last_read_seq: cells.number()?,
                covered_seq: cells.number()?,
                muted_until: cells.optional_moment()?,
                pinned_at: cells.optional_moment()?,
                archived_at: cells.optional_moment()?,
                marked_unread: cells.take()?,
            };
            Ok(Some((member, cells.take()?)))
        })
        .optional()?;
    match found {
        None => Err(StoreError::NotFound("this conversation")),
        Some(None) => Err(stranger()),
        Some(Some(found)) => Ok(found),
    }
}

impl Member {
    /// What they may see: former memberships, and the present one.
    pub(super) fn visible(&self, db: &Connection) -> Result<Visible> {
        let mut intervals = past_intervals(db, self.conversation_id, self.user_id)?;
        intervals.push((self.joined_seq, self.last_seq));
        Ok(Visible::new(intervals))
    }

    /// The record, with `unread_count` by arithmetic: a send raises its sender's `last_read_seq`, so
    /// what comes after it is others', and only the deleted have to be counted.
    pub(super) fn membership(&self, db: &Connection) -> Result<Membership> {
        let later = self.last_seq.saturating_sub(self.last_read_seq);
        let unread_count = match later {
            0 => 0,
            later => later.saturating_sub(self.deleted_after(db, self.last_read_seq)?),
        };
        Ok(Membership {
            role: self.role,
            joined_seq: self.joined_seq,
            last_read_seq: self.last_read_seq,
            unread_count,
            muted_until: self.muted_until,
            pinned_at: self.pinned_at,
            archived_at: self.archived_at,
            marked_unread: self.marked_unread,
        })
    }

    fn deleted_after(&self, db: &Connection, seq: u64) -> Result<u64> {
        let count = db
            .prepare_cached(
                "SELECT COUNT(*)
                 FROM messages
                 WHERE conversation_id = ?1 AND seq > ?2 AND deleted_at IS NOT NULL",
            )?
            .query_row(params![self.conversation_id.as_bytes(), number(seq)], |row| {
                Cells::new(row).number()
            })?;
        Ok(count)
    }
}

/// What former memberships let a user see, as intervals `(after, up to]` in order.
pub(super) fn past_intervals(
    db: &Connection,
    conversation_id: ConversationId,
    user_id: UserId,
) -> Result<Vec<(u64, u64)>> {
    let mut statement = db.prepare_cached(
        "SELECT joined_seq, left_seq
         FROM past_memberships
         WHERE conversation_id = ?1 AND user_id = ?2
         ORDER BY joined_seq",
    )?;
    let intervals = statement
        .query_map(params![conversation_id.as_bytes(), user_id.as_bytes()], |row| {
            let mut cells = Cells::new(row);
            Ok((cells.number()?, cells.number()?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(intervals)
}

/// The present members who may not see the message at `seq`: all of them came after it, which mostly
/// none did. No LIMIT: a group has at most as many members as `limits` says.
pub(super) fn hidden_from(
    db: &Connection,
    conversation_id: ConversationId,
    seq: u64,
) -> Result<Vec<UserId>> {
    let mut statement = db.prepare_cached(
        "SELECT p.user_id
         FROM participants p
         WHERE p.conversation_id = ?1 AND p.joined_seq >= ?2
             AND NOT EXISTS (
                 SELECT 1
                 FROM past_memberships h
                 WHERE h.conversation_id = p.conversation_id AND h.user_id = p.user_id
                     AND h.joined_seq < ?2 AND h.left_seq >= ?2
             )",
    )?;
    let ids = statement
        .query_map(params![conversation_id.as_bytes(), number(seq)], |row| Cells::new(row).id())?
        .collect::<rusqlite::Result<_>>()?;
    Ok(ids)
}

/// Where a message stands, or `NotFound`.
pub(super) fn locate_message(
    db: &Connection,
    id: MessageId,
) -> Result<(ConversationId, u64, UserId, bool)> {
    db.prepare_cached(
        "SELECT conversation_id, seq, sender_id, deleted_at IS NOT NULL
         FROM messages
         WHERE id = ?1",
    )?
    .query_row([id.as_bytes()], |row| {
        let mut cells = Cells::new(row);
        Ok((cells.id()?, cells.number()?, cells.id()?, cells.take()?))
    })
    .optional()?
    .ok_or(StoreError::NotFound("this message"))
}

/// Is there such a user, not erased?
pub(super) fn user_exists(db: &Connection, user_id: UserId) -> Result<bool> {
    let exists = db
        .prepare_cached(
            "SELECT EXISTS (
                 SELECT 1
                 FROM users
                 WHERE id = ?1 AND erased_at IS NULL
             )",
        )?
        .query_row([user_id.as_bytes()], |row| row.get(0))?;
    Ok(exists)
}

/// Are the two friends?
pub(super) fn are_friends(db: &Connection, one: UserId, other: UserId) -> Result<bool> {
    let are = db
        .prepare_cached(
            "SELECT EXISTS (
                 SELECT 1
                 FROM friendships
                 WHERE user_id = ?1 AND friend_id = ?2
             )",
        )?
        .query_row(params![one.as_bytes(), other.as_bytes()], |row| row.get(0))?;
    Ok(are)
}
