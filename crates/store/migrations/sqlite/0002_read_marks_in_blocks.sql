-- From here on no mark crosses the border of a block of 256 seq: those over a page are found by their
-- ends without a look at all that came after it.
WITH RECURSIVE pieces (conversation_id, user_id, first_seq, last_seq, read_at) AS (
    SELECT conversation_id, user_id, (first_seq / 256 + 1) * 256, last_seq, read_at
    FROM message_reads
    WHERE first_seq / 256 < last_seq / 256
    UNION ALL
    SELECT conversation_id, user_id, (first_seq / 256 + 1) * 256, last_seq, read_at
    FROM pieces
    WHERE first_seq / 256 < last_seq / 256
)
INSERT INTO message_reads (conversation_id, user_id, first_seq, last_seq, read_at)
SELECT conversation_id, user_id, first_seq, MIN(last_seq, first_seq / 256 * 256 + 255), read_at
FROM pieces;

UPDATE message_reads
SET last_seq = first_seq / 256 * 256 + 255
WHERE first_seq / 256 < last_seq / 256;
