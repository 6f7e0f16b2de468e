//! The documents for programs: the HTTP API as OpenAPI 3.1, the socket as AsyncAPI 3.0.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::Extension;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use salala_core::limits;
use salala_core::wire::ErrorCode;
use salala_core::wire::asyncapi;
use salala_core::wire::schema::Schemas;
use serde_json::{Map, Value, json};

use super::asset::Asset;
use super::cookies::ACCESS_COOKIE;
use super::describe::{Description, Output};
use super::problem;
use super::routes::Operation;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What holds for all routes, in Markdown.
const INTRODUCTION: &str = "JSON in camelCase, both ways. A user is who sends `Authorization: Bearer` with an \
access token, or the session cookie that signing in sets for the server's own page; to write with the cookie, \
the request's `Origin` must be the server's own.\n\n\
Errors are `application/problem+json` (RFC 9457) with a stable `code`. Lists that page answer `nextCursor`: hand \
it back as `cursor`; `null` is the end. Times are ISO-8601 in UTC with milliseconds; ids are opaque, URL-safe \
strings; an unset scalar is `null`.\n\n\
Fields may be added to any object; none is renamed or removed. In a request unknown fields are ignored, `null` \
is the same as absent unless a field says more, and no string may hold U+0000.";

/// What each part of the API is about, by the noun that its paths begin with.
const TAGS: &[(&str, &str)] = &[
    ("auth", "Accounts, sign-in and sessions."),
    ("users", "Who there is."),
    ("friends", "Those with whom one is friends."),
    ("friend-requests", "Wishes to be friends."),
    ("blocks", "Those of whom one wants to hear nothing new."),
    ("conversations", "Talks of two, groups, their members and their messages."),
    ("search", "Finding messages by their words."),
    ("uploads", "Files: taken, given back whole or in part, and opened for a while by their URLs."),
    ("devices", "Devices that are pushed to."),
    ("push", "What became of pushes, and what browsers need to be pushed to."),
    ("calls", "Calls between two: their history, and what helps browsers to connect."),
    ("messages", "One message, and the reactions to it."),
    ("export", "All that is held about the user."),
    ("operations", "What operators' machines and programs ask, outside the API."),
];

/// What stands in paths.
const SEGMENTS: &[(&str, &str)] =
    &[("id", "Which one."), ("userId", "Which user."), ("emoji", "One emoji, percent-encoded.")];

/// Both documents, ready to be served.
pub struct Documents {
    openapi: Asset,
    asyncapi: Asset,
}

/// A document, or the news that it is still the same.
pub struct Document(Response);

impl Documents {
    /// Makes both, with the bound of a message's text that is configured.
    pub fn new(operations: &[Operation], content_max_chars: usize) -> Self {
        let asset = |document: &Value| Asset::new("application/json", document.to_string());
        Self {
            openapi: asset(&openapi(operations, content_max_chars)),
            asyncapi: asset(&asyncapi::document(VERSION, content_max_chars)),
        }
    }
}

/// `GET /api/openapi.json`
pub async fn get_openapi(
    Extension(documents): Extension<Arc<Documents>>,
    headers: HeaderMap,
) -> Document {
    Document(documents.openapi.serve(&headers))
}

/// `GET /api/asyncapi.json`
pub async fn get_asyncapi(
    Extension(documents): Extension<Arc<Documents>>,
    headers: HeaderMap,
) -> Document {
    Document(documents.asyncapi.serve(&headers))
}

/// The document of the HTTP API.
pub fn openapi(operations: &[Operation], content_max_chars: usize) -> Value {
    let mut schemas = Schemas::new(content_max_chars);
    let problem = schemas.answer::<problem::Document<'static>>();
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for operation in operations {
        let described = describe(operation, &mut schemas, &problem);
        paths.entry(&operation.path).or_default().insert(operation.method.to_owned(), described);
    }
    let tags: Vec<_> = TAGS
        .iter()
        .map(|(name, description)| json!({ "name": name, "description": description }))
        .collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Salala, the HTTP API",
            "version": VERSION,
            "description": INTRODUCTION,
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/", "description": "The server that gave this document." }],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": schemas.into_named(),
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" },
                "cookie": { "type": "apiKey", "in": "cookie", "name": ACCESS_COOKIE },
            },
        },
        "x-codes": codes(),
    })
}

/// The document of the socket.
pub fn asyncapi(content_max_chars: usize) -> Value {
    asyncapi::document(VERSION, content_max_chars)
}

fn describe(operation: &Operation, schemas: &mut Schemas, problem: &Value) -> Value {
    let Description { needs_user, mut parameters, body, answers, refusals, .. } =
        operation.describe(schemas);
    let mut segments: Vec<_> = segments(&operation.path).map(segment).collect();
    segments.append(&mut parameters);
    let mut responses: BTreeMap<String, Value> =
        answers.into_iter().map(|(status, answer)| (status.to_string(), answer)).collect();
    for (status, codes) in refusals {
        responses.insert(status.to_string(), refusal(status, &codes, problem));
    }
    let mut described = json!({
        "operationId": operation.id,
        "summary": operation.words,
        "tags": [tag(&operation.path)],
        "parameters": segments,
        "responses": responses,
        "security": if needs_user { json!([{ "bearer": [] }, { "cookie": [] }]) } else { json!([]) },
    });
    if let Some(body) = body {
        described["requestBody"] = body;
    }
    described
}

fn refusal(status: u16, codes: &BTreeSet<&str>, problem: &Value) -> Value {
    let names: Vec<_> = codes.iter().map(|code| format!("`{code}`")).collect();
    let mut refusal = json!({
        "description": format!("Refused: {}.", names.join(", ")),
        "content": { "application/problem+json": { "schema": problem } },
        "x-codes": codes,
    });
    let header = |words: &str| json!({ "description": words, "schema": { "type": "string" } });
    if status == 401 {
        refusal["headers"]["WWW-Authenticate"] = header("`Bearer`");
    }
    if matches!(status, 429 | 503) {
        refusal["headers"]["Retry-After"] = header("When it may be tried again, in seconds.");
    }
    refusal
}

/// Every code once, with what goes with it.
fn codes() -> Vec<Value> {
    ErrorCode::ALL
        .iter()
        .map(|code| {
            json!({
                "code": code.as_str(),
                "status": code.http_status(),
                "mayRetry": code.may_retry(),
                "description": code.sentence(),
            })
        })
        .collect()
}

/// The noun that a path of the API begins with.
fn tag(path: &str) -> &str {
    let noun = path.strip_prefix("/api/v1/").and_then(|rest| rest.split('/').next());
    noun.unwrap_or("operations")
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn segment(name: &str) -> Value {
    let words = SEGMENTS.iter().find(|(known, _)| *known == name).map(|(_, words)| *words);
    let mut schema = json!({ "type": "string", "minLength": 1 });
    if name == "emoji" {
        schema["maxLength"] = json!(limits::EMOJI_MAX_CHARS);
    }
    json!({ "name": name, "in": "path", "required": true, "schema": schema, "description": words })
}

impl IntoResponse for Document {
    fn into_response(self) -> Response {
        self.0
    }
}

impl Output for Document {
    fn describe(description: &mut Description<'_>) {
        let content = Some(("application/json", json!({ "type": "object" })));
        description.answers(StatusCode::OK, "The document.", content);
        description.answers(StatusCode::NOT_MODIFIED, "It is still the same.", None);
    }
}
