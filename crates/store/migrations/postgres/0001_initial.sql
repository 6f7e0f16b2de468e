-- Ids are UUIDs, times milliseconds since the Unix epoch, and every counter begins at 1. Texts that
-- are compared or sorted are so byte by byte (COLLATE "C"), as in the embedded engine. Constraints
-- that a request can break are named: errors are told by these names.

CREATE TABLE meta (
    name TEXT NOT NULL PRIMARY KEY,
    value BYTEA NOT NULL
);

-- Which database this is: a foreign one in its place is noticed by it.
INSERT INTO meta (name, value) VALUES ('epoch', uuid_send(gen_random_uuid()));

-- The steps that this database has taken.
CREATE TABLE migrations (
    number INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    applied_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

-- The last batch that each writer committed, in the transaction of that batch: a writer whose
-- connection was lost while it committed finds out here what became of it.
CREATE TABLE writers (
    id UUID NOT NULL PRIMARY KEY,
    batch BIGINT NOT NULL,
    -- Of the batch's last event.
    position BIGINT,
    used_at TIMESTAMPTZ NOT NULL DEFAULT now()
) WITH (fillfactor = 50);

-- With room on its pages where a row changes often: the new version then stands beside the old one
-- and no index has to be told.
CREATE TABLE users (
    id UUID NOT NULL PRIMARY KEY,
    username TEXT NOT NULL,
    username_key TEXT COLLATE "C" NOT NULL CONSTRAINT users_by_username UNIQUE,
    email TEXT NOT NULL,
    email_key TEXT COLLATE "C" NOT NULL CONSTRAINT users_by_email UNIQUE,
    password_hash TEXT NOT NULL,
    display_name TEXT,
    avatar TEXT,
    bio TEXT,
    phone_number TEXT,
    date_of_birth TEXT,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT,
    disabled_at BIGINT,
    rev BIGINT NOT NULL DEFAULT 0
) WITH (fillfactor = 80);

-- A user's names from the start of each of their words on, in lower case: a search is one range.
CREATE TABLE user_terms (
    term TEXT COLLATE "C" NOT NULL,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (term, user_id)
);

CREATE INDEX user_terms_by_user ON user_terms (user_id);

CREATE TABLE sessions (
    id UUID NOT NULL PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    refresh_hash BYTEA NOT NULL CONSTRAINT sessions_by_hash UNIQUE,
    user_agent TEXT,
    address TEXT,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);

CREATE INDEX sessions_by_user ON sessions (user_id, created_at);
CREATE INDEX sessions_by_end ON sessions ((LEAST(expires_at, COALESCE(revoked_at, expires_at))));

CREATE TABLE used_refresh_tokens (
    refresh_hash BYTEA NOT NULL PRIMARY KEY,
    session_id UUID NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    expires_at BIGINT NOT NULL
);

CREATE INDEX used_refresh_tokens_by_session ON used_refresh_tokens (session_id);
CREATE INDEX used_refresh_tokens_by_end ON used_refresh_tokens (expires_at);

-- Each friendship stands here in both directions.
CREATE TABLE friendships (
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    friend_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    PRIMARY KEY (user_id, friend_id)
);

CREATE INDEX friendships_by_friend ON friendships (friend_id);

CREATE TABLE friend_requests (
    id UUID NOT NULL PRIMARY KEY,
    sender_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    receiver_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- The two in order, so that one request waits between them in whichever direction.
    low_id UUID NOT NULL,
    high_id UUID NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('PENDING', 'ACCEPTED', 'REJECTED', 'CANCELLED')),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE UNIQUE INDEX friend_requests_pending
    ON friend_requests (low_id, high_id) WHERE status = 'PENDING';
CREATE INDEX friend_requests_waiting
    ON friend_requests (receiver_id, created_at, id) WHERE status = 'PENDING';
CREATE INDEX friend_requests_by_sender ON friend_requests (sender_id);
CREATE INDEX friend_requests_by_receiver ON friend_requests (receiver_id);

CREATE TABLE conversations (
    id UUID NOT NULL PRIMARY KEY,
    is_group BOOLEAN NOT NULL,
    name TEXT,
    avatar TEXT,
    -- The two users of a conversation of two, in order; NULL for a group.
    direct_key BYTEA CONSTRAINT conversations_by_pair UNIQUE,
    last_seq BIGINT NOT NULL DEFAULT 0,
    rev BIGINT NOT NULL DEFAULT 0,
    members_version BIGINT NOT NULL DEFAULT 1,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
) WITH (fillfactor = 50);

-- The present members.
CREATE TABLE participants (
    conversation_id UUID NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
    -- Who came first has the lower number.
    joined_order BIGINT NOT NULL,
    joined_seq BIGINT NOT NULL,
    last_read_seq BIGINT NOT NULL,
    -- Up to here every visible message of others has its mark: no need to look again.
    covered_seq BIGINT NOT NULL DEFAULT 0,
    muted_until BIGINT,
    pinned_at BIGINT,
    archived_at BIGINT,
    marked_unread BOOLEAN NOT NULL DEFAULT FALSE,
    PRIMARY KEY (conversation_id, user_id)
) WITH (fillfactor = 50);

CREATE INDEX participants_by_user ON participants (user_id);
CREATE INDEX participants_by_order ON participants (conversation_id, joined_order);
-- Finds who came after a message, and may not see it.
CREATE INDEX participants_by_seq ON participants (conversation_id, joined_seq);

-- What former memberships let their user see: after joined_seq, up to left_seq.
CREATE TABLE past_memberships (
    conversation_id UUID NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    joined_seq BIGINT NOT NULL,
    left_seq BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, user_id, joined_seq),
    CHECK (joined_seq < left_seq)
);

