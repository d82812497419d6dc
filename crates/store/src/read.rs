//! Tables read back, whatever their format.

use crate::columns::{Column, Kind, Value};
use crate::input::{holds_documents, is_parquet};
use crate::jsonl::{read_json_line, unfit};
use crate::spool::{Chunks, Table};
use crate::{Reject, Row, StoreError, open_decoded};
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType,
    TimestampNanosecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, TimeUnit};
use cc_math_core::{Document, Formula, FormulaKind, Status};
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;
use parquet::file::reader::ChunkReader;
use std::fs::{self, File};
use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Rows handed over by a reader.
pub type Rows<R> = Box<dyn Iterator<Item = Result<R, StoreError>>>;

/// Reads documents: a `.parquet` or `.jsonl[.gz|.zst]` file, a folder of them,
/// or an output folder, of which its `documents/` are read, those in folders
/// `column=value` too. Files of a folder come in the order of their names. A missing `id` is derived from the text.
/// Columns that this version does not know are left unread.
///
/// # Errors
/// If there is nothing to read; later, as items, what is wrong with a file.
pub fn read_documents(path: &Path) -> Result<Rows<Document>, StoreError> {
    read_table(path, "documents")
}

/// Reads rejects, as [`read_documents`] reads documents.
///
/// # Errors
/// If there is nothing to read; later, as items, what is wrong with a file.
pub fn read_rejects(path: &Path) -> Result<Rows<Reject>, StoreError> {
    read_table(path, "rejects")
}

fn read_table<R: Row>(path: &Path, part: &str) -> Result<Rows<R>, StoreError> {
    let files = table_files(path, part)?;
    Ok(Box::new(files.into_iter().flat_map(|file| match read_file(&file) {
        Ok(rows) => rows,
        Err(error) => Box::new(std::iter::once(Err(error))) as Rows<R>,
    })))
}

fn table_files(path: &Path, part: &str) -> Result<Vec<PathBuf>, StoreError> {
    if path.is_file() {
        return Ok(vec![path.into()]);
    }
    let inner = path.join(part);
    let mut folders = vec![if inner.is_dir() { inner } else { path.into() }];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(|e| StoreError::io("read", &folder, e))? {
            let entry = entry.map_err(|e| StoreError::io("read", &folder, e))?;
            let partition = entry.file_name().to_string_lossy().contains('=');
            match entry.path() {
                path if partition && path.is_dir() => folders.push(path),
                path => files.extend(is_table(&path).then_some(path)),
            }
        }
    }
    files.sort();
    if files.is_empty() { Err(StoreError::Empty(path.display().to_string())) } else { Ok(files) }
}

fn is_table(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    file.is_file() && holds_documents(&name)
}

fn read_file<R: Row>(path: &Path) -> Result<Rows<R>, StoreError> {
    if is_parquet(path) { read_parquet(path) } else { read_jsonl(path) }
}

fn read_jsonl<R: Row>(path: &Path) -> Result<Rows<R>, StoreError> {
    let lines = open_decoded(path)?.lines().enumerate();
    let path = path.to_path_buf();
    let rows = lines.map(move |(index, line)| {
        let line = line.map_err(|e| StoreError::io("read", &path, e))?;
        read_json_line(&line, &format!("{}:{}", path.display(), index + 1))
    });
    Ok(Box::new(rows))
}

/// Opens a Parquet file for reading in batches of `rows`.
pub(crate) fn parquet_batches(
    table: &Table,
    rows: usize,
) -> Result<ParquetRecordBatchReader, StoreError> {
    match table {
        Table::File(path) => {
            let file = File::open(path).map_err(|e| StoreError::io("open", path, e))?;
            batches(file, path, rows)
        }
        Table::Spooled(copy) => batches(Chunks(Arc::clone(copy)), copy.place.as_ref(), rows),
    }
}

fn batches<R: ChunkReader + 'static>(
    chunks: R,
    path: &Path,
    rows: usize,
) -> Result<ParquetRecordBatchReader, StoreError> {
    let metadata = metadata(&chunks, path)?;
    let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(chunks, metadata);
    builder.with_batch_size(rows).build().map_err(|e| StoreError::parquet("read", path, e))
}

/// Reads the footer of a Parquet file. The file's Parquet types decide, not the Arrow schema that
/// its writer may have left in it.
pub(crate) fn parquet_metadata(table: &Table) -> Result<ArrowReaderMetadata, StoreError> {
    match table {
        Table::File(path) => {
            let file = File::open(path).map_err(|e| StoreError::io("open", path, e))?;
            metadata(&file, path)
        }
        Table::Spooled(copy) => metadata(&Chunks(Arc::clone(copy)), copy.place.as_ref()),
    }
}

