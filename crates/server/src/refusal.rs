//! From the store's errors to what a client is told.

use salala_core::wire::{Error, ErrorCode};
use salala_store::{Conflict, StoreError};

/// What a client is told when the store did nothing.
///
/// Only [`StoreError::Corrupt`] is logged here: the store itself reports when its storage goes away
/// and comes back, and a line for every request meanwhile would say nothing more.
pub fn refusal(error: StoreError) -> Error {
    match error {
        StoreError::NotFound(_) => Error::new(ErrorCode::NotFound, error.to_string()),
        StoreError::Forbidden(_) => Error::new(ErrorCode::Forbidden, error.to_string()),
        StoreError::Conflict(Conflict::CallUnderWay(call_id)) => {
            Error { call_id: Some(call_id), ..Error::new(ErrorCode::Conflict, error.to_string()) }
        }
        StoreError::Conflict(_) => Error::new(ErrorCode::Conflict, error.to_string()),
        StoreError::Invalid { field, message } => Error::invalid_field(field, message),
        StoreError::Busy => ErrorCode::Busy.into(),
        StoreError::Unavailable(_) => ErrorCode::Unavailable.into(),
        StoreError::Corrupt(detail) => {
            tracing::error!(detail, "the store failed where it never should");
            ErrorCode::Internal.into()
        }
    }
}

/// The refusal of an id that names nothing.
pub fn unknown(noun: &'static str) -> Error {
    refusal(StoreError::NotFound(noun))
}
