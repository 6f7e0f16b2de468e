//! Uploaded files and the bytes behind them, and the port for them.

use std::collections::BTreeMap;

use salala_core::Timestamp;
use salala_core::ids::{BlobId, MessageId, UploadId, UserId};
use salala_core::records::{Blob, Upload};
use tokio_postgres::Row;
use uuid::Uuid;

use super::PostgresStore;
use super::cells::{Cells, DbId, all_to_db, number, rows};
use super::db::Db;
use super::error::Result;
use super::locks::Key;
use super::write_tx::WriteTx;
use crate::columns::select_upload;
use crate::error::no_upload;
use crate::ports::uploads::{BlobPlace, NewUpload, Uploads};
use crate::{Conflict, Pending, StoreError};

impl Uploads for PostgresStore {
    fn place_blob(&self, blob: Blob, until: Timestamp) -> Pending<BlobPlace> {
        self.write([Key::Name(blob.hash.to_vec())], async move |tx: &mut WriteTx<'_>| {
            place(tx.db, &blob, until).await
        })
    }

    fn abandon_blobs(&self, ids: Vec<BlobId>, now: Timestamp) -> Pending<()> {
        self.write([], async move |tx: &mut WriteTx<'_>| {
            tx.db
                .execute(
                    "UPDATE blobs
                     SET expires_at = $2
                     WHERE id = ANY ($1) AND NOT is_stored AND NOT is_removed",
                    &[&all_to_db(&ids), &now.unix_ms()],
                )
                .await?;
            Ok(())
        })
    }

    fn create_upload(&self, new: NewUpload) -> Pending<Upload> {
        let blobs = [Some(new.content), new.thumbnail].into_iter().flatten();
        let mut keys: Vec<Key> = blobs.map(|blob| Key::Name(blob.hash.to_vec())).collect();
        keys.push(Key::User(new.owner_id));
        self.write(keys, async move |tx: &mut WriteTx<'_>| create(tx.db, &new).await)
    }

    fn upload_for(&self, user_id: UserId, id: UploadId) -> Pending<Upload> {
        self.read(async move |db: &Db| {
            let upload = load(db, id).await?;
            if upload.owner_id == user_id || is_seen(db, user_id, id).await? {
                Ok(upload)
            } else {
                Err(no_upload())
            }
        })
    }

    fn upload(&self, id: UploadId) -> Pending<Upload> {
        self.read(async move |db: &Db| load(db, id).await)
    }

    fn uploaded_bytes(&self, user_id: UserId) -> Pending<u64> {
        self.read(async move |db: &Db| {
            let found = db
                .query_opt(
                    "SELECT bytes
                     FROM upload_totals
                     WHERE user_id = $1",
                    &[&user_id.to_db()],
                )
                .await?;
            Ok(found.map(|row| Cells::new(&row).number()).transpose()?.unwrap_or(0))
        })
    }

    fn discard_upload(&self, user_id: UserId, id: UploadId, now: Timestamp) -> Pending<()> {
        self.write([Key::User(user_id)], async move |tx: &mut WriteTx<'_>| {
            discard(tx.db, user_id, id, now).await
        })
    }

    fn collect_uploads(&self, limit: usize, now: Timestamp) -> Pending<usize> {
        self.write([], async move |tx: &mut WriteTx<'_>| {
            // One that is just being sent is passed over.
            let found = tx
                .db
                .query(
                    "SELECT id
                     FROM uploads
                     WHERE expires_at <= $1 AND holders = 0
                     ORDER BY expires_at
                     LIMIT $2
                     FOR UPDATE SKIP LOCKED",
                    &[&now.unix_ms(), &rows(limit)],
                )
                .await?;
            let ids: Vec<Uuid> =
                found.iter().map(|row| Cells::new(row).take()).collect::<Result<_>>()?;
            remove(tx.db, &ids, now).await?;
            Ok(ids.len())
        })
    }

    fn collect_blobs(
        &self,
        limit: usize,
        now: Timestamp,
        again_at: Timestamp,
    ) -> Pending<Vec<Blob>> {
        self.write([], async move |tx: &mut WriteTx<'_>| {
            let found = tx
                .db
                .query(
                    "UPDATE blobs
                     SET is_stored = FALSE, is_removed = TRUE, expires_at = $3
                     WHERE id = ANY (ARRAY(
                         SELECT id
                         FROM blobs
                         WHERE expires_at <= $1
                         ORDER BY expires_at
                         LIMIT $2
                         FOR UPDATE SKIP LOCKED
                     ))
                     RETURNING id, hash, size",
                    &[&now.unix_ms(), &rows(limit), &again_at.unix_ms()],
                )
                .await?;
            found.iter().map(|row| blob_from(&mut Cells::new(row))).collect()
        })
    }

    fn forget_blobs(&self, ids: Vec<BlobId>) -> Pending<()> {
        self.write([], async move |tx: &mut WriteTx<'_>| {
            tx.db
                .execute(
                    "DELETE FROM blobs
                     WHERE id = ANY ($1) AND is_removed",
                    &[&all_to_db(&ids)],
                )
                .await?;
            Ok(())
        })
    }
}

