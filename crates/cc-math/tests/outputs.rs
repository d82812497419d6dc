//! Runs whose output goes to a store: the same files, and nothing half there.
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

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::time::{Duration, SystemTime};
use store::{Store, Trouble, errors};
use support::Scratch;

const LEGS: &str = "\
name: legs
seed: 7
source: { warc: { paths: [crawl] } }
stages:
  - extract
  - shuffle
  - limit: { documents: 40 }
output: whole
";

/// A small crawl, a pipeline of three legs over it, and a server with an empty bucket.
fn scratch(archives: usize) -> (Scratch, Store) {
    let scratch = Scratch::new("outputs");
    scratch.crawl(archives, 1);
    fs::create_dir_all(scratch.0.join("bucket")).unwrap();
    fs::write(scratch.0.join("p.yaml"), LEGS).unwrap();
    let store = Store::start(&scratch.0);
    (scratch, store)
}

fn told(output: &Output, sentences: &[&str]) {
    let errors = errors(output);
    assert_eq!(output.status.code(), Some(2), "{errors}");
    for sentence in sentences {
        assert!(errors.contains(sentence), "`{sentence}` is not in: {errors}");
    }
}

/// Names of the parts of uploads that nobody finished or took back.
fn left_over(scratch: &Scratch) -> Vec<String> {
    let names = fs::read_dir(&scratch.0).unwrap().map(|entry| entry.unwrap().file_name());
    let names = names.map(|name| name.to_string_lossy().into_owned());
    names.filter(|name| name.starts_with(".upload")).collect()
}

fn lock(scratch: &Scratch) -> PathBuf {
    scratch.0.join("bucket/out/.cc-math/lock")
}

/// Writes another's lock, as old as this.
fn write_lock(scratch: &Scratch, age: Duration) {
    let path = lock(scratch);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let text = "{\"host\":\"elsewhere\",\"process\":4711,\"started_unix\":1,\"token\":\"t\",\"renewed\":3}";
    fs::write(&path, text).unwrap();
    File::options().write(true).open(&path).unwrap().set_modified(SystemTime::now() - age).unwrap();
    // What the server knows of the object that was there before.
    for entry in fs::read_dir(&scratch.0).unwrap() {
        let path = entry.unwrap().path();
        if path.to_string_lossy().ends_with(".internal.json") {
            fs::remove_file(path).unwrap();
        }
    }
}

#[test]
fn a_store_gets_what_a_folder_gets() {
    let (scratch, store) = scratch(3);
    scratch.well("extract crawl -o local --quiet");
    store.well(&scratch, "extract crawl -o s3://bucket/out --quiet");
    scratch.same("local", "bucket/out");
    assert!(!lock(&scratch).exists());
    // Again, nothing is read or written but what tells of the run.
    store.requests();
    let again = store.well(&scratch, "extract crawl -o s3://bucket/out/");
    assert!(errors(&again).contains("finished by an earlier run: 3"), "{}", errors(&again));
    let requests = store.requests();
    assert!(requests.len() <= 18, "{requests:#?}");
    assert!(requests.iter().all(|told| !told.contains("/documents/")), "{requests:#?}");
    scratch.same("local", "bucket/out");
    // From one store to another, and a whole bucket as output.
    fs::create_dir(scratch.0.join("all")).unwrap();
    store.well(&scratch, "extract s3://crawl/ -o s3://all --quiet");
    scratch.same("local", "all");
}

#[test]
fn legs_go_through_a_store() {
    let (scratch, store) = scratch(3);
    scratch.well("run p.yaml --quiet --threads 1");
    store.well(&scratch, "run p.yaml -o s3://bucket/out --quiet --threads 4");
    scratch.same("whole", "bucket/out");
    let again = store.well(&scratch, "run p.yaml -o s3://bucket/out");
    assert!(errors(&again).contains("0 records") || !errors(&again).contains("records,"));
    scratch.same("whole", "bucket/out");
    // Where a file is gone or cut short it is made again.
    let documents = scratch.0.join("bucket/out/documents");
    let file = fs::read_dir(&documents).unwrap().next().unwrap().unwrap().path();
    fs::write(&file, "PAR1").unwrap();
    store.well(&scratch, "run p.yaml -o s3://bucket/out --quiet");
    scratch.same("whole", "bucket/out");
    // What the stages behind a leg say is changed without reading again.
    let changed = "run p.yaml --set stages.limit.documents=20";
    let told = errors(&store.well(&scratch, &format!("{changed} -o s3://bucket/out")));
    assert!(told.contains("finished by an earlier run: "), "{told}");
    scratch.well(&format!("{changed} -o fewer --quiet"));
    scratch.same("fewer", "bucket/out");
}

