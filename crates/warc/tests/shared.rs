//! The development data beside the repository: bodies as servers sent them, compared with the
//! SHA-1 of what they decode to, and the fixtures too large to keep here. Each test says so
//! and passes where the data are absent.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot be set up has failed")]

mod common;

use cc_math_warc::{Event, HttpLimits, Limits, RecordReader, Scratch, Splitter};
use common::read;
use std::collections::BTreeMap;
use std::path::PathBuf;

fn shared(folder: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/dev").join(folder)
}

#[test]
fn bodies_decode_to_what_was_sent() {
    let folder = shared("warc");
    let Ok(index) = std::fs::read_to_string(folder.join("index.jsonl")) else {
        eprintln!("skipped: no {}", folder.display());
        return;
    };
    let mut cases: BTreeMap<(String, u64), serde_json::Value> = BTreeMap::new();
    for line in index.lines().filter(|line| line.contains("http_case")) {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        let key = (case["warc"].as_str().unwrap().to_owned(), case["offset"].as_u64().unwrap());
        cases.insert(key, case);
    }
    let (mut reader, mut scratch) = (RecordReader::new(Limits::default()), Scratch::default());
    let mut wrong = Vec::new();
    for ((warc, offset), case) in &cases {
        let file = std::fs::read(folder.join(warc)).unwrap();
        let length = case["length"].as_u64().unwrap();
        let member = &file[*offset as usize..(*offset + length) as usize];
        let chunk = Splitter::new(member, "x", Limits::default()).next().unwrap().unwrap();
        let mut records = reader.read(&chunk);
        let Some(Event::Record(record)) = records.next() else { panic!("{case}") };
        let page = record.page(&HttpLimits::default(), &mut scratch);
        let name = case["http_case"].as_str().unwrap();
        let sha = page.as_ref().map(|page| sha1_smol::Sha1::from(page.body).digest().to_string());
        let cut = page.as_ref().is_ok_and(|page| page.truncated.is_some());
        let len = page.as_ref().map_or(0, |page| page.body.len());
        let right = match case["expect_sha1_of_decoded"].as_str() {
            Some(expected) => sha.as_deref() == Ok(expected) && !cut,
            None => cut && len > 10_000,
        };
        if !right {
            wrong.push(format!(
                "{name}: {:?} {sha:?} {len} {cut}",
                page.as_ref().map(|p| &p.truncated)
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {} wrong: {wrong:#?}", wrong.len(), cases.len());
    assert!(cases.len() >= 14);
}

/// The number of records of each type, as counted by whoever collected the files.
#[test]
fn every_collected_file_gives_the_records_it_holds() {
    let folder = shared("warc-fixtures");
    let Ok(facts) = std::fs::read_to_string(folder.join("fixtures.json")) else {
        eprintln!("skipped: no {}", folder.display());
        return;
    };
    let facts: Vec<serde_json::Value> = serde_json::from_str(&facts).unwrap();
    for fact in facts {
        let name = fact["file"].as_str().unwrap();
        let seen = read(&std::fs::read(folder.join(name)).unwrap(), Limits::default());
        let held = fact["warc_headers_seen"].as_object().unwrap();
        for (kind, n) in held {
            let kind = if kind == "unknown" { "other" } else { kind };
            let found = seen.iter().filter(|s| s.what.split('!').next() == Some(kind)).count();
            assert_eq!(found as u64, n.as_u64().unwrap(), "{name}: {kind}");
        }
    }
}

#[test]
fn old_crawls_give_pages() {
    let path = shared("warc-fixtures").join("fastwarc--clueweb-quirk.warc.gz");
    let Ok(file) = std::fs::read(&path) else {
        eprintln!("skipped: no {}", path.display());
        return;
    };
    let (mut reader, mut scratch) = (RecordReader::new(Limits::default()), Scratch::default());
    let mut pages = 0;
    for chunk in Splitter::new(&file[..], "x", Limits::default()) {
        let chunk = chunk.unwrap();
        let mut records = reader.read(&chunk);
        while let Some(event) = records.next() {
            let Event::Record(record) = event else { panic!("{event:?}") };
            let Ok(page) = record.page(&HttpLimits::default(), &mut scratch) else { continue };
            assert_eq!(page.status, Some(200));
            assert_eq!(page.content_type.as_deref(), Some("text/html; charset=EUC-JP"));
            assert!(page.body.starts_with(b"<html>") && page.truncated.is_none());
            pages += 1;
        }
    }
    assert_eq!(pages, 29);
}
