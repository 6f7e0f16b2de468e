//! Which hosts are to be left alone for a while: those that ask for it, or do not answer.
//!
//! Browsers' push services are named by subscriptions, so there may be any number of them: one that
//! hangs must not hold up the others.

use std::collections::HashMap;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::Instant;

/// Hosts that are remembered.
const HOSTS_MAX: usize = 10_000;

/// Requests under way to one host.
const REQUESTS_PER_HOST_MAX: usize = 64;

/// Requests under way to all of them: fewer than may be under way in all, so that Firebase never waits
/// for browsers.
const REQUESTS_MAX: usize = 192;

/// How long until a host is asked again that has as many requests as it may.
const FULL_WAIT: Duration = Duration::from_millis(500);

/// The hosts that are remembered.
#[derive(Default)]
pub struct Hosts {
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    hosts: HashMap<String, Host>,
    under_way: usize,
}

#[derive(Clone, Copy, Default)]
struct Host {
    under_way: usize,
    /// Not before.
    paused_until: Option<Instant>,
}

/// A request under way; dropped when it has ended.
pub struct Visit<'a> {
    hosts: &'a Hosts,
    host: String,
}

impl Hosts {
    /// Begins a request to a host.
    ///
    /// # Errors
    /// It is to be left alone for so long.
    pub fn visit(&self, host: &str, now: Instant) -> Result<Visit<'_>, Duration> {
        let mut known = self.known.lock();
        if known.under_way >= REQUESTS_MAX {
            return Err(FULL_WAIT);
        }
        if known.hosts.len() >= HOSTS_MAX && !known.hosts.contains_key(host) {
            known.hosts.retain(|_, host| host.is_of_note(now));
            if known.hosts.len() >= HOSTS_MAX {
                return Err(FULL_WAIT);
            }
        }
        let found = known.hosts.entry(host.to_owned()).or_default();
        if let Some(until) = found.paused_until.filter(|until| *until > now) {
            return Err(until - now);
        }
        if found.under_way >= REQUESTS_PER_HOST_MAX {
            return Err(FULL_WAIT);
        }
        found.under_way += 1;
        known.under_way += 1;
        Ok(Visit { hosts: self, host: host.to_owned() })
    }
}

impl Host {
    fn is_of_note(&self, now: Instant) -> bool {
        self.under_way > 0 || self.paused_until.is_some_and(|until| until > now)
    }
}

impl Visit<'_> {
    /// The host is to be left alone for this long.
    pub fn pause(&self, wait: Duration, now: Instant) {
        if let Some(host) = self.hosts.known.lock().hosts.get_mut(&self.host) {
            host.paused_until = host.paused_until.max(Some(now + wait));
        }
    }
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        let mut known = self.hosts.known.lock();
        known.under_way -= 1;
        let Some(host) = known.hosts.get_mut(&self.host) else { return };
        host.under_way -= 1;
        if host.under_way == 0 && host.paused_until.is_none() {
            known.hosts.remove(&self.host);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_that_asks_for_it_is_left_alone_and_others_are_not() {
        let (hosts, now) = (Hosts::default(), Instant::now());
        hosts.visit("a", now).ok().unwrap().pause(Duration::from_secs(5), now);
        assert_eq!(hosts.visit("a", now).err(), Some(Duration::from_secs(5)));
        assert!(hosts.visit("b", now).is_ok());
        assert!(hosts.visit("a", now + Duration::from_secs(5)).is_ok());
    }

    #[test]
    fn requests_to_one_host_have_a_bound() {
        let (hosts, now) = (Hosts::default(), Instant::now());
        let mut visits: Vec<_> =
            (0..REQUESTS_PER_HOST_MAX).map(|_| hosts.visit("a", now).ok().unwrap()).collect();
        assert_eq!(hosts.visit("a", now).err(), Some(FULL_WAIT));
        visits.pop();
        assert!(hosts.visit("a", now).is_ok());
    }
}
