//! Passages whose n-grams came before, by a Bloom filter: one look at a corpus, in a fixed amount of
//! memory, for a known rate of mistakes.
//!
//! As DCLM's BFF has it (Li et al., *DataComp-LM*, 2024): a line goes if enough of its n-grams are in
//! the filter, a document if enough of all of its are; n-grams of what stays are put into it.

use crate::passage::{Block, Passages, Unit, blocks, compared, split};
use cc_math_core::Document;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use xxhash_rust::xxh3::xxh3_64;

/// Bits of a block: a line of the cache.
const BLOCK_BITS: u32 = 512;

/// Words of a block.
const WORDS: usize = 8;

/// A blocked Bloom filter (Putze, Sanders, Singler: *Cache-, Hash- and Space-Efficient Bloom Filters*,
/// 2007): all bits of an entry lie in one line of the cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    blocks: Vec<[u64; WORDS]>,
    /// Bits of an entry.
    bits: u32,
}

/// How a filter is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Layout {
    /// Blocks of 64 bytes.
    pub blocks: u64,
    /// Bits of an entry.
    pub bits: u32,
}

impl Layout {
    /// The smallest filter that, with so many entries in it, takes others for entries at no higher
    /// a rate.
    pub fn of(entries: u64, rate: f64) -> Self {
        let rate = rate.clamp(1e-9, 0.5);
        let sizes: Vec<f64> = (8..=800).map(|eighths| f64::from(eighths) / 8.0).collect();
        let fits = |size: f64| (1..=24).find(|bits| mistakes(size, *bits) <= rate);
        let least = sizes.partition_point(|size| fits(*size).is_none());
        let size = sizes.get(least).copied().unwrap_or(100.0);
        let bits = fits(size).unwrap_or(24);
        let blocks = (entries as f64 * size / f64::from(BLOCK_BITS)).ceil();
        Self { blocks: (blocks as u64).max(1), bits }
    }

    /// Bytes of the filter.
    pub fn bytes(&self) -> u64 {
        self.blocks * WORDS as u64 * 8
    }
}

/// The rate at which a full filter of so many bits an entry takes others for entries: that of a block,
/// by how many entries fell into it, which is a Poisson distribution.
fn mistakes(size: f64, bits: u32) -> f64 {
    let mean = f64::from(BLOCK_BITS) / size;
    let free = 1.0 - 1.0 / f64::from(BLOCK_BITS);
    let (mut probability, mut sum) = ((-mean).exp(), 0.0);
    for entries in 0..=(4.0 * mean + 60.0) as i32 {
        let set = 1.0 - free.powi(entries * bits.cast_signed());
        sum += probability * set.powi(bits.cast_signed());
        probability *= mean / f64::from(entries + 1);
    }
    sum
}

impl Filter {
    /// An empty one.
    pub fn new(layout: Layout) -> Self {
        let blocks = usize::try_from(layout.blocks).unwrap_or(usize::MAX).max(1);
        Self { blocks: vec![[0; WORDS]; blocks], bits: layout.bits }
    }

    /// From what [`Filter::bytes`] gave; none if that is not of this layout.
    pub fn read(layout: Layout, bytes: &[u8]) -> Option<Self> {
        let (words, rest) = bytes.as_chunks::<8>();
        let (blocks, left) = words.as_chunks::<WORDS>();
        let sound = rest.is_empty() && left.is_empty() && blocks.len() as u64 == layout.blocks;
        let blocks: Vec<_> = blocks.iter().map(|block| block.map(u64::from_be_bytes)).collect();
        (sound && !blocks.is_empty()).then_some(Self { blocks, bits: layout.bits })
    }

    /// The filter as bytes, block by block.
    pub fn bytes(&self) -> impl Iterator<Item = [u8; WORDS * 8]> {
        self.blocks.iter().map(|block| {
            let mut bytes = [0; WORDS * 8];
            let words = block.iter().flat_map(|word| word.to_be_bytes());
            bytes.iter_mut().zip(words).for_each(|(to, from)| *to = from);
            bytes
        })
    }

    /// How it is laid out.
    pub fn layout(&self) -> Layout {
        Layout { blocks: self.blocks.len() as u64, bits: self.bits }
    }

    fn place(&self, entry: u128) -> usize {
        let count = self.blocks.len() as u128;
        (((entry >> 64) * count) >> 64) as usize
    }

    /// Whether an entry was put in; or, at the rate the layout was made for, it was not.
    pub fn contains(&self, entry: u128) -> bool {
        let is_set = |block: &[u64; WORDS], (word, mask): (usize, u64)| {
            block.get(word).is_some_and(|word| word & mask != 0)
        };
        let block = self.blocks.get(self.place(entry));
        block.is_some_and(|block| bits(entry, self.bits).all(|bit| is_set(block, bit)))
    }

