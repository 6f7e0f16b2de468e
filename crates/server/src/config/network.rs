//! Networks in CIDR notation, and what their members say of the clients behind them.

use std::net::IpAddr;

/// A network, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix_bits: u32,
}

/// The proxies that are believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<Network>);

impl Network {
    /// Reads `10.0.0.0/8`, `::1/128` or a lone address.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let address = address.to_canonical();
        let most = bits(address).1;
        let prefix_bits = match prefix {
            Some(prefix) => prefix.parse().ok().filter(|bits| *bits <= most)?,
            None => most,
        };
        Some(Self { address, prefix_bits })
    }

    /// Is the address in it? An IPv4 address written as IPv6 counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        let (network, most) = bits(self.address);
        let (candidate, candidate_most) = bits(address.to_canonical());
        let shift = most - self.prefix_bits;
        // A shift by all 128 bits is no shift for Rust, and every address is in such a network.
        most == candidate_most && (network ^ candidate).checked_shr(shift).unwrap_or(0) == 0
    }
}

impl TrustedProxies {
    /// Reads networks and addresses parted by commas.
    ///
    /// # Errors
    /// What it must be instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        let networks: Option<Vec<_>> = entries.map(Network::parse).collect();
        networks.map(Self).ok_or_else(|| {
            "IP addresses or networks parted by commas, such as 10.0.0.0/8, ::1".to_owned()
        })
    }

    /// Is this one of them?
    pub fn contain(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(address))
    }

    /// Who is behind `peer`, by what the proxies wrote into `X-Forwarded-For`: the last address
    /// there that is no proxy of ours, since only what a proxy of ours wrote can be believed.
    pub fn client<'a>(
        &self,
        peer: IpAddr,
        forwarded_for: impl DoubleEndedIterator<Item = &'a str>,
    ) -> IpAddr {
        let mut client = peer.to_canonical();
        let mut entries = forwarded_for.flat_map(|line| line.split(',')).rev();
        while self.contain(client) {
            match entries.next().and_then(forwarded_address) {
                Some(address) => client = address,
                None => break,
            }
        }
        client
    }
}

/// An entry of `X-Forwarded-For`, with or without a port.
fn forwarded_address(entry: &str) -> Option<IpAddr> {
    let entry = entry.trim();
    let address = entry.parse::<IpAddr>().ok();
    let address = address.or_else(|| entry.parse().ok().map(|at: std::net::SocketAddr| at.ip()));
    let bracketed = || entry.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    address.or_else(bracketed).map(|address| address.to_canonical())
}

/// The address as a number, and how many bits of it count.
fn bits(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()), 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_network_holds_its_addresses_and_no_others() {
        let holds =
            |network: &str, address: &str| Network::parse(network).unwrap().contains(ip(address));
        assert!(holds("10.0.0.0/8", "10.255.1.2"));
        assert!(!holds("10.0.0.0/8", "11.0.0.0"));
        assert!(holds("10.0.0.1", "10.0.0.1"));
        assert!(holds("10.0.0.1", "::ffff:10.0.0.1"));
        assert!(!holds("10.0.0.1", "10.0.0.2"));
        assert!(holds("0.0.0.0/0", "203.0.113.9"));
        assert!(!holds("0.0.0.0/0", "2001:db8::1"));
        assert!(holds("::/0", "2001:db8::1"));
        assert!(holds("2001:db8::/32", "2001:db8:ffff::1"));
        assert!(!holds("2001:db8::/32", "2001:db9::1"));
        for bad in ["", "10.0.0.0/33", "::/129", "10.0.0/8", "10.0.0.0/", "10.0.0.0/-1"] {
            assert_eq!(Network::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn forwarded_addresses_count_from_the_right_through_trusted_proxies_only() {
        let proxies = TrustedProxies::parse("127.0.0.1, 10.0.0.0/8").unwrap();
        let client = |peer: &str, lines: &[&str]| proxies.client(ip(peer), lines.iter().copied());
        assert_eq!(client("203.0.113.9", &["198.51.100.1"]), ip("203.0.113.9"));
        assert_eq!(client("127.0.0.1", &["198.51.100.1"]), ip("198.51.100.1"));
        assert_eq!(client("::ffff:127.0.0.1", &["6.6.6.6, 198.51.100.1"]), ip("198.51.100.1"));
        assert_eq!(client("127.0.0.1", &["6.6.6.6", "198.51.100.1, 10.1.2.3"]), ip("198.51.100.1"));
        assert_eq!(client("127.0.0.1", &["198.51.100.1:4711"]), ip("198.51.100.1"));
        assert_eq!(client("127.0.0.1", &["[2001:db8::1]:80"]), ip("2001:db8::1"));
        assert_eq!(client("127.0.0.1", &["198.51.100.1, unknown"]), ip("127.0.0.1"));
        assert_eq!(client("127.0.0.1", &[]), ip("127.0.0.1"));
    }
}
