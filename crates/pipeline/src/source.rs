//! What a task reads, piece by piece, in order.

use crate::dedup::rules::Rules;
use crate::guard::caught;
use crate::legs::Held;
use crate::plan::{Again, Part, Task, part_bytes};
use crate::urls::Absent;
use cc_math_core::{FailedInput, InputEntry};
use cc_math_store::{Facts, Form, Frame, Input, Piece, Pieces, Place, RecordRange, Root, sniff};
use cc_math_warc::{Chunk, Limits, Splitter};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, VecDeque};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::UNIX_EPOCH;
use xxhash_rust::xxh3::Xxh3;

/// A piece of work that any thread can do apart from all others.
pub(crate) enum Unit {
    /// A stretch of an archive.
    Chunk(Chunk),
    /// Page files, read by whoever works on them.
    Pages(Vec<PageFile>),
    /// Records picked out of archives, read by whoever works on them.
    Ranges { root: Root, ranges: Vec<RecordRange> },
    /// Some rows of a table of documents.
    Rows { name: Arc<str>, piece: Piece, source: usize },
    /// Some frames of documents that an earlier leg held.
    Held(Held),
    /// URLs that lead to no record.
    Absent { name: String, urls: Vec<Absent> },
    /// Some rows of a table that was read before, with the number of their first document.
    Again { name: Arc<str>, piece: Piece, source: usize, rules: Arc<Rules>, numbers: Range<u64> },
}

/// A page that is not in an archive.
pub(crate) struct PageFile {
    pub(crate) name: Arc<str>,
    pub(crate) content: PageContent,
}

pub(crate) enum PageContent {
    At(Place),
    Bytes(Vec<u8>),
}

/// What comes next.
pub(crate) enum Item {
    /// Work.
    Unit(Unit),
    /// An archive or table has been read to its end.
    Read(InputEntry),
    /// An archive cannot be read further.
    Failed(FailedInput),
}

/// Bytes of page files or record ranges put into one unit.
const UNIT_BYTES: u64 = 2 << 20;

/// Page files or record ranges put into one unit, at most.
const UNIT_FILES: usize = 64;

/// Bytes of rows of held documents put into one unit.
const HELD_WEIGHT: u64 = 8 << 20;

/// What is said of a table that was changed between two readings.
pub(crate) const CHANGED: &str = "it is not what it was when the run began to read it";

/// Largest page taken from standard input; larger ones are cut there and fail.
pub(crate) const PAGE_CAP: u64 = 64 << 20;

/// The parts of one task, being read.
pub(crate) struct Source {
    parts: VecDeque<Part>,
    archive: Option<Archive>,
    ranges: Option<RangeParts>,
    table: Option<Table>,
    held: Option<Held>,
    /// Which of the plan's sources the tables are of.
    source: usize,
    limits: Limits,
}

struct Table {
    input: Input,
    pieces: Pieces,
    /// What is known of it, if it was read before.
    again: Option<Known>,
}

/// What is known of a table that is read again.
struct Known {
    rules: Arc<Rules>,
    /// The number of the next document.
    next: u64,
    /// How many documents each piece that is left gives.
    counts: VecDeque<u64>,
    xxh3: String,
}

impl Known {
    /// The numbers of the next piece's documents, if it has that piece.
    fn numbers(&mut self) -> Option<Range<u64>> {
        let count = self.counts.pop_front()?;
        self.next += count;
        Some(self.next - count..self.next)
    }
}

impl Table {
    /// What was read: as it passed, or else as it is now.
    fn entry(&self) -> Option<InputEntry> {
        let name = &self.input.name;
        let read = self.pieces.digest();
        let entry = read.map(|(bytes, xxh3)| InputEntry { name: name.to_string(), bytes, xxh3 });
        entry.or_else(|| rehashed(&Part::Whole(self.input.clone())))
    }
}

struct Archive {
    name: Arc<str>,
    splitter: Splitter<Hashing>,
    hash: Arc<Mutex<Hash>>,
}

struct RangeParts {
    entry: InputEntry,
    root: Root,
    left: VecDeque<RecordRange>,
}

impl Source {
    pub(crate) fn new(task: &Task, limits: Limits) -> Self {
        let parts = task.parts.clone().into();
        let source = task.source;
        Self { parts, archive: None, ranges: None, table: None, held: None, source, limits }
    }

