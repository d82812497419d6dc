//! Legs that sort: tasks that bring together what sketches have in common.

use super::records::{
    Contents, Numbered, RecordFile, RowsWriter, SegmentWriter, between, lookup, prefixes,
    write_filter,
};
use super::rules::{PLACE, WHOLE};
use super::{Dedup, Join, ROUNDS, Sort, Star};
use crate::engine::Setup;
use crate::error::RunError;
use crate::folder::{Folder, HeldFile, Note};
use crate::legs::Leg;
use crate::plan::{Part, Task};
use cc_math_core::{InputEntry, document_id};
use cc_math_dedup::bloom::{Filter, Layout, Repeated};
use cc_math_dedup::components::Components;
use cc_math_dedup::ruling::{Member, Place, RULING, Ruling, repeats, rule, runs};
use cc_math_dedup::segment::{PREFIX_BITS, Shape};
use cc_math_dedup::sketch::Scheme;
use cc_math_store::{Pending, Root};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use xxhash_rust::xxh3::xxh3_64;

/// Records that a task sorts in memory, at most.
const SORTED: u64 = 1 << 20;

/// Documents whose components a task looks up.
const LOOKED_UP: u64 = 1 << 20;

/// What a task of such a leg reads.
#[derive(Debug, Clone)]
pub(crate) struct Sorting {
    /// What it does, in words that tell it from the leg's other tasks.
    pub(crate) name: Arc<str>,
    root: Root,
    dedup: Arc<Dedup>,
    sort: Sort,
    /// Files of segments, all or some of them.
    segments: Arc<[Numbered]>,
    /// Sorted files of the leg before.
    rows: Arc<[RecordFile]>,
    /// Documents, where they are looked at again.
    held: Arc<[HeldFile]>,
    section: usize,
    range: Range<u32>,
    /// The number of the first document that is not an index's.
    first: u64,
    /// How many documents there are.
    documents: u64,
    /// Tells the files from others.
    digest: Arc<str>,
    /// Bytes of the files, shared evenly among the leg's tasks.
    pub(crate) bytes: u64,
}

/// The notes of the legs of a stage that compares, from the one that held the documents on.
pub(crate) struct History<'a> {
    pub(crate) root: &'a Root,
    /// Tasks of the leg that held documents, or will have them read again.
    pub(crate) tasks: &'a [Task],
    /// Their notes, in the same order.
    pub(crate) held: &'a [Note],
    /// Those of the last leg that had tasks, which may be the same.
    pub(crate) last: &'a [Note],
    /// How often what it wrote was what it read, in a row.
    pub(crate) unchanged: usize,
}

/// Sketches, those of an index first.
struct Sketches {
    files: Vec<Numbered>,
    /// The number of the first document that is not an index's.
    first: u64,
    /// How many documents there are.
    documents: u64,
}

impl Sketches {
    fn of(dedup: &Dedup, history: &History<'_>) -> Result<Self, RunError> {
        let (mut files, first) = indexed(dedup)?;
        let mut documents = first;
        for note in history.held {
            files.extend(note.records.iter().map(|file| Numbered {
                root: history.root.clone(),
                file: file.clone(),
                base: documents,
            }));
            documents += note.rows();
        }
        Ok(Self { files, first, documents })
    }
}

/// The sketches of the index, and how many documents they are of.
pub(crate) fn indexed(dedup: &Dedup) -> Result<(Vec<Numbered>, u64), RunError> {
    match &dedup.index {
        Some(index) => index.load(&dedup.scheme.to_json()),
        None => Ok((Vec::new(), 0)),
    }
}

pub(crate) fn records_of(notes: &[Note]) -> Vec<RecordFile> {
    notes.iter().flat_map(|note| note.records.iter().cloned()).collect()
}

/// Tells files from others, by their names and contents.
pub(crate) fn digest(files: &[RecordFile]) -> String {
    let names: Vec<String> =
        files.iter().map(|file| format!("{} {}", file.path, file.xxh3)).collect();
    document_id(None, names.join("\n").as_bytes())
}

