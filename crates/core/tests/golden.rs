//! The exact JSON of everything that a client is told: a change here is a change of the contract.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use salala_core::calls::{
    CallAct, CallEndEvent, CallEndReason, CallSide, CallSignalKind, CallState,
};
use salala_core::permissions::Role;
use salala_core::records::{
    Call, CallDevice, CallEndedBy, CallEnding, CallSignal, Conversation, File, FriendRequest,
    FriendRequestStatus, GroupJoined, Membership, Message, MessageRead, MessagesRead,
    OwnConversation, Participant, Reaction, ReplyTo, User, UserBrief,
};
use salala_core::wire::server_events::{
    Counted, Exception, Refusal, Success, TypingUser, UserStatusChanged,
};
use salala_core::wire::shapes::{IceServer, Status};
use salala_core::wire::{Error, ErrorCode, FieldError, ServerEvent, view};
use salala_core::{
    CallId, ConversationId, FriendRequestId, MessageId, ReactionId, Timestamp, UploadId, UserId,
};
use serde::Serialize;
use serde_json::{Value, json};

const ANN: UserId = UserId::from_bytes([0xa; 16]);
const BOB: UserId = UserId::from_bytes([0xb; 16]);
const CONVERSATION: ConversationId = ConversationId::from_bytes([0xc; 16]);
const MESSAGE: MessageId = MessageId::from_bytes([0xd; 16]);
const EARLIER: MessageId = MessageId::from_bytes([0xe; 16]);

const ANN_ID: &str = "0a0a0a0a-0a0a-0a0a-0a0a-0a0a0a0a0a0a";
const BOB_ID: &str = "0b0b0b0b-0b0b-0b0b-0b0b-0b0b0b0b0b0b";
const CONVERSATION_ID: &str = "0c0c0c0c-0c0c-0c0c-0c0c-0c0c0c0c0c0c";
const MESSAGE_ID: &str = "0d0d0d0d-0d0d-0d0d-0d0d-0d0d0d0d0d0d";
const EARLIER_ID: &str = "0e0e0e0e-0e0e-0e0e-0e0e-0e0e0e0e0e0e";
const AT: &str = "2026-11-22T19:43:54.491Z";

fn at() -> Timestamp {
    Timestamp::parse(AT).unwrap()
}

fn ann() -> UserBrief {
    UserBrief {
        id: ANN,
        username: "ann".to_owned(),
        display_name: Some("Ann".to_owned()),
        avatar: None,
        last_seen_at: Some(at()),
    }
}

fn message() -> Message {
    Message {
        id: MESSAGE,
        conversation_id: CONVERSATION,
        seq: 7,
        sender: ann(),
        content: Some("hello @bob".to_owned()),
        file_url: None,
        file: None,
        reply_to: Some(ReplyTo {
            id: EARLIER,
            sender_id: BOB,
            sender_username: "bob".to_owned(),
            content: Some("hi".to_owned()),
            file_url: None,
        }),
        reactions: vec![reaction()],
        mentions: vec![BOB],
        reads: vec![MessageRead { user_id: BOB, read_at: at() }],
        client_message_id: Some("c1".to_owned()),
        created_at: at(),
        edited_at: None,
        deleted_at: None,
    }
}

fn reaction() -> Reaction {
    Reaction {
        id: ReactionId::from_bytes([0xf; 16]),
        message_id: MESSAGE,
        conversation_id: CONVERSATION,
        user_id: BOB,
        emoji: "👍".to_owned(),
        created_at: at(),
    }
}

fn conversation() -> Conversation {
    Conversation {
        id: CONVERSATION,
        name: Some("Team".to_owned()),
        is_group: true,
        avatar: None,
        participants: vec![Participant { user: ann(), role: Role::Owner }],
        blocks: Vec::new(),
        members_version: 3,
        last_message: None,
        last_seq: 7,
        created_at: at(),
        updated_at: at(),
    }
}

