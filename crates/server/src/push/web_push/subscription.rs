//! What a browser gives to be written to, as it is taken in.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use salala_core::records::PushTarget;
use salala_core::wire::requests::Subscription;

use super::encrypt::{AUTH_SECRET_BYTES, PUBLIC_KEY_BYTES};
use crate::push::client::Reach;

/// With or without padding: libraries differ.
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What is wrong with a subscription: the field, and what it must be.
pub type Mistake = (&'static str, &'static str);

/// Reads a subscription.
///
/// # Errors
/// Its URL may not be asked, or its keys are none.
pub fn read(subscription: &Subscription, reach: Reach) -> Result<PushTarget, Mistake> {
    let endpoint = &subscription.endpoint;
    let is_reachable = endpoint.parse().is_ok_and(|uri| reach.allows(&uri));
    if !is_reachable {
        return Err(("subscription.endpoint", "must be an https URL of a public push service"));
    }
    let public_key = BASE64URL.decode(&subscription.p256dh).unwrap_or_default();
    if public_key.len() != PUBLIC_KEY_BYTES || public_key.first() != Some(&4) {
        return Err(("subscription.keys.p256dh", "must be a P-256 point in base64url"));
    }
    let auth_secret = BASE64URL.decode(&subscription.auth).unwrap_or_default();
    if auth_secret.len() != AUTH_SECRET_BYTES {
        return Err(("subscription.keys.auth", "must be 16 bytes in base64url"));
    }
    Ok(PushTarget::WebPush { endpoint: endpoint.clone(), public_key, auth_secret })
}
