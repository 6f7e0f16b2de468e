//! Read marks as ranges, and the port for them.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::{join, join3};
use salala_core::Timestamp;
use salala_core::ids::{ConversationId, MessageId, UserId};
use salala_core::limits::READ_IDS_MAX;
use salala_core::records::{Membership, MessagesRead};
use tokio_postgres::Row;

use super::PostgresStore;
use super::access::{Located, Member, located_from, member, members_of_messages};
use super::cells::{Cells, DbId, all_to_db, number, rows};
use super::db::{Db, Parameters};
use super::error::Result;
use super::locks::Key;
use super::write_tx::WriteTx;
use crate::error::hidden;
use crate::log::Event;
use crate::ports::reads::Reads;
use crate::read_marks::pieces;
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

/// A message to be marked.
#[derive(Clone, Copy)]
struct Mark {
    id: MessageId,
    sender_id: UserId,
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
        let gaps = load_gaps(tx.db, &member, &new).await?;
        let (runs, covered_seq) = bridge(&member, &new, &gaps);
        let last_read_seq = new.last().map_or(0, |(seq, _)| *seq).max(member.last_read_seq);
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
    let telling = tell(tx, member, marks, last_read_seq, now);
    let (inserted, counted, told) =
        join3(Box::pin(inserting), Box::pin(counting), Box::pin(telling)).await;
    inserted.and(counted)?;
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
    let sender_ids: BTreeSet<UserId> = marks.iter().map(|mark| mark.sender_id).collect();
    let read = MessagesRead {
        conversation_id: member.conversation_id,
        user_id: member.user_id,
        message_ids: marks.into_iter().map(|mark| mark.id).collect(),
        sender_ids: sender_ids.into_iter().collect(),
        read_at: now,
        last_read_seq,
    };
    tx.tell_members(member.conversation_id, Event::MessagesRead(read), Vec::new(), now).await
}

/// What lies in a run of `seq`.
#[derive(Clone, Copy, Default)]
struct State {
    /// An undeleted message of somebody else.
    others_exist: bool,
    /// A mark of this reader, over any part of it.
    is_marked: bool,
}

/// What lies before each new mark: after the one before it, or for the first after all that is covered.
async fn load_gaps(db: &Db, member: &Member, new: &[(u64, Mark)]) -> Result<Vec<State>> {
    let before = std::iter::once(member.covered_seq).chain(new.iter().map(|(seq, _)| *seq));
    let gaps: Runs = before
        .zip(new)
        .map(|(before, (seq, _))| (before.saturating_add(1), seq.saturating_sub(1)))
        .collect();
    load_states(db, member, &gaps).await
}

/// What lies in each of these runs; nothing in an empty one, which costs no question.
async fn load_states(db: &Db, member: &Member, runs: &[(u64, u64)]) -> Result<Vec<State>> {
    let mut states = vec![State::default(); runs.len()];
    if runs.iter().all(|(first, last)| first > last) {
        return Ok(states);
    }
    let firsts: Vec<i64> = runs.iter().map(|(first, _)| number(*first)).collect();
    let lasts: Vec<i64> = runs.iter().map(|(_, last)| number(*last)).collect();
    let found = db
        .query(
            "SELECT EXISTS (
                     SELECT 1
                     FROM messages m
                     WHERE m.conversation_id = $1 AND m.seq >= runs.first AND m.seq <= runs.last
                         AND m.sender_id <> $2 AND m.deleted_at IS NULL
                 ),
                 COALESCE((
                     SELECT r.last_seq
                     FROM message_reads r
                     WHERE r.conversation_id = $1 AND r.user_id = $2 AND r.first_seq <= runs.last
                     ORDER BY r.first_seq DESC
                     LIMIT 1
                 ), 0) >= runs.first
             FROM unnest($3::bigint[], $4::bigint[]) WITH ORDINALITY AS runs (first, last, place)
             ORDER BY runs.place",
            &[&member.conversation_id.to_db(), &member.user_id.to_db(), &firsts, &lasts],
        )
        .await?;
    for ((state, (first, last)), row) in states.iter_mut().zip(runs).zip(&found) {
        if first <= last {
            let mut cells = Cells::new(row);
            *state = State { others_exist: cells.take()?, is_marked: cells.take()? };
        }
    }
    Ok(states)
}

/// As few runs as cover the new marks, bridging what has nothing to mark between two of them; and how
/// far all is covered once they are: the next look begins there.
fn bridge(member: &Member, new: &[(u64, Mark)], gaps: &[State]) -> (Runs, u64) {
    let mut runs = Runs::new();
    let mut covered_seq = member.covered_seq;
    let mut is_unbroken = true;
    for ((seq, _), gap) in new.iter().zip(gaps) {
        match runs.last_mut() {
            Some((_, last)) if !gap.others_exist && !gap.is_marked => *last = *seq,
            Some(_) | None => runs.push((*seq, *seq)),
        }
        is_unbroken &= !gap.others_exist;
        if is_unbroken {
            covered_seq = covered_seq.max(*seq);
        }
    }
    (runs, covered_seq)
}

/// The reader's marks that begin up to `target`, from the one before all that is covered on.
async fn load_covered(
    db: &Db,
    user_id: UserId,
    conversation_id: ConversationId,
    target: u64,
) -> Result<Runs> {
    let found = db
        .query(
            "SELECT first_seq, last_seq
             FROM message_reads
             WHERE conversation_id = $1 AND user_id = $2 AND first_seq <= $3
                 AND first_seq >= (
                     SELECT COALESCE(MAX(r.first_seq), 0)
                     FROM message_reads r
                     WHERE r.conversation_id = $1 AND r.user_id = $2
                         AND r.first_seq <= (
                             SELECT p.covered_seq
                             FROM participants p
                             WHERE p.conversation_id = $1 AND p.user_id = $2
                         )
                 )
             ORDER BY first_seq",
            &[&conversation_id.to_db(), &user_id.to_db(), &number(target)],
        )
        .await?;
    let run = |row: &Row| {
        let mut cells = Cells::new(row);
        Ok((cells.number()?, cells.number()?))
    };
    found.iter().map(run).collect()
}

/// The visible runs up to `target` that no mark covers yet, oldest first.
fn uncovered_runs(member: &Member, target: u64, covered: &[(u64, u64)]) -> Runs {
    let mut runs = Runs::new();
    for (first, last) in member.visible().runs_up_to(target) {
        let mut next = first.max(member.covered_seq + 1);
        for (covered_first, covered_last) in covered {
            if *covered_last < next || *covered_first > last {
                continue;
            }
            if *covered_first > next {
                runs.push((next, covered_first - 1));
            }
            next = covered_last + 1;
        }
        if next <= last {
            runs.push((next, last));
        }
    }
    runs
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
