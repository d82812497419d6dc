//! Runs whose inputs lie in a store: a real server of S3 on loopback, started by each test.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop at what it did not expect"
)]

#[allow(dead_code, reason = "each test binary uses what it needs")]
mod support;

#[allow(dead_code, reason = "each test binary uses what it needs")]
#[path = "support/store.rs"]
mod store;

use serde_json::Value as Json;
use std::fs;
use std::process::Output;
use store::{Store, errors};
use support::{Scratch, fixtures};

fn gets(requests: &[String]) -> usize {
    // A listing is of the bucket alone.
    let object = |told: &&String| told.trim_end_matches('/').matches('/').count() > 1;
    requests.iter().filter(|told| told.starts_with("GET")).filter(object).count()
}

/// A bucket `crawl` with archives and pages in folders.
fn crawl(scratch: &Scratch) {
    scratch.crawl(3, 1);
    for name in ["a.html", "b.html", "deep/er/c.html"] {
        let path = scratch.0.join("crawl/pages").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("<p>{name}: let $x^2 + y^2 = z^2$ hold for all such.</p>"))
            .unwrap();
    }
}

#[test]
fn a_bucket_is_read_like_a_folder_and_not_read_again() {
    let scratch = Scratch::new("bucket");
    crawl(&scratch);
    let store = Store::start(&scratch.0);
    scratch.well("extract crawl -o local --quiet");
    store.well(&scratch, "extract s3://crawl/ -o remote --quiet");
    scratch.same("local", "remote");
    assert_eq!(gets(&store.requests()), 6);
    // Nothing is read again, nor asked about one by one.
    store.well(&scratch, "extract s3://crawl/ -o remote --quiet");
    assert_eq!(store.requests().len(), 1);
    let runs = scratch.json("remote/run.json");
    assert_eq!(runs["runs"][1]["bytes"], 0);
    // What changes is read again, and only that.
    scratch.crawl(1, 2);
    store.well(&scratch, "extract s3://crawl/ -o remote --quiet");
    assert_eq!(gets(&store.requests()), 1);
    scratch.well("extract crawl -o local --quiet");
    scratch.same("local", "remote");
}

#[test]
fn patterns_and_single_objects_are_named_as_files_are() {
    let scratch = Scratch::new("patterns");
    crawl(&scratch);
    let store = Store::start(&scratch.0);
    for (name, what) in
        [("glob", "crawl/*.warc.gz"), ("deep", "crawl/**/*.html"), ("folder", "crawl/pages/")]
    {
        scratch.well(&format!("extract {what} -o local-{name} --quiet --math any"));
        store.well(&scratch, &format!("extract s3://{what} -o remote-{name} --quiet --math any"));
        scratch.same(&format!("local-{name}"), &format!("remote-{name}"));
    }
    let local = scratch.well("extract crawl/000.warc.gz crawl/pages/a.html -o - --quiet").stdout;
    let remote =
        store.run(&scratch, "extract s3://crawl/000.warc.gz s3://crawl/pages/a.html -o - --quiet");
    assert!(!local.is_empty() && local == remote.stdout, "{}", errors(&remote));
    let page = store.run(&scratch, "extract s3://crawl/pages/a.html").stdout;
    assert!(String::from_utf8(page).unwrap().contains("$x^2 + y^2 = z^2$"));
}

