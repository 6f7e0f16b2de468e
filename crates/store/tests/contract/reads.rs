//! Read marks.

use salala_core::ids::{ConversationId, UserId};
use salala_core::limits::READ_IDS_MAX;
use salala_core::wire::fields::Change;
use salala_store::Store;
use salala_store::log::Event;
use salala_store::ports::conversations::ConversationChanges;
use salala_store::ports::messages::HistoryRange;

use super::world::{
    Feed, at, direct, group, is_forbidden, is_not_found, new_message_id, send, send_many,
    three_users,
};

async fn unread(store: &dyn Store, user: UserId, id: ConversationId) -> (u64, u64) {
    let (membership, _) = store.membership(user, id).await.unwrap();
    (membership.unread_count, membership.last_read_seq)
}

/// For each message, oldest first, when this user marked it.
async fn marks(store: &dyn Store, user: UserId, id: ConversationId) -> Vec<Option<i64>> {
    let history = store.history(user, id, HistoryRange::Newest, 100).await.unwrap();
    let mut marks: Vec<Option<i64>> = history
        .messages
        .iter()
        .map(|message| {
            let read = message.reads.iter().find(|read| read.user_id == user)?;
            Some(read.read_at.unix_ms() - at(0).unix_ms())
        })
        .collect();
    marks.reverse();
    marks
}

pub(crate) async fn one_mark_of_eight_leaves_seven_and_the_last_none(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    let messages = send_many(store, talk, anna, 8).await;
    let mut feed = Feed::of(store);
    assert_eq!(unread(store, berta, talk).await, (8, 0));
    assert_eq!(store.mark_messages_read(berta, vec![messages[0].id], at(20)).await, Ok(1));
    assert_eq!(unread(store, berta, talk).await, (7, 1));
    let Event::MessagesRead(read) = feed.one() else { panic!() };
    assert_eq!((read.user_id, read.conversation_id, read.read_at), (berta, talk, at(20)));
    assert_eq!((read.message_ids, read.sender_ids), (vec![messages[0].id], vec![anna]));
    assert_eq!(read.last_read_seq, 1);
    assert_eq!(store.mark_messages_read(berta, vec![messages[7].id], at(21)).await, Ok(1));
    assert_eq!(unread(store, berta, talk).await, (0, 8));
    assert_eq!(
        marks(store, berta, talk).await,
        [Some(20), None, None, None, None, None, None, Some(21)]
    );
    assert_eq!(unread(store, anna, talk).await, (0, 8));
}

pub(crate) async fn a_mark_stays_as_it_was_first_made(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    let ids: Vec<_> =
        send_many(store, talk, anna, 3).await.iter().map(|message| message.id).collect();
    store.mark_messages_read(berta, vec![ids[1]], at(20)).await.unwrap();
    let mut feed = Feed::of(store);
    assert_eq!(store.mark_messages_read(berta, vec![ids[1], ids[1]], at(30)).await, Ok(0));
    assert_eq!(feed.kinds(), Vec::<&str>::new());
    let all = vec![ids[2], ids[1], ids[0], ids[2]];
    assert_eq!(store.mark_messages_read(berta, all, at(30)).await, Ok(2));
    let Event::MessagesRead(read) = feed.one() else { panic!() };
    assert_eq!((read.message_ids, read.last_read_seq), (vec![ids[0], ids[2]], 3));
    assert_eq!(marks(store, berta, talk).await, [Some(30), Some(20), Some(30)]);
    store.mark_messages_read(berta, vec![ids[0]], at(40)).await.unwrap();
    assert_eq!(unread(store, berta, talk).await, (0, 3));
}

pub(crate) async fn own_and_deleted_messages_are_passed_over(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    let mut ids = Vec::new();
    for sender in [anna, anna, berta, anna, anna] {
        ids.push(send(store, talk, sender, "hello").await.unwrap().message.id);
    }
    assert_eq!(unread(store, berta, talk).await, (2, 3));
    store.delete_message(anna, ids[4], at(20)).await.unwrap();
    assert_eq!(unread(store, berta, talk).await, (1, 3));
    let changes = ConversationChanges {
        marked_unread: Some(true),
        pinned_at: Change::Keep,
        ..ConversationChanges::default()
    };
    store.update_conversation(berta, talk, changes, at(21)).await.unwrap();
    assert_eq!(store.mark_messages_read(berta, vec![ids[4], ids[2]], at(22)).await, Ok(0));
    let (membership, _) = store.membership(berta, talk).await.unwrap();
    assert_eq!((membership.last_read_seq, membership.marked_unread), (3, false));
    assert_eq!(store.mark_messages_read(berta, ids, at(23)).await, Ok(3));
    assert_eq!(unread(store, berta, talk).await, (0, 4));
    assert_eq!(marks(store, berta, talk).await, [Some(23), Some(23), None, Some(23), None]);
}

