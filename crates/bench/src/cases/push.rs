//! What pushes cost: messages to users who are not there, until a provider has taken the last push.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::distribution::Distribution;
use crate::error::BenchError;
use crate::people::{Gathering, People, send_one_each};
use crate::provider::Provider;
use crate::report::{Figure, float, per, processors};
use crate::target::Targets;
use crate::usage::own_cpu;

/// How long the pushes of one round may take.
const ROUND_LIMIT: Duration = Duration::from_mins(2);

const POLL_PERIOD: Duration = Duration::from_millis(5);

/// Messages in rounds, each to every device of one user.
#[derive(Clone, Debug)]
pub struct Push {
    /// Pairs of users, of whom one writes a message in each round, in turns.
    pub pairs: usize,
    /// Devices of each user.
    pub devices: usize,
    /// How often.
    pub rounds: usize,
    /// Where pushes go.
    pub provider: Provider,
}

impl Push {
    /// Whom it needs.
    pub fn gathering(&self) -> Gathering {
        Gathering::WithDevices { pairs: self.pairs, devices: self.devices, others: 0 }
    }

    /// The settings in words.
    pub fn setup(&self) -> String {
        format!(
            "{} users with {} devices each, {} rounds of a message to every other one",
            2 * self.pairs,
            self.devices,
            self.rounds
        )
    }

    /// Measures once.
    ///
    /// # Errors
    /// If a push is missing, or comes twice.
    pub async fn run(&self, targets: &Targets, people: &People) -> Result<Vec<Figure>, BenchError> {
        let per_round = u64::try_from(self.pairs * self.devices).unwrap_or(u64::MAX);
        let readings = || -> Result<_, BenchError> { Ok((targets.cpu()?, own_cpu()?)) };
        let (server_before, own_before) = readings()?;
        let (mut rounds, mut taking) = (Vec::new(), Duration::ZERO);
        let began = Instant::now();
        for round in 0..self.rounds {
            let due = self.provider.read(|taken| taken.pushes) + per_round;
            let round_began = Instant::now();
            send_one_each(targets.first(), people, round).await?;
            while self.provider.read(|taken| taken.pushes) < due {
                if round_began.elapsed() > ROUND_LIMIT {
                    let taken = self.provider.read(|taken| taken.pushes);
                    let missing = due.saturating_sub(taken);
                    return Err(BenchError::Worthless(format!("{missing} pushes did not come")));
                }
                sleep(POLL_PERIOD).await;
            }
            rounds.push(round_began.elapsed());
            taking += round_began.elapsed();
        }
        let (server_after, own_after) = readings()?;
        let repeats = self.provider.read(|taken| taken.repeats);
        if repeats > 0 {
            return Err(BenchError::Worthless(format!("{repeats} pushes came twice")));
        }
        let pushes = float(per_round) * float(u64::try_from(self.rounds).unwrap_or(0));
        let mut figures =
            vec![Figure::new("pushes", "per second", pushes / taking.as_secs_f64().max(1e-9))];
        let times = [(500, "a round, p50"), (1000, "a round, greatest")];
        figures.extend(Figure::of_times(&Distribution::new(rounds), &times));
        if let Some((before, after)) = server_before.zip(server_after) {
            let cpu = after.saturating_sub(before).as_secs_f64();
            let name = "server CPU per million pushes, with their messages";
            figures.push(Figure::new(name, "s", per(cpu, pushes) * 1e6));
        }
        let own = processors(own_before, own_after, began.elapsed());
        figures.push(Figure::new("generator and provider CPU", "processors", own));
        Ok(figures)
    }
}
