//! Records on disk that are looked up by key: what a stage knows of documents before it has seen all
//! of them.
//!
//! A *segment* is a block of bytes, complete in itself, about some tens of thousands of documents:
//!
//! ```text
//! directories   for each section 2^bits + 1 u32: how many of its records come before each slot,
//!               where a record's slot is the upper bits of its key
//! facts         for each document, in their order, as many bytes as the shape says
//! sections      records of a key and a payload, sorted by their bytes
//! ```
//!
//! All numbers are big-endian, so records sort as their bytes do. Sections are what can be worked on
//! apart, as MinHash bands can. Nothing in a segment says what it is: its [`Shape`] and its
//! [`Extent`] are kept beside it.

use serde::{Deserialize, Serialize};
use std::ops::Range;

/// How a segment's records are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// Sections.
    pub sections: usize,
    /// Bytes of a key: 8 or 16.
    pub key: usize,
    /// Bytes of a record behind its key.
    pub payload: usize,
    /// Bytes of what is known of each document.
    pub facts: usize,
}

/// Where a segment lies in its file, and how large its parts are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extent {
    /// Where it begins.
    pub offset: u64,
    /// The number, in its file, of the first document that it is about.
    pub first: u64,
    /// Documents that it is about.
    pub rows: u32,
    /// Bits of a key that make a slot.
    pub bits: u32,
    /// Records of each section.
    pub records: Vec<u32>,
}

/// Bits of a key that tell apart ranges of keys.
pub const PREFIX_BITS: u32 = 16;

/// A directory has at most so many bits.
const MOST_BITS: u32 = 8;

/// Records that a slot should hold at least.
const SLOT_RECORDS: usize = 64;

impl Shape {
    /// Bytes of a record.
    pub fn record(&self) -> usize {
        self.key + self.payload
    }

    /// The key that a record begins with, its upper bits first.
    pub fn key_of(&self, record: &[u8]) -> u128 {
        match (self.key, record.first_chunk::<16>(), record.first_chunk::<8>()) {
            (16, Some(key), _) => u128::from_be_bytes(*key),
            (_, _, Some(key)) => u128::from(u64::from_be_bytes(*key)) << 64,
            _ => 0,
        }
    }

    /// What comes behind the key.
    pub fn payload_of<'a>(&self, record: &'a [u8]) -> &'a [u8] {
        record.get(self.key..).unwrap_or_default()
    }
}

/// The upper bits of a key.
pub fn prefix(key: u128) -> u16 {
    (key >> (128 - PREFIX_BITS)) as u16
}

impl Extent {
    fn directory(&self) -> u64 {
        4 * ((1 << self.bits) + 1)
    }

    /// Where in the file a section's directory lies.
    pub fn directory_of(&self, section: usize) -> Range<u64> {
        let start = self.offset + self.directory() * section as u64;
        start..start + self.directory()
    }

    /// Where in the file the facts lie.
    pub fn facts(&self, shape: &Shape) -> Range<u64> {
        let start = self.offset + self.directory() * shape.sections as u64;
        start..start + u64::from(self.rows) * shape.facts as u64
    }

    /// Where in the file a section's records with such prefixes lie, by its directory; and some of
    /// their neighbours, where the directory is coarse. None if the directory is damaged.
    pub fn records_of(
        &self,
        shape: &Shape,
        section: usize,
        prefixes: Range<u32>,
        directory: &[u8],
    ) -> Option<Range<u64>> {
        let shift = PREFIX_BITS - self.bits;
        let slot = |at: u32| {
            let bytes = directory.get(at as usize * 4..)?.get(..4)?;
            Some(u32::from_be_bytes(bytes.try_into().ok()?))
        };
        let first = slot(prefixes.start >> shift)?;
        let last = slot(prefixes.end.div_ceil(1 << shift))?;
        let count = *self.records.get(section)?;
        if first > last || last > count {
            return None;
        }
        let before: u64 = self.records.iter().take(section).map(|n| u64::from(*n)).sum();
        let (start, width) = (self.facts(shape).end, shape.record() as u64);
        let at = |record: u32| start + (before + u64::from(record)) * width;
        Some(at(first)..at(last))
    }

