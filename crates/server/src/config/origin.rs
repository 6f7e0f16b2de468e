//! Origins of web pages, as browsers write them.

use std::fmt;

use salala_core::wire::fields::is_http_url;

/// `http` or `https`, a host and perhaps a port, in lower case, as in `https://chat.example.org`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

/// Which pages of other origins may call this server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origins {
    /// All, but never with cookies.
    Any,
    /// These; pages of this server itself may always.
    List(Vec<Origin>),
}

impl Origin {
    /// Reads an origin; a `/` at its end is passed over.
    ///
    /// # Errors
    /// What it must be instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        let origin = text.strip_suffix('/').unwrap_or(text).to_ascii_lowercase();
        let authority = origin.split_once("://").map_or("", |(_, authority)| authority);
        let is_bare = !authority.contains(['/', '?', '#', '@', '*', '\\']);
        if !is_http_url(&origin) || !is_bare {
            return Err("an origin without a path, such as https://chat.example.org".to_owned());
        }
        Ok(Self(origin))
    }

    /// Is this what a browser sent as `Origin`?
    pub fn matches(&self, header: &str) -> bool {
        self.0.eq_ignore_ascii_case(header)
    }

    /// Is it reached by HTTPS?
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }

    /// The host, without the port and the brackets of an IPv6 address.
    pub fn host(&self) -> &str {
        let authority = self.0.split_once("://").map_or("", |(_, authority)| authority);
        match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
            Some((address, _)) => address,
            None => authority.split(':').next().unwrap_or_default(),
        }
    }

    /// The text, as browsers send it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Origins {
    /// Reads `*` or a list of origins parted by commas.
    ///
    /// # Errors
    /// What it must be instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text == "*" {
            return Ok(Self::Any);
        }
        let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        let origins = entries.map(Origin::parse).collect::<Result<_, _>>().map_err(|_| {
            "`*` or origins parted by commas, such as https://chat.example.org".to_owned()
        })?;
        Ok(Self::List(origins))
    }

    /// May a page of this origin call?
    pub fn allows(&self, header: &str) -> bool {
        match self {
            Self::Any => true,
            Self::List(origins) => origins.iter().any(|origin| origin.matches(header)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_has_a_scheme_and_a_host_and_no_more() {
        for good in ["https://a.example", "http://localhost:3000/", "HTTPS://A.Example"] {
            assert!(Origin::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "*", "a.example", "https://", "https://a/b", "ws://a", "https://a@b"] {
            assert!(Origin::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_host_is_told_without_its_port() {
        for (origin, host) in [
            ("https://a.example", "a.example"),
            ("https://a.example:8443", "a.example"),
            ("https://[2001:db8::1]:8443", "2001:db8::1"),
        ] {
            assert_eq!(Origin::parse(origin).unwrap().host(), host);
        }
    }

    #[test]
    fn only_the_listed_ones_may() {
        let origins = Origins::parse("https://a.example,https://b.example").unwrap();
        assert!(origins.allows("https://b.example"));
        assert!(!origins.allows("https://b.example.evil.org"));
        assert!(!origins.allows("http://b.example"));
        assert!(!origins.allows("null"));
        assert!(Origins::Any.allows("https://c.example"));
    }
}
