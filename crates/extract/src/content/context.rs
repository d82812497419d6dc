//! The second look: what the first scores of the surroundings say about a block.
//!
//! A line is rarely content alone. The features here are means of first scores,
//! weighted by words, over whatever a block belongs to: its neighbourhood, its
//! containers, its run of like siblings, and all blocks of the page that are
//! built like it.

use super::blocks::{Block, Tag};
use super::features::{FEATURES, Row, View, log};
use std::collections::HashMap;

/// Features added by the second look.
pub(super) const ADDED: usize = 32;
/// Features of the second look, those of the first included.
pub(super) const WIDE: usize = FEATURES + ADDED;

/// One block as the second model sees it.
pub(super) type WideRow = [u8; WIDE];

/// A weighted mean in the making.
#[derive(Debug, Clone, Copy, Default)]
struct Mean {
    weight: u64,
    sum: u64,
}

impl Mean {
    fn add(&mut self, other: Mean) {
        self.weight += other.weight;
        self.sum += other.sum;
    }

    fn less(self, other: Mean) -> Self {
        Self { weight: self.weight - other.weight, sum: self.sum - other.sum }
    }

    /// The mean on the scale of the scores; 255 of nothing.
    fn value(self) -> u8 {
        match self.weight {
            0 => 255,
            weight => (self.sum / weight).min(250) as u8,
        }
    }
}

/// First scores, in steps of 1/200, with what is summed over them.
struct Scores<'a> {
    view: &'a View<'a>,
    scores: Vec<u8>,
    /// Sums over the blocks before each block, and over all.
    before: Vec<Mean>,
    containers: Vec<Mean>,
    alike: HashMap<u64, (Mean, u32)>,
    /// Score of the last heading up to each block, and mean from each block up to the next heading.
    heading: Vec<u8>,
    section: Vec<u8>,
    /// Blocks since the last, and up to the next, block that looks like content.
    since: Vec<u32>,
    until: Vec<u32>,
}

/// Scores as bytes: steps of 1/200.
pub(super) fn quantise(score: f32) -> u8 {
    (score * 200.0) as u8
}

/// A first score from which a block looks like content, in steps of 1/200.
const LIKELY: u8 = 120;

/// The rows of the second look.
pub(super) fn rows(view: &View<'_>, rows: &[Row], scores: &[f32]) -> Vec<WideRow> {
    let scores = Scores::new(view, scores.iter().copied().map(quantise).collect());
    let extend = |(index, row): (usize, &Row)| {
        let mut wide = [0; WIDE];
        let (first, second) = wide.split_at_mut(FEATURES);
        first.copy_from_slice(row);
        scores.describe(index, second);
        wide
    };
    rows.iter().enumerate().map(extend).collect()
}

fn weigh(block: &Block, score: u8) -> Mean {
    let weight = u64::from(block.stats.words) + 1;
    Mean { weight, sum: weight * u64::from(score) }
}

/// Sums over the blocks before each, then over all.
fn running_sums(weighed: &[Mean]) -> Vec<Mean> {
    let mut total = Mean::default();
    let mut before = Vec::with_capacity(weighed.len() + 1);
    for one in weighed {
        before.push(total);
        total.add(*one);
    }
    before.push(total);
    before
}

fn container_sums(view: &View<'_>, weighed: &[Mean]) -> Vec<Mean> {
    let mut sums = vec![Mean::default(); view.places.len()];
    for (block, one) in view.layout.blocks.iter().zip(weighed) {
        if let Some(sum) = sums.get_mut(block.container as usize) {
            sum.add(*one);
        }
    }
    for (index, container) in view.layout.containers.iter().enumerate().skip(1).rev() {
        let inner = sums.get(index).copied().unwrap_or_default();
        if let Some(outer) = sums.get_mut(container.parent as usize) {
            outer.add(inner);
        }
    }
    sums
}

fn sums_alike(view: &View<'_>, weighed: &[Mean]) -> HashMap<u64, (Mean, u32)> {
    let mut alike: HashMap<u64, (Mean, u32)> = HashMap::new();
    for (block, one) in view.layout.blocks.iter().zip(weighed) {
        let group = alike.entry(signature(view, block)).or_default();
        group.0.add(*one);
        group.1 += 1;
    }
    alike
}

/// What a block is built like: its tag and categories and those of the two containers around it.
fn signature(view: &View<'_>, block: &Block) -> u64 {
    let mut hash = block.inline;
    let mut index = block.container;
    for _ in 0..3 {
        let Some(container) = view.layout.containers.get(index as usize) else { break };
        hash = (hash.rotate_left(9) ^ container.flags ^ (container.tag as u64) << 58)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15);
        index = container.parent;
    }
    hash
}

fn is_heading(view: &View<'_>, block: &Block) -> bool {
    let container = view.layout.containers.get(block.container as usize);
    container.is_some_and(|c| matches!(c.tag, Tag::H1 | Tag::H2 | Tag::H3 | Tag::H4))
}

