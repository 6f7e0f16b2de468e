//! A Redis server of its own for tests that stop it, and nodes at one.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use rustix::process::{Pid, Signal, kill_process};
use salala_core::SystemRandom;
use salala_server::bus::{Channel, RedisBus};
use salala_server::presence::{RedisPresence, Times};
use salala_server::redis_link::RedisUrl;
use tempfile::TempDir;

use super::engines::{End, Node};
use super::people::somebody;

/// Short, so that tests are; yet far longer than a renewal takes on a busy machine.
pub(crate) const TIMES: Times =
    Times { lease: Duration::from_secs(2), renewal: Duration::from_millis(300) };

/// A server in a folder of its own, which goes with it.
pub(crate) struct Server {
    folder: TempDir,
    port: u16,
    options: &'static [&'static str],
    process: Option<Child>,
}

impl Server {
    /// Starts one.
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// Starts one with more options.
    pub(crate) async fn start_with(options: &'static [&'static str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut server = Self { folder, port, options, process: None };
        server.start_again().await;
        server
    }

    /// Starts it, with nothing in it, and waits until it answers.
    pub(crate) async fn start_again(&mut self) {
        let mut command = Command::new("redis-server");
        command.args(["--bind", "127.0.0.1", "--save", "", "--port", &self.port.to_string()]);
        command.arg("--dir").arg(self.folder.path()).args(self.options);
        command.stdout(Stdio::null());
        self.process = Some(command.spawn().expect("redis-server must be installed"));
        while self.try_connect().await.is_none() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Ends it without a word.
    pub(crate) fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// Starts one that is a whole cluster by itself.
    pub(crate) async fn start_cluster() -> Self {
        let server = Self::start_with(&["--cluster-enabled", "yes"]).await;
        let mut redis = server.connect().await;
        let mut slots = redis::cmd("CLUSTER");
        slots.arg("ADDSLOTSRANGE").arg(0).arg(16_383);
        slots.query_async::<()>(&mut redis).await.unwrap();
        until(async || {
            let info: String =
                redis::cmd("CLUSTER").arg("INFO").query_async(&mut redis).await.unwrap();
            info.contains("cluster_state:ok")
        })
        .await;
        server
    }

    /// Lets it sleep, with its connections open.
    pub(crate) fn stop(&self) {
        self.signal(Signal::STOP);
    }

    /// Lets it go on.
    pub(crate) fn go_on(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.process.as_ref().unwrap().id()).unwrap();
        kill_process(Pid::from_raw(id).unwrap(), signal).unwrap();
    }

    pub(crate) fn url(&self) -> RedisUrl {
        RedisUrl::parse(&self.text()).unwrap()
    }

    pub(crate) async fn connect(&self) -> MultiplexedConnection {
        self.try_connect().await.unwrap()
    }

    async fn try_connect(&self) -> Option<MultiplexedConnection> {
        let client = redis::Client::open(self.text()).unwrap();
        let mut connection = client.get_multiplexed_async_connection().await.ok()?;
        redis::cmd("PING").query_async::<()>(&mut connection).await.ok()?;
        Some(connection)
    }

    fn text(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The server that tests share which do not stop it.
pub(crate) fn shared_url() -> RedisUrl {
    let url = std::env::var_os("TEST_REDIS_URL")
        .expect("TEST_REDIS_URL must name a Redis server: run the tests by scripts/redis.sh");
    RedisUrl::parse(url.to_str().unwrap()).unwrap()
}

/// A node whose presence is in this Redis.
pub(crate) async fn node_at(url: &RedisUrl) -> Node {
    let presence = Arc::new(RedisPresence::new(url.clone(), Arc::new(SystemRandom), TIMES));
    let node = Node::of(Arc::<RedisPresence>::clone(&presence));
    until(async || presence.is_linked()).await;
    node
}

/// A node's end of the bus in this Redis.
pub(crate) async fn end_at(url: &RedisUrl) -> End {
    let end = End::of(Arc::new(RedisBus::new(url.clone(), Arc::new(SystemRandom))));
    until(async || end.bus.subscribe(Channel::User(somebody())).await.is_ok()).await;
    end
}

/// Waits until something is so.
pub(crate) async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    while !is_so().await {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
