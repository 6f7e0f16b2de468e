//! Files: taken in bounded streams, looked at by their bytes, stored once, and given back in parts.
//!
//! In reading order:
//! - [`incoming`]: a file that comes, in a file of its own
//! - [`slots`]: how many come at a time
//! - [`look`]: what its bytes are ([`kinds`]), with [`pictures`] and [`sounds`]; [`names`]: what it is called
//! - [`storage`]: where bytes are kept
//! - [`links`]: URLs that open them for a while
//! - [`upkeep`]: what nobody holds any more is removed

pub mod incoming;
mod kinds;
mod links;
mod look;
mod names;
mod pictures;
mod slots;
mod sounds;
pub mod storage;
mod upkeep;

use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use rustix::fs::statvfs;
use salala_core::ids::{BlobId, UploadId};
use salala_core::records::{Blob, File, Upload};
use salala_core::wire::{Error, ErrorCode};
use salala_core::{Clock, Random, UserId};
use salala_store::ports::uploads::{BlobPlace, NewUpload};
use salala_store::{Conflict, Store, StoreError};
use tokio::sync::{Notify, Semaphore};

use self::incoming::{Incoming, Written};
use self::look::Looked;
use self::names::clean_name;
use self::slots::Slots;
use self::storage::{ByteStream, Storage};
use crate::refusal::refusal;
use crate::tasks::Tasks;

pub use kinds::is_shown;
pub use links::{Links, SentUrl, Signature};
pub use storage::{S3Settings, StorageError};

/// Until when bytes that are being stored must be part of an upload.
const STORE_WITHIN: Duration = Duration::from_hours(1);

/// How long an upload is kept that no message has.
const UNSENT_FOR: Duration = Duration::from_hours(24);

/// What is left free on the disk for all else.
const RESERVE_BYTES: u64 = 256 << 20;

/// Pictures and sounds that are looked at at a time: each may hold what `IMAGE_MAX_PIXELS` says in memory.
const JOBS_MAX: usize = 2;

/// How often storing is tried when the same bytes are just being removed.
const STORE_TRIES: usize = 3;

/// What an operator may choose.
#[derive(Clone, Debug)]
pub struct MediaSettings {
    /// Bytes of one file.
    pub max_bytes: u64,
    /// Bytes of all files of one user.
    pub quota_bytes: u64,
    /// Which types are taken; `None` for all.
    pub types: Option<Vec<String>>,
    /// Pixels of a picture.
    pub max_pixels: u64,
    /// How long a URL opens a file.
    pub url_ttl: Duration,
    /// A bucket for the files; `None` for the data folder.
    pub s3: Option<S3Settings>,
}

impl Default for MediaSettings {
    fn default() -> Self {
        Self {
            max_bytes: 1 << 30,
            quota_bytes: 10 << 30,
            types: None,
            max_pixels: 50_000_000,
            url_ttl: Duration::from_hours(24),
            s3: None,
        }
    }
}

/// What [`Media`] stands on.
pub struct Parts {
    /// Where rows are.
    pub store: Arc<dyn Store>,
    /// For what computes long.
    pub tasks: Tasks,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// For ids.
    pub random: Arc<dyn Random>,
    /// URLs that open files.
    pub links: Arc<Links>,
    /// The data folder.
    pub data_dir: PathBuf,
    /// What was chosen.
    pub settings: MediaSettings,
}

/// Takes files and gives them back.
pub struct Media {
    parts: Parts,
    storage: Storage,
    incoming_dir: PathBuf,
    slots: Slots,
    jobs: Semaphore,
    /// Something may have been let go.
    let_go: Notify,
}

impl Media {
    /// Makes its folders, and removes what was left half there when a process ended.
    ///
    /// # Errors
    /// A folder cannot be made, or the bucket's settings do not fit.
    pub fn open(parts: Parts) -> Result<Self, StorageError> {
        let folder = parts.data_dir.join("files");
        let incoming_dir = folder.join("incoming");
        incoming::make_empty_folder(&incoming_dir)
            .map_err(|error| StorageError::folder(&incoming_dir, &error))?;
        let storage = Storage::open(&folder, parts.settings.s3.as_ref(), &parts.tasks)?;
        Ok(Self {
            parts,
            storage,
            incoming_dir,
            slots: Slots::default(),
            jobs: Semaphore::new(JOBS_MAX),
            let_go: Notify::new(),
        })
    }

