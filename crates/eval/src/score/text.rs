//! The text of one page against its gold.

use super::{Gold, Scorable};
use crate::words::{Agreement, bag_agreement, rouge_l, rouge_n, words};

/// Words in a run of ROUGE-N, as in WebMainBench.
const RUN: usize = 5;

/// Agreement of a page's text with its gold.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TextScore {
    /// In words as multisets: the reference text score, and ROUGE-1.
    pub words: Agreement,
    /// In pairs of words.
    pub rouge_2: Agreement,
    /// In runs of five words: what WebMainBench calls ROUGE-N.
    pub rouge_5: Agreement,
    /// In the longest common subsequence of words.
    pub rouge_l: Agreement,
    /// Format of the gold file; its markup counts as words, as the reference scorer has it.
    pub format: String,
    /// Snippets that must be there, and how many are.
    pub wanted: (usize, usize),
    /// Snippets that must not be there, and how many are.
    pub unwanted: (usize, usize),
}

impl TextScore {
    /// `None` if the gold has no words.
    pub(super) fn of(page: &Scorable<'_>, gold: &Gold) -> Option<Self> {
        let gold_words = words(&gold.text);
        if gold_words.is_empty() {
            return None;
        }
        let text = page.document.map(|document| document.text()).unwrap_or_default();
        let made = words(text);
        let run = format!(" {} ", made.join(" "));
        Some(Self {
            words: bag_agreement(&gold_words, &made),
            rouge_2: rouge_n(&gold_words, &made, 2),
            rouge_5: rouge_n(&gold_words, &made, RUN),
            rouge_l: rouge_l(&gold_words, &made),
            format: gold.format.clone(),
            wanted: found_in(&run, &page.truth.with_snippets),
            unwanted: found_in(&run, &page.truth.without_snippets),
        })
    }
}

/// Snippets with words, and those whose words stand in the text in a row.
fn found_in(run: &str, snippets: &[String]) -> (usize, usize) {
    let needles: Vec<String> = snippets.iter().map(|snippet| words(snippet).join(" ")).collect();
    let needles = || needles.iter().filter(|needle| !needle.is_empty());
    let found = needles().filter(|needle| run.contains(&format!(" {needle} "))).count();
    (needles().count(), found)
}
