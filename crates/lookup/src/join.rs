//! The join: all files, on all threads, in whatever order, with one result.

use crate::capture::Capture;
use crate::index::IndexFile;
use crate::part::{Harvest, Part, PartError};
use crate::ranged::Traffic;
use crate::wanted::Wanted;
use cc_math_core::FailedInput;
use cc_math_store::RecordRange;
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// Which captures of a URL to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Captures {
    /// The newest over all crawls; of those fetched at once, the first by archive and offset.
    #[default]
    Newest,
    /// Every one.
    All,
}

/// How to look up.
pub struct LookupOptions<'a> {
    /// Which captures to take.
    pub captures: Captures,
    /// HTTP statuses to take; `None` for any. An index that does not say is believed.
    pub statuses: Option<Vec<u32>>,
    /// Threads that work.
    pub threads: usize,
    /// Told after every row group.
    pub progress: &'a (dyn Fn(&LookupProgress) + Sync),
}

/// How far a lookup is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct LookupProgress {
    /// Index files begun.
    pub files: usize,
    /// Keys read so far.
    pub keys_read: u64,
    /// Captures that fit so far.
    pub captures: u64,
}

/// Everything accounted for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct LookupCounts {
    /// URLs given: the sum of the next three.
    pub urls: u64,
    /// URLs with a capture.
    pub found: u64,
    /// URLs without.
    pub not_found: u64,
    /// What was given and is no URL.
    pub malformed: u64,
    /// Different things looked for.
    pub distinct: u64,
    /// Rows of the result.
    pub captures: u64,
    /// Captures passed over for their status.
    pub other_status: u64,
    /// Captures passed over because the index does not say where they are.
    pub incomplete: u64,
    /// Index files.
    pub index_files: u64,
    /// Rows of the index files.
    pub index_rows: u64,
    /// Row groups of them that may have held something wanted.
    pub row_groups_read: u64,
    /// Keys read: the other rows were left out by what footers say.
    pub keys_read: u64,
    /// Requests to read the index.
    pub requests: u64,
    /// Bytes read of it.
    pub bytes_read: u64,
}

/// What came of a lookup.
pub struct Found {
    /// In the order of archives and offsets, so that neighbours can be fetched together.
    pub captures: Vec<Capture>,
    /// The account.
    pub counts: LookupCounts,
    /// Index files that could not be read, or not to their end.
    pub failed: Vec<FailedInput>,
    found: Vec<bool>,
}

impl Found {
    /// Where the records are, as a plan reads them.
    pub fn ranges(&self) -> Vec<RecordRange> {
        self.captures.iter().map(Capture::range).collect()
    }

    /// The URLs without a capture, in the order they were given.
    pub fn not_found<'a>(&'a self, wanted: &'a Wanted) -> impl Iterator<Item = &'a str> {
        let found = |target: u32| self.found.get(target as usize).copied().unwrap_or_default();
        wanted
            .urls()
            .filter(move |(_, target)| target.is_ok_and(|target| !found(target)))
            .map(|(url, _)| url)
    }
}

/// Looks URLs up.
pub fn lookup(wanted: &Wanted, files: &[IndexFile], options: &LookupOptions) -> Found {
    let traffic = Traffic::default();
    let work = Work::new(files);
    let harvest = Mutex::new(Barn { found: vec![false; wanted.target_count()], ..Barn::default() });
    std::thread::scope(|scope| {
        for _ in 0..options.threads.max(1) {
            scope.spawn(|| labour(&work, &harvest, wanted, options, &traffic));
        }
    });
    let barn = harvest.into_inner().unwrap_or_else(PoisonError::into_inner);
    barn.finish(wanted, files, &traffic)
}

/// One thread's work.
fn labour<'a>(
    work: &Work<'a>,
    barn: &Mutex<Barn>,
    wanted: &Wanted,
    options: &LookupOptions,
    traffic: &'a Traffic,
) {
    while let Some(step) = work.next() {
        match step {
            Step::Open(number, file) => {
                let opened = caught(|| Part::open(file, wanted, traffic));
                let mut barn = locked(barn);
                barn.progress.files += 1;
                match opened {
                    Ok(part) => {
                        barn.open(&part);
                        work.opened(number, Some(part));
                    }
                    Err(error) => {
                        barn.fail(number, None, &error);
                        work.opened(number, None);
                    }
                }
                (options.progress)(&barn.progress);
            }
            Step::Read(number, part, group) => {
                let read = caught(|| part.read_group(group, wanted));
                let mut barn = locked(barn);
                match read {
                    Ok(harvest) => barn.store(harvest, options),
                    Err(error) => barn.fail(number, Some(group), &error),
                }
                (options.progress)(&barn.progress);
            }
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does what may panic in a library that reads a damaged file.
fn caught<T>(work: impl FnOnce() -> Result<T, PartError>) -> Result<T, PartError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        Err(PartError::Panic(text.unwrap_or_else(|| "panic".into())))
    })
}

/// What is left to do: row groups of open files first, so that few files are open at a time.
struct Work<'a> {
    left: Mutex<Left<'a>>,
    changed: Condvar,
}

