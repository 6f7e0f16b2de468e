//! The test that every statement finds its rows through an index.

use std::collections::BTreeSet;

use parking_lot::Mutex;

/// All that was prepared in this process.
static STATEMENTS: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

/// Notes a statement that is prepared.
pub(super) fn note(sql: &'static str) {
    STATEMENTS.lock().insert(sql);
}

#[cfg(feature = "postgres-tests")]
mod tests {
    use std::collections::BTreeMap;

    use super::super::tests::database::psql;
    use super::super::tests::fresh;
    use super::super::write_tx::WriteTx;
    use super::*;
    use crate::every_use::use_everything;

    /// Statements that may look at all rows of a table, each with its reason.
    const MAY_SCAN: [&str; 7] = [
        // The first row of the outbox.
        "FROM push_outbox\n             ORDER BY number\n             LIMIT 1",
        "FROM push_outbox\n                 ORDER BY number\n                 LIMIT 1",
        // The same, and counts what waits, so far.
        "SELECT 1 FROM push_outbox LIMIT $1",
        // Counts all there are.
        "SELECT COUNT(*)\n                     FROM users",
        // Holds a row for each account that is just being erased.
        "FROM erasures",
        // The calls under way, once at a start.
        "deadline_at = LEAST(COALESCE(deadline_at, $1), $1)",
        // Of a few rows, and asked when a writer ends.
        "DELETE FROM writers",
    ];

    /// Tables of a few rows.
    const SMALL: [&str; 3] = ["meta", "migrations", "writers"];

