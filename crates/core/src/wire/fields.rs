//! Reading what a client sent, field by field: nothing panics, every mistake is named at once.
//!
//! The same reader serves socket payloads and HTTP bodies, so that both refuse the same things with
//! the same words. Unknown fields are ignored, `null` is the same as absent. [`describe`] runs a reader
//! to hear what it would take, which is all that the documents know of requests.
//!
//! - [`changes`]: fields of a PATCH
//! - [`source`]: where the values come from, and how each read tells what the field may hold
//! - [`forms`]: what texts have to look like
//! - `numbers`: whole numbers, alone and by ids
//! - `objects`: objects within

pub mod changes;
pub mod forms;
mod numbers;
mod objects;
pub mod source;

use schemars::JsonSchema;
use serde_json::{Map, Value, json};

use self::forms::Form;
use self::source::{Description, Presence, Source};
use super::error::{Error, FieldError};

pub use self::changes::Change;
pub use self::forms::{is_blank, is_http_url};

/// A request that can be read from one JSON object. Its `JsonSchema` gives the descriptions of its
/// fields, which are read nowhere else; what they may hold is told by [`Decode::decode`].
pub trait Decode: Sized + JsonSchema {
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
    let mut fields =
        Fields { source: Source::Sent(object), content_max_chars: None, errors: Vec::new() };
    let value = T::decode(&mut fields);
    match value {
        Some(value) if fields.errors.is_empty() => Ok(value),
        Some(_) | None => Err(Error::invalid(fields.errors)),
    }
}

/// What a request may hold, told by its reader; with the bound of a message's text that is configured.
pub fn describe<T: Decode>(content_max_chars: usize) -> Description {
    let mut fields = Fields {
        source: Source::Described(Description::default()),
        content_max_chars: Some(content_max_chars),
        errors: Vec::new(),
    };
    // The reader is given samples that it takes, so it reads on to the end.
    drop(T::decode(&mut fields));
    match fields.source {
        Source::Described(description) => description,
        Source::Sent(_) => Description::default(),
    }
}

/// The object being read, and the mistakes noted so far.
#[derive(Debug)]
pub struct Fields {
    source: Source,
    /// Only told: the server judges it, once it knows what is configured.
    content_max_chars: Option<usize>,
    errors: Vec<FieldError>,
}

impl Fields {
    /// Notes a mistake.
    pub fn refuse(&mut self, path: impl Into<String>, message: impl Into<String>) {
        self.errors.push(FieldError { path: path.into(), message: message.into() });
    }

    /// A required id: a non-empty string. An id that names nothing is still an id.
    pub fn id(&mut self, name: &str) -> Option<String> {
        self.read_id(name, Presence::Required)
    }

    /// An id that may be left out.
    pub fn optional_id(&mut self, name: &str) -> Option<String> {
        if self.source.is_unset(name) { None } else { self.read_id(name, Presence::Nullable) }
    }

