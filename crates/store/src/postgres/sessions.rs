//! Sessions and their refresh tokens, and the port for them.

use std::sync::Arc;

use futures_util::future::{join, join3};
use salala_core::Timestamp;
use salala_core::ids::{SessionId, UserId};
use salala_core::records::{Session, User};
use tokio_postgres::Row;

use super::PostgresStore;
use super::access::ids_from;
use super::cells::{Cells, DbId, rows, uuids_to_ids};
use super::db::Db;
use super::error::Result;
use super::locks::Key;
use super::users::{check_verified, load_user};
use super::write_tx::WriteTx;
use super::writer::Write;
use crate::ports::sessions::{Access, Acquaintances, NewSession, RefreshOutcome, Sessions};
use crate::{Pending, StoreError};

impl Sessions for PostgresStore {
    fn create_session(&self, session: NewSession, verified_hash: String) -> Pending<User> {
        self.write([Key::User(session.user_id)], async move |tx: &mut WriteTx<'_>| {
            check_verified(tx.db, session.user_id, &verified_hash).await?;
            insert_session(tx.db, &session).await?;
            load_user(tx.db, session.user_id).await
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
        let rotating = async move |tx: &mut WriteTx<'_>| {
            let Some(mut session) = load_by_hash(tx.db, &old_hash).await? else {
                return end_reused(tx, &old_hash, now).await;
            };
            if session.expires_at <= now {
                return Ok(RefreshOutcome::Unknown);
            }
            let (remembered, rotated, user) = {
                let before = session.clone();
                session.last_used_at = now;
                session.expires_at = expires_at;
                session.address = address.clone().or(before.address.clone());
                join3(
                    remember_used(tx.db, &before, &old_hash),
                    rotate(tx.db, &session, &new_hash),
                    load_user(tx.db, session.user_id),
                )
                .await
            };
            remembered.and(rotated)?;
            Ok(RefreshOutcome::Rotated(session, Box::new(user?)))
        };
        // Anybody may send any token: what was never given is not to take a place among the writes.
        let owner = self.read(async move |db: &Db| find_owner(db, &old_hash).await);
        let commands = Arc::clone(&self.commands);
        Box::pin(async move {
            let Some(user_id) = owner.await? else {
                return Ok(RefreshOutcome::Unknown);
            };
            let size_bytes = size_of_val(&rotating);
            Write::submit(&commands, vec![Key::User(user_id)], size_bytes, rotating).await
        })
    }

    fn sessions(&self, user_id: UserId, now: Timestamp) -> Pending<Vec<Session>> {
        self.read(async move |db: &Db| {
            let found = db
                .query(
                    "SELECT id, user_id, user_agent, address, created_at, last_used_at, expires_at
                     FROM sessions
                     WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > $2
                     ORDER BY created_at DESC, id DESC
                     LIMIT 100",
                    &[&user_id.to_db(), &now.unix_ms()],
                )
                .await?;
            found.iter().map(session_from).collect()
        })
    }

    fn revoke_session(
        &self,
        user_id: UserId,
        session_id: SessionId,
        now: Timestamp,
    ) -> Pending<()> {
        self.write([Key::User(user_id)], async move |tx: &mut WriteTx<'_>| {
            let revoked = tx
                .db
                .execute(
                    "UPDATE sessions
                     SET revoked_at = $3
                     WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL",
                    &[&session_id.to_db(), &user_id.to_db(), &now.unix_ms()],
                )
                .await?;
            match revoked {
                0 => Err(StoreError::NotFound("this session")),
                _ => Ok(()),
            }
        })
    }

    fn access(&self, user_id: UserId, session_id: Option<SessionId>) -> Pending<Access> {
        self.read(async move |db: &Db| find_access(db, user_id, session_id).await)
    }

    fn acquaintances(&self, user_id: UserId) -> Pending<Acquaintances> {
        self.read(async move |db: &Db| load_acquaintances(db, user_id).await)
    }

    fn forget_sessions(&self, before: Timestamp, limit: usize) -> Pending<u64> {
        self.write([], async move |tx: &mut WriteTx<'_>| forget(tx.db, before, limit).await)
    }
}

/// A session as it begins.
pub(super) const INSERT_SESSION: &str = "
    INSERT INTO sessions
        (id, user_id, refresh_hash, user_agent, address, created_at, last_used_at, expires_at)
    VALUES ($1, $2, $3, $4, $5, $6, $6, $7)";

