//! What `fuzz/` runs: it fails when a reader of what clients send breaks a promise on these bytes.

#[cfg(test)]
#[path = "../../../fuzz/bounded.rs"]
mod bounded;

use serde_json::{Map, Value, json};

use crate::limits;
use crate::wire::client_events::{CallRef, ClientEvent, MessageDraft};
use crate::wire::fields::{Decode, decode};
use crate::wire::{Error, requests};

/// The first line names an event or a body, the rest is its JSON.
pub fn wire(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Some((name, payload)) = text.split_once('\n') else { return };
    match ClientEvent::decode(name, payload) {
        Ok(event) => {
            let again = written(&event);
            assert_eq!(ClientEvent::decode(name, &again).as_ref(), Ok(&event), "{again}");
            // Apart from a backslash that stands for itself.
            assert!(!again.replace("\\\\", "").contains("\\u0000"), "{again}");
        }
        Err(error) => assert_bounded(&error, payload),
    }
    match name {
        "register" => body::<requests::Register>(payload),
        "login" => body::<requests::Login>(payload),
        "refresh" => body::<requests::Refresh>(payload),
        "changePassword" => body::<requests::ChangePassword>(payload),
        "updateMe" => body::<requests::UpdateMe>(payload),
        "createFriendRequest" => body::<requests::CreateFriendRequest>(payload),
        "openDirect" => body::<requests::OpenDirect>(payload),
        "createGroup" => body::<requests::CreateGroup>(payload),
        "updateConversation" => body::<requests::UpdateConversation>(payload),
        "addParticipants" => body::<requests::AddParticipants>(payload),
        "setRole" => body::<requests::SetRole>(payload),
        "editMessage" => body::<requests::EditMessage>(payload),
        "readTo" => body::<requests::ReadTo>(payload),
        "registerDevice" => body::<requests::RegisterDevice>(payload),
        "updateSettings" => body::<requests::UpdateSettings>(payload),
        _ => {}
    }
}

fn body<T: Decode>(payload: &str) {
    if let Err(error) = decode::<T>(payload) {
        assert_bounded(&error, payload);
    }
}

/// A refusal is no way to make the server say more than it was told.
fn assert_bounded(error: &Error, payload: &str) {
    let said: usize = error.errors.iter().map(|it| it.path.len() + it.message.len()).sum();
    assert!(error.errors.len() <= 16, "{} mistakes", error.errors.len());
    assert!(said <= payload.len() + 2_000, "{said} bytes");
}

/// The payload that a client would write for an event.
fn written(event: &ClientEvent) -> String {
    let value = match event {
        ClientEvent::JoinRoom(it)
        | ClientEvent::LeaveRoom(it)
        | ClientEvent::Typing(it)
        | ClientEvent::StopTyping(it) => json!({ "conversationId": it.conversation_id }),
        ClientEvent::SendMessage(it) => {
            let MessageDraft { content, file_url, reply_to_id, client_message_id } = &it.draft;
            json!({
                "conversationId": it.conversation_id,
                "content": content,
                "fileUrl": file_url,
                "replyToId": reply_to_id,
                "clientMessageId": client_message_id,
            })
        }
        ClientEvent::MarkMessagesAsRead(it) => {
            assert!((1..=limits::READ_IDS_MAX).contains(&it.message_ids.len()));
            json!({ "messageIds": it.message_ids })
        }
        ClientEvent::Sync(it) => {
            let (most, _) = limits::SYNC_MESSAGES;
            assert!((1..=most).contains(&it.limit));
            assert!(it.conversations.len() <= limits::SYNC_CONVERSATIONS_MAX);
            let conversations: Map<String, Value> =
                it.conversations.iter().map(|(id, seq)| (id.clone(), json!(seq))).collect();
            json!({ "conversations": conversations, "limit": it.limit })
        }
        ClientEvent::CallInitiate(it) => json!({
            "conversationId": it.conversation_id,
            "calleeId": it.callee_id,
            "hasVideo": it.has_video,
        }),
        ClientEvent::CallOffer(it) => signal(&it.call, "offer", &it.offer),
        ClientEvent::CallAnswer(it) => signal(&it.call, "answer", &it.answer),
        ClientEvent::CallIceCandidate(it) => signal(&it.call, "candidate", &it.candidate),
        ClientEvent::CallReject(it) | ClientEvent::CallCancel(it) | ClientEvent::CallEnd(it) => {
            json!({ "to": it.to, "callId": it.call_id })
        }
    };
    value.to_string()
}

fn signal(call: &CallRef, name: &str, json: &str) -> Value {
    let body: Value = serde_json::from_str(json).unwrap_or_default();
    json!({ "to": call.to, "callId": call.call_id, name: body })
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_clients_send_is_read_as_it_was_written() {
        super::bounded::run("wire", super::wire);
    }
}
