//! Users and their passwords.

use futures_util::future::join_all;
use salala_core::wire::fields::Change;
use salala_store::ports::users::ProfileChanges;
use salala_store::{Access, Conflict, Store};

use super::world::{
    PASSWORD_HASH, add_user, at, is_forbidden, is_not_found, new_user_id, session_of, three_users,
    user_named,
};

pub(crate) async fn a_user_is_given_back_as_made(store: &dyn Store) {
    let mut new = user_named("Anna");
    new.display_name = Some("Anna Lee".to_owned());
    let id = new.id;
    let made = store.create_user(new, Some(session_of(id, [1; 32]))).await.unwrap();
    assert_eq!(made.brief.id, id);
    assert_eq!(made.brief.username, "Anna");
    assert_eq!(made.brief.name(), "Anna Lee");
    assert_eq!(made.email, "Anna@example.org");
    assert_eq!((made.brief.last_seen_at, made.created_at), (None, at(0)));
    assert_eq!(store.user(id).await.unwrap(), made);
    assert_eq!(store.sessions(id, at(1)).await.unwrap().len(), 1);
    assert_eq!(store.count_users().await.unwrap(), 1);
    assert!(is_not_found(&store.user(new_user_id()).await));
}

pub(crate) async fn names_and_addresses_are_unique_in_whatever_case(store: &dyn Store) {
    add_user(store, "anna").await;
    let mut same_name = user_named("ANNA");
    same_name.email = "other@example.org".to_owned();
    let id = same_name.id;
    let refused = store.create_user(same_name, Some(session_of(id, [1; 32]))).await;
    assert_eq!(refused.unwrap_err(), Conflict::UsernameTaken.into());
    assert!(is_not_found(&store.user(id).await));
    let mut same_address = user_named("berta");
    same_address.email = "Anna@Example.org".to_owned();
    let refused = store.create_user(same_address, None).await;
    assert_eq!(refused.unwrap_err(), Conflict::EmailTaken.into());
    assert_eq!(store.count_users().await.unwrap(), 1);
}

pub(crate) async fn of_many_who_ask_for_a_name_at_once_one_gets_it(store: &dyn Store) {
    let pending = (0..20).map(|number| {
        let mut new = user_named(if number % 2 == 0 { "anna" } else { "Anna" });
        new.email = format!("{number}@example.org");
        store.create_user(new, None)
    });
    let outcomes = join_all(pending).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert_eq!(store.count_users().await.unwrap(), 1);
}

pub(crate) async fn a_profile_changes_only_where_it_is_told_to(store: &dyn Store) {
    let id = add_user(store, "anna").await;
    let changes = ProfileChanges {
        display_name: Change::Set("Anna".to_owned()),
        bio: Change::Set("sings".to_owned()),
        phone_number: Change::Set("1".to_owned()),
        ..ProfileChanges::default()
    };
    store.update_profile(id, changes).await.unwrap();
    let changes = ProfileChanges {
        bio: Change::Clear,
        avatar: Change::Set("https://example.org/a".to_owned()),
        date_of_birth: Change::Set("1990-01-01".to_owned()),
        ..ProfileChanges::default()
    };
    let user = store.update_profile(id, changes).await.unwrap();
    assert_eq!(user.brief.display_name.as_deref(), Some("Anna"));
    assert_eq!(user.brief.avatar.as_deref(), Some("https://example.org/a"));
    assert_eq!((user.bio.as_deref(), user.phone_number.as_deref()), (None, Some("1")));
    assert_eq!(user.date_of_birth.as_deref(), Some("1990-01-01"));
    assert_eq!(store.user(id).await.unwrap(), user);
    let nobody = store.update_profile(new_user_id(), ProfileChanges::default()).await;
    assert!(is_not_found(&nobody));
}

pub(crate) async fn sign_in_finds_the_address_before_the_name(store: &dyn Store) {
    let anna = add_user(store, "anna").await;
    let mut other = user_named("berta");
    other.email = "anna".to_owned();
    let berta = store.create_user(other, None).await.unwrap().brief.id;
    let found = async |login: &str| {
        store.credentials_by_login(login.to_owned()).await.map(|found| found.user_id)
    };
    assert_eq!(found("ANNA@example.org").await, Ok(anna));
    assert_eq!(found("Anna").await, Ok(berta));
    assert_eq!(found("BERTA").await, Ok(berta));
    assert!(is_not_found(&found("nobody").await));
    assert_eq!(store.credentials(anna).await.unwrap().password_hash, PASSWORD_HASH);
    assert!(is_not_found(&store.credentials(new_user_id()).await));
}

