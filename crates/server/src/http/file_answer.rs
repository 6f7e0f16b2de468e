//! A file as an answer: whole or in part, kept by the browser, and never run.

use axum::body::Body;
use axum::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_RANGE,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, IF_RANGE, RANGE,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use salala_core::records::{Blob, Upload};
use salala_core::wire::{Error, ErrorCode};
use serde_json::json;

use super::describe::{Description, Output};
use super::problem::{Answer, Problem};
use crate::media::{Media, is_shown};
use crate::metrics;
use crate::refusal::unknown;

/// Nothing of a file is run, wherever it is opened; what shows it needs its own picture, sound or film.
const POLICY: &str = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; \
    sandbox";

/// An upload never changes. Only its reader may keep it: others may not see it.
const KEPT: &str = "private, max-age=31536000, immutable";

/// A file or a part of it.
pub struct FileAnswer {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Body,
}

/// Which part of a file is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Whole,
    /// From, and up to and including.
    Range(u64, u64),
    /// None of it is there.
    Beyond,
}

impl FileAnswer {
    /// The file itself.
    pub async fn of_file(media: &Media, upload: Upload, asked: &HeaderMap) -> Answer<Self> {
        let Upload { file, content, .. } = upload;
        let disposition = if is_shown(&file.mime_type) { "inline" } else { "attachment" };
        let disposition =
            format!("{disposition}; filename*=UTF-8''{}", percent_encoded(&file.name));
        Self::of_blob(media, &content, (&file.mime_type, &disposition), asked).await
    }

    /// The smaller picture of it.
    pub async fn of_thumbnail(media: &Media, upload: Upload, asked: &HeaderMap) -> Answer<Self> {
        let Some(blob) = upload.thumbnail else { return Err(unknown("this picture").into()) };
        // The one of two that are made: what is seen through is PNG.
        let head = media.read_head(&blob).await?;
        let mime_type = if head.starts_with(b"\x89PNG") { "image/png" } else { "image/jpeg" };
        Self::of_blob(media, &blob, (mime_type, "inline"), asked).await
    }

    async fn of_blob(
        media: &Media,
        blob: &Blob,
        (mime_type, disposition): (&str, &str),
        asked: &HeaderMap,
    ) -> Answer<Self> {
        let etag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(blob.hash));
        let fixed = |text| HeaderValue::from_static(text);
        let value = |text: &str| HeaderValue::from_str(text).unwrap_or(fixed(""));
        let mut headers = vec![
            (ETAG, value(&etag)),
            (CACHE_CONTROL, fixed(KEPT)),
            (CONTENT_SECURITY_POLICY, fixed(POLICY)),
            (ACCEPT_RANGES, fixed("bytes")),
        ];
        if asked.get(IF_NONE_MATCH).is_some_and(|known| names(known, &etag)) {
            return Ok(Self { status: StatusCode::NOT_MODIFIED, headers, body: Body::empty() });
        }
        let part = match asked.get(RANGE).and_then(|range| range.to_str().ok()) {
            Some(range) if asked.get(IF_RANGE).is_none_or(|known| known == etag.as_str()) => {
                part_of(range, blob.size)
            }
            Some(_) | None => Part::Whole,
        };
        let (status, range) = match part {
            Part::Whole => (StatusCode::OK, 0..blob.size),
            Part::Range(from, to) => {
                let told = format!("bytes {from}-{to}/{}", blob.size);
                headers.push((CONTENT_RANGE, value(&told)));
                (StatusCode::PARTIAL_CONTENT, from..to + 1)
            }
            Part::Beyond => {
                let error = Error::new(
                    ErrorCode::InvalidPayload,
                    format!("the file has {} bytes, and none where you ask", blob.size),
                );
                return Err(Problem::with_status(StatusCode::RANGE_NOT_SATISFIABLE, error));
            }
        };
        headers.push((CONTENT_TYPE, value(mime_type)));
        headers.push((CONTENT_DISPOSITION, value(disposition)));
        headers.push((CONTENT_LENGTH, HeaderValue::from(range.end - range.start)));
        metrics::record_file_read(range.end - range.start);
        let body = Body::from_stream(media.read(blob, range).await?);
        Ok(Self { status, headers, body })
    }
}

