//! The two tables of an output folder: documents and rejects.

use crate::columns::{Cell, Column, Kind, Value};
use cc_math_core::{
    CharsetSource, Document, FormulaKind, Ledger, Locator, Loss, Reason, document_id,
};
use serde_json::{Map, Value as Json, json};

/// A record that became no document, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Reject {
    /// The id the document would have had.
    pub id: Option<String>,
    /// The page's address.
    pub url: Option<String>,
    /// Place in the archive.
    pub locator: Option<Locator>,
    /// `WARC-Record-ID`, without angle brackets.
    pub warc_record_id: Option<String>,
    /// The stage that dropped it.
    pub stage: String,
    /// Why.
    pub reason: Reason,
    /// The particulars, in words.
    pub detail: String,
    /// The text, where one was made.
    pub text: Option<String>,
}

/// Something that is written as one row of a table.
pub trait Row: Sized + Send + 'static {
    /// The table's columns, in order.
    const COLUMNS: &'static [Column<Self>];

    /// Level at which zstd packs them: its own default; 6 and up cost more than extraction itself.
    const ZSTD_LEVEL: i32 = 3;

    /// Rough size in memory and in the file, in bytes: what decides where row groups end.
    fn weight(&self) -> usize;

    /// A row to be filled by the columns' `set`.
    fn blank() -> Self;

    /// Called once all columns of a row are set: derives what no column holds.
    fn complete(&mut self);
}

const TEXT: Kind = Kind::Text { dictionary: false };
const REPEATED: Kind = Kind::Text { dictionary: true };

macro_rules! column {
    ($name:literal, $kind:expr, $get:expr, $set:expr) => {
        Column { name: $name, kind: $kind, nullable: false, get: $get, set: $set }
    };
    ($name:literal ?, $kind:expr, $get:expr, $set:expr) => {
        Column { name: $name, kind: $kind, nullable: true, get: $get, set: $set }
    };
}

impl Row for Document {
    const COLUMNS: &'static [Column<Document>] = &[
        column!("id", TEXT, |d| d.id.as_str().into(), |d, v| put(&mut d.id, v.text())),
        column!("url", TEXT, |d| d.url.as_str().into(), |d, v| put(&mut d.url, v.text())),
        column!("text", TEXT, |d| d.text.as_str().into(), |d, v| put(&mut d.text, v.text())),
        column!("title"?, TEXT, |d| d.title.as_deref().into(), |d, v| some(&mut d.title, v.text())),
        column!("warc_filename"?, REPEATED, |d| file(&d.locator), |d, v| set_file(
            &mut d.locator,
            v
        )),
        column!("warc_record_offset"?, Kind::I64, |d| offset(&d.locator), |d, v| set_offset(
            &mut d.locator,
            v
        )),
        column!("warc_record_length"?, Kind::I64, |d| length(&d.locator), |d, v| set_length(
            &mut d.locator,
            v
        )),
        column!("warc_record_id"?, TEXT, |d| d.warc_record_id.as_deref().into(), |d, v| some(
            &mut d.warc_record_id,
            v.text()
        )),
        column!("fetch_time"?, Kind::Time, |d| d.fetch_time_ms.into(), |d, v| some(
            &mut d.fetch_time_ms,
            v.number()
        )),
        column!("content_type"?, REPEATED, |d| d.content_type.as_deref().into(), |d, v| some(
            &mut d.content_type,
            v.text()
        )),
        column!("charset", REPEATED, |d| d.charset.as_str().into(), |d, v| put(
            &mut d.charset,
            v.text()
        )),
        column!("charset_source", REPEATED, |d| d.charset_source.code().into(), set_charset_source),
        column!("truncated"?, REPEATED, |d| d.truncated.as_deref().into(), |d, v| some(
            &mut d.truncated,
            v.text()
        )),
        column!("formulas", Kind::Formulas, |d| Cell::Formulas(&d.formulas, &d.text), |d, v| put(
            &mut d.formulas,
            v.formulas()
        )),
        column!("math_seen", Kind::U32, |d| count(d.ledger.seen()), derived),
        column!("math_recovered", Kind::U32, |d| count(d.ledger.recovered()), derived),
        column!("math_downgraded", Kind::U32, |d| count(d.ledger.downgraded()), derived),
        column!("math_lost", Kind::U32, |d| count(d.ledger.lost()), derived),
        column!("code_blocks", Kind::U32, |d| d.code_blocks.into(), |d, v| put(
            &mut d.code_blocks,
            as_count(v)
        )),
        column!("tables", Kind::U32, |d| d.tables.into(), |d, v| put(&mut d.tables, as_count(v))),
        column!("extractor", REPEATED, |d| d.extractor.as_str().into(), |d, v| put(
            &mut d.extractor,
            v.text()
        )),
        column!("metadata", Kind::Json, metadata, set_metadata),
    ];

    fn weight(&self) -> usize {
        size_of::<Self>() + self.text.len() + self.url.len() + 32 * self.formulas.len()
    }

    fn blank() -> Self {
        Document::new("", String::new())
    }

    /// The ledger follows from the formulas and from the losses kept in the
    /// metadata; a missing id follows from the text.
    fn complete(&mut self) {
        self.ledger = losses(self.metadata.remove(LOSSES));
        for formula in &self.formulas {
            self.ledger.keep(formula.kind, formula.status);
        }
        if self.id.is_empty() {
            self.id = document_id(None, self.text.as_bytes());
        }
    }
}

impl Row for Reject {
    /// They are many and seldom read.
    const ZSTD_LEVEL: i32 = 1;

