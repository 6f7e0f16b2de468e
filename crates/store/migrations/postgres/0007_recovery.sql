-- Finds what one user missed: the rows of their conversations and of their own after a position.
CREATE INDEX log_by_audience ON log (audience_id, position);

-- The conversations that a recoverable session views.
CREATE TABLE views (
    recovery_id BYTEA NOT NULL,
    conversation_id UUID NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (recovery_id, conversation_id)
);

CREATE INDEX views_by_conversation ON views (conversation_id);
CREATE INDEX views_by_user ON views (user_id);
CREATE INDEX views_by_end ON views (seen_at);
