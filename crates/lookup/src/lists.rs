//! Lists of URLs: text, JSON Lines, Parquet.

use crate::error::LookupError;
use crate::wanted::{NoUrl, Urls};
use arrow_array::Array;
use cc_math_store::{Object, Place, StoreError, text_at};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::errors::ParquetError;
use serde_json::Value as Json;
use std::fs::File;
use std::io::{BufRead, Read};
use std::path::Path;

/// Bytes of a line that are kept; a longer one is no URL.
const LONGEST_LINE: u64 = 1 << 20;

/// Adds the URLs of a file: a `.parquet` or `.jsonl[.gz|.zst]` table with a column of them, or
/// text with one a line, compressed or not, here or (but for Parquet) in a store. `-` is text on
/// standard input. Empty lines are none.
///
/// # Errors
/// If the file cannot be read to its end, or is a table without the column.
pub fn read_urls(file: &str, column: &str, urls: &mut Urls) -> Result<(), LookupError> {
    let lower = file.to_lowercase();
    let name = [".gz", ".zst"].iter().find_map(|end| lower.strip_suffix(end)).unwrap_or(&lower);
    let place = place(file)?;
    match name.rsplit('.').next() {
        Some("parquet") => match &place {
            Place::File(path) => read_parquet(path, column, urls),
            _ => Err(LookupError::Remote(file.into())),
        },
        Some("jsonl") => read_lines(&place, urls, |line, urls| add_json(line, column, urls)),
        _ => read_lines(&place, urls, |line, urls| urls.add(line)),
    }
}

/// Looks for a list, and does not read it.
///
/// # Errors
/// If there is none of that name.
pub fn find_list(file: &str) -> Result<(), LookupError> {
    place(file).map(drop).map_err(LookupError::from)
}

fn place(file: &str) -> Result<Place, StoreError> {
    match file {
        "-" => Ok(Place::Stdin),
        _ if file.contains("://") => Object::at(file).map(Place::Remote),
        _ if !Path::new(file).exists() => Err(StoreError::Missing(file.into())),
        _ => Ok(Place::File(file.into())),
    }
}

fn read_lines(
    place: &Place,
    urls: &mut Urls,
    add: impl Fn(&str, &mut Urls),
) -> Result<(), LookupError> {
    let mut reader = place.open_decoded()?;
    let fault = |e| LookupError::Store(StoreError::at("read", place, e));
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = Read::take(&mut reader, LONGEST_LINE).read_until(b'\n', &mut line);
        let n = read.map_err(fault)?;
        if n as u64 == LONGEST_LINE && line.last() != Some(&b'\n') {
            reader.skip_until(b'\n').map_err(fault)?;
        }
        let text = String::from_utf8_lossy(&line);
        match text.trim() {
            "" if n == 0 => return Ok(()),
            "" => {}
            text if std::str::from_utf8(&line).is_err() => {
                urls.add_malformed(text, NoUrl::NotText);
            }
            text => add(text, urls),
        }
    }
}

fn add_json(line: &str, column: &str, urls: &mut Urls) {
    let row: Option<Json> = serde_json::from_str(line).ok();
    match row.as_ref().and_then(|row| row.get(column)).and_then(Json::as_str) {
        Some(url) => urls.add(url),
        None => urls.add_malformed(line, NoUrl::Absent),
    }
}

fn read_parquet(path: &Path, column: &str, urls: &mut Urls) -> Result<(), LookupError> {
    let fault = |e| LookupError::parquet(path, e);
    let file = File::open(path).map_err(|e| LookupError::read(path, e))?;
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let builder =
        ParquetRecordBatchReaderBuilder::try_new_with_options(file, options).map_err(fault)?;
    let no_column =
        || LookupError::NoColumn { path: path.display().to_string(), column: column.into() };
    let index = builder.schema().index_of(column).map_err(|_| no_column())?;
    let mask = ProjectionMask::roots(builder.parquet_schema(), [index]);
    for batch in builder.with_projection(mask).build().map_err(fault)? {
        let batch = batch.map_err(|e| fault(ParquetError::from(e)))?;
        let values = batch.column(0);
        for row in 0..batch.num_rows() {
            match text_at(values, row).filter(|_| values.is_valid(row)) {
                Some(url) => urls.add(url),
                None => urls.add_malformed("", NoUrl::Absent),
            }
        }
    }
    Ok(())
}
