//! Reading bodies: JSON of bounded size, field by field.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use salala_core::wire::fields::{Decode, decode};
use salala_core::wire::{Error, ErrorCode};

use super::problem::Problem;

/// The most bytes of a body.
pub const BODY_MAX_BYTES: usize = 256 * 1024;

/// How long a body may take to come.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// A body that holds this request.
#[derive(Clone, Debug)]
pub struct Payload<T>(pub T);

/// A body that holds this request, or none, which is the same as `{}`.
#[derive(Clone, Debug)]
pub struct OptionalPayload<T>(pub T);

impl<T: Decode, S: Send + Sync> FromRequest<S> for Payload<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        check_content_type(request.headers())?;
        let text = read_text(request.into_body()).await?;
        Ok(Self(decode(&text)?))
    }
}

impl<T: Decode, S: Send + Sync> FromRequest<S> for OptionalPayload<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (head, body) = request.into_parts();
        let text = read_text(body).await?;
        if text.is_empty() {
            return Ok(Self(decode("{}")?));
        }
        check_content_type(&head.headers)?;
        Ok(Self(decode(&text)?))
    }
}

fn check_content_type(headers: &HeaderMap) -> Result<(), Error> {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_json = essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"));
    if is_json { Ok(()) } else { Err(ErrorCode::UnsupportedMediaType.into()) }
}

async fn read_text(body: Body) -> Result<String, Problem> {
    // A length that is announced is refused before anything is read, any other while it comes.
    if http_body::Body::size_hint(&body).lower() > BODY_MAX_BYTES as u64 {
        return Err(too_large().into());
    }
    let reading = Limited::new(body, BODY_MAX_BYTES).collect();
    let Ok(read) = tokio::time::timeout(BODY_TIMEOUT, reading).await else {
        let error = Error::new(ErrorCode::InvalidPayload, "the body took too long to come");
        return Err(Problem::with_status(StatusCode::REQUEST_TIMEOUT, error));
    };
    let bytes = match read {
        Ok(collected) => collected.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => return Err(too_large().into()),
        Err(_) => return Err(Error::invalid_field("", "the body broke off").into()),
    };
    String::from_utf8(bytes.into())
        .map_err(|_| Error::invalid_field("", "must be text in UTF-8").into())
}

fn too_large() -> Error {
    Error::new(ErrorCode::TooLarge, format!("a body has at most {BODY_MAX_BYTES} bytes"))
}
