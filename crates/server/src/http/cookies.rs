//! The cookies of the server's own page, and the check that a write with them comes from there.

use std::time::Duration;

use axum::http::header::{COOKIE, HOST, ORIGIN, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use salala_core::wire::{Error, ErrorCode};

use super::client::Client;
use crate::auth::{REFRESH_TOKEN_TTL, SignIn};
use crate::config::Config;

/// Holds the access token; sent with every call of the API.
pub const ACCESS_COOKIE: &str = "salala_access";
/// Holds the refresh token; sent to sign-in alone.
pub const REFRESH_COOKIE: &str = "salala_refresh";

const ACCESS_PATH: &str = "/api";
const REFRESH_PATH: &str = "/api/v1/auth";

/// The value of a cookie that was sent.
pub fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

/// Refuses a write that comes with a cookie, unless it comes from a page of this server: another
/// page may make a browser send the cookie, but not this `Origin`.
///
/// # Errors
/// `forbidden`.
pub fn check_origin(headers: &HeaderMap, config: &Config) -> Result<(), Error> {
    match origin(headers) {
        Some(origin) if is_own_origin(origin, headers, config) => Ok(()),
        Some(_) | None => Err(Error::new(
            ErrorCode::Forbidden,
            "with a cookie, only pages of this server may do this",
        )),
    }
}

/// Does the request come from a page of another origin?
pub fn is_from_elsewhere(headers: &HeaderMap, config: &Config) -> bool {
    origin(headers).is_some_and(|origin| !is_own_origin(origin, headers, config))
}

/// Is this origin the server's own: the authority that the request was sent to, or `PUBLIC_URL`?
pub fn is_own_origin(origin: &str, headers: &HeaderMap, config: &Config) -> bool {
    let host = headers.get(HOST).and_then(|value| value.to_str().ok());
    let authority = origin.split_once("://").map(|(_, authority)| authority);
    let is_host = match (authority, host) {
        (Some(authority), Some(host)) => authority.eq_ignore_ascii_case(host),
        (Some(_) | None, _) => false,
    };
    is_host || config.public_url.as_ref().is_some_and(|url| url.matches(origin))
}

/// The cookies of a sign-in.
pub fn of_sign_in(sign_in: &SignIn, is_secure: bool) -> HeaderMap {
    let access =
        cookie((ACCESS_COOKIE, ACCESS_PATH), &sign_in.access_token, sign_in.expires_in, is_secure);
    let refresh = cookie(
        (REFRESH_COOKIE, REFRESH_PATH),
        &sign_in.refresh_token,
        REFRESH_TOKEN_TTL,
        is_secure,
    );
    lines([access, refresh])
}

/// Cookies that make a browser forget the others.
pub fn of_sign_out(is_secure: bool) -> HeaderMap {
    let access = cookie((ACCESS_COOKIE, ACCESS_PATH), "", Duration::ZERO, is_secure);
    let refresh = cookie((REFRESH_COOKIE, REFRESH_PATH), "", Duration::ZERO, is_secure);
    lines([access, refresh])
}

/// Is the client's way here HTTPS, so that its cookies are to be kept off plain HTTP?
pub fn is_secure(client: Option<Client>, config: &Config) -> bool {
    config.is_public_https() || client.is_some_and(|client| client.is_https)
}

fn origin(headers: &HeaderMap) -> Option<&str> {
    headers.get(ORIGIN).map(|value| value.to_str().unwrap_or_default())
}

fn cookie((name, path): (&str, &str), value: &str, age: Duration, is_secure: bool) -> String {
    let secure = if is_secure { "; Secure" } else { "" };
    let seconds = age.as_secs();
    format!("{name}={value}; HttpOnly; SameSite=Strict; Path={path}; Max-Age={seconds}{secure}")
}

/// Tokens are of letters, digits, `.`, `-` and `_`, so every line is a header's value.
fn lines(cookies: [String; 2]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for value in cookies.into_iter().filter_map(|cookie| HeaderValue::try_from(cookie).ok()) {
        headers.append(SET_COOKIE, value);
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Origin;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let headers = headers(&[("cookie", "a=b; salala_access=c.d-e_f"), ("cookie", "g=h")]);
        assert_eq!(value(&headers, ACCESS_COOKIE), Some("c.d-e_f"));
        assert_eq!(value(&headers, "g"), Some("h"));
        assert_eq!(value(&headers, REFRESH_COOKIE), None);
    }

    #[test]
    fn only_own_pages_write_with_a_cookie() {
        let public_url = Some(Origin::parse("https://chat.example.org").unwrap());
        let config = Config { public_url, ..Config::default() };
        let may = |origin: &str| {
            let headers = headers(&[("host", "localhost:3000"), ("origin", origin)]);
            check_origin(&headers, &config).is_ok()
        };
        assert!(may("http://localhost:3000"));
        assert!(may("https://chat.example.org"));
        for origin in ["http://localhost:3001", "https://evil.example", "null", "", "://"] {
            assert!(!may(origin), "{origin}");
        }
        assert!(check_origin(&headers(&[("host", "localhost:3000")]), &config).is_err());
    }
}
