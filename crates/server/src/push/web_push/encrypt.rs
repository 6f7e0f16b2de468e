//! What only the browser can read: RFC 8291 over RFC 8188 (`aes128gcm`).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::hkdf::{HKDF_SHA256, KeyType, Salt};
use ring::rand::SystemRandom;
use salala_core::Random;

/// A browser's public key: an uncompressed point of P-256.
pub const PUBLIC_KEY_BYTES: usize = 65;

/// The secret that it shares.
pub const AUTH_SECRET_BYTES: usize = 16;

/// What every push service takes (RFC 8030, section 7.2), of which head and tag are not the message's.
const RECORD_BYTES: u32 = 4096;

/// What is told at most: more is not told at all.
const PLAINTEXT_MAX_BYTES: usize = 3_900;

/// The last record of a message ends so (RFC 8188, section 2).
const LAST_RECORD: u8 = 2;

/// Encrypts for a browser; `None` if its keys are none, or there is too much to tell.
pub fn encrypt(
    plaintext: &[u8],
    public_key: &[u8],
    auth_secret: &[u8],
    random: &dyn Random,
) -> Option<Vec<u8>> {
    if plaintext.len() > PLAINTEXT_MAX_BYTES {
        return None;
    }
    // The key's own randomness comes from ring, which takes no other.
    let own_key = EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new()).ok()?;
    let own_public = own_key.compute_public_key().ok()?;
    let mut salt = [0; 16];
    random.fill(&mut salt);
    let peer = UnparsedPublicKey::new(&ECDH_P256, public_key);
    let input = agree_ephemeral(own_key, &peer, |shared| {
        let info = [b"WebPush: info\0".as_slice(), public_key, own_public.as_ref()];
        derive::<32>(auth_secret, shared, &info)
    })
    .ok()??;
    let key: [u8; 16] = derive(&salt, &input, &[b"Content-Encoding: aes128gcm\0"])?;
    let nonce: [u8; 12] = derive(&salt, &input, &[b"Content-Encoding: nonce\0"])?;
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).ok()?);
    let mut record = plaintext.to_vec();
    record.push(LAST_RECORD);
    let nonce = Nonce::assume_unique_for_key(nonce);
    key.seal_in_place_append_tag(nonce, Aad::empty(), &mut record).ok()?;
    let mut body = Vec::with_capacity(record.len() + 86);
    body.extend_from_slice(&salt);
    body.extend_from_slice(&RECORD_BYTES.to_be_bytes());
    body.push(u8::try_from(own_public.as_ref().len()).ok()?);
    body.extend_from_slice(own_public.as_ref());
    body.append(&mut record);
    Some(body)
}

/// Text of bytes as the web's standards for pushes write them.
pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// HKDF with SHA-256 (RFC 5869).
fn derive<const LEN: usize>(salt: &[u8], input: &[u8], info: &[&[u8]]) -> Option<[u8; LEN]> {
    struct Length(usize);
    impl KeyType for Length {
        fn len(&self) -> usize {
            self.0
        }
    }
    let mut output = [0; LEN];
    let pseudorandom = Salt::new(HKDF_SHA256, salt).extract(input);
    pseudorandom.expand(info, Length(LEN)).ok()?.fill(&mut output).ok()?;
    Some(output)
}

#[cfg(test)]
mod tests {
    use salala_core::SystemRandom as Chance;

    use super::*;

    fn point() -> Vec<u8> {
        let key = EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new()).unwrap();
        key.compute_public_key().unwrap().as_ref().to_vec()
    }

    #[test]
    fn a_message_is_longer_by_its_head_and_its_tag_and_never_the_same() {
        let (public_key, secret) = (point(), [7; AUTH_SECRET_BYTES]);
        let encrypt = || encrypt(b"hello", &public_key, &secret, &Chance).unwrap();
        let (one, other) = (encrypt(), encrypt());
        assert_eq!(one.len(), 16 + 4 + 1 + 65 + 5 + 1 + 16);
        assert_ne!(one, other);
        assert_eq!(one[16..21], [0, 0, 16, 0, 65]);
    }

    #[test]
    fn keys_that_are_none_and_long_texts_are_refused() {
        let secret = [7; AUTH_SECRET_BYTES];
        for key in [vec![], vec![4; PUBLIC_KEY_BYTES], vec![0; 33]] {
            assert_eq!(encrypt(b"hello", &key, &secret, &Chance), None);
        }
        assert_eq!(encrypt(&[0; PLAINTEXT_MAX_BYTES + 1], &point(), &secret, &Chance), None);
    }
}
