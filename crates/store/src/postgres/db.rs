//! A connection: statements are prepared once, and none is waited for without end.

use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Row, Statement};

use super::error::{Result, may_succeed_again};
use crate::StoreError;

/// How long an answer may take before the connection counts as lost. Longer than PostgreSQL's own
/// bounds on a statement, which give the better reason.
const ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// What a statement is given.
pub(super) type Parameters<'a> = &'a [&'a (dyn ToSql + Sync)];

/// A connection.
///
/// Statements that are polled together are sent together and run in the order in which they were first
/// polled, if all of them are prepared; an unprepared one falls behind. So whatever may not fall
/// behind is given to [`Self::prepare_all`] first.
pub(super) struct Db {
    client: Client,
    statements: Mutex<HashMap<&'static str, Statement>>,
    is_silent: AtomicBool,
    has_met_another: AtomicBool,
}

impl Db {
    /// Of a connection that is driven elsewhere.
    pub(super) fn new(client: Client) -> Self {
        Self {
            client,
            statements: Mutex::default(),
            is_silent: AtomicBool::new(false),
            has_met_another: AtomicBool::new(false),
        }
    }

    /// Nothing can be asked through it any more.
    pub(super) fn is_lost(&self) -> bool {
        self.is_silent.load(Ordering::Relaxed) || self.client.is_closed()
    }

    /// A statement failed because of another transaction, and may succeed when all is run again.
    pub(super) fn has_met_another(&self) -> bool {
        self.has_met_another.load(Ordering::Relaxed)
    }

    /// Prepares what must not fall behind.
    pub(super) async fn prepare_all(&self, statements: &[&'static str]) -> Result<()> {
        for sql in statements {
            self.prepare(sql).await?;
        }
        Ok(())
    }

    /// All rows.
    pub(super) async fn query(
        &self,
        sql: &'static str,
        parameters: Parameters<'_>,
    ) -> Result<Vec<Row>> {
        let statement = self.prepare(sql).await?;
        self.answered(self.client.query(&statement, parameters)).await
    }

    /// The one row, if there is one.
    pub(super) async fn query_opt(
        &self,
        sql: &'static str,
        parameters: Parameters<'_>,
    ) -> Result<Option<Row>> {
        let statement = self.prepare(sql).await?;
        self.answered(self.client.query_opt(&statement, parameters)).await
    }

    /// The row that there always is.
    pub(super) async fn query_one(
        &self,
        sql: &'static str,
        parameters: Parameters<'_>,
    ) -> Result<Row> {
        let statement = self.prepare(sql).await?;
        self.answered(self.client.query_one(&statement, parameters)).await
    }

    /// How many rows were changed.
    pub(super) async fn execute(
        &self,
        sql: &'static str,
        parameters: Parameters<'_>,
    ) -> Result<u64> {
        let statement = self.prepare(sql).await?;
        self.answered(self.client.execute(&statement, parameters)).await
    }

    /// Statements without parameters, not prepared.
    pub(super) async fn run(&self, sql: &str) -> Result<()> {
        self.answered(self.client.batch_execute(sql)).await
    }

    async fn prepare(&self, sql: &'static str) -> Result<Statement> {
        let prepared = self.statements.lock().get(sql).cloned();
        if let Some(statement) = prepared {
            return Ok(statement);
        }
        #[cfg(test)]
        super::plans::note(sql);
        let statement = self.answered(self.client.prepare(sql)).await?;
        self.statements.lock().insert(sql, statement.clone());
        Ok(statement)
    }

    async fn answered<T>(
        &self,
        answer: impl Future<Output = std::result::Result<T, tokio_postgres::Error>>,
    ) -> Result<T> {
        match tokio::time::timeout(ANSWER_WITHIN, answer).await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => {
                if may_succeed_again(&error) {
                    self.has_met_another.store(true, Ordering::Relaxed);
                }
                Err(error.into())
            }
            Err(_) => {
                self.is_silent.store(true, Ordering::Relaxed);
                Err(StoreError::Unavailable("the database does not answer".to_owned()))
            }
        }
    }
}
