//! What deduplication by MinHash really found, by exact similarities of a sample.
//!
//! A finished run's folder is all that is looked at: documents that stayed, and rejects, which hold
//! the text of what went and the name of what it is like. Exact Jaccard similarities of the same
//! shingles that signatures were made of tell two things: of a sample of what went, how similar it is
//! to what stayed in its place (precision); and of a sample of all, which documents anywhere in the
//! corpus are similar to it, and whether they met it (recall), beside what the S-curve promises.

use crate::EvalError;
use cc_math_core::{Document, Formula, Reason};
use cc_math_dedup::formulas::in_text;
use cc_math_dedup::minhash::{Choice, Hasher, Parameters, jaccard, probability, threshold};
use cc_math_dedup::shingle::Scratch;
use cc_math_report::{Folder, Smallest};
use serde::Serialize;
use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use xxhash_rust::xxh3::xxh3_64;

/// The stage that is looked at.
const STAGE: &str = "minhash_dedup";

/// Similarities below this are of no interest.
const LOWEST: f64 = 0.5;

/// Width of a range of similarities.
const WIDTH: f64 = 0.05;

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verification {
    /// Bands and rows of the signatures.
    pub bands: usize,
    /// Rows of a band.
    pub rows: usize,
    /// The similarity at which the S-curve is steepest, about.
    pub threshold: f64,
    /// Documents that stayed or went.
    pub documents: u64,
    /// Documents that went.
    pub dropped: u64,
    /// How many of these were compared with what stayed in their place.
    pub checked: u64,
    /// The share of those that are at least .5 similar to it.
    pub precision: f64,
    /// The share of those that are at least `threshold` similar to it: where documents are found
    /// below it, too, as the S-curve promises, it is lower.
    pub at_threshold: f64,
    /// Their mean similarity to it.
    pub similarity: f64,
    /// Documents that were compared with all others.
    pub sampled: u64,
    /// Pairs found by that, by similarity.
    pub ranges: Vec<Range>,
}

/// Pairs of about the same similarity.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Range {
    /// The lowest similarity.
    pub from: f64,
    /// Pairs.
    pub pairs: u64,
    /// Pairs of which both are in one cluster.
    pub together: u64,
    /// How many of them the S-curve promises.
    pub expected: f64,
}

/// A document of the corpus that was deduplicated.
struct Seen {
    id: String,
    /// The id of what stayed of its cluster.
    cluster: String,
    text: String,
    formulas: Vec<Formula>,
}

impl Seen {
    fn kept(document: Document) -> Self {
        let Document { id, text, formulas, .. } = document;
        Self { cluster: id.clone(), id, text, formulas }
    }
}

/// Checks the run in a folder by samples of so many documents, and keeps what was found there, for
/// reports.
///
/// # Errors
/// If the folder cannot be read or written, or is not of a run with `minhash_dedup`.
pub fn verify(folder: &Path, sample: usize) -> Result<Verification, EvalError> {
    let folder = Folder::open(folder).map_err(EvalError::Report)?;
    let parameters = parameters(&folder)?;
    let verifier = Verifier { folder, hasher: Hasher::new(parameters), sample };
    let found = verifier.run()?;
    let json = serde_json::to_value(&found).unwrap_or_default();
    verifier.folder.keep_verification(&json).map_err(EvalError::Report)?;
    Ok(found)
}

/// The parameters of the run's last stage of that name.
fn parameters(folder: &Folder) -> Result<Parameters, EvalError> {
    let stages = folder.manifest().plan.pointer("/pipeline/stages").and_then(Json::as_array);
    let options = stages.into_iter().flatten().rev().find_map(|stage| stage.get(STAGE));
    let choice = options.and_then(|json| serde_json::from_value::<Choice>(json.clone()).ok());
    choice.map(Choice::parameters).ok_or_else(|| EvalError::NotDeduplicated(folder.name()))
}

struct Verifier {
    folder: Folder,
    hasher: Hasher,
    sample: usize,
}

