//! Routes of sign-in: `/auth/…`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{Extensions, HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use salala_core::wire::requests::{ChangePassword, Login, Refresh, Register};
use salala_core::wire::shapes::{List, Session, SignedIn};
use salala_core::wire::view;

use super::Services;
use super::client::Client;
use super::cookies::{self, REFRESH_COOKIE};
use super::extract::{Caller, CallerDevice, Segments};
use super::payload::{OptionalPayload, Payload};
use super::problem::{Answer, Problem};
use crate::auth::SignIn;

type Shared = State<Arc<Services>>;

/// `POST /auth/register`
pub async fn register(
    State(services): Shared,
    CallerDevice(device): CallerDevice,
    extensions: Extensions,
    headers: HeaderMap,
    Payload(command): Payload<Register>,
) -> Answer<Response> {
    let sign_in = services.auth.register(command, device).await?;
    Ok(signed_in(&services, StatusCode::CREATED, sign_in, &headers, &extensions))
}

/// `POST /auth/login`
pub async fn login(
    State(services): Shared,
    CallerDevice(device): CallerDevice,
    extensions: Extensions,
    headers: HeaderMap,
    Payload(command): Payload<Login>,
) -> Answer<Response> {
    let sign_in = services.auth.login(command, device).await?;
    Ok(signed_in(&services, StatusCode::OK, sign_in, &headers, &extensions))
}

/// `POST /auth/refresh`; a token in the body wins over the cookie.
pub async fn refresh(
    State(services): Shared,
    CallerDevice(device): CallerDevice,
    extensions: Extensions,
    headers: HeaderMap,
    OptionalPayload(command): OptionalPayload<Refresh>,
) -> Answer<Response> {
    let by_cookie = command.refresh_token.is_none();
    let token = match command.refresh_token.as_deref() {
        Some(token) => Some(token),
        None => cookies::value(&headers, REFRESH_COOKIE),
    };
    if by_cookie && token.is_some() {
        cookies::check_origin(&headers, &services.config)?;
    }
    match services.auth.refresh(token, device).await {
        Ok(sign_in) => Ok(signed_in(&services, StatusCode::OK, sign_in, &headers, &extensions)),
        Err(error) => {
            let problem = Problem::from(error);
            // A browser is not to try the same dead cookie again and again.
            if by_cookie && problem.status() == StatusCode::UNAUTHORIZED {
                let cookies = cookies::of_sign_out(is_secure(&services, &extensions));
                return Ok((cookies, problem).into_response());
            }
            Err(problem)
        }
    }
}

/// `POST /auth/password`
pub async fn change_password(
    State(services): Shared,
    Caller(identity): Caller,
    Payload(command): Payload<ChangePassword>,
) -> Answer<StatusCode> {
    services.auth.change_password(identity, command).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /auth/logout`
pub async fn logout(
    State(services): Shared,
    Caller(identity): Caller,
    extensions: Extensions,
) -> Answer<Response> {
    services.auth.logout(identity).await?;
    let cookies = cookies::of_sign_out(is_secure(&services, &extensions));
    Ok((StatusCode::NO_CONTENT, cookies).into_response())
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
) -> Answer<StatusCode> {
    services.auth.revoke_session(identity, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The answer to a sign-in; with cookies, unless a page from elsewhere asks, which keeps its tokens
/// itself.
fn signed_in(
    services: &Services,
    status: StatusCode,
    sign_in: SignIn,
    headers: &HeaderMap,
    extensions: &Extensions,
) -> Response {
    let cookies = if cookies::is_from_elsewhere(headers, &services.config) {
        HeaderMap::new()
    } else {
        cookies::of_sign_in(&sign_in, is_secure(services, extensions))
    };
    let body = SignedIn {
        access_token: sign_in.access_token,
        refresh_token: sign_in.refresh_token,
        expires_in: sign_in.expires_in.as_secs(),
        user: view::me(sign_in.user, &*services.presence),
    };
    (status, cookies, Json(body)).into_response()
}

fn is_secure(services: &Services, extensions: &Extensions) -> bool {
    cookies::is_secure(extensions.get::<Client>().copied(), &services.config)
}
