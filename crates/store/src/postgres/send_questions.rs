//! What is asked about sends before they are stored, all of them together.

use std::collections::HashMap;

use futures_util::future::join5;
use salala_core::ids::MessageId;
use salala_core::records::{ReplyTo, UserBrief};
use uuid::Uuid;

use super::cells::{Cells, DbId};
use super::db::Db;
use super::error::Result;
use super::history::reply_from;
use super::mentions::Named;
use super::sends::QueuedSend;
use super::sent_files::SentFiles;
use crate::StoreError;
use crate::columns::brief_columns;
use crate::error::stranger;
use crate::ports::messages::NewMessage;
use crate::push_rows::PushTo;

/// Where a conversation stands.
#[derive(Clone, Copy)]
pub(super) struct Place {
    pub(super) last_seq: u64,
    pub(super) rev: u64,
    /// When the newest message was written; 0 before there is one of this batch.
    pub(super) updated_at: i64,
    /// Who is pushed to.
    pub(super) push_to: PushTo,
}

/// What is known of some sends before they are stored, by their places among them.
pub(super) struct Found {
    pub(super) senders: Vec<Result<Sender>>,
    pub(super) repeats: HashMap<usize, MessageId>,
    pub(super) replies: HashMap<usize, ReplyTo>,
    pub(super) named: Named,
    pub(super) files: SentFiles,
}

/// A sender who is a member, and where their conversation stands.
pub(super) struct Sender {
    pub(super) brief: UserBrief,
    pub(super) place: Place,
    pub(super) is_blocked: bool,
    pub(super) is_left: bool,
}

impl Found {
    /// Asks all of it together.
    pub(super) async fn load(db: &Db, sends: &[&mut QueuedSend]) -> Result<Self> {
        let texts = sends.iter().filter_map(|send| {
            Some((send.draft().conversation_id, send.draft().content.as_deref()?))
        });
        // Boxed: together they would be a future of many kilobytes.
        let (senders, repeats, replies, named, files) = join5(
            Box::pin(load_senders(db, sends)),
            Box::pin(load_repeats(db, sends)),
            Box::pin(load_replies(db, sends)),
            Box::pin(Named::load(db, texts)),
            Box::pin(SentFiles::load(db, sends)),
        )
        .await;
        Ok(Self {
            senders: senders?,
            repeats: repeats?,
            replies: replies?,
            named: named?,
            files: files?,
        })
    }
}

async fn load_senders(db: &Db, sends: &[&mut QueuedSend]) -> Result<Vec<Result<Sender>>> {
    let conversation_ids: Vec<Uuid> =
        sends.iter().map(|send| send.draft().conversation_id.to_db()).collect();
    let sender_ids: Vec<Uuid> = sends.iter().map(|send| send.draft().sender_id.to_db()).collect();
    // Not by EXISTS where tables are joined: of many rows, PostgreSQL may ask it by looking at all of both.
    let found = db
        .query(
            concat!(
                "SELECT c.last_seq, c.rev, c.push_to,
                     EXISTS (
                         SELECT 1
                         FROM blocks b
                         WHERE b.direct_key = c.direct_key
                     ),
                     NOT c.is_group AND COALESCE((
                         SELECT TRUE
                         FROM participants o
                         JOIN users e ON e.id = o.user_id
                         WHERE o.conversation_id = c.id AND e.erased_at IS NOT NULL
                         LIMIT 1
                     ), FALSE), ",
                brief_columns!(),
                "
                 FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY
                     AS sent (conversation_id, sender_id, place)
                 LEFT JOIN conversations c ON c.id = sent.conversation_id
                 LEFT JOIN participants p
                     ON p.conversation_id = sent.conversation_id AND p.user_id = sent.sender_id
                 LEFT JOIN users u ON u.id = p.user_id AND u.erased_at IS NULL
                 ORDER BY sent.place"
            ),
            &[&conversation_ids, &sender_ids],
        )
        .await?;
    found
        .iter()
        .map(|row| {
            if row.try_get::<_, Option<i64>>(0)?.is_none() {
                return Ok(Err(StoreError::NotFound("this conversation")));
            }
            if row.try_get::<_, Option<Uuid>>(5)?.is_none() {
                return Ok(Err(stranger()));
            }
            let mut cells = Cells::new(row);
            let (last_seq, rev) = (cells.number()?, cells.number()?);
            let push_to = PushTo::from_column(cells.take()?);
            let place = Place { last_seq, rev, updated_at: 0, push_to };
            Ok(Ok(Sender {
                place,
                is_blocked: cells.take()?,
                is_left: cells.take()?,
                brief: cells.brief()?,
            }))
        })
        .collect()
}

