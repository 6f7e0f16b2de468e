//! Sockets of relays: so many in all and of one address, and each sends only where it may.

use std::any::Any;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::Mutex;
use salala_core::Random;
use tokio::net::UdpSocket;
use turn::relay::RelayAddressGenerator;
use webrtc_util::Conn;

use super::reach::Reach;
use super::{TurnSettings, any_address};

/// Relays at a time, and of one address: an office has many people behind one.
const RELAYS_MAX: usize = 2_000;
const RELAYS_PER_ADDRESS: usize = 200;

/// How many ports are tried.
const TRIES: usize = 20;

/// Whose packet is being handled: one is at a time.
#[derive(Clone, Debug, Default)]
pub(super) struct Asker(Arc<Mutex<Option<IpAddr>>>);

impl Asker {
    pub(super) fn is(&self, ip: IpAddr) {
        *self.0.lock() = Some(ip.to_canonical());
    }
}

/// Makes relays.
pub(super) struct Relays {
    external_ip: IpAddr,
    ports: (u16, u16),
    reach: Reach,
    asker: Asker,
    random: Arc<dyn Random>,
    open: Arc<Mutex<Open>>,
}

#[derive(Debug, Default)]
struct Open {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// A relay's socket; its place is given back when it is dropped.
struct Relay {
    socket: UdpSocket,
    reach: Reach,
    _place: Place,
}

struct Place {
    open: Arc<Mutex<Open>>,
    of: IpAddr,
}

impl Relays {
    pub(super) fn new(
        settings: &TurnSettings,
        reach: Reach,
        asker: Asker,
        random: Arc<dyn Random>,
    ) -> Self {
        Self {
            external_ip: settings.ip(),
            ports: settings.relay_ports,
            reach,
            asker,
            random,
            open: Arc::default(),
        }
    }

    fn take_place(&self) -> Option<Place> {
        let of = (*self.asker.0.lock())?;
        let mut open = self.open.lock();
        if open.all >= RELAYS_MAX {
            return None;
        }
        let own = open.by_address.entry(of).or_insert(0);
        if *own >= RELAYS_PER_ADDRESS {
            return None;
        }
        *own += 1;
        open.all += 1;
        Some(Place { open: Arc::clone(&self.open), of })
    }

    fn random_port(&self) -> u16 {
        let (first, last) = self.ports;
        let mut bytes = [0; 4];
        self.random.fill(&mut bytes);
        let count = u32::from(last - first) + 1;
        let offset = u16::try_from(u32::from_be_bytes(bytes) % count).unwrap_or(0);
        first + offset
    }
}

#[async_trait]
impl RelayAddressGenerator for Relays {
    fn validate(&self) -> Result<(), turn::Error> {
        Ok(())
    }

    async fn allocate_conn(
        &self,
        use_ipv4: bool,
        requested_port: u16,
    ) -> Result<(Arc<dyn Conn + Send + Sync>, SocketAddr), turn::Error> {
        if use_ipv4 != self.external_ip.is_ipv4() {
            return Err(turn::Error::Other("there are no relays of this kind".to_owned()));
        }
        let full = || turn::Error::Other("as many relays are open as may".to_owned());
        let place = self.take_place().ok_or_else(full)?;
        let (first, last) = self.ports;
        let mut tries = TRIES;
        let socket = loop {
            let port = match requested_port {
                0 => self.random_port(),
                port if (first..=last).contains(&port) => port,
                _ => return Err(full()),
            };
            match UdpSocket::bind((any_address(self.external_ip), port)).await {
                Ok(socket) => break socket,
                Err(error) if tries == 0 || requested_port != 0 => return Err(error.into()),
                Err(_) => tries -= 1,
            }
        };
        let address = SocketAddr::new(self.external_ip, socket.local_addr()?.port());
        let relay = Relay { socket, reach: self.reach, _place: place };
        Ok((Arc::new(relay), address))
    }
}

#[async_trait]
impl Conn for Relay {
    async fn connect(&self, to: SocketAddr) -> Result<(), webrtc_util::Error> {
        Ok(self.socket.connect(to).await?)
    }

    async fn recv(&self, buffer: &mut [u8]) -> Result<usize, webrtc_util::Error> {
        Ok(self.socket.recv(buffer).await?)
    }

    async fn recv_from(
        &self,
        buffer: &mut [u8],
    ) -> Result<(usize, SocketAddr), webrtc_util::Error> {
        Ok(self.socket.recv_from(buffer).await?)
    }

    async fn send(&self, bytes: &[u8]) -> Result<usize, webrtc_util::Error> {
        Ok(self.socket.send(bytes).await?)
    }

    /// What may not go there is dropped, as a network drops it.
    async fn send_to(&self, bytes: &[u8], to: SocketAddr) -> Result<usize, webrtc_util::Error> {
        if !self.reach.allows(to) {
            return Ok(bytes.len());
        }
        Ok(self.socket.send_to(bytes, to).await?)
    }

    fn local_addr(&self) -> Result<SocketAddr, webrtc_util::Error> {
        Ok(self.socket.local_addr()?)
    }

    fn remote_addr(&self) -> Option<SocketAddr> {
        None
    }

    async fn close(&self) -> Result<(), webrtc_util::Error> {
        Ok(())
    }

    fn as_any(&self) -> &(dyn Any + Send + Sync) {
        self
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.open.lock();
        open.all -= 1;
        if let Some(own) = open.by_address.get_mut(&self.of) {
            *own -= 1;
            if *own == 0 {
                open.by_address.remove(&self.of);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use salala_core::SystemRandom;

    use super::*;

    #[tokio::test]
    async fn relays_have_a_bound_for_each_address_and_are_within_their_ports() {
        let settings = TurnSettings {
            external_ip: Some([127, 0, 0, 1].into()),
            port: 0,
            relay_ports: (50_000, 60_000),
            allows_private_peers: false,
        };
        let asker = Asker::default();
        let relays =
            Relays::new(&settings, Reach::new(&settings), asker.clone(), Arc::new(SystemRandom));
        asker.is([192, 0, 2, 1].into());
        let mut open = Vec::new();
        for _ in 0..RELAYS_PER_ADDRESS {
            let (relay, address) = relays.allocate_conn(true, 0).await.unwrap();
            assert!((50_000..=60_000).contains(&address.port()));
            open.push(relay);
        }
        assert!(relays.allocate_conn(true, 0).await.is_err());
        asker.is([192, 0, 2, 2].into());
        assert!(relays.allocate_conn(true, 0).await.is_ok());
        assert!(relays.allocate_conn(false, 0).await.is_err());
        assert!(relays.allocate_conn(true, 80).await.is_err());
        open.clear();
        assert_eq!(relays.open.lock().all, 0);
    }
}
