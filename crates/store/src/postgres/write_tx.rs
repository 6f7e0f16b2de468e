//! What a write is given: the open transaction, and the way to leave durable events in it.

use salala_core::Timestamp;
use salala_core::ids::{ConversationId, UserId};
use uuid::Uuid;

use super::cells::{DbId, number};
use super::db::Db;
use super::error::Result;
use crate::StoreError;
use crate::log::{Audience, Committed, Description, Event, describe};

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
    /// Without positions, which they get last of all: in their place stands how many of the rows there
    /// are up to their own.
    events: Vec<Committed>,
    rows: LogRows,
}

/// How far a transaction came, see [`WriteTx::mark_events`].
#[derive(Clone, Copy)]
pub(super) struct Mark {
    events: usize,
    rows: usize,
}

impl<'a> WriteTx<'a> {
    /// Within an open transaction.
    pub(super) fn new(db: &'a Db) -> Self {
        Self { db, events: Vec::new(), rows: LogRows::default() }
    }

    /// How many events there are, to come back to with [`Self::forget_events`].
    pub(super) fn mark_events(&self) -> Mark {
        Mark { events: self.events.len(), rows: self.rows.len() }
    }

    /// Drops the events since `mark`, whose changes were rolled back.
    pub(super) fn forget_events(&mut self, mark: Mark) {
        self.events.truncate(mark.events);
        self.rows.truncate(mark.rows);
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

    /// Notes in the log, for no client to hear, that a user comes into a conversation that was there,
    /// or goes: before the event that tells of it, so that a replay knows which rows are theirs.
    pub(super) fn note_membership(
        &mut self,
        user_id: UserId,
        conversation_id: ConversationId,
        has_come: bool,
        now: Timestamp,
    ) {
        let kind = if has_come { "member_joined" } else { "member_left" };
        let row = (kind, Some(conversation_id.as_bytes()), None, None);
        self.rows.add(Audience::User(user_id), 0, row, now);
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
        if event.is_durable() {
            self.rows.add(audience, rev, describe(&event), now);
        }
        let position = self.rows.count();
        self.events.push(Committed { position, rev, audience, hidden_from, event });
    }

    /// Gives the events away with their rows. In the place of each position stands how many rows come
    /// after its own: positions of a batch are taken under the lock, one after the other.
    pub(super) fn into_events(self) -> (Vec<Committed>, LogRows) {
        let Self { mut events, rows, .. } = self;
        for committed in &mut events {
            committed.position = rows.count() - committed.position;
        }
        (events, rows)
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
    fn add(&mut self, audience: Audience, rev: u64, row: Description<'_>, at: Timestamp) {
        let (kind, subject_id, actor_id, emoji) = row;
        let (audience, audience_id) = match audience {
            Audience::Conversation(id) => ("conversation", id.to_db()),
            Audience::User(id) => ("user", id.to_db()),
        };
        self.committed_at.push(at.unix_ms());
        self.audience.push(audience);
        self.audience_id.push(audience_id);
        self.rev.push(number(rev));
        self.kind.push(kind);
        self.subject_id.push(subject_id.copied().map(Uuid::from_bytes));
        self.actor_id.push(actor_id.copied().map(Uuid::from_bytes));
        self.emoji.push(emoji.map(str::to_owned));
    }

    fn truncate(&mut self, len: usize) {
        self.committed_at.truncate(len);
        self.audience.truncate(len);
        self.audience_id.truncate(len);
        self.rev.truncate(len);
        self.kind.truncate(len);
        self.subject_id.truncate(len);
        self.actor_id.truncate(len);
        self.emoji.truncate(len);
    }

    fn len(&self) -> usize {
        self.rev.len()
    }

    pub(super) fn count(&self) -> u64 {
        self.len() as u64
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
