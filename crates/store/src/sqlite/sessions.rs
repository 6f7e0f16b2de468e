//! Sessions and their refresh tokens, and the port for them.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row, params};
use salala_core::Timestamp;
use salala_core::ids::{SessionId, UserId};
use salala_core::records::{Session, User};

use super::SqliteStore;
use super::blocks::load_blocked;
use super::call_rows::is_in_call;
use super::cells::{Cells, rows};
use super::error::Result;
use super::log::newest_position;
use super::users::{check_verified, load_user};
use super::write_tx::WriteTx;
use super::writer::Write;
use crate::ports::sessions::{Access, Acquaintances, NewSession, RefreshOutcome, Sessions};
use crate::{Pending, StoreError};

impl Sessions for SqliteStore {
    fn create_session(&self, session: NewSession, verified_hash: String) -> Pending<User> {
        self.write(move |tx| {
            check_verified(tx.db, session.user_id, &verified_hash)?;
            insert_session(tx.db, &session)?;
            load_user(tx.db, session.user_id)
        })
    }

    fn rotate_refresh(
        &self,
        old_hash: [u8; 32],
        new_hash: [u8; 32],
        now: Timestamp,
        expires_at: Timestamp,
        address: Option<String>,
    ) -> Pending<RefreshOutcome> {
        let rotating = move |tx: &mut WriteTx<'_>| {
            let Some(mut session) = load_by_hash(tx.db, &old_hash)? else {
                return end_reused(tx, &old_hash, now);
            };
            if session.expires_at <= now {
                return Ok(RefreshOutcome::Unknown);
            }
            remember_used(tx.db, &session, &old_hash)?;
            session.last_used_at = now;
            session.expires_at = expires_at;
            session.address = address.or(session.address);
            rotate(tx.db, &session, &new_hash)?;
            let user = load_user(tx.db, session.user_id)?;
            Ok(RefreshOutcome::Rotated(session, Box::new(user)))
        };
        // Anybody may send any token: what was never given is not to take a place among the writes.
        let known = self.read(move |db| is_known(db, &old_hash));
        let commands = Arc::clone(&self.commands);
        Box::pin(async move {
            if !known.await? {
                return Ok(RefreshOutcome::Unknown);
            }
            Write::submit(&commands, size_of_val(&rotating), rotating).await
        })
    }

    fn sessions(&self, user_id: UserId, now: Timestamp) -> Pending<Vec<Session>> {
        self.read(move |db| {
            let mut statement = db.prepare_cached(
                "SELECT id, user_id, user_agent, address, created_at, last_used_at, expires_at
                 FROM sessions
                 WHERE user_id = ?1 AND revoked_at IS NULL AND expires_at > ?2
                 ORDER BY created_at DESC, id DESC
                 LIMIT 100",
            )?;
            let sessions = statement
                .query_map(params![user_id.as_bytes(), now.unix_ms()], session_from)?
                .collect::<rusqlite::Result<_>>()?;
            Ok(sessions)
        })
    }

    fn revoke_session(
        &self,
        user_id: UserId,
        session_id: SessionId,
        now: Timestamp,
    ) -> Pending<()> {
        self.write(move |tx| {
            let revoked = tx.db.execute(
                "UPDATE sessions
                 SET revoked_at = ?3
                 WHERE id = ?1 AND user_id = ?2 AND revoked_at IS NULL",
                params![session_id.as_bytes(), user_id.as_bytes(), now.unix_ms()],
            )?;
            match revoked {
                0 => Err(StoreError::NotFound("this session")),
                _ => Ok(()),
            }
        })
    }

    fn access(&self, user_id: UserId, session_id: Option<SessionId>) -> Pending<Access> {
        self.read(move |db| find_access(db, user_id, session_id))
    }

    fn acquaintances(&self, user_id: UserId) -> Pending<Acquaintances> {
        self.read(move |db| load_acquaintances(db, user_id))
    }

    fn forget_sessions(&self, before: Timestamp, limit: usize) -> Pending<u64> {
        self.write(move |tx| forget(tx.db, before, limit))
    }
}

/// Signs a user in.
pub(super) fn insert_session(db: &Connection, session: &NewSession) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO sessions
             (id, user_id, refresh_hash, user_agent, address, created_at, last_used_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7)",
    )?
    .execute(params![
        session.id.as_bytes(),
        session.user_id.as_bytes(),
        session.refresh_hash,
        session.user_agent,
        session.address,
        session.created_at.unix_ms(),
        session.expires_at.unix_ms()
    ])?;
    Ok(())
}

