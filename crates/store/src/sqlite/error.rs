//! From what SQLite says to what the ports promise.

use rusqlite::ErrorCode;
use rusqlite::ffi;

use crate::{Conflict, StoreError};

/// What the engine's functions give.
pub(super) type Result<T> = std::result::Result<T, StoreError>;

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let rusqlite::Error::SqliteFailure(failure, detail) = &error else {
            return Self::Corrupt(error.to_string());
        };
        if failure.code == ErrorCode::ConstraintViolation {
            return constraint(failure.extended_code, detail.as_deref().unwrap_or_default());
        }
        if is_defect(failure.code) {
            return Self::Corrupt(error.to_string());
        }
        Self::Unavailable(error.to_string())
    }
}

/// A constraint by the columns that it is on, which is how SQLite names it.
fn constraint(extended_code: i32, detail: &str) -> StoreError {
    if extended_code == ffi::SQLITE_CONSTRAINT_FOREIGNKEY {
        return StoreError::NotFound("what this refers to");
    }
    match detail.strip_prefix("UNIQUE constraint failed: ") {
        Some("users.username_key") => Conflict::UsernameTaken.into(),
        Some("users.email_key") => Conflict::EmailTaken.into(),
        Some("friend_requests.low_id, friend_requests.high_id") => Conflict::RequestPending.into(),
        Some(_) | None => StoreError::Corrupt(detail.to_owned()),
    }
}

/// A mistake in a statement or damage in the file, neither of which trying again mends.
fn is_defect(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::InternalMalfunction
            | ErrorCode::DatabaseCorrupt
            | ErrorCode::NotADatabase
            | ErrorCode::TypeMismatch
            | ErrorCode::ApiMisuse
            | ErrorCode::ParameterOutOfRange
            | ErrorCode::TooBig
            | ErrorCode::Unknown
    )
}
