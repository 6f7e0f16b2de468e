//! Users and their passwords, and the port for them.

use rusqlite::{Connection, OptionalExtension, Row, params};
use salala_core::Timestamp;
use salala_core::ids::{SessionId, UserId};
use salala_core::records::{Credentials, User, UserBrief};

use super::SqliteStore;
use super::access::user_exists;
use super::cells::Cells;
use super::error::Result;
use super::search::{find_users, store_terms};
use super::sessions::{insert_session, revoke_all};
use super::write_tx::WriteTx;
use crate::columns::brief_columns;
use crate::error::no_user;
use crate::ports::sessions::NewSession;
use crate::ports::users::{NewUser, ProfileChanges, Users};
use crate::{Pending, StoreError};

impl Users for SqliteStore {
    fn create_user(&self, user: NewUser, session: Option<NewSession>) -> Pending<User> {
        self.write(move |tx| create(tx, &user, session.as_ref()))
    }

    fn user(&self, user_id: UserId) -> Pending<User> {
        self.read(move |db| load_user(db, user_id))
    }

    fn credentials(&self, user_id: UserId) -> Pending<Credentials> {
        self.read(move |db| {
            db.prepare_cached(
                "SELECT id, password_hash, disabled_at
                 FROM users
                 WHERE id = ?1 AND erased_at IS NULL",
            )?
            .query_row([user_id.as_bytes()], credentials_from)
            .optional()?
            .ok_or_else(no_user)
        })
    }

    fn credentials_by_login(&self, login: String) -> Pending<Credentials> {
        self.read(move |db| {
            // A user name cannot hold an @, so at most one of the two is found in practice; should
            // both be, the address goes first.
            db.prepare_cached(
                "SELECT id, password_hash, disabled_at
                 FROM users
                 WHERE (email_key = ?1 OR username_key = ?1) AND erased_at IS NULL
                 ORDER BY email_key = ?1 DESC
                 LIMIT 1",
            )?
            .query_row([login.to_ascii_lowercase()], credentials_from)
            .optional()?
            .ok_or_else(no_user)
        })
    }

    fn update_profile(&self, user_id: UserId, changes: ProfileChanges) -> Pending<User> {
        self.write(move |tx| update(tx, user_id, changes))
    }

    fn set_password(
        &self,
        user_id: UserId,
        password_hash: String,
        verified_hash: Option<String>,
        keep: Option<SessionId>,
        now: Timestamp,
    ) -> Pending<Vec<SessionId>> {
        self.write(move |tx| {
            if let Some(verified_hash) = verified_hash {
                check_verified(tx.db, user_id, &verified_hash)?;
            }
            let changed = tx.db.execute(
                "UPDATE users
                 SET password_hash = ?2
                 WHERE id = ?1 AND erased_at IS NULL",
                params![user_id.as_bytes(), password_hash],
            )?;
            match changed {
                0 => Err(no_user()),
                _ => revoke_all(tx.db, user_id, keep, now),
            }
        })
    }

    fn set_disabled(
        &self,
        user_id: UserId,
        disabled: bool,
        now: Timestamp,
    ) -> Pending<Vec<SessionId>> {
        self.write(move |tx| {
            let changed = tx.db.execute(
                "UPDATE users
                 SET disabled_at = ?2
                 WHERE id = ?1 AND erased_at IS NULL",
                params![user_id.as_bytes(), disabled.then_some(now.unix_ms())],
            )?;
            match (changed, disabled) {
                (0, _) => Err(no_user()),
                (_, true) => revoke_all(tx.db, user_id, None, now),
                (_, false) => Ok(Vec::new()),
            }
        })
    }

    fn set_last_seen(&self, user_id: UserId, at: Timestamp) -> Pending<()> {
        self.write(move |tx| {
            let changed = tx
                .db
                .prepare_cached(
                    "UPDATE users
                     SET last_seen_at = CASE
                             WHEN erased_at IS NULL THEN MAX(COALESCE(last_seen_at, ?2), ?2)
                         END
                     WHERE id = ?1",
                )?
                .execute(params![user_id.as_bytes(), at.unix_ms()])?;
            match changed {
                0 => Err(no_user()),
                _ => Ok(()),
            }
        })
    }

    fn search_users(
        &self,
        searcher: UserId,
        query: String,
        limit: usize,
    ) -> Pending<Vec<UserBrief>> {
        self.read(move |db| find_users(db, searcher, &query, limit))
    }