/// The tasks of a leg that sorts.
pub(crate) fn tasks(
    leg: &Leg,
    dedup: &Arc<Dedup>,
    sort: Sort,
    history: &History<'_>,
) -> Result<Vec<Task>, RunError> {
    let Sketches { files: sketches, first, documents } = Sketches::of(dedup, history)?;
    let last = records_of(history.last);
    if matches!(sort, Sort::Star(_)) && history.unchanged > 1 {
        return Ok(Vec::new());
    }
    let grouped = || -> Vec<Numbered> {
        let root = history.root;
        let number =
            |file: &RecordFile| Numbered { root: root.clone(), file: file.clone(), base: 0 };
        last.iter().map(number).collect()
    };
    let (segments, rows) = match sort {
        Sort::Join => (Vec::new(), last.clone()),
        Sort::Members => (sketches, last.clone()),
        Sort::Star(_) | Sort::Labels => (grouped(), Vec::new()),
        Sort::Choose if dedup.is_joined() => (grouped(), Vec::new()),
        Sort::Bands | Sort::Choose | Sort::Repeats | Sort::Filter => (sketches, Vec::new()),
    };
    let held = history.held.iter().filter_map(|note| note.held.clone());
    let held: Vec<HeldFile> = held.filter(|_| sort == Sort::Filter).collect();
    let all: Vec<RecordFile> =
        segments.iter().map(|file| file.file.clone()).chain(rows.iter().cloned()).collect();
    let whole = Sorting {
        name: "".into(),
        root: history.root.clone(),
        dedup: Arc::clone(dedup),
        sort,
        segments: segments.into(),
        rows: rows.into(),
        held: held.into(),
        section: 0,
        range: 0..0,
        first,
        documents,
        digest: digest(&all).into(),
        bytes: all.iter().map(|file| file.bytes).sum(),
    };
    let parts = whole.parts();
    let count = parts.len().max(1) as u64;
    let task = |(index, mut part): (usize, Sorting)| {
        part.bytes /= count;
        let identity = [format!("{} {}", part.name, part.digest)];
        Task::new(&leg.hash, &format!("{index:05}"), &identity, vec![Part::Sorting(part)])
    };
    Ok(parts.into_iter().enumerate().map(task).collect())
}

impl Sorting {
    fn parts(&self) -> Vec<Self> {
        let name = self.sort.name();
        match self.sort {
            Sort::Filter if self.held.is_empty() => Vec::new(),
            Sort::Join | Sort::Filter => vec![Self { name: name.into(), ..self.clone() }],
            Sort::Members => self.by_documents(),
            Sort::Bands | Sort::Star(_) | Sort::Labels | Sort::Choose | Sort::Repeats => {
                let sections = self.segments.first().map_or(0, |file| match &file.file.contents {
                    Contents::Segments { shape, .. } => shape.sections,
                    Contents::Rows { .. } | Contents::Filter { .. } => 0,
                });
                (0..sections).flat_map(|section| self.by_keys(section)).collect()
            }
        }
    }

    fn by_keys(&self, section: usize) -> Vec<Self> {
        let records: u64 = self.segments.iter().map(|file| file.records(section)).sum();
        let ranges = if records == 0 { Vec::new() } else { prefixes(records, SORTED) };
        let part = |range: Range<u32>| {
            let name = format!("{} {section} {}..{}", self.sort.name(), range.start, range.end);
            Self { name: name.into(), section, range, ..self.clone() }
        };
        ranges.into_iter().map(part).collect()
    }

    /// About how many records the range holds, and some more.
    fn expected(&self) -> usize {
        let records: u64 = self.segments.iter().map(|file| file.records(self.section)).sum();
        let share = u64::from(self.range.end - self.range.start);
        let expected = (records.saturating_mul(share) >> PREFIX_BITS) / 16 * 17 + 64;
        usize::try_from(expected).unwrap_or(0)
    }

    fn by_documents(&self) -> Vec<Self> {
        let mut parts = Vec::new();
        let mut files: &[Numbered] = &self.segments;
        while let Some(first) = files.first() {
            let near = |file: &&Numbered| file.base < first.base + LOOKED_UP;
            let (mine, rest) = files.split_at(files.iter().take_while(near).count().max(1));
            let name = format!("{} {}", self.sort.name(), first.base);
            parts.push(Self { name: name.into(), segments: mine.into(), ..self.clone() });
            files = rest;
        }
        parts
    }

