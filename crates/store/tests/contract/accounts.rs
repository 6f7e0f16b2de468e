//! Erasing accounts.

use salala_core::ids::{ConversationId, UserId};
use salala_core::records::{FriendRequestStatus, Message};
use salala_core::search::SearchQuery;
use salala_store::log::{Audience, Event};
use salala_store::ports::conversations::{Contacts, ConversationChanges};
use salala_store::ports::messages::HistoryRange;
use salala_store::ports::sessions::RefreshOutcome;
use salala_store::ports::users::ProfileChanges;
use salala_store::{Access, Store};

use super::world::{
    Feed, PASSWORD_HASH, add_user, at, befriend, direct, draft, group, is_forbidden, is_invalid,
    is_not_found, kind, make_group, new_conversation_id, new_reaction_id, new_request_id,
    new_user_id, send, send_many, session_of, three_users, user_named,
};

/// Empties all that is to be emptied; gives in how many steps.
async fn carry_on(store: &dyn Store, limit: usize) -> usize {
    let mut steps = 0;
    while store.carry_on_erasure(limit, at(900)).await.unwrap() {
        steps += 1;
        assert!(steps < 10_000, "it does not end");
    }
    steps
}

async fn history(store: &dyn Store, reader: UserId, id: ConversationId) -> Vec<Message> {
    let history = store.history(reader, id, HistoryRange::Newest, 100).await.unwrap();
    history.messages.into_iter().rev().collect()
}

pub(crate) async fn an_erased_account_is_none_any_more(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let session = session_of(anna, [1; 32]);
    let session_id = session.id;
    store.create_session(session, PASSWORD_HASH.to_owned()).await.unwrap();
    store.rotate_refresh([1; 32], [2; 32], at(2), at(1000), None).await.unwrap();
    befriend(store, anna, berta).await;
    store.block_user(carl, anna, at(3)).await.unwrap();
    store.erase_user(anna, at(5)).await.unwrap();
    assert!(is_not_found(&store.user(anna).await));
    assert!(is_not_found(&store.credentials(anna).await));
    for login in ["anna", "anna@example.org", "", &format!("deleted:{anna}")] {
        assert!(is_not_found(&store.credentials_by_login(login.to_owned()).await), "{login}");
    }
    for session_id in [None, Some(session_id)] {
        assert!(matches!(store.access(anna, session_id).await.unwrap(), Access::Unknown));
    }
    for hash in [[1; 32], [2; 32]] {
        let traded = store.rotate_refresh(hash, [3; 32], at(6), at(1000), None).await;
        assert_eq!(traded, Ok(RefreshOutcome::Unknown));
    }
    let session = session_of(anna, [4; 32]);
    assert!(is_forbidden(&store.create_session(session, PASSWORD_HASH.to_owned()).await));
    assert!(is_forbidden(&store.create_session(session_of(anna, [4; 32]), String::new()).await));
    assert_eq!(store.sessions(anna, at(6)).await, Ok(Vec::new()));
    for query in ["anna", "anna@example.org", "deleted", "account"] {
        assert_eq!(store.search_users(berta, query.to_owned(), 9).await.unwrap(), [], "{query}");
    }
    assert_eq!(store.friends(berta).await.unwrap(), []);
    assert_eq!(store.blocks(carl).await.unwrap(), []);
    let password = store.set_password(anna, "new".to_owned(), None, None, at(6)).await;
    assert!(is_not_found(&password));
    assert!(is_not_found(&store.set_disabled(anna, false, at(6)).await));
    assert!(is_not_found(&store.update_profile(anna, ProfileChanges::default()).await));
    assert!(is_not_found(&store.request_erasure(anna, at(6)).await));
    // A device that goes late is no error, and leaves nothing behind.
    store.set_last_seen(anna, at(7)).await.unwrap();
    let again = store.create_user(user_named("Anna"), None).await.unwrap();
    assert_ne!(again.brief.id, anna);
    assert!(is_not_found(&store.erase_user(new_user_id(), at(5)).await));
}

