//! Reports of folders made for the purpose: hostile, large, with scores.
#![allow(clippy::unwrap_used, reason = "a test may stop at what it did not expect")]

#[allow(dead_code, reason = "each test binary uses what it needs")]
mod common;

use cc_math_core::Reason;
use cc_math_report::{Filter, Survey, entries};
use common::{Made, document, reject};
use serde_json::json;

const HOSTILE: &[&str] = &[
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)>",
    "' onmouseover='alert(1)",
    "</style></details></title>",
    "<!--",
    "]]>",
    "\u{1b}[31m\u{202e}\u{0}",
    "javascript:alert(1)",
    "$\\href{javascript:alert(1)}{x}$ $\\text{</math><img onerror=alert(1)>}$ $<b$",
    "```\n<script>",
];

#[test]
fn hostile_documents_stay_text() {
    let mut documents = Vec::new();
    let mut rejects = Vec::new();
    for (number, hostile) in (0..).zip(HOSTILE) {
        let mut one = document(number, &format!("# {hostile}\n\n{hostile} $x$ {hostile}"));
        one.formulas.clear();
        one.url = format!("https://{hostile}/{hostile}");
        one.title = Some((*hostile).into());
        one.metadata.insert("language".into(), (*hostile).into());
        one.metadata.insert(format!("{hostile}_score"), 0.5.into());
        documents.push(one);
        let mut other =
            reject(100 + number, hostile, Reason::NoMath, &format!("{hostile} 0.4 is below 0.5"));
        other.url = Some(format!("http://a{hostile}"));
        other.text = Some((*hostile).into());
        rejects.push(other);
        let named = format!("{}_score 0.4 is below 0.5", hostile.replace(' ', "_"));
        rejects.push(reject(200 + number, "b", Reason::NoMath, &named));
    }
    let made = Made::new("hostile").documents(&documents).rejects(&rejects);
    let folder = made.finish(json!([{ "extract": { "option": HOSTILE } }]));
    let html = Survey::of(&folder).unwrap().to_html();
    let lower = html.to_lowercase();
    for bad in [
        "<script",
        "<img",
        "<svg onload",
        "<!--",
        "href=\"javascript",
        "\u{1b}",
        "\u{202e}",
        "\u{0}",
    ] {
        assert!(!lower.contains(bad), "{bad}");
    }
    assert_eq!(tags_with_handlers(&lower), Vec::<&str>::new());
    assert_eq!(lower.matches("</style>").count(), 1);
    assert_eq!(lower.matches("<details").count(), lower.matches("</details>").count());
    for row in entries(&folder, &Filter { kept: true, dropped: true, ..Filter::default() }) {
        let text = row.unwrap().to_text();
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{0}']), "{text}");
    }
}

/// Tags with an attribute whose name begins with `on`, outside quotes.
fn tags_with_handlers(html: &str) -> Vec<&str> {
    let tags =
        html.split('<').skip(1).filter_map(|piece| piece.split_once('>').map(|(tag, _)| tag));
    tags.filter(|tag| tag.split('"').step_by(2).any(|outside| outside.contains(" on"))).collect()
}

#[test]
fn a_large_folder_makes_a_small_page() {
    let text = "Let $\\frac{a}{b} < \\sum_{i=1}^n \\mathcal{A}_i$ & <b>. Words & words between formulas, as pages have them, and some more of them. ".repeat(40);
    let documents: Vec<_> = (0..2000).map(|n| document(n, &text)).collect();
    let stages: Vec<String> = (0..80).map(|n| format!("stage-{n}")).collect();
    let rejects: Vec<_> = (0..3200)
        .map(|n| {
            let mut reject = reject(
                10_000 + n,
                &stages[n as usize % 80],
                Reason::NotSampled,
                &format!("0.{n:05} is not below 0.001"),
            );
            reject.text = Some(text.clone());
            reject.url = Some(format!("https://h{n}.example/{}", "&".repeat(3000)));
            reject
        })
        .collect();
    let made = Made::new("large").documents(&documents).rejects(&rejects);
    let folder = made.finish(json!([]));
    let html = Survey::of(&folder).unwrap().to_html();
    assert!(html.len() < 5_000_000, "{}", html.len());
    assert!(html.len() > 1_000_000, "{}", html.len());
    assert_eq!(html, Survey::of(&folder).unwrap().to_html());
}

