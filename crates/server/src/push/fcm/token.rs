//! The access token: a signed claim traded for it (RFC 7523), kept until shortly before it runs out.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request, StatusCode};
use http_body_util::Full;
use salala_core::{Clock, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

use crate::push::account::FcmAccount;
use crate::push::client::Client;
use crate::push::provider::{Answer, retry_after};

/// What the token opens.
const SCOPE: &str = "https://www.googleapis.com/auth/firebase.messaging";

/// How long a claim is good: as long as Google lets it be.
const CLAIM_TTL: Duration = Duration::from_hours(1);

/// So long before it runs out a token is renewed; of one that lives for less, half way.
const RENEW_BEFORE: Duration = Duration::from_mins(5);

/// How long after a failure nobody asks again.
const FAILURE_PAUSE: Duration = Duration::from_secs(1);

/// Gives the token, asking for a new one where it is needed: one asks, the others wait for it.
pub struct AccessTokens {
    account: FcmAccount,
    client: Client,
    clock: Arc<dyn Clock>,
    kept: Mutex<Kept>,
    forgotten: parking_lot::Mutex<Option<Arc<str>>>,
}

/// An access token.
#[derive(Clone)]
pub struct AccessToken(Arc<str>);

#[derive(Default)]
struct Kept {
    token: Option<(AccessToken, Timestamp)>,
    failure: Option<(Answer, Timestamp)>,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    scope: &'static str,
    aud: String,
    iat: i64,
    exp: i64,
}

#[derive(Deserialize)]
struct Granted {
    access_token: String,
    #[serde(default)]
    expires_in: u64,
}

impl AccessTokens {
    /// Of this account.
    pub fn new(account: FcmAccount, client: Client, clock: Arc<dyn Clock>) -> Self {
        Self {
            account,
            client,
            clock,
            kept: Mutex::default(),
            forgotten: parking_lot::Mutex::default(),
        }
    }

    /// A token that is good now.
    ///
    /// # Errors
    /// None can be had at the moment.
    pub async fn get(&self) -> Result<AccessToken, Answer> {
        let mut kept = self.kept.lock().await;
        let now = self.clock.now();
        let forgotten = self.forgotten.lock().take();
        if let Some((token, renew_at)) = &kept.token
            && now < *renew_at
            && forgotten.as_ref() != Some(&token.0)
        {
            return Ok(token.clone());
        }
        kept.token = None;
        if let Some((answer, until)) = &kept.failure
            && now < *until
        {
            return Err(answer.clone());
        }
        match self.ask(now).await {
            Ok((token, renew_at)) => {
                kept.failure = None;
                kept.token = Some((token.clone(), renew_at));
                Ok(token)
            }
            Err(answer) => {
                tracing::warn!(?answer, "no access token for Firebase can be had; tried again");
                kept.failure = Some((answer.clone(), now.plus(FAILURE_PAUSE)));
                Err(answer)
            }
        }
    }

    /// This one is not taken any more.
    pub fn forget(&self, token: &AccessToken) {
        *self.forgotten.lock() = Some(Arc::clone(&token.0));
    }

    async fn ask(&self, now: Timestamp) -> Result<(AccessToken, Timestamp), Answer> {
        let busy = |words: String| Answer::Busy { after: None, words };
        let claim = self.claim(now).ok_or_else(|| busy("the claim cannot be signed".to_owned()))?;
        let form = format!(
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion={claim}"
        );
        let mut request = Request::new(Full::new(Bytes::from(form)));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.account.token_uri.clone();
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
        request.headers_mut().insert(CONTENT_TYPE, kind);
        let answer = self.client.ask(request).await;
        let answer = answer.map_err(|error| busy(format!("no access token: {error}")))?;
        if answer.status() != StatusCode::OK {
            let after = retry_after(answer.headers(), now.unix_ms());
            let status = answer.status().as_u16();
            return Err(Answer::Busy { after, words: format!("no access token: {status}") });
        }
        let granted: Granted = serde_json::from_slice(answer.body())
            .map_err(|_| busy("no access token: the answer cannot be read".to_owned()))?;
        let ttl = Duration::from_secs(granted.expires_in.clamp(1, 86_400));
        let good_for = ttl.saturating_sub(RENEW_BEFORE).max(ttl / 2);
        let token = AccessToken(granted.access_token.into());
        if HeaderValue::from_str(&token.0).is_err() {
            return Err(busy("no access token: the answer holds none".to_owned()));
        }
        Ok((token, now.plus(good_for)))
    }

    fn claim(&self, now: Timestamp) -> Option<String> {
        let account = &self.account;
        let claims = Claims {
            iss: &account.client_email,
            scope: SCOPE,
            aud: account.token_uri.to_string(),
            iat: now.unix_seconds(),
            exp: now.plus(CLAIM_TTL).unix_seconds(),
        };
        account.key.sign(&claims, account.key_id.as_deref())
    }
}

impl AccessToken {
    /// As the header of a request.
    pub fn header(&self) -> HeaderValue {
        let header = HeaderValue::from_str(&format!("Bearer {}", self.0));
        // It was looked at when it came.
        let mut header = header.unwrap_or(HeaderValue::from_static(""));
        header.set_sensitive(true);
        header
    }
}