pub(crate) async fn a_new_password_ends_the_other_sessions(store: &dyn Store) {
    let id = add_user(store, "anna").await;
    let (kept, other) = (session_of(id, [1; 32]), session_of(id, [2; 32]));
    let (kept_id, other_id) = (kept.id, other.id);
    store.create_session(kept, PASSWORD_HASH.to_owned()).await.unwrap();
    store.create_session(other, PASSWORD_HASH.to_owned()).await.unwrap();
    let ended = store.set_password(id, "new".to_owned(), None, Some(kept_id), at(5)).await.unwrap();
    assert_eq!(ended, [other_id]);
    assert_eq!(store.credentials(id).await.unwrap().password_hash, "new");
    assert!(matches!(store.access(id, Some(kept_id)).await.unwrap(), Access::Granted(_)));
    assert!(matches!(store.access(id, Some(other_id)).await.unwrap(), Access::Revoked));
    let ended = store.set_password(id, "newer".to_owned(), None, None, at(6)).await.unwrap();
    assert_eq!(ended, [kept_id]);
    let nobody = store.set_password(new_user_id(), "new".to_owned(), None, None, at(5)).await;
    assert!(is_not_found(&nobody));
}

pub(crate) async fn of_two_changes_by_one_password_the_second_is_refused(store: &dyn Store) {
    let id = add_user(store, "anna").await;
    let change = |verified: &str, new: &str| {
        store.set_password(id, new.to_owned(), Some(verified.to_owned()), None, at(5))
    };
    let both = join_all([change(PASSWORD_HASH, "one"), change(PASSWORD_HASH, "two")]).await;
    assert!(both[0].is_ok() && is_forbidden(&both[1]), "{both:?}");
    assert_eq!(store.credentials(id).await.unwrap().password_hash, "one");
    store.set_disabled(id, true, at(6)).await.unwrap();
    assert!(is_forbidden(&change("one", "three").await));
    store.set_password(id, "operator's".to_owned(), None, None, at(7)).await.unwrap();
}

pub(crate) async fn a_shut_account_is_shut_at_once(store: &dyn Store) {
    let [anna, berta, _] = three_users(store).await;
    let session = session_of(anna, [1; 32]);
    let session_id = session.id;
    store.create_session(session, PASSWORD_HASH.to_owned()).await.unwrap();
    assert_eq!(store.set_disabled(anna, true, at(5)).await.unwrap(), [session_id]);
    assert!(matches!(store.access(anna, None).await.unwrap(), Access::Revoked));
    assert!(store.credentials(anna).await.unwrap().disabled);
    assert_eq!(store.search_users(berta, "anna".to_owned(), 9).await.unwrap(), []);
    assert!(store.set_disabled(anna, false, at(6)).await.unwrap().is_empty());
    assert!(matches!(store.access(anna, None).await.unwrap(), Access::Granted(_)));
    assert!(matches!(store.access(anna, Some(session_id)).await.unwrap(), Access::Revoked));
    assert!(is_not_found(&store.set_disabled(new_user_id(), true, at(5)).await));
}

pub(crate) async fn last_seen_never_goes_back(store: &dyn Store) {
    let id = add_user(store, "anna").await;
    store.set_last_seen(id, at(5)).await.unwrap();
    store.set_last_seen(id, at(3)).await.unwrap();
    assert_eq!(store.user(id).await.unwrap().brief.last_seen_at, Some(at(5)));
    assert!(is_not_found(&store.set_last_seen(new_user_id(), at(5)).await));
}

pub(crate) async fn a_search_finds_the_beginnings_of_words(store: &dyn Store) {
    let searcher = add_user(store, "ann-searcher").await;
    for (name, display_name) in [
        ("ann", None),
        ("anna", Some("Zoë Lee")),
        ("zeta.ann", None),
        ("joanna", Some("Élan Vital")),
    ] {
        let mut new = user_named(name);
        new.display_name = display_name.map(str::to_owned);
        store.create_user(new, None).await.unwrap();
    }
    let found = async |query: &str, limit: usize| -> Vec<String> {
        let users = store.search_users(searcher, query.to_owned(), limit).await.unwrap();
        users.into_iter().map(|user| user.username).collect()
    };
    assert_eq!(found("ANN", 9).await, ["ann", "anna", "zeta.ann"]);
    assert_eq!(found("ann", 2).await, ["ann", "anna"]);
    assert_eq!(found("zeta", 9).await, ["zeta.ann"]);
    assert_eq!(found("zoë l", 9).await, ["anna"]);
    assert_eq!(found("lee", 9).await, ["anna"]);
    assert_eq!(found("éla", 9).await, ["joanna"]);
    assert_eq!(found("joanna@example.org", 9).await, ["joanna"]);
    assert_eq!(found("joanna@example", 9).await, Vec::<String>::new());
    assert_eq!(found("oanna", 9).await, Vec::<String>::new());
    assert_eq!(found("  ", 9).await, Vec::<String>::new());
}

pub(crate) async fn wildcards_in_a_search_are_letters(store: &dyn Store) {
    let searcher = add_user(store, "searcher").await;
    add_user(store, "anna").await;
    for query in ["%", "_nna", "a%a", "a_na", "*", "\\"] {
        assert_eq!(store.search_users(searcher, query.to_owned(), 9).await.unwrap(), [], "{query}");
    }
}
