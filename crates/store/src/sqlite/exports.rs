//! Everything held about a user, in parts, and the port for it.

use rusqlite::{Connection, Params, Row, params};
use salala_core::ids::{ConversationId, UserId};
use salala_core::records::export::{
    Block, ExportRows, OwnMessage, Participation, PastMembership, ReadRange,
};
use salala_core::records::{Reaction, Session, Upload};

use super::SqliteStore;
use super::calls::load_history;
use super::cells::{Cells, number, rows};
use super::erasures::{next_participation, next_past};
use super::error::Result;
use super::friends::request_from;
use super::sessions::session_from;
use super::uploads::load_own;
use crate::Pending;
use crate::columns::{brief_columns, select_request};
use crate::mentions::mentions_from;
use crate::ports::exports::{ExportPart, ExportPlace, ExportSection, Exports};

/// Conversations that one part looks into for read marks.
const CONVERSATIONS_AT_ONCE: usize = 32;

impl Exports for SqliteStore {
    fn export_part(
        &self,
        user_id: UserId,
        place: ExportPlace,
        limit: usize,
    ) -> Pending<ExportPart> {
        self.read(move |db| Export { db, user_id, place, limit: limit.max(1) }.part())
    }
}

struct Export<'a> {
    db: &'a Connection,
    user_id: UserId,
    place: ExportPlace,
    limit: usize,
}

