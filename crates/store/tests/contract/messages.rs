//! Sending, editing and deleting.

use futures_util::future::join_all;
use salala_core::limits::MENTIONS_MAX;
use salala_core::permissions::Role;
use salala_store::log::Event;
use salala_store::ports::conversations::Contacts;
use salala_store::ports::messages::HistoryRange;
use salala_store::{Conflict, Store};

use super::world::{
    Feed, add_user, at, direct, draft, group, is_forbidden, is_invalid, is_not_found,
    new_message_id, new_reaction_id, send, send_many, three_users,
};

pub(crate) async fn a_message_is_given_back_as_sent(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    let mut feed = Feed::of(store);
    let first = send(store, talk, anna, "hello").await.unwrap();
    assert!(!first.is_repeat);
    let mut new = draft(talk, berta, "look");
    new.file_url = Some("https://example.org/f".to_owned());
    new.reply_to_id = Some(first.message.id);
    new.client_message_id = Some("1".to_owned());
    let message = store.send_message(new.clone()).await.unwrap().message;
    assert_eq!((message.id, message.seq, message.sender.id), (new.id, 2, berta));
    assert_eq!((message.content.clone(), message.file_url.clone()), (new.content, new.file_url));
    assert_eq!((message.created_at, message.edited_at, message.deleted_at), (at(10), None, None));
    let reply_to = message.reply_to.as_ref().unwrap();
    assert_eq!((reply_to.id, reply_to.sender_username.as_str()), (first.message.id, "anna"));
    assert_eq!(reply_to.content.as_deref(), Some("hello"));
    assert_eq!(store.message(anna, message.id).await.unwrap(), message);
    let events = feed.take();
    assert_eq!(events.len(), 2);
    let Event::MessageCreated(told) = &events[1].event else { panic!() };
    assert_eq!((told, events[1].rev), (&message, 3));
    let own = store.conversation(berta, talk).await.unwrap();
    assert_eq!(own.membership.last_read_seq, 2);
    assert_eq!((own.conversation.last_message, own.conversation.last_seq), (Some(message), 2));
    let (membership, _) = store.membership(anna, talk).await.unwrap();
    assert_eq!((membership.last_read_seq, membership.unread_count), (1, 1));
}

pub(crate) async fn a_repeat_gives_the_first_message(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let choir = group(store, anna, &[berta, carl]).await;
    let other = direct(store, anna, berta).await;
    let mut new = draft(choir, berta, "hello");
    new.client_message_id = Some("same".to_owned());
    let first = store.send_message(new.clone()).await.unwrap().message;
    let mut feed = Feed::of(store);
    new.id = new_message_id();
    new.content = Some("another text".to_owned());
    let repeat = store.send_message(new.clone()).await.unwrap();
    assert!(repeat.is_repeat);
    assert_eq!(repeat.message, first);
    assert_eq!(feed.kinds(), Vec::<&str>::new());
    // The same id of another sender, or elsewhere, is another message.
    for (conversation_id, sender_id) in [(choir, carl), (other, berta)] {
        let mut new = draft(conversation_id, sender_id, "hello");
        new.client_message_id = Some("same".to_owned());
        assert!(!store.send_message(new).await.unwrap().is_repeat);
    }
    store.delete_message(berta, first.id, at(20)).await.unwrap();
    assert_eq!(store.send_message(new.clone()).await.unwrap().message.id, first.id);
    store.remove_participant(anna, choir, berta, at(21)).await.unwrap();
    assert!(is_forbidden(&store.send_message(new).await));
}

pub(crate) async fn a_repeat_inside_a_batch_leaves_no_hole(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    let mut feed = Feed::of(store);
    let pending = (0..60).map(|number| {
        let mut new = draft(talk, anna, "hello");
        new.client_message_id = Some(format!("{}", number / 3));
        store.send_message(new)
    });
    let sent: Vec<_> = join_all(pending).await.into_iter().map(Result::unwrap).collect();
    let seqs: Vec<u64> = sent.iter().map(|sent| sent.message.seq).collect();
    let expected: Vec<u64> = (0..60).map(|number| number / 3 + 1).collect();
    assert_eq!(seqs, expected);
    assert_eq!(sent.iter().filter(|sent| sent.is_repeat).count(), 40);
    let revs: Vec<u64> = feed.take().iter().map(|committed| committed.rev).collect();
    assert_eq!(revs, (2..22).collect::<Vec<u64>>());
}

