//! From records to shapes: the one place that decides what of a record a client may see.

pub mod export;
mod files;
mod push;

use std::collections::HashSet;

pub use self::push::{device, push_log_entry, settings};
use super::ServerEvent;
use super::server_events::{
    CallAnswer, CallIceCandidate, CallIncoming, CallOffer, CallOver, MessagesRead, NewGroup,
    ReactionRemoved,
};
use super::shapes;
use serde_json::value::RawValue;

use crate::calls::{CallEndEvent, CallEndReason, CallSide, CallSignalKind};
use crate::ids::{SessionId, UserId};
use crate::records;
use crate::search::SearchQuery;

/// Who is connected, as far as this view needs it.
pub trait StatusSource {
    /// Is this user connected on any device?
    fn status(&self, user_id: UserId) -> shapes::Status;

    /// May whoever is shown this know when the user comes and goes?
    fn is_shown(&self, _user_id: UserId) -> bool {
        true
    }
}

impl<F: Fn(UserId) -> shapes::Status> StatusSource for F {
    fn status(&self, user_id: UserId) -> shapes::Status {
        self(user_id)
    }
}

/// Statuses as one user may see them: those between whom and that user a block stands are offline,
/// and were never seen.
pub struct Unblocked<'a, S> {
    /// Who is connected.
    pub statuses: &'a S,
    /// The others of the blocks, whoever made them.
    pub blocked: &'a HashSet<UserId>,
}

impl<S: StatusSource> StatusSource for Unblocked<'_, S> {
    fn status(&self, user_id: UserId) -> shapes::Status {
        if self.is_shown(user_id) { self.statuses.status(user_id) } else { shapes::Status::Offline }
    }

    fn is_shown(&self, user_id: UserId) -> bool {
        !self.blocked.contains(&user_id) && self.statuses.is_shown(user_id)
    }
}

pub use files::{FileLinks, uploaded};

/// What is shown of who wrote a message.
pub fn sender(record: records::UserBrief) -> shapes::Sender {
    shapes::Sender {
        id: record.id,
        username: record.username,
        display_name: record.display_name,
        avatar: record.avatar,
    }
}

/// A message outside history: without `reads`.
pub fn message(record: records::Message, links: &dyn FileLinks) -> shapes::Message {
    let sender_id = record.sender.id;
    shapes::Message {
        id: record.id,
        conversation_id: record.conversation_id,
        seq: record.seq,
        sender_id,
        sender: sender(record.sender),
        content: record.content,
        file_url: record.file_url.map(|url| files::shown_url(url, links)),
        file: record.file.map(|file| files::file(file, links)),
        reply_to_id: record.reply_to.as_ref().map(|reply_to| reply_to.id),
        reply_to: record.reply_to.map(|reply_to| shapes::ReplyTo {
            id: reply_to.id,
            sender_id: reply_to.sender_id,
            content: reply_to.content,
            file_url: reply_to.file_url.map(|url| files::shown_url(url, links)),
            sender: shapes::ReplyToSender { username: reply_to.sender_username },
        }),
        reactions: record.reactions.into_iter().map(reaction).collect(),
        mentions: record.mentions,
        reads: None,
        client_message_id: record.client_message_id,
        created_at: record.created_at,
        edited_at: record.edited_at,
        deleted_at: record.deleted_at,
    }
}

/// A message of history: with `reads`.
pub fn history_message(mut record: records::Message, links: &dyn FileLinks) -> shapes::Message {
    let reads = std::mem::take(&mut record.reads);
    let reads = reads
        .into_iter()
        .map(|read| shapes::MessageRead { user_id: read.user_id, read_at: read.read_at })
        .collect();
    shapes::Message { reads: Some(reads), ..message(record, links) }
}

/// A message that was found by a query.
pub fn message_hit(
    record: records::Message,
    query: &SearchQuery,
    links: &dyn FileLinks,
) -> shapes::MessageHit {
    let snippet = query.snippet(record.content.as_deref().unwrap_or_default());
    shapes::MessageHit {
        message: message(record, links),
        snippet: snippet.text,
        highlights: snippet.highlights,
    }
}

/// A reaction.
pub fn reaction(record: records::Reaction) -> shapes::Reaction {
    shapes::Reaction {
        id: record.id,
        message_id: record.message_id,
        conversation_id: record.conversation_id,
        user_id: record.user_id,
        emoji: record.emoji,
        created_at: record.created_at,
    }
}

