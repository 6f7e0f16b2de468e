//! What a handler is given of a request: who calls, from where, and the parts of the path.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::header::{AUTHORIZATION, USER_AGENT};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, StatusCode};
use salala_core::wire::error::ConnectRefusal;
use salala_core::wire::{Error, ErrorCode};
use serde::de::DeserializeOwned;

use super::Services;
use super::client::Client;
use super::cookies::{self, ACCESS_COOKIE};
use super::describe::{Description, Input};
use super::problem::{Answer, Problem};
use crate::auth::{AuthError, Device, Identity};

/// Who calls: by the `Authorization` header, else by the cookie of the server's own page.
#[derive(Clone, Copy, Debug)]
pub struct Caller(pub Identity);

/// From where somebody signs in.
#[derive(Clone, Debug)]
pub struct CallerDevice(pub Device);

/// The parts of the path, decoded. What cannot be decoded names nothing.
#[derive(Clone, Debug)]
pub struct Segments<T>(pub T);

impl FromRequestParts<Arc<Services>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(
        parts: &mut Parts,
        services: &Arc<Services>,
    ) -> Result<Self, Problem> {
        let by_header = bearer(&parts.headers);
        let by_cookie = by_header.is_none();
        let token = by_header.or_else(|| cookies::value(&parts.headers, ACCESS_COOKIE));
        let identity = services.auth.authenticate(token).await.map_err(refuse)?;
        if by_cookie && !parts.method.is_safe() {
            cookies::check_origin(&parts.headers, &services.config)?;
        }
        Ok(Self(identity))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for CallerDevice {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let user_agent = parts.headers.get(USER_AGENT).and_then(|value| value.to_str().ok());
        let client = parts.extensions.get::<Client>();
        Ok(Self(Device {
            user_agent: user_agent.map(str::to_owned),
            address: client.map(|client| client.address.to_string()),
        }))
    }
}

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Segments<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(segments)) => Ok(Self(segments)),
            Err(_) => Err(Error::from(ErrorCode::NotFound).into()),
        }
    }
}

impl Input for Caller {
    fn describe(description: &mut Description<'_>) {
        description.needs_user();
    }
}

/// For a handler that lets in others than users too.
impl Input for Answer<Caller> {
    fn describe(description: &mut Description<'_>) {
        description.needs_user();
    }
}

/// The table's path names them; what they name may not be there.
impl<T> Input for Segments<T> {
    fn describe(description: &mut Description<'_>) {
        description.refuses(ErrorCode::NotFound);
    }
}

impl Input for CallerDevice {}
impl Input for Extensions {}
impl Input for HeaderMap {}
impl<T> Input for State<T> {}
impl<T> Input for Extension<T> {}

/// The token of the `Authorization` header; of another scheme, an empty one, which opens nothing.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().unwrap_or_default();
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Some(token.trim()),
        Some(_) | None => Some(""),
    }
}

fn refuse(error: AuthError) -> Problem {
    match error {
        AuthError::Refused(ConnectRefusal::TokenMissing) => {
            Error::from(ErrorCode::Unauthorized).into()
        }
        AuthError::Refused(refusal) => Problem::with_status(
            StatusCode::UNAUTHORIZED,
            Error::new(ErrorCode::Unauthorized, refusal.to_string()),
        ),
        AuthError::Unavailable(error) => error.into(),
    }
}