#[test]
fn lists_and_tables_lead_to_objects() {
    let scratch = Scratch::new("tables");
    crawl(&scratch);
    scratch.well(
        "extract crawl/000.warc.gz crawl/001.warc.gz --math any -o all --format jsonl --quiet",
    );
    let mut table = String::from("warc_filename,offset,length\n");
    let mut rows = 0;
    for name in scratch.outputs("all").keys().filter(|name| name.ends_with(".jsonl")) {
        for line in fs::read_to_string(scratch.0.join("all").join(name)).unwrap().lines() {
            let row: Json = serde_json::from_str(line).unwrap();
            let Some(file) = row["warc_filename"].as_str() else { continue };
            let (offset, length) = (&row["warc_record_offset"], &row["warc_record_length"]);
            table += &format!("{file},{offset},{length}\n");
            rows += 1;
        }
    }
    fs::write(scratch.0.join("crawl/table.csv"), &table).unwrap();
    fs::write(scratch.0.join("here.csv"), &table).unwrap();
    fs::write(scratch.0.join("crawl/warc.paths"), "000.warc.gz\n002.warc.gz\n").unwrap();
    let store = Store::start(&scratch.0);
    for (name, local, remote) in [
        ("table", "crawl/table.csv", "s3://crawl/table.csv"),
        ("list", "crawl/warc.paths", "s3://crawl/warc.paths"),
    ] {
        scratch.well(&format!("extract {local} -o local-{name} --quiet"));
        store.requests();
        store.well(&scratch, &format!("extract {remote} -o remote-{name} --quiet"));
        scratch.same(&format!("local-{name}"), &format!("remote-{name}"));
        let gets = gets(&store.requests());
        assert!(name != "table" || gets * 10 <= rows, "{gets} requests for {rows} records");
    }
    // A list here of objects there, and one that names them in full.
    scratch.well("extract here.csv --paths-root crawl -o local-here --quiet");
    store.well(&scratch, "extract here.csv --paths-root s3://crawl -o remote-here --quiet");
    scratch.same("local-here", "remote-here");
    fs::write(scratch.0.join("full.paths"), "s3://crawl/000.warc.gz\n").unwrap();
    store.well(&scratch, "extract full.paths -o full --quiet");
    assert_eq!(scratch.json("full/manifest.json")["counts"]["records"], 1 + 3 * 27);
}

#[test]
fn pipelines_read_documents_of_a_store() {
    let scratch = Scratch::new("documents");
    scratch.crawl(2, 1);
    scratch.well("extract crawl/000.warc.gz -o docs --quiet");
    scratch.well("extract crawl/001.warc.gz -o docs --quiet --format parquet");
    scratch.well("extract crawl/001.warc.gz -o lines --quiet --format jsonl.zst");
    let store = Store::start(&scratch.0);
    let pipeline = |root: &str, output: &str| {
        let text = format!(
            "name: n\nsource: {{ documents: {{ paths: [\"{root}docs/\", \"{root}lines/documents/*\"] }} }}\n\
             stages:\n  - sample: {{ rate: 0.7 }}\noutput: {output}\n"
        );
        fs::write(scratch.0.join(format!("{output}.yaml")), text).unwrap();
    };
    pipeline("", "local");
    pipeline("s3://", "remote");
    scratch.well("run local.yaml --quiet");
    store.well(&scratch, "run remote.yaml --quiet");
    scratch.same("local", "remote");
    let requests = store.requests();
    assert_eq!(gets(&requests), 3, "{requests:?}");
    store.well(&scratch, "run remote.yaml --quiet");
    assert_eq!(gets(&store.requests()), 0);
}

#[test]
fn inputs_that_fail_are_told_and_the_rest_is_read() {
    let scratch = Scratch::new("failing");
    crawl(&scratch);
    fs::write(scratch.0.join("crawl/warc.paths"), "000.warc.gz\ngone.warc.gz\n").unwrap();
    let store = Store::start(&scratch.0);
    let output = store.run(&scratch, "extract s3://crawl/warc.paths -o out");
    assert_eq!(output.status.code(), Some(1), "{}", errors(&output));
    let manifest = scratch.json("out/manifest.json");
    assert_eq!(manifest["failed"][0]["name"], "gone.warc.gz");
    assert_eq!(manifest["failed"][0]["error"], "cannot read: there is no such object");
    assert_eq!(manifest["counts"]["records"], 1 + 3 * 27);
    // It comes later, and is all that is read then.
    fs::copy(fixtures().join("mini-crawl/mini.warc.gz"), scratch.0.join("crawl/gone.warc.gz"))
        .unwrap();
    store.requests();
    store.well(&scratch, "extract s3://crawl/warc.paths -o out --quiet");
    assert_eq!(gets(&store.requests()), 2);
}

