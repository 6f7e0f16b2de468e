//! What commands do with the store: open it, fill it, close it.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use salala_core::{SystemClock, SystemRandom};
use salala_store::postgres::{PostgresOptions, PostgresStore, ServerLock, Sharing};
use salala_store::sqlite::{SqliteOptions, SqliteStore};
use salala_store::{Store, StoreError};

use super::output;
use crate::config::Config;
use crate::data_dir::DataDir;
use crate::seed;

/// Opens the store that is configured, with its tables made or brought up to date.
pub(super) fn open(config: &Config, folder: &DataDir) -> anyhow::Result<Arc<dyn Store>> {
    match &config.database_url {
        Some(url) => Ok(Arc::new(PostgresStore::open(PostgresOptions::at(url.clone()))?)),
        None => open_sqlite(folder),
    }
}

fn open_sqlite(folder: &DataDir) -> anyhow::Result<Arc<dyn Store>> {
    match SqliteStore::open(SqliteOptions::at(folder.database())) {
        Ok(store) => Ok(Arc::new(store)),
        Err(error @ StoreError::Unavailable(_)) => anyhow::bail!(
            "{error}: see to it that the disk of DATA_DIR works and has room (salala doctor says more)"
        ),
        Err(error) => Err(error.into()),
    }
}

/// Becomes a server on a database of PostgreSQL: the only one without Redis, through which several tell each
/// other what stands in no database. The data folder's own lock does so for SQLite.
pub(super) async fn lock_database(
    config: &Config,
    sharing: Sharing,
) -> anyhow::Result<Option<ServerLock>> {
    match &config.database_url {
        Some(url) => Ok(Some(ServerLock::take(url, sharing).await?)),
        None => Ok(None),
    }
}

/// `salala migrate`
pub(super) fn migrate(config: &Config) -> anyhow::Result<()> {
    let folder = DataDir::open(&config.data_dir)?;
    if let Some(url) = &config.database_url {
        PostgresStore::migrate(url)?;
        output::say(&format!("the {url} is up to date"));
    } else {
        SqliteStore::migrate(&folder.database())?;
        output::say(&format!("{} is up to date", folder.database().display()));
    }
    Ok(())
}

/// `salala seed`
pub(super) async fn seed(config: Config, force: bool) -> anyhow::Result<()> {
    let folder = DataDir::open(&config.data_dir)?;
    let _lock = folder.lock()?;
    let _database_lock = lock_database(&config, Sharing::Alone).await?;
    let store = open(&config, &folder)?;
    let users = store.count_users().await?;
    if users > 0 && !force {
        store.close().await?;
        let place = match &config.database_url {
            Some(url) => format!("the {url}"),
            None => format!("DATA_DIR {}", folder.path().display()),
        };
        anyhow::bail!("{place} holds {users} users already: seed another one, or say --force");
    }
    let seeded = fill(&store, &folder).await;
    store.close().await?;
    seeded
}

/// Fills the store with the demo world if nobody is in it; else says where the sign-ins of an
/// earlier one stand.
pub(super) async fn seed_if_empty(store: &Arc<dyn Store>, folder: &DataDir) -> anyhow::Result<()> {
    if store.count_users().await? == 0 {
        return fill(store, folder).await;
    }
    let path = sign_ins_path(folder);
    if path.exists() {
        output::say(&format!("The demo world's sign-ins stand in {}", path.display()));
    }
    Ok(())
}

async fn fill(store: &Arc<dyn Store>, folder: &DataDir) -> anyhow::Result<()> {
    let sign_ins = seed::fill(Arc::clone(store), &SystemClock, Arc::new(SystemRandom)).await?;
    let lines: Vec<_> = sign_ins
        .iter()
        .map(|sign_in| format!("  {:<8} password {}", sign_in.username, sign_in.password))
        .collect();
    let lines = lines.join("\n");
    // For whoever starts the server tomorrow and has no longer what it printed today.
    keep_sign_ins(&sign_ins_path(folder), &lines)?;
    output::say(&format!("A small demo world was made. Sign in as any of:\n{lines}"));
    Ok(())
}

fn sign_ins_path(folder: &DataDir) -> PathBuf {
    folder.path().join("demo-sign-ins.txt")
}

/// Only the owner may read it.
fn keep_sign_ins(path: &Path, lines: &str) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    let mut file = options.create(true).truncate(true).write(true).mode(0o600).open(path)?;
    writeln!(file, "{lines}")
}
