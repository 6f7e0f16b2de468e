//! What an operator should know of a database before a server runs on it.

use super::session::{DatabaseError, Session};
use super::url::DatabaseUrl;

/// What was found.
#[derive(Clone, Debug)]
pub struct Examined {
    /// As in `server_version_num`: 150018 for 15.18.
    pub server_version: u32,
    /// The tables' version; `None` where Salala has none there.
    pub schema_version: Option<usize>,
    /// Somebody has tables there.
    pub has_tables: bool,
    /// The encoding of texts.
    pub encoding: String,
    /// The server's clock, in milliseconds since the Unix epoch, when it answered.
    pub clock_ms: i64,
    /// The server's own settings that decide whether what is committed stays so: name and value.
    pub durability: Vec<(String, String)>,
    /// What this user may do there.
    pub rights: Rights,
    /// A server holds the right of [`super::ServerLock`].
    pub has_server: bool,
    /// Bytes on disk.
    pub size_bytes: u64,
}

/// What a database lets its user do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Rights {
    /// It is a standby, or otherwise refuses writes.
    Read,
    /// Write into what is there, but make no tables.
    Write,
    /// All that Salala needs.
    Own,
    /// All, in every database of the server.
    Superuser,
}

impl Examined {
    /// As in the name of the version: 15 for 15.18.
    pub fn major_version(&self) -> u32 {
        self.server_version / 10_000
    }
}

/// Looks at a database, and changes nothing.
///
/// # Errors
/// It cannot be connected to, or does not answer.
pub async fn examine(url: &DatabaseUrl) -> Result<Examined, DatabaseError> {
    let mut session = Session::connect(url).await?;
    let row = session
        .ask(|client| {
            client.query_one(
                "SELECT current_setting('server_version_num')::int,
                        to_regclass('public.migrations') IS NOT NULL,
                        EXISTS (
                            SELECT 1
                            FROM pg_class
                            WHERE relnamespace = to_regnamespace('public')
                        ),
                        COALESCE(has_schema_privilege(to_regnamespace('public'), 'CREATE'), FALSE),
                        current_setting('server_encoding'),
                        (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::bigint,
                        current_setting('transaction_read_only') = 'on',
                        pg_database_size(current_database()),
                        current_setting('is_superuser') = 'on',
                        EXISTS (
                            SELECT 1
                            FROM pg_locks
                            WHERE locktype = 'advisory'
                            AND classid = 1399942241
                            AND objid = 1
                            AND objsubid = 2
                            AND granted
                            AND database = (
                                SELECT oid
                                FROM pg_database
                                WHERE datname = current_database()
                            )
                        )",
                &[],
            )
        })
        .await?;
    let durability = session
        .ask(|client| {
            client.query(
                "SELECT name, setting
                 FROM pg_settings
                 WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit')
                 ORDER BY name",
                &[],
            )
        })
        .await?;
    let schema_version = if row.get::<_, bool>(1) {
        let newest = session
            .ask(|client| client.query_one("SELECT max(number) FROM public.migrations", &[]))
            .await?;
        newest.get::<_, Option<i32>>(0).and_then(|version| usize::try_from(version).ok())
    } else {
        None
    };
    Ok(Examined {
        server_version: u32::try_from(row.get::<_, i32>(0)).unwrap_or_default(),
        schema_version,
        has_tables: row.get(2),
        encoding: row.get(4),
        clock_ms: row.get(5),
        durability: durability.iter().map(|row| (row.get(0), row.get(1))).collect(),
        rights: match (row.get(6), row.get(3), row.get(8)) {
            (true, ..) => Rights::Read,
            (false, false, _) => Rights::Write,
            (false, true, false) => Rights::Own,
            (false, true, true) => Rights::Superuser,
        },
        has_server: row.get(9),
        size_bytes: u64::try_from(row.get::<_, i64>(7)).unwrap_or_default(),
    })
}
