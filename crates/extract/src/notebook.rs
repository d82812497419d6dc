//! Jupyter notebooks: prose cells, code cells and their textual output.

use crate::render::Text;
use crate::{Page, Reading};
use cc_math_tex::delimiters::Delimiters;
use serde_json::Value;

/// Bytes of one output that are kept; the rest is data, not text.
const MAX_OUTPUT: usize = 10_000;

/// Reads an `.ipynb` payload.
///
/// # Errors
/// Says what is wrong if the payload is not a notebook.
pub(crate) fn read(page: &Page<'_>) -> Result<Reading, String> {
    let decoded = crate::web::decode(page);
    let root: Value = serde_json::from_str(&decoded.text).map_err(|e| format!("not a notebook: {e}"))?;
    let language = language(&root);
    let cells = cells(&root).ok_or("not a notebook: it has no cells")?;
    let mut text = Text::new(Delimiters::mathjax().with_dollar());
    for cell in cells {
        write_cell(&mut text, cell, language);
    }
    Ok(Reading {
        rendered: text.finish(),
        title: root.pointer("/metadata/title").and_then(Value::as_str).map(Into::into),
        charset: decoded.charset,
        charset_source: decoded.source,
        truncated: None,
    })
}

/// Cells of format 4, or of the first worksheet of format 3.
fn cells(root: &Value) -> Option<&Vec<Value>> {
    root.get("cells").or_else(|| root.pointer("/worksheets/0/cells"))?.as_array()
}

fn language(root: &Value) -> &str {
    ["/metadata/language_info/name", "/metadata/kernelspec/language", "/metadata/language"]
        .iter()
        .find_map(|pointer| root.pointer(pointer).and_then(Value::as_str))
        .filter(|name| name.len() <= 20 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'+'))
        .unwrap_or("python")
}

fn write_cell(text: &mut Text, cell: &Value, language: &str) {
    let source = cell.get("source").or_else(|| cell.get("input")).map(joined).unwrap_or_default();
    match cell.get("cell_type").and_then(Value::as_str) {
        Some("code") => {
            text.code(language, source.trim_end());
            for output in cell.get("outputs").and_then(Value::as_array).into_iter().flatten() {
                write_output(text, output);
            }
        }
        Some("heading") => text.markdown(&format!("## {source}")),
        _ => text.markdown(&source),
    }
}

/// TeX if there is, else plain text; images and HTML renderings are left out.
fn write_output(text: &mut Text, output: &Value) {
    let data = output.get("data").unwrap_or(output);
    if let Some(latex) = data.get("text/latex").or_else(|| data.get("latex")) {
        text.markdown(&joined(latex));
    } else if let Some(plain) = data.get("text/plain").or_else(|| data.get("text")) {
        let plain = joined(plain);
        let end = plain.floor_char_boundary(MAX_OUTPUT);
        text.code("", plain.get(..end).unwrap_or_default().trim_end());
    }
}

/// A multi-line string: one string or a list of lines.
fn joined(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        _ => String::new(),
    }
}
