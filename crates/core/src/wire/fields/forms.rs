//! What texts have to look like: each form as a pattern for documents and as the check that is made.
//!
//! A test of the wire holds the two together: what the pattern gives, the check takes, and the samples
//! that break the one are refused by the other.

use crate::limits;
use crate::quiet_hours::{is_time_zone, parse_time_of_day};

/// What a text has to look like, apart from its length.
#[derive(Clone, Copy, Debug)]
pub struct Form {
    /// For clients: a regular expression that both ECMAScript and Rust read, of the texts that fit.
    pub pattern: &'static str,
    /// JSON Schema's name of it, where there is one.
    pub format: Option<&'static str>,
    /// One that fits.
    pub example: &'static str,
    /// The check itself.
    pub fits: fn(&str) -> bool,
    /// What a client is told whose text does not fit.
    pub message: &'static str,
}

/// Somebody would see something of it.
pub const VISIBLE: Form = Form {
    pattern: "[^\\s\\u0085\\u00ad\\u200b-\\u200f\\u2060-\\u2064\\ufe00-\\ufe0f\\ufeff]",
    format: None,
    example: "Hello",
    fits: |text| !is_blank(text),
    message: "must not be blank",
};

/// A user name.
pub const USERNAME: Form = Form {
    pattern: "^[A-Za-z0-9_.-]+$",
    format: None,
    example: "ann",
    fits: is_username,
    message: "may hold letters A to Z, digits and _ . - only",
};

/// An e-mail address.
pub const EMAIL: Form = Form {
    pattern: "^[^\\s\\u0000-\\u001f\\u007f-\\u009f]+@[^\\s@\\u0000-\\u001f\\u007f-\\u009f]+$",
    format: Some("email"),
    example: "ann@example.org",
    fits: is_email,
    message: "must be an e-mail address",
};

/// A URL that a browser may be sent to.
pub const HTTP_URL: Form = Form {
    pattern: "^[hH][tT][tT][pP][sS]?://[^\\s/?#\\u0000-\\u001f\\u007f-\\u009f][^\\s\\u0000-\\u001f\\u007f-\\u009f]*$",
    format: None,
    example: "https://example.org/picture.png",
    fits: is_http_url,
    message: "must be an http or https URL",
};

/// Where a message's file is: a URL that a browser may be sent to, or a path that an upload was given.
pub const FILE_URL: Form = Form {
    pattern: "^([hH][tT][tT][pP][sS]?://[^\\s/?#\\u0000-\\u001f\\u007f-\\u009f]|/api/v1/uploads/[A-Za-z0-9_-])[^\\s\\u0000-\\u001f\\u007f-\\u009f]*$",
    format: None,
    example: "https://example.org/picture.png",
    fits: is_file_url,
    message: "must be an http or https URL, or the path that an upload was given",
};

/// A day.
pub const DATE: Form = Form {
    pattern: "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
    format: Some("date"),
    example: "1990-12-31",
    fits: is_date,
    message: "must be a date such as 1990-12-31",
};

/// A time of day.
pub const TIME_OF_DAY: Form = Form {
    pattern: "^([01][0-9]|2[0-3]):[0-5][0-9]$",
    format: None,
    example: "22:00",
    fits: |text| parse_time_of_day(text).is_some(),
    message: "must be a time of day such as 22:00",
};

/// A time zone.
pub const TIME_ZONE: Form = Form {
    pattern: "^[A-Za-z0-9_+/-]+$",
    format: None,
    example: "Europe/Berlin",
    fits: is_time_zone,
    message: "must be the IANA name of a time zone, such as Europe/Berlin",
};

/// A language.
pub const LOCALE: Form = Form {
    pattern: "^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$",
    format: None,
    example: "en",
    fits: |text| {
        text.split('-')
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
    },
    message: "must be a language tag such as en or de-AT",
};

/// Whether a text is a URL with a scheme that a browser may be sent to. Schemes have no case (RFC
/// 3986, section 3.1).
pub fn is_http_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    (scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http"))
        && !rest.is_empty()
        && !rest.starts_with(['/', '?', '#'])
        && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}

fn is_file_url(text: &str) -> bool {
    is_http_url(text)
        || text.strip_prefix("/api/v1/uploads/").is_some_and(|rest| {
            rest.starts_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))
                && !rest.contains(|c: char| c.is_whitespace() || c.is_control())
        })
}