pub(crate) async fn a_poisoned_send_fails_alone(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    let mut feed = Feed::of(store);
    let pending = (0..60).map(|number| {
        let mut new = draft(talk, if number % 5 == 1 { carl } else { anna }, "hello");
        if number % 5 == 3 {
            new.reply_to_id = Some(new_message_id());
        }
        store.send_message(new)
    });
    let mut seq = 0;
    for (number, outcome) in join_all(pending).await.into_iter().enumerate() {
        match number % 5 {
            1 => assert!(is_forbidden(&outcome)),
            3 => assert!(is_invalid(&outcome, "replyToId")),
            _ => {
                seq += 1;
                assert_eq!(outcome.unwrap().message.seq, seq);
            }
        }
    }
    let revs: Vec<u64> = feed.take().iter().map(|committed| committed.rev).collect();
    assert_eq!(revs, (2..38).collect::<Vec<u64>>());
}

pub(crate) async fn a_member_removed_meanwhile_is_refused(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let choir = group(store, anna, &[berta]).await;
    let before = send(store, choir, berta, "in time");
    let removed = store.remove_participant(anna, choir, berta, at(11));
    let after = send(store, choir, berta, "too late");
    let back = store.add_participants(anna, choir, vec![berta], Contacts::Everyone, at(12));
    let again = send(store, choir, berta, "back");
    assert_eq!(before.await.unwrap().message.seq, 1);
    removed.await.unwrap();
    assert!(is_forbidden(&after.await));
    back.await.unwrap();
    assert_eq!(again.await.unwrap().message.seq, 2);
}

pub(crate) async fn a_reply_must_be_to_what_the_sender_sees(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let choir = group(store, anna, &[berta]).await;
    let talk = direct(store, anna, berta).await;
    let early = send(store, choir, anna, "early").await.unwrap().message;
    let elsewhere = send(store, talk, anna, "elsewhere").await.unwrap().message;
    store.add_participants(anna, choir, vec![carl], Contacts::Everyone, at(5)).await.unwrap();
    let reply = |sender, to| {
        let mut new = draft(choir, sender, "re");
        new.reply_to_id = Some(to);
        store.send_message(new)
    };
    assert!(is_invalid(&reply(anna, elsewhere.id).await, "replyToId"));
    assert!(is_invalid(&reply(anna, new_message_id()).await, "replyToId"));
    assert!(is_invalid(&reply(carl, early.id).await, "replyToId"));
    let sent = reply(berta, early.id).await.unwrap().message;
    store.delete_message(anna, early.id, at(20)).await.unwrap();
    let reply_to = store.message(anna, sent.id).await.unwrap().reply_to.unwrap();
    assert_eq!((reply_to.id, reply_to.content), (early.id, None));
}

pub(crate) async fn members_are_mentioned_and_strangers_are_not(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let dotted = add_user(store, "b.b-b").await;
    let choir = group(store, anna, &[berta, dotted]).await;
    let mentions =
        async |text: &str| send(store, choir, anna, text).await.unwrap().message.mentions;
    assert_eq!(mentions("@Berta, @anna and @berta.").await, [berta, anna]);
    assert_eq!(mentions("@carl @nobody x@berta @b.b-b.-").await, [dotted]);
    assert_eq!(mentions("nobody").await, []);
    let message = send(store, choir, anna, "@berta").await.unwrap().message;
    assert_eq!(store.message(berta, message.id).await.unwrap().mentions, [berta]);
    let edited =
        store.edit_message(anna, message.id, "@anna @carl".to_owned(), at(20)).await.unwrap();
    assert_eq!(edited.mentions, [anna]);
    let mut crowd = Vec::new();
    for number in 0..=MENTIONS_MAX {
        crowd.push(add_user(store, &format!("singer{number}")).await);
    }
    crowd.push(carl);
    store.add_participants(anna, choir, crowd, Contacts::Everyone, at(5)).await.unwrap();
    let names: Vec<String> = (0..=MENTIONS_MAX).map(|number| format!("@singer{number}")).collect();
    assert_eq!(mentions(&names.join(" ")).await.len(), MENTIONS_MAX);
}

