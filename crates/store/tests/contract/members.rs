//! Coming into groups, going, and roles.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use salala_core::ids::{ConversationId, UserId};
use salala_core::limits::PARTICIPANTS_MAX;
use salala_core::permissions::Role;
use salala_store::log::Event;
use salala_store::ports::conversations::{Contacts, ConversationChanges};
use salala_store::ports::messages::HistoryRange;
use salala_store::{Conflict, Store};

use super::world::{
    Feed, add_user, at, direct, group, is_forbidden, is_not_found, make_group, new_reaction_id,
    send, send_many, three_users, user_named,
};

async fn add(store: &dyn Store, actor: UserId, id: ConversationId, user: UserId) {
    store.add_participants(actor, id, vec![user], Contacts::Everyone, at(5)).await.unwrap();
}

async fn seqs(store: &dyn Store, user: UserId, id: ConversationId) -> Vec<u64> {
    let history = store.history(user, id, HistoryRange::Newest, 100).await.unwrap();
    history.messages.iter().rev().map(|message| message.seq).collect()
}

async fn roles(store: &dyn Store, user: UserId, id: ConversationId) -> Vec<(UserId, Role)> {
    let own = store.conversation(user, id).await.unwrap();
    let participants = own.conversation.participants.iter();
    participants.map(|participant| (participant.user.id, participant.role)).collect()
}

pub(crate) async fn who_is_brought_in_sees_what_comes_from_then_on(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let choir = group(store, anna, &[berta]).await;
    send_many(store, choir, anna, 2).await;
    let mut feed = Feed::of(store);
    let own = store
        .add_participants(anna, choir, vec![carl, berta, carl], Contacts::Everyone, at(5))
        .await
        .unwrap();
    assert_eq!(own.conversation.members_version, 2);
    let events = feed.take();
    assert_eq!(events.len(), 2);
    let Event::ConversationUpdated { conversation, added, .. } = &events[0].event else { panic!() };
    assert_eq!((added, conversation.last_message.as_ref().unwrap().seq), (&vec![carl], 2));
    assert!(matches!(events[1].event, Event::GroupJoined(_)));
    add(store, anna, choir, carl).await;
    assert_eq!(feed.kinds(), Vec::<&str>::new());
    let own = store.conversation(carl, choir).await.unwrap();
    assert_eq!(own.conversation.last_message, None);
    let membership = own.membership;
    assert_eq!(
        (membership.joined_seq, membership.last_read_seq, membership.unread_count),
        (2, 2, 0)
    );
    assert_eq!(seqs(store, carl, choir).await, Vec::<u64>::new());
    send(store, choir, anna, "welcome").await.unwrap();
    assert_eq!(seqs(store, carl, choir).await, [3]);
    let (membership, last_seq) = store.membership(carl, choir).await.unwrap();
    assert_eq!((membership.unread_count, last_seq), (1, 3));
}

pub(crate) async fn a_removed_member_gets_no_more_messages(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let choir = group(store, anna, &[berta, carl]).await;
    let mut feed = Feed::of(store);
    store.remove_participant(anna, choir, berta, at(5)).await.unwrap();
    let Event::ConversationUpdated { conversation, added, removed, .. } = feed.one() else {
        panic!()
    };
    assert_eq!((added, removed), (vec![], vec![berta]));
    assert_eq!((conversation.participants.len(), conversation.members_version), (2, 2));
    assert!(is_forbidden(&send(store, choir, berta, "hello").await));
    assert!(is_forbidden(&store.history(berta, choir, HistoryRange::Newest, 9).await));
    assert!(store.conversations(berta, None, 9).await.unwrap().is_empty());
    assert!(is_not_found(&store.remove_participant(anna, choir, berta, at(6)).await));
    let talk = direct(store, anna, berta).await;
    assert!(is_forbidden(&store.remove_participant(anna, talk, anna, at(6)).await));
}

