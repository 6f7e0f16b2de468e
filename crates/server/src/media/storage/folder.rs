//! Files in a folder, each under its hash and number.

use std::fs::{self, DirBuilder};
use std::io::{self, SeekFrom};
use std::ops::Range;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use futures_util::StreamExt as _;
use salala_core::records::Blob;
use tokio::fs::File;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio_util::io::ReaderStream;

use super::{ByteStream, StorageError, key_of};
use crate::tasks::Tasks;

/// What is read at a time.
const READ_BYTES: usize = 64 * 1024;

pub(in crate::media) struct Folder {
    path: PathBuf,
    tasks: Tasks,
}

impl Folder {
    pub(super) fn new(path: &Path, tasks: Tasks) -> Self {
        Self { path: path.to_owned(), tasks }
    }

    pub(super) async fn put(&self, blob: &Blob, from: &Path) -> Result<(), StorageError> {
        let (from, to) = (from.to_owned(), self.path.join(key_of(blob)));
        let shown = to.clone();
        let moved = self.tasks.run_blocking(move || move_in(&from, &to)).await;
        let moved = moved.unwrap_or_else(|| Err(io::Error::other("it was not moved")));
        moved.map_err(|error| StorageError::folder(&shown, &error))
    }

    pub(super) async fn read(
        &self,
        blob: &Blob,
        range: Range<u64>,
    ) -> Result<ByteStream, StorageError> {
        let path = self.path.join(key_of(blob));
        let opened = open_at(&path, range.start).await;
        let file = opened.map_err(|error| StorageError::folder(&path, &error))?;
        let length = range.end.saturating_sub(range.start);
        let stream = ReaderStream::with_capacity(file.take(length), READ_BYTES);
        Ok(Box::pin(
            stream.map(move |piece| piece.map_err(|error| StorageError::folder(&path, &error))),
        ))
    }

    pub(super) async fn remove(&self, blob: &Blob) -> Result<(), StorageError> {
        let path = self.path.join(key_of(blob));
        match tokio::fs::remove_file(&path).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(StorageError::folder(&path, &error))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

async fn open_at(path: &Path, start: u64) -> io::Result<File> {
    let mut file = File::open(path).await?;
    file.seek(SeekFrom::Start(start)).await?;
    Ok(file)
}

/// The file was flushed before; its new name is, too.
fn move_in(from: &Path, to: &Path) -> io::Result<()> {
    let shard = to.parent().unwrap_or(to);
    match DirBuilder::new().mode(0o700).create(shard) {
        Ok(()) => sync_folder(shard.parent().unwrap_or(shard))?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error),
    }
    fs::rename(from, to)?;
    sync_folder(shard)
}

fn sync_folder(path: &Path) -> io::Result<()> {
    fs::File::open(path)?.sync_all()
}
