//! Pipelines of several legs: `persist`, `limit`, `shuffle`, and outputs in several folders.
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
use std::process::Stdio;
use std::time::Duration;
use support::{Scratch, text};

/// A pipeline with these stages behind `extract`.
fn pipeline(scratch: &Scratch, stages: &str) {
    let yaml = format!(
        "name: legs\nseed: 7\nsource: {{ warc: {{ paths: [crawl] }} }}\nstages:\n  - extract\n{stages}output: out\n"
    );
    fs::write(scratch.0.join("p.yaml"), yaml).unwrap();
}

fn scratch(archives: usize, stages: &str) -> Scratch {
    let scratch = Scratch::new("legs");
    scratch.crawl(archives, 1);
    pipeline(&scratch, stages);
    scratch
}

fn sorted(mut documents: Vec<Document>) -> Vec<Document> {
    documents.sort_by(|a, b| a.id.cmp(&b.id));
    documents
}

#[test]
fn shuffled_documents_are_the_same_in_another_order_however_the_input_is_cut() {
    let scratch = scratch(3, "  - shuffle\n");
    scratch.well("run p.yaml --threads 1");
    scratch.well("run p.yaml -o four --threads 4");
    assert_eq!(scratch.outputs("out"), scratch.outputs("four"));
    scratch.well("run p.yaml -o other --set seed=8");
    scratch.well("extract crawl -o plain");
    let (plain, shuffled) = (scratch.documents("plain"), scratch.documents("out"));
    assert!(plain != shuffled && shuffled != scratch.documents("other"));
    assert!(sorted(plain) == sorted(shuffled.clone()));
    // The same documents, read as a table.
    let again = "name: again\nseed: 7\nsource: { documents: { paths: [plain] } }\nstages: [shuffle]\noutput: again\n";
    fs::write(scratch.0.join("again.yaml"), again).unwrap();
    scratch.well("run again.yaml");
    assert!(scratch.documents("again") == shuffled);
    let counts = &scratch.json("out/manifest.json")["counts"];
    assert_eq!(counts, &scratch.json("plain/manifest.json")["counts"]);
}

#[test]
fn a_limit_keeps_the_first_documents_and_reads_no_further_than_it_needs() {
    let scratch = scratch(6, "  - limit: { documents: 3 }\n");
    scratch.well("extract crawl -o plain");
    let first = scratch.json("plain/manifest.json")["counts"]["documents"].as_u64().unwrap() / 6;
    let few = first + 3;
    pipeline(&scratch, &format!("  - limit: {{ documents: {few} }}\n"));
    scratch.well("run p.yaml --threads 1");
    scratch.well("run p.yaml -o four --threads 4");
    assert_eq!(scratch.outputs("out"), scratch.outputs("four"));
    let account = scratch.json("out/manifest.json");
    assert_eq!(account["counts"]["documents"].as_u64(), Some(few));
    assert_eq!(account["inputs"].as_array().unwrap().len(), 2);
    let over = account["counts"]["rejects"]["limit"]["over-limit"].as_u64().unwrap();
    assert_eq!(over + few, 2 * first);
    let plain = scratch.documents("plain");
    assert!(scratch.documents("out") == plain[..few as usize]);
    // A higher limit goes on from there.
    let raised = scratch.well(&format!("run p.yaml --set stages.limit.documents={}", 3 * first));
    assert!(text(&raised.stderr).contains("finished by an earlier run: 2"), "{raised:?}");
    assert!(scratch.documents("out") == plain[..3 * first as usize]);
    scratch.well("run p.yaml -o all --set stages.limit.documents=1000000");
    assert!(scratch.documents("all") == plain);
}

#[test]
fn a_limit_follows_the_order_of_the_inputs_whatever_their_files_are_called() {
    let scratch = scratch(2, "  - limit: { documents: 30 }\n");
    for (from, to) in [("000", "a/zz"), ("001", "b/aa")] {
        let to = scratch.0.join(format!("crawl/{to}.warc.gz"));
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::rename(scratch.0.join(format!("crawl/{from}.warc.gz")), to).unwrap();
    }
    scratch.well("run p.yaml");
    let kept = scratch.documents("out");
    let from = |name: &str| {
        kept.iter().filter(|d| d.locator.as_ref().is_some_and(|l| l.file.contains(name))).count()
    };
    assert_eq!((from("zz") + from("aa"), kept.len()), (30, 30));
    assert!(from("zz") > from("aa") && from("aa") > 0, "{} {}", from("zz"), from("aa"));
}

