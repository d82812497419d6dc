//! Why two runs differ.
//!
//! Manifests tell whether they do. Which documents, their rows tell: files with the same name and
//! hash in both runs are passed by, of all others each row is remembered as a few hashes, for a
//! part of the ids at a time, so that memory is bounded whatever the size of the runs.

mod rows;
mod told;

use crate::names::stages;
use crate::options::options;
use crate::{Folder, ReportError};
use cc_math_core::{Ledger, Manifest};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Something that is not the same in both runs; nothing where one run has none of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What it is.
    pub name: String,
    /// In the first run.
    pub a: Option<String>,
    /// In the second.
    pub b: Option<String>,
}

/// How two runs differ.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Comparison {
    /// Options, seed, and the version of the program.
    pub plan: Vec<Change>,
    /// Inputs by name: their hashes, or why they could not be read.
    pub inputs: Vec<Change>,
    /// Counts of records, documents, rejects by stage and reason, formulas by kind and fate.
    pub counts: Vec<Change>,
    /// Files by path: their hashes.
    pub outputs: Vec<Change>,
    /// Documents, where both runs' documents can be read back.
    pub documents: Option<Documents>,
}

/// Which documents differ.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Documents {
    /// Those that the first run alone has.
    pub only_a: Gone,
    /// Those that the second alone has.
    pub only_b: Gone,
    /// Those that both have, but not the same.
    pub differing: Differing,
}

/// Documents that one run has and the other has not.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Gone {
    /// How many.
    pub total: u64,
    /// What the other run says of them, and of how many: a stage and a reason, or nothing.
    pub fates: BTreeMap<String, u64>,
    /// Some of them.
    pub examples: Vec<GoneDocument>,
}

/// A document that one run has and the other has not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GoneDocument {
    /// Its id.
    pub id: String,
    /// Its address.
    pub url: String,
    /// What the other run says of it.
    pub fate: String,
}

/// Documents that both runs have, but not the same.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Differing {
    /// How many.
    pub total: u64,
    /// Of how many the text differs.
    pub text: u64,
    /// Of how many the list of formulas differs.
    pub formulas: u64,
    /// Of how many any other column differs.
    pub other: u64,
    /// Some of them.
    pub examples: Vec<DifferingDocument>,
}

/// A document that both runs have, but not the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DifferingDocument {
    /// Its id.
    pub id: String,
    /// Its address.
    pub url: String,
    /// The columns that differ.
    pub columns: Vec<String>,
    /// The number of the first line of the text that differs, from 1; none if the text is the same.
    pub line: Option<u64>,
    /// That line, or what differs first of the formulas or another column, in the first run.
    pub a: String,
    /// The same in the second.
    pub b: String,
}

/// Compares two runs; of documents that differ, at most so many are named.
///
/// # Errors
/// If a file cannot be read.
pub fn compare(a: &Folder, b: &Folder, most: usize) -> Result<Comparison, ReportError> {
    let (before, now) = (a.manifest(), b.manifest());
    if before == now {
        return Ok(Comparison::default());
    }
    let readable = a.has_readable_documents() && b.has_readable_documents();
    Ok(Comparison {
        plan: changes(plan(before), plan(now)),
        inputs: changes(inputs(before), inputs(now)),
        counts: changes(counts(before), counts(now)),
        outputs: changes(outputs(before), outputs(now)),
        documents: readable.then(|| rows::documents(a, b, most)).transpose()?,
    })
}

impl Comparison {
    /// Whether nothing differs but times and speeds.
    pub fn is_empty(&self) -> bool {
        let lists = [&self.plan, &self.inputs, &self.counts, &self.outputs];
        let documents = self.documents.as_ref();
        lists.iter().all(|list| list.is_empty()) && documents.is_none_or(Documents::is_empty)
    }
}

impl Documents {
    fn is_empty(&self) -> bool {
        self.only_a.total + self.only_b.total + self.differing.total == 0
    }
}

type Facts = BTreeMap<String, String>;

fn changes(mut a: Facts, mut b: Facts) -> Vec<Change> {
    let names: BTreeSet<String> = a.keys().chain(b.keys()).cloned().collect();
    let change = |name: String| {
        let (a, b) = (a.remove(&name), b.remove(&name));
        (a != b).then_some(Change { name, a, b })
    };
    names.into_iter().filter_map(change).collect()
}

fn plan(manifest: &Manifest) -> Facts {
    let mut facts = options(&manifest.plan);
    facts.insert("writer".into(), manifest.writer.clone());
    facts
}

fn inputs(manifest: &Manifest) -> Facts {
    let read = manifest.inputs.iter().map(|input| (input.name.clone(), input.xxh3.clone()));
    let failed = manifest
        .failed
        .iter()
        .map(|input| (input.name.clone(), format!("failed: {}", input.error)));
    read.chain(failed).collect()
}

fn outputs(manifest: &Manifest) -> Facts {
    manifest.outputs.iter().map(|file| (file.path.clone(), file.xxh3.clone())).collect()
}

fn counts(manifest: &Manifest) -> Facts {
    let counts = &manifest.counts;
    let mut facts = Facts::new();
    let mut fact = |name: String, n: u64| drop(facts.insert(name, n.to_string()));
    fact("records".into(), counts.records);
    fact("documents".into(), counts.documents);
    fact("text bytes".into(), counts.text_bytes);
    for stage in stages(manifest) {
        for (reason, n) in counts.rejects.get(&stage).into_iter().flatten() {
            fact(format!("rejects {stage}/{reason}"), *n);
        }
    }
    formula_counts(&counts.formulas, &mut fact);
    facts
}

fn formula_counts(ledger: &Ledger, fact: &mut impl FnMut(String, u64)) {
    for (kind, counts) in ledger.kinds() {
        fact(format!("formulas {kind} seen"), counts.seen);
        fact(format!("formulas {kind} recovered"), counts.recovered);
        for (how, n) in &counts.downgraded {
            fact(format!("formulas {kind} downgraded ({how})"), *n);
        }
        for (why, n) in &counts.lost {
            fact(format!("formulas {kind} lost ({why})"), *n);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_that_differ_are_changes() {
        let facts = |pairs: &[(&str, &str)]| -> Facts {
            pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()
        };
        let changes = changes(
            facts(&[("a", "1"), ("b", "2"), ("c", "3")]),
            facts(&[("b", "2"), ("c", "4"), ("d", "5")]),
        );
        let told: Vec<_> =
            changes.iter().map(|c| (c.name.as_str(), c.a.as_deref(), c.b.as_deref())).collect();
        assert_eq!(
            told,
            [("a", Some("1"), None), ("c", Some("3"), Some("4")), ("d", None, Some("5"))]
        );
    }
}
