//! Runs of the binary over real pages: whatever should not matter does not.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop at what it did not expect"
)]

#[allow(dead_code, reason = "each test binary uses what it needs")]
mod support;

use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use support::{Scratch, fixtures, text};

fn check_equal(a: &BTreeMap<String, Vec<u8>>, b: &BTreeMap<String, Vec<u8>>) {
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    for (name, bytes) in a {
        assert!(b[name] == *bytes, "{name} differs");
    }
}

fn lines(path: &Path) -> Vec<Json> {
    fs::read_to_string(path)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn every_record_is_a_document_or_a_reject() {
    let scratch = Scratch::new("account");
    scratch.crawl(1, 1);
    scratch.well("extract crawl -o out --format jsonl --quiet");
    let outputs = scratch.outputs("out");
    let names: Vec<_> = outputs.keys().map(String::as_str).collect();
    let [documents, manifest, rejects] = names[..] else { panic!("{names:?}") };
    assert_eq!(manifest, "manifest.json");
    let documents = lines(&scratch.0.join("out").join(documents));
    let rejects = lines(&scratch.0.join("out").join(rejects));
    let manifest = scratch.json("out/manifest.json");
    // A warcinfo record, then request, response and metadata of 27 pages.
    assert_eq!(manifest["counts"]["records"], 1 + 3 * 27);
    assert_eq!(documents.len() + rejects.len(), 1 + 3 * 27);
    assert_eq!(manifest["counts"]["rejects"]["warc"]["not-a-page"], 1 + 2 * 27);
    assert!(documents.len() >= 15, "{}", documents.len());
    let ids: std::collections::BTreeSet<_> =
        documents.iter().map(|d| d["id"].to_string()).collect();
    assert_eq!(ids.len(), documents.len());
    for document in &documents {
        let text = document["text"].as_str().unwrap();
        for formula in document["formulas"].as_array().unwrap() {
            let range = |end: &str| formula[end].as_u64().unwrap() as usize;
            assert_eq!(text.get(range("start")..range("end")), formula["tex"].as_str());
        }
    }
}

#[test]
fn locators_lead_back_to_the_record() {
    let scratch = Scratch::new("locators");
    scratch.crawl(1, 2);
    scratch.well("extract crawl -o out --format jsonl --quiet");
    let archive = fs::read(scratch.0.join("crawl/000.warc.gz")).unwrap();
    let name = scratch.outputs("out").keys().next().unwrap().clone();
    let mut table = String::from("warc_filename,offset,length\n");
    for document in lines(&scratch.0.join("out").join(name)) {
        let number = |name: &str| document[name].as_u64().unwrap() as usize;
        let (offset, length) = (number("warc_record_offset"), number("warc_record_length"));
        assert_eq!(archive[offset..offset + 2], [0x1f, 0x8b]);
        table += &format!("{},{offset},{length}\n", document["warc_filename"].as_str().unwrap());
    }
    // The same records, read by their places, are the same documents.
    fs::write(scratch.0.join("crawl/table.csv"), table).unwrap();
    let whole = scratch.well("extract crawl/000.warc.gz -o - --quiet").stdout;
    let picked = scratch.well("extract crawl/table.csv -o - --quiet").stdout;
    assert!(!whole.is_empty() && whole == picked);
}

#[test]
fn threads_and_formats_do_not_show_in_the_output() {
    let scratch = Scratch::new("threads");
    scratch.crawl(2, 3);
    for format in ["parquet", "jsonl.zst", "jsonl.gz", "markdown"] {
        scratch
            .well(&format!("extract crawl -o one-{format} --threads 1 --quiet --format {format}"));
        scratch
            .well(&format!("extract crawl -o many-{format} --threads 5 --quiet --format {format}"));
        let (one, many) = (format!("one-{format}"), format!("many-{format}"));
        check_equal(&scratch.outputs(&one), &scratch.outputs(&many));
    }
}

#[test]
fn places_do_not_show_in_the_output() {
    let (here, there) = (Scratch::new("here"), Scratch::new("there"));
    here.crawl(2, 1);
    there.crawl(2, 1);
    fs::rename(there.0.join("crawl"), there.0.join("elsewhere")).unwrap();
    here.well("extract crawl -o out --quiet");
    there.well("extract elsewhere/*.warc.gz -o out --quiet");
    check_equal(&here.outputs("out"), &there.outputs("out"));
}

#[test]
fn streams_come_in_order_and_equal_the_files() {
    let scratch = Scratch::new("stream");
    scratch.crawl(2, 2);
    scratch.well("extract crawl -o out --format jsonl --quiet");
    let outputs = scratch.outputs("out");
    let files = outputs.iter().filter(|(name, _)| name.starts_with("documents/"));
    let files: Vec<u8> = files.flat_map(|(_, bytes)| bytes.clone()).collect();
    for threads in [1, 4] {
        let stream =
            scratch.well(&format!("extract crawl -o - --quiet --threads {threads}")).stdout;
        assert!(stream == files, "{threads} threads");
    }
    let piped = scratch
        .command("extract - -o - --quiet")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn();
    let piped = feed(piped.unwrap(), &fs::read(scratch.0.join("crawl/000.warc.gz")).unwrap());
    assert_eq!(
        piped.iter().filter(|&&b| b == b'\n').count() * 2,
        files.iter().filter(|&&b| b == b'\n').count()
    );
}

fn feed(mut child: Child, bytes: &[u8]) -> Vec<u8> {
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    child.wait_with_output().unwrap().stdout
}

#[test]
fn a_finished_run_is_not_redone_and_a_changed_input_is() {
    let scratch = Scratch::new("again");
    scratch.crawl(2, 1);
    let run = "extract crawl -o out --log-format json";
    let summary = |output: std::process::Output| -> Json {
        let text = String::from_utf8(output.stderr).unwrap();
        serde_json::from_str(text.lines().last().unwrap()).unwrap()
    };
    assert_eq!(summary(scratch.well(run))["tasks_done_before"], 0);
    let first = scratch.outputs("out");
    let again = summary(scratch.well(run));
    assert_eq!((&again["tasks_done_before"], &again["records"]), (&2.into(), &0.into()));
    check_equal(&first, &scratch.outputs("out"));
    // A new input is added, an old one touched, an old one changed.
    scratch.crawl(3, 1);
    let path = scratch.0.join("crawl/001.warc.gz");
    fs::write(&path, fs::read(&path).unwrap().repeat(2)).unwrap();
    let changed = summary(scratch.well(run));
    assert_eq!((&changed["tasks_done_before"], &changed["tasks_changed"]), (&1.into(), &1.into()));
    scratch.well("extract crawl -o fresh --quiet");
    check_equal(&scratch.outputs("fresh"), &scratch.outputs("out"));
}

#[test]
fn pages_are_tasks_together_and_can_be_cut_anew() {
    let scratch = Scratch::new("pages");
    fs::create_dir_all(scratch.0.join("site/deep")).unwrap();
    let page = |name: &str, n: usize| {
        let html = format!(
            "<title>T{n}</title><p>Let <script type=\"math/tex\">x_{n}</script> be real.</p>"
        );
        fs::write(scratch.0.join("site").join(name), html).unwrap();
    };
    (0..5).for_each(|n| page(&format!("{n}.html"), n));
    page("deep/page.htm", 7);
    scratch.well("extract site -o out --format jsonl --quiet");
    page("deep/other.html", 8);
    scratch.well("extract site -o out --format jsonl --quiet");
    scratch.well("extract site -o fresh --format jsonl --quiet");
    check_equal(&scratch.outputs("fresh"), &scratch.outputs("out"));
    let outputs = scratch.outputs("out");
    assert_eq!(outputs.len(), 3, "{:?}", outputs.keys());
    let text = String::from_utf8(outputs.into_values().next().unwrap()).unwrap();
    assert_eq!(text.lines().count(), 7);
    assert!(text.contains("\"url\":\"file:deep/page.htm\""), "{text}");
}

#[test]
fn an_input_that_cannot_be_read_fails_alone() {
    let scratch = Scratch::new("failing");
    scratch.crawl(2, 1);
    fs::write(scratch.0.join("crawl/warc.paths"), "000.warc.gz\ngone.warc.gz\n001.warc.gz\n")
        .unwrap();
    let output = scratch.run("extract crawl/warc.paths -o out --quiet");
    assert_eq!(output.status.code(), Some(1));
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.starts_with("failed: gone.warc.gz: cannot open: No such file"), "{errors}");
    let manifest = scratch.json("out/manifest.json");
    assert_eq!(manifest["inputs"].as_array().unwrap().len(), 2);
    assert_eq!(manifest["failed"][0]["name"], "gone.warc.gz");
    // Once it can be read, the run becomes whole.
    fs::copy(scratch.0.join("crawl/000.warc.gz"), scratch.0.join("crawl/gone.warc.gz")).unwrap();
    scratch.well("extract crawl/warc.paths -o out --quiet");
    assert_eq!(scratch.json("out/manifest.json")["inputs"].as_array().unwrap().len(), 3);
}

