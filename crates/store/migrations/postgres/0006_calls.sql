-- Calls between two users. One is under way while it has no end; between two there is one at most.
CREATE TABLE calls (
    id UUID NOT NULL PRIMARY KEY,
    conversation_id UUID NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    caller_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    callee_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- As in conversations: the two in order.
    direct_key BYTEA NOT NULL,
    has_video BOOLEAN NOT NULL,
    state TEXT NOT NULL CHECK (
        state IN ('ringing', 'accepted', 'rejected', 'cancelled', 'missed', 'failed', 'ended')
    ),
    created_at BIGINT NOT NULL,
    rings_until BIGINT NOT NULL,
    answered_at BIGINT,
    ended_at BIGINT,
    end_reason TEXT,
    -- The device that each talks with, and the session through which it is known when it comes back.
    caller_device TEXT NOT NULL,
    caller_session UUID,
    callee_device TEXT,
    callee_session UUID,
    -- Until when each has to be back; NULL while they are there.
    caller_back_by BIGINT,
    callee_back_by BIGINT,
    -- The first of the moments at which something is to happen by itself.
    deadline_at BIGINT,
    -- The last number given to something that one handed the other.
    last_signal BIGINT NOT NULL DEFAULT 0,
    CHECK ((ended_at IS NULL) = (state IN ('ringing', 'accepted')))
);

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
    call_id UUID NOT NULL REFERENCES calls (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    side TEXT NOT NULL CHECK (side IN ('caller', 'callee')),
    device TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('offer', 'answer', 'candidate')),
    -- JSON text, as it was given.
    body TEXT NOT NULL,
    PRIMARY KEY (call_id, number)
);
