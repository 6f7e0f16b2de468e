//! How many TCP connections may be open, in all and of one address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;

use crate::rate_limits::network_of;

/// Files that are not for connections: the database's, the log, and connections that are just closing.
const OTHER_FILES_MAX: usize = 256;

/// The connections that are open.
pub(super) struct Connections {
    max: usize,
    max_per_address: Option<usize>,
    open: AtomicUsize,
    /// Only those of which there is a bound, and only addresses that have any.
    by_address: Mutex<HashMap<IpAddr, usize>>,
}

/// Counts as one connection while it lives.
pub(super) struct Lease {
    connections: Arc<Connections>,
    is_connection: bool,
    address: Option<IpAddr>,
}

/// As many are open as may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TooMany {
    /// In all.
    InAll,
    /// Of this address.
    OfAddress,
}

impl Connections {
    /// As many as are set, and as the open files of this process let be.
    pub(super) fn new(
        max: Option<usize>,
        max_per_address: Option<usize>,
        open_files: Option<u64>,
    ) -> Arc<Self> {
        let open_files = open_files.and_then(|most| usize::try_from(most).ok());
        let most = open_files.map_or(usize::MAX, |most| most - (most / 4).min(OTHER_FILES_MAX));
        Arc::new(Self {
            max: max.unwrap_or(most).min(most),
            max_per_address,
            open: AtomicUsize::new(0),
            by_address: Mutex::default(),
        })
    }

    /// Counts a connection, and for its address if that is known already.
    pub(super) fn open(self: &Arc<Self>, address: Option<IpAddr>) -> Result<Lease, TooMany> {
        if self.open.fetch_add(1, Ordering::Relaxed) >= self.max {
            self.open.fetch_sub(1, Ordering::Relaxed);
            return Err(TooMany::InAll);
        }
        let mut lease = Lease { connections: Arc::clone(self), is_connection: true, address: None };
        if let Some(address) = address {
            lease.address = self.count(address)?;
        }
        Ok(lease)
    }

    /// Counts for an address what came over somebody else's connection, a proxy's.
    pub(super) fn open_behind_proxy(self: &Arc<Self>, address: IpAddr) -> Result<Lease, TooMany> {
        let address = self.count(address)?;
        Ok(Lease { connections: Arc::clone(self), is_connection: false, address })
    }

    fn count(&self, address: IpAddr) -> Result<Option<IpAddr>, TooMany> {
        let Some(most) = self.max_per_address else { return Ok(None) };
        let network = network_of(address);
        let mut by_address = self.by_address.lock();
        let open = by_address.entry(network).or_default();
        if *open >= most {
            return Err(TooMany::OfAddress);
        }
        *open += 1;
        Ok(Some(network))
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.is_connection {
            self.connections.open.fetch_sub(1, Ordering::Relaxed);
        }
        if let Some(network) = self.address {
            let mut by_address = self.connections.by_address.lock();
            if let Some(open) = by_address.get_mut(&network) {
                *open -= 1;
                if *open == 0 {
                    by_address.remove(&network);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn there_is_room_again_for_what_was_closed() {
        let connections = Connections::new(Some(2), None, None);
        let first = connections.open(None).unwrap();
        let _second = connections.open(Some(ip("192.0.2.1"))).unwrap();
        assert_eq!(connections.open(None).err(), Some(TooMany::InAll));
        drop(first);
        assert!(connections.open(None).is_ok());
    }

    #[test]
    fn an_address_takes_no_more_than_its_part() {
        let connections = Connections::new(None, Some(1), None);
        let first = connections.open(Some(ip("2001:db8::1"))).unwrap();
        // Another address of the same customer, directly or behind a proxy.
        assert_eq!(connections.open(Some(ip("2001:db8::2"))).err(), Some(TooMany::OfAddress));
        assert!(connections.open_behind_proxy(ip("2001:db8::3")).is_err());
        let other = connections.open_behind_proxy(ip("192.0.2.1")).unwrap();
        drop(first);
        assert!(connections.open(Some(ip("2001:db8::2"))).is_ok());
        drop(other);
        assert!(connections.by_address.lock().is_empty(), "nothing is kept of who went");
        assert_eq!(connections.open.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn some_files_are_kept_for_other_things() {
        assert_eq!(Connections::new(None, None, Some(20_000)).max, 19_744);
        assert_eq!(Connections::new(Some(100_000), None, Some(20_000)).max, 19_744);
        assert_eq!(Connections::new(Some(500), None, Some(20_000)).max, 500);
        assert_eq!(Connections::new(None, None, Some(48)).max, 36);
    }
}
