//! Another transaction ends the writer's own: the batch is run again, and nobody notices.

use salala_core::SystemRandom;
use salala_core::calls::{CallEndReason, RINGS_FOR};
use salala_core::ids::{CallId, UserId};
use salala_core::records::CallDevice;
use salala_store::log::Event;
use salala_store::ports::calls::{CallParty, NewCall};
use salala_store::{Calls as _, Messages as _, Store as _};
use tokio::task::JoinSet;
use tokio_postgres::{Client, NoTls};
use uuid::Uuid;

use super::database::psql;
use super::server::Server;
use super::world::{Talk, fresh_database, now, open};

/// A connection that is none of the store's.
struct Foreign {
    client: Client,
    _driving: JoinSet<()>,
}

impl Foreign {
    async fn to(url: &str) -> Self {
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
        let mut driving = JoinSet::new();
        driving.spawn(async { connection.await.unwrap() });
        Self { client, _driving: driving }
    }

    async fn run(&self, sql: &str) {
        self.client.batch_execute(sql).await.unwrap();
    }

    /// Waits until somebody waits for a lock that another transaction holds.
    async fn see_one_waiting(&self) {
        let sql = "SELECT EXISTS (
                       SELECT 1
                       FROM pg_stat_activity
                       WHERE datname = current_database() AND wait_event_type = 'Lock'
                   )";
        while !self.client.query_one(sql, &[]).await.unwrap().get::<_, bool>(0) {}
    }
}

/// The statement that a write to this user begins with.
fn take_row(user_id: UserId) -> String {
    let id = Uuid::from_bytes(*user_id.as_bytes());
    format!("UPDATE users SET rev = rev WHERE id = '{id}'")
}

/// Sends and the end of a call in one batch, which waits for a row that another transaction holds;
/// `end_batch` makes PostgreSQL end the batch's transaction, given the other one and the user whose
/// row the batch holds.
async fn all_of_a_batch_is_stored_once(url: &str, end_batch: impl AsyncFn(&Foreign, UserId)) {
    let store = open(url);
    let talk = Talk::of(&store, ["anna", "berta"]).await;
    let aside = Talk::of(&store, ["carl", "dora"]).await;
    let [anna, berta] = talk.users;
    let call = NewCall {
        id: CallId::generate(now(), &SystemRandom),
        conversation_id: talk.id,
        caller: CallParty {
            user_id: anna,
            device: CallDevice { key: "a".to_owned(), session_id: None },
        },
        callee_id: berta,
        has_video: false,
        created_at: now(),
    };
    store.start_call(call).await.unwrap();
    let mut feed = store.take_commit_feed().unwrap();
    let [gate, other] = [Foreign::to(url).await, Foreign::to(url).await];
    // What is queued while one batch waits is the next batch.
    let lock = "SELECT pg_advisory_xact_lock(uuid_hash_extended";
    let aside_id = Uuid::from_bytes(*aside.id.as_bytes());
    gate.run(&format!("BEGIN; {lock}('{aside_id}', 0))")).await;
    let held = store.send_message(aside.draft(0, "held"));
    gate.see_one_waiting().await;
    let first = store.send_message(talk.draft(0, "1"));
    let ended = store.end_due_calls(now().plus(RINGS_FOR), 9);
    let second = store.send_message(talk.draft(1, "2"));
    other.run(&format!("BEGIN; {}", take_row(berta))).await;
    gate.run("COMMIT").await;
    held.await.unwrap();
    gate.see_one_waiting().await;
    end_batch(&other, anna).await;

    assert_eq!(ended.await, Ok(1));
    let sent = [first.await.unwrap(), second.await.unwrap()];
    assert_eq!([sent[0].message.seq, sent[1].message.seq], [1, 2]);
    assert!(sent.iter().all(|sent| !sent.is_repeat));
    assert_eq!(talk.own_ids(&store).await, ["1", "2"]);
    let calls = store.calls(anna, None, 9).await.unwrap();
    assert_eq!(calls.len(), 1);
    assert_eq!(calls[0].end_reason, Some(CallEndReason::Missed));
    let mut told = feed.recv().await.unwrap().events;
    assert!(matches!(&told[..], [held] if matches!(held.event, Event::MessageCreated(_))));
    told = feed.recv().await.unwrap().events;
    let events: Vec<&Event> = told.iter().map(|committed| &committed.event).collect();
    assert!(
        matches!(
            events[..],
            [
                Event::MessageCreated(_),
                Event::CallEnded(_),
                Event::CallEnded(_),
                Event::MessageCreated(_)
            ]
        ),
        "{events:?}"
    );
    assert_eq!(told[3].rev, told[0].rev + 1, "no hole is left by the first try");
    assert!(feed.try_recv().is_err(), "all was told once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_that_is_ended_for_a_deadlock_is_run_again() {
    // Its user may say who is not to be ended: the other one would otherwise be at times.
    let server = Server::start();
    all_of_a_batch_is_stored_once(&server.url("chat"), async |other, anna| {
        other.run(&format!("SET LOCAL deadlock_timeout = '1h'; {}", take_row(anna))).await;
        other.run("COMMIT").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_that_cannot_be_serialized_is_run_again() {
    let database = fresh_database();
    let url = database.url();
    let (_, name) = url.rsplit_once('/').unwrap();
    let strict = "SET default_transaction_isolation = 'repeatable read'";
    psql(&url, &format!("ALTER DATABASE {name} {strict}")).unwrap();
    all_of_a_batch_is_stored_once(&url, async |other, _| other.run("COMMIT").await).await;
}
