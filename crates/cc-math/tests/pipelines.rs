//! Pipelines from the outside: runs, resumption, their own tests, and what is said of mistakes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test may stop at what it did not expect"
)]

#[allow(dead_code, reason = "each test binary uses what it needs")]
mod support;

use serde_json::Value as Json;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use support::{PIPELINE, Scratch, fixtures, text};

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn scratch() -> Scratch {
    let scratch = Scratch::new("pipeline");
    scratch.crawl(2, 1);
    fs::write(scratch.0.join("p.yaml"), PIPELINE).unwrap();
    scratch
}

#[test]
fn a_pipeline_runs_once_and_the_same_every_time() {
    let scratch = scratch();
    scratch.well("run p.yaml --threads 1");
    let first = scratch.outputs("out");
    let again = scratch.well("run p.yaml");
    assert!(
        text(&again.stderr).contains("finished by an earlier run: 2"),
        "{}",
        text(&again.stderr)
    );
    assert_eq!(scratch.outputs("out"), first);
    scratch.well("run p.yaml -o other --threads 4");
    assert_eq!(scratch.outputs("other"), first);
}

#[test]
fn records_are_documents_or_rejects_of_a_named_stage() {
    let scratch = scratch();
    scratch.well("run p.yaml");
    let manifest = fs::read(scratch.0.join("out/manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    let counts = &manifest["counts"];
    let sampled = counts["rejects"]["sample"]["not-sampled"].as_u64().unwrap();
    let rejects = counts["rejects"].as_object().unwrap().values();
    let rejects: u64 =
        rejects.flat_map(|r| r.as_object().unwrap().values()).map(|n| n.as_u64().unwrap()).sum();
    let documents = counts["documents"].as_u64().unwrap();
    assert!(sampled > 0 && documents > 0);
    assert_eq!(counts["records"].as_u64().unwrap(), documents + rejects);
    assert_eq!(manifest["seed"], 7);
    assert_eq!(manifest["plan"]["pipeline"]["stages"][1]["sample"]["rate"], 0.5);
}

/// A machine that goes down may leave notes that are cut short.
#[test]
fn a_task_whose_note_is_damaged_is_done_again() {
    let scratch = scratch();
    scratch.well("run p.yaml");
    let first = scratch.outputs("out");
    let notes = fs::read_dir(scratch.0.join("out/.cc-math/tasks")).unwrap();
    let note = notes.map(|entry| entry.unwrap().path()).min().unwrap();
    let bytes = fs::read(&note).unwrap();
    for damaged in [&bytes[..0], &bytes[..bytes.len() / 2], &vec![0; bytes.len()]] {
        fs::write(&note, damaged).unwrap();
        let again = text(&scratch.well("run p.yaml").stderr);
        assert!(again.contains("finished by an earlier run: 1"), "{again}");
        assert_eq!(scratch.outputs("out"), first);
    }
}

#[test]
fn new_inputs_are_new_tasks() {
    let scratch = scratch();
    scratch.well("run p.yaml");
    let mini = fs::read(scratch.0.join("crawl/000.warc.gz")).unwrap();
    fs::write(scratch.0.join("crawl/002.warc.gz"), mini).unwrap();
    let again = text(&scratch.well("run p.yaml").stderr);
    assert!(again.contains("finished by an earlier run: 2"), "{again}");
    let grown = scratch.outputs("out");
    scratch.well("run p.yaml -o whole");
    assert_eq!(scratch.outputs("whole"), grown);
}

/// Killed a little later each time, a run comes to its end all the same, with the same bytes.
#[test]
fn a_run_that_is_killed_again_and_again_ends_the_same() {
    let scratch = Scratch::new("killed");
    scratch.crawl(6, 1);
    fs::write(scratch.0.join("p.yaml"), PIPELINE).unwrap();
    scratch.well("run p.yaml -o whole");
    scratch.killed_until_done("--quiet run p.yaml --threads 2", Duration::from_millis(40));
    scratch.well("run p.yaml");
    assert_eq!(scratch.outputs("out"), scratch.outputs("whole"));
}

#[test]
fn other_options_need_another_folder() {
    let scratch = scratch();
    scratch.well("run p.yaml");
    let output = scratch.run("run p.yaml --set vars.rate=0.25");
    let errors = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(errors.contains("stages.1.sample.rate: 0.5, now 0.25"), "{errors}");
    scratch.well("run p.yaml --set stages.sample.rate=0.25 --overwrite");
    assert_eq!(scratch.run("run p.yaml").status.code(), Some(2));
}

#[test]
fn a_larger_sample_holds_a_smaller_one() {
    let scratch = scratch();
    let drawn = |rate: &str| {
        scratch.well(&format!(
            "run p.yaml --set vars.rate={rate} --set output.path=o{rate} --set output.format=jsonl"
        ));
        let files = scratch.outputs(&format!("o{rate}"));
        let lines = files.iter().filter(|(name, _)| name.starts_with("documents/"));
        let lines: Vec<String> = lines
            .flat_map(|(_, bytes)| text(bytes).lines().map(String::from).collect::<Vec<_>>())
            .collect();
        lines
    };
    fs::write(scratch.0.join("p.yaml"), PIPELINE.replace("output: out", "output: { path: out }"))
        .unwrap();
    let (some, most, all) = (drawn("0.3"), drawn("0.8"), drawn("1"));
    assert!(some.len() < most.len() && most.len() < all.len());
    assert!(some.iter().all(|line| most.contains(line)));
    assert!(most.iter().all(|line| all.contains(line)));
}

#[test]
fn stages_come_from_shared_files_too() {
    let scratch = scratch();
    fs::create_dir_all(scratch.0.join("shared")).unwrap();
    let list = "- sample: { rate: \"${rate}\" }\n- select: { metadata: [] }\n";
    fs::write(scratch.0.join("shared/some.yaml"), list).unwrap();
    let inline = "  - sample: { rate: \"${rate}\" }\n";
    let pipeline = PIPELINE.replace(inline, "  - include: shared/some.yaml\n");
    fs::write(scratch.0.join("p.yaml"), pipeline).unwrap();
    let plan = text(&scratch.well("plan p.yaml").stdout);
    assert!(plan.contains(r#"stage 2 sample {"rate":0.5,"seed":null}"#), "{plan}");
    assert!(plan.contains(r#"stage 3 select {"metadata":[]}"#), "{plan}");
    fs::write(scratch.0.join("shared/some.yaml"), "- include: some.yaml\n").unwrap();
    let errors = text(&scratch.run("check p.yaml").stderr);
    assert!(errors.contains("does one include itself?"), "{errors}");
}

#[test]
fn bundled_pipelines_are_sound_and_pass_their_tests() {
    let scratch = Scratch::new("bundled");
    let pipelines = fs::read_dir(repository().join("pipelines")).unwrap();
    for path in pipelines.map(|entry| entry.unwrap().path()) {
        let path = path.strip_prefix(repository()).unwrap().display().to_string();
        for verb in ["check", "test"] {
            let output = scratch
                .command(&format!("{verb} {path}"))
                .current_dir(repository())
                .output()
                .unwrap();
            assert_eq!(output.status.code(), Some(0), "{path}: {}", text(&output.stderr));
        }
        let head = fs::read_to_string(repository().join(&path)).unwrap();
        let schema = "# yaml-language-server: $schema=../schemas/pipeline.schema.json\n";
        assert!(head.starts_with(schema), "{path}");
    }
}

#[test]
fn a_pipelines_own_tests_fail_with_what_came_instead() {
    let scratch = scratch();
    let tests = "\
tests:
  - given: { html: \"<p>Let $x$ be\" }
    expect: { verdict: keep, formulas: [\"y\"] }
  - given: { html: \"<p>Nothing\" }
    expect: { verdict: keep }
";
    let pipeline = PIPELINE.replace("rate: 0.5", "rate: 1");
    fs::write(scratch.0.join("p.yaml"), pipeline + tests).unwrap();
    let output = scratch.run("test p.yaml");
    let errors = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(errors.contains(r#"p.yaml:10:5: the formulas are ["x"], not ["y"]"#), "{errors}");
    assert!(errors.contains("p.yaml:12:5: `extract` drops the page: no-math"), "{errors}");
}

#[test]
fn a_run_goes_on_from_the_documents_of_another() {
    let scratch = scratch();
    scratch.well("run p.yaml -o first --set vars.rate=1");
    let second = "\
name: second
seed: 7
source: { documents: { paths: [first] } }
stages:
  - sample: { rate: 0.5 }
output: second
tests:
  - given: { text: \"Let $x$ be\", metadata: { a: 1 } }
    expect: { verdict: keep, text: \"Let $x$ be\" }
";
    fs::write(scratch.0.join("second.yaml"), second).unwrap();
    scratch.well("test second.yaml");
    scratch.well("run second.yaml --threads 3");
    scratch.well("run p.yaml");
    // What was extracted and drawn in one go is what was drawn from the documents extracted.
    assert_eq!(documents(&scratch, "second"), documents(&scratch, "out"));
    let manifest = scratch.outputs("second").remove("manifest.json").unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap();
    assert!(manifest["counts"]["rejects"]["sample"]["not-sampled"].as_u64().unwrap() > 0);
    assert_eq!(manifest["inputs"].as_array().unwrap().len(), 2);
}

fn documents(scratch: &Scratch, folder: &str) -> Vec<cc_math_core::Document> {
    let mut documents = scratch.documents(folder);
    documents.sort_by(|a, b| a.id.cmp(&b.id));
    documents
}

#[test]
fn tables_of_others_are_read_by_a_mapping_of_columns() {
    let scratch = Scratch::new("mapped");
    let lines = "\
{\"content\":\"One $x$\",\"meta\":{\"url\":\"https://example.org/1\"},\"score\":3.5}
not JSON
{\"meta\":{}}
{\"content\":\"Two\",\"id\":\"two\"}
";
    fs::write(scratch.0.join("x.jsonl"), lines).unwrap();
    let pipeline = "\
name: mapped
source:
  documents: { paths: [x.jsonl], columns: { text: content, url: meta.url } }
stages:
  - rename: { metadata: { score: quality } }
output: { path: out, format: jsonl }
";
    fs::write(scratch.0.join("p.yaml"), pipeline).unwrap();
    let account = text(&scratch.well("run p.yaml").stderr);
    assert!(account.contains("dropped: malformed-row"), "{account}");
    let found = documents(&scratch, "out");
    let of = |text: &str| found.iter().find(|document| document.text == text).unwrap();
    assert_eq!(of("One $x$").url, "https://example.org/1");
    assert_eq!(of("One $x$").metadata["quality"], 3.5);
    assert_eq!(of("Two").id, "two");
    let rejects: Vec<_> =
        cc_math_store::read_rejects(&scratch.0.join("out")).unwrap().map(Result::unwrap).collect();
    let details: Vec<&str> = rejects.iter().map(|reject| reject.detail.as_str()).collect();
    assert!(details[0].starts_with("row 2: not a JSON object"), "{details:?}");
    assert_eq!(details[1], "row 3: it has no text in `content`");
}

/// Rows as FineMath, OpenWebMath, Dolma and datatrove have them.
#[test]
fn presets_know_the_columns_of_others() {
    let scratch = Scratch::new("presets");
    let rows = [
        (
            "finemath",
            r#"{"url":"u","fetch_time":1700000000000,"content_mime_type":"text/html","warc_filename":"w","text":"T","score":3.5}"#,
        ),
        (
            "openwebmath",
            r#"{"url":"u","text":"T","date":"2023-11-14T22:13:20Z","metadata":"{\"extraction_info\":{}}"}"#,
        ),
        (
            "dolma",
            r#"{"id":"i","text":"T","source":"cc","added":"2023-11-14T22:13:20.000Z","metadata":{"url":"u","n":1}}"#,
        ),
        (
            "datatrove",
            r#"{"text":"T","id":"i","metadata":{"url":"u","date":"2023-11-14T22:13:20Z","score":1}}"#,
        ),
    ];
    for (preset, row) in rows {
        fs::write(scratch.0.join("x.jsonl"), row).unwrap();
        let yaml = format!(
            "name: preset\nsource: {{ documents: {{ paths: [x.jsonl], preset: {preset} }} }}\n\
             stages: []\noutput: {preset}\n"
        );
        fs::write(scratch.0.join("p.yaml"), yaml).unwrap();
        scratch.well("run p.yaml");
        let document = documents(&scratch, preset).pop().unwrap();
        assert_eq!((document.url.as_str(), document.text.as_str()), ("u", "T"), "{preset}");
        assert_eq!(document.fetch_time_ms, Some(1_700_000_000_000), "{preset}");
        assert!(!document.metadata.is_empty() && !document.metadata.contains_key("url"));
    }
}

#[test]
fn a_damaged_table_fails_alone() {
    let scratch = scratch();
    scratch.well("run p.yaml -o first --set vars.rate=1");
    let whole = documents(&scratch, "first");
    fs::write(scratch.0.join("first/documents/broken.parquet"), "PAR1 and no more").unwrap();
    let pipeline = "\
name: second
source: { documents: { paths: [first] } }
stages: []
output: second
";
    fs::write(scratch.0.join("second.yaml"), pipeline).unwrap();
    let output = scratch.run("run second.yaml");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("failed: broken.parquet"), "{}", text(&output.stderr));
    assert_eq!(documents(&scratch, "second"), whole);
}

/// Whatever is wrong with a table, its rows come or it fails; nothing panics and nothing is endless.
#[test]
fn flipped_bytes_of_a_table_are_rows_or_a_failed_input() {
    let scratch = Scratch::new("flipped");
    scratch.crawl(1, 1);
    fs::write(scratch.0.join("p.yaml"), PIPELINE).unwrap();
    scratch.well("run p.yaml -o first --set vars.rate=1");
    let table = scratch.outputs("first").into_iter().find(|(name, _)| name.starts_with("doc"));
    let bytes = table.unwrap().1;
    let pipeline = "\
name: flipped
source: { documents: { paths: [x.parquet] } }
stages: []
output: out
";
    fs::write(scratch.0.join("flipped.yaml"), pipeline).unwrap();
    // Most of them in the footer, which says how much there is of everything.
    let footer = bytes.len() - bytes.len().min(6000);
    for flip in 0..40_usize {
        let from = if flip % 4 == 0 { 0 } else { footer };
        let at = from + flip * 7919 % (bytes.len() - from);
        let mut broken = bytes.clone();
        broken[at] ^= 1 << (flip % 8);
        fs::write(scratch.0.join("x.parquet"), broken).unwrap();
        let output = scratch.run("run flipped.yaml --overwrite --threads 1");
        let code = output.status.code();
        assert!(matches!(code, Some(0 | 1)), "byte {at}: {code:?} {}", text(&output.stderr));
    }
}

/// A generated file is what its command prints.
fn is_current(file: &str, command: &str) {
    let scratch = Scratch::new("generated");
    let printed = text(&scratch.well(command).stdout);
    let path = repository().join(file);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(path, printed).unwrap();
    } else {
        let kept = fs::read_to_string(path).unwrap_or_default();
        assert!(kept == printed, "{file}: write it again with `cc-math {command} > {file}`");
    }
}

#[test]
fn what_another_version_wrote_is_left_alone() {
    let scratch = scratch();
    scratch.well("run p.yaml");
    let path = scratch.0.join("out/manifest.json");
    let manifest = fs::read_to_string(&path).unwrap();
    let newer = manifest.replace("cc-math-manifest/1", "cc-math-manifest/7");
    fs::write(&path, &newer).unwrap();
    let refused = scratch.run("run p.yaml");
    let told = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(2), "{told}");
    assert!(told.contains("whose manifests are `cc-math-manifest/7`"), "{told}");
    assert!(told.contains("hint: go on with that version"), "{told}");
    assert_eq!(fs::read_to_string(&path).unwrap(), newer);
    // One that is damaged is made again.
    fs::write(&path, "{").unwrap();
    scratch.well("run p.yaml");
    assert_eq!(fs::read_to_string(&path).unwrap(), manifest);
    fs::write(&path, &newer).unwrap();
    scratch.well("run p.yaml --overwrite");
    assert_eq!(fs::read_to_string(&path).unwrap(), manifest);
}

#[test]
fn a_plan_tells_what_it_is_expected_to_take() {
    let scratch = Scratch::new("estimate");
    scratch.crawl(2, 3);
    fs::write(scratch.0.join("p.yaml"), PIPELINE).unwrap();
    let plan = |arguments: &str| -> Json {
        let output = scratch.well(&format!("plan p.yaml --json {arguments}"));
        serde_json::from_slice::<Json>(&output.stdout).unwrap()["estimate"].clone()
    };
    let rough = plan("");
    assert_eq!(rough["basis"], "rough");
    assert!(
        rough["seconds"].as_f64().unwrap() > 0.0 && rough["documents_bytes"].as_u64().unwrap() > 0
    );
    scratch.well("run p.yaml");
    let written = |folder: &str| -> u64 {
        let files = fs::read_dir(scratch.0.join("out").join(folder)).unwrap();
        files.map(|file| file.unwrap().metadata().unwrap().len()).sum()
    };
    let told = plan("");
    let near = |name: &str, bytes: u64| told[name].as_u64().unwrap().abs_diff(bytes) <= 1;
    assert_eq!(told["basis"], "run");
    assert!(
        near("documents_bytes", written("documents")) && near("rejects_bytes", written("rejects")),
        "{told}"
    );
    // Twice the input is expected to give twice the output; other options, nobody knows.
    scratch.crawl(4, 3);
    let double = plan("");
    assert!(double["documents_bytes"].as_u64().unwrap().abs_diff(2 * written("documents")) <= 2);
    assert_eq!(plan("--set stages.extract.math=any")["basis"], "rough");
    let text = text(&scratch.well("plan p.yaml").stdout);
    assert!(text.contains("as the run in `out` went") && text.contains("memory  below"), "{text}");
}

#[test]
fn generated_files_are_current() {
    is_current("schemas/pipeline.schema.json", "schema");
    is_current("docs/stages.md", "stages --markdown");
}

/// `tests/fixtures/pipelines/mistakes.txt`: pipelines, and what is said of them. A case begins
/// with `=== ` and more arguments, the message with `--- `.
#[test]
fn every_mistake_is_told_with_its_place() {
    let path = fixtures().join("pipelines/mistakes.txt");
    let kept = fs::read_to_string(&path).unwrap();
    let scratch = scratch();
    let mut told = String::new();
    let mut cases = 0;
    for case in kept.split("=== ").skip(1) {
        let (arguments, rest) = case.split_once('\n').unwrap();
        let yaml = rest.split_once("\n--- \n").map_or(rest, |(yaml, _)| yaml);
        fs::write(scratch.0.join("p.yaml"), format!("{yaml}\n")).unwrap();
        let output = scratch.run(&format!("check p.yaml {arguments}"));
        assert_eq!(output.status.code(), Some(2), "{yaml}: {}", text(&output.stderr));
        told += &format!("=== {arguments}\n{yaml}\n--- \n{}\n", text(&output.stderr));
        cases += 1;
    }
    assert!(cases >= 30, "{cases}");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(path, told).unwrap();
    } else {
        assert_eq!(told, kept, "run with UPDATE=1 if this is meant");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_file_without_end_is_no_pipeline() {
    let scratch = scratch();
    let output = scratch.run("check /dev/zero");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("/dev/zero:1:1: longer than 4 MiB"), "{output:?}");
}
