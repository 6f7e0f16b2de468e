//! Who a user is in a conversation, asked inside the transaction that acts on it.

use std::collections::HashMap;

use salala_core::Timestamp;
use salala_core::ids::{ConversationId, MessageId, UserId};
use salala_core::permissions::Role;
use salala_core::records::Membership;
use tokio_postgres::Row;

use super::cells::{Cells, DbId, all_to_db, number};
use super::db::Db;
use super::error::Result;
use crate::StoreError;
use crate::error::{no_user, stranger};
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
    past: Vec<(u64, u64)>,
    is_erased: bool,
}

/// A member's columns, of whom there may be none in it, with what former memberships let them see:
/// one question instead of two. What conversations and of which user follows.
macro_rules! select_member {
    ($condition:literal) => {
        concat!(
            "SELECT c.id, p.user_id, c.is_group, c.last_seq, p.role, p.joined_seq,
                 p.last_read_seq, p.covered_seq, p.muted_until, p.pinned_at, p.archived_at,
                 p.marked_unread,
                 ARRAY(
                     SELECT h.joined_seq
                     FROM past_memberships h
                     WHERE h.conversation_id = c.id AND h.user_id = p.user_id
                     ORDER BY h.joined_seq
                 ),
                 ARRAY(
                     SELECT h.left_seq
                     FROM past_memberships h
                     WHERE h.conversation_id = c.id AND h.user_id = p.user_id
                     ORDER BY h.joined_seq
                 ),
                 EXISTS (
                     SELECT 1
                     FROM users e
                     WHERE e.id = p.user_id AND e.erased_at IS NOT NULL
                 )
             ",
            $condition
        )
    };
}

/// The member, or `NotFound` without such a conversation and `Forbidden` for a stranger. One whose
/// account was erased does nothing any more, though a conversation of two still names them.
pub(super) async fn member(
    db: &Db,
    user_id: UserId,
    conversation_id: ConversationId,
) -> Result<Member> {
    let member = find_member(db, user_id, conversation_id).await?;
    if member.is_erased { Err(stranger()) } else { Ok(member) }
}

/// The same whether or not the account was erased.
pub(super) async fn find_member(
    db: &Db,
    user_id: UserId,
    conversation_id: ConversationId,
) -> Result<Member> {
    let row = db
        .query_opt(
            select_member!(
                "FROM conversations c
                 LEFT JOIN participants p ON p.conversation_id = c.id AND p.user_id = $2
                 WHERE c.id = $1"
            ),
            &[&conversation_id.to_db(), &user_id.to_db()],
        )
        .await?
        .ok_or(StoreError::NotFound("this conversation"))?;
    let (_, member) = member_from(&row)?;
    member
}

/// Who a user is in each conversation in which one of these messages is.
pub(super) async fn members_of_messages(
    db: &Db,
    user_id: UserId,
    message_ids: &[MessageId],
) -> Result<HashMap<ConversationId, Result<Member>>> {
    let rows = db
        .query(
            select_member!(
                "FROM (
                     SELECT DISTINCT m.conversation_id
                     FROM unnest($1::uuid[]) AS named (id)
                     JOIN messages m ON m.id = named.id
                 ) AS named
                 JOIN conversations c ON c.id = named.conversation_id
                 LEFT JOIN participants p ON p.conversation_id = c.id AND p.user_id = $2"
            ),
            &[&all_to_db(message_ids), &user_id.to_db()],
        )
        .await?;
    rows.iter().map(member_from).collect()
}

/// Who a user is in each of these conversations that there is.
pub(super) async fn members_of_conversations(
    db: &Db,
    user_id: UserId,
    ids: &[ConversationId],
) -> Result<HashMap<ConversationId, Result<Member>>> {
    let rows = db
        .query(
            select_member!(
                "FROM unnest($1::uuid[]) AS named (id)
                 JOIN conversations c ON c.id = named.id
                 LEFT JOIN participants p ON p.conversation_id = c.id AND p.user_id = $2"
            ),
            &[&all_to_db(ids), &user_id.to_db()],
        )
        .await?;
    rows.iter().map(member_from).collect()
}

impl Member {
    /// Notes what was stored of their reading.
    pub(super) fn has_read(&mut self, last_read_seq: u64) {
        self.last_read_seq = last_read_seq;
        self.marked_unread = false;
    }

    /// What they may see: former memberships, and the present one.
    pub(super) fn visible(&self) -> Visible {
        let present = (self.joined_seq, self.last_seq);
        Visible::new(self.past.iter().copied().chain([present]))
    }

