//! Which passages of a text are items of a benchmark.
//!
//! An item is found in a page whichever way either is written: LaTeX, plain text or Unicode, with
//! other punctuation, and with some words changed. Its mathematics is not up for change. Numbers,
//! operators and relations are tokens like words are, and one that is contradicted where the two
//! are laid side by side makes another question of it: `x^2-1` is found as `$x^{2} - 1$` and as
//! `x² − 1`, never as `x^2+1`.
//!
//! The method is that of allenai/decon (2025): runs of tokens lead from a text to items, places
//! where several runs of an item meet are compared with it, tokens weigh by how few items have
//! them, and question, answer and passage are weighed together. It differs in what a token is, in
//! that every run of a text is looked up, and in that a place is aligned with the item token by
//! token.
//!
//! ```
//! use cc_math_dedup::decontaminate::{Index, Item, Options, Scratch};
//! let item = Item {
//!     set: "algebra".into(),
//!     id: "1".into(),
//!     question: "Solve x^2 - 5x + 6 = 0 for x.".into(),
//!     answer: Some("x = 2 or x = 3".into()),
//!     passage: None,
//! };
//! let index = Index::new(&[item], &Options::default());
//! let mut scratch = Scratch::default();
//! let page = "Try it: solve $x^{2}-5x+6=0$ for $x$! We get $x=2$ or $x=3$.";
//! let found = index.judge(page, &[], &mut scratch);
//! assert_eq!(&page[found[0].range.clone()], "solve $x^{2}-5x+6=0$ for $x");
//! assert!(index.judge(&page.replace("-5x", "+5x"), &[], &mut scratch).is_empty());
//! ```
//!
//! What it does not see: brackets, which LaTeX and plain text set differently, so that `(a+b)c` is
//! `a+bc`; which variable stands where, beyond the share that words have; numbers written as words;
//! and items told in other words altogether.
//!
//! An index is immutable and made by its items and options alone: what it says of a text does not
//! depend on the texts before, on threads, or on the run. The work for a text is bounded by its
//! length and the longest item's, whatever it says.

mod align;
mod compare;
mod entry;
mod letters;
mod lexer;
mod marks;
mod places;
mod range;
mod seeds;
mod support;
mod symbols;
#[cfg(test)]
mod tests;
mod token;

use align::Aligner;
use cc_math_core::Formula;
use entry::{Entry, Weights};
use lexer::Lexer;
use places::Place;
use seeds::Seeds;
use std::ops::Range;
use token::Tokens;

/// An item of a benchmark.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Item {
    /// The benchmark and split it is of.
    pub set: String,
    /// Its name there.
    pub id: String,
    /// What is asked, with the options to choose from if there are any.
    pub question: String,
    /// What should be answered.
    pub answer: Option<String>,
    /// The text that the question is about.
    pub passage: Option<String>,
}

/// How much must agree for a place to count as an item.
///
/// Lengths are in tokens: words, numbers, operators and relations. Scores and shares are from 0 to 1.
///
/// The default threshold is decon's. The lengths between which it is relaxed are shorter than its 20
/// and 50: a changed word costs one token here and five runs of five there, and what tells two short
/// questions of one template apart, their numbers, must agree anyway.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Score that an item of `relaxed_from` tokens and more must reach.
    pub threshold: f64,
    /// Tokens of question, answer and passage below which the score must be 1.
    pub perfect_below: usize,
    /// Tokens from which `threshold` is enough; in between, what is required falls linearly.
    pub relaxed_from: usize,
    /// Tokens of a question below which it must be there token by token, none put in between.
    pub exact_below: usize,
    /// Share of the numbers and operators of item and place that must agree. One that is
    /// contradicted is one too many, whatever the share.
    pub symbol_agreement: f64,
    /// Score from which a question of 20 tokens and more counts without its answer.
    pub question_alone: f64,
    /// Tokens on either side of the question in which the answer may begin. No more than 4096 count.
    pub answer_window: usize,
    /// Tokens that a question must have to be looked for. Five at least.
    pub min_tokens: usize,
    /// Different tokens that it must have.
    pub min_different_tokens: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            threshold: 0.8,
            perfect_below: 12,
            relaxed_from: 30,
            exact_below: 8,
            symbol_agreement: 0.9,
            question_alone: 0.95,
            answer_window: 50,
            min_tokens: 6,
            min_different_tokens: 5,
        }
    }
}

impl Options {
    /// The score that an item of so many tokens must reach.
    pub fn required(&self, tokens: usize) -> f64 {
        if tokens < self.perfect_below {
            return 1.0;
        }
        let way = self.relaxed_from.saturating_sub(self.perfect_below).max(1) as f64;
        let gone = (tokens - self.perfect_below) as f64 / way;
        1.0 - (1.0 - self.threshold) * gone.min(1.0)
    }
}

/// What became of an item in an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Texts are searched for it.
    Judged,
    /// All that is compared of it is in the item of that index, which stands for both.
    Repeats(usize),
    /// It has too few tokens, or too few different ones, to be recognised by.
    TooShort,
}

