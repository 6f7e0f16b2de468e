//! Read marks as ranges, and the port for them.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use salala_core::Timestamp;
use salala_core::ids::{ConversationId, MessageId, UserId};
use salala_core::limits::READ_IDS_MAX;
use salala_core::records::Membership;

use super::SqliteStore;
use super::access::{Member, locate_message, member};
use super::cells::{Cells, number, rows};
use super::error::Result;
use super::push_queue::queue_clear;
use super::write_tx::WriteTx;
use crate::Pending;
use crate::error::hidden;
use crate::log::Event;
use crate::ports::reads::Reads;
use crate::read_marks::{Mark, marks_read, pieces};
use crate::visible::Runs;

impl Reads for SqliteStore {
    fn mark_messages_read(
        &self,
        user_id: UserId,
        message_ids: Vec<MessageId>,
        now: Timestamp,
    ) -> Pending<u64> {
        let size_bytes = message_ids.len() * size_of::<MessageId>();
        self.write_sized(size_bytes, move |tx| mark(tx, user_id, &message_ids, now))
    }

    fn read_to(
        &self,
        user_id: UserId,
        conversation_id: ConversationId,
        seq: u64,
        now: Timestamp,
    ) -> Pending<Membership> {
        self.write(move |tx| {
            let member = member(tx.db, user_id, conversation_id)?;
            read_to(tx, &member, seq.min(member.last_seq), now)
        })
    }
}

fn mark(
    tx: &mut WriteTx<'_>,
    user_id: UserId,
    message_ids: &[MessageId],
    now: Timestamp,
) -> Result<u64> {
    // By conversation, in the order of their ids, and by seq within: no message twice.
    let mut conversations: BTreeMap<ConversationId, BTreeMap<u64, (Mark, bool)>> = BTreeMap::new();
    for id in message_ids {
        let (conversation_id, seq, sender_id, is_deleted) = locate_message(tx.db, *id)?;
        let is_passed_over = is_deleted || sender_id == user_id;
        let marks = conversations.entry(conversation_id).or_default();
        marks.insert(seq, (Mark { id: *id, sender_id }, is_passed_over));
    }
    let mut count = 0;
    for (conversation_id, marks) in conversations {
        let member = member(tx.db, user_id, conversation_id)?;
        let visible = member.visible(tx.db)?;
        if marks.keys().any(|seq| !visible.contains(*seq)) {
            return Err(hidden());
        }
        let mut new = Vec::new();
        for (seq, (mark, is_passed_over)) in marks {
            if !is_passed_over && !is_covered(tx.db, &member, seq)? {
                new.push((seq, mark));
            }
        }
        count += new.len();
        let runs = bridge(tx.db, &member, &new)?;
        let last_read_seq = new.last().map_or(0, |(seq, _)| *seq).max(member.last_read_seq);
        let covered_seq = extend_covered(tx.db, &member, &runs)?;
        save(tx, &member, &runs, (last_read_seq, covered_seq), now)?;
        let marks = new.into_iter().map(|(_, mark)| mark).collect();
        tell(tx, &member, marks, last_read_seq, now)?;
    }
    Ok(u64::try_from(count).unwrap_or(u64::MAX))
}

fn read_to(
    tx: &mut WriteTx<'_>,
    member: &Member,
    target: u64,
    now: Timestamp,
) -> Result<Membership> {
    let mut runs = Runs::new();
    for run in uncovered_runs(tx.db, member, target)? {
        // A run of own and deleted messages alone needs no row.
        if others_exist(tx.db, member, run)? {
            runs.push(run);
        }
    }
    let marks = newest_marks(tx.db, member, &runs)?;
    let last_read_seq = member.last_read_seq.max(target);
    let covered_seq = member.covered_seq.max(target);
    save(tx, member, &runs, (last_read_seq, covered_seq), now)?;
    tell(tx, member, marks, last_read_seq, now)?;
    super::access::member(tx.db, member.user_id, member.conversation_id)?.membership(tx.db)
}

fn save(
    tx: &WriteTx<'_>,
    member: &Member,
    runs: &[(u64, u64)],
    (last_read_seq, covered_seq): (u64, u64),
    now: Timestamp,
) -> Result<()> {
    for (first, last) in runs.iter().copied().flat_map(pieces) {
        tx.db
            .prepare_cached(
                "INSERT INTO message_reads
                     (conversation_id, user_id, first_seq, last_seq, read_at)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![
                member.conversation_id.as_bytes(),
                member.user_id.as_bytes(),
                number(first),
                number(last),
                now.unix_ms()
            ])?;
    }
    tx.db
        .prepare_cached(
            "UPDATE participants
             SET last_read_seq = ?3, covered_seq = ?4, marked_unread = 0
             WHERE conversation_id = ?1 AND user_id = ?2",
        )?
        .execute(params![
            member.conversation_id.as_bytes(),
            member.user_id.as_bytes(),
            number(last_read_seq),
            number(covered_seq)
        ])?;
    queue_clear(tx.db, member.user_id, member.conversation_id, last_read_seq, now)
}

/// Leaves the event for marks in `seq` order, if there are any.
fn tell(
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
    tx.tell_members(member.conversation_id, Event::MessagesRead(read), Vec::new(), now)
}