fn metadata<R: ChunkReader>(chunks: &R, path: &Path) -> Result<ArrowReaderMetadata, StoreError> {
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    ArrowReaderMetadata::load(chunks, options).map_err(|e| StoreError::parquet("read", path, e))
}

fn read_parquet<R: Row>(path: &Path) -> Result<Rows<R>, StoreError> {
    let place = path.display().to_string();
    let path = path.to_path_buf();
    let batches = parquet_batches(&Table::File(path.clone()), 64)?;
    Ok(Box::new(batches.flat_map(move |batch| match batch {
        Ok(batch) => rows_of(&batch, &place),
        Err(e) => vec![Err(StoreError::parquet("read", &path, ParquetError::from(e)))],
    })))
}

fn rows_of<R: Row>(batch: &RecordBatch, place: &str) -> Vec<Result<R, StoreError>> {
    let mut rows: Vec<R> = (0..batch.num_rows()).map(|_| R::blank()).collect();
    for column in R::COLUMNS {
        let Some(array) = batch.column_by_name(column.name) else { continue };
        if let Err(message) = fill(column, array, &mut rows) {
            return vec![Err(StoreError::malformed(place, message))];
        }
    }
    rows.iter_mut().for_each(Row::complete);
    rows.into_iter().map(Ok).collect()
}

/// Sets a column of rows; absent values are left as they are.
pub(crate) fn fill<R>(column: &Column<R>, array: &dyn Array, rows: &mut [R]) -> Result<(), String> {
    for (index, row) in rows.iter_mut().enumerate().filter(|(index, _)| array.is_valid(*index)) {
        let value = value(column.kind, array, index).ok_or_else(|| unfit(column))?;
        (column.set)(row, value).then_some(()).ok_or_else(|| unfit(column))?;
    }
    Ok(())
}

fn value(kind: Kind, array: &dyn Array, index: usize) -> Option<Value> {
    match kind {
        Kind::Text { .. } | Kind::Json => {
            text_at(array, index).map(|text| Value::Text(text.into()))
        }
        Kind::U32 | Kind::I64 | Kind::Time => number_at(array, index).map(Value::Number),
        Kind::Formulas => formulas_at(array, index).map(Value::Formulas),
    }
}

/// The text at an index that is in range, whatever width of offsets the file has.
pub fn text_at(array: &dyn Array, index: usize) -> Option<&str> {
    match array.data_type() {
        DataType::Utf8 => Some(array.as_string::<i32>().value(index)),
        DataType::LargeUtf8 => Some(array.as_string::<i64>().value(index)),
        DataType::Utf8View => Some(array.as_string_view().value(index)),
        _ => None,
    }
}

/// The whole number, or the milliseconds, at an index that is in range.
pub fn number_at(array: &dyn Array, index: usize) -> Option<i64> {
    macro_rules! number {
        ($type:ty) => {
            array.as_primitive::<$type>().value(index)
        };
    }
    match array.data_type() {
        DataType::Int8 => Some(number!(Int8Type).into()),
        DataType::Int16 => Some(number!(Int16Type).into()),
        DataType::Int32 => Some(number!(Int32Type).into()),
        DataType::Int64 => Some(number!(Int64Type)),
        DataType::UInt8 => Some(number!(UInt8Type).into()),
        DataType::UInt16 => Some(number!(UInt16Type).into()),
        DataType::UInt32 => Some(number!(UInt32Type).into()),
        DataType::UInt64 => i64::try_from(number!(UInt64Type)).ok(),
        DataType::Timestamp(TimeUnit::Millisecond, _) => Some(number!(TimestampMillisecondType)),
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            Some(number!(TimestampMicrosecondType).div_euclid(1000))
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            Some(number!(TimestampNanosecondType).div_euclid(1_000_000))
        }
        _ => None,
    }
}

fn formulas_at(array: &dyn Array, index: usize) -> Option<Vec<Formula>> {
    let list = array.as_list_opt::<i32>()?.value(index);
    let fields = list.as_struct_opt()?;
    let column = |name| fields.column_by_name(name);
    let (start, end) = (column("start")?, column("end")?);
    let (display, kind, status) = (column("display")?, column("kind")?, column("status")?);
    let formula = |at| {
        Some(Formula {
            start: number_at(start, at)?.try_into().ok()?,
            end: number_at(end, at)?.try_into().ok()?,
            display: display.as_boolean_opt()?.value(at),
            kind: FormulaKind::from_code(text_at(kind, at)?)?,
            status: Status::from_code(text_at(status, at)?)?,
        })
    };
    (0..fields.len()).map(formula).collect()
}
