//! Exports: everything held about a user, as one document that is written part by part.

use std::collections::HashSet;
use std::sync::Arc;

use parking_lot::Mutex;
use salala_core::records::export::ExportRows;
use salala_core::wire::view::{Unblocked, export as views};
use salala_core::wire::{Error, ErrorCode, view};
use salala_core::{SessionId, UserId};
use salala_store::ports::exports::{ExportPart, ExportPlace};
use serde::Serialize;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep};

use super::Chat;
use crate::refusal::refusal;

/// Rows that are read at once: a part is a short read, and all of an export that is in memory.
const ROWS_AT_ONCE: usize = 100;

/// When somebody whose export is under way may ask again.
const RETRY_AFTER_MS: u64 = 5_000;

/// What bounds the load of all exports together.
pub(super) struct ExportBounds {
    /// Users with an export under way: one for each.
    running: Arc<Mutex<HashSet<UserId>>>,
    /// One part is read at a time, whosever it is, with a pause as long after it: all exports together
    /// take half of one reader at most.
    reading: Semaphore,
}

/// An export under way.
pub struct Export {
    chat: Arc<Chat>,
    user_id: UserId,
    session_id: Option<SessionId>,
    place: Option<ExportPlace>,
    /// The list that was begun and not ended.
    open_list: Option<&'static str>,
    /// Free again once the last piece was made, so that who has it all may ask again.
    slot: Option<Slot>,
}

/// The user's place among those with an export under way.
struct Slot {
    running: Arc<Mutex<HashSet<UserId>>>,
    user_id: UserId,
}

impl ExportBounds {
    pub(super) fn new() -> Self {
        Self { running: Arc::default(), reading: Semaphore::new(1) }
    }

    fn begin(&self, user_id: UserId) -> Option<Slot> {
        let is_new = self.running.lock().insert(user_id);
        is_new.then(|| Slot { running: Arc::clone(&self.running), user_id })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.running.lock().remove(&self.user_id);
    }
}

impl Chat {
    /// Begins an export; gives the beginning of the document, and what the rest is to be taken from.
    ///
    /// # Errors
    /// `rate_limited` while one of this user's is under way, and after too many.
    pub async fn export(
        self: Arc<Self>,
        user_id: UserId,
        session_id: Option<SessionId>,
    ) -> Result<(Vec<u8>, Export), Error> {
        let slot = self.exports.begin(user_id).ok_or_else(|| Error {
            retry_after_ms: Some(RETRY_AFTER_MS),
            ..Error::new(ErrorCode::RateLimited, "an export of yours is under way")
        })?;
        self.limits.export(user_id, self.clock.now())?;
        let mut head = b"{\"exportedAt\":".to_vec();
        write(&mut head, &self.clock.now())?;
        head.extend_from_slice(b",\"profile\":");
        write(&mut head, &self.me(user_id).await?)?;
        head.extend_from_slice(b",\"settings\":");
        write(&mut head, &self.settings(user_id).await?)?;
        head.extend_from_slice(b",\"devices\":");
        write(&mut head, &self.devices(user_id).await?)?;
        let place = Some(ExportPlace::START);
        let slot = Some(slot);
        Ok((head, Export { chat: self, user_id, session_id, place, open_list: None, slot }))
    }
}

impl Export {
    /// The next piece of the document; `None` when it is whole.
    ///
    /// # Errors
    /// The storage went away: the document ends in the middle.
    pub async fn next_piece(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let Some(place) = self.place else { return Ok(None) };
        let ExportPart { rows, next } = {
            let _turn = self.chat.exports.reading.acquire().await;
            let began_at = Instant::now();
            let part = self.chat.store.export_part(self.user_id, place, ROWS_AT_ONCE);
            let part = part.await.map_err(refusal)?;
            sleep(began_at.elapsed()).await;
            part
        };
        let mut piece = Vec::new();
        self.write_rows(&mut piece, rows).await?;
        if next.is_none() {
            piece.extend_from_slice(b"]}");
            self.slot = None;
        }
        self.place = next;
        Ok(Some(piece))
    }

    async fn write_rows(&mut self, piece: &mut Vec<u8>, rows: ExportRows) -> Result<(), Error> {
        let (user_id, session_id) = (self.user_id, self.session_id);
        match rows {
            ExportRows::Sessions(rows) => {
                self.write_list(piece, "sessions", rows, |row| view::session(row, session_id))
            }
            ExportRows::Friends(rows) => self.write_list(piece, "friends", rows, view::sender),
            ExportRows::SentFriendRequests(rows) => {
                self.write_list(piece, "sentFriendRequests", rows, |row| view::friend_request(&row))
            }
            ExportRows::ReceivedFriendRequests(rows) => {
                self.write_list(piece, "receivedFriendRequests", rows, |row| {
                    view::friend_request(&row)
                })
            }
            ExportRows::Blocks(rows) => self.write_list(piece, "blocks", rows, views::block),
            ExportRows::Conversations(rows) => {
                self.write_list(piece, "conversations", rows, views::participation)
            }
            ExportRows::PastMemberships(rows) => {
                self.write_list(piece, "pastMemberships", rows, views::past_membership)
            }
            ExportRows::Messages(rows) => {
                let chat = Arc::clone(&self.chat);
                self.write_list(piece, "messages", rows, |row| {
                    views::own_message(row, &*chat.links)
                })
            }
            ExportRows::Reactions(rows) => {
                self.write_list(piece, "reactions", rows, view::reaction)
            }
            ExportRows::Reads(rows) => self.write_list(piece, "reads", rows, views::read_range),
            ExportRows::Calls(rows) => {
                let chat = Arc::clone(&self.chat);
                let blocked = chat.blocked(user_id).await?;
                let parties = rows.iter().flat_map(|call| [call.caller.id, call.callee.id]);
                let statuses = chat.statuses(parties).await;
                let statuses = Unblocked { statuses: &statuses, blocked: &blocked };
                self.write_list(piece, "calls", rows, |row| view::call(row, user_id, &statuses))
            }
            ExportRows::Uploads(rows) => {
                let chat = Arc::clone(&self.chat);
                self.write_list(piece, "files", rows, |row| views::own_file(row, &*chat.links))
            }
        }
    }

    /// Goes on with a list, or ends the one before and begins it.
    fn write_list<Row, Shape: Serialize>(
        &mut self,
        piece: &mut Vec<u8>,
        name: &'static str,
        rows: Vec<Row>,
        view: impl Fn(Row) -> Shape,
    ) -> Result<(), Error> {
        let is_begun = self.open_list == Some(name);
        if !is_begun {
            let before = if self.open_list.is_some() { "]," } else { "," };
            piece.extend_from_slice(format!("{before}\"{name}\":[").as_bytes());
            self.open_list = Some(name);
        }
        for (index, row) in rows.into_iter().enumerate() {
            if is_begun || index > 0 {
                piece.push(b',');
            }
            write(piece, &view(row))?;
        }
        Ok(())
    }
}

/// None of the shapes can fail to be written; should one, the document ends there.
fn write(piece: &mut Vec<u8>, shape: &impl Serialize) -> Result<(), Error> {
    serde_json::to_writer(piece, shape).map_err(|error| {
        tracing::error!(%error, "a part of an export could not be encoded");
        ErrorCode::Internal.into()
    })
}
