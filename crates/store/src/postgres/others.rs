//! What other processes write, told in its place among what this one writes.
//!
//! Rows of the log become visible in the order of their positions, so whoever has read up to one finds
//! nothing new before it. Where a batch of this process follows directly on what was told, it is handed
//! on as it is. Else the rows between are read, passed over where they are of no interest here, and made
//! events of. The database wakes it at each commit of another process; that it reads now and then
//! unasked makes up for a wake-up that was lost.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::{Notify, mpsc, watch};
use tokio::time::{MissedTickBehavior, interval};
use tokio_postgres::AsyncMessage;

use super::db::Db;
use super::error::Result;
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

/// What wakes the others, sent in each transaction that leaves rows in the log.
pub(super) const NOTIFY: &str = "SELECT pg_notify('salala_log', '')";

const LISTEN: &str = "LISTEN salala_log";

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
    /// Another process has committed something.
    pub(super) woken: Arc<Notify>,
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
            let mut is_asked = true;
            tokio::select! {
                own = self.own.recv() => match own {
                    Some(own) => {
                        is_asked = false;
                        self.state.waiting.push_back(own);
                    }
                    None => return,
                },
                () = self.woken.notified() => {}
                _ = ticks.tick() => {}
            }
            while let Ok(own) = self.own.try_recv() {
                self.state.waiting.push_back(own);
            }
            if !self.tell_all(&*interest, is_asked).await {
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
    async fn tell_all(&mut self, interest: &dyn Interest, mut is_asked: bool) -> bool {
        loop {
            while let Some(own) = self.state.waiting.pop_front_if(|own| {
                own.rows.is_none_or(|(first, _)| first <= self.state.told.saturating_add(1))
            }) {
                if !self.tell_batch(own, interest).await {
                    return false;
                }
            }
            if self.state.waiting.is_empty() && !is_asked {
                return true;
            }
            match self.read_on(interest).await {
                Ok(Some(page)) => {
                    self.state.has_failed = false;
                    is_asked = page.rows.len() == ROWS_AT_ONCE;
                    if !self.tell_page(page, interest).await {
                        return false;
                    }
                }
                Ok(None) => is_asked = false,
                Err(error) => {
                    if !std::mem::replace(&mut self.state.has_failed, true) {
                        tracing::warn!(%error, "what others write cannot be read; it is tried again");
                    }
                    self.state.db = None;
                    return true;
                }
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

/// Wakes whenever another process than the one that `own_backend` serves has committed something, and
/// whenever that may have been missed.
pub(super) async fn listen(
    location: Location,
    mut hearer: Hearer,
    woken: Arc<Notify>,
    own_backend: Arc<AtomicI32>,
) {
    // Most processes that open a store only ask it something.
    if hearer.wait_for(Option::is_some).await.is_err() {
        return;
    }
    loop {
        if let Err(error) = hear(&location, &woken, &own_backend).await {
            tracing::debug!(%error, "others' commits are not heard");
        }
        tokio::time::sleep(READ_EVERY).await;
    }
}

async fn hear(location: &Location, woken: &Notify, own_backend: &AtomicI32) -> Result<()> {
    let (client, mut connection) = location.connect_to_listen().await?;
    let mut listening = pin!(client.batch_execute(LISTEN));
    let mut is_listening = false;
    loop {
        tokio::select! {
            outcome = &mut listening, if !is_listening => {
                outcome.map_err(|error| location.unusable(&error))?;
                is_listening = true;
                woken.notify_one();
            }
            message = poll_fn(|context| connection.poll_message(context)) => match message {
                Some(Ok(AsyncMessage::Notification(notification))) => {
                    if notification.process_id() != own_backend.load(Ordering::Relaxed) {
                        woken.notify_one();
                    }
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(location.unusable(&error)),
                None => return Ok(()),
            },
        }
    }
}