CREATE INDEX past_memberships_by_user ON past_memberships (user_id);

CREATE TABLE messages (
    id UUID NOT NULL PRIMARY KEY,
    conversation_id UUID NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    seq BIGINT NOT NULL,
    sender_id UUID NOT NULL REFERENCES users (id),
    content TEXT,
    file_url TEXT,
    reply_to_id UUID,
    -- The ids of those named in the text, one after the other.
    mentions BYTEA,
    client_message_id TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    edited_at BIGINT,
    deleted_at BIGINT
);

CREATE UNIQUE INDEX messages_by_seq ON messages (conversation_id, seq);
CREATE UNIQUE INDEX messages_by_client_id
    ON messages (conversation_id, sender_id, client_message_id)
    WHERE client_message_id IS NOT NULL;
CREATE INDEX messages_deleted ON messages (conversation_id, seq) WHERE deleted_at IS NOT NULL;
CREATE INDEX messages_with_files ON messages (conversation_id, seq) WHERE file_url IS NOT NULL;

-- Marks of one reader over whole ranges, which never overlap; own and deleted messages between
-- marks made at once are bridged.
CREATE TABLE message_reads (
    conversation_id UUID NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    first_seq BIGINT NOT NULL,
    last_seq BIGINT NOT NULL,
    read_at BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, user_id, first_seq),
    CHECK (first_seq <= last_seq)
);

CREATE INDEX message_reads_by_end ON message_reads (conversation_id, last_seq);

CREATE TABLE reactions (
    -- Grows, and so keeps the order in which they were given.
    number BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id UUID NOT NULL,
    message_id UUID NOT NULL REFERENCES messages (id) ON DELETE CASCADE,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    emoji TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE UNIQUE INDEX reactions_by_message ON reactions (message_id, user_id, emoji);

-- Positions are taken under a lock that is held until COMMIT, so that rows become visible in their
-- order.
CREATE SEQUENCE log_positions AS BIGINT;

-- The durable events in the order in which they took effect. Never a body: ids alone.
CREATE TABLE log (
    position BIGINT NOT NULL PRIMARY KEY,
    committed_at BIGINT NOT NULL,
    audience TEXT NOT NULL CHECK (audience IN ('conversation', 'user')),
    audience_id UUID NOT NULL,
    rev BIGINT NOT NULL,
    kind TEXT NOT NULL,
    -- The message, friend request or group that it is about.
    subject_id UUID,
    -- Who reacted, or read.
    actor_id UUID,
    -- The emoji of a reaction: its row is gone once it is taken back.
    emoji TEXT
);
