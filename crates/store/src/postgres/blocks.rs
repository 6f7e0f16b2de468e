//! Blocks, the port for them, and what other ports ask of them.

use salala_core::Timestamp;
use salala_core::ids::{ConversationId, UserId};
use salala_core::limits::BLOCKS_MAX;
use salala_core::records::UserBrief;

use super::PostgresStore;
use super::access::{ids_from, require_user};
use super::call_moves::hang_up_between;
use super::cells::{Cells, DbId, rows};
use super::db::Db;
use super::error::Result;
use super::locks::Key;
use super::write_tx::WriteTx;
use crate::columns::brief_columns;
use crate::error::{blocked, left, refuse_self};
use crate::log::Event;
use crate::pair::direct_key;
use crate::ports::blocks::Blocks;
use crate::{Conflict, Pending};

impl Blocks for PostgresStore {
    fn blocks(&self, user_id: UserId) -> Pending<Vec<UserBrief>> {
        self.read(async move |db: &Db| {
            let blocked = db
                .query(
                    concat!(
                        "SELECT ",
                        brief_columns!(),
                        "
                         FROM blocks b
                         JOIN users u ON u.id = b.blocked_id
                         WHERE b.user_id = $1
                         ORDER BY u.username_key
                         LIMIT $2"
                    ),
                    &[&user_id.to_db(), &rows(BLOCKS_MAX)],
                )
                .await?;
            blocked.iter().map(|row| Cells::new(row).brief()).collect()
        })
    }

    fn block_user(&self, user_id: UserId, blocked_id: UserId, now: Timestamp) -> Pending<()> {
        self.write([Key::Pair(user_id, blocked_id)], async move |tx: &mut WriteTx<'_>| {
            block(tx, user_id, blocked_id, now).await
        })
    }

    fn unblock_user(&self, user_id: UserId, blocked_id: UserId, now: Timestamp) -> Pending<()> {
        self.write([Key::Pair(user_id, blocked_id)], async move |tx: &mut WriteTx<'_>| {
            let gone = tx
                .db
                .execute(
                    "DELETE FROM blocks
                     WHERE user_id = $1 AND blocked_id = $2",
                    &[&user_id.to_db(), &blocked_id.to_db()],
                )
                .await?;
            if gone > 0 && !are_blocked(tx.db, user_id, blocked_id).await? {
                tell_both(tx, user_id, blocked_id, false, now).await?;
            }
            Ok(())
        })
    }

    fn blocked_either_way(&self, user_id: UserId) -> Pending<Vec<UserId>> {
        self.read(async move |db: &Db| {
            let found = db
                .query(
                    "SELECT blocked_id
                     FROM blocks
                     WHERE user_id = $1
                     UNION
                     SELECT user_id
                     FROM blocks
                     WHERE blocked_id = $1
                     LIMIT 20000",
                    &[&user_id.to_db()],
                )
                .await?;
            ids_from(&found)
        })
    }
}

/// Refuses what two cannot do while a block stands between them.
pub(super) async fn refuse_blocked(db: &Db, one: UserId, other: UserId) -> Result<()> {
    if are_blocked(db, one, other).await? { Err(blocked()) } else { Ok(()) }
}

/// Refuses what is written into a conversation of two between whom a block stands, or of whom one's
/// account was erased.
pub(super) async fn refuse_blocked_direct(db: &Db, id: ConversationId) -> Result<()> {
    let row = db
        .query_one(
            "SELECT
                 EXISTS (
                     SELECT 1
                     FROM blocks b
                     WHERE b.direct_key = c.direct_key
                 ),
                 CASE WHEN c.is_group THEN FALSE ELSE EXISTS (
                     SELECT 1
                     FROM participants p
                     JOIN users u ON u.id = p.user_id
                     WHERE p.conversation_id = c.id AND u.erased_at IS NOT NULL
                 ) END
             FROM conversations c
             WHERE c.id = $1",
            &[&id.to_db()],
        )
        .await?;
    let mut cells = Cells::new(&row);
    let (is_blocked, is_left) = (cells.take()?, cells.take()?);
    if is_left {
        return Err(left());
    }
    if is_blocked { Err(blocked()) } else { Ok(()) }
}

/// The pairs of present members between whom a block stands.
pub(super) async fn blocks_among_members(
    db: &Db,
    id: ConversationId,
) -> Result<Vec<(UserId, UserId)>> {
    let pairs = db
        .query(
            "SELECT b.user_id, b.blocked_id
             FROM participants p
             JOIN blocks b ON b.user_id = p.user_id
             JOIN participants q
                 ON q.conversation_id = p.conversation_id AND q.user_id = b.blocked_id
             WHERE p.conversation_id = $1",
            &[&id.to_db()],
        )
        .await?;
    pairs
        .iter()
        .map(|row| {
            let mut cells = Cells::new(row);
            Ok((cells.id()?, cells.id()?))
        })
        .collect()
}

/// Does a block stand between the two, whoever made it?
pub(super) async fn are_blocked(db: &Db, one: UserId, other: UserId) -> Result<bool> {
    let row = db
        .query_one(
            "SELECT EXISTS (
                 SELECT 1
                 FROM blocks
                 WHERE direct_key = $1
             )",
            &[&direct_key(one, other).as_slice()],
        )
        .await?;
    Cells::new(&row).take()
}

async fn block(
    tx: &mut WriteTx<'_>,
    user_id: UserId,
    blocked_id: UserId,
    now: Timestamp,
) -> Result<()> {
    refuse_self(user_id, blocked_id)?;
    require_user(tx.db, user_id).await?;
    require_user(tx.db, blocked_id).await?;
    // What is asked of the others is as it was before.
    let made = tx
        .db
        .query_opt(
            "INSERT INTO blocks (user_id, blocked_id, direct_key, created_at)
             VALUES ($1, $2, $3, $4)
             ON CONFLICT (user_id, blocked_id) DO NOTHING
             RETURNING (
                 SELECT COUNT(*)
                 FROM blocks
                 WHERE user_id = $1
             ), EXISTS (
                 SELECT 1
                 FROM blocks
                 WHERE direct_key = $3
             )",
            &[
                &user_id.to_db(),
                &blocked_id.to_db(),
                &direct_key(user_id, blocked_id).as_slice(),
                &now.unix_ms(),
            ],
        )
        .await?;
    let Some(row) = made else { return Ok(()) };
    let mut cells = Cells::new(&row);
    // An error takes the row back with it.
    if cells.take::<i64>()? >= rows(BLOCKS_MAX) {
        return Err(Conflict::TooManyBlocks.into());
    }
    if cells.take()? {
        return Ok(());
    }
    hang_up_between(tx, user_id, blocked_id, now).await?;
    tell_both(tx, user_id, blocked_id, true, now).await
}

async fn tell_both(
    tx: &mut WriteTx<'_>,
    user_id: UserId,
    other_id: UserId,
    is_blocked: bool,
    now: Timestamp,
) -> Result<()> {
    tx.tell_user(user_id, Event::BlockChanged { other_id, is_blocked }, now).await?;
    tx.tell_user(other_id, Event::BlockChanged { other_id: user_id, is_blocked }, now).await
}
