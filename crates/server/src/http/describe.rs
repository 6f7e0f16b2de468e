//! What a handler's types say of its route: each thing that it takes, and what it answers.
//!
//! A type without a description cannot stand in a handler of the table, so nothing is served that the
//! document does not tell.

use std::collections::{BTreeMap, BTreeSet};

use axum::Json;
use axum::http::StatusCode;
use axum::response::NoContent;
use salala_core::wire::fields::{Decode, decode};
use salala_core::wire::schema::Schemas;
use salala_core::wire::{Error, ErrorCode};
use schemars::JsonSchema;
use serde_json::{Map, Value, json};

/// Reads a body, and says whether it fits.
pub type Reader = fn(&str) -> Result<(), Error>;

/// A route as its document tells it.
pub struct Description<'a> {
    /// The document's named schemas.
    pub schemas: &'a mut Schemas,
    /// Is a user needed?
    pub needs_user: bool,
    /// The parameters of the query.
    pub parameters: Vec<Value>,
    /// What it takes.
    pub body: Option<Value>,
    /// The body's reader, for those who want to try it.
    pub reader: Option<Reader>,
    /// What it answers when all goes well, by status.
    pub answers: BTreeMap<u16, Value>,
    /// With which codes it refuses, by status.
    pub refusals: BTreeMap<u16, BTreeSet<&'static str>>,
    is_write: bool,
}

/// Something that a handler takes from a request.
pub trait Input {
    /// Adds what a client has to know of it.
    fn describe(_: &mut Description<'_>) {}
}

/// Something that a handler answers with.
pub trait Output {
    /// Adds what a client has to know of it.
    fn describe(description: &mut Description<'_>);
}

/// A handler all of whose types are described; `T` is its signature.
pub trait Described<T> {
    /// Adds what a client has to know of it.
    fn describe(description: &mut Description<'_>);
}

impl<'a> Description<'a> {
    pub(super) fn new(method: &str, schemas: &'a mut Schemas) -> Self {
        let mut description = Self {
            schemas,
            needs_user: false,
            parameters: Vec::new(),
            body: None,
            reader: None,
            answers: BTreeMap::new(),
            refusals: BTreeMap::new(),
            is_write: method != "get",
        };
        description.refuses(ErrorCode::Internal);
        description
    }

    /// Adds a refusal.
    pub fn refuses(&mut self, code: ErrorCode) {
        self.refuses_with(code.http_status(), code);
    }

    /// Adds a refusal whose status is not the one of its code.
    pub fn refuses_with(&mut self, status: u16, code: ErrorCode) {
        self.refusals.entry(status).or_default().insert(code.as_str());
    }

    /// Adds an answer.
    pub fn answers(&mut self, status: StatusCode, words: &str, content: Option<(&str, Value)>) {
        let mut answer = Map::from_iter([("description".to_owned(), json!(words))]);
        if let Some((content_type, schema)) = content {
            answer.insert("content".to_owned(), json!({ content_type: { "schema": schema } }));
        }
        self.answers.insert(status.as_u16(), Value::Object(answer));
    }

    /// A user is needed. With a cookie, only the server's own pages may write.
    pub fn needs_user(&mut self) {
        self.needs_user = true;
        self.refuses(ErrorCode::Unauthorized);
        self.refuses(ErrorCode::Unavailable);
        if self.is_write {
            self.refuses(ErrorCode::Forbidden);
        }
    }

    /// A body is taken.
    pub fn takes<T: Decode>(&mut self, is_required: bool) {
        let schema = self.schemas.request::<T>();
        self.body = Some(json!({
            "required": is_required,
            "content": { "application/json": { "schema": schema } },
        }));
        self.reader = Some(|json| decode::<T>(json).map(drop));
        self.refuses_with(StatusCode::REQUEST_TIMEOUT.as_u16(), ErrorCode::InvalidPayload);
        for code in [
            ErrorCode::InvalidPayload,
            ErrorCode::TooLarge,
            ErrorCode::UnsupportedMediaType,
            ErrorCode::Busy,
            ErrorCode::Unavailable,
        ] {
            self.refuses(code);
        }
    }
}

impl<T: JsonSchema> Output for Json<T> {
    fn describe(description: &mut Description<'_>) {
        let schema = description.schemas.answer::<T>();
        description.answers(StatusCode::OK, "Done.", Some(("application/json", schema)));
    }
}

impl Output for NoContent {
    fn describe(description: &mut Description<'_>) {
        description.answers(StatusCode::NO_CONTENT, "Done; there is no body.", None);
    }
}

impl<T: Output, E> Output for Result<T, E> {
    fn describe(description: &mut Description<'_>) {
        T::describe(description);
    }
}

macro_rules! describe_handlers {
    ($([$($input:ident),*])+) => {$(
        impl<F, Fut, Out, $($input),*> Described<fn($($input),*) -> Out> for F
        where
            F: Fn($($input),*) -> Fut,
            Fut: Future<Output = Out>,
            Out: Output,
            $($input: Input,)*
        {
            fn describe(description: &mut Description<'_>) {
                $($input::describe(description);)*
                Out::describe(description);
            }
        }
    )+};
}

describe_handlers! {
    []
    [A]
    [A, B]
    [A, B, C]
    [A, B, C, D]
    [A, B, C, D, E]
    [A, B, C, D, E, G]
}
