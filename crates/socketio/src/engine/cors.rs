//! Which pages may come, and what their browsers are told.

use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header, request::Parts,
};

use crate::{Origins, engine::ResponseBody};

/// The headers that an allowed origin gets with each answer.
#[derive(Debug)]
pub(crate) struct Cors {
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// An origin that may not come.
#[derive(Debug)]
pub(crate) struct Stranger;

const DAY_SECONDS: HeaderValue = HeaderValue::from_static("86400");
const METHODS: HeaderValue = HeaderValue::from_static("GET,POST");

impl Cors {
    /// Decides on a request by its `Origin` header.
    pub(crate) fn check(origins: &Origins, head: &Parts) -> Result<Self, Stranger> {
        let Some(origin) = head.headers.get(header::ORIGIN) else {
            return Ok(Self { headers: Vec::new() });
        };
        let is_same = || origin.to_str().is_ok_and(|origin| is_same_origin(origin, head));
        match origins {
            Origins::Any => {
                let any = HeaderValue::from_static("*");
                Ok(Self { headers: vec![(header::ACCESS_CONTROL_ALLOW_ORIGIN, any)] })
            }
            Origins::List(list)
                if list.iter().any(|known| known.as_bytes() == origin.as_bytes()) =>
            {
                Ok(Self {
                    headers: vec![
                        (header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone()),
                        (
                            header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
                            HeaderValue::from_static("true"),
                        ),
                        (header::VARY, HeaderValue::from_static("Origin")),
                    ],
                })
            }
            Origins::SameOrigin | Origins::List(_) if is_same() => Ok(Self { headers: Vec::new() }),
            Origins::SameOrigin | Origins::List(_) => Err(Stranger),
        }
    }

    /// The answer to a preflight request, or none if it is no such request.
    pub(crate) fn preflight(head: &Parts) -> Option<Response<ResponseBody>> {
        if head.method != Method::OPTIONS {
            return None;
        }
        let mut response = Response::new(ResponseBody::default());
        *response.status_mut() = StatusCode::NO_CONTENT;
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, DAY_SECONDS);
        if let Some(asked) = head.headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
        }
        Some(response)
    }

    pub(crate) fn apply(&self, headers: &mut HeaderMap) {
        for (name, value) in &self.headers {
            headers.insert(name.clone(), value.clone());
        }
    }
}

/// Whether the authority of the origin is that of the request. A port that the scheme implies may be
/// written or not.
fn is_same_origin(origin: &str, head: &Parts) -> bool {
    let host = head.headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| head.uri.authority().map(http::uri::Authority::as_str));
    let Some((scheme, authority)) = origin.split_once("://") else { return false };
    let implied = match scheme {
        "http" => ":80",
        "https" => ":443",
        _ => return false,
    };
    let bare = |name: &str| name.strip_suffix(implied).unwrap_or(name).to_ascii_lowercase();
    host.is_some_and(|host| bare(host) == bare(authority))
}

#[cfg(test)]
mod tests {
    use http::{Request, header};

    use super::{Cors, Origins};

    fn is_let_in(origins: &Origins, host: &str, origin: &str) -> bool {
        let request = Request::builder().header(header::HOST, host).header(header::ORIGIN, origin);
        let (head, ()) = request.body(()).unwrap().into_parts();
        Cors::check(origins, &head).is_ok()
    }

    #[test]
    fn the_same_origin_is_told_by_its_authority() {
        let same = Origins::SameOrigin;
        assert!(is_let_in(&same, "chat.example.org", "https://chat.example.org"));
        assert!(is_let_in(&same, "chat.example.org:443", "https://Chat.example.org"));
        assert!(is_let_in(&same, "localhost:3000", "http://localhost:3000"));
        assert!(!is_let_in(&same, "localhost:3000", "http://localhost:3001"));
        assert!(!is_let_in(&same, "chat.example.org", "https://chat.example.org.evil.org"));
        assert!(!is_let_in(&same, "chat.example.org", "null"));
    }

    #[test]
    fn a_list_holds_the_same_origin_too() {
        let list = Origins::List(vec!["https://app.example.org".to_owned()]);
        assert!(is_let_in(&list, "chat.example.org", "https://app.example.org"));
        assert!(is_let_in(&list, "chat.example.org", "https://chat.example.org"));
        assert!(!is_let_in(&list, "chat.example.org", "https://evil.example.org"));
    }
}
