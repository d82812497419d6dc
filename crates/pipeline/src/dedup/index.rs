//! Sketches of earlier runs, kept so that a new crawl is compared with all before it.
//!
//! An index is a folder, or a prefix of a store: for each source `NAME.json` and the files in `NAME/`
//! that it lists. A source is there once its `NAME.json` is. Documents of an index have numbers before
//! those of the run, and none of them is ruled on.

use super::Dedup;
use super::records::{Contents, Numbered, RecordFile, read as read_ranges, written};
use crate::error::RunError;
use cc_math_store::{Durability, Root, Tree, open_tree};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Sketches of other runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Index {
    /// A folder, or a prefix of a store. Documents that are like one of those whose sketches are
    /// there go, whatever speaks for them.
    pub(crate) path: PathBuf,
    /// Add this run's sketches under this name when it has ended, in place of what was there under
    /// the name; the run itself is not compared with that.
    #[serde(default)]
    pub(crate) add_as: Option<String>,
}

/// The format of a source's account.
const FORMAT: &str = "cc-math-index/1";

/// Bytes that are copied at once.
const COPIED: u64 = 8 << 20;

/// A source of an index.
#[derive(Debug, Serialize, Deserialize)]
struct Source {
    format: String,
    /// What its sketches are of, as [`Scheme::to_json`](cc_math_dedup::sketch::Scheme::to_json) says.
    scheme: Json,
    files: Vec<Indexed>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Indexed {
    file: RecordFile,
    /// Documents that the file is about.
    rows: u64,
}

impl Index {
    /// What is wrong with it.
    pub(crate) fn fault(&self) -> Option<String> {
        let name = self.add_as.as_ref()?;
        let safe = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let sound = !name.is_empty() && !name.starts_with('.') && name.chars().all(safe);
        (!sound).then(|| format!("`{name}` is to be of letters, digits, `-`, `_` and `.`"))
    }

    /// The sketches of all sources but that which the run is going to add, and how many documents
    /// they are of.
    pub(crate) fn load(&self, scheme: &Json) -> Result<(Vec<Numbered>, u64), RunError> {
        let tree = open_tree(&self.path)?;
        tree.look()?;
        let (mut files, mut base) = (Vec::new(), 0);
        for name in names(&*tree)? {
            if self.add_as.as_ref() == Some(&name) {
                continue;
            }
            let source = read(&*tree, &name)?;
            if source.scheme != *scheme {
                return Err(RunError::OtherIndex {
                    index: tree.root().to_string(),
                    source_name: name,
                });
            }
            for Indexed { file, rows } in source.files {
                let is_filter = matches!(file.contents, Contents::Filter { .. });
                files.push(Numbered { root: tree.root().clone(), file, base });
                base += if is_filter { 0 } else { rows };
            }
        }
        Ok((files, base))
    }

    /// Adds what a run wrote down of its documents: files, each with how many it is about.
    pub(crate) fn add(
        &self,
        dedup: &Dedup,
        root: &Root,
        mut mine: Vec<(&RecordFile, u64)>,
    ) -> Result<(), RunError> {
        let Some(name) = &self.add_as else { return Ok(()) };
        let tree = open_tree(&self.path)?;
        tree.make("")?;
        tree.look()?;
        let scheme = dedup.scheme.to_json();
        mine.sort_by(|a, b| a.0.path.cmp(&b.0.path));
        let is_same = |source: &Source| {
            let theirs = source.files.iter().map(|indexed| &indexed.file.xxh3);
            source.scheme == scheme && theirs.eq(mine.iter().map(|(file, _)| &file.xxh3))
        };
        if names(&*tree)?.contains(name) && is_same(&read(&*tree, name)?) {
            return Ok(());
        }
        remove(&*tree, name)?;
        tree.make(name)?;
        let mut files = Vec::new();
        for ((file, rows), number) in mine.into_iter().zip(0..) {
            let path = format!("{name}/{number:05}.sketch");
            copy(root, file, &*tree, &path)?;
            let file = RecordFile { path: path.into(), ..file.clone() };
            files.push(Indexed { file, rows });
        }
        let sizes = files.iter().map(|indexed| (&*indexed.file.path, indexed.file.bytes));
        tree.settle(&sizes.collect::<Vec<_>>())?;
        let source = Source { format: FORMAT.into(), scheme, files };
        let json = serde_json::to_vec(&source).unwrap_or_default();
        Ok(tree.write(&account(name), &json, Durability::Kept)?)
    }
}

fn account(name: &str) -> String {
    format!("{name}.json")
}

/// The names of the sources, sorted.
fn names(tree: &dyn Tree) -> Result<Vec<String>, RunError> {
    let files = tree.files("")?;
    let mut names: Vec<String> =
        files.iter().filter_map(|file| Some(file.strip_suffix(".json")?.to_owned())).collect();
    names.sort_unstable();
    Ok(names)
}

fn read(tree: &dyn Tree, name: &str) -> Result<Source, RunError> {
    let bytes = tree.read(&account(name))?.unwrap_or_default();
    let source = serde_json::from_slice::<Source>(&bytes).map_err(|e| e.to_string());
    let known = source.and_then(|source| match source.format == FORMAT {
        true => Ok(source),
        false => Err(format!("its format is `{}`", source.format)),
    });
    known.map_err(|message| RunError::Damaged { path: tree.root().path(&account(name)), message })
}

fn remove(tree: &dyn Tree, name: &str) -> Result<(), RunError> {
    tree.remove(&[&account(name)])?;
    Ok(tree.remove(&[name])?)
}

/// Copies a file of the run to the index.
fn copy(root: &Root, file: &RecordFile, tree: &dyn Tree, path: &str) -> Result<(), RunError> {
    let mut to = tree.pending(&format!("{path}.tmp"))?;
    let starts = (0..file.bytes).step_by(COPIED as usize);
    let piece = |start: u64| (file.path.clone(), start..(start + COPIED).min(file.bytes));
    for piece in starts.map(piece) {
        read_ranges(root, &[piece], |_, bytes| written(to.write_all(&bytes)))?;
    }
    Ok(tree.publish(to.seal()?, path)?)
}

/// A source of an index, as people are told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexedSource {
    /// Its name.
    pub name: String,
    /// Documents.
    pub documents: u64,
    /// Bytes of its files.
    pub bytes: u64,
}

/// What sources an index has.
///
/// # Errors
/// If it cannot be read.
pub fn indexed_sources(path: &Path) -> Result<Vec<IndexedSource>, RunError> {
    let tree = open_tree(path)?;
    tree.look()?;
    let told = |name: String| {
        let source = read(&*tree, &name)?;
        let documents = source.files.iter().map(|indexed| indexed.rows).sum();
        let bytes = source.files.iter().map(|indexed| indexed.file.bytes).sum();
        Ok(IndexedSource { name, documents, bytes })
    };
    names(&*tree)?.into_iter().map(told).collect()
}

/// Removes a source from an index; whether it was there.
///
/// # Errors
/// If that fails.
pub fn remove_indexed(path: &Path, name: &str) -> Result<bool, RunError> {
    let tree = open_tree(path)?;
    tree.look()?;
    let known = names(&*tree)?.iter().any(|known| known == name);
    if known {
        remove(&*tree, name)?;
    }
    Ok(known)
}
