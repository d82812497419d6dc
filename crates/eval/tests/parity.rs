//! Our figures are the reference scorers' figures. Expected values were made by them; the
//! fixtures' README has the commands.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a fixture that does not read fails the test"
)]

use cc_math_eval::evaluation::{Report, Request, evaluate};
use cc_math_eval::score::Figure;
use cc_math_eval::scorer::{Macros, canon, expand};
use cc_math_eval::similarity::similarity;
use cc_math_eval::truth::read_lines;
use cc_math_extract::MathMode;
use serde_json::Value;
use std::path::PathBuf;

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/fixtures/eval")).join(name)
}

fn report(aligned: bool, real: bool) -> Report {
    let request = Request {
        truth: fixture("truth.jsonl"),
        index: None,
        pages: None,
        gold: Some(fixture("gold")),
        documents: Some(fixture("documents.jsonl")),
        aligned,
        real,
        math: MathMode::Any,
    };
    evaluate(&request).unwrap()
}

/// Every figure of the expected file is in the report under the same name, with a prefix for text.
fn check(report: &Report, expected: &str, prefix: &str) {
    let expected: Value = read_lines(&fixture(expected)).unwrap().remove(0);
    for (name, value) in expected.as_object().unwrap() {
        let figure = report.overall.figure(&format!("{prefix}{name}"));
        let ours = match figure.unwrap_or_else(|| panic!("no figure {prefix}{name}")) {
            Figure::Count(count) => count as f64,
            Figure::Share(share) => share.unwrap_or_default(),
        };
        let theirs = value.as_f64().unwrap();
        assert!((ours - theirs).abs() < 1e-12, "{name}: ours {ours}, theirs {theirs}");
    }
}

#[test]
fn formula_figures_are_the_reference_scorers() {
    check(&report(true, false), "expected-formulas.json", "");
    check(&report(false, true), "expected-formulas-real.json", "");
}

#[test]
fn text_figures_are_the_reference_scorers() {
    check(&report(false, false), "expected-text.json", "text_");
}

#[test]
fn canonical_forms_are_the_reference_scorers() {
    for row in read_lines::<Value>(&fixture("canonical.jsonl")).unwrap() {
        let blocks = row["macros"].as_array().unwrap().iter().filter_map(Value::as_str);
        let tex = row["tex"].as_str().unwrap();
        let ours = canon(&expand(tex, &Macros::read(blocks)));
        assert_eq!(ours, row["canonical"].as_str().unwrap(), "{tex:?}");
    }
}

#[test]
fn similarities_are_the_reference_scorers() {
    for row in read_lines::<Value>(&fixture("similarities.jsonl")).unwrap() {
        let (left, right) = (row["left"].as_str().unwrap(), row["right"].as_str().unwrap());
        let ours = similarity(left, right);
        assert!(
            (ours - row["similarity"].as_f64().unwrap()).abs() < 1e-12,
            "{left} | {right}: {ours}"
        );
    }
}
