//! A race: contenders take turns over the same pages, on one thread.
//!
//! Rounds are interleaved (A B A B ...), so that what the machine does meanwhile hits all
//! alike. Figures are medians over rounds; ratios are medians of each round's own ratio.

use crate::EvalError;
use crate::evaluation::Corpus;
use crate::pages::LabelledPage;
use crate::rivals::Contender;
use crate::score::Gold;
use crate::scorer::{is_space, unescaped};
use crate::truth::Truth;
use crate::words::{bag_agreement, words};
use serde::Serialize;
use std::collections::BTreeSet;

/// Shortest formula that counts for substring recall, in characters after normalising; shorter
/// ones are found in any text.
const SHORTEST: usize = 4;

/// How one contender did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Standing {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Pages a second: the median round.
    pub pages_per_second: f64,
    /// Megabytes (10^6) of HTML a second: the median round.
    pub megabytes_per_second: f64,
    /// Milliseconds a page, by the page's median over rounds: half take at most this.
    pub p50_ms: f64,
    /// 99 of 100 pages take at most this.
    pub p99_ms: f64,
    /// The slowest page.
    pub max_ms: f64,
    /// How many times as fast the first contender is: the median of the rounds' ratios.
    pub first_is_faster_by: f64,
    /// Pages a processor second: the median round. On a busy machine this means more than the
    /// clock.
    pub pages_per_cpu_second: Option<f64>,
    /// How many times as little processor time the first contender takes.
    pub first_is_faster_by_cpu: Option<f64>,
    /// Pages with gold text.
    pub text_pages: usize,
    /// Their mean word F1.
    pub text_f1: Option<f64>,
    /// Share of distinct true formulas, page by page, whose normalised TeX is somewhere in the
    /// normalised text. Delimiters, doubles and places do not count, so tools without a notion
    /// of formulas can be compared; raw XML or scripts in the text count for it.
    pub substring_recall: Option<f64>,
    /// The mean of the same over pages.
    pub substring_recall_macro: Option<f64>,
    /// Pages that gave no text.
    pub empty_pages: usize,
    /// Seconds of each round.
    pub rounds: Vec<f64>,
}

/// Runs all contenders over the corpus.
///
/// # Errors
/// Contenders that cannot be run at all.
pub fn race(
    contenders: &mut [Contender],
    corpus: &Corpus,
    rounds: usize,
) -> Result<Vec<Standing>, EvalError> {
    let mut runs: Vec<Run> = contenders.iter().map(|_| Run::default()).collect();
    for _ in 0..rounds.max(1) {
        for (contender, run) in contenders.iter_mut().zip(&mut runs) {
            run.round(contender, corpus)?;
        }
    }
    let standings = contenders.iter().zip(&runs);
    Ok(standings.map(|(contender, run)| run.standing(contender, corpus, runs.first())).collect())
}

/// What is kept of a contender's rounds.
#[derive(Default)]
struct Run {
    /// Seconds by round and page.
    seconds: Vec<Vec<f64>>,
    /// Processor seconds by round; empty where they are not known.
    cpu_rounds: Vec<f64>,
    quality: Quality,
}

#[derive(Default)]
struct Quality {
    f1: Vec<f64>,
    /// By page: formulas found, formulas looked for.
    formulas: Vec<(usize, usize)>,
    empty: usize,
}

impl Run {
    fn round(&mut self, contender: &mut Contender, corpus: &Corpus) -> Result<(), EvalError> {
        let is_first = self.seconds.is_empty();
        let mut seconds = Vec::with_capacity(corpus.pages.len());
        let mut cpu_seconds = Some(0.0);
        for page in &corpus.pages {
            let answer = contender.extract(page)?;
            seconds.push(answer.seconds);
            cpu_seconds = cpu_seconds.zip(answer.cpu_seconds).map(|(sum, page)| sum + page);
            if is_first {
                self.quality.add(page, corpus, &answer.text);
            }
        }
        self.seconds.push(seconds);
        self.cpu_rounds.extend(cpu_seconds);
        Ok(())
    }

    fn rounds(&self) -> Vec<f64> {
        self.seconds.iter().map(|round| round.iter().sum()).collect()
    }

    /// Each page's median over rounds, in milliseconds, sorted.
    fn pages_ms(&self) -> Vec<f64> {
        let pages = self.seconds.first().map_or(0, Vec::len);
        let of_page =
            |page: usize| self.seconds.iter().filter_map(move |round| round.get(page).copied());
        let mut medians: Vec<f64> =
            (0..pages).map(|page| 1e3 * median(of_page(page).collect())).collect();
        medians.sort_by(f64::total_cmp);
        medians
    }

