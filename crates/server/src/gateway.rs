//! The Socket.IO side: sockets come in, events go to `chat`, committed events go out.
//!
//! - `entry`: who may connect, and what a socket needs before it sees `connect`
//! - `caller`: who stands behind a socket
//! - `events`, `answers`: a client's event → an act of `chat` → its ack
//! - `hub`: a committed event → the sockets that hear it
//! - `calls`, `call_news`, `call_desk`: calls made, told, and what a socket was told of them
//! - `recovery`: coming back without having missed anything
//! - `presence_edges`, `typing`: what is told but not kept
//! - `relay`: what nodes tell each other of all that
//! - `tell`: from an event to the sockets of an audience
//! - `rooms`: which sockets are meant
//! - `watch`: who is looking at what, for pushes

mod answers;
mod call_desk;
mod call_news;
mod caller;
mod calls;
mod entrance;
mod entry;
mod events;
mod hub;
mod leaving;
mod presence_edges;
mod recovery;
mod relay;
mod rooms;
mod sockets;
mod tell;
mod typing;
mod upkeep;
mod watch;

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use salala_core::wire::view::FileLinks;
use salala_core::{Clock, Random};
use salala_socketio::{
    Accept, Config, DisconnectReason, Event, Handler, Handshake, Origins, Reject, Socket, SocketIo,
    SocketIoService, Stats, cork,
};
use salala_store::Store;
use salala_store::log::CommitFeed;
use serde_json::value::RawValue;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, timeout};
use tokio_util::task::TaskTracker;

use self::call_news::CallNews;
use self::caller::Caller;
use self::calls::Gone;
use self::entrance::Entrance;
use self::hub::Hub;
use self::leaving::Leaving;
use self::recovery::Pids;
use self::relay::Relay;
use self::tell::shown_in;
use self::typing::Typing;
use self::watch::Questions;
use crate::auth::Auth;
use crate::bus::Bus;
use crate::chat::Chat;
use crate::config::{PresenceAudience, Secret};
use crate::ice::Ice;
use crate::presence::{Presence, Statuses};
use crate::rate_limits::ConnectLimits;
use crate::tasks::Tasks;

pub use self::relay::Cuts;
pub use self::sockets::Sockets;

/// How often it is looked whether a grace or a typing indication is over.
const SWEEP_PERIOD: Duration = Duration::from_millis(100);

/// How often it is tried to read the log when the storage is away at the start.
const START_PERIOD: Duration = Duration::from_millis(500);

/// How long a drain waits for events that were begun: longer than any commit takes, unless the storage
/// is away.
const ANSWERS_TIMEOUT: Duration = Duration::from_secs(2);

/// What the gateway stands on.
pub struct Parts {
    /// The rules.
    pub chat: Arc<Chat>,
    /// For what a connecting socket must know.
    pub store: Arc<dyn Store>,
    /// No other server is on the store.
    pub is_first_server: bool,
    /// Who a token is.
    pub auth: Arc<Auth>,
    /// Who is connected.
    pub presence: Arc<dyn Presence>,
    /// The way to other nodes.
    pub bus: Arc<dyn Bus>,
    /// For who is called.
    pub ice: Arc<Ice>,
    /// For the files of messages.
    pub links: Arc<dyn FileLinks>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// For the ids of sessions that may be recovered.
    pub random: Arc<dyn Random>,
    /// What proves such an id.
    pub secret: Secret,
    /// How long what was told can be told again.
    pub recovery_retention: Duration,
    /// For answers that come later.
    pub tasks: Tasks,
    /// Whom a change of presence is told.
    pub audience: PresenceAudience,
    /// Which pages may connect.
    pub origins: Origins,
    /// How often somebody may connect.
    pub connects: ConnectLimits,
    /// Sockets that one user may have.
    pub max_sockets_per_user: u32,
    /// Sockets that may be on their way in at a time.
    pub max_entering: usize,
    /// The handle through which sessions are cut.
    pub sockets: Arc<Sockets>,
}

/// The Socket.IO server with Salala behind it. Cheap to clone.
#[derive(Clone)]
pub struct Gateway {
    io: SocketIo,
    shared: Arc<Shared>,
}