    /// What its note says that it read.
    pub(crate) fn entry(&self) -> InputEntry {
        InputEntry { name: self.name.to_string(), bytes: 0, xxh3: self.digest.to_string() }
    }

    /// Does what it is to do, which a filter does not if it is to stop; the files that it made.
    fn work(
        &self,
        folder: &Folder,
        path: &str,
        stop: &AtomicBool,
    ) -> Result<Option<Vec<RecordFile>>, RunError> {
        let pending = path.rsplit('/').next().unwrap_or(path);
        let file = folder.pending(pending)?;
        if self.sort == Sort::Filter {
            let Some((filter, rows)) = self.filter(RowsWriter::new(file, PLACE), stop)? else {
                return Ok(None);
            };
            let mut files = vec![rows.finish(folder, path.to_owned())?];
            if self.dedup.index.as_ref().is_some_and(|index| index.add_as.is_some()) {
                let file = folder.pending(&format!("{pending}.filter"))?;
                files.push(write_filter(&filter, file, folder, format!("{path}.filter"))?);
            }
            return Ok(Some(files));
        }
        self.sorted(file, folder, path).map(|file| Some(vec![file]))
    }

    /// Holds documents, one after another, against what came before them.
    fn filter(
        &self,
        mut out: RowsWriter,
        stop: &AtomicBool,
    ) -> Result<Option<(Filter, RowsWriter)>, RunError> {
        let mut filter = Filter::new(Layout::of(0, 0.5));
        let Scheme::Bloom(overlap) = &self.dedup.scheme else { return Ok(Some((filter, out))) };
        let mut ngrams = 0_u64;
        let mut others = Vec::new();
        for file in self.segments.iter() {
            others.extend(file.filter()?);
            file.facts(|_, count| {
                ngrams += super::records::number(count);
                Ok(())
            })?;
        }
        filter = Filter::new(Layout::of(ngrams, overlap.rate));
        let mut number = 0_u64;
        for held in self.held.iter() {
            let (name, place) = (Arc::from(&*held.path), self.root.place(&held.path)?);
            for frame in &held.frames {
                if stop.load(Ordering::Relaxed) {
                    return Ok(None);
                }
                let range = frame.range(&name);
                for stored in self.root.records(std::slice::from_ref(&range), u64::MAX) {
                    for document in frame.documents(stored, &place)? {
                        let Repeated { whole, lines } =
                            overlap.judge(&document, &mut filter, &others);
                        let places = if whole { vec![WHOLE] } else { lines };
                        places
                            .into_iter()
                            .try_for_each(|place| out.push(&placed(number, place)))?;
                        number += 1;
                    }
                }
            }
        }
        Ok(Some((filter, out)))
    }

    fn sorted(&self, file: Pending, folder: &Folder, path: &str) -> Result<RecordFile, RunError> {
        let rows = match self.sort {
            Sort::Members => {
                let writer = SegmentWriter::new(file, members(&self.dedup.scheme));
                return self.members(writer)?.finish(folder, path.to_owned());
            }
            Sort::Bands if self.dedup.join == Join::Sharded => {
                let mut edges = Edges(SegmentWriter::new(file, NEIGHBOURS));
                self.bands(&mut |a, b, band| edges.meet(a, b, band))?;
                return edges.0.finish(folder, path.to_owned());
            }
            Sort::Star(star) => {
                let mut edges = Edges(SegmentWriter::new(file, NEIGHBOURS));
                self.star(star, &mut edges)?;
                return edges.0.finish(folder, path.to_owned());
            }
            Sort::Bands => {
                let mut rows = RowsWriter::new(file, EDGE);
                self.bands(&mut |a, b, band| rows.push(&joined(a, b, band)))?;
                Ok(rows)
            }
            Sort::Labels => self.labels(RowsWriter::new(file, LABEL)),
            Sort::Join => self.join(RowsWriter::new(file, LABEL)),
            Sort::Choose => self.choose(RowsWriter::new(file, RULING)),
            Sort::Repeats => self.repeats(RowsWriter::new(file, PLACE)),
            Sort::Filter => Ok(RowsWriter::new(file, PLACE)),
        };
        rows?.finish(folder, path.to_owned())
    }

