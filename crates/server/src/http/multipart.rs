//! A form with a file, read piece by piece: what comes goes to the disk and is never held whole.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use futures_util::{Stream, StreamExt as _};
use multer::{Field, Multipart};
use salala_core::wire::{Error, ErrorCode};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use tokio::time::{Instant, timeout, timeout_at};

use super::describe::{Description, Input};
use super::problem::{Answer, Problem};
use crate::media::incoming::{AROUND_MAX_BYTES, Incoming, WriteError};
use crate::media::{Media, too_large, written_badly};

/// In each such time as many bytes of a file have to come.
const PROGRESS_WITHIN: Duration = Duration::from_secs(30);
const PROGRESS_BYTES: u64 = 16 * 1024;

/// What of a refused form is read to its end, and in which time.
const DISCARDED_MAX_BYTES: u64 = 64 * 1024;
const DISCARDED_WITHIN: Duration = Duration::from_secs(1);

/// Fields of a form.
const FIELDS_MAX: usize = 16;

/// Bytes of `peaks`.
const PEAKS_MAX_BYTES: usize = 4 * 1024;

/// Values of `peaks`.
const PEAKS_MAX: usize = 128;

/// A body of `multipart/form-data` that was not read yet.
pub struct Form {
    body: Body,
    boundary: String,
    announced: u64,
}

/// The fields of a form.
#[derive(JsonSchema, Serialize)]
struct UploadForm {
    /// The file, with its name.
    #[schemars(extend("format" = "binary"))]
    file: String,
    /// How loud a recording is from its beginning to its end, by who recorded it: a JSON array of at most 128
    /// numbers from 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    peaks: Option<String>,
}

/// What a form held.
pub struct Filled {
    /// The file.
    pub file: Incoming,
    /// Its name, as the client gave it.
    pub name: Option<String>,
    /// How loud a recording is.
    pub peaks: Option<Vec<u8>>,
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let content_type = request.headers().get(CONTENT_TYPE).and_then(|it| it.to_str().ok());
        let boundary = content_type.and_then(|it| multer::parse_boundary(it).ok());
        let Some(boundary) = boundary else {
            let message = "send the file as `file` of `multipart/form-data`";
            return Err(Error::new(ErrorCode::UnsupportedMediaType, message).into());
        };
        let body = request.into_body();
        let announced = http_body::Body::size_hint(&body).lower();
        Ok(Self { body, boundary, announced })
    }
}

impl Input for Form {
    fn describe(description: &mut Description<'_>) {
        let schema = description.schemas.answer::<UploadForm>();
        description.body = Some(json!({
            "required": true,
            "content": { "multipart/form-data": { "schema": schema } },
        }));
        description.refuses_with(StatusCode::REQUEST_TIMEOUT.as_u16(), ErrorCode::InvalidPayload);
        for code in [
            ErrorCode::InvalidPayload,
            ErrorCode::TooLarge,
            ErrorCode::UnsupportedMediaType,
            ErrorCode::RateLimited,
            ErrorCode::Busy,
            ErrorCode::Unavailable,
        ] {
            description.refuses(code);
        }
    }
}

impl Form {
    /// How many bytes are to come at least, as the request says.
    pub fn announced(&self) -> u64 {
        self.announced
    }

    /// Reads a small one to its end and throws it away: a client that is answered and cut off while it still
    /// sends may never see the answer.
    async fn discard(self) {
        if self.announced > DISCARDED_MAX_BYTES {
            return;
        }
        let mut stream = self.body.into_data_stream();
        let reading = async {
            let mut bytes = 0;
            while let Some(Ok(part)) = stream.next().await {
                bytes += part.len() as u64;
                if bytes > DISCARDED_MAX_BYTES {
                    return;
                }
            }
        };
        // One that is slower than that is cut off.
        drop(timeout(DISCARDED_WITHIN, reading).await);
    }

