-- The words of each message that has a text. A row's number is its conversation's number, shifted by 32
-- bits, and its seq: a search in one conversation is a range of it.
ALTER TABLE conversations ADD COLUMN number INTEGER;

UPDATE conversations
SET number = rowid;

CREATE UNIQUE INDEX conversations_by_number ON conversations (number);

-- Words come in already as they are compared; every character of them is kept as it is.
CREATE VIRTUAL TABLE message_words USING fts5 (
    words,
    content = '',
    contentless_delete = 1,
    detail = none,
    tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* P* S* C*'"
);

-- Segments are merged eight at a time and in small steps, so that no commit waits for a large merge.
INSERT INTO message_words (message_words, rank)
VALUES ('automerge', 8), ('crisismerge', 128);

INSERT INTO message_words (rowid, words)
SELECT (c.number << 32) | m.seq, search_words(m.content)
FROM conversations c
JOIN messages m ON m.conversation_id = c.id
WHERE m.content IS NOT NULL
ORDER BY c.number, m.seq;
