//! The words of messages, and the port for finding messages by them.
//!
//! Each word is kept behind the mark of its conversation and the number of its block of `seq`. So a
//! search asks the index for the newest blocks first, of conversations that are the user's own, and
//! stops as soon as nothing older can be newer than what it has: a word that half of a million messages
//! hold is found as fast as one that none does.

use futures_util::future::join;
use salala_core::Timestamp;
use salala_core::ids::{ConversationId, UserId};
use salala_core::records::Message;
use salala_core::search::{SearchQuery, SearchWord, terms};
use uuid::Uuid;

use super::PostgresStore;
use super::access::{Member, member};
use super::cells::{Cells, DbId, number, rows};
use super::db::{Db, Parameters};
use super::error::Result;
use super::history::load_messages;
use crate::Pending;
use crate::ports::message_search::{MessageSearch, SearchCursor};

/// How many `seq` a block has. A search looks at all of a word's messages in one block; a message's
/// word costs an entry of the index in each block.
const BLOCK: u64 = 2_048;

/// Blocks that the first question asks about, and any question at most. A frequent word has all its hits
/// in the first few; a rare one is looked for in four times as many each time.
const BLOCKS_ASKED: (u64, u64) = (8, 256);

impl MessageSearch for PostgresStore {
    fn search_messages(
        &self,
        user_id: UserId,
        query: SearchQuery,
        conversation_id: Option<ConversationId>,
        before: Option<SearchCursor>,
        limit: usize,
    ) -> Pending<Vec<Message>> {
        self.read(async move |db: &Db| {
            let open = match conversation_id {
                Some(id) => Open::of(&member(db, user_id, id).await?),
                None => load_own(db, user_id).await?,
            };
            let search = Search { db, user_id, query: &query, before, limit };
            let hits = search.newest(open).await?;
            let ids: Vec<_> = hits.into_iter().map(|hit| hit.id).collect();
            load_messages(db, &ids).await
        })
    }
}

/// A message's words as the column takes them; NULL for none. Words hold letters and digits alone, so
/// that none can be part of the column's language.
pub(super) fn words_column(message: &Message) -> Option<String> {
    let mark = mark_of(message.conversation_id, message.seq / BLOCK);
    let mut words = String::new();
    for term in terms(message.content.as_deref()?) {
        words.extend(["'", &mark, &term, "' "]);
    }
    (!words.is_empty()).then_some(words)
}

/// What stands before each word of a block. Two conversations may share it, since it holds only a part
/// of the id: whoever searches asks for the conversation as well.
fn mark_of(id: ConversationId, block: u64) -> String {
    // A UUID's last part is its random one.
    let id = id.to_string();
    format!("{}.{block:x}.", id.rsplit('-').next().unwrap_or_default())
}

/// A conversation with blocks that were not looked at yet.
struct Open {
    id: ConversationId,
    /// The blocks that are left, the first and the last of them.
    blocks: (u64, u64),
    /// No message in them is newer.
    up_to: Timestamp,
    /// How many blocks to look at next.
    next: u64,
}

impl Open {
    /// The conversation of a member, if there is anything to be seen.
    fn of(member: &Member) -> Vec<Self> {
        let runs = member.visible().runs_up_to(member.last_seq);
        match (runs.first(), runs.last()) {
            (Some((first, _)), Some((_, last))) => vec![Self {
                id: member.conversation_id,
                blocks: (first / BLOCK, last / BLOCK),
                up_to: Timestamp::from_unix_ms(i64::MAX),
                next: 1,
            }],
            _ => Vec::new(),
        }
    }

    /// Its next blocks.
    fn asked(&self, most: u64) -> (u64, u64) {
        let (first, last) = self.blocks;
        (last.saturating_sub(self.next.min(most) - 1).max(first), last)
    }
}

struct Search<'a> {
    db: &'a Db,
    user_id: UserId,
    query: &'a SearchQuery,
    before: Option<SearchCursor>,
    limit: usize,
}

