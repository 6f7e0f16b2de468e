//! `salala backup` and `salala restore`, on either engine.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::{Path, PathBuf};

use salala_store::postgres::backup::{Backup, KEPT_SCHEMA};
use salala_store::postgres::{DatabaseUrl, PostgresStore, ServerLock, Sharing, examine};
use salala_store::sqlite::backup;

use super::output;
use crate::config::Config;
use crate::data_dir::DataDir;

/// `salala backup FILE`: while a server runs, or not.
pub(super) async fn back_up(config: Config, file: PathBuf, force: bool) -> anyhow::Result<()> {
    if file.exists() && !force {
        anyhow::bail!("{} is there already: name another file, or say --force", file.display());
    }
    match &config.database_url {
        Some(url) => {
            let found = examine(url).await?;
            Backup { url, found: &found }.back_up(&file)?;
        }
        None => backup::back_up(&DataDir::open(&config.data_dir)?.database(), &file)?,
    }
    output::say(&format!("{} holds a checked copy of the database", file.display()));
    Ok(())
}

/// `salala restore FILE`: while no server runs.
pub(super) async fn restore(config: Config, file: PathBuf, force: bool) -> anyhow::Result<()> {
    let folder = DataDir::open(&config.data_dir)?;
    let _lock = folder.lock()?;
    match &config.database_url {
        Some(url) => restore_postgres(url, &file, force).await,
        None => restore_sqlite(&folder, &file, force),
    }
}

async fn restore_postgres(url: &DatabaseUrl, file: &Path, force: bool) -> anyhow::Result<()> {
    let _lock = ServerLock::take(url, Sharing::Alone).await?;
    let found = examine(url).await?;
    if found.has_tables && !force {
        anyhow::bail!(
            "the {url} is not empty: restore into another database, or say --force, which keeps what \
             is there as the schema {KEPT_SCHEMA}"
        );
    }
    Backup { url, found: &found }.restore(file)?;
    PostgresStore::migrate(url)?;
    output::say(&format!("the {url} holds what {} held", file.display()));
    Ok(())
}

fn restore_sqlite(folder: &DataDir, file: &Path, force: bool) -> anyhow::Result<()> {
    let database = folder.database();
    if database.exists() && !force {
        anyhow::bail!(
            "DATA_DIR {} holds a database already: restore into another folder, or say --force, \
             which keeps it as salala.db.before-restore",
            folder.path().display()
        );
    }
    // Made whole and checked beside it first: a copy that is no good changes nothing.
    let restored = folder.path().join("salala.db.restored");
    backup::restore(file, &restored)?;
    give_to_owner(&restored, folder.path())?;
    let [wal, shm] = backup::companions(&database);
    let kept = folder.path().join("salala.db.before-restore");
    let [kept_wal, kept_shm] = backup::companions(&kept);
    // The log of the old database must not be found beside the new one, also where an earlier restore
    // was cut off after the first of these.
    for (from, to) in [(&database, &kept), (&wal, &kept_wal), (&shm, &kept_shm)] {
        match fs::rename(from, to) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            Ok(()) | Err(_) => {}
        }
    }
    fs::rename(&restored, &database)?;
    fs::File::open(folder.path())?.sync_all()?;
    output::say(&format!("{} holds what {} held", database.display(), file.display()));
    Ok(())
}

/// Root puts things back for the user that the server runs as, who is the folder's owner.
fn give_to_owner(file: &Path, folder: &Path) -> std::io::Result<()> {
    let (own, theirs) = (fs::metadata(file)?, fs::metadata(folder)?);
    if own.uid() == theirs.uid() {
        return Ok(());
    }
    chown(file, Some(theirs.uid()), Some(theirs.gid()))
}
