//! What backups of both engines share: a file that is made whole beside its place, then moved there.

use std::fmt::Display;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// Why there is no copy, or nothing was put back: one sentence for people.
#[derive(Debug, thiserror::Error)]
#[error("{path} cannot be used: {reason}")]
pub struct BackupError {
    path: PathBuf,
    reason: String,
}

/// Lets `write` fill an empty file beside `to`, flushes it, and moves it into place, readable by its
/// owner alone. If anything fails, `to` is as it was, and `leftovers` beside the file go with it.
pub(crate) fn replace(
    to: &Path,
    leftovers: &[&str],
    write: impl FnOnce(&Path) -> Result<(), BackupError>,
) -> Result<(), BackupError> {
    let part = with_ending(to, ".part");
    let moved = create(&part).map_err(|error| unusable(to, &error)).and_then(|()| {
        write(&part)?;
        File::open(&part)
            .and_then(|file| file.sync_all())
            .and_then(|()| fs::rename(&part, to))
            .and_then(|()| File::open(folder_of(to)).and_then(|folder| folder.sync_all()))
            .map_err(|error| unusable(to, &error))
    });
    if moved.is_err() {
        let beside = leftovers.iter().map(|ending| with_ending(&part, ending));
        for file in beside.chain([part.clone()]) {
            // What is not there need not go; what cannot go does no harm.
            drop(fs::remove_file(file));
        }
    }
    moved
}

/// The path with something behind its name.
pub(crate) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// The sentence.
pub(crate) fn unusable(path: &Path, reason: &dyn Display) -> BackupError {
    BackupError { path: path.to_owned(), reason: reason.to_string() }
}

fn create(part: &Path) -> io::Result<()> {
    OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(part).map(drop)
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    }
}