    /// Edges from the first document of each bucket to the others.
    fn bands(
        &self,
        meet: &mut dyn FnMut(u64, u64, u16) -> Result<(), RunError>,
    ) -> Result<(), RunError> {
        let mut found: Vec<(u64, u64)> = Vec::with_capacity(self.expected());
        lookup(&self.segments, self.section, self.range.clone(), |key, first, row| {
            found.push(((key >> 64) as u64, first + u64::from(head(row))));
        })?;
        found.sort_unstable();
        let mut edges: Vec<(u64, u64)> = Vec::new();
        for bucket in runs(&found, |(key, _)| *key) {
            let bucket = found.get(bucket).unwrap_or_default();
            let first = bucket.first().map_or(0, |(_, document)| *document);
            edges.extend(bucket.iter().skip(1).map(|(_, document)| (first, *document)));
        }
        edges.sort_unstable();
        edges.dedup();
        let band = u16::try_from(self.section).unwrap_or(u16::MAX);
        edges.into_iter().try_for_each(|(a, b)| meet(a, b, band))
    }

    /// Each node's lowest neighbour, or itself, and the lowest band in which it met another.
    fn lowest(&self, star: Option<Star>) -> Result<Vec<(u64, u64, u16)>, RunError> {
        let mut nodes: HashMap<u64, (u64, u16)> = HashMap::new();
        lookup(&self.segments, self.section, self.range.clone(), |key, _, row| {
            let (node, (other, band)) = (key as u64, neighbour(row));
            let (low, met) = nodes.entry(node).or_insert((node, u16::MAX));
            if star != Some(Star::Small) || other <= node {
                *low = other.min(*low);
            }
            *met = band.min(*met);
        })?;
        let mut nodes: Vec<_> = nodes.into_iter().map(|(n, (low, band))| (n, low, band)).collect();
        nodes.sort_unstable();
        Ok(nodes)
    }

    /// Moves edges towards the lowest number of their component. Memory is for nodes alone, so that
    /// one with millions of neighbours is none that matters.
    fn star(&self, star: Star, edges: &mut Edges) -> Result<(), RunError> {
        let nodes = self.lowest(Some(star))?;
        let low = |node: u64| {
            let at = nodes.binary_search_by_key(&node, |(node, ..)| *node);
            at.ok().and_then(|at| nodes.get(at)).map_or(node, |(_, low, _)| *low)
        };
        let mut failed = Ok(());
        lookup(&self.segments, self.section, self.range.clone(), |key, _, row| {
            let (node, (other, _)) = (key as u64, neighbour(row));
            let moves = if star == Star::Large { other > node } else { other < node };
            if moves && failed.is_ok() {
                failed = edges.join(other, low(node));
            }
        })?;
        failed?;
        for (node, low, band) in &nodes {
            if star == Star::Small {
                edges.join(*node, *low)?;
            }
            edges.told(*node, *band)?;
        }
        Ok(())
    }

    fn labels(&self, mut out: RowsWriter) -> Result<RowsWriter, RunError> {
        let nodes = self.lowest(None)?;
        let mut unfinished = None;
        lookup(&self.segments, self.section, self.range.clone(), |key, _, row| {
            let (node, (other, _)) = (key as u64, neighbour(row));
            let at = nodes.binary_search_by_key(&node, |(node, ..)| *node);
            let low = at.ok().and_then(|at| nodes.get(at)).map_or(node, |(_, low, _)| *low);
            if low != node && other != node && other != low {
                unfinished = Some(node);
            }
        })?;
        if unfinished.is_some() {
            let message = format!("clusters are not found after {ROUNDS} rounds (`join: sharded`)");
            return Err(RunError::TooLarge(message));
        }
        nodes.iter().try_for_each(|(node, low, band)| out.push(&joined(*node, *low, *band)))?;
        Ok(out)
    }

    fn join(&self, mut out: RowsWriter) -> Result<RowsWriter, RunError> {
        let mut components =
            Components::new(self.documents).map_err(|e| RunError::TooLarge(e.to_string()))?;
        between(&self.root, &self.rows, 0..u64::MAX, |edge| {
            let (a, b, band) = parted(edge);
            components.join(a, b, band);
            Ok(())
        })?;
        let mut labels = components.labels();
        labels.try_for_each(|(document, name, band)| out.push(&joined(document, name, band)))?;
        drop(labels);
        Ok(out)
    }

