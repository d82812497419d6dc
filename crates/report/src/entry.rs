//! Rows one by one: kept and dropped, as text and as JSON.

use crate::html::{bytes, grouped, one_line, printable};
use crate::{Folder, Located, ReportError};
use cc_math_core::{Document, Locator, Reason};
use cc_math_store::{Codec, Format, Reject, Row, StoreError, format_ms, open_table};
use serde_json::{Map, Value as Json};
use std::fmt::Write;

/// A row of an output folder.
#[derive(Debug, Clone, PartialEq)]
pub enum Entry {
    /// A document.
    Kept(Box<Located<Document>>),
    /// A record that became none.
    Dropped(Box<Located<Reject>>),
}

/// Which rows are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Documents.
    pub kept: bool,
    /// Rejects.
    pub dropped: bool,
    /// Rejects of this stage only.
    pub stage: Option<String>,
    /// Rejects for this reason only.
    pub reason: Option<Reason>,
    /// Rows with these ids only; all where there are none.
    pub ids: Vec<String>,
}

/// Rows of a folder, one at a time.
pub type Entries<'a> = Box<dyn Iterator<Item = Result<Entry, ReportError>> + 'a>;

/// The rows that a filter lets through: documents, then rejects. Documents that are not read back
/// are an error where nothing else is asked for.
pub fn entries<'a>(folder: &'a Folder, filter: &'a Filter) -> Entries<'a> {
    if filter.kept && !filter.dropped && !folder.has_readable_documents() {
        return Box::new(std::iter::once(Err(ReportError::Markdown(folder.name()))));
    }
    let wanted = |id: &str| filter.ids.is_empty() || filter.ids.iter().any(|wanted| wanted == id);
    let kept = filter.kept.then(|| folder.documents()).into_iter().flatten();
    let kept = kept.filter(move |row| row.as_ref().map_or(true, |row| wanted(&row.value.id)));
    let dropped = filter.dropped.then(|| folder.rejects()).into_iter().flatten();
    let dropped = dropped.filter(move |row| {
        row.as_ref().map_or(true, |row| {
            let reject = &row.value;
            let of_stage = filter.stage.as_ref().is_none_or(|stage| *stage == reject.stage);
            let of_reason = filter.reason.is_none_or(|reason| reason == reject.reason);
            of_stage && of_reason && wanted(reject.id.as_deref().unwrap_or_default())
        })
    });
    let kept = kept.map(|row| row.map(|row| Entry::Kept(Box::new(row))));
    Box::new(kept.chain(dropped.map(|row| row.map(|row| Entry::Dropped(Box::new(row))))))
}

/// What begins each row's text, so that a pager can go from one to the next.
pub const MARK: &str = "──";

impl Entry {
    /// The id, if there is one.
    pub fn id(&self) -> Option<&str> {
        match self {
            Entry::Kept(row) => Some(&row.value.id),
            Entry::Dropped(row) => row.value.id.as_deref(),
        }
    }

    /// The address, if there is one.
    pub fn url(&self) -> Option<&str> {
        match self {
            Entry::Kept(row) => Some(&row.value.url),
            Entry::Dropped(row) => row.value.url.as_deref(),
        }
    }

    /// File and row.
    pub fn place(&self) -> (&str, u64) {
        match self {
            Entry::Kept(row) => (&row.file, row.row),
            Entry::Dropped(row) => (&row.file, row.row),
        }
    }

    /// The place in the archive, if there is one.
    pub fn locator(&self) -> Option<&Locator> {
        match self {
            Entry::Kept(row) => row.value.locator.as_ref(),
            Entry::Dropped(row) => row.value.locator.as_ref(),
        }
    }

    /// The text, if there is one.
    fn text(&self) -> Option<&str> {
        match self {
            Entry::Kept(row) => Some(&row.value.text),
            Entry::Dropped(row) => row.value.text.as_deref(),
        }
    }

    /// Head and text for a terminal.
    pub fn to_text(&self) -> String {
        let text = self.text().map(|text| format!("\n{}\n", printable(text.trim_end())));
        format!("{}{}\n", self.head(), text.unwrap_or_default())
    }

    /// All that is told of the row but its text.
    pub fn head(&self) -> String {
        let id = self.id().map_or("(no id)".into(), one_line);
        let mut out = match self {
            Entry::Kept(_) => format!("{MARK} kept {id}\n"),
            Entry::Dropped(row) => {
                let reject = &row.value;
                let dropped = format!("{MARK} dropped {id}\n");
                let detail = if reject.detail.is_empty() {
                    String::new()
                } else {
                    format!(": {}", one_line(&reject.detail))
                };
                dropped
                    + &line(
                        "reason",
                        &format!("{} in `{}`{detail}", reject.reason, one_line(&reject.stage)),
                    )
            }
        };
        out += &self.url().map(|url| line("url", &one_line(url))).unwrap_or_default();
        if let Entry::Kept(row) = self {
            out += &document_lines(&row.value);
        }
        out += &self.locator().map(|at| line("record", &place_in_archive(at))).unwrap_or_default();
        let (file, row) = self.place();
        out + &line("row", &format!("{} of {}", grouped(row), one_line(file)))
    }

    /// The row with all its columns, and where it stands.
    ///
    /// # Errors
    /// If the row cannot be written as JSON, which happens to none.
    pub fn to_json(&self) -> Result<Json, ReportError> {
        let mut fields = match self {
            Entry::Kept(row) => row_json(&row.value)?,
            Entry::Dropped(row) => row_json(&row.value)?,
        };
        let (file, row) = self.place();
        fields.insert("kept".into(), matches!(self, Entry::Kept(_)).into());
        fields.insert("file".into(), file.into());
        fields.insert("row".into(), row.into());
        Ok(Json::Object(fields))
    }
}

fn row_json<R: Row + Clone>(row: &R) -> Result<Map<String, Json>, StoreError> {
    let (encoder, mut writer) = open_table(Format::Jsonl(Codec::Plain), Vec::new())?;
    writer.append(encoder.encode(std::slice::from_ref(row))?)?;
    let (bytes, _) = writer.finish()?;
    Ok(serde_json::from_slice(&bytes).unwrap_or_default())
}

fn line(name: &str, value: &str) -> String {
    format!("   {name:9} {value}\n")
}

fn place_in_archive(at: &Locator) -> String {
    format!("{} bytes {}+{}", one_line(&at.file), at.offset, at.length)
}

fn document_lines(document: &Document) -> String {
    let mut out = String::new();
    let title = document.title.as_deref().filter(|title| !title.is_empty());
    out += &title.map(|title| line("title", &one_line(title))).unwrap_or_default();
    out += &document.fetch_time_ms.map(|ms| line("fetched", &format_ms(ms))).unwrap_or_default();
    out += &line("text", &bytes(document.text.len() as u64));
    let ledger = &document.ledger;
    if ledger.seen() > 0 {
        let mut formulas = format!("{} seen: {} recovered", ledger.seen(), ledger.recovered());
        for (n, what) in [(ledger.downgraded(), "downgraded"), (ledger.lost(), "lost")] {
            if n > 0 {
                // Writing to a string does not fail.
                write!(formulas, ", {n} {what}").unwrap_or_default();
            }
        }
        out += &line("formulas", &formulas);
    }
    if !document.metadata.is_empty() {
        out += &line("metadata", &one_line(&Json::Object(document.metadata.clone()).to_string()));
    }
    out
}
