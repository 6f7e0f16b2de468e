//! The addresses of STUN and TURN servers, as browsers take them (RFC 7064 and 7065).

/// Servers of one kind that are handed to clients at most.
const URLS_MAX: usize = 8;

/// Reads a comma list of `stun:` and `stuns:` addresses.
pub(super) fn stun(text: &str) -> Result<Vec<String>, String> {
    read(text, &["stun", "stuns"], &[])
        .ok_or_else(|| "a comma list of addresses such as stun:stun.example.org:3478".to_owned())
}

/// Reads a comma list of `turn:` and `turns:` addresses.
pub(super) fn turn(text: &str) -> Result<Vec<String>, String> {
    read(text, &["turn", "turns"], &["transport=udp", "transport=tcp"]).ok_or_else(|| {
        "a comma list of addresses such as turn:turn.example.org:3478?transport=udp".to_owned()
    })
}

fn read(text: &str, schemes: &[&str], queries: &[&str]) -> Option<Vec<String>> {
    let urls: Vec<_> = text.split(',').map(|url| url.trim().to_owned()).collect();
    let are_good = urls.len() <= URLS_MAX && urls.iter().all(|url| is_url(url, schemes, queries));
    are_good.then_some(urls)
}

fn is_url(url: &str, schemes: &[&str], queries: &[&str]) -> bool {
    let Some((scheme, rest)) = url.split_once(':') else { return false };
    let (address, query) = match rest.split_once('?') {
        Some((address, query)) => (address, Some(query)),
        None => (rest, None),
    };
    schemes.contains(&scheme)
        && query.is_none_or(|query| queries.contains(&query))
        && is_address(address)
}

/// `host` or `host:port`, where the host is a name, an IPv4 address or an IPv6 one in brackets.
fn is_address(address: &str) -> bool {
    let (host, port) = match address.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, "")) => (host, None),
        Some((host, port)) => (host, Some(port.strip_prefix(':').unwrap_or("none"))),
        None => match address.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (address, None),
        },
    };
    let is_host = if address.starts_with('[') {
        host.parse::<std::net::Ipv6Addr>().is_ok()
    } else {
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
        !host.is_empty() && host.chars().all(is_part)
    };
    is_host && port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_those_that_browsers_take() {
        let urls = turn("turn:a.example, turns:b.example:5349?transport=tcp,turn:[::1]:3478");
        assert_eq!(
            urls.unwrap(),
            ["turn:a.example", "turns:b.example:5349?transport=tcp", "turn:[::1]:3478"]
        );
        assert_eq!(stun("stun:192.0.2.1").unwrap(), ["stun:192.0.2.1"]);
        for text in [
            "",
            "a.example",
            "stun:a.example",
            "turn://a.example",
            "turn:a.example:port",
            "turn:a.example:0",
            "turn:a.example?transport=sctp",
            "turn:a.example,",
            "turn:a b",
            "turn:[::g]",
            "turn:user@a.example",
        ] {
            assert!(turn(text).is_err(), "{text}");
        }
        assert!(stun("stun:a.example?transport=udp").is_err());
        assert!(stun(&["stun:a.example"; 9].join(",")).is_err());
    }
}
