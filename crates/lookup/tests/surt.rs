//! Keys are those of PyPI's `surt`, which wrote `tests/fixtures/surt/golden.jsonl`.
#![allow(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

use cc_math_lookup::surt;
use proptest::prelude::*;
use serde_json::Value as Json;

#[test]
fn keys_are_those_of_the_reference() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/surt/golden.jsonl");
    let golden = std::fs::read_to_string(path).unwrap();
    let mut wrong = Vec::new();
    for line in golden.lines() {
        let row: Json = serde_json::from_str(line).unwrap();
        let (url, expected) = (row["url"].as_str().unwrap(), row["surt"].as_str());
        // The reference has a key for nothing at all; we have nothing to look up.
        let expected = expected.filter(|_| !url.is_empty());
        let found = surt(url).ok();
        if found.as_deref() != expected {
            wrong.push(format!("{url:?}\n     is {found:?}\n not {expected:?}"));
        }
    }
    assert!(golden.lines().count() > 800);
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

proptest! {
    #[test]
    fn any_text_has_a_key_or_a_reason(url in ".*") {
        if let Ok(key) = surt(&url) {
            prop_assert!(key.is_ascii() || url.starts_with("filedesc"));
        }
    }

    #[test]
    fn ways_to_write_an_address_do_not_show(
        path in "[a-z0-9/._~-]{0,12}", query in "[a-z0-9=&]{0,12}", digit in "[0-9]?",
    ) {
        let expected = surt(&format!("http://example.com/{path}?{query}"));
        for start in ["https://", "HTTP://", "", "http://user@", "http://http://"] {
            for end in ["", "#top"] {
                let url = format!("{start}www{digit}.Example.com./{path}?{query}{end}");
                prop_assert_eq!(surt(&url), expected.clone(), "{}", url);
            }
        }
    }
}
