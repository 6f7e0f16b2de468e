//! `salala backup` and `salala restore`.

use std::fs;
use std::path::Path;

use salala_store::sqlite::backup;

use super::output;
use crate::data_dir::DataDir;

/// `salala backup FILE`: while a server runs, or not.
pub(super) fn back_up(folder: &DataDir, file: &Path, force: bool) -> anyhow::Result<()> {
    if file.exists() && !force {
        anyhow::bail!("{} is there already: name another file, or say --force", file.display());
    }
    backup::back_up(&folder.database(), file)?;
    output::say(&format!("{} holds a checked copy of the database", file.display()));
    Ok(())
}

/// `salala restore FILE`: while no server runs.
pub(super) fn restore(folder: &DataDir, file: &Path, force: bool) -> anyhow::Result<()> {
    let _lock = folder.lock()?;
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
