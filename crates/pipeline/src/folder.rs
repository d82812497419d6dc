//! The output folder and what a run remembers in it.
//!
//! `documents/` and `rejects/` hold the files, `manifest.json` and `run.json`
//! the account; `.cc-math/` holds the plan, a note for each finished task
//! (what it read and wrote) and files that are still being written. A task is
//! done when its note is there, and its note is there only after its files.

use crate::error::RunError;
use crate::legs::{Choice, Held, stem};
use crate::plan::{Part, Plan, Task};
use crate::run::host;
use crate::source::{Stamp, unchanged};
use crate::tables::Finished;
use cc_math_core::{Counts, Document, FailedInput, InputEntry, Manifest, OutputEntry};
use cc_math_store::{
    Durability, Frame, HELD, Pending, Sealed, StoreError, check_local_output, sync_folder,
    write_once,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::process;

const STATE: &str = ".cc-math";
const OUTPUTS: [&str; 4] = ["documents", "rejects", "manifest.json", "run.json"];

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
    /// Which of the plan's sources it read.
    #[serde(default)]
    pub(crate) source: usize,
    /// Tokens of its documents, if every one has them counted.
    #[serde(default)]
    pub(crate) tokens: Option<u64>,
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
        root: &Path,
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
            path: root.join(&self.path),
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

/// An output folder that this process writes to: alone, or with others that work on tasks of the
/// same plan.
pub(crate) struct Folder {
    root: PathBuf,
    /// Where unfinished files are.
    unfinished: PathBuf,
    /// Holds the lock for as long as it is open.
    _lock: File,
}

impl Folder {
    /// Opens or creates the folder for a plan. What an interrupted run left unfinished is removed.
    pub(crate) fn open(root: &Path, plan: &Plan, overwrite: bool) -> Result<Self, RunError> {
        check_local_output(root)?;
        create(root)?;
        let state = root.join(STATE);
        if !state.join("plan.json").exists() && foreign(root)? {
            return Err(RunError::NotOurs(root.display().to_string()));
        }
        create(&state)?;
        let lock = lock(&state, root, File::try_lock)?;
        let folder = Self { root: root.into(), unfinished: state.join("tmp"), _lock: lock };
        if overwrite {
            folder.clear()?;
        }
        folder.check_plan(plan)?;
        remove(&folder.unfinished)?;
        for name in [".cc-math/tmp", ".cc-math/tasks", "documents", "rejects"] {
            create(&root.join(name))?;
        }
        Ok(folder)
    }

    /// Joins others that work on tasks of this plan. The folder has been opened for it before.
    pub(crate) fn join(root: &Path, plan: &Plan) -> Result<Self, RunError> {
        let state = root.join(STATE);
        let before = read_json::<Json>(&state.join("plan.json"))?;
        let Some(before) = before else {
            return Err(RunError::NotPrepared(root.display().to_string()));
        };
        if before != plan.json {
            let differences = differences(&before, &plan.json);
            return Err(RunError::OtherPlan { out: root.display().to_string(), differences });
        }
        let lock = lock(&state, root, File::try_lock_shared)?;
        let host = host().unwrap_or_default();
        let unfinished = state.join("tmp").join(format!("{host}-{}", process::id()));
        create(&unfinished)?;
        Ok(Self { root: root.into(), unfinished, _lock: lock })
    }

    fn clear(&self) -> Result<(), RunError> {
        for name in OUTPUTS {
            remove(&self.root.join(name))?;
        }
        for name in ["tasks", "legs", "ray"] {
            remove(&self.root.join(STATE).join(name))?;
        }
        remove(&self.root.join(STATE).join("plan.json"))
    }

    /// Where the plan is not what it was, something of what was done has to be of use still: what
    /// is not is done again, which an operator might not have meant.
    fn check_plan(&self, plan: &Plan) -> Result<(), RunError> {
        let path = self.root.join(STATE).join("plan.json");
        let write = || write_json(&path, &plan.json, Durability::Kept);
        match read_json::<Json>(&path)? {
            None => write(),
            Some(before) if before == plan.json => Ok(()),
            Some(_) if self.is_of_use(plan)? => write(),
            Some(before) => Err(RunError::OtherPlan {
                out: self.root.display().to_string(),
                differences: differences(&before, &plan.json),
            }),
        }
    }

    /// Whether a plan goes on with documents that an earlier one held.
    fn is_of_use(&self, plan: &Plan) -> Result<bool, RunError> {
        if !self.root.join(STATE).join("tasks").exists() {
            return Ok(false);
        }
        let hashes: Vec<&str> = plan.legs.iter().map(|leg| leg.hash.as_str()).collect();
        let notes = self.notes()?;
        Ok(notes
            .iter()
            .any(|(_, note)| note.held.is_some() && hashes.contains(&note.plan.as_str())))
    }

    fn note_path(&self, key: &str) -> PathBuf {
        self.root.join(STATE).join("tasks").join(format!("{key}.json"))
    }

    /// Whether a task is done and its inputs are still what they were.
    pub(crate) fn is_done(&self, task: &Task) -> Result<Done, RunError> {
        let Some(note) = self.read_note(&task.key)? else {
            return Ok(Done::No);
        };
        let present = |output: &OutputEntry| {
            let size = fs::metadata(self.root.join(&output.path)).map(|data| data.len());
            size.is_ok_and(|size| size == output.bytes)
        };
        let held = note.held.as_ref().is_none_or(|held| {
            let data = fs::metadata(self.root.join(&held.path));
            data.is_ok_and(|data| data.len() == held.bytes)
        });
        if !note.outputs.iter().all(present) || !held {
            return Ok(Done::No);
        }
        if !note.failed.is_empty() {
            return Ok(Done::InPart);
        }
        Ok(if same_inputs(task, &note) { Done::Yes } else { Done::Changed })
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
        for (key, note) in self.notes()?.into_iter().filter(|(key, note)| which(key, note)) {
            let outputs = note.outputs.iter().map(|output| &output.path);
            for path in outputs.chain(note.held.as_ref().map(|held| &held.path)) {
                remove(&self.root.join(path))?;
            }
            remove(&self.note_path(&key))?;
        }
        Ok(())
    }

    /// The folder's path.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Gives a file of held documents its name.
    pub(crate) fn hold(
        &self,
        leg: usize,
        part: &str,
        file: Finished,
    ) -> Result<HeldFile, RunError> {
        let Finished { sealed, rows, frames } = file;
        let path = format!("{STATE}/legs/{leg}/{part}{}", HELD.extension::<Document>());
        let entry = self.publish(path, sealed, rows)?;
        let OutputEntry { path, bytes, xxh3, rows } = entry;
        Ok(HeldFile { path, bytes, xxh3, rows, frames })
    }

    /// Starts a file under a temporary name.
    pub(crate) fn pending(&self, name: &str) -> Result<Pending, RunError> {
        Ok(Pending::create(self.unfinished.join(name))?)
    }

    /// Gives a finished file its name, and an entry in the note. The name is brought to the disk
    /// with the manifest: a task whose files are not there is not done, whatever its note says.
    pub(crate) fn publish(
        &self,
        path: String,
        sealed: Sealed,
        rows: u64,
    ) -> Result<OutputEntry, RunError> {
        let target = self.root.join(&path);
        target.parent().map_or(Ok(()), create)?;
        let entry = OutputEntry { path, bytes: sealed.bytes, xxh3: sealed.xxh3.clone(), rows };
        sealed.rename(&target)?;
        Ok(entry)
    }

    /// Declares a task done. Where that is forgotten, or cannot be read after the machine went
    /// down, it is done again.
    pub(crate) fn write_note(&self, key: &str, note: &Note) -> Result<(), RunError> {
        write_json(&self.note_path(key), note, Durability::Told)
    }

    fn read_note(&self, key: &str) -> Result<Option<Note>, RunError> {
        match read_json(&self.note_path(key)) {
            Err(RunError::Damaged { .. }) => Ok(None),
            read => read,
        }
    }

    /// The notes of all finished tasks, by key.
    pub(crate) fn notes(&self) -> Result<Vec<(String, Note)>, RunError> {
        let folder = self.root.join(STATE).join("tasks");
        let mut notes = Vec::new();
        for entry in fs::read_dir(&folder).map_err(|e| StoreError::io("read", &folder, e))? {
            let path = entry.map_err(|e| StoreError::io("read", &folder, e))?.path();
            let key = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            if path.extension().is_some_and(|ending| ending == "json") {
                notes.extend(self.read_note(&key)?.map(|note| (key, note)));
            }
        }
        notes.sort_by(|a: &(String, Note), b| a.0.cmp(&b.0));
        Ok(notes)
    }

    /// Removes the manifest, for the time in which it would not be true.
    pub(crate) fn remove_manifest(&self) -> Result<(), RunError> {
        remove(&self.root.join("manifest.json"))
    }

    pub(crate) fn write_manifest(&self, manifest: &Manifest) -> Result<(), RunError> {
        let files = manifest.outputs.iter().map(|output| Path::new(&output.path));
        for folder in files.filter_map(Path::parent).collect::<BTreeSet<_>>() {
            sync_folder(&self.root.join(folder))?;
        }
        write_json(&self.root.join("manifest.json"), manifest, Durability::Kept)
    }

    /// Adds one run to `run.json`, where everything goes that varies between equal runs.
    pub(crate) fn add_run(&self, run: Json) -> Result<(), RunError> {
        let path = self.root.join("run.json");
        let before = read_json::<Json>(&path).ok().flatten();
        let mut runs =
            before.and_then(|json| json.get("runs")?.as_array().cloned()).unwrap_or_default();
        runs.push(run);
        write_json(&path, &json!({ "runs": runs }), Durability::Told)
    }
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

fn lock(
    state: &Path,
    root: &Path,
    how: fn(&File) -> Result<(), TryLockError>,
) -> Result<File, RunError> {
    let path = state.join("lock");
    // NFS gives a shared lock to readers alone, and the other one to writers alone.
    let file = File::options().read(true).write(true).create(true).truncate(false).open(&path);
    let file = file.map_err(|e| StoreError::io("write", &path, e))?;
    match how(&file) {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(RunError::Busy(root.display().to_string())),
        Err(TryLockError::Error(e)) => Err(StoreError::io("lock", &path, e).into()),
    }
}

fn foreign(root: &Path) -> Result<bool, RunError> {
    let mut entries = fs::read_dir(root).map_err(|e| StoreError::io("read", root, e))?;
    Ok(entries.any(|entry| entry.is_ok_and(|entry| entry.file_name() != STATE)))
}

fn create(folder: &Path) -> Result<(), RunError> {
    Ok(fs::create_dir_all(folder).map_err(|e| StoreError::io("create", folder, e))?)
}

/// Removes a file or a folder, if it is there.
fn remove(path: &Path) -> Result<(), RunError> {
    let removed = match fs::symlink_metadata(path) {
        Err(_) => Ok(()),
        Ok(data) if data.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
    };
    Ok(removed.map_err(|e| StoreError::io("remove", path, e))?)
}

fn read_json<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, RunError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(StoreError::io("read", path, e).into()),
    };
    let damaged = |e: serde_json::Error| RunError::Damaged {
        path: path.display().to_string(),
        message: e.to_string(),
    };
    serde_json::from_slice(&bytes).map(Some).map_err(damaged)
}

fn write_json<T: Serialize>(
    path: &Path,
    value: &T,
    durability: Durability,
) -> Result<(), RunError> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|e| RunError::Damaged {
        path: path.display().to_string(),
        message: e.to_string(),
    })?;
    bytes.push(b'\n');
    Ok(write_once(path, &bytes, durability)?)
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
