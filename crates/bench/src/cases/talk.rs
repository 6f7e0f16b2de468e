//! What messages cost: clients that send durably and see what the others send.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::talker::{Script, Talker};
use super::tally::{Progress, Tally, Window};
use crate::client::{ClientError, Connection};
use crate::distribution::Distribution;
use crate::error::BenchError;
use crate::people::{Gathering, People};
use crate::report::{Figure, float, per, processors};
use crate::target::Targets;
use crate::usage::own_cpu;

/// Handshakes under way at once.
const HANDSHAKES_AT_ONCE: usize = 64;

/// Members of a group whose every message heard is timed; of more, as many messages in all.
const TIMED_LISTENERS: usize = 64;

/// How long what was sent at the end may take to come.
const LAST_LIMIT: Duration = Duration::from_secs(10);

const POLL_PERIOD: Duration = Duration::from_millis(10);

/// How a client sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// As many sends without an ack at any time (a "closed loop"): the next goes with an ack.
    InFlight(usize),
    /// By the clock, whatever is acked (an "open loop").
    Every(Duration),
}

/// Clients that talk, in pairs or in one group.
#[derive(Clone, Debug)]
pub struct Talk {
    /// Who talks to whom: pairs, of whom all send, or a group.
    pub gathering: Gathering,
    /// How many members of the group send.
    pub group_senders: usize,
    /// Of each pair only the first sends, the other listens.
    pub one_sided: bool,
    /// How a sender sends.
    pub pace: Pace,
    /// How long is sent before anything counts.
    pub warm_up: Duration,
    /// How long is measured.
    pub measured: Duration,
    /// Characters of a message.
    pub content_chars: usize,
}

impl Talk {
    /// How many clients are connected.
    pub fn connections(&self) -> usize {
        match self.gathering {
            Gathering::Nobody => 0,
            Gathering::Crowd { users, .. } => users,
            Gathering::Pairs(pairs) | Gathering::WithDevices { pairs, .. } => 2 * pairs,
            Gathering::Group(members) => members,
        }
    }

    /// The settings in words.
    pub fn setup(&self) -> String {
        let who = match self.gathering {
            Gathering::Nobody | Gathering::Crowd { .. } => "nobody".to_owned(),
            Gathering::Pairs(pairs) if self.one_sided => {
                format!("{pairs} senders, each with one who listens")
            }
            Gathering::Pairs(pairs) => format!("{} senders in pairs", 2 * pairs),
            Gathering::WithDevices { pairs, devices, others } => format!(
                "{} senders in pairs with {devices} devices each, beside {others} devices of others",
                2 * pairs
            ),
            Gathering::Group(members) => {
                format!("{} senders in a group of {members}", self.group_senders)
            }
        };
        let how = match self.pace {
            Pace::InFlight(count) => format!("each with {count} in flight"),
            Pace::Every(period) => format!("each every {} ms", period.as_secs_f64() * 1e3),
        };
        format!(
            "{who}, {how}, {} characters a message, {} s after {} s of warm-up",
            self.content_chars,
            self.measured.as_secs(),
            self.warm_up.as_secs()
        )
    }

    /// Measures once.
    ///
    /// # Errors
    /// If a client is cut, a send is refused, an ack or a message is missing, comes twice or out of
    /// order: a server that loses messages is not fast.
    pub async fn run(&self, targets: &Targets, people: &People) -> Result<Vec<Figure>, BenchError> {
        let connections = connect(targets, people).await?;
        let listeners = self.connections() / people.conversations.len().max(1);
        let progress = Arc::new(Progress::default());
        let window = Window::after(self.warm_up, self.measured);
        let stop = CancellationToken::new();
        let mut tasks = JoinSet::new();
        for (number, connection) in connections.into_iter().enumerate() {
            let script = self.script(number, listeners, people, window, &progress);
            tasks.spawn(Talker { connection, script }.talk(stop.clone()));
        }

        hold_until(window.from, &mut tasks).await?;
        let (server_before, own_before) = (targets.cpu()?, own_cpu()?);
        hold_until(window.to, &mut tasks).await?;
        let (server_after, own_after) = (targets.cpu()?, own_cpu()?);

        let listeners = u64::try_from(listeners).unwrap_or(u64::MAX);
        let deadline = Instant::now() + LAST_LIMIT;
        while let Some(missing) = progress.missing(listeners) {
            if Instant::now() > deadline {
                return Err(BenchError::Worthless(missing));
            }
            hold_until(Instant::now() + POLL_PERIOD, &mut tasks).await?;
        }
        stop.cancel();
        let mut tally = Tally::default();
        while let Some(ended) = tasks.join_next().await {
            tally.merge(flatten(ended)?);
        }

        let seconds = self.measured.as_secs_f64();
        let (acked, delivered) = (float(tally.acked), float(tally.delivered));
        let mut figures = vec![Figure::new("acked sends", "per second", acked / seconds)];
        figures.extend(Figure::of_times(
            &Distribution::new(tally.to_ack),
            &[
                (500, "send to ack, p50"),
                (990, "send to ack, p99"),
                (999, "send to ack, p99.9"),
                (1000, "send to ack, greatest"),
            ],
        ));
        figures.extend(Figure::of_times(
            &Distribution::new(tally.to_seen),
            &[(500, "send to seen, p50"), (990, "send to seen, p99"), (999, "send to seen, p99.9")],
        ));
        figures.push(Figure::new("deliveries", "per second", delivered / seconds));
        if let (Some(before), Some(after)) = (server_before, server_after) {
            let cpu = after.saturating_sub(before).as_secs_f64();
            figures.extend([
                Figure::new("server CPU per million acked sends", "s", per(cpu, acked) * 1e6),
                Figure::new("server CPU per million deliveries", "s", per(cpu, delivered) * 1e6),
                Figure::new("server CPU", "processors", cpu / seconds),
            ]);
        }
        figures.push(Figure::new(
            "generator CPU",
            "processors",
            processors(own_before, own_after, self.measured),
        ));
        Ok(figures)
    }

