//! Files of records between legs.

use crate::error::RunError;
use crate::folder::Folder;
use cc_math_dedup::bloom::{Filter, Layout};
use cc_math_dedup::segment::{Builder, Extent, PREFIX_BITS, Shape, prefix};
use cc_math_dedup::sketch::{Scheme, Sketch};
use cc_math_store::{Pending, RecordRange, Root, StoreError};
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::ops::Range;
use std::sync::Arc;
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

/// A file of records that a task wrote.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct RecordFile {
    /// Path from the output folder.
    pub(crate) path: Arc<str>,
    pub(crate) bytes: u64,
    pub(crate) xxh3: String,
    pub(crate) contents: Contents,
}

/// How its records are found.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Contents {
    /// By key, in segments. The sum is one of hashes of all records.
    Segments { shape: Shape, extents: Vec<Extent>, sum: u64 },
    /// By the number, eight bytes, that each begins with: they are sorted by it. The index has that
    /// of every so many-th.
    Rows { width: usize, rows: u64, index: Vec<u64> },
    /// Not at all: it is a Bloom filter.
    Filter { layout: Layout },
}

/// Records from one entry of an index to the next.
const STRIDE: u64 = 1024;

/// Bytes of records after which a segment ends.
const SEGMENT_WEIGHT: usize = 16 << 20;

/// Documents after which a segment ends.
const SEGMENT_ROWS: u32 = 1 << 16;

/// Ranges that are read together.
const TOGETHER: usize = 256;

pub(super) fn written(result: std::io::Result<()>) -> Result<(), RunError> {
    Ok(result.map_err(|e| StoreError::io("write", "records".as_ref(), e))?)
}

/// Writes segments one behind the other.
pub(crate) struct SegmentWriter {
    file: Pending,
    shape: Shape,
    builder: Builder,
    extents: Vec<Extent>,
    written: u64,
    sum: u64,
}

impl SegmentWriter {
    pub(crate) fn new(file: Pending, shape: Shape) -> Self {
        let (builder, extents) = (Builder::new(shape), Vec::new());
        Self { file, shape, builder, extents, written: 0, sum: 0 }
    }

    /// Enters a document's sketch.
    pub(crate) fn sketch(&mut self, scheme: &Scheme, sketch: &Sketch) -> Result<(), RunError> {
        if self.builder.rows() >= SEGMENT_ROWS || self.builder.weight() >= SEGMENT_WEIGHT {
            let segment = self.builder.finish(self.written);
            self.append(segment)?;
        }
        self.builder.row(&sketch.facts);
        for (key, place) in &sketch.keys {
            self.key(scheme, sketch, *key, *place)?;
        }
        let mut done = Ok(());
        scheme.late_keys(sketch, &mut |key, place| {
            if done.is_ok() {
                done = self.key(scheme, sketch, key, place);
            }
        });
        done
    }

    /// Enters a key of the document that was entered last.
    fn key(
        &mut self,
        scheme: &Scheme,
        sketch: &Sketch,
        key: u128,
        place: u32,
    ) -> Result<(), RunError> {
        if self.builder.weight() >= 2 * SEGMENT_WEIGHT {
            let segment = self.builder.split(self.written);
            self.append(segment)?;
        }
        let row = self.builder.last();
        let place_bytes = place.to_be_bytes();
        let payload = scheme.payload(sketch, &place_bytes);
        self.builder.record_of(row, scheme.section(place), key, payload);
        Ok(())
    }

    /// Enters a record that belongs to no document of the segment.
    pub(crate) fn record(&mut self, key: u128, payload: &[u8]) -> Result<(), RunError> {
        self.sum = self.sum.wrapping_add(xxh3_64_with_seed(payload, key as u64));
        self.builder.record(0, key, payload);
        if self.builder.weight() >= SEGMENT_WEIGHT {
            let segment = self.builder.finish(self.written);
            self.append(segment)?;
        }
        Ok(())
    }

    fn append(&mut self, (bytes, extent): (Vec<u8>, Extent)) -> Result<(), RunError> {
        self.written += bytes.len() as u64;
        self.extents.push(extent);
        written(self.file.write_all(&bytes))
    }

