//! The port for messages.

use salala_core::Timestamp;
use salala_core::ids::{ConversationId, MessageId, UserId};
use salala_core::records::Message;

use crate::Pending;

/// A message to be sent.
#[derive(Clone, Debug)]
pub struct NewMessage {
    /// The id that it gets.
    pub id: MessageId,
    /// Where to.
    pub conversation_id: ConversationId,
    /// By whom.
    pub sender_id: UserId,
    /// The text.
    pub content: Option<String>,
    /// A file.
    pub file_url: Option<String>,
    /// The message that it answers.
    pub reply_to_id: Option<MessageId>,
    /// The sender's own id for it: a repeat gives the first message.
    pub client_message_id: Option<String>,
    /// When.
    pub created_at: Timestamp,
}

/// What came of a send.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The stored message: the first one, if this was a repeat.
    pub message: Message,
    /// It was there already; nothing was stored and no event left.
    pub is_repeat: bool,
}

/// Which part of a conversation's history; bounds are `seq` and not part of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HistoryRange {
    /// The newest.
    Newest,
    /// Right before.
    Before(u64),
    /// Right after.
    After(u64),
    /// This one in the middle, with what stands on both sides of it: newer ones take less than half
    /// of the page, and a side that is short leaves its places empty.
    Around(u64),
}

/// A part of a conversation's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct History {
    /// Newest first, with `reads`.
    pub messages: Vec<Message>,
    /// Older ones are there for this reader.
    pub has_older: bool,
    /// Newer ones are there for this reader.
    pub has_newer: bool,
}

/// Messages. A member sees what was written between joining and leaving, and nothing else.
pub trait Messages {
    /// Stores a message, raises its sender's `last_read_seq` to it, and leaves
    /// [`crate::log::Event::MessageCreated`].
    ///
    /// # Errors
    /// `NotFound` without such a conversation, `Forbidden` for a stranger, `Invalid` on `replyToId`
    /// unless it is a message of the same conversation that the sender may see. A repeat by one who
    /// is no member any more is `Forbidden` too.
    fn send_message(&self, message: NewMessage) -> Pending<Sent>;

    /// Changes the text; only its author may, while a member, and not once it is deleted. Leaves
    /// [`crate::log::Event::MessageUpdated`], unless the text is the same.
    fn edit_message(
        &self,
        user_id: UserId,
        id: MessageId,
        content: String,
        now: Timestamp,
    ) -> Pending<Message>;

    /// Empties a message: its author may, and who may delete others' messages in that group. Its
    /// reactions go too. Leaves [`crate::log::Event::MessageDeleted`]; a repeat changes nothing and
    /// leaves none.
    fn delete_message(&self, user_id: UserId, id: MessageId, now: Timestamp) -> Pending<Message>;

    /// One message with its `reads`. `NotFound` if it is none, `Forbidden` for a stranger to its
    /// conversation or to that part of it.
    fn message(&self, user_id: UserId, id: MessageId) -> Pending<Message>;

    /// A part of the history that this member may see.
    fn history(
        &self,
        user_id: UserId,
        conversation_id: ConversationId,
        range: HistoryRange,
        limit: usize,
    ) -> Pending<History>;

    /// Messages with files, newest first, before a `seq` if one is given.
    fn media(
        &self,
        user_id: UserId,
        conversation_id: ConversationId,
        before: Option<u64>,
        limit: usize,
    ) -> Pending<Vec<Message>>;
}