/// Signs a user in.
pub(super) async fn insert_session(db: &Db, session: &NewSession) -> Result<()> {
    db.execute(
        INSERT_SESSION,
        &[
            &session.id.to_db(),
            &session.user_id.to_db(),
            &session.refresh_hash.as_slice(),
            &session.user_agent,
            &session.address,
            &session.created_at.unix_ms(),
            &session.expires_at.unix_ms(),
        ],
    )
    .await?;
    Ok(())
}

/// Ends a user's sessions but one; gives the ended ones.
pub(super) async fn revoke_all(
    db: &Db,
    user_id: UserId,
    keep: Option<SessionId>,
    now: Timestamp,
) -> Result<Vec<SessionId>> {
    let revoked = db
        .query(
            "UPDATE sessions
             SET revoked_at = $3
             WHERE user_id = $1 AND id IS DISTINCT FROM $2 AND revoked_at IS NULL
             RETURNING id",
            &[&user_id.to_db(), &keep.as_ref().map(DbId::to_db), &now.unix_ms()],
        )
        .await?;
    ids_from(&revoked)
}

/// Whose token of this hash was given, be it in force or not?
async fn find_owner(db: &Db, hash: &[u8; 32]) -> Result<Option<UserId>> {
    let owner = db
        .query_opt(
            "SELECT user_id
             FROM sessions
             WHERE refresh_hash = $1
             UNION ALL
             SELECT s.user_id
             FROM used_refresh_tokens t
             JOIN sessions s ON s.id = t.session_id
             WHERE t.refresh_hash = $1
             LIMIT 1",
            &[&hash.as_slice()],
        )
        .await?;
    owner.map(|row| Cells::new(&row).id()).transpose()
}

/// The session whose token in force this is, if it and its user are open.
async fn load_by_hash(db: &Db, hash: &[u8; 32]) -> Result<Option<Session>> {
    let session = db
        .query_opt(
            "SELECT s.id, s.user_id, s.user_agent, s.address, s.created_at, s.last_used_at,
                 s.expires_at
             FROM sessions s
             JOIN users u ON u.id = s.user_id
             WHERE s.refresh_hash = $1 AND s.revoked_at IS NULL AND u.disabled_at IS NULL",
            &[&hash.as_slice()],
        )
        .await?;
    session.as_ref().map(session_from).transpose()
}

async fn remember_used(db: &Db, session: &Session, hash: &[u8; 32]) -> Result<()> {
    db.execute(
        "INSERT INTO used_refresh_tokens (refresh_hash, session_id, expires_at)
         VALUES ($1, $2, $3)",
        &[&hash.as_slice(), &session.id.to_db(), &session.expires_at.unix_ms()],
    )
    .await?;
    Ok(())
}

async fn rotate(db: &Db, session: &Session, hash: &[u8; 32]) -> Result<()> {
    db.execute(
        "UPDATE sessions
         SET refresh_hash = $2, last_used_at = $3, expires_at = $4, address = $5
         WHERE id = $1",
        &[
            &session.id.to_db(),
            &hash.as_slice(),
            &session.last_used_at.unix_ms(),
            &session.expires_at.unix_ms(),
            &session.address,
        ],
    )
    .await?;
    Ok(())
}

/// A token that is in force nowhere: if it was once, and its session is open, that session ends.
async fn end_reused(tx: &WriteTx<'_>, hash: &[u8; 32], now: Timestamp) -> Result<RefreshOutcome> {
    let ended = tx
        .db
        .query_opt(
            "UPDATE sessions
             SET revoked_at = $2
             WHERE revoked_at IS NULL AND id = (
                 SELECT session_id
                 FROM used_refresh_tokens
                 WHERE refresh_hash = $1
             )
             RETURNING user_id, id",
            &[&hash.as_slice(), &now.unix_ms()],
        )
        .await?;
    let Some(row) = ended else { return Ok(RefreshOutcome::Unknown) };
    let mut cells = Cells::new(&row);
    Ok(RefreshOutcome::Reused(cells.id()?, cells.id()?))
}

async fn find_access(db: &Db, user_id: UserId, session_id: Option<SessionId>) -> Result<Access> {
    // Asked together: nearly always both answers are needed.
    let (state, user) = join(load_state(db, user_id, session_id), load_user(db, user_id)).await;
    Ok(match (state?, session_id) {
        (None, _) | (Some((_, None)), Some(_)) => Access::Unknown,
        (Some((true, _) | (_, Some(true))), _) => Access::Revoked,
        (Some((false, _)), _) => Access::Granted(Box::new(user?)),
    })
}

