//! Runs of five tokens of the items, and which items have each of them.
//!
//! Most runs of a text are in no item. A bit filter in front of the table says so from one cache
//! line: 16 bits a run, two of them set in one 64-bit word, so that about one run in 70 passes by
//! chance (Putze, Sanders, Singler: Cache-, hash- and space-efficient Bloom filters, 2007).

use super::entry::Entry;
use super::token::{Id, SPREAD};

/// Tokens of a run.
pub(super) const GRAM: usize = 5;

/// Items that a run leads to in general. Commoner runs lead only to items that have few rarer ones.
const MAX_POSTINGS: usize = 32;

/// Items that any run leads to at most.
const MAX_COMMON_POSTINGS: usize = 64;

/// Runs from which an item does without common ones.
const KEPT_RUNS: usize = 24;

/// Tokens that a part's end is moved by at most.
const MAX_SLACK: usize = 96;

/// Tokens of a question that needs no help of its passage to be found.
const TELLING_QUESTION: usize = 20;

/// Odd multiplier of the rolling hash.
const BASE: u64 = 0xd134_2543_de82_ef95;

/// `BASE` to the power of `GRAM`.
const BASE_POWER: u64 =
    BASE.wrapping_mul(BASE).wrapping_mul(BASE).wrapping_mul(BASE).wrapping_mul(BASE);

/// Rolling hash of the last [`GRAM`] tokens (Karp and Rabin, 1987, modulo 2⁶⁴).
#[derive(Default)]
pub(super) struct Rolling(u64);

impl Rolling {
    /// Takes in a token and leaves out the one that falls off the end of the run.
    #[inline]
    pub(super) fn roll(&mut self, new: Id, old: Option<Id>) {
        let old = old.map_or(0, |id| u64::from(id.bits()) | 1 << 32);
        let new = u64::from(new.bits()) | 1 << 32;
        self.0 =
            self.0.wrapping_mul(BASE).wrapping_add(new).wrapping_sub(old.wrapping_mul(BASE_POWER));
    }

    /// The hash, its bits well mixed.
    #[inline]
    pub(super) fn hash(&self) -> u64 {
        mixed(self.0)
    }
}

/// A number all of whose bits depend on all of another's.
#[inline]
pub(super) fn mixed(number: u64) -> u64 {
    let spread = (number ^ (number >> 32)).wrapping_mul(SPREAD);
    spread ^ (spread >> 29)
}

/// Which part of an item runs are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Question,
    Passage,
}

/// A part of an item that is looked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seed {
    /// Index among the entries.
    pub(super) entry: u32,
    pub(super) part: Part,
    /// Tokens of the part.
    pub(super) length: u32,
    /// Runs that lead to it.
    pub(super) runs: u32,
}

impl Seed {
    /// Runs that must be met for the part to be worth a closer look.
    ///
    /// With a fifth of the words edited a third of the runs are whole (0.8⁵), so an eighth is
    /// met by what could pass.
    pub(super) fn needed(&self) -> usize {
        1 + self.runs as usize / 16
    }

    /// By how many tokens insertions and deletions may move one end of the part against the other.
    ///
    /// A quarter of a short part's length; edits of a long one even out.
    pub(super) fn slack(&self) -> usize {
        (8 + self.length as usize / 4).min(MAX_SLACK)
    }
}

/// Where a run leads.
#[derive(Debug, Clone, Copy)]
pub(super) struct Posting {
    /// The rest of the run's hash.
    check: u32,
    /// Index among the seeds.
    pub(super) seed: u32,
    /// Tokens of the part before the run.
    pub(super) offset: u32,
}

/// The runs of all items.
pub(super) struct Seeds {
    seeds: Vec<Seed>,
    filter: Vec<u64>,
    /// For each bucket of hashes, where its postings begin; one more at the end.
    starts: Vec<u32>,
    postings: Vec<Posting>,
    shift: u32,
}

/// A run of a part while the table is built.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Run {
    hash: u64,
    seed: u32,
    offset: u32,
}

impl Seeds {
    /// The table of the entries' runs.
    pub(super) fn of(entries: &[Entry]) -> Self {
        let (mut seeds, mut runs) = all_runs(entries);
        runs.sort_unstable();
        runs.dedup_by_key(|run| (run.hash, run.seed));
        let runs = rarest(&seeds, &runs);
        for run in &runs {
            if let Some(seed) = seeds.get_mut(run.seed as usize) {
                seed.runs += 1;
            }
        }
        Self::table(seeds, &runs)
    }

    fn table(seeds: Vec<Seed>, runs: &[Run]) -> Self {
        let buckets = runs.len().max(1).next_power_of_two();
        let shift = 64 - buckets.trailing_zeros().max(1);
        let mut starts = vec![0u32; (1usize << (64 - shift)) + 1];
        let mut filter = vec![0u64; (buckets / 4).max(1).next_power_of_two()];
        for run in runs {
            starts[(run.hash >> shift) as usize + 1] += 1;
            let (word, bits) = place(run.hash, filter.len());
            filter[word] |= bits;
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let posting =
            |run: &Run| Posting { check: run.hash as u32, seed: run.seed, offset: run.offset };
        Self { seeds, filter, starts, postings: runs.iter().map(posting).collect(), shift }
    }

    /// A part by its index.
    pub(super) fn seed(&self, index: u32) -> Option<Seed> {
        self.seeds.get(index as usize).copied()
    }

    /// All parts.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Seed> {
        self.seeds.iter()
    }

