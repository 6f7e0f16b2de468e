//! Opening a database, and bringing its tables up to date.

use salala_core::ids::UserId;
use salala_core::{SystemRandom, Timestamp};
use salala_store::ports::users::NewUser;
use salala_store::postgres::{DatabaseUrl, PostgresOptions, PostgresStore};
use salala_store::{Conflict, StoreError, Users as _};

use super::database::{Database, psql};

/// The server on which tests make their databases.
pub(crate) fn server_url() -> String {
    #[expect(clippy::disallowed_methods, reason = "the tests' own setting")]
    std::env::var("TEST_POSTGRES_URL").expect("TEST_POSTGRES_URL names a server")
}

fn url_of(database: &Database) -> DatabaseUrl {
    DatabaseUrl::parse(&database.url()).unwrap()
}

fn user_named(name: &str) -> NewUser {
    let now = Timestamp::from_unix_ms(1_795_000_000_000);
    NewUser {
        id: UserId::generate(now, &SystemRandom),
        username: name.to_owned(),
        email: format!("{name}@example.org"),
        password_hash: String::new(),
        display_name: None,
        created_at: now,
    }
}

#[tokio::test]
async fn what_was_stored_is_there_when_it_is_opened_again() {
    let database = Database::empty(&server_url());
    let anna = user_named("anna");
    let store = PostgresStore::open(PostgresOptions::at(url_of(&database))).unwrap();
    let pending = store.create_user(anna.clone(), None);
    let repeat = store.create_user(user_named("Anna"), None);
    let berta = store.create_user(user_named("berta"), None);
    pending.await.unwrap();
    assert_eq!(repeat.await, Err(StoreError::Conflict(Conflict::UsernameTaken)));
    berta.await.unwrap();
    drop(store);
    let store = PostgresStore::open(PostgresOptions::at(url_of(&database))).unwrap();
    assert_eq!(store.user(anna.id).await.unwrap().brief.username, "anna");
    assert_eq!(store.count_users().await, Ok(2));
}

#[test]
fn a_newer_database_and_a_foreign_one_are_refused_with_a_sentence() {
    let database = Database::empty(&server_url());
    psql(&database.url(), "CREATE TABLE of_others (id INTEGER)").unwrap();
    let refused = PostgresStore::migrate(&url_of(&database)).unwrap_err().to_string();
    assert!(refused.ends_with("it is a database of something else"), "{refused}");
    psql(&database.url(), "DROP TABLE of_others").unwrap();
    PostgresStore::migrate(&url_of(&database)).unwrap();
    PostgresStore::migrate(&url_of(&database)).unwrap();
    psql(&database.url(), "INSERT INTO migrations (number, name) VALUES (99, 'x')").unwrap();
    let refused = PostgresStore::migrate(&url_of(&database)).unwrap_err().to_string();
    assert!(refused.contains("its schema is of version 99"), "{refused}");
}

#[test]
fn a_database_that_cannot_be_reached_is_named_without_its_password() {
    let away = DatabaseUrl::parse("postgres://salala:secret@127.0.0.1:1/chat").unwrap();
    let refused = PostgresStore::migrate(&away).unwrap_err();
    let refused = refused.to_string();
    assert!(refused.contains("chat on 127.0.0.1"), "{refused}");
    assert!(!refused.contains("secret"), "{refused}");
}