    fn members(&self, mut out: SegmentWriter) -> Result<SegmentWriter, RunError> {
        for file in self.segments.iter() {
            let mut labels: Vec<(u64, u64, u16)> = Vec::new();
            let (mut first, mut last) = (u64::MAX, 0);
            file.facts(|document, _| {
                (first, last) = (first.min(document), last.max(document));
                Ok(())
            })?;
            if first > last {
                continue;
            }
            between(&self.root, &self.rows, first..last + 1, |label| {
                labels.push(parted(label));
                Ok(())
            })?;
            labels.sort_unstable();
            let mut labels = labels.into_iter().peekable();
            file.facts(|document, facts| {
                let Some((_, name, band)) = labels.next_if(|label| label.0 == document) else {
                    return Ok(());
                };
                let key = u128::from(xxh3_64(&name.to_be_bytes())) << 64 | u128::from(name);
                let mut payload = document.to_be_bytes().to_vec();
                payload.extend(band.to_be_bytes());
                payload.extend(facts);
                out.record(key, &payload)
            })?;
        }
        Ok(out)
    }

    fn choose(&self, mut out: RowsWriter) -> Result<RowsWriter, RunError> {
        let Some(policy) = self.dedup.scheme.policy() else { return Ok(out) };
        let mut facts: Vec<u8> = Vec::new();
        let mut found: Vec<(u128, u64, u16, Range<usize>)> = Vec::new();
        let is_grouped = self.dedup.is_joined();
        lookup(&self.segments, self.section, self.range.clone(), |key, first, row| {
            let (document, band, rest) = match is_grouped {
                true => {
                    let band = row.get(8..).and_then(<[u8]>::first_chunk);
                    let band = band.map_or(0, |band| u16::from_be_bytes(*band));
                    (super::records::number(row), band, row.get(10..))
                }
                false => (first + u64::from(head(row)), 0, row.get(4..)),
            };
            let start = facts.len();
            facts.extend_from_slice(rest.unwrap_or_default());
            found.push((key, document, band, start..facts.len()));
        })?;
        found.sort_unstable_by_key(|(key, document, ..)| (*key, *document));
        let mut rulings: Vec<Ruling> = Vec::new();
        for cluster in runs(&found, |(key, ..)| *key).filter(|run| run.len() > 1) {
            let members = found.get(cluster).unwrap_or_default().iter();
            let members: Vec<Member<'_>> = members
                .map(|(_, document, band, range)| {
                    let facts = facts.get(range.clone()).unwrap_or_default();
                    Member { document: *document, band: *band, facts }
                })
                .collect();
            rule(policy, self.dedup.minima(), self.first, &members, &mut rulings);
        }
        rulings.retain(|ruling| ruling.document >= self.first);
        rulings.sort_unstable_by_key(|ruling| ruling.document);
        let mut record = Vec::new();
        for ruling in rulings {
            record.clear();
            ruling.write(&mut record);
            out.push(&record)?;
        }
        Ok(out)
    }

    fn repeats(&self, mut out: RowsWriter) -> Result<RowsWriter, RunError> {
        let Scheme::Passages(passages) = &self.dedup.scheme else { return Ok(out) };
        let mut found: Vec<(u128, Place)> = Vec::with_capacity(self.expected());
        lookup(&self.segments, self.section, self.range.clone(), |key, first, row| {
            let place = row.get(4..).map_or(0, head);
            found.push((key, (first + u64::from(head(row)), place)));
        })?;
        found.sort_unstable();
        let mut gone: Vec<Place> = Vec::new();
        for equal in runs(&found, |(key, _)| *key).filter(|run| run.len() > 1) {
            let equal = found.get(equal).unwrap_or_default().iter().map(|(_, place)| *place);
            let equal: Vec<Place> = equal.collect();
            gone.extend(repeats(passages, self.first, &equal));
        }
        gone.sort_unstable();
        gone.into_iter().try_for_each(|(document, place)| out.push(&placed(document, place)))?;
        Ok(out)
    }
}

/// The shape of edges by node: the neighbour and a band, behind the node's hash and number.
const NEIGHBOURS: Shape = Shape { sections: 1, key: 16, payload: 10, facts: 0 };

