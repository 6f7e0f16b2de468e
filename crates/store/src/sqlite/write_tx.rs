//! What a write is given: the open transaction, and the way to leave durable events in it.

use rusqlite::{Connection, params};
use salala_core::Timestamp;
use salala_core::ids::{ConversationId, UserId};

use super::cells::number;
use super::error::Result;
use crate::StoreError;
use crate::log::{Audience, Committed, Event, describe};

/// The transaction of the batch that runs, as one command sees it.
pub(super) struct WriteTx<'a> {
    /// For statements.
    pub(super) db: &'a Connection,
    position: u64,
    events: Vec<Committed>,
}

impl<'a> WriteTx<'a> {
    /// Within an open transaction; positions go on after `position`.
    pub(super) fn new(db: &'a Connection, position: u64) -> Self {
        Self { db, position, events: Vec::new() }
    }

    /// The last position given.
    pub(super) fn position(&self) -> u64 {
        self.position
    }

    /// The events left so far.
    pub(super) fn events(&self) -> &[Committed] {
        &self.events
    }

    /// The same, to be given away.
    pub(super) fn into_events(self) -> Vec<Committed> {
        self.events
    }

    /// How many events there are, to come back to with [`Self::forget_events`].
    pub(super) fn mark_events(&self) -> usize {
        self.events.len()
    }

    /// Drops the events since `mark`, whose rows were rolled back.
    pub(super) fn forget_events(&mut self, mark: usize) {
        self.events.truncate(mark);
    }

    /// Takes the next `rev` of a conversation and leaves an event for its members, with those who
    /// may not see the message that it is about.
    pub(super) fn tell_members(
        &mut self,
        conversation_id: ConversationId,
        event: Event,
        hidden_from: Vec<UserId>,
        now: Timestamp,
    ) -> Result<()> {
        let rev = self.take_rev(
            "UPDATE conversations
             SET rev = rev + 1
             WHERE id = ?1
             RETURNING rev",
            conversation_id.as_bytes(),
        )?;
        self.leave(Audience::Conversation(conversation_id), rev, event, hidden_from, now)
    }

    /// Takes the next `rev` of a user and leaves an event for them.
    pub(super) fn tell_user(
        &mut self,
        user_id: UserId,
        event: Event,
        now: Timestamp,
    ) -> Result<()> {
        let rev = self.take_rev(
            "UPDATE users
             SET rev = rev + 1
             WHERE id = ?1
             RETURNING rev",
            user_id.as_bytes(),
        )?;
        self.leave(Audience::User(user_id), rev, event, Vec::new(), now)
    }

    /// Notes in the log, for no client to hear, that a user comes into a conversation that was there,
    /// or goes: before the event that tells of it, so that a replay knows which rows are theirs.
    pub(super) fn note_membership(
        &mut self,
        user_id: UserId,
        conversation_id: ConversationId,
        has_come: bool,
        now: Timestamp,
    ) -> Result<()> {
        let kind = if has_come { "member_joined" } else { "member_left" };
        self.position += 1;
        self.db
            .prepare_cached(
                "INSERT INTO log
                     (position, committed_at, audience, audience_id, rev, kind, subject_id)
                 VALUES (?1, ?2, 'user', ?3, 0, ?4, ?5)",
            )?
            .execute(params![
                number(self.position),
                now.unix_ms(),
                user_id.as_bytes(),
                kind,
                conversation_id.as_bytes()
            ])?;
        Ok(())
    }

    /// Leaves an event for a user that is told in its place among the others, and to nobody who is
    /// away: without a row in the log.
    pub(super) fn tell_user_now(&mut self, user_id: UserId, event: Event) {
        self.events.push(Committed {
            position: self.position,
            rev: 0,
            audience: Audience::User(user_id),
            hidden_from: Vec::new(),
            event,
        });
    }

    /// Leaves an event for all of its audience, whose `rev` was taken already.
    pub(super) fn record(
        &mut self,
        audience: Audience,
        rev: i64,
        event: Event,
        now: Timestamp,
    ) -> Result<()> {
        self.leave(audience, rev, event, Vec::new(), now)
    }

    fn take_rev(&self, sql: &'static str, id: &[u8; 16]) -> Result<i64> {
        Ok(self.db.prepare_cached(sql)?.query_row([id], |row| row.get(0))?)
    }

    fn leave(
        &mut self,
        audience: Audience,
        rev: i64,
        event: Event,
        hidden_from: Vec<UserId>,
        now: Timestamp,
    ) -> Result<()> {
        self.position += 1;
        let (kind, subject_id, actor_id, emoji) = describe(&event);
        let (audience_kind, audience_id) = match &audience {
            Audience::Conversation(id) => ("conversation", id.as_bytes()),
            Audience::User(id) => ("user", id.as_bytes()),
        };
        self.db
            .prepare_cached(
                "INSERT INTO log
                     (position, committed_at, audience, audience_id, rev, kind, subject_id,
                      actor_id, emoji)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute(params![
                number(self.position),
                now.unix_ms(),
                audience_kind,
                audience_id,
                rev,
                kind,
                subject_id,
                actor_id,
                emoji
            ])?;
        let rev = u64::try_from(rev)
            .map_err(|_| StoreError::Corrupt("a rev is below zero".to_owned()))?;
        self.events.push(Committed { position: self.position, rev, audience, hidden_from, event });
        Ok(())
    }
}
