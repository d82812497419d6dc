//! Two folders that differ in one way each.
#![allow(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

#[allow(dead_code, reason = "each test binary uses what it needs")]
mod common;

use cc_math_core::{Document, Downgrade, Reason, Status};
use cc_math_report::compare;
use common::{Made, document, reject};
use serde_json::json;

fn documents() -> Vec<Document> {
    (0..50)
        .map(|n| document(n, &format!("First line.\nLine of {n}: $x_{n}$ holds.\nLast.")))
        .collect()
}

#[test]
fn every_difference_between_documents_is_found() {
    let before =
        Made::new("a").documents(&documents()).rejects(&[reject(60, "warc", Reason::NotAPage, "")]);
    let mut now = documents();
    now[3].text = "First line.\nLine of 3: $x_3$ held.\nLast.".into();
    now[4].formulas[0].status = Status::Downgraded(Downgrade::Malformed);
    now[5].title = Some("T".into());
    let gone = now.remove(10);
    now.remove(11);
    now.push(document(99, "New."));
    let dropped = reject(10, "sample", Reason::NotSampled, "0.9 is not below 0.5");
    assert_eq!(dropped.id.as_deref(), Some(gone.id.as_str()));
    let after = Made::new("b").documents(&now).rejects(&[dropped]);
    let comparison = compare(
        &before.finish(json!([])),
        &after.finish(json!([{ "sample": { "rate": 0.5 } }])),
        20,
    )
    .unwrap();
    let documents = comparison.documents.as_ref().unwrap();
    let differing = &documents.differing;
    assert_eq!((differing.total, differing.text, differing.formulas), (3, 1, 1));
    let [text, formulas, title] = &differing.examples[..] else { panic!("{differing:?}") };
    assert_eq!((text.line, text.a.as_str()), (Some(2), "Line of 3: $x_3$ holds."));
    assert!(formulas.b.starts_with("raw-dollar downgraded:malformed inline: x_4"), "{formulas:?}");
    assert_eq!(title.columns, ["title"]);
    let fates: Vec<_> =
        documents.only_a.fates.iter().map(|(fate, n)| (fate.as_str(), *n)).collect();
    assert_eq!(fates, [("not in it", 1), ("sample/not-sampled", 1)]);
    assert_eq!(documents.only_a.examples[0].fate, "sample/not-sampled: 0.9 is not below 0.5");
    assert_eq!(documents.only_b.total, 1);
    assert!(
        comparison.counts.iter().any(|change| change.name == "rejects sample/not-sampled"
            && change.b.as_deref() == Some("1"))
    );
    assert!(comparison.plan.iter().any(|change| change.name == "pipeline.stages.0.sample.rate"));
    let told = comparison.to_text("a", "b");
    for part in [
        "documents only in A: 2",
        "B says of 1: sample/not-sampled",
        "documents that differ: 3",
        "B: Line of 3: $x_3$ held.",
    ] {
        assert!(told.contains(part), "{part}\n{told}");
    }
    let few =
        compare(&before.finish(json!([])), &after.finish(json!([])), 1).unwrap().documents.unwrap();
    assert_eq!(
        (few.only_a.examples.len(), few.only_a.total, few.differing.examples.len()),
        (1, 2, 1)
    );
}

#[test]
fn equal_runs_are_the_same() {
    let make = || Made::new("same").documents(&documents()).rejects(&[]);
    let (a, b) = (make(), make());
    let comparison = compare(&a.finish(json!([])), &b.finish(json!([])), 20).unwrap();
    assert!(comparison.is_empty());
    assert!(comparison.to_text("a", "b").contains("are the same"));
}
