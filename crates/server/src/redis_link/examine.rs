//! What an operator is told of Redis.

use std::sync::Arc;

use redis::{RedisError, RedisResult, cmd};

use super::connection::{Connection, LinkError, connect, field};
use super::url::RedisUrl;

/// What was found.
#[derive(Clone, Debug)]
pub(crate) struct Examined {
    /// Its version.
    pub(crate) version: String,
    /// It is a cluster.
    pub(crate) is_cluster: bool,
    /// What it does when its memory is full.
    pub(crate) eviction: String,
    /// Its clock, in milliseconds of Unix time.
    pub(crate) clock_ms: i64,
}

/// Connects and looks.
///
/// # Errors
/// It cannot be used.
pub(crate) async fn examine(url: &RedisUrl) -> Result<Examined, LinkError> {
    let mut connection = connect(url, &(Arc::new(|_| {}) as _)).await?;
    let refused =
        |error: RedisError| LinkError::Away { url: url.to_string(), reason: error.to_string() };
    look(&mut connection, url).await.map_err(refused)
}

async fn look(connection: &mut Connection, url: &RedisUrl) -> RedisResult<Examined> {
    let is_cluster = matches!(connection, Connection::Cluster(_));
    // Of a cluster, one server speaks for all.
    let mut one = match url.servers().first() {
        Some(server) if is_cluster => {
            redis::Client::open(server.clone())?.get_multiplexed_async_connection().await.ok()
        }
        Some(_) | None => None,
    };
    let info: String = match &mut one {
        Some(one) => cmd("INFO").query_async(one).await?,
        None => cmd("INFO").query_async(connection).await?,
    };
    let time: (i64, i64) = match &mut one {
        Some(one) => cmd("TIME").query_async(one).await?,
        None => cmd("TIME").query_async(connection).await?,
    };
    let word = |name| field(&info, name).unwrap_or("unknown").to_owned();
    Ok(Examined {
        version: word("redis_version"),
        is_cluster,
        eviction: word("maxmemory_policy"),
        clock_ms: time.0 * 1_000 + time.1 / 1_000,
    })
}
