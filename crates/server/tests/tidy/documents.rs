//! That `docs/protocol.md` tells what the code does: every name, and seen since the last change.

use std::fmt::Write as _;

use salala_core::limits;
use salala_core::wire::client_events::ClientEvent;
use salala_core::wire::error::ConnectRefusal;
use salala_core::wire::schema::Schemas;
use salala_core::wire::server_events::Exception;
use salala_core::wire::{ErrorCode, ServerEvent};
use salala_server::http::operations;
use sha2::{Digest as _, Sha256};

use super::sources::{Source, assert_none, read, rust_sources, tree_sources};

const PROTOCOL: &str = "docs/protocol.md";
const OPERATIONS: &str = "docs/operations.md";

#[test]
fn the_protocol_names_every_event() {
    let mut schemas = Schemas::new(limits::CONTENT_MAX_CHARS);
    let events = ServerEvent::describe_all(&mut schemas);
    let names = events.iter().map(|event| event.name);
    assert_named(ClientEvent::NAMES.into_iter().chain(names).chain([Exception::NAME]));
}

#[test]
fn the_protocol_names_every_code() {
    let codes = ErrorCode::ALL.iter().map(|code| code.as_str());
    assert_named(codes.chain(ConnectRefusal::ALL.iter().map(|refusal| refusal.as_str())));
}

#[test]
fn the_protocol_names_every_field() {
    let fields: Vec<_> = [
        "shapes",
        "shapes/calls",
        "shapes/push",
        "export",
        "server_events",
        "client_events",
        "client_events/calls",
        "requests",
        "requests/push",
    ]
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
    let inner = ["shared", "summary", "user", "request", "draft", "body"];
    assert_named(fields.iter().map(String::as_str).filter(|field| !inner.contains(field)));
}

#[test]
fn the_protocol_names_every_route() {
    let routes: Vec<_> = operations()
        .into_iter()
        .map(|operation| {
            let path = operation.path.strip_prefix("/api/v1").unwrap_or(&operation.path);
            format!("{} {path}", operation.method.to_uppercase())
        })
        .collect();
    let document = read(PROTOCOL);
    let is_told = |route: &&String| {
        let (method, path) = route.split_once(' ').unwrap_or_default();
        document.contains(&format!("{route}`"))
            || document.contains(&format!("{route}?"))
            // Two methods of one path may share a line.
            || document.lines().any(|line| {
                line.contains(&format!("`{method}`")) && line.contains(&format!(" {path}`"))
            })
    };
    let found: Vec<_> = routes.iter().filter(|route| !is_told(route)).cloned().collect();
    assert_none(&format!("{PROTOCOL} does not tell these"), &found);
}

#[test]
fn every_route_is_in_the_table() {
    let may = ["crates/server/src/http/routes.rs", "crates/server/src/http/page.rs"];
    let found: Vec<_> = rust_sources()
        .iter()
        .filter(|source| source.is_in(&["crates/server/src"]) && !source.is_in(&may))
        .flat_map(|source| {
            let is_route = |line: &&str| line.contains(".route(");
            source.code().filter(is_route).map(|line| format!("{}: {line}", source.path))
        })
        .collect();
    assert_none("a route beside the table is not in the document", &found);
}

#[test]
fn the_operators_page_names_every_setting_and_measure() {
    let tables = ["table", "table/limits", "table/push"];
    let table: String =
        tables.iter().map(|name| read(&format!("crates/server/src/config/{name}.rs"))).collect();
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
