//! Answer and passage of an item near its question, and the score of all of them.
//!
//! Weights are those of allenai/decon (`doc/simple-details.md`): the question says most, since an
//! answer may be anywhere by chance and a passage may come from a book.

use super::align::Band;
use super::compare::Question;
use super::entry::{Entry, Weights};
use super::token::Id;
use super::{Options, Scratch};
use std::ops::Range;

/// Tokens of an answer up to which it must be there as it is.
const SHORT_ANSWER: usize = 4;

/// Tokens of a run by which a passage is recognised.
const PASSAGE_RUN: usize = 3;

/// Tokens between question and passage, at most.
const PASSAGE_WINDOW: usize = 100;

/// An answer looked for near a question.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Evidence {
    score: f64,
    place: Option<Range<usize>>,
}

impl Evidence {
    /// Share of it that is there.
    pub(super) fn score(&self) -> f64 {
        self.score
    }

    /// The tokens that it covers.
    pub(super) fn place(self) -> Option<Range<usize>> {
        self.place
    }
}

/// Tokens from which a question has its full weight, and may count without its answer.
pub(super) const SURE_QUESTION: usize = 20;

/// What question, answer and passage of an item weigh; together 1.
///
/// A question of fewer than [`SURE_QUESTION`] tokens hands up to half of its weight to the rest.
fn weights(entry: &Entry) -> (f64, f64, f64) {
    let (question, answer, passage) = match (&entry.answer, &entry.passage) {
        (Some(_), Some(_)) => (0.7, 0.2, 0.1),
        (Some(_), None) => (0.75, 0.25, 0.0),
        (None, Some(_)) => (0.85, 0.0, 0.15),
        (None, None) => return (1.0, 0.0, 0.0),
    };
    let sure = entry.question.len().min(SURE_QUESTION) as f64 / SURE_QUESTION as f64;
    let of_question = question * (0.5 + 0.5 * sure);
    let of_rest = (1.0 - of_question) / (1.0 - question);
    (of_question, answer * of_rest, passage * of_rest)
}

/// The score of an item by the scores of its parts.
pub(super) fn score(
    entry: &Entry,
    question: f64,
    answer: Option<&Evidence>,
    passage: Option<f64>,
) -> f64 {
    let (of_question, of_answer, of_passage) = weights(entry);
    of_question * question
        + of_answer * answer.map_or(0.0, Evidence::score)
        + of_passage * passage.unwrap_or(0.0)
}

/// The score that the question must have for the item to reach `required` if all else is there.
pub(super) fn least(entry: &Entry, required: f64) -> f64 {
    let (of_question, ..) = weights(entry);
    1.0 - (1.0 - required) / of_question
}

/// Tokens on both sides of a question that are looked at.
pub(super) fn reach(entry: &Entry, options: &Options) -> usize {
    let answer = entry.answer.as_ref().map_or(0, |answer| answer_window(answer, options));
    answer.max(entry.passage.as_ref().map_or(0, |passage| passage_window(passage)))
}

fn answer_window(answer: &[Id], options: &Options) -> usize {
    options.answer_window.saturating_add(2 * answer.len())
}

fn passage_window(passage: &[Id]) -> usize {
    PASSAGE_WINDOW + passage.len() + passage.len() / 2
}

/// The tokens within `window` of a question.
fn around(question: &Question, window: usize, tokens: usize) -> Range<usize> {
    let start = question.tokens.start.saturating_sub(window);
    start..question.tokens.end.saturating_add(window).min(tokens)
}

/// The answer near the question; none if the item has none.
pub(super) fn answer(
    entry: &Entry,
    question: &Question,
    options: &Options,
    scratch: &mut Scratch,
) -> Option<Evidence> {
    let answer = entry.answer.as_ref()?;
    let range = around(question, answer_window(answer, options), scratch.tokens.len());
    let start = range.start;
    let near = scratch.tokens.ids(range);
    if answer.len() <= SHORT_ANSWER {
        let after = question.tokens.end - start;
        return Some(short_answer(answer, near, after, start));
    }
    let band = Band::whole(answer.len(), near.len());
    scratch.aligner.align(answer, |_| 64, near, band);
    let pairs = &scratch.aligner.pairs;
    let place = pairs.first().zip(pairs.last()).map(|(a, b)| start + a.1..start + b.1 + 1);
    Some(Evidence { score: pairs.len() as f64 / answer.len() as f64, place })
}

/// A short answer as it is: behind the question if it is there, else anywhere.
fn short_answer(answer: &[Id], near: &[Id], after: usize, start: usize) -> Evidence {
    let find = |from: usize| {
        let windows = near.get(from..).unwrap_or_default().windows(answer.len());
        windows.into_iter().position(|window| window == answer).map(|at| at + from)
    };
    let place = find(after).or_else(|| find(0)).map(|at| start + at..start + at + answer.len());
    Evidence { score: f64::from(u8::from(place.is_some())), place }
}

/// Share of the passage that is near the question, by weight; none if the item has none.
///
/// A token of the passage is there if one of the runs of three that it is in is.
pub(super) fn passage(
    entry: &Entry,
    question: &Question,
    weights: &Weights,
    scratch: &mut Scratch,
) -> Option<f64> {
    let passage = entry.passage.as_ref()?;
    let range = around(question, passage_window(passage), scratch.tokens.len());
    scratch.runs.clear();
    scratch.runs.extend(scratch.tokens.ids(range).windows(PASSAGE_RUN).map(run));
    scratch.runs.sort_unstable();
    let (mut there, mut all, mut covered) = (0.0, 0.0, 0);
    for (index, id) in passage.iter().enumerate() {
        let run = passage.get(index..index + PASSAGE_RUN).map(run);
        if run.is_some_and(|run| scratch.runs.binary_search(&run).is_ok()) {
            covered = index + PASSAGE_RUN;
        }
        let weight = f64::from(weights.of_token(*id));
        all += weight;
        there += if index < covered { weight } else { 0.0 };
    }
    Some(there / all)
}

fn run(ids: &[Id]) -> u64 {
    ids.iter().fold(0, |run: u64, id| {
        (run.rotate_left(23) ^ u64::from(id.bits())).wrapping_mul(super::token::SPREAD)
    })
}
