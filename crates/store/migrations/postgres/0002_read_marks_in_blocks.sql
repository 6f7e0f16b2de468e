-- No mark crosses the border of a block of 256 seq: those over a page are found by their ends without
-- a look at all that came after it. This engine never wrote others.
ALTER TABLE message_reads
    ADD CONSTRAINT message_reads_in_blocks CHECK (first_seq / 256 = last_seq / 256);