/// Starts a run, lets it finish a task or more, and sends it a signal.
fn broken_off(scratch: &Scratch, signal: &str, threads: usize) -> Option<i32> {
    let arguments = format!("extract crawl -o out --quiet --threads {threads}");
    let mut child = scratch.command(&arguments).spawn().unwrap();
    let notes = scratch.0.join("out/.cc-math/tasks");
    let finished = || fs::read_dir(&notes).map_or(0, Iterator::count);
    while finished() < 1 && child.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(5));
    }
    Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    child.wait().unwrap().code()
}

fn check_broken_off(signal: &str, threads: usize, code: Option<i32>) {
    let scratch = Scratch::new("broken");
    scratch.crawl(4, 4);
    scratch.well("extract crawl -o whole --quiet");
    let whole = scratch.outputs("whole");
    assert_eq!(broken_off(&scratch, signal, threads), code);
    let partial = scratch.outputs("out");
    assert!(!partial.is_empty() && partial.len() < whole.len(), "{:?}", partial.keys());
    assert!(!partial.contains_key("manifest.json"));
    // A killed run may have named a file before it could note that its task was done.
    for (name, bytes) in &partial {
        assert!(whole[name] == *bytes, "{name} is visible but not whole");
    }
    scratch.well("extract crawl -o out --quiet");
    check_equal(&whole, &scratch.outputs("out"));
}