/// Per block: score of the last heading, and mean of what follows up to the next heading.
fn sections(view: &View<'_>, scores: &[u8], weighed: &[Mean]) -> (Vec<u8>, Vec<u8>) {
    let headings: Vec<bool> = view.layout.blocks.iter().map(|b| is_heading(view, b)).collect();
    let last = headings.iter().zip(scores).scan(255, |last, (heading, score)| {
        *last = if *heading { *score } else { *last };
        Some(*last)
    });
    let ahead = headings.iter().zip(weighed).rev().scan(Mean::default(), |mean, (heading, one)| {
        let value = mean.value();
        mean.add(*one);
        if *heading {
            *mean = Mean::default();
        }
        Some(value)
    });
    let mut ahead: Vec<u8> = ahead.collect();
    ahead.reverse();
    (last.collect(), ahead)
}

/// Per block: blocks since the last, and up to the next, that looks like content.
fn distances(scores: &[u8]) -> (Vec<u32>, Vec<u32>) {
    let step = |last: &mut u32, score: &u8| {
        let distance = *last;
        *last = if *score >= LIKELY { 0 } else { last.saturating_add(1) };
        Some(distance)
    };
    let mut until: Vec<u32> = scores.iter().rev().scan(10_000, step).collect();
    until.reverse();
    (scores.iter().scan(10_000, step).collect(), until)
}

impl<'a> Scores<'a> {
    fn new(view: &'a View<'a>, scores: Vec<u8>) -> Self {
        let weighed: Vec<Mean> = view
            .layout
            .blocks
            .iter()
            .zip(&scores)
            .map(|(block, score)| weigh(block, *score))
            .collect();
        let (heading, section) = sections(view, &scores, &weighed);
        let (since, until) = distances(&scores);
        Self {
            before: running_sums(&weighed),
            containers: container_sums(view, &weighed),
            alike: sums_alike(view, &weighed),
            view,
            scores,
            heading,
            section,
            since,
            until,
        }
    }

    /// Mean over the blocks `from..to`, cut to what there is.
    fn window(&self, from: usize, to: usize) -> Mean {
        let end = self.before.len() - 1;
        let at = |index: usize| self.before.get(index.min(end)).copied().unwrap_or_default();
        at(to).less(at(from))
    }

    fn describe(&self, index: usize, out: &mut [u8]) {
        let Some(block) = self.view.layout.blocks.get(index) else { return };
        let at = |step: isize| {
            let neighbour = index.checked_add_signed(step).and_then(|at| self.scores.get(at));
            neighbour.copied().unwrap_or(255)
        };
        let all = self.before.len() - 1;
        let own = self.container(block.container);
        let mut values = [0; ADDED];
        let near = [at(0), at(-1), at(1), at(-2), at(2), at(-3), at(3)];
        let windows = [(2, 3), (5, 6), (12, 13)]
            .map(|(back, ahead)| self.window(index.saturating_sub(back), index + ahead).value());
        let sides = [
            (index.saturating_sub(4), index),
            (index + 1, index + 5),
            (0, index),
            (index + 1, all),
            (0, all),
        ]
        .map(|(from, to)| self.window(from, to).value());
        let (alike, count) =
            self.alike.get(&signature(self.view, block)).copied().unwrap_or_default();
        let others = alike.less(weigh(block, at(0)));
        let lone = [
            own,
            alike.value(),
            others.value(),
            log(count),
            self.heading.get(index).copied().unwrap_or(255),
            self.section.get(index).copied().unwrap_or(255),
            log(self.since.get(index).copied().unwrap_or(0)),
            log(self.until.get(index).copied().unwrap_or(0)),
        ];
        let parts: [&[u8]; 6] =
            [&near, &windows, &sides, &lone, &self.levels(block), &self.runs(block)];
        for (slot, value) in values.iter_mut().zip(parts.into_iter().flatten()) {
            *slot = *value;
        }
        out.copy_from_slice(&values);
    }

    fn container(&self, index: u32) -> u8 {
        self.containers.get(index as usize).map_or(255, |mean| mean.value())
    }

    /// Means over the ever wider surroundings.
    fn levels(&self, block: &Block) -> [u8; 4] {
        let mut index = block.container;
        [(); 4].map(|()| {
            index = self.view.places.get(index as usize).map_or(0, |place| place.wider);
            self.container(index)
        })
    }

    /// Means over the members of runs that a block is in, and over what holds these runs.
    fn runs(&self, block: &Block) -> [u8; 4] {
        let Some(place) = self.view.places.get(block.container as usize) else { return [255; 4] };
        let of = |member: u32| match member.checked_sub(1) {
            None => [255; 2],
            Some(member) => {
                let parent =
                    self.view.layout.containers.get(member as usize).map_or(0, |c| c.parent);
                [self.container(member), self.container(parent)]
            }
        };
        let ([a, b], [c, d]) = (of(place.inner_run), of(place.outer_run));
        [a, b, c, d]
    }
}
