//! The events of the socket as an AsyncAPI 3.0 document, made from the tables of events.
//!
//! The server is the application that is described: it *receives* what clients send, with the ack as
//! the reply, and *sends* what clients are told.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::client_events::{ClientEvent, DescribedEvent};
use super::error::{ConnectError, ConnectRefusal};
use super::schema::Schemas;
use super::server_events::{CURSOR, Exception, Refusal, ServerEvent};

/// What holds for all events, in Markdown.
const INTRODUCTION: &str = "Socket.IO protocol 5 on Engine.IO 4 at the path `/socket.io/`, namespace `/`, by \
websocket, by polling, or by polling with an upgrade: `io(url, { auth: { token } })`.\n\n\
Each event takes one object. An acknowledgement callback is called exactly once while the connection lasts; \
after a drop one sends again with the same `clientMessageId`. Events of one socket take effect in the order in \
which they were sent. A refused event emits `exception` to its sender, and its ack says the same.\n\n\
Every event of the server has one more argument, a string: the offset, by which a stock client recovers its \
session after a drop and is given all that it missed (`socket.recovered`).\n\n\
Every device sees the messages of a conversation in `seq` order and without holes. Fields may be added to any \
object; none is renamed or removed. Unknown fields of a request are ignored, and no string in it may hold U+0000.\n\n\
After a `connect_error` of these codes, and after `io server disconnect`, a stock client does not come back by \
itself. Everything else (a restart, an overload, storage that is away, a client that reads too slowly) closes \
the transport or answers the handshake with 503, and the client comes back.";

/// What an offset looks like. Clients give it back as it is.
const OFFSET: &str = r"^1\.[A-Za-z0-9_-]{8}\.[0-9]+\.([0-9]+|-)$";

/// What opens a socket.
#[derive(Deserialize, JsonSchema)]
#[expect(
    dead_code,
    reason = "the gateway reads the token wherever it may stand; this tells of the best place"
)]
struct ConnectAuth {
    /// The access token, as signing in gives it. It may also come as an `Authorization: Bearer` header or
    /// as the query parameter `token`; the first of these places that has one counts.
    token: String,
    /// Of a client that comes back: the `pid` of its session. Stock clients send it by themselves.
    #[serde(default)]
    pid: Option<String>,
    /// Of a client that comes back: the offset of the last event that it was given. Stock clients send
    /// it by themselves.
    #[serde(default)]
    offset: Option<String>,
}

/// The document, for a server of this version, with the bound of a message's text that is configured.
pub fn document(version: &str, content_max_chars: usize) -> Value {
    let mut schemas = Schemas::new(content_max_chars);
    let mut parts = Parts::default();
    parts.connecting(&mut schemas);
    let refusal = schemas.answer::<Refusal<'static>>();
    for event in ClientEvent::describe_all(&mut schemas) {
        parts.received(&event, &refusal);
    }
    for event in ServerEvent::describe_all(&mut schemas) {
        parts.sent(&event);
    }
    parts.sent(&DescribedEvent {
        name: CURSOR,
        words:
            "The offset alone, so that the socket's recovery stays within the retention. Told to a \
            socket that was sent no other event for long."
                .to_owned(),
        payload: json!({ "type": "string", "pattern": OFFSET }),
        ack: None,
    });
    parts.sent(&DescribedEvent {
        name: Exception::NAME,
        words: "An event was refused, and nothing was done. Told to its sender.".to_owned(),
        payload: schemas.answer::<Exception<'static>>(),
        ack: None,
    });
    json!({
        "asyncapi": "3.0.0",
        "id": "urn:salala:socket",
        "info": {
            "title": "Salala, the socket",
            "version": version,
            "description": INTRODUCTION,
            "license": { "name": "MIT OR Apache-2.0" },
        },
        "defaultContentType": "application/json",
        "servers": { "here": {
            "host": "{host}",
            "pathname": "/socket.io/",
            "protocol": "ws",
            "description": "The server that gave this document, by Socket.IO.",
            "variables": { "host": { "default": "localhost:3000", "description": "Host and port." } },
            "security": [{ "$ref": "#/components/securitySchemes/bearer" }],
        } },
        "channels": parts.channels,
        "operations": parts.operations,
        "components": {
            "schemas": schemas.into_named(),
            "securitySchemes": { "bearer": {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "JWT",
                "description": "The access token of a sign-in; also as `auth.token` or `?token=`.",
            } },
        },
    })
}

