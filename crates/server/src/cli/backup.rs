//! `salala backup` and `salala restore`, on either engine.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use salala_store::postgres::backup::{Backup, KEPT_SCHEMA};
use salala_store::postgres::{DatabaseUrl, PostgresStore, ServerLock, Sharing, examine};
use salala_store::sqlite::backup;

use super::{file_copies, output};
use crate::config::Config;
use crate::data_dir::DataDir;

/// `salala backup FILE`: while a server runs, or not.
pub(super) async fn back_up(config: Config, file: PathBuf, force: bool) -> anyhow::Result<()> {
    if file.exists() && !force {
        anyhow::bail!("{} is there already: name another file, or say --force", file.display());
    }
    let (files, copies) = (config.data_dir.join("files"), file_copies::folder_beside(&file));
    // Before the database, and after it what has come meanwhile: so all that it tells of is there, but for
    // what was let go of since.
    let mut copied = copy_files(&config, &files, &copies)?;
    match &config.database_url {
        Some(url) => {
            let found = examine(url).await?;
            Backup { url, found: &found }.back_up(&file)?;
        }
        None => backup::back_up(&DataDir::open(&config.data_dir)?.database(), &file)?,
    }
    copied += copy_files(&config, &files, &copies)?;
    output::say(&format!("{} holds a checked copy of the database", file.display()));
    match &config.media.s3 {
        Some(s3) => output::say(&format!(
            "Users' files are in the bucket {}, which is not copied: keep its versions, or copy it",
            s3.bucket
        )),
        None if copies.exists() => output::say(&format!(
            "{} holds users' files, {copied} of them copied now",
            copies.display()
        )),
        None => {}
    }
    Ok(())
}

/// Users' files, if they are in a folder.
fn copy_files(config: &Config, from: &Path, to: &Path) -> anyhow::Result<usize> {
    if config.media.s3.is_some() {
        return Ok(0);
    }
    file_copies::copy_all(from, to)
        .with_context(|| format!("users' files cannot be copied from {}", from.display()))
}

/// Puts users' files back, if a backup has them. What is there stays: no file's name is given twice.
fn restore_files(folder: &DataDir, file: &Path) -> anyhow::Result<()> {
    let copies = file_copies::folder_beside(file);
    if !copies.exists() {
        return Ok(());
    }
    let files = folder.path().join("files");
    let copied = file_copies::copy_all(&copies, &files)
        .and_then(|copied| {
            file_copies::give_all_to_owner_of(&files, folder.path())?;
            Ok(copied)
        })
        .with_context(|| format!("users' files cannot be copied to {}", files.display()))?;
    output::say(&format!("{copied} users' files were put back into {}", files.display()));
    Ok(())
}

/// `salala restore FILE`: while no server runs.
pub(super) async fn restore(config: Config, file: PathBuf, force: bool) -> anyhow::Result<()> {
    let folder = DataDir::open(&config.data_dir)?;
    let _lock = folder.lock()?;
    // Before the database that tells of them.
    if config.media.s3.is_none() {
        restore_files(&folder, &file)?;
    }
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
