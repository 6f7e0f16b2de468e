//! Fields that are objects of their own, read by the reader of their type.

use serde_json::{Value, json};

use super::source::{Presence, Source};
use super::{Change, Decode, Fields, describe};

impl Fields {
    /// A required object.
    pub fn object<T: Decode>(&mut self, name: &str) -> Option<T> {
        self.read_object(name, Presence::Required)
    }

    /// An object that may be left out.
    pub fn optional_object<T: Decode>(&mut self, name: &str) -> Option<T> {
        if self.source.is_unset(name) { None } else { self.read_object(name, Presence::Nullable) }
    }

    /// An object of a PATCH.
    pub fn object_change<T: Decode>(&mut self, name: &str) -> Change<T> {
        if !self.source.has(name) {
            return Change::Keep;
        }
        if self.source.is_unset(name) {
            return Change::Clear;
        }
        self.read_object(name, Presence::Nullable).map_or(Change::Keep, Change::Set)
    }

    fn read_object<T: Decode>(&mut self, name: &str, presence: Presence) -> Option<T> {
        let content_max_chars = self.content_max_chars.unwrap_or(usize::MAX);
        let schema = || {
            let description = describe::<T>(content_max_chars);
            let mut schema = json!({
                "type": "object",
                "properties": description.properties,
                "required": description.required,
                "examples": [description.sample],
            });
            for (rule, value) in description.rules {
                schema[rule] = value;
            }
            schema
        };
        let Some(Value::Object(object)) = self.source.take(name, presence, schema) else {
            self.refuse(name, "must be an object");
            return None;
        };
        let source = Source::Sent(object);
        let mut fields = Self { source, content_max_chars: None, errors: Vec::new() };
        let value = T::decode(&mut fields);
        if fields.errors.is_empty() {
            return value;
        }
        for error in fields.errors {
            self.refuse(format!("{name}.{}", error.path), error.message);
        }
        None
    }
}
