//! The worker: leases what is due, decides, sends, and notes what became of it.
//!
//! One task leases and decides; each push that is sent is a task of its own, of which there is a bounded
//! number, so that a provider that hangs holds up nobody else; one task notes outcomes, as many at once
//! as there are.

use std::sync::Arc;
use std::time::Duration;

use salala_core::push::{DeviceKind, PushKind, PushReason};
use salala_core::records::{Device, LeasedPush, PushAbout};
use salala_core::{Clock, Random, Timestamp};
use salala_store::Store;
use salala_store::ports::pushes::{PushLease, PushOutcome, SettledPush};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

use super::backoff::wait_after;
use super::decide::{Decision, decide};
use super::notice::Notice;
use super::provider::{Answer, Provider};
use super::viewing::{Viewing, Watch};
use crate::tasks::Tasks;

/// How often it is looked what is due.
const LOOK_PERIOD: Duration = Duration::from_millis(250);

/// How long a push is one worker's alone: longer than any provider may take.
const LEASE: Duration = Duration::from_secs(30);

/// Pushes that are leased at once.
const LEASE_MAX: usize = 256;

/// Pushes under way.
const UNDER_WAY_MAX: usize = 256;

/// Outcomes that one write notes.
const SETTLE_MAX: usize = 256;

/// How long a stop waits for providers.
const STOP_TIMEOUT: Duration = Duration::from_millis(1_500);

/// How long what became of pushes is kept.
const LOG_RETENTION: Duration = Duration::from_hours(7 * 24);

/// How often what is older is looked for, and how much of it goes at once.
const FORGET_PERIOD: Duration = Duration::from_mins(1);
const FORGET_AT_ONCE: usize = 1_000;

/// What the worker stands on.
pub struct Parts {
    /// The outbox.
    pub store: Arc<dyn Store>,
    /// No other server is on the store, so nobody else holds a lease.
    pub is_first_server: bool,
    /// Who is looking at what.
    pub watch: Arc<dyn Watch>,
    /// The ways to devices, one of each kind at most.
    pub providers: Vec<Arc<dyn Provider>>,
    /// How long messages wait before they are pushed.
    pub wait: Duration,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// For waits of different length.
    pub random: Arc<dyn Random>,
    /// What runs the worker.
    pub tasks: Tasks,
}

/// Starts the worker; it goes on until the tasks are to stop.
pub fn start(parts: Parts) {
    let (outcomes, settled) = mpsc::channel(UNDER_WAY_MAX);
    let tasks = parts.tasks.clone();
    let shared = Arc::new(parts);
    let settling = settle(Arc::clone(&shared.store), Arc::clone(&shared.clock), settled);
    // Ends with the last push under way.
    tasks.spawn("settle pushes", settling);
    tasks.spawn_until_stop("forget pushes", forget(Arc::clone(&shared)));
    tasks.spawn_until_stop("push", Worker { shared, outcomes }.run());
}

struct Worker {
    shared: Arc<Parts>,
    outcomes: mpsc::Sender<SettledPush>,
}

impl Worker {
    async fn run(self) {
        let Parts { store, clock, .. } = &*self.shared;
        if self.shared.is_first_server {
            match store.release_pushes(clock.now()).await {
                Ok(0) => {}
                Ok(count) => tracing::info!(count, "pushes of an earlier run are taken up again"),
                Err(error) => {
                    tracing::warn!(%error, "pushes of an earlier run wait for their leases");
                }
            }
        }
        let slots = Arc::new(Semaphore::new(UNDER_WAY_MAX));
        let mut ticks = interval(LOOK_PERIOD);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            while self.work(&slots).await {}
        }
    }

    /// One round; true if there may be more to do at once.
    async fn work(&self, slots: &Arc<Semaphore>) -> bool {
        let Parts { store, clock, wait, .. } = &*self.shared;
        // Nobody closes it, so there is one.
        let Ok(first) = Arc::clone(slots).acquire_owned().await else { return false };
        drop(first);
        let limit = slots.available_permits().clamp(1, LEASE_MAX);
        let now = clock.now();
        let lease = PushLease { now, wait: *wait, until: now.plus(LEASE), limit };
        let leased = match store.lease_pushes(lease).await {
            Ok(leased) => leased,
            // The store itself says when its storage is away.
            Err(error) => {
                tracing::debug!(%error, "what is to be pushed could not be read; tried again");
                return false;
            }
        };
        let is_full = leased.len() >= limit;
        self.take(leased, slots).await;
        is_full
    }

    async fn take(&self, leased: Vec<LeasedPush>, slots: &Arc<Semaphore>) {
        let Parts { watch, clock, tasks, .. } = &*self.shared;
        let mut asked: Vec<_> = leased.iter().filter_map(place_of).collect();
        asked.sort_unstable();
        asked.dedup();
        let viewers = watch.viewers(asked).await;
        for push in leased {
            let nobody = Viewing::default();
            let viewing = place_of(&push).and_then(|place| viewers.get(&place));
            let decision = decide(&push, viewing.unwrap_or(&nobody), clock.now());
            match decision {
                Decision::Settle(outcome) => self.note(&push, outcome).await,
                Decision::Send(device, notice) => {
                    let Ok(slot) = Arc::clone(slots).acquire_owned().await else { return };
                    let (shared, outcomes) = (Arc::clone(&self.shared), self.outcomes.clone());
                    tasks.spawn("send a push", async move {
                        send_and_settle(&shared, &push, (&device, &notice), &outcomes).await;
                        drop(slot);
                    });
                }
            }
        }
    }

    async fn note(&self, push: &LeasedPush, outcome: PushOutcome) {
        settle_later(&self.outcomes, push, outcome).await;
    }
}

