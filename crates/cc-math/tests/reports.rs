//! What is told of runs, from the outside: `report`, `inspect`, `why`, `diff`.
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
use std::path::PathBuf;
use std::process::Output;
use support::{PIPELINE, Scratch, text};

/// A finished run in `out`, of two archives.
fn scratch() -> Scratch {
    let scratch = Scratch::new("report");
    scratch.crawl(2, 1);
    fs::write(scratch.0.join("p.yaml"), PIPELINE).unwrap();
    scratch.well("--quiet run p.yaml");
    scratch
}

fn json(output: &Output) -> Json {
    serde_json::from_slice(&output.stdout).unwrap()
}

fn manifest(scratch: &Scratch) -> Json {
    scratch.json("out/manifest.json")
}

/// The first row of a kind.
fn row(scratch: &Scratch, arguments: &str) -> Json {
    json(&scratch.well(&format!("inspect out --json --limit 1 {arguments}")))
}

#[test]
fn a_report_has_every_number_of_the_funnel() {
    let scratch = scratch();
    scratch.well("report out");
    let html = fs::read_to_string(scratch.0.join("out/report.html")).unwrap();
    let counts = &manifest(&scratch)["counts"];
    for (stage, reasons) in counts["rejects"].as_object().unwrap() {
        let sum: u64 = reasons.as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
        let of_stage = format!("<tr class=\"stage\"><th scope=\"row\">{stage}<td>");
        let line = html.split(&of_stage).nth(1).unwrap().split("<tr").next().unwrap();
        assert!(line.contains(&format!("<td>{sum}<td>")), "{stage}: {line}");
        for (reason, n) in reasons.as_object().unwrap() {
            let of_reason =
                format!("<tr class=\"reason\"><th scope=\"row\">{reason}<td><td>{n}<td>");
            assert!(html.contains(&of_reason), "{of_reason}");
        }
    }
    for (kind, fates) in counts["formulas"].as_object().unwrap() {
        let line =
            format!("<th scope=\"row\">{kind}<td>{}<td>{}<td>", fates["seen"], fates["recovered"]);
        assert!(html.contains(&line), "{line}");
    }
    for name in ["records", "documents"] {
        assert!(html.contains(&format!("<dd>{}<small>", counts[name])), "{name}");
    }
    assert!(html.contains("<math") && html.contains("Dropped, nearest to the bound 0.5"));
    for loads in ["<script", "<img", "<iframe", "<object", "@import", "url("] {
        assert!(!html.contains(loads), "{loads}");
    }
    let mut links = html.split("href=\"").skip(1);
    assert!(links.all(|link| link.starts_with('#') || link.starts_with("data:,\"")));
}

#[test]
fn equal_folders_have_equal_reports() {
    let scratch = scratch();
    scratch.well("report out -o first.html");
    scratch.well("--quiet run p.yaml -o other --threads 1");
    fs::copy(scratch.0.join("out/run.json"), scratch.0.join("other/run.json")).unwrap();
    scratch.well("report other -o second.html");
    let read = |name| fs::read(scratch.0.join(name)).unwrap();
    assert!(read("first.html") == read("second.html"));
    let told = json(&scratch.well("report out --json"));
    assert_eq!(told["counts"], manifest(&scratch)["counts"]);
    assert!(!scratch.0.join("out/report.html").exists());
    scratch.well("report out");
    // A report in the folder is no reason to do anything again.
    assert!(text(&scratch.well("run p.yaml").stderr).contains("earlier run: 2"));
}

