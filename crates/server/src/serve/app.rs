//! Putting the rooms together: who stands on whom.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use salala_store::Store;

use super::{Parts, StartError};
use crate::auth::{Auth, AuthSettings, LiveSessions};
use crate::bus::{Bus, InProcessBus, RedisBus};
use crate::chat::{Chat, ChatSettings};
use crate::config::{Config, Origin, Origins};
use crate::gateway::{self, Cuts, Gateway, Sockets};
use crate::http::health::{Readiness, StoreCheck};
use crate::http::{self, Services};
use crate::metrics::{Metrics, SocketFigures};
use crate::presence::{InProcessPresence, Presence, RedisPresence, Times};
use crate::rate_limits::ConnectLimits;
use crate::tasks::Tasks;

/// How often measures are folded into their buckets.
const FOLD_PERIOD: Duration = Duration::from_secs(5);

/// How often what is left of ended sessions is deleted, and how much at a time.
const FORGET_PERIOD: Duration = Duration::from_mins(10);
const FORGET_AT_ONCE: usize = 500;

/// The rooms that the server has to know.
pub(super) struct App {
    pub(super) router: Router,
    pub(super) config: Arc<Config>,
    pub(super) auth: Arc<Auth>,
    pub(super) gateway: Gateway,
    pub(super) readiness: Readiness,
    pub(super) store: Arc<dyn Store>,
    pub(super) tasks: Tasks,
}

pub(super) fn assemble(parts: Parts) -> Result<App, StartError> {
    let Parts { config, jwt_secret, store, is_first_server, revocations, clock, random } = parts;
    let config = Arc::new(config);
    let metrics = Metrics::start()?;
    let feed = store.take_commit_feed().ok_or(StartError::StoreTaken)?;
    let tasks = Tasks::new();
    let presence: Arc<dyn Presence> = match &config.redis {
        Some(url) => {
            Arc::new(RedisPresence::new(url.clone(), Arc::clone(&random), Times::default()))
        }
        None => Arc::new(InProcessPresence::default()),
    };
    let sockets = Arc::new(Sockets::default());
    let bus: Arc<dyn Bus> = match &config.redis {
        Some(url) => Arc::new(RedisBus::new(url.clone(), Arc::clone(&random))),
        None => Arc::new(InProcessBus::default()),
    };
    let live_sessions: Arc<dyn LiveSessions> =
        Arc::new(Cuts::new(Arc::clone(&sockets), Arc::clone(&bus)));
    let auth = Arc::new(Auth::new(
        Arc::clone(&store),
        Arc::clone(&clock),
        Arc::clone(&random),
        tasks.clone(),
        Arc::clone(&live_sessions),
        &AuthSettings {
            jwt_secret: jwt_secret.clone(),
            access_token_ttl: config.access_token_ttl,
            registration: config.registration,
            rate: config.rate_limit_auth,
        },
    ));
    let ice = Arc::new(config.ice.clone());
    let chat = Arc::new(Chat::new(
        Arc::clone(&store),
        Arc::clone(&presence),
        Arc::clone(&clock),
        Arc::clone(&random),
        Arc::clone(&ice),
        ChatSettings {
            contacts: config.contacts,
            content_max_chars: config.content_max_chars,
            sends: config.rate_limit_sends,
            signals: config.rate_limit_signals,
        },
    ));
    let checked = Arc::clone(&store);
    let store_check = StoreCheck::new(Arc::clone(&clock), move || checked.check());
    let gateway = Gateway::start(
        gateway::Parts {
            chat: Arc::clone(&chat),
            store: Arc::clone(&store),
            is_first_server,
            auth: Arc::clone(&auth),
            presence: Arc::clone(&presence),
            bus,
            ice,
            random,
            secret: jwt_secret,
            recovery_retention: config.recovery_retention,
            clock,
            tasks: tasks.clone(),
            audience: config.presence_audience,
            origins: socket_origins(&config),
            connects: ConnectLimits::new(config.rate_limit_connects),
            max_sockets_per_user: config.max_sockets_per_user,
            max_entering: config.max_entering,
            sockets,
        },
        feed,
    );
    let readiness = Readiness::default();
    tasks.spawn_until_stop("obey revocations", revocations.obey(live_sessions));
    start_upkeep(&tasks, &auth, &metrics);
    let eraser = Arc::clone(&chat);
    tasks.spawn_until_stop("erase accounts", async move { eraser.carry_on_erasures().await });
    let measured = gateway.clone();
    let services = Services {
        config: Arc::clone(&config),
        store_check,
        auth: Arc::clone(&auth),
        chat,
        presence,
        readiness: readiness.clone(),
        metrics,
        socket_figures: Box::new(move || figures(&measured)),
    };
    // The socket's side has its own CORS, measures and refusals, and is busy: nothing of `http` is
    // around it.
    let router = http::router(Arc::new(services))
        .route_service("/socket.io/", gateway.service())
        .route_service("/socket.io", gateway.service());
    Ok(App { router, config, auth, gateway, readiness, store, tasks })
}

/// The origins that may connect, in the words of the socket's side.
fn socket_origins(config: &Config) -> salala_socketio::Origins {
    match &config.cors_origins {
        Origins::Any => salala_socketio::Origins::Any,
        Origins::List(listed) => {
            let all = listed.iter().chain(&config.public_url);
            salala_socketio::Origins::List(all.map(Origin::to_string).collect())
        }
    }
}

fn start_upkeep(tasks: &Tasks, auth: &Arc<Auth>, metrics: &Metrics) {
    let metrics = metrics.clone();
    tasks.spawn_until_stop("fold measures", async move {
        let mut ticks = tokio::time::interval(FOLD_PERIOD);
        loop {
            ticks.tick().await;
            metrics.fold();
        }
    });
    let auth = Arc::clone(auth);
    tasks.spawn_until_stop("forget sessions", async move {
        let mut ticks = tokio::time::interval(FORGET_PERIOD);
        loop {
            ticks.tick().await;
            forget_ended_sessions(&auth).await;
        }
    });
}

async fn forget_ended_sessions(auth: &Auth) {
    loop {
        match auth.forget_ended_sessions(FORGET_AT_ONCE).await {
            Ok(gone) if gone >= FORGET_AT_ONCE as u64 => {}
            Ok(_) => return,
            Err(error) => {
                tracing::warn!(%error, "ended sessions could not be deleted; tried again later");
                return;
            }
        }
    }
}

fn figures(gateway: &Gateway) -> SocketFigures {
    let stats = gateway.stats();
    SocketFigures {
        connections: stats.connections,
        polling: stats.polling,
        sockets: stats.sockets,
        slow_consumers: stats.slow_consumers,
        volatile_dropped: stats.volatile_dropped,
    }
}
