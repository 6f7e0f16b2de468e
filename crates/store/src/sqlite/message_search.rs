//! The words of messages, and the port for finding messages by them.

use rusqlite::functions::FunctionFlags;
use rusqlite::{Connection, OptionalExtension, params};
use salala_core::Timestamp;
use salala_core::ids::{ConversationId, UserId};
use salala_core::records::Message;
use salala_core::search::{SearchQuery, SearchWord, terms};

use super::SqliteStore;
use super::access::{Member, member};
use super::cells::{Cells, number, rows};
use super::error::Result;
use super::history::load_message;
use crate::Pending;
use crate::log::{Committed, Event};
use crate::ports::message_search::{MessageSearch, SearchCursor};

impl MessageSearch for SqliteStore {
    fn search_messages(
        &self,
        user_id: UserId,
        query: SearchQuery,
        conversation_id: Option<ConversationId>,
        before: Option<SearchCursor>,
        limit: usize,
    ) -> Pending<Vec<Message>> {
        self.read(move |db| {
            let mut search = Search { db, words: match_expression(&query), before, limit };
            let hits = match conversation_id {
                Some(id) => search.in_one(&member(db, user_id, id)?)?,
                None => search.in_all(user_id)?,
            };
            hits.into_iter().map(|hit| load_message(db, hit.id)).collect()
        })
    }
}

/// Gives migrations the words of a text, as they are compared.
pub(super) fn add_search_words(db: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    db.create_scalar_function("search_words", 1, flags, |arguments| {
        Ok(joined_terms(&arguments.get::<String>(0)?))
    })
}

/// Brings the words up to date with what a batch did, in its transaction and outside the savepoints of
/// its commands: each savepoint would make the index write what it holds.
pub(super) fn index_messages(db: &Connection, events: &[Committed]) -> Result<()> {
    for committed in events {
        match &committed.event {
            Event::MessageCreated(message) => insert_words(db, message)?,
            Event::MessageUpdated(message) => {
                delete_words(db, message)?;
                insert_words(db, message)?;
            }
            Event::MessageDeleted(message) => delete_words(db, message)?,
            Event::ReactionAdded(_)
            | Event::ReactionRemoved(_)
            | Event::MessagesRead(_)
            | Event::ConversationUpdated { .. }
            | Event::FriendRequestCreated(_)
            | Event::FriendRequestUpdated(_)
            | Event::BlockChanged { .. }
            | Event::UserErased(_)
            | Event::GroupJoined(_)
            | Event::CallRinging(_)
            | Event::CallSignalled(_)
            | Event::CallAnswered(_)
            | Event::CallEnded(_) => {}
        }
    }
    Ok(())
}

fn insert_words(db: &Connection, message: &Message) -> Result<()> {
    let words = joined_terms(message.content.as_deref().unwrap_or_default());
    if words.is_empty() {
        return Ok(());
    }
    db.prepare_cached(
        "INSERT INTO message_words (rowid, words)
         SELECT (number << 32) | ?2, ?3
         FROM conversations
         WHERE id = ?1",
    )?
    .execute(params![message.conversation_id.as_bytes(), number(message.seq), words])?;
    Ok(())
}

fn delete_words(db: &Connection, message: &Message) -> Result<()> {
    db.prepare_cached(
        "DELETE FROM message_words
         WHERE rowid = (
             SELECT (number << 32) | ?2
             FROM conversations
             WHERE id = ?1
         )",
    )?
    .execute(params![message.conversation_id.as_bytes(), number(message.seq)])?;
    Ok(())
}

fn joined_terms(text: &str) -> String {
    terms(text).into_iter().collect::<Vec<_>>().join(" ")
}

/// In FTS5's language. Words hold letters and digits alone, so that none can be part of it.
fn match_expression(query: &SearchQuery) -> String {
    let term = |word: &SearchWord| {
        let star = if word.is_beginning { " *" } else { "" };
        format!("\"{}\"{star}", word.term)
    };
    query.words().iter().map(term).collect::<Vec<_>>().join(" AND ")
}

struct Search<'a> {
    db: &'a Connection,
    words: String,
    before: Option<SearchCursor>,
    limit: usize,
}

impl Search<'_> {
    /// Conversation by conversation, those written to last first, until no older one can hold a hit
    /// that is new enough.
    fn in_all(&mut self, user_id: UserId) -> Result<Vec<SearchCursor>> {
        let mut hits = Vec::new();
        for (id, updated_at) in load_own_ids(self.db, user_id)? {
            let oldest: Option<&SearchCursor> = hits.get(self.limit - 1);
            if oldest.is_some_and(|oldest| oldest.created_at > updated_at) {
                break;
            }
            hits.append(&mut self.in_one(&member(self.db, user_id, id)?)?);
            hits.sort_unstable_by(|one, other| other.cmp(one));
            hits.truncate(self.limit);
        }
        Ok(hits)
    }

    fn in_one(&mut self, member: &Member) -> Result<Vec<SearchCursor>> {
        let Some(base) = load_number(self.db, member.conversation_id)? else {
            return Ok(Vec::new());
        };
        let mut hits = Vec::new();
        for (first, last) in member.visible(self.db)?.runs_up_to(member.last_seq).into_iter().rev()
        {
            let left = self.limit - hits.len();
            if left == 0 {
                break;
            }
            let mut statement = self.db.prepare_cached(
                "SELECT m.created_at, m.id
                 FROM message_words w
                 JOIN messages m ON m.conversation_id = ?1 AND m.seq = w.rowid - (?2 << 32)
                 WHERE w.message_words MATCH ?3
                     AND w.rowid >= (?2 << 32) + ?4 AND w.rowid <= (?2 << 32) + ?5
                     AND (?6 IS NULL OR (m.created_at, m.id) < (?6, ?7))
                 ORDER BY w.rowid DESC
                 LIMIT ?8",
            )?;
            let found = statement.query_map(
                params![
                    member.conversation_id.as_bytes(),
                    base,
                    self.words,
                    number(first),
                    number(last),
                    self.before.map(|cursor| cursor.created_at.unix_ms()),
                    self.before.as_ref().map(|cursor| cursor.id.as_bytes()),
                    rows(left)
                ],
                |row| {
                    let mut cells = Cells::new(row);
                    Ok(SearchCursor { created_at: cells.moment()?, id: cells.id()? })
                },
            )?;
            for hit in found {
                hits.push(hit?);
            }
        }
        Ok(hits)
    }
}

fn load_number(db: &Connection, id: ConversationId) -> Result<Option<i64>> {
    let number = db
        .prepare_cached(
            "SELECT number
             FROM conversations
             WHERE id = ?1",
        )?
        .query_row([id.as_bytes()], |row| row.get(0))
        .optional()?;
    Ok(number)
}

/// All of them: which one holds a hit is not known before.
fn load_own_ids(db: &Connection, user_id: UserId) -> Result<Vec<(ConversationId, Timestamp)>> {
    let mut statement = db.prepare_cached(
        "SELECT c.id, c.updated_at
         FROM participants p
         JOIN conversations c ON c.id = p.conversation_id
         WHERE p.user_id = ?1
         ORDER BY c.updated_at DESC",
    )?;
    let ids = statement
        .query_map([user_id.as_bytes()], |row| {
            let mut cells = Cells::new(row);
            Ok((cells.id()?, cells.moment()?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    Ok(ids)
}
