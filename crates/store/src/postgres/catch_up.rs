//! What a client with messages of its own lacks.

use futures_util::future::{join, try_join_all};
use salala_core::ids::{ConversationId, UserId};
use salala_core::records::OwnConversation;

use super::PostgresStore;
use super::access::{ids_from, members_of_conversations};
use super::cells::{DbId, all_to_db, rows};
use super::conversations::load_own;
use super::db::Db;
use super::error::Result;
use super::history::load_runs;
use crate::ports::catch_up::{CatchUp, CaughtUp, CaughtUpConversation};
use crate::{Pending, StoreError};

impl CatchUp for PostgresStore {
    fn catch_up(
        &self,
        user_id: UserId,
        known: Vec<(ConversationId, u64)>,
        messages_limit: usize,
        added_limit: usize,
    ) -> Pending<CaughtUp> {
        self.read(async move |db: &Db| {
            let ids: Vec<ConversationId> = known.iter().map(|(id, _)| *id).collect();
            let added = load_others(db, user_id, &ids, added_limit);
            let (members, added) = join(members_of_conversations(db, user_id, &ids), added).await;
            let members = members?;
            let mut removed = Vec::new();
            let mut parts = Vec::new();
            let mut left = messages_limit;
            for (id, after) in known {
                // Not there, or not theirs.
                let Some(Ok(member)) = members.get(&id) else {
                    removed.push(id);
                    continue;
                };
                // How many there are is arithmetic, since `seq` has no holes.
                let visible = member.visible();
                let runs = visible.oldest_from(after.saturating_add(1), left);
                let count: u64 = runs.iter().map(|(first, last)| last - first + 1).sum();
                left = left.saturating_sub(usize::try_from(count).unwrap_or(usize::MAX));
                let newest = runs.iter().map(|run| run.1).max().unwrap_or(after);
                let is_complete = !visible.has_from(newest.saturating_add(1));
                parts.push((id, runs, member.last_seq, is_complete));
            }
            let found = parts.into_iter().map(async |(id, runs, last_seq, is_complete)| {
                let messages = load_runs(db, id, &runs).await?;
                Ok::<_, StoreError>(CaughtUpConversation { id, messages, last_seq, is_complete })
            });
            let conversations = try_join_all(found).await?;
            Ok(CaughtUp { conversations, removed, added: added? })
        })
    }
}

/// The user's conversations that are not named, newest activity first.
async fn load_others(
    db: &Db,
    user_id: UserId,
    named: &[ConversationId],
    limit: usize,
) -> Result<Vec<OwnConversation>> {
    let found = db
        .query(
            "SELECT c.id
             FROM participants p
             JOIN conversations c ON c.id = p.conversation_id
             WHERE p.user_id = $1 AND c.id <> ALL ($2)
             ORDER BY c.updated_at DESC, c.id DESC
             LIMIT $3",
            &[&user_id.to_db(), &all_to_db(named), &rows(limit)],
        )
        .await?;
    let ids: Vec<ConversationId> = ids_from(&found)?;
    try_join_all(ids.into_iter().map(|id| load_own(db, user_id, id))).await
}
