//! What the operator named, made into a list of inputs.
//!
//! Names are relative to what was named: the file name of a file, the path
//! inside a folder or below the fixed part of a pattern, the line of a list.
//! So ids, and with them the bytes of outputs, are the same wherever the
//! files lie.

use crate::ranges::{RecordRange, read_ranges};
use crate::remote::{self, Listed, Object, is_address};
use crate::{Place, Root, StoreError};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One thing to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// Its name in outputs.
    pub name: Arc<str>,
    /// Where its bytes are.
    pub place: Place,
    /// What it is.
    pub form: Form,
}

/// What an input is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// A WARC or ARC file, compressed or not.
    Archive,
    /// One page: HTML, a notebook, plain text.
    Page,
    /// Documents: Parquet, or JSON Lines, compressed or not.
    Documents,
    /// Record ranges of archives that lie under `root`.
    Ranges {
        /// What the archives' names are relative to.
        root: Root,
        /// The ranges, in the table's order.
        ranges: Vec<RecordRange>,
    },
    /// To be told from the first bytes ([`sniff`]).
    Unknown,
}

/// What a file name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    Archive,
    Page,
    List,
    Table,
    Nothing,
}

fn named(path: &str) -> Named {
    let lower = path.to_lowercase();
    let name = [".gz", ".zst", ".zstd"].iter().find_map(|end| lower.strip_suffix(end));
    match name.unwrap_or(&lower).rsplit('.').next() {
        Some("warc" | "arc" | "wet" | "wat") => Named::Archive,
        Some("html" | "htm" | "xhtml" | "ipynb" | "txt") => Named::Page,
        Some("paths") => Named::List,
        Some("csv" | "tsv" | "jsonl" | "parquet") => Named::Table,
        _ => Named::Nothing,
    }
}

/// Whether a file of this name holds documents.
pub(crate) fn holds_documents(name: &str) -> bool {
    let name = name.to_lowercase();
    [".parquet", ".jsonl", ".jsonl.gz", ".jsonl.zst"].iter().any(|ending| name.ends_with(ending))
}

/// Whether a table is one of Parquet, by its name.
pub(crate) fn is_parquet(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("parquet"))
}

/// The media type that a page's file name stands for.
pub fn media_type(name: &str) -> Option<&'static str> {
    let lower = name.to_lowercase();
    match lower.trim_end_matches(".gz").trim_end_matches(".zst").rsplit('.').next()? {
        "html" | "htm" => Some("text/html"),
        "xhtml" => Some("application/xhtml+xml"),
        "ipynb" => Some("application/x-ipynb+json"),
        "txt" => Some("text/plain"),
        _ => None,
    }
}

/// What a file is by its first bytes: compressed files and those that begin
/// like WARC or ARC are archives, files that begin with `<` are pages.
pub fn sniff(head: &[u8]) -> Form {
    const ARCHIVES: [&[u8]; 4] = [b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"WARC/", b"filedesc:"];
    // A zstd file may begin with a skippable frame, which holds the dictionary.
    let skippable = matches!(head, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..]);
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    match text.first() {
        _ if skippable || ARCHIVES.iter().any(|magic| head.starts_with(magic)) => Form::Archive,
        Some(b'<') => Form::Page,
        _ => Form::Unknown,
    }
}

/// Lists the inputs behind what the operator typed: files, folders (searched in
/// depth), glob patterns, addresses of objects, of prefixes and of patterns, `-`,
/// lists of paths and tables of record ranges, whose entries are relative to
/// `paths_root` or else to the list's own folder. The
/// order is that of typing; within a folder or pattern, that of names. A file
/// named twice is read once.
///
/// # Errors
/// If something is missing, not recognised or holds nothing to read, or a store does not answer.
pub fn list_inputs(typed: &[String], paths_root: Option<&Path>) -> Result<Vec<Input>, StoreError> {
    list(typed, Wanted::Pages, paths_root)
}

/// Lists files of documents as [`list_inputs`] lists pages: `.parquet` and `.jsonl[.gz|.zst]`
/// files, folders of them, glob patterns, lists of their paths (`.paths[.gz]`). Of the output
/// folder of a run its `documents/` are read. `paths_root` is where the files of lists lie, if not
/// beside the list.
///
/// # Errors
/// If something is missing or holds no documents, or a store does not answer.
pub fn list_documents(
    typed: &[String],
    paths_root: Option<&Path>,
) -> Result<Vec<Input>, StoreError> {
    list(typed, Wanted::Documents, paths_root)
}

