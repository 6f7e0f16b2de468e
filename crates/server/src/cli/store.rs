//! What commands do with the store: open it, fill it, close it.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use salala_core::{SystemClock, SystemRandom};
use salala_store::sqlite::{SqliteOptions, SqliteStore};
use salala_store::{Store, StoreError};

use super::output;
use crate::config::Config;
use crate::data_dir::DataDir;
use crate::seed;

/// Opens the store of a data folder.
pub(super) fn open(folder: &DataDir) -> anyhow::Result<Arc<dyn Store>> {
    match SqliteStore::open(SqliteOptions::at(folder.database())) {
        Ok(store) => Ok(Arc::new(store)),
        Err(error @ StoreError::Unavailable(_)) => anyhow::bail!(
            "{error}: see to it that the disk of DATA_DIR works and has room (salala doctor says more)"
        ),
        Err(error) => Err(error.into()),
    }
}

/// `salala seed`
pub(super) async fn seed(config: Config, force: bool) -> anyhow::Result<()> {
    let folder = DataDir::open(&config.data_dir)?;
    let _lock = folder.lock()?;
    let store = open(&folder)?;
    let users = store.count_users().await?;
    if users > 0 && !force {
        store.close().await?;
        anyhow::bail!(
            "DATA_DIR {} holds {users} users already: seed another folder, or say --force",
            folder.path().display()
        );
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