    /// Ends the file and gives it its name.
    pub(crate) fn finish(mut self, folder: &Folder, path: String) -> Result<RecordFile, RunError> {
        if self.builder.rows() > 0 || self.builder.weight() > 0 {
            let segment = self.builder.finish(self.written);
            self.append(segment)?;
        }
        let contents =
            Contents::Segments { shape: self.shape, extents: self.extents, sum: self.sum };
        publish(folder, path, self.file, contents)
    }
}

/// Writes records of one width, sorted by the number that they begin with.
pub(crate) struct RowsWriter {
    file: Pending,
    width: usize,
    rows: u64,
    index: Vec<u64>,
}

impl RowsWriter {
    pub(crate) fn new(file: Pending, width: usize) -> Self {
        Self { file, width, rows: 0, index: Vec::new() }
    }

    pub(crate) fn push(&mut self, record: &[u8]) -> Result<(), RunError> {
        if self.rows.is_multiple_of(STRIDE) {
            self.index.push(number(record));
        }
        self.rows += 1;
        written(self.file.write_all(record))
    }

    pub(crate) fn finish(self, folder: &Folder, path: String) -> Result<RecordFile, RunError> {
        let contents = Contents::Rows { width: self.width, rows: self.rows, index: self.index };
        publish(folder, path, self.file, contents)
    }
}

/// Bytes of records after which a run ends.
const RUN_WEIGHT: usize = 24 << 20;

/// Writes records that come in no order, as runs that are sorted by the number that they begin with:
/// a file each.
pub(crate) struct Runs<'a> {
    folder: &'a Folder,
    path: &'a str,
    width: usize,
    open: Vec<u8>,
    files: Vec<RecordFile>,
}

impl<'a> Runs<'a> {
    pub(crate) fn new(folder: &'a Folder, path: &'a str, width: usize) -> Self {
        Self { folder, path, width, open: Vec::new(), files: Vec::new() }
    }

    pub(crate) fn push(&mut self, record: &[u8]) -> Result<(), RunError> {
        self.open.extend_from_slice(record);
        if self.open.len() >= RUN_WEIGHT { self.cut() } else { Ok(()) }
    }

    fn cut(&mut self) -> Result<(), RunError> {
        let path = format!("{}.{}", self.path, self.files.len());
        let mut rows = RowsWriter::new(self.folder.pending_of(&path)?, self.width);
        let mut order: Vec<&[u8]> = self.open.chunks_exact(self.width.max(1)).collect();
        order.sort_unstable();
        order.into_iter().try_for_each(|record| rows.push(record))?;
        self.open.clear();
        self.files.push(rows.finish(self.folder, path)?);
        Ok(())
    }

    /// The files.
    pub(crate) fn finish(mut self) -> Result<Vec<RecordFile>, RunError> {
        if !self.open.is_empty() {
            self.cut()?;
        }
        Ok(self.files)
    }
}

/// Writes a Bloom filter.
pub(crate) fn write_filter(
    filter: &Filter,
    mut file: Pending,
    folder: &Folder,
    path: String,
) -> Result<RecordFile, RunError> {
    filter.bytes().try_for_each(|block| written(file.write_all(&block)))?;
    publish(folder, path, file, Contents::Filter { layout: filter.layout() })
}

fn publish(
    folder: &Folder,
    path: String,
    file: Pending,
    contents: Contents,
) -> Result<RecordFile, RunError> {
    let entry = folder.publish(path, file.seal()?, 0)?;
    Ok(RecordFile { path: entry.path.into(), bytes: entry.bytes, xxh3: entry.xxh3, contents })
}

/// A number as a key, whose upper bits are spread evenly.
pub(super) fn spread(number: u64) -> u128 {
    u128::from(xxh3_64(&number.to_be_bytes())) << 64 | u128::from(number)
}

/// The band at a place of a record.
pub(super) fn band_at(record: &[u8], at: usize) -> u16 {
    let band = record.get(at..).and_then(<[u8]>::first_chunk);
    band.map_or(0, |band| u16::from_be_bytes(*band))
}

