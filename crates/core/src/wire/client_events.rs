//! What a client asks over the socket: each event's name and payload.

mod calls;

use schemars::JsonSchema;
use serde_json::Value;

use super::error::{Error, ErrorCode, FieldError};
use super::fields::forms::FILE_URL;
use super::fields::{Decode, Fields, decode};
use super::schema::{Schemas, joined_lines};
use super::server_events::{Counted, Success};
use super::shapes::{CallStarted, JoinedRoom, LeftRoom, Message, Synced};
use crate::limits;

pub use calls::{CallInitiate, CallRef, SendAnswer, SendIceCandidate, SendOffer};

/// An event as documents tell it.
#[derive(Clone, Debug)]
pub struct DescribedEvent {
    /// Its name on the wire; with `{userId}` in it where it is different for each user.
    pub name: &'static str,
    /// What it is for.
    pub words: String,
    /// The schema of its payload.
    pub payload: Value,
    /// The schema of its ack, where there is one.
    pub ack: Option<Value>,
}

/// Makes [`ClientEvent`], its names, its reader and its description out of one table, so that no event
/// is in one of them alone.
macro_rules! client_events {
    ($($(#[doc = $words:literal])+ $name:literal => $variant:ident($payload:ty) -> $ack:ty;)+) => {
        /// An event of a client, read and checked for shape.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum ClientEvent {
            $($(#[doc = $words])+ $variant($payload),)+
        }

        impl ClientEvent {
            /// The names of all events that a client may send.
            pub const NAMES: [&str; [$($name),+].len()] = [$($name),+];

            /// Reads an event from its name and its payload's JSON text.
            ///
            /// # Errors
            /// `not_found` for a name that is none of [`Self::NAMES`], `invalid_payload` for a payload
            /// that does not fit.
            pub fn decode(name: &str, payload: &str) -> Result<Self, Error> {
                Ok(match name {
                    $($name => Self::$variant(decode(payload)?),)+
                    _ => return Err(Error::new(ErrorCode::NotFound, "there is no event of this name")),
                })
            }

            /// Every event, for documents.
            pub fn describe_all(schemas: &mut Schemas) -> Vec<DescribedEvent> {
                vec![$(DescribedEvent {
                    name: $name,
                    words: joined_lines(concat!($($words, "\n"),+)),
                    payload: schemas.request::<$payload>(),
                    ack: Some(schemas.answer::<$ack>()),
                },)+]
            }
        }
    };
}

client_events! {
    /// The socket views a conversation: it hears typing and all read marks there. Emits `joinedRoom` to
    /// the caller.
    "joinRoom" => JoinRoom(ConversationRef) -> JoinedRoom;
    /// The socket no longer views a conversation.
    "leaveRoom" => LeaveRoom(ConversationRef) -> LeftRoom;
    /// Stores a message, which then goes to every device of every member. The ack comes once it is on
    /// disk; a repeat with the same `clientMessageId` is acked with the first message and emits nothing.
    "sendMessage" => SendMessage(SendMessage) -> Message;
    /// The user is writing.
    "typing" => Typing(ConversationRef) -> Success;
    /// The user stopped writing.
    "stopTyping" => StopTyping(ConversationRef) -> Success;
    /// The user has read messages. If one of them is unknown or not theirs to see, none is marked.
    "markMessagesAsRead" => MarkMessagesAsRead(MarkMessagesAsRead) -> Counted;
    /// What a client lacks that keeps messages of its own. Asked again for what is not `complete`, and
    /// naming what was `added`, until nothing is left.
    "sync" => Sync(Sync) -> Synced;
    /// Calls somebody. While the two have a call, the caller's own repeat is acked with it, and who calls
    /// the other way round is refused with `conflict` and its `callId`.
    "call:initiate" => CallInitiate(CallInitiate) -> CallStarted;
    /// Offers a connection to the other party of a call.
    "call:offer" => CallOffer(SendOffer) -> Success;
    /// Accepts what was offered; the callee's first one answers the call.
    "call:answer" => CallAnswer(SendAnswer) -> Success;
    /// Names a way to reach the sender; `null` says that there are no more.
    "call:ice-candidate" => CallIceCandidate(SendIceCandidate) -> Success;
    /// The callee does not want the call.
    "call:reject" => CallReject(CallRef) -> Success;
    /// The caller takes the call back while it rings.
    "call:cancel" => CallCancel(CallRef) -> Success;
    /// A party hangs up.
    "call:end" => CallEnd(CallRef) -> Success;
}

/// Which conversation is meant.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub struct ConversationRef {
    /// Which.
    pub conversation_id: String,
}

impl Decode for ConversationRef {
    fn decode(fields: &mut Fields) -> Option<Self> {
        Some(Self { conversation_id: fields.id("conversationId")? })
    }
}

/// A message for a conversation: text or file, or both.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub struct SendMessage {
    /// Where to.
    pub conversation_id: String,
    /// The rest, as the HTTP route takes it too.
    #[schemars(flatten)]
    pub draft: MessageDraft,
}

impl Decode for SendMessage {
    fn decode(fields: &mut Fields) -> Option<Self> {
        let conversation_id = fields.id("conversationId");
        let draft = MessageDraft::decode(fields)?;
        Some(Self { conversation_id: conversation_id?, draft })
    }
}

/// A message: text or file, or both.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub struct MessageDraft {
    /// The text. How long it may be is for the operator to say (`CONTENT_MAX_CHARS`).
    pub content: Option<String>,
    /// What an upload answered as its `fileUrl`, or another http(s) URL.
    pub file_url: Option<String>,
    /// A message of the same conversation.
    pub reply_to_id: Option<String>,
    /// The sender's own id for the message, which makes a send safe to repeat.
    pub client_message_id: Option<String>,
}

