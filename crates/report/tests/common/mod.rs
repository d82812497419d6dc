//! Output folders made for tests, without a run.

use cc_math_core::{
    Counts, Document, Formula, FormulaKind, MANIFEST_FORMAT, Manifest, OutputEntry, Reason, Status,
};
use cc_math_report::Folder;
use cc_math_store::{Format, Reject, Row, open_table};
use serde_json::json;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use xxhash_rust::xxh3::xxh3_64;

/// A run as a test wants it.
pub(crate) struct Made {
    pub(crate) root: PathBuf,
    pub(crate) counts: Counts,
    pub(crate) outputs: Vec<OutputEntry>,
}

impl Made {
    pub(crate) fn new(name: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let root = std::env::temp_dir()
            .join(format!("cc-math-report-{}-{number}-{name}", std::process::id()));
        fs::create_dir_all(&root).unwrap();
        Self { root, counts: Counts::default(), outputs: Vec::new() }
    }

    pub(crate) fn documents(mut self, documents: &[Document]) -> Self {
        for document in documents {
            self.counts.records += 1;
            self.counts.documents += 1;
            self.counts.text_bytes += document.text.len() as u64;
            self.counts.formulas.add(&document.ledger);
        }
        self.table("documents/part-a", documents);
        self
    }

    pub(crate) fn rejects(mut self, rejects: &[Reject]) -> Self {
        for reject in rejects {
            self.counts.records += 1;
            self.counts.reject(&reject.stage, reject.reason);
        }
        self.table("rejects/part-a", rejects);
        self
    }

    fn table<R: Row>(&mut self, path: &str, rows: &[R]) {
        let (encoder, mut writer) = open_table(Format::Parquet, Vec::new()).unwrap();
        writer.append(encoder.encode(rows).unwrap()).unwrap();
        let (bytes, rows) = writer.finish().unwrap();
        let path = format!("{path}.parquet");
        let target = self.root.join(&path);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        let xxh3 = format!("{:016x}", xxh3_64(&bytes));
        self.outputs.push(OutputEntry { path, bytes: bytes.len() as u64, xxh3, rows });
        fs::write(target, bytes).unwrap();
    }

    /// Writes the manifest; `stages` are the plan's.
    pub(crate) fn finish(&self, stages: serde_json::Value) -> Folder {
        let manifest = Manifest {
            format: MANIFEST_FORMAT.into(),
            writer: "cc-math test".into(),
            plan: json!({ "pipeline": { "source": { "pages": {} }, "stages": stages } }),
            plan_hash: "0".repeat(32),
            seed: Some(7),
            inputs: Vec::new(),
            failed: Vec::new(),
            outputs: self.outputs.clone(),
            counts: self.counts.clone(),
        };
        fs::write(self.root.join("manifest.json"), serde_json::to_vec_pretty(&manifest).unwrap())
            .unwrap();
        Folder::open(&self.root).unwrap()
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.root).unwrap_or_default();
    }
}

/// A document with one formula for each `$...$` that holds a letter.
pub(crate) fn document(number: u32, text: &str) -> Document {
    let mut document =
        Document::new(&format!("https://host{}.example/{number}", number % 7), text.into());
    document.id = format!("{number:032x}");
    for found in cc_math_tex::markdown::formulas(text) {
        let range = found.range.start as u32..found.range.end as u32;
        document.formulas.push(Formula::new(
            range,
            found.display,
            FormulaKind::RawDollar,
            Status::Recovered,
        ));
        document.ledger.keep(FormulaKind::RawDollar, Status::Recovered);
    }
    document
}

pub(crate) fn reject(number: u32, stage: &str, reason: Reason, detail: &str) -> Reject {
    Reject {
        id: Some(format!("{number:032x}")),
        url: Some(format!("https://host{}.example/{number}", number % 7)),
        locator: None,
        warc_record_id: None,
        stage: stage.into(),
        reason,
        detail: detail.into(),
        text: Some(format!("Rejected number {number}: $x_{{{number}}}$.")),
    }
}
