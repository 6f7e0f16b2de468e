-- Devices that are pushed to.
CREATE TABLE devices (
    id UUID NOT NULL PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    session_id UUID REFERENCES sessions (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('fcm', 'webpush')),
    -- The token or the endpoint, and its SHA-256: a device has one user.
    address TEXT NOT NULL,
    address_hash BYTEA NOT NULL UNIQUE,
    public_key BYTEA,
    auth_secret BYTEA,
    registered_at BIGINT NOT NULL,
    CHECK ((kind = 'webpush') = (public_key IS NOT NULL AND auth_secret IS NOT NULL))
);

CREATE INDEX devices_by_user ON devices (user_id, registered_at);
CREATE INDEX devices_by_session ON devices (session_id);

-- In whatever way a session ends, its devices leave with it.
CREATE FUNCTION remove_devices_of_session() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM devices
    WHERE session_id = NEW.id;
    RETURN NULL;
END $$;

CREATE TRIGGER devices_leave_with_session
AFTER UPDATE OF revoked_at ON sessions
FOR EACH ROW WHEN (NEW.revoked_at IS NOT NULL)
EXECUTE FUNCTION remove_devices_of_session();

-- Which members a message is pushed to, so that a send need not ask: their ids one after the other,
-- two at most; NULL if it is not known, until the next send finds out. It may name members who have
-- no device any more, and never leaves out one who has.
ALTER TABLE conversations ADD COLUMN push_to BYTEA;

-- Messages that have somebody to push to, until they are expanded to devices.
CREATE TABLE push_outbox (
    number BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    conversation_id UUID NOT NULL,
    message_id UUID NOT NULL,
    sender_id UUID NOT NULL,
    seq BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    -- Expanded to all devices up to here, in the order of their ids.
    done_to UUID
);

CREATE INDEX push_outbox_by_conversation ON push_outbox (conversation_id, number);

-- What is pushed to one device, what becomes of it, and that it is not pushed again.
CREATE TABLE pushes (
    number BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    device_id UUID NOT NULL,
    device_kind TEXT NOT NULL CHECK (device_kind IN ('fcm', 'webpush')),
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (
        kind IN ('message', 'clear', 'ring', 'ring_end', 'missed_call', 'test')
    ),
    conversation_id UUID,
    -- The message, the call, or the test itself.
    subject_id UUID NOT NULL,
    -- The messages in a row that it stands for; 0 if it is about none.
    first_seq BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'dropped', 'failed')),
    reason TEXT,
    detail TEXT,
    attempts BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    -- When it is looked at next; whoever looks moves it on for as long as that may take. NULL once
    -- it is settled.
    due_at BIGINT,
    settled_at BIGINT,
    CHECK ((state = 'waiting') = (due_at IS NOT NULL)),
    CHECK ((state = 'waiting') = (settled_at IS NULL))
);

CREATE UNIQUE INDEX pushes_once ON pushes (device_id, kind, subject_id);
CREATE INDEX pushes_by_due ON pushes (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX pushes_waiting ON pushes (device_id, conversation_id) WHERE due_at IS NOT NULL;
CREATE INDEX pushes_by_user ON pushes (user_id, number);
CREATE INDEX pushes_by_end ON pushes (settled_at) WHERE settled_at IS NOT NULL;

-- The newest message of a conversation that a device shows, until it is read.
CREATE TABLE push_shown (
    user_id UUID NOT NULL,
    conversation_id UUID NOT NULL,
    device_id UUID NOT NULL REFERENCES devices (id) ON DELETE CASCADE,
    message_id UUID NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (user_id, conversation_id, device_id)
);

CREATE INDEX push_shown_by_device ON push_shown (device_id);

CREATE TABLE user_settings (
    user_id UUID NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    -- Minutes after midnight, and by whose clock.
    quiet_from BIGINT,
    quiet_to BIGINT,
    time_zone TEXT,
    locale TEXT,
    CHECK ((quiet_from IS NULL) = (quiet_to IS NULL) AND (quiet_from IS NULL) = (time_zone IS NULL))
);
