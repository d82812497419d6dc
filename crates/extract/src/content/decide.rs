//! From descriptions of blocks to a choice.

use super::blocks::{Block, mark};
use super::features::{FEATURES, Place, Row, View};
use super::model::{LANES, Model};
use super::words::class;
use super::{DropCause, Verdict};
use std::sync::LazyLock;

/// Trained on half of a benchmark; see `docs/decisions/0005-main-content.md`.
static MODEL: LazyLock<Option<Model>> =
    LazyLock::new(|| Model::read(include_bytes!("content.model"), FEATURES));

/// How likely each block is content. `watch` is shown the rows on the way.
pub(super) fn score(view: &View<'_>, mut watch: impl FnMut(&[Row])) -> Vec<f32> {
    let mut scores = Vec::with_capacity(view.layout.blocks.len());
    let mut columns = [[0; LANES]; FEATURES];
    view.rows(LANES, |rows| {
        watch(rows);
        match MODEL.as_ref() {
            Some(model) => model.score(rows, &mut columns, &mut scores),
            None => scores.resize(scores.len() + rows.len(), 1.0),
        }
    });
    scores
}

/// Chooses the blocks to keep: by score, and where there is mathematics or code by what surrounds it.
pub(super) fn decide(view: &View<'_>, scores: &[f32]) -> Vec<Verdict> {
    let blocks = &view.layout.blocks;
    let threshold = threshold(blocks, scores);
    let facts: Vec<Facts> = blocks.iter().map(|block| Facts::of(view, block)).collect();
    let span = formula_span(&facts);
    let words: u32 = blocks.iter().map(|block| block.stats.words).sum();
    let eased = !span.is_empty() || words < FEW_WORDS;
    let mut verdicts = Vec::with_capacity(blocks.len());
    for (index, (facts, score)) in facts.iter().zip(scores).enumerate() {
        let unopposed = facts.objection.is_none();
        let needed = if eased && unopposed { threshold * EASE } else { threshold };
        let safe = facts.formula || (span.contains(&index) && unopposed);
        let keep = *score >= needed || safe;
        verdicts.push(if keep { Verdict::Keep } else { Verdict::Drop(facts.cause()) });
    }
    keep_code(&facts, !span.is_empty(), &mut verdicts);
    verdicts
}

/// What scores must reach if no rule objects, as a part of what others need, on
/// pages with mathematics (where a loss weighs more) and on pages of few words
/// (which have little to drop, and are unlike those the model has seen).
const EASE: f32 = 0.3;
const FEW_WORDS: u32 = 300;

/// What rules say of a block, whatever its score.
struct Facts {
    /// Holds a formula and is not mere navigation.
    formula: bool,
    code: bool,
    objection: Option<DropCause>,
}

impl Facts {
    fn of(view: &View<'_>, block: &Block) -> Self {
        let Some(place) = view.places.get(block.container as usize) else {
            return Self { formula: false, code: false, objection: None };
        };
        let formula = block.formulas + block.stats.tex > 0;
        Self {
            formula: formula && !is_navigation(block, place),
            code: inside(place, mark::PRE | class::CODE) || near(place, mark::PRE),
            objection: objection(block, place),
        }
    }

    fn cause(&self) -> DropCause {
        self.objection.unwrap_or(DropCause::LowScore)
    }
}

/// From the first block that is kept for its formulas to the last; empty if there is none.
fn formula_span(facts: &[Facts]) -> std::ops::Range<usize> {
    let first = facts.iter().position(|facts| facts.formula);
    let last = facts.iter().rposition(|facts| facts.formula);
    first.zip(last).map_or(0..0, |(first, last)| first..last + 1)
}

/// Preformatted text, of which scores know little, stays beside text that
/// stays, and on pages with mathematics wherever no rule objects.
fn keep_code(facts: &[Facts], math: bool, verdicts: &mut [Verdict]) {
    let mut before = Vec::with_capacity(verdicts.len());
    let mut last = false;
    for (facts, verdict) in facts.iter().zip(verdicts.iter()) {
        last = if facts.code { last } else { *verdict == Verdict::Keep };
        before.push(last);
    }
    let mut next = false;
    for ((facts, verdict), before) in facts.iter().zip(verdicts.iter_mut()).zip(before).rev() {
        if !facts.code {
            next = *verdict == Verdict::Keep;
        } else if before || next || (math && facts.objection.is_none()) {
            *verdict = Verdict::Keep;
        }
    }
}

/// Steps of the scale on which thresholds are looked for.
const STEPS: usize = 256;

/// The threshold that promises the best F1 if scores are probabilities: keeping
/// the words above it gives 2 × expected hits / (words kept + expected gold).
fn threshold(blocks: &[Block], scores: &[f32]) -> f32 {
    let mut words = [0f32; STEPS];
    let mut hits = [0f32; STEPS];
    for (block, score) in blocks.iter().zip(scores) {
        let step = ((score * STEPS as f32) as usize).min(STEPS - 1);
        if let (Some(words), Some(hits)) = (words.get_mut(step), hits.get_mut(step)) {
            *words += block.stats.words as f32;
            *hits += block.stats.words as f32 * score;
        }
    }
    let gold: f32 = hits.iter().sum();
    let (mut kept, mut hit, mut best) = (0.0, 0.0, (0.0, STEPS));
    for (step, (words, hits)) in words.iter().zip(&hits).enumerate().rev() {
        kept += words;
        hit += hits;
        let f1 = 2.0 * hit / (kept + gold).max(1.0);
        if f1 > best.0 {
            best = (f1, step);
        }
    }
    best.1 as f32 / STEPS as f32
}

/// Links in navigation, and nothing else.
fn is_navigation(block: &Block, place: &Place) -> bool {
    let linked = block.links > 0 && block.stats.linked * 2 >= block.stats.words;
    linked && inside(place, NAVIGATION | mark::ASIDE | class::SIDEBAR | class::TOC)
}

const NAVIGATION: u64 =
    mark::NAV | mark::FOOTER | mark::HEADER | class::NAV | class::FOOTER | class::SKIP;
const BOILERPLATE: u64 = mark::ASIDE
    | mark::DIALOG
    | class::COOKIE
    | class::SHARE
    | class::RELATED
    | class::AD
    | class::NEWSLETTER
    | class::LOGIN
    | class::MODAL
    | class::CART;

/// What speaks against a block apart from its score.
fn objection(block: &Block, place: &Place) -> Option<DropCause> {
    if inside(place, mark::HIDDEN | mark::NOSCRIPT) {
        Some(DropCause::Hidden)
    } else if inside(place, NAVIGATION) {
        Some(DropCause::Navigation)
    } else if inside(place, BOILERPLATE) {
        Some(DropCause::Boilerplate)
    } else if block.stats.linked * 2 > block.stats.words {
        Some(DropCause::Links)
    } else {
        None
    }
}

/// True if an ancestor, however large, has `category`.
fn near(place: &Place, category: u64) -> bool {
    place.near[category.trailing_zeros() as usize % place.near.len()] > 0
}

/// True if an ancestor that holds less than half of the page has one of `categories`.
fn inside(place: &Place, mut categories: u64) -> bool {
    while categories != 0 {
        let near = place.near[categories.trailing_zeros() as usize % place.near.len()];
        if (1..50).contains(&near) {
            return true;
        }
        categories &= categories - 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_fits_the_features() {
        assert!(MODEL.is_some());
    }
}
