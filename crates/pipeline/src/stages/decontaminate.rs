//! `decontaminate`: items of benchmarks.

mod benchmarks;

use super::{Made, Options};
use benchmarks::Benchmarks;
use cc_math_core::{Document, Map, Reason, Verdict};
use cc_math_dedup::cut::{is_sound, paragraphs};
use cc_math_dedup::decontaminate::{self as engine, Index, Item, Match, Scratch};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::cell::RefCell;
use std::sync::{Arc, OnceLock};

/// Finds questions of benchmarks in documents, with words changed or not, whichever way their
/// mathematics is written. Numbers and operators have to be the same: `x^2-1` is not `x^2+1`.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Decontaminate {
    /// Benchmarks: JSON Lines files (`.jsonl[.gz|.zst]`) and folders of them; each file is a set, named
    /// after it.
    benchmarks: Vec<String>,
    /// What the fields of an item are called.
    #[serde(default)]
    fields: Fields,
    /// What becomes of a document that holds an item.
    #[serde(default)]
    action: Action,
    /// The score from which on a question counts, of long ones; short ones have to agree more.
    #[serde(default = "threshold")]
    #[schemars(range(min = 0, max = 1))]
    threshold: f64,
    /// Questions of fewer tokens (words, numbers, operators) are not looked for.
    #[serde(default = "tokens")]
    min_tokens: usize,
    /// A hash of all items: what is found is found among these. Filled in where it is not given; a
    /// run with others is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    #[serde(skip)]
    #[schemars(skip)]
    items: Arc<[Item]>,
}

/// What the fields of an item are called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Fields {
    /// The item's name; its number in the file where there is none.
    id: String,
    /// What is asked.
    question: String,
    /// What should be answered.
    answer: String,
    /// The text that the question is about.
    passage: String,
}

impl Default for Fields {
    fn default() -> Self {
        let [id, question, answer, passage] =
            ["id", "question", "answer", "passage"].map(str::to_owned);
        Self { id, question, answer, passage }
    }
}

/// What becomes of a document that holds an item.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Action {
    /// It goes.
    #[default]
    Drop,
    /// The question, and the answer where it is near, are taken out of its text.
    Mask,
    /// It stays; `contamination` in its metadata tells of each item where it is and how much of it.
    Annotate,
}

fn threshold() -> f64 {
    engine::Options::default().threshold
}

fn tokens() -> usize {
    engine::Options::default().min_tokens
}

impl Options for Decontaminate {
    const NAME: &'static str = "decontaminate";

    fn settle(&mut self) -> Result<(), (&'static str, String)> {
        let Benchmarks { items, digest } = Benchmarks::read(&self.benchmarks, &self.fields)
            .map_err(|message| ("benchmarks", message))?;
        if self.digest.as_ref().is_some_and(|given| *given != digest) {
            let message = format!("the items are others than when this was written: {digest}");
            return Err(("digest", message));
        }
        self.items = items.into();
        self.digest = Some(digest);
        Ok(())
    }

    fn make(mut self, _: u64) -> Result<Made, (&'static str, String)> {
        if !(self.threshold > 0.0 && self.threshold <= 1.0) {
            let message =
                format!("`threshold` is to be above 0 and at most 1, not {}", self.threshold);
            return Err(("threshold", message));
        }
        if self.items.is_empty() {
            self.settle()?;
        }
        let options = engine::Options {
            threshold: self.threshold,
            min_tokens: self.min_tokens,
            ..engine::Options::default()
        };
        let index = OnceLock::new();
        Ok(Made::map(Searching { index, options, items: self.items, action: self.action }))
    }
}

struct Searching {
    /// Made when the first document is looked at: pipelines are read for other things, too.
    index: OnceLock<Index>,
    options: engine::Options,
    items: Arc<[Item]>,
    action: Action,
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// Characters of a question that are told.
const TOLD: usize = 400;

impl Map for Searching {
    fn apply(&self, document: &mut Document) -> Verdict {
        let index = self.index.get_or_init(|| Index::new(&self.items, &self.options));
        let judge = |scratch: &RefCell<Scratch>| {
            index.judge(&document.text, &document.formulas, &mut scratch.borrow_mut())
        };
        let found = SCRATCH.with(judge);
        let Some(worst) = found.iter().max_by(|a, b| a.score.total_cmp(&b.score)) else {
            return Verdict::Keep;
        };
        match self.action {
            Action::Drop => {
                let detail = self.evidence(worst).to_string();
                Verdict::Drop { reason: Reason::Contaminated, detail: detail.into() }
            }
            Action::Mask => mask(document, &found),
            Action::Annotate => {
                let all: Vec<Json> = found.iter().map(|found| self.evidence(found)).collect();
                document.metadata.insert("contamination".into(), all.into());
                Verdict::Keep
            }
        }
    }
}

impl Searching {
    /// What was found, and where: the item, and the bytes of the text.
    fn evidence(&self, found: &Match) -> Json {
        let nothing = Item::default();
        let item = self.items.get(found.item).unwrap_or(&nothing);
        let short = |text: &str| text.chars().take(TOLD).collect::<String>();
        json!({
            "set": item.set,
            "id": item.id,
            "score": (found.score * 1000.0).round() / 1000.0,
            "exact": found.exact,
            "start": found.range.start,
            "end": found.range.end,
            "question": short(&item.question),
            "answer": item.answer.as_deref().map(short),
        })
    }
}

/// Takes out what was found.
fn mask(document: &mut Document, found: &[Match]) -> Verdict {
    let ranges = found.iter().flat_map(|found| [Some(&found.range), found.answer_range.as_ref()]);
    let mut ranges: Vec<_> = ranges.flatten().cloned().collect();
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut cuts: Vec<std::ops::Range<usize>> = Vec::new();
    for range in ranges {
        match cuts.last_mut().filter(|last| range.start <= last.end) {
            Some(last) => last.end = last.end.max(range.end),
            None => cuts.push(range),
        }
    }
    // Where the rest would read as something else, whole paragraphs go.
    if !is_sound(document, &cuts) {
        cuts = paragraphs(&document.text, &cuts);
    }
    let dropped = |detail: &'static str| Verdict::Drop {
        reason: Reason::Contaminated,
        detail: detail.into(),
    };
    if !is_sound(document, &cuts) {
        return dropped("the questions of benchmarks cannot be taken out of it");
    }
    document.cut(&cuts);
    if document.text.trim().is_empty() {
        return dropped("nothing is left of it without the questions of benchmarks");
    }
    Verdict::Keep
}
