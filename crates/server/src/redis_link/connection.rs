//! One way to Redis, whether it is one server or a cluster.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::cluster::ClusterClient;
use redis::cluster_async::ClusterConnection;
use redis::{
    AsyncConnectionConfig, Client, Cmd, ConnectionInfo, Pipeline, ProtocolVersion, PushInfo,
    RedisError, RedisFuture, RedisResult, Value, cmd,
};

use super::url::RedisUrl;
use super::{OLDEST_VERSION, PREFIX};

/// How long Redis may take to take a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// How long it may take to answer: it is counted as away then, and nobody waits for it any more.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(1);

/// What is done with a message of a channel. It must not wait.
pub(crate) type OnPush = Arc<dyn Fn(PushInfo) + Send + Sync>;

/// A connection. Clones share it.
#[derive(Clone)]
pub(crate) enum Connection {
    /// To one server.
    One(MultiplexedConnection),
    /// To all servers of a cluster, of which each holds a part of the keys and channels.
    Cluster(ClusterConnection),
}

#[derive(Clone, Copy)]
enum ChannelCommand {
    Subscribe,
    Unsubscribe,
}

/// Why Redis cannot be used: one sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// It does not answer, or refuses.
    #[error("the {url} cannot be used: {reason}")]
    Away {
        /// Which.
        url: String,
        /// What it or the system says.
        reason: String,
    },
    /// It is too old.
    #[error("the {url} is of version {version}: {}.{} or later is needed", OLDEST_VERSION.0, OLDEST_VERSION.1)]
    Old {
        /// Which.
        url: String,
        /// Its version.
        version: String,
    },
    /// A cluster has one database alone.
    #[error("the {0} is a cluster, which has no numbered databases: name none in REDIS_URL")]
    Numbered(String),
}

/// Connects, by the first of the servers that answers.
///
/// # Errors
/// None of them does, or they cannot be used.
pub(crate) async fn connect(url: &RedisUrl, on_push: &OnPush) -> Result<Connection, LinkError> {
    let mut first_error = None;
    for server in url.servers() {
        match connect_to(server, on_push).await {
            Ok(connection) => return finish(url, connection, on_push).await,
            Err(error) => first_error = first_error.or(Some(error)),
        }
    }
    Err(away(url, first_error.map_or_else(String::new, |error| error.to_string())))
}

async fn connect_to(
    server: &ConnectionInfo,
    on_push: &OnPush,
) -> RedisResult<MultiplexedConnection> {
    let on_push = Arc::clone(on_push);
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(CONNECT_TIMEOUT)
        .set_response_timeout(ANSWER_TIMEOUT)
        .set_push_sender(move |info| {
            on_push(info);
            Ok::<(), ()>(())
        });
    Client::open(server.clone())?.get_multiplexed_async_connection_with_config(&config).await
}

/// Looks at what is at the other end, and goes on to the whole cluster if it is a part of one.
async fn finish(
    url: &RedisUrl,
    mut connection: MultiplexedConnection,
    on_push: &OnPush,
) -> Result<Connection, LinkError> {
    let refused = |error: RedisError| away(url, error.to_string());
    let info: String = cmd("INFO").query_async(&mut connection).await.map_err(refused)?;
    let version = field(&info, "redis_version").unwrap_or("0");
    if version_of(version) < OLDEST_VERSION {
        return Err(LinkError::Old { url: url.to_string(), version: version.to_owned() });
    }
    if field(&info, "cluster_enabled") != Some("1") {
        return Ok(Connection::One(connection));
    }
    if url.servers().iter().any(|server| server.redis.db != 0) {
        return Err(LinkError::Numbered(url.to_string()));
    }
    let on_push = Arc::clone(on_push);
    let client = ClusterClient::builder(url.servers().to_vec())
        .use_protocol(ProtocolVersion::RESP3)
        .connection_timeout(CONNECT_TIMEOUT)
        .response_timeout(ANSWER_TIMEOUT)
        .retries(2)
        .push_sender(move |info| {
            on_push(info);
            Ok::<(), ()>(())
        })
        .build()
        .map_err(refused)?;
    client.get_async_connection().await.map(Connection::Cluster).map_err(refused)
}

fn away(url: &RedisUrl, reason: String) -> LinkError {
    LinkError::Away { url: url.to_string(), reason }
}