/// The document's channels and operations.
#[derive(Default)]
struct Parts {
    channels: Map<String, Value>,
    operations: Map<String, Value>,
}

impl Parts {
    fn connecting(&mut self, schemas: &mut Schemas) {
        let auth = schemas.answer::<ConnectAuth>();
        let error = schemas.answer::<ConnectError>();
        let codes =
            ConnectRefusal::ALL.map(|refusal| format!("- `{}`: {refusal}", refusal.as_str()));
        self.channel(
            "client.connect",
            "connect",
            "The way in.",
            &[("connect", "The socket asks to be let in.", auth)],
        );
        let connected = json!({
            "type": "object",
            "properties": { "sid": { "type": "string" }, "pid": { "type": "string" } },
            "required": ["sid", "pid"],
        });
        self.channel(
            "server.connect",
            "connect",
            "The answer to the way in.",
            &[
                ("connect", "It is in its rooms and counts as online.", connected),
                ("connect_error", &codes.join("\n"), error),
            ],
        );
        self.operation(
            "receive",
            "client.connect",
            Some(("server.connect", &["connect", "connect_error"])),
        );
        let reason = json!({ "type": "string", "const": "io server disconnect" });
        let words = "The socket's session was ended: by signing out, by a change of password, from another \
            device, or because a refresh token was used twice.";
        self.channel("server.disconnect", "disconnect", words, &[("disconnect", words, reason)]);
        self.operation("send", "server.disconnect", None);
    }

    /// An event of clients, with its ack.
    fn received(&mut self, event: &DescribedEvent, refusal: &Value) {
        let (name, words) = (event.name, event.words.as_str());
        let key = format!("client.{}", key_of(name));
        self.channel(&key, name, words, &[("event", words, event.payload.clone())]);
        let Some(ack) = event.ack.clone() else { return self.operation("receive", &key, None) };
        let ack_key = format!("ack.{}", key_of(name));
        self.channels.insert(
            ack_key.clone(),
            json!({
                "address": null,
                "title": format!("Ack of {name}"),
                "messages": {
                    "ok": message(name, "It was done.", &ack),
                    "refused": message(name, "It was refused.", refusal),
                },
            }),
        );
        self.operation("receive", &key, Some((&ack_key, &["ok", "refused"])));
    }

    /// An event of the server.
    fn sent(&mut self, event: &DescribedEvent) {
        let (name, words) = (event.name, event.words.as_str());
        let key = format!("server.{}", key_of(name));
        self.channel(&key, name, words, &[("event", words, event.payload.clone())]);
        self.operation("send", &key, None);
    }

    fn channel(&mut self, key: &str, name: &str, words: &str, messages: &[(&str, &str, Value)]) {
        let messages: Map<_, _> = messages
            .iter()
            .map(|(key, words, payload)| {
                let name = if *key == "event" { name } else { key };
                ((*key).to_owned(), message(name, words, payload))
            })
            .collect();
        let mut channel = json!({
            "address": name, "title": name, "description": words, "messages": messages,
        });
        if name.contains("{userId}") {
            channel["parameters"] =
                json!({ "userId": { "description": "Whose devices hear it." } });
        }
        self.channels.insert(key.to_owned(), channel);
    }

    fn operation(&mut self, action: &str, channel: &str, reply: Option<(&str, &[&str])>) {
        let place = |channel: &str| json!({ "$ref": format!("#/channels/{channel}") });
        let mut operation = json!({ "action": action, "channel": place(channel) });
        if let Some((channel, messages)) = reply {
            let reference =
                |name| json!({ "$ref": format!("#/channels/{channel}/messages/{name}") });
            let messages: Vec<_> = messages.iter().map(reference).collect();
            operation["reply"] = json!({ "channel": place(channel), "messages": messages });
        }
        self.operations.insert(channel.to_owned(), operation);
    }
}

fn message(name: &str, words: &str, payload: &Value) -> Value {
    json!({ "name": name, "title": name, "summary": words, "payload": payload })
}

/// A name with letters and digits alone, as references want it: `call:offer` is `callOffer`.
fn key_of(name: &str) -> String {
    let mut words =
        name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |key, word| {
        let (head, tail) = word.split_at(1);
        key + &head.to_ascii_uppercase() + tail
    })
}
