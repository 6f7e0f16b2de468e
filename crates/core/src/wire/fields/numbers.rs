//! Fields that hold whole numbers.

use serde_json::{Value, json};

use super::Fields;
use super::source::Presence;

impl Fields {
    /// A required whole number from 0.
    pub fn count(&mut self, name: &str) -> Option<u64> {
        let schema = || json!({ "type": "integer", "minimum": 0, "format": "uint64" });
        let count = self.source.take(name, Presence::Required, schema);
        let count = count.as_ref().and_then(Value::as_u64);
        if count.is_none() {
            self.refuse(name, "must be a whole number from 0");
        }
        count
    }

    /// A whole number of `least` to `most` that may be left out.
    pub fn optional_number(&mut self, name: &str, least: usize, most: usize) -> Option<usize> {
        if self.source.is_unset(name) {
            return None;
        }
        let schema = || json!({ "type": "integer", "minimum": least, "maximum": most });
        let value = self.source.take(name, Presence::Nullable, schema);
        let number = value.as_ref().and_then(Value::as_u64);
        let number = number.and_then(|number| usize::try_from(number).ok());
        let number = number.filter(|number| (least..=most).contains(number));
        if number.is_none() {
            self.refuse(name, format!("must be a whole number from {least} to {most}"));
        }
        number
    }

    /// A required object of at most `most` whole numbers from 0, by ids.
    pub fn counts(&mut self, name: &str, most: usize) -> Option<Vec<(String, u64)>> {
        let schema = || {
            json!({
                "type": "object",
                "propertyNames": { "minLength": 1 },
                "additionalProperties": { "type": "integer", "minimum": 0, "format": "uint64" },
                "maxProperties": most,
            })
        };
        let Some(Value::Object(object)) = self.source.take(name, Presence::Required, schema) else {
            self.refuse(name, "must be an object of whole numbers by ids");
            return None;
        };
        if object.len() > most {
            self.refuse(name, format!("must hold at most {most} ids"));
            return None;
        }
        let mut counts = Vec::with_capacity(object.len());
        for (id, value) in object {
            let Some(count) = value.as_u64().filter(|_| !id.is_empty()) else {
                self.refuse(format!("{name}.{id}"), "must be a whole number from 0, by an id");
                return None;
            };
            counts.push((id, count));
        }
        Some(counts)
    }
}