/// Whether nobody would see anything of a text: white space and characters without width alone.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| {
        c.is_whitespace()
            || matches!(
                c,
                '\u{ad}'
                    | '\u{200b}'..='\u{200f}'
                    | '\u{2060}'..='\u{2064}'
                    | '\u{fe00}'..='\u{fe0f}'
                    | '\u{feff}'
            )
    })
}

/// Whether a reaction is one emoji: short, and without letters, blanks or controls.
pub fn is_emoji(text: &str) -> bool {
    let chars = text.chars().count();
    // Keycaps are an ASCII digit, `#` or `*` followed by U+20E3; nothing else of ASCII is an emoji.
    let is_keycap = text.ends_with('\u{20e3}');
    (1..=limits::EMOJI_MAX_CHARS).contains(&chars)
        && !is_blank(text)
        && text.chars().all(|c| {
            !c.is_control()
                && !c.is_whitespace()
                && !c.is_alphabetic()
                && (!c.is_ascii() || (is_keycap && matches!(c, '0'..='9' | '#' | '*')))
        })
}

/// Whether a text may be a user name, its length apart.
pub fn is_username(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
}

/// Whether a text may be an e-mail address: the form alone, since only a mail that arrives proves one.
pub fn is_email(text: &str) -> bool {
    match text.rsplit_once('@') {
        Some((local, domain)) => {
            !local.is_empty()
                && !domain.is_empty()
                && !text.contains(|c: char| c.is_whitespace() || c.is_control())
        }
        None => false,
    }
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

#[cfg(test)]
mod tests {
    use regex::Regex;

    use super::*;

    /// What is near the border of the forms: their marks, blanks, what has no width, and letters.
    const NEAR: &str =
        "[a-z@:/?#. A-Z0-9_\\-\u{7}\u{85}\u{a0}\u{ad}\u{200b}\u{feff}\u{fe0f}é👍]{0,12}";

    fn matches(form: &Form, text: &str) -> bool {
        Regex::new(form.pattern).unwrap().is_match(text)
    }

    proptest::proptest! {
        #[test]
        fn a_pattern_tells_what_the_check_takes(text in NEAR) {
            for form in [VISIBLE, USERNAME, EMAIL, HTTP_URL, FILE_URL] {
                let upload = format!("/api/v1/uploads/{text}");
                for text in [text.clone(), format!("https://{text}"), format!("a@{text}"), upload] {
                    let takes = (form.fits)(&text);
                    proptest::prop_assert_eq!(matches(&form, &text), takes, "{} {:?}", form.message, text);
                }
            }
        }
    }

    #[test]
    fn an_example_fits_and_a_date_has_its_pattern() {
        for form in
            [VISIBLE, USERNAME, EMAIL, HTTP_URL, FILE_URL, DATE, TIME_OF_DAY, TIME_ZONE, LOCALE]
        {
            assert!((form.fits)(form.example) && matches(&form, form.example), "{}", form.example);
        }
        // A day that the calendar lacks has the pattern, but not the format.
        for text in ["2026-2-3", "20260203", "2026-02-03T", "next week", "+02026-01-01"] {
            assert!(!(DATE.fits)(text) && !matches(&DATE, text), "{text}");
        }
    }

    #[test]
    fn only_http_urls_with_a_host_are_urls() {
        assert!(is_http_url("https://example.org/a?b=c"));
        assert!(is_http_url("HTTP://example.org"));
        for text in ["javascript:alert(1)", "https://", "http:///a", "https://a b", "ftp://a", ""] {
            assert!(!is_http_url(text), "{text}");
        }
    }

    #[test]
    fn what_nobody_sees_is_blank() {
        for text in ["", " \n\t", "\u{200b}", "\u{200d}\u{fe0f}", "\u{feff} \u{2060}"] {
            assert!(is_blank(text), "{text:?}");
        }
        for text in ["a", ".", "👩‍👩‍👧‍👦", "\u{200b}a"] {
            assert!(!is_blank(text), "{text:?}");
        }
    }

    #[test]
    fn an_emoji_is_an_emoji() {
        for good in ["👍", "❤️", "👩‍👩‍👧‍👦", "🇻🇳", "1️⃣", "☺"] {
            assert!(is_emoji(good), "{good}");
        }
        for bad in [
            "",
            "\u{200d}",
            "\u{fe0f}",
            "a",
            "lol",
            "1",
            " ",
            "👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍👍",
            "<b>",
            "\u{7}",
        ] {
            assert!(!is_emoji(bad), "{bad}");
        }
    }
}
