//! Bodies as servers sent them (`dev-http-encodings` of the development data), compared with
//! the SHA-1 of what they decode to. Says so and passes where the data are absent.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot be set up has failed")]

use cc_math_warc::{Event, HttpLimits, Limits, RecordReader, Scratch, Splitter};
use std::collections::BTreeMap;
use std::path::PathBuf;

#[test]
fn bodies_decode_to_what_was_sent() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/dev/warc");
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