pub(crate) async fn whoever_is_erased_does_nothing_and_is_written_to_no_more(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    let annas = send(store, talk, anna, "mine").await.unwrap().message;
    let bertas = send(store, talk, berta, "hers").await.unwrap().message;
    let asked = store.create_friend_request(new_request_id(), berta, anna, at(2)).await.unwrap();
    store.erase_user(anna, at(5)).await.unwrap();
    for (one, other) in [(anna, berta), (berta, anna)] {
        assert!(is_forbidden(&send(store, talk, one, "no").await));
        let react = |id| store.add_reaction(new_reaction_id(), one, id, "👍".to_owned(), at(6));
        assert!(is_forbidden(&react(annas.id).await) && is_forbidden(&react(bertas.id).await));
        let opened =
            store.open_direct(new_conversation_id(), one, other, Contacts::Everyone, at(6));
        assert!(is_not_found(&opened.await));
        let request = store.create_friend_request(new_request_id(), one, other, at(6)).await;
        assert!(is_not_found(&request));
        assert!(is_not_found(&store.block_user(one, other, at(6)).await));
    }
    assert!(is_forbidden(&store.edit_message(anna, annas.id, "no".to_owned(), at(6)).await));
    assert!(is_forbidden(&store.edit_message(berta, bertas.id, "no".to_owned(), at(6)).await));
    assert!(is_forbidden(&store.delete_message(anna, annas.id, at(6)).await));
    assert!(is_forbidden(&store.read_to(anna, talk, 2, at(6)).await));
    assert!(is_forbidden(&store.history(anna, talk, HistoryRange::Newest, 9).await));
    let accepted = store.accept_friend_request(anna, asked.id, new_conversation_id(), at(6)).await;
    assert!(is_not_found(&accepted));
    assert!(is_not_found(&make_group(store, anna, &[]).await));
    assert!(is_invalid(&make_group(store, berta, &[anna]).await, "participantIds"));
    let choir = group(store, berta, &[]).await;
    let added = store.add_participants(berta, choir, vec![anna], Contacts::Everyone, at(6)).await;
    assert!(is_invalid(&added, "userIds"));
    // The other goes on with what is there.
    store.delete_message(berta, bertas.id, at(7)).await.unwrap();
    store.read_to(berta, talk, 2, at(7)).await.unwrap();
    let shown = store.conversation(berta, talk).await.unwrap().conversation;
    let tombstone = &shown.participants.iter().find(|member| member.user.id == anna).unwrap().user;
    assert!(tombstone.username.starts_with("deleted-"), "{tombstone:?}");
    assert_eq!(tombstone.name(), "Deleted account");
    assert_eq!((&tombstone.avatar, tombstone.last_seen_at), (&None, None));
    assert_eq!(history(store, berta, talk).await[0].sender, *tombstone);
}

pub(crate) async fn erasing_tells_those_who_knew_the_user(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    befriend(store, anna, berta).await;
    let talk = store.conversations(anna, None, 9).await.unwrap()[0].conversation.id;
    let choir = group(store, anna, &[berta, carl]).await;
    let alone = group(store, anna, &[]).await;
    let sent = store.create_friend_request(new_request_id(), anna, carl, at(2)).await.unwrap();
    let dora = add_user(store, "dora").await;
    let got = store.create_friend_request(new_request_id(), dora, anna, at(2)).await.unwrap();
    let mut feed = Feed::of(store);
    store.erase_user(anna, at(5)).await.unwrap();
    let events = feed.take();
    let Event::UserErased(known) = &events[0].event else { panic!("{events:?}") };
    assert_eq!(events[0].audience, Audience::User(anna));
    assert_eq!(known.friends, [berta]);
    assert_eq!(known.conversations.len(), 3);
    let answers = [
        (carl, sent.id, FriendRequestStatus::Cancelled),
        (dora, got.id, FriendRequestStatus::Rejected),
    ];
    for ((user_id, id, status), told) in answers.into_iter().zip(&events[1..3]) {
        let Event::FriendRequestUpdated(request) = &told.event else { panic!("{told:?}") };
        assert_eq!(
            (told.audience, request.id, request.status),
            (Audience::User(user_id), id, status)
        );
    }
    let mut changed = Vec::new();
    for told in &events[3..] {
        let Event::ConversationUpdated { conversation, added, removed, .. } = &told.event else {
            panic!("{told:?}")
        };
        assert!(added.is_empty());
        let owner = conversation.participants.iter().find(|member| member.role.as_str() == "owner");
        changed.push((conversation.id, removed.clone(), owner.map(|member| member.user.id)));
    }
    changed.sort();
    let mut expected =
        [(talk, vec![], None), (choir, vec![anna], Some(berta)), (alone, vec![anna], None)];
    expected.sort();
    assert_eq!(changed, expected);
    assert!(is_forbidden(&store.conversation(anna, choir).await));
    store.erase_user(anna, at(6)).await.unwrap();
    assert!(feed.take().is_empty(), "a repeat is told to nobody");
}

