//! `salala serve`: from an empty machine to a server that is ready, and back.

use std::future::pending;
use std::io::IsTerminal as _;
use std::pin::pin;
use std::sync::Arc;

use anyhow::Context as _;
use salala_core::{SystemClock, SystemRandom};
use salala_store::postgres::{LockError, ServerLock, Sharing};
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
    // Held until the end of this function: after the last write.
    let sharing = if config.redis.is_some() { Sharing::WithOthers } else { Sharing::Alone };
    let lock = store::lock_database(&config, sharing).await?;
    let is_first_server = lock.as_ref().is_none_or(ServerLock::is_first);
    let mut lost = pin!(lost(lock));
    let store = store::open(&config, &folder)?;
    if seed_if_empty {
        store::seed_if_empty(&store, &folder).await?;
    }
    let server = Server::start(Parts {
        config,
        jwt_secret,
        store,
        is_first_server,
        revocations: Revocations::of(&folder),
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
    })?;
    tracing::info!(address = %server.address(), version = env!("CARGO_PKG_VERSION"), "ready");
    output::say(&format!("Salala is ready: {}", server.url()));
    // A terminal that closes sends a hangup too.
    let is_at_terminal = std::io::stderr().is_terminal();
    let outcome = loop {
        let is_end = tokio::select! {
            is_end = signals.next() => is_end,
            in_use = &mut lost => break Err(in_use.into()),
        };
        if is_end || (is_at_terminal && !server.has_tls()) {
            break Ok(());
        }
        server.reload_tls();
    };
    tracing::info!("stopping");
    tokio::select! {
        is_in_order = server.stop() => tracing::info!(is_in_order, "stopped"),
        () = signals.end() => tracing::warn!("stopped at once, by a second signal"),
    }
    outcome
}

/// Resolves when another server has taken the database while it did not answer this one.
async fn lost(lock: Option<ServerLock>) -> LockError {
    match lock {
        Some(lock) => lock.keep().await,
        None => pending().await,
    }
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