    /// Enough rows for an index to be worth its while, in the tables that grow.
    const FILL: &str = "
        INSERT INTO users
            (id, username, username_key, email, email_key, password_hash, created_at)
        SELECT gen_random_uuid(), n, n, n, n, '', n
        FROM generate_series(1, 2000) n;
        INSERT INTO user_terms (term, user_id)
        SELECT username_key, id FROM users ON CONFLICT DO NOTHING;
        INSERT INTO sessions
            (id, user_id, refresh_hash, created_at, last_used_at, expires_at)
        SELECT gen_random_uuid(), id, uuid_send(id), 1, 1, 1 FROM users;
        INSERT INTO used_refresh_tokens (refresh_hash, session_id, expires_at)
        SELECT uuid_send(id), id, 1 FROM sessions;
        CREATE TEMP TABLE pairs ON COMMIT DROP AS
        SELECT one.id AS one_id, other.id AS other_id,
            uuid_send(LEAST(one.id, other.id)) || uuid_send(GREATEST(one.id, other.id)) AS pair
        FROM users one
        JOIN users other ON other.created_at = one.created_at + 1 AND one.created_at < 2000;
        INSERT INTO friendships (user_id, friend_id)
        SELECT one_id, other_id FROM pairs ON CONFLICT DO NOTHING;
        INSERT INTO friend_requests
            (id, sender_id, receiver_id, low_id, high_id, status, created_at, updated_at)
        SELECT gen_random_uuid(), one_id, other_id, LEAST(one_id, other_id),
            GREATEST(one_id, other_id), 'PENDING', 1, 1 FROM pairs;
        INSERT INTO blocks (user_id, blocked_id, direct_key, created_at)
        SELECT one_id, other_id, pair, 1 FROM pairs ON CONFLICT DO NOTHING;
        INSERT INTO conversations (id, is_group, direct_key, created_at, updated_at)
        SELECT one_id, FALSE, pair, 1, 1 FROM pairs ON CONFLICT DO NOTHING;
        INSERT INTO participants
            (conversation_id, user_id, role, joined_order, joined_seq, last_read_seq)
        SELECT one_id, member.id, 'member', 1, 0, 0
        FROM pairs CROSS JOIN LATERAL (VALUES (one_id), (other_id)) AS member (id)
        WHERE EXISTS (SELECT 1 FROM conversations WHERE id = one_id);
        INSERT INTO past_memberships (conversation_id, user_id, joined_seq, left_seq)
        SELECT conversation_id, user_id, 0, 1 FROM participants ON CONFLICT DO NOTHING;
        INSERT INTO messages
            (id, conversation_id, seq, sender_id, content, client_message_id, created_at, words)
        SELECT gen_random_uuid(), conversation_id, n + 100, user_id, 'hello', n::text, n,
            'hello'::tsvector
        FROM participants CROSS JOIN generate_series(1, 5) n ON CONFLICT DO NOTHING;
        INSERT INTO blobs (id, hash, size, is_stored, holders, expires_at)
        SELECT id, uuid_send(id), 1, created_at < 2000, CASE WHEN created_at < 2000 THEN 1 ELSE 0 END,
            CASE WHEN created_at < 2000 THEN NULL ELSE 1 END FROM users;
        INSERT INTO uploads (id, owner_id, content_id, name, mime_type, size, created_at, expires_at)
        SELECT gen_random_uuid(), id, id, 'a', 'b', 1, 1, CASE WHEN created_at < 1990 THEN NULL ELSE 1 END
        FROM users;
        INSERT INTO upload_totals (user_id, bytes) SELECT id, 1 FROM users ON CONFLICT DO NOTHING;
        UPDATE messages SET file_id = (SELECT id FROM uploads WHERE owner_id = sender_id LIMIT 1)
        WHERE created_at = 5;
        INSERT INTO message_reads (conversation_id, user_id, first_seq, last_seq, read_at)
        SELECT conversation_id, user_id, n + 100, n + 100, 1
        FROM participants CROSS JOIN generate_series(1, 5) n ON CONFLICT DO NOTHING;
        INSERT INTO reactions (id, message_id, user_id, emoji, created_at)
        SELECT gen_random_uuid(), id, sender_id, 'x', 1 FROM messages ON CONFLICT DO NOTHING;
        INSERT INTO calls
            (id, conversation_id, caller_id, callee_id, direct_key, has_video, state, created_at,
             rings_until, deadline_at, ended_at, caller_device)
        SELECT gen_random_uuid(), one_id, one_id, other_id, pair, FALSE,
            CASE n WHEN 1 THEN 'ringing' ELSE 'ended' END, n, n, CASE n WHEN 1 THEN n END,
            CASE n WHEN 1 THEN NULL ELSE n END, 'a'
        FROM pairs CROSS JOIN generate_series(1, 4) n
        WHERE EXISTS (SELECT 1 FROM conversations WHERE id = one_id) ON CONFLICT DO NOTHING;
        INSERT INTO call_signals (call_id, number, side, device, kind, body)
        SELECT id, 1, 'caller', 'a', 'offer', '{}' FROM calls;
        INSERT INTO log (position, committed_at, audience, audience_id, rev, kind)
        SELECT nextval('log_positions'), 1, 'user', id, 1, 'x' FROM messages;
        INSERT INTO log (position, committed_at, audience, audience_id, rev, kind, subject_id)
        SELECT nextval('log_positions'), created_at, 'conversation', conversation_id, 1,
            'message_created', id FROM messages;
        INSERT INTO views (recovery_id, conversation_id, user_id, seen_at)
        SELECT uuid_send(gen_random_uuid()), conversation_id, user_id, joined_seq
        FROM participants;
        INSERT INTO devices (id, user_id, kind, address, address_hash, registered_at)
        SELECT gen_random_uuid(), id, 'fcm', id, uuid_send(id), 1 FROM users;
        INSERT INTO push_outbox (conversation_id, message_id, sender_id, seq, created_at)
        SELECT conversation_id, id, sender_id, seq, 1 FROM messages;
        INSERT INTO pushes
            (device_id, device_kind, user_id, kind, conversation_id, subject_id, first_seq, seq,
             state, created_at, due_at, settled_at)
        SELECT d.id, 'fcm', d.user_id, 'message', m.conversation_id, m.id, 1, 1,
            CASE WHEN m.seq % 2 = 0 THEN 'waiting' ELSE 'sent' END, m.seq,
            CASE WHEN m.seq % 2 = 0 THEN m.seq END, CASE WHEN m.seq % 2 = 1 THEN m.seq END
        FROM messages m JOIN devices d ON d.user_id = m.sender_id;
        INSERT INTO push_shown (user_id, conversation_id, device_id, message_id, seq)
        SELECT user_id, conversation_id, device_id, subject_id, 1 FROM pushes
        ON CONFLICT DO NOTHING;
        INSERT INTO user_settings (user_id) SELECT id FROM users;
        ANALYZE;";

