//! Finds a closed set of short words in bytes, ASCII letters in either case.
//!
//! Every word holds a *fingerprint* of a few bytes. Four bytes of the word from
//! there on go into tables by nibble, in eight buckets, and 32 places are looked
//! at with a handful of shuffles (the method is Teddy, from Hyperscan). Where a
//! fingerprint may stand, and between bytes that one of its words has there,
//! the words of its bucket are compared. Machines without AVX2 do the same a
//! byte at a time.

use memchr::memmem;

/// Bytes from a fingerprint on that the tables know; behind a word, anything may follow.
const PRINT: usize = 4;

/// Buckets of fingerprints: one bit of a byte each. What stands for one of a
/// bucket may mix their first, second and third bytes.
pub(super) const BUCKETS: usize = 8;

/// A word that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Hit {
    /// Index of the word in the list the finder was made from.
    pub(super) word: usize,
    /// Where it begins.
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
}

/// Which buckets a byte may belong to, by its low and its high nibble.
#[derive(Debug, Clone, Copy, Default)]
#[repr(align(16))]
struct Nibbles {
    low: [u8; 16],
    high: [u8; 16],
}

#[derive(Debug)]
struct Word {
    bytes: &'static [u8],
    index: usize,
    /// Where in the word its fingerprint stands.
    offset: usize,
    /// What it puts into the [`glimpse`] of a place where its fingerprint stands,
    /// and which bits of that are its own.
    glimpse: u64,
    mask: u64,
}

/// A set of words, ready to be looked for.
#[derive(Debug)]
pub(super) struct Finder {
    nibbles: [Nibbles; PRINT],
    buckets: [Bucket; BUCKETS],
}

/// Words with fingerprints of one length.
#[derive(Debug)]
struct Bucket {
    words: Vec<Word>,
    length: usize,
    /// A bit for each pair of bytes that a word has before and behind its fingerprint.
    edges: Vec<u64>,
    /// For each byte, the words that have it behind their fingerprint.
    behind: Vec<Vec<u16>>,
}

impl Finder {
    /// Words and fingerprints have to be in lower case, and the fingerprints of
    /// a bucket of one length. A word goes by the first of the fingerprints that
    /// it holds; one that holds none is never found.
    pub(super) fn new(
        prints: &[&[&[u8]]; BUCKETS],
        words: impl IntoIterator<Item = &'static str>,
    ) -> Self {
        let mut finder =
            Self { nibbles: [Nibbles::default(); PRINT], buckets: prints.map(Bucket::new) };
        for (index, word) in words.into_iter().enumerate() {
            finder.add(prints, index, word);
        }
        finder
    }

    fn add(&mut self, prints: &[&[&[u8]]; BUCKETS], index: usize, word: &'static str) {
        let held = each(prints)
            .find_map(|(bucket, print)| Some((bucket, memmem::find(word.as_bytes(), print)?)));
        debug_assert!(held.is_some(), "{word} has no fingerprint");
        if let Some((bucket, offset)) = held {
            self.admit(word.as_bytes().get(offset..).unwrap_or_default(), 1 << bucket);
            self.buckets[bucket].add(Word::new(word.as_bytes(), index, offset));
        }
    }

    /// Lets a bucket's word pass that goes on with these bytes.
    fn admit(&mut self, rest: &[u8], bit: u8) {
        for (at, nibbles) in self.nibbles.iter_mut().enumerate() {
            match rest.get(at) {
                Some(byte) => [*byte, byte.to_ascii_uppercase()].into_iter().for_each(|byte| {
                    nibbles.low[usize::from(byte & 15)] |= bit;
                    nibbles.high[usize::from(byte >> 4)] |= bit;
                }),
                None => {
                    nibbles.low.iter_mut().for_each(|slot| *slot |= bit);
                    nibbles.high.iter_mut().for_each(|slot| *slot |= bit);
                }
            }
        }
    }

