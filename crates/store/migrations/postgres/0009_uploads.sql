-- Bytes that are stored once, outside the database, under their number and hash. Those that are not stored
-- yet, or not any more, have an end: then they are removed from where they may be.
CREATE TABLE blobs (
    id UUID NOT NULL PRIMARY KEY,
    hash BYTEA NOT NULL,
    size BIGINT NOT NULL,
    is_stored BOOLEAN NOT NULL DEFAULT FALSE,
    -- They are being removed, and no upload may have them any more.
    is_removed BOOLEAN NOT NULL DEFAULT FALSE,
    -- How many uploads have them.
    holders BIGINT NOT NULL DEFAULT 0,
    expires_at BIGINT,
    CHECK (holders = 0 OR (is_stored AND expires_at IS NULL))
);

CREATE UNIQUE INDEX blobs_by_hash ON blobs (hash) WHERE is_stored;
CREATE INDEX blobs_by_end ON blobs (expires_at) WHERE expires_at IS NOT NULL;

-- Files as somebody uploaded them. One that no message holds has an end.
CREATE TABLE uploads (
    id UUID NOT NULL PRIMARY KEY,
    owner_id UUID NOT NULL REFERENCES users (id),
    content_id UUID NOT NULL REFERENCES blobs (id),
    thumbnail_id UUID REFERENCES blobs (id),
    name TEXT NOT NULL,
    mime_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    width BIGINT,
    height BIGINT,
    duration_ms BIGINT,
    blurhash TEXT,
    peaks BYTEA,
    created_at BIGINT NOT NULL,
    -- How many messages have it.
    holders BIGINT NOT NULL DEFAULT 0,
    expires_at BIGINT
);

CREATE INDEX uploads_by_owner ON uploads (owner_id, id);
CREATE INDEX uploads_by_end ON uploads (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX uploads_by_content ON uploads (content_id);
CREATE INDEX uploads_by_thumbnail ON uploads (thumbnail_id) WHERE thumbnail_id IS NOT NULL;

-- What all uploads of a user hold together.
CREATE TABLE upload_totals (
    user_id UUID NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    bytes BIGINT NOT NULL
);

ALTER TABLE messages ADD COLUMN file_id UUID REFERENCES uploads (id);

CREATE INDEX messages_by_file ON messages (file_id, conversation_id, seq) WHERE file_id IS NOT NULL;
