//! Gates measured, bounds approved, policies applied.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop at what it did not expect"
)]

#[allow(dead_code, reason = "each test binary uses what it needs")]
mod support;

use cc_math_core::Document;
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::fs;
use support::{Scratch, text};

const GATED: &str = "\
name: gated
seed: 7
source: { warc: { paths: [crawl] } }
stages:
  - extract
  - sample: { rate: 0.5 }
  - where: math_recovered >= 3 and length(text) between 200 and 40000
  - select: { metadata: [] }
  - where: url like 'http%' and math_lost / math_seen <= 0.1
  - shuffle
output: out
";

fn scratch(yaml: &str) -> Scratch {
    let scratch = Scratch::new("measures");
    scratch.crawl(3, 1);
    fs::write(scratch.0.join("p.yaml"), yaml).unwrap();
    scratch
}

/// The documents of a folder; a run may keep none.
fn documents(scratch: &Scratch, folder: &str) -> Vec<Document> {
    let documents = cc_math_store::read_documents(&scratch.0.join(folder));
    documents.into_iter().flatten().map(Result::unwrap).collect()
}

fn ids(documents: &[Document]) -> BTreeSet<String> {
    documents.iter().map(|document| document.id.clone()).collect()
}

/// What a report tells of the gates of a measured run.
fn measured(scratch: &Scratch, folder: &str) -> Json {
    let report = scratch.well(&format!("report {folder} --json"));
    let json: Json = serde_json::from_slice(&report.stdout).unwrap();
    json["measured"].clone()
}

/// The same policy with another bound of the gate at this place.
fn rebound(policy: &str, gate: usize, bound: &str) -> String {
    let parts: Vec<&str> = policy.split("\n    bound: ").collect();
    let mut parts: Vec<String> = parts.into_iter().map(str::to_owned).collect();
    let part = &mut parts[gate + 1];
    let (_, rest) = part.split_once('\n').unwrap();
    *part = format!("{bound}\n{rest}");
    parts.join("\n    bound: ")
}

#[test]
fn nothing_is_dropped_where_gates_are_measured() {
    let scratch = scratch(GATED);
    scratch.well("run p.yaml --measure --threads 1");
    scratch.well("run p.yaml --measure -o four --threads 4");
    let [mut one, mut four] = ["out.measured", "four"].map(|folder| scratch.outputs(folder));
    // It tells times.
    assert!(one.remove("report.html").is_some() && four.remove("report.html").is_some());
    assert!(one == four);
    assert!(!scratch.0.join("out").exists());
    scratch.well("extract crawl -o plain");
    let found = documents(&scratch, "out.measured");
    assert_eq!(ids(&found), ids(&documents(&scratch, "plain")));
    let seen = &found[0].metadata["measured"];
    assert_eq!(seen[0]["stage"], 3, "{seen}");
    assert_eq!(seen[0]["signals"][0].as_f64(), Some(f64::from(found[0].ledger.recovered() as u32)));
    assert_eq!(seen[1]["stage"], 5, "{seen}");
    let gates = &measured(&scratch, "out.measured")["gates"];
    let told: Vec<String> = gates
        .as_array()
        .unwrap()
        .iter()
        .map(|gate| format!("{} {}", gate["gate"]["signal"], gate["gate"]["keeps"]))
        .collect();
    let expected = [
        "\"math_recovered\" \">=\"",
        "\"length(text)\" \">=\"",
        "\"length(text)\" \"<=\"",
        "\"math_lost/math_seen\" \"<=\"",
    ];
    assert_eq!(told, expected);
    let page = fs::read_to_string(scratch.0.join("out.measured/report.html")).unwrap();
    assert!(page.contains("math_recovered &gt;= 3") && page.contains("<polyline"));
    // Once more, and nothing is left to do.
    let again = text(&scratch.well("run p.yaml --measure").stderr);
    assert!(again.contains("finished by an earlier run"), "{again}");
}