/// Some parts of a record, one behind the other.
pub(super) fn packed<const N: usize>(parts: &[&[u8]]) -> [u8; N] {
    let mut record = [0; N];
    record.iter_mut().zip(parts.concat()).for_each(|(to, from)| *to = from);
    record
}

/// The number that a record begins with.
pub(crate) fn number(record: &[u8]) -> u64 {
    record.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}

/// Reads ranges of files, one after another.
pub(super) fn read(
    root: &Root,
    ranges: &[(Arc<str>, Range<u64>)],
    mut take: impl FnMut(usize, Vec<u8>) -> Result<(), RunError>,
) -> Result<(), RunError> {
    let mut number = 0;
    for ranges in ranges.chunks(TOGETHER) {
        let ranges: Vec<RecordRange> = ranges
            .iter()
            .map(|(file, range)| RecordRange {
                file: Arc::clone(file),
                offset: range.start,
                length: range.end - range.start,
            })
            .collect();
        for (range, bytes) in ranges.iter().zip(root.records(&ranges, u64::MAX)) {
            let bytes = bytes.and_then(|bytes| match bytes.len() as u64 == range.length {
                true => Ok(bytes),
                false => Err(std::io::Error::other("the file ends before")),
            });
            let place = root.path(&range.file);
            take(number, bytes.map_err(|e| StoreError::io("read", place.as_ref(), e))?)?;
            number += 1;
        }
    }
    Ok(())
}

fn damaged(root: &Root, path: &str) -> RunError {
    let message = "its directory and its records do not fit together".into();
    RunError::Damaged { path: root.path(path), message }
}

/// A file of segments, and the number of its first document among all.
#[derive(Debug, Clone)]
pub(crate) struct Numbered {
    /// Where its path begins.
    pub(crate) root: Root,
    pub(crate) file: RecordFile,
    pub(crate) base: u64,
}

impl Numbered {
    fn segments(&self) -> Option<(&Shape, &[Extent])> {
        match &self.file.contents {
            Contents::Segments { shape, extents, .. } => Some((shape, extents)),
            Contents::Rows { .. } | Contents::Filter { .. } => None,
        }
    }

    /// The filter, if it is one.
    pub(crate) fn filter(&self) -> Result<Option<Filter>, RunError> {
        let Contents::Filter { layout } = self.file.contents else { return Ok(None) };
        let mut whole = None;
        let range = [(Arc::clone(&self.file.path), 0..self.file.bytes)];
        read(&self.root, &range, |_, bytes| {
            whole = Filter::read(layout, &bytes);
            Ok(())
        })?;
        whole.map(Some).ok_or_else(|| damaged(&self.root, &self.file.path))
    }

    /// Records of a section.
    pub(crate) fn records(&self, section: usize) -> u64 {
        let extents = self.segments().map_or(&[][..], |(_, extents)| extents);
        extents.iter().filter_map(|e| e.records.get(section)).map(|n| u64::from(*n)).sum()
    }

    /// The numbers of its documents.
    pub(crate) fn documents(&self) -> Range<u64> {
        let extents = self.segments().map_or(&[][..], |(_, extents)| extents);
        let end = extents.last().map_or(0, |last| last.first + u64::from(last.rows));
        self.base..self.base + end
    }

    /// What is known of each document: its number and the bytes.
    pub(crate) fn facts(
        &self,
        mut take: impl FnMut(u64, &[u8]) -> Result<(), RunError>,
    ) -> Result<(), RunError> {
        let Some((shape, extents)) = self.segments().filter(|(shape, _)| shape.facts > 0) else {
            return Ok(());
        };
        let filled = |extent: &&Extent| extent.rows > 0;
        let path = &self.file.path;
        let ranges: Vec<_> = extents
            .iter()
            .filter(filled)
            .map(|extent| (Arc::clone(path), extent.facts(shape)))
            .collect();
        let extents: Vec<&Extent> = extents.iter().filter(filled).collect();
        read(&self.root, &ranges, |index, bytes| {
            let first = self.base + extents.get(index).map_or(0, |extent| extent.first);
            (first..)
                .zip(bytes.chunks_exact(shape.facts))
                .try_for_each(|(document, facts)| take(document, facts))
        })
    }
}

