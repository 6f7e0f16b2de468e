//! What the command line may say.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use salala_bench::cases::{Case, Idle, Pace, Push, Storm, Talk, Upload};
use salala_bench::engines::{Effort, Peer};
use salala_bench::error::BenchError;
use salala_bench::people::Gathering;
use salala_bench::provider::Provider;
use salala_bench::server::ServerCommand;
use salala_bench::stage::Stage;
use salala_bench::target::{Target, Targets};

/// Measures a chat server with real Socket.IO clients: one started here, or one that runs already.
#[derive(Debug, Parser)]
#[command(name = "salala-bench", version)]
pub(crate) struct Options {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    case: CaseOptions,
}

#[derive(Args, Debug)]
struct Common {
    /// Program to start, with a data folder of its own; by default what the case measures.
    #[arg(long, global = true, value_name = "PATH", conflicts_with = "urls")]
    server: Option<PathBuf>,
    /// Server that runs already, as http://host:port; more than once for several nodes, of which clients
    /// take turns.
    #[arg(long = "url", global = true)]
    urls: Vec<String>,
    /// Process of the server at each --url, in their order, for memory and CPU.
    #[arg(long = "pid", global = true, requires = "urls")]
    pids: Vec<u32>,
    /// Load a server that is not on this machine.
    #[arg(long, global = true)]
    i_own_this_server: bool,
    /// Folder for the data of the server that is started.
    #[arg(long, global = true, default_value = "target/bench")]
    scratch: PathBuf,
    /// Folder in which users that were made are kept for the next call (tokens live a day).
    #[arg(long, global = true)]
    keep: Option<PathBuf>,
    /// How often to measure.
    #[arg(long, global = true, default_value_t = 1)]
    runs: usize,
    /// One line of JSON instead of a table.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum CaseOptions {
    /// Memory of a connection that is authenticated and counted as present, and does nothing.
    Idle {
        #[command(flatten)]
        idle: IdleOptions,
        /// Users; they take turns if there are fewer than connections.
        #[arg(long, default_value_t = 1_000)]
        users: usize,
        /// Direct conversations of each user, an even number.
        #[arg(long, default_value_t = 0)]
        conversations: usize,
    },
    /// Memory of a connection to a Socket.IO server without users.
    EngineIdle {
        #[command(flatten)]
        idle: IdleOptions,
    },
    /// kill -9 of the server under clients in direct conversations, until all are back with what they missed.
    Storm {
        /// Connections.
        #[arg(long, default_value_t = 5_000)]
        connections: usize,
        /// Users, an even number; they take turns if there are fewer than connections.
        #[arg(long, default_value_t = 1_000)]
        users: usize,
        /// Messages that each connection has not taken in when the server dies.
        #[arg(long, default_value_t = 5)]
        missed: u64,
    },
    /// Durable sends in direct conversations.
    Sends {
        #[command(flatten)]
        talk: TalkOptions,
        /// Senders, an even number: each pair has a conversation.
        #[arg(long, default_value_t = 200)]
        senders: usize,
        /// Sends of one sender without an ack at any time.
        #[arg(long, default_value_t = 1)]
        in_flight: usize,
        /// Only the first of each pair sends; with two servers, those of the first one.
        #[arg(long)]
        one_sided: bool,
        /// Devices of each sender, to which what is sent is pushed.
        #[arg(long, default_value_t = 0)]
        devices: usize,
        /// Devices of users who talk to nobody.
        #[arg(long, default_value_t = 0)]
        other_devices: usize,
    },
    /// Pushes to users who are not there, to a provider on this machine.
    Push {
        /// Users, an even number: each writes to another one.
        #[arg(long, default_value_t = 200)]
        users: usize,
        /// Devices of each.
        #[arg(long, default_value_t = 20)]
        devices: usize,
        /// Rounds of a message from each user.
        #[arg(long, default_value_t = 5)]
        rounds: usize,
    },
    /// A large file that comes and is read back.
    Upload {
        /// MiB of it.
        #[arg(long, default_value_t = 1024)]
        mib: u64,
    },
    /// Engines side by side without users, the last of them the floor.
    Engines(EnginesOptions),
    /// Durable sends into one group.
    Room {
        #[command(flatten)]
        talk: TalkOptions,
        /// Members, all connected.
        #[arg(long, default_value_t = 1_000)]
        members: usize,
        /// Members who send.
        #[arg(long, default_value_t = 1)]
        senders: usize,
        /// Sends of one sender without an ack at any time.
        #[arg(long, default_value_t = 32)]
        in_flight: usize,
    },
}

