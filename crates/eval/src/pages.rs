//! The bytes of labelled pages, from a folder or from archives.

use crate::EvalError;
use crate::truth::Truth;
use cc_math_warc::http::{HttpLimits, Scratch};
use cc_math_warc::{Event, Limits, Record, RecordReader, Splitter};
use flate2::read::MultiGzDecoder;
use percent_encoding::percent_decode_str;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Largest page that is read from a folder, in bytes after decompression.
const LARGEST_PAGE: u64 = 64 << 20;

/// Where pages are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pages {
    /// Files named by the truth rows, relative to this folder; `.gz` is taken off.
    Folder(PathBuf),
    /// Archives; records and rows meet by address.
    Archives(Vec<PathBuf>),
}

/// A labelled page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelledPage {
    /// Its row, by position in the truth file.
    pub row: usize,
    /// Its address.
    pub url: String,
    /// `Content-Type`, as the archive has it; `text/html` for files.
    pub content_type: Option<String>,
    /// Body, with the encodings of HTTP removed.
    pub bytes: Vec<u8>,
}

impl Pages {
    /// The pages of these rows that are there, in the order of the rows.
    ///
    /// # Errors
    /// A named archive or file that cannot be read. Rows without a page are left out.
    pub fn load(&self, truth: &[Truth]) -> Result<Vec<LabelledPage>, EvalError> {
        let mut pages = match self {
            Pages::Folder(folder) => from_folder(folder, truth)?,
            Pages::Archives(archives) => from_archives(archives, truth)?,
        };
        pages.sort_by_key(|page| page.row);
        Ok(pages)
    }
}

/// The form of an address by which pages, rows and documents meet: percent signs decoded.
pub fn address(url: &str) -> String {
    percent_decode_str(url).decode_utf8_lossy().into_owned()
}

fn from_folder(folder: &Path, truth: &[Truth]) -> Result<Vec<LabelledPage>, EvalError> {
    let mut pages = Vec::new();
    for (row, labels) in truth.iter().enumerate() {
        let Some(file) = labels.file.as_deref() else { continue };
        let path = folder.join(file);
        let bytes = read_file(&path).map_err(EvalError::read(&path))?;
        let url = labels.url.clone().unwrap_or_default();
        pages.push(LabelledPage { row, url, content_type: Some("text/html".into()), bytes });
    }
    Ok(pages)
}

fn read_file(path: &Path) -> std::io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let mut bytes = Vec::new();
    if path.extension().is_some_and(|ending| ending == "gz") {
        MultiGzDecoder::new(file).take(LARGEST_PAGE).read_to_end(&mut bytes)?;
    } else {
        file.take(LARGEST_PAGE).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

fn from_archives(archives: &[PathBuf], truth: &[Truth]) -> Result<Vec<LabelledPage>, EvalError> {
    let with_url = truth
        .iter()
        .enumerate()
        .filter_map(|(row, labels)| Some((address(labels.url.as_deref()?), row)));
    let mut wanted: BTreeMap<String, usize> = with_url.collect();
    let mut pages = Vec::new();
    for path in archives {
        read_archive(path, &mut wanted, &mut pages).map_err(EvalError::read(path))?;
    }
    Ok(pages)
}

/// Takes the wanted pages of one archive; of several with one address, the first.
fn read_archive(
    path: &Path,
    wanted: &mut BTreeMap<String, usize>,
    pages: &mut Vec<LabelledPage>,
) -> std::io::Result<()> {
    let mut reader = RecordReader::new(Limits::default());
    let mut scratch = Scratch::default();
    for chunk in Splitter::new(File::open(path)?, "archive", Limits::default()) {
        let chunk = chunk?;
        let mut records = reader.read(&chunk);
        while let Some(event) = records.next() {
            let Event::Record(record) = event else { continue };
            pages.extend(labelled(&record, wanted, &mut scratch));
        }
    }
    Ok(())
}

fn labelled(
    record: &Record<'_>,
    wanted: &mut BTreeMap<String, usize>,
    scratch: &mut Scratch,
) -> Option<LabelledPage> {
    let url = record.target_uri()?.into_owned();
    let key = address(&url);
    let row = *wanted.get(&key)?;
    let payload = record.page(&HttpLimits::default(), scratch).ok()?;
    let content_type = payload.content_type.map(|kind| kind.into_owned());
    wanted.remove(&key);
    Some(LabelledPage { row, url, content_type, bytes: payload.body.to_vec() })
}
