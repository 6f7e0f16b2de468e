//! URLs under which uploads can be fetched for a while by whoever has them, such as a picture in a page.
//!
//! A message is the same for all who hear of it, so the right is the URL's: an HMAC over the upload and the
//! moment at which it ends. That moment is the same for all URLs made within half of their life, so that a
//! client is given the same one again and again and finds it in its cache. The key comes from `JWT_SECRET` by
//! HKDF, so that URLs hold over restarts and on every node.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use salala_core::records::File;
use salala_core::wire::view::FileLinks;
use salala_core::{Clock, UploadId};
use sha2::Sha256;

use crate::config::Origin;

const PURPOSE: &[u8] = b"salala file links";
const MAC_BYTES: usize = 16;

/// Makes and verifies these URLs.
pub struct Links {
    /// The HMAC with its key, to be copied.
    mac: Hmac<Sha256>,
    clock: Arc<dyn Clock>,
    public_url: Option<Origin>,
    ttl_seconds: i64,
}

/// What the query of such a URL says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// When it ends, in seconds since the Unix epoch.
    pub until: i64,
    /// The HMAC.
    pub mac: String,
}

/// What somebody sends as the URL of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SentUrl {
    /// An upload of this server.
    Upload(UploadId),
    /// Somewhere else.
    Elsewhere,
    /// A path of this server that is no upload.
    Unknown,
}

impl Links {
    /// URLs that live from half of `ttl` to all of it.
    pub fn new(
        secret: &[u8],
        clock: Arc<dyn Clock>,
        public_url: Option<Origin>,
        ttl: Duration,
    ) -> Self {
        let mut key = [0; 64];
        // 64 bytes are far less than what HKDF gives at most, so it cannot fail.
        if Hkdf::<Sha256>::new(None, secret).expand(PURPOSE, &mut key).is_err() {
            tracing::error!("the key of file links cannot be derived");
        }
        let ttl_seconds = i64::try_from(ttl.as_secs()).unwrap_or(i64::MAX).max(2);
        Self { mac: Hmac::new(&key.into()), clock, public_url, ttl_seconds }
    }

    /// May whoever has this read the upload now?
    pub fn allows(&self, id: UploadId, signature: &Signature) -> bool {
        self.is_ours(id, signature) && self.clock.now().unix_seconds() < signature.until
    }

    /// What a client means by the URL of a file: one of ours, with or without its query, or another one.
    pub fn read(&self, url: &str) -> SentUrl {
        let (place, query) = url.split_once('?').unwrap_or((url, ""));
        if place.starts_with('/') {
            return match File::id_of_stored_url(place) {
                Some(id) => SentUrl::Upload(id),
                None => SentUrl::Unknown,
            };
        }
        let Some(start) = place.find("://").map(|at| at + 3) else { return SentUrl::Elsewhere };
        let Some(slash) = place.get(start..).and_then(|rest| rest.find('/')) else {
            return SentUrl::Elsewhere;
        };
        let (origin, path) = place.split_at(start + slash);
        let Some(id) = File::id_of_stored_url(path) else { return SentUrl::Elsewhere };
        // By whatever name the client reached this server: the signature says that it is this one.
        let is_ours = self.public_url.as_ref().is_some_and(|url| url.matches(origin))
            || Signature::of_query(query).is_some_and(|signature| self.is_ours(id, &signature));
        if is_ours { SentUrl::Upload(id) } else { SentUrl::Elsewhere }
    }

    fn is_ours(&self, id: UploadId, signature: &Signature) -> bool {
        let Ok(mac) = URL_SAFE_NO_PAD.decode(&signature.mac) else { return false };
        mac.len() == MAC_BYTES
            && self.mac_of(id, signature.until).verify_truncated_left(&mac).is_ok()
    }

    fn mac_of(&self, id: UploadId, until: i64) -> Hmac<Sha256> {
        self.mac.clone().chain_update(id.as_bytes()).chain_update(until.to_be_bytes())
    }