#[test]
fn a_limit_behind_a_shuffle_looks_at_all_documents() {
    let scratch = scratch(2, "  - shuffle\n  - limit: { documents: 4 }\n");
    scratch.well("run p.yaml");
    let account = scratch.json("out/manifest.json");
    assert_eq!(account["counts"]["documents"], 4);
    assert_eq!(account["inputs"].as_array().unwrap().len(), 2);
    pipeline(&scratch, "  - shuffle\n");
    scratch.well("run p.yaml -o whole");
    assert!(scratch.documents("out") == scratch.documents("whole")[..4]);
}

#[test]
fn what_lies_behind_persist_is_changed_without_reading_again() {
    let scratch = scratch(3, "  - persist\n  - sample: { rate: 0.5 }\n");
    scratch.well("run p.yaml");
    let changed = text(&scratch.well("run p.yaml --set stages.sample.rate=0.25").stderr);
    assert!(changed.contains("finished by an earlier run: 3"), "{changed}");
    scratch.well("run p.yaml -o fresh --set stages.sample.rate=0.25");
    assert_eq!(scratch.outputs("out"), scratch.outputs("fresh"));
    // Another stage before it is another matter.
    let refused = scratch.run("run p.yaml --set stages.extract.math=any");
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("extract.math: required, now any"));
    assert_eq!(scratch.outputs("out"), scratch.outputs("fresh"));
    // What was held is made again where it is missing.
    fs::remove_dir_all(scratch.0.join("out/.cc-math/legs")).unwrap();
    let again = text(&scratch.well("run p.yaml --set stages.sample.rate=0.5").stderr);
    assert!(!again.contains("finished by an earlier run"), "{again}");
}

#[test]
fn a_leg_that_is_gone_leaves_nothing() {
    let scratch = scratch(2, "  - persist\n  - shuffle\n  - sample: { rate: 0.5 }\n");
    scratch.well("run p.yaml");
    pipeline(&scratch, "  - persist\n  - sample: { rate: 0.5 }\n");
    scratch.well("run p.yaml");
    scratch.well("run p.yaml -o fresh");
    assert_eq!(scratch.outputs("out"), scratch.outputs("fresh"));
}

#[test]
fn documents_go_to_folders_by_a_column() {
    let scratch = scratch(2, "");
    scratch.well("run p.yaml");
    let yaml = fs::read_to_string(scratch.0.join("p.yaml")).unwrap();
    let output = "output: { path: out, format: jsonl.gz, partition_by: content_type }";
    fs::write(scratch.0.join("p.yaml"), yaml.replace("output: out", output)).unwrap();
    scratch.well("run p.yaml -o parts --threads 1");
    scratch.well("run p.yaml -o four --threads 4");
    assert_eq!(scratch.outputs("parts"), scratch.outputs("four"));
    let names: Vec<String> = scratch.outputs("parts").into_keys().collect();
    let folders: BTreeSet<&str> = names
        .iter()
        .filter_map(|name| name.strip_prefix("documents/")?.split_once('/'))
        .map(|(folder, _)| folder)
        .collect();
    assert!(folders.len() > 1, "{names:?}");
    assert!(folders.iter().all(|folder| folder.starts_with("content_type=")), "{folders:?}");
    assert!(sorted(scratch.documents("parts")) == sorted(scratch.documents("out")));
}

#[test]
fn a_column_of_too_many_values_makes_no_folders() {
    let scratch = Scratch::new("partitions");
    let lines = |values: usize| -> String {
        (0..values).map(|n| format!("{{\"text\":\"{n}\",\"n\":{n}}}\n")).collect()
    };
    let yaml = "name: many\nsource: { documents: { paths: [x.jsonl] } }\nstages: []\noutput: { path: out, partition_by: n }\n";
    fs::write(scratch.0.join("p.yaml"), yaml).unwrap();
    fs::write(scratch.0.join("x.jsonl"), lines(1001)).unwrap();
    let refused = scratch.run("run p.yaml");
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("`n` has more than 1000 values"));
    assert!(!scratch.0.join("out/manifest.json").exists());
}

/// Killed at many points, a run of three legs comes to its end with the same bytes.
#[test]
fn a_run_of_several_legs_that_is_killed_ends_the_same() {
    let stages = "  - sample: { rate: 0.8 }\n  - shuffle\n  - limit: { documents: 40 }\n";
    let scratch = scratch(6, stages);
    scratch.well("run p.yaml -o whole");
    scratch.killed_until_done("--quiet run p.yaml --threads 2", Duration::from_millis(10));
    scratch.well("run p.yaml");
    assert_eq!(scratch.outputs("out"), scratch.outputs("whole"));
}

