//! Third-party archives, read as the README beside them says.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot be set up has failed")]

mod common;

use cc_math_warc::{Event, HttpLimits, Limits, RecordReader, Scratch, Splitter, parse_date};
use common::{Seen, fixture, read};

/// Events of a file: runs of equal ones as `3*request`.
fn check(name: &str, expected: &str) {
    let seen = read(&fixture(name), Limits::default());
    assert_eq!(summary(&seen), expected, "{name}");
}

fn summary(seen: &[Seen]) -> String {
    let mut words: Vec<(usize, &str)> = Vec::new();
    for event in seen {
        match words.last_mut() {
            Some((n, word)) if *word == event.what => *n += 1,
            _ => words.push((1, &event.what)),
        }
    }
    let word = |(n, word): &(usize, &str)| {
        if *n == 1 { (*word).to_owned() } else { format!("{n}*{word}") }
    };
    words.iter().map(word).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_fixture_reads_as_expected() {
    let set = "warcinfo request response metadata";
    let table = [
        ("derived--empty.warc.gz", ""),
        (
            "derived--whirlwind-bad-length.warc",
            "warcinfo request response!wrong-length damaged-record metadata",
        ),
        ("derived--whirlwind-dict.warc.zst", set),
        (
            "derived--whirlwind-garbage-between.warc.gz",
            "warcinfo damaged-record request damaged-record response damaged-record metadata",
        ),
        ("derived--whirlwind-truncated.warc.gz", "warcinfo request response!cut-short"),
        ("derived--whirlwind-two-members-per-record.warc.gz", set),
        ("derived--whirlwind.warc.zst", set),
        ("fastwarc--block-sized-records.warc", "3*other"),
        ("fastwarc--block-sized-records.warc.gz", "3*other"),
        ("fastwarc--block-sized-records.warc.lz4", "3*other"),
        ("fastwarc--clipped.warc.gz", "response!cut-short"),
        ("jwarc--cc.warc.gz", "response"),
        ("jwarc--gzip_extra_sl.warc.gz", "warcinfo"),
        (
            "warcio--bad.arc",
            "warcinfo!wrong-length response!wrong-length response response!wrong-length",
        ),
        ("warcio--example-bad-non-chunked.warc.gz", "2*warcinfo response request revisit request"),
        ("warcio--example-bad.warc.gz.bad", "warcinfo response request revisit request response"),
        ("warcio--example-digest.warc", "4*request"),
        ("warcio--example-iana.org-chunked.warc", "warcinfo response request"),
        ("warcio--example-resource.warc.gz", "2*warcinfo resource"),
        ("warcio--example-space-in-target-uri.warc.gz", "warcinfo resource"),
        ("warcio--example-space-in-url.arc", "warcinfo response!cut-short"),
        ("warcio--example-trunc.warc", "2*warcinfo response request"),
        (
            "warcio--example-wget-bad-target-uri.warc.gz",
            "warcinfo request response metadata 2*resource",
        ),
        ("warcio--example-wrong-chunks.warc.gz", "response request"),
        ("warcio--example.arc", "warcinfo response"),
        ("warcio--example.arc.gz", "warcinfo response"),
        ("warcio--example.warc", "2*warcinfo response request revisit request"),
        ("warcio--example.warc.gz", "2*warcinfo response request revisit request"),
        ("warcio--post-test.warc.gz", "response request response request response request"),
        ("whirlwind.warc", set),
        ("whirlwind.warc.gz", set),
        ("whirlwind.warc.wat", "warcinfo metadata"),
        ("whirlwind.warc.wat.gz", "warcinfo metadata"),
        ("whirlwind.warc.wet", "warcinfo conversion"),
        ("whirlwind.warc.wet.gz", "warcinfo conversion"),
    ];
    for (name, expected) in table {
        check(name, expected);
    }
}

#[test]
fn a_crawl_excerpt_has_all_its_records() {
    let seen = read(&fixture("fastwarc--warcfile.warc.gz"), Limits::default());
    let count = |kind: &str| seen.iter().filter(|s| s.what == kind).count();
    assert_eq!(["warcinfo", "request", "response", "metadata"].map(count), [1, 17, 16, 16]);
    assert_eq!(seen.len(), 50);
}

#[test]
fn containers_do_not_matter() {
    let plain = read(&fixture("whirlwind.warc"), Limits::default());
    for name in [
        "whirlwind.warc.gz",
        "derived--whirlwind.warc.zst",
        "derived--whirlwind-dict.warc.zst",
        "derived--whirlwind-two-members-per-record.warc.gz",
    ] {
        let packed = read(&fixture(name), Limits::default());
        let blocks = |seen: &[Seen]| seen.iter().map(|s| s.block.clone()).collect::<Vec<_>>();
        assert!(blocks(&plain) == blocks(&packed), "{name}");
    }
}

#[test]
fn places_are_what_a_range_request_needs() {
    let bytes = fixture("whirlwind.warc.gz");
    for record in read(&bytes, Limits::default()) {
        let member = &bytes[record.place.start as usize..record.place.end as usize];
        let alone = read(member, Limits::default());
        assert_eq!(alone.len(), 1);
        assert_eq!(alone[0].block, record.block);
    }
}

#[test]
fn addresses_lose_their_brackets_and_keep_their_blanks() {
    let uri = |name: &str, kind: &str| {
        let seen = read(&fixture(name), Limits::default());
        seen.iter().find(|s| s.what == kind).and_then(|s| s.uri.clone()).unwrap()
    };
    assert_eq!(
        uri("warcio--example-wget-bad-target-uri.warc.gz", "response"),
        "http://example.com/"
    );
    assert!(uri("warcio--example-space-in-target-uri.warc.gz", "resource").contains(' '));
    assert!(
        uri("warcio--example-space-in-url.arc", "response!cut-short")
            .ends_with("Live Web&IsPopUp=False")
    );
}

/// Payloads: status, type, start and length of the body, truncation.
fn pages(name: &str) -> Vec<String> {
    let (mut reader, mut scratch) = (RecordReader::new(Limits::default()), Scratch::default());
    let mut told = Vec::new();
    for chunk in Splitter::new(&fixture(name)[..], name, Limits::default()) {
        let chunk = chunk.unwrap();
        let mut records = reader.read(&chunk);
        while let Some(event) = records.next() {
            let Event::Record(record) = event else { continue };
            let Ok(page) = record.page(&HttpLimits::default(), &mut scratch) else { continue };
            let start = String::from_utf8_lossy(&page.body[..page.body.len().min(15)]).into_owned();
            let kind = page.content_type.unwrap_or_default();
            let (len, cut) = (page.body.len(), page.truncated.unwrap_or_default());
            told.push(format!("{:?} {kind} {start:?} {len} {cut}", page.status));
        }
    }
    told
}

#[test]
fn payloads() {
    let table: &[(&str, &[&str])] = &[
        (
            "warcio--example-wrong-chunks.warc.gz",
            &["Some(200) text/html; charset=UTF-8 \"<!doctype html>\" 1270 "],
        ),
        (
            "warcio--example-iana.org-chunked.warc",
            &["Some(200) text/html; charset=UTF-8 \"<!doctype html>\" 7223 "],
        ),
        ("warcio--example.warc.gz", &["Some(200) text/html \"<!doctype html>\" 1270 "]),
        ("warcio--example.arc.gz", &["Some(200) text/html \"<!doctype html>\" 1270 "]),
        ("whirlwind.warc.wet.gz", &["None text/plain \"Escopete - Biqu\" 4456 "]),
    ];
    for (name, expected) in table {
        assert_eq!(pages(name), *expected, "{name}");
    }
}

#[test]
fn headers_are_at_hand() {
    let bytes = fixture("whirlwind.warc.gz");
    let mut reader = RecordReader::new(Limits::default());
    let chunk = Splitter::new(&bytes[..], "w", Limits::default()).next().unwrap().unwrap();
    let mut records = reader.read(&chunk);
    records.next();
    let Some(Event::Record(record)) = records.next() else { panic!("a record") };
    assert_eq!(record.header("warc-type").as_deref(), Some("request"));
    assert_eq!(record.date_ms(), parse_date(b"2024-05-18T01:58:10Z"));
    assert!(record.id().unwrap().starts_with("urn:uuid:"));
    assert_eq!(record.headers().next().unwrap().0, "WARC-Type");
    assert_eq!(record.truncated(), None);
}
