//! The port for uploaded files: what is known of them, who holds them, and what may be removed.
//!
//! The bytes are kept elsewhere, under the number and hash of a [`Blob`]. A row says that they may be there
//! before they are written, and goes after they were removed; no number is given twice. So neither a crash nor
//! two processes at once leave bytes that no row tells of, or a row of which the bytes are gone.

use salala_core::Timestamp;
use salala_core::ids::{BlobId, UploadId, UserId};
use salala_core::records::{Blob, File, Upload};

use crate::Pending;

/// A file to be told of, once its bytes are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewUpload {
    /// What others are shown.
    pub file: File,
    /// Whose.
    pub owner_id: UserId,
    /// Its bytes, where [`Uploads::place_blob`] said that they belong.
    pub content: Blob,
    /// Those of the smaller picture.
    pub thumbnail: Option<Blob>,
    /// What all of the owner's files may hold together, this one included.
    pub quota_bytes: u64,
    /// When.
    pub created_at: Timestamp,
    /// Until when a message must hold it.
    pub expires_at: Timestamp,
}

/// Where bytes belong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlobPlace {
    /// They are stored there already.
    Stored(BlobId),
    /// They are to be written there, under the number that was given.
    Free,
}

/// Uploaded files. A message's `file_url` that is [`File::stored_url`] holds its upload.
pub trait Uploads {
    /// A place for bytes: where the same are stored already, or that of `blob`, whose row then expects them
    /// until a moment. What is not part of an upload by then is removed.
    fn place_blob(&self, blob: Blob, until: Timestamp) -> Pending<BlobPlace>;

    /// What was placed there will be no part of an upload: it is removed soon.
    fn abandon_blobs(&self, ids: Vec<BlobId>, now: Timestamp) -> Pending<()>;

    /// Makes an upload of bytes that are stored by now.
    ///
    /// # Errors
    /// `Conflict` ([`crate::Conflict::QuotaReached`]) past the quota, `Busy` if one of the places was taken
    /// back meanwhile: place the bytes anew.
    fn create_upload(&self, new: NewUpload) -> Pending<Upload>;

    /// An upload for one who may read it: its owner, and whoever sees a message with it. `NotFound` for all
    /// others, whether it is there or not.
    fn upload_for(&self, user_id: UserId, id: UploadId) -> Pending<Upload>;

    /// An upload for one who was given the right to read it; or `NotFound`.
    fn upload(&self, id: UploadId) -> Pending<Upload>;

    /// How many bytes the user's uploads hold together.
    fn uploaded_bytes(&self, user_id: UserId) -> Pending<u64>;

    /// Takes back an upload of one's own.
    ///
    /// # Errors
    /// `NotFound` if it is none, `Conflict` ([`crate::Conflict::UploadSent`]) while a message has it.
    fn discard_upload(&self, user_id: UserId, id: UploadId, now: Timestamp) -> Pending<()>;

    /// Removes uploads that no message holds and whose time is over, at most `limit`; how many it were.
    fn collect_uploads(&self, limit: usize, now: Timestamp) -> Pending<usize>;

    /// Bytes that are to be removed, at most `limit`: no upload has them or will. They are given to one
    /// asker, and again after `again_at` unless [`Self::forget_blobs`] says that they are gone.
    fn collect_blobs(
        &self,
        limit: usize,
        now: Timestamp,
        again_at: Timestamp,
    ) -> Pending<Vec<Blob>>;

    /// The bytes of these were removed.
    fn forget_blobs(&self, ids: Vec<BlobId>) -> Pending<()>;
}
