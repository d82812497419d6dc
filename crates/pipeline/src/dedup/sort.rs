//! Legs that sort: tasks that bring together what sketches have in common.

use super::records::{
    Contents, Numbered, RecordFile, RowsWriter, Runs, SegmentWriter, band_at, between, number,
    packed, prefixes, spread, write_filter,
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
use cc_math_dedup::bloom::Overlap;
use cc_math_dedup::components::Components;
use cc_math_dedup::ruling::RULING;
use cc_math_dedup::segment::Shape;
use cc_math_dedup::sketch::Scheme;
use cc_math_store::Root;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Keys that a task has in memory, at most.
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
#[derive(Default)]
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
pub(crate) fn digest<'a>(files: impl Iterator<Item = &'a RecordFile>) -> String {
    let names: Vec<String> = files.map(|file| format!("{} {}", file.path, file.xxh3)).collect();
    document_id(None, names.join("\n").as_bytes())
}

/// The tasks of a leg that sorts.
pub(crate) fn tasks(
    leg: &Leg,
    dedup: &Arc<Dedup>,
    sort: Sort,
    history: &History<'_>,
) -> Result<Vec<Task>, RunError> {
    if matches!(sort, Sort::Star(_)) && history.unchanged > 1 {
        return Ok(Vec::new());
    }
    let last = records_of(history.last);
    // Rounds of stars look at no sketch.
    let Sketches { files: sketches, first, documents } = match sort {
        Sort::Star(_) | Sort::Labels => Sketches::default(),
        _ => Sketches::of(dedup, history)?,
    };
    let grouped = || -> Vec<Numbered> {
        let root = history.root;
        let number =
            |file: &RecordFile| Numbered { root: root.clone(), file: file.clone(), base: 0 };
        last.iter().map(number).collect()
    };
    let (segments, rows) = match sort {
        Sort::Join => (Vec::new(), last),
        Sort::Members => (sketches, last),
        Sort::Star(_) | Sort::Labels => (grouped(), Vec::new()),
        Sort::Choose if dedup.is_joined() => (grouped(), Vec::new()),
        Sort::Bands | Sort::Choose | Sort::Repeats | Sort::Filter => (sketches, Vec::new()),
    };
    let held = history.held.iter().filter_map(|note| note.held.clone());
    let held: Vec<HeldFile> = held.filter(|_| sort == Sort::Filter).collect();
    let all = || segments.iter().map(|file| &file.file).chain(&rows);
    let (digest, bytes) = (digest(all()).into(), all().map(|file| file.bytes).sum());
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
        digest,
        bytes,
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
        match &self.dedup.scheme {
            Scheme::Bloom(overlap) => self.filtered(overlap, folder, path, stop),
            _ => self.sorted(folder, path).map(Some),
        }
    }

    fn filtered(
        &self,
        overlap: &Overlap,
        folder: &Folder,
        path: &str,
        stop: &AtomicBool,
    ) -> Result<Option<Vec<RecordFile>>, RunError> {
        let rows = RowsWriter::new(folder.pending_of(path)?, PLACE);
        let Some((filter, rows)) = self.filter(overlap, rows, stop)? else { return Ok(None) };
        let mut files = vec![rows.finish(folder, path.to_owned())?];
        if self.dedup.index.as_ref().is_some_and(|index| index.add_as.is_some()) {
            let path = format!("{path}.filter");
            files.push(write_filter(&filter, folder.pending_of(&path)?, folder, path)?);
        }
        Ok(Some(files))
    }

    fn sorted(&self, folder: &Folder, path: &str) -> Result<Vec<RecordFile>, RunError> {
        let file = || folder.pending_of(path);
        let segments = |shape| file().map(|file| SegmentWriter::new(file, shape));
        let rows = |width| file().map(|file| RowsWriter::new(file, width));
        let runs = |width| Runs::new(folder, path, width);
        let made = match self.sort {
            Sort::Bands if self.dedup.join == Join::Memory => {
                let mut edges = runs(EDGE);
                self.bands(&mut |a, b, band| edges.push(&joined(a, b, band)))?;
                return edges.finish();
            }
            Sort::Choose => return self.choose(runs(RULING))?.finish(),
            Sort::Repeats | Sort::Filter => return self.repeats(runs(PLACE))?.finish(),
            Sort::Bands => {
                let mut edges = Edges(segments(NEIGHBOURS)?);
                self.bands(&mut |a, b, band| edges.meet(a, b, band))?;
                edges.0.finish(folder, path.to_owned())
            }
            Sort::Star(star) => {
                let mut edges = Edges(segments(NEIGHBOURS)?);
                self.star(star, &mut edges)?;
                edges.0.finish(folder, path.to_owned())
            }
            Sort::Members => {
                let members = segments(members(&self.dedup.scheme))?;
                self.members(members)?.finish(folder, path.to_owned())
            }
            Sort::Labels => self.labels(rows(LABEL)?)?.finish(folder, path.to_owned()),
            Sort::Join => self.join(rows(LABEL)?)?.finish(folder, path.to_owned()),
        };
        Ok(vec![made?])
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
            between(&self.root, &self.rows, file.documents(), |label| {
                labels.push(parted(label));
                Ok(())
            })?;
            labels.sort_unstable();
            let mut labels = labels.into_iter().peekable();
            file.facts(|document, facts| {
                let Some((_, name, band)) = labels.next_if(|label| label.0 == document) else {
                    return Ok(());
                };
                let mut payload = document.to_be_bytes().to_vec();
                payload.extend(band.to_be_bytes());
                payload.extend(facts);
                out.record(spread(name), &payload)
            })?;
        }
        Ok(out)
    }
}

/// Bytes of two numbers and a band.
const EDGE: usize = 18;
const LABEL: usize = EDGE;

pub(super) fn joined(a: u64, b: u64, band: u16) -> [u8; EDGE] {
    packed(&[&a.to_be_bytes(), &b.to_be_bytes(), &band.to_be_bytes()])
}

fn parted(record: &[u8]) -> (u64, u64, u16) {
    let second = record.get(8..).unwrap_or_default();
    (number(record), number(second), band_at(record, 16))
}

/// A passage of a document, as a record.
pub(super) fn placed(document: u64, place: u32) -> [u8; PLACE] {
    packed(&[&document.to_be_bytes(), &place.to_be_bytes()])
}

/// The four bytes that something begins with, as a number.
pub(super) fn head(bytes: &[u8]) -> u32 {
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
