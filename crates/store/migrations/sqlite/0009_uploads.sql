-- Bytes that are stored once, outside the database, under their number and hash. Those that are not stored
-- yet, or not any more, have an end: then they are removed from where they may be.
CREATE TABLE blobs (
    id BLOB NOT NULL PRIMARY KEY,
    hash BLOB NOT NULL,
    size INTEGER NOT NULL,
    is_stored INTEGER NOT NULL DEFAULT 0,
    -- They are being removed, and no upload may have them any more.
    is_removed INTEGER NOT NULL DEFAULT 0,
    -- How many uploads have them.
    holders INTEGER NOT NULL DEFAULT 0,
    expires_at INTEGER,
    CHECK (holders = 0 OR (is_stored = 1 AND expires_at IS NULL))
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX blobs_by_hash ON blobs (hash) WHERE is_stored = 1;
CREATE INDEX blobs_by_end ON blobs (expires_at) WHERE expires_at IS NOT NULL;

-- Files as somebody uploaded them. One that no message holds has an end.
CREATE TABLE uploads (
    id BLOB NOT NULL PRIMARY KEY,
    owner_id BLOB NOT NULL REFERENCES users (id),
    content_id BLOB NOT NULL REFERENCES blobs (id),
    thumbnail_id BLOB REFERENCES blobs (id),
    name TEXT NOT NULL,
    mime_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    width INTEGER,
    height INTEGER,
    duration_ms INTEGER,
    blurhash TEXT,
    peaks BLOB,
    created_at INTEGER NOT NULL,
    -- How many messages have it.
    holders INTEGER NOT NULL DEFAULT 0,
    expires_at INTEGER
) STRICT;

CREATE INDEX uploads_by_owner ON uploads (owner_id, id);
CREATE INDEX uploads_by_end ON uploads (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX uploads_by_content ON uploads (content_id);
CREATE INDEX uploads_by_thumbnail ON uploads (thumbnail_id) WHERE thumbnail_id IS NOT NULL;

-- What all uploads of a user hold together.
CREATE TABLE upload_totals (
    user_id BLOB NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    bytes INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

ALTER TABLE messages ADD COLUMN file_id BLOB REFERENCES uploads (id);

CREATE INDEX messages_by_file ON messages (file_id, conversation_id, seq) WHERE file_id IS NOT NULL;
