//! Access tokens (JWT, HS256) and refresh tokens: made and read, nothing looked up.

use std::collections::HashSet;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use salala_core::wire::error::ConnectRefusal;
use salala_core::wire::{Error, ErrorCode};
use salala_core::{Random, SessionId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::Identity;
use crate::config::Secret;

/// Makes and reads access tokens.
pub struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
    ttl: Duration,
}

/// A refresh token, which only the client keeps, and what the store keeps of it.
pub struct RefreshToken {
    /// 32 random bytes in base64url.
    pub text: String,
    /// SHA-256 of the text.
    pub hash: [u8; 32],
}

#[derive(Serialize)]
struct NewClaims {
    sub: UserId,
    sid: SessionId,
    iat: i64,
    exp: i64,
}

/// What is read of a token; other claims may be there.
#[derive(Deserialize)]
struct Claims {
    sub: String,
    /// Seconds, perhaps with a fraction (RFC 7519, section 2).
    exp: f64,
    nbf: Option<f64>,
    sid: Option<String>,
}

impl Tokens {
    /// Tokens signed with this secret that live this long.
    pub fn new(secret: &Secret, ttl: Duration) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        // Time is checked against our own clock below; whom else a token is meant for is not ours
        // to judge.
        validation.required_spec_claims = HashSet::new();
        validation.validate_exp = false;
        validation.validate_aud = false;
        Self {
            encoding: EncodingKey::from_secret(secret.as_bytes()),
            decoding: DecodingKey::from_secret(secret.as_bytes()),
            validation,
            ttl,
        }
    }

    /// How long a token lives.
    pub fn ttl(&self) -> Duration {
        self.ttl
    }

    /// A new access token.
    ///
    /// # Errors
    /// `internal`; none is known to happen.
    pub fn make_access(
        &self,
        user_id: UserId,
        session_id: SessionId,
        now: Timestamp,
    ) -> Result<String, Error> {
        let claims = NewClaims {
            sub: user_id,
            sid: session_id,
            iat: now.unix_seconds(),
            exp: now.plus(self.ttl).unix_seconds(),
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.encoding).map_err(
            |error| {
                tracing::error!(%error, "an access token cannot be made");
                ErrorCode::Internal.into()
            },
        )
    }

    /// Whom an access token stands for, by its signature and claims alone.
    pub fn read_access(&self, token: &str, now: Timestamp) -> Result<Identity, ConnectRefusal> {
        match self.read_even_expired(token, now)? {
            (_, true) => Err(ConnectRefusal::TokenExpired),
            (identity, false) => Ok(identity),
        }
    }

    /// The same, and whether it has run out, which is then for the caller to judge.
    pub fn read_even_expired(
        &self,
        token: &str,
        now: Timestamp,
    ) -> Result<(Identity, bool), ConnectRefusal> {
        let token = jsonwebtoken::decode::<Claims>(token, &self.decoding, &self.validation)
            .map_err(|_| ConnectRefusal::TokenInvalid)?;
        // Extensions that a token calls critical must be understood (RFC 7515, section 4.1.11), and
        // none is here.
        if token.header.crit.is_some() {
            return Err(ConnectRefusal::TokenInvalid);
        }
        let claims = token.claims;
        let is_past = |seconds: f64| Timestamp::from_unix_ms(whole_ms(seconds)) <= now;
        if claims.nbf.is_some_and(|not_before| !is_past(not_before)) {
            return Err(ConnectRefusal::TokenInvalid);
        }
        // Ids in another spelling were never given out, so there is nobody and nothing behind them.
        let user_id = UserId::parse(&claims.sub).ok_or(ConnectRefusal::UserNotFound)?;
        let session_id = match claims.sid {
            Some(sid) => Some(SessionId::parse(&sid).ok_or(ConnectRefusal::TokenRevoked)?),
            None => None,
        };
        Ok((Identity { user_id, session_id }, is_past(claims.exp)))
    }
}

impl RefreshToken {
    /// A new one.
    pub fn generate(random: &dyn Random) -> Self {
        let mut bytes = [0; 32];
        random.fill(&mut bytes);
        let text = URL_SAFE_NO_PAD.encode(bytes);
        Self { hash: Self::hash_of(&text), text }
    }

    /// What the store keeps of a token.
    pub fn hash_of(text: &str) -> [u8; 32] {
        Sha256::digest(text.as_bytes()).into()
    }
}

#[expect(clippy::cast_possible_truncation, reason = "`as` holds what is too large at the bounds")]
fn whole_ms(seconds: f64) -> i64 {
    (seconds * 1000.0) as i64
}

#[cfg(test)]
mod tests {
    use salala_core::SystemRandom;
    use serde_json::{Value, json};

    use super::*;

    const NOW_SECONDS: i64 = 1_795_376_634;

