//! `salala serve`: from an empty machine to a server that is ready, and back.

use std::io::IsTerminal as _;
use std::sync::Arc;

use anyhow::Context as _;
use salala_core::{SystemClock, SystemRandom};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{output, store};
use crate::config::{self, Config};
use crate::data_dir::DataDir;
use crate::revocations::Revocations;
use crate::serve::{Parts, Server, raise_open_files_limit};

/// The signals that ask for an orderly end, and the one that asks to read the certificate anew.
struct Signals {
    hangup: Signal,
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
    // A terminal that closes sends a hangup too.
    let is_at_terminal = std::io::stderr().is_terminal();
    while !signals.next().await {
        if is_at_terminal && !server.has_tls() {
            break;
        }
        server.reload_tls();
    }
    tracing::info!("stopping");
    tokio::select! {
        is_in_order = server.stop() => tracing::info!(is_in_order, "stopped"),
        () = signals.end() => tracing::warn!("stopped at once, by a second signal"),
    }
    Ok(())
}

impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self {
            hangup: signal(SignalKind::hangup())?,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// Waits for any of them; true if it asks for the end.
    async fn next(&mut self) -> bool {
        tokio::select! {
            _ = self.terminate.recv() => true,
            _ = self.interrupt.recv() => true,
            _ = self.hangup.recv() => false,
        }
    }

    /// Waits until the end is asked for.
    async fn end(&mut self) {
        while !self.next().await {}
    }
}
