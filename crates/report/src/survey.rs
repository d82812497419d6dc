//! Counts and samples over a whole output folder, in one pass over its rows.

use crate::chart::PowerBins;
use crate::evidence::Evidence;
use crate::folder::{Folder, Located};
use crate::measured::Measured;
use crate::names::host;
use crate::sample::{Numbers, Smallest, distance_key, place};
use crate::tally::{Count, Tally};
use crate::text::excerpt;
use crate::{ReportError, Signal};
use cc_math_core::{Document, Manifest, Reason};
use cc_math_store::{Cell, Reject, Row};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// Rows shown of each kind.
pub(crate) const SHOWN: usize = 20;
/// Bytes of text shown of a row.
const EXCERPT: usize = 1200;
/// Names of hosts and languages that are counted at a time.
const ROOM: usize = 8192;
/// Pairs of stage and reason that are sampled, and numeric metadata that is counted.
pub(crate) const MOST_GATES: usize = 40;
const MOST_SCORES: usize = 24;

/// What is in an output folder: counts from its manifest, and counts and samples of its rows.
#[derive(Debug)]
pub struct Survey<'a> {
    pub(crate) manifest: &'a Manifest,
    pub(crate) runs: &'a [Json],
    pub(crate) has_documents: bool,
    pub(crate) hosts: Tally,
    pub(crate) languages: Tally,
    pub(crate) lengths: PowerBins,
    pub(crate) formulas: PowerBins,
    pub(crate) scores: BTreeMap<String, Numbers>,
    pub(crate) kept: Smallest<Sampled>,
    pub(crate) gates: BTreeMap<GateKey, Gate>,
    pub(crate) measured: Option<Measured>,
    pub(crate) evidence: Evidence,
    /// What exact similarities of a sample say of near duplicates.
    pub(crate) verification: Option<Json>,
}

/// A stage, a reason, and what was compared, where the details tell that.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct GateKey {
    pub(crate) stage: String,
    pub(crate) reason: Reason,
    pub(crate) signal: Option<String>,
}

/// What one stage dropped for one reason.
#[derive(Debug)]
pub(crate) struct Gate {
    pub(crate) dropped: Smallest<Sampled>,
    /// Those nearest to the bound, on either side of it.
    pub(crate) nearest: Smallest<Sampled>,
    pub(crate) nearest_kept: Smallest<Sampled>,
    pub(crate) signals: Numbers,
    pub(crate) bound: Option<Bound>,
}

/// What a gate compares with.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bound {
    pub(crate) name: Option<String>,
    pub(crate) threshold: f64,
    /// Whether all its rejects tell the same bound.
    pub(crate) single: bool,
}

/// What is shown of a row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Sampled {
    pub(crate) id: String,
    pub(crate) url: String,
    pub(crate) title: String,
    pub(crate) detail: String,
    pub(crate) excerpt: Option<String>,
    pub(crate) text_bytes: usize,
    pub(crate) formulas: usize,
    pub(crate) value: Option<f64>,
}

impl<'a> Survey<'a> {
    /// Reads all rows of a folder.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn of(folder: &'a Folder) -> Result<Self, ReportError> {
        let mut survey = Self {
            manifest: folder.manifest(),
            runs: folder.runs(),
            has_documents: folder.has_readable_documents(),
            hosts: Tally::with_room_for(ROOM),
            languages: Tally::with_room_for(ROOM),
            lengths: PowerBins::default(),
            formulas: PowerBins::default(),
            scores: BTreeMap::new(),
            kept: Smallest::of(SHOWN),
            gates: BTreeMap::new(),
            measured: Measured::of(folder.manifest()),
            evidence: Evidence::default(),
            verification: folder.verification(),
        };
        // Rejects first: they tell the bounds that documents are near to.
        for reject in folder.rejects() {
            survey.reject(&reject?);
        }
        for document in folder.documents() {
            survey.document(&document?);
        }
        Ok(survey)
    }

    /// What gates saw, if the run measured them.
    pub fn measured(&self) -> Option<&Measured> {
        self.measured.as_ref()
    }

    fn reject(&mut self, row: &Located<Reject>) {
        let reject = &row.value;
        self.evidence.reject(row);
        self.hosts.add(host(reject.url.as_deref()), false);
        let signal = Signal::parse(&reject.detail).and_then(|signal| signal.name);
        let key = GateKey { stage: reject.stage.clone(), reason: reject.reason, signal };
        if self.gates.len() >= MOST_GATES && !self.gates.contains_key(&key) {
            return;
        }
        self.gates.entry(key).or_default().reject(row);
    }

    fn document(&mut self, row: &Located<Document>) {
        let document = &row.value;
        self.evidence.document(row);
        let place = place(&document.id, &row.tie());
        self.hosts.add(host(Some(&document.url)), true);
        if let Some(language) = document.metadata.get("language").and_then(Json::as_str) {
            self.languages.add(crate::html::clip(language, 40), true);
        }
        self.lengths.add(document.text.len() as u64);
        self.formulas.add(document.formulas.len() as u64);
        self.score(document, place);
        self.kept.offer(place, || Sampled::document(document, None));
        self.gates.values_mut().for_each(|gate| gate.document(document));
        self.measured.iter_mut().for_each(|measured| measured.add(document));
    }

    fn score(&mut self, document: &Document, place: u64) {
        let is_score = |name: &str| name.ends_with("_score") || name.starts_with("quality_");
        for (name, value) in &document.metadata {
            let Some(number) = value.as_f64().filter(|_| is_score(name)) else { continue };
            if self.scores.contains_key(name) || self.scores.len() < MOST_SCORES {
                self.scores.entry(name.clone()).or_default().add(place, number);
            }
        }
    }

    /// Everything but the samples' texts, for programs.
    pub fn to_json(&self) -> Json {
        let names = |tally: &Tally, most| {
            let entry = |(name, count): (&str, Count)| {
                json!({ "name": name, "documents": count.documents, "rejects": count.rejects,
                        "surplus": count.surplus })
            };
            tally.top(most).into_iter().map(entry).collect::<Vec<_>>()
        };
        let bars = |bins: &PowerBins| {
            let bars = bins.bars().into_iter().map(|bar| (bar.label, bar.count.into()));
            bars.collect::<Map<_, _>>()
        };
        let gates = self.gates.iter().map(|(key, gate)| gate.to_json(&key.stage, key.reason));
        json!({
            "plan": self.manifest.plan,
            "plan_hash": self.manifest.plan_hash,
            "writer": self.manifest.writer,
            "inputs": self.manifest.inputs.len(),
            "failed": self.manifest.failed,
            "counts": self.manifest.counts,
            "runs": self.runs,
            "hosts": names(&self.hosts, 50),
            "languages": names(&self.languages, 50),
            "text_bytes": bars(&self.lengths),
            "formulas_per_document": bars(&self.formulas),
            "scores": self.scores.iter().map(|(name, n)| (name.clone(), numbers(n))).collect::<Map<_, _>>(),
            "kept": ids(&self.kept),
            "gates": gates.collect::<Vec<_>>(),
            "verification": self.verification,
            "measured": self.measured.as_ref().map(Measured::to_json),
        })
    }
}

