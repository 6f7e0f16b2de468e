//! What recoverable sessions view.

use salala_core::Timestamp;
use salala_core::ids::{ConversationId, UserId};

use super::PostgresStore;
use super::access::{ids_from, member};
use super::cells::{DbId, rows};
use super::db::Db;
use super::locks::Key;
use super::write_tx::WriteTx;
use crate::Pending;
use crate::ports::views::{RecoveryId, Views};

impl Views for PostgresStore {
    fn enter_view(
        &self,
        recovery_id: RecoveryId,
        user_id: UserId,
        conversation_id: ConversationId,
        most: usize,
        now: Timestamp,
    ) -> Pending<()> {
        // Not the conversation: of who is taken out meanwhile the row stays behind, and is not read.
        self.write([key(recovery_id)], async move |tx: &mut WriteTx<'_>| {
            member(tx.db, user_id, conversation_id).await?;
            let (session, conversation) = (recovery_id.0.as_slice(), conversation_id.to_db());
            tx.db
                .execute(
                    "INSERT INTO views (recovery_id, conversation_id, user_id, seen_at)
                     VALUES ($1, $2, $3, $4)
                     ON CONFLICT (recovery_id, conversation_id) DO UPDATE
                     SET seen_at = excluded.seen_at",
                    &[&session, &conversation, &user_id.to_db(), &now.unix_ms()],
                )
                .await?;
            // All but the newest: few enough to be sorted.
            tx.db
                .execute(
                    "DELETE FROM views
                     WHERE recovery_id = $1 AND conversation_id = ANY (ARRAY(
                         SELECT conversation_id
                         FROM views
                         WHERE recovery_id = $1
                         ORDER BY seen_at DESC, conversation_id = $2 DESC
                         OFFSET $3
                     ))",
                    &[&session, &conversation, &rows(most)],
                )
                .await?;
            Ok(())
        })
    }

    fn leave_view(&self, recovery_id: RecoveryId, conversation_id: ConversationId) -> Pending<()> {
        self.write([key(recovery_id)], async move |tx: &mut WriteTx<'_>| {
            tx.db
                .execute(
                    "DELETE FROM views
                     WHERE recovery_id = $1 AND conversation_id = $2",
                    &[&recovery_id.0.as_slice(), &conversation_id.to_db()],
                )
                .await?;
            Ok(())
        })
    }

    fn views(&self, recovery_id: RecoveryId, user_id: UserId) -> Pending<Vec<ConversationId>> {
        self.read(async move |db: &Db| {
            let found = db
                .query(
                    "SELECT v.conversation_id
                     FROM views v
                     JOIN participants p
                         ON p.conversation_id = v.conversation_id AND p.user_id = v.user_id
                     WHERE v.recovery_id = $1 AND v.user_id = $2",
                    &[&recovery_id.0.as_slice(), &user_id.to_db()],
                )
                .await?;
            ids_from(&found)
        })
    }

    fn keep_views(&self, recovery_ids: Vec<RecoveryId>, now: Timestamp) -> Pending<()> {
        let size_bytes = recovery_ids.len() * size_of::<RecoveryId>();
        let keys: Vec<Key> = recovery_ids.iter().copied().map(key).collect();
        self.write_sized(keys, size_bytes, async move |tx: &mut WriteTx<'_>| {
            let sessions: Vec<&[u8]> = recovery_ids.iter().map(|id| id.0.as_slice()).collect();
            tx.db
                .execute(
                    "UPDATE views
                     SET seen_at = $2
                     WHERE recovery_id = ANY ($1)",
                    &[&sessions, &now.unix_ms()],
                )
                .await?;
            Ok(())
        })
    }

    fn forget_views(&self, before: Timestamp, limit: usize) -> Pending<u64> {
        self.write([], async move |tx: &mut WriteTx<'_>| {
            // What another writer is just about to keep or to forget is left to it, so that nobody
            // waits for this.
            tx.db
                .execute(
                    "DELETE FROM views
                     WHERE ctid = ANY (ARRAY(
                         SELECT ctid
                         FROM views
                         WHERE seen_at < $1
                         LIMIT $2
                         FOR UPDATE SKIP LOCKED
                     ))",
                    &[&before.unix_ms(), &rows(limit)],
                )
                .await
        })
    }
}

/// Keeps two writers apart that are about one session.
fn key(recovery_id: RecoveryId) -> Key {
    Key::Name(recovery_id.0.to_vec())
}