/// A reaction that was taken back.
pub fn reaction_removed(record: records::Reaction) -> ReactionRemoved {
    ReactionRemoved {
        message_id: record.message_id,
        conversation_id: record.conversation_id,
        user_id: record.user_id,
        emoji: record.emoji,
    }
}

/// A user in a list.
pub fn user_summary(
    record: records::UserBrief,
    statuses: &impl StatusSource,
) -> shapes::UserSummary {
    shapes::UserSummary {
        status: statuses.status(record.id),
        last_seen_at: record.last_seen_at.filter(|_| statuses.is_shown(record.id)),
        id: record.id,
        username: record.username,
        display_name: record.display_name,
        avatar: record.avatar,
    }
}

/// A user as others see them.
pub fn user(record: records::User, statuses: &impl StatusSource) -> shapes::User {
    shapes::User {
        summary: user_summary(record.brief, statuses),
        bio: record.bio,
        created_at: record.created_at,
    }
}

/// A user as they see themselves.
pub fn me(record: records::User, statuses: &impl StatusSource) -> shapes::Me {
    shapes::Me {
        email: record.email.clone(),
        phone_number: record.phone_number.clone(),
        date_of_birth: record.date_of_birth.clone(),
        user: user(record, statuses),
    }
}

/// A conversation as every member sees it; for a viewer who is one of its `blocks`, without the comings
/// and goings of the others of those.
pub fn shared_conversation(
    record: records::Conversation,
    viewer: Option<UserId>,
    statuses: &impl StatusSource,
    links: &dyn FileLinks,
) -> shapes::SharedConversation {
    let blocked: HashSet<UserId> = (record.blocks.iter())
        .flat_map(|&(one, other)| [(one, other), (other, one)])
        .filter(|(one, _)| viewer == Some(*one))
        .map(|(_, other)| other)
        .collect();
    let statuses = &Unblocked { statuses, blocked: &blocked };
    let participants: Vec<_> = record
        .participants
        .into_iter()
        .map(|participant| shapes::Participant {
            role: participant.role,
            user: user_summary(participant.user, statuses),
        })
        .collect();
    shapes::SharedConversation {
        id: record.id,
        name: record.name,
        is_group: record.is_group,
        avatar: record.avatar,
        participant_ids: participants.iter().map(|participant| participant.user.id).collect(),
        participants,
        last_message_id: record.last_message.as_ref().map(|message| message.id),
        last_message: record.last_message.map(|last| message(last, links)),
        last_seq: record.last_seq,
        created_at: record.created_at,
        updated_at: record.updated_at,
    }
}

/// A conversation as one of its members sees it.
pub fn conversation(
    record: records::OwnConversation,
    viewer: UserId,
    statuses: &impl StatusSource,
    links: &dyn FileLinks,
) -> shapes::Conversation {
    let membership = record.membership;
    shapes::Conversation {
        shared: shared_conversation(record.conversation, Some(viewer), statuses, links),
        last_read_seq: membership.last_read_seq,
        unread_count: membership.unread_count,
        role: membership.role,
        muted_until: membership.muted_until,
        pinned_at: membership.pinned_at,
        archived_at: membership.archived_at,
        marked_unread: membership.marked_unread,
    }
}

/// A friend request.
pub fn friend_request(record: &records::FriendRequest) -> shapes::FriendRequest {
    shapes::FriendRequest {
        id: record.id,
        sender_id: record.sender.id,
        receiver_id: record.receiver_id,
        status: match record.status {
            records::FriendRequestStatus::Pending => shapes::FriendRequestStatus::Pending,
            records::FriendRequestStatus::Accepted => shapes::FriendRequestStatus::Accepted,
            records::FriendRequestStatus::Rejected => shapes::FriendRequestStatus::Rejected,
            records::FriendRequestStatus::Cancelled => shapes::FriendRequestStatus::Cancelled,
        },
        created_at: record.created_at,
    }
}

/// A friend request as its receiver sees it.
pub fn friend_request_with_sender(
    record: records::FriendRequest,
    statuses: &impl StatusSource,
) -> shapes::FriendRequestWithSender {
    shapes::FriendRequestWithSender {
        request: friend_request(&record),
        sender: user_summary(record.sender, statuses),
    }
}

/// A session, beside the one that asks.
pub fn session(record: records::Session, current: Option<SessionId>) -> shapes::Session {
    shapes::Session {
        current: current == Some(record.id),
        id: record.id,
        user_agent: record.user_agent,
        ip: record.address,
        created_at: record.created_at,
        last_used_at: record.last_used_at,
        expires_at: record.expires_at,
    }
}

