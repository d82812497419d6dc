//! From descriptions of blocks to a choice.

use super::blocks::{Block, mark};
use super::features::{Place, View, is_prose, share};
use super::words::class;
use super::{DropCause, Verdict};

/// The verdict on every block, and the score it rests on.
pub(super) struct Choices {
    pub(super) verdicts: Vec<Verdict>,
    pub(super) scores: Vec<f32>,
}

const NAVIGATION: u64 = mark::NAV | mark::FOOTER | class::NAV | class::FOOTER | class::SKIP;
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

/// Chooses the blocks to keep.
pub(super) fn decide(view: &View<'_>) -> Choices {
    let mut choices = Choices { verdicts: Vec::new(), scores: Vec::new() };
    for block in &view.layout.blocks {
        let cause =
            view.places.get(block.container as usize).and_then(|place| objection(block, place));
        choices.verdicts.push(cause.map_or(Verdict::Keep, Verdict::Drop));
        choices.scores.push(f32::from(u8::from(cause.is_none())));
    }
    choices
}

/// The first rule that speaks against a block.
fn objection(block: &Block, place: &Place) -> Option<DropCause> {
    let stats = &block.stats;
    if inside(place, mark::HIDDEN | mark::NOSCRIPT) {
        return Some(DropCause::Hidden);
    }
    if inside(place, NAVIGATION) {
        return Some(DropCause::Navigation);
    }
    if block.formulas + stats.tex > 0 {
        return None;
    }
    if inside(place, BOILERPLATE) {
        return Some(DropCause::Boilerplate);
    }
    let linked = share(stats.linked, stats.words);
    if linked > 60 && !is_prose(block) {
        return Some(DropCause::Links);
    }
    (stats.words == 0).then_some(DropCause::LowScore)
}

/// True if a smallish ancestor has one of `categories`.
fn inside(place: &Place, categories: u64) -> bool {
    let near = place.near.iter().enumerate();
    near.filter(|(bit, _)| categories >> bit & 1 != 0).any(|(_, near)| (1..50).contains(near))
}
