//! Rows of other people's tables as documents.
//!
//! A column of ours is taken from the column that the operator named for it, or from one of the
//! same name. What is not ours, and what does not fit, goes to the metadata under its own name, so
//! that nothing vanishes.

use crate::Row;
use crate::columns::{Column, Kind, Value};
use crate::jsonl::json_value;
use crate::read::fill;
use arrow_array::cast::AsArray;
use arrow_array::types::{
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType,
};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_json::LineDelimitedWriter;
use arrow_schema::{ArrowError, DataType, Schema, TimeUnit};
use cc_math_core::Document;
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Which column of a table is which of ours: their names by our names. A name with dots leads
/// into nested values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Columns(BTreeMap<String, String>);

/// A row that is no document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// Which row of its file it is, from 1.
    pub row: u64,
    /// What is wrong with it.
    pub detail: String,
}

impl Columns {
    /// A mapping of our names to theirs.
    ///
    /// # Errors
    /// The first name that is no column of ours, with those that are.
    pub fn new(theirs: BTreeMap<String, String>) -> Result<Self, (String, Vec<&'static str>)> {
        let ours: Vec<&str> = Document::COLUMNS.iter().map(|column| column.name).collect();
        match theirs.keys().find(|name| !ours.contains(&name.as_str())) {
            Some(name) => Err((name.clone(), ours)),
            None => Ok(Self(theirs)),
        }
    }

    /// Their names by our names.
    pub fn names(&self) -> &BTreeMap<String, String> {
        &self.0
    }

    /// Their name of a column of ours.
    fn theirs<'a>(&'a self, column: &Column<Document>) -> &'a str {
        self.0.get(column.name).map_or(column.name, String::as_str)
    }

    /// Makes a document of a row.
    pub(crate) fn document(&self, fields: Map<String, Json>) -> Result<Document, String> {
        self.rest(Document::blank(), false, &BTreeSet::new(), fields)
    }

    /// Makes documents of rows, the first of which has this number. Columns that hold what ours
    /// do are taken as they are; `None` if a value of one does not fit after all, for then rows
    /// have to be read by way of JSON.
    pub(crate) fn documents(
        &self,
        batch: &RecordBatch,
        first: u64,
    ) -> Result<Option<Vec<Result<Document, BadRow>>>, ArrowError> {
        let mut documents: Vec<Document> =
            (0..batch.num_rows()).map(|_| Document::blank()).collect();
        let (mut taken, mut texts) = (BTreeSet::new(), vec![false; batch.num_rows()]);
        for column in Document::COLUMNS {
            let theirs = self.theirs(column);
            let array = batch.column_by_name(theirs).filter(|array| holds(array, column.kind));
            let Some(array) = array.filter(|_| !taken.contains(theirs)) else { continue };
            if fill(column, array, &mut documents).is_err() {
                return Ok(None);
            }
            taken.insert(theirs);
            if column.name == "text" {
                texts.iter_mut().enumerate().for_each(|(row, text)| *text = array.is_valid(row));
            }
        }
        let rows = documents.into_iter().zip(texts).zip(others(batch, &taken)?).zip(first..);
        let row = |(((document, has_text), fields), row)| {
            let document = self.rest(document, has_text, &taken, fields);
            document.map_err(|detail| BadRow { row, detail })
        };
        Ok(Some(rows.map(row).collect()))
    }

    /// Takes the columns that are not `taken` from fields, and what is left of these as metadata.
    fn rest(
        &self,
        mut document: Document,
        mut has_text: bool,
        taken: &BTreeSet<&str>,
        mut fields: Map<String, Json>,
    ) -> Result<Document, String> {
        for column in Document::COLUMNS {
            let theirs = self.theirs(column);
            if taken.contains(theirs) {
                continue;
            }
            let Some(value) = take(&mut fields, theirs).filter(|value| !value.is_null()) else {
                continue;
            };
            match set(column, &mut document, &value) {
                true => has_text |= column.name == "text",
                false => drop(fields.insert(theirs.into(), value)),
            }
        }
        if !has_text {
            let text = self.0.get("text").map_or("text", String::as_str);
            return Err(format!("it has no text in `{text}`"));
        }
        for (name, value) in fields.into_iter().filter(|(_, value)| !value.is_null()) {
            document.metadata.entry(name).or_insert(value);
        }
        document.complete();
        document.check().map_err(|error| error.to_string())?;
        Ok(document)
    }
}

