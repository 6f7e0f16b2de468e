//! Who hears what.

use std::fmt;

use salala_core::{ConversationId, UserId};

/// Those whom a message is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// Every node.
    Everybody,
    /// Nodes that have a device of this user.
    User(UserId),
    /// Nodes on which somebody views this conversation.
    Conversation(ConversationId),
}

impl Channel {
    /// Reads what [`fmt::Display`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once(':') {
            None if text == "everybody" => Some(Self::Everybody),
            Some(("user", id)) => UserId::parse(id).map(Self::User),
            Some(("conversation", id)) => ConversationId::parse(id).map(Self::Conversation),
            Some(_) | None => None,
        }
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everybody => formatter.write_str("everybody"),
            Self::User(id) => write!(formatter, "user:{id}"),
            Self::Conversation(id) => write!(formatter, "conversation:{id}"),
        }
    }
}
