//! The codes with which a request is refused, the same for REST and acks.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use crate::ids::CallId;

/// Why a request was refused. Codes are stable; sentences are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// The payload, query or body does not fit; `errors` says where.
    InvalidPayload,
    /// No valid sign-in; over HTTP only, since a socket without one never connects.
    Unauthorized,
    /// The caller may not do this.
    Forbidden,
    /// There is no such thing, event or route.
    NotFound,
    /// It is there already, or has changed meanwhile.
    Conflict,
    /// Too often; `retryAfterMs` says when again.
    RateLimited,
    /// Too many bytes.
    TooLarge,
    /// Not a content type that this route takes; over HTTP only.
    UnsupportedMediaType,
    /// A queue is full: nothing was stored, send again.
    Busy,
    /// Storage is away: nothing was stored, send again.
    Unavailable,
    /// A defect of the server; its log says more.
    Internal,
}

impl ErrorCode {
    /// All codes, for documents and tests.
    pub const ALL: [Self; 11] = [
        Self::InvalidPayload,
        Self::Unauthorized,
        Self::Forbidden,
        Self::NotFound,
        Self::Conflict,
        Self::RateLimited,
        Self::TooLarge,
        Self::UnsupportedMediaType,
        Self::Busy,
        Self::Unavailable,
        Self::Internal,
    ];

    /// The code on the wire, its HTTP status, whether the same request may succeed later, and the
    /// sentence for when there is nothing better to say.
    fn row(self) -> (&'static str, u16, bool, &'static str) {
        match self {
            Self::InvalidPayload => {
                ("invalid_payload", 422, false, "the request does not fit; see `errors`")
            }
            Self::Unauthorized => ("unauthorized", 401, false, "sign in first"),
            Self::Forbidden => ("forbidden", 403, false, "you may not do this"),
            Self::NotFound => ("not_found", 404, false, "there is no such thing"),
            Self::Conflict => ("conflict", 409, false, "it is there already"),
            Self::RateLimited => ("rate_limited", 429, true, "too often; wait and try again"),
            Self::TooLarge => ("too_large", 413, false, "the request is too large"),
            Self::UnsupportedMediaType => {
                ("unsupported_media_type", 415, false, "send JSON as `application/json`")
            }
            Self::Busy => ("busy", 503, true, "the server is busy; nothing was stored, try again"),
            Self::Unavailable => {
                ("unavailable", 503, true, "storage is away; nothing was stored, try again")
            }
            Self::Internal => ("internal", 500, false, "the server made a mistake"),
        }
    }

    /// The code on the wire.
    pub fn as_str(self) -> &'static str {
        self.row().0
    }

    /// The HTTP status that goes with it.
    pub fn http_status(self) -> u16 {
        self.row().1
    }

    /// May the same request succeed later, unchanged?
    pub fn may_retry(self) -> bool {
        self.row().2
    }

    /// The sentence for when there is nothing better to say.
    pub fn sentence(self) -> &'static str {
        self.row().3
    }
}

impl JsonSchema for ErrorCode {
    fn schema_name() -> Cow<'static, str> {
        "ErrorCode".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "Why a request was refused. Codes are stable; sentences are not.",
            "enum": Self::ALL.map(Self::as_str),
        })
    }
}

impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// One mistake in a request: where, and what is wrong there.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema, Serialize)]
pub struct FieldError {
    /// Name of the field, `messageIds[3]` for an element; empty for the payload as a whole.
    pub path: String,
    /// What is wrong, in words.
    pub message: String,
}

/// A refused request, as REST and acks tell it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    /// Why.
    pub code: ErrorCode,
    /// One sentence for people.
    pub message: String,
    /// With [`ErrorCode::InvalidPayload`]: each mistake.
    pub errors: Vec<FieldError>,
    /// With [`ErrorCode::RateLimited`]: when it may be tried again, in milliseconds.
    pub retry_after_ms: Option<u64>,
    /// With [`ErrorCode::Conflict`] over a call: the call that is under way.
    pub call_id: Option<CallId>,
}

impl Error {
    /// A refusal in the caller's own words.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            errors: Vec::new(),
            retry_after_ms: None,
            call_id: None,
        }
    }

    /// A request with mistakes.
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        Self { errors, ..ErrorCode::InvalidPayload.into() }
    }

    /// A request with one mistake.
    pub fn invalid_field(path: &str, message: &str) -> Self {
        Self::invalid(vec![FieldError { path: path.to_owned(), message: message.to_owned() }])
    }
}

impl From<ErrorCode> for Error {
    fn from(code: ErrorCode) -> Self {
        Self::new(code, code.sentence())
    }
}

/// Why a socket was refused before `connect`: the codes of a `connect_error`'s `data`. A stock
/// client does not come back after one, so nothing passing may be told this way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectRefusal {
    /// No token came with the handshake.
    #[error("a token is missing: give one as `auth.token`")]
    TokenMissing,
    /// The token is malformed or not signed by this server's secret.
    #[error("the token is not valid")]
    TokenInvalid,
    /// The token has run out.
    #[error("the token has expired: sign in again")]
    TokenExpired,
    /// The token's session was ended.
    #[error("the session was ended: sign in again")]
    TokenRevoked,
    /// The token's user is not there.
    #[error("the user does not exist")]
    UserNotFound,
}

impl ConnectRefusal {
    /// All of them, for documents and tests.
    pub const ALL: [Self; 5] = [
        Self::TokenMissing,
        Self::TokenInvalid,
        Self::TokenExpired,
        Self::TokenRevoked,
        Self::UserNotFound,
    ];

    /// The code on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TokenMissing => "token_missing",
            Self::TokenInvalid => "token_invalid",
            Self::TokenExpired => "token_expired",
            Self::TokenRevoked => "token_revoked",
            Self::UserNotFound => "user_not_found",
        }
    }
}

/// A `connect_error`, as a stock client gives it.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct ConnectError {
    /// One sentence for people.
    pub message: String,
    /// Why, for programs.
    pub data: ConnectErrorData,
}

/// The `data` of a `connect_error`.
#[derive(Clone, Copy, Debug, JsonSchema, Serialize)]
pub struct ConnectErrorData {
    /// Why the socket was refused.
    pub code: ConnectRefusal,
}

impl JsonSchema for ConnectRefusal {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "ConnectRefusal".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "enum": Self::ALL.map(Self::as_str) })
    }
}

impl Serialize for ConnectRefusal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_own_name_and_a_status_of_a_refusal() {
        let mut names: Vec<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ErrorCode::ALL.len());
        assert!(ErrorCode::ALL.iter().all(|code| (400..=503).contains(&code.http_status())));
    }
}
