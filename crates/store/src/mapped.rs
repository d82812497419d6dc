//! Rows of other people's tables as documents.
//!
//! A column of ours is taken from the column that the operator named for it, or from one of the
//! same name. What is not ours, and what does not fit, goes to the metadata under its own name, so
//! that nothing vanishes.

use crate::Row;
use crate::columns::{Column, Kind, Value};
use crate::jsonl::json_value;
use cc_math_core::Document;
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

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

    /// Makes a document of a row.
    pub(crate) fn document(&self, mut fields: Map<String, Json>) -> Result<Document, String> {
        let mut document = Document::blank();
        let mut has_text = false;
        for column in Document::COLUMNS {
            let theirs = self.0.get(column.name).map_or(column.name, String::as_str);
            let Some(value) = take(&mut fields, theirs).filter(|value| !value.is_null()) else {
                continue;
            };
            match set(column, &mut document, &value) {
                true => has_text |= column.name == "text",
                false => drop(fields.insert(theirs.into(), value)),
            }
        }
        if !has_text {
            let theirs = self.0.get("text").map_or("text", String::as_str);
            return Err(format!("it has no text in `{theirs}`"));
        }
        for (name, value) in fields.into_iter().filter(|(_, value)| !value.is_null()) {
            document.metadata.entry(name).or_insert(value);
        }
        document.complete();
        document.check().map_err(|error| error.to_string())?;
        Ok(document)
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