    fn script(
        &self,
        number: usize,
        listeners: usize,
        people: &People,
        window: Window,
        progress: &Arc<Progress>,
    ) -> Script {
        let conversation = number / listeners.max(1);
        let is_sender = match self.gathering {
            Gathering::Group(_) => number < self.group_senders,
            Gathering::Pairs(_) | Gathering::WithDevices { .. } => {
                !self.one_sided || number.is_multiple_of(2)
            }
            Gathering::Nobody | Gathering::Crowd { .. } => true,
        };
        // Senders by the clock begin spread over one period, as people would.
        let first_at = match self.pace {
            Pace::Every(period) => {
                let part = u32::try_from(number).unwrap_or(0);
                let whole = u32::try_from(people.users.len()).unwrap_or(u32::MAX).max(1);
                window.epoch + period / whole * part
            }
            Pace::InFlight(_) => window.epoch,
        };
        Script {
            number,
            conversation_id: people.conversations.get(conversation).cloned().unwrap_or_default(),
            pace: is_sender.then_some(self.pace),
            first_at,
            window,
            progress: Arc::clone(progress),
            timed_every: u64::try_from(listeners.div_ceil(TIMED_LISTENERS)).unwrap_or(1).max(1),
            content: "Salala ".chars().cycle().take(self.content_chars).collect(),
            in_flight: std::collections::HashMap::new(),
            next_id: 0,
            last_seq: None,
            tally: Tally::default(),
        }
    }
}

/// Connects every user once, in their order.
async fn connect(targets: &Targets, people: &People) -> Result<Vec<Connection>, BenchError> {
    let clients = people.users.iter().enumerate().map(|(number, user)| {
        let address = targets.of(number);
        let token = user.token.clone();
        async move { Connection::open(address, number, Some(&token)).await }
    });
    open_all(clients).await
}

/// Makes connections, some at once; they come in the order of those who make them.
pub(super) async fn open_all<F, T>(clients: impl Iterator<Item = F>) -> Result<Vec<T>, BenchError>
where
    F: Future<Output = Result<T, ClientError>> + Send + 'static,
    T: Send + 'static,
{
    let mut clients = clients.enumerate();
    let mut connections = Vec::new();
    let mut handshakes = JoinSet::new();
    loop {
        while handshakes.len() < HANDSHAKES_AT_ONCE
            && let Some((number, opening)) = clients.next()
        {
            handshakes.spawn(async move { (number, opening.await) });
        }
        match handshakes.join_next().await {
            Some(Ok((number, Ok(connection)))) => connections.push((number, connection)),
            Some(Ok((number, Err(source)))) => return Err(BenchError::Client { number, source }),
            Some(Err(error)) => return Err(BenchError::Worthless(error.to_string())),
            None => break,
        }
    }
    connections.sort_unstable_by_key(|(number, _)| *number);
    Ok(connections.into_iter().map(|(_, connection)| connection).collect())
}

/// Lets time pass until `at`, in which no client may end.
async fn hold_until(
    at: Instant,
    tasks: &mut JoinSet<Result<Tally, BenchError>>,
) -> Result<(), BenchError> {
    tokio::select! {
        () = sleep_until(at) => Ok(()),
        Some(ended) = tasks.join_next() => {
            flatten(ended)?;
            Err(BenchError::Client { number: 0, source: ClientError::Closed })
        }
    }
}

fn flatten(
    ended: Result<Result<Tally, BenchError>, tokio::task::JoinError>,
) -> Result<Tally, BenchError> {
    ended.map_err(|error| BenchError::Worthless(error.to_string()))?
}