/// Tasks worked on by many processes at once, some twice, give what one run gives.
#[test]
fn tasks_apart_give_what_a_run_gives() {
    let scratch =
        scratch(5, "  - sample: 0.9\n  - shuffle\n  - where: tables >= 0\n  - limit: 30\n");
    scratch.well("run p.yaml -o whole");
    let early = scratch.run("task --plan p.yaml --list");
    assert_eq!(early.status.code(), Some(2));
    assert!(text(&early.stderr).contains("is not prepared"), "{}", text(&early.stderr));
    scratch.well("plan p.yaml --engine slurm --write jobs --workers 3");
    for file in ["leg.sbatch", "finish.sbatch", "submit.sh"] {
        let script = scratch.0.join("jobs").join(file);
        assert!(
            std::process::Command::new("bash").arg("-n").arg(script).status().unwrap().success()
        );
    }
    let early = scratch.run("task --plan jobs/pipeline.yaml --leg 1 --index 0");
    assert_eq!(early.status.code(), Some(2));
    assert!(text(&early.stderr).contains("of leg 0, 5 of 5 tasks are not done"));
    for leg in 0..3 {
        let workers = (0..4).map(|index| {
            let command =
                format!("task --plan jobs/pipeline.yaml --leg {leg} --index {} --of 3", index % 3);
            scratch.command(&command).stderr(Stdio::null()).spawn().unwrap()
        });
        let workers: Vec<_> = workers.collect();
        workers.into_iter().for_each(|mut worker| assert!(worker.wait().unwrap().success()));
        let list = scratch.well(&format!("task --plan p.yaml --leg {leg} --list"));
        let list: Json = serde_json::from_slice(&list.stdout).unwrap();
        assert_eq!((&list["legs"], &list["open"]), (&Json::from(3), &Json::Array(Vec::new())));
    }
    let last = text(&scratch.well("run jobs/pipeline.yaml").stderr);
    assert!(last.contains("finished by an earlier run"), "{last}");
    assert_eq!(scratch.outputs("out"), scratch.outputs("whole"));
    let none = scratch.run("task --plan p.yaml --leg 7 --index 0");
    assert!(text(&none.stderr).contains("no leg 7; there are 3"), "{}", text(&none.stderr));
}

/// An input that cannot be read keeps no leg from beginning, and is tried again by a later run.
#[test]
fn a_failed_input_holds_up_no_leg() {
    let scratch = scratch(2, "  - sample: 0.9\n  - shuffle\n");
    let list = "000.warc.gz\ngone.warc.gz\n001.warc.gz\n";
    fs::write(scratch.0.join("crawl/warc.paths"), list).unwrap();
    let yaml = fs::read_to_string(scratch.0.join("p.yaml")).unwrap();
    fs::write(scratch.0.join("p.yaml"), yaml.replace("[crawl]", "[crawl/warc.paths]")).unwrap();
    assert_eq!(scratch.run("run p.yaml -o whole").status.code(), Some(1));
    scratch.well("plan p.yaml --engine slurm --write jobs");
    let of = |leg: usize, index: usize| {
        let command = format!("task --plan jobs/pipeline.yaml --leg {leg} --index {index}");
        scratch.run(&command).status.code()
    };
    assert_eq!([of(0, 0), of(0, 1), of(0, 2)], [Some(0), Some(0), Some(1)]);
    let list = scratch.well("task --plan p.yaml --list");
    assert_eq!(text(&list.stdout), "{\"legs\":2,\"open\":[2],\"tasks\":3}\n");
    assert_eq!(of(1, 0), Some(0));
    let end = scratch.run("run jobs/pipeline.yaml");
    assert_eq!(end.status.code(), Some(1), "{}", text(&end.stderr));
    assert_eq!(scratch.outputs("out"), scratch.outputs("whole"));
    assert_eq!(scratch.json("out/manifest.json")["failed"][0]["name"], "gone.warc.gz");
    // Where it has come, all is made as if it had been there.
    fs::copy(scratch.0.join("crawl/000.warc.gz"), scratch.0.join("crawl/gone.warc.gz")).unwrap();
    scratch.well("run p.yaml");
    scratch.well("run p.yaml -o fresh");
    assert_eq!(scratch.outputs("out"), scratch.outputs("fresh"));
    // Where it is asked for no longer, nothing is said of it.
    fs::remove_file(scratch.0.join("crawl/gone.warc.gz")).unwrap();
    scratch.run("run p.yaml -o other");
    fs::write(scratch.0.join("crawl/warc.paths"), "000.warc.gz\n001.warc.gz\n").unwrap();
    scratch.well("run p.yaml -o other");
    scratch.well("run p.yaml -o without");
    assert_eq!(scratch.outputs("other"), scratch.outputs("without"));
}

