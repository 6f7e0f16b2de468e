//! Refusals as problem documents (RFC 9457), the only form in which this API tells an error.

use axum::http::header::{CONNECTION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use salala_core::wire::{Error, ErrorCode, FieldError};
use schemars::JsonSchema;
use serde::Serialize;

/// A refused request.
#[derive(Clone, Debug)]
pub struct Problem {
    status: StatusCode,
    error: Error,
}

/// What handlers answer.
pub type Answer<T> = Result<T, Problem>;

/// Why a request was refused (RFC 9457).
#[derive(JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Problem")]
pub struct Document<'a> {
    /// Always `about:blank`: `code` says more.
    r#type: &'static str,
    /// The status in words.
    title: &'static str,
    /// The status.
    status: u16,
    /// One sentence for people.
    detail: &'a str,
    /// Why.
    code: ErrorCode,
    /// With `invalid_payload`: each mistake.
    #[serde(skip_serializing_if = "<[FieldError]>::is_empty")]
    errors: &'a [FieldError],
    /// With `rate_limited`: when it may be tried again, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u64>,
}

/// When to try again, where the code says that it may help and nobody says when.
const RETRY_AFTER_MS: u64 = 1000;

impl Problem {
    /// A refusal whose status is not the one of its code.
    pub fn with_status(status: StatusCode, error: impl Into<Error>) -> Self {
        Self { status, error: error.into() }
    }

    /// Its status.
    pub fn status(&self) -> StatusCode {
        self.status
    }
}

impl<E: Into<Error>> From<E> for Problem {
    fn from(error: E) -> Self {
        let error = error.into();
        let status = StatusCode::from_u16(error.code.http_status());
        Self { status: status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), error }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Self { status, error } = self;
        let document = Document {
            r#type: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: &error.message,
            code: error.code,
            errors: &error.errors,
            retry_after_ms: error.retry_after_ms,
        };
        // Strings and numbers alone: nothing in it can fail to be written.
        let body = serde_json::to_string(&document).unwrap_or_default();
        let mut response = (status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if status == StatusCode::PAYLOAD_TOO_LARGE {
            // The rest of the body is not read, so nothing can follow on this connection.
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        if error.code.may_retry() {
            let wait_ms = error.retry_after_ms.unwrap_or(RETRY_AFTER_MS);
            headers.insert(RETRY_AFTER, HeaderValue::from(wait_ms.div_ceil(1000).max(1)));
        }
        response
    }
}

/// Answers what has no route.
pub async fn unknown_route() -> Problem {
    Error::new(ErrorCode::NotFound, "there is no such route").into()
}

/// Answers a method that a route does not have; `Allow` says which it has.
pub async fn unknown_method() -> Problem {
    Problem::with_status(
        StatusCode::METHOD_NOT_ALLOWED,
        Error::new(ErrorCode::NotFound, "this route does not have this method"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_status_and_says_when_to_come_back_where_that_helps() {
        for code in ErrorCode::ALL {
            let response = Problem::from(Error::from(code)).into_response();
            assert_eq!(response.status().as_u16(), code.http_status());
            assert_eq!(response.headers().contains_key(RETRY_AFTER), code.may_retry(), "{code:?}");
        }
    }

    #[test]
    fn a_wait_is_told_in_whole_seconds() {
        let error = Error { retry_after_ms: Some(1001), ..ErrorCode::RateLimited.into() };
        let response = Problem::from(error).into_response();
        assert_eq!(response.headers().get(RETRY_AFTER), Some(&HeaderValue::from(2)));
    }
}
