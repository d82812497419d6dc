//! The output folder and what a run remembers in it.
//!
//! `documents/` and `rejects/` hold the files, `manifest.json` and `run.json`
//! the account; `.cc-math/` holds the plan, a note for each finished task
//! (what it read and wrote) and files that are still being written. A task is
//! done when its note is there, and its note is there only after its files.
//! Whether the folder is one of this machine or a prefix of a store is known to
//! [`Tree`] alone.

use crate::dedup::records::RecordFile;
use crate::error::RunError;
use crate::legs::{Choice, Held, stem};
use crate::plan::{Part, Plan, Task};
use crate::source::{Stamp, unchanged};
use crate::tables::Finished;
use cc_math_core::{
    Counts, Document, FailedInput, InputEntry, MANIFEST_FORMAT, Manifest, OutputEntry,
};
use cc_math_store::{
    Durability, Frame, HELD, Holder, Lock, Pending, Root, Sealed, Tree, host_name, open_tree,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process;
use std::sync::Arc;

const STATE: &str = ".cc-math";
const PLAN: &str = ".cc-math/plan.json";
const LOCK: &str = ".cc-math/lock";
const NOTES: &str = ".cc-math/tasks";
const UNFINISHED: &str = ".cc-math/tmp";
const MANIFEST: &str = "manifest.json";
const RUNS: &str = "run.json";

/// All that a run writes but what is about the folder itself.
const WRITTEN: [&str; 9] = [
    "documents",
    "rejects",
    MANIFEST,
    RUNS,
    NOTES,
    ".cc-math/legs",
    ".cc-math/ray",
    ".cc-math/dedup.json",
    PLAN,
];

/// Notes that are looked at together.
const TOGETHER: usize = 256;

/// The note of a finished task.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Note {
    pub(crate) inputs: Vec<InputEntry>,
    pub(crate) failed: Vec<FailedInput>,
    pub(crate) outputs: Vec<OutputEntry>,
    pub(crate) counts: Counts,
    /// A list for each part of the task; none if a part cannot be recognised again.
    pub(crate) stamps: Option<Vec<Vec<Stamp>>>,
    /// Which leg the task is of.
    #[serde(default)]
    pub(crate) leg: usize,
    /// That leg's hash.
    #[serde(default)]
    pub(crate) plan: String,
    /// Where the documents are, if another leg follows.
    #[serde(default)]
    pub(crate) held: Option<HeldFile>,
    /// What was written down of them, or came of that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) records: Vec<RecordFile>,
    /// How many documents each piece of its table gave, if the table is read again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pieces: Option<Arc<[u64]>>,
    /// Which of the plan's sources it read.
    #[serde(default)]
    pub(crate) source: usize,
    /// Tokens of its documents, if every one has them counted.
    #[serde(default)]
    pub(crate) tokens: Option<u64>,
}

impl Note {
    /// Documents that the next leg of documents will have of it.
    pub(crate) fn rows(&self) -> u64 {
        let read_again = self.pieces.as_ref().map(|pieces| pieces.iter().sum());
        self.held.as_ref().map(|held| held.rows).or(read_again).unwrap_or(0)
    }
}

/// A file of documents for the next leg.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct HeldFile {
    /// Path from the output folder.
    pub(crate) path: String,
    pub(crate) bytes: u64,
    pub(crate) xxh3: String,
    pub(crate) rows: u64,
    pub(crate) frames: Vec<Frame>,
}

impl HeldFile {
    /// Some of its documents, as part of a task.
    pub(crate) fn held(
        &self,
        root: &Root,
        choice: Choice,
        wanted: impl Fn(&Frame) -> bool,
    ) -> Held {
        let mut before = 0;
        let numbered = self.frames.iter().map(|frame| {
            before += frame.rows;
            (*frame, before - frame.rows)
        });
        Held {
            name: self.path.as_str().into(),
            root: root.clone(),
            xxh3: self.xxh3.clone(),
            frames: numbered.filter(|(frame, _)| wanted(frame)).collect(),
            choice,
        }
    }

    /// What its task's files are called, without what tells them from those of another plan.
    pub(crate) fn stem(&self) -> &str {
        stem(self.path.rsplit('/').next().unwrap_or(&self.path))
    }
}

/// What a manifest of any version tells of itself.
#[derive(Deserialize)]
struct Head {
    format: String,
    #[serde(default)]
    writer: String,
}

/// An output folder that this process writes to: alone, or with others that work on tasks of the
/// same plan.
pub(crate) struct Folder {
    tree: Box<dyn Tree>,
    /// Where unfinished files are.
    unfinished: String,
    lock: Lock,
}