    /// URLs that open files.
    pub fn links(&self) -> &Arc<Links> {
        &self.parts.links
    }

    /// A place for a file that comes; `announced` is what its request says to hold.
    ///
    /// # Errors
    /// `busy` and `rate_limited` while too many come, `too_large` for what would not be kept, and
    /// `unavailable` while there is no room.
    pub async fn receive(&self, user_id: UserId, announced: u64) -> Result<Incoming, Error> {
        let slot = self.slots.take(user_id)?;
        let MediaSettings { max_bytes, quota_bytes, .. } = self.parts.settings;
        if announced > max_bytes.saturating_add(incoming::AROUND_MAX_BYTES) {
            return Err(too_large(max_bytes));
        }
        let used = self.parts.store.uploaded_bytes(user_id).await.map_err(refusal)?;
        let left = quota_bytes.saturating_sub(used);
        if left == 0 || announced > left.saturating_add(incoming::AROUND_MAX_BYTES) {
            return Err(quota_reached());
        }
        let free = statvfs(&self.incoming_dir)
            .map_or(u64::MAX, |system| system.f_bavail.saturating_mul(system.f_frsize));
        if free.saturating_sub(announced) < RESERVE_BYTES {
            tracing::warn!(free, "a file was refused: the disk of DATA_DIR is nearly full");
            return Err(no_room());
        }
        let path = self.new_path();
        Incoming::create(path, slot, user_id, max_bytes)
            .await
            .map_err(|error| written_badly(&error))
    }

    /// Stores a file that has come, and tells of it.
    ///
    /// # Errors
    /// It is not of a type that is taken, or not what it says to be; and as the store says.
    pub async fn keep(
        &self,
        incoming: Incoming,
        name: Option<&str>,
        peaks: Option<Vec<u8>>,
    ) -> Result<Upload, Error> {
        let owner_id = incoming.user_id();
        let whole = incoming.finish().await.map_err(|error| written_badly(&error))?;
        let Looked { detected, content, thumbnail, about } = self.look_at(whole).await?;
        if peaks.is_some() && !detected.mime_type.starts_with("audio/") {
            return Err(Error::invalid_field("peaks", "are of sounds alone"));
        }
        let file = File {
            id: UploadId::generate(self.parts.clock.now(), &*self.parts.random),
            name: clean_name(name),
            mime_type: detected.mime_type.into_owned(),
            size: content.size,
            width: about.width,
            height: about.height,
            duration_ms: about.duration_ms,
            has_thumbnail: thumbnail.is_some(),
            blurhash: about.blurhash,
            peaks,
        };
        let mut placed = Vec::new();
        let kept = self.store(file, owner_id, (&content, thumbnail.as_ref()), &mut placed).await;
        if kept.is_err() && !placed.is_empty() {
            let given_up = self.parts.store.abandon_blobs(placed, self.parts.clock.now()).await;
            if let Err(error) = given_up {
                tracing::warn!(%error, "what was stored of a refused file is removed within an hour");
            }
            self.look_for_let_go();
        }
        kept
    }

    /// Stores the bytes of a file, and tells of it; `placed` are those that were written.
    async fn store(
        &self,
        file: File,
        owner_id: UserId,
        (content, thumbnail): (&Written, Option<&Written>),
        placed: &mut Vec<BlobId>,
    ) -> Result<Upload, Error> {
        for _ in 0..STORE_TRIES {
            let now = self.parts.clock.now();
            let content = self.store_bytes(content, placed).await?;
            let thumbnail = match thumbnail {
                Some(thumbnail) => Some(self.store_bytes(thumbnail, placed).await?),
                None => None,
            };
            let new = NewUpload {
                file: file.clone(),
                owner_id,
                content,
                thumbnail,
                quota_bytes: self.parts.settings.quota_bytes,
                created_at: now,
                expires_at: now.plus(UNSENT_FOR),
            };
            match self.parts.store.create_upload(new).await {
                Err(StoreError::Busy) => {}
                Err(StoreError::Conflict(Conflict::QuotaReached)) => return Err(quota_reached()),
                outcome => return outcome.map_err(refusal),
            }
        }
        Err(ErrorCode::Busy.into())
    }

