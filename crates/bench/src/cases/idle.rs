//! What a connection costs that does nothing but answer pings: memory, and the coming of all.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use crate::client::{ClientError, Connection};
use crate::distribution::Distribution;
use crate::error::BenchError;
use crate::people::{Gathering, People};
use crate::report::{Figure, float, per, processors};
use crate::target::Targets;
use crate::usage::{KernelMemory, Memory, kernel_memory, own_cpu};

/// Many connections that do nothing.
#[derive(Clone, Debug)]
pub struct Idle {
    /// How many connections.
    pub connections: usize,
    /// Whose they are: the users in turn, or nobody's.
    pub gathering: Gathering,
    /// Handshakes under way at once.
    pub handshakes_at_once: usize,
    /// How long they are left alone before memory is read, so that every one was pinged and what
    /// the handshakes needed was given back.
    pub settle: Duration,
}

/// A reading of everything, before and after.
struct Reading {
    memory: Option<Memory>,
    kernel: KernelMemory,
    server_cpu: Option<Duration>,
    own_cpu: Duration,
}

impl Idle {
    /// The settings in words.
    pub fn setup(&self) -> String {
        let users = match self.gathering {
            Gathering::Nobody => "without users".to_owned(),
            Gathering::Crowd { users, acquaintances } => {
                format!("of {users} users in {acquaintances} conversations each")
            }
            Gathering::Pairs(_) | Gathering::Group(_) | Gathering::WithDevices { .. } => {
                "of users".to_owned()
            }
        };
        format!(
            "{} idle connections {users}, {} handshakes at once, memory read after {} s",
            self.connections,
            self.handshakes_at_once,
            self.settle.as_secs()
        )
    }

    /// Measures once.
    ///
    /// # Errors
    /// If a client cannot connect or is cut before the end: then there were not as many
    /// connections as were counted.
    pub async fn run(&self, targets: &Targets, people: &People) -> Result<Vec<Figure>, BenchError> {
        let before = Reading::take(targets)?;
        let started = Instant::now();
        let mut clients = Clients::open(self, targets, people);
        let handshakes = clients.wait_until_connected(self.connections).await?;
        let connecting = started.elapsed();
        let connected = Reading::take(targets)?;
        let settling = Instant::now();
        clients.hold_for(self.settle).await?;
        let after = Reading::take(targets)?;
        let settled = settling.elapsed();
        clients.close().await;

        let count = float(u64::try_from(self.connections).unwrap_or(u64::MAX));
        let kib_each = |name, before: u64, after: u64| {
            Figure::new(name, "KiB", per(float(after) - float(before), count))
        };
        let kernel = |reading: &Reading| reading.kernel;
        let mut figures = Vec::new();
        let memory = |reading: &Reading| reading.memory.unwrap_or_default();
        if let (Some(cpu_before), Some(cpu_connected), Some(cpu_after)) =
            (before.server_cpu, connected.server_cpu, after.server_cpu)
        {
            let cpu = cpu_connected.saturating_sub(cpu_before);
            figures.extend([
                kib_each(
                    "server RSS per connection",
                    memory(&before).resident_kib,
                    memory(&after).resident_kib,
                ),
                kib_each(
                    "of it anonymous",
                    memory(&before).anonymous_kib,
                    memory(&after).anonymous_kib,
                ),
                kib_each(
                    "server RSS per connection, right after connecting",
                    memory(&before).resident_kib,
                    memory(&connected).resident_kib,
                ),
                Figure::new(
                    "server RSS before",
                    "MiB",
                    float(memory(&before).resident_kib) / 1024.0,
                ),
                Figure::new("server RSS after", "MiB", float(memory(&after).resident_kib) / 1024.0),
                Figure::new(
                    "server CPU per million handshakes",
                    "s",
                    per(cpu.as_secs_f64(), count) * 1e6,
                ),
                Figure::new(
                    "server CPU while idle",
                    "processors",
                    processors(cpu_connected, cpu_after, settled),
                ),
            ]);
        }
        figures.extend([
            kib_each(
                "kernel socket buffers per connection, both ends",
                kernel(&before).tcp_buffers_kib,
                kernel(&after).tcp_buffers_kib,
            ),
            kib_each(
                "kernel objects per connection, both ends",
                kernel(&before).slab_kib,
                kernel(&after).slab_kib,
            ),
            Figure::new("connects", "per second", per(count, connecting.as_secs_f64())),
        ]);
        figures.extend(Figure::of_times(
            &handshakes,
            &[(500, "handshake, p50"), (990, "handshake, p99")],
        ));
        figures.push(Figure::new(
            "generator CPU while connecting",
            "processors",
            processors(before.own_cpu, connected.own_cpu, connecting),
        ));
        Ok(figures)
    }
}

