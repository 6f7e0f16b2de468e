//! What other processes write, told in its place among what this one writes.
//!
//! Rows of the log become visible in the order of their positions, so whoever has read up to one finds
//! nothing new before it. Where a batch of this process follows directly on what was told, it is handed
//! on as it is. Else the rows between are read, passed over where they are of no interest here, and made
//! events of. The database tells of each commit of another process, mostly with its events
//! ([`super::handed`]): what follows directly on what was told need not be read then. That the log is
//! read now and then unasked makes up for whatever was not heard.

use std::collections::VecDeque;
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use super::db::Db;
use super::error::Result;
use super::handed::HeardPart;
use super::heard::Inbox;
use super::log::oldest_position;
use super::log_rows::load_rows_after;
use super::retold::{Retelling, Retold};
use super::schema::Location;
use crate::log::{Commits, Committed, Interest};
use crate::replay::LogRow;

/// How often the log is read unasked.
const READ_EVERY: Duration = Duration::from_millis(250);

/// Rows that are read at a time.
const ROWS_AT_ONCE: usize = 1_024;

/// How long is waited for what stands before something that has come already: the news of it is on its
/// way, unless it was lost or there is nothing.
const WAIT_FOR_NEWS: Duration = Duration::from_millis(10);

/// A batch that this process has committed.
pub(super) struct OwnBatch {
    /// In their order.
    pub(super) events: Vec<Committed>,
    /// The first and the last of its rows in the log, if it left any.
    pub(super) rows: Option<(u64, u64)>,
}

/// Whoever hears others' events here, once somebody does.
pub(super) type Hearer = watch::Receiver<Option<Arc<dyn Interest>>>;

/// What a writer tells while it hears of nobody else.
#[derive(Clone)]
pub(super) struct Alone {
    pub(super) feed: mpsc::Sender<Commits>,
    /// All up to here was told.
    pub(super) told: Arc<AtomicU64>,
}

impl Alone {
    /// Tells a batch; false if nobody hears it.
    pub(super) async fn tell(&self, own: OwnBatch) -> bool {
        let OwnBatch { events, rows } = own;
        let last = rows.map_or(0, |(_, last)| last);
        let up_to = self.told.fetch_max(last, Ordering::Relaxed).max(last);
        self.feed.send(Commits { events, up_to, is_after_gap: false }).await.is_ok()
    }
}

/// What the task owns that tells events.
pub(super) struct Teller {
    pub(super) location: Location,
    pub(super) own: mpsc::Receiver<OwnBatch>,
    pub(super) alone: Alone,
    pub(super) hearer: Hearer,
    /// What other processes have committed, as far as it was handed over.
    pub(super) inbox: Arc<Inbox>,
    pub(super) state: State,
}

/// What lies between two looks at the log.
#[derive(Default)]
pub(super) struct State {
    /// All up to here was told.
    told: u64,
    db: Option<Db>,
    /// Batches of this process that may have others' rows before them.
    waiting: VecDeque<OwnBatch>,
    /// Others' rows that may have rows before them.
    heard: VecDeque<HeardPart>,
    /// Until when is waited for those, and how far was told then.
    waits: Option<(u64, Instant)>,
    retelling: Retelling,
    has_failed: bool,
}

impl Teller {
    /// Tells until the writer has ended, or nobody hears any more. Until somebody hears others' events, the
    /// writer tells its own by itself.
    pub(super) async fn run(mut self) {
        let Some(interest) = self.hearer_comes().await else { return };
        self.state.told = self.alone.told.load(Ordering::Relaxed);
        let mut ticks = interval(READ_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let mut must_read = false;
            tokio::select! {
                own = self.own.recv() => match own {
                    Some(own) => self.state.waiting.push_back(own),
                    None => return,
                },
                () = self.inbox.woken.notified() => {}
                () = until(self.state.waits.map(|(_, at)| at)) => must_read = true,
                _ = ticks.tick() => must_read = true,
            }
            while let Ok(own) = self.own.try_recv() {
                self.state.waiting.push_back(own);
            }
            let (heard, is_lacking) = self.inbox.take();
            self.state.heard.extend(heard);
            if !self.tell_all(&*interest, must_read || is_lacking).await {
                tracing::debug!("nobody reads the commit feed any more");
                return;
            }
        }
    }

    async fn hearer_comes(&mut self) -> Option<Arc<dyn Interest>> {
        tokio::select! {
            hearer = self.hearer.wait_for(Option::is_some) => hearer.ok()?.clone(),
            // Only its end can come.
            _ = self.own.recv() => None,
        }
    }

