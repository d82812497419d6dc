//! Tables as JSON Lines: an object a row, every column present, absent values null.

use crate::columns::{Cell, Column, Kind, Value};
use crate::time::{format_ms, parse_ms};
use crate::{Row, StoreError};
use cc_math_core::Formula;
use serde::Serialize;
use serde_json::{Map, Value as Json};

/// Writes one row and a line end.
pub(crate) fn write_json_line<R: Row>(row: &R, out: &mut Vec<u8>) {
    let mut separator = b'{';
    for column in R::COLUMNS {
        out.push(separator);
        separator = b',';
        json(column.name, out);
        out.push(b':');
        write_cell(column.kind, (column.get)(row), out);
    }
    out.extend_from_slice(b"}\n");
}

fn write_cell(kind: Kind, cell: Cell<'_>, out: &mut Vec<u8>) {
    match cell {
        Cell::Null => out.extend_from_slice(b"null"),
        Cell::Text(text) if kind == Kind::Json => out.extend_from_slice(text.as_bytes()),
        Cell::Text(text) => json(&text, out),
        Cell::U32(number) => json(&number, out),
        Cell::I64(ms) if kind == Kind::Time => json(&format_ms(ms), out),
        Cell::I64(number) => json(&number, out),
        Cell::Formulas(formulas, text) => write_formulas(formulas, text, out),
    }
}

fn write_formulas(formulas: &[Formula], text: &str, out: &mut Vec<u8>) {
    #[derive(Serialize)]
    struct WithTex<'a> {
        #[serde(flatten)]
        formula: &'a Formula,
        tex: &'a str,
    }
    out.push(b'[');
    for (index, formula) in formulas.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        json(&WithTex { formula, tex: text.get(formula.range()).unwrap_or_default() }, out);
    }
    out.push(b']');
}

/// Strings and plain structs always serialise, and memory takes every byte.
fn json<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) {
    serde_json::to_writer(out, value).unwrap_or_default();
}

/// Reads one line. Keys that name no column are kept by rows that have a place for them.
pub(crate) fn read_json_line<R: Row>(line: &str, place: &str) -> Result<R, StoreError> {
    let fault = |message: String| StoreError::malformed(place, message);
    let mut fields: Map<String, Json> =
        serde_json::from_str(line).map_err(|e| fault(format!("not a JSON object: {e}")))?;
    let mut row = R::blank();
    for column in R::COLUMNS {
        let Some(json) = fields.remove(column.name).filter(|json| !json.is_null()) else {
            continue;
        };
        set(column, &mut row, json).map_err(fault)?;
    }
    row.complete();
    Ok(row)
}

fn set<R>(column: &Column<R>, row: &mut R, json: Json) -> Result<(), String> {
    let value = json_value(column.kind, json).ok_or_else(|| unfit(column))?;
    (column.set)(row, value).then_some(()).ok_or_else(|| unfit(column))
}

pub(crate) fn unfit<R>(column: &Column<R>) -> String {
    format!("column `{}` holds a value that it cannot hold", column.name)
}

/// The value of a column of this kind, if the JSON can be one.
pub(crate) fn json_value(kind: Kind, json: Json) -> Option<Value> {
    match (kind, json) {
        (Kind::Text { .. }, Json::String(text)) => Some(Value::Text(text)),
        (Kind::Json, json) => Some(Value::Text(json.to_string())),
        (Kind::U32 | Kind::I64, json) => json.as_i64().map(Value::Number),
        (Kind::Time, Json::String(text)) => parse_ms(&text).map(Value::Number),
        (Kind::Time, json) => json.as_i64().map(Value::Number),
        (Kind::Formulas, json) => serde_json::from_value(json).ok().map(Value::Formulas),
        (Kind::Text { .. }, _) => None,
    }
}
