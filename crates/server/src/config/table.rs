//! The table of variables: name, default, help and parser of each, in the order of `--help`.

mod calls;
mod files;
mod limits;
mod push;

use std::path::PathBuf;

use salala_store::ports::conversations::Contacts;
use salala_store::postgres::DatabaseUrl;

use self::calls::CALLS;
use self::files::FILES;
use self::limits::LIMITS;
use self::push::PUSH;
use super::network::TrustedProxies;
use super::origin::{Origin, Origins};
use super::secret::Secret;
use super::values;
use super::{Config, LogLevel, PresenceAudience, Registration};
use crate::redis_link::{self, RedisUrl};

/// One variable.
pub(super) struct Setting {
    /// Its name, in the environment and in the file.
    pub(super) name: &'static str,
    /// What holds unless it is set, in words or as it would be written.
    pub(super) default: &'static str,
    /// What it is for, in one line.
    pub(super) help: &'static str,
    /// Reads a value that is not empty. The error is what the value must be, to stand behind
    /// `NAME must be …`.
    pub(super) set: fn(&mut Config, &str) -> Result<(), String>,
    /// The value may be shown in an error message.
    pub(super) is_public: bool,
}

/// All variables, group by group.
pub(super) const SETTINGS: [&[Setting]; 5] = [GENERAL, FILES, PUSH, LIMITS, CALLS];