impl Gateway {
    /// Starts the gateway; `feed` is the store's, and its only reader.
    pub fn start(parts: Parts, feed: CommitFeed) -> Self {
        let config = Config { origins: parts.origins.clone(), ..Config::default() };
        let tasks = parts.tasks.clone();
        let sockets = Arc::clone(&parts.sockets);
        let calls = CallNews {
            sockets: Arc::clone(&parts.sockets),
            ice: Arc::clone(&parts.ice),
            clock: Arc::clone(&parts.clock),
            offsets: Arc::default(),
        };
        // Queued before any socket can come in, so it takes away nobody who is back.
        // Other servers' devices are where they were.
        let left = parts.is_first_server.then(|| parts.store.leave_all_calls(parts.clock.now()));
        let relay = Arc::new(Relay::new(Arc::clone(&parts.bus), Arc::clone(&parts.sockets)));
        let shared = Arc::new(Shared {
            hub: Hub::new(
                Arc::clone(&parts.sockets),
                Arc::clone(&relay),
                calls,
                Arc::clone(&parts.links),
            ),
            relay,
            typing: Typing::default(),
            questions: Questions::default(),
            entrance: Entrance::new(parts.max_entering),
            leaving: Leaving::default(),
            gone: Mutex::default(),
            answering: TaskTracker::new(),
            pids: Pids::new(&parts.secret),
            parts,
        });
        let admitting = Arc::clone(&shared);
        let io = SocketIo::builder()
            .config(config)
            .namespace("/", Root(Arc::clone(&shared)))
            .admission(move |handshake| admitting.admit(handshake))
            .build();
        sockets.set(io.clone());
        shared.hub.hear_others(&*shared.parts.store);
        tasks.spawn("hub", Arc::clone(&shared).deliver(feed));
        tasks.spawn("typing", Arc::clone(&shared).sweep_typing());
        tasks.spawn("presence", Arc::clone(&shared).sweep_presence());
        let keeping = Arc::clone(&shared);
        tasks.spawn_until_stop("keep presence", async move { keeping.parts.presence.keep().await });
        let keeping = Arc::clone(&shared);
        tasks.spawn_until_stop("keep the bus", async move { keeping.parts.bus.keep().await });
        tasks.spawn_until_stop("listen to other nodes", Arc::clone(&shared).listen());
        tasks.spawn_until_stop("cursors", Arc::clone(&shared).send_cursors());
        tasks.spawn_until_stop("trim the log", Arc::clone(&shared).trim_log());
        let sweeping = Arc::clone(&shared);
        tasks.spawn("calls", async move {
            let left = match left {
                Some(left) => left.await,
                None => Ok(0),
            };
            match left {
                Ok(0) => {}
                Ok(count) => tracing::info!(count, "calls wait for their parties to come back"),
                Err(error) => tracing::warn!(%error, "calls of an earlier run could not be found"),
            }
            sweeping.sweep_calls().await;
        });
        Self { io, shared }
    }

    /// The tower service for `/socket.io/`.
    pub fn service(&self) -> SocketIoService {
        self.io.service()
    }

    /// Figures for metrics.
    pub fn stats(&self) -> Stats {
        self.io.stats()
    }

    /// Lets nobody in any more and begins no event, waits until those that were begun are answered,
    /// then closes every transport, spread over `window`, without telling clients to stay away: they
    /// come back to the server that is there then. So what was stored was acked; what was not begun is
    /// sent again.
    pub async fn drain(&self, window: Duration) {
        self.io.refuse_handshakes();
        let answering = &self.shared.answering;
        answering.close();
        if timeout(ANSWERS_TIMEOUT, answering.wait()).await.is_err() {
            tracing::warn!("some events were not answered before the transports are closed");
        }
        self.io.drain(window).await;
        self.shared.remember_last_seen().await;
    }
}

