//! Where the measured program listens, and whether it may be loaded.

use std::net::{SocketAddr, ToSocketAddrs};

use crate::error::{BenchError, Trying};

/// The measured program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its process on this machine; without it, what it uses is left out.
    pub pid: Option<u32>,
}

impl Target {
    /// Takes `http://host:port`.
    ///
    /// # Errors
    /// If it is no such URL, if the host has no address, and for an address that is not of this
    /// machine unless `owned` says that the server is the caller's own.
    pub fn parse(url: &str, pid: Option<u32>, owned: bool) -> Result<Self, BenchError> {
        let authority = url
            .strip_prefix("http://")
            .map(|rest| rest.trim_end_matches('/'))
            .filter(|authority| !authority.is_empty() && !authority.contains(['/', '@', '?', '#']))
            .ok_or_else(|| {
                BenchError::Usage(format!("{url} is not of the form http://host:port"))
            })?;
        let with_port = if authority.rsplit(']').next().is_some_and(|end| end.contains(':')) {
            authority.to_owned()
        } else {
            format!("{authority}:80")
        };
        let address = with_port
            .to_socket_addrs()
            .trying(|| format!("{authority} has no address"))?
            .next()
            .ok_or_else(|| BenchError::Usage(format!("{authority} has no address")))?;
        if !owned && !address.ip().is_loopback() {
            return Err(BenchError::NotLoopback(address));
        }
        Ok(Self { address, pid })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_of_this_machine_may_be_loaded() {
        for (url, address) in [
            ("http://127.0.0.1:3000", "127.0.0.1:3000"),
            ("http://127.0.0.1:3000/", "127.0.0.1:3000"),
            ("http://[::1]:3000", "[::1]:3000"),
            ("http://[::1]", "[::1]:80"),
            ("http://127.0.0.1", "127.0.0.1:80"),
        ] {
            let target = Target::parse(url, Some(7), false).unwrap();
            assert_eq!(target, Target { address: address.parse().unwrap(), pid: Some(7) }, "{url}");
        }
    }

    #[test]
    fn a_server_elsewhere_is_loaded_only_by_its_owner() {
        let url = "http://192.0.2.1:3000";
        assert!(matches!(Target::parse(url, None, false), Err(BenchError::NotLoopback(_))));
        assert!(Target::parse(url, None, true).is_ok());
    }

    #[test]
    fn what_is_no_address_of_a_server_is_refused() {
        for url in
            ["", "127.0.0.1:3000", "https://127.0.0.1", "http://", "http://a@b", "http://h/p"]
        {
            assert!(matches!(Target::parse(url, None, true), Err(BenchError::Usage(_))), "{url}");
        }
    }
}
