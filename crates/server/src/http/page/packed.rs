//! One file of the built page: in which encoding it goes out, for how long it is kept, and what it
//! may load.

use axum::body::Bytes;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};

/// Whose name holds its hash never changes, so a browser need not ask again.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";
/// What keeps its name is asked for each time, so that an update shows at once.
const ASKED_EACH_TIME: &str = "no-cache";

/// A file as `web/scripts/pack.js` packs it.
pub struct PackedFile {
    /// Where it is served.
    pub path: &'static str,
    /// Its type, as a browser is told it.
    pub content_type: &'static str,
    /// Whether its name holds its hash.
    pub is_immutable: bool,
    /// The hash of its bytes.
    pub hash: &'static str,
    /// What its own inline scripts hash to, as a policy lists them: `'sha256-…'`, apart by spaces.
    pub inline_scripts: &'static str,
    /// As it is.
    pub identity: &'static [u8],
    /// In Brotli, where that is shorter.
    pub brotli: Option<&'static [u8]>,
    /// In gzip, where that is shorter.
    pub gzip: Option<&'static [u8]>,
}

impl PackedFile {
    /// The answer, in the shortest encoding that the browser takes.
    pub fn serve(&self, request: &HeaderMap) -> Response {
        let (encoding, bytes) = self.choose(request);
        let etag = encoding.map_or_else(
            || format!("\"{}\"", self.hash),
            |encoding| format!("\"{}-{encoding}\"", self.hash),
        );
        let mut response = if is_known(request, &etag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            ([(CONTENT_TYPE, self.content_type)], Bytes::from_static(bytes)).into_response()
        };
        let headers = response.headers_mut();
        let keeping = if self.is_immutable { IMMUTABLE } else { ASKED_EACH_TIME };
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(keeping));
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        if let Some(encoding) = encoding {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        if let Ok(etag) = HeaderValue::from_str(&etag) {
            headers.insert(ETAG, etag);
        }
        response
    }

    fn choose(&self, request: &HeaderMap) -> (Option<&'static str>, &'static [u8]) {
        let candidates = [("br", self.brotli), ("gzip", self.gzip)];
        candidates
            .into_iter()
            .find_map(|(name, bytes)| {
                bytes.filter(|_| takes(request, name)).map(|bytes| (Some(name), bytes))
            })
            .unwrap_or((None, self.identity))
    }
}

/// Does the request take this encoding? One that is not named is not taken: everybody takes the file
/// as it is.
fn takes(request: &HeaderMap, encoding: &str) -> bool {
    let lines = request.get_all(ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|offer| {
        let (name, parameters) = offer.split_once(';').unwrap_or((offer, ""));
        let quality = parameters.trim().strip_prefix("q=").map(str::parse::<f32>);
        name.trim().eq_ignore_ascii_case(encoding)
            && quality.is_none_or(|quality| quality.is_ok_and(|quality| quality > 0.0))
    })
}

/// Has the browser this version already?
fn is_known(request: &HeaderMap, etag: &str) -> bool {
    let lines = request.get_all(IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(','))
        .map(str::trim)
        .any(|known| known.strip_prefix("W/").unwrap_or(known) == etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: PackedFile = PackedFile {
        path: "/a.js",
        content_type: "text/javascript; charset=utf-8",
        is_immutable: true,
        hash: "abc",
        inline_scripts: "",
        identity: b"as it is",
        brotli: Some(b"br"),
        gzip: Some(b"gzip"),
    };

    fn asking(name: &'static str, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name.parse().unwrap(), HeaderValue::from_static(value))])
    }

    fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
        response.headers().get(name).map(|value| value.to_str().unwrap())
    }

    #[test]
    fn the_shortest_encoding_that_is_taken_goes_out() {
        for (taken, encoding) in [
            ("gzip, deflate, br", Some("br")),
            ("GZIP;q=0.5", Some("gzip")),
            ("br;q=0, gzip", Some("gzip")),
            ("br;q=nonsense", None),
            ("deflate, *", None),
            ("", None),
        ] {
            let response = FILE.serve(&asking("accept-encoding", taken));
            assert_eq!(header(&response, "content-encoding"), encoding, "{taken}");
            assert_eq!(header(&response, "vary"), Some("accept-encoding"));
        }
        assert_eq!(header(&FILE.serve(&HeaderMap::new()), "content-encoding"), None);
    }

    #[test]
    fn a_version_that_is_known_is_not_sent_again() {
        for (known, status) in [
            ("\"abc\"", 304),
            ("W/\"abc\"", 304),
            ("\"other\", \"abc\"", 304),
            ("\"abc-br\"", 200),
            ("abc", 200),
        ] {
            let response = FILE.serve(&asking("if-none-match", known));
            assert_eq!(response.status().as_u16(), status, "{known}");
            assert_eq!(header(&response, "etag"), Some("\"abc\""));
        }
    }

    #[test]
    fn only_what_has_its_hash_in_its_name_is_kept_unasked() {
        let kept = FILE.serve(&HeaderMap::new());
        assert_eq!(header(&kept, "cache-control"), Some(IMMUTABLE));
        let asked = PackedFile { is_immutable: false, ..FILE }.serve(&HeaderMap::new());
        assert_eq!(header(&asked, "cache-control"), Some("no-cache"));
    }
}