/// Marks of a reader.
pub fn messages_read(record: records::MessagesRead) -> MessagesRead {
    MessagesRead {
        message_ids: record.message_ids,
        user_id: record.user_id,
        read_at: record.read_at,
        conversation_id: record.conversation_id,
        last_read_seq: record.last_read_seq,
    }
}

/// The news that a user was brought into a group.
pub fn new_group(record: records::GroupJoined) -> NewGroup {
    NewGroup {
        message: format!("{} added you to {}", record.actor.name(), record.group_name),
        group_id: record.conversation_id,
        group_name: record.group_name,
    }
}

/// A call that rings, as its callee hears of it.
pub fn call_incoming(record: &records::Call, ice_servers: Vec<shapes::IceServer>) -> ServerEvent {
    ServerEvent::CallIncoming(CallIncoming {
        call_id: record.id,
        caller_id: record.caller.id,
        caller_name: record.caller.name().to_owned(),
        caller_avatar: record.caller.avatar.clone(),
        conversation_id: record.conversation_id,
        has_video: record.has_video,
        ice_servers,
        expires_at: record.rings_until,
    })
}

/// What a party of a call handed the other; `None` for a body that is no JSON.
pub fn call_signal(record: records::CallSignal) -> Option<ServerEvent> {
    let body = RawValue::from_string(record.body).ok()?;
    let (from, call_id) = (record.from, record.call_id);
    Some(match record.kind {
        CallSignalKind::Offer => ServerEvent::CallOffer(CallOffer { from, call_id, offer: body }),
        CallSignalKind::Answer => {
            ServerEvent::CallAnswer(CallAnswer { from, call_id, answer: body })
        }
        CallSignalKind::Candidate => {
            ServerEvent::CallIceCandidate(CallIceCandidate { from, call_id, candidate: body })
        }
    })
}

/// The end of a call, as one of its parties hears of it.
pub fn call_over(record: &records::CallEnding, hearer: CallSide) -> ServerEvent {
    let over = call_over_payload(record, hearer);
    match record.event {
        CallEndEvent::Rejected => ServerEvent::CallRejected(over),
        CallEndEvent::Cancelled => ServerEvent::CallCancelled(over),
        CallEndEvent::Ended => ServerEvent::CallEnded(over),
    }
}

/// The same as the `call:end` of the one who hung up.
pub fn call_end(record: &records::CallEnding, hearer: CallSide) -> ServerEvent {
    ServerEvent::CallEnd(call_over_payload(record, hearer))
}

/// That a call was answered, as the callee's other devices hear of it.
pub fn call_answered_elsewhere(record: &records::Call) -> ServerEvent {
    ServerEvent::CallEnded(CallOver {
        from: record.callee.id,
        call_id: record.id,
        reason: "answered_elsewhere",
    })
}

/// A call in the history of one of its parties.
pub fn call(record: records::Call, viewer: UserId, statuses: &impl StatusSource) -> shapes::Call {
    let is_outgoing = record.caller.id == viewer;
    let talked = record.answered_at.zip(record.ended_at);
    shapes::Call {
        id: record.id,
        conversation_id: record.conversation_id,
        caller_id: record.caller.id,
        callee_id: record.callee.id,
        direction: if is_outgoing { "outgoing" } else { "incoming" },
        has_video: record.has_video,
        state: record.state.as_str(),
        missed: !is_outgoing && record.state.is_missed_by_callee(),
        reason: record.end_reason.map(CallEndReason::as_str),
        created_at: record.created_at,
        answered_at: record.answered_at,
        ended_at: record.ended_at,
        duration_ms: talked.map(|(answered_at, ended_at)| {
            u64::try_from(ended_at.since(answered_at).as_millis()).unwrap_or(u64::MAX)
        }),
        peer: user_summary(if is_outgoing { record.callee } else { record.caller }, statuses),
    }
}

fn call_over_payload(record: &records::CallEnding, hearer: CallSide) -> CallOver {
    let call = &record.call;
    let other_id = call.party(hearer.other()).id;
    CallOver {
        from: record.by.as_ref().map_or(other_id, |by| by.user_id),
        call_id: call.id,
        // A call that is over has a reason.
        reason: call.end_reason.unwrap_or(CallEndReason::Ended).as_str(),
    }
}
