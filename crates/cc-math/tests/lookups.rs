//! From URLs through an index to documents.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop at what it did not expect"
)]

#[allow(dead_code, reason = "each test binary uses what it needs")]
mod support;

use arrow_array::{
    ArrayRef, Int16Array, Int32Array, RecordBatch, StringArray, TimestampMillisecondArray,
};
use cc_math_lookup::surt;
use parquet::arrow::ArrowWriter;
use serde_json::Value as Json;
use std::fs::{self, File};
use std::io::Write;
use std::process::Stdio;
use std::sync::Arc;
use support::Scratch;

/// A record as an index knows it.
#[derive(Clone)]
struct Record {
    url: String,
    offset: i32,
    length: i32,
}

/// The documents of the small crawl, and where their records are.
fn records(scratch: &Scratch) -> (Vec<u8>, Vec<Record>) {
    let stream = scratch.well("extract crawl/000.warc.gz -o - --math any --quiet").stdout;
    let documents = std::str::from_utf8(&stream).unwrap().lines();
    let record = |line: &str| {
        let document: Json = serde_json::from_str(line).unwrap();
        let number = |name: &str| document[name].as_i64().unwrap() as i32;
        Record {
            url: document["url"].as_str().unwrap().into(),
            offset: number("warc_record_offset"),
            length: number("warc_record_length"),
        }
    };
    let records = documents.map(record).collect();
    (stream, records)
}

/// Writes a part of an index, in the order of keys, as Common Crawl lays it out.
fn write_index(scratch: &Scratch, crawl: &str, archive: &str, time: i64, records: &[Record]) {
    let mut records = records.to_vec();
    records.sort_by_key(|record| surt(&record.url).unwrap());
    let text = |value: &dyn Fn(&Record) -> String| -> ArrayRef {
        Arc::new(records.iter().map(|record| Some(value(record))).collect::<StringArray>())
    };
    let number = |value: &dyn Fn(&Record) -> i32| -> ArrayRef {
        Arc::new(records.iter().map(|record| Some(value(record))).collect::<Int32Array>())
    };
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("url_surtkey", text(&|record| surt(&record.url).unwrap())),
        ("url", text(&|record| record.url.clone())),
        ("fetch_time", Arc::new(TimestampMillisecondArray::from(vec![time; records.len()]))),
        ("fetch_status", Arc::new(Int16Array::from(vec![200; records.len()]))),
        ("warc_filename", text(&|_| archive.into())),
        ("warc_record_offset", number(&|record| record.offset)),
        ("warc_record_length", number(&|record| record.length)),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let folder = scratch.0.join(format!("index/crawl={crawl}/subset=warc"));
    fs::create_dir_all(&folder).unwrap();
    let file = File::create(folder.join("part-00000.c000.parquet")).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

/// The crawl, two indexes of it of which the older leads nowhere, and a list of all its URLs in
/// other words, with one that is in no index and one that is none.
fn scene(name: &str) -> (Scratch, Vec<u8>, Vec<Record>) {
    let scratch = Scratch::new(name);
    scratch.crawl(1, 1);
    let (stream, records) = records(&scratch);
    write_index(&scratch, "CC-MAIN-2024-10", "000.warc.gz", 2000, &records);
    write_index(&scratch, "CC-MAIN-2023-50", "gone.warc.gz", 1000, &records);
    let other = |record: &Record| match record.url.strip_prefix("https://") {
        Some(rest) => format!("HTTP://www.{rest}#top"),
        None => record.url.replacen("http", "https", 1),
    };
    let mut urls: Vec<String> = records.iter().rev().map(other).collect();
    urls.push("https://example.com/absent".into());
    urls.push("http://example.com:port/".into());
    fs::write(scratch.0.join("urls.txt"), urls.join("\n")).unwrap();
    (scratch, stream, records)
}

fn summary(stderr: &[u8]) -> Json {
    serde_json::from_slice(stderr.trim_ascii().rsplit(|&b| b == b'\n').next().unwrap()).unwrap()
}

#[test]
fn what_is_looked_up_can_be_extracted() {
    let (scratch, whole, records) = scene("extracted");
    for name in ["table.parquet", "table.csv", "table.jsonl.gz"] {
        let arguments = "lookup urls.txt --index index --missing missing.txt --malformed none.txt --log-format json";
        let output = scratch.well(&format!("{arguments} -o crawl/{name}"));
        let counts = summary(&output.stderr)["counts"].clone();
        let n = records.len();
        assert_eq!([&counts["urls"], &counts["found"], &counts["captures"]], [n + 2, n, n]);
        assert_eq!([&counts["not_found"], &counts["malformed"]], [1, 1]);
        let documents =
            scratch.well(&format!("extract crawl/{name} -o - --math any --quiet")).stdout;
        assert!(!whole.is_empty() && documents == whole, "{name}");
    }
    let read = |name: &str| fs::read_to_string(scratch.0.join(name)).unwrap();
    assert_eq!(read("missing.txt"), "https://example.com/absent\n");
    assert!(read("none.txt").ends_with("65535\thttp://example.com:port/\n"));
}

#[test]
fn captures_of_all_crawls_or_of_some() {
    let (scratch, _, records) = scene("captures");
    let rows = |arguments: &str| {
        let output = scratch.well(&format!("lookup urls.txt --quiet --index {arguments}"));
        String::from_utf8(output.stdout).unwrap().lines().count() - 1
    };
    assert_eq!(rows("index"), records.len());
    assert_eq!(rows("index --captures all"), 2 * records.len());
    assert_eq!(rows("index --captures all --crawls CC-MAIN-2023-*"), records.len());
    assert_eq!(rows("index/*/*/*.parquet --captures all"), 2 * records.len());
    assert_eq!(rows("index --status 301,404"), 0);
    // Only the scheme of these was changed.
    let http = records.iter().filter(|record| record.url.starts_with("http://")).count();
    assert_eq!(rows("index --exact --status any"), http);
}

#[test]
fn lists_come_from_standard_input_too() {
    let (scratch, _, records) = scene("stdin");
    let mut command = scratch.command("lookup - --index index --quiet --threads 3");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    writeln!(child.stdin.take().unwrap(), "{}", records[0].url).unwrap();
    let output = child.wait_with_output().unwrap();
    let lines = String::from_utf8(output.stdout).unwrap();
    assert_eq!(lines.lines().count(), 2, "{lines}");
}

#[test]
fn a_damaged_index_file_is_a_failed_input() {
    let (scratch, _, records) = scene("damaged");
    let path = scratch.0.join("index/crawl=CC-MAIN-2023-50/subset=warc/part-00000.c000.parquet");
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let output = scratch.run("lookup urls.txt --index index -o table.parquet --log-format json");
    assert_eq!(output.status.code(), Some(1));
    let summary = summary(&output.stderr);
    assert_eq!(summary["counts"]["found"], records.len());
    let failed = summary["failed"][0]["name"].as_str().unwrap();
    assert!(failed.ends_with("crawl=CC-MAIN-2023-50/subset=warc/part-00000.c000.parquet"));
    assert!(scratch.0.join("table.parquet").exists());
    assert!(!scratch.0.join("table.parquet.tmp").exists());
}