/// Takes their files from messages that are being emptied; the last one's may be removed from now on.
pub(super) async fn let_go(db: &Db, message_ids: &[MessageId], now: Timestamp) -> Result<()> {
    db.execute(
        "UPDATE uploads f
         SET holders = f.holders - gone.count,
             expires_at = CASE WHEN f.holders = gone.count THEN $2::bigint END
         FROM (
             SELECT m.file_id, COUNT(*) AS count
             FROM unnest($1::uuid[]) AS named (id)
             JOIN messages m ON m.id = named.id
             WHERE m.file_id IS NOT NULL
             GROUP BY m.file_id
         ) AS gone
         WHERE f.id = gone.file_id",
        &[&all_to_db(message_ids), &now.unix_ms()],
    )
    .await?;
    Ok(())
}

/// Uploads of a user after one, by their numbers.
pub(super) async fn load_own(
    db: &Db,
    user_id: UserId,
    after: [u8; 16],
    limit: usize,
) -> Result<Vec<Upload>> {
    let found = db
        .query(
            select_upload!(
                "WHERE f.owner_id = $1 AND f.id > $2
                 ORDER BY f.id
                 LIMIT $3"
            ),
            &[&user_id.to_db(), &Uuid::from_bytes(after), &rows(limit)],
        )
        .await?;
    found.iter().map(upload_from).collect()
}

async fn load(db: &Db, id: UploadId) -> Result<Upload> {
    let found = db.query_opt(select_upload!("WHERE f.id = $1"), &[&id.to_db()]).await?;
    upload_from(&found.ok_or_else(no_upload)?)
}

/// Does a message with this file stand where the user sees it?
async fn is_seen(db: &Db, user_id: UserId, id: UploadId) -> Result<bool> {
    let row = db
        .query_one(
            "SELECT EXISTS (
                 SELECT 1
                 FROM participants p
                 JOIN messages m ON m.file_id = $2 AND m.conversation_id = p.conversation_id
                 WHERE p.user_id = $1 AND (
                     m.seq > p.joined_seq OR EXISTS (
                         SELECT 1
                         FROM past_memberships h
                         WHERE h.conversation_id = p.conversation_id AND h.user_id = p.user_id
                             AND h.joined_seq < m.seq AND h.left_seq >= m.seq
                     )
                 )
             )",
            &[&user_id.to_db(), &id.to_db()],
        )
        .await?;
    Cells::new(&row).take()
}

fn upload_from(row: &Row) -> Result<Upload> {
    let mut cells = Cells::new(row);
    Ok(Upload {
        file: cells.optional_file()?.ok_or_else(no_upload)?,
        owner_id: cells.id()?,
        created_at: cells.moment()?,
        content: blob_from(&mut cells)?,
        thumbnail: match row.try_get::<_, Option<Uuid>>(15)? {
            Some(_) => Some(blob_from(&mut cells)?),
            None => None,
        },
    })
}

fn blob_from(cells: &mut Cells<'_>) -> Result<Blob> {
    let (id, hash) = (cells.id()?, cells.take::<&[u8]>()?);
    let hash =
        hash.try_into().map_err(|_| StoreError::Corrupt("a hash has no 32 bytes".to_owned()))?;
    Ok(Blob { id, hash, size: cells.number()? })
}

async fn place(db: &Db, blob: &Blob, until: Timestamp) -> Result<BlobPlace> {
    if let Some(id) = load_stored(db, &blob.hash).await? {
        return Ok(BlobPlace::Stored(id));
    }
    db.execute(
        "INSERT INTO blobs (id, hash, size, expires_at)
         VALUES ($1, $2, $3, $4)",
        &[&blob.id.to_db(), &&blob.hash[..], &number(blob.size), &until.unix_ms()],
    )
    .await?;
    Ok(BlobPlace::Free)
}

async fn load_stored(db: &Db, hash: &[u8; 32]) -> Result<Option<BlobId>> {
    let found = db
        .query_opt(
            "SELECT id
             FROM blobs
             WHERE hash = $1 AND is_stored",
            &[&&hash[..]],
        )
        .await?;
    found.map(|row| Cells::new(&row).id()).transpose()
}

