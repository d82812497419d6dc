//! The output folder and what a run remembers in it.
//!
//! `documents/` and `rejects/` hold the files, `manifest.json` and `run.json`
//! the account; `.cc-math/` holds the plan, a note for each finished task
//! (what it read and wrote) and files that are still being written. A task is
//! done when its note is there, and its note is there only after its files.

use crate::error::RunError;
use crate::plan::{Part, Plan, Task};
use crate::source::{Stamp, unchanged};
use cc_math_core::{Counts, FailedInput, InputEntry, Manifest, OutputEntry};
use cc_math_store::{Durability, Pending, Sealed, StoreError, check_local_output, write_once};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

const STATE: &str = ".cc-math";
const OUTPUTS: [&str; 4] = ["documents", "rejects", "manifest.json", "run.json"];

/// The note of a finished task.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Note {
    pub(crate) inputs: Vec<InputEntry>,
    pub(crate) failed: Vec<FailedInput>,
    pub(crate) outputs: Vec<OutputEntry>,
    pub(crate) counts: Counts,
    /// A list for each part of the task; none if a part cannot be recognised again.
    pub(crate) stamps: Option<Vec<Vec<Stamp>>>,
}

/// An output folder that this process alone writes to.
pub(crate) struct Folder {
    root: PathBuf,
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
        let folder = Self { root: root.into(), _lock: lock(&state, root)? };
        if overwrite {
            folder.clear()?;
        }
        folder.check_plan(plan)?;
        remove(&state.join("tmp"))?;
        for name in [".cc-math/tmp", ".cc-math/tasks", "documents", "rejects"] {
            create(&root.join(name))?;
        }
        Ok(folder)
    }

    fn clear(&self) -> Result<(), RunError> {
        for name in OUTPUTS {
            remove(&self.root.join(name))?;
        }
        remove(&self.root.join(STATE).join("tasks"))?;
        remove(&self.root.join(STATE).join("plan.json"))
    }

    fn check_plan(&self, plan: &Plan) -> Result<(), RunError> {
        let path = self.root.join(STATE).join("plan.json");
        match read_json::<Json>(&path)? {
            None => write_json(&path, &plan.json, Durability::Kept),
            Some(before) if before == plan.json => Ok(()),
            Some(before) => Err(RunError::OtherPlan {
                out: self.root.display().to_string(),
                differences: differences(&before, &plan.json),
            }),
        }
    }

    fn note_path(&self, key: &str) -> PathBuf {
        self.root.join(STATE).join("tasks").join(format!("{key}.json"))
    }

    /// Whether a task is done and its inputs are still what they were.
    pub(crate) fn is_done(&self, task: &Task) -> Result<Done, RunError> {
        let Some(note) = read_json::<Note>(&self.note_path(&task.key))? else {
            return Ok(Done::No);
        };
        let present = |output: &OutputEntry| {
            let size = fs::metadata(self.root.join(&output.path)).map(|data| data.len());
            size.is_ok_and(|size| size == output.bytes)
        };
        if !note.failed.is_empty() || !note.outputs.iter().all(present) {
            return Ok(Done::No);
        }
        Ok(if same_inputs(task, &note) { Done::Yes } else { Done::Changed })
    }

    /// Removes the outputs of tasks that are not among these but read some of the same
    /// inputs: the inputs are cut into tasks differently now.
    pub(crate) fn supersede(&self, tasks: &[Task]) -> Result<(), RunError> {
        let keys: BTreeSet<&str> = tasks.iter().map(|task| task.key.as_str()).collect();
        let names: BTreeSet<&str> =
            tasks.iter().flat_map(|task| &task.parts).map(Part::name).collect();
        for (key, note) in self.notes()? {
            let shared = note.inputs.iter().any(|input| names.contains(input.name.as_str()));
            if shared && !keys.contains(key.as_str()) {
                for output in &note.outputs {
                    remove(&self.root.join(&output.path))?;
                }
                remove(&self.note_path(&key))?;
            }
        }
        Ok(())
    }

    /// Starts a file under a temporary name.
    pub(crate) fn pending(&self, name: &str) -> Result<Pending, RunError> {
        Ok(Pending::create(self.root.join(STATE).join("tmp").join(name))?)
    }

    /// Gives a finished file its name, and an entry in the note.
    pub(crate) fn publish(
        &self,
        path: String,
        sealed: Sealed,
        rows: u64,
    ) -> Result<OutputEntry, RunError> {
        let target = self.root.join(&path);
        target.parent().map_or(Ok(()), create)?;
        let entry = OutputEntry { path, bytes: sealed.bytes, xxh3: sealed.xxh3.clone(), rows };
        sealed.publish(&target)?;
        Ok(entry)
    }

    /// Declares a task done. Where that is forgotten, it is done again.
    pub(crate) fn write_note(&self, key: &str, note: &Note) -> Result<(), RunError> {
        write_json(&self.note_path(key), note, Durability::Whole)
    }

    /// The notes of all finished tasks, by key.
    pub(crate) fn notes(&self) -> Result<Vec<(String, Note)>, RunError> {
        let folder = self.root.join(STATE).join("tasks");
        let mut notes = Vec::new();
        for entry in fs::read_dir(&folder).map_err(|e| StoreError::io("read", &folder, e))? {
            let path = entry.map_err(|e| StoreError::io("read", &folder, e))?.path();
            let key = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            if path.extension().is_some_and(|ending| ending == "json") {
                notes.extend(read_json(&path)?.map(|note| (key, note)));
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
    /// It was done, but an input is not what it was.
    Changed,
}

fn same_inputs(task: &Task, note: &Note) -> bool {
    let Some(stamps) = &note.stamps else { return false };
    let entry = |part: &Part| note.inputs.iter().find(|input| input.name == part.name());
    stamps.len() == task.parts.len()
        && task.parts.iter().zip(stamps).all(|(part, stamps)| unchanged(part, entry(part), stamps))
}

fn lock(state: &Path, root: &Path) -> Result<File, RunError> {
    let path = state.join("lock");
    let file = File::create(&path).map_err(|e| StoreError::io("write", &path, e))?;
    match file.try_lock() {
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
fn differences(before: &Json, now: &Json) -> String {
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