    /// Hands `found` the words in `bytes`, in the order of their fingerprints,
    /// from `from` on; each answer says where to go on, `None` that enough was seen.
    pub(super) fn scan(
        &self,
        bytes: &[u8],
        from: usize,
        found: &mut impl FnMut(Hit) -> Option<usize>,
    ) {
        if let Some(rest) = self.scan_vectors(bytes, from, found) {
            self.scan_plainly(bytes, rest, found);
        }
    }

    /// Goes over whole vectors of bytes; from where on too few bytes are left for one, or `None`
    /// if enough was seen.
    fn scan_vectors(
        &self,
        bytes: &[u8],
        from: usize,
        found: &mut impl FnMut(Hit) -> Option<usize>,
    ) -> Option<usize> {
        #[cfg(target_arch = "x86_64")]
        if crate::vector::available() {
            // SAFETY: this machine has AVX2.
            #[allow(
                unsafe_code,
                reason = "a pass over every byte of a crawl: 6 times the plain one"
            )]
            return unsafe { avx2::scan(self, bytes, from, found) };
        }
        Some(from)
    }

    fn scan_plainly(
        &self,
        bytes: &[u8],
        from: usize,
        found: &mut impl FnMut(Hit) -> Option<usize>,
    ) {
        let mut place = from;
        while place < bytes.len() {
            place = match self.buckets_at(bytes, place) {
                0 => place + 1,
                buckets => match self.verify(bytes, place, buckets, found) {
                    Some(next) => next,
                    None => return,
                },
            };
        }
    }

    /// Buckets of the fingerprint at `place`; behind the end stands what fits all.
    fn buckets_at(&self, bytes: &[u8], place: usize) -> u8 {
        self.nibbles.iter().zip(place..).fold(0xff, |buckets, (Nibbles { low, high }, at)| {
            let fits = |byte: &u8| low[usize::from(byte & 15)] & high[usize::from(byte >> 4)];
            buckets & bytes.get(at).map_or(0xff, fits)
        })
    }

    /// Compares the words that may stand at a place; where to go on, or `None` for nowhere.
    fn verify(
        &self,
        bytes: &[u8],
        place: usize,
        mut buckets: u8,
        found: &mut impl FnMut(Hit) -> Option<usize>,
    ) -> Option<usize> {
        let mut next = place + 1;
        while buckets != 0 {
            let bucket = &self.buckets[buckets.trailing_zeros() as usize];
            buckets &= buckets - 1;
            let mut words = bucket.words_at(bytes, place).peekable();
            if words.peek().is_none() {
                continue;
            }
            let glimpse = glimpse(bytes, place);
            for word in words.filter(|word| (glimpse ^ word.glimpse) & word.mask == 0) {
                if let Some(start) =
                    place.checked_sub(word.offset).filter(|at| word.is_at(bytes, *at))
                {
                    let hit = Hit { word: word.index, start, end: start + word.bytes.len() };
                    next = next.max(found(hit)?);
                }
            }
        }
        Some(next)
    }
}

impl Bucket {
    fn new(prints: &[&[u8]]) -> Self {
        let length = prints.iter().map(|print| print.len()).max().unwrap_or(0);
        debug_assert!(prints.iter().all(|print| print.len() == length), "{prints:?}");
        Self { words: Vec::new(), length, edges: vec![0; 1 << 10], behind: vec![Vec::new(); 256] }
    }

    fn add(&mut self, word: Word) {
        let before = word.offset.checked_sub(1).and_then(|at| word.bytes.get(at));
        let behind = word.bytes.get(word.offset + self.length);
        for behind in either_case_or_any(behind) {
            self.behind[usize::from(behind)].push(self.words.len() as u16);
            for before in either_case_or_any(before) {
                let (at, bit) = edge(before, behind);
                self.edges[at] |= bit;
            }
        }
        self.words.push(word);
    }

