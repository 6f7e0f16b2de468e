//! Where a server of these tests keeps its data: in a folder of its own, or in a database of its own on
//! the PostgreSQL server that `TEST_STORE_URL` names.

use std::path::Path;

use salala_store::postgres::{DatabaseUrl, PostgresStore};
use tempfile::TempDir;

use super::database::Database;

/// Signs tokens where no secret is made: `DATABASE_URL` asks for one.
const JWT_SECRET: &str = "a secret for these processes alone";

/// Both are removed with it.
pub(super) struct Place {
    folder: TempDir,
    database: Option<Database>,
}

impl Place {
    /// One in which nobody is yet.
    pub(super) fn new() -> Self {
        let database = std::env::var_os("TEST_STORE_URL")
            .map(|url| Database::migrated(url.to_str().unwrap(), migrate));
        Self { folder: tempfile::tempdir().unwrap(), database }
    }

    /// The folder.
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The database, unless it is in the folder.
    pub(super) fn database_url(&self) -> Option<String> {
        self.database.as_ref().map(Database::url)
    }

    /// What a process must be told to find the database.
    pub(super) fn variables(&self) -> Vec<(&'static str, String)> {
        match self.database_url() {
            Some(url) => vec![("DATABASE_URL", url), ("JWT_SECRET", JWT_SECRET.to_owned())],
            None => Vec::new(),
        }
    }

    /// The secret of a server that was started here as a process.
    pub(super) fn jwt_secret(&self) -> String {
        match self.database {
            Some(_) => JWT_SECRET.to_owned(),
            None => std::fs::read_to_string(self.path().join("data/jwt-secret")).unwrap(),
        }
    }
}

fn migrate(url: &str) {
    PostgresStore::migrate(&DatabaseUrl::parse(url).unwrap()).unwrap();
}
