//! The file is gone, another one, or none of ours.

use std::os::unix::fs::PermissionsExt;

use rusqlite::Connection;
use salala_store::sqlite::{SqliteOptions, SqliteStore};
use salala_store::{Store, StoreError, Users};

use super::world::{find_talk, open, send};

fn sentence(outcome: Result<SqliteStore, StoreError>) -> String {
    match outcome.map(drop) {
        Err(StoreError::Unavailable(sentence)) => sentence,
        other => panic!("{other:?}"),
    }
}

fn is_away<T>(outcome: &Result<T, StoreError>) -> bool {
    matches!(outcome, Err(StoreError::Unavailable(_)))
}

#[tokio::test]
async fn a_store_whose_file_is_gone_comes_back_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let (place, away) = (folder.path().join("data"), folder.path().join("away"));
    std::fs::create_dir(&place).unwrap();
    let store = open(&place.join("salala.db"));
    let talk = find_talk(&store).await;
    send(&store, talk).await.unwrap();
    std::fs::rename(&place, &away).unwrap();
    for _ in 0..3 {
        assert!(is_away(&send(&store, talk).await));
        assert!(is_away(&store.user(talk.user_id).await));
        assert!(is_away(&store.check().await));
    }
    std::fs::rename(&away, &place).unwrap();
    store.check().await.unwrap();
    store.user(talk.user_id).await.unwrap();
    assert_eq!(send(&store, talk).await.unwrap().message.seq, 2);
}

#[tokio::test]
async fn another_database_in_its_place_is_not_written_to() {
    let folder = tempfile::tempdir().unwrap();
    let (place, away) = (folder.path().join("data"), folder.path().join("away"));
    let other = folder.path().join("other");
    for place in [&place, &other] {
        std::fs::create_dir(place).unwrap();
        SqliteStore::migrate(&place.join("salala.db")).unwrap();
    }
    let store = open(&place.join("salala.db"));
    let talk = find_talk(&store).await;
    std::fs::rename(&place, &away).unwrap();
    std::fs::rename(&other, &place).unwrap();
    assert!(is_away(&send(&store, talk).await));
    assert!(is_away(&store.user(talk.user_id).await));
    std::fs::rename(&place, &other).unwrap();
    std::fs::rename(&away, &place).unwrap();
    assert_eq!(send(&store, talk).await.unwrap().message.seq, 1);
    assert_eq!(open(&other.join("salala.db")).count_users().await, Ok(0));
}

#[tokio::test]
async fn a_database_is_for_its_owner_alone_and_opens_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("salala.db");
    SqliteStore::migrate(&path).unwrap();
    SqliteStore::migrate(&path).unwrap();
    let store = open(&path);
    let talk = find_talk(&store).await;
    send(&store, talk).await.unwrap();
    for name in ["salala.db", "salala.db-wal"] {
        let mode = std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    store.close().await.unwrap();
    let store = open(&path);
    assert_eq!(send(&store, talk).await.unwrap().message.seq, 2);
}

#[test]
fn what_is_no_database_of_ours_is_refused_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let open = |name: &str| SqliteStore::open(SqliteOptions::at(folder.path().join(name)));
    std::fs::write(folder.path().join("text"), "no database ".repeat(100)).unwrap();
    assert!(sentence(open("text")).contains("file is not a database"));
    let foreign = Connection::open(folder.path().join("foreign")).unwrap();
    foreign.execute("CREATE TABLE notes (text TEXT)", ()).unwrap();
    assert!(sentence(open("foreign")).ends_with("it is a database of something else"));
    let newer = Connection::open(folder.path().join("newer")).unwrap();
    newer.pragma_update(None, "user_version", 99).unwrap();
    assert!(sentence(open("newer")).contains("its schema is of version 99"));
    assert!(sentence(open("no/such/folder")).contains("No such file or directory"));
}
