//! From wire types to JSON Schema: one set of named schemas for each document.
//!
//! What clients are given is described by its type. What they send is described by its reader (see
//! [`super::fields`]), in the words of its type.

use std::collections::BTreeSet;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::fields::{self, Decode};

/// Collects the schemas that a document refers to.
pub struct Schemas {
    generator: SchemaGenerator,
    /// The names of those that are read rather than given.
    requests: BTreeSet<String>,
    content_max_chars: usize,
}

impl Schemas {
    /// An empty collection, with the bound of a message's text that is configured.
    pub fn new(content_max_chars: usize) -> Self {
        let settings = SchemaSettings::draft2020_12().for_serialize().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        });
        Self { generator: settings.into_generator(), requests: BTreeSet::new(), content_max_chars }
    }

    /// The schema of something that clients are given, mostly a reference.
    pub fn answer<T: JsonSchema + ?Sized>(&mut self) -> Value {
        self.generator.subschema_for::<T>().to_value()
    }

    /// The schema of something that clients send, as a reference.
    pub fn request<T: Decode>(&mut self) -> Value {
        let name = T::schema_name().into_owned();
        if self.requests.insert(name.clone()) {
            let schema = self.request_itself::<T>();
            self.generator.definitions_mut().insert(name.clone(), schema);
        }
        json!({ "$ref": format!("#/components/schemas/{name}") })
    }

    /// The named schemas that were referred to.
    pub fn into_named(mut self) -> Map<String, Value> {
        let mut named = self.generator.take_definitions(true);
        for (name, schema) in &mut named {
            if !self.requests.contains(name) {
                forbid_null_where_it_is_left_out(schema);
            }
            simplify(schema);
        }
        named
    }

    fn request_itself<T: Decode>(&mut self) -> Value {
        // Its references would be to types that no request is read from.
        let mut scratch = SchemaSettings::draft2020_12().into_generator();
        let words = T::json_schema(&mut scratch).to_value();
        let mut description = fields::describe::<T>(self.content_max_chars);
        for (name, schema) in &mut description.properties {
            if let Some(text) = words["properties"][name].get("description") {
                schema["description"] = text.clone();
            }
        }
        let mut schema = Map::from_iter([
            ("type".to_owned(), json!("object")),
            ("properties".to_owned(), Value::Object(description.properties)),
        ]);
        if !description.required.is_empty() {
            schema.insert("required".to_owned(), json!(description.required));
        }
        if let Some(text) = words.get("description") {
            schema.insert("description".to_owned(), text.clone());
        }
        schema.extend(description.rules);
        Value::Object(schema)
    }
}

/// A field that clients are given is `null`, or left out, but never both.
fn forbid_null_where_it_is_left_out(schema: &mut Value) {
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let Some(Value::Object(properties)) = schema.get_mut("properties") else { return };
    for (_, schema) in properties.iter_mut().filter(|(name, _)| !required.contains(&json!(name))) {
        if let Some(Value::Array(kinds)) = schema.get_mut("type") {
            kinds.retain(|kind| kind != "null");
            if let [kind] = &kinds[..] {
                schema["type"] = kind.clone();
            }
        }
    }
}

/// Turns the line breaks of comments in the code into blanks; paragraphs stay.
fn simplify(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if let Some(Value::String(text)) = fields.get_mut("description") {
                *text = joined_lines(text);
            }
            fields.values_mut().for_each(simplify);
        }
        Value::Array(items) => items.iter_mut().for_each(simplify),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A comment's text as prose: one line for each paragraph, without links into the code.
pub fn joined_lines(text: &str) -> String {
    let paragraphs = text.trim().split("\n\n");
    let lines = |paragraph: &str| {
        let lines: Vec<_> = paragraph.lines().map(str::trim).collect();
        lines.join(" ")
    };
    paragraphs.map(lines).collect::<Vec<_>>().join("\n\n")
}
