//! Reading what a client sent, field by field: nothing panics, every mistake is named at once.
//!
//! The same reader serves socket payloads and HTTP bodies, so that both refuse the same things with
//! the same words. Unknown fields are ignored, `null` is the same as absent.

use serde_json::{Map, Value};

use super::error::{Error, FieldError};
use crate::clock::Timestamp;

/// A request that can be read from one JSON object.
pub trait Decode: Sized {
    /// Reads the fields. May return a half-read value when a mistake was noted: [`decode`] throws
    /// it away.
    fn decode(fields: &mut Fields) -> Option<Self>;
}

/// Reads a request from JSON text.
///
/// # Errors
/// [`super::ErrorCode::InvalidPayload`] with every mistake found: the text is not one object, holds
/// U+0000 in any string, or a field does not fit.
pub fn decode<T: Decode>(json: &str) -> Result<T, Error> {
    let Ok(Value::Object(object)) = serde_json::from_str::<Value>(json) else {
        return Err(Error::invalid_field("", "must be one object"));
    };
    // A NUL in JSON text can only stand as its escape, so most payloads are done with one search.
    if json.contains("\\u0000") {
        let mut path = String::new();
        if object.iter().any(|(name, value)| {
            path.clone_from(name);
            name.contains('\0') || holds_nul(value)
        }) {
            return Err(Error::invalid_field(&path.replace('\0', ""), "must not hold U+0000"));
        }
    }
    let mut fields = Fields { object, errors: Vec::new() };
    let value = T::decode(&mut fields);
    match value {
        Some(value) if fields.errors.is_empty() => Ok(value),
        Some(_) | None => Err(Error::invalid(fields.errors)),
    }
}

/// The object being read, and the mistakes noted so far.
#[derive(Debug)]
pub struct Fields {
    object: Map<String, Value>,
    errors: Vec<FieldError>,
}

/// A field of a PATCH: three states that must not be mixed up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Change<T> {
    /// Absent: stays as it is.
    #[default]
    Keep,
    /// `null`: is unset.
    Clear,
    /// Is set to this.
    Set(T),
}

impl<T> Change<T> {
    /// The new value, given the old one.
    pub fn apply(self, old: Option<T>) -> Option<T> {
        match self {
            Self::Keep => old,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }

    /// Is anything changed?
    pub fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }
}

impl Fields {
    /// Notes a mistake.
    pub fn refuse(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.errors.push(FieldError { path: path.into(), message: message.into() });
    }

    /// A required id: a non-empty string. An id that names nothing is still an id.
    pub fn id(&mut self, name: &str) -> Option<String> {
        let value = self.object.remove(name).unwrap_or(Value::Null);
        let id = read_id(value);
        if id.is_none() {
            self.refuse(name, "must be a non-empty string");
        }
        id
    }

    /// An id that may be left out.
    pub fn optional_id(&mut self, name: &str) -> Option<String> {
        if self.is_unset(name) { None } else { self.id(name) }
    }

    /// A required list of `least` to `most` ids.
    pub fn ids(&mut self, name: &str, least: usize, most: usize) -> Option<Vec<String>> {
        let Some(Value::Array(values)) = self.object.remove(name) else {
            self.refuse(name, "must be an array of ids");
            return None;
        };
        if values.len() < least || values.len() > most {
            self.refuse(name, format!("must hold {least} to {most} ids"));
            return None;
        }
        let mut ids = Vec::with_capacity(values.len());
        for (index, value) in values.into_iter().enumerate() {
            let Some(id) = read_id(value) else {
                self.refuse(format!("{name}[{index}]"), "must be a non-empty string");
                return None;
            };
            ids.push(id);
        }
        Some(ids)
    }

    /// A required text of `least` to `most` characters, taken as it is.
    pub fn text(&mut self, name: &str, least: usize, most: usize) -> Option<String> {
        match self.object.remove(name) {
            Some(Value::String(text)) => self.bounded(name, text, least, most),
            Some(_) => {
                self.refuse(name, "must be a string");
                None
            }
            None => {
                self.refuse(name, "is missing");
                None
            }
        }
    }

    /// A text that may be left out; one that is blank counts as left out.
    pub fn optional_text(&mut self, name: &str, most: usize) -> Option<String> {
        if self.is_unset(name) {
            return None;
        }
        self.text(name, 0, most).filter(|text| !is_blank(text))
    }

    /// A text of any length that may be left out, blank or not.
    pub fn optional_string(&mut self, name: &str) -> Option<String> {
        if self.is_unset(name) { None } else { self.text(name, 0, usize::MAX) }
    }