    /// Tells all that is there; false if nobody hears it.
    async fn tell_all(&mut self, interest: &dyn Interest, mut must_read: bool) -> bool {
        loop {
            if !self.tell_next(interest, &mut must_read).await {
                return false;
            }
            let is_done = self.state.waiting.is_empty() && self.state.heard.is_empty();
            if !must_read {
                let told = self.state.told;
                self.state.waits = match self.state.waits {
                    _ if is_done => None,
                    // Whatever comes meanwhile makes it wait no longer.
                    Some(waits) if waits.0 == told => Some(waits),
                    Some(_) | None => Some((told, Instant::now() + WAIT_FOR_NEWS)),
                };
                return true;
            }
            match self.read_on(interest).await {
                Ok(page) => {
                    self.state.has_failed = false;
                    must_read = page.as_ref().is_some_and(|it| it.rows.len() == ROWS_AT_ONCE);
                    if let Some(page) = page
                        && !self.tell_page(page, interest).await
                    {
                        return false;
                    }
                    if !must_read {
                        // Whatever was heard of before is among what was read.
                        self.state.heard.clear();
                    }
                }
                Err(error) => {
                    if !std::mem::replace(&mut self.state.has_failed, true) {
                        tracing::warn!(%error, "what others write cannot be read; it is tried again");
                    }
                    self.state.db = None;
                    // With the next tick.
                    self.state.waits = None;
                    return true;
                }
            }
        }
    }

    /// Tells what follows directly on what was told; false if nobody hears it.
    async fn tell_next(&mut self, interest: &dyn Interest, must_read: &mut bool) -> bool {
        loop {
            let next = self.state.told.saturating_add(1);
            let is_next = |own: &mut OwnBatch| own.rows.is_none_or(|(first, _)| first <= next);
            if let Some(own) = self.state.waiting.pop_front_if(is_next) {
                if !self.tell_batch(own, interest).await {
                    return false;
                }
                continue;
            }
            let Some(part) = self.state.heard.pop_front_if(|part| part.first <= next) else {
                return true;
            };
            if part.last < next {
                continue;
            }
            interest.reach(part.last);
            let is_heard = |audience| self.state.retelling.is_heard(audience, interest);
            let events = part.events(self.state.told, is_heard);
            let Some(events) = events else {
                tracing::warn!(
                    "what another process handed over is not as it should be; it is read"
                );
                *must_read = true;
                return true;
            };
            self.state.told = part.last;
            let commits = Commits { events, up_to: part.last, is_after_gap: false };
            if !self.send(commits).await {
                return false;
            }
        }
    }

    /// The next rows, with the events of those that are of interest; none if there is no row.
    async fn read_on(&mut self, interest: &dyn Interest) -> Result<Option<Page>> {
        let state = &mut self.state;
        let db = match state.db.take() {
            Some(db) if !db.is_lost() => db,
            Some(_) | None => self.location.open_reader().await?,
        };
        let db = state.db.insert(db);
        let rows = load_rows_after(db, state.told, ROWS_AT_ONCE).await?;
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(None) };
        let is_after_gap =
            first.position > state.told + 1 && oldest_position(db).await? > state.told + 1;
        interest.reach(last.position);
        let own: Vec<_> = state.waiting.iter().filter_map(|own| own.rows).collect();
        let is_own =
            |row: &LogRow| own.iter().any(|&(first, last)| (first..=last).contains(&row.position));
        let others: Vec<_> = rows.iter().filter(|row| !is_own(row)).cloned().collect();
        let events = state.retelling.events(db, others, interest).await?;
        Ok(Some(Page { rows, events, is_after_gap }))
    }

    /// Tells rows in their order, batches of this process among them.
    async fn tell_page(&mut self, page: Page, interest: &dyn Interest) -> bool {
        let Page { rows, mut events, mut is_after_gap } = page;
        let mut told = Vec::new();
        for LogRow { position, .. } in rows {
            if position <= self.state.told {
                continue;
            }
            let own = self
                .state
                .waiting
                .pop_front_if(|own| own.rows.is_none_or(|(first, _)| first <= position));
            if let Some(own) = own {
                let before = Commits {
                    events: std::mem::take(&mut told),
                    up_to: self.state.told,
                    is_after_gap,
                };
                is_after_gap = false;
                if !self.send(before).await || !self.tell_batch(own, interest).await {
                    return false;
                }
                if position <= self.state.told {
                    continue;
                }
            }
            told.extend(events.remove(&position));
            self.state.told = position;
        }
        self.send(Commits { events: told, up_to: self.state.told, is_after_gap }).await
    }

    /// Tells a batch of this process, but for what was told of it already: its rows may have been read
    /// before its writer could say that they are there.
    async fn tell_batch(&mut self, own: OwnBatch, interest: &dyn Interest) -> bool {
        let state = &mut self.state;
        let OwnBatch { mut events, rows } = own;
        events.retain(|committed| !committed.event.is_durable() || committed.position > state.told);
        state.told = state.told.max(rows.map_or(0, |(_, last)| last));
        interest.reach(state.told);
        state.retelling.forget_told(&events, interest.told());
        let up_to = state.told;
        self.send(Commits { events, up_to, is_after_gap: false }).await
    }

    async fn send(&self, commits: Commits) -> bool {
        self.alone.feed.send(commits).await.is_ok()
    }
}

/// Rows in the order of their positions.
struct Page {
    rows: Vec<LogRow>,
    events: Retold,
    is_after_gap: bool,
}

/// Waits until then, or for ever.
async fn until(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => pending().await,
    }
}
