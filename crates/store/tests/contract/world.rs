//! People and conversations for the bodies, and short ways to write what they do.

use std::collections::BTreeSet;

use salala_core::ids::{ConversationId, FriendRequestId, MessageId, ReactionId, SessionId, UserId};
use salala_core::records::{Message, OwnConversation};
use salala_core::{SystemRandom, Timestamp};
use salala_store::log::{CommitFeed, Committed, Event};
use salala_store::ports::conversations::{Contacts, NewGroup};
use salala_store::ports::messages::{NewMessage, Sent};
use salala_store::ports::sessions::NewSession;
use salala_store::ports::users::NewUser;
use salala_store::{Pending, Store, StoreError};

/// What is kept of everybody's password.
pub(crate) const PASSWORD_HASH: &str = "$argon2id$";

/// A moment, some milliseconds into the story.
pub(crate) fn at(ms: i64) -> Timestamp {
    Timestamp::from_unix_ms(1_795_000_000_000 + ms)
}

macro_rules! makes_ids {
    ($($function:ident: $id:ident),+) => {
        $(pub(crate) fn $function() -> $id {
            $id::generate(at(0), &SystemRandom)
        })+
    };
}

makes_ids!(
    new_user_id: UserId,
    new_session_id: SessionId,
    new_conversation_id: ConversationId,
    new_message_id: MessageId,
    new_reaction_id: ReactionId,
    new_request_id: FriendRequestId
);

pub(crate) fn user_named(name: &str) -> NewUser {
    NewUser {
        id: new_user_id(),
        username: name.to_owned(),
        email: format!("{name}@example.org"),
        password_hash: PASSWORD_HASH.to_owned(),
        display_name: None,
        created_at: at(0),
    }
}

pub(crate) async fn add_user(store: &dyn Store, name: &str) -> UserId {
    store.create_user(user_named(name), None).await.unwrap().brief.id
}

/// Anna, Berta and Carl.
pub(crate) async fn three_users(store: &dyn Store) -> [UserId; 3] {
    [add_user(store, "anna").await, add_user(store, "berta").await, add_user(store, "carl").await]
}

pub(crate) fn session_of(user_id: UserId, refresh_hash: [u8; 32]) -> NewSession {
    NewSession {
        id: new_session_id(),
        user_id,
        refresh_hash,
        user_agent: Some("test".to_owned()),
        address: Some("192.0.2.1".to_owned()),
        created_at: at(0),
        expires_at: at(1000),
    }
}

pub(crate) async fn befriend(store: &dyn Store, one: UserId, other: UserId) {
    let request = store.create_friend_request(new_request_id(), one, other, at(1)).await.unwrap();
    store.accept_friend_request(other, request.id, new_conversation_id(), at(2)).await.unwrap();
}

pub(crate) async fn direct(store: &dyn Store, one: UserId, other: UserId) -> ConversationId {
    let opened =
        store.open_direct(new_conversation_id(), one, other, Contacts::Everyone, at(1)).await;
    opened.unwrap().0.conversation.id
}

pub(crate) async fn group(store: &dyn Store, owner: UserId, others: &[UserId]) -> ConversationId {
    make_group(store, owner, others).await.unwrap().conversation.id
}

pub(crate) fn make_group(
    store: &dyn Store,
    owner_id: UserId,
    others: &[UserId],
) -> Pending<OwnConversation> {
    let group = NewGroup {
        id: new_conversation_id(),
        name: "Choir".to_owned(),
        owner_id,
        participant_ids: others.to_vec(),
        created_at: at(1),
    };
    store.create_group(group, Contacts::Everyone)
}

pub(crate) fn draft(conversation_id: ConversationId, sender_id: UserId, text: &str) -> NewMessage {
    NewMessage {
        id: new_message_id(),
        conversation_id,
        sender_id,
        content: Some(text.to_owned()),
        file_url: None,
        reply_to_id: None,
        client_message_id: None,
        created_at: at(10),
    }
}

pub(crate) fn send(
    store: &dyn Store,
    conversation_id: ConversationId,
    sender_id: UserId,
    text: &str,
) -> Pending<Sent> {
    store.send_message(draft(conversation_id, sender_id, text))
}

/// Sends as many, one after the other.
pub(crate) async fn send_many(
    store: &dyn Store,
    conversation_id: ConversationId,
    sender_id: UserId,
    count: usize,
) -> Vec<Message> {
    let pending: Vec<_> = (0..count)
        .map(|number| send(store, conversation_id, sender_id, &format!("{number}")))
        .collect();
    let mut messages = Vec::new();
    for sent in pending {
        messages.push(sent.await.unwrap().message);
    }
    messages
}

pub(crate) fn is_forbidden<T>(outcome: &Result<T, StoreError>) -> bool {
    matches!(outcome, Err(StoreError::Forbidden(_)))
}

pub(crate) fn is_not_found<T>(outcome: &Result<T, StoreError>) -> bool {
    matches!(outcome, Err(StoreError::NotFound(_)))
}

pub(crate) fn is_invalid<T>(outcome: &Result<T, StoreError>, name: &str) -> bool {
    matches!(outcome, Err(StoreError::Invalid { field, .. }) if *field == name)
}

/// The commit feed. What a resolved write left is in it already.
pub(crate) struct Feed(CommitFeed);

impl Feed {
    pub(crate) fn of(store: &dyn Store) -> Self {
        Self(store.take_commit_feed().unwrap())
    }

    /// All since the last time.
    pub(crate) fn take(&mut self) -> Vec<Committed> {
        let mut events = Vec::new();
        while let Ok(mut commits) = self.0.try_recv() {
            events.append(&mut commits.events);
        }
        events
    }

    /// The kinds of all since the last time.
    pub(crate) fn kinds(&mut self) -> Vec<&'static str> {
        self.take().iter().map(|committed| kind(&committed.event)).collect()
    }

    /// For each since the last time, the users from whom its message is hidden.
    pub(crate) fn hidden_from(&mut self) -> Vec<BTreeSet<UserId>> {
        let events = self.take().into_iter();
        events.map(|committed| committed.hidden_from.into_iter().collect()).collect()
    }

    /// The only one since the last time.
    pub(crate) fn one(&mut self) -> Event {
        let mut events = self.take();
        assert_eq!(events.len(), 1, "{events:?}");
        events.remove(0).event
    }
}

pub(crate) fn kind(event: &Event) -> &'static str {
    match event {
        Event::MessageCreated(_) => "created",
        Event::MessageUpdated(_) => "updated",
        Event::MessageDeleted(_) => "deleted",
        Event::ReactionAdded(_) => "reacted",
        Event::ReactionRemoved(_) => "unreacted",
        Event::MessagesRead(_) => "read",
        Event::ConversationUpdated { .. } => "conversation",
        Event::FriendRequestCreated(_) => "asked",
        Event::FriendRequestUpdated(_) => "answered",
        Event::GroupJoined(_) => "joined",
        Event::BlockChanged { .. } => "block",
        Event::UserErased(_) => "erased",
        Event::CallRinging(_) => "ringing",
        Event::CallSignalled(_) => "signalled",
        Event::CallAnswered(_) => "answered call",
        Event::CallEnded(_) => "ended",
    }
}
