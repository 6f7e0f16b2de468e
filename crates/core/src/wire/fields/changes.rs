//! Fields of a PATCH: absent they keep what is there, `null` unsets it.

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Value, json};

use super::Fields;
use super::forms::Form;
use super::source::Presence;
use crate::clock::Timestamp;

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

/// In the documents a change is what it sets, or `null`; left out it keeps.
impl<T: JsonSchema> JsonSchema for Change<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        Option::<T>::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Option::<T>::json_schema(generator)
    }
}

impl Fields {
    /// A text field of a PATCH, trimmed; a blank one is unset.
    pub fn text_change(&mut self, name: &str, most: usize) -> Change<String> {
        self.read_change(name, most, None)
    }

    /// A text field of a PATCH in a form, trimmed; a blank one is unset.
    pub fn formed_change(&mut self, name: &str, most: usize, form: &Form) -> Change<String> {
        let change = self.read_change(name, most, Some(form));
        if matches!(&change, Change::Set(text) if !(form.fits)(text)) {
            self.refuse(name, form.message);
        }
        change
    }

    /// A moment of a PATCH.
    pub fn moment_change(&mut self, name: &str) -> Change<Timestamp> {
        let schema = || {
            json!({
                "type": "string",
                "format": "date-time",
                "examples": ["2026-11-22T19:43:54.491Z"],
            })
        };
        match self.source.take(name, Presence::Nullable, schema) {
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

    fn read_change(&mut self, name: &str, most: usize, form: Option<&Form>) -> Change<String> {
        if !self.source.has(name) {
            return Change::Keep;
        }
        match self.read_optional_text(name, most, form) {
            Some(text) => Change::Set(text.trim().to_owned()),
            None => Change::Clear,
        }
    }
}
