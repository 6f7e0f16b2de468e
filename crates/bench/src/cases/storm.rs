//! A server that is killed under its clients, which all come back at once and want what they missed.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use super::talk::open_all;
use crate::client::packet::{is_event, last_text, number_field};
use crate::client::{ClientError, Connection, Packet};
use crate::distribution::Distribution;
use crate::error::BenchError;
use crate::people::{Gathering, People};
use crate::report::{Figure, float};
use crate::server::Server;
use crate::stage::run_id;
use crate::target::Targets;

/// How long all together may take to come back.
const BACK_LIMIT: Duration = Duration::from_mins(2);
/// How long a client of `socket.io-client` waits before its first try, and at most before a later one; each
/// wait is halved or half as long again by chance.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Many clients whose server dies.
#[derive(Clone, Debug)]
pub struct Storm {
    /// How many connections; the users of pairs in turn.
    pub connections: usize,
    /// Pairs of users, each with a conversation.
    pub pairs: usize,
    /// Messages in each conversation that its clients have not taken in when the server dies.
    pub missed: u64,
}

/// A client with what it needs to go on.
struct Client {
    number: usize,
    token: String,
    connection: Connection,
    /// The first user of a pair, on the first connection, writes.
    writes_to: Option<String>,
    /// The offset of the first message: the last one that the client has taken in.
    offset: Option<String>,
}

/// What became of one that came back.
struct Back {
    after: Duration,
    is_recovered: bool,
}

impl Storm {
    /// The settings in words.
    pub fn setup(&self) -> String {
        format!(
            "{} clients of {} users in pairs, kill -9, each lacks {} messages",
            self.connections,
            2 * self.pairs,
            self.missed
        )
    }

    /// Whom it needs.
    pub fn gathering(&self) -> Gathering {
        Gathering::Pairs(self.pairs)
    }

    /// Measures once.
    ///
    /// # Errors
    /// If a client is not let go on, or is not given exactly what it missed, in order.
    pub async fn run(
        &self,
        server: &mut Server,
        people: &People,
    ) -> Result<Vec<Figure>, BenchError> {
        let address = server.target().address;
        let mut clients = Vec::with_capacity(self.connections);
        let openings = (0..self.connections).filter_map(|number| {
            let user = people.users.get(number.checked_rem(people.users.len())?)?;
            let token = user.token.clone();
            Some(async move { Connection::open(address, number, Some(&token)).await })
        });
        for (number, connection) in open_all(openings).await?.into_iter().enumerate() {
            let place = number % people.users.len().max(1);
            let is_writer = number < people.users.len() && number.is_multiple_of(2);
            let conversation = people.conversations.get(place / 2).filter(|_| is_writer);
            clients.push(Client {
                number,
                token: people.users.get(place).map(|user| user.token.clone()).unwrap_or_default(),
                connection,
                writes_to: conversation.cloned(),
                offset: None,
            });
        }
        let mut talking = JoinSet::new();
        for client in clients {
            talking.spawn(client.talk(self.missed));
        }
        let clients: Vec<Client> = join_all(talking).await?;

        let killed_at = Instant::now();
        let refused = Arc::new(AtomicU64::new(0));
        let mut returning = JoinSet::new();
        for client in clients {
            let refused = Arc::clone(&refused);
            returning.spawn(client.come_back(address, self.missed, killed_at, refused));
        }
        let restarting = async {
            server.kill_and_start().await?;
            Ok::<_, BenchError>(killed_at.elapsed())
        };
        let (restarted, backs) = tokio::join!(restarting, timeout(BACK_LIMIT, join_all(returning)));
        let listens_after = restarted?;
        let backs: Vec<Back> = backs.map_err(|_| {
            let seconds = BACK_LIMIT.as_secs();
            BenchError::Worthless(format!("after {seconds} s not all clients were back"))
        })??;
        if let Some(lost) = backs.iter().position(|back| !back.is_recovered) {
            return Err(BenchError::Worthless(format!("client {lost} was given a new session")));
        }
        let cpu = Targets::from(server.target()).cpu()?.unwrap_or_default();
        let mut figures = vec![Figure::new(
            "listens again after the kill",
            "ms",
            listens_after.as_secs_f64() * 1e3,
        )];
        let times = Distribution::new(backs.into_iter().map(|back| back.after).collect());
        figures.extend(Figure::of_times(
            &times,
            &[
                (500, "kill to back with everything, p50"),
                (990, "kill to back with everything, p99"),
                (1000, "kill to back with everything, the last"),
            ],
        ));
        figures.push(Figure::new(
            "tries that were refused",
            "tries",
            float(refused.load(Ordering::Relaxed)),
        ));
        let told = float(u64::try_from(self.connections).unwrap_or(u64::MAX) * self.missed);
        figures.push(Figure::new("messages told again", "messages", told));
        figures.push(Figure::new("server CPU from its start to then", "s", cpu.as_secs_f64()));
        Ok(figures)
    }
}

