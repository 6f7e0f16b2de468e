//! A fresh store of each engine.

use salala_store::sqlite::{SqliteOptions, SqliteStore};
use tempfile::TempDir;

/// A new database in a folder of its own, which goes with the second value.
pub(crate) fn fresh_sqlite() -> (SqliteStore, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteOptions::at(folder.path().join("salala.db"));
    (SqliteStore::open(options).unwrap(), folder)
}
