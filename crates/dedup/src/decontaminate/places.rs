//! Where in a text several runs of an item meet.

use super::entry::{Entry, MAX_PASSAGE};
use super::seeds::{Part, Seed, Seeds};
use super::{Options, Scratch, support};

/// Added to where a part begins, since it may begin before the text does.
const BIAS: usize = 2 * MAX_PASSAGE;

/// A place in the tokens at hand where a part of an item may stand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) seed: Seed,
    /// The least and the most of where the part begins by its runs, in tokens.
    pub(super) first: isize,
    pub(super) last: isize,
}

impl Place {
    /// The token at which the part begins, at the earliest.
    pub(super) fn begins(&self) -> usize {
        self.first.max(0) as usize
    }

    /// Whether this is about the part that was found at the place `last`, and well before the end
    /// of what was found there.
    pub(super) fn is_within(&self, last: Place, end: usize) -> bool {
        (self.seed.entry, self.seed.part) == (last.seed.entry, last.seed.part)
            && self.begins() + self.seed.slack() < end
    }
}

/// Leaves in `scratch.places` where runs of its tokens say that a part of an item stands.
///
/// Every run that is met says where its part would begin. Those that agree within the part's slack
/// are one place, if they are enough.
pub(super) fn find(seeds: &Seeds, scratch: &mut Scratch) {
    let hits = &mut scratch.hits;
    hits.clear();
    seeds.probe(&scratch.tokens.ids, |at, posting| {
        let begins = (at + BIAS).saturating_sub(posting.offset as usize);
        hits.push(u64::from(posting.seed) << 32 | begins as u64);
    });
    hits.sort_unstable();
    scratch.places.clear();
    for of_seed in hits.chunk_by(|a, b| a >> 32 == b >> 32) {
        let index = of_seed.first().map_or(0, |hit| (hit >> 32) as u32);
        if let Some(seed) = seeds.seed(index) {
            group(seed, of_seed, &mut scratch.places);
        }
    }
}

fn group(seed: Seed, mut hits: &[u64], places: &mut Vec<Place>) {
    let begins = |hit: u64| (hit & u64::from(u32::MAX)) as isize - BIAS as isize;
    while let Some(first) = hits.first().map(|hit| begins(*hit)) {
        let within = first + seed.slack() as isize;
        let count = hits.partition_point(|hit| begins(*hit) <= within);
        let (together, rest) = hits.split_at(count.max(1));
        if together.len() >= seed.needed() {
            let last = together.last().map_or(first, |hit| begins(*hit));
            places.push(Place { seed, first, last });
        }
        hits = rest;
    }
}

/// Tokens on both sides of a place that the comparison with any of the items may look at.
pub(super) fn reach(entries: &[Entry], seeds: &Seeds, options: &Options) -> usize {
    let of_seed = |seed: &Seed| {
        let entry = entries.get(seed.entry as usize)?;
        let far = support::reach(entry, options) + entry.question.len();
        let length = seed.length as usize + 3 * seed.slack();
        Some(length + far + if seed.part == Part::Passage { far } else { 0 })
    };
    seeds.iter().filter_map(of_seed).max().unwrap_or(0)
}