fn call() -> Call {
    Call {
        id: CallId::from_bytes([2; 16]),
        conversation_id: CONVERSATION,
        caller: ann(),
        callee: UserBrief { id: BOB, username: "bob".to_owned(), ..ann() },
        has_video: true,
        state: CallState::Missed,
        created_at: at(),
        rings_until: at(),
        answered_at: None,
        ended_at: Some(at()),
        end_reason: Some(CallEndReason::Missed),
        caller_device: CallDevice { key: "device".to_owned(), session_id: None },
        callee_device: None,
    }
}

fn friend_request() -> FriendRequest {
    FriendRequest {
        id: FriendRequestId::from_bytes([0x1; 16]),
        sender: ann(),
        receiver_id: BOB,
        status: FriendRequestStatus::Pending,
        created_at: at(),
    }
}

fn online(_: UserId) -> Status {
    Status::Online
}

fn message_json() -> Value {
    json!({
        "id": MESSAGE_ID, "conversationId": CONVERSATION_ID, "seq": 7, "senderId": ANN_ID,
        "sender": { "id": ANN_ID, "username": "ann", "displayName": "Ann", "avatar": null },
        "content": "hello @bob", "fileUrl": null, "file": null,
        "replyToId": EARLIER_ID,
        "replyTo": {
            "id": EARLIER_ID, "senderId": BOB_ID, "content": "hi", "fileUrl": null,
            "sender": { "username": "bob" },
        },
        "reactions": [reaction_json()], "mentions": [BOB_ID], "clientMessageId": "c1",
        "createdAt": AT, "editedAt": null, "deletedAt": null,
    })
}

fn reaction_json() -> Value {
    json!({
        "id": "0f0f0f0f-0f0f-0f0f-0f0f-0f0f0f0f0f0f", "messageId": MESSAGE_ID,
        "conversationId": CONVERSATION_ID, "userId": BOB_ID, "emoji": "👍", "createdAt": AT,
    })
}

fn summary_json() -> Value {
    json!({
        "id": ANN_ID, "username": "ann", "displayName": "Ann", "avatar": null,
        "status": "online", "lastSeenAt": AT,
    })
}

fn shared_conversation_json() -> Value {
    let mut participant = summary_json();
    participant["role"] = json!("owner");
    json!({
        "id": CONVERSATION_ID, "name": "Team", "isGroup": true, "avatar": null,
        "participantIds": [ANN_ID], "participants": [participant],
        "lastMessageId": null, "lastMessage": null, "lastSeq": 7,
        "createdAt": AT, "updatedAt": AT,
    })
}

fn friend_request_json() -> Value {
    json!({
        "id": "01010101-0101-0101-0101-010101010101", "senderId": ANN_ID, "receiverId": BOB_ID,
        "status": "PENDING", "createdAt": AT,
    })
}

fn assert_json(value: &impl Serialize, expected: &Value) {
    assert_eq!(&serde_json::to_value(value).unwrap(), expected);
}

fn with(mut value: Value, extra: &Value) -> Value {
    for (name, field) in extra.as_object().unwrap() {
        value[name] = field.clone();
    }
    value
}

