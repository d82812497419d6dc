//! Stages that compare all documents with one another.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop at what it did not expect"
)]

#[allow(dead_code, reason = "each test binary uses what it needs")]
mod support;

use cc_math_core::Document;
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::time::Duration;
use support::{Scratch, text};

/// A text of so many words, which follows from its number.
fn words(number: u64, count: usize) -> Vec<String> {
    let mut state = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut word = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let letters = (state >> 20).to_be_bytes();
        letters.iter().map(|byte| char::from(b'a' + byte % 16)).collect::<String>()
    };
    (0..count).map(|_| word()).collect()
}

fn line(id: &str, url: &str, text: &str) -> String {
    json!({ "id": id, "url": url, "text": text }).to_string() + "\n"
}

/// Four files of documents, among them copies and near copies of ten.
fn corpus(scratch: &Scratch) {
    let mut files = vec![String::new(); 4];
    for number in 0..120_u64 {
        let original = words(number, 150);
        let mut changed = original.clone();
        changed[40] = "changed".into();
        let texts = match number % 12 {
            0 => vec![original.clone(), original],
            1 => vec![original, changed],
            _ => vec![original],
        };
        for (copy, text) in texts.iter().enumerate() {
            let id = format!("{number}-{copy}");
            let url = format!("http://example.org/{}", number / 2);
            files[(number as usize + 3 * copy) % 4] += &line(&id, &url, &text.join(" "));
        }
    }
    fs::create_dir_all(scratch.0.join("in")).unwrap();
    for (index, file) in files.iter().enumerate() {
        fs::write(scratch.0.join(format!("in/{index}.jsonl")), file).unwrap();
    }
}

fn scratch() -> Scratch {
    let scratch = Scratch::new("dedups");
    corpus(&scratch);
    scratch
}

fn rejects(scratch: &Scratch, out: &str) -> Json {
    scratch.json(&format!("{out}/manifest.json"))["counts"]["rejects"].clone()
}

fn ids(documents: &[Document]) -> BTreeSet<String> {
    documents.iter().map(|document| document.id.clone()).collect()
}

#[test]
fn one_of_equal_texts_stays_and_the_others_say_which() {
    let scratch = scratch();
    scratch.well("dedup exact in -o out --threads 1");
    scratch.well("dedup exact in -o four --threads 4");
    scratch.same("out", "four");
    assert_eq!(rejects(&scratch, "out"), json!({ "exact_dedup": { "exact-duplicate": 10 } }));
    let kept = ids(&scratch.documents("out"));
    assert!(kept.contains("0-0") && !kept.contains("0-1") && kept.contains("1-1"));
    let told = text(&scratch.well("why 0-1 out").stdout);
    assert!(told.contains("of 0-0, cluster of 2"), "{told}");
}

#[test]
fn one_of_equal_addresses_stays() {
    let scratch = scratch();
    scratch.well("dedup exact in -o out --by url");
    let addresses: BTreeSet<String> =
        scratch.documents("out").iter().map(|document| document.url.clone()).collect();
    assert_eq!((addresses.len(), scratch.documents("out").len()), (60, 60));
}

#[test]
fn one_of_nearly_equal_texts_stays_whatever_the_threads() {
    let scratch = scratch();
    scratch.well("dedup minhash in -o out --threads 1");
    scratch.well("dedup minhash in -o four --threads 4");
    scratch.same("out", "four");
    assert_eq!(rejects(&scratch, "out"), json!({ "minhash_dedup": { "near-duplicate": 20 } }));
    let told =
        text(&scratch.well("why 1-0 out").stdout) + &text(&scratch.well("why 1-1 out").stdout);
    assert!(told.contains("similarity 0.9") && told.contains("cluster of 2"), "{told}");
}

#[test]
fn clusters_found_in_rounds_are_those_found_in_memory() {
    let scratch = scratch();
    // Chains: each text is like its neighbours, and not like those further away.
    let mut rows = String::new();
    let base = words(77, 400);
    for number in 0..150_usize {
        let text = base[number..number + 60].join(" ");
        rows += &line(&format!("{:03}", (number * 61) % 150), "", &text);
    }
    fs::write(scratch.0.join("in/chain.jsonl"), rows).unwrap();
    scratch.well("dedup minhash in -o close --min-similarity 0.6");
    let close = scratch.documents("close").len();
    let rejected = |out: &str| {
        let rejects = cc_math_store::read_rejects(&scratch.0.join(out).join("rejects")).unwrap();
        let mut told: Vec<_> =
            rejects.map(|reject| reject.unwrap()).map(|r| (r.id, r.detail)).collect();
        told.sort();
        told
    };
    scratch.well("dedup minhash in -o memory");
    scratch.well("dedup minhash in -o sharded --join sharded");
    assert!(rejected("memory").len() > 160);
    assert!((230..270).contains(&close), "{close}");
    assert_eq!(rejected("memory"), rejected("sharded"));
    scratch.well("dedup minhash in -o four --join sharded --threads 4");
    scratch.same("sharded", "four");
}

