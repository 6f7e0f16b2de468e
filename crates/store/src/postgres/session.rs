//! One connection on which little happens: for what is asked now and then, beside the engine's own.

use std::future::Future;
use std::pin::{Pin, pin};
use std::time::Duration;

use futures_util::future::{Either, select};
use tokio_postgres::{Client, Connection, NoTls, Socket};

use super::url::DatabaseUrl;

/// How long one question may take.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// Why there is no answer: one sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the {place} cannot be used: {reason}")]
pub struct DatabaseError {
    pub(super) place: String,
    pub(super) reason: String,
}

/// A connection that works while one of its questions is waited for, so that no task is needed.
pub(super) struct Session {
    url: DatabaseUrl,
    client: Client,
    connection: Pin<Box<Connection<Socket, tokio_postgres::tls::NoTlsStream>>>,
}

impl Session {
    pub(super) async fn connect(url: &DatabaseUrl) -> Result<Self, DatabaseError> {
        let (client, connection) =
            url.config().connect(NoTls).await.map_err(|error| unusable(url, &error))?;
        Ok(Self { url: url.clone(), client, connection: Box::pin(connection) })
    }

    /// Asks something, for half a minute at most.
    pub(super) async fn ask<'a, T, F>(
        &'a mut self,
        question: impl FnOnce(&'a Client) -> F,
    ) -> Result<T, DatabaseError>
    where
        F: Future<Output = Result<T, tokio_postgres::Error>> + 'a,
    {
        let Self { url, client, connection } = self;
        let asked = async {
            match select(pin!(question(client)), connection).await {
                Either::Left((answer, _)) => answer.map_err(|error| unusable(url, &error)),
                Either::Right((ended, asked)) => match ended {
                    Ok(()) => asked.await.map_err(|error| unusable(url, &error)),
                    Err(error) => Err(unusable(url, &error)),
                },
            }
        };
        let silent = || DatabaseError { place: url.to_string(), reason: "it is silent".to_owned() };
        tokio::time::timeout(ANSWER_TIMEOUT, asked).await.unwrap_or_else(|_| Err(silent()))
    }

    /// Resolves when the connection has ended, whatever the cause.
    pub(super) async fn ended(&mut self) {
        drop(self.connection.as_mut().await);
    }
}

/// The words of the server, or of the system, without what the crate puts before them.
pub(super) fn unusable(url: &DatabaseUrl, error: &tokio_postgres::Error) -> DatabaseError {
    let reason = match (error.as_db_error(), std::error::Error::source(error)) {
        (Some(told), _) => told.message().to_owned(),
        (None, Some(source)) => source.to_string(),
        (None, None) => error.to_string(),
    };
    DatabaseError { place: url.to_string(), reason }
}
