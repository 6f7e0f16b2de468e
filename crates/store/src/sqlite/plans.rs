//! The test that every statement finds its rows through an index.

use std::collections::{BTreeMap, BTreeSet};

use parking_lot::Mutex;
use rusqlite::Connection;
use rusqlite::trace::{TraceEvent, TraceEventCodes};

use super::{SqliteOptions, SqliteStore};
use crate::every_use::use_everything;

/// All that was executed in this process.
static STATEMENTS: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Notes each statement that this connection executes.
pub(super) fn watch(mut db: Connection) -> Connection {
    db.trace_v2(
        TraceEventCodes::SQLITE_TRACE_STMT,
        Some(|event: TraceEvent<'_>| {
            if let TraceEvent::Stmt(statement, _) = event {
                STATEMENTS.lock().insert(statement.sql().into_owned());
            }
        }),
    )
    .unwrap();
    db
}

/// Statements that may look at all rows of a table, each with its reason.
const MAY_SCAN: [&str; 11] = [
    // The first row of the outbox.
    "FROM push_outbox\n             ORDER BY number\n             LIMIT 1",
    "FROM push_outbox\n                 ORDER BY number\n                 LIMIT 1",
    // Counts what waits, so far.
    "FROM push_outbox LIMIT ?1",
    // Counts all there are.
    "SELECT COUNT(*)\n                     FROM users",
    // Holds a row for each account that is just being erased.
    "FROM erasures",
    // Of the schema's own table.
    "SELECT COUNT(*) FROM sqlite_schema",
    // Migrations, once.
    "WITH RECURSIVE pieces",
    "SET last_seq = first_seq / 256",
    // The full-text index's own, of a few rows.
    "'main'.'message_words_config'",
    // The calls under way, once at a start.
    "deadline_at = MIN(COALESCE(deadline_at, ?1), ?1)",
    // Of these tests' own.
    "FROM meta WHERE name <> 'epoch'",
];

/// What is scanned and holds only a few rows of the statement's own.
const SMALL: [&str; 4] = ["CONSTANT ROW", "2-ROW VALUES CLAUSE", "matches", "(subquery-1)"];

/// The plan of each statement that reads or changes rows.
fn plans(path: &std::path::Path) -> BTreeMap<String, Vec<String>> {
    let statements = STATEMENTS.lock().clone();
    let db = Connection::open(path).unwrap();
    let words = ["SELECT", "WITH", "UPDATE", "INSERT", "DELETE"];
    let is_data = |sql: &String| words.iter().any(|word| sql.starts_with(word));
    let explain = |sql: String| {
        let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let mut rows = statement.raw_query();
        let mut steps = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            steps.push(row.get::<_, String>(3).unwrap());
        }
        drop(rows);
        (sql, steps)
    };
    statements.into_iter().filter(is_data).map(explain).collect()
}

#[tokio::test]
async fn no_statement_scans_a_table() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("salala.db");
    let store = SqliteStore::open(SqliteOptions::at(&path)).unwrap();
    use_everything(&store).await;
    let plans = plans(&path);
    assert!(plans.len() > 70, "{}", plans.len());
    for (sql, steps) in &plans {
        if MAY_SCAN.iter().any(|allowed| sql.contains(allowed)) {
            continue;
        }
        // A full-text index is always "scanned"; what it is asked for stands behind the colon.
        let is_asked = |what: &str| what.contains(" VIRTUAL TABLE ") && !what.ends_with(':');
        let is_scan = |step: &&String| {
            let scanned = step.strip_prefix("SCAN ");
            scanned.is_some_and(|what| !SMALL.contains(&what) && !is_asked(what))
        };
        assert_eq!(steps.iter().find(is_scan), None, "{sql}\n{steps:#?}");
    }
    // What is asked most, by the index that it must be asked through.
    for (part, index) in [
        ("m.seq >= ?2 AND m.seq <= ?3\n         ORDER BY m.seq DESC", "messages_by_seq"),
        ("AND m.file_url IS NOT NULL", "messages_with_files"),
        ("AND m.client_message_id = ?3", "messages_by_client_id"),
        ("seq > ?2 AND deleted_at IS NOT NULL", "messages_deleted"),
        ("ORDER BY c.updated_at DESC", "participants_by_user"),
        ("p.joined_seq >= ?2", "participants_by_seq (conversation_id=? AND joined_seq>?)"),
        (
            "position <= ?3\n         ORDER BY position",
            "log_by_audience (audience_id=? AND position>?",
        ),
        ("kind = 'conversation_updated'", "log_by_audience (audience_id=? AND position>?)"),
        (
            "r.last_seq >= ?3",
            "r USING PRIMARY KEY (conversation_id=? AND user_id=? AND first_seq>?",
        ),
        ("FROM reactions\n         WHERE message_id = ?1\n", "reactions_by_message"),
        ("WHERE sender_id = ?1 AND (conversation_id, seq) >", "messages_by_sender"),
        ("FROM reactions r\n", "reactions_by_user"),
        ("k.direct_key = ?1 AND k.ended_at IS NULL", "calls_under_way (direct_key=?)"),
        ("WHERE deadline_at <= ?1", "calls_by_deadline (deadline_at<?)"),
        ("WHERE k.caller_id = ?1 AND (k.created_at", "calls_by_caller (caller_id=? AND"),
        ("w.message_words MATCH ?3", "VIRTUAL TABLE INDEX 192:M1><"),
    ] {
        let (sql, steps) = plans.iter().find(|(sql, _)| sql.contains(part)).unwrap();
        assert!(steps.iter().any(|step| step.contains(index)), "{sql}\n{steps:#?}");
    }
}
