//! Blocks, the port for them, and what other ports ask of them.

use rusqlite::{Connection, params};
use salala_core::Timestamp;
use salala_core::ids::{ConversationId, UserId};
use salala_core::limits::BLOCKS_MAX;
use salala_core::records::UserBrief;

use super::SqliteStore;
use super::call_moves::hang_up_between;
use super::cells::{Cells, rows};
use super::error::Result;
use super::users::require_user;
use super::write_tx::WriteTx;
use crate::columns::brief_columns;
use crate::error::{blocked, left, refuse_self};
use crate::log::Event;
use crate::pair::direct_key;
use crate::ports::blocks::Blocks;
use crate::{Conflict, Pending};

impl Blocks for SqliteStore {
    fn blocks(&self, user_id: UserId) -> Pending<Vec<UserBrief>> {
        self.read(move |db| {
            let mut statement = db.prepare_cached(concat!(
                "SELECT ",
                brief_columns!(),
                "
                 FROM blocks b
                 JOIN users u ON u.id = b.blocked_id
                 WHERE b.user_id = ?1
                 ORDER BY u.username_key
                 LIMIT ?2"
            ))?;
            let blocked = statement
                .query_map(params![user_id.as_bytes(), rows(BLOCKS_MAX)], |row| {
                    Cells::new(row).brief()
                })?
                .collect::<rusqlite::Result<_>>()?;
            Ok(blocked)
        })
    }

    fn block_user(&self, user_id: UserId, blocked_id: UserId, now: Timestamp) -> Pending<()> {
        self.write(move |tx| block(tx, user_id, blocked_id, now))
    }

    fn unblock_user(&self, user_id: UserId, blocked_id: UserId, now: Timestamp) -> Pending<()> {
        self.write(move |tx| {
            let gone = tx.db.execute(
                "DELETE FROM blocks
                 WHERE user_id = ?1 AND blocked_id = ?2",
                params![user_id.as_bytes(), blocked_id.as_bytes()],
            )?;
            if gone > 0 && !are_blocked(tx.db, user_id, blocked_id)? {
                tell_both(tx, user_id, blocked_id, false, now)?;
            }
            Ok(())
        })
    }

    fn blocked_either_way(&self, user_id: UserId) -> Pending<Vec<UserId>> {
        self.read(move |db| load_blocked(db, user_id))
    }
}

/// Those between whom and this user a block stands.
pub(super) fn load_blocked(db: &Connection, user_id: UserId) -> Result<Vec<UserId>> {
    let mut statement = db.prepare_cached(
        "SELECT blocked_id
         FROM blocks
         WHERE user_id = ?1
         UNION
         SELECT user_id
         FROM blocks
         WHERE blocked_id = ?1
         LIMIT 20000",
    )?;
    let ids = statement
        .query_map([user_id.as_bytes()], |row| Cells::new(row).id())?
        .collect::<rusqlite::Result<_>>()?;
    Ok(ids)
}

/// Refuses what two cannot do while a block stands between them.
pub(super) fn refuse_blocked(db: &Connection, one: UserId, other: UserId) -> Result<()> {
    if are_blocked(db, one, other)? { Err(blocked()) } else { Ok(()) }
}

/// Refuses what is written into a conversation of two between whom a block stands, or of whom one's
/// account was erased.
pub(super) fn refuse_blocked_direct(db: &Connection, id: ConversationId) -> Result<()> {
    let (is_blocked, is_left): (bool, bool) = db
        .prepare_cached(
            "SELECT
                 EXISTS (
                     SELECT 1
                     FROM blocks b
                     WHERE b.direct_key = c.direct_key
                 ),
                 CASE WHEN c.is_group THEN 0 ELSE EXISTS (
                     SELECT 1
                     FROM participants p
                     JOIN users u ON u.id = p.user_id
                     WHERE p.conversation_id = c.id AND u.erased_at IS NOT NULL
                 ) END
             FROM conversations c
             WHERE c.id = ?1",
        )?
        .query_row([id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if is_left {
        return Err(left());
    }
    if is_blocked { Err(blocked()) } else { Ok(()) }
}

/// The pairs of present members between whom a block stands.
pub(super) fn blocks_among_members(
    db: &Connection,
    id: ConversationId,
) -> Result<Vec<(UserId, UserId)>> {
    let mut statement = db.prepare_cached(
        "SELECT b.user_id, b.blocked_id
         FROM participants p
         JOIN blocks b ON b.user_id = p.user_id
         JOIN participants q ON q.conversation_id = p.conversation_id AND q.user_id = b.blocked_id
         WHERE p.conversation_id = ?1",
    )?;
    let pairs = statement
        .query_map([id.as_bytes()], |row| {
            let mut cells = Cells::new(row);
            Ok((cells.id()?, cells.id()?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(pairs)
}

fn are_blocked(db: &Connection, one: UserId, other: UserId) -> Result<bool> {
    let are = db
        .prepare_cached(
            "SELECT EXISTS (
                 SELECT 1
                 FROM blocks
                 WHERE direct_key = ?1
             )",
        )?
        .query_row([direct_key(one, other)], |row| row.get(0))?;
    Ok(are)
}

fn block(tx: &mut WriteTx<'_>, user_id: UserId, blocked_id: UserId, now: Timestamp) -> Result<()> {
    refuse_self(user_id, blocked_id)?;
    require_user(tx.db, user_id)?;
    require_user(tx.db, blocked_id)?;
    let stood = are_blocked(tx.db, user_id, blocked_id)?;
    let made = tx.db.execute(
        "INSERT INTO blocks (user_id, blocked_id, direct_key, created_at)
         VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (user_id, blocked_id) DO NOTHING",
        params![
            user_id.as_bytes(),
            blocked_id.as_bytes(),
            direct_key(user_id, blocked_id),
            now.unix_ms()
        ],
    )?;
    if made == 0 {
        return Ok(());
    }
    let count: i64 = tx.db.query_row(
        "SELECT COUNT(*)
         FROM blocks
         WHERE user_id = ?1",
        [user_id.as_bytes()],
        |row| row.get(0),
    )?;
    // An error takes the row back with it.
    if count > rows(BLOCKS_MAX) {
        return Err(Conflict::TooManyBlocks.into());
    }
    if stood {
        return Ok(());
    }
    hang_up_between(tx, user_id, blocked_id, now)?;
    tell_both(tx, user_id, blocked_id, true, now)
}

fn tell_both(
    tx: &mut WriteTx<'_>,
    user_id: UserId,
    other_id: UserId,
    is_blocked: bool,
    now: Timestamp,
) -> Result<()> {
    tx.tell_user(user_id, Event::BlockChanged { other_id, is_blocked }, now)?;
    tx.tell_user(other_id, Event::BlockChanged { other_id: user_id, is_blocked }, now)
}
