//! Putting the rooms together: who stands on whom.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use salala_core::{Clock, Random};
use salala_store::Store;

use super::{Parts, StartError};
use crate::auth::{Auth, AuthSettings, LiveSessions};
use crate::bus::{Bus, InProcessBus, RedisBus};
use crate::chat::{Chat, ChatSettings};
use crate::config::{Config, Origin, Origins};
use crate::gateway::{self, Cuts, Gateway, Sockets};
use crate::http::health::{Readiness, StoreCheck};
use crate::http::{self, Services};
use crate::media::{self, Links, Media};
use crate::metrics::{Metrics, SocketFigures};
use crate::presence::{InProcessPresence, Presence, RedisPresence, Times};
use crate::push::account::FcmAccount;
use crate::push::client::{Client, Reach};
use crate::push::fcm::Fcm;
use crate::push::keys::PushKeys;
use crate::push::provider::Provider;
use crate::push::web_push::WebPush;
use crate::push::worker;
use crate::rate_limits::ConnectLimits;
use crate::tasks::Tasks;
use crate::turn::TurnServer;

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
    let account = FcmAccount::load(&config.push)?;
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
    let mut ice = config.ice.clone();
    if config.turn.is_some() && ice.turn_secret.is_none() {
        // The same on every server of one secret.
        ice.turn_secret = jwt_secret.derived(b"salala embedded relay");
    }
    let ice = Arc::new(ice);
    if let Some(settings) = &config.turn {
        let (ice, clock, random) = (Arc::clone(&ice), Arc::clone(&clock), Arc::clone(&random));
        TurnServer::listen(settings, ice, clock, random)?.start(&tasks);
    }
    let links = Arc::new(Links::new(
        jwt_secret.as_bytes(),
        Arc::clone(&clock),
        config.public_url.clone(),
        config.media.url_ttl,
    ));
    let media = Arc::new(Media::open(media::Parts {
        store: Arc::clone(&store),
        tasks: tasks.clone(),
        clock: Arc::clone(&clock),
        random: Arc::clone(&random),
        links: Arc::clone(&links),
        data_dir: config.data_dir.clone(),
        settings: config.media.clone(),
    })?);
    let chat = Arc::new(Chat::new(
        Arc::clone(&store),
        Arc::clone(&presence),
        Arc::clone(&clock),
        Arc::clone(&random),
        (Arc::clone(&ice), Arc::clone(&links)),
        ChatSettings {
            contacts: config.contacts,
            content_max_chars: config.content_max_chars,
            sends: config.rate_limit_sends,
            signals: config.rate_limit_signals,
            push_reach: reach(&config),
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
            links,
            random: Arc::clone(&random),
            secret: jwt_secret,
            recovery_retention: config.recovery_retention,
            clock: Arc::clone(&clock),
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
    let push_keys = Arc::new(PushKeys::new(Arc::clone(&store), vapid_subject(&config)));
    let providers = providers(&config, account, &push_keys, (&clock, &random))?;
    worker::start(worker::Parts {
        store: Arc::clone(&store),
        is_first_server,
        watch: Arc::new(gateway.clone()),
        providers,
        wait: config.push.wait,
        clock: Arc::clone(&clock),
        random,
        tasks: tasks.clone(),
    });
    let readiness = Readiness::default();
    tasks.spawn_until_stop("obey revocations", revocations.obey(live_sessions));
    start_upkeep(&tasks, &auth, &metrics);
    let eraser = Arc::clone(&chat);
    tasks.spawn_until_stop("erase accounts", async move { eraser.carry_on_erasures().await });
    let (remover, emptier) = (Arc::clone(&media), Arc::clone(&chat));
    tasks.spawn_until_stop("remove files", async move {
        remover.carry_on(emptier.emptied()).await;
    });
    let measured = gateway.clone();
    let services = Services {
        config: Arc::clone(&config),
        store_check,
        auth: Arc::clone(&auth),
        chat,
        media,
        presence,
        readiness: readiness.clone(),
        push_keys,
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

/// Where browsers' subscriptions may lead.
fn reach(config: &Config) -> Reach {
    if config.push.may_reach_private { Reach::Anywhere } else { Reach::Public }
}

/// Whom push services may write to. Without anything set it is an address of nobody, which most of them
/// take.
fn vapid_subject(config: &Config) -> String {
    let public = config.public_url.as_ref().filter(|url| url.is_https()).map(Origin::to_string);
    let subject = config.push.vapid_subject.clone().or(public);
    subject.unwrap_or_else(|| "mailto:webmaster@localhost".to_owned())
}

/// The ways to devices.
fn providers(
    config: &Config,
    account: Option<FcmAccount>,
    push_keys: &Arc<PushKeys>,
    (clock, random): (&Arc<dyn Clock>, &Arc<dyn Random>),
) -> Result<Vec<Arc<dyn Provider>>, StartError> {
    let client = Client::new(reach(config)).map_err(StartError::Client)?;
    let (keys, chance) = (Arc::clone(push_keys), Arc::clone(random));
    let web_push = WebPush::new(keys, client, Arc::clone(clock), chance);
    let mut providers: Vec<Arc<dyn Provider>> = vec![Arc::new(web_push)];
    if let Some(account) = account {
        tracing::info!(project = %account.project_id, "devices are pushed to by Firebase");
        let client = Client::new(Reach::Anywhere).map_err(StartError::Client)?;
        providers.push(Arc::new(Fcm::new(account, client, Arc::clone(clock))));
    }
    Ok(providers)
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
