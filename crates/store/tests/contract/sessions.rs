//! Sessions and their refresh tokens.

use salala_core::ids::{SessionId, UserId};
use salala_store::ports::sessions::RefreshOutcome;
use salala_store::{Access, Store};

use super::world::{
    PASSWORD_HASH, add_user, at, befriend, direct, group, is_forbidden, is_not_found,
    new_session_id, new_user_id, session_of, three_users,
};

async fn sign_in(store: &dyn Store, user_id: UserId, hash: [u8; 32]) -> SessionId {
    let session = session_of(user_id, hash);
    let id = session.id;
    let user = store.create_session(session, PASSWORD_HASH.to_owned()).await.unwrap();
    assert_eq!(user.brief.id, user_id);
    id
}

pub(crate) async fn a_session_opens_until_it_is_revoked(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let id = sign_in(store, anna, [1; 32]).await;
    assert!(matches!(store.access(anna, Some(id)).await.unwrap(), Access::Granted(_)));
    assert!(matches!(store.access(anna, None).await.unwrap(), Access::Granted(_)));
    assert!(matches!(store.access(berta, Some(id)).await.unwrap(), Access::Unknown));
    let unknown = store.access(anna, Some(new_session_id())).await.unwrap();
    assert!(matches!(unknown, Access::Unknown));
    assert!(matches!(store.access(new_user_id(), None).await.unwrap(), Access::Unknown));
    assert_eq!(store.sessions(anna, at(1)).await.unwrap()[0].id, id);
    assert!(is_not_found(&store.revoke_session(berta, id, at(2)).await));
    store.revoke_session(anna, id, at(2)).await.unwrap();
    assert!(is_not_found(&store.revoke_session(anna, id, at(3)).await));
    assert!(matches!(store.access(anna, Some(id)).await.unwrap(), Access::Revoked));
    assert!(store.sessions(anna, at(1)).await.unwrap().is_empty());
}

pub(crate) async fn a_sign_in_under_way_outlives_no_change(store: &dyn Store) {
    let anna = add_user(store, "anna").await;
    let sign_in = |number: u8, verified: &str| {
        store.create_session(session_of(anna, [number; 32]), verified.to_owned())
    };
    store.set_password(anna, "new".to_owned(), None, None, at(1)).await.unwrap();
    assert!(is_forbidden(&sign_in(1, PASSWORD_HASH).await));
    sign_in(2, "new").await.unwrap();
    store.set_disabled(anna, true, at(2)).await.unwrap();
    assert!(is_forbidden(&sign_in(3, "new").await));
    assert!(store.sessions(anna, at(3)).await.unwrap().is_empty());
    let nobody = session_of(new_user_id(), [4; 32]);
    assert!(is_forbidden(&store.create_session(nobody, "new".to_owned()).await));
}

pub(crate) async fn a_used_refresh_token_ends_its_session(store: &dyn Store) {
    let anna = add_user(store, "anna").await;
    let id = sign_in(store, anna, [1; 32]).await;
    let rotate = |old: u8, new: u8| {
        store.rotate_refresh([old; 32], [new; 32], at(5), at(2000), Some("::1".to_owned()))
    };
    let RefreshOutcome::Rotated(session, user) = rotate(1, 2).await.unwrap() else { panic!() };
    assert_eq!((session.id, session.user_id, session.last_used_at), (id, anna, at(5)));
    assert_eq!(*user, store.user(anna).await.unwrap());
    assert_eq!((session.expires_at, session.address.as_deref()), (at(2000), Some("::1")));
    assert_eq!(store.sessions(anna, at(1)).await.unwrap(), [session]);
    assert!(matches!(rotate(2, 3).await.unwrap(), RefreshOutcome::Rotated(..)));
    assert_eq!(rotate(1, 9).await.unwrap(), RefreshOutcome::Reused(anna, id));
    assert_eq!(rotate(3, 4).await.unwrap(), RefreshOutcome::Unknown);
    assert_eq!(rotate(1, 9).await.unwrap(), RefreshOutcome::Unknown);
    assert!(matches!(store.access(anna, Some(id)).await.unwrap(), Access::Revoked));
    assert_eq!(rotate(77, 78).await.unwrap(), RefreshOutcome::Unknown);
}

pub(crate) async fn a_refresh_token_runs_out(store: &dyn Store) {
    let anna = add_user(store, "anna").await;
    sign_in(store, anna, [1; 32]).await;
    let late = store.rotate_refresh([1; 32], [2; 32], at(1000), at(3000), None).await.unwrap();
    assert_eq!(late, RefreshOutcome::Unknown);
    assert!(store.sessions(anna, at(1000)).await.unwrap().is_empty());
    sign_in(store, anna, [3; 32]).await;
    store.set_disabled(anna, true, at(1)).await.unwrap();
    let shut = store.rotate_refresh([3; 32], [4; 32], at(2), at(3000), None).await.unwrap();
    assert_eq!(shut, RefreshOutcome::Unknown);
}

pub(crate) async fn ended_sessions_are_forgotten_up_to_the_limit(store: &dyn Store) {
    let anna = add_user(store, "anna").await;
    let revoked = sign_in(store, anna, [1; 32]).await;
    store.rotate_refresh([1; 32], [2; 32], at(5), at(1000), None).await.unwrap();
    store.revoke_session(anna, revoked, at(10)).await.unwrap();
    let open = sign_in(store, anna, [3; 32]).await;
    assert_eq!(store.forget_sessions(at(10), 9).await.unwrap(), 0);
    assert_eq!(store.forget_sessions(at(11), 1).await.unwrap(), 1);
    assert_eq!(store.forget_sessions(at(11), 9).await.unwrap(), 1);
    assert!(matches!(store.access(anna, Some(revoked)).await.unwrap(), Access::Unknown));
    assert!(matches!(store.access(anna, Some(open)).await.unwrap(), Access::Granted(_)));
    assert_eq!(store.forget_sessions(at(1001), 9).await.unwrap(), 1);
    assert!(matches!(store.access(anna, Some(open)).await.unwrap(), Access::Unknown));
}

pub(crate) async fn acquaintances_are_friends_and_conversations(store: &dyn Store) {
    let [anna, berta, carl] = three_users(store).await;
    befriend(store, anna, berta).await;
    let talk = direct(store, anna, berta).await;
    let choir = group(store, carl, &[anna]).await;
    let mut acquaintances = store.acquaintances(anna).await.unwrap();
    acquaintances.conversations.sort();
    let mut expected = vec![(talk, 1), (choir, 1)];
    expected.sort();
    assert_eq!(acquaintances.conversations, expected);
    assert_eq!(acquaintances.friends, [berta]);
    store.remove_participant(anna, choir, anna, at(3)).await.unwrap();
    assert_eq!(store.acquaintances(anna).await.unwrap().conversations, [(talk, 1)]);
    assert_eq!(store.acquaintances(carl).await.unwrap().conversations, [(choir, 2)]);
}
