//! Requests to others: bounded in time and in size, and only to where they may go.
//!
//! A browser's subscription names a URL that its user chose. So that nobody makes this server ask what
//! stands beside it, such requests go by HTTPS to public addresses alone, which is checked of the very
//! address that is connected to; redirects are never followed.

use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as HyperClient;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::dns::Name;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tower::Service;

/// How long a connection may take to be there.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// How long a request may take in all.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// How much of an answer is read.
const ANSWER_MAX_BYTES: usize = 64 << 10;

/// Connections to one host that are kept without a request.
const IDLE_MAX: usize = 64;

/// How long they are kept.
const IDLE_TIMEOUT: Duration = Duration::from_secs(50);

/// Asks others. Clones share their connections.
#[derive(Clone)]
pub struct Client {
    inner: HyperClient<HttpsConnector<HttpConnector<Resolver>>, Full<Bytes>>,
    reach: Reach,
}

/// Where requests may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Where an operator says.
    Anywhere,
    /// By HTTPS, and to no address that only this server can reach.
    Public,
}

/// Why there is no answer, in words for the log and for the user's own.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// It may not be asked.
    #[error("this address is not asked: it is not public")]
    Forbidden,
    /// It did not answer in time.
    #[error("no answer within {} s", REQUEST_TIMEOUT.as_secs())]
    Timeout,
    /// It cannot be reached.
    #[error("it cannot be reached")]
    Unreachable,
    /// Its answer is none.
    #[error("its answer cannot be read")]
    Unreadable,
}

impl Client {
    /// A client whose requests go there.
    pub fn new(reach: Reach) -> Result<Self, rustls::Error> {
        let mut http = HttpConnector::new_with_resolver(Resolver { reach });
        http.enforce_http(false);
        http.set_connect_timeout(Some(CONNECT_TIMEOUT));
        http.set_nodelay(true);
        let roots = HttpsConnectorBuilder::new()
            .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())?;
        let https = match reach {
            Reach::Anywhere => roots.https_or_http(),
            Reach::Public => roots.https_only(),
        };
        let inner = HyperClient::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_max_idle_per_host(IDLE_MAX)
            .build(https.enable_http1().wrap_connector(http));
        Ok(Self { inner, reach })
    }

    /// Asks, and reads the answer.
    ///
    /// # Errors
    /// There is no answer.
    pub async fn ask(&self, request: Request<Full<Bytes>>) -> Result<Response<Bytes>, ClientError> {
        if !self.reach.allows(request.uri()) {
            return Err(ClientError::Forbidden);
        }
        let asked = tokio::time::timeout(REQUEST_TIMEOUT, self.ask_unbounded(request));
        asked.await.unwrap_or(Err(ClientError::Timeout))
    }

    async fn ask_unbounded(
        &self,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Bytes>, ClientError> {
        let answer = self.inner.request(request).await.map_err(|error| {
            tracing::debug!(%error, "a push provider cannot be reached");
            if is_forbidden(&error) { ClientError::Forbidden } else { ClientError::Unreachable }
        })?;
        let (parts, body) = answer.into_parts();
        // Of a long answer the status is enough.
        let body = Limited::new(body, ANSWER_MAX_BYTES).collect().await;
        let body = match body {
            Ok(body) => body.to_bytes(),
            Err(_) if parts.status != StatusCode::OK => Bytes::new(),
            Err(_) => return Err(ClientError::Unreadable),
        };
        Ok(Response::from_parts(parts, body))
    }
}

impl Reach {
    /// May this be asked, as far as its text tells? Names are judged once they are resolved.
    pub fn allows(self, uri: &Uri) -> bool {
        if self == Self::Anywhere {
            return true;
        }
        let host = uri.host().unwrap_or_default();
        let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        uri.scheme_str() == Some("https") && !host.is_empty() && literal.map_or(true, is_public)
    }
}

/// Looks names up, and leaves out the addresses that may not be asked.
#[derive(Clone, Copy)]
struct Resolver {
    reach: Reach,
}

/// What a name stands for is not to be asked.
#[derive(Debug, thiserror::Error)]
#[error("the name stands for no public address")]
struct NotPublic;

impl Service<Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: Name) -> Self::Future {
        let reach = self.reach;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let found: Vec<SocketAddr> = found
                .filter(|address| reach == Reach::Anywhere || is_public(address.ip()))
                .collect();
            if found.is_empty() {
                return Err(io::Error::new(io::ErrorKind::PermissionDenied, NotPublic));
            }
            Ok(found.into_iter())
        })
    }
}

fn is_forbidden(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        let is_io = error.downcast_ref::<io::Error>();
        let inner = is_io.and_then(io::Error::get_ref);
        if inner.is_some_and(<dyn std::error::Error + Send + Sync>::is::<NotPublic>)
            || error.is::<NotPublic>()
        {
            return true;
        }
        cause = error.source();
    }
    false
}

/// Is this an address of the public internet? What is not known to be one is none.
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => {
            let [a, b, c, _] = ip.octets();
            let is_special = matches!(
                (a, b, c),
                // "This" network, private, shared, loopback, link-local, protocol, documentation,
                // relays, benchmarks, multicast and reserved (RFC 6890).
                (0 | 10 | 127 | 224.., _, _)
                    | (100, 64..=127, _)
                    | (169, 254, _)
                    | (172, 16..=31, _)
                    | (192, 0, 0 | 2)
                    | (192, 88, 99)
                    | (192, 168, _)
                    | (198, 18 | 19, _)
                    | (198, 51, 100)
                    | (203, 0, 113)
            );
            !is_special
        }
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    if let Some(v4) = ip.to_ipv4_mapped() {
        return is_public(IpAddr::V4(v4));
    }
    let [a, b, ..] = ip.segments();
    // Only 2000::/3 is given out; of that not what leads into IPv4 or stands in documents.
    let is_given_out = a & 0xe000 == 0x2000;
    let is_special = match a {
        0x2001 => b < 0x0200 || b == 0x0db8,
        0x2002 => true,
        0x3fff => b < 0x1000,
        _ => false,
    };
    is_given_out && !is_special
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_public() {
        for public in ["8.8.8.8", "142.250.1.1", "2a00:1450:4001::1", "172.32.0.1", "100.128.0.1"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
        for private in [
            "0.0.0.0",
            "10.1.2.3",
            "127.0.0.1",
            "100.64.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "192.168.1.1",
            "192.0.2.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "fe80::1",
            "fd00::1",
            "ff02::1",
            "2002:7f00:1::",
            "64:ff9b::7f00:1",
            "2001:db8::1",
            "2001::1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
    }

    #[test]
    fn a_subscription_leads_by_https_to_a_public_place() {
        let allows = |text: &str| Reach::Public.allows(&text.parse().unwrap());
        assert!(allows("https://push.example.org/1"));
        assert!(allows("https://8.8.8.8/1"));
        for text in [
            "http://push.example.org/1",
            "https://127.0.0.1/1",
            "https://[::1]:8443/1",
            "https://10.0.0.1",
            "/1",
            "https://[::ffff:192.168.0.1]/",
        ] {
            assert!(!allows(text), "{text}");
        }
    }

    #[tokio::test]
    async fn a_name_that_stands_for_this_machine_is_not_asked() {
        let client = Client::new(Reach::Public).unwrap();
        let request = Request::post("https://localhost:9/1").body(Full::default()).unwrap();
        assert!(matches!(client.ask(request).await, Err(ClientError::Forbidden)));
    }
}