    /// The record, with `unread_count` by arithmetic: a send raises its sender's `last_read_seq`, so
    /// what comes after it is others', and only the deleted have to be counted.
    pub(super) async fn membership(&self, db: &Db) -> Result<Membership> {
        let later = self.last_seq.saturating_sub(self.last_read_seq);
        let unread_count = match later {
            0 => 0,
            later => later.saturating_sub(self.deleted_after(db, self.last_read_seq).await?),
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

    async fn deleted_after(&self, db: &Db, seq: u64) -> Result<u64> {
        let row = db
            .query_one(
                "SELECT COUNT(*)
                 FROM messages
                 WHERE conversation_id = $1 AND seq > $2 AND deleted_at IS NOT NULL",
                &[&self.conversation_id.to_db(), &number(seq)],
            )
            .await?;
        Cells::new(&row).number()
    }
}

/// What former memberships let a user see, as intervals `(after, up to]` in order.
pub(super) async fn past_intervals(
    db: &Db,
    conversation_id: ConversationId,
    user_id: UserId,
) -> Result<Vec<(u64, u64)>> {
    let rows = db
        .query(
            "SELECT joined_seq, left_seq
             FROM past_memberships
             WHERE conversation_id = $1 AND user_id = $2
             ORDER BY joined_seq",
            &[&conversation_id.to_db(), &user_id.to_db()],
        )
        .await?;
    rows.iter()
        .map(|row| {
            let mut cells = Cells::new(row);
            Ok((cells.number()?, cells.number()?))
        })
        .collect()
}

/// The present members who may not see the message at `seq`: all of them came after it, which mostly
/// none did. No LIMIT: a group has at most as many members as `limits` says.
pub(super) async fn hidden_from(
    db: &Db,
    conversation_id: ConversationId,
    seq: u64,
) -> Result<Vec<UserId>> {
    let rows = db
        .query(
            "SELECT p.user_id
             FROM participants p
             WHERE p.conversation_id = $1 AND p.joined_seq >= $2
                 AND NOT EXISTS (
                     SELECT 1
                     FROM past_memberships h
                     WHERE h.conversation_id = p.conversation_id AND h.user_id = p.user_id
                         AND h.joined_seq < $2 AND h.left_seq >= $2
                 )",
            &[&conversation_id.to_db(), &number(seq)],
        )
        .await?;
    ids_from(&rows)
}

/// For each of these messages the present members who may not see it, as [`hidden_from`].
pub(super) async fn load_hidden_from(
    db: &Db,
    ids: &[MessageId],
) -> Result<HashMap<MessageId, Vec<UserId>>> {
    let found = db
        .query(
            "SELECT m.id, p.user_id
             FROM unnest($1::uuid[]) AS named (id)
             JOIN messages m ON m.id = named.id
             JOIN participants p
                 ON p.conversation_id = m.conversation_id AND p.joined_seq >= m.seq
             WHERE NOT EXISTS (
                 SELECT 1
                 FROM past_memberships h
                 WHERE h.conversation_id = p.conversation_id AND h.user_id = p.user_id
                     AND h.joined_seq < m.seq AND h.left_seq >= m.seq
             )",
            &[&all_to_db(ids)],
        )
        .await?;
    let mut hidden_from: HashMap<MessageId, Vec<UserId>> = HashMap::new();
    for row in &found {
        let mut cells = Cells::new(row);
        hidden_from.entry(cells.id()?).or_default().push(cells.id()?);
    }
    Ok(hidden_from)
}

/// Where a message stands.
#[derive(Clone, Copy)]
pub(super) struct Located {
    pub(super) conversation_id: ConversationId,
    pub(super) seq: u64,
    pub(super) sender_id: UserId,
    pub(super) is_deleted: bool,
}

/// Where a message stands, or `NotFound`.
pub(super) async fn locate_message(db: &Db, id: MessageId) -> Result<Located> {
    let row = db
        .query_opt(
            "SELECT conversation_id, seq, sender_id, deleted_at IS NOT NULL
             FROM messages
             WHERE id = $1",
            &[&id.to_db()],
        )
        .await?
        .ok_or(StoreError::NotFound("this message"))?;
    located_from(&mut Cells::new(&row))
}

/// The columns of [`locate_message`].
pub(super) fn located_from(cells: &mut Cells<'_>) -> Result<Located> {
    Ok(Located {
        conversation_id: cells.id()?,
        seq: cells.number()?,
        sender_id: cells.id()?,
        is_deleted: cells.take()?,
    })
}

/// Refuses unless there is such a user, not erased.
pub(super) async fn require_user(db: &Db, user_id: UserId) -> Result<()> {
    if user_exists(db, user_id).await? { Ok(()) } else { Err(no_user()) }
}

/// Is there such a user, not erased?
async fn user_exists(db: &Db, user_id: UserId) -> Result<bool> {
    let row = db
        .query_one(
            "SELECT EXISTS (
                 SELECT 1
                 FROM users
                 WHERE id = $1 AND erased_at IS NULL
             )",
            &[&user_id.to_db()],
        )
        .await?;
    Cells::new(&row).take()
}

/// Are the two friends?
pub(super) async fn are_friends(db: &Db, one: UserId, other: UserId) -> Result<bool> {
    let row = db
        .query_one(
            "SELECT EXISTS (
                 SELECT 1
                 FROM friendships
                 WHERE user_id = $1 AND friend_id = $2
             )",
            &[&one.to_db(), &other.to_db()],
        )
        .await?;
    Cells::new(&row).take()
}

/// A conversation, and who the user is in it.
fn member_from(row: &Row) -> Result<(ConversationId, Result<Member>)> {
    let mut cells = Cells::new(row);
    let conversation_id = cells.id()?;
    let Some(user_id) = cells.optional_id()? else {
        return Ok((conversation_id, Err(stranger())));
    };
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
        past: intervals_from(&mut cells)?,
        is_erased: cells.take()?,
    };
    Ok((conversation_id, Ok(member)))
}

fn intervals_from(cells: &mut Cells<'_>) -> Result<Vec<(u64, u64)>> {
    let after: Vec<i64> = cells.take()?;
    let up_to: Vec<i64> = cells.take()?;
    let seq = |value: i64| u64::try_from(value).unwrap_or(0);
    Ok(after.into_iter().map(seq).zip(up_to.into_iter().map(seq)).collect())
}

/// The ids in the first column.
pub(super) fn ids_from<T: DbId>(rows: &[Row]) -> Result<Vec<T>> {
    rows.iter().map(|row| Cells::new(row).id()).collect()
}