async fn create(db: &Db, new: &NewUpload) -> Result<Upload> {
    let NewUpload { file, owner_id, .. } = new;
    add_to_total(db, *owner_id, file.size, new.quota_bytes).await?;
    let content_id = hold_blob(db, &new.content).await?;
    let thumbnail_id = match &new.thumbnail {
        Some(blob) => Some(hold_blob(db, blob).await?),
        None => None,
    };
    db.execute(
        "INSERT INTO uploads
             (id, owner_id, content_id, thumbnail_id, name, mime_type, size, width, height,
              duration_ms, blurhash, peaks, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        &[
            &file.id.to_db(),
            &owner_id.to_db(),
            &content_id.to_db(),
            &thumbnail_id.as_ref().map(DbId::to_db),
            &file.name,
            &file.mime_type,
            &number(file.size),
            &file.width.map(i64::from),
            &file.height.map(i64::from),
            &file.duration_ms.map(number),
            &file.blurhash,
            &file.peaks,
            &new.created_at.unix_ms(),
            &new.expires_at.unix_ms(),
        ],
    )
    .await?;
    load(db, file.id).await
}

async fn add_to_total(db: &Db, user_id: UserId, size: u64, quota: u64) -> Result<()> {
    let row = db
        .query_one(
            "INSERT INTO upload_totals (user_id, bytes)
             VALUES ($1, $2)
             ON CONFLICT (user_id) DO UPDATE SET bytes = upload_totals.bytes + excluded.bytes
             RETURNING bytes",
            &[&user_id.to_db(), &number(size)],
        )
        .await?;
    if Cells::new(&row).number()? > quota { Err(Conflict::QuotaReached.into()) } else { Ok(()) }
}

/// One more upload has these bytes, or the same that were stored elsewhere meanwhile.
async fn hold_blob(db: &Db, blob: &Blob) -> Result<BlobId> {
    let id = load_stored(db, &blob.hash).await?.unwrap_or(blob.id);
    let held = db
        .execute(
            "UPDATE blobs
             SET is_stored = TRUE, holders = holders + 1, expires_at = NULL
             WHERE id = $1 AND NOT is_removed",
            &[&id.to_db()],
        )
        .await?;
    if held == 0 { Err(StoreError::Busy) } else { Ok(id) }
}

async fn discard(db: &Db, user_id: UserId, id: UploadId, now: Timestamp) -> Result<()> {
    let found = db
        .query_opt(
            "SELECT holders
             FROM uploads
             WHERE id = $1 AND owner_id = $2
             FOR UPDATE",
            &[&id.to_db(), &user_id.to_db()],
        )
        .await?;
    match found.map(|row| Cells::new(&row).take::<i64>()).transpose()? {
        None => Err(no_upload()),
        Some(0) => remove(db, &[id.to_db()], now).await,
        Some(_) => Err(Conflict::UploadSent.into()),
    }
}

/// Removes uploads that no message has.
async fn remove(db: &Db, ids: &[Uuid], now: Timestamp) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let gone = db
        .query(
            "DELETE FROM uploads
             WHERE id = ANY ($1)
             RETURNING owner_id, size, content_id, thumbnail_id",
            &[&ids],
        )
        .await?;
    let (mut totals, mut blobs) = (BTreeMap::new(), BTreeMap::new());
    for row in &gone {
        let mut cells = Cells::new(row);
        let (owner_id, size): (Uuid, i64) = (cells.take()?, cells.take()?);
        *totals.entry(owner_id).or_insert(0_i64) += size;
        let held: [Option<Uuid>; 2] = [cells.take()?, cells.take()?];
        for blob_id in held.into_iter().flatten() {
            *blobs.entry(blob_id).or_insert(0_i64) += 1;
        }
    }
    let (owner_ids, sizes): (Vec<Uuid>, Vec<i64>) = totals.into_iter().unzip();
    db.execute(
        "UPDATE upload_totals t
         SET bytes = t.bytes - gone.bytes
         FROM unnest($1::uuid[], $2::bigint[]) AS gone (user_id, bytes)
         WHERE t.user_id = gone.user_id",
        &[&owner_ids, &sizes],
    )
    .await?;
    let (blob_ids, counts): (Vec<Uuid>, Vec<i64>) = blobs.into_iter().unzip();
    db.execute(
        "UPDATE blobs b
         SET holders = b.holders - gone.count,
             expires_at = CASE WHEN b.holders = gone.count THEN $3::bigint END
         FROM unnest($1::uuid[], $2::bigint[]) AS gone (id, count)
         WHERE b.id = gone.id",
        &[&blob_ids, &counts, &now.unix_ms()],
    )
    .await?;
    Ok(())
}
