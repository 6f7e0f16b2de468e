//! Where a relay may send to: not into what only this machine can reach.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::TurnSettings;

/// Decides of each packet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reach {
    external_ip: IpAddr,
    relay_ports: (u16, u16),
    allows_private: bool,
}

impl Reach {
    pub(super) fn new(settings: &TurnSettings) -> Self {
        Self {
            external_ip: settings.ip().to_canonical(),
            relay_ports: settings.relay_ports,
            allows_private: settings.allows_private_peers,
        }
    }

    /// May a packet go there? Two who both need a relay talk from one to the other, so the relays of this
    /// server are reached, wherever it is; nothing else of it is.
    pub(super) fn allows(&self, to: SocketAddr) -> bool {
        let ip = to.ip().to_canonical();
        let (first, last) = self.relay_ports;
        if ip == self.external_ip {
            return (first..=last).contains(&to.port());
        }
        !ip.is_unspecified()
            && !ip.is_multicast()
            && !ip.is_loopback()
            && (self.allows_private || is_public(ip))
    }
}

fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let is_shared = a == 100 && (64..128).contains(&b);
    let is_protocol = a == 192 && b == 0 && c == 0;
    let is_benchmark = a == 198 && (18..20).contains(&b);
    !(a == 0
        || a >= 240
        || ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_multicast()
        || ip.is_documentation()
        || is_shared
        || is_protocol
        || is_benchmark)
}

/// Only what is given out as unicast, and of that nothing that holds an address of IPv4 or is for documents.
fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [first, second, ..] = ip.segments();
    let is_global = first & 0xe000 == 0x2000;
    let is_6to4 = first == 0x2002;
    let is_special = first == 0x2001 && (second < 0x0200 || second == 0x0db8);
    is_global && !is_6to4 && !is_special
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(allows_private_peers: bool) -> Reach {
        Reach::new(&TurnSettings {
            external_ip: Some([10, 1, 1, 1].into()),
            port: 3478,
            relay_ports: (50_000, 50_009),
            allows_private_peers,
        })
    }

    #[test]
    fn a_relay_sends_to_the_world_and_to_other_relays_here_alone() {
        let allows = |to: &str| reach(false).allows(to.parse().unwrap());
        for to in ["8.8.8.8:53", "10.1.1.1:50000", "[2a00:1450::1]:1000", "[::ffff:8.8.8.8]:1"] {
            assert!(allows(to), "{to}");
        }
        for to in [
            "10.1.1.1:3000",
            "10.1.1.1:50010",
            "10.1.1.2:50000",
            "192.168.0.1:80",
            "172.16.0.1:80",
            "169.254.169.254:80",
            "127.0.0.1:50000",
            "0.0.0.0:80",
            "100.64.0.1:80",
            "192.0.0.1:80",
            "198.18.0.1:80",
            "224.0.0.1:80",
            "255.255.255.255:80",
            "[::1]:80",
            "[::]:80",
            "[fe80::1]:80",
            "[fd00::1]:80",
            "[ff02::1]:80",
            "[::ffff:10.0.0.1]:80",
            "[64:ff9b::a00:1]:80",
            "[2002:a00:1::]:80",
            "[2001:db8::1]:80",
        ] {
            assert!(!allows(to), "{to}");
        }
    }

    #[test]
    fn a_private_network_is_reached_where_the_operator_says_so_but_never_this_machine() {
        let allows = |to: &str| reach(true).allows(to.parse().unwrap());
        assert!(allows("192.168.0.1:80") && allows("[fd00::1]:80"));
        for to in ["127.0.0.1:80", "[::1]:80", "10.1.1.1:3000", "0.0.0.0:1", "224.0.0.1:80"] {
            assert!(!allows(to), "{to}");
        }
    }
}
