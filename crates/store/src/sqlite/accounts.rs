//! Erasing an account at once, and the port for it.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};
use salala_core::Timestamp;
use salala_core::ids::{ConversationId, UserId};

use super::SqliteStore;
use super::call_moves::hang_up_all;
use super::erasures::{carry_on, leave_first};
use super::error::Result;
use super::friends::close_waiting;
use super::sessions::{load_acquaintances, revoke_all};
use super::users::require_user;
use super::write_tx::WriteTx;
use super::writer::Write;
use crate::Pending;
use crate::error::no_user;
use crate::log::Event;
use crate::ports::accounts::{Accounts, ERASED_DISPLAY_NAME, erased_key, erased_username};

impl Accounts for SqliteStore {
    fn erase_user(&self, user_id: UserId, now: Timestamp) -> Pending<()> {
        self.write(move |tx| erase(tx, user_id, now))
    }

    fn request_erasure(&self, user_id: UserId, now: Timestamp) -> Pending<()> {
        self.write(move |tx| {
            require_user(tx.db, user_id)?;
            tx.db.execute(
                "UPDATE users
                 SET disabled_at = ?2
                 WHERE id = ?1",
                params![user_id.as_bytes(), now.unix_ms()],
            )?;
            revoke_all(tx.db, user_id, None, now)?;
            tx.db.execute(
                "INSERT INTO erasures (user_id, stage, conversation_id, seq)
                 VALUES (?1, 'asked', ?2, 0)
                 ON CONFLICT (user_id) DO NOTHING",
                params![user_id.as_bytes(), FIRST.as_bytes()],
            )?;
            Ok(())
        })
    }

    fn carry_on_erasure(&self, limit: usize, now: Timestamp) -> Pending<bool> {
        // Mostly there is nothing to do, and that takes no place among the writes.
        let waiting = self.read(|db| {
            let waiting = db
                .prepare_cached(
                    "SELECT EXISTS (
                         SELECT 1
                         FROM erasures
                     )",
                )?
                .query_row((), |row| row.get(0))?;
            Ok(waiting)
        });
        let commands = Arc::clone(&self.commands);
        Box::pin(async move {
            if !waiting.await? {
                return Ok(false);
            }
            Write::submit(&commands, 0, move |tx: &mut WriteTx<'_>| carry_on(tx, limit, now)).await
        })
    }
}

/// Sorts before every other.
pub(super) const FIRST: ConversationId = ConversationId::from_bytes([0; 16]);

/// As the port says; a repeat changes nothing.
pub(super) fn erase(tx: &mut WriteTx<'_>, user_id: UserId, now: Timestamp) -> Result<()> {
    let is_erased: Option<bool> = tx
        .db
        .query_row(
            "SELECT erased_at IS NOT NULL
             FROM users
             WHERE id = ?1",
            [user_id.as_bytes()],
            |row| row.get(0),
        )
        .optional()?;
    match is_erased {
        None => return Err(no_user()),
        Some(true) => return Ok(()),
        Some(false) => {}
    }
    let acquaintances = load_acquaintances(tx.db, user_id)?;
    tx.tell_user(user_id, Event::UserErased(acquaintances), now)?;
    close_waiting(tx, user_id, now)?;
    hang_up_all(tx, user_id, now)?;
    forget_person(tx.db, user_id, now)?;
    tx.db.execute(
        "INSERT INTO erasures (user_id, stage, conversation_id, seq)
         VALUES (?1, 'conversations', ?2, 0)
         ON CONFLICT (user_id) DO UPDATE SET stage = excluded.stage",
        params![user_id.as_bytes(), FIRST.as_bytes()],
    )?;
    leave_first(tx, user_id, now)
}

fn forget_person(db: &Connection, user_id: UserId, now: Timestamp) -> Result<()> {
    db.execute(
        "UPDATE users
         SET username = ?2, username_key = ?3, email = '', email_key = ?3, password_hash = '',
             display_name = ?4, avatar = NULL, bio = NULL, phone_number = NULL,
             date_of_birth = NULL, last_seen_at = NULL, disabled_at = NULL, erased_at = ?5
         WHERE id = ?1",
        params![
            user_id.as_bytes(),
            erased_username(user_id),
            erased_key(user_id),
            ERASED_DISPLAY_NAME,
            now.unix_ms()
        ],
    )?;
    for sql in [
        "DELETE FROM user_terms
         WHERE user_id = ?1",
        "DELETE FROM devices
         WHERE user_id = ?1",
        "DELETE FROM pushes
         WHERE user_id = ?1",
        "DELETE FROM user_settings
         WHERE user_id = ?1",
        "DELETE FROM sessions
         WHERE user_id = ?1",
        "DELETE FROM friendships
         WHERE user_id = ?1",
        "DELETE FROM friendships
         WHERE friend_id = ?1",
        "DELETE FROM friend_requests
         WHERE sender_id = ?1",
        "DELETE FROM friend_requests
         WHERE receiver_id = ?1",
        "DELETE FROM blocks
         WHERE user_id = ?1",
        "DELETE FROM blocks
         WHERE blocked_id = ?1",
        "DELETE FROM views
         WHERE user_id = ?1",
    ] {
        db.execute(sql, [user_id.as_bytes()])?;
    }
    // What was never sent; the rest goes with its messages.
    db.execute(
        "UPDATE uploads
         SET expires_at = ?2
         WHERE owner_id = ?1 AND holders = 0",
        params![user_id.as_bytes(), now.unix_ms()],
    )?;
    Ok(())
}
