//! Reactions.

use salala_core::limits::REACTIONS_PER_USER_MAX;
use salala_store::log::Event;
use salala_store::{Conflict, Store};

use super::world::{
    Feed, at, direct, is_forbidden, is_not_found, new_message_id, new_reaction_id, send,
    three_users,
};

pub(crate) async fn a_reaction_is_given_once_and_taken_back_once(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    let id = send(store, talk, anna, "hello").await.unwrap().message.id;
    let mut feed = Feed::of(store);
    let add = |user, emoji: &str| {
        store.add_reaction(new_reaction_id(), user, id, emoji.to_owned(), at(20))
    };
    let first = add(berta, "👍").await.unwrap();
    assert_eq!((first.message_id, first.conversation_id, first.user_id), (id, talk, berta));
    let Event::ReactionAdded(told) = feed.one() else { panic!() };
    assert_eq!(told, first);
    assert_eq!(add(berta, "👍").await.unwrap(), first);
    assert_eq!(feed.kinds(), Vec::<&str>::new());
    let second = add(anna, "👍").await.unwrap();
    let third = add(berta, "❤").await.unwrap();
    let given = store.message(anna, id).await.unwrap().reactions;
    assert_eq!(given, [first.clone(), second.clone(), third.clone()]);
    feed.take();
    store.remove_reaction(berta, id, "👍".to_owned(), at(21)).await.unwrap();
    let Event::ReactionRemoved(told) = feed.one() else { panic!() };
    assert_eq!(told, first);
    store.remove_reaction(berta, id, "👍".to_owned(), at(22)).await.unwrap();
    assert_eq!(feed.kinds(), Vec::<&str>::new());
    assert_eq!(store.message(anna, id).await.unwrap().reactions, [second, third]);
}

pub(crate) async fn reactions_have_a_bound_and_end_with_their_message(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    let id = send(store, talk, anna, "hello").await.unwrap().message.id;
    let mut feed = Feed::of(store);
    let add = |number: usize| {
        store.add_reaction(new_reaction_id(), berta, id, format!("{number}"), at(20))
    };
    for number in 0..REACTIONS_PER_USER_MAX {
        add(number).await.unwrap();
    }
    assert_eq!(feed.take().len(), REACTIONS_PER_USER_MAX);
    let refused = add(REACTIONS_PER_USER_MAX).await;
    assert_eq!(refused.unwrap_err(), Conflict::TooManyReactions.into());
    assert_eq!(feed.kinds(), Vec::<&str>::new());
    add(0).await.unwrap();
    let given = store.message(anna, id).await.unwrap().reactions;
    assert_eq!(given.len(), REACTIONS_PER_USER_MAX);
    store.delete_message(anna, id, at(21)).await.unwrap();
    assert_eq!(add(0).await.unwrap_err(), Conflict::MessageDeleted.into());
    assert!(store.message(anna, id).await.unwrap().reactions.is_empty());
}

pub(crate) async fn reactions_are_for_those_who_see_the_message(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let talk = direct(store, anna, berta).await;
    let id = send(store, talk, anna, "hello").await.unwrap().message.id;
    let add = |user, id| store.add_reaction(new_reaction_id(), user, id, "👍".to_owned(), at(20));
    assert!(is_forbidden(&add(carl, id).await));
    assert!(is_not_found(&add(anna, new_message_id()).await));
    assert!(is_forbidden(&store.remove_reaction(carl, id, "👍".to_owned(), at(20)).await));
    let nothing = store.remove_reaction(anna, new_message_id(), "👍".to_owned(), at(20)).await;
    assert!(is_not_found(&nothing));
}
