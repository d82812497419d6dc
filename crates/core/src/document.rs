//! A document: text with its formulas, and where it came from.

use crate::formula::coded;
use crate::{Formula, Ledger, Locator};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::Range;
use xxhash_rust::xxh3::Xxh3;

coded! {
    /// Where the choice of a page's character encoding came from.
    CharsetSource {
        /// A byte order mark.
        Bom = "bom",
        /// The HTTP `Content-Type` header.
        Http = "http",
        /// A `<meta>` element or XML declaration.
        Meta = "meta",
        /// The detector.
        Detected = "detected",
        /// Nothing said anything.
        Fallback = "fallback",
    }
}

/// One document of a corpus. The columns of the files are these fields.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// 32 hexadecimal digits, from the record's place and payload.
    pub id: String,
    /// The page's address, as the archive gives it.
    pub url: String,
    /// Markdown with `$...$` and `$$...$$` mathematics.
    pub text: String,
    /// The formulas of `text`: sorted, disjoint.
    pub formulas: Vec<Formula>,
    /// The page's title.
    pub title: Option<String>,
    /// Place in the archive.
    pub locator: Option<Locator>,
    /// `WARC-Record-ID`, without angle brackets.
    pub warc_record_id: Option<String>,
    /// When the page was fetched: milliseconds since 1970, UTC.
    pub fetch_time_ms: Option<i64>,
    /// Media type, as the HTTP header gives it.
    pub content_type: Option<String>,
    /// Name of the character encoding that was used.
    pub charset: String,
    /// Where that choice came from.
    pub charset_source: CharsetSource,
    /// Why the record is known to be cut short (`WARC-Truncated`, or our own finding).
    pub truncated: Option<String>,
    /// What became of the page's formulas.
    pub ledger: Ledger,
    /// Code blocks in `text`.
    pub code_blocks: u32,
    /// Tables in `text`.
    pub tables: u32,
    /// Name and version of what extracted the text.
    pub extractor: String,
    /// What later stages add, by column name.
    pub metadata: serde_json::Map<String, serde_json::Value>,
}

impl Document {
    /// A document of plain text with no formulas and no provenance yet.
    pub fn new(url: &str, text: String) -> Self {
        Self {
            id: String::new(),
            url: url.into(),
            text,
            formulas: Vec::new(),
            title: None,
            locator: None,
            warc_record_id: None,
            fetch_time_ms: None,
            content_type: None,
            charset: "utf-8".into(),
            charset_source: CharsetSource::Fallback,
            truncated: None,
            ledger: Ledger::default(),
            code_blocks: 0,
            tables: 0,
            extractor: String::new(),
            metadata: serde_json::Map::new(),
        }
    }

    /// The TeX body of one of this document's formulas; empty if its range is not in the text.
    pub fn tex(&self, formula: &Formula) -> &str {
        self.text.get(formula.range()).unwrap_or_default()
    }

    /// Takes ranges of the text out, which are sorted and disjoint, with the formulas that they hold
    /// or cut into. Ranges that are not on character boundaries stay.
    pub fn cut(&mut self, ranges: &[Range<usize>]) {
        let whole = std::mem::take(&mut self.text);
        let mut formulas = std::mem::take(&mut self.formulas).into_iter().peekable();
        let mut from = 0;
        let kept = ranges.iter().filter(|range| whole.get((*range).clone()).is_some());
        for cut in kept.cloned().chain(std::iter::once(whole.len()..whole.len())) {
            let removed = from - self.text.len();
            while let Some(formula) = formulas.next_if(|formula| formula.range().end <= cut.start) {
                if formula.range().start >= from {
                    self.formulas.push(formula.moved_back(removed));
                }
            }
            self.text.push_str(whole.get(from..cut.start).unwrap_or_default());
            from = from.max(cut.end);
        }
    }

    /// Whether formulas are sorted, disjoint and on character boundaries.
    ///
    /// # Errors
    /// Names the first formula for which this does not hold.
    pub fn check(&self) -> Result<(), InconsistentDocument> {
        let mut end = 0;
        for (index, formula) in self.formulas.iter().enumerate() {
            let range = formula.range();
            if range.start < end || range.is_empty() || self.text.get(range.clone()).is_none() {
                return Err(InconsistentDocument { id: self.id.clone(), formula: index });
            }
            end = range.end;
        }
        Ok(())
    }
}

/// A document whose formula list does not fit its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InconsistentDocument {
    /// The document.
    pub id: String,
    /// Index of the offending formula.
    pub formula: usize,
}

impl fmt::Display for InconsistentDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "formula {} of document `{}` does not fit its text", self.formula, self.id)
    }
}

impl std::error::Error for InconsistentDocument {}

/// The id of a record: 128 bits of XXH3 over file name, offset and payload, as 32 hexadecimal digits.
pub fn document_id(locator: Option<&Locator>, payload: &[u8]) -> String {
    let mut hasher = Xxh3::new();
    if let Some(locator) = locator {
        hasher.update(locator.file.as_bytes());
        hasher.update(&[0]);
        hasher.update(&locator.offset.to_le_bytes());
    }
    hasher.update(payload);
    format!("{:032x}", hasher.digest128())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FormulaKind, Status};

    fn with_formulas(ranges: &[std::ops::Range<u32>]) -> Document {
        let mut document = Document::new("u", "é $a$ $b$".into());
        document.formulas = ranges
            .iter()
            .map(|r| Formula::new(r.clone(), false, FormulaKind::RawDollar, Status::Recovered))
            .collect();
        document
    }

    #[test]
    fn check_finds_overlaps_disorder_and_split_characters() {
        assert!(with_formulas(&[4..5, 8..9]).check().is_ok());
        assert_eq!(with_formulas(&[8..9, 4..5]).check().unwrap_err().formula, 1);
        assert_eq!(with_formulas(&[4..9, 8..9]).check().unwrap_err().formula, 1);
        assert_eq!(with_formulas(std::slice::from_ref(&(1..5))).check().unwrap_err().formula, 0);
        assert_eq!(with_formulas(std::slice::from_ref(&(4..99))).check().unwrap_err().formula, 0);
    }

    #[test]
    fn cutting_moves_formulas_and_takes_those_that_are_cut_into() {
        let cut = |ranges: &[Range<usize>]| {
            let mut document = with_formulas(&[4..5, 8..9]);
            document.cut(ranges);
            document.check().unwrap();
            let left: Vec<String> =
                document.formulas.iter().map(|f| document.tex(f).to_owned()).collect();
            (document.text, left.concat())
        };
        assert_eq!(cut(&[]), ("é $a$ $b$".into(), "ab".into()));
        assert_eq!(cut(std::slice::from_ref(&(0..3))), ("$a$ $b$".into(), "ab".into()));
        assert_eq!(cut(&[0..3, 6..10]), ("$a$".into(), "a".into()));
        assert_eq!(cut(std::slice::from_ref(&(4..8))), ("é $b$".into(), "b".into()));
        assert_eq!(cut(std::slice::from_ref(&(1..4))), ("é $a$ $b$".into(), "ab".into()));
        assert_eq!(cut(std::slice::from_ref(&(0..10))), (String::new(), String::new()));
    }

    #[test]
    fn ids_depend_on_place_and_payload() {
        let place = Locator { file: "a.warc.gz".into(), offset: 7, length: 9 };
        let id = document_id(Some(&place), b"x");
        assert_eq!(id.len(), 32);
        assert_eq!(id, document_id(Some(&place), b"x"));
        assert_ne!(id, document_id(Some(&place), b"y"));
        assert_ne!(id, document_id(None, b"x"));
    }
}