impl Decode for MessageDraft {
    fn decode(fields: &mut Fields) -> Option<Self> {
        let content = fields.optional_content("content");
        let file_url =
            fields.optional_formed_text("fileUrl", limits::FILE_URL_MAX_CHARS, &FILE_URL);
        let reply_to_id = fields.optional_id("replyToId");
        let most = limits::CLIENT_MESSAGE_ID_MAX_CHARS;
        let client_message_id = fields.optional_string("clientMessageId", 1, most);
        let is_there = content.is_some() || file_url.is_some();
        let message = "must not be blank where there is no fileUrl";
        fields.require_one_of(&["content", "fileUrl"], is_there, message);
        Some(Self { content, file_url, reply_to_id, client_message_id })
    }
}

impl MessageDraft {
    /// Checks the text against the configured bound.
    ///
    /// # Errors
    /// `invalid_payload`.
    pub fn check_length(&self, most: usize) -> Result<(), Error> {
        check_content_length(self.content.as_deref().unwrap_or_default(), most)
    }
}

/// Checks a message's text against the configured bound, in characters.
///
/// # Errors
/// `invalid_payload`.
pub fn check_content_length(content: &str, most: usize) -> Result<(), Error> {
    if content.len() > most && content.chars().count() > most {
        return Err(Error::invalid(vec![FieldError {
            path: "content".to_owned(),
            message: format!("must have at most {most} characters"),
        }]));
    }
    Ok(())
}

/// Which messages were read.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "camelCase")]
pub struct MarkMessagesAsRead {
    /// Which.
    pub message_ids: Vec<String>,
}

impl Decode for MarkMessagesAsRead {
    fn decode(fields: &mut Fields) -> Option<Self> {
        Some(Self { message_ids: fields.ids("messageIds", 1, limits::READ_IDS_MAX)? })
    }
}

/// What a client has of each conversation.
#[derive(Clone, Debug, PartialEq, Eq, JsonSchema)]
pub struct Sync {
    /// By conversation id, the `seq` of the last message that the client has.
    pub conversations: Vec<(String, u64)>,
    /// How many messages it wants at most; 200 unless it says.
    pub limit: usize,
}

impl Decode for Sync {
    fn decode(fields: &mut Fields) -> Option<Self> {
        let (most, default) = limits::SYNC_MESSAGES;
        let conversations = fields.counts("conversations", limits::SYNC_CONVERSATIONS_MAX);
        let limit = fields.optional_number("limit", 1, most).unwrap_or(default);
        Some(Self { conversations: conversations?, limit })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::ErrorCode;

    fn code(name: &str, payload: &str) -> ErrorCode {
        ClientEvent::decode(name, payload).unwrap_err().code
    }

    #[test]
    fn every_name_is_read() {
        let payload = r#"{"conversationId":"a","content":"hello","messageIds":["b"],"to":"c",
            "calleeId":"c","offer":{},"answer":"d","candidate":null,"conversations":{"a":3}}"#;
        for name in ClientEvent::NAMES {
            assert!(ClientEvent::decode(name, payload).is_ok(), "{name}");
        }
        assert_eq!(code("shout", payload), ErrorCode::NotFound);
    }

    #[test]
    fn a_message_needs_text_or_a_file() {
        for payload in [
            r#"{"conversationId":"a"}"#,
            r#"{"conversationId":"a","content":" \n"}"#,
            r#"{"conversationId":"a","content":5}"#,
            r#"{"conversationId":"a","fileUrl":"javascript:alert(1)"}"#,
            r#"{"conversationId":["a"],"content":"hello"}"#,
            r#"{"conversationId":"a","content":"hello","replyToId":""}"#,
            r#"{"conversationId":"a","content":"hello","clientMessageId":""}"#,
            r#"{"conversationId":"a","content":"hello","clientMessageId":7}"#,
        ] {
            assert_eq!(code("sendMessage", payload), ErrorCode::InvalidPayload, "{payload}");
        }
        let payload = r#"{"conversationId":"a","content":null,"fileUrl":"https://a.org/b"}"#;
        assert!(ClientEvent::decode("sendMessage", payload).is_ok());
    }

