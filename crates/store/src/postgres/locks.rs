//! What a write is about, and the locks that keep two writers apart.
//!
//! A batch takes all its locks in one statement at its start, sorted, before anything is read that
//! decides anything. All writers do so, whichever process they are in, hence none ever waits for one
//! that waits for it. What is unique is decided by constraints all the same.
//!
//! Erasures and the deadlines of calls find out while they run what they are about, and take more locks then: where they and
//! another writer wait for each other, PostgreSQL ends one of the two, and it is run again.

use salala_core::ids::{ConversationId, FriendRequestId, MessageId, UserId};
use uuid::Uuid;

use super::cells::DbId;
use super::db::Db;
use super::error::Result;
use crate::pair::direct_key;

/// One thing that a write is about, and no other write may change meanwhile.
#[derive(Clone, Debug)]
pub(super) enum Key {
    /// A conversation with its members, messages, reactions and marks.
    Conversation(ConversationId),
    /// The conversation of a message.
    Message(MessageId),
    /// A user with their sessions.
    User(UserId),
    /// Two users, what is between them, and their conversation of two.
    Pair(UserId, UserId),
    /// The two of a friend request, as with [`Self::Pair`].
    Request(FriendRequestId),
    /// A name, an address or a token's hash that at most one may have.
    Name(Vec<u8>),
}

/// Of conversations each has a lock of its own; the rest share two times 1,024, so that a group of
/// thousands of users needs no more locks than PostgreSQL has.
pub(super) const TAKE_LOCKS: &str = "
    SELECT pg_advisory_xact_lock(key)
    FROM (
        SELECT DISTINCT key
        FROM (
            SELECT uuid_hash_extended(conversation_id, 0) AS key
            FROM unnest($1::uuid[]) AS named (conversation_id)
            UNION ALL
            SELECT uuid_hash_extended(m.conversation_id, 0)
            FROM unnest($2::uuid[]) AS named (id)
            JOIN messages m ON m.id = named.id
            UNION ALL
            SELECT uuid_hash_extended(c.id, 0)
            FROM unnest($4::bytea[]) AS named (pair)
            JOIN conversations c ON c.direct_key = named.pair
            UNION ALL
            SELECT uuid_hash_extended(c.id, 0)
            FROM unnest($5::uuid[]) AS named (id)
            JOIN friend_requests r ON r.id = named.id
            JOIN conversations c ON c.direct_key = uuid_send(r.low_id) || uuid_send(r.high_id)
            UNION ALL
            SELECT uuid_hash_extended(user_id, 0) & 1023
            FROM unnest($3::uuid[]) AS named (user_id)
            UNION ALL
            SELECT uuid_hash_extended(two.user_id, 0) & 1023
            FROM unnest($5::uuid[]) AS named (id)
            JOIN friend_requests r ON r.id = named.id
            CROSS JOIN LATERAL (VALUES (r.low_id), (r.high_id)) AS two (user_id)
            UNION ALL
            SELECT hashtextextended(encode(name, 'hex'), 0) & 1023 | 1024
            FROM unnest($4::bytea[] || $6::bytea[]) AS named (name)
            UNION ALL
            SELECT hashtextextended(
                encode(uuid_send(r.low_id) || uuid_send(r.high_id), 'hex'), 0) & 1023 | 1024
            FROM unnest($5::uuid[]) AS named (id)
            JOIN friend_requests r ON r.id = named.id
        ) AS keys
        ORDER BY key
    ) AS sorted";

/// The keys of a batch.
#[derive(Default)]
pub(super) struct Keys {
    conversations: Vec<Uuid>,
    messages: Vec<Uuid>,
    users: Vec<Uuid>,
    pairs: Vec<Vec<u8>>,
    requests: Vec<Uuid>,
    names: Vec<Vec<u8>>,
}

impl Keys {
    /// One more.
    pub(super) fn add(&mut self, key: &Key) {
        match key {
            Key::Conversation(id) => self.conversations.push(id.to_db()),
            Key::Message(id) => self.messages.push(id.to_db()),
            Key::User(id) => self.users.push(id.to_db()),
            Key::Pair(one, other) => {
                self.users.extend([one.to_db(), other.to_db()]);
                self.pairs.push(direct_key(*one, *other).to_vec());
            }
            Key::Request(id) => self.requests.push(id.to_db()),
            Key::Name(name) => self.names.push(name.clone()),
        }
    }

    /// How many locks of conversations it may take at most.
    pub(super) fn conversations(&self) -> usize {
        self.conversations.len() + self.messages.len() + self.pairs.len() + self.requests.len()
    }

    /// Takes the locks until the transaction ends.
    pub(super) async fn lock(&self, db: &Db) -> Result<()> {
        let Self { conversations, messages, users, pairs, requests, names } = self;
        db.query(TAKE_LOCKS, &[conversations, messages, users, pairs, requests, names]).await?;
        Ok(())
    }
}

/// Takes the locks of what a write finds out while it runs that it is about.
pub(super) async fn lock_found(db: &Db, found: impl IntoIterator<Item = Key>) -> Result<()> {
    let mut keys = Keys::default();
    found.into_iter().for_each(|key| keys.add(&key));
    keys.lock(db).await
}