/// Ends a user's sessions but one; gives the ended ones.
pub(super) fn revoke_all(
    db: &Connection,
    user_id: UserId,
    keep: Option<SessionId>,
    now: Timestamp,
) -> Result<Vec<SessionId>> {
    let mut statement = db.prepare_cached(
        "UPDATE sessions
         SET revoked_at = ?3
         WHERE user_id = ?1 AND id IS NOT ?2 AND revoked_at IS NULL
         RETURNING id",
    )?;
    let revoked = statement
        .query_map(
            params![user_id.as_bytes(), keep.as_ref().map(SessionId::as_bytes), now.unix_ms()],
            |row| Cells::new(row).id(),
        )?
        .collect::<rusqlite::Result<_>>()?;
    Ok(revoked)
}

/// Was a token of this hash given, be it in force or not?
fn is_known(db: &Connection, hash: &[u8; 32]) -> Result<bool> {
    let is_known = db
        .prepare_cached(
            "SELECT EXISTS (
                 SELECT 1
                 FROM sessions
                 WHERE refresh_hash = ?1
             ) OR EXISTS (
                 SELECT 1
                 FROM used_refresh_tokens
                 WHERE refresh_hash = ?1
             )",
        )?
        .query_row([hash], |row| row.get(0))?;
    Ok(is_known)
}

/// The session whose token in force this is, if it and its user are open.
fn load_by_hash(db: &Connection, hash: &[u8; 32]) -> Result<Option<Session>> {
    let session = db
        .prepare_cached(
            "SELECT s.id, s.user_id, s.user_agent, s.address, s.created_at, s.last_used_at,
                 s.expires_at
             FROM sessions s
             JOIN users u ON u.id = s.user_id
             WHERE s.refresh_hash = ?1 AND s.revoked_at IS NULL AND u.disabled_at IS NULL",
        )?
        .query_row([hash], session_from)
        .optional()?;
    Ok(session)
}

fn remember_used(db: &Connection, session: &Session, hash: &[u8; 32]) -> Result<()> {
    db.prepare_cached(
        "INSERT INTO used_refresh_tokens (refresh_hash, session_id, expires_at)
         VALUES (?1, ?2, ?3)",
    )?
    .execute(params![hash, session.id.as_bytes(), session.expires_at.unix_ms()])?;
    Ok(())
}

fn rotate(db: &Connection, session: &Session, hash: &[u8; 32]) -> Result<()> {
    db.prepare_cached(
        "UPDATE sessions
         SET refresh_hash = ?2, last_used_at = ?3, expires_at = ?4, address = ?5
         WHERE id = ?1",
    )?
    .execute(params![
        session.id.as_bytes(),
        hash,
        session.last_used_at.unix_ms(),
        session.expires_at.unix_ms(),
        session.address
    ])?;
    Ok(())
}

/// A token that is in force nowhere: if it was once, and its session is open, that session ends.
fn end_reused(tx: &WriteTx<'_>, hash: &[u8; 32], now: Timestamp) -> Result<RefreshOutcome> {
    let ended = tx
        .db
        .prepare_cached(
            "UPDATE sessions
             SET revoked_at = ?2
             WHERE revoked_at IS NULL AND id = (
                 SELECT session_id
                 FROM used_refresh_tokens
                 WHERE refresh_hash = ?1
             )
             RETURNING user_id, id",
        )?
        .query_row(params![hash, now.unix_ms()], |row| {
            let mut cells = Cells::new(row);
            Ok(RefreshOutcome::Reused(cells.id()?, cells.id()?))
        })
        .optional()?;
    Ok(ended.unwrap_or(RefreshOutcome::Unknown))
}