/// An item found in a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// Index of the item.
    pub item: usize,
    /// Question, answer and passage weighed together.
    pub score: f64,
    /// What the score had to reach.
    pub required: f64,
    /// Share of the question that is there, by weight.
    pub question_score: f64,
    /// Share of the answer that is near; none if the item has no answer.
    pub answer_score: Option<f64>,
    /// Share of the passage that is near; none if the item has no passage.
    pub passage_score: Option<f64>,
    /// Bytes of the text that are the question. Begins and ends between characters, and cuts no
    /// formula in two.
    pub range: Range<usize>,
    /// Bytes of the text that are the answer, where it was found. May lie in `range`.
    pub answer_range: Option<Range<usize>>,
    /// Whether the question is there token by token.
    pub exact: bool,
}

/// Benchmarks, ready to be looked for.
pub struct Index {
    options: Options,
    entries: Vec<Entry>,
    standings: Vec<Standing>,
    weights: Weights,
    seeds: Seeds,
    /// Tokens on both sides of a place that its comparison may look at.
    reach: usize,
}

/// Memory that judging reuses from text to text. Holds nothing that a judgement depends on.
#[derive(Default)]
pub struct Scratch {
    tokens: Tokens,
    hits: Vec<u64>,
    places: Vec<Place>,
    runs: Vec<u64>,
    aligner: Aligner,
}

/// Tokens beside a question in which its answer is looked for, at most.
const MAX_WINDOW: usize = 4096;

/// Tokens that are judged at a time, those that are looked at twice left out.
const STRETCH: usize = 1 << 16;

impl Index {
    /// An index of the items.
    pub fn new(items: &[Item], options: &Options) -> Self {
        let mut options = options.clone();
        options.answer_window = options.answer_window.min(MAX_WINDOW);
        let (mut entries, standings) = entry::entries(items, &options);
        let weights = Weights::of(&entries);
        entries.iter_mut().for_each(|entry| entry.weigh(&weights));
        let seeds = Seeds::of(&entries);
        let reach = places::reach(&entries, &seeds, &options);
        Self { options, entries, standings, weights, seeds, reach }
    }

    /// What became of the item of that index.
    pub fn standing(&self, item: usize) -> Option<Standing> {
        self.standings.get(item).copied()
    }

    /// The items found in a text, by where they begin; of items at one place the best first.
    ///
    /// `formulas` are the text's, sorted; they only keep ranges from cutting one. Text beyond the
    /// first 4 GiB is not looked at.
    pub fn judge(&self, text: &str, formulas: &[Formula], scratch: &mut Scratch) -> Vec<Match> {
        let text = addressable(text);
        let mut found = Vec::new();
        let mut lexer = Lexer::new(text);
        let mut own = 0;
        scratch.tokens.clear();
        loop {
            let more = lexer.fill(&mut scratch.tokens, STRETCH + 2 * self.reach);
            let until =
                if more { scratch.tokens.len().saturating_sub(self.reach) } else { usize::MAX };
            self.judge_stretch(own..until, scratch, &mut found);
            if !more {
                break;
            }
            let past = until.saturating_sub(self.reach);
            scratch.tokens.forget(past);
            own = until - past;
        }
        range::widen(&mut found, text, formulas);
        best_of_each(found)
    }

    /// Judges the places that begin in `own` of the tokens at hand.
    fn judge_stretch(&self, own: Range<usize>, scratch: &mut Scratch, found: &mut Vec<Match>) {
        places::find(&self.seeds, scratch);
        let mut places = std::mem::take(&mut scratch.places);
        let mut last: Option<(Place, usize)> = None;
        for place in places.drain(..).filter(|place| own.contains(&place.begins())) {
            if last.is_some_and(|(last, end)| place.is_within(last, end)) {
                continue;
            }
            let Some(entry) = self.entries.get(place.seed.entry as usize) else { continue };
            if let Some((one, end)) = self.compare(entry, place, scratch) {
                last = Some((place, end));
                found.push(one);
            }
        }
        scratch.places = places;
    }
}

/// As much of a text as offsets of 32 bits reach.
fn addressable(text: &str) -> &str {
    let end = text.floor_char_boundary(u32::MAX as usize);
    text.get(..end).unwrap_or(text)
}

/// Of overlapping finds of one item the best, all sorted by place.
fn best_of_each(mut found: Vec<Match>) -> Vec<Match> {
    found.sort_by_key(|m| (m.item, m.range.start, m.range.end));
    let mut best: Vec<Match> = Vec::with_capacity(found.len());
    for next in found {
        match best.last_mut() {
            Some(last) if last.item == next.item && next.range.start < last.range.end => {
                if next.score > last.score {
                    *last = next;
                }
            }
            _ => best.push(next),
        }
    }
    best.sort_by(|a, b| {
        a.range
            .start
            .cmp(&b.range.start)
            .then(b.score.total_cmp(&a.score))
            .then(a.item.cmp(&b.item))
    });
    best
}