    /// An upload for one who has a URL that opens it, or who may read it.
    ///
    /// # Errors
    /// `not_found`, whether it is there or not.
    pub async fn find(&self, reader: Reader, id: UploadId) -> Result<Upload, Error> {
        let store = &self.parts.store;
        let found = match reader {
            Reader::User(user_id) => store.upload_for(user_id, id),
            Reader::Link => store.upload(id),
        };
        found.await.map_err(refusal)
    }

    /// Bytes of what is stored.
    ///
    /// # Errors
    /// `unavailable` where it cannot be read.
    pub async fn read(&self, blob: &Blob, range: Range<u64>) -> Result<ByteStream, Error> {
        self.storage.read(blob, range).await.map_err(|error| {
            tracing::error!(blob = %blob.id, %error, "a file cannot be read");
            ErrorCode::Unavailable.into()
        })
    }

    /// The first bytes of what is stored.
    ///
    /// # Errors
    /// `unavailable` where it cannot be read.
    pub async fn read_head(&self, blob: &Blob) -> Result<Bytes, Error> {
        let mut stream = self.read(blob, 0..blob.size.min(8)).await?;
        let head = stream.next().await.transpose();
        Ok(head.map_err(|_| ErrorCode::Unavailable)?.unwrap_or_default())
    }

    /// Takes back an upload that was not sent.
    ///
    /// # Errors
    /// `not_found` if it is not the user's, `conflict` while a message has it.
    pub async fn discard(&self, user_id: UserId, id: UploadId) -> Result<(), Error> {
        let now = self.parts.clock.now();
        self.parts.store.discard_upload(user_id, id, now).await.map_err(refusal)?;
        self.look_for_let_go();
        Ok(())
    }

    /// Something may have been let go: it is looked for soon.
    fn look_for_let_go(&self) {
        self.let_go.notify_one();
    }

    /// Stores bytes if they are not stored yet.
    async fn store_bytes(
        &self,
        written: &Written,
        placed: &mut Vec<BlobId>,
    ) -> Result<Blob, Error> {
        let now = self.parts.clock.now();
        let id = BlobId::generate(now, &*self.parts.random);
        let blob = Blob { id, hash: written.hash, size: written.size };
        let place = self.parts.store.place_blob(blob, now.plus(STORE_WITHIN)).await;
        match place.map_err(refusal)? {
            BlobPlace::Stored(id) => Ok(Blob { id, ..blob }),
            BlobPlace::Free => {
                placed.push(id);
                self.storage.put(&blob, written.path()).await.map_err(|error| {
                    tracing::error!(%error, "a file could not be stored");
                    Error::from(ErrorCode::Unavailable)
                })?;
                Ok(blob)
            }
        }
    }

    fn new_path(&self) -> PathBuf {
        let id = BlobId::generate(self.parts.clock.now(), &*self.parts.random);
        self.incoming_dir.join(id.to_string())
    }
}

/// By what right somebody reads a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// As a user who may.
    User(UserId),
    /// By a URL that opens it.
    Link,
}

/// A file is larger than one may be.
pub fn too_large(max_bytes: u64) -> Error {
    Error::new(ErrorCode::TooLarge, format!("a file has at most {max_bytes} bytes"))
}

/// A file that comes could not be written.
pub fn written_badly(error: &io::Error) -> Error {
    tracing::error!(%error, "a file that came could not be written");
    let is_full =
        [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded].contains(&error.kind());
    if is_full { no_room() } else { ErrorCode::Unavailable.into() }
}

fn quota_reached() -> Error {
    Error::new(
        ErrorCode::TooLarge,
        "your files would hold more together than they may: delete some first",
    )
}

fn no_room() -> Error {
    Error::new(ErrorCode::Unavailable, "there is no room for files now; nothing was stored")
}