const GENERAL: &[Setting] = &[
    Setting {
        name: "PORT",
        default: "3000",
        help: "port to listen on; 0 lets the system choose",
        set: |config, value| {
            config.port = value
                .parse()
                .map_err(|_| "a whole number from 0 to 65535, such as 3000".to_owned())?;
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "HOST",
        default: "all addresses",
        help: "address to listen on, such as 127.0.0.1",
        set: |config, value| {
            config.host = Some(
                value.parse().map_err(|_| "an IP address, such as 127.0.0.1 or ::1".to_owned())?,
            );
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "DATABASE_URL",
        default: "SQLite in DATA_DIR",
        help: "PostgreSQL database to keep everything in, such as postgres://salala:password@localhost/salala",
        set: |config, value| {
            config.database_url = Some(DatabaseUrl::parse(value)?);
            Ok(())
        },
        is_public: false,
    },
    Setting {
        name: "REDIS_URL",
        default: "none: one node",
        help: "Redis (7.0 or later) through which several servers on one database are one, such as redis://:password@localhost:6379",
        set: |config, value| {
            config.redis = Some(RedisUrl::parse(value)?);
            Ok(())
        },
        is_public: false,
    },
    Setting {
        name: "REDIS_HOST",
        default: "none: one node",
        help: "the same by the host alone, where Redis has no password",
        set: |config, value| {
            config.redis = Some(RedisUrl::of_host(value, redis_link::PORT)?);
            config.redis_host = Some(value.to_owned());
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "REDIS_PORT",
        default: "6379 on REDIS_HOST",
        help: "the port of REDIS_HOST, or of localhost without it",
        set: |config, value| {
            let port = value.parse().ok().filter(|port| *port > 0);
            let port =
                port.ok_or_else(|| "a whole number from 1 to 65535, such as 6379".to_owned())?;
            let host = config.redis_host.as_deref().unwrap_or("localhost");
            config.redis = Some(RedisUrl::of_host(host, port)?);
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "DATA_DIR",
        default: "./data",
        help: "folder in which everything is kept that no DATABASE_URL holds; made if it is not there",
        set: |config, value| {
            config.data_dir = PathBuf::from(value);
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "JWT_SECRET",
        default: "made once and kept in DATA_DIR",
        help: "signs access tokens (HS256); at least 16 bytes, the same as your other services use; \
               must be set with DATABASE_URL",
        set: |config, value| {
            config.jwt_secret = Some(Secret::parse(value)?);
            Ok(())
        },
        is_public: false,
    },
    Setting {
        name: "ACCESS_TOKEN_TTL",
        default: "24h",
        help: "how long an access token lives: seconds, or with a unit as in 30s, 15m, 24h, 7d",
        set: |config, value| {
            config.access_token_ttl = values::duration(value)?;
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "PUBLIC_URL",
        default: "none",
        help: "where browsers reach this server, such as https://chat.example.org",
        set: |config, value| {
            config.public_url = Some(Origin::parse(value)?);
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "TLS_CERT_FILE",
        default: "none",
        help: "serve HTTPS with this certificate: PEM, its issuers' after it; SIGHUP reads it anew",
        set: |config, value| {
            config.tls_cert_file = Some(PathBuf::from(value));
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "TLS_KEY_FILE",
        default: "none",
        help: "the certificate's private key: PEM, without a password",
        set: |config, value| {
            config.tls_key_file = Some(PathBuf::from(value));
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "CORS_ORIGIN",
        default: "same origin only",
        help: "other origins whose pages may call: a comma list, or * for any (without cookies)",
        set: |config, value| {
            config.cors_origins = Origins::parse(value)?;
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "TRUSTED_PROXIES",
        default: "none",
        help: "addresses or networks whose X-Forwarded-For and X-Forwarded-Proto count: a comma list",
        set: |config, value| {
            config.trusted_proxies = TrustedProxies::parse(value)?;
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "REGISTRATION",
        default: "open",
        help: "who may make an account: open (anybody) or closed (only `salala user add`)",
        set: |config, value| {
            config.registration = match value {
                "open" => Registration::Open,
                "closed" => Registration::Closed,
                _ => return Err("open or closed".to_owned()),
            };
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "CONTACTS",
        default: "everyone",
        help: "whom one may open a conversation with or add to a group: everyone or friends",
        set: |config, value| {
            config.contacts = match value {
                "everyone" => Contacts::Everyone,
                "friends" => Contacts::Friends,
                _ => return Err("everyone or friends".to_owned()),
            };
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "PRESENCE_AUDIENCE",
        default: "contacts",
        help: "who is told of a user's coming and going: contacts or everyone",
        set: |config, value| {
            config.presence_audience = match value {
                "contacts" => PresenceAudience::Contacts,
                "everyone" => PresenceAudience::Everyone,
                _ => return Err("contacts or everyone".to_owned()),
            };
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "RECOVERY_RETENTION",
        default: "24h",
        help: "how long a client may be away and still be given all it missed: as ACCESS_TOKEN_TTL",
        set: |config, value| {
            config.recovery_retention = values::duration(value)?;
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "CONTENT_MAX_CHARS",
        default: "4000",
        help: "characters in one message, 1 to 20000",
        set: |config, value| {
            config.content_max_chars = value
                .parse()
                .ok()
                .filter(|chars| (1..=20_000).contains(chars))
                .ok_or_else(|| "a whole number from 1 to 20000".to_owned())?;
            Ok(())
        },
        is_public: true,
    },
    Setting {
        name: "METRICS_TOKEN",
        default: "none",
        help: "opens /metrics to who sends it as Bearer; users may read them anyway",
        set: |config, value| {
            config.metrics_token = Some(Secret::parse(value)?);
            Ok(())
        },
        is_public: false,
    },
    Setting {
        name: "LOG_LEVEL",
        default: "info",
        help: "what is logged: error, warn, info, debug or trace",
        set: |config, value| {
            config.log_level = match value {
                "error" => LogLevel::Error,
                "warn" => LogLevel::Warn,
                "info" => LogLevel::Info,
                "debug" => LogLevel::Debug,
                "trace" => LogLevel::Trace,
                _ => return Err("error, warn, info, debug or trace".to_owned()),
            };
            Ok(())
        },
        is_public: true,
    },
];

/// The table for people, as `--help` ends with it.
pub fn help() -> String {
    let rows: Vec<_> = SETTINGS.into_iter().flatten().map(help_row).collect();
    format!(
        "Configuration: environment variables, or the same names as NAME=value lines in {}\n\
         (or in the file of --config); the environment wins.\n\n{}",
        super::DEFAULT_FILE,
        rows.join("\n")
    )
}

fn help_row(setting: &Setting) -> String {
    let Setting { name, default, help, .. } = setting;
    format!("  {name:<28} {help}\n  {:<28} [{default}]", "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_is_in_the_help_once() {
        let help = help();
        for setting in SETTINGS.into_iter().flatten() {
            assert_eq!(help.matches(&format!("\n  {} ", setting.name)).count(), 1);
        }
    }

    #[test]
    fn every_default_that_is_a_value_is_what_holds_unset() {
        let unset = format!("{:?}", Config::default());
        for setting in SETTINGS.into_iter().flatten() {
            if setting.default.contains(' ') || setting.default == "none" {
                continue;
            }
            let mut config = Config::default();
            (setting.set)(&mut config, setting.default).unwrap();
            assert_eq!(format!("{config:?}"), unset, "{}", setting.name);
        }
    }
}