/// The stored messages that have the sender's own id of one of these.
async fn load_repeats(db: &Db, sends: &[&mut QueuedSend]) -> Result<HashMap<usize, MessageId>> {
    let mut asked = Asked::default();
    let mut own_ids = Vec::new();
    for (place, send) in sends.iter().enumerate() {
        if let Some(own_id) = &send.draft().client_message_id {
            asked.add(place, send.draft());
            own_ids.push(own_id.as_str());
        }
    }
    if own_ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = db
        .query(
            "SELECT sent.place, m.id
             FROM unnest($1::bigint[], $2::uuid[], $3::uuid[], $4::text[])
                 AS sent (place, conversation_id, sender_id, own_id)
             JOIN messages m
                 ON m.conversation_id = sent.conversation_id AND m.sender_id = sent.sender_id
                     AND m.client_message_id = sent.own_id",
            &[&asked.places, &asked.conversation_ids, &asked.sender_ids, &own_ids],
        )
        .await?;
    found
        .iter()
        .map(|row| {
            let mut cells = Cells::new(row);
            Ok((place_from(&mut cells)?, cells.id()?))
        })
        .collect()
}

/// What is answered, where it is in the same conversation and for the sender to see.
async fn load_replies(db: &Db, sends: &[&mut QueuedSend]) -> Result<HashMap<usize, ReplyTo>> {
    let mut asked = Asked::default();
    let mut ids = Vec::new();
    for (place, send) in sends.iter().enumerate() {
        if let Some(id) = &send.draft().reply_to_id {
            asked.add(place, send.draft());
            ids.push(id.to_db());
        }
    }
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = db
        .query(
            "SELECT sent.place, m.id, m.sender_id, u.username, m.content, m.file_url
             FROM unnest($1::bigint[], $2::uuid[], $3::uuid[], $4::uuid[])
                 AS sent (place, conversation_id, sender_id, id)
             JOIN messages m ON m.id = sent.id AND m.conversation_id = sent.conversation_id
             JOIN users u ON u.id = m.sender_id
             JOIN participants p
                 ON p.conversation_id = sent.conversation_id AND p.user_id = sent.sender_id
             WHERE p.joined_seq < m.seq OR EXISTS (
                 SELECT 1
                 FROM past_memberships h
                 WHERE h.conversation_id = p.conversation_id AND h.user_id = p.user_id
                     AND h.joined_seq < m.seq AND h.left_seq >= m.seq
             )",
            &[&asked.places, &asked.conversation_ids, &asked.sender_ids, &ids],
        )
        .await?;
    found
        .iter()
        .map(|row| {
            let mut cells = Cells::new(row);
            Ok((place_from(&mut cells)?, reply_from(&mut cells)?))
        })
        .collect()
}

/// Columns of what is asked about some of the sends.
#[derive(Default)]
struct Asked {
    places: Vec<i64>,
    conversation_ids: Vec<Uuid>,
    sender_ids: Vec<Uuid>,
}

impl Asked {
    fn add(&mut self, place: usize, new: &NewMessage) {
        self.places.push(i64::try_from(place).unwrap_or(i64::MAX));
        self.conversation_ids.push(new.conversation_id.to_db());
        self.sender_ids.push(new.sender_id.to_db());
    }
}

fn place_from(cells: &mut Cells<'_>) -> Result<usize> {
    Ok(usize::try_from(cells.number()?).unwrap_or(usize::MAX))
}