    /// Bytes of all of it.
    pub fn bytes(&self, shape: &Shape) -> u64 {
        let records: u64 = self.records.iter().map(|n| u64::from(*n)).sum();
        self.facts(shape).end - self.offset + records * shape.record() as u64
    }
}

/// A segment that is being made.
#[derive(Debug)]
pub struct Builder {
    shape: Shape,
    /// Documents of the file before those of this segment.
    first: u64,
    rows: u32,
    facts: Vec<u8>,
    /// Records of each section, one behind the other.
    sections: Vec<Vec<u8>>,
}

impl Builder {
    /// The first of a file.
    pub fn new(shape: Shape) -> Self {
        let sections = vec![Vec::new(); shape.sections];
        Self { shape, first: 0, rows: 0, facts: Vec::new(), sections }
    }

    /// Documents so far.
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// Bytes so far.
    pub fn weight(&self) -> usize {
        self.facts.len() + self.sections.iter().map(Vec::len).sum::<usize>()
    }

    /// Enters the next document, of which this is known; cut or filled up to the shape's size.
    pub fn row(&mut self, facts: &[u8]) {
        self.rows += 1;
        extend(&mut self.facts, facts, self.shape.facts);
    }

    /// The number of the document entered last among those of the segment.
    pub fn last(&self) -> u32 {
        self.rows.saturating_sub(1)
    }

    /// Begins anew in the middle of a document, about which more is to be said.
    pub fn split(&mut self, offset: u64) -> (Vec<u8>, Extent) {
        let done = self.finish(offset);
        self.first -= 1;
        self.rows = 1;
        self.facts.resize(self.shape.facts, 0);
        done
    }

    /// Enters a record whose payload begins with the number of a document.
    pub fn record_of(&mut self, row: u32, section: usize, key: u128, payload: &[u8]) {
        let Some(records) = self.sections.get_mut(section) else { return };
        extend(records, &key.to_be_bytes(), self.shape.key);
        records.extend_from_slice(&row.to_be_bytes());
        extend(records, payload, self.shape.payload.saturating_sub(4));
    }

    /// Enters a record of a section; of an eight-byte key the upper half counts.
    pub fn record(&mut self, section: usize, key: u128, payload: &[u8]) {
        let Some(records) = self.sections.get_mut(section) else { return };
        extend(records, &key.to_be_bytes(), self.shape.key);
        extend(records, payload, self.shape.payload);
    }

    /// Its bytes, and where they lie if the file had `offset` bytes before; begins anew with the
    /// document that comes next.
    pub fn finish(&mut self, offset: u64) -> (Vec<u8>, Extent) {
        let Self { shape, first, rows, facts, sections } = self;
        let width = shape.record().max(1);
        let fullest = sections.iter().map(|s| s.len() / width).max().unwrap_or(0);
        let bits = (fullest / SLOT_RECORDS).max(1).ilog2().min(MOST_BITS);
        let records = sections.iter().map(|s| (s.len() / width) as u32).collect();
        let extent = Extent { offset, first: *first, rows: *rows, bits, records };
        let mut bytes = Vec::with_capacity(extent.bytes(shape) as usize);
        sections.iter().for_each(|section| directory(&mut bytes, section, shape, bits));
        bytes.append(facts);
        for section in sections {
            sort(&mut bytes, section, shape);
            section.clear();
        }
        *first += u64::from(*rows);
        *rows = 0;
        (bytes, extent)
    }
}

fn extend(bytes: &mut Vec<u8>, value: &[u8], width: usize) {
    let value = value.get(..width).unwrap_or(value);
    bytes.extend_from_slice(value);
    bytes.resize(bytes.len() + width - value.len(), 0);
}

/// Adds records in the order of their bytes.
fn sort(bytes: &mut Vec<u8>, records: &[u8], shape: &Shape) {
    let records = records.chunks_exact(shape.record().max(1));
    let mut order: Vec<(u128, &[u8])> = Vec::with_capacity(records.len());
    order.extend(records.map(|record| (shape.key_of(record), record)));
    order.sort_unstable();
    order.iter().for_each(|(_, record)| bytes.extend_from_slice(record));
}

