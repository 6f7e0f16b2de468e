//! Where a database is and who may use it, as `DATABASE_URL` says it: the password is never shown.

use std::ffi::OsString;
use std::fmt;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

/// How long one address may take to answer, unless the URL says `connect_timeout`.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// After how long without a word the system asks the other side whether it is there, unless the URL
/// says `keepalives_idle`: a server that lost its power says no farewell.
const KEEPALIVES_IDLE: Duration = Duration::from_secs(30);

/// What a value must be, to stand behind `DATABASE_URL must be …`.
const EXPECTED: &str =
    "the URL of a PostgreSQL database, such as postgres://salala:password@localhost/salala";

/// A PostgreSQL database and the right to use it.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(Config);

impl DatabaseUrl {
    /// Reads `postgres://` or `postgresql://` URLs, as PostgreSQL's own programs take them.
    ///
    /// # Errors
    /// What it must be instead, without any part of what it is.
    pub fn parse(text: &str) -> Result<Self, String> {
        let has_scheme = ["postgres://", "postgresql://"].iter().any(|it| text.starts_with(it));
        if !has_scheme {
            return Err(EXPECTED.to_owned());
        }
        let mut config: Config = text.parse().map_err(|_| {
            let is_of_tls = text.contains("sslmode=verify-");
            if is_of_tls { without_tls() } else { EXPECTED.to_owned() }
        })?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(format!("{EXPECTED}, with the machine that it is on"));
        }
        if config.get_dbname().is_none() {
            return Err(format!("{EXPECTED}, with the database's name"));
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(CONNECT_TIMEOUT);
        }
        // Two hours are the crate's default.
        if config.get_keepalives_idle() == Config::new().get_keepalives_idle() {
            config.keepalives_idle(KEEPALIVES_IDLE);
        }
        // Never by chance: without a certificate that is checked, `prefer` hides nothing from anybody who
        // stands between, and refuses nothing.
        match config.get_ssl_mode() {
            SslMode::Require => return Err(without_tls()),
            SslMode::Disable | SslMode::Prefer | _ => config.ssl_mode(SslMode::Disable),
        };
        if config.get_application_name().is_none() {
            config.application_name("salala");
        }
        Ok(Self(config))
    }

    /// How to connect.
    pub(crate) fn config(&self) -> &Config {
        &self.0
    }

    /// How PostgreSQL's own programs are told the same: by their environment, which other users of
    /// the machine cannot read, unlike their command lines.
    pub(super) fn program_variables(&self) -> Vec<(&'static str, OsString)> {
        let config = &self.0;
        let hosts: Vec<_> = config.get_hosts().iter().map(host_name).collect();
        let addresses: Vec<_> = config.get_hostaddrs().iter().map(ToString::to_string).collect();
        let ports: Vec<_> = config.get_ports().iter().map(ToString::to_string).collect();
        let password =
            config.get_password().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        [
            ("PGHOST", Some(hosts.join(","))),
            ("PGHOSTADDR", Some(addresses.join(","))),
            ("PGPORT", Some(ports.join(","))),
            ("PGUSER", config.get_user().map(str::to_owned)),
            ("PGPASSWORD", password),
            ("PGDATABASE", config.get_dbname().map(str::to_owned)),
            ("PGSSLMODE", Some("disable".to_owned())),
            ("PGOPTIONS", config.get_options().map(str::to_owned)),
            ("PGCONNECT_TIMEOUT", Some(CONNECT_TIMEOUT.as_secs().to_string())),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.filter(|it| !it.is_empty())?.into())))
        .collect()
    }
}

/// The database and its machine, for people.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = match (self.0.get_hosts().first(), self.0.get_hostaddrs().first()) {
            (Some(host), _) => host_name(host),
            (None, Some(address)) => address.to_string(),
            (None, None) => String::new(),
        };
        write!(formatter, "database {} on {host}", self.0.get_dbname().unwrap_or_default())?;
        match self.0.get_ports().first() {
            Some(port) if *port != 5432 => write!(formatter, ":{port}"),
            Some(_) | None => Ok(()),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "DatabaseUrl({self})")
    }
}

/// That TLS is asked for, which the crate has under fewer names than PostgreSQL's own programs.
fn without_tls() -> String {
    format!(
        "{EXPECTED}, with sslmode=disable or none: this version reaches PostgreSQL without TLS, so let \
         both be on one machine or in a network of their own"
    )
}

fn host_name(host: &Host) -> String {
    match host {
        Host::Tcp(name) => name.clone(),
        Host::Unix(path) => path.display().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_shown_without_who_may_use_it() {
        let url = DatabaseUrl::parse("postgres://ann:hunter2@db.example:5433/chat").unwrap();
        assert_eq!(url.to_string(), "database chat on db.example:5433");
        for shown in [format!("{url:?}"), url.to_string()] {
            assert!(!shown.contains("hunter2") && !shown.contains("ann"), "{shown}");
        }
    }

    #[test]
    fn what_is_no_url_of_a_database_is_refused_without_showing_it() {
        for text in [
            "hunter2",
            "mysql://ann:hunter2@db/chat",
            "postgres://ann:hunter2@db:port/chat",
            "postgres://ann:hunter2@db",
            "postgres:///chat?password=hunter2",
            "postgres://ann:hunter2@db/chat?colour=red",
            "postgres://ann:hunter2@db/chat?sslmode=require",
        ] {
            let expected = DatabaseUrl::parse(text).unwrap_err();
            assert!(!expected.contains("hunter2"), "{expected}");
        }
        assert!(DatabaseUrl::parse("postgresql://ann@db/chat?sslmode=disable").is_ok());
    }

    #[test]
    fn who_asks_for_tls_is_told_that_there_is_none() {
        for mode in ["require", "verify-ca", "verify-full"] {
            let url = format!("postgres://ann:hunter2@db/chat?sslmode={mode}");
            let expected = DatabaseUrl::parse(&url).unwrap_err();
            assert!(expected.contains("without TLS"), "{mode}: {expected}");
            assert!(!expected.contains("hunter2"), "{expected}");
        }
    }

    #[test]
    fn programs_are_told_all_of_it_by_their_environment() {
        let url = "postgres://ann:hunter%202@db:5433/chat";
        let variables = DatabaseUrl::parse(url).unwrap().program_variables();
        for expected in [
            ("PGHOST", "db"),
            ("PGPORT", "5433"),
            ("PGUSER", "ann"),
            ("PGPASSWORD", "hunter 2"),
            ("PGDATABASE", "chat"),
            ("PGSSLMODE", "disable"),
        ] {
            assert!(variables.iter().any(|(n, v)| (*n, v.to_str().unwrap()) == expected));
        }
    }
}
