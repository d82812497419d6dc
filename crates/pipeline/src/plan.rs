//! What a run is going to do: options with their defaults, inputs cut into tasks.

use crate::dedup::rules::Rules;
use crate::dedup::sort::Sorting;
use crate::legs::{Held, Leg, Turn, Work};
use crate::mix::{Mix, TableSource};
use crate::urls::{Absent, Records};
use cc_math_core::document_id;
use cc_math_extract::{EXTRACTOR, MathMode};
use cc_math_store::{Form, Format, Input, Place, RecordRange, Root};
use serde_json::{Value as Json, json};
use std::sync::Arc;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// The options of `cc-math extract` that show in its output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExtractOptions {
    /// Which pages are kept.
    pub math: MathMode,
    /// The shape of the documents' files.
    pub format: Format,
}

impl ExtractOptions {
    /// The options as they stand in manifests.
    fn to_json(self) -> Json {
        let math = match self.math {
            MathMode::Required => "required",
            MathMode::Any => "any",
        };
        let format = self.format.name();
        json!({ "extract": { "math": math, "format": format, "extractor": EXTRACTOR } })
    }
}

/// Options and tasks. The hash is over the options alone, so that inputs can be
/// added to a finished run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Which pages become documents.
    pub(crate) math: MathMode,
    /// What documents go through then; at least one leg.
    pub(crate) legs: Vec<Leg>,
    /// Where documents come from, if not from pages; tasks name one by its place.
    pub(crate) sources: Vec<TableSource>,
    /// How these are blended, which takes a first leg that measures them.
    pub(crate) mix: Option<Mix>,
    pub(crate) format: Format,
    /// The column or entry of the metadata by whose values documents go to folders of their own.
    pub(crate) partition: Option<String>,
    pub(crate) seed: Option<u64>,
    pub(crate) json: Json,
    pub(crate) hash: String,
    /// The tasks of the first leg. Those of the next follow from what it held.
    pub(crate) tasks: Vec<Task>,
}

/// A unit of resumption: its inputs become one file of documents and one of
/// rejects. `key` depends on the plan and on the inputs' names.
#[derive(Debug, Clone)]
pub(crate) struct Task {
    pub(crate) key: String,
    /// Name of its files, without folder and ending.
    pub(crate) part: String,
    pub(crate) parts: Vec<Part>,
    /// Which of the sources it reads.
    pub(crate) source: usize,
}

/// Something a task reads.
#[derive(Debug, Clone)]
pub(crate) enum Part {
    /// One archive, page, or what standard input holds.
    Whole(Input),
    /// Some rows of a table of record ranges.
    Ranges { name: String, root: Root, ranges: Vec<RecordRange> },
    /// Documents that an earlier leg held.
    Held(Held),
    /// URLs that lead to no record.
    Absent { name: String, urls: Vec<Absent> },
    /// What was written down of documents.
    Sorting(Sorting),
    /// A table of documents that was read before, with what was ruled on them since.
    Again(Again),
}

/// A table of documents that is read again.
#[derive(Debug, Clone)]
pub(crate) struct Again {
    pub(crate) input: Input,
    pub(crate) rules: Arc<Rules>,
    /// The number of its first document.
    pub(crate) base: u64,
    /// How many documents each piece of it gave.
    pub(crate) pieces: Arc<[u64]>,
    /// What it was when it was read first.
    pub(crate) xxh3: String,
}

impl Part {
    pub(crate) fn name(&self) -> &str {
        match self {
            Part::Whole(input) => &input.name,
            Part::Ranges { name, .. } | Part::Absent { name, .. } => name,
            Part::Held(held) => &held.name,
            Part::Sorting(sorting) => &sorting.name,
            Part::Again(again) => &again.input.name,
        }
    }
}

impl Task {
    /// A task of a leg. What `identity` says tells it from the leg's other tasks.
    pub(crate) fn new(leg: &str, stem: &str, identity: &[String], parts: Vec<Part>) -> Self {
        let mut whole = leg.to_owned();
        identity.iter().for_each(|part| {
            whole.push('\0');
            whole.push_str(part);
        });
        let key = document_id(None, whole.as_bytes());
        let part = format!("part-{stem}-{}", key.get(..8).unwrap_or(&key));
        Self { key, part, parts, source: 0 }
    }
}

/// Pages in one task: a file of documents a page would be wasteful.
const PAGES: usize = 512;

/// Record ranges in one task.
const RANGES: usize = 4096;

/// URLs in one task that lead to no record.
const ABSENT: usize = 1 << 16;

impl Plan {
    /// A plan whose output goes to files: a task an archive, some hundred pages
    /// or some thousand record ranges.
    pub fn new(options: ExtractOptions, inputs: Vec<Input>) -> Self {
        Self::empty(options).with(inputs)
    }