    /// Reads all of it; the file goes where it is to come.
    ///
    /// # Errors
    /// It does not fit, breaks off, or comes too slowly; then nothing of it is left.
    pub async fn read(self, mut file: Incoming) -> Answer<Filled> {
        let stream = OneByOne { stream: self.body.into_data_stream(), has_given: false };
        let mut form = Multipart::new(stream, self.boundary);
        let mut pace = Pace::new();
        let (mut name, mut peaks, mut has_file) = (None, None, false);
        for _ in 0..FIELDS_MAX {
            let Some(mut field) = pace.wait(form.next_field()).await? else {
                if has_file {
                    return Ok(Filled { file, name, peaks });
                }
                return Err(Error::invalid_field("file", "is missing").into());
            };
            match field.name() {
                Some("file") if has_file => {
                    return Err(Error::invalid_field("file", "must be given once").into());
                }
                Some("file") => {
                    has_file = true;
                    name = field.file_name().map(str::to_owned);
                    read_file(&mut field, &mut file, &mut pace).await?;
                }
                Some("peaks") => {
                    let text = read_small(&mut field, PEAKS_MAX_BYTES, &mut pace).await?;
                    peaks = Some(read_peaks(&text)?);
                }
                Some(_) | None => {
                    let most = usize::try_from(AROUND_MAX_BYTES).unwrap_or(usize::MAX);
                    read_small(&mut field, most, &mut pace).await?;
                }
            }
        }
        Err(Error::invalid_field("", "has too many fields").into())
    }
}

async fn read_file(field: &mut Field<'_>, file: &mut Incoming, pace: &mut Pace) -> Answer<()> {
    while let Some(piece) = pace.wait(field.chunk()).await? {
        pace.came(piece.len());
        file.write(&piece).await.map_err(|error| match error {
            WriteError::TooLarge => too_large(file.max_bytes()),
            WriteError::Io(error) => written_badly(&error),
        })?;
    }
    Ok(())
}

async fn read_small(field: &mut Field<'_>, most: usize, pace: &mut Pace) -> Answer<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(piece) = pace.wait(field.chunk()).await? {
        pace.came(piece.len());
        if bytes.len() + piece.len() > most {
            let message = format!("a field beside the file has at most {most} bytes");
            return Err(Error::new(ErrorCode::TooLarge, message).into());
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

fn read_peaks(text: &[u8]) -> Result<Vec<u8>, Error> {
    let values: Option<Vec<f64>> = serde_json::from_slice(text).ok();
    let is_fit = |values: &Vec<f64>| {
        (1..=PEAKS_MAX).contains(&values.len())
            && values.iter().all(|value| (0.0..=1.0).contains(value))
    };
    let Some(values) = values.filter(is_fit) else {
        let message = format!("must be a JSON array of 1 to {PEAKS_MAX} numbers from 0 to 1");
        return Err(Error::invalid_field("peaks", &message));
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "each is from 0 to 1"
    )]
    let hundredths = values.into_iter().map(|value| (value * 100.0).round() as u8);
    Ok(hundredths.collect())
}

/// That a body goes on coming.
struct Pace {
    until: Instant,
    missing: u64,
}

impl Pace {
    fn new() -> Self {
        Self { until: Instant::now() + PROGRESS_WITHIN, missing: PROGRESS_BYTES }
    }

    fn came(&mut self, bytes: usize) {
        self.missing = self.missing.saturating_sub(bytes as u64);
        if self.missing == 0 {
            *self = Self::new();
        }
    }

    /// Waits for the next part of the form, until the time for it is over.
    async fn wait<T>(&self, next: impl Future<Output = multer::Result<T>>) -> Answer<T> {
        let Ok(part) = timeout_at(self.until, next).await else {
            let error = Error::new(ErrorCode::InvalidPayload, "the file comes too slowly");
            return Err(Problem::with_status(StatusCode::REQUEST_TIMEOUT, error));
        };
        part.map_err(|error| refuse(&error))
    }
}

fn refuse(error: &multer::Error) -> Problem {
    let is_broken = matches!(
        error,
        multer::Error::StreamReadFailed(_)
            | multer::Error::IncompleteFieldData { .. }
            | multer::Error::IncompleteHeaders
            | multer::Error::IncompleteStream
    );
    let message =
        if is_broken { "the body broke off" } else { "must be a form as RFC 7578 has it" };
    Error::invalid_field("", message).into()
}

/// Gives one piece a poll: the reader of forms takes all that is there before it gives any of it away.
struct OneByOne {
    stream: BodyDataStream,
    has_given: bool,
}

impl Stream for OneByOne {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        if std::mem::take(&mut this.has_given) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let next = Pin::new(&mut this.stream).poll_next(context);
        this.has_given = matches!(next, Poll::Ready(Some(Ok(_))));
        next
    }
}

/// A place for the file of this form.
///
/// # Errors
/// As [`Media::receive`].
pub async fn receive(media: &Media, user_id: salala_core::UserId, form: Form) -> Answer<Filled> {
    match media.receive(user_id, form.announced()).await {
        Ok(incoming) => form.read(incoming).await,
        Err(error) => {
            form.discard().await;
            Err(error.into())
        }
    }
}