#[test]
fn what_cannot_be_listed_is_told_with_a_hint() {
    let scratch = Scratch::new("listing");
    crawl(&scratch);
    let store = Store::start(&scratch.0);
    let told = |output: &Output, sentence: &str, hint: &str| {
        let errors = errors(output);
        assert_eq!(output.status.code(), Some(2), "{errors}");
        assert!(errors.contains(sentence) && errors.contains(hint), "{errors}");
    };
    let run = |what: &str| store.run(&scratch, &format!("extract {what} -o out"));
    told(&run("s3://nowhere/"), "cannot list `s3://nowhere/`: there is no such bucket", "");
    told(&run("s3://crawl/none"), "no file or folder `s3://crawl/none`", "hint: a prefix");
    told(&run("s3://crawl/*.zip"), "no file or folder `s3://crawl/*.zip`", "hint: a prefix");
    let wrong = store.run_as("wrong", &scratch, "extract s3://crawl/ -o out");
    told(&wrong, "403 (SignatureDoesNotMatch)", "hint: credentials come from the environment");
    let dead = Store::dead();
    told(
        &dead.run(&scratch, "extract s3://crawl/ -o out"),
        "no connection",
        "hint: check the address",
    );
    assert!(!scratch.0.join("out").exists());
}

#[test]
fn an_index_in_a_store_is_read_by_ranges() {
    let scratch = Scratch::new("index");
    let part = "crawl=CC-MAIN-2018-05/subset=warc/part.parquet";
    for writer in ["polars", "pages-v2-delta"] {
        let target = scratch.0.join(format!("index/{writer}/{part}"));
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(fixtures().join(format!("lookup/{writer}.parquet")), target).unwrap();
    }
    let urls: String = (0..25).map(|n| format!("http://site{n:02}.com/page{}/\n", n % 3)).collect();
    fs::write(scratch.0.join("index/urls.txt"), urls).unwrap();
    let list = format!("polars/{part}\npages-v2-delta/{part}\npolars/robots.parquet\n");
    fs::write(scratch.0.join("index/cc-index-table.paths"), &list).unwrap();
    let store = Store::start(&scratch.0);
    scratch.well("lookup index/urls.txt --index index/polars index/pages-v2-delta -o here.csv");
    let here = fs::read_to_string(scratch.0.join("here.csv")).unwrap();
    assert_eq!(here.lines().count(), 19);
    let look = "lookup s3://index/urls.txt -o there.csv --index";
    store.well(
        &scratch,
        &format!("{look} s3://index/polars/ s3://index/pages-v2-delta/*/*/*.parquet"),
    );
    assert_eq!(fs::read_to_string(scratch.0.join("there.csv")).unwrap(), here);
    // A few requests a file, however many its records.
    assert!(gets(&store.requests()) < 15);
    fs::write(scratch.0.join("my.paths"), &list).unwrap();
    let crawl = "--crawls CC-MAIN-2018-*";
    store.well(&scratch, &format!("{look} my.paths --index-root s3://index {crawl}"));
    assert_eq!(fs::read_to_string(scratch.0.join("there.csv")).unwrap(), here);
    let gone = store.run(&scratch, &format!("{look} s3://index/cc-index-table.paths"));
    assert_eq!(gone.status.code(), Some(1), "{}", errors(&gone));
    assert!(errors(&gone).contains("robots.parquet") && errors(&gone).contains("no such object"));
    assert_eq!(fs::read_to_string(scratch.0.join("there.csv")).unwrap(), here);
    let tables = store.run(&scratch, "lookup s3://index/polars/x.parquet --index index/polars");
    assert_eq!(tables.status.code(), Some(2));
    assert!(errors(&tables).contains("hint: download it first"), "{}", errors(&tables));
}