    /// The plan with these inputs of a source cut into tasks, too.
    pub(crate) fn with_source(self, source: usize, inputs: Vec<Input>) -> Self {
        let before = self.tasks.len();
        let mut plan = self.with(inputs);
        plan.tasks.iter_mut().skip(before).for_each(|task| task.source = source);
        plan
    }

    /// The first leg of which anything is written: one that measures leaves no trace.
    pub(crate) fn first(&self) -> usize {
        usize::from(self.mix.is_some())
    }

    /// Whether the documents of a leg are read from their tables again after it, so that they need
    /// not be held: nothing was done to them yet.
    pub(crate) fn reads_again(&self, index: usize) -> bool {
        let leg = self.legs.get(index).filter(|leg| index == 0 && leg.steps().is_empty());
        let Some(Turn::Compare(dedup)) = leg.and_then(|leg| leg.turn.as_ref()) else {
            return false;
        };
        let is_table = |part: &Part| match part {
            Part::Whole(input) => {
                input.form == Form::Documents && !matches!(input.place, Place::Stdin)
            }
            _ => false,
        };
        let alone = |task: &Task| matches!(task.parts.as_slice(), [part] if is_table(part));
        !dedup.looks_again() && self.mix.is_none() && self.tasks.iter().all(alone)
    }

    /// The plan with these inputs cut into tasks.
    pub(crate) fn with(mut self, inputs: Vec<Input>) -> Self {
        let plan = &mut self;
        let mut pages = Vec::new();
        for input in inputs {
            match input.form {
                Form::Page => pages.push(Part::Whole(input)),
                Form::Archive | Form::Documents | Form::Unknown => {
                    let stem = stem(&input.name);
                    plan.add(&stem, vec![Part::Whole(input)]);
                }
                Form::Ranges { root, ranges } => {
                    let stem = stem(&input.name);
                    for part in slices(&input.name, root, &ranges) {
                        plan.add(&stem, vec![part]);
                    }
                }
            }
        }
        for group in pages.chunks(PAGES) {
            plan.add("pages", group.to_vec());
        }
        self
    }

    /// The plan with what came of URLs cut into tasks.
    pub(crate) fn with_records(mut self, records: Records) -> Self {
        for part in slices("urls", records.root, &records.ranges) {
            self.add("urls", vec![part]);
        }
        for (index, urls) in records.absent.chunks(ABSENT).enumerate() {
            let part = Part::Absent { name: format!("absent[{index}]"), urls: urls.to_vec() };
            self.add("absent", vec![part]);
        }
        self
    }

    /// The plan with its tasks in a random order, which follows from the inputs' names.
    pub(crate) fn scattered(mut self, seed: u64) -> Self {
        self.tasks.sort_by_cached_key(|task| {
            let names: Vec<&str> = task.parts.iter().map(Part::name).collect();
            let name = names.join("\0");
            (xxh3_64_with_seed(name.as_bytes(), seed), name)
        });
        self
    }

    /// A plan whose output is one stream: everything is one task.
    pub fn streamed(options: ExtractOptions, inputs: Vec<Input>) -> Self {
        let mut plan = Self::empty(options);
        let parts = inputs.into_iter().flat_map(|input| match input.form {
            Form::Ranges { root, ranges } => slices(&input.name, root, &ranges),
            _ => vec![Part::Whole(input)],
        });
        let parts = parts.collect();
        plan.add("stream", parts);
        plan
    }

    fn empty(options: ExtractOptions) -> Self {
        let json = options.to_json();
        let legs = vec![Leg::new(Work::Documents(Arc::new([])), None, &json)];
        Self::of(json, options.math, legs, options.format, None)
    }

    /// A plan without tasks; `json` says all that shows in the output.
    pub(crate) fn of(
        json: Json,
        math: MathMode,
        legs: Vec<Leg>,
        format: Format,
        seed: Option<u64>,
    ) -> Self {
        let hash = document_id(None, json.to_string().as_bytes());
        let (partition, sources, tasks) = (None, vec![TableSource::default()], Vec::new());
        Self { math, legs, sources, mix: None, format, partition, seed, json, hash, tasks }
    }

    /// How many tasks there are.
    pub fn tasks(&self) -> usize {
        self.tasks.len()
    }

    /// 32 hexadecimal digits over [`Plan::json`].
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// All that shows in the output, as it stands in the manifest.
    pub fn json(&self) -> &Json {
        &self.json
    }

    fn add(&mut self, stem: &str, parts: Vec<Part>) {
        let leg = self.legs.first().map_or(&self.hash, |leg| &leg.hash);
        let names: Vec<String> = parts.iter().map(|part| part.name().to_owned()).collect();
        self.tasks.push(Task::new(leg, stem, &names, parts));
    }

