//! Where variables come from: the environment before the file, unknown names told.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::Config;
use super::table::SETTINGS;
use crate::tls::{CERT_FILE, KEY_FILE};

/// The file that is read where it is there and no other is named.
pub const DEFAULT_FILE: &str = "salala.conf";

/// Why the configuration cannot be used: one sentence for people, without any secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A value does not fit.
    #[error("{name} must be {expected}{given}")]
    Value {
        /// The variable.
        name: &'static str,
        /// What it must be.
        expected: String,
        /// What it is, unless that is secret.
        given: String,
    },
    /// A value is no text.
    #[error("{0} is not UTF-8 text: set it anew")]
    NoText(&'static str),
    /// This version cannot do what is asked.
    #[error("{0}")]
    Unsupported(&'static str),
    /// One of two that only go together.
    #[error("{set} is set without {missing}: set both, or neither and let a proxy end TLS")]
    Alone {
        /// The one that is set.
        set: &'static str,
        /// The one that is not.
        missing: &'static str,
    },
    /// The file named does not open.
    #[error("the configuration file {path} cannot be read ({reason}): check --config")]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// A line of the file is not one.
    #[error("line {line} of {path} is not of the form NAME=value")]
    Line {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
    },
}

/// Variables with their values, the environment's over the file's.
#[derive(Clone, Default)]
pub struct Source {
    values: BTreeMap<String, String>,
    unknown_in_file: Vec<String>,
}

/// Beginnings that names of settings share: another name that begins so is one that was misspelt, or is of
/// another version.
const FAMILIES: [&str; 4] = ["FIREBASE_", "FCM_", "S3_", "VAPID_"];

impl Source {
    /// The environment of this process, and behind it `file` or [`DEFAULT_FILE`] where that is there.
    ///
    /// # Errors
    /// The file cannot be read, or a known variable is no text.
    pub fn of_process(file: Option<&Path>) -> Result<Self, ConfigError> {
        let mut source = match file {
            Some(path) => Self::of_file(path)?,
            None if Path::new(DEFAULT_FILE).exists() => Self::of_file(Path::new(DEFAULT_FILE))?,
            None => Self::default(),
        };
        for name in known_names() {
            let Some(value) = std::env::var_os(name) else { continue };
            let value = value.into_string().map_err(|_| ConfigError::NoText(name))?;
            source.values.insert(name.to_owned(), value);
        }
        // So that who misspells one is told.
        let others = std::env::vars_os().filter_map(|(name, value)| {
            let name = name.into_string().ok().filter(|name| is_unknown(name))?;
            Some((name, value.to_string_lossy().into_owned()))
        });
        source.values.extend(others);
        Ok(source)
    }

    /// Variables given one by one.
    pub fn of_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let pairs = pairs.into_iter();
        let values = pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self { values, unknown_in_file: Vec::new() }
    }

    /// The lines of a file.
    ///
    /// # Errors
    /// It cannot be read, or a line is not one.
    pub fn of_file(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError::File {
            path: path.to_owned(),
            reason: error.to_string(),
        })?;
        let mut source = Self::default();
        for line in dotenvy::from_read_iter(text.as_bytes()) {
            // The parser's own error quotes the line, which may hold a secret.
            let (name, value) = line.map_err(|_| ConfigError::Line {
                path: path.to_owned(),
                line: first_bad_line(&text),
            })?;
            if known_names().any(|known| known == name) {
                source.values.insert(name, value);
            } else {
                source.unknown_in_file.push(format!(
                    "{} sets {name}, which this version does not know",
                    path.display()
                ));
            }
        }
        Ok(source)
    }

    /// A value that is set and not empty: `NAME=` counts as not set, as container files write it.
    fn value(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }
}