    /// Puts an entry in.
    pub fn insert(&mut self, entry: u128) {
        let (place, count) = (self.place(entry), self.bits);
        let Some(block) = self.blocks.get_mut(place) else { return };
        for (word, mask) in bits(entry, count) {
            block.get_mut(word).into_iter().for_each(|word| *word |= mask);
        }
    }
}

/// The bits of an entry in its block, each as a word and a mask.
fn bits(entry: u128, count: u32) -> impl Iterator<Item = (usize, u64)> {
    let mut left = entry as u64;
    (0..count).map(move |bit| {
        // Nine bits say which; those of one number are used up after seven.
        if bit % 7 == 6 {
            left = (entry as u64).wrapping_mul(MIX ^ u64::from(bit));
            left ^= left >> 29;
        }
        let found = ((left & 7) as usize, 1 << ((left >> 3) & 63));
        left >>= 9;
        found
    })
}

/// An odd number without pattern: 2^64 divided by the golden ratio.
const MIX: u64 = 0x9E37_79B9_7F4A_7C15;

/// The base of the polynomial whose value an n-gram is, modulo 2^128: an odd number without pattern.
const BASE: u128 = 0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835;

/// What goes if its n-grams came before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Overlap {
    /// Tokens of an n-gram: words, numbers, or any other characters.
    pub ngram: usize,
    /// The share of n-grams from which on it goes.
    pub share: f64,
    /// Whether lines go.
    pub lines: bool,
    /// Whether documents go.
    pub documents: bool,
    /// The rate at which n-grams are taken for others that came before.
    pub rate: f64,
    /// Lines that are left alone; they are put into the filter all the same.
    pub spared: Passages,
}

/// What becomes of a document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Repeated {
    /// Whether it goes as a whole.
    pub whole: bool,
    /// The numbers of the lines that go.
    pub lines: Vec<u32>,
}

impl Overlap {
    /// How many n-grams a text has.
    pub fn count(&self, text: &str) -> u64 {
        let lines = blocks(text, Unit::Line).into_iter();
        let tokens = lines.map(|line| split(text.get(line.range).unwrap_or_default()).count());
        tokens.map(|tokens| (tokens + 1).saturating_sub(self.ngram) as u64).sum()
    }

    /// Judges a document by what came before, and enters what stays of it. `others` are filters that
    /// are looked at only. A line that stands earlier in the document came before, too.
    pub fn judge(&self, document: &Document, filter: &mut Filter, others: &[Filter]) -> Repeated {
        let text = &document.text;
        let formulas = self.spared.formulas(document);
        let mut repeated = Repeated::default();
        let (mut all, mut known) = (0, 0);
        let (mut entries, mut hashes) = (Vec::new(), Vec::new());
        let mut own = HashSet::new();
        for (line, number) in blocks(text, Unit::Line).into_iter().zip(0..) {
            let start = entries.len();
            let whole = self.ngrams(text, &line, &mut hashes, &mut entries);
            let ngrams = entries.get(start..).unwrap_or_default();
            let seen = |entry: &&u128| {
                filter.contains(**entry) || others.iter().any(|other| other.contains(**entry))
            };
            let found = ngrams.iter().filter(seen).count();
            all += ngrams.len();
            known += found;
            let came =
                !ngrams.is_empty() && (self.is_enough(found, ngrams.len()) || !own.insert(whole));
            if self.lines && came && compared(&self.spared, text, &formulas, &line) {
                repeated.lines.push(number);
                entries.truncate(start);
            }
        }
        repeated.whole = self.documents && all > 0 && self.is_enough(known, all);
        if !repeated.whole {
            entries.iter().for_each(|entry| filter.insert(*entry));
        }
        repeated
    }

    fn is_enough(&self, found: usize, of: usize) -> bool {
        found as f64 >= self.share * of as f64
    }

