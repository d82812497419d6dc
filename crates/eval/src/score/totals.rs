//! Sums over pages.

use super::{FormulaScore, PageScore, TextScore};
use cc_math_core::Ledger;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A mean in the making.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Mean {
    sum: f64,
    count: usize,
}

impl Mean {
    fn add(&mut self, value: f64) {
        self.sum += value;
        self.count += 1;
    }

    fn add_some(&mut self, value: Option<f64>) {
        if let Some(value) = value {
            self.add(value);
        }
    }

    /// The mean; `None` of nothing.
    fn get(self) -> Option<f64> {
        (self.count > 0).then(|| self.sum / self.count as f64)
    }
}

/// Sums of formula scores.
#[derive(Debug, Clone, Default, PartialEq)]
struct FormulaTotals {
    pages: usize,
    missing_pages: usize,
    truth: usize,
    matched: usize,
    display_right: usize,
    emitted_on_whole: usize,
    matched_on_whole: usize,
    excess: usize,
    macro_recall: Mean,
    macro_precision: Mean,
    similarity: Mean,
}

impl FormulaTotals {
    fn add(&mut self, score: &FormulaScore) {
        self.pages += 1;
        self.missing_pages += usize::from(score.missing);
        self.truth += score.truth;
        self.matched += score.matched;
        self.display_right += score.display_right;
        self.macro_recall.add(score.matched as f64 / score.truth as f64);
        if score.whole {
            self.emitted_on_whole += score.emitted;
            self.matched_on_whole += score.matched;
            self.excess += score.excess;
            self.macro_precision.add(score.matched as f64 / score.emitted.max(1) as f64);
        }
        score.similarities.iter().for_each(|similarity| self.similarity.add(*similarity));
    }
}

/// Sums of text scores.
#[derive(Debug, Clone, Default, PartialEq)]
struct TextTotals {
    precision: Mean,
    recall: Mean,
    f1: Mean,
    rouge_2: Mean,
    rouge_5: Mean,
    rouge_l: Mean,
    wanted: (usize, usize),
    unwanted: (usize, usize),
    by_format: BTreeMap<String, Mean>,
}

impl TextTotals {
    fn add(&mut self, score: &TextScore) {
        self.precision.add(score.words.precision);
        self.recall.add(score.words.recall);
        self.f1.add(score.words.f1);
        self.rouge_2.add(score.rouge_2.f1);
        self.rouge_5.add(score.rouge_5.f1);
        self.rouge_l.add(score.rouge_l.f1);
        self.by_format.entry(score.format.clone()).or_default().add(score.words.f1);
        let sum = |a: (usize, usize), b: (usize, usize)| (a.0 + b.0, a.1 + b.1);
        self.wanted = sum(self.wanted, score.wanted);
        self.unwanted = sum(self.unwanted, score.unwanted);
    }
}

/// Sums over pages: all of them, or those of one kind.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Totals {
    formulas: FormulaTotals,
    text: TextTotals,
    plain_pages: usize,
    plain_with_formulas: usize,
    code: Mean,
    cells: Mean,
    relations: Mean,
    source_blocks: usize,
    found_blocks: usize,
    exact_blocks: usize,
    emitted: usize,
    well_formed: usize,
    raw_markup_pages: usize,
    replacement_pages: usize,
    charset: Mean,
    /// What became of the formulas, as the extractor tells it.
    pub ledger: Ledger,
}

/// A figure of a report: a count, or a share between 0 and 1 that may be of nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Figure {
    /// A number of things.
    Count(usize),
    /// A share or mean; `None` where there is nothing to take it of.
    Share(Option<f64>),
}

impl Totals {
    /// Adds a page.
    pub fn add(&mut self, page: &PageScore) {
        if let Some(score) = &page.formulas {
            self.formulas.add(score);
        }
        if let Some(score) = &page.text {
            self.text.add(score);
        }
        self.plain_pages += usize::from(page.invented.is_some());
        self.plain_with_formulas += usize::from(page.invented == Some(true));
        self.add_structure(page);
        self.add_health(page);
    }

    fn add_structure(&mut self, page: &PageScore) {
        let score = &page.structure;
        self.code.add_some(score.code);
        self.cells.add_some(score.cells);
        self.relations.add_some(score.relations);
        self.source_blocks += score.source_blocks;
        self.found_blocks += score.found_blocks;
        self.exact_blocks += score.exact_blocks;
    }

