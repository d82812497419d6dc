//! One file of an index: which of its rows are wanted, read at little cost.
//!
//! The footer tells the row groups that may hold a wanted key, the page index the pages; of those
//! the keys alone are read. Other columns are read of the rows whose keys are wanted, if any are.

use crate::capture::Capture;
use crate::index::IndexFile;
use crate::prune::{may_hold, pages};
use crate::ranged::{Source, Traffic};
use crate::wanted::Wanted;
use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use cc_math_store::{number_at, text_at};
use parquet::DecodeResult;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, RowSelection};
use parquet::arrow::push_decoder::{ParquetPushDecoder, ParquetPushDecoderBuilder};
use parquet::errors::ParquetError;
use parquet::file::metadata::{
    ColumnChunkMask, PageIndexPolicy, ParquetMetaData, ParquetMetaDataPushDecoder,
};
use std::collections::HashSet;
use std::io;
use std::sync::Arc;

/// What is wrong with an index file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PartError {
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("{0}")]
    Parquet(#[from] ParquetError),
    #[error("it has no column `{0}`, so it is no part of a columnar index")]
    NoColumn(&'static str),
    #[error("its column `{0}` holds no text")]
    NotText(&'static str),
    #[error("row group {0} says it has {1} rows")]
    Rows(usize, i64),
    #[error("reading it failed: {0}")]
    Panic(String),
}

const KEY: &str = "url_surtkey";

/// Columns that are read of wanted rows; the first three must be there.
const COLUMNS: [&str; 11] = [
    "warc_filename",
    "warc_record_offset",
    "warc_record_length",
    "url",
    "fetch_time",
    "fetch_status",
    "content_mime_type",
    "content_mime_detected",
    "content_charset",
    "content_languages",
    "content_truncated",
];

/// Rows that a row group may say it has.
const MOST_ROWS: i64 = 1 << 31;

/// Rows decoded at a time.
const BATCH_ROWS: usize = 8192;

/// A file whose footer is read.
pub(crate) struct Part<'a> {
    pub(crate) file: &'a IndexFile,
    source: Source<'a>,
    metadata: ArrowReaderMetadata,
    /// Which column of the file has the keys.
    key: usize,
    columns: ProjectionMask,
    /// Row groups that may hold something wanted.
    pub(crate) groups: Vec<usize>,
    pub(crate) rows: u64,
}

/// What a row group gave.
#[derive(Default)]
pub(crate) struct Harvest {
    /// Captures, each with its target.
    pub(crate) captures: Vec<(u32, Capture)>,
    /// Captures without a place.
    pub(crate) incomplete: u64,
    /// Keys read.
    pub(crate) keys_read: u64,
}

impl<'a> Part<'a> {
    pub(crate) fn open(
        file: &'a IndexFile,
        wanted: &Wanted,
        traffic: &'a Traffic,
    ) -> Result<Self, PartError> {
        let source = Source::open(&*file.reader, traffic)?;
        let mut metadata = footer(&source)?;
        let key = leaf(&metadata, KEY).ok_or(PartError::NoColumn(KEY))?;
        let mut leaves = Vec::new();
        for (index, name) in COLUMNS.into_iter().enumerate() {
            match leaf(&metadata, name) {
                Some(leaf) => leaves.push(leaf),
                None if index < 3 || (name == "url" && wanted.is_exact()) => {
                    return Err(PartError::NoColumn(name));
                }
                None => {}
            }
        }
        let groups = candidates(&metadata, key, wanted)?;
        let rows = metadata.row_groups().iter().map(|group| group.num_rows().max(0) as u64).sum();
        if !groups.is_empty() {
            let read = leaves.iter().copied().chain([key]);
            metadata = with_page_index(metadata, &source, &groups, key, read.collect())?;
        }
        let columns = ProjectionMask::leaves(metadata.file_metadata().schema_descr(), leaves);
        let metadata = typed(metadata)?;
        Ok(Self { file, source, metadata, key, columns, groups, rows })
    }

    /// Reads what is wanted of a row group.
    pub(crate) fn read_group(&self, group: usize, wanted: &Wanted) -> Result<Harvest, PartError> {
        let mut harvest = Harvest::default();
        let selected = pages(self.metadata.metadata(), group, self.key, wanted);
        let (rows, keys) = self.wanted_rows(group, selected, wanted, &mut harvest)?;
        if !keys.is_empty() {
            self.read_rows(group, rows, &keys, wanted, &mut harvest)?;
        }
        Ok(harvest)
    }

    /// The rows whose keys are wanted, and these keys in the order of rows.
    fn wanted_rows(
        &self,
        group: usize,
        selected: Option<RowSelection>,
        wanted: &Wanted,
        harvest: &mut Harvest,
    ) -> Result<(RowSelection, Vec<u32>), PartError> {
        let descriptor = self.metadata.parquet_schema();
        let mask = ProjectionMask::leaves(descriptor, [self.key]);
        let (mut rows, mut found) = (Vec::new(), Vec::new());
        let mut first = 0;
        self.decode(group, mask, selected.clone(), |batch| {
            let keys = batch.column(0).as_string_view_opt().into_iter().flatten();
            for (row, key) in keys.enumerate() {
                if let Some(key) = key.and_then(|key| wanted.find(key)) {
                    rows.push(first + row..first + row + 1);
                    found.push(key);
                }
            }
            first += batch.num_rows();
        })?;
        harvest.keys_read += first as u64;
        let rows = RowSelection::from_consecutive_ranges(rows.into_iter(), first);
        Ok((selected.map_or_else(|| rows.clone(), |selected| selected.and_then(&rows)), found))
    }

    fn read_rows(
        &self,
        group: usize,
        rows: RowSelection,
        keys: &[u32],
        wanted: &Wanted,
        harvest: &mut Harvest,
    ) -> Result<(), PartError> {
        let mut keys = keys.iter();
        let mut words = Words::default();
        self.decode(group, self.columns.clone(), Some(rows), |batch| {
            let columns = COLUMNS.map(|name| batch.column_by_name(name).map(|column| &**column));
            for (row, &key) in (0..batch.num_rows()).zip(keys.by_ref()) {
                let row = TableRow { columns: &columns, row };
                let target = wanted.target(key, row.text(3).unwrap_or_default());
                match (target, row.capture(self.file.crawl.as_ref(), &mut words)) {
                    (Some(target), Some(capture)) => harvest.captures.push((target, capture)),
                    (Some(_), None) => harvest.incomplete += 1,
                    (None, _) => {}
                }
            }
        })?;
        Ok(())
    }

    /// Decodes columns of selected rows of a row group.
    fn decode(
        &self,
        group: usize,
        columns: ProjectionMask,
        rows: Option<RowSelection>,
        mut each: impl FnMut(&RecordBatch),
    ) -> Result<(), PartError> {
        let mut builder = ParquetPushDecoderBuilder::new_with_metadata(self.metadata.clone())
            .with_row_groups(vec![group])
            .with_projection(columns)
            .with_batch_size(BATCH_ROWS);
        if let Some(rows) = rows {
            builder = builder.with_row_selection(rows);
        }
        let mut decoder: ParquetPushDecoder = builder.build()?;
        loop {
            match decoder.try_decode()? {
                DecodeResult::NeedsData(ranges) => {
                    let read = self.source.read_all(&ranges)?;
                    decoder.push_ranges(ranges, read)?;
                }
                DecodeResult::Data(batch) => each(&batch),
                DecodeResult::Finished => return Ok(()),
            }
        }
    }
}

/// Reads the footer.
fn footer(source: &Source) -> Result<ParquetMetaData, PartError> {
    let decoder = ParquetMetaDataPushDecoder::try_new(source.size)?;
    finish(decoder.with_page_index_policy(PageIndexPolicy::Skip), source)
}

/// Reads what the page index says of the row groups and columns that matter.
fn with_page_index(
    metadata: ParquetMetaData,
    source: &Source,
    groups: &[usize],
    key: usize,
    columns: Vec<usize>,
) -> Result<ParquetMetaData, PartError> {
    let groups = || groups.iter().copied();
    let decoder = ParquetMetaDataPushDecoder::try_new_with_metadata(source.size, metadata)?
        .with_page_index_policy(PageIndexPolicy::Optional)
        .with_column_index_mask(ColumnChunkMask::row_groups_and_columns(groups(), [key]))
        .with_offset_index_mask(ColumnChunkMask::row_groups_and_columns(groups(), columns));
    finish(decoder, source)
}

fn finish(
    mut decoder: ParquetMetaDataPushDecoder,
    source: &Source,
) -> Result<ParquetMetaData, PartError> {
    loop {
        match decoder.try_decode()? {
            DecodeResult::NeedsData(ranges) => {
                let read = source.read_all(&ranges)?;
                decoder.push_ranges(ranges, read)?;
            }
            DecodeResult::Data(metadata) => return Ok(metadata),
            DecodeResult::Finished => {
                return Err(ParquetError::General("it has no footer".into()).into());
            }
        }
    }
}

/// The number of a column that is not nested.
fn leaf(metadata: &ParquetMetaData, name: &str) -> Option<usize> {
    let columns = metadata.file_metadata().schema_descr().columns();
    columns.iter().position(|column| column.path().parts() == [name])
}

fn candidates(
    metadata: &ParquetMetaData,
    key: usize,
    wanted: &Wanted,
) -> Result<Vec<usize>, PartError> {
    let mut groups = Vec::new();
    for (index, group) in metadata.row_groups().iter().enumerate() {
        if !(0..=MOST_ROWS).contains(&group.num_rows()) {
            return Err(PartError::Rows(index, group.num_rows()));
        }
        if may_hold(metadata, index, key, wanted) {
            groups.push(index);
        }
    }
    Ok(groups)
}

/// The types that columns are read as: the file's own, but keys in views, which are not copied,
/// and text where older writers did not say that bytes are text.
fn typed(metadata: ParquetMetaData) -> Result<ArrowReaderMetadata, PartError> {
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let metadata = Arc::new(metadata);
    let plain = ArrowReaderMetadata::try_new(Arc::clone(&metadata), options)?;
    let fields = plain.schema().fields().iter().map(|field| -> Result<Field, PartError> {
        let text = matches!(field.data_type(), DataType::Utf8 | DataType::Binary);
        let data_type = match (field.name().as_str(), field.data_type()) {
            (KEY, _) if text => DataType::Utf8View,
            (KEY, _) => return Err(PartError::NotText(KEY)),
            (name, DataType::Binary) if COLUMNS.contains(&name) => DataType::Utf8,
            (_, data_type) => data_type.clone(),
        };
        Ok(field.as_ref().clone().with_data_type(data_type))
    });
    let schema = Schema::new(fields.collect::<Result<Vec<_>, _>>()?);
    let options = ArrowReaderOptions::new().with_schema(Arc::new(schema));
    Ok(ArrowReaderMetadata::try_new(metadata, options)?)
}

/// A row of the columns, which are in the order of [`COLUMNS`].
struct TableRow<'a> {
    columns: &'a [Option<&'a dyn Array>],
    row: usize,
}