    /// The next item; `None` at the end of the last part.
    pub(crate) fn next(&mut self) -> Option<Item> {
        loop {
            let next = self.next_of_archive().or_else(|| self.next_of_ranges());
            let next = next.or_else(|| self.next_of_table());
            if let Some(item) = next.or_else(|| self.next_of_held()) {
                return Some(item);
            }
            match self.open() {
                Ok(Some(item)) => return Some(item),
                Ok(None) if self.parts.is_empty() && self.idle() => return None,
                Ok(None) => {}
                Err(failed) => return Some(Item::Failed(failed)),
            }
        }
    }

    fn idle(&self) -> bool {
        self.archive.is_none()
            && self.ranges.is_none()
            && self.table.is_none()
            && self.held.is_none()
    }

    fn next_of_archive(&mut self) -> Option<Item> {
        let archive = self.archive.as_mut()?;
        let item = match archive.splitter.next_chunk() {
            Ok(Some(chunk)) => return Some(Item::Unit(Unit::Chunk(chunk))),
            Ok(None) => Item::Read(lock(&archive.hash).entry(&archive.name)),
            Err(error) => Item::Failed(failed(&archive.name, format!("cannot read: {error}"))),
        };
        self.archive = None;
        Some(item)
    }

    fn next_of_ranges(&mut self) -> Option<Item> {
        let part = self.ranges.as_mut()?;
        let mut ranges = Vec::new();
        let mut bytes = 0;
        while bytes < UNIT_BYTES && ranges.len() < UNIT_FILES {
            let Some(range) = part.left.pop_front() else { break };
            bytes += range.length;
            ranges.push(range);
        }
        if !ranges.is_empty() {
            return Some(Item::Unit(Unit::Ranges { root: part.root.clone(), ranges }));
        }
        self.ranges.take().map(|part| Item::Read(part.entry))
    }

    fn next_of_table(&mut self) -> Option<Item> {
        let table = self.table.as_mut()?;
        let name = Arc::clone(&table.input.name);
        let item = match table.pieces.next_piece() {
            Ok(Some(piece)) => {
                let source = self.source;
                let Some(known) = &mut table.again else {
                    return Some(Item::Unit(Unit::Rows { name, piece, source }));
                };
                let rules = Arc::clone(&known.rules);
                if let Some(numbers) = known.numbers() {
                    return Some(Item::Unit(Unit::Again { name, piece, source, rules, numbers }));
                }
                Item::Failed(failed(&name, CHANGED.into()))
            }
            Ok(None) => match table.entry() {
                Some(entry) if table.again.as_ref().is_some_and(|k| k.xxh3 != entry.xxh3) => {
                    Item::Failed(failed(&name, CHANGED.into()))
                }
                Some(entry) => Item::Read(entry),
                None => Item::Failed(failed(&name, "it went away while it was read".into())),
            },
            Err(error) => Item::Failed(failed(&name, error.to_string())),
        };
        self.table = None;
        Some(item)
    }

    /// The next frames up to the size of a unit; behind the last, that the file has been read.
    fn next_of_held(&mut self) -> Option<Item> {
        let held = self.held.as_mut()?;
        let mut weight = 0;
        let fits = |frame: &&(Frame, u64)| {
            weight += frame.0.weight;
            weight <= HELD_WEIGHT
        };
        let count = held.frames.iter().take_while(fits).count().max(1).min(held.frames.len());
        if count > 0 {
            let frames = held.frames.drain(..count).collect();
            let unit = Held {
                name: Arc::clone(&held.name),
                root: held.root.clone(),
                xxh3: held.xxh3.clone(),
                frames,
                choice: held.choice.clone(),
            };
            return Some(Item::Unit(Unit::Held(unit)));
        }
        let Held { name, xxh3, .. } = self.held.take()?;
        Some(Item::Read(InputEntry { name: name.to_string(), bytes: 0, xxh3 }))
    }

