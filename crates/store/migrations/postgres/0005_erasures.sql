-- An erased account stays as a row that holds nothing of its user: what others keep still names its
-- author.
ALTER TABLE users ADD COLUMN erased_at BIGINT;

-- For exports, which go through them in the order of their ids.
DROP INDEX friend_requests_by_sender;
DROP INDEX friend_requests_by_receiver;
CREATE INDEX friend_requests_by_sender ON friend_requests (sender_id, id);
CREATE INDEX friend_requests_by_receiver ON friend_requests (receiver_id, id);

-- Only for who asks for seq > 0, which all have: PostgreSQL takes it for as good as messages_by_client_id
-- where a repeat is looked for, and would look at all that a sender wrote in a conversation.
CREATE INDEX messages_by_sender ON messages (sender_id, conversation_id, seq) WHERE seq > 0;
CREATE INDEX reactions_by_user ON reactions (user_id, number);

-- Accounts of which something is left to be emptied, and how far that has come.
CREATE TABLE erasures (
    user_id UUID NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    stage TEXT NOT NULL
        CHECK (stage IN ('asked', 'conversations', 'messages', 'reactions', 'reads')),
    -- What lies up to here, in the order of the stage, is done.
    conversation_id UUID NOT NULL,
    seq BIGINT NOT NULL
);
