-- Who has blocked whom.
CREATE TABLE blocks (
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    blocked_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- As in conversations: the two in order, so that a block is found from either side.
    direct_key BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (user_id, blocked_id)
);

CREATE INDEX blocks_by_blocked ON blocks (blocked_id);
CREATE INDEX blocks_by_pair ON blocks (direct_key);
