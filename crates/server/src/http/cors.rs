//! Cross-origin calls: only pages of the configured origins may read answers.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::{Services, cookies};
use crate::config::{Config, Origins};

/// What a page's origin may do.
enum Permission {
    /// Nothing is said, so its browser keeps the answer from it.
    None,
    /// It may read answers, sent without cookies.
    Read,
    /// It may read answers, also those to requests with cookies.
    ReadWithCookies(HeaderValue),
}

/// Answers preflights, and says on every other answer whether the page that asked may read it.
pub async fn apply(
    State(services): State<Arc<Services>>,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    let permission = permission(headers, &services.config);
    let is_preflight = request.method() == Method::OPTIONS
        && headers.contains_key(ORIGIN)
        && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    let mut response =
        if is_preflight { preflight(&permission).into_response() } else { next.run(request).await };
    let headers = response.headers_mut();
    // What a cache keeps for one origin must not be given to another.
    headers.append(VARY, HeaderValue::from_static("Origin"));
    match permission {
        Permission::None => return response,
        Permission::Read => {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        }
        Permission::ReadWithCookies(origin) => {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
            headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
    }
    headers.insert(
        ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("Retry-After, WWW-Authenticate"),
    );
    response
}

fn permission(headers: &HeaderMap, config: &Config) -> Permission {
    let Some(value) = headers.get(ORIGIN) else { return Permission::None };
    let origin = value.to_str().unwrap_or_default();
    match &config.cors_origins {
        Origins::Any => Permission::Read,
        listed @ Origins::List(_)
            if listed.allows(origin) || cookies::is_own_origin(origin, headers, config) =>
        {
            Permission::ReadWithCookies(value.clone())
        }
        Origins::List(_) => Permission::None,
    }
}

fn preflight(permission: &Permission) -> (StatusCode, HeaderMap) {
    let mut headers = HeaderMap::new();
    if !matches!(permission, Permission::None) {
        headers.insert(
            ACCESS_CONTROL_ALLOW_METHODS,
            HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE"),
        );
        headers.insert(
            ACCESS_CONTROL_ALLOW_HEADERS,
            HeaderValue::from_static("Authorization, Content-Type"),
        );
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    }
    (StatusCode::NO_CONTENT, headers)
}
