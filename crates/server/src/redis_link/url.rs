//! Where Redis is and who may use it, as `REDIS_URL` says it: the password is never shown.

use std::fmt;

use redis::{
    ConnectionAddr, ConnectionInfo, IntoConnectionInfo as _, ProtocolVersion, RedisConnectionInfo,
};

/// What a value must be, to stand behind `REDIS_URL must be …`.
const EXPECTED: &str = "the URL of a Redis server, such as redis://localhost:6379, or those of some \
                        servers of a cluster with commas between them";

/// The port that Redis listens on unless it is told otherwise.
pub(crate) const PORT: u16 = 6379;

/// A Redis server, or some of the servers of a cluster, and the right to use them.
#[derive(Clone)]
pub struct RedisUrl(Vec<ConnectionInfo>);

impl RedisUrl {
    /// Reads `redis://` URLs: `redis://user:password@host:port/database`.
    ///
    /// # Errors
    /// What it must be instead, without any part of what it is.
    pub fn parse(text: &str) -> Result<Self, String> {
        let servers: Result<Vec<_>, _> = text.split(',').map(|url| parse_one(url.trim())).collect();
        servers.map(Self)
    }

    /// The server on a machine, open to whoever reaches it.
    ///
    /// # Errors
    /// What the host must be.
    pub fn of_host(host: &str, port: u16) -> Result<Self, String> {
        let is_name = |name: &str| {
            !name.is_empty()
                && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
        };
        if !is_name(host) && host.parse::<std::net::IpAddr>().is_err() {
            return Err("a host's name or address, such as redis.example.org".to_owned());
        }
        let address = ConnectionAddr::Tcp(host.to_owned(), port);
        let info = ConnectionInfo { addr: address, redis: RedisConnectionInfo::default() };
        Ok(Self(vec![with_protocol(info)]))
    }

    /// How to connect to each.
    pub(super) fn servers(&self) -> &[ConnectionInfo] {
        &self.0
    }
}

/// The servers, for people.
impl fmt::Display for RedisUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, info) in self.0.iter().enumerate() {
            let separator = if index == 0 { "Redis on " } else { ", " };
            write!(formatter, "{separator}{}", info.addr)?;
        }
        Ok(())
    }
}

impl fmt::Debug for RedisUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "RedisUrl({self})")
    }
}

impl PartialEq for RedisUrl {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

fn parse_one(text: &str) -> Result<ConnectionInfo, String> {
    if text.starts_with("rediss://") {
        return Err(format!(
            "{EXPECTED}, without TLS: this version reaches Redis in the clear, so let both be on one \
             machine or in a network of their own"
        ));
    }
    if !text.starts_with("redis://") || text.contains(['?', '#']) {
        return Err(EXPECTED.to_owned());
    }
    let info = text.into_connection_info().map_err(|_| EXPECTED.to_owned())?;
    Ok(with_protocol(info))
}

/// Messages of channels come on the connection that asks: only RESP3 has that.
fn with_protocol(mut info: ConnectionInfo) -> ConnectionInfo {
    info.redis.protocol = ProtocolVersion::RESP3;
    info
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_shown_without_who_may_use_it() {
        let url = RedisUrl::parse("redis://ann:hunter2@one:7000/2, redis://:hunter2@two").unwrap();
        assert_eq!(url.to_string(), "Redis on one:7000, two:6379");
        for shown in [format!("{url:?}"), url.to_string()] {
            assert!(!shown.contains("hunter2") && !shown.contains("ann"), "{shown}");
        }
        assert_eq!(RedisUrl::of_host("one", 7000).unwrap().to_string(), "Redis on one:7000");
        assert_eq!(RedisUrl::of_host("::1", PORT).unwrap().to_string(), "Redis on ::1:6379");
    }

    #[test]
    fn what_is_no_url_of_redis_is_refused_without_showing_it() {
        for text in [
            "hunter2",
            "http://ann:hunter2@one",
            "redis://ann:hunter2@one:port",
            "redis://ann:hunter2@one/chat",
            "redis://ann:hunter2@one?protocol=2",
            "rediss://ann:hunter2@one",
            "redis://ann:hunter2@one,two",
            "redis://",
        ] {
            let expected = RedisUrl::parse(text).unwrap_err();
            assert!(!expected.contains("hunter2"), "{expected}");
        }
        for host in ["", "one:7000", "ann@one", "redis://one", "one two"] {
            assert!(RedisUrl::of_host(host, PORT).is_err(), "{host}");
        }
    }
}