    #[test]
    fn one_to_a_thousand_messages_are_marked_at_once() {
        let payload = |count: usize| format!(r#"{{"messageIds":{:?}}}"#, vec!["a"; count]);
        assert_eq!(code("markMessagesAsRead", &payload(0)), ErrorCode::InvalidPayload);
        assert_eq!(code("markMessagesAsRead", &payload(1001)), ErrorCode::InvalidPayload);
        assert!(ClientEvent::decode("markMessagesAsRead", &payload(1000)).is_ok());
    }

    #[test]
    fn a_sync_names_whole_numbers_of_messages() {
        let read = |payload| ClientEvent::decode("sync", payload);
        let sync = |conversations: &[(&str, u64)], limit| {
            let conversations =
                conversations.iter().map(|(id, seq)| ((*id).to_owned(), *seq)).collect();
            Ok(ClientEvent::Sync(Sync { conversations, limit }))
        };
        assert_eq!(read(r#"{"conversations":{}}"#), sync(&[], 200));
        let payload = r#"{"conversations":{"a":0,"b":7},"limit":1000}"#;
        assert_eq!(read(payload), sync(&[("a", 0), ("b", 7)], 1000));
        for payload in [
            "{}",
            r#"{"conversations":[]}"#,
            r#"{"conversations":{"":1}}"#,
            r#"{"conversations":{"a":-1}}"#,
            r#"{"conversations":{"a":"1"}}"#,
            r#"{"conversations":{"a":1.5}}"#,
            r#"{"conversations":{"a":null}}"#,
            r#"{"conversations":{},"limit":0}"#,
            r#"{"conversations":{},"limit":1001}"#,
            r#"{"conversations":{},"limit":"5"}"#,
        ] {
            assert_eq!(code("sync", payload), ErrorCode::InvalidPayload, "{payload}");
        }
        let many: Vec<_> = (0..=10_000).map(|number| format!(r#""{number}":1"#)).collect();
        let payload = format!(r#"{{"conversations":{{{}}}}}"#, many.join(","));
        assert_eq!(code("sync", &payload), ErrorCode::InvalidPayload);
    }

    #[test]
    fn a_signal_is_any_value_within_its_bound() {
        for body in [r#"{"type":"offer","sdp":"v=0"}"#, r#""v=0""#, "[1]", "false", "7"] {
            let payload = format!(r#"{{"to":"a","offer":{body}}}"#);
            let Ok(ClientEvent::CallOffer(signal)) = ClientEvent::decode("call:offer", &payload)
            else {
                panic!("{body} is an offer");
            };
            assert_eq!(
                serde_json::from_str::<Value>(&signal.offer).unwrap(),
                serde_json::from_str::<Value>(body).unwrap()
            );
        }
        let long = |bytes: usize| {
            format!(r#"{{"to":"a","callId":"b","answer":{:?}}}"#, "x".repeat(bytes - 2))
        };
        assert!(ClientEvent::decode("call:answer", &long(65_536)).is_ok());
        assert_eq!(code("call:answer", &long(65_537)), ErrorCode::InvalidPayload);
        for payload in [
            r#"{"to":"a"}"#,
            r#"{"to":"a","offer":null}"#,
            r#"{"to":["a"],"offer":{}}"#,
            r#"{"offer":{}}"#,
            r#"{"to":"a","offer":{},"callId":7}"#,
        ] {
            assert_eq!(code("call:offer", payload), ErrorCode::InvalidPayload, "{payload}");
        }
        assert!(
            ClientEvent::decode("call:ice-candidate", r#"{"to":"a","candidate":null}"#).is_ok()
        );
        assert_eq!(code("call:ice-candidate", r#"{"to":"a"}"#), ErrorCode::InvalidPayload);
        assert_eq!(
            code("call:initiate", r#"{"conversationId":"a","calleeId":"b","hasVideo":"yes"}"#),
            ErrorCode::InvalidPayload
        );
    }

    #[test]
    fn length_counts_characters_not_bytes() {
        assert!(check_content_length(&"ü".repeat(4000), 4000).is_ok());
        assert!(check_content_length(&"ü".repeat(4001), 4000).is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_payload_panics_the_reader(name in ".*", payload in ".*") {
            for name in ClientEvent::NAMES.iter().copied().chain([name.as_str()]) {
                drop(ClientEvent::decode(name, &payload));
            }
        }
    }
}
