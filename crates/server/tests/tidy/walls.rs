//! Which room may name what: the invariants that ARCHITECTURE.md lists.

use super::sources::{Source, assert_none, rust_sources};

/// A word that only some places may name.
struct Wall {
    /// What the compiler sees of it, in a statement.
    word: &'static str,
    /// Beginnings of the paths that may.
    may: &'static [&'static str],
}

const WALLS: &[Wall] = &[
    Wall { word: "rusqlite::", may: &["crates/store/src/sqlite"] },
    Wall { word: "use rusqlite", may: &["crates/store/src/sqlite"] },
    Wall {
        word: "salala_socketio::",
        may: &[
            "crates/server/src/gateway",
            // Puts the peer's address where the gateway finds it.
            "crates/server/src/serve",
            "crates/socketio/examples/",
        ],
    },
    Wall {
        word: "axum::",
        may: &["crates/server/src/http", "crates/server/src/serve", "crates/socketio/"],
    },
    Wall { word: "hyper::", may: &["crates/server/src/serve", "crates/socketio/"] },
    Wall {
        word: "hyper_util::",
        may: &[
            "crates/server/src/serve",
            "crates/server/src/media/storage/s3_client.rs",
            "crates/server/src/push/client",
            "crates/socketio/",
        ],
    },
    Wall { word: "redis::", may: REDIS },
    Wall { word: "use redis", may: REDIS },
    Wall { word: "env::var", may: &["crates/server/src/config", "crates/socketio/examples/"] },
    Wall { word: "SystemTime::now", may: &["crates/core/src/clock.rs"] },
    Wall { word: "Timestamp::now", may: &["crates/core/src/clock.rs"] },
    Wall {
        word: "tokio::spawn",
        may: &["crates/server/src/tasks.rs", "crates/socketio/src/tasks.rs"],
    },
];

/// Where Redis is spoken to.
const REDIS: &[&str] = &[
    "crates/server/src/redis_link",
    "crates/server/src/bus/redis",
    "crates/server/src/presence/redis",
    // Its own part named so.
    "crates/server/src/cli/doctor",
];

/// What a whole crate must not know.
const ROOMS: &[(&str, &[&str])] = &[
    ("crates/core/src/", &["tokio", "axum", "hyper", "rusqlite", "std::fs", "std::net"]),
    ("crates/store/src/", &["salala_socketio", "salala_server", "axum", "hyper", "http::"]),
    ("crates/socketio/src/", &["salala_core", "salala_store", "salala_server", "rusqlite"]),
    ("crates/bench/src/", &["salala_server", "salala_store", "salala_socketio"]),
    // The rules know neither of the doors through which they are asked.
    ("crates/server/src/chat", &["crate::http", "crate::gateway", "axum"]),
    // Who somebody is stands below what they may do.
    ("crates/server/src/auth", &["crate::chat", "crate::http", "crate::gateway", "axum"]),
    ("crates/server/src/http", &["crate::gateway"]),
    ("crates/server/src/gateway", &["crate::http"]),
    // Records are kept, shapes are sent; only `view` knows both.
    ("crates/core/src/records", &["Serialize", "serde"]),
];

#[test]
fn only_the_room_that_holds_a_thing_names_it() {
    let mut found = Vec::new();
    for source in rust_sources().iter().filter(|source| is_judged(source)) {
        for wall in WALLS.iter().filter(|wall| !source.is_in(wall.may)) {
            found.extend(lines_with(source, wall.word));
        }
    }
    assert_none("these reach through a wall", &found);
}

#[test]
fn no_room_knows_what_stands_above_it() {
    let mut found = Vec::new();
    for source in rust_sources() {
        for (_, words) in ROOMS.iter().filter(|(room, _)| source.is_in(&[room])) {
            found.extend(words.iter().flat_map(|word| lines_with(&source, word)));
        }
    }
    assert_none("these know too much", &found);
}

#[test]
fn only_the_store_speaks_sql() {
    let phrases = ["SELECT ", "INSERT INTO ", "DELETE FROM ", "CREATE TABLE "];
    let mut found = Vec::new();
    for source in rust_sources().iter().filter(|source| is_judged(source)) {
        if !source.is_in(&["crates/store/"]) {
            found.extend(phrases.iter().flat_map(|phrase| lines_with(source, phrase)));
        }
    }
    assert_none("SQL outside the store", &found);
}

/// Tests may look behind walls; these rules are for what runs.
fn is_judged(source: &Source) -> bool {
    source.is_shipped() || source.path.contains("/examples/")
}

fn lines_with(source: &Source, word: &str) -> Vec<String> {
    let names = |line: &&str| {
        line.match_indices(word).any(|(index, _)| {
            // `http::` is not in `crate::http::`, nor `axum::` in `my_axum::`.
            !line[..index].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':')
        })
    };
    source
        .statements()
        .filter(names)
        .map(|line| format!("{}: {}", source.path, line.trim()))
        .collect()
}
