//! Fragments of every markup kind against the Markdown they must give.
#![allow(clippy::expect_used, clippy::panic, reason = "a test may stop at what it did not expect")]

use cc_math_core::Document;
use cc_math_extract::{Extractor, MathMode, Options, Outcome, Page, markdown};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn fixtures() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/formula");
    let folders = std::fs::read_dir(root).expect("the fixtures are there");
    let mut files: Vec<PathBuf> = folders
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .flat_map(|entry| std::fs::read_dir(entry.path()).expect("a folder").flatten())
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "html"))
        .collect();
    files.sort();
    files
}

fn extract(html: &[u8]) -> Document {
    let extractor = Extractor::new(Options { math: MathMode::Any });
    match extractor.extract(&Page::html("https://example.org/", html)) {
        Outcome::Document(document) => *document,
        Outcome::Reject { reason, detail, .. } => panic!("rejected: {reason} {detail}"),
    }
}

fn report(document: &Document) -> String {
    let mut out = String::from("---\n");
    for formula in &document.formulas {
        let mode = if formula.display { "display" } else { "inline" };
        let status = formula.status.code();
        writeln!(out, "{mode} {} {status}: {}", formula.kind, document.tex(formula))
            .expect("a string");
    }
    writeln!(out, "---\n{}", document.text).expect("a string");
    out
}

#[test]
fn every_kind_of_markup_gives_its_markdown() {
    let mut faults = Vec::new();
    for file in fixtures() {
        let html = std::fs::read(&file).expect("a fixture");
        let expected_file = file.with_extension("md");
        let found = report(&extract(&html));
        if std::env::var_os("UPDATE_FIXTURES").is_some() {
            std::fs::write(&expected_file, &found).expect("the fixture is writable");
        }
        let expected = std::fs::read_to_string(&expected_file).unwrap_or_default();
        if found != expected {
            faults.push(format!("{}\nexpected:\n{expected}\nfound:\n{found}", file.display()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn text_parses_back_to_exactly_the_formulas_listed() {
    for file in fixtures() {
        let document = extract(&std::fs::read(&file).expect("a fixture"));
        assert_eq!(document.check(), Ok(()), "{}", file.display());
        let listed: Vec<_> =
            document.formulas.iter().map(|formula| (formula.range(), formula.display)).collect();
        let parsed: Vec<_> = markdown::formulas(&document.text)
            .into_iter()
            .map(|found| (found.range, found.display))
            .collect();
        assert_eq!(listed, parsed, "{}", file.display());
    }
}

#[test]
fn no_fixture_is_lost_to_the_prefilter() {
    for file in fixtures() {
        let html = std::fs::read(&file).expect("a fixture");
        let has_formulas = !extract(&html).formulas.is_empty();
        assert!(
            !has_formulas || cc_math_extract::prefilter::may_hold_math(&html),
            "{}",
            file.display()
        );
    }
}