    fn standing(&self, contender: &Contender, corpus: &Corpus, first: Option<&Run>) -> Standing {
        let rounds = self.rounds();
        let typical = median(rounds.clone()).max(f64::MIN_POSITIVE);
        let cpu = (!self.cpu_rounds.is_empty()).then(|| median(self.cpu_rounds.clone()));
        let bytes: usize = corpus.pages.iter().map(|page| page.bytes.len()).sum();
        let first_rounds = first.map(Run::rounds).unwrap_or_default();
        let first_cpu = first.map(|first| first.cpu_rounds.as_slice()).unwrap_or_default();
        let pages_ms = self.pages_ms();
        let (substring_recall, substring_recall_macro) = self.quality.substring_recall();
        Standing {
            name: contender.name.clone(),
            version: contender.version.clone(),
            pages_per_second: corpus.pages.len() as f64 / typical,
            megabytes_per_second: bytes as f64 / 1e6 / typical,
            p50_ms: quantile(&pages_ms, 0.5),
            p99_ms: quantile(&pages_ms, 0.99),
            max_ms: quantile(&pages_ms, 1.0),
            first_is_faster_by: median_ratio(&rounds, &first_rounds),
            pages_per_cpu_second: cpu
                .map(|cpu| corpus.pages.len() as f64 / cpu.max(f64::MIN_POSITIVE)),
            first_is_faster_by_cpu: cpu.map(|_| median_ratio(&self.cpu_rounds, first_cpu)),
            text_pages: self.quality.f1.len(),
            text_f1: mean(&self.quality.f1),
            substring_recall,
            substring_recall_macro,
            empty_pages: self.quality.empty,
            rounds,
        }
    }
}

impl Quality {
    fn add(&mut self, page: &LabelledPage, corpus: &Corpus, text: &str) {
        self.empty += usize::from(text.trim().is_empty());
        if let Some(gold) = corpus.gold.get(page.row).and_then(Option::as_ref) {
            self.f1.extend(word_f1(gold, text));
        }
        if let Some(truth) = corpus.truth.get(page.row) {
            self.formulas.extend(substrings(truth, text));
        }
    }

    /// Over all formulas, and as a mean over pages.
    fn substring_recall(&self) -> (Option<f64>, Option<f64>) {
        let (found, wanted) =
            self.formulas.iter().fold((0, 0), |sum, page| (sum.0 + page.0, sum.1 + page.1));
        let shares: Vec<f64> =
            self.formulas.iter().map(|page| page.0 as f64 / page.1 as f64).collect();
        ((wanted > 0).then(|| found as f64 / wanted as f64), mean(&shares))
    }
}

fn word_f1(gold: &Gold, text: &str) -> Option<f64> {
    let gold = words(&gold.text);
    (!gold.is_empty()).then(|| bag_agreement(&gold, &words(text)).f1)
}

/// Distinct formulas found in the text, and looked for; `None` if there is none to look for.
fn substrings(truth: &Truth, text: &str) -> Option<(usize, usize)> {
    if !truth.has_formula_truth() || truth.is_math == Some(false) {
        return None;
    }
    let formulas = truth.formulas.iter().flatten().filter_map(|formula| formula.tex.as_deref());
    let wanted: BTreeSet<String> =
        formulas.map(bare).filter(|tex| tex.chars().count() >= SHORTEST).collect();
    let text = bare(text);
    let found = wanted.iter().filter(|tex| text.contains(tex.as_str())).count();
    (!wanted.is_empty()).then_some((found, wanted.len()))
}

/// A text without what may differ in a formula that is there all the same: white space,
/// braces, dollar signs, thin spaces, `\left`, `\right`, `\displaystyle`, character references.
fn bare(text: &str) -> String {
    const DROPPED: &[&str] = &["\\displaystyle", "\\left", "\\right", "\\,", "\\;", "\\!", "\\:"];
    let text = unescaped(text);
    let text = DROPPED.iter().fold(text, |text, part| text.replace(part, ""));
    text.chars().filter(|c| !is_space(*c) && !matches!(c, '{' | '}' | '$')).collect()
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The median of each round's ratio.
fn median_ratio(rounds: &[f64], first: &[f64]) -> f64 {
    let ratios = rounds.iter().zip(first).map(|(own, first)| own / first.max(f64::MIN_POSITIVE));
    median(ratios.collect())
}

/// The middle value; of an even number, the mean of the two in the middle; 0 of nothing.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let (low, high) = (values.len().saturating_sub(1) / 2, values.len() / 2);
    let at = |index: usize| values.get(index).copied().unwrap_or_default();
    (at(low) + at(high)) / 2.0
}

/// The least of sorted values that `share` of them do not exceed; 0 of nothing.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let rank = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_quantiles() {
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0]), 2.5);
        assert_eq!(median(Vec::new()), 0.0);
        let sorted: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(
            (quantile(&sorted, 0.5), quantile(&sorted, 0.99), quantile(&sorted, 1.0)),
            (50.0, 99.0, 100.0)
        );
        assert_eq!(quantile(&[], 0.5), 0.0);
    }

    #[test]
    fn substring_recall_looks_past_spelling() {
        let row = r#"{"id":"a","formulas":[{"tex":"x_{1}+y"},{"tex":"a &lt; b\\,c"},{"tex":"z"}]}"#;
        let truth: Truth = serde_json::from_str(row).unwrap();
        assert_eq!(substrings(&truth, r"so $x_1 + y$ and a<bc"), Some((2, 2)));
        assert_eq!(substrings(&truth, "x1 + y"), Some((0, 2)));
    }
}
