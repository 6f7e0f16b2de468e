//! Where the measured program listens, and whether it may be loaded.

use std::net::{SocketAddr, ToSocketAddrs};
use std::time::Duration;

use crate::error::{BenchError, Trying};
use crate::usage::{Memory, cpu_of, memory_of};

/// The measured programs, of which clients take turns: one, or several nodes that serve the same users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Targets {
    first: Target,
    others: Vec<Target>,
}

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

impl Targets {
    /// These, of which there has to be one.
    ///
    /// # Errors
    /// Without any.
    pub fn new(targets: impl IntoIterator<Item = Target>) -> Result<Self, BenchError> {
        let mut targets = targets.into_iter();
        let first = targets.next();
        let first = first.ok_or_else(|| BenchError::Usage("no server is named".to_owned()))?;
        Ok(Self { first, others: targets.collect() })
    }

    /// Where the first one listens.
    pub fn first(&self) -> SocketAddr {
        self.first.address
    }

    /// Where the one of client `number` listens.
    pub fn of(&self, number: usize) -> SocketAddr {
        let turn = number % (self.others.len() + 1);
        let other = turn.checked_sub(1).and_then(|place| self.others.get(place));
        other.unwrap_or(&self.first).address
    }

    /// Processor time of all of them; `None` unless the process of each is known.
    ///
    /// # Errors
    /// If one has ended.
    pub fn cpu(&self) -> Result<Option<Duration>, BenchError> {
        self.pids().map(|pids| pids.into_iter().map(cpu_of).sum()).transpose()
    }

    /// Memory of all of them; `None` unless the process of each is known.
    ///
    /// # Errors
    /// If one has ended.
    pub fn memory(&self) -> Result<Option<Memory>, BenchError> {
        let Some(pids) = self.pids() else { return Ok(None) };
        let mut sum = Memory::default();
        for pid in pids {
            let memory = memory_of(pid)?;
            sum.resident_kib += memory.resident_kib;
            sum.anonymous_kib += memory.anonymous_kib;
        }
        Ok(Some(sum))
    }

    fn pids(&self) -> Option<Vec<u32>> {
        let all = std::iter::once(&self.first).chain(&self.others);
        all.map(|target| target.pid).collect()
    }
}

impl From<Target> for Targets {
    fn from(target: Target) -> Self {
        Self { first: target, others: Vec::new() }
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
    fn clients_take_turns() {
        let target = |port| Target { address: ([127, 0, 0, 1], port).into(), pid: None };
        let targets = Targets::new(vec![target(1), target(2)]).unwrap();
        let ports: Vec<_> = (0..4).map(|number| targets.of(number).port()).collect();
        assert_eq!(ports, [1, 2, 1, 2]);
        assert!(Targets::new(Vec::new()).is_err());
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
