//! The documents tell what the readers take: values that fit a schema are read, and each break of it is
//! refused.

use std::collections::BTreeSet;

use proptest::prelude::{ProptestConfig, RngExt, any};
use proptest::test_runner::{TestCaseError, TestRng};
use proptest::{prop_assert, proptest};
use reqwest::{Method, StatusCode};
use salala_core::limits::CONTENT_MAX_CHARS;
use salala_core::wire::client_events::ClientEvent;
use salala_core::wire::schema::Schemas;
use salala_core::wire::{Error, ErrorCode};
use salala_server::http::documents::{asyncapi, openapi};
use salala_server::http::operations;
use serde_json::{Map, Value, json};

use super::app::TestApp;

/// Lists longer than this are tried once, at their bound.
const LONG: usize = 100;

type Reader = Box<dyn Fn(&str) -> Result<(), Error>>;

/// A request with its schema and the reader that judges it.
struct Request {
    name: String,
    schema: Value,
    read: Reader,
}

/// Every request of both doors.
fn requests() -> Vec<Request> {
    let mut schemas = Schemas::new(CONTENT_MAX_CHARS);
    let mut found: Vec<(String, Value, Reader)> = Vec::new();
    for event in ClientEvent::describe_all(&mut schemas) {
        let read: Reader = Box::new(|json| ClientEvent::decode(event.name, json).map(drop));
        found.push((event.name.to_owned(), event.payload, read));
    }
    for operation in operations() {
        let description = operation.describe(&mut schemas);
        if let Some((body, read)) = description.body.zip(description.reader) {
            let schema = body["content"]["application/json"]["schema"].clone();
            found.push((
                format!("{} {}", operation.method, operation.path),
                schema,
                Box::new(read),
            ));
        }
    }
    let named = schemas.into_named();
    let resolve = |(name, schema, read): (String, Value, Reader)| {
        let reference = schema["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
        Request { name, schema: named[reference].clone(), read }
    };
    let requests: Vec<_> = found.into_iter().map(resolve).collect();
    assert!(requests.len() >= 20, "the requests were not found");
    requests
}

impl Request {
    fn properties(&self) -> &Map<String, Value> {
        self.schema["properties"].as_object().unwrap()
    }

    fn is_required(&self, name: &str) -> bool {
        self.schema["required"].as_array().is_some_and(|names| names.contains(&json!(name)))
    }

    /// A request with every field at its first fitting value.
    fn base(&self) -> Map<String, Value> {
        let first =
            |(name, schema): (&String, &Value)| (name.clone(), fitting(schema).swap_remove(0));
        self.properties().iter().map(first).collect()
    }

    fn takes(&self, object: &Map<String, Value>) -> Result<(), TestCaseError> {
        let outcome = (self.read)(&json!(object).to_string());
        prop_assert!(outcome.is_ok(), "{} {object:?}: {outcome:?}", self.name);
        Ok(())
    }

    fn refuses(&self, object: &Map<String, Value>) -> Result<(), TestCaseError> {
        let outcome = (self.read)(&json!(object).to_string());
        let code = outcome.err().map(|error| error.code);
        prop_assert!(code == Some(ErrorCode::InvalidPayload), "{} {object:?}", self.name);
        Ok(())
    }
}

/// Values at and within the bounds of a schema.
fn fitting(schema: &Value) -> Vec<Value> {
    let kinds = kinds(schema);
    let mut values = Vec::new();
    if let Some(words) = schema["enum"].as_array() {
        values.extend(words.iter().filter(|word| !word.is_null()).cloned());
    } else if kinds.contains("string") {
        let example = schema["examples"][0].as_str().unwrap_or_default();
        let (least, most) = (bound(schema, "minLength"), bound(schema, "maxLength"));
        if schema["format"] == "date-time" {
            values.push(json!(example));
        } else {
            // What has a form keeps it when letters follow.
            let of_length = |length: usize| {
                let missing = length.saturating_sub(example.chars().count());
                json!(format!("{example}{}", "a".repeat(missing)))
            };
            values.push(of_length(least.unwrap_or(0).max(1)));
            values.extend(most.map(of_length));
            if example.is_empty() {
                // Bounds count characters, not bytes.
                values.extend(most.map(|most| json!("é".repeat(most))));
            }
        }
    } else if kinds.contains("array") {
        let item = fitting(&schema["items"]).swap_remove(0);
        let (least, most) = (bound(schema, "minItems"), bound(schema, "maxItems"));
        let lengths = [Some(least.unwrap_or(0).max(1)), least, most];
        values.extend(lengths.into_iter().flatten().map(|length| json!(vec![&item; length])));
    } else if kinds.contains("boolean") {
        values.extend([json!(true), json!(false)]);
    } else if kinds.contains("integer") {
        values.extend([json!(1), schema["minimum"].clone()]);
    } else if kinds.contains("object") {
        let example = schema.pointer("/examples/0").cloned();
        values.push(example.unwrap_or_else(|| json!({})));
    }
    assert!(!values.is_empty(), "nothing is known that fits {schema}");
    if kinds.contains("null") {
        values.push(Value::Null);
    }
    values
}

/// Values each of which breaks one word of a schema.
fn breaking(schema: &Value) -> Vec<Value> {
    let kinds = kinds(schema);
    let others = [json!("text"), json!(7.5), json!(true), json!([]), json!({}), Value::Null];
    let is_other = |value: &Value| !kinds.contains(kind_of(value));
    let mut values: Vec<_> = others.into_iter().filter(is_other).collect();
    if schema.get("enum").is_some() {
        values.push(json!("no such word"));
    }
    if kinds.contains("string") {
        if let Some(least) = bound(schema, "minLength").filter(|least| *least > 0) {
            values.push(json!("a".repeat(least - 1)));
        }
        if let Some(most) = bound(schema, "maxLength") {
            values.push(json!("é".repeat(most + 1)));
        }
        if schema.get("format").is_some() {
            values.push(json!("no such thing"));
        }
        if schema.get("pattern").is_some_and(|pattern| pattern.as_str().unwrap().starts_with('^')) {
            values.push(json!("a \u{7}b"));
        } else if schema.get("pattern").is_some() {
            values.push(json!(" \u{200b}"));
        }
    }
    // Where nothing is said of the items, anything may be one.
    if kinds.contains("array") && schema.get("items").is_some() {
        let item = fitting(&schema["items"]).swap_remove(0);
        if let Some(least) = bound(schema, "minItems").filter(|least| *least > 0) {
            values.push(json!(vec![&item; least - 1]));
        }
        if let Some(most) = bound(schema, "maxItems") {
            values.push(json!(vec![&item; most + 1]));
        }
        values.extend(breaking(&schema["items"]).into_iter().map(|broken| json!([item, broken])));
    }
    if kinds.contains("integer") {
        values.push(json!(-1));
    }
    if let Some(properties) = schema["properties"].as_object() {
        let object = fitting(schema).swap_remove(0);
        for (name, schema) in properties {
            values.extend(breaking(schema).into_iter().map(|broken| {
                let mut object = object.clone();
                object[name] = broken;
                object
            }));
        }
        for name in schema["required"].as_array().into_iter().flatten() {
            let mut object = object.clone();
            object.as_object_mut().unwrap().remove(name.as_str().unwrap());
            values.push(object);
        }
    }
    values
}

fn kinds(schema: &Value) -> BTreeSet<&str> {
    let kind = &schema["type"];
    let kinds = kind.as_array().map_or(std::slice::from_ref(kind), Vec::as_slice);
    kinds.iter().filter_map(Value::as_str).collect()
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn bound(schema: &Value, word: &str) -> Option<usize> {
    schema[word].as_u64().and_then(|bound| usize::try_from(bound).ok())
}

/// The bound of a message's text is configured, so not the reader's to judge.
fn is_left_to_the_server(name: &str, value: &Value) -> bool {
    name == "content" && value.as_str().is_some_and(|text| text.chars().count() > CONTENT_MAX_CHARS)
}

#[test]
fn what_fits_at_every_bound_is_read_and_each_break_is_refused() {
    for request in requests() {
        let base = request.base();
        request.takes(&base).unwrap();
        for (name, schema) in request.properties() {
            let mut changed = base.clone();
            for value in fitting(schema) {
                changed.insert(name.clone(), value);
                request.takes(&changed).unwrap();
            }
            for value in breaking(schema) {
                if !is_left_to_the_server(name, &value) {
                    changed.insert(name.clone(), value);
                    request.refuses(&changed).unwrap();
                }
            }
            changed.remove(name);
            if request.is_required(name) {
                request.refuses(&changed).unwrap();
            } else {
                request.takes(&changed).unwrap();
            }
        }
    }
}

#[test]
fn one_of_several_fields_is_there_where_the_schema_asks_for_one() {
    let mut asked = 0;
    for request in requests() {
        let Some(one_of) = request.schema["anyOf"].as_array() else { continue };
        asked += 1;
        let names: Vec<_> = one_of.iter().map(|one| one["required"][0].as_str().unwrap()).collect();
        let mut object = request.base();
        object.retain(|name, _| !names.contains(&name.as_str()));
        request.refuses(&object).unwrap();
        for name in names {
            let mut object = object.clone();
            object.insert(name.to_owned(), request.base()[name].clone());
            request.takes(&object).unwrap();
            object.insert(name.to_owned(), json!(" \u{200b}"));
            request.refuses(&object).unwrap();
        }
    }
    assert!(asked >= 2, "sending asks for text or file");
}

/// A request of fitting values; those of `anyOf` are always there.
fn any_fitting(request: &Request, random: &mut TestRng) -> Map<String, Value> {
    let mut object = request.base();
    for (name, schema) in request.properties() {
        let values = fitting(schema);
        let value = &values[random.random_range(0..values.len())];
        let is_short = value.as_array().is_none_or(|items| items.len() <= LONG);
        if is_short && !(request.schema.get("anyOf").is_some() && value.is_null()) {
            object.insert(name.clone(), value.clone());
        }
        if !request.is_required(name)
            && request.schema.get("anyOf").is_none()
            && random.random_range(0..3) == 0
        {
            object.remove(name);
        }
    }
    object
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_fits_is_read_and_one_break_among_it_is_refused(seed in any::<[u8; 32]>()) {
        let mut random = TestRng::from_seed(proptest::test_runner::RngAlgorithm::ChaCha, &seed);
        for request in requests() {
            let mut object = any_fitting(&request, &mut random);
            object.insert("unknown".to_owned(), json!([{ "is": "ignored" }]));
            request.takes(&object)?;
            let properties = request.properties().iter();
            // Some take any value, so that nothing breaks them.
            let breaks: Vec<_> = properties
                .flat_map(|(name, schema)| breaking(schema).into_iter().map(move |value| (name, value)))
                .filter(|(name, value)| !is_left_to_the_server(name, value))
                .collect();
            if !breaks.is_empty() {
                let (name, value) = &breaks[random.random_range(0..breaks.len())];
                object.insert((*name).clone(), value.clone());
                request.refuses(&object)?;
            }
        }
    }
}

#[test]
fn every_part_of_the_documents_says_what_it_is_for() {
    let documents = [openapi(&operations(), CONTENT_MAX_CHARS), asyncapi(CONTENT_MAX_CHARS)];
    for document in &documents {
        for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
            assert!(schema["description"].is_string(), "{name}");
            let properties = schema["properties"].as_object().into_iter().flatten();
            for (field, schema) in properties {
                assert!(schema["description"].is_string(), "{name}.{field}");
            }
        }
        assert!(!document.to_string().contains("[`"), "a link into the code is none for clients");
    }
    let [openapi, _] = &documents;
    let mut ids = BTreeSet::new();
    let tags: Vec<_> = openapi["tags"].as_array().unwrap().iter().map(|tag| &tag["name"]).collect();
    for (path, methods) in openapi["paths"].as_object().unwrap() {
        for operation in methods.as_object().unwrap().values() {
            assert!(ids.insert(operation["operationId"].as_str().unwrap()), "{path}");
            assert!(tags.contains(&&operation["tags"][0]), "{path} is under no tag");
            for parameter in operation["parameters"].as_array().unwrap() {
                let words = parameter["description"].as_str().unwrap_or_default();
                assert!(!words.is_empty(), "{path} {parameter}");
            }
        }
    }
}

#[tokio::test]
async fn documents_are_served_to_everybody_and_asked_for_once() {
    let app = TestApp::start_with(|config| config.content_max_chars = 77);
    for (path, key) in [("/api/openapi.json", "openapi"), ("/api/asyncapi.json", "asyncapi")] {
        let answer = app.call_outside(Method::GET, path).send().await;
        answer.expect(StatusCode::OK);
        assert_eq!(answer.header("cache-control"), Some("no-cache"));
        let document: Value = serde_json::from_str(&answer.text).unwrap();
        assert!(document[key].is_string(), "{path}");
        assert!(answer.text.contains(r#""maxLength":77"#), "{path} tells what is configured");
        let etag = answer.header("etag").unwrap();
        let again = app.call_outside(Method::GET, path).header("if-none-match", etag).send().await;
        again.expect(StatusCode::NOT_MODIFIED);
        assert_eq!(again.text, "");
    }
    app.stop().await;
}

#[tokio::test]
async fn every_route_of_the_document_is_there_and_asks_for_a_user_where_it_says_so() {
    let app = TestApp::start();
    for operation in operations() {
        let mut schemas = Schemas::new(CONTENT_MAX_CHARS);
        let needs_user = operation.describe(&mut schemas).needs_user;
        let method: Method = operation.method.to_uppercase().parse().unwrap();
        let path = operation.path.replace("{id}", "x").replace("{userId}", "x");
        let answer = app.call_outside(method, &path.replace("{emoji}", "x")).send().await;
        let name = format!("{} {}", operation.method, operation.path);
        assert_ne!(answer.status, StatusCode::NOT_FOUND, "{name}");
        assert_ne!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{name}");
        // Without a body or a token, signing in is refused too, but for another reason.
        let is_refused = answer.status == StatusCode::UNAUTHORIZED && !path.ends_with("/refresh");
        assert_eq!(is_refused, needs_user, "{name}: {}", answer.status);
    }
    app.stop().await;
}