pub(crate) async fn who_comes_back_sees_both_times_and_not_the_gap(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let choir = group(store, anna, &[berta]).await;
    send_many(store, choir, anna, 2).await;
    store.remove_participant(berta, choir, berta, at(5)).await.unwrap();
    let gap = send_many(store, choir, anna, 2).await;
    add(store, anna, choir, berta).await;
    assert_eq!(store.conversation(berta, choir).await.unwrap().conversation.last_message, None);
    send_many(store, choir, anna, 2).await;
    assert_eq!(seqs(store, berta, choir).await, [1, 2, 5, 6]);
    assert!(is_forbidden(&store.message(berta, gap[0].id).await));
    let (membership, _) = store.membership(berta, choir).await.unwrap();
    assert_eq!((membership.last_read_seq, membership.unread_count), (4, 2));
    let mut feed = Feed::of(store);
    store.read_to(berta, choir, 6, at(7)).await.unwrap();
    let Event::MessagesRead(read) = feed.one() else { panic!() };
    assert_eq!((read.message_ids.len(), read.last_read_seq), (4, 6));
    let history = store.history(anna, choir, HistoryRange::Newest, 9).await.unwrap();
    let marked: Vec<_> = history
        .messages
        .iter()
        .filter(|message| !message.reads.is_empty())
        .map(|message| message.seq)
        .collect();
    assert_eq!(marked, [6, 5, 2, 1]);
}

pub(crate) async fn events_name_those_who_may_not_see_their_message(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let choir = group(store, anna, &[berta]).await;
    let mut feed = Feed::of(store);
    let rename = |name: &str| {
        let changes = ConversationChanges { name: Some(name.to_owned()), ..Default::default() };
        store.update_conversation(anna, choir, changes, at(5))
    };
    let nobody = BTreeSet::new;
    let (only_carl, both) = (BTreeSet::from([carl]), BTreeSet::from([berta, carl]));
    let early = send(store, choir, anna, "early").await.unwrap().message.id;
    rename("Band").await.unwrap();
    store.edit_message(anna, early, "earlier".to_owned(), at(5)).await.unwrap();
    store.remove_participant(anna, choir, berta, at(5)).await.unwrap();
    // Nobody came late yet, and who went had seen it.
    assert_eq!(feed.hidden_from(), vec![nobody(); 4]);
    let gap = send(store, choir, anna, "in the gap").await.unwrap().message.id;
    add(store, anna, choir, berta).await;
    add(store, anna, choir, carl).await;
    rename("Choir").await.unwrap();
    assert_eq!(
        feed.hidden_from(),
        // The new message, Berta's coming and what she is told of it, Carl's, the new name.
        [nobody(), BTreeSet::from([berta]), nobody(), both.clone(), nobody(), both.clone()]
    );
    let like = |id| store.add_reaction(new_reaction_id(), anna, id, "👍".to_owned(), at(6));
    for (id, hidden) in [(early, only_carl), (gap, both.clone())] {
        like(id).await.unwrap();
        store.remove_reaction(anna, id, "👍".to_owned(), at(6)).await.unwrap();
        store.edit_message(anna, id, "edited".to_owned(), at(6)).await.unwrap();
        store.delete_message(anna, id, at(6)).await.unwrap();
        assert_eq!(feed.hidden_from(), vec![hidden; 4]);
    }
    store.remove_participant(anna, choir, carl, at(7)).await.unwrap();
    assert_eq!(feed.hidden_from(), [both]);
    let late = send(store, choir, anna, "late").await.unwrap().message.id;
    store.edit_message(anna, late, "later".to_owned(), at(7)).await.unwrap();
    rename("Band").await.unwrap();
    assert_eq!(feed.hidden_from(), vec![nobody(); 3]);
}

