//! The files of an index, and what their folders say of them.

use crate::error::LookupError;
use crate::ranged::{LocalFile, RangedRead, RemoteFile};
use cc_math_store::{Place, StoreError, list_documents};
use glob::Pattern;
use std::path::Path;
use std::sync::Arc;

/// One Parquet file of an index.
#[derive(Clone)]
pub struct IndexFile {
    /// Its name, for people.
    pub name: Arc<str>,
    /// Its bytes.
    pub reader: Arc<dyn RangedRead>,
    /// The crawl, as in the folder `crawl=...`.
    pub crawl: Option<Arc<str>>,
}

/// The index files behind what was typed, and how many were passed over.
pub struct Listing {
    /// In the order of typing, and of names within a folder.
    pub files: Vec<IndexFile>,
    /// Files of other crawls, of other subsets, and of other formats.
    pub passed_over: usize,
}

/// The subset that holds pages: others hold redirects, failures and robots.txt.
const SUBSET: &str = "warc";

/// Lists the Parquet files of an index, here or in a store: files, folders searched in depth, glob
/// patterns, lists of paths (`.paths[.gz]`), which are below `root` if not beside the list. Of
/// files below folders `crawl=X` only those are taken whose X fits the pattern, and of files
/// below `subset=X` only those of `subset=warc`.
///
/// # Errors
/// If something is missing or no Parquet, nothing is left, or a store does not answer.
pub fn list_index(
    typed: &[String],
    root: Option<&Path>,
    crawls: Option<&str>,
) -> Result<Listing, LookupError> {
    let bad = |text: &str, e: glob::PatternError| LookupError::Pattern(text.into(), e.to_string());
    let pattern = crawls.map(|text| Pattern::new(text).map_err(|e| bad(text, e))).transpose()?;
    let mut listing = Listing { files: Vec::new(), passed_over: 0 };
    let (mut crawls_fit, mut last) = (false, String::new());
    for input in list_documents(typed, root).map_err(not_index)? {
        let path = input.place.to_string();
        let crawl = partition(&path, "crawl");
        let fits = pattern.as_ref().is_none_or(|p| crawl.is_some_and(|crawl| p.matches(crawl)));
        let is_parquet = path.to_lowercase().ends_with(".parquet");
        crawls_fit |= fits;
        let other = partition(&path, "subset").is_some_and(|subset| subset != SUBSET);
        let reader: Option<Arc<dyn RangedRead>> = match input.place {
            _ if !fits || other || !is_parquet => None,
            Place::File(path) => Some(Arc::new(LocalFile(path))),
            Place::Remote(object) => Some(Arc::new(RemoteFile(object))),
            Place::Stdin => None,
        };
        let crawl = crawl.map(Arc::from);
        match reader {
            Some(reader) => {
                listing.files.push(IndexFile { name: path.as_str().into(), crawl, reader });
            }
            None => listing.passed_over += 1,
        }
        last = path;
    }
    match crawls {
        _ if !listing.files.is_empty() => {}
        Some(crawls) if !crawls_fit => return Err(LookupError::NoCrawl(crawls.into())),
        _ => return Err(LookupError::NotIndex(last)),
    }
    Ok(listing)
}

fn not_index(error: StoreError) -> LookupError {
    match error {
        StoreError::NoDocuments(path) => LookupError::NotIndex(path),
        error => error.into(),
    }
}

/// Threads that wait for a store cost little.
const WAITING: usize = 16;

/// Threads to look up with: as many as the machine has, or more where an index lies in a store.
pub fn lookup_threads(index: &[IndexFile]) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    if index.iter().any(|file| file.name.contains("://")) { cores.max(WAITING) } else { cores }
}

/// The value of a folder `name=value` in a path, as Hive lays tables out.
fn partition<'a>(path: &'a str, name: &str) -> Option<&'a str> {
    path.rsplit(['/', '\\']).find_map(|folder| folder.strip_prefix(name)?.strip_prefix('='))
}
