//! What a client asks over the socket: each event's name and payload.

use super::error::{Error, FieldError};
use super::fields::{Decode, Fields, decode, is_http_url};
use crate::limits;

/// An event of a client, read and checked for shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientEvent {
    /// The socket views a conversation.
    JoinRoom(ConversationRef),
    /// The socket no longer views it.
    LeaveRoom(ConversationRef),
    /// A message.
    SendMessage(SendMessage),
    /// The user is writing.
    Typing(ConversationRef),
    /// The user stopped writing.
    StopTyping(ConversationRef),
    /// The user has read messages.
    MarkMessagesAsRead(MarkMessagesAsRead),
}

impl ClientEvent {
    /// The names of all events that a client may send.
    pub const NAMES: [&str; 6] =
        ["joinRoom", "leaveRoom", "sendMessage", "typing", "stopTyping", "markMessagesAsRead"];

    /// Reads an event from its name and its payload's JSON text.
    ///
    /// # Errors
    /// `not_found` for a name that is none of [`Self::NAMES`], `invalid_payload` for a payload that
    /// does not fit.
    pub fn decode(name: &str, payload: &str) -> Result<Self, Error> {
        Ok(match name {
            "joinRoom" => Self::JoinRoom(decode(payload)?),
            "leaveRoom" => Self::LeaveRoom(decode(payload)?),
            "sendMessage" => Self::SendMessage(decode(payload)?),
            "typing" => Self::Typing(decode(payload)?),
            "stopTyping" => Self::StopTyping(decode(payload)?),
            "markMessagesAsRead" => Self::MarkMessagesAsRead(decode(payload)?),
            _ => {
                return Err(Error::new(
                    super::ErrorCode::NotFound,
                    "there is no event of this name",
                ));
            }
        })
    }
}

/// `{ conversationId }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConversationRef {
    /// Which.
    pub conversation_id: String,
}

impl Decode for ConversationRef {
    fn decode(fields: &mut Fields) -> Option<Self> {
        Some(Self { conversation_id: fields.id("conversationId")? })
    }
}

/// `{ conversationId, content?, fileUrl?, replyToId?, clientMessageId? }`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendMessage {
    /// Where to.
    pub conversation_id: String,
    /// The rest, as the HTTP route takes it too.
    pub draft: MessageDraft,
}

impl Decode for SendMessage {
    fn decode(fields: &mut Fields) -> Option<Self> {
        let conversation_id = fields.id("conversationId");
        let draft = MessageDraft::decode(fields)?;
        Some(Self { conversation_id: conversation_id?, draft })
    }
}

/// `{ content?, fileUrl?, replyToId?, clientMessageId? }`: text or file, or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageDraft {
    /// The text, not blank. Its length is for the server to judge: the bound is configurable.
    pub content: Option<String>,
    /// An http(s) URL.
    pub file_url: Option<String>,
    /// A message of the same conversation.
    pub reply_to_id: Option<String>,
    /// The sender's own id for the message.
    pub client_message_id: Option<String>,
}

impl Decode for MessageDraft {
    fn decode(fields: &mut Fields) -> Option<Self> {
        let content = fields.optional_text("content", usize::MAX);
        let file_url = fields.optional_text("fileUrl", limits::FILE_URL_MAX_CHARS);
        if file_url.as_deref().is_some_and(|url| !is_http_url(url)) {
            fields.refuse("fileUrl", "must be an http or https URL");
        }
        let reply_to_id = fields.optional_id("replyToId");
        let client_message_id = fields.optional_client_message_id();
        if content.is_none() && file_url.is_none() {
            fields.refuse("content", "must not be blank where there is no fileUrl");
        }
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

/// `{ messageIds }`, 1 to 1000 of them
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkMessagesAsRead {
    /// Which.
    pub message_ids: Vec<String>,
}

impl Decode for MarkMessagesAsRead {
    fn decode(fields: &mut Fields) -> Option<Self> {
        Some(Self { message_ids: fields.ids("messageIds", 1, limits::READ_IDS_MAX)? })
    }
}

impl Fields {
    fn optional_client_message_id(&mut self) -> Option<String> {
        let id = self.optional_string("clientMessageId")?;
        if id.is_empty() || id.chars().count() > limits::CLIENT_MESSAGE_ID_MAX_CHARS {
            self.refuse("clientMessageId", "must have 1 to 64 characters");
            return None;
        }
        Some(id)
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
        let payload = r#"{"conversationId":"a","content":"hello","messageIds":["b"]}"#;
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
