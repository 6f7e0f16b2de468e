//! The way to a device: one trait, two providers.

use std::time::Duration;

use futures_util::future::BoxFuture;
use salala_core::push::DeviceKind;
use salala_core::records::PushTarget;

use super::notice::Notice;

/// A provider of pushes.
pub trait Provider: Send + Sync {
    /// Which devices it reaches.
    fn kind(&self) -> DeviceKind;

    /// Hands a notice over, once: whoever calls decides on another try. It ends in bounded time.
    fn push<'a>(&'a self, target: &'a PushTarget, notice: &'a Notice) -> BoxFuture<'a, Answer>;
}

/// What a provider makes of a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It took it.
    Taken,
    /// It does not know the device any more.
    Unregistered,
    /// It will not take it however often it is asked.
    Refused(String),
    /// It may take it later.
    Busy {
        /// When, if it says so.
        after: Option<Duration>,
        /// Why, in its words.
        words: String,
    },
}

/// Reads how long `Retry-After` asks to wait (RFC 9110, section 10.2.3), at most an hour.
pub(super) fn retry_after(headers: &http::HeaderMap, now_ms: i64) -> Option<Duration> {
    const MOST: Duration = Duration::from_hours(1);
    let text = headers.get(http::header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds).min(MOST));
    }
    let at = salala_core::clock::parse_http_date(text)?;
    let wait_ms = u64::try_from(at.unix_ms().saturating_sub(now_ms)).unwrap_or(0);
    Some(Duration::from_millis(wait_ms).min(MOST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_read_in_seconds_or_as_a_date() {
        let wait = |text: &str| {
            let mut headers = http::HeaderMap::new();
            headers.insert(http::header::RETRY_AFTER, text.parse().unwrap());
            // 1994-11-06T08:49:00Z
            retry_after(&headers, 784_111_740_000)
        };
        assert_eq!(wait("7"), Some(Duration::from_secs(7)));
        assert_eq!(wait("999999"), Some(Duration::from_hours(1)));
        assert_eq!(wait("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::from_secs(37)));
        assert_eq!(wait("Sun, 06 Nov 1994 08:48:37 GMT"), Some(Duration::ZERO));
        assert_eq!(wait("soon"), None);
        assert_eq!(retry_after(&http::HeaderMap::new(), 0), None);
    }
}