    /// Opens the next part; gives an item at once if that needs no reading here.
    fn open(&mut self) -> Result<Option<Item>, FailedInput> {
        match self.parts.pop_front() {
            Some(Part::Whole(input)) if input.form == Form::Page => Ok(Some(self.pages(input))),
            Some(Part::Whole(input)) if input.form == Form::Documents => {
                self.open_table(input, None)
            }
            Some(Part::Again(again)) => {
                let Again { input, rules, base, pieces, xxh3 } = again;
                let counts = pieces.iter().copied().collect();
                self.open_table(input, Some(Known { rules, next: base, counts, xxh3 }))
            }
            Some(Part::Whole(input)) => self.open_archive(input),
            Some(Part::Held(held)) => {
                self.held = Some(held);
                Ok(None)
            }
            Some(Part::Absent { name, urls }) => Ok(Some(Item::Unit(Unit::Absent { name, urls }))),
            Some(part) => {
                let entry = range_entry(&part);
                if let Part::Ranges { root, ranges, .. } = part {
                    self.ranges = Some(RangeParts { entry, root, left: ranges.into() });
                }
                Ok(None)
            }
            None => Ok(None),
        }
    }

    /// This page and those that follow it, up to the size of a unit.
    fn pages(&mut self, first: Input) -> Item {
        let mut bytes = size(&first);
        let mut pages = vec![page_file(first)];
        while bytes < UNIT_BYTES && pages.len() < UNIT_FILES {
            let next = self.parts.pop_front_if(|part| is_page(part));
            let Some(Part::Whole(input)) = next else { break };
            bytes += size(&input);
            pages.push(page_file(input));
        }
        Item::Unit(Unit::Pages(pages))
    }

    fn open_table(
        &mut self,
        input: Input,
        again: Option<Known>,
    ) -> Result<Option<Item>, FailedInput> {
        let opened = caught(|| Pieces::open(&input.place).map_err(|e| e.to_string())).flatten();
        let pieces = opened.map_err(|error| failed(&input.name, error))?;
        self.table = Some(Table { input, pieces, again });
        Ok(None)
    }

    fn open_archive(&mut self, input: Input) -> Result<Option<Item>, FailedInput> {
        let fault = |error: io::Error| failed(&input.name, format!("cannot open: {error}"));
        let mut bytes = input.place.open().map_err(fault)?;
        if input.form == Form::Unknown && sniff(bytes.fill_buf().map_err(fault)?) != Form::Archive {
            let mut content = Vec::new();
            bytes.take(PAGE_CAP).read_to_end(&mut content).map_err(fault)?;
            let page = PageFile { name: input.name, content: PageContent::Bytes(content) };
            return Ok(Some(Item::Unit(Unit::Pages(vec![page]))));
        }
        let hash = Arc::new(Mutex::new(Hash::default()));
        let hashing = Hashing { bytes, hash: Arc::clone(&hash) };
        let splitter = Splitter::new(hashing, Arc::clone(&input.name), self.limits);
        self.archive = Some(Archive { name: input.name, splitter, hash });
        Ok(None)
    }
}

/// The entry of a slice of a table: what the ranges add up to, and a hash of
/// the ranges themselves, not of what lies there.
fn range_entry(part: &Part) -> InputEntry {
    let mut hash = Hash::default();
    if let Part::Ranges { ranges, .. } = part {
        for range in ranges {
            hash.update(range.file.as_bytes());
            hash.update(&range.offset.to_le_bytes());
            hash.update(&range.length.to_le_bytes());
        }
    }
    InputEntry { bytes: part_bytes(part).unwrap_or(0), ..hash.entry(part.name()) }
}

/// The entry of URLs that lead to no record: a hash of them and of why.
pub(crate) fn absent_entry(name: &str, urls: &[Absent]) -> InputEntry {
    let mut hash = Hash::default();
    for Absent { url, reason, detail } in urls {
        hash.update(format!("{url}\0{reason}\0{detail}\n").as_bytes());
    }
    hash.entry(name)
}

fn is_page(part: &Part) -> bool {
    matches!(part, Part::Whole(Input { form: Form::Page, .. }))
}

fn size(input: &Input) -> u64 {
    part_bytes(&Part::Whole(input.clone())).unwrap_or(0)
}

fn page_file(input: Input) -> PageFile {
    let content = match input.place {
        Place::Stdin => PageContent::Bytes(Vec::new()),
        place => PageContent::At(place),
    };
    PageFile { name: input.name, content }
}

