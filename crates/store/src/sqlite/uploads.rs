//! Uploaded files and the bytes behind them, and the port for them.

use rusqlite::{Connection, OptionalExtension, Row, params};
use salala_core::Timestamp;
use salala_core::ids::{BlobId, MessageId, UploadId, UserId};
use salala_core::records::{Blob, File, Upload};

use super::SqliteStore;
use super::cells::{Cells, number, rows};
use super::error::Result;
use super::write_tx::WriteTx;
use crate::columns::{file_columns, select_upload};
use crate::error::{no_file, no_upload};
use crate::ports::uploads::{BlobPlace, NewUpload, Uploads};
use crate::{Conflict, Pending, StoreError};

impl Uploads for SqliteStore {
    fn place_blob(&self, blob: Blob, until: Timestamp) -> Pending<BlobPlace> {
        self.write(move |tx| place(tx.db, blob, until))
    }

    fn abandon_blobs(&self, ids: Vec<BlobId>, now: Timestamp) -> Pending<()> {
        self.write(move |tx| {
            for id in ids {
                tx.db
                    .prepare_cached(
                        "UPDATE blobs
                         SET expires_at = ?2
                         WHERE id = ?1 AND is_stored = 0 AND is_removed = 0",
                    )?
                    .execute(params![id.as_bytes(), now.unix_ms()])?;
            }
            Ok(())
        })
    }

    fn create_upload(&self, new: NewUpload) -> Pending<Upload> {
        let size_bytes = new.file.name.len() + new.file.peaks.as_ref().map_or(0, Vec::len);
        self.write_sized(size_bytes, move |tx| create(tx, &new))
    }

    fn upload_for(&self, user_id: UserId, id: UploadId) -> Pending<Upload> {
        self.read(move |db| {
            let upload = load(db, id)?;
            if upload.owner_id == user_id || is_seen(db, user_id, id)? {
                Ok(upload)
            } else {
                Err(no_upload())
            }
        })
    }

    fn upload(&self, id: UploadId) -> Pending<Upload> {
        self.read(move |db| load(db, id))
    }

    fn uploaded_bytes(&self, user_id: UserId) -> Pending<u64> {
        self.read(move |db| {
            let bytes = db
                .prepare_cached(
                    "SELECT bytes
                     FROM upload_totals
                     WHERE user_id = ?1",
                )?
                .query_row([user_id.as_bytes()], |row| Cells::new(row).number())
                .optional()?;
            Ok(bytes.unwrap_or(0))
        })
    }

    fn discard_upload(&self, user_id: UserId, id: UploadId, now: Timestamp) -> Pending<()> {
        self.write(move |tx| discard(tx.db, user_id, id, now))
    }

    fn collect_uploads(&self, limit: usize, now: Timestamp) -> Pending<usize> {
        self.write(move |tx| collect_uploads(tx.db, limit, now))
    }

    fn collect_blobs(
        &self,
        limit: usize,
        now: Timestamp,
        again_at: Timestamp,
    ) -> Pending<Vec<Blob>> {
        self.write(move |tx| collect_blobs(tx.db, limit, now, again_at))
    }

    fn forget_blobs(&self, ids: Vec<BlobId>) -> Pending<()> {
        self.write(move |tx| {
            for id in ids {
                tx.db
                    .prepare_cached(
                        "DELETE FROM blobs
                         WHERE id = ?1 AND is_removed = 1",
                    )?
                    .execute([id.as_bytes()])?;
            }
            Ok(())
        })
    }
}

/// Lets a message that is being stored have its file, if that is an upload.
pub(super) fn hold_file(
    db: &Connection,
    sender_id: UserId,
    file_url: Option<&str>,
) -> Result<Option<File>> {
    let Some(id) = file_url.and_then(File::id_of_stored_url) else { return Ok(None) };
    let found = db
        .prepare_cached(concat!(
            "SELECT ",
            file_columns!(),
            ", f.owner_id
             FROM uploads f
             WHERE f.id = ?1"
        ))?
        .query_row([id.as_bytes()], |row| {
            let mut cells = Cells::new(row);
            Ok((cells.optional_file()?, cells.id::<UserId>()?))
        })
        .optional()?;
    let Some((file, owner_id)) = found else { return Err(no_file()) };
    if owner_id != sender_id && !is_seen(db, sender_id, id)? {
        return Err(no_file());
    }
    db.prepare_cached(
        "UPDATE uploads
         SET holders = holders + 1, expires_at = NULL
         WHERE id = ?1",
    )?
    .execute([id.as_bytes()])?;
    Ok(file)
}

