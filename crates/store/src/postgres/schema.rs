//! Connecting to the database, and bringing its tables up to date.

use std::fmt::Display;
use std::future::Future;
use std::time::Duration;

use tokio_postgres::tls::NoTlsStream;
use tokio_postgres::{Client, Config, Connection, NoTls, Socket};

use super::batch::MARK_BATCH;
use super::cells::Cells;
use super::db::Db;
use super::error::{Result, words_of};
use super::handed::NOTIFY;
use super::locks::TAKE_LOCKS;
use super::url::DatabaseUrl;
use super::write_tx::{INSERT_LOG, LOCK_LOG};
use crate::StoreError;

/// Numbered steps, each applied once and for good, all that are new in one transaction.
const MIGRATIONS: [(&str, &str); 9] = [
    ("0001_initial", include_str!("../../migrations/postgres/0001_initial.sql")),
    (
        "0002_read_marks_in_blocks",
        include_str!("../../migrations/postgres/0002_read_marks_in_blocks.sql"),
    ),
    ("0003_blocks", include_str!("../../migrations/postgres/0003_blocks.sql")),
    ("0004_message_search", include_str!("../../migrations/postgres/0004_message_search.sql")),
    ("0005_erasures", include_str!("../../migrations/postgres/0005_erasures.sql")),
    ("0006_calls", include_str!("../../migrations/postgres/0006_calls.sql")),
    ("0007_recovery", include_str!("../../migrations/postgres/0007_recovery.sql")),
    ("0008_push", include_str!("../../migrations/postgres/0008_push.sql")),
    ("0009_uploads", include_str!("../../migrations/postgres/0009_uploads.sql")),
];

/// How long connecting may take: while the database is away, requests are refused after it.
const CONNECT_WITHIN: Duration = Duration::from_secs(2);

/// The oldest PostgreSQL that has all that is asked of it.
pub const OLDEST_VERSION: u32 = 14;

/// How many migrations this program knows.
pub const SCHEMA_VERSION: usize = MIGRATIONS.len();

/// What holds for each connection. Rows are found through indexes whatever the statistics say, and
/// by plans that do not depend on the values bound: a plan that is made anew costs more than most
/// statements, and one that was made while a table was small must still be right when it is large.
const SESSION: &str = "-c client_min_messages=warning -c plan_cache_mode=force_generic_plan \
     -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off \
     -c statement_timeout=10s -c lock_timeout=8s -c idle_in_transaction_session_timeout=2s";

/// Where the database is, and how to tell it from another one that is put in its place.
#[derive(Clone, Debug)]
pub(super) struct Location {
    config: Config,
    name: String,
    epoch: Vec<u8>,
}

/// A connection that works while its messages are read.
pub(super) type Listening = Connection<Socket, NoTlsStream>;

/// A writer's connection, and which of the server's processes serves it.
pub(super) struct Opened {
    /// The connection.
    pub(super) db: Db,
    /// The process, by its number and when it began.
    pub(super) backend: (i32, String),
}

impl Location {
    /// Brings the tables up to date in the database that the URL names.
    ///
    /// # Errors
    /// `Unavailable` with one sentence that names the database, never its password.
    pub(super) async fn prepare(url: &DatabaseUrl) -> Result<Self> {
        let mut config = url.config().clone();
        config
            .connect_timeout(CONNECT_WITHIN)
            .tcp_user_timeout(Duration::from_secs(10))
            .keepalives_idle(Duration::from_secs(10))
            .keepalives_interval(Duration::from_secs(5))
            .keepalives_retries(3);
        let name = url.to_string();
        let mut location = Self { config, name, epoch: Vec::new() };
        let db = location.connect("").await?;
        location.apply_migrations(&db).await?;
        location.epoch = read_epoch(&db).await?;
        Ok(location)
    }

    /// A connection for the writer.
    pub(super) async fn open_writer(&self) -> Result<Opened> {
        let db = self.open(&format!("{SESSION} -c synchronous_commit=on")).await?;
        // None of these may fall behind another one that is sent with it.
        db.prepare_all(&[TAKE_LOCKS, LOCK_LOG, INSERT_LOG, NOTIFY, MARK_BATCH]).await?;
        let row = db
            .query_one(
                "SELECT pid, backend_start::text
                 FROM pg_stat_get_activity(pg_backend_pid())",
                &[],
            )
            .await?;
        let mut cells = Cells::new(&row);
        let backend = (cells.take()?, cells.take()?);
        Ok(Opened { db, backend })
    }