/// What one engine is told is not said to another, and nothing is written before Ray answers.
#[test]
fn ray_is_looked_for_before_anything_is_written() {
    let scratch = scratch(1, "");
    let refused = scratch.run("run p.yaml --retries 2");
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("hint: add `--engine ray`"), "{refused:?}");
    let refused = scratch.run("run p.yaml --engine ray --ray-address http://127.0.0.1:1");
    assert_eq!(refused.status.code(), Some(2));
    let errors = text(&refused.stderr);
    assert!(errors.starts_with("error: no Ray answers at http://127.0.0.1:1: "), "{errors}");
    assert!(errors.contains("hint: `ray start --head` tells"), "{errors}");
    assert!(!scratch.0.join("out").exists());
}

/// What `plan --write` writes is the pipeline, whatever stood in the file.
#[test]
fn a_resolved_pipeline_is_the_same() {
    let scratch = scratch(1, "  - where: \"url <> '$${x}'\"\n  - select: { metadata: [a] }\n");
    let plan = |file: &str| -> Json {
        serde_json::from_slice(&scratch.well(&format!("plan {file} --json")).stdout).unwrap()
    };
    let before = plan("p.yaml --set seed=9");
    scratch.well("plan p.yaml --set seed=9 --engine kubernetes --write jobs --image i --claim c");
    assert_eq!(plan("jobs/pipeline.yaml"), before);
    let job = fs::read(scratch.0.join("jobs/leg-0.json")).unwrap();
    let job: Json = serde_json::from_slice(&job).unwrap();
    assert_eq!(job["spec"]["completions"], 1);
}

#[test]
fn sources_are_blended_by_their_weights_and_no_document_comes_twice() {
    let scratch = scratch(4, "");
    scratch.well("extract crawl/000.warc.gz crawl/001.warc.gz crawl/002.warc.gz -o web");
    scratch.well("extract crawl/003.warc.gz -o math");
    let mix = |by: &str, more: &str| {
        let yaml = format!(
            "name: mix\nseed: 3\nsource:\n  mix:\n    by: {by}\n{more}    sources:\n      \
             web: {{ weight: 1, paths: [web] }}\n      math: {{ weight: 1, paths: [math] }}\n\
             stages:\n  - shuffle\noutput: out\n"
        );
        fs::write(scratch.0.join("mix.yaml"), yaml).unwrap();
    };
    let share = |folder: &str, measure: fn(&Document) -> f64| {
        let documents = scratch.documents(folder);
        let of = |name: &str| {
            let of = documents.iter().filter(|d| d.metadata["mix"] == name);
            of.map(measure).sum::<f64>()
        };
        (of("web"), of("math"))
    };
    mix("documents", "");
    scratch.well("run mix.yaml --threads 1");
    scratch.well("run mix.yaml -o four --threads 4");
    assert_eq!(scratch.outputs("out"), scratch.outputs("four"));
    let (web, math) = share("out", |_| 1.0);
    assert_eq!(math as usize, scratch.documents("math").len());
    assert!((0.6..1.7).contains(&(web / math)), "{web} of the web, {math} of math");
    let ids: BTreeSet<String> = scratch.documents("out").into_iter().map(|d| d.id).collect();
    assert_eq!(ids.len() as f64, web + math);
    let account = scratch.json("out/manifest.json");
    let counts = &account["counts"];
    let read = scratch.documents("web").len() + scratch.documents("math").len();
    assert_eq!(counts["records"].as_u64().unwrap() as usize, read);
    assert_eq!(
        counts["rejects"]["mix"]["not-sampled"].as_u64().unwrap() as f64,
        read as f64 - web - math
    );
    assert_eq!(account["inputs"].as_array().unwrap().len(), 4);
    // The same, worked on apart.
    scratch.well("plan mix.yaml --set output=apart --engine slurm --write jobs");
    for leg in 0..3 {
        scratch.well(&format!("task --plan jobs/pipeline.yaml --leg {leg} --index 0 --of 1"));
    }
    scratch.well("run jobs/pipeline.yaml");
    assert_eq!(scratch.outputs("apart"), scratch.outputs("out"));
    mix("bytes", "    total: 20000\n");
    scratch.well("run mix.yaml -o bytes");
    let (web, math) = share("bytes", |d| d.text.len() as f64);
    let whole: usize = scratch.documents("web").iter().map(|d| d.text.len()).sum();
    assert!(web + math < whole as f64 / 2.0, "{web} + {math} of {whole}");
    mix("tokens", "");
    let refused = scratch.run("run mix.yaml -o tokens");
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("have no `token_count`"), "{}", text(&refused.stderr));
}
