//! `salala push …`: whether pushes reach a user, from the operator's side.

use std::time::Duration;

use clap::Subcommand;
use salala_core::ids::MessageId;
use salala_core::push::{PushKind, PushState};
use salala_core::quiet_hours::{QuietHours, format_time_of_day};
use salala_core::records::PushLogEntry;
use salala_core::{Clock, SystemClock, SystemRandom, UserId};
use salala_store::Store;
use tokio::time::{Instant, sleep};

use super::{output, store};
use crate::config::Config;
use crate::data_dir::DataDir;

/// How long it is waited for the server that runs.
const ANSWER_WITHIN: Duration = Duration::from_secs(15);

/// How often it is looked.
const LOOK_PERIOD: Duration = Duration::from_millis(200);

/// Entries that are looked through.
const LOOK_AT: usize = 100;

#[derive(Subcommand)]
pub(super) enum PushCommand {
    /// Send a test to each device of a user, through the server that runs, and say what became of it
    Test {
        /// User name or e-mail address
        login: String,
    },
}

pub(super) async fn run(config: Config, command: PushCommand) -> anyhow::Result<()> {
    let folder = DataDir::open(&config.data_dir)?;
    let store = store::open(&config, &folder)?;
    let PushCommand::Test { login } = command;
    let outcome = test(&*store, &login).await;
    store.close().await?;
    outcome
}

async fn test(store: &dyn Store, login: &str) -> anyhow::Result<()> {
    let user_id = store.credentials_by_login(login.to_owned()).await?.user_id;
    let quiet_hours = store.settings(user_id).await?.quiet_hours;
    output::say(&of_quiet_hours(quiet_hours.as_ref(), &SystemClock));
    let now = SystemClock.now();
    let id = MessageId::generate(now, &SystemRandom);
    let count = store.queue_test_push(user_id, *id.as_bytes(), now).await?;
    if count == 0 {
        output::say(&format!("{login} has no device registered, so nothing is ever pushed"));
        return Ok(());
    }
    let until = Instant::now() + ANSWER_WITHIN;
    loop {
        let entries = entries_of(store, user_id, id).await?;
        let waits =
            |entry: &PushLogEntry| entry.state == PushState::Waiting && entry.reason.is_none();
        let is_decided = !entries.iter().any(waits);
        if !is_decided && Instant::now() < until {
            sleep(LOOK_PERIOD).await;
            continue;
        }
        for entry in &entries {
            output::say(&of_entry(entry));
        }
        if is_decided {
            return Ok(());
        }
        anyhow::bail!("nobody took the test up: see to it that a server runs on this database");
    }
}

async fn entries_of(
    store: &dyn Store,
    user_id: UserId,
    id: MessageId,
) -> anyhow::Result<Vec<PushLogEntry>> {
    let mut entries = store.push_log(user_id, None, LOOK_AT).await?;
    entries.retain(|entry| entry.kind == PushKind::Test && entry.subject_id == *id.as_bytes());
    Ok(entries)
}

fn of_quiet_hours(quiet_hours: Option<&QuietHours>, clock: &dyn Clock) -> String {
    match quiet_hours {
        None => "no quiet hours are set: messages are pushed at any time".to_owned(),
        Some(quiet) => {
            let (from, to) = (format_time_of_day(quiet.from()), format_time_of_day(quiet.to()));
            let holds = if quiet.holds(clock.now()) { "hold now" } else { "do not hold now" };
            format!(
                "quiet hours from {from} to {to} in {} {holds}: messages in them are not pushed, the test is",
                quiet.time_zone()
            )
        }
    }
}

fn of_entry(entry: &PushLogEntry) -> String {
    let kind = entry.device_kind.as_str();
    let state = match (entry.state, entry.reason) {
        (PushState::Sent, _) => "the provider took it",
        (PushState::Waiting, None) => "it waits",
        (PushState::Dropped | PushState::Failed, None) => "it was not sent",
        (_, Some(reason)) => reason.sentence(),
    };
    let detail = entry.detail.as_deref().map(|detail| format!(" ({detail})")).unwrap_or_default();
    format!("{kind:<8} device {}: {state}{detail}", entry.device_id)
}
