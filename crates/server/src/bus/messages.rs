//! What nodes tell each other. Shapes of their own: records are never written as they are, and what
//! clients see does not decide what nodes of two versions must understand.
//!
//! Fields may be added, with a default for nodes that do not write them, and kinds, which nodes that do
//! not know them pass over. Anything else takes another version in the envelope.

mod calls;

use salala_core::wire::shapes::Status;
use salala_core::{ConversationId, SessionId, Timestamp, UserId};
use salala_store::ports::sessions::Acquaintances;
use serde::{Deserialize, Serialize};

use super::envelope;

pub use self::calls::CallNews;

/// One message.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
pub enum BusMessage {
    /// A user came or went; for everybody.
    Status(StatusNews),
    /// A user began or ended to write; for those who view the conversation.
    Typing {
        /// Who.
        user_id: UserId,
        /// Where.
        conversation_id: ConversationId,
        /// Began, or else ended.
        is_typing: bool,
    },
    /// The sockets of a user are to be cut; for everybody.
    CutUser {
        /// Whose.
        user_id: UserId,
    },
    /// The sockets of a sign-in are to be cut; for everybody.
    CutSession {
        /// Of which.
        session_id: SessionId,
    },
    /// Something of a call that is told to who is there; for the user's devices.
    Call {
        /// Whom it is told.
        user_id: UserId,
        /// What.
        news: CallNews,
    },
    /// Who of these views the conversation; for those on whose node somebody does, who answer.
    WhoViews {
        /// Names the question.
        question: u64,
        /// Which conversation.
        conversation_id: ConversationId,
        /// Of whom it is asked.
        user_ids: Vec<UserId>,
    },
    /// The answer to it; for everybody, of whom one asked.
    Views {
        /// Names the question.
        question: u64,
        /// Which conversation.
        conversation_id: ConversationId,
        /// Sockets that view it.
        viewers: Vec<ViewerNews>,
    },
}

/// A socket that views a conversation.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ViewerNews {
    /// Whose.
    pub user_id: UserId,
    /// Of which sign-in.
    pub session_id: Option<SessionId>,
    /// How long ago something last came from it.
    pub heard_ms_ago: u64,
}

/// That a user came or went, and who is to hear of it.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StatusNews {
    /// Who.
    pub user_id: UserId,
    /// Came, or else went.
    pub is_online: bool,
    /// When they were last seen, in milliseconds of Unix time.
    pub last_seen_at_ms: Option<i64>,
    /// Everybody hears of it who is in one of these,
    pub conversations: Vec<ConversationId>,
    /// or is one of these,
    pub friends: Vec<UserId>,
    /// and none of these.
    pub blocked: Vec<UserId>,
}

impl BusMessage {
    /// As it is published. None of our shapes can fail to encode; should one, nobody hears of it.
    pub fn encode(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Reads what came; what cannot be read is counted.
    pub fn decode(body: &[u8]) -> Option<Self> {
        let message = serde_json::from_slice(body).ok();
        if message.is_none() {
            envelope::count_skipped("shape");
        }
        message
    }
}

impl StatusNews {
    /// The news of a user with these acquaintances.
    pub fn new(
        user_id: UserId,
        acquaintances: &Acquaintances,
        status: Status,
        last_seen_at: Option<Timestamp>,
    ) -> Self {
        Self {
            user_id,
            is_online: status == Status::Online,
            last_seen_at_ms: last_seen_at.map(Timestamp::unix_ms),
            conversations: acquaintances.conversations.iter().map(|(id, _)| *id).collect(),
            friends: acquaintances.friends.clone(),
            blocked: acquaintances.blocked.clone(),
        }
    }

    /// What is told.
    pub fn status(&self) -> Status {
        if self.is_online { Status::Online } else { Status::Offline }
    }

    /// When the user was last seen.
    pub fn last_seen_at(&self) -> Option<Timestamp> {
        self.last_seen_at_ms.map(Timestamp::from_unix_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_that_are_not_known_are_passed_over_and_kinds_are_refused() {
        let user_id = UserId::from_bytes([1; 16]);
        let message = BusMessage::CutUser { user_id };
        assert_eq!(BusMessage::decode(&message.encode()), Some(message));
        let more = format!(r#"{{"kind":"cut_user","userId":"{user_id}","colour":"red"}}"#);
        assert_eq!(BusMessage::decode(more.as_bytes()), Some(BusMessage::CutUser { user_id }));
        for foreign in ["", "{}", r#"{"kind":"dance"}"#, r#"{"kind":"cut_user","userId":"1"}"#] {
            assert_eq!(BusMessage::decode(foreign.as_bytes()), None, "{foreign}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_panic_the_reader(body in proptest::collection::vec(0_u8.., 0..200)) {
            drop(BusMessage::decode(&body));
        }
    }
}