impl<'a> TableRow<'a> {
    fn column(&self, column: usize) -> Option<&'a dyn Array> {
        self.columns.get(column).copied().flatten().filter(|array| array.is_valid(self.row))
    }

    fn text(&self, column: usize) -> Option<&'a str> {
        text_at(self.column(column)?, self.row)
    }

    fn number(&self, column: usize) -> Option<i64> {
        number_at(self.column(column)?, self.row)
    }

    /// The capture, if it has a place.
    fn capture(&self, crawl: Option<&Arc<str>>, words: &mut Words) -> Option<Capture> {
        let mut word = |column| self.text(column).map(|text| words.word(text));
        Some(Capture {
            warc_filename: word(0).filter(|name| !name.is_empty())?,
            warc_record_offset: self.number(1)?.try_into().ok()?,
            warc_record_length: self.number(2)?.try_into().ok()?,
            url: self.text(3).map(Box::from),
            fetch_time: self.number(4),
            fetch_status: self.number(5).and_then(|status| status.try_into().ok()),
            content_mime_type: word(6),
            content_mime_detected: word(7),
            content_charset: word(8),
            content_languages: word(9),
            content_truncated: word(10),
            crawl: crawl.cloned(),
            ..Capture::default()
        })
    }
}

/// Words that come again, kept once.
#[derive(Default)]
struct Words(HashSet<Arc<str>>);

impl Words {
    fn word(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.0.get(text) {
            return Arc::clone(known);
        }
        let word: Arc<str> = text.into();
        self.0.insert(Arc::clone(&word));
        word
    }
}
