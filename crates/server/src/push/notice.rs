//! What a device is told: words, data, and how urgent it is.

use std::collections::BTreeMap;
use std::time::Duration;

use salala_core::push::PushKind;
use salala_core::records::{Call, LeasedPush, PushAbout, PushedMessage};
use salala_core::{ConversationId, Timestamp};

/// Characters of a message that are told.
const BODY_MAX_CHARS: usize = 100;

/// How long a provider keeps what it cannot deliver: a message, and what clears one.
const MESSAGE_TTL: Duration = Duration::from_hours(24 * 7);

/// What a device is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The words to show; none of what is told to the program alone.
    pub words: Option<Words>,
    /// For the program.
    pub data: BTreeMap<&'static str, String>,
    /// Of several with the same key a device shows the last one.
    pub collapse_key: String,
    /// It is to wake the device.
    pub is_urgent: bool,
    /// How long it is of use.
    pub ttl: Duration,
    /// What is unread in the conversation; 0 where nothing is counted.
    pub count: u64,
    /// It rings.
    pub is_ring: bool,
}

/// Words to show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// Above.
    pub title: String,
    /// Below.
    pub body: String,
}

impl Notice {
    /// What is told of a push; nothing of what is gone.
    pub fn of(push: &LeasedPush, now: Timestamp) -> Option<Self> {
        match (&push.about, push.kind) {
            (PushAbout::Message(message), _) => Some(of_message(message)),
            (PushAbout::Conversation(id), _) => Some(of_clear(*id)),
            (PushAbout::Call(call), PushKind::Ring) => Some(of_ring(call, now)),
            (PushAbout::Call(call), PushKind::MissedCall) => Some(of_missed_call(call)),
            (PushAbout::Call(call), _) => Some(of_ring_end(call)),
            (PushAbout::Test, _) => Some(of_test()),
            (PushAbout::Gone, _) => None,
        }
    }
}

fn of_message(message: &PushedMessage) -> Notice {
    let name = message.sender.name();
    let title = match &message.group_name {
        Some(group) if message.is_group => format!("New message from {name} in {group}"),
        Some(_) | None => format!("New message from {name}"),
    };
    let body = match message.content.as_deref() {
        Some(content) if !content.trim().is_empty() => shorten(content),
        Some(_) | None => {
            words_for_file(message.file_url.as_deref().unwrap_or_default()).to_owned()
        }
    };
    let mut data = data_of("message", message.conversation_id);
    data.insert("messageId", message.id.to_string());
    data.insert("senderId", message.sender.id.to_string());
    data.insert("count", message.unread_count.to_string());
    Notice {
        words: Some(Words { title, body }),
        data,
        collapse_key: message.conversation_id.to_string(),
        is_urgent: true,
        ttl: MESSAGE_TTL,
        count: message.unread_count,
        is_ring: false,
    }
}

fn of_clear(id: ConversationId) -> Notice {
    silent(data_of("clear", id), id.to_string(), MESSAGE_TTL)
}

fn of_ring(call: &Call, now: Timestamp) -> Notice {
    let kind = if call.has_video { "video call" } else { "call" };
    let mut data = of_call("call", call);
    data.insert("hasVideo", call.has_video.to_string());
    data.insert("expiresAt", call.rings_until.to_string());
    Notice {
        words: Some(Words {
            title: call.caller.name().to_owned(),
            body: format!("Incoming {kind}"),
        }),
        data,
        collapse_key: call.id.to_string(),
        is_urgent: true,
        ttl: call.rings_until.since(now),
        count: 0,
        is_ring: true,
    }
}

fn of_missed_call(call: &Call) -> Notice {
    let kind = if call.has_video { "video call" } else { "call" };
    Notice {
        words: Some(Words {
            title: format!("Missed {kind} from {}", call.caller.name()),
            body: "Tap to open the conversation".to_owned(),
        }),
        data: of_call("missed_call", call),
        collapse_key: call.id.to_string(),
        is_urgent: true,
        ttl: MESSAGE_TTL,
        count: 0,
        is_ring: false,
    }
}

fn of_ring_end(call: &Call) -> Notice {
    // A device that comes later than the ring lasts does not ring any more.
    let ttl = call.rings_until.since(call.created_at);
    let notice = silent(of_call("call_end", call), call.id.to_string(), ttl);
    Notice { is_urgent: true, ..notice }
}

fn of_test() -> Notice {
    Notice {
        words: Some(Words {
            title: "Salala".to_owned(),
            body: "Notifications reach this device".to_owned(),
        }),
        data: BTreeMap::from([("type", "test".to_owned()), ("url", "/".to_owned())]),
        collapse_key: "test".to_owned(),
        is_urgent: true,
        ttl: Duration::from_mins(5),
        count: 0,
        is_ring: false,
    }
}

fn silent(data: BTreeMap<&'static str, String>, collapse_key: String, ttl: Duration) -> Notice {
    Notice { words: None, data, collapse_key, is_urgent: false, ttl, count: 0, is_ring: false }
}

fn of_call(kind: &str, call: &Call) -> BTreeMap<&'static str, String> {
    let mut data = data_of(kind, call.conversation_id);
    data.insert("callId", call.id.to_string());
    data.insert("callerId", call.caller.id.to_string());
    data.insert("callerName", call.caller.name().to_owned());
    data
}

fn data_of(kind: &str, id: ConversationId) -> BTreeMap<&'static str, String> {
    BTreeMap::from([
        ("type", kind.to_owned()),
        ("conversationId", id.to_string()),
        ("url", format!("/?conversation={id}")),
    ])
}

fn shorten(content: &str) -> String {
    match content.char_indices().nth(BODY_MAX_CHARS) {
        Some((end, _)) => format!("{}…", &content[..end]),
        None => content.to_owned(),
    }
}

/// What is said of a file, by the ending of its name.
fn words_for_file(url: &str) -> &'static str {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let ending = path.rsplit('/').next().and_then(|name| name.rsplit_once('.'));
    let ending = ending.map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    match ending.as_str() {
        "png" | "jpg" | "jpeg" | "gif" | "webp" | "avif" | "heic" | "bmp" | "svg" => {
            "Sent an image"
        }
        "ogg" | "oga" | "opus" | "mp3" | "m4a" | "aac" | "wav" | "weba" | "webm" | "flac" => {
            "Sent a voice message"
        }
        _ => "Sent a file",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_after_a_hundred_characters() {
        let text = "ä".repeat(100);
        assert_eq!(shorten(&text), text);
        assert_eq!(shorten(&format!("{text}b")), format!("{text}…"));
    }

    #[test]
    fn a_file_is_told_by_its_ending() {
        for (url, words) in [
            ("https://a.example/x/cat.JPG?sig=1.mp3", "Sent an image"),
            ("/api/v1/files/voice.ogg", "Sent a voice message"),
            ("https://a.example/report.pdf", "Sent a file"),
            ("https://png", "Sent a file"),
        ] {
            assert_eq!(words_for_file(url), words, "{url}");
        }
    }
}
