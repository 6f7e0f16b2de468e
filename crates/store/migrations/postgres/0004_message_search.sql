-- The words of each message that has a text, as they are compared, each behind its conversation's mark
-- and the number of its block of seq: a search in one conversation looks at that one's words alone, and
-- from the newest block on. No database of this engine holds messages from before.
ALTER TABLE messages ADD COLUMN words TSVECTOR;

-- What is new is kept aside and merged in small steps, so that no commit waits for a large merge.
CREATE INDEX messages_by_words ON messages USING gin (words) WITH (gin_pending_list_limit = 512);
