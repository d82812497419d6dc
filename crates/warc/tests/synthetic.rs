//! Archives made here, one oddity each.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot be set up has failed")]

mod common;

use cc_math_warc::{Event, HttpFault, HttpLimits, Limits, RecordReader, Scratch, Splitter, http};
use common::read;
use std::io::Write;

fn record(block: &[u8]) -> Vec<u8> {
    with_length(block, &block.len().to_string())
}

fn with_length(block: &[u8], length: &str) -> Vec<u8> {
    let mut bytes =
        format!("WARC/1.0\r\nWARC-Type: resource\r\nContent-Length: {length}\r\n\r\n").into_bytes();
    bytes.extend(block);
    bytes.extend(b"\r\n\r\n");
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A hundred digits that do not compress well.
fn noise(seed: u32) -> String {
    let digit = |i: u32| ((seed * 100 + i).wrapping_mul(2_654_435_761) >> 13) % 10;
    (0..100).map(|i| char::from(b'0' + digit(i) as u8)).collect()
}

fn small(limit: usize) -> Limits {
    Limits { record: limit, ..Limits::default() }
}

/// Events as `kind:block`.
fn check(bytes: &[u8], limits: Limits, expected: &[&str]) {
    for chunk in [1, 50, 2 << 20] {
        let seen = read(bytes, Limits { chunk, ..limits });
        let told: Vec<String> = seen
            .iter()
            .map(|s| format!("{}:{}", s.what, String::from_utf8_lossy(&s.block)))
            .collect();
        assert_eq!(told, expected, "chunks of {chunk}: {:?}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn odd_plain_files() {
    let (a, b) = (record(b"a"), record(b"b"));
    let all = Limits::default();
    let both = &["resource:a", "resource:b"][..];
    check(&[&a[..], &b].concat(), all, both);
    check(&[b"\r\n\r\n", &a[..], b"\r\n\r\n\r\n", &b, b"\n\0\0"].concat(), all, both);
    check(&[&a[..a.len() - 4], &b[..b.len() - 4]].concat(), all, both);
    check(&[&a[..a.len() - 3], b"\n", &b].concat(), all, both);
    check(
        &[&a[..], b"junk", &b].concat(),
        all,
        &["resource!wrong-length:a", "damaged-record:", "resource:b"],
    );
    check(&[b"junk", &a[..]].concat(), all, &["damaged-record:", "resource:a"]);
    check(&[&a[..], b"WARC/1.0 and so on"].concat(), all, &["resource:a", "damaged-record:"]);
    check(b"no archive at all, but a text of some length", all, &["damaged-record:"]);
    check(b"\r\n\r\n", all, &[]);
}

#[test]
fn wrong_lengths() {
    let b = record(b"b");
    let all = Limits::default();
    let check_length = |length: &str, expected: &[&str]| {
        check(&[&with_length(b"0123456789", length)[..], &b].concat(), all, expected);
    };
    check_length("8", &["resource!wrong-length:01234567", "damaged-record:", "resource:b"]);
    check_length("12", &["resource:0123456789\r\n", "resource:b"]);
    check_length("40", &["resource!wrong-length:0123456789", "resource:b"]);
    check_length("4000", &["resource!wrong-length:0123456789", "resource:b"]);
    check_length("ten", &["resource!wrong-length:0123456789", "resource:b"]);
    check_length("-1", &["resource!wrong-length:0123456789", "resource:b"]);
    check_length("99999999999999999999999", &["resource!wrong-length:0123456789", "resource:b"]);
    check_length("99999999999", &["oversized-record:", "resource:b"]);
    check(&with_length(b"0123", "10")[..], all, &["resource!cut-short:0123\r\n\r\n"]);
    let headless = b"WARC/1.0\r\nWARC-Type: resource\r\nContent-Length: 9\r\n\r\n";
    check(headless, all, &["truncated-record:"]);
}

#[test]
fn nested_archives_are_blocks() {
    let inner = [record(b"x"), record(b"y")].concat();
    let outer = [record(&inner), record(b"b")].concat();
    let told = format!("resource:{}", String::from_utf8_lossy(&inner));
    check(&outer, Limits::default(), &[&told, "resource:b"]);
}

#[test]
fn line_ends_and_folds() {
    let bytes = b"WARC/1.0\nwarc-type: resource\ncontent-length: 1\n\na\n\nWARC/1.0\r\nWARC-Type:\r\n resource\r\nContent-Length: 1\r\n\r\nb\r\n\r\n";
    check(bytes, Limits::default(), &["resource:a", "resource:b"]);
}

#[test]
fn records_over_the_limit_are_skipped() {
    let big = record(&[b'x'; 5000]);
    let (a, b) = (record(b"a"), record(b"b"));
    let expected = &["resource:a", "oversized-record:", "resource:b"][..];
    check(&[&a[..], &big, &b].concat(), small(1000), expected);
    check(&[gzip(&a), gzip(&big), gzip(&b)].concat(), small(1000), expected);
    let one_member = gzip(&[&a[..], &big, &b].concat());
    check(&one_member, small(1000), expected);
    check(&one_member, Limits { unsplit: 1, ..small(1000) }, expected);
}

#[test]
fn a_bomb_is_defused() {
    let bomb = gzip(&with_length(&vec![b'0'; 80 << 20], "7"));
    let file = [gzip(&record(b"a")), bomb, gzip(&record(b"b"))].concat();
    let seen = read(&file, small(1 << 20));
    let told: Vec<&str> = seen.iter().map(|s| s.what.as_str()).collect();
    let bomb = ["resource!wrong-length", "damaged-record", "oversized-record"];
    assert_eq!(told, [&["resource"], &bomb[..], &["resource"]].concat());
}

#[test]
fn damaged_members() {
    let (a, b) = (gzip(&record(&[b'a'; 300])), gzip(&record(b"b")));
    let told = |file: &[u8]| {
        let seen = read(file, Limits::default());
        seen.iter().map(|s| s.what.clone()).collect::<Vec<_>>().join(" ")
    };
    let mut checksum = a.clone();
    let end = checksum.len();
    checksum[end - 5] ^= 1;
    assert_eq!(told(&[&checksum[..], &b].concat()), "resource!damaged-compression resource");
    assert_eq!(told(&[&a[..end - 4], &b].concat()), "resource!damaged-compression resource");
    assert_eq!(told(&[&b[..], &a[..end - 4]].concat()), "resource resource");
    assert_eq!(told(&[&b[..], &a[..12]].concat()), "resource truncated-record");
    assert_eq!(told(&[&a[..12], &b].concat()), "damaged-compression resource");
    assert_eq!(told(&[&b[..], &[0; 100], &b].concat()), "resource resource");
}

/// Places that look like members but are none cost little each.
#[test]
fn many_false_starts() {
    let start = gzip(&record(b"a"));
    let named = b"\x1f\x8b\x08\x08aaaaaaaaaaaa".repeat(10_000);
    let bare = start[..12].repeat(10_000);
    for noise in [named, bare] {
        let file = [&start[..], &noise, &start].concat();
        let seen = read(&file, Limits::default());
        assert_eq!(seen.iter().filter(|s| s.what == "resource").count(), 2);
    }
}

#[test]
fn one_big_member_is_split_all_the_same() {
    let blocks: Vec<String> = (0..200).map(noise).collect();
    let records: Vec<u8> = blocks.iter().flat_map(|b| record(b.as_bytes())).collect();
    let file = gzip(&records);
    let whole = read(&file, Limits::default());
    let limits = Limits { chunk: 1000, unsplit: 1, ..Limits::default() };
    assert!(Splitter::new(&file[..], "f", limits).count() > 10);
    assert!(whole == read(&file, limits));
    assert_eq!(whole.len(), 200);
    let mixed = [gzip(&record(b"a")), file, gzip(&record(b"b"))].concat();
    assert!(read(&mixed, Limits::default()) == read(&mixed, limits));
}

#[test]
fn a_cut_inside_a_big_member_keeps_the_rest() {
    let blocks: Vec<String> = (0..200).map(noise).collect();
    let records: Vec<u8> = blocks.iter().flat_map(|b| record(b.as_bytes())).collect();
    let mut file = gzip(&records);
    let middle = file.len() / 2;
    file[middle] ^= 0x55;
    file.extend(gzip(&record(b"b")));
    for limits in [Limits::default(), Limits { chunk: 1000, unsplit: 1, ..Limits::default() }] {
        let seen = read(&file, limits);
        assert!(seen.len() > 50, "{limits:?}: {}", seen.len());
        assert_eq!(seen.last().unwrap().block, b"b");
    }
}

fn page(block: &[u8], limits: HttpLimits) -> Result<(Vec<u8>, bool), HttpFault> {
    let mut scratch = Scratch::default();
    let response = http::decode(block, &limits, &mut scratch)?;
    Ok((response.body.to_vec(), response.truncated))
}

fn response(coding: &str, body: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 200 OK\r\n{coding}\r\n\r\n").as_bytes(), body].concat()
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// `<p>` and 300 bytes that do not compress to nothing.
fn text() -> Vec<u8> {
    let mut text = b"<p>".to_vec();
    text.extend((0..300u32).map(|i| b'a' + (i.wrapping_mul(2_654_435_761) >> 20) as u8 % 26));
    text
}

#[test]
fn http_codings() {
    let text = text();
    let zstd = zstd::encode_all(&text[..], 3).unwrap();
    let twice = gzip(&gzip(&text));
    let chunked =
        [format!("{:x}\r\n", gzip(&text).len()).as_bytes(), &gzip(&text), b"\r\n0\r\n\r\n"]
            .concat();
    let table: &[(&str, Vec<u8>)] = &[
        ("Content-Encoding: gzip", gzip(&text)),
        ("Content-Encoding: gzip", text.clone()),
        ("Content-Encoding: gzip", twice.clone()),
        ("Content-Encoding: gzip, gzip", twice.clone()),
        ("Content-Encoding: gzip\r\nContent-Encoding: gzip", twice),
        ("Content-Encoding: gzip", [gzip(&text[..100]), gzip(&text[100..])].concat()),
        ("Content-Encoding: gzip", [&gzip(&text)[..], b"trailing"].concat()),
        ("Content-Encoding: GZip", [b"\r\n", &gzip(&text)[..]].concat()),
        ("Content-Type: text/html", gzip(&text)),
        ("Content-Encoding: deflate", zlib(&text)),
        ("Content-Encoding: deflate", deflate(&text)),
        ("Content-Encoding: deflate", gzip(&text)),
        ("Content-Encoding: deflate", text.clone()),
        ("Content-Encoding: zstd", zstd.clone()),
        ("Content-Encoding: gzip, zstd", zstd::encode_all(&gzip(&text)[..], 3).unwrap()),
        ("Content-Encoding: br", text.clone()),
        ("Content-Encoding: utf-8", text.clone()),
        ("Content-Encoding: identity", text.clone()),
        ("Content-Encoding: gzip\r\nTransfer-Encoding: chunked", chunked.clone()),
        ("Transfer-Encoding: gzip, chunked", chunked),
        ("Transfer-Encoding: chunked", text.clone()),
    ];
    for (coding, body) in table {
        let decoded = page(&response(coding, body), HttpLimits::default());
        assert_eq!(decoded, Ok((text.clone(), false)), "{coding}");
    }
}

#[test]
fn http_damage() {
    let text = text();
    let half = |body: Vec<u8>| body[..body.len() / 2].to_vec();
    for (coding, body) in [
        ("gzip", half(gzip(&text))),
        ("deflate", half(zlib(&text))),
        ("deflate", half(deflate(&text))),
    ] {
        let (body, truncated) =
            page(&response(&format!("Content-Encoding: {coding}"), &body), HttpLimits::default())
                .unwrap();
        assert!(
            truncated && text.starts_with(&body) && body.len() > 50,
            "{coding}: {}",
            body.len()
        );
    }
    let fault = |coding: &str, body: &[u8], limits| {
        page(&response(coding, body), limits).map(|_| ()).map_err(|fault| fault.to_string())
    };
    let limits = HttpLimits::default();
    assert_eq!(
        fault("Content-Encoding: compress", b"\x1f\x9d\x90", limits),
        Err("compress: unknown coding".into())
    );
    assert_eq!(
        fault("Content-Encoding: gzip", b"\x1f\x8b\x08", limits),
        Err("gzip: ends before its first byte".into())
    );
    assert_eq!(
        fault("Content-Encoding: a,b,c,d,e,f", b"", limits),
        Err("f: too many codings".into())
    );
    assert_eq!(fault("Content-Encoding: gzip", b"", limits), Ok(()));
    let tight = HttpLimits { body: 100, ..limits };
    for (coding, body) in [
        ("gzip", gzip(&text)),
        ("deflate", zlib(&text)),
        ("zstd", zstd::encode_all(&text[..], 3).unwrap()),
    ] {
        let told = fault(&format!("Content-Encoding: {coding}"), &body, tight);
        assert_eq!(told, Err(format!("{coding}: more than 100 bytes")));
    }
    assert_eq!(page(b"", limits), Err(HttpFault::Head("no bytes")));
}

#[test]
fn ratio_guard() {
    let bomb = zstd::encode_all(&vec![0u8; 20 << 20][..], 19).unwrap();
    let told = page(&response("Content-Encoding: zstd", &bomb), HttpLimits::default());
    assert!(matches!(told, Err(HttpFault::TooLarge { .. })));
}

#[test]
fn plain_bodies_are_not_copied() {
    let block = response("Content-Type: text/html", b"<p>");
    let file = [
        format!("WARC/1.0\r\nWARC-Type: response\r\nContent-Length: {}\r\n\r\n", block.len())
            .as_bytes(),
        &block,
    ]
    .concat();
    let mut reader = RecordReader::new(Limits::default());
    let chunk = Splitter::new(&file[..], "f", Limits::default()).next().unwrap().unwrap();
    let mut records = reader.read(&chunk);
    let Some(Event::Record(record)) = records.next() else { panic!("a record") };
    let mut scratch = Scratch::default();
    let page = record.page(&HttpLimits::default(), &mut scratch).unwrap();
    assert!(record.block.as_ptr_range().contains(&page.body.as_ptr()));
}