impl Folder {
    /// Opens or creates the folder for a plan. What an interrupted run left unfinished is removed.
    pub(crate) fn open(root: &Path, plan: &Plan, overwrite: bool) -> Result<Self, RunError> {
        let tree = open_tree(root)?;
        tree.make("")?;
        if tree.has_others(STATE)? && !tree.has(PLAN)? {
            return Err(RunError::NotOurs(tree.root().to_string()));
        }
        tree.make(STATE)?;
        let lock = tree.lock(LOCK)?.map_err(|holder| busy(&*tree, holder))?;
        tree.look()?;
        let folder = Self { tree, unfinished: UNFINISHED.into(), lock };
        if overwrite {
            folder.tree.remove(&WRITTEN)?;
        }
        folder.check_format()?;
        folder.check_plan(plan)?;
        folder.tree.remove(&[UNFINISHED])?;
        for name in [UNFINISHED, NOTES, "documents", "rejects"] {
            folder.tree.make(name)?;
        }
        Ok(folder)
    }

    /// Joins others that work on tasks of this plan. The folder has been opened for it before.
    pub(crate) fn join(root: &Path, plan: &Plan) -> Result<Self, RunError> {
        let tree = open_tree(root)?;
        tree.look()?;
        let Some(before) = read_json::<Json>(&*tree, PLAN)? else {
            return Err(RunError::NotPrepared(tree.root().to_string()));
        };
        if before != plan.json {
            let differences = differences(&before, &plan.json);
            return Err(RunError::OtherPlan { out: tree.root().to_string(), differences });
        }
        let lock = tree.join(LOCK)?.map_err(|holder| busy(&*tree, holder))?;
        let host = host_name().unwrap_or_default();
        let unfinished = format!("{UNFINISHED}/{host}-{}", process::id());
        tree.make(&unfinished)?;
        Ok(Self { tree, unfinished, lock })
    }

    /// What another version of the program left is not understood, and not touched.
    fn check_format(&self) -> Result<(), RunError> {
        // A manifest that cannot be read is written again in the end.
        match read_json::<Head>(&*self.tree, MANIFEST).unwrap_or_default() {
            Some(Head { format, writer }) if format != MANIFEST_FORMAT => {
                Err(RunError::OtherVersion { out: self.tree.root().to_string(), format, writer })
            }
            _ => Ok(()),
        }
    }

    /// Where the plan is not what it was, something of what was done has to be of use still: what
    /// is not is done again, which an operator might not have meant.
    fn check_plan(&self, plan: &Plan) -> Result<(), RunError> {
        let write = || self.write(PLAN, &plan.json, Durability::Kept);
        match read_json::<Json>(&*self.tree, PLAN)? {
            None => write(),
            Some(before) if before == plan.json => Ok(()),
            Some(_) if self.is_of_use(plan)? => write(),
            Some(before) => Err(RunError::OtherPlan {
                out: self.tree.root().to_string(),
                differences: differences(&before, &plan.json),
            }),
        }
    }

    /// Whether a plan goes on with documents that an earlier one held.
    fn is_of_use(&self, plan: &Plan) -> Result<bool, RunError> {
        let hashes: Vec<&str> = plan.legs.iter().map(|leg| leg.hash.as_str()).collect();
        let notes = self.notes()?;
        Ok(notes
            .iter()
            .any(|(_, note)| note.held.is_some() && hashes.contains(&note.plan.as_str())))
    }

    /// Which tasks are done, and whether their inputs are still what they were.
    pub(crate) fn done(&self, tasks: &[Task]) -> Result<Vec<Done>, RunError> {
        let mut done = Vec::new();
        for tasks in tasks.chunks(TOGETHER) {
            let notes = self.read_notes(tasks.iter().map(|task| task.key.as_str()))?;
            done.extend(tasks.iter().zip(notes).map(|(task, note)| self.is_done(task, note)));
        }
        Ok(done)
    }

    fn is_done(&self, task: &Task, note: Option<Note>) -> Done {
        let Some(note) = note else { return Done::No };
        let present = |path: &str, bytes: u64| self.tree.size(path) == Some(bytes);
        let outputs = note.outputs.iter().all(|output| present(&output.path, output.bytes));
        let held = note.held.iter().all(|held| present(&held.path, held.bytes));
        let records = note.records.iter().all(|file| present(&file.path, file.bytes));
        if !(outputs && held && records) {
            return Done::No;
        }
        match note.failed.is_empty() {
            false => Done::InPart,
            true if same_inputs(task, &note) => Done::Yes,
            true => Done::Changed,
        }
    }

