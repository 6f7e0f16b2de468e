//! A PostgreSQL database of its own for a test, made by `psql` and dropped with its value.

use std::env::temp_dir;
use std::fs::File;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;
use std::process::Command;

use salala_core::{Random as _, SystemRandom};

/// A database on a server that may be anybody's: its name is random, and nothing else there is touched.
#[derive(Debug)]
pub(crate) struct Database {
    server_url: String,
    name: String,
}

impl Database {
    /// An empty one on the server of this URL, whose user may make databases.
    pub(crate) fn empty(server_url: &str) -> Self {
        let database = Self::named(server_url);
        psql(server_url, &format!("CREATE DATABASE {}", database.name)).unwrap();
        database
    }

    /// One with tables: a copy of a template, which `migrate` fills the first time, given its URL.
    pub(crate) fn migrated(server_url: &str, migrate: impl FnOnce(&str)) -> Self {
        let database = Self::named(server_url);
        let template = template_name();
        let copy = format!("CREATE DATABASE {} TEMPLATE {template}", database.name);
        if psql(server_url, &copy).is_err() {
            // Tests run in processes of their own: one of them makes it, the others wait.
            let lock = File::create(temp_dir().join(format!("{template}.lock"))).unwrap();
            lock.lock().unwrap();
            if psql(server_url, &copy).is_err() {
                let making = Self::empty(server_url);
                migrate(&making.url());
                // Under its name only once it is whole.
                let rename = format!("ALTER DATABASE {} RENAME TO {template}", making.name);
                psql(server_url, &rename).unwrap();
                psql(server_url, &copy).unwrap();
            }
        }
        database
    }

    /// Where it is.
    pub(crate) fn url(&self) -> String {
        let (server, _) = self.server_url.rsplit_once('/').unwrap();
        format!("{server}/{}", self.name)
    }

    fn named(server_url: &str) -> Self {
        let mut random = [0; 8];
        SystemRandom.fill(&mut random);
        let name = format!("salala_test_{:016x}", u64::from_be_bytes(random));
        Self { server_url: server_url.to_owned(), name }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // With whoever is still connected. What is left on a server that went away does no harm.
        drop(psql(
            &self.server_url,
            &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name),
        ));
    }
}

/// Runs one statement.
pub(crate) fn psql(url: &str, statement: &str) -> Result<String, String> {
    let output = Command::new("psql")
        .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", url, "-c", statement])
        .output()
        .expect("psql runs: install the package postgresql-client");
    let text = |bytes| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

/// Named after the migrations, so that a changed one is run again on a server that stays.
fn template_name() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../store/migrations/postgres");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut hasher = DefaultHasher::new();
    for path in paths {
        std::fs::read(path).unwrap().hash(&mut hasher);
    }
    format!("salala_template_{:016x}", hasher.finish())
}
