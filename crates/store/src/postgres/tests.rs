//! What only the engine's own door shows: writes of any kind, and one that stands still.

#[path = "../../tests/postgres/database.rs"]
pub(super) mod database;

use std::sync::mpsc as std_mpsc;

use salala_core::SystemRandom;
use salala_core::Timestamp;
use salala_core::ids::{ConversationId, MessageId, UserId};

use self::database::Database;
use super::*;
use crate::ports::conversations::Contacts;
use crate::ports::messages::NewMessage;
use crate::ports::users::NewUser;
use crate::{Conversations as _, Messages as _, Users as _};

fn now() -> Timestamp {
    Timestamp::from_unix_ms(1_795_000_000_000)
}

fn open(database: &Database, queued_writes: usize) -> PostgresStore {
    let mut options = PostgresOptions::at(DatabaseUrl::parse(&database.url()).unwrap());
    options.queued_writes = queued_writes;
    PostgresStore::open(options).unwrap()
}

pub(super) fn fresh(queued_writes: usize) -> (PostgresStore, Database) {
    let server = std::env::var_os("TEST_POSTGRES_URL").expect(
        "TEST_POSTGRES_URL must name a PostgreSQL server whose user may make databases: run the \
         tests by scripts/postgres.sh",
    );
    let database = Database::migrated(server.to_str().unwrap(), |url| {
        PostgresStore::migrate(&DatabaseUrl::parse(url).unwrap()).unwrap();
    });
    (open(&database, queued_writes), database)
}

/// A write that runs, and holds up the engine's whole thread until it is released, as if the process
/// stood still.
async fn hold(store: &PostgresStore, key: Key) -> (std_mpsc::Sender<()>, Pending<()>) {
    let (release, released) = std_mpsc::channel::<()>();
    let (begun, mut has_begun) = mpsc::channel(1);
    let released = Mutex::new(released);
    let held = store.write([key], async move |_: &mut WriteTx<'_>| {
        // Run again, it does not wait again: what releases it is gone by then.
        match begun.try_send(()) {
            Ok(()) => released.lock().recv().map_err(|_| crate::queue::closed()),
            Err(_) => Ok(()),
        }
    });
    has_begun.recv().await.unwrap();
    (release, held)
}

async fn note(tx: &mut WriteTx<'_>, name: &'static str) -> Result<()> {
    tx.db.execute("INSERT INTO meta (name, value) VALUES ($1, '')", &[&name]).await?;
    Ok(())
}

async fn notes(store: &PostgresStore) -> Vec<String> {
    let read = store.read(async |db: &Db| {
        let rows =
            db.query("SELECT name FROM meta WHERE name <> 'epoch' ORDER BY name", &[]).await?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    });
    read.await.unwrap()
}

fn any_key() -> Key {
    Key::User(UserId::generate(now(), &SystemRandom))
}