/// Whether a column of this type holds what a column of ours does.
fn holds(array: &dyn Array, kind: Kind) -> bool {
    let data = array.data_type();
    match kind {
        Kind::Text { .. } | Kind::Json => {
            matches!(data, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
        }
        Kind::U32 | Kind::I64 => data.is_integer(),
        Kind::Time => {
            data.is_integer()
                || matches!(data, DataType::Timestamp(unit, _) if *unit != TimeUnit::Second)
        }
        Kind::Formulas => matches!(data, DataType::List(_)),
    }
}

/// The columns that are not taken, as JSON: an object a row.
fn others(
    batch: &RecordBatch,
    taken: &BTreeSet<&str>,
) -> Result<Vec<Map<String, Json>>, ArrowError> {
    let schema = batch.schema();
    let fields = schema.fields().iter().enumerate();
    let left: Vec<usize> =
        fields.filter(|(_, f)| !taken.contains(f.name().as_str())).map(|(i, _)| i).collect();
    if left.is_empty() {
        return Ok(vec![Map::new(); batch.num_rows()]);
    }
    let lines = json_lines(&batch.project(&left)?)?;
    let lines = lines.split(|byte| *byte == b'\n').take(batch.num_rows());
    let objects = lines.map(serde_json::from_slice);
    objects.collect::<Result<_, _>>().map_err(|error| ArrowError::JsonError(error.to_string()))
}

/// Rows as lines of JSON; absent values are left out.
pub(crate) fn json_lines(batch: &RecordBatch) -> Result<Vec<u8>, ArrowError> {
    let mut bytes = Vec::new();
    LineDelimitedWriter::new(&mut bytes).write(&by_offset(batch)?)?;
    Ok(bytes)
}

/// A batch whose points in time have an offset in place of the name of a zone, which takes a
/// table of zones to write. Parquet knows UTC alone.
fn by_offset(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let columns: Vec<ArrayRef> = batch.columns().iter().map(at_offset).collect();
    let fields =
        batch.schema_ref().fields().iter().zip(&columns).map(|(field, column)| {
            field.as_ref().clone().with_data_type(column.data_type().clone())
        });
    let schema = Schema::new(fields.collect::<Vec<_>>());
    RecordBatch::try_new(Arc::new(schema), columns)
}

fn at_offset(column: &ArrayRef) -> ArrayRef {
    const UTC: &str = "+00:00";
    let DataType::Timestamp(unit, Some(_)) = column.data_type() else { return Arc::clone(column) };
    match unit {
        TimeUnit::Second => {
            Arc::new(column.as_primitive::<TimestampSecondType>().clone().with_timezone(UTC))
        }
        TimeUnit::Millisecond => {
            Arc::new(column.as_primitive::<TimestampMillisecondType>().clone().with_timezone(UTC))
        }
        TimeUnit::Microsecond => {
            Arc::new(column.as_primitive::<TimestampMicrosecondType>().clone().with_timezone(UTC))
        }
        TimeUnit::Nanosecond => {
            Arc::new(column.as_primitive::<TimestampNanosecondType>().clone().with_timezone(UTC))
        }
    }
}

/// Sets a column; false if the value cannot be one of it.
fn set(column: &Column<Document>, document: &mut Document, value: &Json) -> bool {
    let value = match (column.kind, value) {
        // In Parquet such a column is text.
        (Kind::Json, Json::String(text)) => Some(Value::Text(text.clone())),
        (kind, value) => json_value(kind, value.clone()),
    };
    value.is_some_and(|value| (column.set)(document, value))
}

/// Takes a value out of a row, by its name, or else by the steps of it between dots.
fn take(fields: &mut Map<String, Json>, name: &str) -> Option<Json> {
    if let Some(value) = fields.remove(name) {
        return Some(value);
    }
    let (outer, inner) = name.rsplit_once('.')?;
    let mut nested = fields;
    for step in outer.split('.') {
        nested = nested.get_mut(step)?.as_object_mut()?;
    }
    nested.remove(inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document(columns: &[(&str, &str)], row: Json) -> Result<Document, String> {
        let names = columns.iter().map(|(ours, theirs)| ((*ours).into(), (*theirs).into()));
        let columns = Columns::new(names.collect()).unwrap();
        columns.document(row.as_object().unwrap().clone())
    }

    #[test]
    fn columns_are_mapped_and_the_rest_is_metadata() {
        let row = json!({
            "content": "T", "meta": { "source": { "url": "u" }, "x": 1 }, "score": 3.5, "none": null,
            "title": 7, "metadata": "{\"lang\":\"en\"}",
        });
        let document = document(&[("text", "content"), ("url", "meta.source.url")], row).unwrap();
        assert_eq!((document.text.as_str(), document.url.as_str()), ("T", "u"));
        assert_eq!(document.id.len(), 32);
        assert_eq!(document.title, None);
        let expected =
            json!({ "lang": "en", "meta": { "source": {}, "x": 1 }, "score": 3.5, "title": 7 });
        assert_eq!(Json::Object(document.metadata), expected);
    }

    /// Read straight or by way of JSON, rows give the same documents.
    #[test]
    fn columns_are_read_straight_where_they_can_be() {
        use arrow_array::{Int64Array, StringArray, StructArray, TimestampMicrosecondArray};
        let texts: ArrayRef =
            Arc::new(StringArray::from(vec![Some("T"), None, Some(""), Some("U")]));
        let times: ArrayRef = Arc::new(
            TimestampMicrosecondArray::from(vec![
                Some(1_700_000_000_123_456),
                None,
                Some(-1),
                None,
            ])
            .with_timezone("UTC"),
        );
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![Some(3), Some(4), None, Some(5)]));
        let extra: ArrayRef = Arc::new(StringArray::from(vec![
            Some(r#"{"lang":"en"}"#),
            Some("{}"),
            Some("{}"),
            Some("[broken"),
        ]));
        let nested = StructArray::from(vec![(
            Arc::new(arrow_schema::Field::new("url", DataType::Utf8, true)),
            Arc::clone(&texts),
        )]);
        let batch = RecordBatch::try_from_iter_with_nullable([
            ("content", texts, true),
            ("fetch_time", Arc::clone(&times), true),
            ("crawled", times, true),
            ("tables", numbers, true),
            ("metadata", extra, true),
            ("meta", Arc::new(nested) as ArrayRef, true),
        ])
        .unwrap();
        let names = [("text", "content"), ("url", "meta.url")];
        let columns = Columns::new(names.map(|(a, b)| (a.into(), b.into())).into()).unwrap();
        let by_json = |batch: &RecordBatch| {
            let lines = json_lines(batch).unwrap();
            let lines = lines.split_inclusive(|byte| *byte == b'\n').zip(1..);
            let row = |(line, row)| {
                let fields = serde_json::from_slice(line).unwrap();
                columns.document(fields).map_err(|detail| BadRow { row, detail })
            };
            lines.map(row).collect::<Vec<_>>()
        };
        let sound = batch.slice(0, 3);
        let straight = columns.documents(&sound, 1).unwrap().unwrap();
        assert_eq!(straight, by_json(&sound));
        let first = straight[0].as_ref().unwrap();
        assert_eq!((first.url.as_str(), first.tables), ("T", 3));
        assert_eq!(first.fetch_time_ms, Some(1_700_000_000_123));
        assert_eq!(first.metadata["lang"], "en");
        assert!(straight[1].is_err() && straight[2].is_ok());
        // Metadata that is no JSON does not fit its column.
        assert!(columns.documents(&batch, 1).unwrap().is_none());
        assert_eq!(by_json(&batch)[3].as_ref().unwrap().metadata["metadata"], "[broken");
    }

    #[test]
    fn a_row_without_text_is_no_document() {
        assert_eq!(document(&[], json!({ "url": "u" })), Err("it has no text in `text`".into()));
        let row = json!({ "text": "a", "formulas": [{
            "start": 0, "end": 9, "display": false, "kind": "katex", "status": "recovered"
        }] });
        assert!(document(&[], row).unwrap_err().contains("does not fit its text"));
        assert!(Columns::new([("txet".to_owned(), "a".to_owned())].into()).is_err());
    }
}
