//! Browsers' push services (RFC 8030), which need no account: who sends is known by a key (RFC 8292),
//! and what is sent only the browser can read (RFC 8291).
//!
//! - [`key`]: the key of this installation, and what is signed with it
//! - [`mod@encrypt`]: what only the browser can read
//! - [`subscription`]: what a browser gives to be written to

pub mod encrypt;
pub mod key;
pub mod subscription;

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Method, Request, StatusCode, Uri};
use http_body_util::Full;
use ring::digest::{SHA256, digest};
use salala_core::push::DeviceKind;
use salala_core::records::PushTarget;
use salala_core::{Clock, Random, Timestamp};
use serde_json::json;
use tokio::time::Instant;

use self::encrypt::encrypt;
use self::key::PushKey;
use super::client::{Client, ClientError};
use super::hosts::Hosts;
use super::keys::PushKeys;
use super::notice::Notice;
use super::provider::{Answer, Provider, retry_after};

/// How long a push service is left alone that cannot be reached, or fails without saying for how long.
const PAUSE: Duration = Duration::from_secs(2);

/// How long at most, whatever it says: what it says of one push holds for that push.
const PAUSE_MAX: Duration = Duration::from_secs(30);

/// Browsers that subscribed.
pub struct WebPush {
    keys: Arc<PushKeys>,
    client: Client,
    hosts: Hosts,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

impl WebPush {
    /// Signing with these keys.
    pub fn new(
        keys: Arc<PushKeys>,
        client: Client,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Self {
        Self { keys, client, hosts: Hosts::default(), clock, random }
    }

    async fn send(&self, target: &PushTarget, notice: &Notice) -> Answer {
        let PushTarget::WebPush { endpoint, public_key, auth_secret } = target else {
            return Answer::Refused("this device is no browser".to_owned());
        };
        let refused = |words: &str| Answer::Refused(words.to_owned());
        let Ok(uri) = endpoint.parse::<Uri>() else {
            return refused("the subscription's endpoint is no URL");
        };
        let Some(body) = encrypt(&plaintext(notice), public_key, auth_secret, &*self.random) else {
            return refused("the subscription's keys are none");
        };
        let visit = match self.hosts.visit(site(uri.host().unwrap_or_default()), Instant::now()) {
            Ok(visit) => visit,
            Err(wait) => {
                let words = "this push service is left alone for a while".to_owned();
                return Answer::Busy { after: Some(wait), words };
            }
        };
        let Ok(key) = self.keys.get().await else {
            return Answer::Busy { after: None, words: "the key cannot be read".to_owned() };
        };
        let Some(request) = request(&key, &uri, notice, body, self.clock.now()) else {
            return refused("the subscription's endpoint cannot be asked");
        };
        match self.client.ask(request).await {
            Ok(answer) => {
                let after = retry_after(answer.headers(), self.clock.now().unix_ms());
                // Of one subscription alone it may be too much: the others there go on.
                if answer.status().is_server_error() {
                    visit.pause(after.unwrap_or(PAUSE).min(PAUSE_MAX), Instant::now());
                }
                read(answer.status(), after)
            }
            Err(error @ ClientError::Forbidden) => Answer::Refused(error.to_string()),
            Err(error) => {
                visit.pause(PAUSE, Instant::now());
                Answer::Busy { after: None, words: error.to_string() }
            }
        }
    }
}

fn request(
    key: &PushKey,
    uri: &Uri,
    notice: &Notice,
    body: Vec<u8>,
    now: Timestamp,
) -> Option<Request<Full<Bytes>>> {
    let authorization = key.authorization(uri, now)?;
    let mut request = Request::new(Full::new(Bytes::from(body)));
    *request.method_mut() = Method::POST;
    *request.uri_mut() = uri.clone();
    let headers = request.headers_mut();
    let mut authorization = HeaderValue::from_str(&authorization).ok()?;
    authorization.set_sensitive(true);
    headers.insert(AUTHORIZATION, authorization);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(CONTENT_ENCODING, HeaderValue::from_static("aes128gcm"));
    headers.insert(HeaderName::from_static("ttl"), notice.ttl.as_secs().into());
    let urgency = if notice.is_urgent { "high" } else { "normal" };
    headers.insert(HeaderName::from_static("urgency"), HeaderValue::from_static(urgency));
    let topic = HeaderValue::from_str(&topic(&notice.collapse_key)).ok()?;
    headers.insert(HeaderName::from_static("topic"), topic);
    Some(request)
}

impl Provider for WebPush {
    fn kind(&self) -> DeviceKind {
        DeviceKind::WebPush
    }

    fn push<'a>(&'a self, target: &'a PushTarget, notice: &'a Notice) -> BoxFuture<'a, Answer> {
        Box::pin(self.send(target, notice))
    }
}

/// Whose service a host is: of names the last two labels, since whoever has a name has any number below it.
fn site(host: &str) -> &str {
    if host.starts_with('[') || host.parse::<Ipv4Addr>().is_ok() {
        return host;
    }
    let mut dots = host.trim_end_matches('.').rmatch_indices('.');
    let cut = dots.nth(1).map_or(0, |(place, _)| place + 1);
    host.get(cut..).unwrap_or(host)
}

/// What a service worker is given.
fn plaintext(notice: &Notice) -> Vec<u8> {
    let mut told = json!({ "data": notice.data, "tag": notice.collapse_key });
    if let Some(words) = &notice.words {
        told["title"] = json!(words.title);
        told["body"] = json!(words.body);
        told["count"] = json!(notice.count);
    }
    told.to_string().into_bytes()
}

/// Of several messages with one topic a push service keeps the last. A topic has at most 32 characters
/// of base64url (RFC 8030, section 5.4), which an id does not.
fn topic(collapse_key: &str) -> String {
    let digest = digest(&SHA256, collapse_key.as_bytes());
    encrypt::base64url(&digest.as_ref()[..24])
}

/// What a push service's answer means (RFC 8030, sections 5 to 8).
fn read(status: StatusCode, after: Option<Duration>) -> Answer {
    let words = format!("the push service answers {}", status.as_u16());
    match status.as_u16() {
        200..300 => Answer::Taken,
        404 | 410 => Answer::Unregistered,
        408 | 429 | 500.. => Answer::Busy { after, words },
        _ => Answer::Refused(words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_by_their_status() {
        let read = |status: u16| read(StatusCode::from_u16(status).unwrap(), None);
        for status in [200, 201, 202] {
            assert_eq!(read(status), Answer::Taken);
        }
        for status in [404, 410] {
            assert_eq!(read(status), Answer::Unregistered);
        }
        for status in [429, 500, 503] {
            assert!(matches!(read(status), Answer::Busy { .. }), "{status}");
        }
        for status in [301, 400, 401, 403, 413] {
            assert!(matches!(read(status), Answer::Refused(_)), "{status}");
        }
    }

    #[test]
    fn names_below_one_name_are_one_service() {
        for (host, of) in [
            ("push.example.org", "example.org"),
            ("a.b.c.example.org", "example.org"),
            ("example.org", "example.org"),
            ("localhost", "localhost"),
            ("127.0.0.1", "127.0.0.1"),
            ("[2a00::1]", "[2a00::1]"),
            ("", ""),
        ] {
            assert_eq!(site(host), of, "{host}");
        }
    }

    #[test]
    fn a_topic_has_thirty_two_characters() {
        assert_eq!(topic("a conversation").len(), 32);
        assert_ne!(topic("a"), topic("b"));
    }
}