fn ids(sample: &Smallest<Sampled>) -> Vec<&str> {
    sample.iter().map(|row| row.id.as_str()).collect()
}

fn numbers(numbers: &Numbers) -> Json {
    json!({
        "count": numbers.count(), "least": numbers.least, "most": numbers.most, "mean": numbers.mean(),
        "median": numbers.quantile(0.5),
    })
}

impl Default for Gate {
    fn default() -> Self {
        let (sample, signals) = (Smallest::of(SHOWN), Numbers::default());
        Self {
            dropped: sample.clone(),
            nearest: sample.clone(),
            nearest_kept: sample,
            signals,
            bound: None,
        }
    }
}

impl Gate {
    fn reject(&mut self, row: &Located<Reject>) {
        let reject = &row.value;
        let place = place(reject.id.as_deref().unwrap_or_default(), &row.tie());
        self.dropped.offer(place, || Sampled::reject(reject, None));
        let Some(signal) = Signal::parse(&reject.detail) else { return };
        self.signals.add(place, signal.value);
        let key = distance_key(signal.distance());
        self.nearest.offer(key, || Sampled::reject(reject, Some(signal.value)));
        match &mut self.bound {
            None => {
                let Signal { name, threshold, .. } = signal;
                self.bound = Some(Bound { name, threshold, single: true });
            }
            Some(bound) => bound.single &= bound.threshold == signal.threshold,
        }
    }

    /// A document that went through: where it holds the gate's signal, it may be near.
    fn document(&mut self, document: &Document) {
        let Some(Bound { name: Some(name), threshold, single: true }) = &self.bound else { return };
        let Some(value) = number(document, name) else { return };
        let key = distance_key(value - threshold);
        self.nearest_kept.offer(key, || Sampled::document(document, Some(value)));
    }

    fn to_json(&self, stage: &str, reason: Reason) -> Json {
        let bound = self.bound.as_ref();
        json!({
            "stage": stage,
            "reason": reason,
            "rejects": self.dropped.seen,
            "dropped": ids(&self.dropped),
            "signal": bound.map(|bound| json!({
                "name": bound.name, "threshold": bound.threshold, "values": numbers(&self.signals),
            })),
            "nearest_dropped": ids(&self.nearest),
            "nearest_kept": ids(&self.nearest_kept),
        })
    }
}

/// A number of a document: a column, or an entry of its metadata.
fn number(document: &Document, name: &str) -> Option<f64> {
    let column = Document::COLUMNS.iter().find(|column| column.name == name);
    match column.map(|column| (column.get)(document)) {
        Some(Cell::U32(number)) => Some(number.into()),
        Some(Cell::I64(number)) => Some(number as f64),
        _ => document.metadata.get(name.strip_prefix("metadata.").unwrap_or(name))?.as_f64(),
    }
}

impl Sampled {
    pub(crate) fn document(document: &Document, value: Option<f64>) -> Self {
        Self {
            id: document.id.clone(),
            url: document.url.clone(),
            title: document.title.clone().unwrap_or_default(),
            detail: String::new(),
            excerpt: Some(excerpt(&document.text, EXCERPT)),
            text_bytes: document.text.len(),
            formulas: document.formulas.len(),
            value,
        }
    }

    fn reject(reject: &Reject, value: Option<f64>) -> Self {
        let text = reject.text.as_deref();
        Self {
            id: reject.id.clone().unwrap_or_default(),
            url: reject.url.clone().unwrap_or_default(),
            title: String::new(),
            detail: reject.detail.clone(),
            excerpt: text.map(|text| excerpt(text, EXCERPT)),
            text_bytes: text.map_or(0, str::len),
            formulas: text.map_or(0, |text| cc_math_tex::markdown::formulas(text).len()),
            value,
        }
    }
}

impl<R> Located<R> {
    /// What tells apart rows without an id.
    pub(crate) fn tie(&self) -> String {
        format!("{}:{}", self.file, self.row)
    }
}
