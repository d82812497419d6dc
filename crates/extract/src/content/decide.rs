//! From descriptions of blocks to a choice.

use super::blocks::{Block, mark};
use super::features::{FEATURES, Place, Row, View};
use super::model::Model;
use super::words::class;
use super::{DropCause, Verdict};
use std::sync::LazyLock;

/// Trained on half of a benchmark; see `docs/decisions/0005-main-content.md`.
static MODEL: LazyLock<Option<Model>> =
    LazyLock::new(|| Model::read(include_bytes!("content.model"), FEATURES));

/// How likely each block is content.
pub(super) fn score(rows: &[Row]) -> Vec<f32> {
    match MODEL.as_ref() {
        Some(model) => model.score(rows),
        None => vec![1.0; rows.len()],
    }
}

/// Chooses the blocks to keep.
pub(super) fn decide(view: &View<'_>, scores: &[f32]) -> Vec<Verdict> {
    let threshold = threshold(&view.layout.blocks, scores);
    let blocks = view.layout.blocks.iter().zip(scores);
    let mut verdicts: Vec<Verdict> =
        blocks.map(|(block, score)| verdict(view, block, *score >= threshold)).collect();
    keep_code(view, &mut verdicts);
    verdicts
}

/// Preformatted text follows the nearest other text: scores know little of code.
fn keep_code(view: &View<'_>, verdicts: &mut [Verdict]) {
    let code: Vec<bool> = view.layout.blocks.iter().map(|block| is_code(view, block)).collect();
    let mut last = Verdict::Unknown;
    let mut before = Vec::with_capacity(verdicts.len());
    for (verdict, code) in verdicts.iter().zip(&code) {
        last = if *code { last } else { *verdict };
        before.push(last);
    }
    let mut next = Verdict::Unknown;
    for ((verdict, code), before) in verdicts.iter_mut().zip(&code).zip(before).rev() {
        next = if *code { next } else { *verdict };
        if *code && (before == Verdict::Keep || next == Verdict::Keep) {
            *verdict = Verdict::Keep;
        }
    }
}

fn is_code(view: &View<'_>, block: &Block) -> bool {
    const PRE: usize = mark::PRE.trailing_zeros() as usize;
    view.places.get(block.container as usize).is_some_and(|place| place.near[PRE] > 0)
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
