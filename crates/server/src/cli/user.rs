//! `salala user …`: accounts, from the operator's side.

use std::io::{IsTerminal as _, Read as _};
use std::sync::Arc;

use clap::Subcommand;
use parking_lot::Mutex;
use salala_core::wire::requests::{Register, is_email, is_username};
use salala_core::{Random, SessionId, SystemClock, SystemRandom, UserId, limits};
use salala_store::postgres::examine;

use super::{output, store};
use crate::auth::{Auth, AuthSettings, LiveSessions};
use crate::bus::messages::BusMessage;
use crate::bus::{Channel, publish_once};
use crate::config::{self, Config};
use crate::data_dir::DataDir;
use crate::redis_link::RedisUrl;
use crate::revocations::Revocations;
use crate::seed::make_password;
use crate::tasks::Tasks;

#[derive(Subcommand)]
pub(super) enum UserCommand {
    /// Make an account, also where registration is closed
    Add {
        /// 2 to 40 letters A to Z, digits and _ . -
        #[arg(long)]
        username: String,
        /// E-mail address
        #[arg(long)]
        email: String,
        /// The name to show
        #[arg(long)]
        display_name: Option<String>,
        #[command(flatten)]
        password: PasswordSource,
    },
    /// Set a user's password and end all their sessions
    Password {
        /// User name or e-mail address
        login: String,
        #[command(flatten)]
        password: PasswordSource,
    },
    /// Shut an account and end all its sessions
    Disable {
        /// User name or e-mail address
        login: String,
    },
    /// Open an account that was shut
    Enable {
        /// User name or e-mail address
        login: String,
    },
    /// Erase an account for good, with all that its user has written
    Delete {
        /// User name or e-mail address
        login: String,
    },
}

#[derive(clap::Args)]
pub(super) struct PasswordSource {
    /// Read the password from standard input; without it one is made and printed
    #[arg(long)]
    password_stdin: bool,
}

pub(super) async fn run(config: Config, command: UserCommand) -> anyhow::Result<()> {
    let folder = DataDir::open(&config.data_dir)?;
    let store = store::open(&config, &folder)?;
    // Servers may be at work on the same folder, or elsewhere: they are told whose sockets to cut.
    let told = Arc::new(Told { revocations: Revocations::of(&folder), cuts: Mutex::default() });
    let live_sessions: Arc<dyn LiveSessions> = Arc::<Told>::clone(&told);
    let auth = Auth::new(
        Arc::clone(&store),
        Arc::new(SystemClock),
        Arc::new(SystemRandom),
        Tasks::new(),
        live_sessions,
        &AuthSettings {
            jwt_secret: config::resolve_jwt_secret(&config, &SystemRandom)?,
            access_token_ttl: config.access_token_ttl,
            registration: config.registration,
            rate: None,
        },
    );
    let outcome = run_command(&auth, (&config, &folder), command).await;
    store.close().await?;
    let cuts = std::mem::take(&mut *told.cuts.lock());
    match &config.redis {
        Some(url) => tell_servers(url, cuts).await,
        None => warn_of_server_elsewhere(&config, &folder).await,
    }
    outcome
}

/// Whose sockets are to be cut: left in the data folder at once, and told over Redis when all is done.
struct Told {
    revocations: Revocations,
    cuts: Mutex<Vec<BusMessage>>,
}

impl LiveSessions for Told {
    fn cut_session(&self, session_id: SessionId) {
        self.revocations.cut_session(session_id);
        self.cuts.lock().push(BusMessage::CutSession { session_id });
    }

    fn cut_user(&self, user_id: UserId) {
        self.revocations.cut_user(user_id);
        self.cuts.lock().push(BusMessage::CutUser { user_id });
    }
}

/// Servers that share a Redis hear of ended sessions through it, on whichever machine they are.
async fn tell_servers(url: &RedisUrl, cuts: Vec<BusMessage>) {
    if cuts.is_empty() {
        return;
    }
    let messages = cuts.iter().map(|cut| (Channel::Everybody, cut.encode())).collect();
    if let Err(error) = publish_once(url, &SystemRandom, messages).await {
        output::complain(&format!(
            "{error}: servers with another DATA_DIR notice that sessions have ended when they reach Redis \
             again"
        ));
    }
}

