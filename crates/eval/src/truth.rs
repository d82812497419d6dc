//! Labelled pages: what a page is known to hold.

use crate::EvalError;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// A formula of a page, as its author wrote it.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct TrueFormula {
    /// TeX body; `None` where the page does not tell.
    #[serde(default)]
    pub tex: Option<String>,
    /// Whether it is display mathematics.
    #[serde(default)]
    pub display: Option<bool>,
    /// AsciiMath instead of TeX: the page is left out of formula scores.
    #[serde(default)]
    pub asciimath: Option<String>,
}

/// A row of a truth file. Unknown fields are ignored.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct Truth {
    /// Name of the page.
    pub id: String,
    /// Its address; where missing, an index file has it.
    #[serde(default)]
    pub url: Option<String>,
    /// Its file, relative to the folder of pages.
    #[serde(default, alias = "html")]
    pub file: Option<String>,
    /// The character encoding of its bytes.
    #[serde(default)]
    pub charset: Option<String>,
    /// Markup kinds and other traits by which scores are grouped.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// Kind of page in main-content benchmarks.
    #[serde(default)]
    pub page_type: Option<String>,
    /// `Some(false)`: the page holds no mathematics, so every formula is invented.
    #[serde(default)]
    pub is_math: Option<bool>,
    /// Formulas in document order; `None` = not known.
    #[serde(default)]
    pub formulas: Option<Vec<TrueFormula>>,
    /// Set on pages where only some formulas are known.
    #[serde(default)]
    pub formulas_partial: Option<serde_json::Value>,
    /// Formulas in the whole body, where truth covers the main element only. Missing: as many
    /// as are listed; `Some(None)`: not known.
    #[serde(default, deserialize_with = "present")]
    pub page_formula_count: Option<Option<usize>>,
    /// Whether every formula is listed. Missing: yes; `Some(None)`: not known.
    #[serde(default, deserialize_with = "present")]
    pub truth_complete: Option<Option<bool>>,
    /// TeX definition blocks of the page.
    #[serde(default)]
    pub macros: Option<Vec<String>>,
    /// Gold main text, relative to the gold folder.
    #[serde(default, alias = "gold")]
    pub gold_text: Option<String>,
    /// Set on pages that were made from others.
    #[serde(default)]
    pub derived: Option<serde_json::Value>,
    /// Snippets the text must hold.
    #[serde(default, rename = "with")]
    pub with_snippets: Vec<String>,
    /// Boilerplate the text must not hold.
    #[serde(default, rename = "without")]
    pub without_snippets: Vec<String>,
}

impl Truth {
    /// Whether the listed formulas are known to be all that the page has, so that precision
    /// can be counted.
    pub fn is_whole(&self) -> bool {
        let formulas = self.formulas.as_deref().unwrap_or_default();
        self.truth_complete.is_none_or(|complete| complete == Some(true))
            && self.formulas_partial.as_ref().is_none_or(|partial| !says_something(partial))
            && self.page_formula_count.is_none_or(|count| count == Some(formulas.len()))
            && formulas
                .iter()
                .all(|formula| formula.tex.as_ref().is_some_and(|tex| !tex.is_empty()))
    }

    /// Whether formula recall can be counted: some formulas are known, all of them as TeX.
    pub fn has_formula_truth(&self) -> bool {
        let formulas = self.formulas.as_deref().unwrap_or_default();
        !formulas.is_empty() && formulas.iter().all(|formula| formula.asciimath.is_none())
    }
}

/// Whether a JSON value is neither null, false nor empty.
fn says_something(value: &serde_json::Value) -> bool {
    use serde_json::Value;
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
        Value::String(text) => !text.is_empty(),
        _ => true,
    }
}

/// Tells a field that is null (`Some(None)`) from one that is missing (`None`).
fn present<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

/// A line of an index that maps page ids to addresses.
#[derive(Debug, Deserialize)]
struct IndexRow {
    id: String,
    url: String,
}

/// The rows of a truth file, with addresses filled in from an index where they are missing.
///
/// # Errors
/// A file that cannot be read or a line that is not such a row.
pub fn load(truth: &Path, index: Option<&Path>) -> Result<Vec<Truth>, EvalError> {
    let mut rows: Vec<Truth> = read_lines(truth)?;
    let index: Vec<IndexRow> = index.map_or(Ok(Vec::new()), read_lines)?;
    let urls: BTreeMap<String, String> = index.into_iter().map(|row| (row.id, row.url)).collect();
    for row in &mut rows {
        row.url =
            row.url.take().filter(|url| !url.is_empty()).or_else(|| urls.get(&row.id).cloned());
    }
    Ok(rows)
}

/// The values of a JSONL file, one a line; empty lines are skipped.
///
/// # Errors
/// A file that cannot be read or a line that is not such a value.
pub fn read_lines<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, EvalError> {
    let file = File::open(path).map_err(EvalError::read(path))?;
    let mut values = Vec::new();
    for (index, line) in BufReader::new(file).lines().enumerate() {
        let line = line.map_err(EvalError::read(path))?;
        if line.trim().is_empty() {
            continue;
        }
        let row = |source| EvalError::Row { path: path.into(), line: index + 1, source };
        values.push(serde_json::from_str(&line).map_err(row)?);
    }
    Ok(values)
}