    fn count_users(&self) -> Pending<u64> {
        self.read(|db| {
            let count = db
                .prepare_cached(
                    "SELECT COUNT(*)
                     FROM users",
                )?
                .query_row((), |row| Cells::new(row).number())?;
            Ok(count)
        })
    }
}

/// A user, or `NotFound`.
pub(super) fn load_user(db: &Connection, user_id: UserId) -> Result<User> {
    db.prepare_cached(concat!(
        "SELECT ",
        brief_columns!(),
        ", u.email, u.bio, u.phone_number, u.date_of_birth, u.created_at
         FROM users u
         WHERE u.id = ?1 AND u.erased_at IS NULL"
    ))?
    .query_row([user_id.as_bytes()], |row| {
        let mut cells = Cells::new(row);
        Ok(User {
            brief: cells.brief()?,
            email: cells.take()?,
            bio: cells.take()?,
            phone_number: cells.take()?,
            date_of_birth: cells.take()?,
            created_at: cells.moment()?,
        })
    })
    .optional()?
    .ok_or_else(no_user)
}

/// What others may know of a user, or `NotFound`.
pub(super) fn load_brief(db: &Connection, user_id: UserId) -> Result<UserBrief> {
    db.prepare_cached(concat!(
        "SELECT ",
        brief_columns!(),
        "
         FROM users u
         WHERE u.id = ?1"
    ))?
    .query_row([user_id.as_bytes()], |row| Cells::new(row).brief())
    .optional()?
    .ok_or_else(no_user)
}

/// Refuses unless this hash is that of the user's password still, and the account is open.
pub(super) fn check_verified(db: &Connection, user_id: UserId, verified_hash: &str) -> Result<()> {
    db.prepare_cached(
        "SELECT id
         FROM users
         WHERE id = ?1 AND password_hash = ?2 AND disabled_at IS NULL AND erased_at IS NULL",
    )?
    .query_row(params![user_id.as_bytes(), verified_hash], |_| Ok(()))
    .optional()?
    .ok_or(StoreError::Forbidden("the password was changed or the account shut in between"))
}

/// Refuses unless there is such a user, not erased.
pub(super) fn require_user(db: &Connection, user_id: UserId) -> Result<()> {
    if user_exists(db, user_id)? { Ok(()) } else { Err(no_user()) }
}

fn create(tx: &WriteTx<'_>, new: &NewUser, session: Option<&NewSession>) -> Result<User> {
    tx.db
        .prepare_cached(
            "INSERT INTO users
                 (id, username, username_key, email, email_key, password_hash, display_name,
                  created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            new.id.as_bytes(),
            new.username,
            new.username.to_ascii_lowercase(),
            new.email,
            new.email.to_ascii_lowercase(),
            new.password_hash,
            new.display_name,
            new.created_at.unix_ms()
        ])?;
    store_terms(tx.db, new.id, &new.username, new.display_name.as_deref())?;
    if let Some(session) = session {
        insert_session(tx.db, session)?;
    }
    load_user(tx.db, new.id)
}

fn update(tx: &WriteTx<'_>, user_id: UserId, changes: ProfileChanges) -> Result<User> {
    let mut user = load_user(tx.db, user_id)?;
    user.brief.display_name = changes.display_name.apply(user.brief.display_name);
    user.brief.avatar = changes.avatar.apply(user.brief.avatar);
    user.bio = changes.bio.apply(user.bio);
    user.phone_number = changes.phone_number.apply(user.phone_number);
    user.date_of_birth = changes.date_of_birth.apply(user.date_of_birth);
    tx.db.execute(
        "UPDATE users
         SET display_name = ?2, avatar = ?3, bio = ?4, phone_number = ?5, date_of_birth = ?6
         WHERE id = ?1",
        params![
            user_id.as_bytes(),
            user.brief.display_name,
            user.brief.avatar,
            user.bio,
            user.phone_number,
            user.date_of_birth
        ],
    )?;
    store_terms(tx.db, user_id, &user.brief.username, user.brief.display_name.as_deref())?;
    Ok(user)
}

fn credentials_from(row: &Row<'_>) -> rusqlite::Result<Credentials> {
    let mut cells = Cells::new(row);
    Ok(Credentials {
        user_id: cells.id()?,
        password_hash: cells.take()?,
        disabled: cells.optional_moment()?.is_some(),
    })
}
