//! Conversations.

use futures_util::future::join_all;
use salala_core::permissions::Role;
use salala_core::wire::fields::Change;
use salala_store::Store;
use salala_store::log::{Audience, Event};
use salala_store::ports::conversations::{
    Contacts, ConversationChanges, ConversationCursor, NewGroup,
};
use salala_store::ports::messages::HistoryRange;

use super::world::{
    Feed, add_user, at, befriend, direct, draft, group, is_forbidden, is_invalid, is_not_found,
    make_group, new_conversation_id, new_user_id, send, three_users,
};

pub(crate) async fn two_who_write_to_each_other_at_once_share_one_conversation(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let mut feed = Feed::of(store);
    let pending = (0..10).map(|number| {
        let (one, other) = if number % 2 == 0 { (anna, berta) } else { (berta, anna) };
        store.open_direct(new_conversation_id(), one, other, Contacts::Everyone, at(1))
    });
    let opened: Vec<_> = join_all(pending).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(opened.iter().filter(|(_, is_new)| *is_new).count(), 1);
    let first = &opened[0].0.conversation;
    assert!(opened.iter().all(|(own, _)| own.conversation == *first));
    assert_eq!((first.is_group, first.participants.len(), first.last_seq), (false, 2, 0));
    assert_eq!((opened[0].0.membership.role, &first.name), (Role::Member, &None));
    let Event::ConversationUpdated { added, removed, .. } = feed.one() else { panic!() };
    assert_eq!((added, removed), (vec![anna, berta], vec![]));
}

pub(crate) async fn only_friends_where_contacts_says_so(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let open =
        |other| store.open_direct(new_conversation_id(), anna, other, Contacts::Friends, at(1));
    let mut feed = Feed::of(store);
    assert!(is_forbidden(&open(berta).await));
    assert_eq!(feed.kinds(), Vec::<&str>::new());
    let before = direct(store, carl, anna).await;
    assert_eq!(open(carl).await.unwrap().0.conversation.id, before);
    befriend(store, anna, berta).await;
    assert!(!open(berta).await.unwrap().1);
    assert!(is_forbidden(&open(anna).await));
    assert!(is_not_found(&open(new_user_id()).await));
    let found = |participant_ids| {
        let new = NewGroup {
            id: new_conversation_id(),
            name: "Choir".to_owned(),
            owner_id: anna,
            participant_ids,
            created_at: at(1),
        };
        store.create_group(new, Contacts::Friends)
    };
    assert!(is_forbidden(&found(vec![berta, carl]).await));
    let choir = found(vec![berta]).await.unwrap().conversation.id;
    let refused = store.add_participants(anna, choir, vec![carl], Contacts::Friends, at(2)).await;
    assert!(is_forbidden(&refused));
}

pub(crate) async fn a_group_holds_whom_it_was_made_with_once(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let mut feed = Feed::of(store);
    let own = make_group(store, anna, &[carl, berta, anna, carl]).await.unwrap();
    let members: Vec<_> = own
        .conversation
        .participants
        .iter()
        .map(|participant| (participant.user.id, participant.role))
        .collect();
    assert_eq!(members, [(anna, Role::Owner), (carl, Role::Member), (berta, Role::Member)]);
    assert_eq!(own.membership.role, Role::Owner);
    assert_eq!(own.conversation.name.as_deref(), Some("Choir"));
    let events = feed.take();
    assert_eq!(events.len(), 3);
    assert_eq!(events[0].audience, Audience::Conversation(own.conversation.id));
    let Event::ConversationUpdated { conversation, added, .. } = &events[0].event else { panic!() };
    assert_eq!(**conversation, own.conversation);
    assert_eq!(*added, [anna, carl, berta]);
    for (event, user_id) in events[1..].iter().zip([carl, berta]) {
        assert_eq!(event.audience, Audience::User(user_id));
        let Event::GroupJoined(joined) = &event.event else { panic!() };
        assert_eq!((joined.actor.id, joined.group_name.as_str()), (anna, "Choir"));
        assert_eq!(joined.conversation_id, own.conversation.id);
    }
}

pub(crate) async fn a_group_of_unknown_users_is_refused(store: &dyn Store) {
    let [anna, ..] = three_users(store).await;
    let refused = make_group(store, anna, &[new_user_id()]).await;
    assert!(is_invalid(&refused, "participantIds"));
    let choir = group(store, anna, &[]).await;
    let refused =
        store.add_participants(anna, choir, vec![new_user_id()], Contacts::Everyone, at(2)).await;
    assert!(is_invalid(&refused, "userIds"));
    assert_eq!(store.conversations(anna, None, 9).await.unwrap().len(), 1);
}