#[test]
fn rows_are_inspected_by_kind_stage_reason_and_id() {
    let scratch = scratch();
    let lines = |arguments: &str| {
        let output = scratch.well(&format!("inspect out --json --limit 1000 {arguments}"));
        let lines: Vec<Json> =
            text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        lines
    };
    let counts = manifest(&scratch)["counts"].clone();
    let (kept, dropped) = (lines(""), lines("--rejects"));
    assert_eq!(kept.len() as u64, counts["documents"].as_u64().unwrap());
    assert_eq!((kept.len() + dropped.len()) as u64, counts["records"].as_u64().unwrap());
    let no_math = lines("--reason no-math");
    assert_eq!(no_math.len() as u64, counts["rejects"]["extract"]["no-math"].as_u64().unwrap());
    assert!(
        lines("--stage sample").iter().all(|row| row["stage"] == "sample" && row["kept"] == false)
    );
    let id = kept[0]["id"].as_str().unwrap();
    assert_eq!(lines(&format!("--id {id}")), [kept[0].clone()]);
    let shown = text(&scratch.well(&format!("inspect out --id {id}")).stdout);
    assert!(
        shown.starts_with(&format!("── kept {id}\n")) && shown.contains("   record    "),
        "{shown}"
    );
    assert_eq!(scratch.run("inspect out --id no-such").status.code(), Some(2));
    assert_eq!(scratch.run("inspect out --reason no-such").status.code(), Some(2));
}