/// The user and the conversation of which it matters whether one looks at the other.
fn place_of(push: &LeasedPush) -> Option<(salala_core::UserId, salala_core::ConversationId)> {
    match (&push.about, push.kind) {
        (PushAbout::Message(message), PushKind::Message) => {
            Some((push.user_id, message.conversation_id))
        }
        (PushAbout::Conversation(id), PushKind::Clear) => Some((push.user_id, *id)),
        _ => None,
    }
}

async fn settle_later(
    outcomes: &mpsc::Sender<SettledPush>,
    push: &LeasedPush,
    outcome: PushOutcome,
) {
    count(push.kind, &outcome);
    let settled = SettledPush { number: push.number, device_id: push.device_id, outcome };
    // Without a settler the lease runs out, and the push is looked at again.
    drop(outcomes.send(settled).await);
}

async fn send_and_settle(
    shared: &Parts,
    push: &LeasedPush,
    (device, notice): (&Device, &Notice),
    outcomes: &mpsc::Sender<SettledPush>,
) {
    let sending = send(shared, push, device, notice);
    if let Some(outcome) = until_stopped(sending, shared.tasks.stopping()).await {
        settle_later(outcomes, push, outcome).await;
    }
}

async fn send(shared: &Parts, push: &LeasedPush, device: &Device, notice: &Notice) -> PushOutcome {
    let kind = device.target.kind();
    let provider = shared.providers.iter().find(|provider| provider.kind() == kind);
    let Some(provider) = provider else {
        return PushOutcome::Failed(PushReason::NotConfigured, unconfigured(kind).to_owned());
    };
    let began = tokio::time::Instant::now();
    let answer = provider.push(&device.target, notice).await;
    metrics::histogram!("salala_push_provider_seconds", "provider" => kind.as_str())
        .record(began.elapsed().as_secs_f64());
    match answer {
        Answer::Taken => PushOutcome::Sent,
        Answer::Unregistered => PushOutcome::Unregistered,
        Answer::Refused(words) => {
            tracing::warn!(provider = kind.as_str(), %words, "a push was refused");
            PushOutcome::Failed(PushReason::Refused, words)
        }
        Answer::Busy { after, words } => {
            let wait = wait_after(push.attempts, after, &*shared.random);
            let at = shared.clock.now().plus(wait);
            PushOutcome::Later { at, reason: PushReason::ProviderBusy, detail: Some(words) }
        }
    }
}

fn unconfigured(kind: DeviceKind) -> &'static str {
    match kind {
        DeviceKind::Fcm => "this server has no account with Firebase",
        DeviceKind::WebPush => "this server has no key for browsers",
    }
}

/// The outcome, unless the server stops and the provider does not answer soon after.
async fn until_stopped(
    sending: impl Future<Output = PushOutcome>,
    stopping: &CancellationToken,
) -> Option<PushOutcome> {
    tokio::pin!(sending);
    tokio::select! {
        outcome = &mut sending => Some(outcome),
        () = stopping.cancelled() => timeout(STOP_TIMEOUT, sending).await.ok(),
    }
}

async fn settle(
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    mut settled: mpsc::Receiver<SettledPush>,
) {
    let mut some = Vec::with_capacity(SETTLE_MAX);
    while settled.recv_many(&mut some, SETTLE_MAX).await > 0 {
        if let Err(error) = store.settle_pushes(std::mem::take(&mut some), clock.now()).await {
            tracing::warn!(%error, "what became of pushes was not noted; they are looked at again");
        }
    }
}

async fn forget(shared: Arc<Parts>) {
    let mut ticks = interval(FORGET_PERIOD);
    loop {
        ticks.tick().await;
        let kept_ms = i64::try_from(LOG_RETENTION.as_millis()).unwrap_or(i64::MAX);
        let now = shared.clock.now().unix_ms();
        let before = Timestamp::from_unix_ms(now.saturating_sub(kept_ms));
        while let Ok(FORGET_AT_ONCE_ROWS..) =
            shared.store.forget_pushes(before, FORGET_AT_ONCE).await
        {}
        match shared.store.push_backlog().await {
            Ok(backlog) => {
                metrics::gauge!("salala_push_waiting")
                    .set(as_f64(backlog.messages + backlog.pushes));
                let oldest = backlog
                    .oldest
                    .map_or(Duration::ZERO, |oldest| shared.clock.now().since(oldest));
                metrics::gauge!("salala_push_oldest_waiting_seconds").set(oldest.as_secs_f64());
            }
            Err(error) => tracing::debug!(%error, "what waits to be pushed could not be counted"),
        }
    }
}

/// As many as were asked for: there may be more.
const FORGET_AT_ONCE_ROWS: u64 = FORGET_AT_ONCE as u64;

fn as_f64(count: u64) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

/// Counts what became of a push.
fn count(kind: PushKind, outcome: &PushOutcome) {
    let (state, reason) = match outcome {
        PushOutcome::Sent => ("sent", ""),
        PushOutcome::Dropped(reason) => ("dropped", reason.as_str()),
        PushOutcome::Unregistered => ("dropped", PushReason::Unregistered.as_str()),
        PushOutcome::Failed(reason, _) => ("failed", reason.as_str()),
        PushOutcome::Later { reason, .. } => ("later", reason.as_str()),
    };
    metrics::counter!(
        "salala_pushes_total", "kind" => kind.as_str(), "outcome" => state, "reason" => reason
    )
    .increment(1);
}
