//! Uses every method of a store, so that every statement of its engine is executed.

mod pushes;

use salala_core::calls::{CallAct, CallSignalKind, RETURN_WITHIN};
use salala_core::ids::{
    BlobId, CallId, ConversationId, FriendRequestId, MessageId, ReactionId, SessionId, UploadId,
    UserId,
};
use salala_core::permissions::Role;
use salala_core::records::{Blob, CallDevice, File};
use salala_core::search::SearchQuery;
use salala_core::{SystemRandom, Timestamp};

use self::pushes::{use_devices, use_pushes};
use crate::Store;
use crate::ports::calls::{CallParty, CallWith, NewCall};
use crate::ports::conversations::{Contacts, ConversationChanges, ConversationCursor, NewGroup};
use crate::ports::exports::ExportPlace;
use crate::ports::log::{LogReader, LogSpan};
use crate::ports::messages::{HistoryRange, NewMessage};
use crate::ports::sessions::NewSession;
use crate::ports::uploads::NewUpload;
use crate::ports::users::{NewUser, ProfileChanges};
use crate::ports::views::RecoveryId;

/// Uses an empty store.
pub(crate) async fn use_everything(store: &dyn Store) {
    let users = use_accounts(store).await;
    let id = use_conversations(store, users).await;
    use_devices(store, users).await;
    use_messages(store, users, id).await;
    use_uploads(store, users, id).await;
    let start = store.newest_position().await.unwrap();
    use_calls(store, users, id).await;
    use_pushes(store, users, id).await;
    use_log(store, users, id, start).await;
    erase(store, users, id).await;
}

fn now() -> Timestamp {
    Timestamp::from_unix_ms(1_795_000_000_000)
}

async fn add_user(store: &dyn Store, name: &str) -> UserId {
    let new = NewUser {
        id: UserId::generate(now(), &SystemRandom),
        username: name.to_owned(),
        email: format!("{name}@example.org"),
        password_hash: String::new(),
        display_name: None,
        created_at: now(),
    };
    store.create_user(new, None).await.unwrap().brief.id
}

fn draft(conversation_id: ConversationId, sender_id: UserId) -> NewMessage {
    NewMessage {
        id: MessageId::generate(now(), &SystemRandom),
        conversation_id,
        sender_id,
        content: Some("hello @berta".to_owned()),
        file_url: Some("https://example.org/f".to_owned()),
        reply_to_id: None,
        client_message_id: Some("1".to_owned()),
        created_at: now(),
    }
}

/// People and their sessions.
async fn use_accounts(store: &dyn Store) -> [UserId; 3] {
    let anna = add_user(store, "anna").await;
    let users = [anna, add_user(store, "berta").await, add_user(store, "carl").await];
    let session = NewSession {
        id: SessionId::generate(now(), &SystemRandom),
        user_id: anna,
        refresh_hash: [1; 32],
        user_agent: None,
        address: None,
        created_at: now(),
        expires_at: Timestamp::from_unix_ms(now().unix_ms() + 1),
    };
    let id = session.id;
    store.create_session(session, String::new()).await.unwrap();
    for _ in 0..2 {
        store.rotate_refresh([1; 32], [2; 32], now(), now(), None).await.unwrap();
    }
    store.sessions(anna, now()).await.unwrap();
    store.access(anna, Some(id)).await.unwrap();
    store.user(anna).await.unwrap();
    store.credentials(anna).await.unwrap();
    store.credentials_by_login("anna".to_owned()).await.unwrap();
    store.update_profile(anna, ProfileChanges::default()).await.unwrap();
    store.set_last_seen(anna, now()).await.unwrap();
    store.search_users(anna, "b".to_owned(), 9).await.unwrap();
    store.set_password(anna, String::new(), Some(String::new()), None, now()).await.unwrap();
    store.set_disabled(anna, false, now()).await.unwrap();
    drop(store.revoke_session(anna, id, now()).await);
    store.forget_sessions(now(), 9).await.unwrap();
    store.count_users().await.unwrap();
    store.check().await.unwrap();
    users
}

