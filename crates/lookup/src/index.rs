//! The files of an index, and what their folders say of them.

use crate::error::{LookupError, check_local};
use crate::ranged::{LocalFile, RangedRead};
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

/// Lists the Parquet files of an index: files, folders searched in depth, glob patterns. Of files
/// below folders `crawl=X` only those are taken whose X fits the pattern, and of files below
/// `subset=X` only those of `subset=warc`.
///
/// # Errors
/// If something is missing or no Parquet, or nothing is left.
pub fn list_index(typed: &[String], crawls: Option<&str>) -> Result<Listing, LookupError> {
    typed.iter().try_for_each(|typed| check_local(typed))?;
    let bad = |text: &str, e: glob::PatternError| LookupError::Pattern(text.into(), e.to_string());
    let pattern = crawls.map(|text| Pattern::new(text).map_err(|e| bad(text, e))).transpose()?;
    let mut listing = Listing { files: Vec::new(), passed_over: 0 };
    let (mut crawls_fit, mut last) = (false, String::new());
    for input in list_documents(typed).map_err(not_index)? {
        let Place::File(path) = input.place else { continue };
        let crawl = partition(&path, "crawl");
        let fits = pattern.as_ref().is_none_or(|p| crawl.is_some_and(|crawl| p.matches(crawl)));
        let is_parquet = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("parquet"));
        crawls_fit |= fits;
        last = path.display().to_string();
        let other = partition(&path, "subset").is_some_and(|subset| subset != SUBSET);
        if !fits || other || !is_parquet {
            listing.passed_over += 1;
            continue;
        }
        listing.files.push(IndexFile {
            name: last.as_str().into(),
            crawl: crawl.map(Arc::from),
            reader: Arc::new(LocalFile(path)),
        });
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

/// The value of a folder `name=value` in a path, as Hive lays tables out.
fn partition<'a>(path: &'a Path, name: &str) -> Option<&'a str> {
    let mut folders = path.components().rev().filter_map(|part| part.as_os_str().to_str());
    folders.find_map(|folder| folder.strip_prefix(name)?.strip_prefix('='))
}
