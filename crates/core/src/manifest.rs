//! What a run did, in words that do not vary between equal runs.

use crate::{Ledger, Reason};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// The value of [`Manifest::format`] that this version writes.
pub const MANIFEST_FORMAT: &str = "cc-math-manifest/1";

/// The account of an output folder: what was read, what was written, what was
/// dropped and why. Equal runs give equal manifests: times, host names and
/// speeds belong elsewhere (`run.json`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Name and version of this file's layout: [`MANIFEST_FORMAT`].
    pub format: String,
    /// Name and version of the program that wrote the outputs.
    pub writer: String,
    /// The verb and its options, defaults filled in.
    pub plan: Value,
    /// 32 hexadecimal digits over `plan`.
    pub plan_hash: String,
    /// Seed of everything drawn at random; none where nothing is.
    pub seed: Option<u64>,
    /// The finished inputs, by name.
    pub inputs: Vec<InputEntry>,
    /// The inputs that could not be read to their end, by name.
    pub failed: Vec<FailedInput>,
    /// The files written, by path.
    pub outputs: Vec<OutputEntry>,
    /// Sums over all inputs.
    pub counts: Counts,
}

/// One input that was read to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputEntry {
    /// Its name: the path relative to what the operator named.
    pub name: String,
    /// Its size in bytes, as stored.
    pub bytes: u64,
    /// XXH3 (64 bits, hexadecimal) of those bytes.
    pub xxh3: String,
}

/// One input that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailedInput {
    /// Its name.
    pub name: String,
    /// What went wrong, in a sentence.
    pub error: String,
}

/// One file of an output folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputEntry {
    /// Path relative to the output folder, with forward slashes.
    pub path: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// XXH3 (64 bits, hexadecimal) of those bytes.
    pub xxh3: String,
    /// Rows in it.
    pub rows: u64,
}

/// What became of records and formulas. Counts add up.
///
/// ```
/// use cc_math_core::{Counts, Reason};
/// let mut counts = Counts { records: 2, documents: 1, ..Counts::default() };
/// counts.reject("extract", Reason::NoMath);
/// assert!(counts.balanced());
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Records read, damaged stretches included.
    pub records: u64,
    /// Records that became documents.
    pub documents: u64,
    /// Records that did not, by stage and reason.
    pub rejects: BTreeMap<String, BTreeMap<Reason, u64>>,
    /// Bytes of Markdown in the documents.
    pub text_bytes: u64,
    /// Formulas by kind, those of rejected pages included.
    pub formulas: Ledger,
}

impl Counts {
    /// Enters one record that was rejected in `stage`.
    pub fn reject(&mut self, stage: &str, reason: Reason) {
        *self.rejects.entry(stage.into()).or_default().entry(reason).or_default() += 1;
    }

    /// Adds another account's figures to this one.
    pub fn add(&mut self, other: &Counts) {
        self.records += other.records;
        self.documents += other.documents;
        self.text_bytes += other.text_bytes;
        self.formulas.add(&other.formulas);
        for (stage, reasons) in &other.rejects {
            let sums = self.rejects.entry(stage.clone()).or_default();
            for (reason, n) in reasons {
                *sums.entry(*reason).or_default() += n;
            }
        }
    }

    /// All rejected records.
    pub fn rejected(&self) -> u64 {
        self.rejects.values().flat_map(BTreeMap::values).sum()
    }

    /// Rejected records by reason, whatever the stage.
    pub fn by_reason(&self) -> BTreeMap<Reason, u64> {
        let mut sums = BTreeMap::new();
        for (reason, n) in self.rejects.values().flatten() {
            *sums.entry(*reason).or_default() += n;
        }
        sums
    }

    /// Whether every record became a document or a reject.
    pub fn balanced(&self) -> bool {
        self.records == self.documents + self.rejected()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FormulaKind, Status};

    fn counts(stage: &str, reason: Reason) -> Counts {
        let mut counts = Counts { records: 2, documents: 1, text_bytes: 5, ..Counts::default() };
        counts.reject(stage, reason);
        counts.formulas.keep(FormulaKind::Katex, Status::Recovered);
        counts
    }

    #[test]
    fn accounts_add_up() {
        let mut sum = counts("warc", Reason::NotAPage);
        sum.add(&counts("extract", Reason::NoMath));
        sum.add(&counts("extract", Reason::NoMath));
        assert!(sum.balanced());
        assert_eq!((sum.records, sum.documents, sum.rejected(), sum.text_bytes), (6, 3, 3, 15));
        assert_eq!(sum.by_reason()[&Reason::NoMath], 2);
        assert_eq!(sum.formulas.seen(), 3);
        sum.records += 1;
        assert!(!sum.balanced());
    }

    #[test]
    fn a_manifest_reads_back() {
        let manifest = Manifest {
            format: MANIFEST_FORMAT.into(),
            writer: "w".into(),
            plan: serde_json::json!({"extract": {"math": "any"}}),
            plan_hash: "0".into(),
            seed: None,
            inputs: vec![InputEntry { name: "a".into(), bytes: 1, xxh3: "2".into() }],
            failed: vec![FailedInput { name: "b".into(), error: "gone".into() }],
            outputs: vec![OutputEntry { path: "p".into(), bytes: 3, xxh3: "4".into(), rows: 5 }],
            counts: counts("extract", Reason::NoMath),
        };
        let text = serde_json::to_string_pretty(&manifest).unwrap();
        assert_eq!(serde_json::from_str::<Manifest>(&text).unwrap(), manifest);
    }
}
