//! Documents to be scored: extracted here, or read from a file.

use crate::EvalError;
use crate::pages::LabelledPage;
use crate::truth::read_lines;
use cc_math_core::{Document, Ledger};
use cc_math_extract::{Extractor, Outcome, Page};
use serde::Deserialize;
use std::path::Path;

/// A formula of a document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct ScoredFormula {
    /// TeX body.
    #[serde(default)]
    pub tex: Option<String>,
    /// Whether it is display mathematics.
    #[serde(default)]
    pub display: Option<bool>,
}

/// What is scored of a document. Reads the rows of `documents.jsonl`, and any JSONL with
/// `url`, `text` and `formulas`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub struct ScoredDocument {
    /// Address of its page.
    #[serde(default)]
    pub url: Option<String>,
    /// Its text.
    #[serde(default)]
    pub text: Option<String>,
    /// Its formulas in order.
    #[serde(default)]
    pub formulas: Option<Vec<ScoredFormula>>,
    /// The character encoding its page was read in.
    #[serde(default)]
    pub charset: Option<String>,
    /// What became of the page's formulas; not in files.
    #[serde(skip)]
    pub ledger: Ledger,
}

impl ScoredDocument {
    /// What is scored of a document made in this process.
    pub fn of(document: &Document) -> Self {
        let formula = |formula: &cc_math_core::Formula| ScoredFormula {
            tex: Some(document.tex(formula).into()),
            display: Some(formula.display),
        };
        Self {
            url: Some(document.url.clone()),
            text: Some(document.text.clone()),
            formulas: Some(document.formulas.iter().map(formula).collect()),
            charset: Some(document.charset.clone()),
            ledger: document.ledger.clone(),
        }
    }

    /// The text, or nothing.
    pub fn text(&self) -> &str {
        self.text.as_deref().unwrap_or_default()
    }
}

/// Extracts a page; `None` if it is rejected.
pub fn extract(extractor: &Extractor, page: &LabelledPage) -> Option<ScoredDocument> {
    let content_type = page.content_type.as_deref();
    match extractor.extract(&Page { bytes: &page.bytes, url: &page.url, content_type }) {
        Outcome::Document(document) => Some(ScoredDocument::of(&document)),
        Outcome::Reject { .. } => None,
    }
}

/// The documents of a JSONL file.
///
/// # Errors
/// A file that cannot be read or a line that is no document.
pub fn load(path: &Path) -> Result<Vec<ScoredDocument>, EvalError> {
    read_lines(path)
}
