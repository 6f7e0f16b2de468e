//! On what it was measured, since no figure means anything without it.

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::{Resource, getrlimit};
use serde::Serialize;

use crate::distribution::Distribution;
use crate::error::{BenchError, Trying};
use crate::usage::kib_after;

/// How often a flush is timed. Enough for a median, and done within a second on a slow disk.
const FLUSHES: usize = 100;

/// The machine that was measured on.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Machine {
    /// Processors that this process may use.
    pub processors: usize,
    /// The processor's name as the kernel gives it.
    pub processor_model: String,
    /// Memory in MiB.
    pub memory_mib: u64,
    /// The kernel's release.
    pub kernel: String,
    /// Median of writing 4 KiB and flushing them to the disk that holds the server's data, in
    /// microseconds; absent where the server was not started here. The bound of every durable act.
    pub flush_us: Option<u64>,
}

impl Machine {
    /// Describes this machine, with the disk behind `folder`.
    pub fn describe(folder: Option<&Path>) -> Result<Self, BenchError> {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let flush = folder.map(time_flush).transpose()?;
        Ok(Self {
            processors: std::thread::available_parallelism().map_or(1, usize::from),
            processor_model: parse_model(&read("/proc/cpuinfo")),
            memory_mib: kib_after(&read("/proc/meminfo"), "MemTotal:").unwrap_or(0) / 1024,
            kernel: read("/proc/sys/kernel/osrelease").trim().to_owned(),
            flush_us: flush.map(|time| u64::try_from(time.as_micros()).unwrap_or(u64::MAX)),
        })
    }

    /// The same in one line.
    pub fn line(&self) -> String {
        let flush = self.flush_us.map_or_else(String::new, |us| format!(", 4 KiB flush {us} µs"));
        format!(
            "{} × {}, {} MiB, Linux {}{flush}",
            self.processors, self.processor_model, self.memory_mib, self.kernel
        )
    }
}

/// Refuses what cannot work: `sockets` and some files more must fit under this process's limit,
/// which the server that is started here inherits.
pub fn check_open_files(sockets: usize) -> Result<(), BenchError> {
    const OTHER_FILES: usize = 200;
    let needed = u64::try_from(sockets.saturating_add(OTHER_FILES)).unwrap_or(u64::MAX);
    match getrlimit(Resource::Nofile).current {
        Some(limit) if limit < needed => Err(BenchError::Usage(format!(
            "{sockets} connections need {needed} open files and {limit} are allowed here: raise it \
             with `ulimit -n {needed}` or ask for fewer connections"
        ))),
        Some(_) | None => Ok(()),
    }
}

fn parse_model(cpuinfo: &str) -> String {
    let value = cpuinfo.lines().find_map(|line| line.strip_prefix("model name"));
    value.map_or("unknown processor", |rest| rest.trim_start_matches([' ', '\t', ':'])).to_owned()
}

fn time_flush(folder: &Path) -> Result<Duration, BenchError> {
    let path = folder.join("flush");
    let trying = || format!("{} cannot be written", path.display());
    let mut file = File::create(&path).trying(trying)?;
    let mut samples = Vec::with_capacity(FLUSHES);
    for _ in 0..FLUSHES {
        let started = Instant::now();
        file.seek(SeekFrom::Start(0)).trying(trying)?;
        file.write_all(&[0x5a; 4096]).trying(trying)?;
        file.sync_data().trying(trying)?;
        samples.push(started.elapsed());
    }
    fs::remove_file(&path).trying(trying)?;
    Ok(Distribution::new(samples).per_mille(500).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_processor_is_named() {
        let cpuinfo = "processor\t: 0\nmodel name\t: Intel(R) Xeon(R) Processor\nstepping\t: 2\n";
        assert_eq!(parse_model(cpuinfo), "Intel(R) Xeon(R) Processor");
        assert_eq!(parse_model(""), "unknown processor");
    }

    #[test]
    fn too_many_connections_are_refused_before_the_first_is_made() {
        assert!(check_open_files(1).is_ok());
        if getrlimit(Resource::Nofile).current.is_some() {
            let refused = check_open_files(usize::MAX).unwrap_err().to_string();
            assert!(refused.contains("ulimit -n"), "{refused}");
        }
    }
}
