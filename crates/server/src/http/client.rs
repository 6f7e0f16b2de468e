//! Who is at the other end of a connection, seen through the proxies that the operator trusts.

use std::net::IpAddr;

use axum::http::HeaderMap;

use crate::config::TrustedProxies;

/// Who sent a request; an extension of it, which the accept loop inserts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    /// Whose request it is, as far as trusted proxies can tell.
    pub address: IpAddr,
    /// A trusted proxy says that the client came by HTTPS.
    pub is_https: bool,
}

impl Client {
    /// Reads the headers that proxies set. Those of a peer that is no trusted proxy count for nothing.
    pub fn read(peer: IpAddr, headers: &HeaderMap, trusted: &TrustedProxies) -> Self {
        let peer = peer.to_canonical();
        let forwarded_for: Vec<_> = headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .collect();
        let is_https = trusted.contain(peer)
            && headers.get("x-forwarded-proto").is_some_and(|proto| proto == "https");
        Self { address: trusted.client(peer, forwarded_for.into_iter()), is_https }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: [u8; 4], headers: &[(&'static str, &'static str)]) -> Client {
        let trusted = TrustedProxies::parse("10.0.0.1").unwrap();
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        Client::read(peer.into(), &map, &trusted)
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        let headers = [("x-forwarded-for", "203.0.113.9"), ("x-forwarded-proto", "https")];
        let trusted = client([10, 0, 0, 1], &headers);
        assert_eq!(trusted.address, IpAddr::from([203, 0, 113, 9]));
        assert!(trusted.is_https);
        let stranger = client([10, 0, 0, 2], &headers);
        assert_eq!(stranger.address, IpAddr::from([10, 0, 0, 2]));
        assert!(!stranger.is_https);
    }
}
