//! Engines side by side: the same load on each in turn, so that what else happens meets all alike.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

use serde::Serialize;
use tempfile::TempDir;

use crate::cases::{Case, Idle, Pace, Talk};
use crate::distribution::median;
use crate::error::{BenchError, Trying};
use crate::machine::{Machine, check_open_files};
use crate::people::{Gathering, People};
use crate::report::Figure;
use crate::server::ServerCommand;
use crate::stage::Measured;

/// An engine under a name.
#[derive(Clone, Debug)]
pub struct Peer {
    /// What it is called in the table.
    pub name: String,
    /// How it is started.
    pub command: ServerCommand,
}

/// How much of it.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// How often each is measured.
    pub rounds: usize,
    /// Seconds of sending that do not count.
    pub warm_up: Duration,
    /// Seconds that are measured.
    pub measured: Duration,
    /// Idle connections.
    pub connections: usize,
    /// How long these are left alone before memory is read.
    pub settle: Duration,
    /// Members of the large room; half of them is how many small rooms there are.
    pub members: usize,
}

/// A column of the table: the figure of a case that it shows.
struct Column {
    title: &'static str,
    figure: &'static str,
    /// Whether less is better; then a ratio to the floor is shown.
    is_cost: bool,
}

/// A case, and the columns that come from it.
struct Row {
    case: Case,
    columns: &'static [Column],
}

/// What was measured.
#[derive(Debug, Serialize)]
pub struct Comparison {
    /// On what.
    pub machine: Machine,
    /// How, in words.
    pub setup: String,
    /// The peers in their order.
    pub peers: Vec<String>,
    /// Of each column, of each peer, the values of all rounds.
    pub columns: Vec<ColumnValues>,
}

/// The values of one column.
#[derive(Debug, Serialize)]
pub struct ColumnValues {
    /// Its heading.
    pub title: &'static str,
    is_cost: bool,
    /// By peer.
    pub values: BTreeMap<String, Vec<f64>>,
}

const CPU_PER_DELIVERY: &str = "server CPU per million deliveries";

impl Effort {
    fn rows(self) -> Vec<Row> {
        let talk = |gathering, pace| {
            Case::Talk(Talk {
                gathering,
                group_senders: 1,
                one_sided: false,
                pace,
                warm_up: self.warm_up,
                measured: self.measured,
                content_chars: 60,
            })
        };
        let room = Gathering::Group(self.members);
        vec![
            Row {
                case: talk(room, Pace::InFlight(32)),
                columns: &[Column {
                    title: "one room, pipelined (32 in flight)",
                    figure: CPU_PER_DELIVERY,
                    is_cost: true,
                }],
            },
            Row {
                case: talk(room, Pace::InFlight(1)),
                columns: &[Column {
                    title: "one room, one in flight",
                    figure: CPU_PER_DELIVERY,
                    is_cost: true,
                }],
            },
            Row {
                case: talk(room, Pace::Every(Duration::from_millis(50))),
                columns: &[Column {
                    title: "one room, 20 a second",
                    figure: CPU_PER_DELIVERY,
                    is_cost: true,
                }],
            },
            Row {
                case: talk(Gathering::Pairs(self.members), Pace::InFlight(1)),
                columns: &[Column {
                    title: "rooms of 2, closed loop (per million acked)",
                    figure: "server CPU per million acked sends",
                    is_cost: true,
                }],
            },
            Row {
                case: Case::Idle(Idle {
                    connections: self.connections,
                    gathering: Gathering::Nobody,
                    handshakes_at_once: 64,
                    settle: self.settle,
                }),
                columns: &[
                    Column { title: "connects a second", figure: "connects", is_cost: false },
                    Column {
                        title: "KiB RSS per idle connection",
                        figure: "server RSS per connection",
                        is_cost: true,
                    },
                ],
            },
        ]
    }
}

/// Measures every peer in every case, in turns.
///
/// # Errors
/// If a peer loses anything, or cannot be started.
pub async fn compare(
    peers: &[Peer],
    effort: Effort,
    mut tell: impl FnMut(&str),
) -> Result<Comparison, BenchError> {
    let rows = effort.rows();
    let sockets = rows.iter().map(|row| row.case.connections()).max().unwrap_or(0);
    check_open_files(sockets)?;
    let scratch = TempDir::new().trying(|| "no temporary folder".to_owned())?;
    let mut columns: Vec<_> = rows
        .iter()
        .flat_map(|row| row.columns)
        .map(|it| ColumnValues { title: it.title, is_cost: it.is_cost, values: BTreeMap::new() })
        .collect();
    for round in 1..=effort.rounds {
        let mut places = columns.iter_mut();
        for row in &rows {
            let mut here: Vec<_> = places.by_ref().take(row.columns.len()).collect();
            for peer in peers {
                let people = People::without_accounts(row.case.gathering());
                let mut measured =
                    Measured::Started(Box::new(peer.command.start(scratch.path()).await?));
                let figures = row.case.run(&mut measured, &people).await;
                measured.stop().await?;
                let figures = figures.map_err(|error| {
                    BenchError::Worthless(format!("{}: {}: {error}", peer.name, row.case.setup()))
                })?;
                for (column, values) in row.columns.iter().zip(&mut here) {
                    let value = value_of(&figures, column.figure)?;
                    tell(&format!("{round}: {}: {}: {value:.3}", column.title, peer.name));
                    values.values.entry(peer.name.clone()).or_default().push(value);
                }
            }
        }
    }
    Ok(Comparison {
        machine: Machine::describe(None)?,
        setup: format!(
            "room of {0}, {0} rooms of 2; {1} s after {2} s of warm-up; {3} idle connections; \
             {4} rounds",
            effort.members,
            effort.measured.as_secs(),
            effort.warm_up.as_secs(),
            effort.connections,
            effort.rounds
        ),
        peers: peers.iter().map(|peer| peer.name.clone()).collect(),
        columns,
    })
}

