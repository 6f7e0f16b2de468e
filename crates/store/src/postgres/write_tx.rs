//! What a write is given: the open transaction, and the way to leave durable events in it.

use salala_core::Timestamp;
use salala_core::ids::{ConversationId, UserId};
use uuid::Uuid;

use super::cells::{DbId, number};
use super::db::Db;
use super::error::Result;
use crate::StoreError;
use crate::log::{Audience, Committed, Event, describe};

/// Taken as the last step before COMMIT and held until it, so that positions are seen in their order.
pub(super) const LOCK_LOG: &str = "SELECT pg_advisory_xact_lock(1, 1)";

/// The events of a batch, in the order in which they were left.
pub(super) const INSERT_LOG: &str = "
    INSERT INTO log
        (position, committed_at, audience, audience_id, rev, kind, subject_id, actor_id, emoji)
    SELECT nextval('log_positions'), committed_at, audience, audience_id, rev, kind, subject_id,
        actor_id, emoji
    FROM (
        SELECT *
        FROM unnest($1::bigint[], $2::text[], $3::uuid[], $4::bigint[], $5::text[], $6::uuid[],
                    $7::uuid[], $8::text[]) WITH ORDINALITY AS left_behind
            (committed_at, audience, audience_id, rev, kind, subject_id, actor_id, emoji, place)
        ORDER BY place
    ) AS in_order
    RETURNING position";

/// The transaction of the batch that runs, as one command sees it.
pub(super) struct WriteTx<'a> {
    /// For statements.
    pub(super) db: &'a Db,
    events: Vec<Left>,
}

/// An event without its position, which it gets last of all, and when it was left.
struct Left {
    committed: Committed,
    at: Timestamp,
}

impl<'a> WriteTx<'a> {
    /// Within an open transaction.
    pub(super) fn new(db: &'a Db) -> Self {
        Self { db, events: Vec::new() }
    }

    /// How many events there are, to come back to with [`Self::forget_events`].
    pub(super) fn mark_events(&self) -> usize {
        self.events.len()
    }

    /// Drops the events since `mark`, whose changes were rolled back.
    pub(super) fn forget_events(&mut self, mark: usize) {
        self.events.truncate(mark);
    }

    /// Takes the next `rev` of a conversation and leaves an event for its members, with those who
    /// may not see the message that it is about.
    pub(super) async fn tell_members(
        &mut self,
        conversation_id: ConversationId,
        event: Event,
        hidden_from: Vec<UserId>,
        now: Timestamp,
    ) -> Result<()> {
        let rev = self
            .take_rev(
                "UPDATE conversations
                 SET rev = rev + 1
                 WHERE id = $1
                 RETURNING rev",
                conversation_id.to_db(),
            )
            .await?;
        self.leave(Audience::Conversation(conversation_id), rev, event, hidden_from, now);
        Ok(())
    }

    /// Takes the next `rev` of a user and leaves an event for them.
    pub(super) async fn tell_user(
        &mut self,
        user_id: UserId,
        event: Event,
        now: Timestamp,
    ) -> Result<()> {
        let rev = self
            .take_rev(
                "UPDATE users
                 SET rev = rev + 1
                 WHERE id = $1
                 RETURNING rev",
                user_id.to_db(),
            )
            .await?;
        self.leave(Audience::User(user_id), rev, event, Vec::new(), now);
        Ok(())
    }

    /// Leaves an event for a user that is told in its place among the others, and to nobody who is
    /// away: without a row in the log.
    pub(super) fn tell_user_now(&mut self, user_id: UserId, event: Event) {
        let audience = Audience::User(user_id);
        let at = Timestamp::from_unix_ms(0);
        self.leave(audience, 0, event, Vec::new(), at);
    }

    /// Leaves an event for its audience, whose `rev` was taken already.
    pub(super) fn leave(
        &mut self,
        audience: Audience,
        rev: u64,
        event: Event,
        hidden_from: Vec<UserId>,
        now: Timestamp,
    ) {
        let committed = Committed { position: 0, rev, audience, hidden_from, event };
        self.events.push(Left { committed, at: now });
    }

    /// Gives the events away, still without positions, and their rows.
    pub(super) fn into_events(self) -> (Vec<Committed>, LogRows) {
        let mut rows = LogRows::default();
        for left in self.events.iter().filter(|left| left.committed.event.is_durable()) {
            rows.add(left);
        }
        (self.events.into_iter().map(|left| left.committed).collect(), rows)
    }

    async fn take_rev(&self, sql: &'static str, id: Uuid) -> Result<u64> {
        let rev: i64 = self.db.query_one(sql, &[&id]).await?.try_get(0)?;
        u64::try_from(rev).map_err(|_| StoreError::Corrupt("a rev is below zero".to_owned()))
    }
}

/// Rows of the log, column by column.
#[derive(Default)]
pub(super) struct LogRows {
    committed_at: Vec<i64>,
    audience: Vec<&'static str>,
    audience_id: Vec<Uuid>,
    rev: Vec<i64>,
    kind: Vec<&'static str>,
    subject_id: Vec<Option<Uuid>>,
    actor_id: Vec<Option<Uuid>>,
    emoji: Vec<Option<String>>,
}

impl LogRows {
    fn add(&mut self, left: &Left) {
        let (kind, subject_id, actor_id, emoji) = describe(&left.committed.event);
        let (audience, audience_id) = match &left.committed.audience {
            Audience::Conversation(id) => ("conversation", id.to_db()),
            Audience::User(id) => ("user", id.to_db()),
        };
        self.committed_at.push(left.at.unix_ms());
        self.audience.push(audience);
        self.audience_id.push(audience_id);
        self.rev.push(number(left.committed.rev));
        self.kind.push(kind);
        self.subject_id.push(subject_id.copied().map(Uuid::from_bytes));
        self.actor_id.push(actor_id.copied().map(Uuid::from_bytes));
        self.emoji.push(emoji.map(str::to_owned));
    }

    /// None of the batch's events is durable.
    pub(super) fn is_empty(&self) -> bool {
        self.rev.is_empty()
    }

    /// Inserts them, and gives their positions.
    pub(super) async fn insert(&self, db: &Db) -> Result<Vec<u64>> {
        let Self { committed_at, audience, audience_id, rev, kind, .. } = self;
        let Self { subject_id, actor_id, emoji, .. } = self;
        let inserted = db
            .query(
                INSERT_LOG,
                &[committed_at, audience, audience_id, rev, kind, subject_id, actor_id, emoji],
            )
            .await?;
        let position = |row: &tokio_postgres::Row| {
            let position: i64 = row.try_get(0)?;
            u64::try_from(position)
                .map_err(|_| StoreError::Corrupt("a position is below zero".to_owned()))
        };
        inserted.iter().map(position).collect()
    }
}