#[test]
fn tasks_apart_meet_in_a_store() {
    let (scratch, store) = scratch(3);
    scratch.well("run p.yaml --quiet");
    let early = store.run(&scratch, "task --plan p.yaml -o s3://bucket/out --list");
    told(&early, &["`s3://bucket/out` is not prepared"]);
    let plan = "plan p.yaml --set output=s3://bucket/out --engine slurm --write jobs --workers 2";
    store.well(&scratch, plan);
    for leg in 0..3 {
        let start = |index| {
            let task = format!("task --plan jobs/pipeline.yaml --leg {leg} --index {index} --of 2");
            store.command(&scratch, &task).stderr(Stdio::null()).spawn().unwrap()
        };
        let workers: Vec<_> = (0..3).map(|index| start(index % 2)).collect();
        workers.into_iter().for_each(|mut worker| assert!(worker.wait().unwrap().success()));
    }
    let last = errors(&store.well(&scratch, "run jobs/pipeline.yaml"));
    assert!(last.contains("finished by an earlier run"), "{last}");
    scratch.same("whole", "bucket/out");
}

#[test]
fn a_killed_run_goes_on() {
    let (scratch, store) = scratch(4);
    scratch.well("run p.yaml --quiet");
    let run = "--quiet run p.yaml -o s3://bucket/out --threads 2";
    for n in 0.. {
        let mut child = store.command(&scratch, run).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(10) * n * n);
        child.kill().unwrap();
        child.wait().unwrap();
        fs::create_dir_all(scratch.0.join("bucket/out")).unwrap();
        for (name, bytes) in scratch.outputs("bucket/out") {
            let whole = fs::read(scratch.0.join("whole").join(&name)).unwrap();
            assert!(whole == bytes, "{name} is visible but not whole");
        }
        if scratch.0.join("bucket/out/manifest.json").exists() {
            break;
        }
    }
    store.well(&scratch, run);
    scratch.same("whole", "bucket/out");
    assert!(!lock(&scratch).exists());
}

#[test]
fn what_fails_for_a_while_is_tried_again() {
    let (scratch, store) = scratch(2);
    scratch.well("run p.yaml --quiet");
    let mut seen = BTreeSet::new();
    store.trouble(move |request| {
        let (broken, slow) = (request.contains("/rejects/"), request.contains("/legs/"));
        let first =
            request.starts_with("PUT") && (broken || slow) && seen.insert(request.to_owned());
        first.then_some(if broken { Trouble::Broken } else { Trouble::Status(503) })
    });
    store.well(&scratch, "run p.yaml -o s3://bucket/out --quiet");
    scratch.same("whole", "bucket/out");
}

#[test]
fn what_fails_for_good_is_told_and_leaves_nothing_half_there() {
    let (scratch, store) = scratch(2);
    scratch.well("extract crawl -o local --quiet");
    store.trouble(|request| {
        let stored = request.starts_with("PUT") && request.contains("/documents/");
        stored.then_some(Trouble::Status(500))
    });
    let failed = store.run(&scratch, "extract crawl -o s3://bucket/out --quiet");
    told(&failed, &["error: cannot write `s3://bucket/out/documents/", "the server answers 500"]);
    assert!(scratch.outputs("bucket/out").keys().all(|name| !name.starts_with("documents")));
    assert!(!lock(&scratch).exists());
    store.calm();
    store.well(&scratch, "extract crawl -o s3://bucket/out --quiet");
    scratch.same("local", "bucket/out");
}

#[test]
fn large_files_go_in_parts_and_failed_ones_are_taken_back() {
    let (scratch, store) = scratch(0);
    let line = |n: usize| format!("{{\"text\":\"{n} {}\"}}\n", format!("{n:07} ").repeat(4000));
    fs::write(scratch.0.join("x.jsonl"), (0..700).map(line).collect::<String>()).unwrap();
    let yaml = "name: large\nsource: { documents: { paths: [x.jsonl] } }\nstages: []\noutput: { path: whole, format: jsonl }\n";
    fs::write(scratch.0.join("p.yaml"), yaml).unwrap();
    scratch.well("run p.yaml --quiet");
    let run = "run p.yaml --quiet --set output.path=s3://bucket/out";
    store.trouble(|request| request.contains("partNumber=2").then_some(Trouble::Status(500)));
    told(&store.run(&scratch, run), &["cannot write `s3://bucket/out/documents/", "answers 500"]);
    assert_eq!(left_over(&scratch), [""; 0]);
    assert!(scratch.outputs("bucket/out").is_empty(), "{:?}", scratch.outputs("bucket/out").keys());
    let mut broken = 0;
    store.trouble(move |request| {
        broken += usize::from(request.contains("partNumber=2"));
        (request.contains("partNumber=2") && broken < 3).then_some(Trouble::Broken)
    });
    store.well(&scratch, run);
    scratch.same("whole", "bucket/out");
    let size =
        |(name, bytes): (&String, &Vec<u8>)| name.starts_with("documents").then_some(bytes.len());
    assert!(scratch.outputs("bucket/out").iter().find_map(size) > Some(16 << 20));
    assert_eq!(left_over(&scratch), [""; 0]);
}

