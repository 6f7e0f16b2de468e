//! Read marks as ranges, and the port for them.

use std::collections::BTreeMap;

use futures_util::future::{join, join4};
use salala_core::Timestamp;
use salala_core::ids::{ConversationId, MessageId, UserId};
use salala_core::limits::READ_IDS_MAX;
use salala_core::records::Membership;
use tokio_postgres::Row;

use super::PostgresStore;
use super::access::{Located, Member, located_from, member, members_of_messages};
use super::cells::{Cells, DbId, all_to_db, number, rows};
use super::db::{Db, Parameters};
use super::error::Result;
use super::locks::Key;
use super::push_queue::queue_clear;
use super::read_runs::{bridge, load_covered, load_gaps, load_states, uncovered_runs};
use super::write_tx::WriteTx;
use crate::error::hidden;
use crate::log::Event;
use crate::ports::reads::Reads;
use crate::read_marks::{Mark, marks_read, pieces};
use crate::visible::Runs;
use crate::{Pending, StoreError};

impl Reads for PostgresStore {
    fn mark_messages_read(
        &self,
        user_id: UserId,
        message_ids: Vec<MessageId>,
        now: Timestamp,
    ) -> Pending<u64> {
        let size_bytes = message_ids.len() * size_of::<MessageId>();
        let keys: Vec<Key> = message_ids.iter().copied().map(Key::Message).collect();
        self.write_sized(keys, size_bytes, async move |tx: &mut WriteTx<'_>| {
            mark(tx, user_id, &message_ids, now).await
        })
    }

    fn read_to(
        &self,
        user_id: UserId,
        conversation_id: ConversationId,
        seq: u64,
        now: Timestamp,
    ) -> Pending<Membership> {
        let keys = [Key::Conversation(conversation_id)];
        self.write(keys, async move |tx: &mut WriteTx<'_>| {
            read_to(tx, user_id, conversation_id, seq, now).await
        })
    }
}

/// A message of which a mark is asked.
struct Asked {
    mark: Mark,
    /// It gets none: it is the reader's own, or deleted, or has one.
    is_passed_over: bool,
}

async fn mark(
    tx: &mut WriteTx<'_>,
    user_id: UserId,
    message_ids: &[MessageId],
    now: Timestamp,
) -> Result<u64> {
    // Boxed: together they would be a future of many kilobytes.
    let (asked, members) = join(
        Box::pin(load_asked(tx.db, user_id, message_ids)),
        Box::pin(members_of_messages(tx.db, user_id, message_ids)),
    )
    .await;
    let (asked, mut members) = (asked?, members?);
    let mut count = 0;
    for (conversation_id, marks) in asked {
        let member =
            members.remove(&conversation_id).ok_or(StoreError::NotFound("this conversation"))??;
        let visible = member.visible();
        if marks.keys().any(|seq| !visible.contains(*seq)) {
            return Err(hidden());
        }
        let new: Vec<(u64, Mark)> = marks
            .into_iter()
            .filter(|(_, asked)| !asked.is_passed_over)
            .map(|(seq, asked)| (seq, asked.mark))
            .collect();
        count += new.len();
        let seqs: Vec<u64> = new.iter().map(|(seq, _)| *seq).collect();
        let gaps = load_gaps(tx.db, &member, &seqs).await?;
        let (runs, covered_seq) = bridge(&member, &seqs, &gaps);
        let last_read_seq = seqs.last().copied().unwrap_or(0).max(member.last_read_seq);
        let marks = new.into_iter().map(|(_, mark)| mark).collect();
        save(tx, &member, &runs, (last_read_seq, covered_seq), marks, now).await?;
    }
    Ok(u64::try_from(count).unwrap_or(u64::MAX))
}

/// By conversation, in the order of their ids, and by seq within: no message twice.
async fn load_asked(
    db: &Db,
    user_id: UserId,
    message_ids: &[MessageId],
) -> Result<BTreeMap<ConversationId, BTreeMap<u64, Asked>>> {
    // Marks never overlap, so only the last one that begins before a message can lie over it.
    let found = db
        .query(
            "SELECT m.conversation_id, m.seq, m.sender_id, m.deleted_at IS NOT NULL, m.id,
                 COALESCE((
                     SELECT r.last_seq
                     FROM message_reads r
                     WHERE r.conversation_id = m.conversation_id AND r.user_id = $2
                         AND r.first_seq <= m.seq
                     ORDER BY r.first_seq DESC
                     LIMIT 1
                 ), 0) >= m.seq
             FROM unnest($1::uuid[]) AS asked (id)
             JOIN messages m ON m.id = asked.id",
            &[&all_to_db(message_ids), &user_id.to_db()],
        )
        .await?;
    // With an id that is named twice there are two rows for it.
    if found.len() < message_ids.len() {
        return Err(StoreError::NotFound("this message"));
    }
    let mut asked: BTreeMap<ConversationId, BTreeMap<u64, Asked>> = BTreeMap::new();
    for row in &found {
        let mut cells = Cells::new(row);
        let Located { conversation_id, seq, sender_id, is_deleted } = located_from(&mut cells)?;
        let mark = Mark { id: cells.id()?, sender_id };
        let is_passed_over = is_deleted || sender_id == user_id || cells.take()?;
        asked.entry(conversation_id).or_default().insert(seq, Asked { mark, is_passed_over });
    }
    Ok(asked)
}

