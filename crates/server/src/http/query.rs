//! Reading what stands behind the `?`: nothing is clamped or guessed, every mistake is named.
//!
//! Like a body's reader, a query's tells by itself what it takes, which is all that documents know.

use axum::extract::{FromRequestParts, Query as Pairs};
use axum::http::request::Parts;
use salala_core::limits;
use salala_core::wire::schema::joined_lines;
use salala_core::wire::{Error, ErrorCode, FieldError};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Value, json};

use super::describe::{Description, Input};
use super::problem::Problem;

/// A query, read.
#[derive(Clone, Debug)]
pub struct Query<T>(pub T);

/// What can be read from a query. Its `JsonSchema` gives the descriptions of its parameters; what they
/// may be is told by [`FromQuery::read`].
pub trait FromQuery: Sized + JsonSchema {
    /// Reads the parameters; what was read with a mistake is thrown away.
    fn read(parameters: &mut Parameters) -> Self;
}

/// Which page of a list.
#[derive(Clone, Debug, JsonSchema)]
pub struct PageQuery {
    /// Where an earlier page ended.
    pub cursor: Option<String>,
    /// Rows on the page.
    pub limit: usize,
}

/// The parameters of a query. Unknown ones are ignored.
#[derive(Clone, Debug, Default)]
pub struct Parameters {
    pairs: Vec<(String, String)>,
    errors: Vec<FieldError>,
    /// What was read, for documents.
    read: Vec<Value>,
    is_described: bool,
}

impl FromQuery for PageQuery {
    fn read(parameters: &mut Parameters) -> Self {
        Self { cursor: parameters.text("cursor"), limit: parameters.limit() }
    }
}

impl<T: FromQuery, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Ok(Pairs(pairs)) = Pairs::try_from_uri(&parts.uri) else {
            return Err(Error::invalid_field("", "the query cannot be read").into());
        };
        let mut parameters = Parameters { pairs, ..Parameters::default() };
        let query = T::read(&mut parameters);
        parameters.check()?;
        Ok(Self(query))
    }
}

impl<T: FromQuery> Input for Query<T> {
    fn describe(description: &mut Description<'_>) {
        let mut parameters = Parameters { is_described: true, ..Parameters::default() };
        drop(T::read(&mut parameters));
        let words = T::json_schema(&mut SchemaSettings::draft2020_12().into_generator());
        for mut parameter in parameters.read {
            let name = parameter["name"].as_str().unwrap_or_default();
            let text = words.pointer(&format!("/properties/{name}/description"));
            parameter["description"] =
                json!(joined_lines(text.and_then(Value::as_str).unwrap_or_default()));
            description.parameters.push(parameter);
        }
        description.refuses(ErrorCode::InvalidPayload);
    }
}

impl Parameters {
    /// A parameter's text; `None` if it is not there.
    pub fn text(&mut self, name: &str) -> Option<String> {
        self.take(name, false, || json!({ "type": "string" }))
    }

    /// A text that has to be there, of at most so many characters.
    pub fn required_text(&mut self, name: &str, most: usize) -> String {
        let schema = || json!({ "type": "string", "minLength": 1, "maxLength": most });
        let text = self.take(name, true, schema);
        match &text {
            None => self.refuse(name, "is missing"),
            Some(text) if text.trim().is_empty() => self.refuse(name, "must not be blank"),
            Some(text) if text.chars().count() > most => {
                self.refuse(name, &format!("must have at most {most} characters"));
            }
            Some(_) => {}
        }
        text.unwrap_or_default()
    }

    /// A whole number from 0; `None` if it is not there.
    pub fn number(&mut self, name: &str) -> Option<u64> {
        let schema = || json!({ "type": "integer", "minimum": 0, "format": "uint64" });
        let text = self.take(name, false, schema)?;
        let number = whole_number(&text);
        if number.is_none() {
            self.refuse(name, "must be a whole number from 0");
        }
        number
    }

    /// How many rows are asked for.
    pub fn limit(&mut self) -> usize {
        let (most, default) = (limits::PAGE_MAX, limits::PAGE_DEFAULT);
        let schema =
            || json!({ "type": "integer", "minimum": 1, "maximum": most, "default": default });
        let Some(text) = self.take("limit", false, schema) else { return default };
        let limit = whole_number(&text).and_then(|limit| usize::try_from(limit).ok());
        match limit {
            Some(limit) if (1..=most).contains(&limit) => limit,
            Some(_) | None => {
                self.refuse("limit", &format!("must be a whole number from 1 to {most}"));
                default
            }
        }
    }

    /// The one way to a parameter's value, which asks for its schema.
    fn take(
        &mut self,
        name: &str,
        is_required: bool,
        schema: impl FnOnce() -> Value,
    ) -> Option<String> {
        if self.is_described {
            self.read.push(json!({
                "name": name, "in": "query", "required": is_required, "schema": schema(),
            }));
        }
        let mut values = self.pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value);
        let value = values.next().cloned();
        let is_single = values.next().is_none();
        if !is_single {
            self.refuse(name, "must be given once");
        } else if value.as_ref().is_some_and(|value| value.contains('\0')) {
            self.refuse(name, "must not hold U+0000");
        }
        value
    }

    /// Refuses the request if a mistake was found.
    fn check(self) -> Result<(), Error> {
        if self.errors.is_empty() { Ok(()) } else { Err(Error::invalid(self.errors)) }
    }

    fn refuse(&mut self, path: &str, message: &str) {
        self.errors.push(FieldError { path: path.to_owned(), message: message.to_owned() });
    }
}

/// Digits alone: what else Rust reads as a number (`+5`) is none in a URL.
fn whole_number(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Parameters {
        let uri = format!("/?{text}").parse().unwrap();
        Parameters { pairs: Pairs::try_from_uri(&uri).unwrap().0, ..Parameters::default() }
    }

    #[test]
    fn a_limit_is_one_to_a_hundred_and_never_clamped() {
        for (text, expected) in [("", 50), ("limit=1", 1), ("limit=100", 100), ("other=1", 50)] {
            let mut query = query(text);
            assert_eq!(query.limit(), expected, "{text}");
            assert!(query.check().is_ok(), "{text}");
        }
        for text in ["0", "101", "-1", "+5", "1.5", "ten", "", "1&limit=2", "99999999999999999999"]
        {
            let mut query = query(&format!("limit={text}"));
            query.limit();
            let error = query.check().unwrap_err();
            assert!(error.errors.iter().all(|error| error.path == "limit"), "{text}");
        }
    }

    #[test]
    fn numbers_and_texts_are_read_or_refused() {
        let mut good = query("before=7&q=a%20b+c");
        assert_eq!(good.number("before"), Some(7));
        assert_eq!(good.number("after"), None);
        assert_eq!(good.required_text("q", 10), "a b c");
        assert!(good.check().is_ok());
        for (text, name) in [("before=x", "before"), ("q=", "q"), ("", "q"), ("q=%00", "q")] {
            let mut bad = query(text);
            bad.number("before");
            if name == "q" {
                bad.required_text("q", 10);
            }
            assert!(bad.check().unwrap_err().errors.iter().any(|error| error.path == name));
        }
    }
}