pub(crate) async fn a_list_is_paged_by_activity(store: &dyn Store) {
    let anna = add_user(store, "anna").await;
    let mut ids = Vec::new();
    for number in 0..5 {
        let other = add_user(store, &format!("other{number}")).await;
        ids.push(direct(store, anna, other).await);
    }
    // Two of them at the same moment: the cursor must tell them apart.
    for (index, moment) in [(3, 20), (0, 30), (4, 30), (1, 40)] {
        let mut message = draft(ids[index], anna, "hello");
        message.created_at = at(moment);
        store.send_message(message).await.unwrap();
    }
    let all = store.conversations(anna, None, 9).await.unwrap();
    let order: Vec<_> = all.iter().map(|own| own.conversation.id).collect();
    assert_eq!((order[0], order[3], order[4]), (ids[1], ids[3], ids[2]));
    assert_eq!(all[0].conversation.last_message.as_ref().unwrap().seq, 1);
    let mut paged = Vec::new();
    let mut cursor = None;
    loop {
        let page = store.conversations(anna, cursor, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        cursor = Some(ConversationCursor {
            updated_at: last.conversation.updated_at,
            id: last.conversation.id,
        });
        paged.extend(page);
    }
    assert_eq!(paged, all);
}

pub(crate) async fn own_settings_change_silently_and_group_settings_by_event(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let choir = group(store, anna, &[berta]).await;
    let mut feed = Feed::of(store);
    let own = ConversationChanges {
        muted_until: Change::Set(at(99)),
        pinned_at: Change::Set(at(2)),
        archived_at: Change::Set(at(3)),
        marked_unread: Some(true),
        ..ConversationChanges::default()
    };
    let changed = store.update_conversation(berta, choir, own, at(4)).await.unwrap();
    assert_eq!(changed.membership.muted_until, Some(at(99)));
    assert_eq!(changed.membership.pinned_at, Some(at(2)));
    assert_eq!(changed.membership.archived_at, Some(at(3)));
    assert!(changed.membership.marked_unread);
    assert_eq!(store.conversation(berta, choir).await.unwrap(), changed);
    let others = store.conversation(anna, choir).await.unwrap().membership;
    assert_eq!((others.muted_until, others.marked_unread), (None, false));
    let clear =
        ConversationChanges { muted_until: Change::Clear, ..ConversationChanges::default() };
    let changed = store.update_conversation(berta, choir, clear, at(4)).await.unwrap();
    assert_eq!((changed.membership.muted_until, changed.membership.pinned_at), (None, Some(at(2))));
    assert_eq!(feed.kinds(), Vec::<&str>::new());
    let named = ConversationChanges {
        name: Some("Band".to_owned()),
        avatar: Change::Set("https://example.org/a".to_owned()),
        ..ConversationChanges::default()
    };
    assert!(is_forbidden(&store.update_conversation(berta, choir, named.clone(), at(5)).await));
    let changed = store.update_conversation(anna, choir, named.clone(), at(5)).await.unwrap();
    assert_eq!(changed.conversation.name.as_deref(), Some("Band"));
    let Event::ConversationUpdated { conversation, .. } = feed.one() else { panic!() };
    assert_eq!(*conversation, changed.conversation);
    store.update_conversation(anna, choir, named.clone(), at(6)).await.unwrap();
    assert_eq!(feed.kinds(), Vec::<&str>::new());
    let talk = direct(store, anna, berta).await;
    assert!(is_forbidden(&store.update_conversation(anna, talk, named, at(5)).await));
}

pub(crate) async fn strangers_are_refused_everywhere(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let choir = group(store, anna, &[berta]).await;
    let changes = ConversationChanges::default;
    let add = |id| store.add_participants(carl, id, vec![carl], Contacts::Everyone, at(2));
    assert!(is_forbidden(&store.conversation(carl, choir).await));
    assert!(is_forbidden(&store.membership(carl, choir).await));
    assert!(is_forbidden(&store.update_conversation(carl, choir, changes(), at(2)).await));
    assert!(is_forbidden(&add(choir).await));
    assert!(is_forbidden(&store.remove_participant(carl, choir, berta, at(2)).await));
    assert!(is_forbidden(&store.set_role(carl, choir, carl, Role::Owner, at(2)).await));
    assert!(is_forbidden(&send(store, choir, carl, "hello").await));
    assert!(is_forbidden(&store.history(carl, choir, HistoryRange::Newest, 9).await));
    assert!(is_forbidden(&store.media(carl, choir, None, 9).await));
    assert!(is_forbidden(&store.read_to(carl, choir, 1, at(2)).await));
    let nowhere = new_conversation_id();
    assert!(is_not_found(&store.conversation(carl, nowhere).await));
    assert!(is_not_found(&store.membership(carl, nowhere).await));
    assert!(is_not_found(&store.update_conversation(carl, nowhere, changes(), at(2)).await));
    assert!(is_not_found(&add(nowhere).await));
    assert!(is_not_found(&store.remove_participant(carl, nowhere, berta, at(2)).await));
    assert!(is_not_found(&store.set_role(carl, nowhere, carl, Role::Owner, at(2)).await));
    assert!(is_not_found(&send(store, nowhere, carl, "hello").await));
    assert!(is_not_found(&store.history(carl, nowhere, HistoryRange::Newest, 9).await));
    assert!(is_not_found(&store.media(carl, nowhere, None, 9).await));
    assert!(is_not_found(&store.read_to(carl, nowhere, 1, at(2)).await));
    assert!(store.conversations(carl, None, 9).await.unwrap().is_empty());
}