    /// Calls `found` with the place and the posting of every run of `ids` that an item has.
    ///
    /// A run that is the same as the one before it is met once.
    pub(super) fn probe(&self, ids: &[Id], mut found: impl FnMut(usize, Posting)) {
        let mut rolling = Rolling::default();
        let mut last = 0;
        for (index, id) in ids.iter().enumerate() {
            rolling.roll(*id, index.checked_sub(GRAM).and_then(|old| ids.get(old)).copied());
            let hash = rolling.hash();
            if index + 1 >= GRAM && hash != last && self.may_hold(hash) {
                self.postings(hash).for_each(|posting| found(index + 1 - GRAM, posting));
            }
            last = hash;
        }
    }

    #[inline]
    fn may_hold(&self, hash: u64) -> bool {
        let (word, bits) = place(hash, self.filter.len());
        self.filter.get(word).is_some_and(|held| held & bits == bits)
    }

    fn postings(&self, hash: u64) -> impl Iterator<Item = Posting> {
        let bucket = (hash >> self.shift) as usize;
        let bound = |index: usize| self.starts.get(index).map_or(0, |start| *start as usize);
        let postings = self.postings.get(bound(bucket)..bound(bucket + 1)).unwrap_or_default();
        postings.iter().filter(move |posting| posting.check == hash as u32).copied()
    }
}

/// The word of the filter for a hash, and its two bits.
#[inline]
fn place(hash: u64, words: usize) -> (usize, u64) {
    let word = (hash >> 20) as usize & (words - 1);
    (word, 1 << (hash & 63) | 1 << (hash >> 6 & 63))
}

fn all_runs(entries: &[Entry]) -> (Vec<Seed>, Vec<Run>) {
    let mut seeds = Vec::new();
    let mut runs = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let mut add = |part, ids: &[Id]| {
            let seed = seeds.len() as u32;
            seeds.push(Seed { entry: index as u32, part, length: ids.len() as u32, runs: 0 });
            runs_of(ids, seed, &mut runs);
        };
        add(Part::Question, &entry.question);
        if let Some(passage) = &entry.passage
            && entry.question.len() < TELLING_QUESTION
        {
            add(Part::Passage, passage);
        }
    }
    (seeds, runs)
}

fn runs_of(ids: &[Id], seed: u32, runs: &mut Vec<Run>) {
    let mut rolling = Rolling::default();
    for (index, id) in ids.iter().enumerate() {
        rolling.roll(*id, index.checked_sub(GRAM).and_then(|old| ids.get(old)).copied());
        if index + 1 >= GRAM {
            runs.push(Run { hash: rolling.hash(), seed, offset: (index + 1 - GRAM) as u32 });
        }
    }
}

/// The runs that lead somewhere: all that few items have, and of each commoner one as many as may
/// be, to the items with the fewest runs so far.
fn rarest(seeds: &[Seed], runs: &[Run]) -> Vec<Run> {
    let mut kept = Vec::with_capacity(runs.len());
    let mut count = vec![0usize; seeds.len()];
    let (rare, common): (Vec<&[Run]>, Vec<&[Run]>) =
        runs.chunk_by(|a, b| a.hash == b.hash).partition(|having| having.len() <= MAX_POSTINGS);
    let mut keep = |run: &Run, count: &mut [usize]| {
        kept.push(*run);
        count[run.seed as usize] += 1;
    };
    rare.into_iter().flatten().for_each(|run| keep(run, &mut count));
    for having in common {
        let mut needy: Vec<&Run> =
            having.iter().filter(|run| count[run.seed as usize] < KEPT_RUNS).collect();
        needy.sort_by_key(|run| (count[run.seed as usize], run.seed));
        needy.into_iter().take(MAX_COMMON_POSTINGS).for_each(|run| keep(run, &mut count));
    }
    kept.sort_unstable();
    kept
}

#[cfg(test)]
mod tests {
    use super::super::{Item, Options, entry};
    use super::*;

    fn seeds(questions: &[String]) -> Seeds {
        let item = |question: &String| Item { question: question.clone(), ..Item::default() };
        let items: Vec<Item> = questions.iter().map(item).collect();
        Seeds::of(&entry::entries(&items, &Options::default()).0)
    }

    fn met(seeds: &Seeds, text: &str) -> Vec<(usize, u32, u32)> {
        let mut met = Vec::new();
        let found = |at, posting: Posting| met.push((at, posting.seed, posting.offset));
        seeds.probe(&entry::ids(text, 999), found);
        met.sort_unstable();
        met
    }

    #[test]
    fn every_run_of_an_item_leads_to_it() {
        let seeds = seeds(&["one two three four five six seven".into()]);
        let text = "zero one two three four five six seven eight";
        assert_eq!(met(&seeds, text), [(1, 0, 0), (2, 0, 1), (3, 0, 2)]);
        assert_eq!(met(&seeds, "one two three four"), []);
        assert_eq!(met(&seeds, "one two three four fife six seven"), []);
    }

    #[test]
    fn a_common_run_leads_to_a_bounded_number_of_items_and_none_is_left_without() {
        let question = |n| format!("which of these statements about the number is true {n}");
        let questions: Vec<String> = (0..200).map(question).collect();
        let seeds = seeds(&questions);
        assert!(seeds.iter().all(|seed| seed.runs > 0));
        assert!(met(&seeds, "which of these statements about").len() <= MAX_COMMON_POSTINGS);
    }

    #[test]
    fn the_filter_and_the_table_of_no_items_are_empty() {
        assert_eq!(met(&seeds(&[]), "one two three four five six seven"), []);
    }
}
