//! From uploads to what is shown of them, with the right to fetch them in their URLs.

use crate::ids::UploadId;
use crate::records;
use crate::wire::shapes;

/// Gives URLs under which uploads can be fetched for a while by whoever has them.
pub trait FileLinks: Send + Sync {
    /// The file itself.
    fn file_url(&self, id: UploadId) -> String;

    /// The smaller picture of it.
    fn thumbnail_url(&self, id: UploadId) -> String;
}

/// An upload, to the one who made it.
pub fn uploaded(record: records::Upload, links: &dyn FileLinks) -> shapes::Uploaded {
    shapes::Uploaded { file_url: links.file_url(record.file.id), file: file(record.file, links) }
}

/// A file as those who see a message with it are shown.
pub(super) fn file(record: records::File, links: &dyn FileLinks) -> shapes::File {
    shapes::File {
        thumbnail_url: record.has_thumbnail.then(|| links.thumbnail_url(record.id)),
        name: record.name,
        mime_type: record.mime_type,
        size: record.size,
        width: record.width,
        height: record.height,
        duration_ms: record.duration_ms,
        blurhash: record.blurhash,
        peaks: record
            .peaks
            .map(|peaks| peaks.into_iter().map(|peak| f64::from(peak) / 100.0).collect()),
    }
}

/// The URL of a message's file, which for an upload is one that can be fetched.
pub(super) fn shown_url(url: String, links: &dyn FileLinks) -> String {
    match records::File::id_of_stored_url(&url) {
        Some(id) => links.file_url(id),
        None => url,
    }
}
