//! The data folder: made if it is not there, and held by one server at a time.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// The folder in which everything is kept.
#[derive(Clone, Debug)]
pub struct DataDir {
    path: PathBuf,
}

/// The right to be the one server on a data folder; given back when it is dropped.
#[derive(Debug)]
pub struct DataDirLock {
    _file: File,
}

/// Why the data folder cannot be used: one sentence for people.
#[derive(Debug, thiserror::Error)]
pub enum DataDirError {
    /// It can be neither made nor written to.
    #[error("DATA_DIR {path} cannot be used ({reason}): name a folder that can be written to")]
    Unusable {
        /// Which folder.
        path: PathBuf,
        /// What the system says.
        reason: std::io::Error,
    },
    /// Another server is on it.
    #[error("DATA_DIR {0} is used by another Salala: stop that one, or name another folder")]
    InUse(PathBuf),
}

impl DataDir {
    /// The folder at `path`, made with its parents if it is not there, for its owner alone.
    ///
    /// # Errors
    /// It cannot be made or written to.
    pub fn open(path: &Path) -> Result<Self, DataDirError> {
        let folder = Self { path: path.to_owned() };
        let mut builder = DirBuilder::new();
        builder.recursive(true).mode(0o700).create(path).map_err(|error| folder.unusable(error))?;
        folder.lock_file()?;
        Ok(folder)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where the database is.
    pub fn database(&self) -> PathBuf {
        self.path.join("salala.db")
    }

    /// Becomes the one server on this folder: two would not hear of each other's events.
    ///
    /// # Errors
    /// There is one.
    pub fn lock(&self) -> Result<DataDirLock, DataDirError> {
        let file = self.lock_file()?;
        match file.try_lock() {
            Ok(()) => Ok(DataDirLock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(DataDirError::InUse(self.path.clone())),
            Err(TryLockError::Error(error)) => Err(self.unusable(error)),
        }
    }

    fn lock_file(&self) -> Result<File, DataDirError> {
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true).mode(0o600);
        options.open(self.path.join("salala.lock")).map_err(|error| self.unusable(error))
    }

    fn unusable(&self, reason: std::io::Error) -> DataDirError {
        DataDirError::Unusable { path: self.path.clone(), reason }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_server_at_a_time_holds_the_folder() {
        let parent = tempfile::tempdir().unwrap();
        let folder = DataDir::open(&parent.path().join("a/b")).unwrap();
        let lock = folder.lock().unwrap();
        assert!(matches!(folder.lock(), Err(DataDirError::InUse(_))));
        drop(lock);
        assert!(folder.lock().is_ok());
    }

    #[test]
    fn what_is_no_folder_is_told_in_one_sentence() {
        let parent = tempfile::tempdir().unwrap();
        let file = parent.path().join("file");
        std::fs::write(&file, "").unwrap();
        let sentence = DataDir::open(&file.join("data")).unwrap_err().to_string();
        assert!(sentence.starts_with("DATA_DIR "), "{sentence}");
        assert!(!sentence.contains('\n'), "{sentence}");
    }
}