#[test]
fn every_event_has_its_name_and_payload() {
    let typing = TypingUser { user_id: ANN, conversation_id: CONVERSATION };
    let typing_json = json!({ "userId": ANN_ID, "conversationId": CONVERSATION_ID });
    let read = MessagesRead {
        conversation_id: CONVERSATION,
        user_id: BOB,
        message_ids: vec![MESSAGE],
        sender_ids: vec![ANN],
        read_at: at(),
        last_read_seq: 7,
    };
    let status =
        UserStatusChanged { user_id: ANN, status: Status::Offline, last_seen_at: Some(at()) };
    let joined =
        GroupJoined { conversation_id: CONVERSATION, group_name: "Team".to_owned(), actor: ann() };
    let request = view::friend_request(&friend_request());
    let request_with_sender = view::friend_request_with_sender(friend_request(), &online);
    let cases = [
        (ServerEvent::NewMessage(view::message(message(), &Links)), "newMessage", message_json()),
        (
            ServerEvent::MessageUpdated(view::message(message(), &Links)),
            "messageUpdated",
            message_json(),
        ),
        (
            ServerEvent::MessageDeleted(view::message(message(), &Links)),
            "messageDeleted",
            message_json(),
        ),
        (
            ServerEvent::ReactionAdded(view::reaction(reaction())),
            "message:reaction:add",
            reaction_json(),
        ),
        (
            ServerEvent::ReactionRemoved(view::reaction_removed(reaction())),
            "message:reaction:remove",
            json!({
                "messageId": MESSAGE_ID, "conversationId": CONVERSATION_ID, "userId": BOB_ID,
                "emoji": "👍",
            }),
        ),
        (ServerEvent::JoinedRoom(CONVERSATION), "joinedRoom", json!(CONVERSATION_ID)),
        (ServerEvent::UserTyping(typing), "userTyping", typing_json.clone()),
        (ServerEvent::UserStopTyping(typing), "userStopTyping", typing_json),
        (
            ServerEvent::MessagesRead(view::messages_read(read)),
            "messagesRead",
            json!({
                "messageIds": [MESSAGE_ID], "userId": BOB_ID, "readAt": AT,
                "conversationId": CONVERSATION_ID, "lastReadSeq": 7,
            }),
        ),
        (
            ServerEvent::UserStatusChanged(status),
            "userStatusChanged",
            json!({ "userId": ANN_ID, "status": "offline", "lastSeenAt": AT }),
        ),
        (
            ServerEvent::NewFriendRequest(request_with_sender),
            "newFriendRequest",
            with(friend_request_json(), &json!({ "sender": summary_json() })),
        ),
        (ServerEvent::FriendRequestUpdated(request), "friendRequestUpdated", friend_request_json()),
        (
            ServerEvent::NewGroup(BOB, view::new_group(joined)),
            "user:0b0b0b0b-0b0b-0b0b-0b0b-0b0b0b0b0b0b:newGroup",
            json!({
                "groupId": CONVERSATION_ID, "groupName": "Team",
                "message": "Ann added you to Team",
            }),
        ),
        (
            ServerEvent::ConversationUpdated(view::shared_conversation(
                conversation(),
                None,
                &online,
                &Links,
            )),
            "conversationUpdated",
            shared_conversation_json(),
        ),
    ];
    for (event, name, payload) in cases {
        assert_eq!(event.name(), name);
        assert_json(&event, &payload);
    }
}

#[test]
fn every_event_of_calls_has_its_name_and_payload() {
    let id = "02020202-0202-0202-0202-020202020202";
    let ice = IceServer { urls: vec!["stun:a".to_owned()], username: None, credential: None };
    let signal = |kind| {
        let body = r#"{"sdp":[1]}"#.to_owned();
        let (call_id, from) = (call().id, ANN);
        view::call_signal(CallSignal { call_id, number: 1, from, to_device: None, kind, body })
            .unwrap()
    };
    let signal_json = |name: &str| json!({ "from": ANN_ID, "callId": id, name: { "sdp": [1] } });
    let ending = |event| CallEnding { call: call(), event, by: None };
    let over_json = |from| json!({ "from": from, "callId": id, "reason": "missed" });
    let rejected = view::call_over(&ending(CallEndEvent::Rejected), CallSide::Caller);
    let cancelled = view::call_over(&ending(CallEndEvent::Cancelled), CallSide::Callee);
    let ended = view::call_over(&ending(CallEndEvent::Ended), CallSide::Callee);
    let by = CallEndedBy { user_id: BOB, act: CallAct::End, device: None };
    let hung_up = CallEnding { by: Some(by), ..ending(CallEndEvent::Ended) };
    let cases = [
        (
            view::call_incoming(&call(), vec![ice]),
            "call:incoming",
            json!({
                "callId": id, "callerId": ANN_ID, "callerName": "Ann", "callerAvatar": null,
                "conversationId": CONVERSATION_ID, "hasVideo": true,
                "iceServers": [{ "urls": ["stun:a"] }], "expiresAt": AT,
            }),
        ),
        (signal(CallSignalKind::Offer), "call:offer", signal_json("offer")),
        (signal(CallSignalKind::Answer), "call:answer", signal_json("answer")),
        (signal(CallSignalKind::Candidate), "call:ice-candidate", signal_json("candidate")),
        // What happened by itself comes from the other party.
        (rejected, "call:rejected", over_json(BOB_ID)),
        (cancelled, "call:cancelled", over_json(ANN_ID)),
        (ended, "call:ended", over_json(ANN_ID)),
        (view::call_end(&hung_up, CallSide::Caller), "call:end", over_json(BOB_ID)),
        (
            view::call_answered_elsewhere(&call()),
            "call:ended",
            json!({ "from": BOB_ID, "callId": id, "reason": "answered_elsewhere" }),
        ),
    ];
    for (event, name, payload) in cases {
        assert_eq!(event.name(), name);
        assert_json(&event, &payload);
    }
}