struct Left<'a> {
    files: VecDeque<(usize, &'a IndexFile)>,
    groups: VecDeque<(usize, Arc<Part<'a>>, usize)>,
    opening: usize,
}

enum Step<'a> {
    Open(usize, &'a IndexFile),
    Read(usize, Arc<Part<'a>>, usize),
}

impl<'a> Work<'a> {
    fn new(files: &'a [IndexFile]) -> Self {
        let files = files.iter().enumerate().collect();
        let left = Left { files, groups: VecDeque::new(), opening: 0 };
        Self { left: Mutex::new(left), changed: Condvar::new() }
    }

    /// The next step; `None` once there is nothing left and nothing can come.
    fn next(&self) -> Option<Step<'a>> {
        let mut left = locked(&self.left);
        loop {
            if let Some((number, part, group)) = left.groups.pop_front() {
                return Some(Step::Read(number, part, group));
            }
            if let Some((number, file)) = left.files.pop_front() {
                left.opening += 1;
                return Some(Step::Open(number, file));
            }
            if left.opening == 0 {
                return None;
            }
            left = self.changed.wait(left).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn opened(&self, number: usize, part: Option<Part<'a>>) {
        let mut left = locked(&self.left);
        left.opening -= 1;
        if let Some(part) = part.map(Arc::new) {
            let groups = part.groups.iter().map(|&group| (number, Arc::clone(&part), group));
            left.groups.extend(groups.collect::<Vec<_>>());
        }
        self.changed.notify_all();
    }
}

/// Where harvests come together. What is kept does not depend on the order they come in.
#[derive(Default)]
struct Barn {
    newest: HashMap<u32, Capture>,
    all: Vec<(u32, Capture)>,
    found: Vec<bool>,
    /// By file: the first row group that failed, or none for the footer, and why.
    failed: BTreeMap<usize, (Option<usize>, String)>,
    counts: LookupCounts,
    progress: LookupProgress,
}

impl Barn {
    fn open(&mut self, part: &Part) {
        self.counts.index_rows += part.rows;
        self.counts.row_groups_read += part.groups.len() as u64;
    }

    fn fail(&mut self, file: usize, group: Option<usize>, error: &PartError) {
        let first = self.failed.get(&file).is_none_or(|(known, _)| group < *known);
        if first {
            self.failed.insert(file, (group, error.to_string()));
        }
    }

    fn store(&mut self, harvest: Harvest, options: &LookupOptions) {
        self.counts.keys_read += harvest.keys_read;
        self.counts.incomplete += harvest.incomplete;
        self.progress.keys_read += harvest.keys_read;
        for (target, capture) in harvest.captures {
            let asked = |status| options.statuses.as_ref().is_none_or(|all| all.contains(&status));
            if !capture.fetch_status.is_none_or(asked) {
                self.counts.other_status += 1;
                continue;
            }
            self.progress.captures += 1;
            if let Some(found) = self.found.get_mut(target as usize) {
                *found = true;
            }
            match options.captures {
                Captures::All => self.all.push((target, capture)),
                Captures::Newest => self.store_newest(target, capture),
            }
        }
    }

    fn store_newest(&mut self, target: u32, capture: Capture) {
        let age = |capture: &Capture| {
            let (file, offset, length) = capture.place();
            Reverse((Reverse(capture.fetch_time), file.to_owned(), offset, length))
        };
        match self.newest.entry(target) {
            std::collections::hash_map::Entry::Vacant(entry) => drop(entry.insert(capture)),
            std::collections::hash_map::Entry::Occupied(mut entry) => {
                if age(&capture) > age(entry.get()) {
                    entry.insert(capture);
                }
            }
        }
    }

    fn finish(mut self, wanted: &Wanted, files: &[IndexFile], traffic: &Traffic) -> Found {
        let mut captures = self.all;
        captures.extend(self.newest);
        captures.sort_unstable_by(|(target, a), (other, b)| {
            (a.place(), target, a.fetch_time).cmp(&(b.place(), other, b.fetch_time))
        });
        captures.dedup_by(|(target, a), (other, b)| a.place() == b.place() && target == other);
        let captures: Vec<Capture> =
            captures.into_iter().map(|(target, capture)| named(capture, target, wanted)).collect();
        let failed = self.failed.into_iter().filter_map(|(number, (_, error))| {
            Some(FailedInput { name: files.get(number)?.name.to_string(), error })
        });
        count_urls(&mut self.counts, wanted, &self.found);
        self.counts.captures = captures.len() as u64;
        self.counts.index_files = files.len() as u64;
        self.counts.requests = traffic.requests();
        self.counts.bytes_read = traffic.bytes();
        Found { captures, counts: self.counts, failed: failed.collect(), found: self.found }
    }
}

/// A capture that says what it is a capture of.
fn named(capture: Capture, target: u32, wanted: &Wanted) -> Capture {
    let requested_url = wanted.url_of(target).into();
    Capture { requested_url, url_surtkey: wanted.key_of(target).into(), ..capture }
}

fn count_urls(counts: &mut LookupCounts, wanted: &Wanted, found: &[bool]) {
    counts.distinct = wanted.target_count() as u64;
    for (_, target) in wanted.urls() {
        counts.urls += 1;
        match target.map(|target| found.get(target as usize).copied().unwrap_or_default()) {
            Ok(true) => counts.found += 1,
            Ok(false) => counts.not_found += 1,
            Err(_) => counts.malformed += 1,
        }
    }
}
