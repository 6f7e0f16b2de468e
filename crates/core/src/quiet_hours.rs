//! When a user is not to be disturbed: from one time of day to another, where the user lives.

use jiff::tz::TimeZone;

use crate::clock::Timestamp;

/// Characters in the name of a time zone.
const ZONE_MAX_CHARS: usize = 64;

/// Minutes of a day.
const DAY: u16 = 24 * 60;

/// From one minute of each day up to another, by the clock of a time zone; over midnight if it ends
/// before it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuietHours {
    from: u16,
    to: u16,
    time_zone: String,
}

impl QuietHours {
    /// Of minutes after midnight and an IANA time zone such as `Europe/Berlin`; `None` if one of them is
    /// none, or both times are the same.
    pub fn new(from: u16, to: u16, time_zone: &str) -> Option<Self> {
        let is_span = from < DAY && to < DAY && from != to;
        (is_span && is_time_zone(time_zone)).then(|| Self {
            from,
            to,
            time_zone: time_zone.to_owned(),
        })
    }

    /// The minute after midnight from which it is quiet.
    pub fn from(&self) -> u16 {
        self.from
    }

    /// The minute after midnight at which it is quiet no more.
    pub fn to(&self) -> u16 {
        self.to
    }

    /// Whose clock it goes by.
    pub fn time_zone(&self) -> &str {
        &self.time_zone
    }

    /// Whether it is quiet. A zone that is known no more keeps nobody from being told.
    pub fn holds(&self, now: Timestamp) -> bool {
        let Some(minute) = minute_of_day(now, &self.time_zone) else { return false };
        if self.from < self.to {
            (self.from..self.to).contains(&minute)
        } else {
            minute >= self.from || minute < self.to
        }
    }
}

/// Whether this names a time zone.
pub fn is_time_zone(name: &str) -> bool {
    name.len() <= ZONE_MAX_CHARS && TimeZone::get(name).is_ok()
}

/// Reads a time of day, `HH:MM`, as minutes after midnight.
pub fn parse_time_of_day(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let digits = |part: &str| {
        let is_two = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        is_two.then(|| part.parse::<u16>().ok()).flatten()
    };
    let (hours, minutes) = (digits(hours)?, digits(minutes)?);
    (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
}

/// Writes minutes after midnight as `HH:MM`.
pub fn format_time_of_day(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn minute_of_day(now: Timestamp, time_zone: &str) -> Option<u16> {
    let zone = TimeZone::get(time_zone).ok()?;
    let moment = jiff::Timestamp::from_millisecond(now.unix_ms()).ok()?;
    let local = moment.to_zoned(zone);
    u16::try_from(i32::from(local.hour()) * 60 + i32::from(local.minute())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quiet(from: &str, to: &str, zone: &str) -> QuietHours {
        let minute = |text| parse_time_of_day(text).unwrap();
        QuietHours::new(minute(from), minute(to), zone).unwrap()
    }

    fn holds(quiet: &QuietHours, moment: &str) -> bool {
        quiet.holds(Timestamp::parse(moment).unwrap())
    }

    #[test]
    fn a_night_goes_over_midnight_by_the_clock_of_its_place() {
        let night = quiet("22:00", "07:00", "Europe/Berlin");
        // In winter an hour ahead of UTC, in summer two.
        assert!(!holds(&night, "2026-01-10T20:59:59Z"));
        assert!(holds(&night, "2026-01-10T21:00:00Z"));
        assert!(holds(&night, "2026-01-11T05:59:59Z"));
        assert!(!holds(&night, "2026-01-11T06:00:00Z"));
        assert!(holds(&night, "2026-07-10T20:00:00Z"));
        assert!(!holds(&night, "2026-07-11T05:00:00Z"));
    }

    #[test]
    fn a_rest_at_noon_is_within_a_day() {
        let rest = quiet("12:30", "14:00", "UTC");
        assert!(!holds(&rest, "2026-01-10T12:29:59Z"));
        assert!(holds(&rest, "2026-01-10T12:30:00Z"));
        assert!(!holds(&rest, "2026-01-10T14:00:00Z"));
    }

    #[test]
    fn what_is_no_time_or_no_place_is_refused() {
        for text in ["", "7:00", "24:00", "12:60", "12", "12:00:00", "ab:cd", "+1:00"] {
            assert_eq!(parse_time_of_day(text), None, "{text}");
        }
        assert_eq!(parse_time_of_day("07:05").map(format_time_of_day).as_deref(), Some("07:05"));
        assert_eq!(QuietHours::new(60, 60, "UTC"), None);
        assert_eq!(QuietHours::new(0, DAY, "UTC"), None);
        for zone in ["", "Mars/Olympus", "../etc/passwd"] {
            assert_eq!(QuietHours::new(0, 60, zone), None, "{zone}");
        }
    }
}