/// Friends, and groups that people come to and leave; gives one to write in.
async fn use_conversations(store: &dyn Store, [anna, berta, carl]: [UserId; 3]) -> ConversationId {
    for answer in 0..3 {
        let id = FriendRequestId::generate(now(), &SystemRandom);
        store.create_friend_request(id, anna, berta, now()).await.unwrap();
        store.pending_friend_requests(berta).await.unwrap();
        let talk = ConversationId::generate(now(), &SystemRandom);
        match answer {
            0 => drop(store.reject_friend_request(berta, id, now()).await.unwrap()),
            1 => store.cancel_friend_request(anna, id, now()).await.unwrap(),
            _ => drop(store.accept_friend_request(berta, id, talk, now()).await.unwrap()),
        }
    }
    store.friends(anna).await.unwrap();
    let id = ConversationId::generate(now(), &SystemRandom);
    store.open_direct(id, anna, berta, Contacts::Friends, now()).await.unwrap();
    store.remove_friend(anna, berta).await.unwrap();
    store.block_user(anna, berta, now()).await.unwrap();
    store.blocks(anna).await.unwrap();
    store.blocked_either_way(anna).await.unwrap();
    store.unblock_user(anna, berta, now()).await.unwrap();
    let group = NewGroup {
        id,
        name: "Choir".to_owned(),
        owner_id: anna,
        participant_ids: vec![berta],
        created_at: now(),
    };
    store.create_group(group, Contacts::Everyone).await.unwrap();
    store.send_message(draft(id, berta)).await.unwrap();
    let everyone = Contacts::Everyone;
    store.add_participants(anna, id, vec![carl], everyone, now()).await.unwrap();
    store.set_role(anna, id, carl, Role::Owner, now()).await.unwrap();
    store.remove_participant(carl, id, carl, now()).await.unwrap();
    store.remove_participant(anna, id, berta, now()).await.unwrap();
    store.add_participants(anna, id, vec![berta], everyone, now()).await.unwrap();
    let changes =
        ConversationChanges { name: Some("Band".to_owned()), ..ConversationChanges::default() };
    store.update_conversation(anna, id, changes, now()).await.unwrap();
    let cursor = ConversationCursor { updated_at: now(), id };
    store.conversations(anna, Some(cursor), 9).await.unwrap();
    store.conversations(anna, None, 9).await.unwrap();
    store.acquaintances(anna).await.unwrap();
    id
}

async fn use_messages(store: &dyn Store, [anna, berta, _]: [UserId; 3], id: ConversationId) {
    let mut seq = 1;
    for client_message_id in ["1", "1", "2", "3", "4"] {
        let mut new = draft(id, anna);
        new.client_message_id = Some(client_message_id.to_owned());
        store.send_message(new).await.unwrap();
    }
    let history = store.history(berta, id, HistoryRange::Around(3), 9).await.unwrap().messages;
    for named in [None, Some(id)] {
        let query = SearchQuery::parse("hello the*").unwrap();
        store.search_messages(berta, query, named, None, 9).await.unwrap();
    }
    let mut reply = draft(id, berta);
    reply.reply_to_id = Some(history[0].id);
    let reply = store.send_message(reply).await.unwrap().message;
    let like = || ReactionId::generate(now(), &SystemRandom);
    for _ in 0..2 {
        store.add_reaction(like(), anna, reply.id, "👍".to_owned(), now()).await.unwrap();
    }
    store.remove_reaction(anna, reply.id, "👍".to_owned(), now()).await.unwrap();
    store.mark_messages_read(berta, vec![history[1].id, history[3].id], now()).await.unwrap();
    seq += 4;
    store.read_to(berta, id, seq, now()).await.unwrap();
    store.edit_message(berta, reply.id, "hello".to_owned(), now()).await.unwrap();
    store.delete_message(berta, reply.id, now()).await.unwrap();
    store.message(anna, reply.id).await.unwrap();
    store.membership(anna, id).await.unwrap();
    store.conversation(anna, id).await.unwrap();
    store.media(anna, id, None, 9).await.unwrap();
}

/// Files: sent, handed on, let go and removed.
async fn use_uploads(store: &dyn Store, [anna, berta, _]: [UserId; 3], talk: ConversationId) {
    for byte in 0..3 {
        let content =
            Blob { id: BlobId::generate(now(), &SystemRandom), hash: [byte; 32], size: 1 };
        store.place_blob(content, now()).await.unwrap();
        let file = File {
            id: UploadId::generate(now(), &SystemRandom),
            name: "a".to_owned(),
            mime_type: "b".to_owned(),
            size: 1,
            width: None,
            height: None,
            duration_ms: None,
            has_thumbnail: false,
            blurhash: None,
            peaks: None,
        };
        let id = file.id;
        let new = NewUpload {
            file,
            owner_id: anna,
            content,
            thumbnail: Some(content),
            quota_bytes: 9,
            created_at: now(),
            expires_at: now(),
        };
        store.create_upload(new).await.unwrap();
        store.upload(id).await.unwrap();
        if byte == 0 {
            for sender_id in [anna, berta] {
                let mut message = draft(talk, sender_id);
                message.client_message_id = None;
                message.file_url = Some(File::stored_url(id));
                let sent = store.send_message(message).await.unwrap();
                store.upload_for(berta, id).await.unwrap();
                if sender_id == berta {
                    store.delete_message(berta, sent.message.id, now()).await.unwrap();
                }
            }
        } else if byte == 1 {
            store.discard_upload(anna, id, now()).await.unwrap();
        }
    }
    store.uploaded_bytes(anna).await.unwrap();
    let none = BlobId::generate(now(), &SystemRandom);
    store.abandon_blobs(vec![none], now()).await.unwrap();
    store.collect_uploads(9, now()).await.unwrap();
    let blobs = store.collect_blobs(9, now(), now()).await.unwrap();
    store.forget_blobs(blobs.into_iter().map(|blob| blob.id).collect()).await.unwrap();
}

