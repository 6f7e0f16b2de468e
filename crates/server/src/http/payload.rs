//! Reading bodies: JSON of bounded size, field by field.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use http_body_util::BodyExt as _;
use salala_core::wire::fields::{Decode, decode};
use salala_core::wire::{Error, ErrorCode};

use super::describe::{Description, Input};
use super::problem::Problem;

/// The most bytes of a body: enough for a group of as many members as one may have, some 390 KB.
pub const BODY_MAX_BYTES: usize = 512 * 1024;

/// The most bytes of all bodies that are being read at the same time; past it a request is refused
/// as `busy`.
const BODIES_MAX_BYTES: usize = 128 * 1024 * 1024;

/// Bytes of all bodies that are being read.
static BODIES_BYTES: AtomicUsize = AtomicUsize::new(0);

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

impl<T: Decode> Input for Payload<T> {
    fn describe(description: &mut Description<'_>) {
        description.takes::<T>(true);
    }
}

impl<T: Decode> Input for OptionalPayload<T> {
    fn describe(description: &mut Description<'_>) {
        description.takes::<T>(false);
    }
}

/// A part of what all bodies may hold, given back when it is dropped.
struct Held {
    all: &'static AtomicUsize,
    bytes: usize,
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
    let Ok(read) = tokio::time::timeout(BODY_TIMEOUT, read_bytes(body)).await else {
        let error = Error::new(ErrorCode::InvalidPayload, "the body took too long to come");
        return Err(Problem::with_status(StatusCode::REQUEST_TIMEOUT, error));
    };
    String::from_utf8(read?).map_err(|_| Error::invalid_field("", "must be text in UTF-8").into())
}

async fn read_bytes(mut body: Body) -> Result<Vec<u8>, Error> {
    let mut held = Held::new(&BODIES_BYTES);
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| Error::invalid_field("", "the body broke off"))?;
        // Trailers say nothing here.
        let Ok(data) = frame.into_data() else { continue };
        if bytes.len() + data.len() > BODY_MAX_BYTES {
            return Err(too_large());
        }
        held.hold(data.len())?;
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}

impl Held {
    fn new(all: &'static AtomicUsize) -> Self {
        Self { all, bytes: 0 }
    }

    fn hold(&mut self, bytes: usize) -> Result<(), Error> {
        self.bytes += bytes;
        let before = self.all.fetch_add(bytes, Ordering::Relaxed);
        if before + bytes > BODIES_MAX_BYTES { Err(ErrorCode::Busy.into()) } else { Ok(()) }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.all.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

fn too_large() -> Error {
    Error::new(ErrorCode::TooLarge, format!("a body has at most {BODY_MAX_BYTES} bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_all_bodies_hold_is_bounded_and_given_back() {
        static ALL: AtomicUsize = AtomicUsize::new(0);
        let mut one = Held::new(&ALL);
        one.hold(BODIES_MAX_BYTES).unwrap();
        let mut other = Held::new(&ALL);
        assert_eq!(other.hold(1).unwrap_err().code, ErrorCode::Busy);
        drop(one);
        other.hold(1).unwrap();
        drop(other);
        assert_eq!(ALL.load(Ordering::Relaxed), 0);
    }
}
