//! Ids that nobody guesses.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};

/// The id of a connection: 128 random bits in base64url.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct SessionId([u8; LENGTH]);

const LENGTH: usize = 22;

/// The system gave no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("the system gives no random bytes")]
pub(crate) struct NoRandomness(#[from] getrandom::Error);

impl SessionId {
    pub(crate) fn random() -> Result<Self, NoRandomness> {
        let mut bits = [0; 16];
        getrandom::fill(&mut bits)?;
        let mut text = [b'A'; LENGTH];
        // The buffer has the exact length of 16 encoded bytes, so this cannot fail; if it did, the
        // id would still be text, and a repeated one is refused by the table of sessions.
        let written = URL_SAFE_NO_PAD.encode_slice(bits, &mut text);
        debug_assert!(written.is_ok());
        Ok(Self(text))
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        text.as_bytes().try_into().ok().map(Self)
    }

    pub(crate) fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}