#[test]
fn the_second_run_is_told_who_writes() {
    let (scratch, store) = scratch(2);
    store.trouble(|request| {
        let stored = request.starts_with("PUT") && request.contains("/documents/");
        stored.then_some(Trouble::Late(2000))
    });
    let mut first =
        store.command(&scratch, "extract crawl -o s3://bucket/out --quiet").spawn().unwrap();
    while !lock(&scratch).exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let second = store.run(&scratch, "extract crawl -o s3://bucket/out");
    let process = format!("another run is writing to `s3://bucket/out`: process {}", first.id());
    told(
        &second,
        &[&process, "last heard of", "hint: wait for it to end", "/.cc-math/lock` is deleted"],
    );
    assert!(first.wait().unwrap().success());
    // A folder says the same.
    scratch.well("extract crawl -o local --quiet");
    scratch.same("local", "bucket/out");
}

#[test]
fn a_lock_is_taken_over_once_nobody_renews_it() {
    let (scratch, store) = scratch(1);
    write_lock(&scratch, Duration::from_secs(500));
    let refused = store.run(&scratch, "extract crawl -o s3://bucket/out");
    told(&refused, &["process 4711 on `elsewhere`, for ", "last heard of 8 minutes ago"]);
    write_lock(&scratch, Duration::from_secs(700));
    store.well(&scratch, "extract crawl -o s3://bucket/out --quiet");
    assert!(!lock(&scratch).exists());
}

#[test]
fn a_run_whose_lock_was_taken_stops() {
    let (scratch, store) = scratch(2);
    store.trouble(|request| {
        let stored = request.starts_with("PUT") && request.contains("/documents/");
        stored.then_some(Trouble::Late(1500))
    });
    let run = store
        .command(&scratch, "extract crawl -o s3://bucket/out --quiet")
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while !lock(&scratch).exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(500));
    write_lock(&scratch, Duration::ZERO);
    let stopped = run.wait_with_output().unwrap();
    told(&stopped, &["another run has taken `s3://bucket/out` over: process 4711 on `elsewhere`"]);
    assert!(!scratch.0.join("bucket/out/manifest.json").exists());
    // The other's lock is left to it.
    assert!(fs::read_to_string(lock(&scratch)).unwrap().contains("4711"));
}

#[test]
fn what_others_wrote_is_not_touched() {
    let (scratch, store) = scratch(1);
    fs::create_dir_all(scratch.0.join("bucket/out/deep")).unwrap();
    fs::write(scratch.0.join("bucket/out/deep/x"), "theirs").unwrap();
    fs::write(scratch.0.join("bucket/outer"), "theirs").unwrap();
    for overwrite in ["", " --overwrite"] {
        let refused = store.run(&scratch, &format!("extract crawl -o s3://bucket/out{overwrite}"));
        told(
            &refused,
            &["`s3://bucket/out` is not empty and was not written by `cc-math`", "hint:"],
        );
        assert!(!scratch.0.join("bucket/out/.cc-math").exists());
    }
    fs::remove_dir_all(scratch.0.join("bucket/out")).unwrap();
    store.well(&scratch, "extract crawl -o s3://bucket/out --quiet --format jsonl");
    let refused = store.run(&scratch, "extract crawl -o s3://bucket/out --math any");
    told(&refused, &["holds the output of a run with other options", "math: required, now any"]);
    store.well(&scratch, "extract crawl -o s3://bucket/out --math any --quiet --overwrite");
    scratch.well("extract crawl -o local --math any --quiet");
    scratch.same("local", "bucket/out");
    assert_eq!(fs::read_to_string(scratch.0.join("bucket/outer")).unwrap(), "theirs");
}

#[test]
fn where_output_cannot_go_is_told_with_a_hint() {
    let (scratch, store) = scratch(1);
    let extract = |out: &str| store.run(&scratch, &format!("extract crawl -o {out}"));
    told(
        &extract("https://host/x"),
        &["output cannot go to `https://host/x`", "hint: output goes to folders"],
    );
    told(&extract("ftp://host/x"), &["`ftp://host/x` is no address of a store", "hint:"]);
    told(&store.run(&scratch, "run p.yaml -o -"), &["output cannot go to `-`", "hint:"]);
    told(
        &extract("s3://nowhere/x"),
        &["`s3://nowhere/x`: there is no such bucket", "hint: check its name"],
    );
    let wrong = store.run_as("wrong", &scratch, "extract crawl -o s3://bucket/out");
    told(&wrong, &["cannot list `s3://bucket/out`", "403", "hint: credentials"]);
    let dead = Store::dead().run(&scratch, "extract crawl -o s3://bucket/out");
    told(&dead, &["cannot list `s3://bucket/out`: no connection", "hint: check the address"]);
    let ray = store.run(&scratch, "run p.yaml -o s3://bucket/out --engine ray");
    told(&ray, &["`s3://bucket/out` is a remote address", "hint:"]);
    let report = store.run(&scratch, "report s3://bucket/out");
    told(&report, &["no folder `s3://bucket/out`", "hint: copy manifest.json"]);
    assert!(!scratch.0.join("bucket/out").exists());
}