fn list(
    typed: &[String],
    wanted: Wanted,
    paths_root: Option<&Path>,
) -> Result<Vec<Input>, StoreError> {
    let mut listing = Listing { wanted, paths_root, found: Vec::new(), seen: BTreeSet::new() };
    for text in typed {
        listing.add(text)?;
    }
    distinct(listing.found)
}

/// What a list is to be of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Pages,
    Documents,
}

impl Wanted {
    /// What a file of a folder is, if it is wanted.
    fn form(self, name: &str) -> Option<Form> {
        match (self, named(name)) {
            (Wanted::Documents, _) => holds_documents(name).then_some(Form::Documents),
            (Wanted::Pages, Named::Archive) => Some(Form::Archive),
            (Wanted::Pages, Named::Page) => Some(Form::Page),
            (Wanted::Pages, Named::List | Named::Table | Named::Nothing) => None,
        }
    }
}

struct Found {
    input: Input,
    /// The path as typed, which tells apart files of one name.
    typed: String,
}

struct Listing<'a> {
    wanted: Wanted,
    paths_root: Option<&'a Path>,
    found: Vec<Found>,
    seen: BTreeSet<PathBuf>,
}

impl Listing<'_> {
    fn add(&mut self, text: &str) -> Result<(), StoreError> {
        let path = Path::new(text);
        match text {
            "-" if self.wanted == Wanted::Pages => {
                self.push("stdin", Place::Stdin, Form::Unknown);
                Ok(())
            }
            _ if is_address(text) => self.add_address(text),
            _ if path.is_dir() => self.add_folder(path),
            _ if path.exists() => self.add_file(path),
            _ if text.contains(['*', '?', '[']) => self.add_pattern(text),
            _ => Err(StoreError::Missing(text.into())),
        }
    }

    fn push(&mut self, name: &str, place: Place, form: Form) {
        let typed = match &place {
            Place::File(path) => {
                let real = fs::canonicalize(path).unwrap_or_else(|_| path.clone());
                if !self.seen.insert(real) {
                    return;
                }
                slashes(path)
            }
            Place::Remote(object) => {
                if !self.seen.insert(object.address().into()) {
                    return;
                }
                object.address().into()
            }
            Place::Stdin => "-".into(),
        };
        self.found.push(Found { input: Input { name: name.into(), place, form }, typed });
    }

    fn add_file(&mut self, path: &Path) -> Result<(), StoreError> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        self.add_named(Place::File(path.into()), &name)
    }

    fn add_named(&mut self, place: Place, name: &str) -> Result<(), StoreError> {
        if self.wanted == Wanted::Documents && named(name) != Named::List {
            let none = || StoreError::NoDocuments(place.to_string());
            let form = self.wanted.form(name).ok_or_else(none)?;
            self.push(name, place, form);
            return Ok(());
        }
        let form = match named(name) {
            Named::Archive => Form::Archive,
            Named::Page => Form::Page,
            Named::List => return self.add_list(&place),
            Named::Table => {
                let ranges = read_ranges(&place)?;
                Form::Ranges { root: self.root(&place), ranges }
            }
            Named::Nothing => sniff_place(&place)?,
        };
        self.push(name, place, form);
        Ok(())
    }

    fn root(&self, list: &Place) -> Root {
        self.paths_root.map_or_else(|| Root::beside(list), Root::named)
    }

    /// A list may name files that are gone: reading will tell, file by file.
    fn add_list(&mut self, list: &Place) -> Result<(), StoreError> {
        let root = self.root(list);
        for line in list.open_decoded()?.lines() {
            let line = line.map_err(|e| StoreError::at("read", list, e))?;
            match line.trim() {
                "" => {}
                line => {
                    let form = match (self.wanted, named(line)) {
                        (Wanted::Documents, _) => Form::Documents,
                        (Wanted::Pages, Named::Page) => Form::Page,
                        (Wanted::Pages, _) => Form::Archive,
                    };
                    self.push(line, root.place(line)?, form);
                }
            }
        }
        Ok(())
    }

    fn add_address(&mut self, text: &str) -> Result<(), StoreError> {
        match remote::find(text)? {
            Listed::One(object) => {
                let place = Place::Remote(object);
                let name = last_part(&place.path_text());
                self.add_named(place, &name)
            }
            Listed::Below(objects) => self.add_below(text, objects),
            Listed::Matching(objects) => objects
                .into_iter()
                .try_for_each(|(name, object)| self.add_named(Place::Remote(object), &name)),
        }
    }

    /// Adds what is wanted of the objects below a prefix, as of the files in a folder.
    fn add_below(
        &mut self,
        prefix: &str,
        objects: Vec<(String, Object)>,
    ) -> Result<(), StoreError> {
        const INNER: &str = "documents/";
        let is_output = self.wanted == Wanted::Documents
            && objects.iter().any(|(name, _)| name.starts_with(INNER));
        let before = self.found.len();
        for (name, object) in objects {
            let inner = if is_output { name.strip_prefix(INNER) } else { Some(name.as_str()) };
            let Some(name) = inner else { continue };
            if let Some(form) = self.wanted.form(name) {
                self.push(name, Place::Remote(object), form);
            }
        }
        self.found_some(before, prefix)
    }

    fn found_some(&self, before: usize, place: &str) -> Result<(), StoreError> {
        match self.wanted {
            _ if self.found.len() > before => Ok(()),
            Wanted::Pages => Err(StoreError::Empty(place.into())),
            Wanted::Documents => Err(StoreError::NoDocuments(place.into())),
        }
    }

    fn add_folder(&mut self, folder: &Path) -> Result<(), StoreError> {
        let inner = folder.join("documents");
        let is_output = self.wanted == Wanted::Documents && inner.is_dir();
        let folder = if is_output { inner.as_path() } else { folder };
        let mut files = Vec::new();
        collect_files(folder, &mut files)?;
        let before = self.found.len();
        for file in files {
            let name = relative(&file, folder);
            if let Some(form) = self.wanted.form(&name) {
                self.push(&name, Place::File(file), form);
            }
        }
        self.found_some(before, &folder.display().to_string())
    }

    fn add_pattern(&mut self, pattern: &str) -> Result<(), StoreError> {
        let bad = |e: glob::PatternError| StoreError::malformed(pattern, e.to_string());
        let before = self.found.len();
        let fixed = fixed_part(pattern);
        for path in glob::glob(pattern).map_err(bad)? {
            let path = path.map_err(|e| {
                let path = e.path().to_path_buf();
                StoreError::io("read", &path, e.into())
            })?;
            if path.is_file() {
                let name = relative(&path, &fixed);
                self.add_named(Place::File(path), &name)?;
            }
        }
        if self.found.len() == before { Err(StoreError::Missing(pattern.into())) } else { Ok(()) }
    }
}

