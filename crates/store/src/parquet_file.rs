//! Tables as Parquet: the same rows give the same bytes, on any machine.

use crate::columns::{Cell, Column, Kind};
use crate::error::OUTPUT;
use crate::{Row, StoreError};
use arrow_array::builder::{Int64Builder, StringBuilder, UInt32Builder};
use arrow_array::types::TimestampMillisecondType;
use arrow_array::{
    ArrayRef, BooleanArray, Int64Array, ListArray, StringArray, StructArray,
    TimestampMillisecondArray, UInt32Array,
};
use arrow_buffer::OffsetBuffer;
use arrow_schema::{DataType, Field, Fields, Schema, TimeUnit};
use cc_math_core::Formula;
use parquet::arrow::ArrowSchemaConverter;
use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves,
};
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

/// What the files' `created_by` says: the program, and the version of the row
/// layout rather than of the program, so that a release alone changes no bytes.
const CREATED_BY: &str = "cc-math table/1";

/// Bytes of rows turned into arrays at a time: bounds the copies made while encoding.
const SLICE_WEIGHT: usize = 4 << 20;

/// One encoded row group.
pub(crate) struct RowGroup(Vec<ArrowColumnChunk>);

pub(crate) fn start<R: Row, W: Write + Send>(
    out: W,
) -> Result<(ArrowRowGroupWriterFactory, SerializedFileWriter<W>), StoreError> {
    try_start::<R, W>(out).map_err(writing)
}

fn try_start<R: Row, W: Write + Send>(
    out: W,
) -> Result<(ArrowRowGroupWriterFactory, SerializedFileWriter<W>), ParquetError> {
    let schema = Arc::new(schema::<R>());
    let parquet_schema = ArrowSchemaConverter::new().convert(&schema)?;
    let file = SerializedFileWriter::new(
        out,
        parquet_schema.root_schema_ptr(),
        Arc::new(properties::<R>()?),
    )?;
    Ok((ArrowRowGroupWriterFactory::new(&file, schema), file))
}

pub(crate) fn finish<W: Write + Send>(file: SerializedFileWriter<W>) -> Result<W, StoreError> {
    file.into_inner().map_err(writing)
}

/// What the system says is told as it says it.
fn writing(source: ParquetError) -> StoreError {
    let source = match source {
        ParquetError::External(error) => match error.downcast::<io::Error>() {
            Ok(error) => return StoreError::io("write", Path::new(OUTPUT), *error),
            Err(other) => ParquetError::External(other),
        },
        other => other,
    };
    StoreError::parquet("write", Path::new(OUTPUT), source)
}

fn properties<R: Row>() -> Result<WriterProperties, ParquetError> {
    let mut properties = WriterProperties::builder()
        .set_created_by(CREATED_BY.into())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(R::ZSTD_LEVEL)?))
        .set_statistics_enabled(EnabledStatistics::Chunk);
    for column in R::COLUMNS {
        if matches!(column.kind, Kind::Text { dictionary: false } | Kind::Json) {
            let path = ColumnPath::from(column.name);
            properties = properties
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_statistics_enabled(path, EnabledStatistics::None);
        }
    }
    Ok(properties.build())
}

fn schema<R: Row>() -> Schema {
    Schema::new(R::COLUMNS.iter().map(field).collect::<Vec<_>>())
}

fn field<R>(column: &Column<R>) -> Field {
    let data_type = match column.kind {
        Kind::Text { .. } | Kind::Json => DataType::Utf8,
        Kind::U32 => DataType::UInt32,
        Kind::I64 => DataType::Int64,
        Kind::Time => DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
        Kind::Formulas => DataType::List(Arc::new(formula_field())),
    };
    Field::new(column.name, data_type, column.nullable)
}

fn formula_field() -> Field {
    Field::new_struct("element", formula_fields(), false)
}

fn formula_fields() -> Fields {
    let field = |name, data_type| Field::new(name, data_type, false);
    Fields::from(vec![
        field("start", DataType::UInt32),
        field("end", DataType::UInt32),
        field("display", DataType::Boolean),
        field("kind", DataType::Utf8),
        field("status", DataType::Utf8),
    ])
}

