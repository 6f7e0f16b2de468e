//! The measured program, started here with a data folder of its own and stopped by its process id.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::time::{Instant, sleep, timeout};

use crate::error::{BenchError, Trying};
use crate::target::Target;

const START_LIMIT: Duration = Duration::from_mins(1);
const STOP_LIMIT: Duration = Duration::from_secs(15);
const POLL_PERIOD: Duration = Duration::from_millis(20);

/// How the measured program is started: like every server that reads `HOST` and `PORT`, so that
/// others can stand in its place.
#[derive(Clone, Debug)]
pub struct ServerCommand {
    /// The program.
    pub program: PathBuf,
    /// What follows its name.
    pub arguments: Vec<String>,
    /// Variables that are set besides `HOST`, `PORT`, `DATA_DIR` and `LOG_LEVEL`.
    pub environment: Vec<(String, String)>,
}

/// A running server. Dropping it kills it; [`stop`](Self::stop) lets it end in order.
#[derive(Debug)]
pub struct Server {
    child: Child,
    address: SocketAddr,
    command: ServerCommand,
    data_dir: PathBuf,
}

impl ServerCommand {
    /// Starts the program with `data_dir` as `DATA_DIR` and waits until it accepts connections.
    pub async fn start(&self, data_dir: &Path) -> Result<Server, BenchError> {
        let address = free_address()?;
        let child = self.spawn(data_dir, address)?;
        let (command, data_dir) = (self.clone(), data_dir.to_owned());
        let mut server = Server { child, address, command, data_dir };
        server.wait_until_it_listens().await?;
        Ok(server)
    }

    fn spawn(&self, data_dir: &Path, address: SocketAddr) -> Result<Child, BenchError> {
        Command::new(&self.program)
            .args(&self.arguments)
            .env("HOST", address.ip().to_string())
            .env("PORT", address.port().to_string())
            .env("DATA_DIR", data_dir)
            .env("LOG_LEVEL", "warn")
            // The generator does what no user does.
            .env("RATE_LIMIT_AUTH", "off")
            .env("RATE_LIMIT_SENDS", "off")
            .env("RATE_LIMIT_SIGNALS", "off")
            .envs(self.environment.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .trying(|| format!("{} cannot be started", self.program.display()))
    }
}

impl Server {
    /// Where it listens, and its process.
    pub fn target(&self) -> Target {
        Target { address: self.address, pid: self.child.id() }
    }

    /// Kills it, as a power cut would, and starts it again on the same data at the same address.
    pub async fn kill_and_start(&mut self) -> Result<(), BenchError> {
        self.child.kill().await.trying(|| "the server cannot be killed".to_owned())?;
        self.child = self.command.spawn(&self.data_dir, self.address)?;
        self.wait_until_it_listens().await
    }

    /// Asks it to end and waits until it has; kills it if that takes longer than 15 seconds.
    pub async fn stop(mut self) -> Result<(), BenchError> {
        let stopping = || "the server cannot be stopped".to_owned();
        let pid = self.child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        if let Some(pid) = pid {
            kill_process(pid, Signal::TERM).trying(stopping)?;
        }
        match timeout(STOP_LIMIT, self.child.wait()).await {
            Ok(ended) => ended.map(drop).trying(stopping),
            Err(_) => self.child.kill().await.trying(stopping),
        }
    }

    async fn wait_until_it_listens(&mut self) -> Result<(), BenchError> {
        let deadline = Instant::now() + START_LIMIT;
        loop {
            if let Some(status) =
                self.child.try_wait().trying(|| "the server is lost".to_owned())?
            {
                return Err(BenchError::ServerEnded(status));
            }
            if TcpStream::connect(self.address).await.is_ok() {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(BenchError::ServerSilent(self.address));
            }
            sleep(POLL_PERIOD).await;
        }
    }
}

/// An address that nobody listens at. Found by asking the system for one and giving it back, since
/// not every program can tell which port it was given for 0.
fn free_address() -> Result<SocketAddr, BenchError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .trying(|| "no free port".to_owned())
}
