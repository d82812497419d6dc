//! An evaluation: labelled pages in, a report out.

use crate::EvalError;
use crate::documents::{self, ScoredDocument};
use crate::pages::{LabelledPage, Pages, address};
use crate::reading::{Structure, page_code, read_markdown};
use crate::score::{Gold, PageScore, Scorable, Totals, Worst};
use crate::truth::{self, Truth};
use cc_math_extract::{Extractor, MathMode, Options, prefilter};
use cc_math_html::decode;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What to evaluate, and on what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Truth file (JSONL).
    pub truth: PathBuf,
    /// Index that gives addresses of pages whose rows have none.
    pub index: Option<PathBuf>,
    /// The pages; without them, documents are scored alone.
    pub pages: Option<Pages>,
    /// Folder of gold texts.
    pub gold: Option<PathBuf>,
    /// Documents to score instead of extracting the pages.
    pub documents: Option<PathBuf>,
    /// Whether to align formulas and measure their edit similarity.
    pub aligned: bool,
    /// Whether to leave out derived pages.
    pub real: bool,
    /// Which pages the extractor keeps.
    pub math: MathMode,
}

/// Pages that the prefilter would let through, of those with and without mathematics.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Prefilter {
    /// Pages with formulas in their truth.
    pub math_pages: usize,
    /// Those let through.
    pub math_kept: usize,
    /// Pages known to have no mathematics.
    pub plain_pages: usize,
    /// Those let through.
    pub plain_kept: usize,
}

impl Prefilter {
    fn add(&mut self, truth: &Truth, bytes: &[u8]) {
        let kept = usize::from(prefilter::may_hold_math(bytes));
        if truth.is_math == Some(false) {
            self.plain_pages += 1;
            self.plain_kept += kept;
        } else if truth.formulas.as_ref().is_some_and(|formulas| !formulas.is_empty()) {
            self.math_pages += 1;
            self.math_kept += kept;
        }
    }
}

/// What was measured.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// Over all pages.
    pub overall: Totals,
    /// Over the pages of each kind.
    pub kinds: BTreeMap<String, Totals>,
    /// Pages with formulas missing, the worst first.
    pub worst: Vec<Worst>,
    /// Pages with code whose lines are not as they were: id, blocks, a line, what became of it.
    pub inexact_code: Vec<(String, usize, String, String)>,
    /// What the prefilter does to the pages; of nothing where their bytes are not at hand.
    pub prefilter: Prefilter,
}

impl Report {
    fn add(&mut self, page: PageScore) {
        self.overall.add(&page);
        for kind in &page.kinds {
            self.kinds.entry(kind.clone()).or_default().add(&page);
        }
        self.worst.extend(page.formulas.and_then(|score| score.worst));
        let structure = page.structure;
        let blocks = structure.found_blocks - structure.exact_blocks;
        let inexact = structure.inexact.map(|(line, made)| (page.id, blocks, line, made));
        self.inexact_code.extend(inexact);
    }

    fn finish(&mut self) {
        self.worst.sort_by(|a, b| b.missing.cmp(&a.missing).then_with(|| a.id.cmp(&b.id)));
        self.inexact_code.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    }
}

/// Labelled pages with all that is needed to score what is made of them.
pub struct Corpus {
    /// The rows that count.
    pub truth: Vec<Truth>,
    /// Gold texts by row.
    pub gold: Vec<Option<Gold>>,
    /// The pages that are there.
    pub pages: Vec<LabelledPage>,
}

impl Corpus {
    /// Reads what the request names.
    ///
    /// # Errors
    /// Files that cannot be read; pages asked for and none found.
    pub fn load(request: &Request) -> Result<Self, EvalError> {
        let mut truth = truth::load(&request.truth, request.index.as_deref())?;
        truth.retain(|row| {
            !(request.real && row.derived.as_ref().is_some_and(|from| !from.is_null()))
        });
        let gold = truth
            .iter()
            .map(|row| read_gold(row, request.gold.as_deref()))
            .collect::<Result<_, _>>()?;
        let pages = request.pages.as_ref().map_or(Ok(Vec::new()), |pages| pages.load(&truth))?;
        if request.pages.is_some() && pages.is_empty() {
            return Err(EvalError::NoPages { path: request.truth.clone() });
        }
        Ok(Self { truth, gold, pages })
    }
}

fn read_gold(truth: &Truth, folder: Option<&Path>) -> Result<Option<Gold>, EvalError> {
    let (Some(name), Some(folder)) = (truth.gold_text.as_deref(), folder) else { return Ok(None) };
    let path = folder.join(name);
    let bytes = std::fs::read(&path).map_err(EvalError::read(&path))?;
    let format = path.extension().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Some(Gold { text: String::from_utf8_lossy(&bytes).into_owned(), format }))
}

/// Runs an evaluation.
///
/// # Errors
/// Those of reading its inputs.
pub fn evaluate(request: &Request) -> Result<Report, EvalError> {
    let corpus = Corpus::load(request)?;
    match &request.documents {
        Some(path) => Ok(score_documents(request, &corpus, documents::load(path)?)),
        None => Ok(score_extraction(request, &corpus)),
    }
}

/// Extracts and scores page by page.
fn score_extraction(request: &Request, corpus: &Corpus) -> Report {
    let extractor = Extractor::new(Options { math: request.math });
    let mut pages = corpus.pages.iter().peekable();
    let mut report = Report::default();
    for row in 0..corpus.truth.len() {
        let page = pages.next_if(|page| page.row == row);
        let document = page.and_then(|page| documents::extract(&extractor, page));
        add_row(&mut report, request, corpus, row, page, document.as_ref());
    }
    report.finish();
    report
}

/// Scores documents that were made elsewhere; they and the rows meet by address.
fn score_documents(request: &Request, corpus: &Corpus, documents: Vec<ScoredDocument>) -> Report {
    let keyed = documents.into_iter().map(|d| (address(d.url.as_deref().unwrap_or_default()), d));
    let documents: BTreeMap<String, ScoredDocument> = keyed.collect();
    let mut pages = corpus.pages.iter().peekable();
    let mut report = Report::default();
    for (row, truth) in corpus.truth.iter().enumerate() {
        let page = pages.next_if(|page| page.row == row);
        let document = documents.get(&address(truth.url.as_deref().unwrap_or_default()));
        add_row(&mut report, request, corpus, row, page, document);
    }
    report.finish();
    report
}

fn add_row(
    report: &mut Report,
    request: &Request,
    corpus: &Corpus,
    row: usize,
    page: Option<&LabelledPage>,
    document: Option<&ScoredDocument>,
) {
    let Some(truth) = corpus.truth.get(row) else { return };
    if let Some(page) = page {
        report.prefilter.add(truth, &page.bytes);
    }
    let made = document.map_or_else(Structure::default, |document| read_markdown(document.text()));
    let source_code = page.map_or_else(Vec::new, source_code);
    report.add(PageScore::of(&Scorable {
        truth,
        document,
        gold: corpus.gold.get(row).and_then(Option::as_ref),
        made: &made,
        source_code: &source_code,
        aligned: request.aligned,
    }));
}

fn source_code(page: &LabelledPage) -> Vec<String> {
    page_code(&decode(&page.bytes, page.content_type.as_deref(), None).text)
}