impl Client {
    /// Hears one message and takes it in, and then those that it will not have taken in.
    async fn talk(mut self, missed: u64) -> Result<Self, BenchError> {
        let number = self.number;
        let run_id = run_id();
        let mut unacked = if self.writes_to.is_some() { missed + 1 } else { 0 };
        let talking = async {
            if let Some(conversation_id) = &self.writes_to {
                for id in 0..=missed {
                    let send = format!(
                        r#"42{id}["sendMessage",{{"conversationId":"{conversation_id}","content":"Salala","clientMessageId":"{run_id}-{number}-{id}"}}]"#
                    );
                    self.connection.queue(send.as_bytes());
                }
            }
            let mut heard = 0;
            while heard <= missed || unacked > 0 {
                match self.connection.receive().await? {
                    Packet::Ack(..) => unacked -= 1,
                    Packet::Event(array) if is_event(array, "newMessage") => {
                        self.offset = self.offset.take().or_else(|| Some(offset_of(array)));
                        heard += 1;
                    }
                    Packet::Open(_)
                    | Packet::Ping
                    | Packet::Noop
                    | Packet::Close
                    | Packet::Connected(_)
                    | Packet::ConnectError(_)
                    | Packet::Event(_)
                    | Packet::Other(_) => {}
                }
            }
            Ok(())
        };
        let talked: Result<(), ClientError> = talking.await;
        talked.map_err(|source| BenchError::Client { number, source })?;
        Ok(self)
    }

    /// Waits for the end of its connection, tries until it is let in again, and hears what it lacks.
    async fn come_back(
        mut self,
        address: SocketAddr,
        missed: u64,
        killed_at: Instant,
        refused: Arc<AtomicU64>,
    ) -> Result<Back, BenchError> {
        let number = self.number;
        while self.connection.receive().await.is_ok() {}
        let pid = self.connection.pid().unwrap_or_default().to_owned();
        let offset = self.offset.unwrap_or_default();
        let mut wait = FIRST_WAIT;
        let mut connection = loop {
            sleep(wait.mul_f64(0.5 + chance(number))).await;
            wait = (wait * 2).min(LONGEST_WAIT);
            let resuming = Connection::resume(address, number, &self.token, &pid, &offset);
            match resuming.await {
                Ok(connection) => break connection,
                Err(source @ ClientError::ConnectRefused(_)) => {
                    return Err(BenchError::Client { number, source });
                }
                Err(_) => refused.fetch_add(1, Ordering::Relaxed),
            };
        };
        let is_recovered = connection.pid() == Some(&pid);
        let mut last_seq = None;
        let mut heard = 0;
        while heard < missed {
            let packet = connection.receive().await;
            let packet = packet.map_err(|source| BenchError::Client { number, source })?;
            let Packet::Event(array) = packet else { continue };
            if !is_event(array, "newMessage") {
                continue;
            }
            let seq = number_field(array, "seq").unwrap_or_default();
            if last_seq.is_some_and(|last| seq != last + 1) {
                return Err(BenchError::Worthless(format!("client {number} heard {seq} too soon")));
            }
            last_seq = Some(seq);
            heard += 1;
        }
        Ok(Back { after: killed_at.elapsed(), is_recovered })
    }
}

fn offset_of(array: &[u8]) -> String {
    String::from_utf8_lossy(last_text(array).unwrap_or_default()).into_owned()
}

/// From 0 to 1, another one for each client, the same in each run.
fn chance(number: usize) -> f64 {
    const PARTS: u32 = 1 << 16;
    let mixed = u32::try_from(number).unwrap_or(u32::MAX).wrapping_mul(0x9e37_79b9);
    f64::from((mixed >> 8) % PARTS) / f64::from(PARTS)
}

async fn join_all<T: Send + 'static>(
    mut tasks: JoinSet<Result<T, BenchError>>,
) -> Result<Vec<T>, BenchError> {
    let mut done = Vec::with_capacity(tasks.len());
    while let Some(ended) = tasks.join_next().await {
        done.push(ended.map_err(|error| BenchError::Worthless(error.to_string()))??);
    }
    Ok(done)
}
