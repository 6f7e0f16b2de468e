//! A file that comes: written to a file of its own while it comes, and gone unless it comes whole.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use salala_core::UserId;
use sha2::{Digest as _, Sha256};
use tokio::fs::{File, OpenOptions};
use tokio::io::AsyncWriteExt as _;

use super::slots::Slot;

/// Bytes of a request around the file: names, other fields and borders.
pub const AROUND_MAX_BYTES: u64 = 64 * 1024;

/// From as many bytes it is told what a file is.
const HEAD_BYTES: usize = 8 * 1024;

/// A file on the disk that is removed when this is dropped.
#[derive(Debug)]
pub(super) struct Temporary {
    path: PathBuf,
}

/// A file that comes.
pub struct Incoming {
    file: File,
    to: Temporary,
    hash: Sha256,
    head: Vec<u8>,
    size: u64,
    max_bytes: u64,
    user_id: UserId,
    /// Given back with it.
    slot: Slot,
}

/// It has more bytes than it may.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// It has more bytes than one may.
    #[error("the file is too large")]
    TooLarge,
    /// It cannot be written.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A file that has come, and is on the disk.
pub(super) struct Whole {
    to: Temporary,
    hash: [u8; 32],
    head: Vec<u8>,
    size: u64,
    _slot: Slot,
}

/// Bytes on the disk that are to be stored.
#[derive(Debug)]
pub(super) struct Written {
    from: Temporary,
    pub(super) hash: [u8; 32],
    pub(super) size: u64,
}

impl Temporary {
    pub(super) fn at(path: PathBuf) -> Self {
        Self { path }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        match fs::remove_file(&self.path) {
            // It was moved to where it is kept.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Ok(()) => {}
            Err(error) => tracing::warn!(%error, "a file that is not needed cannot be removed"),
        }
    }
}

impl Incoming {
    pub(super) async fn create(
        path: PathBuf,
        slot: Slot,
        user_id: UserId,
        max_bytes: u64,
    ) -> io::Result<Self> {
        let to = Temporary::at(path);
        let mut options = OpenOptions::new();
        let file = options.write(true).create_new(true).mode(0o600).open(to.path()).await?;
        let (hash, head) = (Sha256::new(), Vec::new());
        Ok(Self { file, to, hash, head, size: 0, max_bytes, user_id, slot })
    }

    /// Whose it is.
    pub fn user_id(&self) -> UserId {
        self.user_id
    }

    /// Bytes that one may have.
    pub fn max_bytes(&self) -> u64 {
        self.max_bytes
    }

    /// The next bytes of it.
    ///
    /// # Errors
    /// Too many have come, or the disk is full.
    pub async fn write(&mut self, bytes: &[u8]) -> Result<(), WriteError> {
        self.size += bytes.len() as u64;
        if self.size > self.max_bytes {
            return Err(WriteError::TooLarge);
        }
        let missing = HEAD_BYTES.saturating_sub(self.head.len());
        self.head.extend(bytes.iter().take(missing));
        self.hash.update(bytes);
        self.file.write_all(bytes).await?;
        Ok(())
    }

    /// All of it has come: it is flushed to the disk before it counts.
    pub(super) async fn finish(mut self) -> io::Result<Whole> {
        self.file.flush().await?;
        self.file.sync_all().await?;
        let Self { to, hash, head, size, slot, .. } = self;
        Ok(Whole { to, hash: hash.finalize().into(), head, size, _slot: slot })
    }
}

impl Whole {
    /// Its first bytes.
    pub(super) fn head(&self) -> &[u8] {
        &self.head
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        self.to.path()
    }

    /// As it is.
    pub(super) fn seal(self) -> Written {
        Written { from: self.to, hash: self.hash, size: self.size }
    }
}

impl Written {
    /// Bytes that were made here, flushed to the disk.
    pub(super) fn new(path: PathBuf, bytes: &[u8]) -> io::Result<Self> {
        use std::io::Write as _;
        use std::os::unix::fs::OpenOptionsExt as _;

        let from = Temporary::at(path);
        let mut options = fs::OpenOptions::new();
        let mut file = options.write(true).create_new(true).mode(0o600).open(from.path())?;
        file.write_all(bytes)?;
        file.sync_all()?;
        Ok(Self { from, hash: Sha256::digest(bytes).into(), size: bytes.len() as u64 })
    }

    /// Where they are until they are stored.
    pub(super) fn path(&self) -> &Path {
        self.from.path()
    }
}

/// A folder with nothing in it.
pub(super) fn make_empty_folder(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}