impl IntoResponse for FileAnswer {
    fn into_response(self) -> Response {
        let mut response = (self.status, self.body).into_response();
        response.headers_mut().extend(self.headers);
        response
    }
}

impl Output for FileAnswer {
    fn describe(description: &mut Description<'_>) {
        let bytes = || Some(("*/*", json!({ "type": "string", "format": "binary" })));
        description.answers(StatusCode::OK, "The whole file.", bytes());
        description.answers(StatusCode::PARTIAL_CONTENT, "The part that was asked for.", bytes());
        description.answers(StatusCode::NOT_MODIFIED, "As the one that is kept already.", None);
        let beyond = StatusCode::RANGE_NOT_SATISFIABLE.as_u16();
        description.refuses_with(beyond, ErrorCode::InvalidPayload);
        description.refuses(ErrorCode::Unavailable);
    }
}

/// Does a list of known versions name this one?
fn names(known: &HeaderValue, etag: &str) -> bool {
    let Ok(known) = known.to_str() else { return false };
    known.split(',').map(str::trim).any(|one| one == "*" || one.trim_start_matches("W/") == etag)
}

/// One range of bytes (RFC 9110, section 14); what is none, or several, is answered with the whole.
fn part_of(range: &str, size: u64) -> Part {
    let Some((from, to)) = range.strip_prefix("bytes=").and_then(|range| range.split_once('-'))
    else {
        return Part::Whole;
    };
    let number = |text: &str| {
        let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| text.parse::<u64>().unwrap_or(u64::MAX))
    };
    match (from, to) {
        // The last so many.
        ("", last) => match number(last) {
            None => Part::Whole,
            Some(0) => Part::Beyond,
            Some(_) if size == 0 => Part::Beyond,
            Some(last) => Part::Range(size.saturating_sub(last), size - 1),
        },
        (from, to) => match (number(from), number(to)) {
            (Some(from), _) if from >= size && (to.is_empty() || number(to).is_some()) => {
                Part::Beyond
            }
            (Some(from), None) if to.is_empty() => Part::Range(from, size - 1),
            (Some(from), Some(to)) if from <= to => Part::Range(from, to.min(size - 1)),
            _ => Part::Whole,
        },
    }
}

/// As RFC 8187 has a text in a header.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            let digits = [byte >> 4, byte & 15].map(|digit| char::from_digit(digit.into(), 16));
            encoded.extend(digits.into_iter().flatten().map(|digit| digit.to_ascii_uppercase()));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_one_of_bytes_that_are_there() {
        for (range, size, part) in [
            ("bytes=0-0", 10, Part::Range(0, 0)),
            ("bytes=2-", 10, Part::Range(2, 9)),
            ("bytes=2-99", 10, Part::Range(2, 9)),
            ("bytes=-3", 10, Part::Range(7, 9)),
            ("bytes=-99", 10, Part::Range(0, 9)),
            ("bytes=10-", 10, Part::Beyond),
            ("bytes=99999999999999999999-", 10, Part::Beyond),
            ("bytes=-0", 10, Part::Beyond),
            ("bytes=0-", 0, Part::Beyond),
            ("bytes=3-2", 10, Part::Whole),
            ("bytes=0-1,3-4", 10, Part::Whole),
            ("bytes=a-b", 10, Part::Whole),
            ("bytes=-", 10, Part::Whole),
            ("items=0-1", 10, Part::Whole),
        ] {
            assert_eq!(part_of(range, size), part, "{range}");
        }
    }

    #[test]
    fn a_name_in_a_header_holds_nothing_that_ends_it() {
        assert_eq!(percent_encoded("a\"b\r\nc é.txt"), "a%22b%0D%0Ac%20%C3%A9.txt");
    }
}