async fn read_to(
    tx: &mut WriteTx<'_>,
    user_id: UserId,
    conversation_id: ConversationId,
    seq: u64,
    now: Timestamp,
) -> Result<Membership> {
    let (member, covered) = join(
        Box::pin(member(tx.db, user_id, conversation_id)),
        Box::pin(load_covered(tx.db, user_id, conversation_id, seq)),
    )
    .await;
    let mut member = member?;
    let target = seq.min(member.last_seq);
    let runs = uncovered_runs(&member, target, &covered?);
    let (others, marks) = join(
        Box::pin(load_states(tx.db, &member, &runs)),
        Box::pin(newest_marks(tx.db, &member, &runs)),
    )
    .await;
    // A run of own and deleted messages alone needs no row.
    let others = others?;
    let with_others: Runs = runs
        .into_iter()
        .zip(&others)
        .filter(|(_, state)| state.others_exist)
        .map(|(run, _)| run)
        .collect();
    let last_read_seq = member.last_read_seq.max(target);
    let covered_seq = member.covered_seq.max(target);
    save(tx, &member, &with_others, (last_read_seq, covered_seq), marks?, now).await?;
    member.has_read(last_read_seq);
    member.membership(tx.db).await
}

/// Stores marks over these runs, and leaves the event for what was marked, in `seq` order, if there is
/// anything.
async fn save(
    tx: &mut WriteTx<'_>,
    member: &Member,
    runs: &[(u64, u64)],
    (last_read_seq, covered_seq): (u64, u64),
    marks: Vec<Mark>,
    now: Timestamp,
) -> Result<()> {
    let db = tx.db;
    let (conversation_id, user_id) = (member.conversation_id.to_db(), member.user_id.to_db());
    let pieces = || runs.iter().copied().flat_map(pieces);
    let firsts: Vec<i64> = pieces().map(|(first, _)| number(first)).collect();
    let lasts: Vec<i64> = pieces().map(|(_, last)| number(last)).collect();
    let inserting = async {
        if firsts.is_empty() {
            return Ok(0);
        }
        db.execute(
            "INSERT INTO message_reads (conversation_id, user_id, first_seq, last_seq, read_at)
             SELECT $1, $2, first_seq, last_seq, $5
             FROM unnest($3::bigint[], $4::bigint[]) AS marks (first_seq, last_seq)",
            &[&conversation_id, &user_id, &firsts, &lasts, &now.unix_ms()],
        )
        .await
    };
    let (last_read, covered) = (number(last_read_seq), number(covered_seq));
    let counts: Parameters<'_> = &[&conversation_id, &user_id, &last_read, &covered];
    let counting = db.execute(
        "UPDATE participants
         SET last_read_seq = $3, covered_seq = $4, marked_unread = FALSE
         WHERE conversation_id = $1 AND user_id = $2
             AND (last_read_seq <> $3 OR covered_seq <> $4 OR marked_unread)",
        counts,
    );
    // After the counting, so that of a push that is just being noted one of the two finds the other.
    let clearing = queue_clear(db, member.user_id, member.conversation_id, last_read_seq, now);
    let telling = tell(tx, member, marks, last_read_seq, now);
    let (inserted, counted, cleared, told) =
        join4(Box::pin(inserting), Box::pin(counting), Box::pin(clearing), Box::pin(telling)).await;
    inserted.and(counted)?;
    cleared?;
    told
}

async fn tell(
    tx: &mut WriteTx<'_>,
    member: &Member,
    marks: Vec<Mark>,
    last_read_seq: u64,
    now: Timestamp,
) -> Result<()> {
    if marks.is_empty() {
        return Ok(());
    }
    let reader = (member.conversation_id, member.user_id);
    let read = marks_read(reader, marks, last_read_seq, now);
    tx.tell_members(member.conversation_id, Event::MessagesRead(read), Vec::new(), now).await
}

/// The newest of others' undeleted messages in these runs, as many as an event names, in `seq` order.
async fn newest_marks(db: &Db, member: &Member, runs: &[(u64, u64)]) -> Result<Vec<Mark>> {
    if runs.is_empty() {
        return Ok(Vec::new());
    }
    let firsts: Vec<i64> = runs.iter().map(|(first, _)| number(*first)).collect();
    let lasts: Vec<i64> = runs.iter().map(|(_, last)| number(*last)).collect();
    let found = db
        .query(
            "SELECT m.id, m.sender_id
             FROM unnest($3::bigint[], $4::bigint[]) AS runs (first, last)
             CROSS JOIN LATERAL (
                 SELECT id, sender_id, seq
                 FROM messages
                 WHERE conversation_id = $1 AND seq >= runs.first AND seq <= runs.last
                     AND sender_id <> $2 AND deleted_at IS NULL
                 ORDER BY seq DESC
                 LIMIT $5
             ) AS m
             ORDER BY m.seq DESC
             LIMIT $5",
            &[
                &member.conversation_id.to_db(),
                &member.user_id.to_db(),
                &firsts,
                &lasts,
                &rows(READ_IDS_MAX),
            ],
        )
        .await?;
    let mark = |row: &Row| {
        let mut cells = Cells::new(row);
        Ok(Mark { id: cells.id()?, sender_id: cells.id()? })
    };
    found.iter().rev().map(mark).collect()
}