    fn now() -> Timestamp {
        Timestamp::from_unix_ms(NOW_SECONDS * 1000)
    }

    fn tokens() -> Tokens {
        Tokens::new(&Secret::parse("0123456789abcdef").unwrap(), Duration::from_mins(1))
    }

    fn read(algorithm: Algorithm, claims: &Value) -> Result<Identity, ConnectRefusal> {
        let key = EncodingKey::from_secret(b"0123456789abcdef");
        let token = jsonwebtoken::encode(&Header::new(algorithm), claims, &key).unwrap();
        tokens().read_access(&token, now())
    }

    #[test]
    fn a_token_names_its_user_and_session_until_it_runs_out() {
        let user_id = UserId::generate(now(), &SystemRandom);
        let session_id = SessionId::generate(now(), &SystemRandom);
        let token = tokens().make_access(user_id, session_id, now()).unwrap();
        let read =
            |after: u64| tokens().read_access(&token, now().plus(Duration::from_secs(after)));
        assert_eq!(read(59), Ok(Identity { user_id, session_id: Some(session_id) }));
        assert_eq!(read(60), Err(ConnectRefusal::TokenExpired));
    }

    #[test]
    fn a_token_made_elsewhere_with_the_same_secret_needs_no_session() {
        let user_id = UserId::generate(now(), &SystemRandom);
        let claims = json!({"sub": user_id, "exp": NOW_SECONDS + 1, "aud": "x", "name": "Ann"});
        assert_eq!(read(Algorithm::HS256, &claims), Ok(Identity { user_id, session_id: None }));
    }

    #[test]
    fn what_is_no_token_of_ours_is_refused() {
        let user_id = UserId::generate(now(), &SystemRandom);
        let good = json!({"sub": user_id, "exp": NOW_SECONDS + 1});
        assert_eq!(read(Algorithm::HS512, &good), Err(ConnectRefusal::TokenInvalid));
        for (claims, refusal) in [
            (json!({"sub": user_id}), ConnectRefusal::TokenInvalid),
            (json!({"sub": user_id, "exp": "soon"}), ConnectRefusal::TokenInvalid),
            (json!({"sub": [user_id], "exp": NOW_SECONDS + 1}), ConnectRefusal::TokenInvalid),
            (json!({"exp": NOW_SECONDS + 1}), ConnectRefusal::TokenInvalid),
            (
                json!({"sub": user_id, "exp": NOW_SECONDS + 9, "nbf": NOW_SECONDS + 5}),
                ConnectRefusal::TokenInvalid,
            ),
            (json!({"sub": user_id, "exp": NOW_SECONDS}), ConnectRefusal::TokenExpired),
            (json!({"sub": user_id, "exp": -1e300}), ConnectRefusal::TokenExpired),
            (json!({"sub": "ann", "exp": NOW_SECONDS + 1}), ConnectRefusal::UserNotFound),
            (
                json!({"sub": user_id, "exp": NOW_SECONDS + 1, "sid": "none"}),
                ConnectRefusal::TokenRevoked,
            ),
        ] {
            assert_eq!(read(Algorithm::HS256, &claims), Err(refusal), "{claims}");
        }
        for token in ["", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "\0", "ä"] {
            assert_eq!(tokens().read_access(token, now()), Err(ConnectRefusal::TokenInvalid));
        }
    }

    #[test]
    fn a_token_with_a_critical_extension_is_refused() {
        let claims = json!({ "sub": UserId::from_bytes([7; 16]), "exp": NOW_SECONDS + 60 });
        let mut header = Header::new(Algorithm::HS256);
        for (crit, is_refused) in [(None, false), (Some(vec!["b64".to_owned()]), true)] {
            header.crit = crit;
            let key = EncodingKey::from_secret(b"0123456789abcdef");
            let token = jsonwebtoken::encode(&header, &claims, &key).unwrap();
            assert_eq!(tokens().read_access(&token, now()).is_err(), is_refused);
        }
    }

    #[test]
    fn a_token_without_signature_is_refused() {
        let user_id = UserId::generate(now(), &SystemRandom);
        let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
        let claims = json!({"sub": user_id, "exp": NOW_SECONDS + 1}).to_string();
        let token = format!("{head}.{}.", URL_SAFE_NO_PAD.encode(claims));
        assert_eq!(tokens().read_access(&token, now()), Err(ConnectRefusal::TokenInvalid));
    }

    #[test]
    fn refresh_tokens_are_never_the_same_and_kept_as_their_hash() {
        let one = RefreshToken::generate(&SystemRandom);
        let other = RefreshToken::generate(&SystemRandom);
        assert_eq!(one.text.len(), 43);
        assert_ne!(one.text, other.text);
        assert_eq!(RefreshToken::hash_of(&one.text), one.hash);
    }
}
