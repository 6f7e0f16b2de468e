//! Users and their passwords, and the port for them.

use futures_util::future::join3;
use salala_core::Timestamp;
use salala_core::ids::{SessionId, UserId};
use salala_core::records::{Credentials, User, UserBrief};
use tokio_postgres::Row;

use super::PostgresStore;
use super::cells::{Cells, DbId};
use super::db::Db;
use super::error::Result;
use super::locks::Key;
use super::search::{INSERT_TERMS, find_users, insert_terms, store_terms};
use super::sessions::{INSERT_SESSION, insert_session, revoke_all};
use super::write_tx::WriteTx;
use crate::columns::brief_columns;
use crate::error::no_user;
use crate::ports::sessions::NewSession;
use crate::ports::users::{NewUser, ProfileChanges, Users};
use crate::{Pending, StoreError};

impl Users for PostgresStore {
    fn create_user(&self, user: NewUser, session: Option<NewSession>) -> Pending<User> {
        // Two who ask for two names in different orders must not wait for each other.
        let keys = [
            Key::User(user.id),
            Key::Name(user.username.to_ascii_lowercase().into_bytes()),
            Key::Name(user.email.to_ascii_lowercase().into_bytes()),
        ];
        self.write(keys, async move |tx: &mut WriteTx<'_>| {
            create(tx, &user, session.as_ref()).await
        })
    }

    fn user(&self, user_id: UserId) -> Pending<User> {
        self.read(async move |db: &Db| load_user(db, user_id).await)
    }

    fn credentials(&self, user_id: UserId) -> Pending<Credentials> {
        self.read(async move |db: &Db| {
            let found = db
                .query_opt(
                    "SELECT id, password_hash, disabled_at
                     FROM users
                     WHERE id = $1 AND erased_at IS NULL",
                    &[&user_id.to_db()],
                )
                .await?;
            credentials_from(&found.ok_or_else(no_user)?)
        })
    }

    fn credentials_by_login(&self, login: String) -> Pending<Credentials> {
        self.read(async move |db: &Db| {
            // A user name cannot hold an @, so at most one of the two is found in practice; should
            // both be, the address goes first.
            let found = db
                .query_opt(
                    "SELECT id, password_hash, disabled_at
                     FROM users
                     WHERE (email_key = $1 OR username_key = $1) AND erased_at IS NULL
                     ORDER BY email_key = $1 DESC
                     LIMIT 1",
                    &[&login.to_ascii_lowercase()],
                )
                .await?;
            credentials_from(&found.ok_or_else(no_user)?)
        })
    }

    fn update_profile(&self, user_id: UserId, changes: ProfileChanges) -> Pending<User> {
        self.write([Key::User(user_id)], async move |tx: &mut WriteTx<'_>| {
            update(tx, user_id, changes.clone()).await
        })
    }

    fn set_password(
        &self,
        user_id: UserId,
        password_hash: String,
        verified_hash: Option<String>,
        keep: Option<SessionId>,
        now: Timestamp,
    ) -> Pending<Vec<SessionId>> {
        self.write([Key::User(user_id)], async move |tx: &mut WriteTx<'_>| {
            if let Some(verified_hash) = &verified_hash {
                check_verified(tx.db, user_id, verified_hash).await?;
            }
            let changed = tx
                .db
                .execute(
                    "UPDATE users
                     SET password_hash = $2
                     WHERE id = $1 AND erased_at IS NULL",
                    &[&user_id.to_db(), &password_hash],
                )
                .await?;
            match changed {
                0 => Err(no_user()),
                _ => revoke_all(tx.db, user_id, keep, now).await,
            }
        })
    }

    fn set_disabled(
        &self,
        user_id: UserId,
        disabled: bool,
        now: Timestamp,
    ) -> Pending<Vec<SessionId>> {
        self.write([Key::User(user_id)], async move |tx: &mut WriteTx<'_>| {
            let changed = tx
                .db
                .execute(
                    "UPDATE users
                     SET disabled_at = $2
                     WHERE id = $1 AND erased_at IS NULL",
                    &[&user_id.to_db(), &disabled.then_some(now.unix_ms())],
                )
                .await?;
            match (changed, disabled) {
                (0, _) => Err(no_user()),
                (_, true) => revoke_all(tx.db, user_id, None, now).await,
                (_, false) => Ok(Vec::new()),
            }
        })
    }

    fn set_last_seen(&self, user_id: UserId, at: Timestamp) -> Pending<()> {
        self.write([Key::User(user_id)], async move |tx: &mut WriteTx<'_>| {
            let changed = tx
                .db
                .execute(
                    "UPDATE users
                     SET last_seen_at = CASE
                             WHEN erased_at IS NULL THEN GREATEST(COALESCE(last_seen_at, $2), $2)
                         END
                     WHERE id = $1",
                    &[&user_id.to_db(), &at.unix_ms()],
                )
                .await?;
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
        self.read(async move |db: &Db| find_users(db, searcher, &query, limit).await)
    }

    fn count_users(&self) -> Pending<u64> {
        self.read(async |db: &Db| {
            let row = db
                .query_one(
                    "SELECT COUNT(*)
                     FROM users",
                    &[],
                )
                .await?;
            Cells::new(&row).number()
        })
    }
}