fn value_of(figures: &[Figure], name: &str) -> Result<f64, BenchError> {
    let figure = figures.iter().find(|figure| figure.name == name);
    figure
        .map(|figure| figure.value)
        .ok_or_else(|| BenchError::Worthless(format!("{name} was not measured")))
}

impl Comparison {
    /// Writes a table in Markdown: medians with least and greatest, then the costs as multiples of
    /// the last peer's, the floor.
    pub fn write_table(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "{}", self.machine.line())?;
        writeln!(out, "{}\n", self.setup)?;
        write!(out, "| median (least, greatest) |")?;
        for column in &self.columns {
            write!(out, " {} |", column.title)?;
        }
        writeln!(out, "\n|---|{}", "---|".repeat(self.columns.len()))?;
        for peer in &self.peers {
            write!(out, "| {peer} |")?;
            for column in &self.columns {
                let values = column.of(peer);
                let least = values.iter().copied().fold(f64::INFINITY, f64::min);
                let greatest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                let middle = median(values).unwrap_or(f64::NAN);
                let [middle, least, greatest] = [middle, least, greatest].map(shown);
                write!(out, " {middle} ({least}, {greatest}) |")?;
            }
            writeln!(out)?;
        }
        let Some((floor, others)) = self.peers.split_last() else { return Ok(()) };
        for peer in others {
            write!(out, "| {peer}, times {floor} |")?;
            for column in &self.columns {
                match column.ratio(peer, floor).filter(|_| column.is_cost) {
                    Some(ratio) => write!(out, " {ratio:.2} |")?,
                    None => write!(out, " |")?,
                }
            }
            writeln!(out)?;
        }
        Ok(())
    }

    /// Writes one line of JSON.
    pub fn write_json(&self, out: &mut impl Write) -> io::Result<()> {
        serde_json::to_writer(&mut *out, self)?;
        writeln!(out)
    }
}

impl ColumnValues {
    fn of(&self, peer: &str) -> &[f64] {
        self.values.get(peer).map_or(&[], Vec::as_slice)
    }

    /// The median over the rounds of what both cost in the same round: what disturbs a round meets both.
    fn ratio(&self, peer: &str, floor: &str) -> Option<f64> {
        let rounds = self.of(peer).iter().zip(self.of(floor));
        let ratios: Vec<_> = rounds.map(|(value, floor)| value / floor).collect();
        median(&ratios)
    }
}

fn shown(value: f64) -> String {
    match value.abs() {
        large if large >= 100.0 => format!("{value:.0}"),
        middle if middle >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_shows_medians_and_multiples_of_the_floor() {
        let values = |ours: &[f64], floor: &[f64]| {
            BTreeMap::from([
                ("ours".to_owned(), ours.to_vec()),
                ("floor".to_owned(), floor.to_vec()),
            ])
        };
        let comparison = Comparison {
            machine: Machine::describe(None).unwrap(),
            setup: "little".to_owned(),
            peers: vec!["ours".to_owned(), "floor".to_owned()],
            columns: vec![
                ColumnValues {
                    title: "CPU",
                    is_cost: true,
                    values: values(&[3.0, 12.0, 4.0], &[2.0, 10.0, 2.0]),
                },
                ColumnValues { title: "rate", is_cost: false, values: values(&[150.4], &[300.0]) },
            ],
        };
        let mut table = Vec::new();
        comparison.write_table(&mut table).unwrap();
        let table = String::from_utf8(table).unwrap();
        let lines: Vec<_> = table.lines().skip(3).collect();
        assert_eq!(
            lines,
            [
                "| median (least, greatest) | CPU | rate |",
                "|---|---|---|",
                "| ours | 4.00 (3.00, 12.0) | 150 (150, 150) |",
                "| floor | 2.00 (2.00, 10.0) | 300 (300, 300) |",
                "| ours, times floor | 1.50 | |",
            ]
        );
    }
}
