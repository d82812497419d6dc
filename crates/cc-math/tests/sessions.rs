//! Sessions with the binary, as files: `tests/fixtures/cli/*.txt`.
//!
//! A line that starts with `; ` is a remark. A line `$ cc-math ...` is run; what follows, up to the next, is what it
//! prints (standard output, then standard error) and its exit code. With
//! `UPDATE=1` in the environment the files are rewritten instead.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop at what it did not expect"
)]

#[allow(dead_code, reason = "each test binary uses what it needs")]
mod support;

use std::fs;
use std::path::Path;
use support::{Scratch, fixtures};

fn play(scratch: &Scratch, session: &str) -> String {
    let mut played = String::new();
    for line in session.lines() {
        if line.starts_with("; ") {
            played += &format!("{line}\n");
        }
        let Some(arguments) = line.strip_prefix("$ cc-math ") else { continue };
        let output = scratch.run(arguments);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        played += &format!("{line}\n{}{}", text(&output.stdout), text(&output.stderr));
        played += &format!("exit {}\n\n", output.status.code().unwrap());
    }
    played
}

fn check(path: &Path) {
    let scratch = Scratch::new("session");
    scratch.crawl(1, 1);
    for (name, content) in [
        ("page.html", "<title>T</title><h1>T</h1><p>Let $x<y$ and $y<z$ hold.</p>"),
        ("plain.html", "<title>T</title><p>Nothing to see here, and that at some length.</p>"),
        ("empty.html", ""),
        ("odd.bin", "odd"),
        ("bad.csv", "warc_filename,offset,length\na.warc.gz,one,2\n"),
        ("foreign/file.txt", "mine"),
        ("none/note.md", "nothing to read"),
        ("tables/a.jsonl", "{}"),
        ("index/part.parquet", "no table"),
    ] {
        let path = scratch.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    let expected = fs::read_to_string(path).unwrap();
    let played = play(&scratch, &expected);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(path, played).unwrap();
    } else {
        assert_eq!(played, expected, "{}: run with UPDATE=1 if this is meant", path.display());
    }
}

#[test]
fn sessions_go_as_written() {
    for entry in fs::read_dir(fixtures().join("cli")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "txt") {
            check(&path);
        }
    }
}