#[test]
fn a_policy_keeps_what_its_curve_says() {
    // No draws, so that what is measured is all that there is.
    let scratch = scratch(&GATED.replace("  - sample: { rate: 0.5 }\n", ""));
    scratch.well("run p.yaml --measure");
    scratch.well("run p.yaml");
    let report = measured(&scratch, "out.measured");
    let whole = report["documents"].as_f64().unwrap();
    let shares = |gate: usize| report["gates"][gate]["retention"].as_array().unwrap();
    let kept = |folder: &str| documents(&scratch, folder).len() as f64;
    assert_eq!((report["kept"]["documents"].as_f64().unwrap() * whole).round(), kept("out"));
    let policy = fs::read_to_string(scratch.0.join("out.measured/policy.yaml")).unwrap();
    fs::write(scratch.0.join("same.yaml"), &policy).unwrap();
    scratch.well("run p.yaml --policy same.yaml -o same");
    assert!(documents(&scratch, "same") == documents(&scratch, "out"));
    let mut different = 0;
    for gate in 0..4 {
        for candidate in shares(gate).iter().step_by(4) {
            let bound = candidate["bound"].to_string();
            fs::write(scratch.0.join("other.yaml"), rebound(&policy, gate, &bound)).unwrap();
            scratch.well("run p.yaml --policy other.yaml -o other --overwrite");
            let expected = (candidate["all_gates"].as_f64().unwrap() * whole).round();
            assert_eq!(kept("other"), expected, "gate {gate}, bound {bound}");
            different += usize::from(expected != kept("out"));
        }
    }
    assert!(different > 3, "{different}");
    let manifest = fs::read_to_string(scratch.0.join("other/manifest.json")).unwrap();
    assert!(manifest.contains("\"sql\": \"math_recovered >= 3 AND length(text) BETWEEN 200"));
}

#[test]
fn a_policy_is_of_one_corpus_and_one_set_of_scorers() {
    let scratch = scratch(GATED);
    scratch.well("run p.yaml --measure");
    let policy = fs::read_to_string(scratch.0.join("out.measured/policy.yaml")).unwrap();
    let refused = |policy: &str, arguments: &str| {
        fs::write(scratch.0.join("policy.yaml"), policy).unwrap();
        let output = scratch.run(&format!("plan p.yaml --policy policy.yaml {arguments}"));
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        text(&output.stderr)
    };
    scratch.well("check p.yaml --policy out.measured/policy.yaml");
    // What does not bear on the signals may change: other bounds, other draws.
    scratch.well("check p.yaml --policy out.measured/policy.yaml --set stages.sample.rate=0.1");
    let same = "where: length(text) between 3 and 4 and math_recovered >= 9";
    for (policy, arguments, told) in [
        (policy.replace("policy/1", "policy/9"), "", "a policy of the format `cc-math-policy/9`"),
        (policy.clone(), "--set stages.extract.math=any", "extract.math: required, now any"),
        (policy.replace("cc-math/", "cc-math/0"), "", "measured with other scorers"),
        (policy.replace("keeps: \">=\"", "keeps: \">\""), "", "not the gates of the pipeline"),
        (policy.replace("signal: \"math_recovered\"", "signal: tables"), "", "math_recovered >= 3"),
        (rebound(&policy, 0, ".inf"), "", "not the gates of the pipeline"),
        (policy.replace("gates:", "gatez:"), "", "did you mean `gates`?"),
    ] {
        let error = refused(&policy, arguments);
        assert!(error.contains(told) && error.contains("hint: "), "{told}: {error}");
    }
    fs::write(
        scratch.0.join("p.yaml"),
        GATED.replace("where: math", &format!("{same}\n  - where: math")),
    )
    .unwrap();
    assert!(refused(&policy, "").contains("measured with other scorers"));
    fs::write(scratch.0.join("p.yaml"), GATED).unwrap();
    scratch.crawl(4, 1);
    let error = refused(&policy, "");
    assert!(error.contains("measured on another corpus (3 inputs, "), "{error}");
    assert!(error.contains("now 4 inputs") && error.contains("hint: measure again"), "{error}");
    assert!(refused("", "--policy nowhere.yaml").contains("cannot be used multiple times"));
}

#[test]
fn few_documents_take_few_inputs() {
    let scratch = scratch(GATED);
    scratch.crawl(8, 1);
    scratch.well("run p.yaml --measure --documents 10");
    let manifest = scratch.json("out.measured/manifest.json");
    assert_eq!(manifest["inputs"].as_array().unwrap().len(), 1);
    assert_eq!(manifest["counts"]["documents"], 10);
    let one = documents(&scratch, "out.measured");
    scratch.well("run p.yaml --measure --documents 10 --set seed=8 -o other");
    assert_ne!(ids(&one), ids(&documents(&scratch, "other")));
    let policy = fs::read_to_string(scratch.0.join("out.measured/policy.yaml")).unwrap();
    assert!(policy.contains("corpus: {\"bytes\":") && policy.contains("\"inputs\":8}"), "{policy}");
}

#[test]
fn there_has_to_be_something_to_measure() {
    let scratch = scratch(
        "name: n\nsource: { warc: { paths: [crawl] } }\nstages: [extract, where: \"url like 'a%'\"]\noutput: out\n",
    );
    let output = scratch.run("run p.yaml --measure");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("hint: a gate compares a number"), "{output:?}");
    for wrong in [
        "--documents 5",
        "--measure --documents 0",
        "--measure --policy x",
        "--measure --engine ray",
    ] {
        assert_eq!(scratch.run(&format!("run p.yaml {wrong}")).status.code(), Some(2), "{wrong}");
    }
}
