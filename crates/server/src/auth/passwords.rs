//! Passwords: argon2id, off the runtime's threads, as many at a time as there are cores, and a
//! bounded line before them.

use std::sync::Arc;

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use salala_core::Random;
use salala_core::wire::{Error, ErrorCode};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::metrics;
use crate::tasks::Tasks;

/// How many may wait for their turn; at some 20 ms each and core the last one waits a second or two.
const LINE_MAX: usize = 128;

/// A hash that no password has, with the parameters of every other: whoever names an unknown user
/// waits as long, and hears the same, as for a wrong password.
const NOBODYS_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$\
    bm9ib2R5IGhhcyB0aGlzIQ$MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY";

/// Hashes and checks passwords.
pub struct Passwords {
    tasks: Tasks,
    random: Arc<dyn Random>,
    line: Arc<Semaphore>,
    cores: Arc<Semaphore>,
}

/// A turn at the hashing. It moves along with the work, so that a caller who goes away does not
/// let more work run at a time.
struct Turn {
    _core: OwnedSemaphorePermit,
    _place: OwnedSemaphorePermit,
}

impl Passwords {
    /// As many at a time as there are cores.
    pub fn new(tasks: Tasks, random: Arc<dyn Random>) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            tasks,
            random,
            line: Arc::new(Semaphore::new(cores + LINE_MAX)),
            cores: Arc::new(Semaphore::new(cores)),
        }
    }

    /// A password's hash in PHC string format, with a salt of its own.
    ///
    /// # Errors
    /// `busy` if the line is full.
    pub async fn hash(&self, password: String) -> Result<String, Error> {
        let turn = self.turn().await?;
        let mut salt = [0; 16];
        self.random.fill(&mut salt);
        let hashing = self.tasks.run_blocking(move || {
            let hash = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
            drop(turn);
            hash.map(|hash| hash.to_string())
        });
        match hashing.await {
            Some(Ok(hash)) => Ok(hash),
            Some(Err(error)) => {
                tracing::error!(%error, "a password cannot be hashed");
                Err(ErrorCode::Internal.into())
            }
            None => Err(ErrorCode::Internal.into()),
        }
    }

    /// Whether a password is the one that was hashed. Without a hash it is not, which takes just as
    /// long.
    ///
    /// # Errors
    /// `busy` if the line is full.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool, Error> {
        let turn = self.turn().await?;
        let checking = self.tasks.run_blocking(move || {
            let is_somebodys = hash.is_some();
            let is_right = matches(&password, hash.as_deref().unwrap_or(NOBODYS_HASH));
            drop(turn);
            is_somebodys && is_right
        });
        checking.await.ok_or_else(|| ErrorCode::Internal.into())
    }

    async fn turn(&self) -> Result<Turn, Error> {
        let place = Arc::clone(&self.line).try_acquire_owned();
        let place = place.map_err(|_| Error::from(ErrorCode::Busy))?;
        metrics::set_passwords_waiting(
            (self.cores.available_permits() + LINE_MAX)
                .saturating_sub(self.line.available_permits()),
        );
        let core = Arc::clone(&self.cores).acquire_owned().await;
        // The semaphore is never closed.
        let core = core.map_err(|_| Error::from(ErrorCode::Internal))?;
        Ok(Turn { _core: core, _place: place })
    }
}

fn matches(password: &str, hash: &str) -> bool {
    match PasswordHash::new(hash) {
        Ok(hash) => Argon2::default().verify_password(password.as_bytes(), &hash).is_ok(),
        Err(error) => {
            tracing::error!(%error, "a kept password hash cannot be read");
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use salala_core::SystemRandom;

    use super::*;

    fn passwords() -> Passwords {
        Passwords::new(Tasks::new(), Arc::new(SystemRandom))
    }

    #[tokio::test]
    async fn only_the_right_password_fits_its_hash() {
        let passwords = passwords();
        let hash = passwords.hash("correct horse".to_owned()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        let verify = |text: &str, hash: Option<String>| passwords.verify(text.to_owned(), hash);
        assert_eq!(verify("correct horse", Some(hash.clone())).await, Ok(true));
        assert_eq!(verify("correct house", Some(hash.clone())).await, Ok(false));
        assert_eq!(verify("correct horse", None).await, Ok(false));
        assert_eq!(verify("correct horse", Some("no hash".to_owned())).await, Ok(false));
        assert_ne!(passwords.hash("correct horse".to_owned()).await.unwrap(), hash);
    }

    #[test]
    fn nobodys_hash_costs_what_others_cost() {
        let hash = PasswordHash::new(NOBODYS_HASH).unwrap();
        assert_eq!(hash.params.to_string(), "m=19456,t=2,p=1");
        assert_eq!(hash.hash.map(|hash| hash.as_bytes().len()), Some(32));
    }

    #[tokio::test]
    async fn past_its_bound_the_line_is_closed() {
        let passwords = Passwords { line: Arc::new(Semaphore::new(0)), ..passwords() };
        let refused = passwords.hash("correct horse".to_owned()).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::Busy);
    }
}