    /// Adds the n-grams of a line, each the value of a polynomial over its tokens' hashes; a hash of
    /// the whole line.
    fn ngrams(
        &self,
        text: &str,
        line: &Block,
        hashes: &mut Vec<u64>,
        entries: &mut Vec<u128>,
    ) -> u64 {
        let line = text.get(line.range.clone()).unwrap_or_default();
        hashes.clear();
        let (mut value, mut whole) = (0_u128, 0_u64);
        let leaves = BASE.wrapping_pow(u32::try_from(self.ngram).unwrap_or(u32::MAX));
        for token in split(line) {
            let hash = xxh3_64(line.get(token).unwrap_or_default().as_bytes());
            hashes.push(hash);
            whole = whole.wrapping_mul(MIX).wrapping_add(hash);
            value = value.wrapping_mul(BASE).wrapping_add(u128::from(hash));
            let Some(first) = hashes.len().checked_sub(self.ngram) else { continue };
            if let Some(out) = first.checked_sub(1).and_then(|out| hashes.get(out)) {
                value = value.wrapping_sub(u128::from(*out).wrapping_mul(leaves));
            }
            // The lower half alone would depend on the lower halves of the hashes alone.
            entries.push(value ^ (value >> 64));
        }
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use xxhash_rust::xxh3::xxh3_128;

    fn entry(number: u64) -> u128 {
        xxh3_128(&number.to_be_bytes())
    }

    #[test]
    fn mistakes_come_at_the_rate_that_was_asked_for() {
        for rate in [0.1, 0.01, 0.001] {
            let layout = Layout::of(20_000, rate);
            let mut filter = Filter::new(layout);
            (0..20_000).for_each(|number| filter.insert(entry(number)));
            assert!((0..20_000).all(|number| filter.contains(entry(number))));
            let others = 200_000;
            let taken =
                (1 << 40..(1 << 40) + others).filter(|n| filter.contains(entry(*n))).count();
            let found = taken as f64 / others as f64;
            assert!((rate * 0.5..rate * 1.25).contains(&found), "{rate}: {found} {layout:?}");
        }
    }

    #[test]
    fn a_filter_comes_back_from_its_bytes() {
        let layout = Layout::of(100, 0.01);
        let mut filter = Filter::new(layout);
        (0..100).for_each(|number| filter.insert(entry(number)));
        let bytes: Vec<u8> = filter.bytes().flatten().collect();
        assert_eq!(bytes.len() as u64, layout.bytes());
        assert_eq!(Filter::read(layout, &bytes), Some(filter));
        assert_eq!(Filter::read(layout, &bytes[64..]), None);
        assert_eq!(Filter::read(layout, &bytes[1..]), None);
    }

    const OVERLAP: Overlap = Overlap {
        ngram: 3,
        share: 0.8,
        lines: true,
        documents: true,
        rate: 1e-6,
        spared: Passages::Blocks {
            unit: Unit::Line,
            min_words: 0,
            spare_formulas: true,
            spare_code: true,
            keep_first: true,
        },
    };

    fn judge(filter: &mut Filter, text: &str) -> Repeated {
        OVERLAP.judge(&Document::new("u", text.into()), filter, &[])
    }

    #[test]
    fn lines_and_documents_go_that_came_before() {
        let mut filter = Filter::new(Layout::of(1000, 1e-6));
        let text = "one two three four\nfive six seven eight nine ten\n";
        assert_eq!(OVERLAP.count(text), 6);
        assert_eq!(judge(&mut filter, text), Repeated::default());
        let again =
            judge(&mut filter, "five six seven eight nine ten\nnew words stand here now as well\n");
        assert_eq!(again, Repeated { whole: false, lines: vec![0] });
        assert!(judge(&mut filter, text).whole);
        let twice = "a line that stands here twice\na line that stands here twice\n";
        assert_eq!(judge(&mut filter, twice), Repeated { whole: false, lines: vec![1] });
        assert_eq!(judge(&mut filter, "one two\n"), Repeated::default());
        let formula =
            judge(&mut filter, "so $x$ one two three four\nso many other words are here\n");
        assert_eq!(formula, Repeated::default());
        let formula =
            judge(&mut filter, "so $x$ one two three four\nand yet more words not seen\n");
        assert_eq!(formula, Repeated::default());
    }

    #[test]
    fn ngrams_depend_on_their_tokens_alone() {
        let ngrams = |text: &str| {
            let block = blocks(text, Unit::Line).into_iter().next().unwrap();
            let mut entries = Vec::new();
            OVERLAP.ngrams(text, &block, &mut Vec::new(), &mut entries);
            entries
        };
        let long = ngrams("one two three four five six");
        assert_eq!(long.len(), 4);
        assert_eq!(long[2..3], ngrams("three four five")[..]);
        assert_ne!(ngrams("a b c"), ngrams("c b a"));
        assert!(ngrams("a b").is_empty());
    }

    #[test]
    fn other_filters_are_looked_at_only() {
        let mut known = Filter::new(Layout::of(100, 1e-6));
        judge(&mut known, "one two three four");
        let before = known.clone();
        let others = [known];
        let mut filter = Filter::new(Layout::of(100, 1e-6));
        let document = Document::new("u", "one two three four".into());
        assert!(OVERLAP.judge(&document, &mut filter, &others).whole);
        assert_eq!(others, [before]);
    }
}