    fn url(&self, id: UploadId, part: &str) -> String {
        let step = self.ttl_seconds / 2;
        let until = (self.clock.now().unix_seconds() / step + 2).saturating_mul(step);
        let mac = self.mac_of(id, until).finalize().into_bytes();
        let mac = URL_SAFE_NO_PAD.encode(mac.get(..MAC_BYTES).unwrap_or_default());
        let origin = self.public_url.as_ref().map(ToString::to_string).unwrap_or_default();
        format!("{origin}{}{part}?until={until}&signature={mac}", File::stored_url(id))
    }
}

impl FileLinks for Links {
    fn file_url(&self, id: UploadId) -> String {
        self.url(id, "")
    }

    fn thumbnail_url(&self, id: UploadId) -> String {
        self.url(id, "/thumbnail")
    }
}

impl Signature {
    /// From a query as [`Links`] writes it.
    fn of_query(query: &str) -> Option<Self> {
        let value = |name: &str| {
            query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
        };
        Some(Self { until: value("until")?.parse().ok()?, mac: value("signature")?.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use parking_lot::Mutex;
    use salala_core::{SystemRandom, Timestamp};

    use super::*;

    struct Hand(Mutex<i64>);

    impl Clock for Hand {
        fn now(&self) -> Timestamp {
            Timestamp::from_unix_ms(*self.0.lock() * 1000)
        }
    }

    fn links(public_url: Option<&str>) -> (Links, Arc<Hand>) {
        let clock = Arc::new(Hand(Mutex::new(1_795_376_634)));
        let public_url = public_url.map(|url| Origin::parse(url).unwrap());
        let links =
            Links::new(b"0123456789abcdef", Arc::clone(&clock) as Arc<dyn Clock>, public_url, DAY);
        (links, clock)
    }

    const DAY: Duration = Duration::from_hours(24);

    fn new_id() -> UploadId {
        UploadId::generate(Timestamp::from_unix_ms(1), &SystemRandom)
    }

    fn signature(url: &str) -> Signature {
        Signature::of_query(url.split_once('?').unwrap().1).unwrap()
    }

    #[test]
    fn a_link_opens_its_own_file_until_it_ends() {
        let (links, clock) = links(None);
        let id = new_id();
        let url = links.file_url(id);
        assert!(links.allows(id, &signature(&url)));
        assert!(links.allows(id, &signature(&links.thumbnail_url(id))));
        assert!(!links.allows(new_id(), &signature(&url)));
        let longer = Signature { until: signature(&url).until + 1, ..signature(&url) };
        assert!(!links.allows(id, &longer));
        *clock.0.lock() += 12 * 3600;
        assert!(links.allows(id, &signature(&url)), "half of its life is sure");
        *clock.0.lock() += 12 * 3600;
        assert!(!links.allows(id, &signature(&url)), "its life is over");
        let (others, _) = self::links(None);
        assert_eq!(others.file_url(id), url, "a restart changes nothing");
    }

    #[test]
    fn a_link_is_known_again_by_whatever_name_and_however_old() {
        let (links, clock) = links(Some("https://chat.example.org"));
        let id = new_id();
        let url = links.file_url(id);
        assert!(url.starts_with("https://chat.example.org/api/v1/uploads/"), "{url}");
        let path = File::stored_url(id);
        let query = url.split_once('?').unwrap().1;
        *clock.0.lock() += 999_999;
        for known in [
            url.clone(),
            path.clone(),
            format!("{path}?{query}"),
            format!("http://10.0.0.1:3000{path}?{query}"),
            format!("https://chat.example.org{path}"),
        ] {
            assert_eq!(links.read(&known), SentUrl::Upload(id), "{known}");
        }
        for other in [format!("https://evil.example{path}"), "https://a.example/b.png".to_owned()] {
            assert_eq!(links.read(&other), SentUrl::Elsewhere, "{other}");
        }
        assert_eq!(links.read("/api/v1/users/me"), SentUrl::Unknown);
    }
}
