//! The output folder of a finished run.

use crate::ReportError;
use cc_math_core::{Document, MANIFEST_FORMAT, Manifest, OutputEntry};
use cc_math_store::{
    Durability, Reject, Rows, StoreError, open_tree, read_documents, read_rejects,
};
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};
use std::fs;
use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// What was found by exact similarities of a sample.
const VERIFICATION: &str = ".cc-math/dedup.json";

/// A finished run's output folder: its manifest, and the way to its rows.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    manifest: Manifest,
    runs: Vec<Json>,
}

/// A row, and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Located<R> {
    /// The file, relative to the output folder.
    pub file: String,
    /// Which row of the file it is, from 1.
    pub row: u64,
    /// The row itself.
    pub value: R,
}

/// Rows of all files of a table, in order.
pub type LocatedRows<'a, R> = Box<dyn Iterator<Item = Result<Located<R>, ReportError>> + 'a>;

impl Folder {
    /// Opens the folder of a finished run.
    ///
    /// # Errors
    /// If it is none, if the run is not finished, or if another version wrote it.
    pub fn open(root: &Path) -> Result<Self, ReportError> {
        let name = root.display().to_string();
        if !root.is_dir() {
            return Err(ReportError::NoFolder(name));
        }
        let path = root.join("manifest.json");
        let Some(json) = read_json::<Json>(&path)? else {
            let begun = root.join(".cc-math").is_dir();
            return Err(if begun {
                ReportError::Unfinished(name)
            } else {
                ReportError::NotARun(name)
            });
        };
        let format = json.get("format").and_then(Json::as_str).unwrap_or("none");
        if format != MANIFEST_FORMAT {
            let path = path.display().to_string();
            return Err(ReportError::Version { path, format: format.into() });
        }
        let manifest = serde_json::from_value(json).map_err(|e| damaged(&path, e.to_string()))?;
        Ok(Self { root: root.into(), manifest, runs: runs(root)? })
    }

    /// The folder's name, as it was given.
    pub fn name(&self) -> String {
        self.root.display().to_string()
    }

    /// The account of the run.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// What `run.json` tells of each run that worked on the folder.
    pub fn runs(&self) -> &[Json] {
        &self.runs
    }

    /// What `cc-math eval dedup` found of this run, if it was asked since.
    pub fn verification(&self) -> Option<Json> {
        let found = read_json::<Json>(&self.root.join(VERIFICATION)).ok().flatten()?;
        let of_this_run = found.get("run").and_then(Json::as_str) == Some(&self.key());
        found.get("found").filter(|_| of_this_run).cloned()
    }

    /// Keeps what was found of this run, for reports.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn keep_verification(&self, found: &Json) -> Result<(), ReportError> {
        let json = json!({ "run": self.key(), "found": found });
        let tree = open_tree(&self.root)?;
        Ok(tree.write(VERIFICATION, json.to_string().as_bytes(), Durability::Told)?)
    }

    /// What tells this run from others that wrote to the folder.
    fn key(&self) -> String {
        let Manifest { plan_hash, counts, .. } = &self.manifest;
        format!("{plan_hash} {} {} {}", counts.records, counts.documents, counts.text_bytes)
    }

    /// Whether documents can be read back: those written as Markdown cannot.
    pub fn has_readable_documents(&self) -> bool {
        self.files("documents/").all(|file| !file.path.ends_with(".md"))
    }

    /// The documents, in the order of the files.
    pub fn documents(&self) -> LocatedRows<'_, Document> {
        self.rows("documents/", read_documents)
    }

    /// The rejects, in the order of the files.
    pub fn rejects(&self) -> LocatedRows<'_, Reject> {
        self.rows("rejects/", read_rejects)
    }

    /// The files of a table that can be read back.
    pub(crate) fn files(&self, table: &'static str) -> impl Iterator<Item = &OutputEntry> {
        // Pages that could not be processed are kept as they were; they are no table.
        let is_table =
            move |path: &str| path.starts_with(table) && !path.starts_with("rejects/pages/");
        self.manifest.outputs.iter().filter(move |file| is_table(&file.path))
    }

    fn rows<R: 'static>(
        &self,
        table: &'static str,
        read: fn(&Path) -> Result<Rows<R>, StoreError>,
    ) -> LocatedRows<'_, R> {
        let readable = self.files(table).filter(|file| !file.path.ends_with(".md"));
        Box::new(readable.flat_map(move |file| self.rows_of(file, read)))
    }

    /// The rows of one file; a fault ends them.
    pub(crate) fn rows_of<R: 'static>(
        &self,
        file: &OutputEntry,
        read: fn(&Path) -> Result<Rows<R>, StoreError>,
    ) -> LocatedRows<'static, R> {
        let path = self.root.join(&file.path);
        let rows = whole(&path, file).and_then(|()| caught(&path, || read(&path)));
        let name = file.path.clone();
        match rows {
            Err(error) => Box::new(std::iter::once(Err(error))),
            Ok(mut rows) => {
                let mut next = move || caught(&path, || rows.next().transpose()).transpose();
                let (mut row, mut ended) = (0, false);
                Box::new(std::iter::from_fn(move || {
                    let value = if ended { None } else { next() }?;
                    row += 1;
                    ended = value.is_err();
                    Some(value.map(|value| Located { file: name.clone(), row, value }))
                }))
            }
        }
    }
}

/// That the file has the size that the manifest tells: a look that costs nothing.
fn whole(path: &Path, file: &OutputEntry) -> Result<(), ReportError> {
    let size = fs::metadata(path).map_err(|e| StoreError::io("open", path, e))?.len();
    if size == file.bytes {
        return Ok(());
    }
    Err(damaged(path, format!("it has {size} bytes, and the run wrote {}", file.bytes)))
}

/// A library may panic on a damaged file.
fn caught<T>(path: &Path, work: impl FnOnce() -> Result<T, StoreError>) -> Result<T, ReportError> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => Ok(result?),
        Err(_) => Err(damaged(path, "it cannot be read".into())),
    }
}

fn damaged(path: &Path, message: String) -> ReportError {
    ReportError::Damaged { path: path.display().to_string(), message }
}

fn read_json<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, ReportError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(StoreError::io("read", path, e).into()),
    };
    serde_json::from_slice(&bytes).map(Some).map_err(|e| damaged(path, e.to_string()))
}

/// What is only told to people is not worth an error.
fn runs(root: &Path) -> Result<Vec<Json>, ReportError> {
    let json = read_json::<Json>(&root.join("run.json")).ok().flatten();
    let runs = json.and_then(|mut json| json.get_mut("runs").map(Json::take));
    Ok(runs.and_then(|runs| runs.as_array().cloned()).unwrap_or_default())
}
