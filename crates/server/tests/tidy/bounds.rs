//! That the operators' table of bounds tells the numbers that the code has.

use std::collections::HashSet;

use super::sources::{Source, assert_none, read, rust_sources};

/// A bound: how it is declared, and the beginning of its row in the table.
const BOUNDS: &[(&str, &str)] = &[
    ("OUTGOING_MAX: usize = 16_384;", "messages to other nodes that wait | 16,384 |"),
    ("NEWS_MAX: usize = 65_536;", "messages of other nodes that wait | 65,536, or 64 MiB |"),
    (
        "NEWS_MAX_BYTES: usize = 64 << 20;",
        "messages of other nodes that wait | 65,536, or 64 MiB |",
    ),
    ("MESSAGE_MAX_BYTES: usize = 1 << 20;", "a message of another node | 1 MiB |"),
    ("BACKLOG: u32 = 4096;", "connections that the system holds until they are taken in | 4,096 |"),
    (
        "CLIENT_TASKS_MAX: usize = 65_536;",
        "HTTP connections under way, WebSockets not counted | 65,536 |",
    ),
    ("HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);", "a TLS handshake | 10 s |"),
    ("HEAD_MAX_BYTES: usize = 32 * 1024;", "head of a request | 32 KiB, 15 s |"),
    (
        "HEAD_TIMEOUT: Duration = Duration::from_secs(15);",
        "a kept connection without a request | 15 s |",
    ),
    ("BODY_MAX_BYTES: usize = 512 * 1024;", "body of a request to the API | 512 KiB, 30 s |"),
    (
        "BODY_TIMEOUT: Duration = Duration::from_secs(30);",
        "body of a request to the API | 512 KiB, 30 s |",
    ),
    ("UPLOADS_MAX: usize = 64;", "files that come at a time | 64, 6 of one user |"),
    ("UPLOADS_PER_USER: usize = 6;", "files that come at a time | 64, 6 of one user |"),
    ("PROGRESS_BYTES: u64 = 16 * 1024;", "a file that comes | at least 16 KiB in 30 s |"),
    (
        "PROGRESS_WITHIN: Duration = Duration::from_secs(30);",
        "a file that comes | at least 16 KiB in 30 s |",
    ),
    (
        "AROUND_MAX_BYTES: u64 = 64 * 1024;",
        "what comes with a file: fields, names and borders | 64 KiB, 16 fields |",
    ),
    (
        "FIELDS_MAX: usize = 16;",
        "what comes with a file: fields, names and borders | 64 KiB, 16 fields |",
    ),
    ("JOBS_MAX: usize = 2;", "pictures and sounds that are looked at at a time | 2 |"),
    (
        "STRIPPED_MAX_BYTES: u64 = 64 << 20;",
        "a GIF or WebP picture, which is copied in memory | 64 MiB |",
    ),
    (
        "RESERVE_BYTES: u64 = 256 << 20;",
        "free space on the disk of `DATA_DIR` below which no file is taken | 256 MiB |",
    ),
    ("UNSENT_FOR: Duration = Duration::from_hours(24);", "an upload that no message has | 24 h |"),
    (
        "BODIES_MAX_BYTES: usize = 128 * 1024 * 1024;",
        "all bodies that are being read, together | 128 MiB |",
    ),
    (
        "UNREAD_TIMEOUT: Duration = Duration::from_secs(30);",
        "what was written and is left unread by a client, of any kind | 30 s |",
    ),
    (
        "LINE_MAX: usize = 128;",
        "sign-ins that wait for password hashing | 128, beside one on each processor |",
    ),
    ("KEYS_MAX: usize = 100_000;", "keys that a rate limit remembers | 100,000 |"),
    ("max_payload: 1_000_000,", "a Socket.IO message or polling body | 1,000,000 bytes, 45 s |"),
    ("max_attachments: 64,", "attachments of a packet | 64, of four times the size together |"),
    ("MAX_DEPTH: usize = 127;", "nesting of a payload | 127 |"),
    (
        "connect_timeout: Duration::from_secs(45),",
        "a handshake without a namespace joined | 45 s |",
    ),
    ("upgrade_timeout: Duration::from_secs(10),", "an upgrade to WebSocket | 10 s |"),
    (
        "ping_timeout: Duration::from_secs(20),",
        "a ping without a pong, or a write without progress | 20 s |",
    ),
    ("outbound_max_bytes: 1 << 20,", "what waits to be sent to one connection | 1 MiB |"),
    (
        "inbound_max_packets: 32,",
        "packets of one connection that wait to be handled | 32, or 1 MiB |",
    ),
    (
        "inbound_max_bytes: 1 << 20,",
        "packets of one connection that wait to be handled | 32, or 1 MiB |",
    ),
    ("BUDGET_KIB: u32 = 1_024;", "a socket's events without an answer | 128, or 1 MiB |"),
    ("LEAST_KIB: u32 = 8;", "a socket's events without an answer | 128, or 1 MiB |"),
    (
        "max_pending_acks: 1_000,",
        "acknowledgements that the server waits for from one socket | 1,000 |",
    ),
    ("PER_SOCKET_MAX: usize = 16;", "conversations in which a socket is typing | 16 |"),
    (
        "MISSED_EVENTS_MAX: usize = 10_000;",
        "events that a client is given after an absence | 10,000, of `RECOVERY_RETENTION` |",
    ),
    (
        "REPLAY_BYTES: usize = 64 * 1024;",
        "what is sent of them ahead of its reading | 64 KiB and one event, of 256 read at a time |",
    ),
    (
        "PAGE_ROWS: usize = 256;",
        "what is sent of them ahead of its reading | 64 KiB and one event, of 256 read at a time |",
    ),
    ("outbound_max_bytes: 1 << 20,", "events that wait for the end of that | 1 MiB |"),
    ("VIEWS_MAX: usize = 100;", "conversations that a socket views again after an absence | 100 |"),
    (
        "SYNC_CONVERSATIONS_MAX: usize = 10_000;",
        "`sync`: conversations named, messages, conversations added | 10,000, 1,000, 100 |",
    ),
    (
        "SYNC_MESSAGES: (usize, usize) = (1_000, 200);",
        "`sync`: conversations named, messages, conversations added | 10,000, 1,000, 100 |",
    ),
    (
        "SYNC_ADDED_MAX: usize = 100;",
        "`sync`: conversations named, messages, conversations added | 10,000, 1,000, 100 |",
    ),
    ("queued_writes: 16_384,", "writes that wait for the database | 16,384, or 64 MiB |"),
    ("queued_write_bytes: 64 << 20,", "writes that wait for the database | 16,384, or 64 MiB |"),
    ("queued_reads: 16_384,", "reads that wait for the database | 16,384 |"),
    ("feed_batches: 64,", "committed batches that wait for delivery | 64 |"),
    ("PARTICIPANTS_MAX: usize = 10_000;", "members of a group | 10,000 |"),
    ("BLOCKS_MAX: usize = 10_000;", "blocks of a user | 10,000 |"),
    (
        "RELAYS_MAX: usize = 2_000;",
        "relays of the embedded TURN server | 2,000, 200 of one address |",
    ),
    (
        "RELAYS_PER_ADDRESS: usize = 200;",
        "relays of the embedded TURN server | 2,000, 200 of one address |",
    ),
    (
        "ASKS: (u32, Duration) = (200, Duration::from_secs(10));",
        "its packets of one address that ask for something | 200 in 10 s |",
    ),
    ("NONCES_MAX: usize = 10_000;", "nonces that it remembers | 10,000 |"),
    ("CALLS_MADE_MAX: usize = 20;", "calls under way that one user made | 20 |"),
    (
        "CALL_DESCRIPTION_MAX_BYTES: usize = 64 << 10;",
        "an offer or answer of a call; an ICE candidate | 64 KiB; 8 KiB |",
    ),
    (
        "CALL_CANDIDATE_MAX_BYTES: usize = 8 << 10;",
        "an offer or answer of a call; an ICE candidate | 64 KiB; 8 KiB |",
    ),
    (
        "CALL_CANDIDATES_KEPT: usize = 64;",
        "candidates of each side that a call keeps for a device that comes back | 64 |",
    ),
    ("DEVICES_MAX: usize = 20;", "devices of a user that are pushed to | 20 |"),
    (
        "PUSH_ADDRESS_MAX_BYTES: usize = 2_048;",
        "a registration token; a push service's URL | 2,048 bytes |",
    ),
    ("UNDER_WAY_MAX: usize = 256;", "pushes under way, of them to one push service | 256, 64 |"),
    (
        "REQUESTS_PER_HOST_MAX: usize = 64;",
        "pushes under way, of them to one push service | 256, 64 |",
    ),
    (
        "REQUEST_TIMEOUT: Duration = Duration::from_secs(10);",
        "a request to a push provider; its answer | 10 s; 64 KiB |",
    ),
    (
        "ANSWER_MAX_BYTES: usize = 64 << 10;",
        "a request to a push provider; its answer | 10 s; 64 KiB |",
    ),
    ("TRIES_MAX: u64 = 20;", "tries of a push | 20, in about two hours |"),
    ("LOG_RETENTION: Duration = Duration::from_hours(7 * 24);", "what became of a push | 7 days |"),
    ("READ_IDS_MAX: usize = 1_000;", "ids in `markMessagesAsRead` | 1,000 |"),
    ("PAGE_MAX: usize = 100;", "rows of a page | 100 |"),
    ("MATCHES_MAX: i64 = 1_000;", "users found by a search | 1,000 looked at |"),
    ("STOP_TIMEOUT: Duration = Duration::from_secs(9);", "a stop | 9 s |"),
];

#[test]
fn the_table_of_bounds_tells_what_the_code_has() {
    let operations = read("docs/operations.md");
    let sources: Vec<_> = rust_sources().into_iter().filter(Source::is_shipped).collect();
    let is_declared = |declaration: &str| {
        sources.iter().any(|source| source.text.lines().any(|line| line.ends_with(declaration)))
    };
    let found: Vec<_> = BOUNDS
        .iter()
        .filter(|(declaration, row)| {
            !is_declared(declaration) || !operations.contains(&format!("\n| {row} "))
        })
        .map(|(declaration, row)| format!("{declaration} and the row `{row}`"))
        .collect();
    assert_none("these no longer agree: change the row, and this list", &found);
    let rows = operations
        .split_once("\n| What | Bound | Past it |\n|---|---|---|\n")
        .and_then(|(_, rest)| rest.split_once("\n\n"))
        .map_or(0, |(table, _)| table.lines().count());
    let told: HashSet<_> = BOUNDS.iter().map(|(_, row)| row).collect();
    // Two rows say in words what has no number of its own.
    assert_eq!(rows, told.len() + 2, "each row of the table is in this list, and each bound in it");
}