/// Adds the directory of a section, whose records need not be sorted.
fn directory(bytes: &mut Vec<u8>, section: &[u8], shape: &Shape, bits: u32) {
    let slots = 1_usize << bits;
    let mut counts = vec![0_u32; slots + 1];
    for record in section.chunks_exact(shape.record().max(1)) {
        let slot = u32::from(prefix(shape.key_of(record))) >> (PREFIX_BITS - bits);
        counts.get_mut(slot as usize + 1).into_iter().for_each(|count| *count += 1);
    }
    let mut before = 0;
    for count in counts {
        before += count;
        bytes.extend(before.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SHAPE: Shape = Shape { sections: 2, key: 8, payload: 4, facts: 3 };

    fn part(bytes: &[u8], range: Range<u64>) -> &[u8] {
        &bytes[range.start as usize..range.end as usize]
    }

    fn found(bytes: &[u8], extent: &Extent, section: usize, prefixes: Range<u32>) -> Vec<Vec<u8>> {
        let directory = part(bytes, extent.directory_of(section));
        let range = extent.records_of(&SHAPE, section, prefixes.clone(), directory).unwrap();
        let records = part(bytes, range).chunks_exact(SHAPE.record()).map(<[u8]>::to_vec);
        records.filter(|r| prefixes.contains(&u32::from(prefix(SHAPE.key_of(r))))).collect()
    }

    proptest! {
        #[test]
        fn every_record_is_found_in_its_range_of_keys_and_nowhere_else(
            keys in prop::collection::vec((any::<u64>(), 0_usize..2), 0..2000),
            cuts in prop::collection::btree_set(1_u32..65536, 0..5),
        ) {
            let mut builder = Builder::new(SHAPE);
            for (index, (key, section)) in keys.iter().enumerate() {
                builder.row(&[index as u8]);
                builder.record(*section, u128::from(*key) << 64, &(index as u32).to_be_bytes());
            }
            let (bytes, extent) = builder.finish(0);
            prop_assert_eq!(bytes.len() as u64, extent.bytes(&SHAPE));
            let borders: Vec<u32> = [0].into_iter().chain(cuts).chain([65536]).collect();
            for section in 0..2 {
                let all: Vec<Vec<u8>> = borders
                    .windows(2)
                    .flat_map(|cut| found(&bytes, &extent, section, cut[0]..cut[1]))
                    .collect();
                let mut expected: Vec<Vec<u8>> = keys
                    .iter()
                    .enumerate()
                    .filter(|(_, (_, s))| *s == section)
                    .map(|(i, (key, _))| [&key.to_be_bytes()[..], &(i as u32).to_be_bytes()].concat())
                    .collect();
                expected.sort();
                prop_assert_eq!(all, expected);
            }
            let facts = part(&bytes, extent.facts(&SHAPE));
            prop_assert!(facts.chunks(3).enumerate().all(|(i, fact)| fact == [i as u8, 0, 0]));
        }
    }

    #[test]
    fn segments_follow_one_another_in_a_file() {
        let mut builder = Builder::new(SHAPE);
        builder.row(b"abc");
        builder.record(1, 7 << 64, b"1234");
        let (first, extent) = builder.finish(0);
        assert_eq!(extent.bytes(&SHAPE), first.len() as u64);
        builder.row(b"xyz");
        let (second, next) = builder.split(first.len() as u64);
        assert_eq!((extent.first, next.first, next.rows), (0, 1, 1));
        builder.row(b"next");
        let (_, third) = builder.finish(0);
        assert_eq!((third.first, third.rows), (1, 2));
        let file = [first, second].concat();
        assert_eq!(part(&file, next.facts(&SHAPE)), b"xyz");
        assert_eq!(found(&file, &extent, 1, 0..65536).len(), 1);
        assert!(found(&file, &next, 1, 0..65536).is_empty());
    }

    #[test]
    fn a_damaged_directory_is_noticed() {
        let mut builder = Builder::new(SHAPE);
        builder.record(0, 7 << 64, b"1234");
        let (_, extent) = builder.finish(0);
        assert!(extent.records_of(&SHAPE, 0, 0..65536, &[255; 8]).is_none());
        assert!(extent.records_of(&SHAPE, 0, 0..65536, &[0; 4]).is_none());
    }
}