pub(crate) fn encode<R: Row>(
    factory: &ArrowRowGroupWriterFactory,
    rows: &[R],
) -> Result<RowGroup, StoreError> {
    // The index of a row group matters to encryption alone, which is off.
    let mut writers = factory.create_column_writers(0).map_err(writing)?;
    for slice in slices(rows) {
        write_slice(&mut writers, slice).map_err(writing)?;
    }
    let chunks = writers.into_iter().map(ArrowColumnWriter::close).collect::<Result<_, _>>();
    chunks.map(RowGroup).map_err(writing)
}

/// Cuts rows into runs of about [`SLICE_WEIGHT`] bytes.
fn slices<R: Row>(rows: &[R]) -> impl Iterator<Item = &[R]> {
    let mut weight = 0;
    rows.chunk_by(move |row, _| {
        weight += row.weight();
        let joined = weight < SLICE_WEIGHT;
        weight = if joined { weight } else { 0 };
        joined
    })
}

fn write_slice<R: Row>(writers: &mut [ArrowColumnWriter], rows: &[R]) -> Result<(), ParquetError> {
    let mut writers = writers.iter_mut();
    for column in R::COLUMNS {
        let array = array(column, rows)?;
        for leaf in compute_leaves(&field(column), &array)? {
            let writer = writers.next().ok_or(ParquetError::General("too few columns".into()))?;
            writer.write(&leaf)?;
        }
    }
    Ok(())
}

fn array<R>(column: &Column<R>, rows: &[R]) -> Result<ArrayRef, ParquetError> {
    let cells = rows.iter().map(column.get);
    Ok(match column.kind {
        Kind::Text { .. } | Kind::Json => Arc::new(texts(cells)),
        Kind::U32 => Arc::new(counts(cells)),
        Kind::I64 => Arc::new(numbers(cells)),
        Kind::Time => Arc::new(times(cells)),
        Kind::Formulas => Arc::new(formulas(cells)?),
    })
}

fn texts<'a>(cells: impl Iterator<Item = Cell<'a>>) -> StringArray {
    let mut builder = StringBuilder::new();
    cells.for_each(|cell| match cell {
        Cell::Text(text) => builder.append_value(text),
        _ => builder.append_null(),
    });
    builder.finish()
}

fn counts<'a>(cells: impl Iterator<Item = Cell<'a>>) -> UInt32Array {
    let mut builder = UInt32Builder::new();
    cells.for_each(|cell| match cell {
        Cell::U32(number) => builder.append_value(number),
        _ => builder.append_null(),
    });
    builder.finish()
}

fn numbers<'a>(cells: impl Iterator<Item = Cell<'a>>) -> Int64Array {
    let mut builder = Int64Builder::new();
    cells.for_each(|cell| match cell {
        Cell::I64(number) => builder.append_value(number),
        _ => builder.append_null(),
    });
    builder.finish()
}

fn times<'a>(cells: impl Iterator<Item = Cell<'a>>) -> TimestampMillisecondArray {
    numbers(cells).reinterpret_cast::<TimestampMillisecondType>().with_timezone("UTC")
}

fn formulas<'a>(cells: impl Iterator<Item = Cell<'a>>) -> Result<ListArray, ParquetError> {
    let lists = cells.map(|cell| match cell {
        Cell::Formulas(formulas, _) => formulas,
        _ => &[],
    });
    let lists: Vec<&[Formula]> = lists.collect();
    let all = || lists.iter().copied().flatten();
    let children: Vec<ArrayRef> = vec![
        Arc::new(UInt32Array::from_iter_values(all().map(|f| f.start))),
        Arc::new(UInt32Array::from_iter_values(all().map(|f| f.end))),
        Arc::new(all().map(|f| Some(f.display)).collect::<BooleanArray>()),
        Arc::new(StringArray::from_iter_values(all().map(|f| f.kind.code()))),
        Arc::new(StringArray::from_iter_values(all().map(|f| f.status.code()))),
    ];
    let structs = StructArray::try_new(formula_fields(), children, None)?;
    let offsets = OffsetBuffer::from_lengths(lists.iter().map(|list| list.len()));
    Ok(ListArray::try_new(Arc::new(formula_field()), offsets, Arc::new(structs), None)?)
}

impl RowGroup {
    pub(crate) fn append<W: Write + Send>(
        self,
        file: &mut SerializedFileWriter<W>,
    ) -> Result<(), StoreError> {
        let append = || {
            let mut group = file.next_row_group()?;
            for chunk in self.0 {
                chunk.append_to_row_group(&mut group)?;
            }
            group.close().map(|_| ())
        };
        append().map_err(writing)
    }
}
