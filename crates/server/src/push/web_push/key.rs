//! The key by which push services know this installation (VAPID, RFC 8292), made once and kept with
//! the data: subscriptions are bound to it.

use std::collections::HashMap;

use http::Uri;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use parking_lot::Mutex;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use salala_core::Timestamp;
use serde::Serialize;

use super::encrypt::base64url;

/// How long what is signed is good: a day is the most that is allowed.
const SIGNED_FOR: std::time::Duration = std::time::Duration::from_hours(12);

/// How long it is used.
const USED_FOR: std::time::Duration = std::time::Duration::from_hours(6);

/// Push services for which something signed is kept.
const SIGNED_MAX: usize = 1_000;

/// The key.
pub struct PushKey {
    public_key: String,
    signing: EncodingKey,
    subject: String,
    signed: Mutex<HashMap<String, (String, Timestamp)>>,
}

/// What is kept as the key is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key for browsers that is kept with the data cannot be read")]
pub struct BadKey;

#[derive(Serialize)]
struct Claims<'a> {
    aud: &'a str,
    exp: i64,
    sub: &'a str,
}

impl PushKey {
    /// A new key, as it is kept (PKCS#8).
    ///
    /// # Errors
    /// The system gives no randomness.
    pub fn generate() -> Result<Vec<u8>, BadKey> {
        let key =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        key.map(|key| key.as_ref().to_vec()).map_err(|_| BadKey)
    }

    /// Reads a key that is kept; `subject` is whom push services may write to.
    ///
    /// # Errors
    /// It is none.
    pub fn read(kept: &[u8], subject: String) -> Result<Self, BadKey> {
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, kept, &SystemRandom::new());
        let public_key = base64url(pair.map_err(|_| BadKey)?.public_key().as_ref());
        let signing = EncodingKey::from_ec_der(kept);
        Ok(Self { public_key, signing, subject, signed: Mutex::default() })
    }

    /// What a browser subscribes with: base64url of an uncompressed point.
    pub fn public_key(&self) -> &str {
        &self.public_key
    }

    /// The header that tells a push service who sends; `None` for a URL without a host.
    pub fn authorization(&self, endpoint: &Uri, now: Timestamp) -> Option<String> {
        let origin = format!("{}://{}", endpoint.scheme_str()?, endpoint.authority()?);
        let token = self.sign(&origin, now)?;
        Some(format!("vapid t={token}, k={}", self.public_key))
    }

    fn sign(&self, origin: &str, now: Timestamp) -> Option<String> {
        if let Some((token, until)) = self.signed.lock().get(origin)
            && now < *until
        {
            return Some(token.clone());
        }
        let exp = now.plus(SIGNED_FOR).unix_seconds();
        let claims = Claims { aud: origin, exp, sub: &self.subject };
        let token =
            jsonwebtoken::encode(&Header::new(Algorithm::ES256), &claims, &self.signing).ok()?;
        let mut signed = self.signed.lock();
        if signed.len() >= SIGNED_MAX {
            signed.clear();
        }
        signed.insert(origin.to_owned(), (token.clone(), now.plus(USED_FOR)));
        Some(token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_the_same_when_it_is_read_again() {
        let kept = PushKey::generate().unwrap();
        let read = || PushKey::read(&kept, "mailto:ann@example.org".to_owned()).unwrap();
        assert_eq!(read().public_key(), read().public_key());
        assert_eq!(read().public_key().len(), 87);
        assert!(PushKey::read(&[1, 2, 3], String::new()).is_err());
    }

    #[test]
    fn what_is_signed_is_used_for_a_while_and_for_its_origin_alone() {
        let key = PushKey::read(&PushKey::generate().unwrap(), "mailto:a@b.c".to_owned()).unwrap();
        let (one, other) = ("https://a.example/1", "https://b.example/1");
        let signed = |uri: &str, hours: u64| {
            let now = Timestamp::from_unix_ms(1_795_000_000_000);
            let now = now.plus(std::time::Duration::from_hours(hours));
            key.authorization(&uri.parse().unwrap(), now).unwrap()
        };
        assert_eq!(signed(one, 0), signed("https://a.example/2", 5));
        assert_ne!(signed(one, 0), signed(one, 6));
        assert_ne!(signed(one, 0), signed(other, 0));
        assert_eq!(key.authorization(&"/1".parse().unwrap(), Timestamp::from_unix_ms(0)), None);
    }
}