impl Config {
    /// Reads every variable of the source.
    ///
    /// # Errors
    /// One sentence for the first value that does not fit.
    pub fn read(source: &Source) -> Result<Self, ConfigError> {
        let mut config = Self { warnings: source.unknown_in_file.clone(), ..Self::default() };
        for setting in SETTINGS.into_iter().flatten() {
            let Some(value) = source.value(setting.name) else { continue };
            (setting.set)(&mut config, value).map_err(|expected| ConfigError::Value {
                name: setting.name,
                expected,
                given: if setting.is_public { format!("; it is `{value}`") } else { String::new() },
            })?;
        }
        match (&config.tls_cert_file, &config.tls_key_file) {
            (Some(_), None) => {
                return Err(ConfigError::Alone { set: CERT_FILE, missing: KEY_FILE });
            }
            (None, Some(_)) => {
                return Err(ConfigError::Alone { set: KEY_FILE, missing: CERT_FILE });
            }
            (Some(_), Some(_)) | (None, None) => {}
        }
        let named = config.host.filter(|host| !host.is_unspecified());
        let public = config.public_url.as_ref().and_then(|url| url.host().parse().ok());
        if let Some(turn) = &mut config.turn {
            if !config.ice.turn_urls.is_empty() {
                return Err(ConfigError::Unsupported(
                    "TURN_EMBEDDED is set beside TURN_URLS: set the one or the other",
                ));
            }
            let Some(ip) = turn.external_ip.or(named).or(public) else {
                return Err(ConfigError::Unsupported(
                    "TURN_EXTERNAL_IP must be set with TURN_EMBEDDED: the address at which browsers \
                     reach this machine",
                ));
            };
            turn.external_ip = Some(ip);
            let address = SocketAddr::new(ip, turn.port);
            config.ice.stun_urls.push(format!("stun:{address}"));
            config.ice.turn_urls.push(format!("turn:{address}?transport=udp"));
        }
        match (
            config.ice.turn_urls.is_empty() || config.turn.is_some(),
            config.ice.turn_secret.is_some(),
        ) {
            (false, false) => {
                return Err(ConfigError::Unsupported(
                    "TURN_SECRET must be set together with TURN_URLS: the relays' shared secret",
                ));
            }
            (true, true) if config.turn.is_none() => config
                .warnings
                .push("TURN_SECRET is set, but has no effect without TURN_URLS".to_owned()),
            (true, _) | (false, true) => {}
        }
        if let Some(s3) = &config.media.s3
            && (s3.bucket.is_empty()
                || s3.access_key_id.is_empty()
                || s3.secret_access_key.as_bytes().is_empty())
        {
            return Err(ConfigError::Unsupported(
                "S3_BUCKET, S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY must be set together",
            ));
        }
        if config.redis.is_some() && config.media.s3.is_none() {
            config.warnings.push(
                "S3_BUCKET is not set: a file is found on the one server that took it, and not \
                 on others that are one with it through Redis"
                    .to_owned(),
            );
        }
        if config.push.credentials.is_some() && config.push.private_key.is_some() {
            return Err(ConfigError::Unsupported(
                "GOOGLE_APPLICATION_CREDENTIALS is set beside FIREBASE_PRIVATE_KEY: set one of them",
            ));
        }
        let has_redis_parts =
            ["REDIS_HOST", "REDIS_PORT"].iter().any(|it| source.value(it).is_some());
        if has_redis_parts && source.value("REDIS_URL").is_some() {
            return Err(ConfigError::Unsupported(
                "REDIS_URL is set beside REDIS_HOST or REDIS_PORT: set the one or the others",
            ));
        }
        let unknown = source.values.keys().filter(|name| is_unknown(name));
        for name in unknown.filter(|name| source.value(name).is_some()) {
            config.warnings.push(format!("{name} is set, but has no effect in this version"));
        }
        Ok(config)
    }
}

fn known_names() -> impl Iterator<Item = &'static str> {
    SETTINGS.into_iter().flatten().map(|setting| setting.name)
}

fn is_unknown(name: &str) -> bool {
    FAMILIES.iter().any(|beginning| name.starts_with(beginning))
        && known_names().all(|known| known != name)
}