/// Is the account shut; is the session ended, if there is one.
async fn load_state(
    db: &Db,
    user_id: UserId,
    session_id: Option<SessionId>,
) -> Result<Option<(bool, Option<bool>)>> {
    let row = db
        .query_opt(
            "SELECT u.disabled_at IS NOT NULL,
                 CASE WHEN s.id IS NULL THEN NULL ELSE s.revoked_at IS NOT NULL END
             FROM users u
             LEFT JOIN sessions s ON s.id = $2 AND s.user_id = u.id
             WHERE u.id = $1 AND u.erased_at IS NULL",
            &[&user_id.to_db(), &session_id.as_ref().map(DbId::to_db)],
        )
        .await?;
    let Some(row) = row else { return Ok(None) };
    let mut cells = Cells::new(&row);
    Ok(Some((cells.take()?, cells.take()?)))
}

/// All of them: whoever leaves one out would miss its events. Bounded by what one user joins.
pub(super) async fn load_acquaintances(db: &Db, user_id: UserId) -> Result<Acquaintances> {
    let row = db
        .query_one(
            "SELECT (SELECT COALESCE(MAX(position), 0) FROM log), joined.ids, joined.versions,
                 ARRAY(
                     SELECT friend_id
                     FROM friendships
                     WHERE user_id = $1
                     LIMIT 10000
                 ),
                 ARRAY(
                     SELECT blocked_id
                     FROM blocks
                     WHERE user_id = $1
                     UNION
                     SELECT user_id
                     FROM blocks
                     WHERE blocked_id = $1
                     LIMIT 20000
                 ),
                 EXISTS (
                     SELECT 1
                     FROM calls
                     WHERE caller_id = $1 AND ended_at IS NULL
                 ) OR EXISTS (
                     SELECT 1
                     FROM calls
                     WHERE callee_id = $1 AND ended_at IS NULL
                 )
             FROM (
                 SELECT COALESCE(array_agg(c.id), '{}') AS ids,
                     COALESCE(array_agg(c.members_version), '{}') AS versions
                 FROM participants p
                 JOIN conversations c ON c.id = p.conversation_id
                 WHERE p.user_id = $1
             ) AS joined",
            &[&user_id.to_db()],
        )
        .await?;
    let mut cells = Cells::new(&row);
    let position = cells.number()?;
    let ids = uuids_to_ids(cells.take()?);
    let versions = cells.take::<Vec<i64>>()?.into_iter();
    let versions = versions.map(|version| u64::try_from(version).unwrap_or(0));
    Ok(Acquaintances {
        position,
        conversations: ids.into_iter().zip(versions).collect(),
        friends: uuids_to_ids(cells.take()?),
        blocked: uuids_to_ids(cells.take()?),
        is_in_call: cells.take()?,
    })
}

/// Used tokens first, so that a session that is forgotten takes none with it beyond the limit.
async fn forget(db: &Db, before: Timestamp, limit: usize) -> Result<u64> {
    let mut left = limit;
    for sql in [
        "DELETE FROM used_refresh_tokens
         WHERE refresh_hash = ANY (ARRAY(
             SELECT refresh_hash
             FROM used_refresh_tokens
             WHERE expires_at < $1
             LIMIT $2
         ))",
        "DELETE FROM used_refresh_tokens
         WHERE refresh_hash = ANY (ARRAY(
             SELECT t.refresh_hash
             FROM sessions s
             CROSS JOIN LATERAL (
                 SELECT refresh_hash
                 FROM used_refresh_tokens
                 WHERE session_id = s.id
             ) AS t
             WHERE LEAST(s.expires_at, COALESCE(s.revoked_at, s.expires_at)) < $1
             LIMIT $2
         ))",
        "DELETE FROM sessions
         WHERE id = ANY (ARRAY(
             SELECT s.id
             FROM sessions s
             WHERE LEAST(s.expires_at, COALESCE(s.revoked_at, s.expires_at)) < $1
                 AND NOT EXISTS (
                     SELECT 1
                     FROM used_refresh_tokens t
                     WHERE t.session_id = s.id
                 )
             LIMIT $2
         ))",
    ] {
        let gone = db.execute(sql, &[&before.unix_ms(), &rows(left)]).await?;
        left -= usize::try_from(gone).unwrap_or(left).min(left);
    }
    Ok(u64::try_from(limit - left).unwrap_or(u64::MAX))
}

/// A session, whatever became of it.
pub(super) fn session_from(row: &Row) -> Result<Session> {
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