impl Export<'_> {
    fn part(&self) -> Result<ExportPart> {
        match self.place.section {
            ExportSection::Sessions => self.sessions(),
            ExportSection::Friends => self.friends(),
            ExportSection::SentFriendRequests => self.sent_requests(),
            ExportSection::ReceivedFriendRequests => self.received_requests(),
            ExportSection::Blocks => self.blocks(),
            ExportSection::Conversations => self.conversations(),
            ExportSection::PastMemberships => self.past_memberships(),
            ExportSection::Messages => self.messages(),
            ExportSection::Reactions => self.reactions(),
            ExportSection::Reads => self.reads(),
            ExportSection::Calls => self.calls(),
            ExportSection::Uploads => self.uploads(),
        }
    }

    fn sessions(&self) -> Result<ExportPart> {
        let sql = "SELECT id, user_id, user_agent, address, created_at, last_used_at, expires_at
             FROM sessions
             WHERE user_id = ?1 AND (created_at, id) > (?3, ?2)
             ORDER BY created_at, id
             LIMIT ?4";
        let found = self.select(sql, self.both(), session_from)?;
        let after = |row: &Session| (*row.id.as_bytes(), row.created_at.unix_ms());
        Ok(self.place.part(self.limit, found, after, ExportRows::Sessions))
    }

    fn friends(&self) -> Result<ExportPart> {
        let sql = concat!(
            "SELECT ",
            brief_columns!(),
            "
             FROM friendships f
             JOIN users u ON u.id = f.friend_id
             WHERE f.user_id = ?1 AND f.friend_id > ?2
             ORDER BY f.friend_id
             LIMIT ?3"
        );
        let found = self.select(sql, self.by_id(), |row| Cells::new(row).brief())?;
        Ok(self.place.part(self.limit, found, |row| (*row.id.as_bytes(), 0), ExportRows::Friends))
    }

    fn sent_requests(&self) -> Result<ExportPart> {
        let sql = select_request!(
            "WHERE r.sender_id = ?1 AND r.id > ?2
             ORDER BY r.id
             LIMIT ?3"
        );
        let found = self.select(sql, self.by_id(), request_from)?;
        Ok(self.place.part(
            self.limit,
            found,
            |row| (*row.id.as_bytes(), 0),
            ExportRows::SentFriendRequests,
        ))
    }

    fn received_requests(&self) -> Result<ExportPart> {
        let sql = select_request!(
            "WHERE r.receiver_id = ?1 AND r.id > ?2
             ORDER BY r.id
             LIMIT ?3"
        );
        let found = self.select(sql, self.by_id(), request_from)?;
        Ok(self.place.part(
            self.limit,
            found,
            |row| (*row.id.as_bytes(), 0),
            ExportRows::ReceivedFriendRequests,
        ))
    }

    fn blocks(&self) -> Result<ExportPart> {
        let sql = concat!(
            "SELECT ",
            brief_columns!(),
            ", b.created_at
             FROM blocks b
             JOIN users u ON u.id = b.blocked_id
             WHERE b.user_id = ?1 AND b.blocked_id > ?2
             ORDER BY b.blocked_id
             LIMIT ?3"
        );
        let found = self.select(sql, self.by_id(), |row| {
            let mut cells = Cells::new(row);
            Ok(Block { user: cells.brief()?, created_at: cells.moment()? })
        })?;
        Ok(self.place.part(
            self.limit,
            found,
            |row| (*row.user.id.as_bytes(), 0),
            ExportRows::Blocks,
        ))
    }

    fn conversations(&self) -> Result<ExportPart> {
        let sql = concat!(
            "SELECT p.conversation_id, c.name, c.is_group, p.role, p.joined_seq, p.last_read_seq,
                 p.muted_until, p.pinned_at, p.archived_at, p.marked_unread, ",
            brief_columns!(),
            "
             FROM participants p
             JOIN conversations c ON c.id = p.conversation_id
             LEFT JOIN participants q
                 ON q.conversation_id = p.conversation_id AND q.user_id <> p.user_id
                     AND NOT c.is_group
             LEFT JOIN users u ON u.id = q.user_id
             WHERE p.user_id = ?1 AND p.conversation_id > ?2
             ORDER BY p.conversation_id
             LIMIT ?3"
        );
        let found = self.select(sql, self.by_id(), participation_from)?;
        let after = |row: &Participation| (*row.conversation_id.as_bytes(), 0);
        Ok(self.place.part(self.limit, found, after, ExportRows::Conversations))
    }

    fn past_memberships(&self) -> Result<ExportPart> {
        let sql = "SELECT conversation_id, joined_seq, left_seq
             FROM past_memberships
             WHERE user_id = ?1 AND (conversation_id, joined_seq) > (?2, ?3)
             ORDER BY conversation_id, joined_seq
             LIMIT ?4";
        let found = self.select(sql, self.both(), |row| {
            let mut cells = Cells::new(row);
            Ok(PastMembership {
                conversation_id: cells.id()?,
                joined_seq: cells.number()?,
                left_seq: cells.number()?,
            })
        })?;
        let after =
            |row: &PastMembership| (*row.conversation_id.as_bytes(), number(row.joined_seq));
        Ok(self.place.part(self.limit, found, after, ExportRows::PastMemberships))
    }

    fn messages(&self) -> Result<ExportPart> {
        let sql = "SELECT id, conversation_id, seq, content, file_url, reply_to_id, mentions,
                 client_message_id, created_at, edited_at, deleted_at
             FROM messages
             WHERE sender_id = ?1 AND (conversation_id, seq) > (?2, ?3)
             ORDER BY conversation_id, seq
             LIMIT ?4";
        let found = self.select(sql, self.both(), own_message_from)?;
        let after = |row: &OwnMessage| (*row.conversation_id.as_bytes(), number(row.seq));
        Ok(self.place.part(self.limit, found, after, ExportRows::Messages))
    }

    fn reactions(&self) -> Result<ExportPart> {
        let sql = "SELECT r.number, r.id, r.message_id, m.conversation_id, r.user_id, r.emoji,
                 r.created_at
             FROM reactions r
             JOIN messages m ON m.id = r.message_id
             WHERE r.user_id = ?1 AND r.number > ?2
             ORDER BY r.number
             LIMIT ?3";
        let bound = params![self.user_id.as_bytes(), self.place.number, rows(self.limit)];
        let found = self.select(sql, bound, |row| {
            let mut cells = Cells::new(row);
            let number: i64 = cells.take()?;
            let reaction = Reaction {
                id: cells.id()?,
                message_id: cells.id()?,
                conversation_id: cells.id()?,
                user_id: cells.id()?,
                emoji: cells.take()?,
                created_at: cells.moment()?,
            };
            Ok((number, reaction))
        })?;
        let rows = |found: Vec<(i64, Reaction)>| {
            ExportRows::Reactions(found.into_iter().map(|(_, reaction)| reaction).collect())
        };
        Ok(self.place.part(self.limit, found, |(number, _)| ([0; 16], *number), rows))
    }

    /// Marks are found by their conversation: those of the present and of past memberships, in the
    /// order of their ids.
    fn reads(&self) -> Result<ExportPart> {
        let mut found = Vec::new();
        let mut place = self.place;
        for _ in 0..CONVERSATIONS_AT_ONCE {
            // A number means that a part ended within this conversation.
            let id = if place.number >= 0 {
                ConversationId::from_bytes(place.id)
            } else {
                let after = ConversationId::from_bytes(place.id);
                let past = next_past(self.db, self.user_id, after)?;
                let present = next_participation(self.db, self.user_id, after)?;
                let next = past.into_iter().chain(present).min();
                let Some(id) = next else {
                    let next = self.place.section.next().map(ExportPlace::start_of);
                    return Ok(ExportPart { rows: ExportRows::Reads(found), next });
                };
                id
            };
            let left = self.limit - found.len();
            let marks = self.marks(id, place.number, left)?;
            place.id = *id.as_bytes();
            place.number = match marks.last() {
                Some(last) if marks.len() == left => number(last.first_seq),
                Some(_) | None => -1,
            };
            found.extend(marks);
            if found.len() == self.limit {
                break;
            }
        }
        Ok(ExportPart { rows: ExportRows::Reads(found), next: Some(place) })
    }

    fn calls(&self) -> Result<ExportPart> {
        let after = self.place.call_cursor();
        let found = load_history(self.db, self.user_id, after, self.limit)?;
        Ok(self.place.part_of_calls(self.limit, found))
    }

    fn uploads(&self) -> Result<ExportPart> {
        let found = load_own(self.db, self.user_id, self.place.id, self.limit)?;
        let after = |row: &Upload| (*row.file.id.as_bytes(), 0);
        Ok(self.place.part(self.limit, found, after, ExportRows::Uploads))
    }

    fn marks(&self, id: ConversationId, after: i64, limit: usize) -> Result<Vec<ReadRange>> {
        let sql = "SELECT first_seq, last_seq, read_at
             FROM message_reads
             WHERE conversation_id = ?1 AND user_id = ?2 AND first_seq > ?3
             ORDER BY first_seq
             LIMIT ?4";
        let bound = params![id.as_bytes(), self.user_id.as_bytes(), after, rows(limit)];
        self.select(sql, bound, |row| {
            let mut cells = Cells::new(row);
            Ok(ReadRange {
                conversation_id: id,
                first_seq: cells.number()?,
                last_seq: cells.number()?,
                read_at: cells.moment()?,
            })
        })
    }

    fn by_id(&self) -> impl Params {
        (self.user_id.as_bytes(), self.place.id, rows(self.limit))
    }

    fn both(&self) -> impl Params {
        (self.user_id.as_bytes(), self.place.id, self.place.number, rows(self.limit))
    }

    fn select<T>(
        &self,
        sql: &'static str,
        bound: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>> {
        let mut statement = self.db.prepare_cached(sql)?;
        let found = statement.query_map(bound, read)?.collect::<rusqlite::Result<_>>()?;
        Ok(found)
    }
}