/// The neighbour in a record; and the band, which only the records of nodes beside themselves tell.
fn neighbour(row: &[u8]) -> (u64, u16) {
    let band = row.get(8..).and_then(<[u8]>::first_chunk);
    (super::records::number(row), band.map_or(u16::MAX, |band| u16::from_be_bytes(*band)))
}

/// Edges on their way to a file, by both of their nodes.
struct Edges(SegmentWriter);

impl Edges {
    fn write(&mut self, node: u64, other: u64, band: u16) -> Result<(), RunError> {
        let key = u128::from(xxh3_64(&node.to_be_bytes())) << 64 | u128::from(node);
        let mut payload = [0; 10];
        let bytes = other.to_be_bytes().into_iter().chain(band.to_be_bytes());
        payload.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
        self.0.record(key, &payload)
    }

    fn join(&mut self, a: u64, b: u64) -> Result<(), RunError> {
        if a == b {
            return Ok(());
        }
        self.write(a, b, u16::MAX)?;
        self.write(b, a, u16::MAX)
    }

    /// The lowest band in which a node met another.
    fn told(&mut self, node: u64, band: u16) -> Result<(), RunError> {
        self.write(node, node, band)
    }

    fn meet(&mut self, a: u64, b: u64, band: u16) -> Result<(), RunError> {
        self.join(a, b)?;
        self.told(a, band)?;
        self.told(b, band)
    }
}

/// A sum over all records of the segments of some notes, whatever order they are in.
pub(crate) fn sum(notes: &[Note]) -> (u64, u64) {
    let files = notes.iter().flat_map(|note| &note.records);
    files.fold((0, 0), |(count, sum), file| match &file.contents {
        Contents::Segments { extents, sum: more, .. } => {
            let records = extents.iter().flat_map(|extent| &extent.records);
            let records: u64 = records.map(|n| u64::from(*n)).sum();
            (count + records, sum.wrapping_add(*more))
        }
        Contents::Rows { .. } | Contents::Filter { .. } => (count, sum),
    })
}

/// Bytes of two numbers and a band.
const EDGE: usize = 18;
const LABEL: usize = EDGE;

fn joined(a: u64, b: u64, band: u16) -> [u8; EDGE] {
    let bytes = a.to_be_bytes().into_iter().chain(b.to_be_bytes()).chain(band.to_be_bytes());
    let mut record = [0; EDGE];
    record.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
    record
}

fn parted(record: &[u8]) -> (u64, u64, u16) {
    let (a, rest) = record.split_first_chunk().unwrap_or((&[0; 8], &[]));
    let (b, rest) = rest.split_first_chunk().unwrap_or((&[0; 8], &[]));
    let band = rest.first_chunk().unwrap_or(&[0; 2]);
    (u64::from_be_bytes(*a), u64::from_be_bytes(*b), u16::from_be_bytes(*band))
}

/// A passage of a document, as a record.
fn placed(document: u64, place: u32) -> [u8; PLACE] {
    let mut record = [0; PLACE];
    let bytes = document.to_be_bytes().into_iter().chain(place.to_be_bytes());
    record.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
    record
}

/// The four bytes that something begins with, as a number.
fn head(bytes: &[u8]) -> u32 {
    bytes.first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes))
}

/// The shape of documents by component: number, band and facts behind the key.
fn members(scheme: &Scheme) -> Shape {
    Shape { sections: 1, key: 16, payload: 8 + 2 + scheme.facts(), facts: 0 }
}

/// Works on a task; whether it was done, which it is not if the run is to stop.
pub(crate) fn work(task: &Task, setup: &Setup<'_>, folder: &Folder) -> Result<bool, RunError> {
    let Some(Part::Sorting(sorting)) = task.parts.first() else { return Ok(true) };
    if setup.stop.load(Ordering::Relaxed) {
        return Ok(false);
    }
    let path = folder.between(setup.leg, &format!("{}.bin", task.part));
    let Some(records) = sorting.work(folder, &path, setup.stop)? else { return Ok(false) };
    let note = Note {
        inputs: vec![sorting.entry()],
        stamps: Some(vec![Vec::new()]),
        leg: setup.leg,
        plan: setup.hash.to_owned(),
        records,
        ..Note::default()
    };
    folder.write_note(&task.key, &note)?;
    Ok(true)
}