#[derive(Args, Clone, Debug)]
pub(crate) struct EnginesOptions {
    /// An engine: its name and how it is started, as `name=program argument …`. The last is what the
    /// others are compared with.
    #[arg(long = "peer", required = true, value_parser = parse_peer)]
    peers: Vec<Peer>,
    /// Seconds of sending that do not count.
    #[arg(long, default_value_t = 1)]
    warm_up: u64,
    /// Seconds that are measured.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Idle connections.
    #[arg(long, default_value_t = 5_000)]
    connections: usize,
    /// Seconds before their memory is read.
    #[arg(long, default_value_t = 5)]
    settle: u64,
    /// Members of the large room, and how many small rooms there are.
    #[arg(long, default_value_t = 1_000)]
    members: usize,
}

#[derive(Args, Debug)]
struct IdleOptions {
    /// Connections.
    #[arg(long, default_value_t = 10_000)]
    connections: usize,
    /// Handshakes under way at once.
    #[arg(long, default_value_t = 64)]
    handshakes: usize,
    /// Seconds before memory is read; a ping comes every 25 s.
    #[arg(long, default_value_t = 30)]
    settle: u64,
}

#[derive(Args, Debug)]
struct TalkOptions {
    /// Sends a second of each sender by the clock, whatever is acked, instead of --in-flight.
    #[arg(long)]
    rate: Option<f64>,
    /// Seconds of sending that do not count.
    #[arg(long, default_value_t = 5)]
    warm_up: u64,
    /// Seconds that are measured.
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Characters of a message.
    #[arg(long, default_value_t = 60)]
    content: usize,
}

impl Options {
    /// The engines to compare, if that is asked for, and how.
    pub(crate) fn engines(&self) -> Option<(&[Peer], Effort)> {
        let CaseOptions::Engines(options) = &self.case else { return None };
        let effort = Effort {
            rounds: self.common.runs,
            warm_up: Duration::from_secs(options.warm_up),
            measured: Duration::from_secs(options.seconds),
            connections: options.connections,
            settle: Duration::from_secs(options.settle),
            members: options.members,
        };
        Some((&options.peers, effort))
    }

    /// The case's name, and the case.
    pub(crate) fn case(&self, provider: Option<Provider>) -> Option<(&'static str, Case)> {
        Some(match &self.case {
            CaseOptions::Engines(_) => return None,
            CaseOptions::Push { users, devices, rounds } => {
                let (pairs, devices, rounds) = (users / 2, *devices, *rounds);
                ("push", Case::Push(Push { pairs, devices, rounds, provider: provider? }))
            }
            CaseOptions::Idle { idle, users, conversations } => {
                let gathering = Gathering::Crowd { users: *users, acquaintances: *conversations };
                ("idle", Case::Idle(idle.case(gathering)))
            }
            CaseOptions::EngineIdle { idle } => {
                ("engine-idle", Case::Idle(idle.case(Gathering::Nobody)))
            }
            CaseOptions::Storm { connections, users, missed } => {
                let (connections, missed) = (*connections, *missed);
                ("storm", Case::Storm(Storm { connections, pairs: users / 2, missed }))
            }
            CaseOptions::Sends {
                talk,
                senders,
                in_flight,
                one_sided,
                devices,
                other_devices,
                ..
            } => {
                let (pairs, devices, others) = (senders / 2, *devices, *other_devices);
                let gathering = match (devices, others) {
                    (0, 0) => Gathering::Pairs(pairs),
                    _ => Gathering::WithDevices { pairs, devices, others },
                };
                let talk = talk.case(gathering, 0, *in_flight);
                ("sends", Case::Talk(Talk { one_sided: *one_sided, ..talk }))
            }
            CaseOptions::Upload { mib } => ("upload", Case::Upload(Upload { bytes: mib << 20 })),
            CaseOptions::Room { talk, members, senders, in_flight } => {
                let gathering = Gathering::Group(*members);
                ("room", Case::Talk(talk.case(gathering, *senders, *in_flight)))
            }
        })
    }

