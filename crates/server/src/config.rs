//! What an operator may set: read once at start, from the environment or a file of the same names.
//!
//! One table ([`table`]) says of each variable what it is called, what it is unless set, how it is
//! read and what it is for; `--help` and every error message come from it. Nothing else in Salala
//! reads the environment.

mod ice_urls;
mod load;
mod network;
mod origin;
mod secret;
mod table;
mod values;

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use salala_core::limits;
use salala_store::ports::conversations::Contacts;
use salala_store::postgres::DatabaseUrl;

use crate::ice::Ice;
use crate::media::MediaSettings;
use crate::push::PushSettings;
use crate::rate_limits::Rate;
use crate::redis_link::RedisUrl;
use crate::tls::TlsFiles;
use crate::turn::TurnSettings;

pub use load::{ConfigError, DEFAULT_FILE, Source};
pub use network::{Network, TrustedProxies};
pub use origin::{Origin, Origins};
pub use secret::{Secret, SecretError, resolve_jwt_secret};
pub use table::help;

/// All that an operator may set.
#[derive(Clone, Debug)]
pub struct Config {
    /// Signs access tokens. `None`: without `DATABASE_URL` one is made and kept in the data folder, see
    /// [`resolve_jwt_secret`].
    pub jwt_secret: Option<Secret>,
    /// The address to listen on; `None` for all, of IPv6 and IPv4.
    pub host: Option<IpAddr>,
    /// The port to listen on; 0 lets the system choose.
    pub port: u16,
    /// The PostgreSQL database that holds users and what they wrote; `None`: SQLite in the data folder.
    pub database_url: Option<DatabaseUrl>,
    /// The Redis through which nodes hear of each other; `None`: this is the only one.
    pub redis: Option<RedisUrl>,
    /// The machine that Redis is on, if it was named alone.
    pub redis_host: Option<String>,
    /// Where everything else is kept.
    pub data_dir: PathBuf,
    /// Where browsers reach this server, if a proxy stands before it.
    pub public_url: Option<Origin>,
    /// The certificate to serve HTTPS with, and its key; both are set or none.
    pub tls_cert_file: Option<PathBuf>,
    /// The certificate's private key.
    pub tls_key_file: Option<PathBuf>,
    /// Whose `X-Forwarded-For` and `X-Forwarded-Proto` count.
    pub trusted_proxies: TrustedProxies,
    /// Which pages of other origins may call this server.
    pub cors_origins: Origins,
    /// Who is told of a user's coming and going.
    pub presence_audience: PresenceAudience,
    /// Who may make an account.
    pub registration: Registration,
    /// Who may be drawn into a conversation.
    pub contacts: Contacts,
    /// How long an access token opens the door.
    pub access_token_ttl: Duration,
    /// How long what was told can be told again to who was away.
    pub recovery_retention: Duration,
    /// Characters in a message's content.
    pub content_max_chars: usize,
    /// Failed sign-ins of one account from one address; `None` for no limit.
    pub rate_limit_auth: Option<Rate>,
    /// Messages, edits and reactions of one user; `None` for no limit.
    pub rate_limit_sends: Option<Rate>,
    /// Typing, read marks, joined rooms and events of calls of one user; `None` for no limit.
    pub rate_limit_signals: Option<Rate>,
    /// New sockets of one user, and ten times as many from one address; `None` for no limit.
    pub rate_limit_connects: Option<Rate>,
    /// TCP connections in all; `None` for as many as the open files let be.
    pub max_connections: Option<usize>,
    /// TCP connections of one address; `None` for no limit.
    pub max_connections_per_address: Option<usize>,
    /// What files are taken, and where they are kept.
    pub media: MediaSettings,
    /// What helps two browsers to find each other.
    pub ice: Ice,
    /// How devices are pushed to.
    pub push: PushSettings,
    /// A relay of our own; `None` without one.
    pub turn: Option<TurnSettings>,
    /// Sockets that one user may have.
    pub max_sockets_per_user: u32,
    /// Sockets that may be on their way in at a time.
    pub max_entering: usize,
    /// Opens `/metrics` to a collector that sends it, beside the users.
    pub metrics_token: Option<Secret>,
    /// What is logged.
    pub log_level: LogLevel,
    /// What was set without effect, in sentences for the log.
    pub warnings: Vec<String>,
}

/// Who is told of a user's coming and going.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PresenceAudience {
    /// Friends, and members of shared conversations.
    Contacts,
    /// Every connected user.
    Everyone,
}

/// Who may make an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registration {
    /// Anybody.
    Open,
    /// Only an operator, with `salala user add`.
    Closed,
}

/// The least important lines that are logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogLevel {
    /// Only what failed.
    Error,
    /// What looks wrong, too.
    Warn,
    /// What happens once in a while, too: starts, stops, accounts.
    Info,
    /// Every request and connection, too.
    Debug,
    /// Everything.
    Trace,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            jwt_secret: None,
            host: None,
            port: 3000,
            database_url: None,
            redis: None,
            redis_host: None,
            data_dir: PathBuf::from("./data"),
            public_url: None,
            tls_cert_file: None,
            tls_key_file: None,
            trusted_proxies: TrustedProxies::default(),
            cors_origins: Origins::List(Vec::new()),
            presence_audience: PresenceAudience::Contacts,
            registration: Registration::Open,
            contacts: Contacts::Everyone,
            access_token_ttl: Duration::from_hours(24),
            recovery_retention: Duration::from_hours(24),
            content_max_chars: limits::CONTENT_MAX_CHARS,
            rate_limit_auth: Rate::new(20, Duration::from_mins(1)),
            rate_limit_sends: Rate::new(10_000, Duration::from_secs(10)),
            rate_limit_signals: Rate::new(10_000, Duration::from_secs(10)),
            rate_limit_connects: Rate::new(10_000, Duration::from_secs(10)),
            max_connections: None,
            max_connections_per_address: Some(30_000),
            media: MediaSettings::default(),
            ice: Ice::default(),
            push: PushSettings::default(),
            turn: None,
            max_sockets_per_user: 1_000,
            max_entering: 512,
            metrics_token: None,
            log_level: LogLevel::Info,
            warnings: Vec::new(),
        }
    }
}

impl Config {
    /// Reads the environment, and behind it the file given or `salala.conf` where there is one.
    ///
    /// # Errors
    /// One sentence that names the variable or the file, and what to do.
    pub fn load(file: Option<&std::path::Path>) -> Result<Self, ConfigError> {
        Self::read(&Source::of_process(file)?)
    }

    /// Where the certificate and its key are, if this server ends TLS itself.
    pub fn tls_files(&self) -> Option<TlsFiles> {
        let (cert, key) = self.tls_cert_file.clone().zip(self.tls_key_file.clone())?;
        Some(TlsFiles { cert, key })
    }

    /// Whether browsers reach this server by HTTPS at its public address.
    pub fn is_public_https(&self) -> bool {
        self.public_url.as_ref().is_some_and(Origin::is_https)
    }
}

impl LogLevel {
    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}
