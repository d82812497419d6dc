//! Where a plan is cut: a leg ends at a stage that has to know of all documents before the next
//! stage can begin. What the tasks of a leg held is what those of the next one read.

use crate::dedup::rules::Rules;
use crate::dedup::sort::{self, History, digest, records_of};
use crate::dedup::{Dedup, Sort};
use crate::draw;
use crate::error::RunError;
use crate::folder::HeldFile;
use crate::mix::Draw;
use crate::plan::{Again, Part, Task};
use crate::stages::Step;
use cc_math_core::{Document, document_id};
use cc_math_store::{Frame, Root};
use serde_json::Value as Json;
use std::sync::Arc;

/// A stage at which a leg ends.
#[derive(Debug, Clone)]
pub(crate) enum Turn {
    /// Documents go on as they are.
    Persist,
    /// So many go on.
    Limit(u64),
    /// They go on in another order.
    Shuffle { seed: u64 },
    /// They were measured only; the next leg reads them again, and draws.
    Mix,
    /// They are compared with one another, which may take legs that sort.
    Compare(Arc<Dedup>),
}

/// What a leg works on.
#[derive(Debug, Clone)]
pub(crate) enum Work {
    /// Documents, which go from step to step.
    Documents(Arc<[Step]>),
    /// What was written down of documents.
    Sort(Arc<Dedup>, Sort),
}

/// What happens between two turns.
#[derive(Debug, Clone)]
pub(crate) struct Leg {
    /// 32 hexadecimal digits over all options that show in what it makes.
    pub(crate) hash: String,
    pub(crate) work: Work,
    /// How it ends, if it is not the last.
    pub(crate) turn: Option<Turn>,
}

/// Documents that a task of the leg before held, all or some of them.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    /// Path in the output folder, which names it.
    pub(crate) name: Arc<str>,
    /// Where that begins.
    pub(crate) root: Root,
    pub(crate) xxh3: String,
    /// The frames to be read, each with the number of the rows before it in the file.
    pub(crate) frames: Vec<(Frame, u64)>,
    pub(crate) choice: Choice,
}

/// Which documents of a held file are meant.
#[derive(Debug, Clone)]
pub(crate) enum Choice {
    All,
    /// The first of the file go on, the others are dropped.
    First(u64),
    /// Those with keys from the first to the second; the others are another task's.
    Keys(Order, u64, u64),
    /// All that these rules let pass; the number is that of the file's first document.
    Ruled(Arc<Rules>, u64),
}

/// A random order of documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) seed: u64,
}

/// Slots that documents are spread over: their keys' upper eight bits.
const SLOT_SHIFT: u32 = 56;
const SLOTS: u16 = 256;

/// Size in memory of the documents that a task puts in order.
const SORT_WEIGHT: u64 = 48 << 20;

impl Order {
    /// Where a document stands.
    pub(crate) fn key(self, document: &Document) -> u64 {
        draw::key(self.seed, "shuffle\0", document)
    }

    pub(crate) fn slot(self, document: &Document) -> u16 {
        (self.key(document) >> SLOT_SHIFT) as u16
    }

    /// Puts documents in order; equal ids follow one another by address and text.
    pub(crate) fn sort(self, documents: &mut [Document]) {
        let tie = |d: &Document| (self.key(d), d.id.clone());
        documents.sort_by_cached_key(tie);
        let same = |a: &Document, b: &Document| a.id == b.id;
        for twins in documents.chunk_by_mut(same).filter(|twins| twins.len() > 1) {
            twins.sort_by(|a, b| (&a.url, &a.text).cmp(&(&b.url, &b.text)));
        }
    }
}

impl Leg {
    /// A leg; `json` says all that shows in what it makes.
    pub(crate) fn new(work: Work, turn: Option<Turn>, json: &Json) -> Self {
        Self { hash: document_id(None, json.to_string().as_bytes()), work, turn }
    }

    /// What documents go through in it.
    pub(crate) fn steps(&self) -> &[Step] {
        if let Work::Documents(steps) = &self.work { steps } else { &[] }
    }