    /// Where pushes go, if the case makes any.
    pub(crate) fn provider(&self) -> Result<Option<Provider>, BenchError> {
        match &self.case {
            CaseOptions::Push { .. } => Provider::start().map(Some),
            CaseOptions::Sends { devices, other_devices, .. } if devices + other_devices > 0 => {
                Provider::start().map(Some)
            }
            CaseOptions::Idle { .. }
            | CaseOptions::EngineIdle { .. }
            | CaseOptions::Storm { .. }
            | CaseOptions::Sends { .. }
            | CaseOptions::Room { .. }
            | CaseOptions::Upload { .. }
            | CaseOptions::Engines(_) => Ok(None),
        }
    }

    /// Where the server comes from.
    pub(crate) fn stage(&self, provider: Option<&Provider>) -> Result<Stage, BenchError> {
        let common = &self.common;
        if !common.urls.is_empty() {
            let places = common.urls.iter().enumerate();
            let targets = places.map(|(place, url)| {
                Target::parse(url, common.pids.get(place).copied(), common.i_own_this_server)
            });
            let targets: Vec<_> = targets.collect::<Result<_, _>>()?;
            return Targets::new(targets).map(Stage::Running);
        }
        let mut command = match self.case {
            CaseOptions::EngineIdle { .. } => bare_engine(),
            CaseOptions::Idle { .. }
            | CaseOptions::Storm { .. }
            | CaseOptions::Sends { .. }
            | CaseOptions::Push { .. }
            | CaseOptions::Room { .. }
            | CaseOptions::Upload { .. }
            | CaseOptions::Engines(_) => salala(),
        };
        command.environment.extend(provider.into_iter().flat_map(Provider::environment));
        if matches!(self.case, CaseOptions::Push { .. }) {
            command.environment.push(("PUSH_WAIT".to_owned(), "0s".to_owned()));
        }
        if let Some(program) = &common.server {
            command.program.clone_from(program);
        }
        Ok(Stage::Started { command, scratch: common.scratch.clone(), keep: common.keep.clone() })
    }

    /// How often to measure.
    pub(crate) fn runs(&self) -> usize {
        self.common.runs
    }

    /// Whether JSON is wanted.
    pub(crate) fn json(&self) -> bool {
        self.common.json
    }
}

impl IdleOptions {
    fn case(&self, gathering: Gathering) -> Idle {
        Idle {
            connections: self.connections,
            gathering,
            handshakes_at_once: self.handshakes,
            settle: Duration::from_secs(self.settle),
        }
    }
}

impl TalkOptions {
    fn case(&self, gathering: Gathering, group_senders: usize, in_flight: usize) -> Talk {
        let period = self.rate.filter(|rate| *rate > 0.0).map(|rate| 1.0 / rate);
        let period = period.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        Talk {
            gathering,
            group_senders,
            one_sided: false,
            pace: period.map_or(Pace::InFlight(in_flight), Pace::Every),
            warm_up: Duration::from_secs(self.warm_up),
            measured: Duration::from_secs(self.seconds),
            content_chars: self.content,
        }
    }
}

fn parse_peer(text: &str) -> Result<Peer, String> {
    let (name, command) = text.split_once('=').ok_or("is not of the form name=program")?;
    let mut words = command.split_whitespace().map(str::to_owned);
    let program = words.next().ok_or("names no program")?;
    let command = ServerCommand {
        program: PathBuf::from(program),
        arguments: words.collect(),
        environment: Vec::new(),
    };
    Ok(Peer { name: name.to_owned(), command })
}

fn salala() -> ServerCommand {
    ServerCommand {
        program: PathBuf::from("target/quick/salala"),
        arguments: vec!["serve".to_owned()],
        environment: Vec::new(),
    }
}

/// The protocol suites' server with the heartbeat that servers have in use: it pings three times a
/// second by itself, which is not idle.
fn bare_engine() -> ServerCommand {
    let variable = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    ServerCommand {
        program: PathBuf::from("target/quick/examples/socketio_echo"),
        arguments: Vec::new(),
        environment: vec![variable("PING_INTERVAL", "25000"), variable("PING_TIMEOUT", "20000")],
    }
}