    /// The words that may stand at a place, going by the bytes around the fingerprint.
    fn words_at(&self, bytes: &[u8], place: usize) -> impl Iterator<Item = &Word> {
        let byte = |at: Option<usize>| at.and_then(|at| bytes.get(at)).copied().unwrap_or(0);
        let (before, behind) = (byte(place.checked_sub(1)), byte(Some(place + self.length)));
        let (at, bit) = edge(before, behind);
        let some = self.edges[at] & bit != 0;
        let words = if some { self.behind[usize::from(behind)].as_slice() } else { &[] };
        words.iter().filter_map(|word| self.words.get(usize::from(*word)))
    }
}

fn edge(before: u8, behind: u8) -> (usize, u64) {
    let pair = usize::from(before) << 8 | usize::from(behind);
    (pair >> 6, 1 << (pair & 63))
}

fn either_case_or_any(byte: Option<&u8>) -> Vec<u8> {
    match byte {
        Some(byte) if byte.is_ascii_alphabetic() => {
            vec![byte.to_ascii_lowercase(), byte.to_ascii_uppercase()]
        }
        Some(byte) => vec![*byte],
        None => (0..=255).collect(),
    }
}

impl Word {
    fn new(bytes: &'static [u8], index: usize, offset: usize) -> Self {
        let whole: Vec<u8> = bytes.iter().map(|_| 0xff).collect();
        Self { bytes, index, offset, glimpse: glimpse(bytes, offset), mask: pack(&whole, offset) }
    }

    fn is_at(&self, bytes: &[u8], start: usize) -> bool {
        bytes
            .get(start..start + self.bytes.len())
            .is_some_and(|seen| seen.eq_ignore_ascii_case(self.bytes))
    }
}

/// Bytes before and behind a place that are compared first.
const REACH: usize = 4;

/// The eight bytes around a place as one number; letters in one case.
fn glimpse(bytes: &[u8], place: usize) -> u64 {
    const ONE_CASE: u64 = 0x2020_2020_2020_2020;
    pack(bytes, place) | ONE_CASE
}

/// The eight bytes around a place as one number; zeros where there are none.
fn pack(bytes: &[u8], place: usize) -> u64 {
    let around = place.checked_sub(REACH).and_then(|from| bytes.get(from..)?.first_chunk());
    u64::from_le_bytes(around.copied().unwrap_or_else(|| {
        std::array::from_fn(|at| {
            (place + at).checked_sub(REACH).and_then(|at| bytes.get(at)).copied().unwrap_or(0)
        })
    }))
}