/// Takes its file from a message that is being emptied; the last one's may be removed from now on.
pub(super) fn let_go(db: &Connection, message_id: MessageId, now: Timestamp) -> Result<()> {
    db.prepare_cached(
        "UPDATE uploads
         SET holders = holders - 1, expires_at = CASE WHEN holders = 1 THEN ?2 END
         WHERE id = (
             SELECT file_id
             FROM messages
             WHERE id = ?1
         )",
    )?
    .execute(params![message_id.as_bytes(), now.unix_ms()])?;
    Ok(())
}

/// Uploads of a user after one, by their numbers.
pub(super) fn load_own(
    db: &Connection,
    user_id: UserId,
    after: [u8; 16],
    limit: usize,
) -> Result<Vec<Upload>> {
    let mut statement = db.prepare_cached(select_upload!(
        "WHERE f.owner_id = ?1 AND f.id > ?2
         ORDER BY f.id
         LIMIT ?3"
    ))?;
    let found =
        statement.query_map(params![user_id.as_bytes(), after, rows(limit)], upload_from)?;
    found.map(|upload| upload?.ok_or_else(no_upload)).collect()
}

fn load(db: &Connection, id: UploadId) -> Result<Upload> {
    db.prepare_cached(select_upload!("WHERE f.id = ?1"))?
        .query_row([id.as_bytes()], upload_from)
        .optional()?
        .flatten()
        .ok_or_else(no_upload)
}

/// Does a message with this file stand where the user sees it?
fn is_seen(db: &Connection, user_id: UserId, id: UploadId) -> Result<bool> {
    // From the user's conversations, of which there are fewer than there may be messages with the file.
    let is_seen = db
        .prepare_cached(
            "SELECT EXISTS (
                 SELECT 1
                 FROM participants p
                 CROSS JOIN messages m ON m.file_id = ?2 AND m.conversation_id = p.conversation_id
                 WHERE p.user_id = ?1 AND (
                     m.seq > p.joined_seq OR EXISTS (
                         SELECT 1
                         FROM past_memberships h
                         WHERE h.conversation_id = p.conversation_id AND h.user_id = p.user_id
                             AND h.joined_seq < m.seq AND h.left_seq >= m.seq
                     )
                 )
             )",
        )?
        .query_row(params![user_id.as_bytes(), id.as_bytes()], |row| row.get(0))?;
    Ok(is_seen)
}

fn upload_from(row: &Row<'_>) -> rusqlite::Result<Option<Upload>> {
    let mut cells = Cells::new(row);
    let Some(file) = cells.optional_file()? else { return Ok(None) };
    Ok(Some(Upload {
        file,
        owner_id: cells.id()?,
        created_at: cells.moment()?,
        content: blob_from(&mut cells)?,
        thumbnail: match row.get::<_, Option<[u8; 16]>>(15)? {
            Some(_) => Some(blob_from(&mut cells)?),
            None => None,
        },
    }))
}

fn blob_row(row: &Row<'_>) -> rusqlite::Result<Blob> {
    blob_from(&mut Cells::new(row))
}

fn blob_from(cells: &mut Cells<'_, '_>) -> rusqlite::Result<Blob> {
    Ok(Blob { id: cells.id()?, hash: cells.take()?, size: cells.number()? })
}

fn place(db: &Connection, blob: Blob, until: Timestamp) -> Result<BlobPlace> {
    if let Some(id) = load_stored(db, &blob.hash)? {
        return Ok(BlobPlace::Stored(id));
    }
    db.prepare_cached(
        "INSERT INTO blobs (id, hash, size, expires_at)
         VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![blob.id.as_bytes(), blob.hash, number(blob.size), until.unix_ms()])?;
    Ok(BlobPlace::Free)
}

fn load_stored(db: &Connection, hash: &[u8; 32]) -> Result<Option<BlobId>> {
    let found = db
        .prepare_cached(
            "SELECT id
             FROM blobs
             WHERE hash = ?1 AND is_stored = 1",
        )?
        .query_row([hash], |row| Cells::new(row).id())
        .optional()?;
    Ok(found)
}