/// One field of the answer to `INFO`.
pub(super) fn field<'a>(info: &'a str, name: &str) -> Option<&'a str> {
    info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map(str::trim)
}

fn version_of(text: &str) -> (u32, u32) {
    let mut numbers = text.split('.').map(|number| number.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

impl Connection {
    /// Sends commands of one key each together, and gives their answers in the same order. On a cluster
    /// they go to as many servers as have the keys.
    ///
    /// # Errors
    /// The first one that failed; others may have been done.
    pub(crate) async fn ask_all(&mut self, commands: Vec<Cmd>) -> RedisResult<Vec<Value>> {
        if commands.is_empty() {
            return Ok(Vec::new());
        }
        match self {
            Self::One(connection) => {
                let mut pipeline = Pipeline::with_capacity(commands.len());
                let count = commands.len();
                for command in commands {
                    pipeline.add_command(command);
                }
                let answers = connection.req_packed_commands(&pipeline, 0, count).await?;
                answers.into_iter().map(Value::extract_error).collect()
            }
            Self::Cluster(connection) => {
                let answers = commands.into_iter().map(|command| {
                    let mut connection = connection.clone();
                    async move { connection.req_packed_command(&command).await }
                });
                join_all(answers).await.into_iter().map(|it| it?.extract_error()).collect()
            }
        }
    }

    /// Subscribes to sharded channels; done when Redis has confirmed all of them.
    ///
    /// # Errors
    /// One could not be subscribed to.
    pub(crate) async fn subscribe(&mut self, channels: &[String]) -> RedisResult<()> {
        self.ask_for_channels(ChannelCommand::Subscribe, channels).await
    }

    /// Ends subscriptions.
    ///
    /// # Errors
    /// One could not be ended.
    pub(crate) async fn unsubscribe(&mut self, channels: &[String]) -> RedisResult<()> {
        self.ask_for_channels(ChannelCommand::Unsubscribe, channels).await
    }

    async fn ask_for_channels(
        &mut self,
        command: ChannelCommand,
        channels: &[String],
    ) -> RedisResult<()> {
        let word = match command {
            ChannelCommand::Subscribe => "SSUBSCRIBE",
            ChannelCommand::Unsubscribe => "SUNSUBSCRIBE",
        };
        match self {
            // A command for each channel, so that each has one answer.
            Self::One(_) => {
                let commands = channels.iter().map(|channel| {
                    let mut command = cmd(word);
                    command.arg(channel);
                    command
                });
                self.ask_all(commands.collect()).await.map(drop)
            }
            Self::Cluster(connection) => {
                let asked = channels.iter().map(|channel| {
                    let mut connection = connection.clone();
                    async move {
                        match command {
                            ChannelCommand::Subscribe => connection.ssubscribe(channel).await,
                            ChannelCommand::Unsubscribe => connection.sunsubscribe(channel).await,
                        }
                    }
                });
                join_all(asked).await.into_iter().collect()
            }
        }
    }

    /// Asks whether it is there.
    ///
    /// # Errors
    /// It is not.
    pub(crate) async fn ping(&mut self) -> RedisResult<()> {
        // A key decides which server of a cluster is asked; every one of them answers for itself, and
        // the loss of any is told by the connection itself.
        cmd("EXISTS").arg(format!("{PREFIX}ping")).query_async(self).await
    }
}

impl ConnectionLike for Connection {
    fn req_packed_command<'a>(&'a mut self, cmd: &'a Cmd) -> RedisFuture<'a, Value> {
        match self {
            Self::One(connection) => connection.req_packed_command(cmd),
            Self::Cluster(connection) => connection.req_packed_command(cmd),
        }
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        cmd: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        match self {
            Self::One(connection) => connection.req_packed_commands(cmd, offset, count),
            Self::Cluster(connection) => connection.req_packed_commands(cmd, offset, count),
        }
    }

    fn get_db(&self) -> i64 {
        match self {
            Self::One(connection) => connection.get_db(),
            Self::Cluster(connection) => connection.get_db(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_versions_are_read() {
        let info = "# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\n";
        assert_eq!(field(info, "redis_version"), Some("7.0.15"));
        assert_eq!(field(info, "redis"), None);
        assert!(version_of("7.0.15") >= OLDEST_VERSION);
        assert!(version_of("6.2.14") < OLDEST_VERSION);
        assert!(version_of("unstable") < OLDEST_VERSION);
    }
}
