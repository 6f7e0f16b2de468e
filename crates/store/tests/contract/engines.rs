//! A fresh store of each engine.

use salala_store::sqlite::{SqliteOptions, SqliteStore};
use tempfile::TempDir;

#[cfg(feature = "postgres-tests")]
pub(crate) use self::postgres::fresh_postgres;

/// A new database in a folder of its own, which goes with the second value.
pub(crate) fn fresh_sqlite() -> (SqliteStore, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteOptions::at(folder.path().join("salala.db"));
    (SqliteStore::open(options).unwrap(), folder)
}

#[cfg(feature = "postgres-tests")]
mod postgres {
    use salala_store::postgres::{DatabaseUrl, PostgresOptions, PostgresStore};

    use crate::database::Database;

    /// A new database on the server that is named, which goes with the second value.
    pub(crate) fn fresh_postgres() -> (PostgresStore, Database) {
        let server = std::env::var_os("TEST_POSTGRES_URL").expect(
            "TEST_POSTGRES_URL must name a PostgreSQL server whose user may make databases: \
             run the tests by scripts/postgres.sh",
        );
        let url = |text: &str| DatabaseUrl::parse(text).unwrap();
        let database = Database::migrated(server.to_str().unwrap(), |template| {
            PostgresStore::migrate(&url(template)).unwrap();
        });
        let options = PostgresOptions::at(url(&database.url()));
        (PostgresStore::open(options).unwrap(), database)
    }
}
