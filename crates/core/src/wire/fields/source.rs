//! What fields are read from: a client's object, or nothing, to note down what each may hold.
//!
//! The one way to a field's value is [`Source::take`], which asks for the field's schema. So what a
//! request may hold is told by the very code that reads it, and the documents cannot say otherwise.

use serde_json::{Map, Value, json};

/// May a field be left out?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// It has to be there.
    Required,
    /// It may be left out; `null` is something else, and refused.
    Optional,
    /// It may be left out, which `null` means as well.
    Nullable,
}

/// What a request may hold, as its reader tells it.
#[derive(Clone, Debug, Default)]
pub struct Description {
    /// The schema of each field.
    pub properties: Map<String, Value>,
    /// Those that have to be there, in the order in which they are read.
    pub required: Vec<String>,
    /// What is asked of several fields together.
    pub rules: Map<String, Value>,
    /// Values that the reader takes.
    pub sample: Map<String, Value>,
}

/// Where the fields come from.
#[derive(Debug)]
pub(super) enum Source {
    /// From a client.
    Sent(Map<String, Value>),
    /// From nowhere: each read gives a sample, and is noted down.
    Described(Description),
}

impl Source {
    /// Takes a field's value, whose schema this is; of several samples the first is used.
    pub(super) fn take(
        &mut self,
        name: &str,
        presence: Presence,
        schema: impl FnOnce() -> Value,
    ) -> Option<Value> {
        match self {
            Self::Sent(object) => object.remove(name),
            Self::Described(description) => {
                let schema = schema();
                let sample = sample_of(&schema);
                description.note(name, presence, schema, sample.clone());
                Some(sample)
            }
        }
    }

    /// Is the field there, `null` or not? Whoever describes wants to hear of it.
    pub(super) fn has(&self, name: &str) -> bool {
        match self {
            Self::Sent(object) => object.contains_key(name),
            Self::Described(_) => true,
        }
    }

    /// Is the field left out, or `null`?
    pub(super) fn is_unset(&self, name: &str) -> bool {
        match self {
            Self::Sent(object) => matches!(object.get(name), None | Some(Value::Null)),
            Self::Described(_) => false,
        }
    }
}

impl Description {
    fn note(&mut self, name: &str, presence: Presence, mut schema: Value, sample: Value) {
        if presence == Presence::Required {
            self.required.push(name.to_owned());
        }
        if presence == Presence::Nullable {
            allow_null(&mut schema);
        }
        self.properties.insert(name.to_owned(), schema);
        self.sample.insert(name.to_owned(), sample);
    }
}

fn allow_null(schema: &mut Value) {
    let Some(schema) = schema.as_object_mut() else { return };
    if let Some(kind) = schema.get_mut("type") {
        *kind = json!([kind.take(), "null"]);
    }
    if let Some(Value::Array(words)) = schema.get_mut("enum") {
        words.push(Value::Null);
    }
}

/// A value that fits: the first example or word, else the least of its type.
fn sample_of(schema: &Value) -> Value {
    if let Some(example) = schema.pointer("/examples/0").or_else(|| schema.pointer("/enum/0")) {
        return example.clone();
    }
    match schema["type"].as_str() {
        Some("array") => json!([sample_of(&schema["items"])]),
        Some("boolean") => json!(true),
        Some("integer") => json!(1),
        Some("object") => json!({}),
        _ => {
            let least = schema["minLength"].as_u64().unwrap_or(0).max(1);
            json!("x".repeat(usize::try_from(least).unwrap_or(1)))
        }
    }
}
