//! The files of messages that are being stored: asked for and held, all of them together.

use std::collections::{BTreeMap, HashMap};

use salala_core::ids::{UploadId, UserId};
use salala_core::records::{File, Message};
use uuid::Uuid;

use super::cells::{Cells, DbId};
use super::db::Db;
use super::error::Result;
use super::sends::QueuedSend;
use crate::columns::file_columns;
use crate::error::no_file;
use crate::ports::messages::NewMessage;

/// Uploads that senders may send, by both.
#[derive(Default)]
pub(super) struct SentFiles(HashMap<(UserId, UploadId), File>);

impl SentFiles {
    /// Those of these sends. None of them is removed until the transaction ends.
    pub(super) async fn load(db: &Db, sends: &[&mut QueuedSend]) -> Result<Self> {
        let (mut sender_ids, mut upload_ids) = (Vec::new(), Vec::new());
        for send in sends {
            if let Some(id) = upload_of(send.draft()) {
                sender_ids.push(send.draft().sender_id.to_db());
                upload_ids.push(id.to_db());
            }
        }
        if upload_ids.is_empty() {
            return Ok(Self::default());
        }
        let found = db
            .query(
                concat!(
                    "SELECT sent.sender_id, ",
                    file_columns!(),
                    "
                     FROM unnest($1::uuid[], $2::uuid[]) AS sent (sender_id, upload_id)
                     JOIN uploads f ON f.id = sent.upload_id
                     WHERE f.owner_id = sent.sender_id OR EXISTS (
                         SELECT 1
                         FROM participants p
                         JOIN messages m
                             ON m.file_id = f.id AND m.conversation_id = p.conversation_id
                         WHERE p.user_id = sent.sender_id AND (
                             m.seq > p.joined_seq OR EXISTS (
                                 SELECT 1
                                 FROM past_memberships h
                                 WHERE h.conversation_id = p.conversation_id
                                     AND h.user_id = p.user_id
                                     AND h.joined_seq < m.seq AND h.left_seq >= m.seq
                             )
                         )
                     )
                     ORDER BY f.id
                     FOR NO KEY UPDATE OF f"
                ),
                &[&sender_ids, &upload_ids],
            )
            .await?;
        let mut files = HashMap::new();
        for row in &found {
            let mut cells = Cells::new(row);
            let sender_id = cells.id()?;
            if let Some(file) = cells.optional_file()? {
                files.insert((sender_id, file.id), file);
            }
        }
        Ok(Self(files))
    }

    /// The file of a message, if it is an upload.
    pub(super) fn in_message(&self, new: &NewMessage) -> Result<Option<File>> {
        match upload_of(new) {
            None => Ok(None),
            Some(id) => self.0.get(&(new.sender_id, id)).cloned().map(Some).ok_or_else(no_file),
        }
    }
}

/// Lets messages that are being stored have their files.
pub(super) async fn hold_files(db: &Db, messages: &[(Message, u64)]) -> Result<()> {
    let mut counts = BTreeMap::new();
    for (message, _) in messages {
        if let Some(file) = &message.file {
            *counts.entry(file.id).or_insert(0_i64) += 1;
        }
    }
    if counts.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = counts.keys().map(DbId::to_db).collect();
    let counts: Vec<i64> = counts.into_values().collect();
    db.execute(
        "UPDATE uploads f
         SET holders = f.holders + sent.count, expires_at = NULL
         FROM unnest($1::uuid[], $2::bigint[]) AS sent (id, count)
         WHERE f.id = sent.id",
        &[&ids, &counts],
    )
    .await?;
    Ok(())
}

fn upload_of(new: &NewMessage) -> Option<UploadId> {
    new.file_url.as_deref().and_then(File::id_of_stored_url)
}