#[test]
fn why_follows_what_was_kept_and_what_was_not() {
    let scratch = scratch();
    let kept = row(&scratch, "");
    let told = text(&scratch.well(&format!("why {} out", kept["id"].as_str().unwrap())).stdout);
    for part in [
        format!(
            "record    {} bytes {}+{}",
            kept["warc_filename"].as_str().unwrap(),
            kept["warc_record_offset"],
            kept["warc_record_length"]
        ),
        format!("row       {} of {}", kept["row"], kept["file"].as_str().unwrap()),
        "warc      went on".into(),
        "sample    went on with {\"rate\":0.5".into(),
        "recovered".into(),
    ] {
        assert!(told.contains(&part), "{part}\n{told}");
    }
    let dropped = row(&scratch, "--reason no-math");
    let told = json(&scratch.well(&format!("why {} out --json", dropped["id"].as_str().unwrap())));
    let verdicts: Vec<_> =
        told["stages"].as_array().unwrap().iter().map(|s| s["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["keep", "keep", "drop", "not-reached"]);
    assert_eq!(told["stages"][2]["reason"], "no-math");
    let by_url = text(&scratch.well(&format!("why {} out", kept["url"].as_str().unwrap())).stdout);
    assert!(by_url.contains(kept["id"].as_str().unwrap()));
    let unknown = scratch.run("why https://example.org/nowhere out");
    assert_eq!(unknown.status.code(), Some(2));
    let said = text(&unknown.stderr);
    assert!(
        said.contains("no record in `out` has the id or address") && said.contains("hint: "),
        "{said}"
    );
}

#[test]
fn diff_tells_why_two_runs_differ() {
    let scratch = scratch();
    scratch.well("diff out out");
    scratch.well("--quiet run p.yaml -o twin --threads 3");
    let same = scratch.well("diff out twin");
    assert!(text(&same.stdout).contains("are the same"));
    scratch.well("--quiet run p.yaml --set vars.rate=0.25 -o fewer");
    let output = scratch.run("diff out fewer --json");
    assert_eq!(output.status.code(), Some(1));
    let told = json(&output);
    assert_eq!(told["same"], false);
    let differences = &told["differences"];
    let plan = &differences["plan"][0];
    assert_eq!(
        (&plan["name"], &plan["a"], &plan["b"]),
        (&"pipeline.stages.1.sample.rate".into(), &"0.5".into(), &"0.25".into())
    );
    let gone = &differences["documents"]["only_a"];
    assert_eq!(gone["total"], gone["fates"]["sample/not-sampled"]);
    assert_eq!(differences["documents"]["only_b"]["total"], 0);
    assert_eq!(differences["inputs"], Json::Array(Vec::new()));
}

#[test]
fn diff_tells_of_inputs() {
    let scratch = scratch();
    let mini = fs::read(scratch.0.join("crawl/000.warc.gz")).unwrap();
    fs::remove_file(scratch.0.join("crawl/000.warc.gz")).unwrap();
    fs::write(scratch.0.join("crawl/001.warc.gz"), mini.repeat(2)).unwrap();
    fs::write(scratch.0.join("crawl/002.warc.gz"), mini).unwrap();
    scratch.well("--quiet run p.yaml -o other");
    let told = json(&scratch.run("diff out other --json"));
    let inputs = told["differences"]["inputs"].as_array().unwrap();
    let kinds: Vec<_> = inputs
        .iter()
        .map(|input| (input["name"].as_str().unwrap(), input["a"].is_null(), input["b"].is_null()))
        .collect();
    assert_eq!(
        kinds,
        [("000.warc.gz", false, true), ("001.warc.gz", false, false), ("002.warc.gz", true, false)]
    );
    let fates = &told["differences"]["documents"]["only_a"]["fates"];
    assert_eq!(fates.as_object().unwrap().keys().collect::<Vec<_>>(), ["not in it"]);
}

#[test]
fn folders_that_cannot_be_read_are_told_with_a_hint() {
    let scratch = scratch();
    let said = |folder: &str| {
        let outputs = [
            format!("report {folder}"),
            format!("inspect {folder} --rejects"),
            format!("why x {folder}"),
        ]
        .map(|arguments| {
            let output = scratch.run(&arguments);
            assert_eq!(output.status.code(), Some(2), "{arguments}: {}", text(&output.stdout));
            text(&output.stderr)
        });
        assert!(
            outputs.iter().all(|said| said.contains("\nhint: ") && *said == outputs[0]),
            "{outputs:?}"
        );
        outputs[0].clone()
    };
    assert!(said("nowhere").contains("no folder `nowhere`"));
    assert!(said("crawl").contains("is not the output folder of a run"));
    let path = |name: &str| scratch.0.join("out").join(name);
    let manifest = fs::read_to_string(path("manifest.json")).unwrap();
    fs::write(path("manifest.json"), manifest.replace("cc-math-manifest/1", "cc-math-manifest/9"))
        .unwrap();
    assert!(said("out").contains("has the format `cc-math-manifest/9`"));
    fs::write(path("manifest.json"), "{").unwrap();
    assert!(said("out").contains("is damaged"));
    fs::write(path("manifest.json"), &manifest).unwrap();
    let rejects = rejects(&scratch);
    let bytes = fs::read(&rejects).unwrap();
    fs::write(&rejects, &bytes[1..]).unwrap();
    assert!(said("out").contains("is damaged: it has"));
    for at in [bytes.len() - 20, bytes.len() / 2, 10] {
        let mut damaged = bytes.clone();
        damaged[at..at + 8].fill(0xa5);
        fs::write(&rejects, damaged).unwrap();
        let output = scratch.run("report out");
        let stderr = text(&output.stderr);
        let told = output.status.code() == Some(0)
            || stderr.contains("error: ") && stderr.contains("hint: ");
        assert!(told && !stderr.contains("RUST_BACKTRACE"), "{at}: {stderr}");
    }
    fs::remove_file(&rejects).unwrap();
    assert!(said("out").contains("cannot open"));
    fs::remove_file(path("manifest.json")).unwrap();
    assert!(said("out").contains("is not finished"));
}

fn rejects(scratch: &Scratch) -> PathBuf {
    let mut files: Vec<_> = fs::read_dir(scratch.0.join("out/rejects"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files.swap_remove(0)
}

/// Documents as Markdown are not read back; everything else is.
#[test]
fn markdown_is_not_read_back() {
    let scratch = Scratch::new("report-markdown");
    scratch.crawl(1, 1);
    scratch.well("--quiet extract crawl -o out --format markdown");
    scratch.well("report out");
    let html = fs::read_to_string(scratch.0.join("out/report.html")).unwrap();
    assert!(html.contains("Documents written as Markdown are not read back."));
    scratch.well("inspect out --rejects");
    let output = scratch.run("inspect out");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("hint: run with `--format parquet`"));
}
