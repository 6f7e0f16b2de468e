//! The figures of a case, as a table for people and as JSON for programs.

use std::io::{self, Write};
use std::time::Duration;

use serde::Serialize;

use crate::distribution::{Distribution, median};
use crate::machine::Machine;

/// One measured value.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// What was measured.
    pub name: &'static str,
    /// In which unit.
    pub unit: &'static str,
    /// How much.
    pub value: f64,
}

/// The figures of all runs of one case.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The case's name.
    pub case: &'static str,
    /// What was asked for, in words.
    pub setup: String,
    /// On what it was measured.
    pub machine: Machine,
    /// The figures of each run, in the same order in each.
    pub runs: Vec<Vec<Figure>>,
}

impl Figure {
    /// A value with its unit.
    pub fn new(name: &'static str, unit: &'static str, value: f64) -> Self {
        Self { name, unit, value }
    }

    /// Percentiles of `samples` in milliseconds, each under the name given beside its thousandth;
    /// none without samples.
    pub fn of_times(samples: &Distribution, names: &[(usize, &'static str)]) -> Vec<Self> {
        let figures = names.iter().filter_map(|&(per_mille, name)| {
            let value = samples.per_mille(per_mille)?;
            Some(Self::new(name, "ms", value.as_secs_f64() * 1e3))
        });
        figures.collect()
    }
}

impl Report {
    /// Writes the table: each figure's median over the runs, its least and its greatest value.
    pub fn write_table(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "{}: {}", self.case, self.setup)?;
        writeln!(out, "{}; runs: {}", self.machine.line(), self.runs.len())?;
        writeln!(out, "{:>14} {:>12} {:>12}", "median", "least", "greatest")?;
        for figure in self.runs.first().into_iter().flatten() {
            let values = self.values_of(figure.name);
            let least = values.iter().copied().fold(f64::INFINITY, f64::min);
            let greatest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let middle = median(&values).unwrap_or(f64::NAN);
            let [middle, least, greatest] = [middle, least, greatest].map(rounded);
            let Figure { name, unit, .. } = figure;
            writeln!(out, "{middle:>14} {least:>12} {greatest:>12}  {unit:<12} {name}")?;
        }
        Ok(())
    }

    /// Writes one line of JSON.
    pub fn write_json(&self, out: &mut impl Write) -> io::Result<()> {
        serde_json::to_writer(&mut *out, self)?;
        writeln!(out)
    }

    fn values_of(&self, name: &str) -> Vec<f64> {
        let figures = self.runs.iter().flatten().filter(|figure| figure.name == name);
        figures.map(|figure| figure.value).collect()
    }
}

/// `amount` for every one of `count`, 0 if there is none.
pub fn per(amount: f64, count: f64) -> f64 {
    if count > 0.0 { amount / count } else { 0.0 }
}

/// `count` as a number that can be divided.
#[expect(clippy::cast_precision_loss, reason = "figures are shown with four digits")]
pub fn float(count: u64) -> f64 {
    count as f64
}

/// The processor time between two readings, in processors kept busy for `elapsed`.
pub fn processors(before: Duration, after: Duration, elapsed: Duration) -> f64 {
    per(after.saturating_sub(before).as_secs_f64(), elapsed.as_secs_f64())
}

/// With as many decimals as are worth reading.
fn rounded(value: f64) -> String {
    match value.abs() {
        large if large >= 100.0 => format!("{value:.0}"),
        middle if middle >= 10.0 => format!("{value:.1}"),
        small if small >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let machine = Machine {
            processors: 2,
            processor_model: "Processor".to_owned(),
            memory_mib: 1024,
            kernel: "6.1".to_owned(),
            flush_us: Some(500),
        };
        let run = |rate| vec![Figure::new("acked sends", "per second", rate)];
        Report {
            case: "sends",
            setup: "200 senders".to_owned(),
            machine,
            runs: vec![run(5000.4), run(1.0), run(9.0)],
        }
    }

    #[test]
    fn the_table_shows_the_median_and_the_range() {
        let mut table = Vec::new();
        report().write_table(&mut table).unwrap();
        let table = String::from_utf8(table).unwrap();
        let words: Vec<_> = table.lines().last().unwrap().split_whitespace().collect();
        assert_eq!(words, ["9.00", "1.00", "5000", "per", "second", "acked", "sends"]);
        assert!(table.contains("2 × Processor, 1024 MiB, Linux 6.1, 4 KiB flush 500 µs; runs: 3"));
    }

    #[test]
    fn json_holds_every_run() {
        let mut line = Vec::new();
        report().write_json(&mut line).unwrap();
        let json: serde_json::Value = serde_json::from_slice(&line).unwrap();
        assert_eq!(json["runs"][2][0]["value"], 9.0);
        assert_eq!(json["machine"]["flushUs"], 500);
    }

    #[test]
    fn percentiles_are_milliseconds() {
        let samples = Distribution::new(vec![Duration::from_micros(1500)]);
        assert_eq!(
            Figure::of_times(&samples, &[(500, "send to ack, p50")]),
            [Figure::new("send to ack, p50", "ms", 1.5)]
        );
        assert_eq!(Figure::of_times(&Distribution::default(), &[(500, "p50")]), []);
    }
}
