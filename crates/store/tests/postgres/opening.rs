//! Opening a database, and bringing its tables up to date.

use salala_store::postgres::{DatabaseUrl, PostgresStore};
use salala_store::{Conflict, StoreError, Users as _};

use super::database::{Database, psql};
use super::world::{open, server_url, user_named};

fn migrate(url: &str) -> Result<(), StoreError> {
    PostgresStore::migrate(&DatabaseUrl::parse(url).unwrap())
}

#[tokio::test]
async fn what_was_stored_is_there_when_it_is_opened_again() {
    let database = Database::empty(&server_url());
    let anna = user_named("anna");
    let store = open(&database.url());
    let pending = store.create_user(anna.clone(), None);
    let repeat = store.create_user(user_named("Anna"), None);
    let berta = store.create_user(user_named("berta"), None);
    pending.await.unwrap();
    assert_eq!(repeat.await, Err(StoreError::Conflict(Conflict::UsernameTaken)));
    berta.await.unwrap();
    drop(store);
    let store = open(&database.url());
    assert_eq!(store.user(anna.id).await.unwrap().brief.username, "anna");
    assert_eq!(store.count_users().await, Ok(2));
}

#[test]
fn a_newer_database_and_a_foreign_one_are_refused_with_a_sentence() {
    let database = Database::empty(&server_url());
    psql(&database.url(), "CREATE TABLE of_others (id INTEGER)").unwrap();
    let refused = migrate(&database.url()).unwrap_err().to_string();
    assert!(refused.ends_with("it is a database of something else"), "{refused}");
    psql(&database.url(), "DROP TABLE of_others").unwrap();
    migrate(&database.url()).unwrap();
    migrate(&database.url()).unwrap();
    psql(&database.url(), "INSERT INTO migrations (number, name) VALUES (99, 'x')").unwrap();
    let refused = migrate(&database.url()).unwrap_err().to_string();
    assert!(refused.contains("its schema is of version 99"), "{refused}");
}

#[test]
fn many_who_make_the_same_tables_at_once_make_them_once() {
    let database = Database::empty(&server_url());
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..4).map(|_| scope.spawn(|| migrate(&database.url()))).collect();
        for one in all {
            one.join().unwrap().unwrap();
        }
    });
}

#[test]
fn a_database_that_cannot_be_reached_is_named_without_its_password() {
    let refused = migrate("postgres://salala:secret@127.0.0.1:1/chat").unwrap_err().to_string();
    assert!(refused.contains("database chat on 127.0.0.1:1 cannot be used"), "{refused}");
    assert!(!refused.contains("secret"), "{refused}");
}

#[tokio::test]
async fn another_database_in_its_place_is_noticed() {
    let database = Database::empty(&server_url());
    let store = open(&database.url());
    store.create_user(user_named("anna"), None).await.unwrap();
    // As after a restore of a copy into the same place: its own connections are cut, and the mark by
    // which a database is known is another.
    psql(
        &database.url(),
        "UPDATE meta SET value = uuid_send(gen_random_uuid()) WHERE name = 'epoch'",
    )
    .unwrap();
    psql(
        &server_url(),
        &format!(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{}'",
            database.url().rsplit('/').next().unwrap()
        ),
    )
    .unwrap();
    let refused = store.create_user(user_named("berta"), None).await.unwrap_err().to_string();
    assert!(refused.contains("another database is in its place"), "{refused}");
}