impl Reading {
    fn take(targets: &Targets) -> Result<Self, BenchError> {
        Ok(Self {
            memory: targets.memory()?,
            kernel: kernel_memory()?,
            server_cpu: targets.cpu()?,
            own_cpu: own_cpu()?,
        })
    }
}

/// The open connections, each in a task of its own.
struct Clients {
    tasks: JoinSet<()>,
    events: mpsc::UnboundedReceiver<ClientEvent>,
    stop: CancellationToken,
}

enum ClientEvent {
    Connected(Duration),
    Ended(usize, ClientError),
}

impl Clients {
    fn open(idle: &Idle, targets: &Targets, people: &People) -> Self {
        // Each client sends at most two events.
        let (tell, events) = mpsc::unbounded_channel();
        let stop = CancellationToken::new();
        let handshakes = Arc::new(Semaphore::new(idle.handshakes_at_once));
        let mut tasks = JoinSet::new();
        for number in 0..idle.connections {
            let place = number.checked_rem(people.users.len());
            let user = place.and_then(|place| people.users.get(place));
            let token = user.map(|user| user.token.clone());
            let address = targets.of(number);
            let (tell, stop) = (tell.clone(), stop.clone());
            let handshakes = Arc::clone(&handshakes);
            tasks.spawn(async move {
                let living = live(number, address, token, &handshakes, &tell);
                if let Some(Err(error)) = stop.run_until_cancelled(living).await {
                    // The receiver is gone once nothing is measured any more.
                    drop(tell.send(ClientEvent::Ended(number, error)));
                }
            });
        }
        Self { tasks, events, stop }
    }

    /// Waits for all handshakes and returns how long each took.
    async fn wait_until_connected(&mut self, count: usize) -> Result<Distribution, BenchError> {
        let mut times = Vec::with_capacity(count);
        while times.len() < count {
            match self.events.recv().await {
                Some(ClientEvent::Connected(time)) => times.push(time),
                Some(ClientEvent::Ended(number, source)) => {
                    return Err(BenchError::Client { number, source });
                }
                None => return Err(BenchError::Worthless("clients are missing".to_owned())),
            }
        }
        Ok(Distribution::new(times))
    }

    /// Lets time pass, in which no client may be cut.
    async fn hold_for(&mut self, time: Duration) -> Result<(), BenchError> {
        tokio::select! {
            () = sleep(time) => Ok(()),
            event = self.events.recv() => match event {
                Some(ClientEvent::Ended(number, source)) => {
                    Err(BenchError::Client { number, source })
                }
                Some(ClientEvent::Connected(_)) | None => {
                    Err(BenchError::Worthless("clients were miscounted".to_owned()))
                }
            },
        }
    }

    async fn close(mut self) {
        self.stop.cancel();
        while self.tasks.join_next().await.is_some() {}
    }
}

/// One client's life. Ends only by an error.
async fn live(
    number: usize,
    address: SocketAddr,
    token: Option<String>,
    handshakes: &Semaphore,
    tell: &mpsc::UnboundedSender<ClientEvent>,
) -> Result<(), ClientError> {
    let Ok(turn) = handshakes.acquire().await else { return Ok(()) };
    let started = Instant::now();
    let mut connection = Connection::open(address, number, token.as_deref()).await?;
    drop(turn);
    drop(tell.send(ClientEvent::Connected(started.elapsed())));
    loop {
        connection.receive().await?;
    }
}
