//! Friends and friend requests.

use futures_util::future::join_all;
use salala_core::records::FriendRequestStatus;
use salala_store::log::Audience;
use salala_store::{Conflict, Store, StoreError};

use super::world::{
    Feed, at, befriend, direct, is_forbidden, is_not_found, kind, new_conversation_id,
    new_request_id, new_user_id, three_users,
};

pub(crate) async fn a_request_that_is_accepted_makes_friends_and_a_conversation(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let mut feed = Feed::of(store);
    let request = store.create_friend_request(new_request_id(), anna, berta, at(1)).await.unwrap();
    assert_eq!((request.sender.id, request.receiver_id), (anna, berta));
    assert_eq!(request.status, FriendRequestStatus::Pending);
    let asked = feed.take();
    assert_eq!((asked.len(), asked[0].audience), (1, Audience::User(berta)));
    assert_eq!(store.pending_friend_requests(berta).await.unwrap(), vec![request.clone()]);
    assert!(store.pending_friend_requests(anna).await.unwrap().is_empty());
    for stranger in [anna, carl] {
        let refused =
            store.accept_friend_request(stranger, request.id, new_conversation_id(), at(2)).await;
        assert!(is_not_found(&refused));
    }
    let id = new_conversation_id();
    let accepted = store.accept_friend_request(berta, request.id, id, at(2)).await.unwrap();
    assert_eq!(accepted.conversation.id, id);
    let told: Vec<_> =
        feed.take().iter().map(|event| (kind(&event.event), event.audience)).collect();
    assert_eq!(
        told,
        [
            ("answered", Audience::User(anna)),
            ("answered", Audience::User(berta)),
            ("conversation", Audience::Conversation(id)),
        ]
    );
    let repeat = store.accept_friend_request(berta, request.id, new_conversation_id(), at(3)).await;
    assert_eq!(repeat.unwrap().conversation.id, id);
    assert_eq!(feed.kinds(), Vec::<&str>::new());
    assert_eq!(store.friends(anna).await.unwrap()[0].id, berta);
    assert_eq!(store.friends(berta).await.unwrap()[0].id, anna);
    assert!(store.pending_friend_requests(berta).await.unwrap().is_empty());
    assert_eq!(direct(store, anna, berta).await, id);
}

pub(crate) async fn a_request_waits_once_between_two(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    store.create_friend_request(new_request_id(), anna, berta, at(1)).await.unwrap();
    for (sender, receiver) in [(anna, berta), (berta, anna)] {
        let repeat = store.create_friend_request(new_request_id(), sender, receiver, at(2)).await;
        assert_eq!(repeat.unwrap_err(), Conflict::RequestPending.into());
    }
}

pub(crate) async fn requests_both_ways_at_once_leave_one(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let pending = (0..10).map(|number| {
        let (sender, receiver) = if number % 2 == 0 { (anna, berta) } else { (berta, anna) };
        store.create_friend_request(new_request_id(), sender, receiver, at(1))
    });
    let outcomes = join_all(pending).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    for outcome in outcomes.into_iter().filter(Result::is_err) {
        assert_eq!(outcome.unwrap_err(), StoreError::Conflict(Conflict::RequestPending));
    }
}

pub(crate) async fn friends_cannot_ask_again_until_they_part(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    befriend(store, anna, berta).await;
    let again = store.create_friend_request(new_request_id(), berta, anna, at(3)).await;
    assert_eq!(again.unwrap_err(), Conflict::AlreadyFriends.into());
    store.remove_friend(berta, anna).await.unwrap();
    assert!(is_not_found(&store.remove_friend(anna, berta).await));
    assert!(store.friends(anna).await.unwrap().is_empty());
    store.create_friend_request(new_request_id(), berta, anna, at(4)).await.unwrap();
}

pub(crate) async fn a_rejected_request_is_closed(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    let mut feed = Feed::of(store);
    let request = store.create_friend_request(new_request_id(), anna, berta, at(1)).await.unwrap();
    assert!(is_not_found(&store.reject_friend_request(carl, request.id, at(2)).await));
    let rejected = store.reject_friend_request(berta, request.id, at(2)).await.unwrap();
    assert_eq!(rejected.status, FriendRequestStatus::Rejected);
    assert_eq!(feed.kinds(), ["asked", "answered", "answered"]);
    let closed = StoreError::Conflict(Conflict::RequestClosed);
    let again = store.reject_friend_request(berta, request.id, at(3)).await;
    assert_eq!(again.unwrap_err(), closed);
    let late = store.accept_friend_request(berta, request.id, new_conversation_id(), at(3)).await;
    assert_eq!(late.unwrap_err(), closed);
    let late = store.cancel_friend_request(anna, request.id, at(3)).await;
    assert_eq!(late.unwrap_err(), closed);
    assert_eq!(feed.kinds(), Vec::<&str>::new());
    store.create_friend_request(new_request_id(), anna, berta, at(4)).await.unwrap();
}

pub(crate) async fn only_the_sender_takes_a_request_back(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let request = store.create_friend_request(new_request_id(), anna, berta, at(1)).await.unwrap();
    assert!(is_not_found(&store.cancel_friend_request(berta, request.id, at(2)).await));
    assert!(is_not_found(&store.cancel_friend_request(anna, new_request_id(), at(2)).await));
    store.cancel_friend_request(anna, request.id, at(2)).await.unwrap();
    let late = store.accept_friend_request(berta, request.id, new_conversation_id(), at(3)).await;
    assert_eq!(late.unwrap_err(), Conflict::RequestClosed.into());
}

pub(crate) async fn nobody_befriends_oneself_or_nobody(store: &dyn Store) {
    let [anna, ..] = three_users(store).await;
    let oneself = store.create_friend_request(new_request_id(), anna, anna, at(1)).await;
    assert!(is_forbidden(&oneself));
    let nobody = store.create_friend_request(new_request_id(), anna, new_user_id(), at(1)).await;
    assert!(is_not_found(&nobody));
}
