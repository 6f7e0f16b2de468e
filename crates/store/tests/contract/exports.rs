//! Everything held about a user, in parts.

use salala_core::calls::CallAct;
use salala_core::ids::UserId;
use salala_core::records::FriendRequestStatus;
use salala_core::records::export::ExportRows;
use salala_store::Store;
use salala_store::ports::conversations::ConversationChanges;
use salala_store::ports::exports::{ExportPart, ExportPlace};

use super::calls::{new_call, party, with};
use super::world::{
    PASSWORD_HASH, add_user, at, befriend, direct, draft, group, new_reaction_id, new_request_id,
    send, send_many, session_of, three_users,
};

/// The parts of an export of `limit` rows each, those without rows left out.
async fn export(store: &dyn Store, user: UserId, limit: usize) -> Vec<ExportRows> {
    let (mut place, mut parts) = (Some(ExportPlace::START), Vec::new());
    while let Some(at) = place {
        let ExportPart { rows, next } = store.export_part(user, at, limit).await.unwrap();
        let count = count(&rows);
        assert!(count <= limit);
        if count > 0 {
            parts.push(rows);
        }
        assert_ne!(next, place, "it does not go on");
        place = next;
    }
    parts
}

fn count(rows: &ExportRows) -> usize {
    match rows {
        ExportRows::Sessions(rows) => rows.len(),
        ExportRows::Friends(rows) => rows.len(),
        ExportRows::SentFriendRequests(rows) | ExportRows::ReceivedFriendRequests(rows) => {
            rows.len()
        }
        ExportRows::Blocks(rows) => rows.len(),
        ExportRows::Conversations(rows) => rows.len(),
        ExportRows::PastMemberships(rows) => rows.len(),
        ExportRows::Messages(rows) => rows.len(),
        ExportRows::Reactions(rows) => rows.len(),
        ExportRows::Reads(rows) => rows.len(),
        ExportRows::Calls(rows) => rows.len(),
        ExportRows::Uploads(rows) => rows.len(),
    }
}

pub(crate) async fn an_export_holds_what_is_the_users_own(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let session = session_of(anna, [1; 32]);
    let session_id = session.id;
    store.create_session(session, PASSWORD_HASH.to_owned()).await.unwrap();
    befriend(store, anna, berta).await;
    let refused = store.create_friend_request(new_request_id(), carl, anna, at(2)).await.unwrap();
    store.reject_friend_request(anna, refused.id, at(3)).await.unwrap();
    let talk = direct(store, anna, berta).await;
    let choir = group(store, carl, &[anna]).await;
    store.block_user(anna, carl, at(4)).await.unwrap();
    let changes =
        ConversationChanges { marked_unread: Some(true), ..ConversationChanges::default() };
    store.update_conversation(anna, talk, changes, at(5)).await.unwrap();
    let bertas = send(store, talk, berta, "private words of berta").await.unwrap().message;
    let mut reply = draft(talk, anna, "words of anna");
    reply.reply_to_id = Some(bertas.id);
    reply.client_message_id = Some("1".to_owned());
    let reply = store.send_message(reply).await.unwrap().message;
    store.mark_messages_read(anna, vec![bertas.id], at(6)).await.unwrap();
    let react = |user, id| store.add_reaction(new_reaction_id(), user, id, "👍".to_owned(), at(6));
    let reaction = react(anna, bertas.id).await.unwrap();
    react(berta, reply.id).await.unwrap();
    let on_phone = party(anna, "phone");
    let call = store.start_call(new_call(talk, &on_phone, berta, at(6))).await.unwrap().0;
    store.end_call(on_phone, with(berta), CallAct::Cancel, at(7)).await.unwrap();
    let others = group(store, berta, &[carl]).await;
    store.start_call(new_call(others, &party(berta, "b"), carl, at(7))).await.unwrap();
    let sung = send(store, choir, anna, "la").await.unwrap().message;
    send(store, choir, carl, "lala").await.unwrap();
    store.read_to(anna, choir, 2, at(7)).await.unwrap();
    store.remove_participant(anna, choir, anna, at(8)).await.unwrap();
    let parts = export(store, anna, 100).await;
    let [
        ExportRows::Sessions(sessions),
        ExportRows::Friends(friends),
        ExportRows::SentFriendRequests(sent),
        ExportRows::ReceivedFriendRequests(received),
        ExportRows::Blocks(blocks),
        ExportRows::Conversations(conversations),
        ExportRows::PastMemberships(past),
        ExportRows::Messages(messages),
        ExportRows::Reactions(reactions),
        ExportRows::Reads(reads),
        ExportRows::Calls(calls),
    ] = &parts[..]
    else {
        panic!("{parts:?}")
    };
    assert_eq!((sessions.len(), sessions[0].id), (1, session_id));
    assert_eq!(friends.iter().map(|friend| friend.id).collect::<Vec<_>>(), [berta]);
    assert_eq!(sent.iter().map(|sent| sent.receiver_id).collect::<Vec<_>>(), [berta]);
    assert_eq!(
        received.iter().map(|got| (got.sender.id, got.status)).collect::<Vec<_>>(),
        [(carl, FriendRequestStatus::Rejected)]
    );
    assert_eq!((blocks.len(), blocks[0].user.id, blocks[0].created_at), (1, carl, at(4)));
    assert_eq!((conversations.len(), conversations[0].conversation_id), (1, talk));
    assert_eq!(conversations[0].other.as_ref().map(|other| other.id), Some(berta));
    assert_eq!((past.len(), past[0].conversation_id, past[0].left_seq), (1, choir, 2));
    let mut expected = [(talk, reply.id), (choir, sung.id)];
    expected.sort();
    let given: Vec<_> = messages.iter().map(|own| (own.conversation_id, own.id)).collect();
    assert_eq!(given, expected, "also of where one has left, and nobody else's");
    let given = messages.iter().find(|own| own.id == reply.id).unwrap();
    assert_eq!(given.content.as_deref(), Some("words of anna"));
    assert_eq!(
        (given.reply_to_id, given.client_message_id.as_deref()),
        (Some(bertas.id), Some("1"))
    );
    assert_eq!(*reactions, [reaction]);
    let mut expected = [(talk, 1, 1, at(6)), (choir, 1, 2, at(7))];
    expected.sort();
    let given: Vec<_> = (reads.iter())
        .map(|read| (read.conversation_id, read.first_seq, read.last_seq, read.read_at))
        .collect();
    assert_eq!(given, expected);
    assert_eq!(calls.iter().map(|call| call.id).collect::<Vec<_>>(), [call.id], "and no others'");
    assert_eq!(*calls, store.calls(anna, None, 9).await.unwrap(), "as they stand now");
    assert!(!format!("{parts:?}").contains("private words"));
}

