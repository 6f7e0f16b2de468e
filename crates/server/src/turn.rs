//! An embedded STUN and TURN server, so that calls connect without anything else installed.
//!
//! The protocol is the crate `turn`'s; the loop that reads packets is ours, since that of the crate keeps a nonce for
//! every packet that anybody sends. What it hands to whom is bounded here: packets that ask for something, relays in
//! all and of one address ([`relays`]), and where a relay sends to ([`reach`]). It works by UDP.

mod reach;
mod relays;

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use salala_core::{Clock, Random};
use tokio::net::UdpSocket;
use tokio::sync::Mutex;
use tokio::time::Instant;
use turn::allocation::allocation_manager::{Manager, ManagerConfig};
use turn::auth::{AuthHandler, generate_auth_key};
use turn::server::request::Request;
use webrtc_util::Conn;

use self::reach::Reach;
use self::relays::{Asker, Relays};
use crate::ice::Ice;
use crate::rate_limits::{Rate, RateLimiter};
use crate::tasks::Tasks;

/// The port that browsers know.
const PORT: u16 = 3478;

/// Ports of relays: those that systems give by themselves.
const RELAY_PORTS: (u16, u16) = (49_152, 65_535);

/// Bytes of a packet.
const PACKET_MAX_BYTES: usize = 1_600;

/// Nonces that are remembered; past them all are forgotten, and who uses one is given a new one.
const NONCES_MAX: usize = 10_000;

/// Packets of one address that ask for something, rather than carry what is said.
const ASKS: (u32, Duration) = (200, Duration::from_secs(10));

/// How long a channel of a relay lives without being renewed.
const CHANNEL_LIFETIME: Duration = Duration::from_mins(10);

/// What an operator may choose.
#[derive(Clone, Debug)]
pub struct TurnSettings {
    /// Where browsers reach this machine; relays are there. It is known once all is read.
    pub external_ip: Option<IpAddr>,
    /// The port to listen on.
    pub port: u16,
    /// The first and the last port of relays.
    pub relay_ports: (u16, u16),
    /// Relays may send to addresses that only this machine's network can reach.
    pub allows_private_peers: bool,
}

impl Default for TurnSettings {
    fn default() -> Self {
        Self {
            external_ip: None,
            port: PORT,
            relay_ports: RELAY_PORTS,
            allows_private_peers: false,
        }
    }
}

impl TurnSettings {
    /// Without an address of its own it is reached on this machine alone.
    fn ip(&self) -> IpAddr {
        self.external_ip.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST))
    }
}

/// It cannot listen: one sentence for people.
#[derive(Debug, thiserror::Error)]
#[error(
    "TURN_EMBEDDED cannot listen on UDP port {port} ({reason}): set TURN_PORT to one that is free"
)]
pub struct TurnError {
    port: u16,
    reason: io::Error,
}

/// The server, ready to read.
pub struct TurnServer {
    socket: Arc<UdpSocket>,
    manager: Arc<Manager>,
    asker: Asker,
    auth: Arc<Credentials>,
    asks: RateLimiter<IpAddr>,
    clock: Arc<dyn Clock>,
}

