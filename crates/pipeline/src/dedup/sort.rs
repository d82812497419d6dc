//! Legs that sort: tasks that bring together what sketches have in common.

use super::records::{
    Contents, Numbered, RecordFile, RowsWriter, SegmentWriter, between, lookup, prefixes,
    write_filter,
};
use super::rules::PLACE;
use super::stars::{Edges, NEIGHBOURS};
use super::{Dedup, Join, Sort};
use crate::engine::Setup;
use crate::error::RunError;
use crate::folder::{Folder, HeldFile, Note};
use crate::legs::Leg;
use crate::plan::{Part, Task};
use cc_math_core::{InputEntry, document_id};
use cc_math_dedup::components::Components;
use cc_math_dedup::ruling::{Member, Place, RULING, Ruling, repeats, rule, runs};
use cc_math_dedup::segment::{PREFIX_BITS, Shape};
use cc_math_dedup::sketch::Scheme;
use cc_math_store::{Pending, Root};
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
    pub(super) root: Root,
    pub(super) dedup: Arc<Dedup>,
    pub(super) sort: Sort,
    /// Files of segments, all or some of them.
    pub(super) segments: Arc<[Numbered]>,
    /// Sorted files of the leg before.
    pub(super) rows: Arc<[RecordFile]>,
    /// Documents, where they are looked at again.
    pub(super) held: Arc<[HeldFile]>,
    pub(super) section: usize,
    pub(super) range: Range<u32>,
    /// The number of the first document that is not an index's.
    pub(super) first: u64,
    /// How many documents there are.
    pub(super) documents: u64,
    /// Tells the files from others.
    pub(super) digest: Arc<str>,
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

/// Bytes of two numbers and a band.
const EDGE: usize = 18;
const LABEL: usize = EDGE;

pub(super) fn joined(a: u64, b: u64, band: u16) -> [u8; EDGE] {
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
pub(super) fn placed(document: u64, place: u32) -> [u8; PLACE] {
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