    /// A required list of `least` to `most` ids.
    pub fn ids(&mut self, name: &str, least: usize, most: usize) -> Option<Vec<String>> {
        let schema = || json!({ "type": "array", "items": id_schema(), "minItems": least, "maxItems": most });
        let Some(Value::Array(values)) = self.source.take(name, Presence::Required, schema) else {
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
        self.read_text(name, Presence::Required, (least, most), None)
    }

    /// A required text of `least` to `most` characters in a form.
    pub fn formed_text(
        &mut self,
        name: &str,
        (least, most): (usize, usize),
        form: &Form,
    ) -> Option<String> {
        let text = self.read_text(name, Presence::Required, (least, most), Some(form))?;
        self.check_form(name, text, form)
    }

    /// A text that may be left out; one that is blank counts as left out.
    pub fn optional_text(&mut self, name: &str, most: usize) -> Option<String> {
        self.read_optional_text(name, most, None)
    }

    /// A text in a form that may be left out; one that is blank counts as left out.
    pub fn optional_formed_text(&mut self, name: &str, most: usize, form: &Form) -> Option<String> {
        let text = self.read_optional_text(name, most, Some(form))?;
        self.check_form(name, text, form)
    }

    /// A text of `least` to `most` characters that may be left out, blank or not.
    pub fn optional_string(&mut self, name: &str, least: usize, most: usize) -> Option<String> {
        if self.source.is_unset(name) {
            return None;
        }
        self.read_text(name, Presence::Nullable, (least, most), None)
    }

    /// A message's text that may be left out; one that is blank counts as left out. Its length is for
    /// the server to judge.
    pub fn optional_content(&mut self, name: &str) -> Option<String> {
        self.read_optional_text(name, usize::MAX, None)
    }

    /// A required message's text, not blank. Its length is for the server to judge.
    pub fn content(&mut self, name: &str) -> Option<String> {
        self.formed_text(name, (1, usize::MAX), &forms::VISIBLE)
    }

    /// A required name that is not blank, trimmed.
    pub fn name(&mut self, name: &str, most: usize) -> Option<String> {
        self.read_name(name, most, Presence::Required)
    }

    /// A name that may be left out, else as [`Self::name`].
    pub fn optional_name(&mut self, name: &str, most: usize) -> Option<String> {
        if self.source.has(name) { self.read_name(name, most, Presence::Optional) } else { None }
    }

    /// A truth value that may be left out.
    pub fn optional_bool(&mut self, name: &str) -> Option<bool> {
        match self.source.take(name, Presence::Nullable, || json!({ "type": "boolean" })) {
            None | Some(Value::Null) => None,
            Some(Value::Bool(value)) => Some(value),
            Some(_) => {
                self.refuse(name, "must be true or false");
                None
            }
        }
    }

    /// Any value, as JSON text of at most so many bytes. `null` is a value only where `may_be_null`.
    pub fn json(&mut self, name: &str, most_bytes: usize, may_be_null: bool) -> Option<String> {
        let schema = || {
            let mut kinds = vec!["object", "array", "string", "number", "boolean"];
            kinds.extend(may_be_null.then_some("null"));
            json!({ "type": kinds, "examples": [{}] })
        };
        let value = self.source.take(name, Presence::Required, schema);
        let Some(value) = value.filter(|value| may_be_null || !value.is_null()) else {
            self.refuse(name, "is missing");
            return None;
        };
        let json = value.to_string();
        if json.len() > most_bytes {
            self.refuse(name, format!("must have at most {most_bytes} bytes"));
            return None;
        }
        Some(json)
    }

    /// A required word of a list; `read` knows each of them.
    pub fn word<T>(
        &mut self,
        name: &str,
        words: &[&str],
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let schema = || json!({ "type": "string", "enum": words });
        let value = self.source.take(name, Presence::Required, schema);
        let word = value.as_ref().and_then(Value::as_str).and_then(read);
        if word.is_none() {
            self.refuse(name, format!("must be one of: {}", words.join(", ")));
        }
        word
    }

    /// Asks that one of these texts is there and not blank; `is_there` says whether it is.
    pub fn require_one_of(&mut self, names: &[&str], is_there: bool, message: &str) {
        if let Source::Described(description) = &mut self.source {
            let one = |name: &&str| {
                let visible = json!({ "type": "string", "pattern": forms::VISIBLE.pattern });
                json!({ "required": [name], "properties": { *name: visible } })
            };
            description.rules.insert("anyOf".to_owned(), names.iter().map(one).collect());
        }
        if !is_there {
            self.refuse(names.first().copied().unwrap_or_default(), message);
        }
    }

    fn read_id(&mut self, name: &str, presence: Presence) -> Option<String> {
        let id = read_id(self.source.take(name, presence, id_schema).unwrap_or(Value::Null));
        if id.is_none() {
            self.refuse(name, "must be a non-empty string");
        }
        id
    }

    fn read_name(&mut self, name: &str, most: usize, presence: Presence) -> Option<String> {
        let text = self.read_text(name, presence, (1, most), Some(&forms::VISIBLE))?;
        let text = self.check_form(name, text, &forms::VISIBLE)?;
        Some(text.trim().to_owned())
    }

    fn read_optional_text(
        &mut self,
        name: &str,
        most: usize,
        form: Option<&Form>,
    ) -> Option<String> {
        if self.source.is_unset(name) {
            return None;
        }
        self.read_text(name, Presence::Nullable, (0, most), form).filter(|text| !is_blank(text))
    }

    /// A text within bounds. Its form is told here, and left to the caller to check: some look at what
    /// is left after trimming.
    fn read_text(
        &mut self,
        name: &str,
        presence: Presence,
        (least, most): (usize, usize),
        form: Option<&Form>,
    ) -> Option<String> {
        let told_most = if most == usize::MAX { self.content_max_chars } else { Some(most) };
        let schema = || text_schema(least, told_most, form);
        match self.source.take(name, presence, schema) {
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

    fn check_form(&mut self, name: &str, text: String, form: &Form) -> Option<String> {
        if (form.fits)(&text) {
            return Some(text);
        }
        self.refuse(name, form.message);
        None
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

fn id_schema() -> Value {
    json!({ "type": "string", "minLength": 1 })
}

fn text_schema(least: usize, most: Option<usize>, form: Option<&Form>) -> Value {
    let mut schema = Map::from_iter([("type".to_owned(), json!("string"))]);
    if least > 0 {
        schema.insert("minLength".to_owned(), json!(least));
    }
    if let Some(most) = most {
        schema.insert("maxLength".to_owned(), json!(most));
    }
    if let Some(form) = form {
        schema.insert("pattern".to_owned(), json!(form.pattern));
        schema.insert("examples".to_owned(), json!([form.example]));
        if let Some(format) = form.format {
            schema.insert("format".to_owned(), json!(format));
        }
    }
    Value::Object(schema)
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

    #[derive(Debug, JsonSchema)]
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

    proptest::proptest! {
        #[test]
        fn no_text_panics_the_reader(json in ".*") {
            drop(decode::<Anything>(&json));
        }
    }
}
