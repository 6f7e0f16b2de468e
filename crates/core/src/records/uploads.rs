//! Files that were uploaded, and the bytes behind them.

use crate::clock::Timestamp;
use crate::ids::{BlobId, UploadId, UserId};

/// What is before the id in the URL of every upload, as stores keep it.
const URL_PREFIX: &str = "/api/v1/uploads/";

/// What is known of an uploaded file, as those who see a message with it are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Which.
    pub id: UploadId,
    /// As its user called it, without a path.
    pub name: String,
    /// What its bytes are.
    pub mime_type: String,
    /// Bytes.
    pub size: u64,
    /// Pixels, of a picture or video as it is to be shown.
    pub width: Option<u32>,
    /// The same.
    pub height: Option<u32>,
    /// Of a sound or video.
    pub duration_ms: Option<u64>,
    /// A smaller picture of it is there.
    pub has_thumbnail: bool,
    /// Some colours to show until the picture is there.
    pub blurhash: Option<String>,
    /// How loud a recording is, from its beginning to its end: each from 0 to 100.
    pub peaks: Option<Vec<u8>>,
}

/// An upload with what serving and exporting it needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// What others are shown.
    pub file: File,
    /// Whose.
    pub owner_id: UserId,
    /// Its bytes.
    pub content: Blob,
    /// Those of the smaller picture.
    pub thumbnail: Option<Blob>,
    /// When.
    pub created_at: Timestamp,
}

/// Bytes that are stored once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blob {
    /// Which.
    pub id: BlobId,
    /// The SHA-256 of them.
    pub hash: [u8; 32],
    /// How many.
    pub size: u64,
}

impl File {
    /// Where an upload is found, without the right to read it.
    pub fn stored_url(id: UploadId) -> String {
        format!("{URL_PREFIX}{id}")
    }

    /// The upload behind a URL of [`Self::stored_url`].
    pub fn id_of_stored_url(url: &str) -> Option<UploadId> {
        UploadId::parse(url.strip_prefix(URL_PREFIX)?)
    }
}