pub(crate) async fn an_owner_who_leaves_hands_over(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let choir = group(store, anna, &[berta, carl]).await;
    store.set_role(anna, choir, carl, Role::Admin, at(5)).await.unwrap();
    store.remove_participant(anna, choir, anna, at(6)).await.unwrap();
    assert_eq!(roles(store, carl, choir).await, [(berta, Role::Member), (carl, Role::Owner)]);
    store.remove_participant(carl, choir, carl, at(7)).await.unwrap();
    assert_eq!(roles(store, berta, choir).await, [(berta, Role::Owner)]);
}

pub(crate) async fn roles_decide_who_removes_whom(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let dora = add_user(store, "dora").await;
    let choir = group(store, anna, &[berta, carl]).await;
    assert!(is_forbidden(&store.remove_participant(berta, choir, carl, at(5)).await));
    let invite =
        |actor| store.add_participants(actor, choir, vec![dora], Contacts::Everyone, at(5));
    assert!(is_forbidden(&invite(berta).await));
    store.set_role(anna, choir, berta, Role::Admin, at(5)).await.unwrap();
    invite(berta).await.unwrap();
    assert!(is_forbidden(&store.remove_participant(berta, choir, anna, at(5)).await));
    store.remove_participant(berta, choir, carl, at(5)).await.unwrap();
    store.remove_participant(anna, choir, berta, at(5)).await.unwrap();
    let talk = direct(store, anna, berta).await;
    let third = store.add_participants(anna, talk, vec![dora], Contacts::Everyone, at(5)).await;
    assert!(is_forbidden(&third));
}

pub(crate) async fn only_the_owner_gives_roles(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let choir = group(store, anna, &[berta]).await;
    let mut feed = Feed::of(store);
    assert!(is_forbidden(&store.set_role(berta, choir, berta, Role::Owner, at(5)).await));
    assert!(is_not_found(&store.set_role(anna, choir, carl, Role::Admin, at(5)).await));
    assert!(is_forbidden(&store.set_role(anna, choir, anna, Role::Member, at(5)).await));
    assert_eq!(feed.kinds(), Vec::<&str>::new());
    store.set_role(anna, choir, berta, Role::Admin, at(5)).await.unwrap();
    assert_eq!(feed.kinds(), ["conversation"]);
    store.set_role(anna, choir, berta, Role::Admin, at(5)).await.unwrap();
    assert_eq!(feed.kinds(), Vec::<&str>::new());
    store.set_role(anna, choir, berta, Role::Owner, at(5)).await.unwrap();
    assert_eq!(roles(store, anna, choir).await, [(anna, Role::Admin), (berta, Role::Owner)]);
    let talk = direct(store, anna, berta).await;
    assert!(is_forbidden(&store.set_role(anna, talk, berta, Role::Admin, at(5)).await));
}

pub(crate) async fn a_group_is_full_at_its_bound(store: &dyn Store) {
    let pending = (0..=PARTICIPANTS_MAX)
        .map(|number| store.create_user(user_named(&format!("user{number}")), None));
    let users: Vec<UserId> =
        join_all(pending).await.into_iter().map(|user| user.unwrap().brief.id).collect();
    let refused = make_group(store, users[0], &users[1..]).await;
    assert_eq!(refused.unwrap_err(), Conflict::GroupFull.into());
    let last = users[PARTICIPANTS_MAX];
    let own = make_group(store, users[0], &users[1..PARTICIPANTS_MAX]).await.unwrap();
    let id = own.conversation.id;
    let refused = store.add_participants(users[0], id, vec![last], Contacts::Everyone, at(5)).await;
    assert_eq!(refused.unwrap_err(), Conflict::GroupFull.into());
    store.remove_participant(users[1], id, users[1], at(6)).await.unwrap();
    add(store, users[0], id, last).await;
}

pub(crate) async fn the_last_one_may_leave(store: &dyn Store) {
    let [anna, ..] = three_users(store).await;
    let choir = group(store, anna, &[]).await;
    store.remove_participant(anna, choir, anna, at(5)).await.unwrap();
    assert!(is_forbidden(&store.conversation(anna, choir).await));
}