    /// The plan of each statement that reads or changes rows, as those of the engine are made: for any
    /// values.
    async fn plans(tx: &mut WriteTx<'_>) -> BTreeMap<&'static str, Vec<String>> {
        let words = ["SELECT", "WITH", "UPDATE", "INSERT", "DELETE"];
        let statements: Vec<&'static str> = STATEMENTS.lock().iter().copied().collect();
        let mut plans = BTreeMap::new();
        for sql in statements {
            if !words.iter().any(|word| sql.trim_start().starts_with(word)) {
                continue;
            }
            let count = (1..40).take_while(|number| sql.contains(&format!("${number}"))).count();
            let nulls = vec!["NULL"; count].join(", ");
            let values = if count == 0 { String::new() } else { format!("({nulls})") };
            tx.db.run(&format!("PREPARE explained AS {sql}")).await.unwrap();
            let explain = format!("EXPLAIN (COSTS FALSE) EXECUTE explained{values}");
            let rows = tx.db.query(explain.leak(), &[]).await.unwrap();
            tx.db.run("DEALLOCATE explained").await.unwrap();
            plans.insert(sql, rows.iter().map(|row| row.get(0)).collect());
        }
        plans
    }

    /// What a plan does without asking an index for its rows: a step, and the table it is about.
    fn scans(steps: &[String]) -> Vec<&str> {
        let indent = |step: &str| step.len() - step.trim_start().len();
        let mut found = Vec::new();
        for (place, step) in steps.iter().enumerate() {
            let is_seq = step.contains("Seq Scan on ");
            let is_index = step.contains("Index Scan") || step.contains("Index Only Scan");
            let asks = steps[place + 1..]
                .iter()
                .take_while(|next| !next.contains("->") && indent(next) > indent(step))
                .any(|next| next.trim_start().starts_with("Index Cond:"));
            if is_seq || (is_index && !asks) {
                found.push(step.as_str());
            }
        }
        found
    }

    #[tokio::test]
    async fn no_statement_scans_a_table() {
        let (store, database) = fresh(99);
        use_everything(&store).await;
        // By the server's own settings: the engine's are for statements that find their rows by indexes.
        psql(&database.url(), FILL).unwrap();
        let plans = store.write([], async |tx: &mut WriteTx<'_>| Ok(plans(tx).await));
        let plans = plans.await.unwrap();
        assert!(plans.len() > 70, "{}", plans.len());
        let mut found = Vec::new();
        for (sql, steps) in &plans {
            if MAY_SCAN.iter().any(|allowed| sql.contains(allowed)) {
                continue;
            }
            let is_large =
                |step: &&str| !SMALL.iter().any(|table| step.contains(&format!(" on {table}")));
            let scanned: Vec<&str> = scans(steps).into_iter().filter(is_large).collect();
            if !scanned.is_empty() {
                found.push(format!("{scanned:?}\n{sql}\n{}", steps.join("\n")));
            }
        }
        assert!(found.is_empty(), "{}", found.join("\n\n"));
        // What is asked most, by the index that it must be asked through.
        for (part, index) in [
            (
                "m.seq >= $2 AND m.seq <= $3\n                 ORDER BY m.seq DESC",
                "messages_by_seq",
            ),
            ("AND m.file_url IS NOT NULL", "messages_with_files"),
            ("AND m.client_message_id = sent.own_id", "messages_by_client_id"),
            ("seq > $2 AND deleted_at IS NOT NULL", "messages_deleted"),
            ("p.joined_seq >= $2", "participants_by_seq"),
            ("WHERE r.message_id = ANY($1)", "reactions_by_message"),
            ("last_seq >= $2 AND last_seq <= $4 AND first_seq <= $3", "message_reads_by_end"),
            ("words @@ $1::text::tsquery", "messages_by_words"),
            ("WHERE sender_id = $1 AND (conversation_id, seq) >", "messages_by_sender"),
            (
                "position <= $3\n                 ORDER BY position",
                "Index Scan using log_by_audience",
            ),
            ("kind = 'conversation_updated'", "log_by_audience"),
            ("kind IN ('member_joined', 'member_left')", "log_by_audience"),
            ("r.last_seq >= $3", "message_reads_pkey"),
            ("SET seen_at = $2", "views_pkey"),
            ("WHERE seen_at < $1", "views_by_end"),
        ] {
            let (sql, steps) = plans.iter().find(|(sql, _)| sql.contains(part)).unwrap();
            let asks = |step: &String| step.contains(index);
            assert!(steps.iter().any(asks), "{index}\n{sql}\n{}", steps.join("\n"));
        }
    }
}
