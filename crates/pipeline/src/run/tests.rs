//! Runs with extractors that are not ours: what the engine promises whatever they do.

use super::*;
use crate::plan::ExtractOptions;
use cc_math_core::{Document, Formula, FormulaKind, Ledger, Reason, Status};
use cc_math_extract::{MathMode, Outcome, Page};
use cc_math_store::{Codec, Format, list_inputs, read_documents, read_rejects};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

const OPTIONS: ExtractOptions =
    ExtractOptions { math: MathMode::Any, format: Format::Jsonl(Codec::Plain) };

/// A folder of one archive with this many plain-text records.
fn archive(name: &str, records: usize) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("cc-math-run-{}-{name}", std::process::id()));
    std::fs::remove_dir_all(&folder).unwrap_or_default();
    std::fs::create_dir_all(&folder).unwrap();
    let filler = "x".repeat(4000);
    let record = |n: usize| {
        let body = format!("page {n} {filler}");
        let head = "WARC/1.0\r\nWARC-Type: resource\r\nContent-Type: text/plain";
        let length = body.len();
        format!(
            "{head}\r\nWARC-Target-URI: u:{n}\r\nContent-Length: {length}\r\n\r\n{body}\r\n\r\n"
        )
    };
    let text: String = (0..records).map(record).collect();
    std::fs::write(folder.join("a.warc"), text).unwrap();
    folder
}

fn run_over(
    folder: &Path,
    threads: usize,
    stop: &AtomicBool,
    extract: Extract<'_>,
) -> Result<Report, RunError> {
    let inputs = list_inputs(&[folder.join("a.warc").display().to_string()], None).unwrap();
    let destination = Destination::Folder { path: folder.join("out"), overwrite: true };
    let options = RunOptions { threads, stop, progress: &|_| {}, writer: "test" };
    run_with(Plan::new(OPTIONS, inputs), destination, &options, extract)
}

fn echo(page: &Page<'_>) -> Outcome {
    let text = String::from_utf8_lossy(page.bytes).into_owned();
    Outcome::Document(Box::new(Document::new(page.url, text)))
}

fn check_order(folder: &Path, records: usize) {
    let documents = read_documents(&folder.join("out")).unwrap();
    let urls: Vec<_> = documents.map(|document| document.unwrap().url).collect();
    let expected: Vec<_> = (0..records).map(|n| format!("u:{n}")).collect();
    assert!(urls == expected);
}

#[test]
fn rows_are_in_order_whatever_each_takes() {
    let folder = archive("order", 4000);
    let uneven = |page: &Page<'_>| {
        if page.url.ends_with("11") {
            std::thread::sleep(Duration::from_millis(3));
        }
        echo(page)
    };
    for threads in [1, 8] {
        let report = run_over(&folder, threads, &AtomicBool::new(false), &uneven).unwrap();
        assert_eq!((report.counts.records, report.counts.documents), (4000, 4000));
        check_order(&folder, 4000);
    }
}

#[test]
fn a_panic_costs_one_page_and_keeps_its_bytes() {
    let folder = archive("panic", 30);
    let faulty = |page: &Page<'_>| match page.url {
        "u:7" => panic!("seven"),
        "u:8" => {
            let mut document = Document::new(page.url, "x".into());
            let far = Formula::new(5..9, false, FormulaKind::Katex, Status::Recovered);
            document.formulas.push(far);
            Outcome::Document(Box::new(document))
        }
        _ => echo(page),
    };
    let report = run_over(&folder, 3, &AtomicBool::new(false), &faulty).unwrap();
    assert_eq!((report.counts.documents, report.counts.rejected()), (28, 2));
    let rejects: Vec<_> = read_rejects(&folder.join("out")).unwrap().map(Result::unwrap).collect();
    assert!(rejects.iter().all(|reject| reject.reason == Reason::InternalError));
    assert_eq!(rejects[0].detail, "seven");
    let kept =
        folder.join("out/rejects/pages").join(format!("{}.bin", rejects[0].id.as_ref().unwrap()));
    assert!(std::fs::read(kept).unwrap().starts_with(b"page 7 "));
}

#[test]
fn rejects_and_their_formulas_are_counted() {
    let folder = archive("rejects", 10);
    let refuse = |_: &Page<'_>| {
        let mut ledger = Ledger::default();
        ledger.keep(FormulaKind::Katex, Status::Recovered);
        Outcome::Reject {
            reason: Reason::EmptyText,
            detail: "d".into(),
            text: Some("t".into()),
            ledger,
        }
    };
    let report = run_over(&folder, 2, &AtomicBool::new(false), &refuse).unwrap();
    assert!(report.counts.balanced());
    assert_eq!(report.counts.rejects["extract"][&Reason::EmptyText], 10);
    assert_eq!(report.counts.formulas.seen(), 10);
}

#[test]
fn stopping_leaves_nothing_visible() {
    let folder = archive("stop", 3000);
    let stop = Arc::new(AtomicBool::new(false));
    let stopping = |page: &Page<'_>| {
        if page.url == "u:700" {
            stop.store(true, Ordering::Relaxed);
        }
        echo(page)
    };
    for threads in [1, 4] {
        stop.store(false, Ordering::Relaxed);
        let report = run_over(&folder, threads, &stop, &stopping).unwrap();
        assert!(report.interrupted);
        for part in ["documents", "rejects", ".cc-math/tmp", ".cc-math/tasks"] {
            assert_eq!(
                std::fs::read_dir(folder.join("out").join(part)).unwrap().count(),
                0,
                "{part}"
            );
        }
        assert!(!folder.join("out/manifest.json").exists());
    }
}

#[test]
fn a_small_budget_is_slow_but_never_stuck() {
    let folder = archive("budget", 3000);
    let inputs = list_inputs(&[folder.join("a.warc").display().to_string()], None).unwrap();
    let plan = Plan::new(OPTIONS, inputs);
    let out = Folder::open(&folder.join("out"), &plan, true).unwrap();
    let stop = AtomicBool::new(false);
    let setup = Setup {
        way: Way { extract: &echo, steps: &[], sources: &[], draw: None },
        format: Format::Parquet,
        leg: 0,
        reads_input: true,
        hash: "",
        order: None,
        again: true,
        end: End::Output { partition: None },
        threads: 4,
        budget: 1,
        stop: &stop,
        progress: &|_| {},
    };
    work(plan.tasks, &setup, &Sink::Folder(&out)).unwrap();
    check_order(&folder, 3000);
}

#[test]
fn a_second_run_on_a_folder_in_use_is_refused() {
    let folder = archive("busy", 1);
    let plan = Plan::new(OPTIONS, Vec::new());
    let _held = Folder::open(&folder.join("out"), &plan, false).unwrap();
    let error = run_over(&folder, 1, &AtomicBool::new(false), &echo).unwrap_err();
    let told = error.to_string();
    assert!(told.starts_with("another run is writing to"), "{told}");
    assert!(told.contains(&format!("`: process {}", std::process::id())), "{told}");
    assert!(told.contains(", for ") && !told.contains("last heard"), "{told}");
}