    /// Removes what tasks of a leg made that are not among these but read some of the same
    /// inputs, or were of another plan: the inputs are cut into tasks differently now, or other
    /// things are done with them.
    pub(crate) fn supersede(&self, leg: usize, hash: &str, tasks: &[Task]) -> Result<(), RunError> {
        let keys: BTreeSet<&str> = tasks.iter().map(|task| task.key.as_str()).collect();
        let names: BTreeSet<&str> =
            tasks.iter().flat_map(|task| &task.parts).map(Part::name).collect();
        self.discard(|key, note| {
            let shared = note.inputs.iter().any(|input| names.contains(input.name.as_str()));
            let empty = note.inputs.is_empty();
            let stale = shared || empty || leg > 0 || (!note.plan.is_empty() && note.plan != hash);
            note.leg == leg && stale && !keys.contains(key)
        })
    }

    /// Removes what some tasks made, and their notes.
    pub(crate) fn discard(&self, which: impl Fn(&str, &Note) -> bool) -> Result<(), RunError> {
        let notes = self.notes()?.into_iter().filter(|(key, note)| which(key, note));
        let files = notes.flat_map(|(key, note)| {
            let outputs = note.outputs.into_iter().map(|output| output.path);
            let records = note.records.into_iter().map(|file| file.path.to_string());
            let between = note.held.map(|held| held.path).into_iter().chain(records);
            outputs.chain(between).chain([note_name(&key)])
        });
        let files: Vec<String> = files.collect();
        self.held()?;
        Ok(self.tree.remove(&files.iter().map(String::as_str).collect::<Vec<_>>())?)
    }

    /// Where the names of its files begin.
    pub(crate) fn root(&self) -> &Root {
        self.tree.root()
    }

    /// Makes sure that nobody has taken the folder over.
    fn held(&self) -> Result<(), RunError> {
        self.lock.lost().map_or(Ok(()), |holder| Err(self.lost(&holder)))
    }

    fn lost(&self, holder: &Holder) -> RunError {
        RunError::TakenOver { out: self.tree.root().to_string(), holder: holder.to_string() }
    }

    /// The path of a file that a later leg reads.
    pub(crate) fn between(&self, leg: usize, name: &str) -> String {
        format!("{STATE}/legs/{leg}/{name}")
    }

    /// Gives a file of held documents its name.
    pub(crate) fn hold(
        &self,
        leg: usize,
        part: &str,
        file: Finished,
    ) -> Result<HeldFile, RunError> {
        let Finished { sealed, rows, frames } = file;
        let path = self.between(leg, &format!("{part}{}", HELD.extension::<Document>()));
        let entry = self.publish(path, sealed, rows)?;
        let OutputEntry { path, bytes, xxh3, rows } = entry;
        Ok(HeldFile { path, bytes, xxh3, rows, frames })
    }

    /// Starts a file under a temporary name.
    pub(crate) fn pending(&self, name: &str) -> Result<Pending, RunError> {
        self.held()?;
        Ok(self.tree.pending(&format!("{}/{name}", self.unfinished))?)
    }

    /// Starts a file that will have this path.
    pub(crate) fn pending_of(&self, path: &str) -> Result<Pending, RunError> {
        self.pending(path.rsplit('/').next().unwrap_or(path))
    }

    /// Gives a finished file its name, and an entry in the note. The name is brought to the disk
    /// with the manifest: a task whose files are not there is not done, whatever its note says.
    pub(crate) fn publish(
        &self,
        path: String,
        sealed: Sealed,
        rows: u64,
    ) -> Result<OutputEntry, RunError> {
        self.held()?;
        let entry = OutputEntry { path, bytes: sealed.bytes, xxh3: sealed.xxh3.clone(), rows };
        self.tree.publish(sealed, &entry.path)?;
        Ok(entry)
    }

    /// Declares a task done. Where that is forgotten, or cannot be read after the machine went
    /// down, it is done again.
    pub(crate) fn write_note(&self, key: &str, note: &Note) -> Result<(), RunError> {
        self.held()?;
        self.write(&note_name(key), note, Durability::Told)
    }

