//! From descriptions of blocks to a choice.

use super::blocks::{Block, mark};
use super::context::{self, WideRow};
use super::features::{Place, Row, View};
use super::model::Model;
use super::words::class;
use super::{DropCause, Verdict};
use std::sync::LazyLock;

/// Trained on the tune half; see `docs/decisions/0005-main-content.md`.
static FIRST: LazyLock<Option<Model>> =
    LazyLock::new(|| Model::read(include_bytes!("first.model")));
static SECOND: LazyLock<Option<Model>> =
    LazyLock::new(|| Model::read(include_bytes!("second.model")));

/// Rows and scores of all blocks.
pub(super) struct Scored {
    pub(super) rows: Vec<Row>,
    pub(super) wide: Vec<WideRow>,
    pub(super) scores: Vec<f32>,
}

/// Runs both models. `first` replaces the scores of the first.
pub(super) fn score(view: &View<'_>, first: Option<&[f32]>) -> Scored {
    let rows = view.rows();
    let own;
    let first = match first {
        Some(first) => first,
        None => {
            own = FIRST.as_ref().map_or_else(Vec::new, |model| model.score(&rows));
            &own
        }
    };
    let wide = context::rows(view, &rows, first);
    let scores = SECOND.as_ref().map_or_else(Vec::new, |model| model.score(&wide));
    Scored { rows, wide, scores }
}

/// Chooses the blocks to keep.
pub(super) fn decide(view: &View<'_>, scores: &[f32]) -> Vec<Verdict> {
    let threshold = threshold(&view.layout.blocks, scores);
    let blocks = view.layout.blocks.iter().zip(scores);
    blocks.map(|(block, score)| verdict(view, block, *score >= threshold)).collect()
}

/// Steps of the scale on which thresholds are looked for.
const STEPS: usize = 256;

/// The threshold that promises the best F1 if scores are probabilities: keeping
/// the words above it gives 2 × expected hits / (words kept + expected gold).
fn threshold(blocks: &[Block], scores: &[f32]) -> f32 {
    let mut words = [0f32; STEPS];
    let mut hits = [0f32; STEPS];
    for (block, score) in blocks.iter().zip(scores) {
        let step = (score * STEPS as f32) as usize;
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

/// Formulas overrule the score, except in what is surely navigation.
fn verdict(view: &View<'_>, block: &Block, likely: bool) -> Verdict {
    let Some(place) = view.places.get(block.container as usize) else { return Verdict::Keep };
    let formula = block.formulas + block.stats.tex > 0 && !is_navigation(block, place);
    if likely || formula { Verdict::Keep } else { Verdict::Drop(cause(block, place)) }
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

/// The most telling fact about a block that was dropped.
fn cause(block: &Block, place: &Place) -> DropCause {
    if inside(place, mark::HIDDEN | mark::NOSCRIPT) {
        DropCause::Hidden
    } else if inside(place, NAVIGATION) {
        DropCause::Navigation
    } else if inside(place, BOILERPLATE) {
        DropCause::Boilerplate
    } else if block.stats.linked * 2 > block.stats.words {
        DropCause::Links
    } else {
        DropCause::LowScore
    }
}

/// True if an ancestor that holds less than half of the page has one of `categories`.
fn inside(place: &Place, categories: u64) -> bool {
    let near = place.near.iter().enumerate();
    near.filter(|(bit, _)| categories >> bit & 1 != 0).any(|(_, near)| (1..50).contains(near))
}
