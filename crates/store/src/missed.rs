//! What rows of the log tell one reader, of the records as they are now: the same for every engine.

use salala_core::calls::{CallAct, CallEndEvent, CallSide};
use salala_core::ids::{ConversationId, MessageId, ReactionId, UserId};
use salala_core::records::{
    Call, CallEndedBy, CallEnding, Conversation, Message, MessagesRead, Reaction,
};

use crate::StoreError;
use crate::log::{Audience, Event};
use crate::ports::log::{LogReader, LogSpan, MissedEvent};
use crate::replay::{Kind, LogRow, Marks, Step};
use crate::visible::Visible;

/// What one is told by a row, with whose event it is; or nothing.
pub(crate) type Told = Result<Option<(Audience, Event)>, StoreError>;

/// The event of a step, if it tells anything: what it is about may be gone.
pub(crate) fn event_of(step: &Step, told: Told) -> Result<Option<MissedEvent>, StoreError> {
    let (position, settled) = (step.position, step.settled);
    match told {
        Ok(told) => {
            Ok(told.map(|(audience, event)| MissedEvent { position, settled, audience, event }))
        }
        Err(StoreError::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether a row after this position may have been trimmed, where `oldest` is the first that is there.
/// Gaps may make it say so of a position right before the oldest row, where nothing was.
pub(crate) fn is_trimmed(span: LogSpan, oldest: u64) -> bool {
    span.after.saturating_add(1) < oldest
}

/// Why a page cannot be read of which a part was trimmed.
pub(crate) fn trimmed() -> StoreError {
    StoreError::NotFound("this part of the log")
}

/// What happened to a message.
pub(crate) fn message_event(row: &LogRow, message: Message) -> Option<Event> {
    match (row.kind, row.actor_id, &row.emoji) {
        (Kind::MessageCreated, ..) => Some(Event::MessageCreated(message)),
        (Kind::MessageUpdated, ..) => Some(Event::MessageUpdated(message)),
        (Kind::MessageDeleted, ..) => Some(Event::MessageDeleted(message)),
        (Kind::ReactionAdded, Some(user_id), Some(emoji)) => message
            .reactions
            .into_iter()
            .find(|reaction| reaction.user_id == user_id && reaction.emoji == *emoji)
            .map(Event::ReactionAdded),
        (Kind::ReactionRemoved, Some(user_id), Some(emoji)) => {
            Some(Event::ReactionRemoved(Reaction {
                // It is gone; nobody is told its id.
                id: ReactionId::from_bytes([0; 16]),
                message_id: message.id,
                conversation_id: message.conversation_id,
                user_id,
                emoji: emoji.clone(),
                created_at: row.committed_at,
            }))
        }
        _ => None,
    }
}

/// Takes out of a message, for one who went, what may have come to it after that: a text that was
/// changed then, others' reactions, and the present text of what it answers.
pub(crate) fn empty_for_leaver(message: &mut Message, was_edited_since: bool) {
    message.reactions = Vec::new();
    if let Some(reply_to) = &mut message.reply_to {
        reply_to.content = None;
        reply_to.file_url = None;
    }
    if was_edited_since {
        message.content = None;
        message.mentions = Vec::new();
        message.edited_at = None;
    }
}

/// The conversation with no last message that the reader may not see.
pub(crate) fn updated_event(mut conversation: Conversation, visible: &Visible) -> Event {
    conversation.last_message =
        conversation.last_message.filter(|message| visible.contains(message.seq));
    Event::ConversationUpdated {
        conversation: Box::new(conversation),
        added: Vec::new(),
        removed: Vec::new(),
        has_moved_on: false,
    }
}

/// To one who went: the conversation without them, if nothing of it changed since; else that it goes on
/// without them, and no word about it.
pub(crate) fn left_event(
    row: &LogRow,
    mut conversation: Conversation,
    visible: &Visible,
    was_changed_since: bool,
) -> Event {
    conversation.last_seq = visible.newest_up_to(u64::MAX - 1, 1).first().map_or(0, |run| run.1);
    conversation.updated_at = conversation.updated_at.min(row.committed_at);
    if was_changed_since {
        conversation.name = None;
        conversation.avatar = None;
        conversation.participants = Vec::new();
        conversation.blocks = Vec::new();
    }
    updated_event(conversation, visible)
}

/// Was the reader's side of a call on this device, or did it still ring on it?
pub(crate) fn is_call_here(call: &Call, reader: &LogReader) -> bool {
    let device = match call.side_of(reader.user_id) {
        Some(CallSide::Caller) => Some(&call.caller_device),
        Some(CallSide::Callee) => call.callee_device.as_ref(),
        None => return false,
    };
    let here = &reader.device;
    device.is_none_or(|device| {
        device.key == here.key
            || device.session_id.is_some() && device.session_id == here.session_id
    })
}

/// The end of a call.
pub(crate) fn call_ended_event(row: &LogRow, call: Call) -> Event {
    let by = row.actor_id.map(|user_id| CallEndedBy { user_id, act: CallAct::End, device: None });
    Event::CallEnded(Box::new(CallEnding { call, by, event: CallEndEvent::Ended }))
}

/// A message that read marks cover.
pub(crate) struct Marked {
    pub(crate) id: MessageId,
    pub(crate) sender_id: UserId,
    pub(crate) seq: u64,
}

/// Read marks over these messages, which are in `seq` order, if they are for this reader to hear: their
/// own, of a conversation that they view, or of a message of theirs.
pub(crate) fn marks_event(
    marks: &Marks,
    mut found: Vec<Marked>,
    last_read_seq: Option<u64>,
    (reader, visible): (&LogReader, &Visible),
) -> Option<(Audience, Event)> {
    let conversation_id = marks.conversation_id;
    let newest = found.last().map_or(0, |marked| marked.seq);
    found.retain(|marked| visible.contains(marked.seq));
    let is_heard = marks.reader_id == reader.user_id
        || reader.views.contains(&conversation_id)
        || found.iter().any(|marked| marked.sender_id == reader.user_id);
    if !is_heard || found.is_empty() {
        return None;
    }
    let read = MessagesRead {
        conversation_id,
        user_id: marks.reader_id,
        message_ids: found.iter().map(|marked| marked.id).collect(),
        sender_ids: Vec::new(),
        read_at: marks.last_at,
        last_read_seq: last_read_seq.unwrap_or(newest),
    };
    Some((Audience::Conversation(conversation_id), Event::MessagesRead(read)))
}

/// What of a conversation is a user's to see: what former memberships held, and the present one, which
/// began after `joined_seq`.
pub(crate) fn visible_now(past: Vec<(u64, u64)>, joined_seq: Option<u64>) -> Visible {
    let present = joined_seq.map(|joined_seq| (joined_seq, u64::MAX - 1));
    Visible::new(past.into_iter().chain(present))
}

/// The message that a row is about.
pub(crate) fn message_of(row: &LogRow) -> Option<MessageId> {
    row.subject_id.map(MessageId::from_bytes)
}

/// The conversation that a row of a user's own is about.
pub(crate) fn conversation_of(row: &LogRow) -> Option<ConversationId> {
    row.subject_id.map(ConversationId::from_bytes)
}