impl TurnServer {
    /// Listens. To be called inside a runtime.
    ///
    /// # Errors
    /// The port is taken.
    pub fn listen(
        settings: &TurnSettings,
        ice: Arc<Ice>,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Self, TurnError> {
        let port = settings.port;
        let listen = || {
            let socket = std::net::UdpSocket::bind((any_address(settings.ip()), port))?;
            socket.set_nonblocking(true)?;
            UdpSocket::from_std(socket)
        };
        let socket = Arc::new(listen().map_err(|reason| TurnError { port, reason })?);
        let asker = Asker::default();
        let reach = Reach::new(settings);
        let relays = Relays::new(settings, reach, asker.clone(), random);
        let manager = Arc::new(Manager::new(ManagerConfig {
            relay_addr_generator: Box::new(relays),
            alloc_close_notify: None,
        }));
        let auth = Arc::new(Credentials { ice, clock: Arc::clone(&clock) });
        let asks = RateLimiter::new(Rate::new(ASKS.0, ASKS.1));
        Ok(Self { socket, manager, asker, auth, asks, clock })
    }

    /// Serves until the server stops. Relays have tasks of the crate's own, which end with them.
    pub fn start(self, tasks: &Tasks) {
        tasks.spawn_until_stop("relay calls", async move { self.serve().await });
    }

    async fn serve(self) {
        let nonces = Arc::new(Mutex::new(HashMap::<String, Instant>::new()));
        let mut buffer = vec![0; PACKET_MAX_BYTES];
        loop {
            let (length, from) = match self.socket.recv_from(&mut buffer).await {
                Ok(packet) => packet,
                Err(error) => {
                    // Of one packet: the next one may be read.
                    tracing::debug!(%error, "a packet to the relay cannot be read");
                    tokio::task::yield_now().await;
                    continue;
                }
            };
            let packet = buffer.get(..length).unwrap_or_default();
            if asks_for_something(packet) && self.asks.take(from.ip(), self.clock.now()).is_err() {
                continue;
            }
            {
                let mut nonces = nonces.lock().await;
                if nonces.len() >= NONCES_MAX {
                    nonces.clear();
                }
            }
            self.asker.is(from.ip());
            let mut request = Request {
                conn: Arc::clone(&self.socket) as Arc<dyn Conn + Send + Sync>,
                src_addr: from,
                buff: packet.to_vec(),
                allocation_manager: Arc::clone(&self.manager),
                nonces: Arc::clone(&nonces),
                auth_handler: Arc::clone(&self.auth) as Arc<dyn AuthHandler + Send + Sync>,
                realm: "salala".to_owned(),
                channel_bind_timeout: CHANNEL_LIFETIME,
            };
            if let Err(error) = request.handle_request().await {
                tracing::debug!(%error, "a packet to the relay was refused");
            }
        }
    }
}

/// Names and passwords as [`Ice`] gives them.
struct Credentials {
    ice: Arc<Ice>,
    clock: Arc<dyn Clock>,
}

impl AuthHandler for Credentials {
    fn auth_handle(
        &self,
        username: &str,
        realm: &str,
        _: SocketAddr,
    ) -> Result<Vec<u8>, turn::Error> {
        let refused = || turn::Error::Other("these credentials are not good".to_owned());
        let expiry = username.split(':').next().and_then(|expiry| expiry.parse().ok());
        let is_over = expiry.is_none_or(|expiry: i64| expiry <= self.clock.now().unix_seconds());
        let password = self.ice.password_of(username).filter(|_| !is_over).ok_or_else(refused)?;
        Ok(generate_auth_key(username, realm, &password))
    }
}

/// Is it a STUN packet, but for what a client sends by way of its relay?
fn asks_for_something(packet: &[u8]) -> bool {
    const SEND_INDICATION: [u8; 2] = [0x00, 0x16];
    packet.first().is_none_or(|first| first >> 6 == 0) && !packet.starts_with(&SEND_INDICATION)
}

/// All addresses of the same kind.
fn any_address(like: IpAddr) -> IpAddr {
    match like {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    }
}

#[cfg(test)]
mod tests {
    use salala_core::{ManualClock, Timestamp, UserId};

    use super::*;
    use crate::config::Secret;

    #[test]
    fn credentials_are_good_for_their_time_and_their_name() {
        let now = Timestamp::from_unix_ms(1_795_376_634_491);
        let ice = Ice {
            turn_urls: vec!["turn:turn.example.org".to_owned()],
            turn_secret: Some(Secret::shared("north").unwrap()),
            ..Ice::default()
        };
        let clock = Arc::new(ManualClock::at(now));
        let given = ice.servers_for(UserId::from_bytes([7; 16]), now).remove(0);
        let auth = Credentials { ice: Arc::new(ice), clock: Arc::<ManualClock>::clone(&clock) };
        let from = SocketAddr::from(([192, 0, 2, 1], 5000));
        let username = given.username.unwrap();
        let key = auth.auth_handle(&username, "salala", from).unwrap();
        assert_eq!(key, generate_auth_key(&username, "salala", &given.credential.unwrap()));
        assert!(auth.auth_handle("soon:ann", "salala", from).is_err());
        assert!(auth.auth_handle("", "salala", from).is_err());
        clock.advance(Duration::from_hours(12));
        assert!(auth.auth_handle(&username, "salala", from).is_err());
    }

    #[test]
    fn what_is_said_is_not_counted_as_asking() {
        assert!(asks_for_something(&[0x00, 0x01, 0, 0]));
        assert!(asks_for_something(&[0x00, 0x03, 0, 0]));
        assert!(asks_for_something(&[]));
        assert!(!asks_for_something(&[0x00, 0x16, 0, 0]));
        assert!(!asks_for_something(&[0x40, 0x00, 0, 4]));
    }
}
