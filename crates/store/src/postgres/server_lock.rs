//! The right to be a server on a database, alone or with others: held by a connection, so that it ends
//! with its holder.

use std::time::Duration;

use tokio_postgres::error::SqlState;

use super::session::{DatabaseError, Session};
use super::url::DatabaseUrl;

/// The lock's name among the advisory locks of the database is `Sala`, and the first of its kind.
const TAKE_ALONE: &str = "SELECT pg_advisory_lock(1399942241, 1)";

/// Those who share it keep out who wants it alone.
const TAKE_SHARED: &str = "SELECT pg_advisory_lock_shared(1399942241, 1)";

/// Whether nobody else had it when it was taken, found out with it in hand.
const IS_FIRST: &str = "
    SELECT COUNT(*) = 1
    FROM pg_locks
    WHERE locktype = 'advisory' AND classid = 1399942241 AND objid = 1 AND objsubid = 2 AND granted
        AND database = (
            SELECT oid
            FROM pg_database
            WHERE datname = current_database()
        )";

/// For how long a holder who is gone may go unnoticed by the database.
const PATIENCE: &str = "SET lock_timeout = '10s'";

/// How often the connection is used, so that one that is dead shows it.
const BEAT: Duration = Duration::from_secs(5);

/// How often a database that is away is tried again.
const RETRY: Duration = Duration::from_millis(500);

/// With whom a server shares its database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sharing {
    /// With no other server.
    Alone,
    /// With others that share it too.
    WithOthers,
}

/// The right to be a server on a database.
///
/// It is held by a session of its own and ends with it: at the latest when the holder's process does.
/// [`Self::keep`] must be polled for as long as the server runs.
pub struct ServerLock {
    url: DatabaseUrl,
    sharing: Sharing,
    is_first: bool,
    session: Session,
}

/// Why the right was not given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LockError {
    /// Another has it, and had it for ten seconds.
    #[error(
        "the {0} is used by another Salala: stop that one, name another database, or let both share \
         it by giving them the same Redis (REDIS_URL)"
    )]
    InUse(String),
    /// The database does not answer, or refuses.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl ServerLock {
    /// Takes the right, waiting up to ten seconds: the database may not have noticed yet that the
    /// holder before was killed.
    ///
    /// # Errors
    /// Another has it, or the database cannot be used.
    pub async fn take(url: &DatabaseUrl, sharing: Sharing) -> Result<Self, LockError> {
        let take = match sharing {
            Sharing::Alone => TAKE_ALONE,
            Sharing::WithOthers => TAKE_SHARED,
        };
        let mut session = Session::connect(url).await?;
        session.ask(|client| client.batch_execute(PATIENCE)).await?;
        let taken = session.ask(|client| async {
            match client.batch_execute(take).await {
                Err(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => Ok(false),
                outcome => outcome.map(|()| true),
            }
        });
        if !taken.await? {
            return Err(LockError::InUse(url.to_string()));
        }
        let first = session.ask(|client| client.query_one(IS_FIRST, &[])).await?;
        Ok(Self { url: url.clone(), sharing, is_first: first.get(0), session })
    }

    /// No other server was on the database when the right was taken.
    pub fn is_first(&self) -> bool {
        self.is_first
    }

    /// Holds the right, and takes it again when the database was away. Resolves only when another server
    /// took it alone meanwhile: then this one must stop.
    pub async fn keep(mut self) -> LockError {
        loop {
            self.hold().await;
            tracing::warn!("the connection that holds the database's server lock is lost");
            loop {
                match Self::take(&self.url, self.sharing).await {
                    Ok(again) => {
                        tracing::info!("the database's server lock is held again");
                        self = again;
                        break;
                    }
                    Err(in_use @ LockError::InUse(_)) => return in_use,
                    Err(LockError::Database(_)) => tokio::time::sleep(RETRY).await,
                }
            }
        }
    }

    /// Resolves when the connection is lost.
    async fn hold(&mut self) {
        loop {
            if tokio::time::timeout(BEAT, self.session.ended()).await.is_ok() {
                return;
            }
            if self.session.ask(|client| client.batch_execute("SELECT 1")).await.is_err() {
                return;
            }
        }
    }
}
