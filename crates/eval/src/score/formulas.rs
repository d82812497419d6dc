//! Formulas of one page against its truth.

use super::Scorable;
use crate::scorer::{Macros, canon, expand};
use crate::similarity::{matching_blocks, similarity};
use std::collections::BTreeMap;

/// Examples kept of what is missing and of what is too much.
const EXAMPLES: usize = 3;

/// Counts of one page; formulas are equal if their canonical forms are, counted as multisets.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FormulaScore {
    /// Formulas of the truth.
    pub truth: usize,
    /// Formulas of the document.
    pub emitted: usize,
    /// Formulas of the truth that are in the document.
    pub matched: usize,
    /// Those of them that are also inline or display as they should be.
    pub display_right: usize,
    /// Formulas emitted more often than the truth has them, where it has them at all.
    pub excess: usize,
    /// Whether all formulas of the page are known: else precision is not counted.
    pub whole: bool,
    /// Whether there is no document.
    pub missing: bool,
    /// Edit similarity of each true formula to what stands in its place; if asked for.
    pub similarities: Vec<f64>,
    /// What is wrong, if anything is.
    pub worst: Option<Worst>,
}

/// A page with formulas missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Worst {
    /// Name of the page.
    pub id: String,
    /// Formulas of the truth that are not in the document.
    pub missing: usize,
    /// Formulas of the truth.
    pub truth: usize,
    /// Formulas of the document.
    pub emitted: usize,
    /// A few of those missing, canonical, with their number.
    pub lacking: Vec<(String, usize)>,
    /// A few of those that the truth does not have.
    pub surplus: Vec<(String, usize)>,
}

/// A formula as compared.
type Compared = (String, bool);

impl FormulaScore {
    /// Counts; `None` if the truth has no formula that means anything.
    pub(super) fn of(page: &Scorable<'_>) -> Option<Self> {
        let macros = page_macros(page);
        let truth = true_formulas(page, &macros);
        if truth.is_empty() {
            return None;
        }
        let emitted = emitted_formulas(page, &macros);
        let wanted = Bag::of(truth.iter().map(|(tex, _)| tex.as_str()));
        let found = Bag::of(emitted.iter().map(|(tex, _)| tex.as_str()));
        let matched = wanted.shared(&found);
        Some(Self {
            truth: truth.len(),
            emitted: emitted.len(),
            matched,
            display_right: Bag::of(&truth).shared(&Bag::of(&emitted)).min(matched),
            excess: wanted.excess(&found),
            whole: page.truth.is_whole(),
            missing: page.document.is_none(),
            similarities: if page.aligned { aligned(&truth, &emitted) } else { Vec::new() },
            worst: (matched < truth.len()).then(|| Worst {
                id: page.truth.id.clone(),
                missing: truth.len() - matched,
                truth: truth.len(),
                emitted: emitted.len(),
                lacking: wanted.beyond(&found, &truth),
                surplus: found.beyond(&wanted, &emitted),
            }),
        })
    }
}

/// Whether the document has any formula that means anything.
pub(super) fn has_any(page: &Scorable<'_>) -> bool {
    !emitted_formulas(page, &page_macros(page)).is_empty()
}

fn page_macros(page: &Scorable<'_>) -> Macros {
    Macros::read(page.truth.macros.iter().flatten().map(String::as_str))
}

fn true_formulas(page: &Scorable<'_>, macros: &Macros) -> Vec<Compared> {
    let formulas = page.truth.formulas.iter().flatten();
    compared(formulas.map(|f| (f.tex.as_deref(), f.display)), macros)
}

fn emitted_formulas(page: &Scorable<'_>, macros: &Macros) -> Vec<Compared> {
    let formulas = page.document.and_then(|document| document.formulas.as_ref());
    let formulas = formulas.into_iter().flatten();
    compared(formulas.map(|f| (f.tex.as_deref(), f.display)), macros)
}

fn compared<'f>(
    formulas: impl Iterator<Item = (Option<&'f str>, Option<bool>)>,
    macros: &Macros,
) -> Vec<Compared> {
    let canonical = formulas.map(|(tex, display)| {
        (canon(&expand(tex.unwrap_or_default(), macros)), display.unwrap_or(false))
    });
    canonical.filter(|(tex, _)| !tex.is_empty()).collect()
}

/// A multiset.
struct Bag<T>(BTreeMap<T, usize>);

impl<T: Ord> Bag<T> {
    fn of(items: impl IntoIterator<Item = T>) -> Self {
        let mut counts = BTreeMap::new();
        for item in items {
            *counts.entry(item).or_default() += 1;
        }
        Self(counts)
    }

    fn count(&self, item: &T) -> usize {
        self.0.get(item).copied().unwrap_or(0)
    }

    fn shared(&self, other: &Self) -> usize {
        self.0.iter().map(|(item, count)| (*count).min(other.count(item))).sum()
    }

    /// Items that `other` has more often than this one has, where this one has any.
    fn excess(&self, other: &Self) -> usize {
        self.0.iter().map(|(item, count)| other.count(item).saturating_sub(*count)).sum()
    }
}

impl Bag<&str> {
    /// The first few formulas, in document order, that this bag has more often than `other`.
    fn beyond(&self, other: &Self, order: &[Compared]) -> Vec<(String, usize)> {
        let mut seen: Vec<&str> = Vec::new();
        for (tex, _) in order {
            let tex = tex.as_str();
            if seen.len() < EXAMPLES && self.count(&tex) > other.count(&tex) && !seen.contains(&tex)
            {
                seen.push(tex);
            }
        }
        seen.iter().map(|tex| (tex.to_string(), self.count(tex) - other.count(tex))).collect()
    }
}

/// For each true formula, its similarity to the one emitted in its place: 1 inside stretches
/// that both have, else compared one by one between those stretches, 0 where nothing is left.
fn aligned(truth: &[Compared], emitted: &[Compared]) -> Vec<f64> {
    let left: Vec<&str> = truth.iter().map(|(tex, _)| tex.as_str()).collect();
    let right: Vec<&str> = emitted.iter().map(|(tex, _)| tex.as_str()).collect();
    let mut similarities = Vec::with_capacity(left.len());
    let (mut at_left, mut at_right) = (0, 0);
    for block in matching_blocks(&left, &right) {
        let gap_right = right.get(at_right..block.right).unwrap_or_default();
        similarities.extend(in_gap(left.get(at_left..block.left).unwrap_or_default(), gap_right));
        similarities.extend(std::iter::repeat_n(1.0, block.len));
        (at_left, at_right) = (block.left + block.len, block.right + block.len);
    }
    let rest = right.get(at_right..).unwrap_or_default();
    similarities.extend(in_gap(left.get(at_left..).unwrap_or_default(), rest));
    similarities
}

fn in_gap<'f>(left: &'f [&str], right: &'f [&str]) -> impl Iterator<Item = f64> + 'f {
    let pairs = left.iter().enumerate();
    pairs.map(|(index, tex)| right.get(index).map_or(0.0, |other| similarity(tex, other)))
}