fn create(tx: &WriteTx<'_>, new: &NewUpload) -> Result<Upload> {
    let NewUpload { file, owner_id, .. } = new;
    add_to_total(tx.db, *owner_id, file.size, new.quota_bytes)?;
    let content_id = hold_blob(tx.db, &new.content)?;
    let thumbnail_id = new.thumbnail.map(|blob| hold_blob(tx.db, &blob)).transpose()?;
    tx.db
        .prepare_cached(
            "INSERT INTO uploads
                 (id, owner_id, content_id, thumbnail_id, name, mime_type, size, width, height,
                  duration_ms, blurhash, peaks, created_at, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        )?
        .execute(params![
            file.id.as_bytes(),
            owner_id.as_bytes(),
            content_id.as_bytes(),
            thumbnail_id.as_ref().map(BlobId::as_bytes),
            file.name,
            file.mime_type,
            number(file.size),
            file.width,
            file.height,
            file.duration_ms.map(number),
            file.blurhash,
            file.peaks,
            new.created_at.unix_ms(),
            new.expires_at.unix_ms()
        ])?;
    load(tx.db, file.id)
}

fn add_to_total(db: &Connection, user_id: UserId, size: u64, quota: u64) -> Result<()> {
    let total = db
        .prepare_cached(
            "INSERT INTO upload_totals (user_id, bytes)
             VALUES (?1, ?2)
             ON CONFLICT (user_id) DO UPDATE SET bytes = bytes + excluded.bytes
             RETURNING bytes",
        )?
        .query_row(params![user_id.as_bytes(), number(size)], |row| Cells::new(row).number())?;
    if total > quota { Err(Conflict::QuotaReached.into()) } else { Ok(()) }
}

/// One more upload has these bytes, or the same that were stored elsewhere meanwhile.
fn hold_blob(db: &Connection, blob: &Blob) -> Result<BlobId> {
    let id = load_stored(db, &blob.hash)?.unwrap_or(blob.id);
    let held = db
        .prepare_cached(
            "UPDATE blobs
             SET is_stored = 1, holders = holders + 1, expires_at = NULL
             WHERE id = ?1 AND is_removed = 0",
        )?
        .execute([id.as_bytes()])?;
    if held == 0 { Err(StoreError::Busy) } else { Ok(id) }
}

fn discard(db: &Connection, user_id: UserId, id: UploadId, now: Timestamp) -> Result<()> {
    let holders: Option<i64> = db
        .prepare_cached(
            "SELECT holders
             FROM uploads
             WHERE id = ?1 AND owner_id = ?2",
        )?
        .query_row(params![id.as_bytes(), user_id.as_bytes()], |row| row.get(0))
        .optional()?;
    match holders {
        None => Err(no_upload()),
        Some(0) => remove(db, id, now),
        Some(_) => Err(Conflict::UploadSent.into()),
    }
}

fn collect_uploads(db: &Connection, limit: usize, now: Timestamp) -> Result<usize> {
    let mut statement = db.prepare_cached(
        "SELECT id
         FROM uploads
         WHERE expires_at <= ?1 AND holders = 0
         ORDER BY expires_at
         LIMIT ?2",
    )?;
    let ids = statement
        .query_map(params![now.unix_ms(), rows(limit)], |row| Cells::new(row).id())?
        .collect::<rusqlite::Result<Vec<UploadId>>>()?;
    for id in &ids {
        remove(db, *id, now)?;
    }
    Ok(ids.len())
}

/// Removes an upload that no message has.
fn remove(db: &Connection, id: UploadId, now: Timestamp) -> Result<()> {
    let (owner_id, size, blobs) = db
        .prepare_cached(
            "DELETE FROM uploads
             WHERE id = ?1
             RETURNING owner_id, size, content_id, thumbnail_id",
        )?
        .query_row([id.as_bytes()], |row| {
            let mut cells = Cells::new(row);
            let (owner_id, size): (UserId, i64) = (cells.id()?, cells.take()?);
            let blobs: [Option<[u8; 16]>; 2] = [cells.take()?, cells.take()?];
            Ok((owner_id, size, blobs))
        })?;
    db.prepare_cached(
        "UPDATE upload_totals
         SET bytes = bytes - ?2
         WHERE user_id = ?1",
    )?
    .execute(params![owner_id.as_bytes(), size])?;
    for blob_id in blobs.into_iter().flatten() {
        db.prepare_cached(
            "UPDATE blobs
             SET holders = holders - 1, expires_at = CASE WHEN holders = 1 THEN ?2 END
             WHERE id = ?1",
        )?
        .execute(params![blob_id, now.unix_ms()])?;
    }
    Ok(())
}

fn collect_blobs(
    db: &Connection,
    limit: usize,
    now: Timestamp,
    again_at: Timestamp,
) -> Result<Vec<Blob>> {
    let mut statement = db.prepare_cached(
        "UPDATE blobs
         SET is_stored = 0, is_removed = 1, expires_at = ?3
         WHERE id IN (
             SELECT id
             FROM blobs
             WHERE expires_at <= ?1
             ORDER BY expires_at
             LIMIT ?2
         )
         RETURNING id, hash, size",
    )?;
    let bound = params![now.unix_ms(), rows(limit), again_at.unix_ms()];
    let found = statement.query_map(bound, blob_row)?.collect::<rusqlite::Result<_>>()?;
    Ok(found)
}