pub(crate) async fn a_mark_on_a_message_deleted_since_is_not_covered_twice(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    let ids: Vec<_> =
        send_many(store, talk, anna, 3).await.iter().map(|message| message.id).collect();
    store.mark_messages_read(berta, vec![ids[1]], at(20)).await.unwrap();
    store.delete_message(anna, ids[1], at(21)).await.unwrap();
    let both = vec![ids[0], ids[2]];
    assert_eq!(store.mark_messages_read(berta, both.clone(), at(22)).await, Ok(2));
    assert_eq!(store.mark_messages_read(berta, both, at(23)).await, Ok(0));
    let history = store.history(anna, talk, HistoryRange::Newest, 9).await.unwrap();
    assert!(history.messages.iter().all(|message| message.reads.len() == 1));
}

pub(crate) async fn unknown_or_hidden_messages_mark_nothing(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    let other = direct(store, anna, carl).await;
    let seen = send(store, talk, anna, "hello").await.unwrap().message.id;
    let hidden = send(store, other, anna, "hello").await.unwrap().message.id;
    let unknown = store.mark_messages_read(berta, vec![seen, new_message_id()], at(20)).await;
    assert!(is_not_found(&unknown));
    assert!(is_forbidden(&store.mark_messages_read(berta, vec![seen, hidden], at(20)).await));
    assert_eq!(unread(store, berta, talk).await, (1, 0));
    assert_eq!(marks(store, berta, talk).await, [None]);
}

pub(crate) async fn reading_to_a_place_covers_what_was_left_out(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    let ids: Vec<_> =
        send_many(store, talk, anna, 6).await.iter().map(|message| message.id).collect();
    store.mark_messages_read(berta, vec![ids[2]], at(20)).await.unwrap();
    let mut feed = Feed::of(store);
    let membership = store.read_to(berta, talk, 4, at(30)).await.unwrap();
    assert_eq!((membership.last_read_seq, membership.unread_count), (4, 2));
    let Event::MessagesRead(read) = feed.one() else { panic!() };
    assert_eq!(read.message_ids, [ids[0], ids[1], ids[3]]);
    let expected = [Some(30), Some(30), Some(20), Some(30), None, None];
    assert_eq!(marks(store, berta, talk).await, expected);
    let membership = store.read_to(berta, talk, 2, at(31)).await.unwrap();
    assert_eq!(membership.last_read_seq, 4);
    assert_eq!(feed.kinds(), Vec::<&str>::new());
    let membership = store.read_to(berta, talk, u64::MAX, at(32)).await.unwrap();
    assert_eq!((membership.last_read_seq, membership.unread_count), (6, 0));
    assert_eq!(feed.kinds(), ["read"]);
    assert_eq!(store.read_to(anna, talk, 6, at(33)).await.unwrap().last_read_seq, 6);
    assert_eq!(feed.kinds(), Vec::<&str>::new());
}

pub(crate) async fn an_event_names_the_last_thousand(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    let messages = send_many(store, talk, anna, READ_IDS_MAX + 5).await;
    let mut feed = Feed::of(store);
    let membership = store.read_to(berta, talk, u64::MAX, at(30)).await.unwrap();
    assert_eq!(membership.unread_count, 0);
    let Event::MessagesRead(read) = feed.one() else { panic!() };
    let expected: Vec<_> = messages[5..].iter().map(|message| message.id).collect();
    assert_eq!(read.message_ids, expected);
    assert_eq!(store.message(anna, messages[0].id).await.unwrap().reads.len(), 1);
}

pub(crate) async fn marks_in_several_conversations_are_told_apart(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    let choir = group(store, anna, &[berta, carl]).await;
    let first = send(store, talk, anna, "hello").await.unwrap().message.id;
    let second = send(store, choir, anna, "hello").await.unwrap().message.id;
    let third = send(store, choir, carl, "hello").await.unwrap().message.id;
    let mut feed = Feed::of(store);
    assert_eq!(store.mark_messages_read(berta, vec![third, first, second], at(20)).await, Ok(3));
    let mut told: Vec<_> = feed
        .take()
        .into_iter()
        .map(|committed| {
            let Event::MessagesRead(read) = committed.event else { panic!() };
            (read.conversation_id, read.message_ids, read.sender_ids)
        })
        .collect();
    told.sort();
    let mut authors = vec![anna, carl];
    authors.sort();
    let mut expected = vec![(talk, vec![first], vec![anna]), (choir, vec![second, third], authors)];
    expected.sort();
    assert_eq!(told, expected);
}

pub(crate) async fn one_reading_of_many_shows_on_every_page(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    send_many(store, talk, anna, 600).await;
    store.read_to(berta, talk, 590, at(5)).await.unwrap();
    store.read_to(berta, talk, 600, at(6)).await.unwrap();
    for before in [2, 101, 256, 257, 258, 300, 512, 513, 590, 601] {
        let page = store.history(anna, talk, HistoryRange::Before(before), 100).await.unwrap();
        assert_eq!(page.messages.len() as u64, (before - 1).min(100));
        for message in page.messages {
            let expected = if message.seq > 590 { at(6) } else { at(5) };
            let reads: Vec<_> =
                message.reads.iter().map(|read| (read.user_id, read.read_at)).collect();
            assert_eq!(reads, [(berta, expected)], "seq {}", message.seq);
        }
    }
}
