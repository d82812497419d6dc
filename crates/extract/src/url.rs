//! The little of URLs that image formulas need.

use percent_encoding::percent_decode_str;

/// A query parameter, decoded. `+` is a space, as forms write it.
pub(crate) fn parameter(query: &str, name: &str) -> Option<String> {
    let query = query.replace("&amp;", "&").replace("&#038;", "&");
    query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        (key == name).then(|| decode_component(value, true))
    })
}

/// The host of an absolute address.
pub(crate) fn host(url: &str) -> Option<&str> {
    let authority = url.split_once("://")?.1.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?.split(':').next()?;
    (!host.is_empty()).then_some(host)
}

/// Percent-decoding; bytes that are no UTF-8 become U+FFFD.
pub(crate) fn decode_component(text: &str, plus_is_space: bool) -> String {
    if plus_is_space {
        let spaced = text.replace('+', " ");
        return percent_decode_str(&spaced).decode_utf8_lossy().into_owned();
    }
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_stand_alone() {
        assert_eq!(host("https://u@example.org:80/a?b"), Some("example.org"));
        assert_eq!(host("page.html"), None);
    }

    #[test]
    fn parameters_are_decoded() {
        let query = "a=1&amp;latex=%5Cfrac%7B1%7D%7B2%7D+x&bg=ffffff";
        assert_eq!(parameter(query, "latex").as_deref(), Some("\\frac{1}{2} x"));
        assert_eq!(parameter(query, "x"), None);
        assert_eq!(decode_component("a+b%2", false), "a+b%2");
    }
}