pub(crate) async fn only_the_author_edits(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let choir = group(store, anna, &[berta]).await;
    let message = send(store, choir, berta, "helo").await.unwrap().message;
    let edit = |user, text: &str| store.edit_message(user, message.id, text.to_owned(), at(20));
    let mut feed = Feed::of(store);
    assert!(is_forbidden(&edit(anna, "hello").await));
    assert!(is_forbidden(&edit(carl, "hello").await));
    let nothing = store.edit_message(anna, new_message_id(), "hello".to_owned(), at(20)).await;
    assert!(is_not_found(&nothing));
    assert_eq!(edit(berta, "helo").await.unwrap(), message);
    assert_eq!(feed.kinds(), Vec::<&str>::new());
    let edited = edit(berta, "hello").await.unwrap();
    assert_eq!((edited.content.as_deref(), edited.edited_at), (Some("hello"), Some(at(20))));
    let Event::MessageUpdated(told) = feed.one() else { panic!() };
    assert_eq!(told, edited);
    assert_eq!(store.message(anna, message.id).await.unwrap(), edited);
    store.remove_participant(anna, choir, berta, at(21)).await.unwrap();
    assert!(is_forbidden(&edit(berta, "bye").await));
}

pub(crate) async fn deleting_empties_a_message_for_good(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    let message = send(store, talk, anna, "@berta").await.unwrap().message;
    let id = message.id;
    store.add_reaction(new_reaction_id(), berta, id, "👍".to_owned(), at(11)).await.unwrap();
    let mut feed = Feed::of(store);
    assert!(is_forbidden(&store.delete_message(berta, id, at(20)).await));
    assert!(is_not_found(&store.delete_message(anna, new_message_id(), at(20)).await));
    let deleted = store.delete_message(anna, id, at(20)).await.unwrap();
    assert_eq!((deleted.content.as_ref(), deleted.deleted_at), (None, Some(at(20))));
    assert!(deleted.reactions.is_empty() && deleted.mentions.is_empty());
    let Event::MessageDeleted(told) = feed.one() else { panic!() };
    assert_eq!(told, deleted);
    assert_eq!(store.delete_message(anna, id, at(30)).await.unwrap(), deleted);
    assert_eq!(feed.kinds(), Vec::<&str>::new());
    let late = store.edit_message(anna, id, "again".to_owned(), at(30)).await;
    assert_eq!(late.unwrap_err(), Conflict::MessageDeleted.into());
    let (membership, last_seq) = store.membership(berta, talk).await.unwrap();
    assert_eq!((membership.unread_count, last_seq), (0, 1));
    let history = store.history(berta, talk, HistoryRange::Newest, 9).await.unwrap();
    assert_eq!(history.messages, [deleted]);
}

pub(crate) async fn group_admins_delete_what_others_wrote(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let choir = group(store, anna, &[berta]).await;
    let early = send_many(store, choir, anna, 1).await.remove(0);
    store.add_participants(anna, choir, vec![carl], Contacts::Everyone, at(5)).await.unwrap();
    let late = send_many(store, choir, anna, 1).await.remove(0);
    assert!(is_forbidden(&store.delete_message(carl, late.id, at(20)).await));
    store.set_role(anna, choir, carl, Role::Admin, at(21)).await.unwrap();
    assert!(is_forbidden(&store.delete_message(carl, early.id, at(22)).await));
    store.delete_message(carl, late.id, at(22)).await.unwrap();
    assert!(is_forbidden(&store.delete_message(berta, early.id, at(22)).await));
}
