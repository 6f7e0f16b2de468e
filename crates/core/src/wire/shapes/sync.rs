//! What `sync` gives.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::{Conversation, Message};
use crate::ids::ConversationId;

/// The ack of `sync`.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Synced {
    /// What the client lacks of each conversation that it named, by id.
    pub conversations: BTreeMap<ConversationId, SyncedConversation>,
    /// Named, but the user is no member of them.
    pub removed: Vec<String>,
    /// Those of the user that it did not name, newest activity first.
    pub added: Vec<Conversation>,
}

/// What a client lacks of one conversation.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SyncedConversation {
    /// Oldest first, without `reads`.
    pub messages: Vec<Message>,
    /// The newest message's `seq`, 0 without one.
    pub last_seq: u64,
    /// It lacks no others.
    pub complete: bool,
}