#[test]
fn an_interrupted_run_can_be_gone_on_with() {
    check_broken_off("-INT", 1, Some(130));
    check_broken_off("-TERM", 3, Some(130));
}

#[test]
fn a_killed_run_can_be_gone_on_with() {
    check_broken_off("-KILL", 2, None);
}

#[test]
fn one_page_prints_as_markdown_or_json() {
    let scratch = Scratch::new("one");
    fs::write(
        scratch.0.join("p.html"),
        "<title>T</title><p>Let <script type='math/tex'>x^2</script> be.</p>",
    )
    .unwrap();
    let markdown = String::from_utf8(scratch.well("extract p.html").stdout).unwrap();
    assert_eq!(markdown, "Let $x^2$ be.\n");
    let document: Json =
        serde_json::from_slice(&scratch.well("extract p.html --json").stdout).unwrap();
    assert_eq!((&document["title"], &document["url"]), (&"T".into(), &"file:p.html".into()));
    assert_eq!(document["formulas"][0]["tex"], "x^2");
    // The same page in a run has the same id.
    let line: Json = serde_json::from_slice(&scratch.well("extract p.html -o -").stdout).unwrap();
    assert_eq!(line, document);
    let piped =
        scratch.command("extract -").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    assert_eq!(feed(piped, b"<p>Let \\(x\\) be.</p>"), b"Let $x$ be.\n");
}

#[test]
fn a_reader_that_has_had_enough_is_no_failure() {
    let scratch = Scratch::new("pipe");
    scratch.crawl(1, 8);
    let mut child = scratch
        .command("extract crawl -o - --quiet")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(fixtures().is_dir());
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_told_with_what_to_do() {
    let scratch = Scratch::new("full");
    scratch.crawl(1, 1);
    for format in ["jsonl", "parquet", "markdown"] {
        let full = fs::File::options().write(true).open("/dev/full").unwrap();
        let mut command = scratch.command(&format!("extract crawl -o - --format {format}"));
        let output = command.stdout(full).output().unwrap();
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{format}: {told}");
        assert!(told.contains("cannot write `standard output`: No space left"), "{format}: {told}");
        assert!(told.contains("hint: make room"), "{format}: {told}");
    }
}