/// Fingerprints with their buckets.
fn each<'a>(prints: &'a [&[&[u8]]; BUCKETS]) -> impl Iterator<Item = (usize, &'a [u8])> {
    prints.iter().enumerate().flat_map(|(bucket, prints)| prints.iter().map(move |p| (bucket, *p)))
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use super::{Finder, Hit, PRINT};
    use crate::vector::{LANES, bytes as bytes_of, load, twice};
    use std::arch::x86_64::{
        __m256i, _mm256_and_si256, _mm256_cmpeq_epi8, _mm256_movemask_epi8, _mm256_set1_epi8,
        _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_srli_epi16,
    };

    /// Goes over whole vectors of bytes, see [`Finder::scan_vectors`].
    #[target_feature(enable = "avx2")]
    pub(super) fn scan(
        finder: &Finder,
        bytes: &[u8],
        from: usize,
        found: &mut impl FnMut(Hit) -> Option<usize>,
    ) -> Option<usize> {
        let [first, second, third, fourth] =
            finder.nibbles.each_ref().map(|tables| (twice(&tables.low), twice(&tables.high)));
        let mut place = from;
        while let Some([one, two, three, four]) = bytes.get(place..).and_then(windows) {
            let buckets = _mm256_and_si256(
                _mm256_and_si256(look(first, load(one)), look(second, load(two))),
                _mm256_and_si256(look(third, load(three)), look(fourth, load(four))),
            );
            let none = _mm256_cmpeq_epi8(buckets, _mm256_setzero_si256());
            let mut candidates = !(_mm256_movemask_epi8(none) as u32);
            let mut next = place + LANES;
            if candidates != 0 {
                let (buckets, mut seen) = (bytes_of(buckets), place);
                while candidates != 0 {
                    let lane = candidates.trailing_zeros() as usize;
                    candidates &= candidates - 1;
                    if place + lane >= seen {
                        seen = finder.verify(bytes, place + lane, buckets[lane], found)?;
                    }
                }
                next = next.max(seen);
            }
            place = next;
        }
        Some(place)
    }

    /// The first 32 bytes, and those from one, two and three bytes further on.
    fn windows(bytes: &[u8]) -> Option<[&[u8; LANES]; PRINT]> {
        let window: &[u8; LANES + PRINT - 1] = bytes.first_chunk()?;
        Some([
            window.first_chunk()?,
            window.get(1..)?.first_chunk()?,
            window.get(2..)?.first_chunk()?,
            window.get(3..)?.first_chunk()?,
        ])
    }

    /// Buckets of 32 bytes.
    #[inline]
    #[target_feature(enable = "avx2")]
    fn look((low, high): (__m256i, __m256i), bytes: __m256i) -> __m256i {
        let mask = _mm256_set1_epi8(15);
        let upper = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), mask);
        let lower = _mm256_and_si256(bytes, mask);
        _mm256_and_si256(_mm256_shuffle_epi8(low, lower), _mm256_shuffle_epi8(high, upper))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PRINTS: [&[&[u8]]; BUCKETS] =
        [&[b"$", b"\\"], &[b"mat"], &[b"\xe2\x88"], &[b"tex"], &[b"a"], &[b"&su"], &[b"><"], &[]];

    const WORDS: [&str; 9] = ["$", "\\(", "<math", "mathjax", "∑", "tex=", "a", "&sum;", "></i"];

    fn hits(bytes: &[u8]) -> Vec<(usize, usize)> {
        let finder = Finder::new(&PRINTS, WORDS);
        let mut hits = Vec::new();
        finder.scan(bytes, 0, &mut |hit| {
            hits.push((hit.start, hit.word));
            Some(0)
        });
        hits.sort_unstable();
        hits
    }

    fn hits_one_by_one(bytes: &[u8]) -> Vec<(usize, usize)> {
        let stands = |at: usize, word: &str| {
            bytes.get(at..at + word.len()).is_some_and(|b| b.eq_ignore_ascii_case(word.as_bytes()))
        };
        let at = |at: usize| {
            let words = WORDS.iter().enumerate();
            words.filter(move |(_, word)| stands(at, word)).map(move |(word, _)| (at, word))
        };
        (0..bytes.len()).flat_map(at).collect()
    }

    #[test]
    fn words_are_found_in_either_case_up_to_the_last_byte() {
        assert_eq!(hits(b"<MATH>$"), [(0, 2), (2, 6), (6, 0)]);
        assert_eq!(hits("x∑&SUM;\\(".as_bytes()), [(1, 4), (4, 7), (9, 1)]);
        assert_eq!(hits(b""), []);
    }

    #[test]
    fn an_answer_says_where_to_go_on() {
        let finder = Finder::new(&PRINTS, WORDS);
        let mut seen = Vec::new();
        finder.scan(b"$$$$$$", 1, &mut |hit| {
            seen.push(hit.start);
            (hit.start < 4).then_some(hit.end + 2)
        });
        assert_eq!(seen, [1, 4]);
    }

    proptest! {
        #[test]
        fn vectors_find_what_bytes_find(pieces in prop::collection::vec(
            prop::sample::select(&["$", "\\(", "<MATH", "mathJax", "∑", "TEX=", "&sum;", "></I", "x", "  ", "mat", "\\", "0123456789abcdef0123456789ABCDEF"][..]),
            0..40,
        )) {
            let text = pieces.concat();
            prop_assert_eq!(hits(text.as_bytes()), hits_one_by_one(text.as_bytes()));
        }
    }
}
