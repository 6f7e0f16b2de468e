//! From what PostgreSQL says to what the ports promise.

use std::error::Error as _;
use std::io;

use tokio_postgres::error::{DbError, SqlState};

use crate::{Conflict, StoreError};

/// What the engine's functions give.
pub(super) type Result<T> = std::result::Result<T, StoreError>;

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        if let Some(error) = error.as_db_error() {
            return from_db(error);
        }
        let text = words_of(&error);
        let cause = error.source();
        if error.is_closed() || cause.is_some_and(<dyn std::error::Error>::is::<io::Error>) {
            Self::Unavailable(text)
        } else {
            // A value of another type than the statement's: a mistake in it, or in the tables.
            Self::Corrupt(text)
        }
    }
}

/// Whether the same transaction may succeed when it is run again: it met another one.
pub(super) fn may_succeed_again(error: &tokio_postgres::Error) -> bool {
    let code = error.code();
    code == Some(&SqlState::T_R_DEADLOCK_DETECTED)
        || code == Some(&SqlState::T_R_SERIALIZATION_FAILURE)
}

/// The error with its cause, as one clause. Never a detail, which would tell of values.
pub(super) fn words_of(error: &tokio_postgres::Error) -> String {
    match (error.as_db_error(), error.source()) {
        (Some(error), _) => error.message().to_owned(),
        (None, Some(cause)) => format!("{error}: {cause}"),
        (None, None) => error.to_string(),
    }
}

fn from_db(error: &DbError) -> StoreError {
    let code = error.code();
    let message = error.message().to_owned();
    if *code == SqlState::FOREIGN_KEY_VIOLATION {
        return StoreError::NotFound("what this refers to");
    }
    if *code == SqlState::UNIQUE_VIOLATION {
        return taken(error.constraint().unwrap_or_default(), message);
    }
    // U+0000, which no door lets in: PostgreSQL cannot keep it.
    if *code == SqlState::CHARACTER_NOT_IN_REPERTOIRE {
        return StoreError::Invalid { field: "text", message: "must not hold U+0000" };
    }
    match code.code().get(..2) {
        // Mistakes in statements, values and tables, none of which trying again mends.
        Some("0A" | "20" | "21" | "22" | "23" | "42" | "P0" | "XX") => StoreError::Corrupt(message),
        Some(_) | None => StoreError::Unavailable(message),
    }
}

/// A unique constraint by the name that the migrations gave it.
fn taken(constraint: &str, message: String) -> StoreError {
    match constraint {
        "users_by_username" => Conflict::UsernameTaken.into(),
        "users_by_email" => Conflict::EmailTaken.into(),
        "friend_requests_pending" => Conflict::RequestPending.into(),
        _ => StoreError::Corrupt(message),
    }
}