/// All records of a section with such prefixes, in no order: key, the number that the first document
/// of their segment has, and what stands behind the key.
pub(crate) fn lookup(
    files: &[Numbered],
    section: usize,
    prefixes: Range<u32>,
    mut take: impl FnMut(u128, u64, &[u8]),
) -> Result<(), RunError> {
    let same = |a: &Numbered, b: &Numbered| a.root == b.root;
    for files in files.chunk_by(same) {
        lookup_below(files, section, prefixes.clone(), &mut take)?;
    }
    Ok(())
}

/// [`lookup`] in files whose paths begin in one place.
fn lookup_below(
    files: &[Numbered],
    section: usize,
    prefixes: Range<u32>,
    take: &mut impl FnMut(u128, u64, &[u8]),
) -> Result<(), RunError> {
    let Some(Numbered { root, .. }) = files.first() else { return Ok(()) };
    let segments: Vec<(&Numbered, &Shape, &Extent)> = files
        .iter()
        .flat_map(|file| {
            let (shape, extents) = file.segments().into_iter().next()?;
            Some(extents.iter().map(move |extent| (file, shape, extent)))
        })
        .flatten()
        .filter(|(_, _, extent)| extent.records.get(section).is_some_and(|n| *n > 0))
        .collect();
    let path = |file: &Numbered| Arc::clone(&file.file.path);
    let directories: Vec<_> = segments
        .iter()
        .map(|(file, _, extent)| (path(file), extent.directory_of(section)))
        .collect();
    let mut ranges = Vec::new();
    let mut found = Vec::new();
    read(root, &directories, |index, directory| {
        let Some((file, shape, extent)) = segments.get(index) else { return Ok(()) };
        let range = extent.records_of(shape, section, prefixes.clone(), &directory);
        let range = range.ok_or_else(|| damaged(root, &file.file.path))?;
        if !range.is_empty() {
            ranges.push((path(file), range));
            found.push((*shape, file.base + extent.first));
        }
        Ok(())
    })?;
    read(root, &ranges, |index, bytes| {
        let Some((shape, first)) = found.get(index) else { return Ok(()) };
        for record in bytes.chunks_exact(shape.record()) {
            let key = shape.key_of(record);
            if prefixes.contains(&u32::from(prefix(key))) {
                take(key, *first, shape.payload_of(record));
            }
        }
        Ok(())
    })
}

/// Ranges of prefixes that hold about as many records as can be sorted at once.
pub(crate) fn prefixes(records: u64, most: u64) -> Vec<Range<u32>> {
    let all = 1_u64 << PREFIX_BITS;
    let pieces = records.div_ceil(most).clamp(1, all);
    let border = |piece: u64| (piece * all / pieces) as u32;
    (0..pieces).map(|piece| border(piece)..border(piece + 1)).collect()
}

/// Records of sorted files whose numbers lie in a range, in no order.
pub(crate) fn between(
    root: &Root,
    files: &[RecordFile],
    numbers: Range<u64>,
    mut take: impl FnMut(&[u8]) -> Result<(), RunError>,
) -> Result<(), RunError> {
    let mut ranges = Vec::new();
    let mut widths = Vec::new();
    for file in files {
        let Contents::Rows { width, rows, index } = &file.contents else { continue };
        let first = index.partition_point(|n| *n < numbers.start).saturating_sub(1) as u64;
        let last = index.partition_point(|n| *n < numbers.end) as u64;
        let (from, to) = ((first * STRIDE).min(*rows), (last * STRIDE).min(*rows));
        let at = |row: u64| row * *width as u64;
        // Long stretches are read piece by piece.
        let pieces = (from..to).step_by(PIECE).map(|row| row..(row + PIECE as u64).min(to));
        for piece in pieces {
            ranges.push((Arc::clone(&file.path), at(piece.start)..at(piece.end)));
            widths.push(*width);
        }
    }
    read(root, &ranges, |index, bytes| {
        let width = widths.get(index).copied().unwrap_or(1).max(1);
        let wanted = |record: &&[u8]| numbers.contains(&number(record));
        bytes.chunks_exact(width).filter(wanted).try_for_each(&mut take)
    })
}

/// Records that are read at once of a sorted file.
const PIECE: usize = 1 << 16;