    /// A connection that cannot write.
    pub(super) async fn open_reader(&self) -> Result<Db> {
        self.open(&format!("{SESSION} -c default_transaction_read_only=on")).await
    }

    async fn open(&self, session: &str) -> Result<Db> {
        let db = self.connect(session).await?;
        if read_epoch(&db).await? != self.epoch {
            return Err(self.unusable(&"another database is in its place"));
        }
        Ok(db)
    }

    async fn connect(&self, session: &str) -> Result<Db> {
        let mut config = self.config.clone();
        let own = config.get_options().unwrap_or_default();
        let options = format!("{own} {session}");
        config.options(options.trim());
        let connecting = async {
            let (client, connection) = config.connect(NoTls).await?;
            Ok(driven(client, connection))
        };
        match tokio::time::timeout(CONNECT_WITHIN, connecting).await {
            Ok(Ok(client)) => Ok(Db::new(client)),
            Ok(Err(error)) => Err(self.unusable(&words_of(&error))),
            Err(_) => Err(self.unusable(&"it does not answer")),
        }
    }

    async fn apply_migrations(&self, db: &Db) -> Result<()> {
        db.run("BEGIN; SELECT pg_advisory_xact_lock(1, 2)").await?;
        let row = db
            .query_one(
                "SELECT current_setting('server_version_num')::integer,
                     current_setting('server_encoding'), to_regclass('migrations') IS NOT NULL,
                     EXISTS (
                         SELECT 1
                         FROM pg_tables
                         WHERE schemaname = current_schema()
                     )",
                &[],
            )
            .await?;
        let mut cells = Cells::new(&row);
        if u32::try_from(cells.take::<i32>()?).unwrap_or(0) / 10_000 < OLDEST_VERSION {
            return Err(self.unusable(&"PostgreSQL 14 or later is needed"));
        }
        if cells.take::<&str>()? != "UTF8" {
            return Err(self.unusable(&"its encoding is not UTF8"));
        }
        let version = match (cells.take()?, cells.take()?) {
            (true, _) => read_version(db).await?,
            (false, false) => 0,
            (false, true) => return Err(self.unusable(&"it is a database of something else")),
        };
        let known = MIGRATIONS.len();
        if version > known {
            let cause = format!(
                "its schema is of version {version}, and this program knows {known} at most"
            );
            return Err(self.unusable(&cause));
        }
        for (number, (name, sql)) in (1_i32..).zip(MIGRATIONS).skip(version) {
            db.run(sql).await?;
            db.execute("INSERT INTO migrations (number, name) VALUES ($1, $2)", &[&number, &name])
                .await?;
            tracing::info!(migration = name, "migration applied");
        }
        db.run("COMMIT").await
    }

    /// A connection whose messages its owner reads.
    pub(super) async fn connect_to_listen(&self) -> Result<(Client, Listening)> {
        match tokio::time::timeout(CONNECT_WITHIN, self.config.connect(NoTls)).await {
            Ok(Ok(connected)) => Ok(connected),
            Ok(Err(error)) => Err(self.unusable(&words_of(&error))),
            Err(_) => Err(self.unusable(&"it does not answer")),
        }
    }

    pub(super) fn unusable(&self, cause: &dyn Display) -> StoreError {
        StoreError::Unavailable(format!("the {} cannot be used: {cause}", self.name))
    }
}

/// Lets a connection work for as long as its client is there; how it ended, each request is told.
fn driven(
    client: Client,
    connection: impl Future<Output = std::result::Result<(), tokio_postgres::Error>> + 'static,
) -> Client {
    tokio::task::spawn_local(async {
        if let Err(error) = connection.await {
            tracing::debug!(error = words_of(&error), "a connection to the database ended");
        }
    });
    client
}

async fn read_version(db: &Db) -> Result<usize> {
    let row = db
        .query_one(
            "SELECT COALESCE(MAX(number), 0)::bigint
             FROM migrations",
            &[],
        )
        .await?;
    Ok(usize::try_from(Cells::new(&row).number()?).unwrap_or(usize::MAX))
}

async fn read_epoch(db: &Db) -> Result<Vec<u8>> {
    let row = db
        .query_one(
            "SELECT value
             FROM meta
             WHERE name = 'epoch'",
            &[],
        )
        .await?;
    Cells::new(&row).take()
}
