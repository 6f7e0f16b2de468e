//! Secrets: never shown, and the one that Salala makes for itself.

use std::fmt;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use salala_core::Random;
use sha2::Sha256;

use super::Config;

/// A secret is at least this long, in bytes.
const LEAST_BYTES: usize = 16;

/// A text that no log or message shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Arc<str>);

/// Why the kept secret cannot be used: one sentence for people.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The file can be neither read nor made.
    #[error(
        "the secret in {path} cannot be kept ({reason}): make DATA_DIR writable or set JWT_SECRET"
    )]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        reason: std::io::Error,
    },
    /// Servers on a shared database have no folder in common.
    #[error(
        "JWT_SECRET must be set where DATABASE_URL is: at least {LEAST_BYTES} bytes, kept with it"
    )]
    Required,
    /// The file holds too little.
    #[error("the secret in {0} is too short: delete the file, or set JWT_SECRET")]
    Short(PathBuf),
}

impl Secret {
    /// A secret of at least 16 bytes.
    ///
    /// # Errors
    /// What it must be instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.len() < LEAST_BYTES {
            return Err(format!("at least {LEAST_BYTES} bytes long, better 32 random ones"));
        }
        Ok(Self(text.into()))
    }

    /// A secret that others chose and that is not empty.
    ///
    /// # Errors
    /// What it must be instead.
    pub fn shared(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("the secret that the relays have".to_owned());
        }
        Ok(Self(text.into()))
    }

    /// None, until it is set.
    pub fn empty() -> Self {
        Self("".into())
    }

    /// Another secret that follows from this one, for a purpose of its own.
    pub fn derived(&self, purpose: &[u8]) -> Option<Self> {
        let mut key = [0; 32];
        Hkdf::<Sha256>::new(None, self.as_bytes()).expand(purpose, &mut key).ok()?;
        Some(Self(URL_SAFE_NO_PAD.encode(key).into()))
    }

    /// The secret itself.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// The secret that signs access tokens: the one that is set, else the one kept in the data folder.
///
/// It is made there the first time, and only the owner may read it. With a database elsewhere it must
/// be set: the database may outlive the folder.
///
/// # Errors
/// It must be set, or the file cannot be read or made. The folder must be there.
pub fn resolve_jwt_secret(config: &Config, random: &dyn Random) -> Result<Secret, SecretError> {
    match &config.jwt_secret {
        Some(secret) => Ok(secret.clone()),
        None if config.database_url.is_some() => Err(SecretError::Required),
        None => keep_secret(&config.data_dir.join("jwt-secret"), random),
    }
}

fn keep_secret(path: &Path, random: &dyn Random) -> Result<Secret, SecretError> {
    let in_file = |reason| SecretError::File { path: path.to_owned(), reason };
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(mut file) => {
            let mut bytes = [0; 32];
            random.fill(&mut bytes);
            let text = URL_SAFE_NO_PAD.encode(bytes);
            file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(in_file)?;
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(in_file(error)),
    }
    // Read back also what was just made, so that there is one way in.
    let mut text = String::new();
    std::fs::File::open(path)
        .and_then(|mut file| file.read_to_string(&mut text))
        .map_err(in_file)?;
    Secret::parse(text.trim()).map_err(|_| SecretError::Short(path.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use salala_core::SystemRandom;

    use super::*;

    #[test]
    fn the_secret_is_made_once_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
        let first = resolve_jwt_secret(&config, &SystemRandom).unwrap();
        let second = resolve_jwt_secret(&config, &SystemRandom).unwrap();
        assert_eq!(first, second);
        let mode = folder.path().join("jwt-secret").metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_secret_does_not_show_itself() {
        let secret = Secret::parse("0123456789abcdef").unwrap();
        assert!(!format!("{secret:?}").contains("0123"));
        assert!(Secret::parse("0123456789abcde").is_err());
    }
}