/// As few runs as cover the new marks, bridging what has nothing to mark between two of them.
fn bridge(db: &Connection, member: &Member, new: &[(u64, Mark)]) -> Result<Runs> {
    let mut runs = Runs::new();
    for (seq, _) in new {
        match runs.last_mut() {
            Some((_, last)) if may_bridge(db, member, *last, *seq)? => *last = *seq,
            Some(_) | None => runs.push((*seq, *seq)),
        }
    }
    Ok(runs)
}

/// Between the two there are only own and deleted messages, none of them marked.
fn may_bridge(db: &Connection, member: &Member, from: u64, to: u64) -> Result<bool> {
    if from + 1 == to {
        return Ok(true);
    }
    let gap = (from + 1, to - 1);
    Ok(!others_exist(db, member, gap)? && !overlaps(db, member, gap)?)
}

/// How far all is covered, once these runs are: the next look begins there.
fn extend_covered(db: &Connection, member: &Member, runs: &[(u64, u64)]) -> Result<u64> {
    let mut covered_seq = member.covered_seq;
    for (first, last) in runs {
        if *first <= covered_seq {
            continue;
        }
        let is_next =
            *first == covered_seq + 1 || !others_exist(db, member, (covered_seq + 1, first - 1))?;
        if !is_next {
            break;
        }
        covered_seq = *last;
    }
    Ok(covered_seq)
}

/// The visible runs up to `target` that no mark covers yet, oldest first.
fn uncovered_runs(db: &Connection, member: &Member, target: u64) -> Result<Runs> {
    let mut statement = db.prepare_cached(
        "SELECT first_seq, last_seq
         FROM message_reads
         WHERE conversation_id = ?1 AND user_id = ?2 AND first_seq <= ?4
             AND first_seq >= (
                 SELECT COALESCE(MAX(first_seq), 0)
                 FROM message_reads
                 WHERE conversation_id = ?1 AND user_id = ?2 AND first_seq <= ?3
             )
         ORDER BY first_seq",
    )?;
    let covered = statement
        .query_map(
            params![
                member.conversation_id.as_bytes(),
                member.user_id.as_bytes(),
                number(member.covered_seq),
                number(target)
            ],
            |row| {
                let mut cells = Cells::new(row);
                Ok((cells.number()?, cells.number()?))
            },
        )?
        .collect::<rusqlite::Result<Runs>>()?;
    let mut runs = Runs::new();
    for (first, last) in member.visible(db)?.runs_up_to(target) {
        let mut next = first.max(member.covered_seq + 1);
        for (covered_first, covered_last) in &covered {
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
    Ok(runs)
}

/// The newest of others' undeleted messages in these runs, as many as an event names, in `seq` order.
fn newest_marks(db: &Connection, member: &Member, runs: &[(u64, u64)]) -> Result<Vec<Mark>> {
    let mut marks = Vec::new();
    for (first, last) in runs.iter().rev() {
        let mut statement = db.prepare_cached(
            "SELECT id, sender_id
             FROM messages
             WHERE conversation_id = ?1 AND seq >= ?2 AND seq <= ?3 AND sender_id <> ?4
                 AND deleted_at IS NULL
             ORDER BY seq DESC
             LIMIT ?5",
        )?;
        let found = statement.query_map(
            params![
                member.conversation_id.as_bytes(),
                number(*first),
                number(*last),
                member.user_id.as_bytes(),
                rows(READ_IDS_MAX - marks.len())
            ],
            |row| {
                let mut cells = Cells::new(row);
                Ok(Mark { id: cells.id()?, sender_id: cells.id()? })
            },
        )?;
        for mark in found {
            marks.push(mark?);
        }
    }
    marks.reverse();
    Ok(marks)
}

/// Is there an undeleted message of somebody else in this run?
fn others_exist(db: &Connection, member: &Member, (first, last): (u64, u64)) -> Result<bool> {
    let exist = db
        .prepare_cached(
            "SELECT EXISTS (
                 SELECT 1
                 FROM messages
                 WHERE conversation_id = ?1 AND seq >= ?2 AND seq <= ?3 AND sender_id <> ?4
                     AND deleted_at IS NULL
             )",
        )?
        .query_row(
            params![
                member.conversation_id.as_bytes(),
                number(first),
                number(last),
                member.user_id.as_bytes()
            ],
            |row| row.get(0),
        )?;
    Ok(exist)
}

fn is_covered(db: &Connection, member: &Member, seq: u64) -> Result<bool> {
    overlaps(db, member, (seq, seq))
}

/// Does a mark of this reader lie over any of this run? Marks never overlap, so only the last one
/// that begins before the run's end can.
fn overlaps(db: &Connection, member: &Member, (first, last): (u64, u64)) -> Result<bool> {
    let overlaps = db
        .prepare_cached(
            "SELECT COALESCE((
                 SELECT last_seq
                 FROM message_reads
                 WHERE conversation_id = ?1 AND user_id = ?2 AND first_seq <= ?4
                 ORDER BY first_seq DESC
                 LIMIT 1
             ), 0) >= ?3",
        )?
        .query_row(
            params![
                member.conversation_id.as_bytes(),
                member.user_id.as_bytes(),
                number(first),
                number(last)
            ],
            |row| row.get(0),
        )?;
    Ok(overlaps)
}