impl Verifier {
    fn run(&self) -> Result<Verification, EvalError> {
        let (mut documents, mut dropped) = (0, 0);
        let (mut any, mut gone) = (Smallest::of(self.sample), Smallest::of(self.sample));
        self.each(&mut |seen| {
            documents += 1;
            let place = xxh3_64(seen.id.as_bytes());
            any.offer(place, || seen.id.clone());
            if seen.id != seen.cluster {
                dropped += 1;
                gone.offer(place, || (seen.id, seen.cluster));
            }
        })?;
        let partners = gone.iter().flat_map(|(id, cluster)| [id.as_str(), cluster]);
        let wanted: BTreeSet<&str> = partners.chain(any.iter().map(String::as_str)).collect();
        let sets = self.sets(&wanted)?;
        let similarities: Vec<f64> = gone
            .iter()
            .filter_map(|(a, b)| {
                let (mut a, mut b) = (sets.get(a)?.0.clone(), sets.get(b)?.0.clone());
                Some(jaccard(&mut a, &mut b))
            })
            .collect();
        let Parameters { bands, rows, .. } = self.hasher.parameters();
        let threshold = threshold(bands, rows);
        let share = |at: f64| share(&similarities, at);
        Ok(Verification {
            bands,
            rows,
            threshold,
            documents,
            dropped,
            checked: similarities.len() as u64,
            precision: share(LOWEST),
            at_threshold: share(threshold),
            similarity: similarities.iter().sum::<f64>() / similarities.len().max(1) as f64,
            sampled: any.iter().len() as u64,
            ranges: self.pairs(any.iter(), &sets)?,
        })
    }

    /// Goes through all documents that the stage saw.
    fn each(&self, take: &mut dyn FnMut(Seen)) -> Result<(), EvalError> {
        for document in self.folder.documents() {
            take(Seen::kept(document.map_err(EvalError::Report)?.value));
        }
        for reject in self.folder.rejects() {
            let reject = reject.map_err(EvalError::Report)?.value;
            if reject.stage != STAGE || reject.reason != Reason::NearDuplicate {
                continue;
            }
            let partner = reject.detail.strip_prefix("of ").and_then(|d| d.split(", sim").next());
            let (Some(id), Some(text), Some(cluster)) = (reject.id, reject.text, partner) else {
                continue;
            };
            take(Seen { id, cluster: cluster.to_owned(), formulas: in_text(&text), text });
        }
        Ok(())
    }

    /// Shingles and clusters of some documents.
    fn sets(
        &self,
        wanted: &BTreeSet<&str>,
    ) -> Result<HashMap<String, (Vec<u64>, String)>, EvalError> {
        let mut scratch = Scratch::default();
        let mut sets = HashMap::new();
        self.each(&mut |seen| {
            if wanted.contains(seen.id.as_str()) {
                let set = self.set(&seen, &mut scratch);
                sets.insert(seen.id, (set, seen.cluster));
            }
        })?;
        Ok(sets)
    }

    fn set(&self, seen: &Seen, scratch: &mut Scratch) -> Vec<u64> {
        let mut set = self.hasher.shingles(&seen.text, &seen.formulas, scratch).to_vec();
        set.sort_unstable();
        set.dedup();
        set
    }

    /// Pairs of a document of the sample and any other, by similarity.
    fn pairs<'a>(
        &self,
        sample: impl Iterator<Item = &'a String>,
        sets: &HashMap<String, (Vec<u64>, String)>,
    ) -> Result<Vec<Range>, EvalError> {
        let sampled: Vec<(&str, &(Vec<u64>, String))> =
            sample.filter_map(|id| Some((id.as_str(), sets.get(id)?))).collect();
        let mut holders: HashMap<u64, Vec<u32>> = HashMap::new();
        for ((_, (set, _)), number) in sampled.iter().zip(0..) {
            set.iter().for_each(|shingle| holders.entry(*shingle).or_default().push(number));
        }
        let Parameters { bands, rows, .. } = self.hasher.parameters();
        let count = ((1.0 - LOWEST) / WIDTH).round() as usize + 1;
        let from = |range: usize| LOWEST + WIDTH * range as f64;
        let mut ranges: Vec<Range> = (0..count)
            .map(|range| Range { from: from(range), pairs: 0, together: 0, expected: 0.0 })
            .collect();
        let mut scratch = Scratch::default();
        self.each(&mut |seen| {
            let set = self.set(&seen, &mut scratch);
            let mut common: BTreeMap<u32, usize> = BTreeMap::new();
            for shingle in &set {
                for holder in holders.get(shingle).into_iter().flatten() {
                    *common.entry(*holder).or_default() += 1;
                }
            }
            for (holder, common) in common {
                let Some((id, (other, cluster))) = sampled.get(holder as usize) else { continue };
                let union = set.len() + other.len() - common;
                let similarity = common as f64 / union.max(1) as f64;
                if *id == seen.id || similarity < LOWEST {
                    continue;
                }
                let range = ((similarity - LOWEST) / WIDTH + 1e-9) as usize;
                let Some(range) = ranges.get_mut(range) else { continue };
                range.pairs += 1;
                range.together += u64::from(*cluster == seen.cluster);
                range.expected += probability(similarity, bands, rows);
            }
        })?;
        Ok(ranges)
    }
}

/// The share of similarities that are at least this.
fn share(similarities: &[f64], at: f64) -> f64 {
    let above = similarities.iter().filter(|similarity| **similarity >= at).count();
    above as f64 / similarities.len().max(1) as f64
}