#[test]
fn a_call_in_a_history_is_seen_from_ones_own_side() {
    let shown = json!({
        "id": "02020202-0202-0202-0202-020202020202", "conversationId": CONVERSATION_ID,
        "callerId": ANN_ID, "calleeId": BOB_ID, "direction": "incoming", "hasVideo": true,
        "state": "missed", "missed": true, "reason": "missed", "createdAt": AT,
        "answeredAt": null, "endedAt": AT, "durationMs": null, "peer": summary_json(),
    });
    assert_json(&view::call(call(), BOB, &online), &shown);
    let outgoing = serde_json::to_value(view::call(call(), ANN, &online)).unwrap();
    assert_eq!(outgoing["direction"], "outgoing");
    assert_eq!(outgoing["missed"], false);
    assert_eq!(outgoing["peer"]["id"], BOB_ID);
    let talked = Call { state: CallState::Ended, answered_at: Some(at()), ..call() };
    let talked = serde_json::to_value(view::call(talked, BOB, &online)).unwrap();
    assert_eq!(talked["durationMs"], 0);
    assert_eq!(talked["missed"], false);
}

/// URLs without the right to read what is behind them.
struct Links;

impl view::FileLinks for Links {
    fn file_url(&self, id: UploadId) -> String {
        format!("/file/{id}")
    }

    fn thumbnail_url(&self, id: UploadId) -> String {
        format!("/thumbnail/{id}")
    }
}

#[test]
fn a_file_is_told_with_what_applies_to_its_kind() {
    let id = UploadId::from_bytes([0xf; 16]);
    let upload = "0f0f0f0f-0f0f-0f0f-0f0f-0f0f0f0f0f0f";
    let bare = File {
        id,
        name: "a.txt".to_owned(),
        mime_type: "text/plain".to_owned(),
        size: 5,
        width: None,
        height: None,
        duration_ms: None,
        has_thumbnail: false,
        blurhash: None,
        peaks: None,
    };
    let with_file = |file: File| Message {
        file_url: Some(File::stored_url(id)),
        file: Some(file),
        ..message()
    };
    let shown = serde_json::to_value(view::message(with_file(bare.clone()), &Links)).unwrap();
    assert_eq!(shown["fileUrl"], format!("/file/{upload}"));
    assert_eq!(shown["file"], json!({ "name": "a.txt", "mimeType": "text/plain", "size": 5 }));
    let full = File {
        width: Some(3),
        height: Some(2),
        duration_ms: Some(1500),
        has_thumbnail: true,
        blurhash: Some("L".to_owned()),
        peaks: Some(vec![0, 7, 100]),
        ..bare
    };
    let shown = serde_json::to_value(view::message(with_file(full), &Links)).unwrap();
    assert_eq!(
        shown["file"],
        json!({
            "name": "a.txt", "mimeType": "text/plain", "size": 5, "width": 3, "height": 2,
            "durationMs": 1500, "thumbnailUrl": format!("/thumbnail/{upload}"), "blurhash": "L",
            "peaks": [0.0, 0.07, 1.0],
        })
    );
    let mut answered = message();
    if let Some(reply_to) = &mut answered.reply_to {
        reply_to.file_url = Some(File::stored_url(id));
    }
    let shown = serde_json::to_value(view::message(answered, &Links)).unwrap();
    assert_eq!(shown["replyTo"]["fileUrl"], format!("/file/{upload}"));
}

