//! Routes of sign-in: `/auth/…`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{Extensions, HeaderMap, StatusCode};
use axum::response::NoContent;
use salala_core::wire::requests::{ChangePassword, Login, Refresh, Register};
use salala_core::wire::shapes::{List, Session, SignedIn};
use salala_core::wire::view;

use super::Services;
use super::answers::{Created, WithCookies};
use super::client::Client;
use super::cookies::{self, REFRESH_COOKIE};
use super::extract::{Caller, CallerDevice, Segments};
use super::payload::{OptionalPayload, Payload};
use super::problem::{Answer, Problem};
use crate::auth::SignIn;
use crate::presence::Statuses;

type Shared = State<Arc<Services>>;

/// `POST /auth/register`
pub async fn register(
    State(services): Shared,
    CallerDevice(device): CallerDevice,
    extensions: Extensions,
    headers: HeaderMap,
    Payload(command): Payload<Register>,
) -> Answer<WithCookies<Created<SignedIn>>> {
    let sign_in = services.auth.register(command, device).await?;
    let (cookies, body) = signed_in(&services, sign_in, &headers, &extensions).await;
    Ok(WithCookies(cookies, Created(body)))
}

/// `POST /auth/login`
pub async fn login(
    State(services): Shared,
    CallerDevice(device): CallerDevice,
    extensions: Extensions,
    headers: HeaderMap,
    Payload(command): Payload<Login>,
) -> Answer<WithCookies<Json<SignedIn>>> {
    let sign_in = services.auth.login(command, device).await?;
    let (cookies, body) = signed_in(&services, sign_in, &headers, &extensions).await;
    Ok(WithCookies(cookies, Json(body)))
}

/// `POST /auth/refresh`; a token in the body wins over the cookie.
pub async fn refresh(
    State(services): Shared,
    CallerDevice(device): CallerDevice,
    extensions: Extensions,
    headers: HeaderMap,
    OptionalPayload(command): OptionalPayload<Refresh>,
) -> Result<WithCookies<Json<SignedIn>>, WithCookies<Problem>> {
    let by_cookie = command.refresh_token.is_none();
    let token = match command.refresh_token.as_deref() {
        Some(token) => Some(token),
        None => cookies::value(&headers, REFRESH_COOKIE),
    };
    if by_cookie && token.is_some() {
        let checked = cookies::check_origin(&headers, &services.config);
        checked.map_err(|error| WithCookies(HeaderMap::new(), error.into()))?;
    }
    match services.auth.refresh(token, device).await {
        Ok(sign_in) => {
            let (cookies, body) = signed_in(&services, sign_in, &headers, &extensions).await;
            Ok(WithCookies(cookies, Json(body)))
        }
        Err(error) => {
            let problem = Problem::from(error);
            // A browser is not to try the same dead cookie again and again.
            let is_dead = by_cookie && problem.status() == StatusCode::UNAUTHORIZED;
            let cookies = if is_dead {
                cookies::of_sign_out(is_secure(&services, &extensions))
            } else {
                HeaderMap::new()
            };
            Err(WithCookies(cookies, problem))
        }
    }
}

/// `POST /auth/password`
pub async fn change_password(
    State(services): Shared,
    Caller(identity): Caller,
    Payload(command): Payload<ChangePassword>,
) -> Answer<NoContent> {
    services.auth.change_password(identity, command).await?;
    Ok(NoContent)
}

/// `POST /auth/logout`
pub async fn logout(
    State(services): Shared,
    Caller(identity): Caller,
    extensions: Extensions,
) -> Answer<WithCookies<NoContent>> {
    services.auth.logout(identity).await?;
    let cookies = cookies::of_sign_out(is_secure(&services, &extensions));
    Ok(WithCookies(cookies, NoContent))
}

/// `GET /auth/sessions`
pub async fn sessions(
    State(services): Shared,
    Caller(identity): Caller,
) -> Answer<Json<List<Session>>> {
    let sessions = services.auth.sessions(identity).await?;
    let view = |session| view::session(session, identity.session_id);
    Ok(Json(List { data: sessions.into_iter().map(view).collect() }))
}

/// `DELETE /auth/sessions/{id}`
pub async fn revoke_session(
    State(services): Shared,
    Caller(identity): Caller,
    Segments(id): Segments<String>,
) -> Answer<NoContent> {
    services.auth.revoke_session(identity, &id).await?;
    Ok(NoContent)
}

/// The answer to a sign-in; with cookies, unless a page from elsewhere asks, which keeps its tokens
/// itself.
async fn signed_in(
    services: &Services,
    sign_in: SignIn,
    headers: &HeaderMap,
    extensions: &Extensions,
) -> (HeaderMap, SignedIn) {
    let cookies = if cookies::is_from_elsewhere(headers, &services.config) {
        HeaderMap::new()
    } else {
        cookies::of_sign_in(&sign_in, is_secure(services, extensions))
    };
    let statuses = Statuses::of(&*services.presence, [sign_in.user.brief.id]).await;
    let body = SignedIn {
        access_token: sign_in.access_token,
        refresh_token: sign_in.refresh_token,
        expires_in: sign_in.expires_in.as_secs(),
        user: view::me(sign_in.user, &statuses),
    };
    (cookies, body)
}

fn is_secure(services: &Services, extensions: &Extensions) -> bool {
    cookies::is_secure(extensions.get::<Client>().copied(), &services.config)
}