    /// The notes of some tasks, if they are there and whole.
    fn read_notes<'a>(
        &self,
        keys: impl Iterator<Item = &'a str>,
    ) -> Result<Vec<Option<Note>>, RunError> {
        let names: Vec<String> = keys.map(note_name).collect();
        let read = self.tree.read_all(&names).into_iter();
        let notes = read.map(|read| Ok(serde_json::from_slice(&read?.unwrap_or_default()).ok()));
        notes.collect()
    }

    /// The notes of all finished tasks, by key.
    pub(crate) fn notes(&self) -> Result<Vec<(String, Note)>, RunError> {
        let files = self.tree.files(NOTES)?;
        let mut keys: Vec<&str> =
            files.iter().filter_map(|file| file.strip_suffix(".json")).collect();
        keys.sort_unstable();
        let mut notes = Vec::new();
        for keys in keys.chunks(TOGETHER) {
            let read = keys.iter().zip(self.read_notes(keys.iter().copied())?);
            notes.extend(read.filter_map(|(key, note)| Some(((*key).to_owned(), note?))));
        }
        Ok(notes)
    }

    /// Removes the manifest, for the time in which it would not be true.
    pub(crate) fn remove_manifest(&self) -> Result<(), RunError> {
        Ok(self.tree.remove(&[MANIFEST])?)
    }

    pub(crate) fn write_manifest(&self, manifest: &Manifest) -> Result<(), RunError> {
        self.lock.confirm()?.map_or(Ok(()), |holder| Err(self.lost(&holder)))?;
        let files = manifest.outputs.iter().map(|output| (output.path.as_str(), output.bytes));
        self.tree.settle(&files.collect::<Vec<_>>())?;
        self.write(MANIFEST, manifest, Durability::Kept)
    }

    /// Adds one run to `run.json`, where everything goes that varies between equal runs.
    pub(crate) fn add_run(&self, run: Json) -> Result<(), RunError> {
        let before = read_json::<Json>(&*self.tree, RUNS).ok().flatten();
        let mut runs =
            before.and_then(|json| json.get("runs")?.as_array().cloned()).unwrap_or_default();
        runs.push(run);
        self.write(RUNS, &json!({ "runs": runs }), Durability::Told)
    }

    fn write<T: Serialize>(
        &self,
        name: &str,
        value: &T,
        durability: Durability,
    ) -> Result<(), RunError> {
        let mut bytes =
            serde_json::to_vec_pretty(value).map_err(|e| damaged(&*self.tree, name, e))?;
        bytes.push(b'\n');
        Ok(self.tree.write(name, &bytes, durability)?)
    }
}

fn note_name(key: &str) -> String {
    format!("{NOTES}/{key}.json")
}

fn busy(tree: &dyn Tree, holder: Holder) -> RunError {
    let is_remote = matches!(tree.root(), Root::Remote(_));
    let lock = is_remote.then(|| tree.root().path(LOCK));
    RunError::Busy { out: tree.root().to_string(), holder: holder.to_string(), lock }
}

/// Whether a task has to be worked on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Done {
    Yes,
    No,
    /// It was done, but for inputs that could not be read; another attempt may be luckier.
    InPart,
    /// It was done, but an input is not what it was.
    Changed,
}

fn same_inputs(task: &Task, note: &Note) -> bool {
    let Some(stamps) = &note.stamps else { return false };
    let entry = |part: &Part| note.inputs.iter().find(|input| input.name == part.name());
    stamps.len() == task.parts.len()
        && task.parts.iter().zip(stamps).all(|(part, stamps)| unchanged(part, entry(part), stamps))
}

fn read_json<T: DeserializeOwned>(tree: &dyn Tree, name: &str) -> Result<Option<T>, RunError> {
    let Some(bytes) = tree.read(name)? else { return Ok(None) };
    serde_json::from_slice(&bytes).map(Some).map_err(|e| damaged(tree, name, e))
}

fn damaged(tree: &dyn Tree, name: &str, error: serde_json::Error) -> RunError {
    RunError::Damaged { path: tree.root().path(name), message: error.to_string() }
}

/// The options that differ between two plans, in words.
pub(crate) fn differences(before: &Json, now: &Json) -> String {
    let (before, now) = (options(before), options(now));
    let names: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    let differ = names.into_iter().filter(|name| before.get(*name) != now.get(*name));
    let text = |value: Option<&String>| value.map_or("none".into(), String::clone);
    let sentences = differ
        .map(|name| format!("{name}: {}, now {}", text(before.get(name)), text(now.get(name))));
    sentences.collect::<Vec<_>>().join("; ")
}

/// The values of a plan, by their paths below the verb.
fn options(plan: &Json) -> BTreeMap<String, String> {
    let mut options = BTreeMap::new();
    let mut open: Vec<(String, &Json)> =
        plan.as_object().into_iter().flatten().map(|(_, plan)| (String::new(), plan)).collect();
    while let Some((path, value)) = open.pop() {
        let below = |name: String| if path.is_empty() { name } else { format!("{path}.{name}") };
        match value {
            Json::Object(fields) => {
                open.extend(fields.iter().map(|(name, value)| (below(name.clone()), value)));
            }
            Json::Array(items) => {
                let items = items.iter().enumerate();
                open.extend(items.map(|(index, value)| (below(index.to_string()), value)));
            }
            Json::String(text) => {
                options.insert(path, text.clone());
            }
            other => {
                options.insert(path, other.to_string());
            }
        }
    }
    options
}
