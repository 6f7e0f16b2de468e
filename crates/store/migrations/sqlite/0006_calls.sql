-- Calls between two users. One is under way while it has no end; between two there is one at most.
CREATE TABLE calls (
    id BLOB NOT NULL PRIMARY KEY,
    conversation_id BLOB NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    caller_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    callee_id BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- As in conversations: the two in order.
    direct_key BLOB NOT NULL,
    has_video INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (
        state IN ('ringing', 'accepted', 'rejected', 'cancelled', 'missed', 'failed', 'ended')
    ),
    created_at INTEGER NOT NULL,
    rings_until INTEGER NOT NULL,
    answered_at INTEGER,
    ended_at INTEGER,
    end_reason TEXT,
    -- The device that each talks with, and the session through which it is known when it comes back.
    caller_device TEXT NOT NULL,
    caller_session BLOB,
    callee_device TEXT,
    callee_session BLOB,
    -- Until when each has to be back; NULL while they are there.
    caller_back_by INTEGER,
    callee_back_by INTEGER,
    -- The first of the moments at which something is to happen by itself.
    deadline_at INTEGER,
    -- The last number given to something that one handed the other.
    last_signal INTEGER NOT NULL DEFAULT 0,
    CHECK ((ended_at IS NULL) = (state IN ('ringing', 'accepted')))
) STRICT;

CREATE UNIQUE INDEX calls_under_way ON calls (direct_key) WHERE ended_at IS NULL;
CREATE INDEX calls_under_way_by_caller ON calls (caller_id) WHERE ended_at IS NULL;
CREATE INDEX calls_under_way_by_callee ON calls (callee_id) WHERE ended_at IS NULL;
CREATE INDEX calls_by_deadline ON calls (deadline_at) WHERE deadline_at IS NOT NULL;
CREATE INDEX calls_by_pair ON calls (direct_key);
CREATE INDEX calls_by_caller ON calls (caller_id, created_at, id);
CREATE INDEX calls_by_callee ON calls (callee_id, created_at, id);
CREATE INDEX calls_by_conversation ON calls (conversation_id);

-- What the two handed each other, for a device that comes later: erased when the call is over.
CREATE TABLE call_signals (
    call_id BLOB NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    side TEXT NOT NULL CHECK (side IN ('caller', 'callee')),
    device TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('offer', 'answer', 'candidate')),
    -- JSON text, as it was given.
    body TEXT NOT NULL,
    PRIMARY KEY (call_id, number)
) STRICT, WITHOUT ROWID;