fn sniff_place(place: &Place) -> Result<Form, StoreError> {
    const HEAD: u64 = 512;
    let head = match place {
        Place::Remote(object) => object.head(HEAD)?,
        _ => {
            let mut head = Vec::new();
            let read = place.open().and_then(|file| file.take(HEAD).read_to_end(&mut head));
            read.map_err(|e| StoreError::at("open", place, e))?;
            head
        }
    };
    match sniff(&head) {
        Form::Unknown => Err(StoreError::UnknownForm(place.to_string())),
        form => Ok(form),
    }
}

/// The last part of an address's path, or the whole of one that has none.
fn last_part(address: &str) -> String {
    let path = address.trim_end_matches('/');
    path.rsplit('/').next().unwrap_or(path).into()
}

/// The files of a folder and its folders, sorted by path. Links to folders are
/// not followed, so that the walk ends; nor are hidden names, which hold no data.
fn collect_files(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), StoreError> {
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let fault = |e| StoreError::io("read", &folder, e);
        for entry in fs::read_dir(&folder).map_err(fault)? {
            let entry = entry.map_err(fault)?;
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            match entry.file_type().map_err(fault)? {
                _ if hidden => {}
                kind if kind.is_dir() => folders.push(entry.path()),
                _ if entry.path().is_file() => files.push(entry.path()),
                _ => {}
            }
        }
    }
    files.sort();
    Ok(())
}

/// The folders of a pattern before its first wildcard.
fn fixed_part(pattern: &str) -> PathBuf {
    let parts = Path::new(pattern).components();
    let fixed =
        parts.take_while(|part| !part.as_os_str().to_string_lossy().contains(['*', '?', '[']));
    fixed.collect()
}

fn relative(path: &Path, folder: &Path) -> String {
    slashes(path.strip_prefix(folder).unwrap_or(path))
}

