//! What recoverable sessions view.

use salala_core::ids::ConversationId;
use salala_store::Store;
use salala_store::ports::conversations::Contacts;
use salala_store::ports::views::RecoveryId;

use super::world::{
    at, direct, group, is_forbidden, is_not_found, new_conversation_id, three_users,
};

const PHONE: RecoveryId = RecoveryId([1; 16]);
const LAPTOP: RecoveryId = RecoveryId([2; 16]);

pub(crate) async fn a_session_views_what_it_entered_while_its_user_is_a_member(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let choir = group(store, anna, &[berta]).await;
    for _ in 0..2 {
        store.enter_view(PHONE, berta, choir, 9, at(1)).await.unwrap();
    }
    assert_eq!(store.views(PHONE, berta).await, Ok(vec![choir]));
    for (recovery_id, user_id) in [(LAPTOP, berta), (PHONE, anna)] {
        assert_eq!(store.views(recovery_id, user_id).await, Ok(Vec::new()));
    }
    let foreign = group(store, anna, &[]).await;
    assert!(is_forbidden(&store.enter_view(PHONE, berta, foreign, 9, at(1)).await));
    let none = new_conversation_id();
    assert!(is_not_found(&store.enter_view(PHONE, berta, none, 9, at(1)).await));
    store.remove_participant(anna, choir, berta, at(2)).await.unwrap();
    assert_eq!(store.views(PHONE, berta).await, Ok(Vec::new()));
    store.add_participants(anna, choir, vec![berta], Contacts::Everyone, at(3)).await.unwrap();
    store.leave_view(PHONE, choir).await.unwrap();
    store.leave_view(PHONE, choir).await.unwrap();
    assert_eq!(store.views(PHONE, berta).await, Ok(Vec::new()));
}

pub(crate) async fn views_have_a_bound_and_an_end(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let mut groups: Vec<ConversationId> = Vec::new();
    for number in 0..5 {
        groups.push(group(store, anna, &[]).await);
        store.enter_view(PHONE, anna, groups[number], 3, at(100)).await.unwrap();
    }
    let viewed = store.views(PHONE, anna).await.unwrap();
    assert_eq!(viewed.len(), 3);
    assert!(viewed.contains(&groups[4]), "the one that was entered last");
    store.enter_view(LAPTOP, anna, groups[0], 3, at(100)).await.unwrap();
    store.keep_views(vec![PHONE], at(200)).await.unwrap();
    assert_eq!(store.forget_views(at(150), 9).await, Ok(1));
    assert_eq!(store.views(LAPTOP, anna).await, Ok(Vec::new()));
    assert_eq!(store.views(PHONE, anna).await.unwrap().len(), 3);
    assert_eq!(store.forget_views(at(300), 2).await, Ok(2));
    assert_eq!(store.forget_views(at(300), 2).await, Ok(1));
    // Of an erased account nothing says what it looked at.
    let talk = direct(store, anna, berta).await;
    store.enter_view(PHONE, anna, talk, 3, at(400)).await.unwrap();
    store.erase_user(anna, at(401)).await.unwrap();
    assert_eq!(store.forget_views(at(500), 2).await, Ok(0));
}
