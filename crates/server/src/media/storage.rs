//! Where the bytes of files are kept: a folder, or a bucket of S3.

mod bucket;
mod folder;
mod s3_client;

use std::fmt::Display;
use std::ops::Range;
use std::path::Path;
use std::pin::Pin;

use bytes::Bytes;
use futures_util::Stream;
use salala_core::records::Blob;

use self::bucket::Bucket;
use self::folder::Folder;
use crate::config::Secret;
use crate::tasks::Tasks;

/// Bytes as they are read.
pub type ByteStream = Pin<Box<dyn Stream<Item = Result<Bytes, StorageError>> + Send>>;

/// Where a bucket is, and who we are there.
#[derive(Clone, Debug)]
pub struct S3Settings {
    /// Its name.
    pub bucket: String,
    /// Its region.
    pub region: String,
    /// The server's URL; `None` for Amazon's.
    pub endpoint: Option<String>,
    /// Our name.
    pub access_key_id: String,
    /// What proves it.
    pub secret_access_key: Secret,
}

impl Default for S3Settings {
    fn default() -> Self {
        Self {
            bucket: String::new(),
            region: "us-east-1".to_owned(),
            endpoint: None,
            access_key_id: String::new(),
            secret_access_key: Secret::empty(),
        }
    }
}

/// Why bytes cannot be kept or read: one sentence for people.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{place} cannot be used for files: {reason}")]
pub struct StorageError {
    place: String,
    reason: String,
}

impl StorageError {
    /// Of a bucket.
    fn bucket(name: &str, reason: &dyn Display) -> Self {
        Self { place: format!("the bucket {name}"), reason: reason.to_string() }
    }

    /// Of a folder or a file in it.
    pub(super) fn folder(path: &Path, reason: &dyn Display) -> Self {
        Self { place: path.display().to_string(), reason: reason.to_string() }
    }
}

/// The one place or the other.
pub(super) enum Storage {
    Folder(Folder),
    Bucket(Bucket),
}

impl Storage {
    pub(super) fn open(
        folder: &Path,
        s3: Option<&S3Settings>,
        tasks: &Tasks,
    ) -> Result<Self, StorageError> {
        match s3 {
            Some(settings) => Bucket::open(settings).map(Self::Bucket),
            None => Ok(Self::Folder(Folder::new(folder, tasks.clone()))),
        }
    }

    /// Keeps a file, which is moved from where it is or copied; it is safe when this resolves.
    pub(super) async fn put(&self, blob: &Blob, from: &Path) -> Result<(), StorageError> {
        match self {
            Self::Folder(folder) => folder.put(blob, from).await,
            Self::Bucket(bucket) => bucket.put(blob, from).await,
        }
    }

    /// Part of it.
    pub(super) async fn read(
        &self,
        blob: &Blob,
        range: Range<u64>,
    ) -> Result<ByteStream, StorageError> {
        match self {
            Self::Folder(folder) => folder.read(blob, range).await,
            Self::Bucket(bucket) => bucket.read(blob, range).await,
        }
    }

    /// Removes it if it is there.
    pub(super) async fn remove(&self, blob: &Blob) -> Result<(), StorageError> {
        match self {
            Self::Folder(folder) => folder.remove(blob).await,
            Self::Bucket(bucket) => bucket.remove(blob).await,
        }
    }
}

/// Writes to a bucket, reads it back and removes it.
///
/// # Errors
/// Why it cannot be used.
pub async fn examine_bucket(settings: &S3Settings) -> Result<(), StorageError> {
    Bucket::open(settings)?.examine().await
}

/// The name under which bytes are kept: of hexadecimal digits, `-` and one `/` alone.
pub fn key_of(blob: &Blob) -> String {
    let digits = |byte: &u8| [byte >> 4, byte & 15].map(|digit| char::from_digit(digit.into(), 16));
    let hash: String = blob.hash.iter().flat_map(digits).flatten().collect();
    let shard = hash.get(..2).unwrap_or_default();
    format!("{shard}/{hash}-{}", blob.id)
}