/// Coming back, with all that the log holds.
async fn use_log(
    store: &dyn Store,
    [anna, berta, carl]: [UserId; 3],
    id: ConversationId,
    call_start: u64,
) {
    let recovery_id = RecoveryId([1; 16]);
    for _ in 0..2 {
        store.enter_view(recovery_id, anna, id, 1, now()).await.unwrap();
    }
    store.keep_views(vec![recovery_id], now()).await.unwrap();
    let views = store.views(recovery_id, anna).await.unwrap();
    store.epoch().await.unwrap();
    let up_to = store.newest_position().await.unwrap();
    for after in [0, call_start] {
        let span = LogSpan { after, up_to };
        for user_id in [anna, berta, carl] {
            store.missed(user_id, span, 99).await.unwrap();
            let device = CallDevice { key: "a".to_owned(), session_id: None };
            let views = views.clone();
            let reader = LogReader { user_id, device, views, proven: Some(up_to) };
            store.missed_page(reader, span, 99).await.unwrap();
        }
    }
    store.catch_up(berta, vec![(id, 1)], 9, 9).await.unwrap();
    store.leave_view(recovery_id, id).await.unwrap();
    store.forget_views(now(), 9).await.unwrap();
    store.trim_log(now(), 9).await.unwrap();
}

/// An export, and the end of an account.
async fn erase(store: &dyn Store, [anna, berta, carl]: [UserId; 3], id: ConversationId) {
    let mut place = Some(ExportPlace::START);
    while let Some(at) = place {
        place = store.export_part(anna, at, 2).await.unwrap().next;
    }
    let talk = store
        .open_direct(
            ConversationId::generate(now(), &SystemRandom),
            anna,
            carl,
            Contacts::Everyone,
            now(),
        )
        .await;
    let message = store.send_message(draft(talk.unwrap().0.conversation.id, carl)).await.unwrap();
    let like = ReactionId::generate(now(), &SystemRandom);
    store.add_reaction(like, anna, message.message.id, "👍".to_owned(), now()).await.unwrap();
    store.membership(anna, id).await.unwrap();
    store.request_erasure(berta, now()).await.unwrap();
    store.erase_user(anna, now()).await.unwrap();
    while store.carry_on_erasure(2, now()).await.unwrap() {}
}

/// Devices, and what a user wants of them.
async fn use_calls(store: &dyn Store, [anna, berta, _]: [UserId; 3], talk: ConversationId) {
    let party = |user_id, key: &str| CallParty {
        user_id,
        device: CallDevice { key: key.to_owned(), session_id: None },
    };
    let (caller, callee) = (party(anna, "a"), party(berta, "b"));
    let with = |user_id| CallWith { user_id, call_id: None };
    for _ in 0..2 {
        let new = NewCall {
            id: CallId::generate(now(), &SystemRandom),
            conversation_id: talk,
            caller: caller.clone(),
            callee_id: berta,
            has_video: false,
            created_at: now(),
        };
        let id = store.start_call(new).await.unwrap().0.id;
        for kind in [CallSignalKind::Offer, CallSignalKind::Candidate, CallSignalKind::Answer] {
            let (from, to) = match kind {
                CallSignalKind::Answer => (&callee, anna),
                CallSignalKind::Offer | CallSignalKind::Candidate => (&caller, berta),
            };
            let body = "1".to_owned();
            store.signal_call(from.clone(), with(to), kind, body, now()).await.unwrap();
        }
        store.leave_all_calls(now()).await.unwrap();
        store.leave_calls_of(berta, now()).await.unwrap();
        store.users_rung(now(), 9).await.unwrap();
        store.leave_calls(caller.clone(), true, now()).await.unwrap();
        store.return_to_calls(caller.clone(), Vec::new(), now()).await.unwrap();
        store.end_due_calls(now().plus(RETURN_WITHIN), 9).await.unwrap();
        let named = CallWith { user_id: berta, call_id: Some(id) };
        for with in [named, with(berta)] {
            store.end_call(caller.clone(), with, CallAct::End, now()).await.unwrap();
        }
    }
    store.calls(anna, None, 9).await.unwrap();
}