    const COLUMNS: &'static [Column<Reject>] = &[
        column!("id"?, TEXT, |r| r.id.as_deref().into(), |r, v| some(&mut r.id, v.text())),
        column!("url"?, TEXT, |r| r.url.as_deref().into(), |r, v| some(&mut r.url, v.text())),
        column!("warc_filename"?, REPEATED, |r| file(&r.locator), |r, v| set_file(
            &mut r.locator,
            v
        )),
        column!("warc_record_offset"?, Kind::I64, |r| offset(&r.locator), |r, v| set_offset(
            &mut r.locator,
            v
        )),
        column!("warc_record_length"?, Kind::I64, |r| length(&r.locator), |r, v| set_length(
            &mut r.locator,
            v
        )),
        column!("warc_record_id"?, TEXT, |r| r.warc_record_id.as_deref().into(), |r, v| some(
            &mut r.warc_record_id,
            v.text()
        )),
        column!("stage", REPEATED, |r| r.stage.as_str().into(), |r, v| put(&mut r.stage, v.text())),
        column!("reason", REPEATED, |r| r.reason.code().into(), |r, v| put(
            &mut r.reason,
            v.text().and_then(|code| Reason::from_code(&code))
        )),
        column!("detail", REPEATED, |r| r.detail.as_str().into(), |r, v| put(
            &mut r.detail,
            v.text()
        )),
        column!("text"?, TEXT, |r| r.text.as_deref().into(), |r, v| some(&mut r.text, v.text())),
    ];

    fn weight(&self) -> usize {
        let texts = [&self.url, &self.text].into_iter().flatten().map(String::len);
        size_of::<Self>() + self.detail.len() + texts.sum::<usize>()
    }

    fn blank() -> Self {
        Reject {
            id: None,
            url: None,
            locator: None,
            warc_record_id: None,
            stage: String::new(),
            reason: Reason::InternalError,
            detail: String::new(),
            text: None,
        }
    }

    fn complete(&mut self) {}
}

/// Key of the metadata under which formulas that are not in the text are
/// counted: `{kind: {why: n}}`.
const LOSSES: &str = "math_lost";

/// More losses of one kind than any document has; a bound against damaged files.
const MOST_LOSSES: u64 = 1 << 20;

fn put<T>(field: &mut T, value: Option<T>) -> bool {
    value.map(|value| *field = value).is_some()
}

fn some<T>(field: &mut Option<T>, value: Option<T>) -> bool {
    *field = value;
    field.is_some()
}

/// For columns that follow from others: whatever the file says is left unread.
fn derived(_: &mut Document, _: Value) -> bool {
    true
}

fn count(number: u64) -> Cell<'static> {
    Cell::U32(u32::try_from(number).unwrap_or(u32::MAX))
}

fn as_count(value: Value) -> Option<u32> {
    value.number().and_then(|number| u32::try_from(number).ok())
}

fn set_charset_source(document: &mut Document, value: Value) -> bool {
    put(&mut document.charset_source, value.text().and_then(|c| CharsetSource::from_code(&c)))
}

fn file(locator: &Option<Locator>) -> Cell<'_> {
    locator.as_ref().map(|at| &*at.file).into()
}

fn offset(locator: &Option<Locator>) -> Cell<'_> {
    locator.as_ref().and_then(|at| i64::try_from(at.offset).ok()).into()
}

fn length(locator: &Option<Locator>) -> Cell<'_> {
    locator.as_ref().and_then(|at| i64::try_from(at.length).ok()).into()
}

fn located(locator: &mut Option<Locator>) -> &mut Locator {
    locator.get_or_insert_with(|| Locator { file: "".into(), offset: 0, length: 0 })
}

fn set_file(locator: &mut Option<Locator>, value: Value) -> bool {
    put(&mut located(locator).file, value.text().map(Into::into))
}

fn set_offset(locator: &mut Option<Locator>, value: Value) -> bool {
    put(&mut located(locator).offset, value.number().and_then(|n| u64::try_from(n).ok()))
}

fn set_length(locator: &mut Option<Locator>, value: Value) -> bool {
    put(&mut located(locator).length, value.number().and_then(|n| u64::try_from(n).ok()))
}

fn metadata(document: &Document) -> Cell<'_> {
    let mut all = document.metadata.clone();
    if document.ledger.lost() > 0 {
        all.insert(LOSSES.into(), losses_json(&document.ledger));
    }
    Json::Object(all).to_string().into()
}

fn set_metadata(document: &mut Document, value: Value) -> bool {
    let parsed = value.text().and_then(|text| serde_json::from_str(&text).ok());
    put(&mut document.metadata, parsed)
}

fn losses_json(ledger: &Ledger) -> Json {
    let lossy = ledger.kinds().filter(|(_, counts)| !counts.lost.is_empty());
    Json::Object(lossy.map(|(kind, counts)| (kind.code().into(), json!(counts.lost))).collect())
}

fn losses(json: Option<Json>) -> Ledger {
    let mut ledger = Ledger::default();
    let Some(Json::Object(kinds)) = json else { return ledger };
    for (kind, whys) in &kinds {
        let Some(kind) = FormulaKind::from_code(kind) else { continue };
        for (why, n) in whys.as_object().unwrap_or(&Map::new()) {
            let n = n.as_u64().unwrap_or(0).min(MOST_LOSSES);
            let why = Loss::from_code(why);
            (0..n).for_each(|_| why.into_iter().for_each(|why| ledger.lose(kind, why)));
        }
    }
    ledger
}
