//! The commands of `salala`, and how each ends: 0 for done, 1 with one sentence on standard error.

mod backup;
mod doctor;
mod file_copies;
mod output;
mod push;
mod serve;
mod store;
mod user;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::config::{self, Config};
use crate::http::{documents, operations};
use crate::logging;

/// How long work on other threads may hold up the end of the process.
const RUNTIME_TIMEOUT: Duration = Duration::from_millis(200);

/// A real-time chat server in one binary.
#[derive(Parser)]
#[command(name = "salala", version)]
struct Cli {
    /// Read variables from this file instead of salala.conf
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve clients until SIGTERM or SIGINT; this is what `salala` alone does
    Serve(ServeOptions),
    /// Make the database or bring it up to date, and end
    Migrate,
    /// Say what is wrong where the server is to run, and how to mend it
    Doctor,
    /// Copy the database to a file, while a server runs or not
    Backup {
        /// Where to
        file: PathBuf,
        /// Also where there is such a file already
        #[arg(long)]
        force: bool,
    },
    /// Put a copy made by `backup` into the database's place, while no server runs
    Restore {
        /// Which one
        file: PathBuf,
        /// Also where there is a database already, which is kept beside it
        #[arg(long)]
        force: bool,
    },
    /// Fill an empty data folder with a small demo world, and print its sign-ins
    Seed {
        /// Also where there are users already
        #[arg(long)]
        force: bool,
    },
    /// Print the API as a document, as the server gives it to programs
    Api {
        /// Which of the two doors
        document: ApiDocument,
    },
    /// Find out whether pushes reach a user
    #[command(subcommand)]
    Push(push::PushCommand),
    /// Make and change accounts
    #[command(subcommand)]
    User(user::UserCommand),
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum ApiDocument {
    /// HTTP, as OpenAPI 3.1
    Openapi,
    /// The socket, as AsyncAPI 3.0
    Asyncapi,
}

#[derive(clap::Args, Default)]
struct ServeOptions {
    /// Fill an empty data folder with the demo world of `salala seed` first
    #[arg(long)]
    seed_if_empty: bool,
}

/// Does what the command line asks for.
pub fn run() -> ExitCode {
    let command = Cli::command().after_help(config::help());
    let parsed = command.try_get_matches().and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(told) => {
            // Help and version come this way too, and end with 0.
            drop(told.print());
            return ExitCode::from(u8::try_from(told.exit_code()).unwrap_or(1));
        }
    };
    match run_command(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run_command(cli: Cli) -> anyhow::Result<()> {
    let config = Config::load(cli.config.as_deref())?;
    logging::start(config.log_level);
    let command = cli.command.unwrap_or(Command::Serve(ServeOptions::default()));
    // The doctor tells them among what else it finds.
    for warning in config.warnings.iter().filter(|_| !matches!(command, Command::Doctor)) {
        tracing::warn!("{warning}");
    }
    match command {
        Command::Serve(options) => block_on(serve::serve(config, options.seed_if_empty)),
        Command::Migrate => store::migrate(&config),
        Command::Doctor => block_on(doctor::examine(config)),
        Command::Backup { file, force } => block_on(backup::back_up(config, file, force)),
        Command::Restore { file, force } => block_on(backup::restore(config, file, force)),
        Command::Seed { force } => block_on(store::seed(config, force)),
        Command::Api { document } => {
            let content_max_chars = config.content_max_chars;
            let document = match document {
                ApiDocument::Openapi => documents::openapi(&operations(), content_max_chars),
                ApiDocument::Asyncapi => documents::asyncapi(content_max_chars),
            };
            output::say(&format!("{document:#}"));
            Ok(())
        }
        Command::Push(command) => block_on(push::run(config, command)),
        Command::User(command) => block_on(user::run(config, command)),
    }
}

fn block_on(command: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let outcome = runtime.block_on(command);
    runtime.shutdown_timeout(RUNTIME_TIMEOUT);
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