/// What all sockets share.
struct Shared {
    parts: Parts,
    hub: Hub,
    relay: Arc<Relay>,
    typing: Typing,
    /// What other nodes were asked.
    questions: Questions,
    entrance: Entrance,
    pids: Pids,
    /// Devices that are gone, until their grace is over.
    leaving: Leaving,
    /// Devices that are gone and had calls, until the store knows.
    gone: Mutex<Vec<Gone>>,
    /// Events that were begun and not answered yet; closed once the server drains.
    answering: TaskTracker,
}

/// The namespace `/`, the only one.
struct Root(Arc<Shared>);

impl Handler for Root {
    async fn connect(
        &self,
        socket: &Socket,
        handshake: &Handshake,
        auth: Option<&RawValue>,
    ) -> Result<Accept, Reject> {
        self.0.enter(socket, handshake, auth).await
    }

    async fn event(&self, socket: &Socket, event: Event) {
        // Without a caller the socket was never accepted, and has no events.
        if let Some(caller) = socket.data::<Caller>() {
            self.0.handle(socket, &caller, event).await;
        }
    }

    async fn disconnected(&self, socket: &Socket, reason: DisconnectReason) {
        if let Some(caller) = socket.data::<Caller>() {
            self.0.leave(socket, &caller, reason);
            self.0.leave_calls(socket, &caller);
        }
    }
}

impl Shared {
    /// Hands on what the store commits, until the store is closed or the tasks are to stop, which is
    /// when the gateway has been drained and nobody is there to be told.
    async fn deliver(self: Arc<Self>, mut feed: CommitFeed) {
        let stopping = self.parts.tasks.stopping().clone();
        if stopping.run_until_cancelled(self.begin_delivery()).await.is_none() {
            return;
        }
        while let Some(Some(commits)) = stopping.run_until_cancelled(feed.recv()).await {
            let batch = &commits.events;
            metrics::counter!("salala_committed_events_total").increment(batch.len() as u64);
            // Before anything that shows them is told.
            let (erased, gone) = self.count_out_erased(batch).await;
            let tell_erased = |user_id, acquaintances: &_| {
                self.tell_erased(user_id, acquaintances, gone.contains(&user_id));
            };
            let shown = batch.iter().flat_map(|committed| shown_in(&committed.event));
            let shown = shown.filter(|user_id| !erased.contains(user_id));
            let statuses = Statuses::of(&*self.parts.presence, shown).await;
            cork(|| self.hub.deliver(commits, &statuses, &self.typing, &tell_erased));
        }
    }

    /// Finds out how far the log goes; nobody is let in before.
    async fn begin_delivery(&self) {
        let store = &self.parts.store;
        loop {
            match (store.epoch().await, store.newest_position().await) {
                (Ok(epoch), Ok(position)) => return self.hub.start(epoch, position),
                (Err(error), _) | (_, Err(error)) => {
                    tracing::warn!(%error, "the log cannot be read; nobody is let in until it can");
                    tokio::time::sleep(START_PERIOD).await;
                }
            }
        }
    }

    /// Ends typing indications that have run out, until the tasks are to stop.
    async fn sweep_typing(self: Arc<Self>) {
        let mut ticks = sweeps();
        let stopping = self.parts.tasks.stopping().clone();
        while stopping.run_until_cancelled(ticks.tick()).await.is_some() {
            for (socket, conversation_id) in self.typing.take_expired(Instant::now()) {
                self.tell_typing_stopped(&socket, conversation_id);
            }
        }
    }

    /// Ends graces that have run out, until the server drains: then everybody goes, and comes back to
    /// the server that is there next, so there is nobody to tell.
    async fn sweep_presence(self: Arc<Self>) {
        let mut ticks = sweeps();
        let stopping = self.parts.tasks.stopping().clone();
        // Of whom contacts could not be told because the storage was away; tried again.
        let mut untold = Vec::new();
        while stopping.run_until_cancelled(ticks.tick()).await.is_some()
            && !self.answering.is_closed()
        {
            untold.extend(self.end_graces(Instant::now()).await);
            let found_gone = self.parts.presence.take_found_gone();
            self.leave_calls_of(&found_gone);
            untold.extend(found_gone);
            untold = self.tell_offline(untold).await;
        }
    }
}

fn sweeps() -> Interval {
    let mut ticks = interval(SWEEP_PERIOD);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}