    fn add_health(&mut self, page: &PageScore) {
        let health = &page.health;
        self.emitted += health.formulas;
        self.well_formed += health.well_formed;
        self.raw_markup_pages += usize::from(health.raw_markup);
        self.replacement_pages += usize::from(health.replacement);
        self.charset.add_some(health.charset_right.map(|right| f64::from(u8::from(right))));
        self.ledger.add(&health.ledger);
    }

    /// Pages with formula truth.
    pub fn formula_pages(&self) -> usize {
        self.formulas.pages
    }

    /// Formulas of the truth.
    pub fn true_formulas(&self) -> usize {
        self.formulas.truth
    }

    /// Pages with gold text.
    pub fn text_pages(&self) -> usize {
        self.text.f1.count
    }

    /// All figures by name, in the order of a report. Names of the reference scorers' figures
    /// are theirs.
    pub fn figures(&self) -> Vec<(&'static str, Figure)> {
        let mut figures = self.formula_figures();
        figures.extend(self.text_figures());
        figures.extend(self.structure_figures());
        figures
    }

    fn formula_figures(&self) -> Vec<(&'static str, Figure)> {
        use Figure::{Count, Share};
        let sums = &self.formulas;
        vec![
            ("pages", Count(sums.pages)),
            ("missing_pages", Count(sums.missing_pages)),
            ("truth", Count(sums.truth)),
            ("emitted", Count(sums.emitted_on_whole)),
            ("recall", share(sums.matched, sums.truth)),
            ("precision", share(sums.matched_on_whole, sums.emitted_on_whole)),
            ("display_right", share(sums.display_right, sums.matched)),
            ("excess_repeats", share(sums.excess, sums.emitted_on_whole)),
            ("macro_recall", Share(sums.macro_recall.get())),
            ("macro_precision", Share(sums.macro_precision.get())),
            ("aligned_similarity", Share(sums.similarity.get())),
            ("plain_pages", Count(self.plain_pages)),
            ("plain_pages_with_formulas", Count(self.plain_with_formulas)),
            ("well_formed", share(self.well_formed, self.emitted)),
        ]
    }

    fn text_figures(&self) -> Vec<(&'static str, Figure)> {
        use Figure::{Count, Share};
        let sums = &self.text;
        vec![
            ("text_pages", Count(sums.f1.count)),
            ("text_precision", Share(sums.precision.get())),
            ("text_recall", Share(sums.recall.get())),
            ("text_f1", Share(sums.f1.get())),
            ("rouge_2", Share(sums.rouge_2.get())),
            ("rouge_5", Share(sums.rouge_5.get())),
            ("rouge_l", Share(sums.rouge_l.get())),
            ("wanted_snippets_found", share(sums.wanted.1, sums.wanted.0)),
            ("unwanted_snippets_found", share(sums.unwanted.1, sums.unwanted.0)),
        ]
    }

    fn structure_figures(&self) -> Vec<(&'static str, Figure)> {
        use Figure::{Count, Share};
        vec![
            ("code_pages", Count(self.code.count)),
            ("code_similarity", Share(self.code.get())),
            ("pre_blocks", Count(self.source_blocks)),
            ("pre_blocks_found", share(self.found_blocks, self.source_blocks)),
            ("pre_indentation_exact", share(self.exact_blocks, self.found_blocks)),
            ("table_pages", Count(self.cells.count)),
            ("table_cells_f1", Share(self.cells.get())),
            ("table_relations_f1", Share(self.relations.get())),
            ("pages_with_raw_markup", Count(self.raw_markup_pages)),
            ("pages_with_replacement_characters", Count(self.replacement_pages)),
            ("charset_right", Share(self.charset.get())),
        ]
    }

    /// Word F1 by the gold files' format, with the number of pages.
    pub fn text_f1_by_format(&self) -> impl Iterator<Item = (&str, usize, f64)> {
        let means = self.text.by_format.iter();
        means.map(|(format, mean)| (format.as_str(), mean.count, mean.get().unwrap_or(0.0)))
    }

    /// One figure by name.
    pub fn figure(&self, name: &str) -> Option<Figure> {
        self.figures().into_iter().find(|(known, _)| *known == name).map(|(_, figure)| figure)
    }

    /// All figures as a JSON object; shares of nothing are null.
    pub fn to_json(&self) -> Value {
        let entries = self.figures().into_iter().map(|(name, figure)| {
            let value = match figure {
                Figure::Count(count) => Value::from(count),
                Figure::Share(share) => Value::from(share),
            };
            (name.to_owned(), value)
        });
        Value::Object(entries.collect::<Map<_, _>>())
    }
}

fn share(part: usize, whole: usize) -> Figure {
    Figure::Share((whole > 0).then(|| part as f64 / whole as f64))
}