    /// The tasks that go on with what the leg before held, which was the `first` or not: where so
    /// many documents are wanted, it need not have read more than gives them. Its notes are in the
    /// order of its tasks.
    ///
    /// # Errors
    /// If an index cannot be read that documents are compared with.
    pub(crate) fn tasks(
        &self,
        turn: &Turn,
        first: bool,
        history: &History<'_>,
    ) -> Result<Vec<Task>, RunError> {
        let root = history.root;
        let mut files: Vec<&HeldFile> =
            history.held.iter().filter_map(|note| note.held.as_ref()).collect();
        if let Work::Sort(dedup, sort) = &self.work {
            return sort::tasks(self, dedup, *sort, history);
        }
        Ok(match *turn {
            Turn::Persist => self.one_by_one(root, &files, |_| Choice::All),
            Turn::Limit(most) => {
                let mut left = most;
                let needed = enough(files.iter().map(|file| Some(file.rows)), most);
                files.truncate(needed.filter(|_| first).unwrap_or(files.len()));
                self.one_by_one(root, &files, |file| {
                    let first = left.min(file.rows);
                    left -= first;
                    Choice::First(first)
                })
            }
            Turn::Shuffle { seed } => self.by_key(Order { seed }, root, &files),
            Turn::Compare(ref dedup) => self.ruled(dedup, &files, history)?,
            Turn::Mix => Vec::new(),
        })
    }

    /// Tasks that carry out what was ruled on documents.
    fn ruled(
        &self,
        dedup: &Arc<Dedup>,
        files: &[&HeldFile],
        history: &History<'_>,
    ) -> Result<Vec<Task>, RunError> {
        let ruled = records_of(history.last);
        let (root, digest) = (history.root.clone(), digest(ruled.iter()));
        let rules = Arc::new(Rules { dedup: Arc::clone(dedup), root, files: ruled, digest });
        let (_, mut base) = sort::indexed(dedup)?;
        if history.held.iter().any(|note| note.pieces.is_some()) {
            return Ok(self.read_again(&rules, base, history));
        }
        Ok(self.one_by_one(history.root, files, |file| {
            base += file.rows;
            Choice::Ruled(Arc::clone(&rules), base - file.rows)
        }))
    }

    /// Tasks that read tables again, the first document of which has this number.
    fn read_again(&self, rules: &Arc<Rules>, mut base: u64, history: &History<'_>) -> Vec<Task> {
        let mut tasks = Vec::new();
        for (task, note) in history.tasks.iter().zip(history.held) {
            let [Part::Whole(input)] = task.parts.as_slice() else { continue };
            let entry = note.inputs.iter().find(|entry| *entry.name == *input.name);
            let (Some(pieces), Some(entry)) = (&note.pieces, entry) else { continue };
            let identity = format!("{} {} {rules:?} {base}", input.name, entry.xxh3);
            let again = Again {
                input: input.clone(),
                rules: Arc::clone(rules),
                base,
                pieces: Arc::clone(pieces),
                xxh3: entry.xxh3.clone(),
            };
            base += note.rows();
            let again =
                Task::new(&self.hash, stem(&task.part), &[identity], vec![Part::Again(again)]);
            tasks.push(Task { source: task.source, ..again });
        }
        tasks
    }

    /// The tasks of a plan again, after a leg that measured; documents are drawn at these rates.
    pub(crate) fn again(&self, tasks: &[Task], draw: &Draw) -> Vec<Task> {
        let again = tasks.iter().map(|task| {
            let rate = draw.rates.get(task.source).copied().unwrap_or(0.0);
            let names = task.parts.iter().map(|part| part.name().to_owned());
            let identity: Vec<String> = names.chain([format!("rate {rate}")]).collect();
            let again = Task::new(&self.hash, stem(&task.part), &identity, task.parts.clone());
            Task { source: task.source, ..again }
        });
        again.collect()
    }

    fn one_by_one(
        &self,
        root: &Root,
        files: &[&HeldFile],
        mut choice: impl FnMut(&HeldFile) -> Choice,
    ) -> Vec<Task> {
        let filled = files.iter().filter(|file| file.rows > 0);
        let task = |file: &&HeldFile| {
            let held = file.held(root, choice(file), |_| true);
            self.task(file.stem(), vec![held])
        };
        filled.map(task).collect()
    }

    /// A task for every range of keys.
    fn by_key(&self, order: Order, root: &Root, files: &[&HeldFile]) -> Vec<Task> {
        let mut weights = vec![0; usize::from(SLOTS)];
        for frame in files.iter().flat_map(|file| &file.frames) {
            weights.get_mut(usize::from(frame.slot)).into_iter().for_each(|w| *w += frame.weight);
        }
        let task = |(index, (from, to)): (usize, (u64, u64))| {
            let slots = (from >> SLOT_SHIFT) as u16..=(to >> SLOT_SHIFT) as u16;
            let held = files.iter().map(|file| {
                file.held(root, Choice::Keys(order, from, to), |f| slots.contains(&f.slot))
            });
            self.task(&format!("{index:05}"), held.filter(|held| !held.frames.is_empty()).collect())
        };
        ranges(&weights).into_iter().enumerate().map(task).filter(|t| !t.parts.is_empty()).collect()
    }

