//! A batch in its transaction: BEGIN with all locks, run after run, and the log with COMMIT.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;
use futures_util::future::{join, join3};
use uuid::Uuid;

use super::db::{Db, Parameters};
use super::error::Result;
use super::handed::{Handed, NOTIFY};
use super::locks::Keys;
use super::sends::{QueuedSend, store_sends};
use super::write_tx::{LOCK_LOG, WriteTx};
use super::writer::Command;
use crate::StoreError;
use crate::log::Committed;

/// Notes the batch in its own transaction, with the position of its last event, if it left any.
pub(super) const MARK_BATCH: &str = "
    INSERT INTO writers (id, batch, position)
    VALUES ($1, $2, CASE WHEN $3 THEN currval('log_positions') END)
    ON CONFLICT (id) DO UPDATE
    SET batch = excluded.batch, position = excluded.position, used_at = now()";

/// What a try that was committed gives: events without places, and the positions of the durable ones.
pub(super) type Stored = (Vec<Committed>, Vec<u64>, Vec<Option<StoreError>>);

/// One try to store a batch.
pub(super) struct Attempt {
    id: Uuid,
    batch: i64,
    /// Somebody else may want to be handed what is committed.
    has_peers: bool,
    /// How far it got.
    pub(super) stage: Stage,
}

/// How far it got.
pub(super) enum Stage {
    /// Nothing was run yet.
    Beginning,
    /// Commands run.
    Working,
    /// COMMIT may have been sent.
    Committing(Vec<Committed>, Vec<Option<StoreError>>),
}

impl Attempt {
    /// Of the writer with this row in `writers`, as its batch of this number.
    pub(super) fn new(id: Uuid, batch: i64, has_peers: bool) -> Self {
        Self { id, batch, has_peers, stage: Stage::Beginning }
    }

    /// All of the batch in one transaction.
    pub(super) async fn run(
        &mut self,
        db: &Db,
        batch: &mut [Box<dyn Command>],
        keys: &Keys,
    ) -> Result<Stored> {
        let (begun, locked) = join(db.run("BEGIN"), keys.lock(db)).await;
        begun.and(locked)?;
        self.stage = Stage::Working;
        let mut tx = WriteTx::new(db);
        let mut failures = Vec::with_capacity(batch.len());
        let mut runs = Runs { savepoint: "SAVEPOINT command" };
        let mut rest = batch;
        while let Some((run, others)) = split_run(rest) {
            failures.append(&mut runs.store(&mut tx, run).await?);
            rest = others;
        }
        self.commit(tx, failures).await
    }

    /// Sends all that is left to do at once: whatever befalls this process meanwhile, the lock on the
    /// log is held for no longer than PostgreSQL needs.
    async fn commit(
        &mut self,
        tx: WriteTx<'_>,
        failures: Vec<Option<StoreError>>,
    ) -> Result<Stored> {
        let db = tx.db;
        let (events, rows) = tx.into_events();
        let has_rows = !rows.is_empty();
        let handed = if self.has_peers && has_rows {
            Handed::of(&events, rows.count())
        } else {
            Handed::news()
        };
        self.stage = Stage::Committing(events, failures);
        let log = async {
            if !has_rows {
                return Ok(Vec::new());
            }
            let parts: Parameters<'_> = &[&handed.after, &handed.texts];
            let (locked, positions, notified) =
                join3(db.query(LOCK_LOG, &[]), rows.insert(db), db.query(NOTIFY, parts)).await;
            locked.and(notified).and(positions)
        };
        let mark: Parameters<'_> = &[&self.id, &self.batch, &has_rows];
        let (positions, marked, committed) =
            join3(log, db.execute(MARK_BATCH, mark), db.run("COMMIT")).await;
        let positions = positions?;
        marked.and(committed.map(|()| 0))?;
        match std::mem::replace(&mut self.stage, Stage::Working) {
            Stage::Committing(events, failures) => Ok((events, positions, failures)),
            Stage::Beginning | Stage::Working => {
                Err(StoreError::Corrupt("a batch was committed twice".to_owned()))
            }
        }
    }
}

/// Commands that follow each other.
type Run = [Box<dyn Command>];

/// Sends that follow each other, or one other command; and the rest of the batch.
fn split_run(batch: &mut Run) -> Option<(&mut Run, &mut Run)> {
    let sends = batch.iter_mut().map_while(|command| command.as_send().map(drop)).count();
    batch.split_at_mut_checked(sends.max(1))
}

/// Storing commands, each run of them in a savepoint.
struct Runs {
    /// What begins the next one.
    savepoint: &'static str,
}

impl Runs {
    /// Why each of a run's commands was refused, and it alone; an error fails the whole batch.
    async fn store(
        &mut self,
        tx: &mut WriteTx<'_>,
        run: &mut Run,
    ) -> Result<Vec<Option<StoreError>>> {
        let db = tx.db;
        let mark = tx.mark_events();
        let savepoint =
            std::mem::replace(&mut self.savepoint, "RELEASE command; SAVEPOINT command");
        // The savepoint is sent with the first statement: it costs no way of its own.
        let work = AssertUnwindSafe(run_all(tx, run)).catch_unwind();
        let (set, outcome) = join(db.run(savepoint), work).await;
        set?;
        let failure = match outcome {
            Ok(Ok(failures)) => return Ok(failures),
            Ok(Err(error @ StoreError::Unavailable(_))) => return Err(error),
            Ok(Err(error)) => error,
            Err(_) => StoreError::Corrupt("a write panicked".to_owned()),
        };
        db.run("ROLLBACK TO command").await?;
        tx.forget_events(mark);
        if run.len() < 2 {
            return Ok(vec![Some(failure)]);
        }
        // One of many cannot be stored: halved, until it alone is refused.
        let (one, other) = run.split_at_mut(run.len() / 2);
        let mut failures = Box::pin(self.store(tx, one)).await?;
        failures.append(&mut Box::pin(self.store(tx, other)).await?);
        Ok(failures)
    }
}

async fn run_all(tx: &mut WriteTx<'_>, run: &mut Run) -> Result<Vec<Option<StoreError>>> {
    let mut sends = Vec::with_capacity(run.len());
    let mut others = Vec::new();
    for command in run {
        match command.as_send() {
            Some(_) => sends.push(command),
            None => others.push(command),
        }
    }
    let mut sends: Vec<&mut QueuedSend> =
        sends.into_iter().filter_map(|command| command.as_send()).collect();
    if !sends.is_empty() {
        return store_sends(tx, &mut sends).await;
    }
    for command in others {
        command.run(tx).await?;
    }
    Ok(vec![None])
}
