//! What recoverable sessions view.

use rusqlite::params;
use salala_core::Timestamp;
use salala_core::ids::{ConversationId, UserId};

use super::SqliteStore;
use super::access::member;
use super::cells::{Cells, rows};
use crate::Pending;
use crate::ports::views::{RecoveryId, Views};

impl Views for SqliteStore {
    fn enter_view(
        &self,
        recovery_id: RecoveryId,
        user_id: UserId,
        conversation_id: ConversationId,
        most: usize,
        now: Timestamp,
    ) -> Pending<()> {
        self.write(move |tx| {
            member(tx.db, user_id, conversation_id)?;
            tx.db
                .prepare_cached(
                    "INSERT INTO views (recovery_id, conversation_id, user_id, seen_at)
                     VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT (recovery_id, conversation_id) DO UPDATE SET seen_at = ?4",
                )?
                .execute(params![
                    recovery_id.0,
                    conversation_id.as_bytes(),
                    user_id.as_bytes(),
                    now.unix_ms()
                ])?;
            // All but the newest: few enough to be sorted.
            tx.db
                .prepare_cached(
                    "DELETE FROM views
                     WHERE recovery_id = ?1 AND conversation_id IN (
                         SELECT conversation_id
                         FROM views
                         WHERE recovery_id = ?1
                         ORDER BY seen_at DESC, conversation_id = ?2 DESC
                         LIMIT -1 OFFSET ?3
                     )",
                )?
                .execute(params![recovery_id.0, conversation_id.as_bytes(), rows(most)])?;
            Ok(())
        })
    }

    fn leave_view(&self, recovery_id: RecoveryId, conversation_id: ConversationId) -> Pending<()> {
        self.write(move |tx| {
            tx.db
                .prepare_cached(
                    "DELETE FROM views
                     WHERE recovery_id = ?1 AND conversation_id = ?2",
                )?
                .execute(params![recovery_id.0, conversation_id.as_bytes()])?;
            Ok(())
        })
    }

    fn views(&self, recovery_id: RecoveryId, user_id: UserId) -> Pending<Vec<ConversationId>> {
        self.read(move |db| {
            let mut statement = db.prepare_cached(
                "SELECT v.conversation_id
                 FROM views v
                 JOIN participants p
                     ON p.conversation_id = v.conversation_id AND p.user_id = v.user_id
                 WHERE v.recovery_id = ?1 AND v.user_id = ?2",
            )?;
            let ids = statement
                .query_map(params![recovery_id.0, user_id.as_bytes()], |row| Cells::new(row).id())?
                .collect::<rusqlite::Result<_>>()?;
            Ok(ids)
        })
    }

    fn keep_views(&self, recovery_ids: Vec<RecoveryId>, now: Timestamp) -> Pending<()> {
        let size_bytes = recovery_ids.len() * size_of::<RecoveryId>();
        self.write_sized(size_bytes, move |tx| {
            for recovery_id in recovery_ids {
                tx.db
                    .prepare_cached(
                        "UPDATE views
                         SET seen_at = ?2
                         WHERE recovery_id = ?1",
                    )?
                    .execute(params![recovery_id.0, now.unix_ms()])?;
            }
            Ok(())
        })
    }

    fn forget_views(&self, before: Timestamp, limit: usize) -> Pending<u64> {
        self.write(move |tx| {
            let gone = tx
                .db
                .prepare_cached(
                    "DELETE FROM views
                     WHERE (recovery_id, conversation_id) IN (
                         SELECT recovery_id, conversation_id
                         FROM views
                         WHERE seen_at < ?1
                         LIMIT ?2
                     )",
                )?
                .execute(params![before.unix_ms(), rows(limit)])?;
            Ok(u64::try_from(gone).unwrap_or(u64::MAX))
        })
    }
}