impl Search<'_> {
    /// The newest hits: those blocks first that may hold the newest messages, until no other one can
    /// hold a hit that is new enough.
    async fn newest(&self, mut open: Vec<Open>) -> Result<Vec<SearchCursor>> {
        let mut hits: Vec<SearchCursor> = Vec::new();
        let (mut blocks_asked, most_asked) = BLOCKS_ASKED;
        loop {
            if let Some(oldest) = hits.get(self.limit.max(1) - 1) {
                open.retain(|open| open.up_to >= oldest.created_at);
            }
            if open.is_empty() || self.limit == 0 {
                return Ok(hits);
            }
            open.sort_by_key(|open| std::cmp::Reverse(open.up_to));
            let mut left = blocks_asked;
            blocks_asked = most_asked.min(blocks_asked * 4);
            let mut asked = Vec::new();
            for open in &open {
                if left == 0 {
                    break;
                }
                let (first, last) = open.asked(left);
                left -= last - first + 1;
                asked.push((open.id, first, last));
            }
            let (mut found, ages) = self.ask(&asked).await?;
            hits.append(&mut found);
            hits.sort_unstable_by(|one, other| other.cmp(one));
            hits.truncate(self.limit);
            for ((open, (_, first, _)), up_to) in open.iter_mut().zip(asked).zip(ages) {
                open.up_to = up_to;
                open.next = open.next.saturating_mul(4);
                // What is left ends before the first of the blocks asked; nothing, if that was 0.
                open.blocks = match first.checked_sub(1) {
                    Some(last) => (open.blocks.0, last),
                    None => (1, 0),
                };
            }
            open.retain(|open| open.blocks.0 <= open.blocks.1);
        }
    }

    /// The newest hits in these blocks, and for each conversation how old the oldest message in its
    /// blocks is: what is before them is no newer.
    async fn ask(
        &self,
        asked: &[(ConversationId, u64, u64)],
    ) -> Result<(Vec<SearchCursor>, Vec<Timestamp>)> {
        let words = self.words_asked(asked);
        let ids: Vec<Uuid> = asked.iter().map(|(id, ..)| id.to_db()).collect();
        let firsts: Vec<i64> = asked.iter().map(|(_, first, _)| number(first * BLOCK)).collect();
        let user_id = self.user_id.to_db();
        let before_ms = self.before.map(|cursor| cursor.created_at.unix_ms());
        let before_id = self.before.map(|cursor| cursor.id.to_db());
        let limit = rows(self.limit);
        let searched: Parameters<'_> = &[&words, &user_id, &ids, &before_ms, &before_id, &limit];
        let begun: Parameters<'_> = &[&ids, &firsts];
        // All hits first: by what else they are asked, the index could be passed over.
        let found = self.db.query(
            "WITH hits AS MATERIALIZED (
                 SELECT id, conversation_id, seq, created_at
                 FROM messages
                 WHERE words @@ $1::text::tsquery
             )
             SELECT h.created_at, h.id
             FROM hits h
             JOIN participants p ON p.conversation_id = h.conversation_id AND p.user_id = $2
             WHERE h.conversation_id = ANY($3)
                 AND (p.joined_seq < h.seq OR EXISTS (
                     SELECT 1
                     FROM past_memberships b
                     WHERE b.conversation_id = h.conversation_id AND b.user_id = $2
                         AND b.joined_seq < h.seq AND b.left_seq >= h.seq
                 ))
                 AND ($4::bigint IS NULL OR (h.created_at, h.id) < ($4, $5::uuid))
             ORDER BY h.created_at DESC, h.id DESC
             LIMIT $6",
            searched,
        );
        let ages = self.db.query(
            "SELECT m.created_at
             FROM unnest($1::uuid[], $2::bigint[]) WITH ORDINALITY AS asked (id, seq, place)
             LEFT JOIN messages m ON m.conversation_id = asked.id AND m.seq = asked.seq
             ORDER BY asked.place",
            begun,
        );
        let (found, ages) = join(found, ages).await;
        let hit = |row: &tokio_postgres::Row| {
            let mut cells = Cells::new(row);
            Ok(SearchCursor { created_at: cells.moment()?, id: cells.id()? })
        };
        let age = |row: &tokio_postgres::Row| {
            let age = Cells::new(row).optional_moment()?;
            // Without a first message these were the first blocks, and none is left.
            Ok(age.unwrap_or(Timestamp::from_unix_ms(i64::MIN)))
        };
        Ok((
            found?.iter().map(hit).collect::<Result<_>>()?,
            ages?.iter().map(age).collect::<Result<_>>()?,
        ))
    }

    /// In the language of `tsquery`: in one of the blocks, all of the words.
    fn words_asked(&self, asked: &[(ConversationId, u64, u64)]) -> String {
        let of_block = |mark: String| {
            let word = |word: &SearchWord| {
                format!("'{mark}{}'{}", word.term, if word.is_beginning { ":*" } else { "" })
            };
            let words: Vec<String> = self.query.words().iter().map(word).collect();
            format!("({})", words.join(" & "))
        };
        let blocks: Vec<String> = asked
            .iter()
            .flat_map(|(id, first, last)| (*first..=*last).map(|block| mark_of(*id, block)))
            .map(of_block)
            .collect();
        blocks.join(" | ")
    }
}

/// All of a user's own, those written to last first: which one holds a hit is not known before.
async fn load_own(db: &Db, user_id: UserId) -> Result<Vec<Open>> {
    let found = db
        .query(
            "SELECT c.id, c.updated_at, c.last_seq,
                 LEAST(p.joined_seq, (
                     SELECT MIN(h.joined_seq)
                     FROM past_memberships h
                     WHERE h.conversation_id = c.id AND h.user_id = $1
                 ))
             FROM participants p
             JOIN conversations c ON c.id = p.conversation_id
             WHERE p.user_id = $1",
            &[&user_id.to_db()],
        )
        .await?;
    let mut own = Vec::new();
    for row in &found {
        let mut cells = Cells::new(row);
        let (id, up_to) = (cells.id()?, cells.moment()?);
        let (last_seq, before_first) = (cells.number()?, cells.number()?);
        if before_first < last_seq {
            let blocks = ((before_first + 1) / BLOCK, last_seq / BLOCK);
            own.push(Open { id, blocks, up_to, next: 1 });
        }
    }
    Ok(own)
}
