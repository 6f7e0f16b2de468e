//! Blocks.

use salala_core::wire::fields::Change;
use salala_store::log::{Audience, Event};
use salala_store::ports::conversations::Contacts;
use salala_store::{Store, StoreError};

use super::world::{
    Feed, at, befriend, direct, draft, group, is_forbidden, is_not_found, make_group,
    new_conversation_id, new_reaction_id, new_request_id, new_user_id, send, three_users,
};

pub(crate) async fn a_block_is_made_once_and_heard_by_both(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let mut feed = Feed::of(store);
    store.block_user(anna, berta, at(1)).await.unwrap();
    let told: Vec<_> = feed.take().into_iter().map(|told| (told.audience, told.event)).collect();
    assert!(matches!(
        told[..],
        [
            (Audience::User(one), Event::BlockChanged { other_id: two, is_blocked: true }),
            (Audience::User(three), Event::BlockChanged { other_id: four, is_blocked: true }),
        ] if [one, two, three, four] == [anna, berta, berta, anna]
    ));
    // A repeat, and the other's own block, change nothing between the two.
    store.block_user(anna, berta, at(2)).await.unwrap();
    store.block_user(berta, anna, at(2)).await.unwrap();
    store.unblock_user(anna, berta, at(3)).await.unwrap();
    store.unblock_user(anna, berta, at(3)).await.unwrap();
    assert_eq!(feed.kinds(), Vec::<&str>::new());
    assert!(store.blocks(anna).await.unwrap().is_empty());
    assert_eq!(store.blocks(berta).await.unwrap()[0].id, anna);
    assert_eq!(store.blocked_either_way(anna).await.unwrap(), [berta]);
    assert_eq!(store.acquaintances(anna).await.unwrap().blocked, [berta]);
    assert!(store.blocked_either_way(carl).await.unwrap().is_empty());
    store.unblock_user(berta, anna, at(4)).await.unwrap();
    assert_eq!(feed.kinds(), ["block", "block"]);
    assert!(store.blocked_either_way(anna).await.unwrap().is_empty());
    assert!(is_not_found(&store.block_user(anna, new_user_id(), at(5)).await));
    assert!(is_forbidden(&store.block_user(anna, anna, at(5)).await));
}

pub(crate) async fn a_block_refuses_both_sides_and_deletes_nothing(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    let mut first = draft(talk, berta, "before");
    first.client_message_id = Some("first".to_owned());
    let sent = store.send_message(first.clone()).await.unwrap().message;
    store.block_user(anna, berta, at(2)).await.unwrap();
    for (one, other) in [(anna, berta), (berta, anna)] {
        assert!(is_forbidden(&send(store, talk, one, "no").await));
        let asked = store.create_friend_request(new_request_id(), one, other, at(3)).await;
        assert!(is_forbidden(&asked));
        assert!(is_forbidden(&make_group(store, one, &[other]).await));
        let choir = group(store, one, &[carl]).await;
        let added =
            store.add_participants(one, choir, vec![other], Contacts::Everyone, at(3)).await;
        assert!(is_forbidden(&added));
        let reacted =
            store.add_reaction(new_reaction_id(), one, sent.id, "x".to_owned(), at(3)).await;
        assert!(is_forbidden(&reacted));
    }
    let edited = store.edit_message(berta, sent.id, "insult".to_owned(), at(3)).await;
    assert!(is_forbidden(&edited));
    // What was sent before was sent, what is there stays to be read, and one's own may go.
    assert!(store.send_message(first).await.unwrap().is_repeat);
    assert_eq!(direct(store, berta, anna).await, talk);
    store.mark_messages_read(anna, vec![sent.id], at(4)).await.unwrap();
    store.delete_message(berta, sent.id, at(4)).await.unwrap();
    store.unblock_user(anna, berta, at(5)).await.unwrap();
    send(store, talk, berta, "again").await.unwrap();
    befriend(store, berta, anna).await;
}

pub(crate) async fn no_conversation_and_no_friendship_begins_under_a_block(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let request = store.create_friend_request(new_request_id(), anna, berta, at(1)).await.unwrap();
    store.block_user(berta, anna, at(2)).await.unwrap();
    let id = new_conversation_id();
    for (one, other) in [(anna, berta), (berta, anna)] {
        let opened = store.open_direct(id, one, other, Contacts::Everyone, at(3)).await;
        assert!(is_forbidden(&opened));
    }
    assert!(is_forbidden(&store.accept_friend_request(berta, request.id, id, at(3)).await));
    store.reject_friend_request(berta, request.id, at(3)).await.unwrap();
    assert!(matches!(store.conversation(anna, id).await, Err(StoreError::NotFound(_))));
}

pub(crate) async fn shared_groups_go_on_and_name_their_blocks(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let choir = group(store, carl, &[anna, berta]).await;
    store.block_user(anna, berta, at(2)).await.unwrap();
    send(store, choir, berta, "hello").await.unwrap();
    send(store, choir, anna, "hello").await.unwrap();
    let own = store.conversation(carl, choir).await.unwrap();
    assert_eq!(own.conversation.blocks, [(anna, berta)]);
    let mut feed = Feed::of(store);
    let renamed = salala_store::ports::conversations::ConversationChanges {
        name: Some("Band".to_owned()),
        avatar: Change::Keep,
        ..Default::default()
    };
    store.update_conversation(carl, choir, renamed, at(3)).await.unwrap();
    let Event::ConversationUpdated { conversation, .. } = feed.one() else { panic!() };
    assert_eq!(conversation.blocks, [(anna, berta)]);
    store.remove_participant(carl, choir, berta, at(4)).await.unwrap();
    let own = store.conversation(carl, choir).await.unwrap();
    assert!(own.conversation.blocks.is_empty());
}

pub(crate) async fn blocks_are_listed_by_name(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    store.block_user(anna, berta, at(1)).await.unwrap();
    store.block_user(anna, carl, at(1)).await.unwrap();
    let names: Vec<_> =
        store.blocks(anna).await.unwrap().into_iter().map(|user| user.username).collect();
    assert_eq!(names, ["berta", "carl"]);
}
