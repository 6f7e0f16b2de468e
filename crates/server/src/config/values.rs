//! Readers of values that several variables share.

use std::time::Duration;

use crate::rate_limits::Rate;

/// Reads a span of time: seconds, or a number with `s`, `m`, `h` or `d`; from a second to ten years.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let seconds = match text.get(digits.len()..) {
        Some("" | "s") => Some(1),
        Some("m") => Some(60),
        Some("h") => Some(3600),
        Some("d") => Some(86_400),
        Some(_) | None => None,
    };
    let total = seconds.and_then(|unit: u64| digits.parse::<u64>().ok()?.checked_mul(unit));
    match total {
        Some(total) if (1..=315_360_000).contains(&total) => Ok(Duration::from_secs(total)),
        Some(_) | None => Err("a span of time such as 900, 15m, 24h or 7d".to_owned()),
    }
}

/// Reads a rate: `count/seconds`, or `off`.
pub(super) fn rate(text: &str) -> Result<Option<Rate>, String> {
    if text == "off" {
        return Ok(None);
    }
    text.split_once('/')
        .and_then(|(count, seconds)| {
            let seconds = seconds.parse().ok().filter(|seconds| *seconds <= 86_400)?;
            Rate::new(count.parse().ok()?, Duration::from_secs(seconds))
        })
        .map(Some)
        .ok_or_else(|| "count/seconds such as 10/60, of a day at most, or off".to_owned())
}

/// Reads a count from 1 to a million, or `off`.
pub(super) fn count(text: &str) -> Result<Option<usize>, String> {
    if text == "off" {
        return Ok(None);
    }
    let count = text.parse().ok().filter(|count| (1..=1_000_000).contains(count));
    count.map(Some).ok_or_else(|| "a whole number from 1 to 1000000, or off".to_owned())
}

/// Reads a size: bytes, or a number with `K`, `M`, `G` or `T`, each 1,024 of the one before.
pub(super) fn bytes(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match text.get(digits.len()..) {
        Some("") => Some(1),
        Some("K") => Some(1 << 10),
        Some("M") => Some(1 << 20),
        Some("G") => Some(1 << 30),
        Some("T") => Some(1 << 40),
        Some(_) | None => None,
    };
    let total = unit.and_then(|unit: u64| digits.parse::<u64>().ok()?.checked_mul(unit));
    let total = total.filter(|total| (1..=1 << 50).contains(total));
    total.ok_or_else(|| "a size such as 1000000, 500K, 100M or 2G".to_owned())
}

/// Reads a comma list of MIME types, each whole or with `*` for all that begin so; `*` is all.
pub(super) fn mime_types(text: &str) -> Result<Option<Vec<String>>, String> {
    if text == "*" {
        return Ok(None);
    }
    let is_type = |one: &str| {
        one.split_once('/').is_some_and(|(kind, rest)| {
            let is_word = |word: &str| {
                !word.is_empty()
                    && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-._".contains(&b))
            };
            is_word(kind) && (rest == "*" || is_word(rest))
        })
    };
    let types: Vec<String> = text.split(',').map(|one| one.trim().to_ascii_lowercase()).collect();
    if types.iter().all(|one| is_type(one)) {
        Ok(Some(types))
    } else {
        Err("a comma list of types such as image/*, application/pdf, or * for all".to_owned())
    }
}

/// Reads a span of time of at most a minute, which may be none.
pub(super) fn short_span(text: &str) -> Result<Duration, String> {
    let digits = text.strip_suffix('s').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = !whole.is_empty()
        && [whole, fraction].iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    let seconds = is_number.then(|| digits.parse::<f64>().ok()).flatten();
    let seconds = seconds.filter(|seconds| *seconds <= 60.0);
    let span = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    span.ok_or_else(|| "a span of time from 0s to 60s, such as 3s or 0.5s".to_owned())
}

/// Reads a URL without a path.
pub(super) fn base_url(text: &str) -> Result<String, String> {
    let uri = text.parse::<http::Uri>().ok().filter(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && matches!(uri.path(), "" | "/")
            && uri.query().is_none()
    });
    uri.map(|_| text.trim_end_matches('/').to_owned()).ok_or_else(|| {
        "an http or https URL without a path, such as https://fcm.googleapis.com".to_owned()
    })
}

/// Reads whom somebody may write to (RFC 8292, section 2.1).
pub(super) fn contact(text: &str) -> Result<String, String> {
    let is_mail = text.strip_prefix("mailto:").is_some_and(|address| address.contains('@'));
    if is_mail || text.starts_with("https://") {
        return Ok(text.to_owned());
    }
    Err("a mailto: address or an https URL, such as mailto:admin@example.org".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_a_count_and_seconds_or_off() {
        assert_eq!(rate("off"), Ok(None));
        assert_eq!(rate("10/60"), Ok(Rate::new(10, Duration::from_mins(1))));
        for text in ["", "10", "10/", "/60", "0/60", "10/0", "-1/60", "10/60s", "10/86401", "on"] {
            assert!(rate(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes_are_read_in_bytes_or_with_a_unit() {
        for (text, expected) in
            [("1", 1), ("500K", 512_000), ("100M", 104_857_600), ("1G", 1 << 30)]
        {
            assert_eq!(bytes(text), Ok(expected), "{text}");
        }
        for text in ["", "0", "-1", "1.5G", "1GB", "M", "1 G", "9999999T", "18446744073709551616"] {
            assert!(bytes(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_short_span_may_be_none_or_a_part_of_a_second() {
        for (text, ms) in [("0", 0), ("0s", 0), ("3s", 3_000), ("0.25s", 250), ("60", 60_000)] {
            assert_eq!(short_span(text), Ok(Duration::from_millis(ms)), "{text}");
        }
        for text in ["", "s", "61s", "-1s", "1m", "1e1", "inf", "1.2.3", "."] {
            assert!(short_span(text).is_err(), "{text}");
        }
    }

    #[test]
    fn types_are_whole_or_begin_so() {
        assert_eq!(mime_types("*"), Ok(None));
        let listed = Ok(Some(vec!["image/*".to_owned(), "application/pdf".to_owned()]));
        assert_eq!(mime_types("image/*, Application/PDF"), listed);
        for text in ["", "image", "image/", "/png", "*/*", "image/p*", "image/png;q=1", "a,b"] {
            assert!(mime_types(text).is_err(), "{text}");
        }
    }

    #[test]
    fn contacts_and_base_urls_are_what_others_take() {
        assert!(contact("mailto:ann@example.org").is_ok() && contact("https://a.example").is_ok());
        for text in ["ann@example.org", "http://a.example", "mailto:", ""] {
            assert!(contact(text).is_err(), "{text}");
        }
        assert_eq!(base_url("http://127.0.0.1:1/"), Ok("http://127.0.0.1:1".to_owned()));
        for text in ["127.0.0.1", "ftp://a", "http://a/v1", "http://a?b"] {
            assert!(base_url(text).is_err(), "{text}");
        }
    }

    #[test]
    fn spans_are_read_in_seconds_or_with_a_unit() {
        for (text, seconds) in
            [("1", 1), ("90s", 90), ("15m", 900), ("24h", 86_400), ("7d", 604_800)]
        {
            assert_eq!(duration(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "0", "h", "-1", "1w", "1.5h", "18446744073709551615d", "11000000000"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
