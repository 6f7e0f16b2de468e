//! `salala serve`: from an empty machine to a server that is ready, and back.

use std::sync::Arc;

use anyhow::Context as _;
use salala_core::{SystemClock, SystemRandom};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{output, store};
use crate::config::{self, Config};
use crate::data_dir::DataDir;
use crate::revocations::Revocations;
use crate::serve::{Parts, Server, raise_open_files_limit};

/// The two signals that ask for an orderly end.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

/// Serves until a signal asks for the end; a second one ends at once.
pub(super) async fn serve(config: Config, seed_if_empty: bool) -> anyhow::Result<()> {
    // Before anything is started: a signal that comes from here on is heard.
    let mut signals = Signals::listen().context("signals cannot be heard")?;
    raise_open_files_limit();
    let folder = DataDir::open(&config.data_dir)?;
    let _lock = folder.lock()?;
    let jwt_secret = config::resolve_jwt_secret(&config, &SystemRandom)?;
    let store = store::open(&folder)?;
    if seed_if_empty {
        store::seed_if_empty(&store, &folder).await?;
    }
    let server = Server::start(Parts {
        config,
        jwt_secret,
        store,
        revocations: Revocations::of(&folder),
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
    })?;
    tracing::info!(address = %server.address(), version = env!("CARGO_PKG_VERSION"), "ready");
    output::say(&format!("Salala is ready: {}", server.url()));
    signals.next().await;
    tracing::info!("stopping");
    tokio::select! {
        is_in_order = server.stop() => tracing::info!(is_in_order, "stopped"),
        () = signals.next() => tracing::warn!("stopped at once, by a second signal"),
    }
    Ok(())
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}