#[tokio::test]
async fn a_write_that_panics_is_rolled_back_alone() {
    let (store, _database) = fresh(99);
    let (release, held) = hold(&store, any_key()).await;
    let before = store.write([], async |tx: &mut WriteTx<'_>| note(tx, "before").await);
    let panicked = store.write([], async |tx: &mut WriteTx<'_>| -> Result<()> {
        note(tx, "panicked").await?;
        panic!("on purpose")
    });
    let after = store.write([], async |tx: &mut WriteTx<'_>| note(tx, "after").await);
    release.send(()).unwrap();
    held.await.unwrap();
    before.await.unwrap();
    assert!(matches!(panicked.await, Err(StoreError::Corrupt(_))));
    after.await.unwrap();
    assert_eq!(notes(&store).await, ["after", "before"]);
    let read: Pending<()> = store.read(async |_: &Db| panic!("on purpose"));
    assert!(matches!(read.await, Err(StoreError::Corrupt(_))));
    assert_eq!(store.count_users().await, Ok(0));
}

#[tokio::test]
async fn a_batch_that_meets_a_storage_error_is_refused_whole() {
    let (store, _database) = fresh(99);
    let (release, held) = hold(&store, any_key()).await;
    let before = store.write([], async |tx: &mut WriteTx<'_>| note(tx, "before").await);
    let gone = || StoreError::Unavailable("gone".to_owned());
    let lost: Pending<()> = store.write([], async move |_: &mut WriteTx<'_>| Err(gone()));
    let after = store.write([], async |tx: &mut WriteTx<'_>| note(tx, "after").await);
    release.send(()).unwrap();
    held.await.unwrap();
    for pending in [before, lost, after] {
        assert_eq!(pending.await, Err(gone()));
    }
    assert_eq!(notes(&store).await, Vec::<String>::new());
    store.write([], async |tx: &mut WriteTx<'_>| note(tx, "later").await).await.unwrap();
    assert_eq!(notes(&store).await, ["later"]);
}

#[tokio::test]
async fn one_write_more_than_the_queue_holds_is_busy() {
    let (store, _database) = fresh(2);
    let (release, held) = hold(&store, any_key()).await;
    let nothing = || store.write([], async |_: &mut WriteTx<'_>| Ok(()));
    let queued = [nothing(), nothing()];
    assert_eq!(nothing().await, Err(StoreError::Busy));
    release.send(()).unwrap();
    held.await.unwrap();
    for pending in queued {
        pending.await.unwrap();
    }
    nothing().await.unwrap();
}

/// Two who write to each other.
async fn make_talk(store: &PostgresStore) -> ([UserId; 2], ConversationId) {
    let mut users = Vec::new();
    for name in ["anna", "berta"] {
        let new = NewUser {
            id: UserId::generate(now(), &SystemRandom),
            username: name.to_owned(),
            email: format!("{name}@example.org"),
            password_hash: String::new(),
            display_name: None,
            created_at: now(),
        };
        users.push(store.create_user(new, None).await.unwrap().brief.id);
    }
    let id = ConversationId::generate(now(), &SystemRandom);
    store.open_direct(id, users[0], users[1], Contacts::Everyone, now()).await.unwrap();
    ([users[0], users[1]], id)
}

fn draft(conversation_id: ConversationId, sender_id: UserId, text: &str) -> NewMessage {
    NewMessage {
        id: MessageId::generate(now(), &SystemRandom),
        conversation_id,
        sender_id,
        content: Some(text.to_owned()),
        file_url: None,
        reply_to_id: None,
        client_message_id: None,
        created_at: now(),
    }
}

#[tokio::test]
async fn a_writer_that_stands_still_holds_up_nobody_for_long() {
    let (store, database) = fresh(99);
    let other = open(&database, 99);
    let ([anna, _], id) = make_talk(&store).await;
    let (release, held) = hold(&store, Key::Conversation(id)).await;
    // Nothing wakes the one that holds the lock; PostgreSQL ends it, and with it the lock.
    let sent = other.send_message(draft(id, anna, "hello")).await.unwrap();
    assert_eq!(sent.message.seq, 1);
    release.send(()).unwrap();
    assert!(matches!(held.await, Err(StoreError::Unavailable(_))));
    assert_eq!(store.send_message(draft(id, anna, "hello")).await.unwrap().message.seq, 2);
}

#[tokio::test]
async fn of_many_sends_those_that_cannot_be_kept_are_refused_alone() {
    let (store, _database) = fresh(99);
    let ([anna, _], id) = make_talk(&store).await;
    let (release, held) = hold(&store, any_key()).await;
    let first = draft(id, anna, "0");
    let mut same_id = draft(id, anna, "an id that was given before");
    same_id.id = first.id;
    let mut drafts: Vec<NewMessage> = vec![first];
    drafts.extend((1..20).map(|number| draft(id, anna, &number.to_string())));
    drafts.insert(7, draft(id, anna, "nul\0"));
    drafts.insert(13, same_id);
    let pending: Vec<_> = drafts.into_iter().map(|new| store.send_message(new)).collect();
    release.send(()).unwrap();
    held.await.unwrap();
    let mut stored = Vec::new();
    for (place, sent) in pending.into_iter().enumerate() {
        match place {
            7 => assert!(matches!(sent.await, Err(StoreError::Invalid { .. }))),
            13 => assert!(matches!(sent.await, Err(StoreError::Corrupt(_)))),
            _ => stored.push(sent.await.unwrap().message),
        }
    }
    let seqs: Vec<u64> = stored.iter().map(|message| message.seq).collect();
    assert_eq!(seqs, (1..=20).collect::<Vec<u64>>());
}
