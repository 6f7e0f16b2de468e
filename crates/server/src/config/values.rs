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
