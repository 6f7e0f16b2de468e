-- Ids are 16 bytes, times milliseconds since the Unix epoch, and every counter begins at 1.

CREATE TABLE meta (
    name TEXT NOT NULL PRIMARY KEY,
    value ANY NOT NULL
) STRICT, WITHOUT ROWID;

-- Which database this is: a foreign one in its place is noticed by it.
INSERT INTO meta (name, value) VALUES ('epoch', randomblob(16));

CREATE TABLE users (
    id BLOB NOT NULL PRIMARY KEY,
    username TEXT NOT NULL,
    username_key TEXT NOT NULL UNIQUE,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    display_name TEXT,
    avatar TEXT,
    bio TEXT,
    phone_number TEXT,
    date_of_birth TEXT,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER,
    disabled_at INTEGER,
    rev INTEGER NOT NULL DEFAULT 0
) STRICT;

-- A user's names from the start of each of their words on, in lower case: a search is one range.
CREATE TABLE user_terms (
    term TEXT NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (term, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX user_terms_by_user ON user_terms (user_id);

CREATE TABLE sessions (
    id BLOB NOT NULL PRIMARY KEY,
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    refresh_hash BLOB NOT NULL UNIQUE,
    user_agent TEXT,
    address TEXT,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;

CREATE INDEX sessions_by_user ON sessions (user_id, created_at);
CREATE INDEX sessions_by_end ON sessions (MIN(expires_at, COALESCE(revoked_at, expires_at)));

CREATE TABLE used_refresh_tokens (
    refresh_hash BLOB NOT NULL PRIMARY KEY,
    session_id BLOB NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX used_refresh_tokens_by_session ON used_refresh_tokens (session_id);
CREATE INDEX used_refresh_tokens_by_end ON used_refresh_tokens (expires_at);

-- Each friendship stands here in both directions.
CREATE TABLE friendships (
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    friend_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, friend_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX friendships_by_friend ON friendships (friend_id);

CREATE TABLE friend_requests (
    id BLOB NOT NULL PRIMARY KEY,
    sender_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    receiver_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- The two in order, so that one request waits between them in whichever direction.
    low_id BLOB NOT NULL,
    high_id BLOB NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('PENDING', 'ACCEPTED', 'REJECTED', 'CANCELLED')),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX friend_requests_pending
    ON friend_requests (low_id, high_id) WHERE status = 'PENDING';
CREATE INDEX friend_requests_waiting
    ON friend_requests (receiver_id, created_at, id) WHERE status = 'PENDING';
CREATE INDEX friend_requests_by_sender ON friend_requests (sender_id);
CREATE INDEX friend_requests_by_receiver ON friend_requests (receiver_id);

CREATE TABLE conversations (
    id BLOB NOT NULL PRIMARY KEY,
    is_group INTEGER NOT NULL CHECK (is_group IN (0, 1)),
    name TEXT,
    avatar TEXT,
    -- The two users of a conversation of two, in order; NULL for a group.
    direct_key BLOB UNIQUE,
    last_seq INTEGER NOT NULL DEFAULT 0,
    rev INTEGER NOT NULL DEFAULT 0,
    members_version INTEGER NOT NULL DEFAULT 1,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;

-- The present members.
CREATE TABLE participants (
    conversation_id BLOB NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
    -- Who came first has the lower number.
    joined_order INTEGER NOT NULL,
    joined_seq INTEGER NOT NULL,
    last_read_seq INTEGER NOT NULL,
    -- Up to here every visible message of others has its mark: no need to look again.
    covered_seq INTEGER NOT NULL DEFAULT 0,
    muted_until INTEGER,
    pinned_at INTEGER,
    archived_at INTEGER,
    marked_unread INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (conversation_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX participants_by_user ON participants (user_id);
CREATE INDEX participants_by_order ON participants (conversation_id, joined_order);
-- Finds who came after a message, and may not see it.
CREATE INDEX participants_by_seq ON participants (conversation_id, joined_seq);

-- What former memberships let their user see: after joined_seq, up to left_seq.
CREATE TABLE past_memberships (
    conversation_id BLOB NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    joined_seq INTEGER NOT NULL,
    left_seq INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, user_id, joined_seq),
    CHECK (joined_seq < left_seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX past_memberships_by_user ON past_memberships (user_id);

CREATE TABLE messages (
    id BLOB NOT NULL PRIMARY KEY,
    conversation_id BLOB NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    sender_id BLOB NOT NULL REFERENCES users (id),
    content TEXT,
    file_url TEXT,
    reply_to_id BLOB,
    -- The ids of those named in the text, one after the other.
    mentions BLOB,
    client_message_id TEXT,
    created_at INTEGER NOT NULL,
    edited_at INTEGER,
    deleted_at INTEGER
) STRICT;

CREATE UNIQUE INDEX messages_by_seq ON messages (conversation_id, seq);
CREATE UNIQUE INDEX messages_by_client_id
    ON messages (conversation_id, sender_id, client_message_id)
    WHERE client_message_id IS NOT NULL;
CREATE INDEX messages_deleted ON messages (conversation_id, seq) WHERE deleted_at IS NOT NULL;
CREATE INDEX messages_with_files ON messages (conversation_id, seq) WHERE file_url IS NOT NULL;

-- Marks of one reader over whole ranges, which never overlap; own and deleted messages between
-- marks made at once are bridged.
CREATE TABLE message_reads (
    conversation_id BLOB NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    read_at INTEGER NOT NULL,
    PRIMARY KEY (conversation_id, user_id, first_seq),
    CHECK (first_seq <= last_seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX message_reads_by_end ON message_reads (conversation_id, last_seq);

CREATE TABLE reactions (
    -- Grows, and so keeps the order in which they were given.
    number INTEGER NOT NULL PRIMARY KEY,
    id BLOB NOT NULL,
    message_id BLOB NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    emoji TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX reactions_by_message ON reactions (message_id, user_id, emoji);

-- The durable events in the order in which they took effect. Never a body: ids alone. Whoever
-- trims it must leave the last row, from which positions go on.
CREATE TABLE log (
    position INTEGER NOT NULL PRIMARY KEY,
    committed_at INTEGER NOT NULL,
    audience TEXT NOT NULL CHECK (audience IN ('conversation', 'user')),
    audience_id BLOB NOT NULL,
    rev INTEGER NOT NULL,
    kind TEXT NOT NULL,
    -- The message, friend request or group that it is about.
    subject_id BLOB,
    -- Who reacted, or read.
    actor_id BLOB,
    -- The emoji of a reaction: its row is gone once it is taken back.
    emoji TEXT
) STRICT;
