//! What commands do with the store: open it, fill it, close it.

use std::sync::Arc;

use salala_core::{SystemClock, SystemRandom};
use salala_store::Store;
use salala_store::sqlite::{SqliteOptions, SqliteStore};

use super::output;
use crate::config::Config;
use crate::data_dir::DataDir;
use crate::seed;

/// Opens the store of a data folder.
pub(super) fn open(folder: &DataDir) -> anyhow::Result<Arc<dyn Store>> {
    Ok(Arc::new(SqliteStore::open(SqliteOptions::at(folder.database()))?))
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
    let seeded = fill(&store).await;
    store.close().await?;
    seeded
}

/// Fills the store with the demo world if nobody is in it.
pub(super) async fn seed_if_empty(store: &Arc<dyn Store>) -> anyhow::Result<()> {
    if store.count_users().await? == 0 { fill(store).await } else { Ok(()) }
}

async fn fill(store: &Arc<dyn Store>) -> anyhow::Result<()> {
    let sign_ins = seed::fill(Arc::clone(store), &SystemClock, Arc::new(SystemRandom)).await?;
    output::say("A small demo world was made. Sign in as any of:");
    for sign_in in sign_ins {
        output::say(&format!("  {:<8} password {}", sign_in.username, sign_in.password));
    }
    Ok(())
}
