//! Pages are read in the encoding they are in.

#![allow(clippy::expect_used, reason = "tests")]

use cc_math_core::CharsetSource::{self, Bom, Detected, Fallback, Http, Meta};
use cc_math_html::decode;
use encoding_rs::Encoding;

#[track_caller]
fn check(bytes: &[u8], header: Option<&str>, text: &str, charset: &str, source: CharsetSource) {
    let decoded = decode(bytes, header, None);
    assert_eq!((&*decoded.text, decoded.charset, decoded.source), (text, charset, source));
}

#[test]
fn order_of_sources() {
    let latin = Some("text/html; charset=iso-8859-1");
    check(b"\xef\xbb\xbfa\xc3\xa9", latin, "a\u{e9}", "utf-8", Bom);
    check(
        b"<meta charset=koi8-r>a\xe9 b",
        latin,
        "<meta charset=koi8-r>a\u{e9} b",
        "windows-1252",
        Http,
    );
    check(
        b"<meta charset=iso-8859-2>\xb1",
        None,
        "<meta charset=iso-8859-2>\u{105}",
        "iso-8859-2",
        Meta,
    );
    check("aé".as_bytes(), None, "a\u{e9}", "utf-8", Detected);
    check(b"caf\xe9 au lait", None, "caf\u{e9} au lait", "windows-1252", Detected);
    check(b"ascii", None, "ascii", "windows-1252", Fallback);
    check(b"ascii", Some("text/html; charset=utf-8"), "ascii", "utf-8", Http);
    check(b"", None, "", "windows-1252", Fallback);
}

#[test]
fn wide_characters() {
    let text = "<p>αβγ and so on, mostly ASCII as pages are</p>";
    let utf_16 = |unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect::<Vec<_>>();
    let utf_32 =
        |unit: fn(u32) -> [u8; 4]| text.chars().flat_map(|c| unit(c.into())).collect::<Vec<_>>();
    let both = |name: &str, mark: &[u8], bytes: Vec<u8>| {
        check(&[mark, &bytes].concat(), None, text, name, Bom);
        check(&bytes, Some("text/html; charset=utf-8"), text, name, Detected);
    };
    both("utf-16le", b"\xff\xfe", utf_16(u16::to_le_bytes));
    both("utf-16be", b"\xfe\xff", utf_16(u16::to_be_bytes));
    both("utf-32le", b"\xff\xfe\0\0", utf_32(u32::to_le_bytes));
    both("utf-32be", b"\0\0\xfe\xff", utf_32(u32::to_be_bytes));
    check(b"\xff\xfe\0\0a\0\0\0\0\0\x11\0b", None, "a\u{fffd}\u{fffd}", "utf-32le", Bom);
}

#[test]
fn false_claims_are_overruled() {
    let utf_8 = Some("text/html; charset=utf-8");
    let latin = Some("text/html; charset=iso-8859-1");
    check("naïve café".as_bytes(), latin, "na\u{ef}ve caf\u{e9}", "utf-8", Detected);
    check(
        "Привет".as_bytes(),
        Some("text/html; charset=windows-1251"),
        "Привет",
        "utf-8",
        Detected,
    );
    check(
        "数学の問題".as_bytes(),
        Some("text/html; charset=shift_jis"),
        "数学の問題",
        "utf-8",
        Detected,
    );
    check(b"caf\xe9 cr\xe8me", utf_8, "caf\u{e9} cr\u{e8}me", "windows-1252", Detected);
    let russian = "Теорема доказана, следствие очевидно для всех чисел";
    let (bytes, ..) = encoding("windows-1251").encode(russian);
    check(&bytes, latin, russian, "windows-1251", Detected);
    check(&bytes, utf_8, russian, "windows-1251", Detected);
    let page = format!("<meta charset=windows-1251>{russian}");
    let (bytes, ..) = encoding("windows-1251").encode(&page);
    check(&bytes, latin, &page, "windows-1251", Meta);
}

#[test]
fn small_damage_overrules_nothing() {
    let utf_8 = Some("text/html; charset=utf-8");
    let damaged = [b"a\xff", "é, è, ê und ü".as_bytes()].concat();
    let decoded = decode(&damaged, utf_8, None);
    assert_eq!((decoded.charset, decoded.source, decoded.errors), ("utf-8", Http, 1));
    let cut = &"all ASCII but é".as_bytes()[..15];
    let decoded = decode(cut, utf_8, None);
    assert_eq!((&*decoded.text, decoded.charset), ("all ASCII but \u{fffd}", "utf-8"));
    let decoded = decode(b"\x81\x30 \x82\xa0\x82\xa2", Some("text/html; charset=shift_jis"), None);
    assert_eq!(decoded.charset, "shift_jis");
}

#[test]
fn damaged_claims_of_several_bytes_are_overruled() {
    let text = "数列の和を求める問題は、次のように解くことができます。".repeat(3);
    let (bytes, ..) = encoding("euc-jp").encode(&text);
    check(&bytes, Some("text/html; charset=shift_jis"), &text, "euc-jp", Detected);
}

fn encoding(label: &str) -> &'static Encoding {
    Encoding::for_label(label.as_bytes()).expect("label")
}

/// Every sample as a page in its encoding, with the encoding claimed in the header, in the page,
/// or nowhere.
#[test]
fn legacy_pages() {
    let samples = include_str!("../../../tests/fixtures/html/languages.txt");
    for line in samples.lines().filter(|line| !line.starts_with('#')) {
        let (labels, text) = line.split_once(": ").expect("labels: text");
        for label in labels.split(' ') {
            let plain = format!("<html><body><h1>{text}</h1><p>{text}</p></body></html>");
            let claiming = format!("<meta charset={label}>{plain}");
            let header = format!("text/html; charset={label}");
            read_back(&plain, label, Some(&header));
            read_back(&claiming, label, None);
            read_back(&plain, label, None);
        }
    }
}

#[track_caller]
fn read_back(page: &str, label: &str, header: Option<&str>) {
    let (bytes, _, unmappable) = encoding(label).encode(page);
    assert!(!unmappable, "{label} cannot hold {page}");
    let decoded = decode(&bytes, header, None);
    assert_eq!(decoded.text, page, "{label}, header {header:?}, read as {}", decoded.charset);
}