fn find_access(db: &Connection, user_id: UserId, session_id: Option<SessionId>) -> Result<Access> {
    // Is the account shut; is the session ended, if there is one.
    let state: Option<(bool, Option<bool>)> = db
        .prepare_cached(
            "SELECT u.disabled_at IS NOT NULL,
                 CASE WHEN s.id IS NULL THEN NULL ELSE s.revoked_at IS NOT NULL END
             FROM users u
             LEFT JOIN sessions s ON s.id = ?2 AND s.user_id = u.id
             WHERE u.id = ?1 AND u.erased_at IS NULL",
        )?
        .query_row(
            params![user_id.as_bytes(), session_id.as_ref().map(SessionId::as_bytes)],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()?;
    Ok(match (state, session_id) {
        (None, _) | (Some((_, None)), Some(_)) => Access::Unknown,
        (Some((true, _) | (_, Some(true))), _) => Access::Revoked,
        (Some((false, _)), _) => Access::Granted(Box::new(load_user(db, user_id)?)),
    })
}

/// All of them: whoever leaves one out would miss its events. Bounded by what one user joins.
pub(super) fn load_acquaintances(db: &Connection, user_id: UserId) -> Result<Acquaintances> {
    let mut statement = db.prepare_cached(
        "SELECT c.id, c.members_version
         FROM participants p
         JOIN conversations c ON c.id = p.conversation_id
         WHERE p.user_id = ?1",
    )?;
    let conversations = statement
        .query_map([user_id.as_bytes()], |row| {
            let mut cells = Cells::new(row);
            Ok((cells.id()?, cells.number()?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    let mut statement = db.prepare_cached(
        "SELECT friend_id
         FROM friendships
         WHERE user_id = ?1
         LIMIT 10000",
    )?;
    let friends = statement
        .query_map([user_id.as_bytes()], |row| Cells::new(row).id())?
        .collect::<rusqlite::Result<_>>()?;
    let blocked = load_blocked(db, user_id)?;
    let is_in_call = is_in_call(db, user_id)?;
    let position = newest_position(db)?;
    Ok(Acquaintances { position, conversations, friends, blocked, is_in_call })
}

/// Used tokens first, so that a session that is forgotten takes none with it beyond the limit.
fn forget(db: &Connection, before: Timestamp, limit: usize) -> Result<u64> {
    let mut left = limit;
    for sql in [
        "DELETE FROM used_refresh_tokens
         WHERE refresh_hash IN (
             SELECT refresh_hash
             FROM used_refresh_tokens
             WHERE expires_at < ?1
             LIMIT ?2
         )",
        // CROSS JOIN: from the few ended sessions to their tokens, not from all tokens.
        "DELETE FROM used_refresh_tokens
         WHERE refresh_hash IN (
             SELECT t.refresh_hash
             FROM sessions s
             CROSS JOIN used_refresh_tokens t ON t.session_id = s.id
             WHERE MIN(s.expires_at, COALESCE(s.revoked_at, s.expires_at)) < ?1
             LIMIT ?2
         )",
        "DELETE FROM sessions
         WHERE id IN (
             SELECT s.id
             FROM sessions s
             WHERE MIN(s.expires_at, COALESCE(s.revoked_at, s.expires_at)) < ?1
                 AND NOT EXISTS (
                     SELECT 1
                     FROM used_refresh_tokens t
                     WHERE t.session_id = s.id
                 )
             LIMIT ?2
         )",
    ] {
        left -= db.execute(sql, params![before.unix_ms(), rows(left)])?.min(left);
    }
    Ok(u64::try_from(limit - left).unwrap_or(u64::MAX))
}

/// A session, whatever became of it.
pub(super) fn session_from(row: &Row<'_>) -> rusqlite::Result<Session> {
    let mut cells = Cells::new(row);
    Ok(Session {
        id: cells.id()?,
        user_id: cells.id()?,
        user_agent: cells.take()?,
        address: cells.take()?,
        created_at: cells.moment()?,
        last_used_at: cells.moment()?,
        expires_at: cells.moment()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sqlite::SqliteOptions;

    #[tokio::test]
    async fn a_token_that_was_never_given_takes_no_place_among_the_writes() {
        let folder = tempfile::tempdir().unwrap();
        let options = SqliteOptions::at(folder.path().join("salala.db"));
        let store = SqliteStore::open(options).unwrap();
        store.commands.close();
        let now = Timestamp::from_unix_ms(1);
        let any_write = store.forget_sessions(now, 9).await;
        assert!(matches!(any_write, Err(StoreError::Unavailable(_))));
        let made_up = store.rotate_refresh([1; 32], [2; 32], now, now, None).await;
        assert_eq!(made_up, Ok(RefreshOutcome::Unknown));
    }
}