/// A server hears of ended sessions through its own data folder.
async fn warn_of_server_elsewhere(config: &Config, folder: &DataDir) {
    // A server on this folder holds its lock.
    if folder.lock().is_ok() && is_served(config).await {
        output::complain(
            "the server on this database has another DATA_DIR: sockets of sessions that were ended stay \
             open until it is started again or this is done with its DATA_DIR",
        );
    }
}

/// Does a server use the database of PostgreSQL, from whichever folder?
async fn is_served(config: &Config) -> bool {
    match &config.database_url {
        Some(url) => examine(url).await.is_ok_and(|found| found.has_server),
        None => false,
    }
}

async fn run_command(
    auth: &Auth,
    (config, folder): (&Config, &DataDir),
    command: UserCommand,
) -> anyhow::Result<()> {
    match command {
        UserCommand::Add { username, email, display_name, password } => {
            check_new_user(&username, &email, display_name.as_deref())?;
            let (password, is_made) = password.read()?;
            let name = username.clone();
            let command = Register { username, email, password: password.clone(), display_name };
            auth.add_account(command).await?;
            output::say(&format!("{name} was added"));
            tell(&password, is_made);
        }
        UserCommand::Password { login, password } => {
            let (password, is_made) = password.read()?;
            auth.reset_password(login.clone(), password.clone()).await?;
            output::say(&format!("the password of {login} was set"));
            tell(&password, is_made);
        }
        UserCommand::Disable { login } => {
            auth.set_disabled(login.clone(), true).await?;
            output::say(&format!("{login} was shut out"));
        }
        UserCommand::Enable { login } => {
            auth.set_disabled(login.clone(), false).await?;
            output::say(&format!("{login} may sign in again"));
        }
        UserCommand::Delete { login } => {
            let lock = folder.lock();
            let is_alone = lock.is_ok() && !is_served(config).await;
            auth.delete_account(login.clone(), is_alone).await?;
            output::say(&if is_alone {
                format!("{login} was erased, with all that they had written")
            } else {
                format!("{login} was shut out; the server that runs erases them now")
            });
        }
    }
    Ok(())
}

impl PasswordSource {
    /// The password, and whether it was made here.
    fn read(&self) -> anyhow::Result<(String, bool)> {
        if !self.password_stdin {
            return Ok((make_password(&SystemRandom as &dyn Random), true));
        }
        if std::io::stdin().is_terminal() {
            output::say("Type the password, then Enter and Ctrl-D:");
        }
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text)?;
        let password = text.trim_end_matches(['\r', '\n']).to_owned();
        let (least, most) = limits::PASSWORD_CHARS;
        if !(least..=most).contains(&password.chars().count()) {
            anyhow::bail!("the password must have {least} to {most} characters");
        }
        Ok((password, false))
    }
}

fn tell(password: &str, is_made: bool) {
    if is_made {
        output::say(&format!("the password is {password}"));
    }
}

/// The same bounds as for who registers.
fn check_new_user(username: &str, email: &str, display_name: Option<&str>) -> anyhow::Result<()> {
    let (least, most) = limits::USERNAME_CHARS;
    if !(least..=most).contains(&username.chars().count()) || !is_username(username) {
        anyhow::bail!("--username must be {least} to {most} letters A to Z, digits and _ . -");
    }
    if email.chars().count() > limits::EMAIL_MAX_CHARS || !is_email(email) {
        anyhow::bail!("--email must be an e-mail address");
    }
    let display_chars = display_name.unwrap_or_default().chars().count();
    if display_chars > limits::DISPLAY_NAME_MAX_CHARS {
        let most = limits::DISPLAY_NAME_MAX_CHARS;
        anyhow::bail!("--display-name must have at most {most} characters");
    }
    Ok(())
}