fn participation_from(row: &Row<'_>) -> rusqlite::Result<Participation> {
    let mut cells = Cells::new(row);
    Ok(Participation {
        conversation_id: cells.id()?,
        name: cells.take()?,
        is_group: cells.take()?,
        role: cells.role()?,
        joined_seq: cells.number()?,
        last_read_seq: cells.number()?,
        muted_until: cells.optional_moment()?,
        pinned_at: cells.optional_moment()?,
        archived_at: cells.optional_moment()?,
        marked_unread: cells.take()?,
        other: match row.get::<_, Option<[u8; 16]>>(10)? {
            Some(_) => Some(cells.brief()?),
            None => None,
        },
    })
}

fn own_message_from(row: &Row<'_>) -> rusqlite::Result<OwnMessage> {
    let mut cells = Cells::new(row);
    Ok(OwnMessage {
        id: cells.id()?,
        conversation_id: cells.id()?,
        seq: cells.number()?,
        content: cells.take()?,
        file_url: cells.take()?,
        reply_to_id: cells.optional_id()?,
        mentions: mentions_from(&cells.take::<Option<Vec<u8>>>()?.unwrap_or_default()),
        client_message_id: cells.take()?,
        created_at: cells.moment()?,
        edited_at: cells.optional_moment()?,
        deleted_at: cells.optional_moment()?,
    })
}
