//! Copies of uploaded files beside the copy of a database: each file once, since none ever changes.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, chown};
use std::path::{Path, PathBuf};

/// Where the files of a backup are.
pub(super) fn folder_beside(backup: &Path) -> PathBuf {
    let mut name = OsString::from(backup.as_os_str());
    name.push(".files");
    name.into()
}

/// Copies all files from one folder to another that are not there yet; how many it were.
///
/// # Errors
/// A file cannot be read or written.
pub(super) fn copy_all(from: &Path, to: &Path) -> io::Result<usize> {
    let mut copied = 0;
    for shard in folders_of(from)? {
        let target = to.join(shard.file_name().unwrap_or_default());
        DirBuilder::new().recursive(true).mode(0o700).create(&target)?;
        for entry in fs::read_dir(&shard)? {
            let entry = entry?;
            if copy_one(&entry.path(), &target.join(entry.file_name()))? {
                copied += 1;
            }
        }
        File::open(&target)?.sync_all()?;
    }
    Ok(copied)
}

/// Gives all that is in a folder to the owner of another one.
///
/// # Errors
/// This user may not.
pub(super) fn give_all_to_owner_of(folder: &Path, owner: &Path) -> io::Result<()> {
    let theirs = fs::metadata(owner)?;
    let give = |path: &Path| {
        if fs::metadata(path)?.uid() == theirs.uid() {
            return Ok(());
        }
        chown(path, Some(theirs.uid()), Some(theirs.gid()))
    };
    if !folder.exists() {
        return Ok(());
    }
    give(folder)?;
    for shard in folders_of(folder)? {
        give(&shard)?;
        for entry in fs::read_dir(&shard)? {
            give(&entry?.path())?;
        }
    }
    Ok(())
}

/// The folders of files: two hexadecimal digits each.
fn folders_of(path: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        if entry.file_name().len() == 2 && entry.file_type()?.is_dir() {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

/// False if it is there, or is gone: what is removed while all is copied is held by nobody.
fn copy_one(from: &Path, to: &Path) -> io::Result<bool> {
    let mut source = match File::open(from) {
        Ok(source) => source,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    let length = source.metadata()?.len();
    if fs::metadata(to).is_ok_and(|there| there.len() == length) {
        return Ok(false);
    }
    let mut part = OsString::from(to.as_os_str());
    part.push(".part");
    let part = PathBuf::from(part);
    let mut options = OpenOptions::new();
    let mut target = options.create(true).truncate(true).write(true).mode(0o600).open(&part)?;
    io::copy(&mut source, &mut target)?;
    target.sync_all()?;
    fs::rename(&part, to)?;
    Ok(true)
}