pub(crate) async fn an_export_is_the_same_in_parts_of_any_size(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    for (number, name) in (0_u8..).zip(["dora", "emil", "fritz"]) {
        let friend = add_user(store, name).await;
        befriend(store, anna, friend).await;
        let mut session = session_of(anna, [number; 32]);
        session.created_at = at(i64::from(number / 2));
        store.create_session(session, PASSWORD_HASH.to_owned()).await.unwrap();
    }
    for others in [&[berta][..], &[berta, carl], &[carl]] {
        let talk = group(store, anna, others).await;
        send_many(store, talk, anna, 5).await;
        for message in send_many(store, talk, others[0], 4).await.iter().step_by(2) {
            store.mark_messages_read(anna, vec![message.id], at(5)).await.unwrap();
            let reacted =
                store.add_reaction(new_reaction_id(), anna, message.id, "👍".to_owned(), at(6));
            reacted.await.unwrap();
        }
        // Two of one moment, on one side each, and one that is still under way.
        let (caller, callee) = if others == [berta] { (anna, berta) } else { (others[0], anna) };
        let (caller, began_at) = (party(caller, "phone"), at(i64::from(others == [carl])));
        store.start_call(new_call(talk, &caller, callee, began_at)).await.unwrap();
        if others != [carl] {
            store.end_call(caller, with(callee), CallAct::Cancel, at(7)).await.unwrap();
        }
        if others.len() == 2 {
            store.remove_participant(anna, talk, anna, at(7)).await.unwrap();
        }
    }
    let whole = export(store, anna, 1_000).await;
    for limit in 1..7 {
        let mut joined: Vec<ExportRows> = Vec::new();
        for part in export(store, anna, limit).await {
            match (joined.last_mut(), part) {
                (Some(ExportRows::Sessions(all)), ExportRows::Sessions(more)) => all.extend(more),
                (Some(ExportRows::Friends(all)), ExportRows::Friends(more)) => all.extend(more),
                (
                    Some(ExportRows::SentFriendRequests(all)),
                    ExportRows::SentFriendRequests(more),
                ) => all.extend(more),
                (Some(ExportRows::Conversations(all)), ExportRows::Conversations(more)) => {
                    all.extend(more);
                }
                (Some(ExportRows::Messages(all)), ExportRows::Messages(more)) => all.extend(more),
                (Some(ExportRows::Reactions(all)), ExportRows::Reactions(more)) => all.extend(more),
                (Some(ExportRows::Reads(all)), ExportRows::Reads(more)) => all.extend(more),
                (Some(ExportRows::Calls(all)), ExportRows::Calls(more)) => all.extend(more),
                (_, part) => joined.push(part),
            }
        }
        assert_eq!(joined, whole, "in parts of {limit}");
    }
    let Some(ExportRows::Calls(calls)) = whole.last() else { panic!("{whole:?}") };
    assert_eq!(*calls, store.calls(anna, None, 9).await.unwrap());
    assert_eq!(calls.len(), 3);
    assert_eq!(export(store, carl, 5).await.iter().map(count).sum::<usize>(), 2 + 4 + 1);
}
