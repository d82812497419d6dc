//! Why a record is, or is not, in the corpus.

use crate::entry::{Entry, Filter, entries};
use crate::html::{clip, one_line};
use crate::names::{stage_options, stages};
use crate::{Folder, ReportError};
use cc_math_core::{Document, Status};
use serde_json::{Value as Json, json};

/// One record's way through a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// Where it ended: its row.
    pub entry: Entry,
    /// What each stage said.
    pub stages: Vec<StageWord>,
}

/// What a stage said of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct StageWord {
    /// The stage.
    pub stage: String,
    /// Its options, as the plan has them.
    pub options: Option<Json>,
    /// What it said.
    pub verdict: Word,
}

/// A verdict as it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Word {
    /// It went on.
    Kept,
    /// It ended here: reason and particulars.
    Dropped(String, String),
    /// It had ended before.
    NotReached,
}

/// More formulas than this are not told one by one.
const MOST_FORMULAS: usize = 40;

/// The ways of all records with an id or an address, at most so many.
///
/// # Errors
/// If a file cannot be read.
pub fn trace(folder: &Folder, what: &str, most: usize) -> Result<Vec<Trace>, ReportError> {
    let filter = Filter { kept: true, dropped: true, ..Filter::default() };
    let meant = |entry: &Entry| entry.id() == Some(what) || entry.url() == Some(what);
    let rows = entries(folder, &filter).filter(|row| row.as_ref().map_or(true, meant)).take(most);
    rows.map(|entry| entry.map(|entry| Trace::of(folder, entry))).collect()
}

impl Trace {
    fn of(folder: &Folder, entry: Entry) -> Self {
        let manifest = folder.manifest();
        let mut ended = false;
        let word = |stage: String| {
            let verdict = match &entry {
                _ if ended => Word::NotReached,
                Entry::Dropped(row) if row.value.stage == stage => {
                    ended = true;
                    Word::Dropped(row.value.reason.code().into(), row.value.detail.clone())
                }
                _ => Word::Kept,
            };
            StageWord { options: stage_options(manifest, &stage), stage, verdict }
        };
        let stages = stages(manifest).into_iter().map(word).collect();
        Self { entry, stages }
    }

    /// For people.
    pub fn to_text(&self) -> String {
        let mut out = self.entry.head();
        for word in &self.stages {
            out += &format!("   {:9} {}\n", one_line(&word.stage), word.told());
        }
        if let Entry::Kept(row) = &self.entry {
            out += &fates(&row.value);
        }
        out
    }

    /// For programs: the row without its text, what stages said, what became of formulas.
    ///
    /// # Errors
    /// If the row cannot be written as JSON, which happens to none.
    pub fn to_json(&self) -> Result<Json, ReportError> {
        let mut row = self.entry.to_json()?;
        row.as_object_mut().map(|fields| fields.remove("text"));
        let stages = self.stages.iter().map(|word| {
            let (verdict, reason, detail) = match &word.verdict {
                Word::Kept => ("keep", None, None),
                Word::Dropped(reason, detail) => ("drop", Some(reason), Some(detail)),
                Word::NotReached => ("not-reached", None, None),
            };
            json!({ "stage": word.stage, "options": word.options, "verdict": verdict, "reason": reason, "detail": detail })
        });
        let ledger =
            if let Entry::Kept(row) = &self.entry { json!(row.value.ledger) } else { Json::Null };
        Ok(json!({ "row": row, "stages": stages.collect::<Vec<_>>(), "formulas": ledger }))
    }
}

impl StageWord {
    fn told(&self) -> String {
        let told = |options: &Json| format!(" with {}", one_line(&options.to_string()));
        let options = self.options.as_ref().map(told);
        let options = options.unwrap_or_default();
        match &self.verdict {
            Word::Kept => format!("went on{options}"),
            Word::NotReached => "not reached".into(),
            Word::Dropped(reason, detail) if detail.is_empty() => {
                format!("DROPPED: {reason}{options}")
            }
            Word::Dropped(reason, detail) => {
                format!("DROPPED: {reason}: {}{options}", one_line(detail))
            }
        }
    }
}

/// What became of a document's formulas: by kind, and one by one where something is amiss.
fn fates(document: &Document) -> String {
    let mut out = String::new();
    for (kind, counts) in document.ledger.kinds() {
        let mut words = vec![format!("{} recovered", counts.recovered)];
        words.extend(counts.downgraded.iter().map(|(how, n)| format!("{n} downgraded ({how})")));
        words.extend(counts.lost.iter().map(|(why, n)| format!("{n} lost ({why})")));
        out += &format!("   formulas  {kind}: {} seen, {}\n", counts.seen, words.join(", "));
    }
    let less = document.formulas.iter().filter(|formula| formula.status != Status::Recovered);
    for formula in less.take(MOST_FORMULAS) {
        let tex = one_line(&clip(document.tex(formula), 100));
        out +=
            &format!("             {} at byte {}: {tex}\n", formula.status.code(), formula.start);
    }
    out
}