#[test]
fn rows_near_a_bound_are_shown_on_both_sides() {
    let documents: Vec<_> = (0..100)
        .map(|n| {
            let mut document = document(n, "Kept.");
            document.metadata.insert("math_score".into(), json!(0.5 + f64::from(n) / 200.0));
            document.metadata.insert("language".into(), if n < 90 { "en" } else { "de" }.into());
            document
        })
        .collect();
    let rejects: Vec<_> = (0..100)
        .map(|n| {
            let score = f64::from(n) / 200.0;
            reject(
                1000 + n,
                "classify",
                Reason::NotSampled,
                &format!("math_score {score} is below 0.5"),
            )
        })
        .collect();
    let made = Made::new("near").documents(&documents).rejects(&rejects);
    let folder = made.finish(json!([{ "classify": { "min_score": 0.5 } }]));
    let survey = Survey::of(&folder).unwrap();
    let json = survey.to_json();
    let gate = &json["gates"][0];
    assert_eq!(
        (&gate["signal"]["name"], &gate["signal"]["threshold"]),
        (&json!("math_score"), &json!(0.5))
    );
    let ids = |name: &str, from: u32, to: u32| {
        let mut shown: Vec<String> = serde_json::from_value(gate[name].clone()).unwrap();
        shown.sort();
        assert_eq!(shown, (from..to).map(|n| format!("{n:032x}")).collect::<Vec<_>>(), "{name}");
    };
    ids("nearest_dropped", 1080, 1100);
    ids("nearest_kept", 0, 20);
    assert_eq!(gate["dropped"].as_array().unwrap().len(), 20);
    assert_eq!(
        json["languages"][0],
        json!({ "name": "en", "documents": 90, "rejects": 0, "surplus": 0 })
    );
    assert_eq!(json["scores"]["math_score"]["count"], 100);
    let html = survey.to_html();
    for part in [
        "Kept, nearest to the bound 0.5",
        "Dropped, nearest to the bound 0.5",
        "class=\"mark\"",
        "`math_score`",
        ">de<",
    ] {
        assert!(html.contains(part), "{part}");
    }
}

#[test]
fn an_empty_run_has_a_report() {
    let made = Made::new("empty").documents(&[]).rejects(&[]);
    let html = Survey::of(&made.finish(json!([]))).unwrap().to_html();
    assert!(html.contains("No document was kept."));
}

#[test]
fn gates_of_one_stage_are_told_apart() {
    let documents: Vec<_> = (0..3).map(|n| document(n, &"$x$ ".repeat(n as usize + 3))).collect();
    let details = ["math_recovered 2 is below 3", "length(text) 9 is below 400", "url = \"x\""];
    let rejects: Vec<_> = (10..40)
        .map(|n| reject(n, "where", Reason::ConditionNotMet, details[n as usize % 3]))
        .collect();
    let made = Made::new("two").documents(&documents).rejects(&rejects);
    let folder = made.finish(json!([{ "where": {} }]));
    let survey = Survey::of(&folder).unwrap();
    let gates = survey.to_json()["gates"].as_array().unwrap().clone();
    let names: Vec<_> = gates.iter().map(|gate| &gate["signal"]["name"]).collect();
    assert_eq!(names, [&json!(null), &json!("length(text)"), &json!("math_recovered")]);
    assert!(gates.iter().all(|gate| gate["rejects"] == 10));
    // The documents that were kept hold the number in a column.
    assert_eq!(gates[2]["nearest_kept"].as_array().unwrap().len(), 3);
    let html = survey.to_html();
    assert!(html.contains("<code>where</code>: condition-not-met, <code>math_recovered</code>"));
    assert!(!html.contains("more are not sampled") && !html.contains("differ from row to row"));
}
