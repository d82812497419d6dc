//! Addresses of the same page.

use xxhash_rust::xxh3::xxh3_128;

/// A key of an address that does not tell apart what differs in scheme, upper case of the host, a
/// leading `www.`, the usual port, a fragment or a last slash. None for an empty address.
pub fn key(url: &str) -> Option<u128> {
    let url = url.trim();
    let url = url.split('#').next().unwrap_or(url);
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (host, path) = rest.split_at(end);
    let host = host.to_lowercase();
    let port = if scheme.eq_ignore_ascii_case("https") { ":443" } else { ":80" };
    let host = host.strip_suffix(port).unwrap_or(&host);
    let host = host.strip_prefix("www.").unwrap_or(host);
    let path = path.strip_suffix('/').unwrap_or(path);
    let bare = format!("{host}{path}");
    (!bare.is_empty()).then(|| xxh3_128(bare.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_of_writing_an_address_are_one() {
        let same = [
            "http://example.org/a",
            "https://www.Example.org:443/a/",
            " HTTP://example.org:80/a#top ",
            "example.org/a",
        ];
        assert!(same.iter().all(|url| key(url) == key(same[0])));
        for other in ["http://example.org/A", "http://example.org/a?x", "http://example.org:8080/a"]
        {
            assert_ne!(key(other), key(same[0]), "{other}");
        }
        assert_eq!(key(" http:// "), None);
        assert_eq!(key(""), None);
    }
}