#[test]
fn reads_are_shown_in_history_alone() {
    let reads = json!({ "reads": [{ "userId": BOB_ID, "readAt": AT }] });
    assert_json(&view::history_message(message(), &Links), &with(message_json(), &reads));
    assert_json(&view::message(message(), &Links), &message_json());
}

#[test]
fn a_conversation_adds_what_is_its_readers_own() {
    let membership = Membership {
        role: Role::Admin,
        joined_seq: 2,
        last_read_seq: 5,
        unread_count: 2,
        muted_until: None,
        pinned_at: Some(at()),
        archived_at: None,
        marked_unread: false,
    };
    let own = OwnConversation { conversation: conversation(), membership };
    let expected = json!({
        "lastReadSeq": 5, "unreadCount": 2, "role": "admin", "mutedUntil": null,
        "pinnedAt": AT, "archivedAt": null, "markedUnread": false,
    });
    assert_json(
        &view::conversation(own, BOB, &online, &Links),
        &with(shared_conversation_json(), &expected),
    );
}

#[test]
fn who_is_blocked_is_offline_and_was_never_seen() {
    let seen = |viewer, blocks| {
        let record = Conversation { blocks, ..conversation() };
        let shape = view::shared_conversation(record, viewer, &online, &Links);
        let shape = serde_json::to_value(shape).unwrap();
        let participant = &shape["participants"][0];
        (participant["status"].clone(), participant["lastSeenAt"].is_null())
    };
    let shown = (json!("online"), ann().last_seen_at.is_none());
    let hidden = (json!("offline"), true);
    for blocks in [vec![(ann().id, BOB)], vec![(BOB, ann().id)]] {
        assert_eq!(seen(Some(BOB), blocks.clone()), hidden);
        assert_eq!(seen(Some(UserId::from_bytes([9; 16])), blocks.clone()), shown);
        assert_eq!(seen(None, blocks), shown);
    }
    assert_eq!(seen(Some(BOB), Vec::new()), shown);
}

#[test]
fn what_is_private_is_shown_to_oneself_alone() {
    let user = User {
        brief: ann(),
        email: "ann@example.org".to_owned(),
        bio: None,
        phone_number: Some("+84".to_owned()),
        date_of_birth: None,
        created_at: at(),
    };
    let public = with(summary_json(), &json!({ "bio": null, "createdAt": AT }));
    assert_json(&view::user(user.clone(), &online), &public);
    let private = json!({ "email": "ann@example.org", "phoneNumber": "+84", "dateOfBirth": null });
    assert_json(&view::me(user, &online), &with(public, &private));
}

#[test]
fn a_refusal_says_why_and_what_it_refuses() {
    let error = Error::invalid(vec![FieldError {
        path: "content".to_owned(),
        message: "must not be blank".to_owned(),
    }]);
    let data = serde_json::value::to_raw_value(&json!({ "a": [1] })).unwrap();
    assert_json(
        &Exception::new(&error, "sendMessage", Some(&data)),
        &json!({
            "status": "error", "code": "invalid_payload",
            "message": "the request does not fit; see `errors`",
            "errors": [{ "path": "content", "message": "must not be blank" }],
            "cause": { "pattern": "sendMessage", "data": { "a": [1] } },
        }),
    );
    let limited =
        Error { retry_after_ms: Some(500), ..Error::new(ErrorCode::RateLimited, "too often") };
    assert_json(
        &Refusal::new(&limited),
        &json!({
            "status": "error", "code": "rate_limited", "message": "too often", "retryAfterMs": 500,
        }),
    );
    let under_way =
        Error { call_id: Some(call().id), ..Error::new(ErrorCode::Conflict, "it rings") };
    assert_json(
        &Refusal::new(&under_way),
        &json!({
            "status": "error", "code": "conflict", "message": "it rings",
            "callId": "02020202-0202-0202-0202-020202020202",
        }),
    );
    assert_json(&Success::plain(), &json!({ "success": true }));
    assert_json(&Counted::new(3), &json!({ "success": true, "count": 3 }));
}
