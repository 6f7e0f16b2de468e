//! Firebase Cloud Messaging, by its HTTP v1 API.
//!
//! - [`token`]: the access token that it asks for
//! - [`message`]: a notice in its form
//! - [`errors`]: what its refusals mean

pub mod errors;
pub mod message;
pub mod token;

use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, StatusCode};
use http_body_util::Full;
use salala_core::Clock;
use salala_core::push::DeviceKind;
use salala_core::records::PushTarget;

use self::token::{AccessToken, AccessTokens};
use super::account::FcmAccount;
use super::client::Client;
use super::notice::Notice;
use super::provider::{Answer, Provider, retry_after};

/// Devices that Firebase knows.
pub struct Fcm {
    account: FcmAccount,
    client: Client,
    tokens: AccessTokens,
    clock: Arc<dyn Clock>,
}

impl Fcm {
    /// With this account.
    pub fn new(account: FcmAccount, client: Client, clock: Arc<dyn Clock>) -> Self {
        let tokens = AccessTokens::new(account.clone(), client.clone(), Arc::clone(&clock));
        Self { account, client, tokens, clock }
    }

    async fn send(&self, target: &PushTarget, notice: &Notice) -> Answer {
        let body = Bytes::from(message::body(target.address(), notice, self.clock.now()));
        let mut token = match self.tokens.get().await {
            Ok(token) => token,
            Err(answer) => return answer,
        };
        for is_last in [false, true] {
            match self.post(&token, body.clone()).await {
                Ok(answer) => return answer,
                // The token was taken back before its time: once more with a new one.
                Err(Rejected) if !is_last => {
                    self.tokens.forget(&token);
                    token = match self.tokens.get().await {
                        Ok(token) => token,
                        Err(answer) => return answer,
                    };
                }
                Err(Rejected) => {}
            }
        }
        let words = "Firebase does not take the access token".to_owned();
        Answer::Busy { after: None, words }
    }

    async fn post(&self, token: &AccessToken, body: Bytes) -> Result<Answer, Rejected> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.account.send_uri.clone();
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        request.headers_mut().insert(AUTHORIZATION, token.header());
        let answer = match self.client.ask(request).await {
            Ok(answer) => answer,
            Err(error) => return Ok(Answer::Busy { after: None, words: error.to_string() }),
        };
        if answer.status() == StatusCode::OK {
            return Ok(Answer::Taken);
        }
        let after = retry_after(answer.headers(), self.clock.now().unix_ms());
        errors::read(answer.status(), answer.body(), after).ok_or(Rejected)
    }
}

/// The access token is not taken.
struct Rejected;

impl Provider for Fcm {
    fn kind(&self) -> DeviceKind {
        DeviceKind::Fcm
    }

    fn push<'a>(&'a self, target: &'a PushTarget, notice: &'a Notice) -> BoxFuture<'a, Answer> {
        Box::pin(self.send(target, notice))
    }
}