fn slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// Gives inputs of one name the paths that were typed for them instead.
fn distinct(found: Vec<Found>) -> Result<Vec<Input>, StoreError> {
    let mut uses: BTreeMap<Arc<str>, usize> = BTreeMap::new();
    for found in &found {
        *uses.entry(Arc::clone(&found.input.name)).or_default() += 1;
    }
    let mut names = BTreeSet::new();
    let mut inputs = Vec::with_capacity(found.len());
    for Found { mut input, typed } in found {
        if uses.get(&input.name).is_some_and(|&n| n > 1) {
            input.name = typed.into();
        }
        if !names.insert(Arc::clone(&input.name)) {
            return Err(StoreError::SameName(input.name.to_string()));
        }
        inputs.push(input);
    }
    Ok(inputs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capped::tests::scratch;

    fn tree(name: &str) -> PathBuf {
        let folder = scratch(name);
        for file in
            ["b/x.warc.gz", "a.warc", "b/c/x.warc.gz", "b/page.html", ".hidden/y.warc", "note.md"]
        {
            let path = folder.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "WARC/1.0").unwrap();
        }
        fs::write(folder.join("warc.paths"), "b/x.warc.gz\n\ngone.warc.gz\n").unwrap();
        folder
    }

    fn check(folder: &Path, typed: &[&str], expected: Result<&[&str], &str>) {
        let typed: Vec<String> =
            typed.iter().map(|text| text.replace('@', &folder.to_string_lossy())).collect();
        match (list_inputs(&typed, None), expected) {
            (Ok(found), Ok(expected)) => {
                let names: Vec<_> = found.iter().map(|input| &*input.name).collect();
                assert_eq!(names, expected);
            }
            (Err(error), Err(expected)) => assert!(error.to_string().contains(expected), "{error}"),
            (found, expected) => panic!("{found:?} is not {expected:?}"),
        }
    }

    #[test]
    fn names_are_relative_to_what_was_named() {
        let folder = tree("names");
        check(&folder, &["@"], Ok(&["a.warc", "b/c/x.warc.gz", "b/page.html", "b/x.warc.gz"]));
        check(&folder, &["@/b"], Ok(&["c/x.warc.gz", "page.html", "x.warc.gz"]));
        check(&folder, &["@/b/x.warc.gz"], Ok(&["x.warc.gz"]));
        check(&folder, &["@/**/*.warc.gz"], Ok(&["b/c/x.warc.gz", "b/x.warc.gz"]));
        check(&folder, &["@/b/*.warc.gz", "-"], Ok(&["x.warc.gz", "stdin"]));
        check(&folder, &["@/warc.paths"], Ok(&["b/x.warc.gz", "gone.warc.gz"]));
    }

    #[test]
    fn a_file_named_twice_is_read_once() {
        let folder = tree("twice");
        check(&folder, &["@/b/x.warc.gz", "@/b"], Ok(&["x.warc.gz", "c/x.warc.gz", "page.html"]));
    }

    #[test]
    fn files_of_one_name_get_the_names_typed() {
        let folder = tree("collision");
        let typed = |file: &str| format!("{}/{file}", folder.display());
        let inputs = list_inputs(&[typed("b/x.warc.gz"), typed("b/c/x.warc.gz")], None).unwrap();
        let names: Vec<_> = inputs.iter().map(|input| input.name.to_string()).collect();
        assert_eq!(names, [typed("b/x.warc.gz"), typed("b/c/x.warc.gz")]);
    }

    #[test]
    fn what_cannot_be_read_is_refused_by_name() {
        let folder = tree("refused");
        check(&folder, &["@/none.warc"], Err("no file or folder"));
        check(&folder, &["@/*.zip"], Err("no file or folder"));
        check(&folder, &["ftp://host/x.warc.gz"], Err("is no address of a store"));
        check(&folder, &["@/.hidden/none/"], Err("no file or folder"));
        fs::write(folder.join("odd.bin"), "odd").unwrap();
        check(&folder, &["@/odd.bin"], Err("cannot tell what"));
        fs::create_dir_all(folder.join("empty")).unwrap();
        check(&folder, &["@/empty"], Err("nothing to read"));
    }

    #[test]
    fn content_tells_what_a_name_does_not() {
        assert_eq!(sniff(b"WARC/1.0\r\n"), Form::Archive);
        assert_eq!(sniff(&[0x1f, 0x8b, 8]), Form::Archive);
        assert_eq!(sniff(&[0x5d, 0x2a, 0x4d, 0x18]), Form::Archive);
        assert_eq!(sniff(b"\xef\xbb\xbf \n<html>"), Form::Page);
        assert_eq!(sniff(b"hello"), Form::Unknown);
        assert_eq!(sniff(b""), Form::Unknown);
    }
}
