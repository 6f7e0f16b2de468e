//! The forms of answers, each with its status in its type, so that documents know it.

use axum::Json;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::describe::{Description, Output};

/// 201 with what was made.
#[derive(Clone, Debug)]
pub struct Created<T>(pub T);

/// 201 with what was made, or 200 with what was there already.
#[derive(Clone, Debug)]
pub enum CreatedOrFound<T> {
    /// It was made.
    Created(T),
    /// It was there.
    Found(T),
}

/// An answer that sets cookies.
#[derive(Clone, Debug)]
pub struct WithCookies<T>(pub HeaderMap, pub T);

impl<T> CreatedOrFound<T> {
    /// What was made, if it is new.
    pub fn new(thing: T, is_new: bool) -> Self {
        if is_new { Self::Created(thing) } else { Self::Found(thing) }
    }
}

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        (StatusCode::CREATED, Json(self.0)).into_response()
    }
}

impl<T: Serialize> IntoResponse for CreatedOrFound<T> {
    fn into_response(self) -> Response {
        match self {
            Self::Created(made) => Created(made).into_response(),
            Self::Found(found) => Json(found).into_response(),
        }
    }
}

impl<T: IntoResponse> IntoResponse for WithCookies<T> {
    fn into_response(self) -> Response {
        (self.0, self.1).into_response()
    }
}

impl<T: JsonSchema> Output for Created<T> {
    fn describe(description: &mut Description<'_>) {
        let schema = description.schemas.answer::<T>();
        description.answers(
            StatusCode::CREATED,
            "It was made.",
            Some(("application/json", schema)),
        );
    }
}

impl<T: JsonSchema> Output for CreatedOrFound<T> {
    fn describe(description: &mut Description<'_>) {
        Created::<T>::describe(description);
        let schema = description.schemas.answer::<T>();
        let content = Some(("application/json", schema));
        description.answers(StatusCode::OK, "It was there already.", content);
    }
}

impl<T: Output> Output for WithCookies<T> {
    fn describe(description: &mut Description<'_>) {
        T::describe(description);
        for answer in description.answers.values_mut() {
            answer["headers"]["Set-Cookie"] = json!({
                "description": "The session cookies of the server's own page, or what ends them.",
                "schema": { "type": "string" },
            });
        }
    }
}