pub(crate) fn failed(name: &str, error: String) -> FailedInput {
    FailedInput { name: name.into(), error }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Bytes on their way to the splitter, hashed as they pass.
struct Hashing {
    bytes: Box<dyn BufRead + Send>,
    hash: Arc<Mutex<Hash>>,
}

impl Read for Hashing {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.bytes.read(out)?;
        lock(&self.hash).update(out.get(..n).unwrap_or_default());
        Ok(n)
    }
}

/// XXH3 and length of the bytes seen so far.
#[derive(Default)]
pub(crate) struct Hash {
    hasher: Box<Xxh3>,
    bytes: u64,
}

impl Hash {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
    }

    pub(crate) fn entry(&self, name: &str) -> InputEntry {
        let xxh3 = format!("{:016x}", self.hasher.digest());
        InputEntry { name: name.into(), bytes: self.bytes, xxh3 }
    }
}

/// What tells quickly that a file is still the one that was read: size and time
/// of change, and what a store calls its content. The time is not the last word: a copied file
/// has a new one, so where the time alone differs the content of a local file is hashed again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stamp {
    bytes: u64,
    /// Nanoseconds since 1970, if the file system or store keeps that.
    changed: Option<u64>,
    /// A store's name for the content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
}

impl Stamp {
    fn of(place: &Place) -> Option<Self> {
        match place {
            Place::File(path) => Self::of_file(path),
            Place::Remote(object) => object.facts().ok().and_then(Self::of_object),
            Place::Stdin => None,
        }
    }

    fn of_file(path: &Path) -> Option<Self> {
        let data = fs::metadata(path).ok()?;
        let since = data.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let changed = since.and_then(|time| u64::try_from(time.as_nanos()).ok());
        Some(Self { bytes: data.len(), changed, etag: None })
    }

    /// None of an object that cannot be told from another of the same size.
    fn of_object(facts: &Facts) -> Option<Self> {
        let Facts { bytes, etag, modified } = facts.clone();
        let nanoseconds = |time: i64| u64::try_from(time).ok()?.checked_mul(1_000_000);
        let changed = modified.and_then(nanoseconds);
        facts.tell_apart().then_some(Self { bytes, changed, etag })
    }

    /// The stamps of the files behind a part; `None` if it cannot be stamped. Remote archives that
    /// records are picked out of are not asked for each: that would be a request a record.
    pub(crate) fn of_part(part: &Part) -> Option<Vec<Self>> {
        match part {
            Part::Whole(input) | Part::Again(Again { input, .. }) => {
                Self::of(&input.place).map(|stamp| vec![stamp])
            }
            Part::Ranges { root: Root::Remote(_), .. } => Some(Vec::new()),
            // Its hash is part of the task's key.
            Part::Held(_) => Some(Vec::new()),
            Part::Absent { .. } | Part::Sorting(_) => Some(Vec::new()),
            Part::Ranges { root, ranges, .. } => {
                let files: BTreeSet<_> = ranges.iter().map(|range| &range.file).collect();
                let local = files.into_iter().filter_map(|file| match root.place(file) {
                    Ok(Place::File(path)) => Some(path),
                    _ => None,
                });
                local.map(|path| Self::of_file(&path)).collect()
            }
        }
    }
}

/// Whether a part is what it was when `entry` and `stamps` were taken.
pub(crate) fn unchanged(part: &Part, entry: Option<&InputEntry>, stamps: &[Stamp]) -> bool {
    let Some(now) = Stamp::of_part(part) else { return false };
    match (part, entry) {
        (Part::Held(_) | Part::Sorting(_), _) => true,
        (Part::Absent { name, urls }, _) => entry == Some(&absent_entry(name, urls)),
        (Part::Ranges { .. }, _) => now == stamps && entry == Some(&range_entry(part)),
        (_, Some(entry)) => now == stamps || rehashed(part).as_ref() == Some(entry),
        (_, None) => false,
    }
}

fn rehashed(part: &Part) -> Option<InputEntry> {
    let (Part::Whole(input) | Part::Again(Again { input, .. })) = part else { return None };
    let Input { place: Place::File(path), name, .. } = input else { return None };
    let mut reader = BufReader::with_capacity(1 << 20, File::open(path).ok()?);
    let mut hash = Hash::default();
    loop {
        let bytes = reader.fill_buf().ok()?;
        let n = bytes.len();
        if n == 0 {
            return Some(hash.entry(name));
        }
        hash.update(bytes);
        reader.consume(n);
    }
}
