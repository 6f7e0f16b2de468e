//! Who is at the other end of a connection, seen through the proxies that the operator trusts.

use std::net::IpAddr;

use axum::http::HeaderMap;

use crate::config::TrustedProxies;

/// Who sent a request; an extension of it, which the accept loop inserts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    /// Whose request it is, as far as trusted proxies can tell.
    pub address: IpAddr,
    /// The client came by HTTPS, to this server or, as that says, to a trusted proxy.
    pub is_https: bool,
}

impl Client {
    /// Reads the headers that proxies set. Those of a peer that is no trusted proxy count for nothing.
    pub fn read(peer: IpAddr, is_tls: bool, headers: &HeaderMap, trusted: &TrustedProxies) -> Self {
        let peer = peer.to_canonical();
        let forwarded_for: Vec<_> = headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .collect();
        let is_told =
            |proto: &str| headers.get("x-forwarded-proto").is_some_and(|told| told == proto);
        let is_https = if trusted.contain(peer) {
            is_told("https") || (is_tls && !is_told("http"))
        } else {
            is_tls
        };
        Self { address: trusted.client(peer, forwarded_for.into_iter()), is_https }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: [u8; 4], is_tls: bool, headers: &[(&'static str, &'static str)]) -> Client {
        let trusted = TrustedProxies::parse("10.0.0.1").unwrap();
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        Client::read(peer.into(), is_tls, &map, &trusted)
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        let headers = [("x-forwarded-for", "203.0.113.9"), ("x-forwarded-proto", "https")];
        let trusted = client([10, 0, 0, 1], false, &headers);
        assert_eq!(trusted.address, IpAddr::from([203, 0, 113, 9]));
        assert!(trusted.is_https);
        let stranger = client([10, 0, 0, 2], false, &headers);
        assert_eq!(stranger.address, IpAddr::from([10, 0, 0, 2]));
        assert!(!stranger.is_https);
        let plain = [("x-forwarded-proto", "http")];
        assert!(client([10, 0, 0, 2], true, &plain).is_https);
        assert!(!client([10, 0, 0, 1], true, &plain).is_https);
        assert!(client([10, 0, 0, 1], true, &[]).is_https);
    }
}
