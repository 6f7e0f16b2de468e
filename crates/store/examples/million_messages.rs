//! Measures what reading costs in a store of a million messages, beside a small one.
//!
//! `cargo run --profile quick -p salala-store --example million_messages [MESSAGES [DATABASE_URL]]`, the
//! latter of an empty PostgreSQL database.

#![expect(clippy::print_stdout, reason = "a report")]

use std::future::Future;
use std::time::{Duration, Instant};

use salala_core::ids::{ConversationId, MessageId, UserId};
use salala_core::search::SearchQuery;
use salala_core::{SystemRandom, Timestamp};
use salala_store::ports::conversations::Contacts;
use salala_store::ports::messages::{HistoryRange, NewMessage};
use salala_store::ports::users::NewUser;
use salala_store::postgres::{DatabaseUrl, PostgresOptions, PostgresStore};
use salala_store::sqlite::{SqliteOptions, SqliteStore};
use salala_store::{Store, StoreError};

/// Messages of the conversation that the large one is compared with.
const FEW: usize = 100;

/// Sends under way at a time.
const AT_ONCE: usize = 1_000;

/// Conversations of the searcher beside the large one.
const CONVERSATIONS: usize = 200;

/// Times that each reading is done.
const TIMES: usize = 201;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let many = match std::env::args().nth(1) {
        Some(text) => text.parse()?,
        None => 1_000_000,
    };
    let folder = tempfile::tempdir()?;
    let store: &dyn Store = match std::env::args().nth(2) {
        Some(url) => &PostgresStore::open(PostgresOptions::at(DatabaseUrl::parse(&url)?))?,
        None => &SqliteStore::open(SqliteOptions::at(folder.path().join("salala.db")))?,
    };
    let ann = add_user(store, "ann".to_owned()).await?;
    let large = talk_with(store, ann, "ben".to_owned()).await?;
    let small = talk_with(store, ann, "eve".to_owned()).await?;
    fill(store, small, ann, FEW).await?;
    for number in 0..CONVERSATIONS {
        let talk = talk_with(store, ann, format!("user{number}")).await?;
        fill(store, talk, ann, FEW).await?;
    }
    let started = Instant::now();
    fill(store, large, ann, many).await?;
    println!("{many} messages stored in {:.0} s", started.elapsed().as_secs_f64());
    for id in [small, large] {
        store.read_to(ann, id, many as u64, now()).await?;
    }
    let middle = many as u64 / 2;
    for (what, id, range) in [
        ("newest page of 100 messages", small, HistoryRange::Newest),
        ("newest page of the large one", large, HistoryRange::Newest),
        ("oldest page of the large one", large, HistoryRange::Before(101)),
        ("a page amid the large one", large, HistoryRange::Around(middle)),
    ] {
        report(what, || store.history(ann, id, range, 50)).await?;
    }
    for (what, query, id) in [
        ("search, a word of every message", "lorem", None),
        ("search, a word of one in 1,000", "rare7", None),
        ("search, one message in all", &*format!("only{middle}"), None),
        ("search, no message at all", "absent", None),
        ("search, a beginning of few", "only1234*", None),
        ("search, two frequent words", "lorem ipsum", None),
        ("search, the beginning of words", "rar*", None),
        ("the same in the large one", "rar*", Some(large)),
    ] {
        let query = SearchQuery::parse(query)?;
        report(what, || store.search_messages(ann, query.clone(), id, None, 50)).await?;
    }
    Ok(())
}

async fn report<T, F>(what: &str, run: impl Fn() -> F) -> Result<(), StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    let mut times: Vec<Duration> = Vec::with_capacity(TIMES);
    for _ in 0..TIMES {
        let started = Instant::now();
        run().await?;
        times.push(started.elapsed());
    }
    times.sort_unstable();
    let ms = |at: usize| times.get(at).map_or(0.0, Duration::as_secs_f64) * 1_000.0;
    println!("{what:<34} median {:>8.3} ms   p99 {:>8.3} ms", ms(TIMES / 2), ms(TIMES * 99 / 100));
    Ok(())
}

async fn fill(
    store: &dyn Store,
    id: ConversationId,
    sender_id: UserId,
    count: usize,
) -> Result<(), StoreError> {
    for first in (0..count).step_by(AT_ONCE) {
        let sends: Vec<_> = (first..count.min(first + AT_ONCE))
            .map(|number| {
                store.send_message(NewMessage {
                    id: MessageId::generate(now(), &SystemRandom),
                    conversation_id: id,
                    sender_id,
                    content: Some(format!(
                        "Lorem ipsum dolor sit amet w{} rare{} only{number}, said in word{}",
                        number % 100,
                        number % 1_000,
                        number % 7_919,
                    )),
                    file_url: None,
                    reply_to_id: None,
                    client_message_id: None,
                    created_at: now().plus(Duration::from_millis(number as u64)),
                })
            })
            .collect();
        for send in sends {
            send.await?;
        }
    }
    Ok(())
}

async fn talk_with(
    store: &dyn Store,
    ann: UserId,
    name: String,
) -> Result<ConversationId, StoreError> {
    let other = add_user(store, name).await?;
    let id = ConversationId::generate(now(), &SystemRandom);
    store.open_direct(id, ann, other, Contacts::Everyone, now()).await?;
    Ok(id)
}

async fn add_user(store: &dyn Store, name: String) -> Result<UserId, StoreError> {
    let user = NewUser {
        id: UserId::generate(now(), &SystemRandom),
        email: format!("{name}@example.org"),
        username: name,
        password_hash: String::new(),
        display_name: None,
        created_at: now(),
    };
    Ok(store.create_user(user, None).await?.brief.id)
}

fn now() -> Timestamp {
    Timestamp::from_unix_ms(1_795_000_000_000)
}