#[test]
fn a_policy_says_which_one_stays() {
    let scratch = scratch();
    let mut rows = String::new();
    for (id, score, time) in [("low", 1.0, "2020"), ("high", 3.0, "2019"), ("none", 0.0, "2024")] {
        let text = words(7, 60).join(" ");
        let time = format!("{time}-01-01T00:00:00Z");
        let row = json!({ "id": id, "url": "u", "text": text, "fetch_time": time, "score": score });
        writeln!(rows, "{row}").unwrap();
    }
    fs::write(scratch.0.join("scored.jsonl"), rows).unwrap();
    for (keep, expected) in [
        (r#"[{"highest":"score"}]"#, "high"),
        (r#"[{"lowest":"score"}]"#, "none"),
        ("[newest]", "none"),
        ("[oldest]", "high"),
        ("[]", "high"),
    ] {
        let out = format!("out-{expected}-{}", keep.len());
        scratch.well(&format!("dedup minhash scored.jsonl -o {out} --keep {keep}"));
        assert_eq!(ids(&scratch.documents(&out)), BTreeSet::from([expected.to_owned()]), "{keep}");
    }
}

#[test]
fn annotated_documents_all_stay_and_name_their_cluster() {
    let scratch = scratch();
    scratch.well("dedup minhash in -o out --annotate");
    let documents = scratch.documents("out");
    let mut clusters: BTreeMap<String, u64> = BTreeMap::new();
    for document in &documents {
        *clusters.entry(document.metadata["cluster_id"].as_str().unwrap().into()).or_default() += 1;
    }
    assert_eq!((documents.len(), clusters.len()), (140, 120));
    let ids = ids(&documents);
    for document in &documents {
        let cluster = document.metadata["cluster_id"].as_str().unwrap();
        assert!(ids.contains(cluster));
        assert_eq!(document.metadata["cluster_size"].as_u64(), Some(clusters[cluster]));
    }
}

#[test]
fn paragraphs_that_came_before_go_and_formulas_and_code_stay() {
    let scratch = scratch();
    let [one, two] = [words(1, 20).join(" "), words(2, 20).join(" ")];
    let formula = format!("Let $x^2$ be {one}.");
    let first = format!("{one}\n\n{formula}\n\n```\n{two}\n```\n\nthus\n");
    let second = format!("{two}\n\n{one}\n\n{formula}\n\n```\n{two}\n```\n\nthus\n");
    let rows = line("a", "u", &first) + &line("b", "u", &second) + &line("c", "u", &one);
    fs::write(scratch.0.join("p.jsonl"), rows).unwrap();
    scratch.well("dedup paragraph p.jsonl -o out");
    let documents = scratch.documents("out");
    let texts: Vec<&str> = documents.iter().map(|document| document.text.as_str()).collect();
    let rest = format!("{two}\n\n{formula}\n\n```\n{two}\n```\n\nthus\n");
    assert_eq!(texts, [first.as_str(), rest.as_str()]);
    assert_eq!(rejects(&scratch, "out"), json!({ "paragraph_dedup": { "nothing-left": 1 } }));
    scratch.well("dedup paragraph p.jsonl -o told --annotate");
    let repeated = |document: &Document| document.metadata.get("repeated_bytes").cloned();
    let told: Vec<_> = scratch.documents("told").iter().map(repeated).collect();
    assert_eq!(told[0], None);
    assert!(told[1].is_some() && told[2].is_some());
}

#[test]
fn stretches_that_came_before_go() {
    let scratch = scratch();
    let [one, two, three] = [1, 2, 3].map(|n| words(n, 60).join(" "));
    let rows = line("a", "u", &format!("{one} {two}"))
        + &line("b", "u", &format!("{three} {two}, {one}!"))
        + &line("c", "u", &two);
    fs::write(scratch.0.join("p.jsonl"), rows).unwrap();
    scratch.well("dedup substring p.jsonl -o out --threads 4");
    let documents = scratch.documents("out");
    let texts: Vec<&str> = documents.iter().map(|document| document.text.as_str()).collect();
    assert_eq!(texts, [format!("{one} {two}"), format!("{three} , !")]);
    assert_eq!(rejects(&scratch, "out"), json!({ "substring_dedup": { "nothing-left": 1 } }));
    scratch.well("dedup substring p.jsonl -o none --keep none");
    assert_eq!(
        scratch.documents("none").iter().map(|d| d.text.clone()).collect::<Vec<_>>(),
        [format!("{three} , !")]
    );
}

#[test]
fn what_was_found_is_checked_by_exact_similarities() {
    let scratch = scratch();
    scratch.well("dedup minhash in -o out");
    let found: Json =
        serde_json::from_slice(&scratch.well("eval dedup out --json").stdout).unwrap();
    assert_eq!((&found["dropped"], &found["checked"]), (&json!(20), &json!(20)));
    assert_eq!((&found["precision"], &found["sampled"]), (&json!(1.0), &json!(140)));
    let pairs = |name: &str| -> u64 {
        found["ranges"].as_array().unwrap().iter().map(|range| range[name].as_u64().unwrap()).sum()
    };
    assert_eq!((pairs("pairs"), pairs("together")), (40, 40));
    let told = text(&scratch.well("eval dedup out").stdout);
    assert!(told.contains("14 bands of 8 rows: threshold 0.72"), "{told}");
    scratch.well("report out -o report.html");
    let page = fs::read_to_string(scratch.0.join("report.html")).unwrap();
    assert!(page.contains("Of 20 documents that went, 100.0 % have an exact Jaccard similarity"));
    scratch.well("dedup minhash in -o out --overwrite");
    scratch.well("report out -o report.html");
    assert!(!fs::read_to_string(scratch.0.join("report.html")).unwrap().contains("Jaccard"));
    scratch.well("dedup exact in -o exact");
    let other = scratch.run("eval dedup exact");
    assert!(text(&other.stderr).contains("without `minhash_dedup`"));
}

#[test]
fn a_new_crawl_is_compared_with_what_an_index_knows() {
    let scratch = scratch();
    for kind in ["exact", "minhash"] {
        let run = |input: &str, out: &str, add: &str| {
            let index = format!(r#"{{"path":"index-{kind}","add_as":"{add}"}}"#);
            scratch.well(&format!("dedup {kind} {input} -o {out}-{kind} --index {index}"));
            ids(&scratch.documents(&format!("{out}-{kind}")))
        };
        let first = run("in/0.jsonl in/1.jsonl", "old", "2023");
        let second = run("in/2.jsonl in/3.jsonl", "new", "2024");
        scratch.well(&format!("dedup {kind} in -o all-{kind}"));
        let all = ids(&scratch.documents(&format!("all-{kind}")));
        assert!(first.is_disjoint(&second));
        assert_eq!(first.len() + second.len(), all.len(), "{kind}");
        // Again: the same, and not compared with itself.
        assert_eq!(run("in/2.jsonl in/3.jsonl", "again", "2024"), second);
        scratch.same(&format!("new-{kind}"), &format!("again-{kind}"));
        let list = format!("dedup index index-{kind}");
        assert_eq!(text(&scratch.well(&list).stdout).lines().count(), 2);
        // What came from the old crawl alone is new again once that is gone.
        scratch.well(&format!("{list} --remove 2023"));
        let alone = run("in/2.jsonl in/3.jsonl", "alone", "2025");
        assert!(alone.len() < second.len(), "compared with 2024, which is the same");
        scratch.well(&format!("{list} --remove 2024"));
        assert!(run("in/2.jsonl in/3.jsonl", "fresh", "2025").len() > second.len());
        let missing = scratch.run(&format!("{list} --remove 1999"));
        assert_eq!(missing.status.code(), Some(2));
    }
    let index = r#"{"path":"index-minhash"}"#;
    let other = scratch.run(&format!("dedup minhash in -o other --rows 9 --index {index}"));
    assert!(
        text(&other.stderr).contains("`2025` in the index `index-minhash` was made with other")
    );
}

#[test]
fn what_a_filter_has_seen_goes() {
    let scratch = scratch();
    let index = r#"{"path":"index","add_as":"NAME"}"#;
    let first = format!("--index {}", index.replace("NAME", "old"));
    scratch.well(&format!("dedup bloom in/0.jsonl in/1.jsonl -o old --threads 1 {first}"));
    scratch.well(&format!("dedup bloom in/0.jsonl in/1.jsonl -o four --threads 4 {first}"));
    assert_eq!(ids(&scratch.documents("old")), ids(&scratch.documents("four")));
    let second = format!("--index {}", index.replace("NAME", "new"));
    scratch.well(&format!("dedup bloom in/2.jsonl in/3.jsonl -o new {second}"));
    scratch.well("dedup bloom in -o all");
    let count = |out: &str| scratch.documents(out).len();
    assert_eq!((count("old") + count("new"), count("all")), (120, 120));
    assert_eq!(rejects(&scratch, "all"), json!({ "bloom_dedup": { "ngram-overlap": 20 } }));
    assert_eq!(text(&scratch.well("dedup index index").stdout).lines().count(), 2);
    scratch.well("dedup bloom in -o told --annotate");
    assert_eq!(scratch.documents("told").len(), 140);
}

#[test]
fn what_is_left_of_a_text_shows_the_formulas_that_are_listed() {
    let scratch = Scratch::new("dedups");
    scratch.crawl(1, 1);
    for (name, stages) in [
        ("windows", "  - substring_dedup: { tokens: 4 }\n"),
        ("bare", "  - substring_dedup: { tokens: 3, spare: false, keep: none }\n"),
        ("lines", "  - paragraph_dedup: { unit: line, min_words: 1, spare: [] }\n"),
    ] {
        let yaml = format!(
            "name: x\nsource: {{ warc: {{ paths: [crawl] }} }}\nstages:\n  - extract\n{stages}output: {name}\n"
        );
        fs::write(scratch.0.join("p.yaml"), yaml).unwrap();
        scratch.well("run p.yaml");
        let documents = scratch.documents(name);
        assert!(documents.len() > 5, "{name}");
        for document in documents {
            let shown = cc_math_tex::markdown::formulas(&document.text).into_iter();
            let listed = document.formulas.iter().map(|formula| formula.range());
            assert!(shown.map(|found| found.range).eq(listed), "{name}: {}", document.text);
        }
    }
}

/// A pipeline with stages before, between and behind.
const PIPELINE: &str = "name: many\nsource: { documents: { paths: [in] } }\nstages:\n  - where: \"id <> '5-0'\"\n  - exact_dedup\n  - sample: 0.9\n  - minhash_dedup: { keep: [oldest] }\n  - shuffle\n  - paragraph_dedup\n  - limit: 70\noutput: out\n";

#[test]
fn stages_that_compare_stand_anywhere_in_a_pipeline() {
    let scratch = scratch();
    fs::write(scratch.0.join("p.yaml"), PIPELINE).unwrap();
    scratch.well("run p.yaml --threads 1");
    scratch.well("run p.yaml -o four --threads 4");
    scratch.same("out", "four");
    let counts = &scratch.json("out/manifest.json")["counts"];
    assert_eq!((&counts["records"], &counts["documents"]), (&json!(140), &json!(70)));
    // Nothing is done again, and a new file changes what it has to.
    let before = scratch.outputs("out");
    scratch.well("run p.yaml");
    assert_eq!(scratch.outputs("out"), before);
    let copy = fs::read_to_string(scratch.0.join("in/0.jsonl")).unwrap();
    fs::write(scratch.0.join("in/9.jsonl"), copy).unwrap();
    scratch.well("run p.yaml");
    scratch.well("run p.yaml -o fresh");
    scratch.same("out", "fresh");
}

#[test]
fn tasks_of_many_processes_give_the_same() {
    let scratch = scratch();
    fs::write(scratch.0.join("p.yaml"), PIPELINE).unwrap();
    scratch.well("run p.yaml -o whole");
    scratch.well("plan p.yaml --write jobs --engine slurm --workers 3");
    let plan: Json = serde_json::from_slice(&scratch.well("plan p.yaml --json").stdout).unwrap();
    let legs = plan["legs"].as_u64().unwrap();
    assert_eq!(legs, 12);
    for leg in 0..legs {
        for index in 0..3 {
            scratch.well(&format!(
                "task --plan jobs/pipeline.yaml --leg {leg} --index {index} --of 3"
            ));
        }
    }
    scratch.well("run jobs/pipeline.yaml");
    scratch.same("out", "whole");
}

#[test]
fn killed_runs_go_on_to_the_same_bytes() {
    let scratch = scratch();
    fs::write(scratch.0.join("p.yaml"), PIPELINE).unwrap();
    scratch.well("run p.yaml -o whole");
    scratch.killed_until_done("--quiet run p.yaml --threads 2", Duration::from_millis(9));
    scratch.same("out", "whole");
}

#[test]
fn inputs_that_hurt_are_compared_all_the_same() {
    let scratch = Scratch::new("dedups");
    let long = "word ".repeat(40_000);
    let letter = "x".repeat(300_000);
    let mut rows = String::new();
    for (number, text) in ["a", "b", &long, &letter, "é", "\u{301}", "0", "$x$"].iter().enumerate()
    {
        for copy in 0..3 {
            rows += &line(&format!("{number}-{copy}"), "", text);
        }
    }
    rows += "{\"text\": \"\"}\n{\"text\": \"a \\ud800\"}\n";
    fs::write(scratch.0.join("h.jsonl"), rows).unwrap();
    for kind in ["exact", "minhash", "paragraph", "substring", "bloom"] {
        let out = scratch.run(&format!("dedup {kind} h.jsonl -o {kind}"));
        assert!(matches!(out.status.code(), Some(0 | 1)), "{kind}: {}", text(&out.stderr));
    }
    assert_eq!(scratch.documents("exact").len(), 9);
    // Those of fewer words than a shingle has are not compared.
    let near = scratch.documents("minhash");
    assert_eq!(near.iter().filter(|document| document.text == long).count(), 1);
    assert_eq!(near.iter().filter(|document| document.text == "a").count(), 3);
}

#[test]
fn many_equal_documents_are_one() {
    let scratch = Scratch::new("dedups");
    let text = words(3, 8).join(" ");
    let rows: String = (0..50_000).map(|n| line(&format!("{n:08}"), "", &text)).collect();
    fs::write(scratch.0.join("m.jsonl"), rows).unwrap();
    for kind in ["exact", "minhash"] {
        scratch.well(&format!("dedup {kind} m.jsonl -o {kind}"));
        assert_eq!(ids(&scratch.documents(kind)), BTreeSet::from(["00000000".to_owned()]));
    }
}

#[test]
fn questions_of_benchmarks_are_found_and_their_neighbours_are_not() {
    let scratch = Scratch::new("dedups");
    let question = "Find all real x for which x^2 - 5x + 6 = 0 holds, and give their product.";
    fs::create_dir_all(scratch.0.join("sets")).unwrap();
    let item = json!({ "id": "q7", "question": question, "answer": "6" });
    fs::write(scratch.0.join("sets/algebra.jsonl"), item.to_string() + "\n").unwrap();
    let before = words(1, 60).join(" ");
    let page = |formula: &str| {
        format!(
            "{before} Find all real $x$ for which ${formula}$ holds, and give their product. {before}"
        )
    };
    let rows = line("same", "u", &page("x^{2}-5x+6=0"))
        + &line("other", "u", &page("x^{2}+5x+6=0"))
        + &line("none", "u", &before);
    fs::write(scratch.0.join("d.jsonl"), rows).unwrap();
    scratch.well("decontaminate d.jsonl -o out --benchmarks sets");
    assert_eq!(ids(&scratch.documents("out")), BTreeSet::from(["none".into(), "other".into()]));
    let told = text(&scratch.well("why same out").stdout);
    assert!(told.contains("contaminated") && told.contains("\"id\":\"q7\""), "{told}");
    scratch.well("decontaminate d.jsonl -o mask --benchmarks sets --action mask");
    let masked = scratch.documents("mask");
    assert_eq!(masked.len(), 3);
    let same = masked.iter().find(|document| document.id == "same").unwrap();
    assert!(!same.text.contains("5x") && same.text.contains(&before));
    scratch.well("decontaminate d.jsonl -o told --benchmarks sets --action annotate");
    let told = scratch.documents("told");
    let same = told.iter().find(|document| document.id == "same").unwrap();
    assert_eq!(same.metadata["contamination"][0]["set"], "algebra");
    // Other items are another plan.
    let more = item.to_string() + "\n" + &json!({ "question": before }).to_string() + "\n";
    fs::write(scratch.0.join("sets/algebra.jsonl"), more).unwrap();
    let again = scratch.run("decontaminate d.jsonl -o out --benchmarks sets");
    assert!(text(&again.stderr).contains("digest"), "{}", text(&again.stderr));
    fs::write(scratch.0.join("sets/algebra.jsonl"), "{\"q\": 1}\n").unwrap();
    let wrong = scratch.run("decontaminate d.jsonl -o wrong --benchmarks sets");
    assert!(text(&wrong.stderr).contains("line 1: it has no `question`"));
}
