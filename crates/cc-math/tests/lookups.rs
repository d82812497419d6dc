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
use serde_json::{Value as Json, json};
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

const URLS: &str = "\
name: by address
source:
  urls: { lists: [urls.txt], index: [index], archives: crawl }
stages:
  - extract: { math: any }
  - where: length(text) > 0
output: out
tests:
  - given: { html: \"<p>Words.\" }
    expect: { verdict: keep }
";

#[test]
fn a_pipeline_begins_with_urls() {
    let (scratch, whole, records) = scene("source");
    fs::write(scratch.0.join("p.yaml"), URLS).unwrap();
    scratch.well("test p.yaml");
    scratch.well("run p.yaml --threads 1");
    scratch.well("run p.yaml --threads 4 -o four");
    assert_eq!(scratch.outputs("out"), scratch.outputs("four"));
    let documents = cc_math_store::read_documents(&scratch.0.join("out")).unwrap();
    assert_eq!(documents.count(), whole.split(|b| *b == b'\n').count() - 1);
    let manifest = scratch.json("out/manifest.json");
    let counts = &manifest["counts"];
    assert_eq!(counts["records"], records.len() + 2);
    let rejects = json!({ "urls": { "not-a-url": 1, "not-in-index": 1 } });
    assert_eq!(counts["rejects"], rejects, "{counts}");
    let inspected = String::from_utf8(scratch.well("inspect out --stage urls").stdout).unwrap();
    assert!(inspected.contains("http://example.com:port/"), "{inspected}");
    let again = String::from_utf8(scratch.well("run p.yaml").stderr).unwrap();
    assert!(again.contains("finished by an earlier run: 2"), "{again}");
    // Others work on its tasks.
    scratch.well("plan p.yaml --engine slurm --workers 2 --write jobs --set output=apart");
    for index in 0..2 {
        scratch.well(&format!("task --plan jobs/pipeline.yaml --index {index} --of 2"));
    }
    scratch.well("run jobs/pipeline.yaml");
    assert_eq!(scratch.outputs("out"), scratch.outputs("apart"));
    // One more URL, and what has changed is done again.
    let urls = fs::read_to_string(scratch.0.join("urls.txt")).unwrap();
    fs::write(scratch.0.join("urls.txt"), format!("{urls}\nhttp://nowhere.example/\n")).unwrap();
    scratch.well("run p.yaml");
    let manifest = scratch.json("out/manifest.json");
    assert_eq!(manifest["counts"]["rejects"]["urls"]["not-in-index"], 2);
    scratch.well("run p.yaml -o fresh");
    assert_eq!(scratch.outputs("out"), scratch.outputs("fresh"));
}

#[test]
fn a_pipeline_of_urls_tells_what_is_wrong() {
    let (scratch, _, _) = scene("wrong");
    let part = "index/crawl=CC-MAIN-2023-50/subset=warc/part-00000.c000.parquet";
    fs::write(scratch.0.join(part), "no Parquet").unwrap();
    fs::write(scratch.0.join("p.yaml"), URLS).unwrap();
    // Nothing of the index is read by `check`.
    let checked = String::from_utf8(scratch.well("check p.yaml").stderr).unwrap();
    assert!(checked.contains("2 stages, 1 test"), "{checked}");
    let told = |yaml: &str, verb: &str| {
        fs::write(scratch.0.join("p.yaml"), yaml).unwrap();
        let output = scratch.run(&format!("{verb} p.yaml"));
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let damaged = told(URLS, "run");
    assert!(damaged.contains("cannot read the index `index/crawl=CC-MAIN-2023-50"), "{damaged}");
    assert!(damaged.contains("hint: what it would have given is not known"), "{damaged}");
    assert!(!scratch.0.join("out").exists());
    let missing = told(&URLS.replace("urls.txt", "none.txt"), "check");
    assert!(missing.contains("p.yaml:3:19: no file or folder `none.txt`"), "{missing}");
    let other = told(&URLS.replace("archives", "crawls: X*, archives"), "check");
    assert!(other.contains("no index file is of a crawl `X*`"), "{other}");
    let none = told(&URLS.replace(", archives: crawl", ""), "check");
    assert!(none.contains("`archives` is missing"), "{none}");
    let late = told(&URLS.replace("  - extract: { math: any }\n", ""), "check");
    assert!(late.contains("`extract` is missing"), "{late}");
}
