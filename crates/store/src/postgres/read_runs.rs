//! Runs of `seq` that marks lie over, or are to.

use salala_core::ids::{ConversationId, UserId};
use tokio_postgres::Row;

use super::access::Member;
use super::cells::{Cells, DbId, number};
use super::db::Db;
use super::error::Result;
use crate::visible::Runs;

/// What lies in a run of `seq`.
#[derive(Clone, Copy, Default)]
pub(super) struct State {
    /// An undeleted message of somebody else.
    pub(super) others_exist: bool,
    /// A mark of this reader, over any part of it.
    is_marked: bool,
}

/// What lies before each new mark: after the one before it, or for the first after all that is covered.
pub(super) async fn load_gaps(db: &Db, member: &Member, new: &[u64]) -> Result<Vec<State>> {
    let before = std::iter::once(member.covered_seq).chain(new.iter().copied());
    let gaps: Runs = before
        .zip(new)
        .map(|(before, seq)| (before.saturating_add(1), seq.saturating_sub(1)))
        .collect();
    load_states(db, member, &gaps).await
}

/// What lies in each of these runs; nothing in an empty one, which costs no question.
pub(super) async fn load_states(
    db: &Db,
    member: &Member,
    runs: &[(u64, u64)],
) -> Result<Vec<State>> {
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
pub(super) fn bridge(member: &Member, new: &[u64], gaps: &[State]) -> (Runs, u64) {
    let mut runs = Runs::new();
    let mut covered_seq = member.covered_seq;
    let mut is_unbroken = true;
    for (seq, gap) in new.iter().zip(gaps) {
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
pub(super) async fn load_covered(
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
pub(super) fn uncovered_runs(member: &Member, target: u64, covered: &[(u64, u64)]) -> Runs {
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