    /// How many legs there are.
    pub fn legs(&self) -> usize {
        self.legs.len()
    }

    /// Bytes that will be read, as far as that is known beforehand.
    pub fn bytes(&self) -> Option<u64> {
        self.tasks.iter().flat_map(|task| &task.parts).map(part_bytes).sum()
    }
}

pub(crate) fn part_bytes(part: &Part) -> Option<u64> {
    match part {
        Part::Whole(input) => input.place.known_bytes(),
        Part::Ranges { ranges, .. } => Some(ranges.iter().map(|range| range.length).sum()),
        Part::Held(held) => Some(held.frames.iter().map(|(frame, _)| frame.bytes).sum()),
        Part::Sorting(sorting) => Some(sorting.bytes),
        Part::Again(again) => again.input.place.known_bytes(),
        Part::Absent { urls, .. } => Some(urls.iter().map(|absent| absent.url.len() as u64).sum()),
    }
}

fn slices(name: &str, root: Root, ranges: &[RecordRange]) -> Vec<Part> {
    let slices = ranges.chunks(RANGES).enumerate().map(|(index, ranges)| {
        let from = index * RANGES;
        let name = format!("{name}[{from}..{}]", from + ranges.len());
        Part::Ranges { name, root: root.clone(), ranges: ranges.to_vec() }
    });
    slices.collect()
}

/// The last part of an input's name without its endings, safe in any file system.
fn stem(name: &str) -> String {
    const ENDINGS: [&str; 12] = [
        ".gz", ".zst", ".zstd", ".warc", ".arc", ".wet", ".wat", ".csv", ".tsv", ".jsonl",
        ".parquet", ".bin",
    ];
    let mut stem = name.rsplit('/').next().unwrap_or(name);
    while let Some(shorter) = ENDINGS.iter().find_map(|ending| stem.strip_suffix(ending)) {
        stem = shorter;
    }
    let safe = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' };
    let safe: String = stem.chars().map(safe).take(80).collect();
    if safe.is_empty() { "input".into() } else { safe }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(name: &str) -> Input {
        Input { name: name.into(), place: Place::File(name.into()), form: Form::Page }
    }

    fn options(math: MathMode) -> ExtractOptions {
        ExtractOptions { math, format: Format::Parquet }
    }

    #[test]
    fn stems_are_short_safe_and_never_empty() {
        for (name, expected) in [
            ("crawl/CC-MAIN-2024-00001.warc.gz", "CC-MAIN-2024-00001"),
            ("a b/ü?.warc", "__"),
            ("x.csv", "x"),
            ("dir/.gz", "input"),
        ] {
            assert_eq!(stem(name), expected);
        }
        assert_eq!(stem(&"x".repeat(300)).len(), 80);
    }

    #[test]
    fn pages_share_tasks_and_archives_have_their_own() {
        let mut inputs: Vec<_> = (0..PAGES + 1).map(|n| page(&format!("{n}.html"))).collect();
        inputs.insert(7, Input { form: Form::Archive, ..page("a.warc.gz") });
        let plan = Plan::new(options(MathMode::Any), inputs);
        let sizes: Vec<_> = plan.tasks.iter().map(|task| task.parts.len()).collect();
        assert_eq!(sizes, [1, PAGES, 1]);
        assert!(plan.tasks[0].part.starts_with("part-a-"));
    }

    #[test]
    fn keys_follow_names_and_options_but_not_places() {
        let key = |math, input| Plan::new(options(math), vec![input]).tasks[0].key.clone();
        let elsewhere = Input { place: Place::File("/elsewhere/p.html".into()), ..page("p.html") };
        let base = key(MathMode::Any, page("p.html"));
        assert_eq!(base, key(MathMode::Any, elsewhere));
        assert_ne!(base, key(MathMode::Any, page("q.html")));
        assert_ne!(base, key(MathMode::Required, page("p.html")));
    }

    #[test]
    fn long_tables_are_cut() {
        let ranges = vec![RecordRange { file: "a".into(), offset: 0, length: 1 }; RANGES + 1];
        let form = Form::Ranges { root: Root::Folder("".into()), ranges };
        let table = Input { form, ..page("t.csv") };
        let names = |plan: Plan| -> Vec<String> {
            let parts = plan.tasks.iter().flat_map(|task| &task.parts);
            parts.map(|part| part.name().into()).collect()
        };
        let expected = ["t.csv[0..4096]", "t.csv[4096..4097]"];
        assert_eq!(names(Plan::new(options(MathMode::Any), vec![table.clone()])), expected);
        assert_eq!(names(Plan::streamed(options(MathMode::Any), vec![table])), expected);
    }
}