    /// A text field of a PATCH, trimmed; a blank one is unset.
    pub fn text_change(&mut self, name: &str, most: usize) -> Change<String> {
        if !self.object.contains_key(name) {
            return Change::Keep;
        }
        match self.optional_text(name, most) {
            Some(text) => Change::Set(text.trim().to_owned()),
            None => Change::Clear,
        }
    }

    /// A moment of a PATCH.
    pub fn moment_change(&mut self, name: &str) -> Change<Timestamp> {
        match self.object.remove(name) {
            None => Change::Keep,
            Some(Value::Null) => Change::Clear,
            Some(Value::String(text)) if Timestamp::parse(&text).is_some() => {
                Timestamp::parse(&text).map_or(Change::Clear, Change::Set)
            }
            Some(_) => {
                self.refuse(name, "must be a moment in ISO-8601, or null");
                Change::Keep
            }
        }
    }

    /// A truth value that may be left out.
    pub fn optional_bool(&mut self, name: &str) -> Option<bool> {
        match self.object.remove(name) {
            None | Some(Value::Null) => None,
            Some(Value::Bool(value)) => Some(value),
            Some(_) => {
                self.refuse(name, "must be true or false");
                None
            }
        }
    }

    /// A required whole number from 0.
    pub fn count(&mut self, name: &str) -> Option<u64> {
        let count = self.object.remove(name).as_ref().and_then(Value::as_u64);
        if count.is_none() {
            self.refuse(name, "must be a whole number from 0");
        }
        count
    }

    /// Is the field there, `null` or not?
    pub fn has(&self, name: &str) -> bool {
        self.object.contains_key(name)
    }

    fn is_unset(&self, name: &str) -> bool {
        matches!(self.object.get(name), None | Some(Value::Null))
    }

    fn bounded(&mut self, name: &str, text: String, least: usize, most: usize) -> Option<String> {
        // Bytes bound characters from above, so that only near misses are counted.
        let chars = if text.len() <= most && least == 0 { 0 } else { text.chars().count() };
        if chars > most {
            self.refuse(name, format!("must have at most {most} characters"));
            return None;
        }
        if chars < least {
            self.refuse(name, format!("must have at least {least} characters"));
            return None;
        }
        Some(text)
    }
}

/// Whether a text is a URL with a scheme that a browser may be sent to. Schemes have no case (RFC
/// 3986, section 3.1).
pub fn is_http_url(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    (scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http"))
        && !rest.is_empty()
        && !rest.starts_with(['/', '?', '#'])
        && !text.contains(|c: char| c.is_whitespace() || c.is_control())
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

fn read_id(value: Value) -> Option<String> {
    match value {
        Value::String(id) if !id.is_empty() => Some(id),
        Value::String(_)
        | Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Array(_)
        | Value::Object(_) => None,
    }
}

fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(values) => values.iter().any(holds_nul),
        Value::Object(object) => {
            object.iter().any(|(name, value)| name.contains('\0') || holds_nul(value))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Anything;

    impl Decode for Anything {
        fn decode(fields: &mut Fields) -> Option<Self> {
            fields.id("id");
            fields.ids("ids", 1, 3);
            fields.optional_text("text", 5);
            fields.moment_change("at");
            Some(Self)
        }
    }

    fn paths(json: &str) -> Vec<String> {
        match decode::<Anything>(json) {
            Ok(_) => Vec::new(),
            Err(error) => error.errors.into_iter().map(|error| error.path).collect(),
        }
    }

    #[test]
    fn every_mistake_is_named_at_once() {
        assert_eq!(
            paths(r#"{"id":[],"ids":{},"text":"too long","at":5}"#),
            ["id", "ids", "text", "at"]
        );
        assert_eq!(paths(r#"{"id":"a","ids":["a",""]}"#), ["ids[1]"]);
        assert_eq!(paths(r#"{"id":"a","ids":["a"],"unknown":[1]}"#), Vec::<String>::new());
    }

    #[test]
    fn only_one_object_is_a_payload() {
        for json in ["", "[]", "\"a\"", "null", "1", "{", "[{}]"] {
            assert_eq!(paths(json), [""], "{json}");
        }
    }

    #[test]
    fn a_nul_is_refused_wherever_it_stands() {
        assert_eq!(paths(r#"{"id":"a","ids":["a"],"text":"\u0000"}"#), ["text"]);
        assert_eq!(paths(r#"{"id":"a","ids":["a"],"x":{"y":["\u0000"]}}"#), ["x"]);
        assert_eq!(paths(r#"{"id":"a","ids":["a"],"text":"\\u000"}"#), Vec::<String>::new());
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

    proptest::proptest! {
        #[test]
        fn no_text_panics_the_reader(json in ".*") {
            drop(decode::<Anything>(&json));
        }
    }
}