/// The first line that does not parse when it stands alone; the last one if each does.
fn first_bad_line(text: &str) -> usize {
    let is_bad = |line: &str| dotenvy::from_read_iter(line.as_bytes()).any(|pair| pair.is_err());
    match text.lines().position(is_bad) {
        Some(index) => index + 1,
        None => text.lines().count(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::config::{Origins, PresenceAudience, Registration};

    fn sentence(name: &str, value: &str) -> String {
        Config::read(&Source::of_pairs([(name, value)])).unwrap_err().to_string()
    }

    #[test]
    fn what_is_set_holds() {
        let config = Config::read(&Source::of_pairs([
            ("PORT", "8080"),
            ("HOST", "127.0.0.1"),
            ("CORS_ORIGIN", "https://a.example, https://b.example:8443/"),
            ("PRESENCE_AUDIENCE", "everyone"),
            ("REGISTRATION", "closed"),
            ("ACCESS_TOKEN_TTL", "15m"),
            ("CONTENT_MAX_CHARS", ""),
        ]))
        .unwrap();
        assert_eq!(config.port, 8080);
        assert_eq!(config.host, Some([127, 0, 0, 1].into()));
        let Origins::List(origins) = config.cors_origins else { panic!("a list was set") };
        let origins: Vec<_> = origins.iter().map(ToString::to_string).collect();
        assert_eq!(origins, ["https://a.example", "https://b.example:8443"]);
        assert_eq!(config.presence_audience, PresenceAudience::Everyone);
        assert_eq!(config.registration, Registration::Closed);
        assert_eq!(config.access_token_ttl, Duration::from_mins(15));
        assert_eq!(config.content_max_chars, 4000);
    }

    #[test]
    fn a_wrong_value_is_one_sentence_that_names_the_variable() {
        for (name, value) in [
            ("PORT", "65536"),
            ("PORT", "http"),
            ("HOST", "localhost"),
            ("ACCESS_TOKEN_TTL", "soon"),
            ("ACCESS_TOKEN_TTL", "0"),
            ("PUBLIC_URL", "chat.example.org"),
            ("PUBLIC_URL", "https://chat.example.org/chat"),
            ("CORS_ORIGIN", "example.org"),
            ("TRUSTED_PROXIES", "10.0.0.0/33"),
            ("REGISTRATION", "yes"),
            ("CONTACTS", "nobody"),
            ("PRESENCE_AUDIENCE", "all"),
            ("CONTENT_MAX_CHARS", "0"),
            ("STUN_URLS", "stun.example.org"),
            ("TURN_URLS", "turn:turn.example.org, stun:stun.example.org"),
            ("LOG_LEVEL", "loud"),
            ("REDIS_HOST", "one:7000"),
            ("REDIS_PORT", "0"),
        ] {
            let sentence = sentence(name, value);
            assert!(sentence.starts_with(&format!("{name} must be ")), "{sentence}");
            assert!(sentence.ends_with(&format!("; it is `{value}`")), "{sentence}");
            assert!(!sentence.contains('\n'), "{sentence}");
        }
    }

    #[test]
    fn a_short_secret_is_refused_and_not_shown() {
        let sentence = sentence("JWT_SECRET", "hunter2");
        assert!(sentence.starts_with("JWT_SECRET must be "), "{sentence}");
        assert!(!sentence.contains("hunter2"), "{sentence}");
    }

    #[test]
    fn a_database_url_is_of_postgresql_and_not_shown() {
        for value in ["mysql://ann:hunter2@db/chat", "postgres://ann:hunter2@db", "hunter2"] {
            let sentence = sentence("DATABASE_URL", value);
            assert!(sentence.starts_with("DATABASE_URL must be the URL of a "), "{sentence}");
            assert!(!sentence.contains("hunter2"), "{sentence}");
        }
        let url = "postgres://ann:hunter2@db/chat";
        let config = Config::read(&Source::of_pairs([("DATABASE_URL", url)])).unwrap();
        assert!(!format!("{config:?}").contains("hunter2"), "{config:?}");
    }

    #[test]
    fn redis_is_named_by_a_url_or_by_host_and_port() {
        for (pairs, expected) in [
            (&[("REDIS_URL", "redis://:hunter2@one:7000")][..], "Redis on one:7000"),
            (&[("REDIS_HOST", "one")], "Redis on one:6379"),
            (&[("REDIS_PORT", "7000"), ("REDIS_HOST", "one")], "Redis on one:7000"),
            (&[("REDIS_PORT", "7000")], "Redis on localhost:7000"),
        ] {
            let config = Config::read(&Source::of_pairs(pairs.iter().copied())).unwrap();
            assert_eq!(config.redis.as_ref().unwrap().to_string(), expected);
            assert!(!format!("{config:?}").contains("hunter2"), "{config:?}");
        }
        let both = Source::of_pairs([("REDIS_URL", "redis://one"), ("REDIS_HOST", "two")]);
        let sentence = Config::read(&both).unwrap_err().to_string();
        assert!(sentence.starts_with("REDIS_URL is set beside "), "{sentence}");
    }

    #[test]
    fn a_redis_url_that_is_none_is_not_shown() {
        for value in ["http://ann:hunter2@one", "rediss://ann:hunter2@one", "hunter2"] {
            let sentence = sentence("REDIS_URL", value);
            assert!(sentence.starts_with("REDIS_URL must be the URL of a Redis "), "{sentence}");
            assert!(!sentence.contains("hunter2"), "{sentence}");
        }
    }

    #[test]
    fn relays_need_their_secret() {
        let urls = ("TURN_URLS", "turn:turn.example.org:3478");
        assert!(sentence(urls.0, urls.1).starts_with("TURN_SECRET must be set"));
        let config = Config::read(&Source::of_pairs([urls, ("TURN_SECRET", "north")])).unwrap();
        assert_eq!(config.ice.turn_urls, ["turn:turn.example.org:3478"]);
        let config = Config::read(&Source::of_pairs([("TURN_SECRET", "north")])).unwrap();
        assert!(config.warnings[0].contains("TURN_URLS"), "{:?}", config.warnings);
        assert!(!format!("{config:?}").contains("north"));
    }

    #[test]
    fn an_embedded_relay_needs_its_address_and_stands_alone() {
        let embedded = ("TURN_EMBEDDED", "1");
        let read = |pairs: &[(&str, &str)]| {
            Config::read(&Source::of_pairs(pairs.iter().copied().chain([embedded])))
        };
        let refused = |pairs: &[(&str, &str)]| read(pairs).unwrap_err().to_string();
        assert!(refused(&[]).starts_with("TURN_EXTERNAL_IP must be set"));
        let others = [("TURN_URLS", "turn:a"), ("TURN_SECRET", "b"), ("HOST", "127.0.0.1")];
        assert!(refused(&others).starts_with("TURN_EMBEDDED is set beside TURN_URLS"));
        for pair in [
            ("HOST", "192.0.2.1"),
            ("PUBLIC_URL", "https://192.0.2.1"),
            ("TURN_EXTERNAL_IP", "192.0.2.1"),
        ] {
            let config = read(&[pair, ("TURN_PORT", "3479")]).unwrap();
            assert_eq!(config.ice.turn_urls, ["turn:192.0.2.1:3479?transport=udp"]);
            assert_eq!(config.ice.stun_urls, ["stun:192.0.2.1:3479"]);
            assert_eq!(config.warnings, Vec::<String>::new());
        }
        for (name, value) in [("TURN_RELAY_PORTS", "9-8"), ("TURN_EXTERNAL_IP", "here")] {
            let sentence = refused(&[("HOST", "192.0.2.1"), (name, value)]);
            assert!(sentence.starts_with(&format!("{name} must be ")), "{sentence}");
        }
    }

    #[test]
    fn a_bucket_needs_all_that_opens_it() {
        let all = [
            ("S3_BUCKET", "files"),
            ("S3_ACCESS_KEY_ID", "salala"),
            ("S3_SECRET_ACCESS_KEY", "hunter2"),
        ];
        for missing in 0..3 {
            let pairs = all.iter().enumerate().filter(|(place, _)| *place != missing);
            let source = Source::of_pairs(pairs.map(|(_, pair)| *pair));
            let sentence = Config::read(&source).unwrap_err().to_string();
            assert!(sentence.starts_with("S3_BUCKET, "), "{sentence}");
        }
        let config = Config::read(&Source::of_pairs(all)).unwrap();
        assert!(!format!("{config:?}").contains("hunter2"));
        assert_eq!(config.media.s3.unwrap().region, "us-east-1");
        assert!(sentence("S3_ENDPOINT", "s3.example.org").starts_with("S3_ENDPOINT must be "));
    }

    #[test]
    fn a_certificate_without_a_key_or_a_key_without_a_certificate_is_refused() {
        for (set, missing) in [(CERT_FILE, KEY_FILE), (KEY_FILE, CERT_FILE)] {
            let sentence = sentence(set, "/etc/tls/server.pem");
            assert!(sentence.starts_with(&format!("{set} is set without {missing}")), "{sentence}");
        }
        let both = Config::read(&Source::of_pairs([(CERT_FILE, "a"), (KEY_FILE, "b")])).unwrap();
        assert!(both.tls_files().is_some());
        let none = Config::read(&Source::of_pairs([(CERT_FILE, "")])).unwrap();
        assert_eq!(none.tls_files(), None);
    }

    #[test]
    fn what_has_no_effect_yet_is_told_by_name_and_without_its_value() {
        let names = ["FIREBASE_KEY", "S3_BUCKIT", "VAPID_SUBJEKT"];
        let pairs = names.iter().map(|name| (*name, "hunter2")).chain([("S3_OTHER", "")]);
        let warnings = Config::read(&Source::of_pairs(pairs)).unwrap().warnings;
        let told: Vec<_> =
            warnings.iter().filter_map(|warning| warning.split(' ').next()).collect();
        assert_eq!(told, names);
        assert!(warnings.iter().all(|warning| !warning.contains("hunter2")), "{warnings:?}");
    }

    #[test]
    fn a_file_holds_the_same_names_and_unknown_ones_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("salala.conf");
        std::fs::write(&path, "# where\nPORT=4000\nLOG_LEVEL='debug'\nPROT=1\n").unwrap();
        let config = Config::read(&Source::of_file(&path).unwrap()).unwrap();
        assert_eq!(config.port, 4000);
        assert_eq!(config.warnings.len(), 1);
        assert!(config.warnings.iter().any(|warning| warning.contains("PROT")));
    }

    #[test]
    fn a_broken_line_is_named_and_not_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("salala.conf");
        std::fs::write(&path, "PORT=4000\nJWT_SECRET very secret\n").unwrap();
        let error = Source::of_file(&path).err().unwrap().to_string();
        assert!(error.starts_with("line 2 of "), "{error}");
        assert!(!error.contains("very secret"), "{error}");
        assert!(Source::of_file(&folder.path().join("none")).is_err());
    }
}