/// A user, or `NotFound`.
pub(super) async fn load_user(db: &Db, user_id: UserId) -> Result<User> {
    let row = db
        .query_opt(
            concat!(
                "SELECT ",
                brief_columns!(),
                ", u.email, u.bio, u.phone_number, u.date_of_birth, u.created_at
                 FROM users u
                 WHERE u.id = $1 AND u.erased_at IS NULL"
            ),
            &[&user_id.to_db()],
        )
        .await?
        .ok_or_else(no_user)?;
    let mut cells = Cells::new(&row);
    Ok(User {
        brief: cells.brief()?,
        email: cells.take()?,
        bio: cells.take()?,
        phone_number: cells.take()?,
        date_of_birth: cells.take()?,
        created_at: cells.moment()?,
    })
}

/// What others may know of a user, or `NotFound`.
pub(super) async fn load_brief(db: &Db, user_id: UserId) -> Result<UserBrief> {
    let row = db
        .query_opt(
            concat!(
                "SELECT ",
                brief_columns!(),
                "
                 FROM users u
                 WHERE u.id = $1"
            ),
            &[&user_id.to_db()],
        )
        .await?
        .ok_or_else(no_user)?;
    Cells::new(&row).brief()
}

/// Refuses unless this hash is that of the user's password still, and the account is open.
pub(super) async fn check_verified(db: &Db, user_id: UserId, verified_hash: &str) -> Result<()> {
    db.query_opt(
        "SELECT id
         FROM users
         WHERE id = $1 AND password_hash = $2 AND disabled_at IS NULL AND erased_at IS NULL",
        &[&user_id.to_db(), &verified_hash],
    )
    .await?
    .map(drop)
    .ok_or(StoreError::Forbidden("the password was changed or the account shut in between"))
}

const INSERT_USER: &str = "
    INSERT INTO users
        (id, username, username_key, email, email_key, password_hash, display_name, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

async fn create(tx: &WriteTx<'_>, new: &NewUser, session: Option<&NewSession>) -> Result<User> {
    // Sent together, and each refers to the one before.
    tx.db.prepare_all(&[INSERT_USER, INSERT_TERMS, INSERT_SESSION]).await?;
    let inserting = async {
        tx.db
            .execute(
                INSERT_USER,
                &[
                    &new.id.to_db(),
                    &new.username,
                    &new.username.to_ascii_lowercase(),
                    &new.email,
                    &new.email.to_ascii_lowercase(),
                    &new.password_hash,
                    &new.display_name,
                    &new.created_at.unix_ms(),
                ],
            )
            .await
    };
    let terms = insert_terms(tx.db, new.id, &new.username, new.display_name.as_deref());
    let signing_in = async {
        match session {
            Some(session) => insert_session(tx.db, session).await,
            None => Ok(()),
        }
    };
    let (inserted, found, signed_in) = join3(inserting, terms, signing_in).await;
    inserted.and(found).and(signed_in)?;
    Ok(User {
        brief: UserBrief {
            id: new.id,
            username: new.username.clone(),
            display_name: new.display_name.clone(),
            avatar: None,
            last_seen_at: None,
        },
        email: new.email.clone(),
        bio: None,
        phone_number: None,
        date_of_birth: None,
        created_at: new.created_at,
    })
}

async fn update(tx: &WriteTx<'_>, user_id: UserId, changes: ProfileChanges) -> Result<User> {
    let mut user = load_user(tx.db, user_id).await?;
    user.brief.display_name = changes.display_name.apply(user.brief.display_name);
    user.brief.avatar = changes.avatar.apply(user.brief.avatar);
    user.bio = changes.bio.apply(user.bio);
    user.phone_number = changes.phone_number.apply(user.phone_number);
    user.date_of_birth = changes.date_of_birth.apply(user.date_of_birth);
    tx.db
        .execute(
            "UPDATE users
             SET display_name = $2, avatar = $3, bio = $4, phone_number = $5, date_of_birth = $6
             WHERE id = $1",
            &[
                &user_id.to_db(),
                &user.brief.display_name,
                &user.brief.avatar,
                &user.bio,
                &user.phone_number,
                &user.date_of_birth,
            ],
        )
        .await?;
    store_terms(tx.db, user_id, &user.brief.username, user.brief.display_name.as_deref()).await?;
    Ok(user)
}

fn credentials_from(row: &Row) -> Result<Credentials> {
    let mut cells = Cells::new(row);
    Ok(Credentials {
        user_id: cells.id()?,
        password_hash: cells.take()?,
        disabled: cells.optional_moment()?.is_some(),
    })
}
