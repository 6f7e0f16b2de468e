//! That `docs/protocol.md` tells what the code does: every name, and seen since the last change.

use std::fmt::Write as _;

use salala_core::wire::ErrorCode;
use salala_core::wire::client_events::ClientEvent;
use salala_core::wire::error::ConnectRefusal;
use sha2::{Digest as _, Sha256};

use super::sources::{Source, assert_none, read, rust_sources, tree_sources};

const PROTOCOL: &str = "docs/protocol.md";
const OPERATIONS: &str = "docs/operations.md";

#[test]
fn the_protocol_names_every_event() {
    let server_events = read("crates/core/src/wire/server_events.rs");
    // The arms of `ServerEvent::name`.
    let from_server: Vec<_> = server_events
        .lines()
        .filter_map(|line| line.split_once("(_) => \"")?.1.strip_suffix("\","))
        .collect();
    assert!(from_server.len() > 10, "the events of the server were not found");
    let others = ["user:{userId}:newGroup", "exception"];
    assert_named(ClientEvent::NAMES.into_iter().chain(from_server).chain(others));
}

#[test]
fn the_protocol_names_every_code() {
    let refusals = [
        ConnectRefusal::TokenMissing,
        ConnectRefusal::TokenInvalid,
        ConnectRefusal::TokenExpired,
        ConnectRefusal::TokenRevoked,
        ConnectRefusal::UserNotFound,
    ];
    let codes = ErrorCode::ALL.iter().map(|code| code.as_str());
    assert_named(codes.chain(refusals.iter().map(|refusal| refusal.as_str())));
}

#[test]
fn the_protocol_names_every_field() {
    let fields: Vec<_> = ["shapes", "export", "server_events", "client_events", "requests"]
        .iter()
        .flat_map(|module| {
            let text = read(&format!("crates/core/src/wire/{module}.rs"));
            let names = text.lines().filter_map(|line| {
                let (name, _) = line.strip_prefix("    pub ")?.split_once(": ")?;
                (!name.contains(' ')).then(|| camel_case(name))
            });
            names.collect::<Vec<_>>()
        })
        .collect();
    assert!(fields.len() > 80, "the fields were not found");
    // These hold other shapes, or are the Rust name of what goes by another on the wire.
    let inner = ["shared", "summary", "user", "request", "draft"];
    assert_named(fields.iter().map(String::as_str).filter(|field| !inner.contains(field)));
}

#[test]
fn the_protocol_names_every_route() {
    let http = read("crates/server/src/http.rs");
    let api = http.split_once("fn api()").expect("the table of routes").1;
    let routes: Vec<_> = api
        .lines()
        .filter_map(|line| line.split_once(".route(\"")?.1.split_once('"'))
        .map(|(path, _)| path.replace("user_id", "userId"))
        .collect();
    assert!(routes.len() > 25, "the routes were not found");
    assert_named(routes.iter().map(String::as_str));
}

#[test]
fn the_operators_page_names_every_setting_and_measure() {
    let table = read("crates/server/src/config/table.rs");
    let settings =
        table.lines().filter_map(|line| line.trim().strip_prefix("name: \"")?.strip_suffix("\","));
    let metrics = read("crates/server/src/metrics.rs");
    let measures = metrics.lines().filter_map(|line| {
        line.strip_prefix("const ")?.split_once(": &str = \"")?.1.strip_suffix("\";")
    });
    let names: Vec<_> = settings.chain(measures).collect();
    assert!(names.len() > 25, "the settings and measures were not found");
    assert_named_in(OPERATIONS, names.into_iter());
}

#[test]
fn the_protocol_was_read_since_the_wire_last_changed() {
    let mut sources: Vec<_> = rust_sources()
        .into_iter()
        .filter(|source| source.is_in(&["crates/core/src/wire"]))
        .collect();
    sources.sort_by(|one, other| one.path.cmp(&other.path));
    let mut hash = Sha256::new();
    for line in sources.iter().flat_map(Source::statements) {
        hash.update(line.trim());
    }
    let hash = hash.finalize().iter().take(8).fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes all");
        text
    });
    let last_line = format!("<!-- core/wire {hash} -->");
    assert!(
        read(PROTOCOL).trim_end().ends_with(&last_line),
        "crates/core/src/wire has changed: see whether {PROTOCOL} still tells it, then end it with\n\
         {last_line}"
    );
}

#[test]
fn every_link_of_a_document_leads_somewhere() {
    let mut found = Vec::new();
    for document in tree_sources().iter().filter(|source| source.has_extension("md")) {
        let folder = document.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for link in document.text.split("](").skip(1).filter_map(|rest| rest.split_once(')')) {
            let target = link.0.split('#').next().unwrap_or_default();
            if target.is_empty() || target.contains("://") {
                continue;
            }
            if !super::sources::root().join(folder).join(target).exists() {
                found.push(format!("{}: {target}", document.path));
            }
        }
    }
    assert_none("these links lead nowhere", &found);
}

fn assert_named<'a>(names: impl Iterator<Item = &'a str>) {
    assert_named_in(PROTOCOL, names);
}

fn assert_named_in<'a>(path: &str, names: impl Iterator<Item = &'a str>) {
    let document = read(path);
    let is_named = |name: &str| {
        document.match_indices(name).any(|(index, _)| {
            let is_part = |c: char| c.is_alphanumeric() || c == '_';
            !document[..index].ends_with(is_part)
                && !document[index + name.len()..].starts_with(is_part)
        })
    };
    let found: Vec<_> = names.filter(|name| !is_named(name)).map(str::to_owned).collect();
    assert_none(&format!("{path} does not name these"), &found);
}

fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |joined, word| {
        let mut chars = word.chars();
        let head = chars.next().map(|c| c.to_ascii_uppercase());
        joined + &head.into_iter().chain(chars).collect::<String>()
    })
}
