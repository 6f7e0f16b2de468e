//! A case from its preparation to its report: who it needs is made once, each run starts from there.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::cases::Case;
use crate::error::{BenchError, Trying};
use crate::machine::{Machine, check_open_files};
use crate::people::People;
use crate::report::Report;
use crate::server::{Server, ServerCommand};
use crate::target::Targets;

/// Where the measured server comes from.
#[derive(Clone, Debug)]
pub enum Stage {
    /// It runs already. Users are made anew for every call, and remain.
    Running(Targets),
    /// It is started for each run, on a copy of the same prepared data.
    Started {
        /// How.
        command: ServerCommand,
        /// Where data is kept while it is measured: on the disk that is to be measured.
        scratch: PathBuf,
        /// Where prepared data is kept for later calls; `None` throws it away.
        keep: Option<PathBuf>,
    },
}

/// What a run measures.
#[derive(Debug)]
pub enum Measured {
    /// Servers that run already, and are left alone.
    Running(Targets),
    /// One that was started for the run.
    Started(Box<Server>),
}

impl Measured {
    /// Where it listens.
    pub fn targets(&self) -> Targets {
        match self {
            Self::Running(targets) => targets.clone(),
            Self::Started(server) => server.target().into(),
        }
    }

    /// Ends what was started.
    pub async fn stop(self) -> Result<(), BenchError> {
        match self {
            Self::Running(_) => Ok(()),
            Self::Started(server) => server.stop().await,
        }
    }
}

/// Measures `case` `runs` times under the name `name`.
pub async fn measure(
    name: &'static str,
    case: &Case,
    stage: &Stage,
    runs: usize,
) -> Result<Report, BenchError> {
    check_open_files(case.connections())?;
    let mut report =
        Report { case: name, setup: case.setup(), machine: Machine::describe(None)?, runs: vec![] };
    match stage {
        Stage::Running(targets) => {
            let address = targets.first();
            let people = case.gathering().make(address, &run_id()).await?;
            let mut measured = Measured::Running(targets.clone());
            for _ in 0..runs {
                report.runs.push(case.run(&mut measured, &people).await?);
            }
        }
        Stage::Started { command, scratch, keep } => {
            fs::create_dir_all(scratch).trying(|| unusable(scratch))?;
            let scratch =
                TempDir::with_prefix_in("salala-bench-", scratch).trying(|| unusable(scratch))?;
            report.machine = Machine::describe(Some(scratch.path()))?;
            let prepared = match keep {
                Some(keep) => keep.join(case.gathering().key()),
                None => scratch.path().join("prepared"),
            };
            let people = prepare(case, command, &prepared).await?;
            for run in 0..runs {
                let data_dir = scratch.path().join(format!("run-{run}"));
                copy_folder(&prepared.join(DATA), &data_dir)?;
                let mut measured = Measured::Started(Box::new(command.start(&data_dir).await?));
                let figures = case.run(&mut measured, &people).await;
                measured.stop().await?;
                report.runs.push(figures?);
                fs::remove_dir_all(&data_dir).trying(|| unusable(&data_dir))?;
            }
        }
    }
    Ok(report)
}

const DATA: &str = "data";
const PEOPLE: &str = "people.json";

/// Makes whom the case needs with a server of its own, so that what that costs the server (password
/// hashes above all) is not in the memory of the server that is measured.
async fn prepare(
    case: &Case,
    command: &ServerCommand,
    prepared: &Path,
) -> Result<People, BenchError> {
    let data_dir = prepared.join(DATA);
    let people_file = prepared.join(PEOPLE);
    if let Ok(text) = fs::read(&people_file) {
        return serde_json::from_slice(&text).trying(|| unusable(&people_file));
    }
    // Without its list of people the folder was left half made.
    if data_dir.exists() {
        fs::remove_dir_all(&data_dir).trying(|| unusable(&data_dir))?;
    }
    fs::create_dir_all(&data_dir).trying(|| unusable(&data_dir))?;
    let server = command.start(&data_dir).await?;
    let people = case.gathering().make(server.target().address, &run_id()).await;
    server.stop().await?;
    let people = people?;
    let text = serde_json::to_vec(&people).trying(|| unusable(&people_file))?;
    fs::write(&people_file, text).trying(|| unusable(&people_file))?;
    Ok(people)
}

fn copy_folder(from: &Path, to: &Path) -> Result<(), BenchError> {
    let trying = || unusable(from);
    fs::create_dir_all(to).trying(|| unusable(to))?;
    for entry in fs::read_dir(from).trying(trying)? {
        let entry = entry.trying(trying)?;
        let copy = to.join(entry.file_name());
        if entry.file_type().trying(trying)?.is_dir() {
            copy_folder(&entry.path(), &copy)?;
        } else {
            fs::copy(entry.path(), &copy).trying(trying)?;
        }
    }
    Ok(())
}

/// Something that no earlier call on the same server had.
pub(crate) fn run_id() -> String {
    use std::hash::{BuildHasher, RandomState};
    format!("{:08x}", RandomState::new().hash_one(std::process::id()) >> 32)
}

fn unusable(path: &Path) -> String {
    format!("{} cannot be used", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_copied_whole() {
        let scratch = TempDir::new().unwrap();
        let from = scratch.path().join("from");
        fs::create_dir_all(from.join("inner")).unwrap();
        fs::write(from.join("a"), "1").unwrap();
        fs::write(from.join("inner/b"), "2").unwrap();
        let to = scratch.path().join("to");
        copy_folder(&from, &to).unwrap();
        assert_eq!(fs::read_to_string(to.join("a")).unwrap(), "1");
        assert_eq!(fs::read_to_string(to.join("inner/b")).unwrap(), "2");
    }

    #[test]
    fn two_calls_make_different_names() {
        assert_ne!(run_id(), run_id());
    }
}
