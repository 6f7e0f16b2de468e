-- Devices that are pushed to.
CREATE TABLE devices (
    id BLOB NOT NULL PRIMARY KEY,
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    session_id BLOB REFERENCES sessions (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('fcm', 'webpush')),
    -- The token or the endpoint, and its SHA-256: a device has one user.
    address TEXT NOT NULL,
    address_hash BLOB NOT NULL UNIQUE,
    public_key BLOB,
    auth_secret BLOB,
    registered_at INTEGER NOT NULL,
    CHECK ((kind = 'webpush') = (public_key IS NOT NULL AND auth_secret IS NOT NULL))
) STRICT;

CREATE INDEX devices_by_user ON devices (user_id, registered_at);
CREATE INDEX devices_by_session ON devices (session_id);

-- In whatever way a session ends, its devices leave with it.
CREATE TRIGGER devices_leave_with_session
AFTER UPDATE OF revoked_at ON sessions WHEN NEW.revoked_at IS NOT NULL
BEGIN
    DELETE FROM devices
    WHERE session_id = NEW.id;
END;

-- Which members a message is pushed to, so that a send need not ask: their ids one after the other,
-- two at most; NULL if it is not known, until the next send finds out. It may name members who have
-- no device any more, and never leaves out one who has.
ALTER TABLE conversations ADD COLUMN push_to BLOB;

-- Messages that have somebody to push to, until they are expanded to devices.
CREATE TABLE push_outbox (
    number INTEGER NOT NULL PRIMARY KEY,
    conversation_id BLOB NOT NULL,
    message_id BLOB NOT NULL,
    sender_id BLOB NOT NULL,
    seq INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    -- Expanded to all devices up to here, in the order of their ids.
    done_to BLOB
) STRICT;

CREATE INDEX push_outbox_by_conversation ON push_outbox (conversation_id, number);

-- What is pushed to one device, what becomes of it, and that it is not pushed again.
CREATE TABLE pushes (
    number INTEGER NOT NULL PRIMARY KEY,
    device_id BLOB NOT NULL,
    device_kind TEXT NOT NULL CHECK (device_kind IN ('fcm', 'webpush')),
    user_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (
        kind IN ('message', 'clear', 'ring', 'ring_end', 'missed_call', 'test')
    ),
    conversation_id BLOB,
    -- The message, the call, or the test itself.
    subject_id BLOB NOT NULL,
    -- The messages in a row that it stands for; 0 if it is about none.
    first_seq INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'dropped', 'failed')),
    reason TEXT,
    detail TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    -- When it is looked at next; whoever looks moves it on for as long as that may take. NULL once
    -- it is settled.
    due_at INTEGER,
    settled_at INTEGER,
    CHECK ((state = 'waiting') = (due_at IS NOT NULL)),
    CHECK ((state = 'waiting') = (settled_at IS NULL))
) STRICT;

CREATE UNIQUE INDEX pushes_once ON pushes (device_id, kind, subject_id);
CREATE INDEX pushes_by_due ON pushes (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX pushes_waiting ON pushes (device_id, conversation_id) WHERE due_at IS NOT NULL;
CREATE INDEX pushes_by_user ON pushes (user_id, number);
CREATE INDEX pushes_by_end ON pushes (settled_at) WHERE settled_at IS NOT NULL;

-- The newest message of a conversation that a device shows, until it is read.
CREATE TABLE push_shown (
    user_id BLOB NOT NULL,
    conversation_id BLOB NOT NULL,
    device_id BLOB NOT NULL REFERENCES devices (id) ON DELETE CASCADE,
    message_id BLOB NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (user_id, conversation_id, device_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX push_shown_by_device ON push_shown (device_id);

CREATE TABLE user_settings (
    user_id BLOB NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    -- Minutes after midnight, and by whose clock.
    quiet_from INTEGER,
    quiet_to INTEGER,
    time_zone TEXT,
    locale TEXT,
    CHECK ((quiet_from IS NULL) = (quiet_to IS NULL) AND (quiet_from IS NULL) = (time_zone IS NULL))
) STRICT, WITHOUT ROWID;