    fn task(&self, stem: &str, held: Vec<Held>) -> Task {
        let identities = held.iter().map(|h| format!("{} {} {:?}", h.name, h.xxh3, h.choice));
        let identity: Vec<String> = identities.collect();
        Task::new(&self.hash, stem, &identity, held.into_iter().map(Part::Held).collect())
    }
}

/// Ranges of keys, ends included, that together hold all and each about as much as is put in
/// order at once: neighbouring slots joined, a slot that is too large divided.
fn ranges(weights: &[u64]) -> Vec<(u64, u64)> {
    let mut ranges = Vec::new();
    let (mut from, mut held) = (0_u64, 0);
    for (slot, weight) in (0_u64..).zip(weights) {
        let start = slot << SLOT_SHIFT;
        let end = start | ((1 << SLOT_SHIFT) - 1);
        if held > 0 && held + weight > SORT_WEIGHT {
            ranges.push((from, start - 1));
            (from, held) = (start, 0);
        }
        let pieces = weight.div_ceil(SORT_WEIGHT).max(1);
        let step = (1_u64 << SLOT_SHIFT) / pieces;
        for piece in 1..pieces {
            let next = start + piece * step;
            ranges.push((from, next - 1));
            from = next;
        }
        held += weight / pieces;
        if Some(slot + 1) == u64::try_from(weights.len()).ok() {
            ranges.push((from, end));
        }
    }
    ranges
}

/// What the files of a task are called, without what tells them from those of another plan.
pub(crate) fn stem(part: &str) -> &str {
    let name = part.strip_prefix("part-").unwrap_or(part);
    name.rsplit_once('-').map_or(name, |(stem, _)| stem)
}

/// How many of the tasks, in their order, give so many documents; all where they give fewer.
pub(crate) fn enough(documents: impl Iterator<Item = Option<u64>>, wanted: u64) -> Option<usize> {
    let mut sum = 0;
    for (index, documents) in documents.enumerate() {
        sum += documents?;
        if sum >= wanted {
            return Some(index + 1);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_cover_all_keys_once_and_none_is_too_heavy() {
        let light = vec![1; 256];
        assert_eq!(ranges(&light), [(0, u64::MAX)]);
        let mut weights = vec![SORT_WEIGHT / 3; 256];
        weights[7] = 5 * SORT_WEIGHT;
        weights[255] = 2 * SORT_WEIGHT;
        let ranges = ranges(&weights);
        assert_eq!((ranges[0].0, ranges[ranges.len() - 1].1), (0, u64::MAX));
        assert!(ranges.windows(2).all(|pair| pair[0].1 + 1 == pair[1].0));
        let share = |(from, to): (u64, u64)| {
            let slots = (from >> SLOT_SHIFT)..=(to >> SLOT_SHIFT);
            let part = |slot: u64| {
                let start = slot << SLOT_SHIFT;
                let end = start | ((1 << SLOT_SHIFT) - 1);
                let width = to.min(end) - from.max(start);
                weights[slot as usize] as f64 * (width as f64 / (1_u64 << SLOT_SHIFT) as f64)
            };
            slots.map(part).sum::<f64>()
        };
        for range in ranges {
            assert!(share(range) < 1.4 * SORT_WEIGHT as f64, "{range:x?}: {}", share(range));
        }
    }

    #[test]
    fn a_prefix_is_enough_only_if_it_is_known() {
        let known = [Some(3), Some(0), Some(4), None];
        assert_eq!(enough(known.into_iter(), 3), Some(1));
        assert_eq!(enough(known.into_iter(), 7), Some(3));
        assert_eq!(enough(known.into_iter(), 8), None);
        assert_eq!(enough([Some(1)].into_iter(), 8), None);
    }

    #[test]
    fn the_order_is_random_and_follows_ids_alone() {
        let document = |n: usize| {
            let mut document = Document::new("u", String::new());
            document.id = format!("{n:032x}");
            document
        };
        let order = Order { seed: 3 };
        let mut documents: Vec<Document> = (0..1000).map(document).collect();
        order.sort(&mut documents);
        let ids: Vec<String> = documents.iter().map(|d| d.id.clone()).collect();
        documents.reverse();
        order.sort(&mut documents);
        assert!(documents.iter().map(|d| &d.id).eq(&ids));
        let rising = ids.windows(2).filter(|pair| pair[0] < pair[1]).count();
        assert!((450..550).contains(&rising), "{rising}");
        let slots: std::collections::BTreeSet<u16> =
            documents.iter().map(|d| order.slot(d)).collect();
        assert!(slots.len() > 200);
    }
}