pub(crate) async fn what_the_erased_wrote_is_emptied_step_by_step(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    let choir = group(store, berta, &[anna, carl]).await;
    let mut first = draft(talk, anna, "needle one");
    first.client_message_id = Some("mine".to_owned());
    first.file_url = Some("https://example.org/f".to_owned());
    let first = store.send_message(first).await.unwrap().message;
    let mut reply = draft(talk, berta, "answer needle");
    reply.reply_to_id = Some(first.id);
    let reply = store.send_message(reply).await.unwrap().message;
    store.read_to(anna, talk, 2, at(3)).await.unwrap();
    store.add_reaction(new_reaction_id(), anna, reply.id, "👍".to_owned(), at(3)).await.unwrap();
    store.add_reaction(new_reaction_id(), berta, reply.id, "🎉".to_owned(), at(3)).await.unwrap();
    store.add_reaction(new_reaction_id(), berta, first.id, "👍".to_owned(), at(3)).await.unwrap();
    let others = send_many(store, choir, carl, 3).await;
    for other in &others {
        store.mark_messages_read(anna, vec![other.id], at(4)).await.unwrap();
    }
    let many = send_many(store, choir, anna, 20).await;
    store.delete_message(anna, many[4].id, at(4)).await.unwrap();
    // Written in an earlier membership, which ended before.
    store.remove_participant(berta, choir, anna, at(4)).await.unwrap();
    let unread = async |reader| store.membership(reader, choir).await.unwrap().0.unread_count;
    assert_eq!((unread(berta).await, unread(carl).await), (22, 19));
    let mut feed = Feed::of(store);
    store.erase_user(anna, at(5)).await.unwrap();
    feed.take();
    let steps = carry_on(store, 3).await;
    assert!(steps >= 7, "{steps}");
    let mut kinds = std::collections::BTreeMap::new();
    for told in feed.take() {
        if let Event::MessageDeleted(message) = &told.event {
            assert_eq!((message.sender.id, message.deleted_at), (anna, Some(at(900))));
            assert_eq!((&message.content, &message.file_url), (&None, &None));
            assert_eq!((&message.client_message_id, message.reactions.len()), (&None, 0));
        }
        *kinds.entry(kind(&told.event)).or_insert(0) += 1;
    }
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), [("deleted", 20), ("unreacted", 1)]);
    assert_eq!((unread(berta).await, unread(carl).await), (3, 0));
    let shown = history(store, berta, talk).await;
    assert!(shown[0].deleted_at.is_some() && shown[0].content.is_none());
    let quoted = shown[1].reply_to.as_ref().unwrap();
    assert_eq!((&quoted.content, &quoted.file_url, quoted.sender_id), (&None, &None, anna));
    assert_eq!(shown[1].content.as_deref(), Some("answer needle"));
    assert!(shown[1].reads.is_empty(), "the erased are no readers");
    let emojis: Vec<_> = shown[1].reactions.iter().map(|given| given.emoji.as_str()).collect();
    assert_eq!(emojis, ["🎉"]);
    let shown = history(store, carl, choir).await;
    assert!(shown.iter().all(|message| message.reads.iter().all(|read| read.user_id != anna)));
    assert!(
        shown.iter().all(|message| message.deleted_at.is_some() == (message.sender.id == anna))
    );
    assert_eq!(shown[7].deleted_at, Some(at(4)), "what was deleted before stays as it was");
    let query = SearchQuery::parse("needle").unwrap();
    let hits = store.search_messages(berta, query, None, None, 9).await.unwrap();
    assert_eq!(hits.iter().map(|hit| hit.id).collect::<Vec<_>>(), [reply.id]);
    assert!(store.media(berta, talk, None, 9).await.unwrap().is_empty());
    assert_eq!(carry_on(store, 3).await, 0);
}

pub(crate) async fn an_erasure_asked_for_is_made_by_the_next_step(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let choir = group(store, anna, &[berta]).await;
    send(store, choir, anna, "hello").await.unwrap();
    let mut feed = Feed::of(store);
    for _ in 0..2 {
        store.request_erasure(anna, at(5)).await.unwrap();
    }
    assert!(feed.take().is_empty());
    assert!(matches!(store.access(anna, None).await.unwrap(), Access::Revoked));
    carry_on(store, 9).await;
    assert_eq!(feed.kinds(), ["erased", "conversation", "deleted"]);
    assert!(is_not_found(&store.user(anna).await));
    assert!(is_not_found(&store.request_erasure(new_user_id(), at(5)).await));
}

pub(crate) async fn very_many_conversations_are_left_in_steps(store: &dyn Store) {
    const GROUPS: usize = 300;
    let [anna, berta, carl] = three_users(store).await;
    let mut groups = Vec::new();
    for _ in 0..GROUPS {
        groups.push(group(store, anna, &[berta]).await);
    }
    let pinned =
        ConversationChanges { marked_unread: Some(true), ..ConversationChanges::default() };
    store.update_conversation(anna, groups[0], pinned, at(2)).await.unwrap();
    store.erase_user(anna, at(5)).await.unwrap();
    store.erase_user(carl, at(5)).await.unwrap();
    carry_on(store, 9).await;
    for id in groups {
        let own = store.conversation(berta, id).await.unwrap();
        let members: Vec<_> = own.conversation.participants.iter().map(|one| one.user.id).collect();
        assert_eq!((members, own.membership.role.as_str()), (vec![berta], "owner"));
    }
}
