//! A place of a text laid beside an item.

use super::align::Band;
use super::entry::Entry;
use super::places::Place;
use super::seeds::Part;
use super::support::{self, Evidence};
use super::token::{Class, Id, Tokens};
use super::{Index, Match, Options, Scratch};
use std::ops::Range;

/// Share of a question's tokens that may be put in between without a loss of score.
const FREE_INSERTIONS: f64 = 0.2;

/// What sums of shares may be off by.
const ROUNDING: f64 = 1e-9;

/// Bytes between two tokens that are next to each other in one formula.
const ADJACENT: u32 = 3;

/// A question found in the tokens at hand.
#[derive(Debug, Clone)]
pub(super) struct Question {
    /// From its first to past its last token.
    pub(super) tokens: Range<usize>,
    pub(super) score: f64,
    exact: bool,
}

impl Index {
    /// The item at that place, if enough of it is there, and the token at which its question ends.
    pub(super) fn compare(
        &self,
        entry: &Entry,
        place: Place,
        scratch: &mut Scratch,
    ) -> Option<(Match, usize)> {
        let required = self.options.required(entry.tokens());
        let least = self.least(entry, required);
        let question = self.question(entry, place, least, scratch)?;
        let answer = support::answer(entry, &question, &self.options, scratch);
        let passage = support::passage(entry, &question, &self.weights, scratch);
        let mut score = support::score(entry, question.score, answer.as_ref(), passage);
        if self.may_be_alone(entry) && question.score >= self.options.question_alone {
            score = score.max(question.score);
        }
        let bytes = |tokens: Range<usize>| scratch.tokens.bytes(tokens);
        let found = Match {
            item: entry.item,
            score,
            required,
            question_score: question.score,
            answer_score: answer.as_ref().map(Evidence::score),
            passage_score: passage,
            range: bytes(question.tokens.clone()),
            answer_range: answer.and_then(Evidence::place).map(bytes),
            exact: question.exact,
        };
        (score + ROUNDING >= required).then_some((found, question.tokens.end))
    }

    /// Whether the question may say enough without its answer.
    fn may_be_alone(&self, entry: &Entry) -> bool {
        entry.question.len() >= support::SURE_QUESTION
    }

    /// The score below which a question is none of this item.
    fn least(&self, entry: &Entry, required: f64) -> f64 {
        let least = support::least(entry, required);
        if self.may_be_alone(entry) { least.min(self.options.question_alone) } else { least }
    }

    /// The question of the item at that place.
    fn question(
        &self,
        entry: &Entry,
        place: Place,
        least: f64,
        scratch: &mut Scratch,
    ) -> Option<Question> {
        let region = self.region(entry, place, scratch.tokens.len());
        let band = match place.seed.part {
            Part::Question => {
                let slack = place.seed.slack() as isize;
                Band {
                    first: place.first - slack - region.start as isize,
                    count: (place.last - place.first + 2 * slack) as usize + 1,
                }
            }
            Part::Passage => Band::whole(entry.question.len(), region.len()),
        };
        let text = scratch.tokens.ids(region.clone());
        if lacks_tokens(entry, least, text, &self.options) {
            return None;
        }
        let weight = |i: usize| entry.weights.get(i).copied().map_or(1, i32::from);
        scratch.aligner.align(&entry.question, weight, text, band);
        for pair in &mut scratch.aligner.pairs {
            pair.1 += region.start;
        }
        let question = judged(entry, &scratch.aligner.pairs, &scratch.tokens, &self.options)?;
        (question.score + ROUNDING >= least).then_some(question)
    }

    /// The tokens among which the question is looked for.
    fn region(&self, entry: &Entry, place: Place, tokens: usize) -> Range<usize> {
        let around = match place.seed.part {
            Part::Question => place.seed.slack(),
            Part::Passage => place.seed.slack() + entry.question.len() + self.options.answer_window,
        } as isize;
        let start = (place.first - around).max(0) as usize;
        let end = (place.last + place.seed.length as isize + around).max(0) as usize;
        start.min(tokens)..end.clamp(start.min(tokens), tokens)
    }
}

/// Whether more of the telling tokens are nowhere in the text than the question may miss.
///
/// Most places are not the item, and this sees it after a few tokens.
fn lacks_tokens(entry: &Entry, least: f64, text: &[Id], options: &Options) -> bool {
    let mut may_miss = (1.0 - least + ROUNDING) * entry.weight;
    let mut symbols_may_miss = (1.0 - options.symbol_agreement) * entry.symbols as f64 + ROUNDING;
    for (id, weight) in &entry.telling {
        if !contains(text, *id) {
            may_miss -= f64::from(*weight);
            symbols_may_miss -= if id.is_symbol() { 1.0 } else { 0.0 };
        }
        if may_miss < 0.0 || symbols_may_miss < 0.0 {
            return true;
        }
    }
    false
}

/// Whether a token is in the text; looks at many at once.
fn contains(text: &[Id], id: Id) -> bool {
    text.chunks(32).any(|some| some.iter().fold(false, |found, other| found | (*other == id)))
}

/// The question whose tokens were paired like this, unless its symbols say that it is another.
fn judged(
    entry: &Entry,
    pairs: &[(usize, usize)],
    tokens: &Tokens,
    options: &Options,
) -> Option<Question> {
    let (first, last) = (*pairs.first()?, *pairs.last()?);
    let length = entry.question.len();
    let span = last.1 + 1 - first.1;
    let exact = pairs.len() == length && span == length;
    let unlike = !symbols_agree(entry, pairs, tokens, options)
        || (length < options.exact_below && !exact)
        || runs_on(&entry.question, first, last, tokens);
    if unlike {
        return None;
    }
    let weight = |i: usize| entry.weights.get(i).copied().map_or(0.0, f64::from);
    let there: f64 = pairs.iter().map(|(i, _)| weight(*i)).sum();
    let inserted = (span - pairs.len()) as f64;
    let free = length as f64 * FREE_INSERTIONS;
    let density = length as f64 / (length as f64 + (inserted - free).max(0.0));
    let score = there / entry.weight * density;
    Some(Question { tokens: first.1..last.1 + 1, score, exact })
}

/// Symbols of one class in a gap between paired tokens.
#[derive(Debug, Default, Clone, Copy)]
struct Symbols {
    numbers: usize,
    operators: usize,
}

impl Symbols {
    fn of(ids: impl Iterator<Item = Id>) -> Self {
        let mut symbols = Self::default();
        for id in ids {
            match id.class() {
                Class::Word => {}
                Class::Number => symbols.numbers += 1,
                Class::Operator => symbols.operators += 1,
            }
        }
        symbols
    }

    fn count(self) -> usize {
        self.numbers + self.operators
    }

    /// Whether a gap of `size` tokens holds nothing but operators, all on one side: what is joined
    /// by them there stands side by side, as in a product, on the other.
    fn joins_apart(self, other: Self, size: usize) -> bool {
        size > 0 && (self.operators == size || other.operators == size)
    }

    /// Whether both have a symbol of a class where neither has the other's.
    fn contradict(self, other: Self) -> bool {
        self.numbers.min(other.numbers) + self.operators.min(other.operators) > 0
    }
}

/// Whether no symbol is contradicted and enough of them agree.
fn symbols_agree(
    entry: &Entry,
    pairs: &[(usize, usize)],
    tokens: &Tokens,
    options: &Options,
) -> bool {
    let (mut missing, mut extra) = (0, 0);
    for gap in gaps(entry.question.len(), pairs, tokens.len()) {
        let size = gap.question.len() + gap.text.len();
        let lost =
            Symbols::of(entry.question.get(gap.question).unwrap_or_default().iter().copied());
        let found = Symbols::of(tokens.ids(gap.text).iter().copied());
        let apart = gap.is_inner && lost.joins_apart(found, size);
        if lost.contradict(found) || apart {
            return false;
        }
        missing += lost.count();
        extra += if gap.is_inner { found.count() } else { 0 };
    }
    let all = entry.symbols;
    let agreeing = (all - missing.min(all)) as f64;
    agreeing + ROUNDING >= options.symbol_agreement * (all + extra) as f64
}

/// Tokens of both sides between two pairs.
struct Gap {
    question: Range<usize>,
    text: Range<usize>,
    /// Whether it lies between two pairs, and not before the first or behind the last.
    is_inner: bool,
}

/// The gaps, with as much text at both ends as the question has tokens there.
fn gaps(
    length: usize,
    pairs: &[(usize, usize)],
    tokens: usize,
) -> impl Iterator<Item = Gap> + use<'_> {
    let inner = pairs.windows(2).filter_map(|pair| match pair {
        [(i, j), (next_i, next_j)] => {
            Some(Gap { question: i + 1..*next_i, text: j + 1..*next_j, is_inner: true })
        }
        _ => None,
    });
    let head = pairs.first().map(|(i, j)| Gap {
        question: 0..*i,
        text: j.saturating_sub(*i)..*j,
        is_inner: false,
    });
    let tail = pairs.last().map(|(i, j)| Gap {
        question: i + 1..length,
        text: j + 1..(j + length - i).min(tokens),
        is_inner: false,
    });
    head.into_iter().chain(inner).chain(tail)
}

/// Whether a formula at an end of the question goes on in the text beyond it: `3x + 4` in `3x + 4y`
/// does not, since what is put side by side is not told apart from prose, but in `3x + 4 - y` it
/// does.
fn runs_on(question: &[Id], first: (usize, usize), last: (usize, usize), tokens: &Tokens) -> bool {
    let follows = question.last().is_some_and(|id| id.is_symbol())
        && is_joining(tokens, last.1 + 1)
        && tokens.span(last.1 + 1).start.saturating_sub(tokens.span(last.1).end) <= ADJACENT;
    let precedes = is_formula(question)
        && first.1.checked_sub(1).is_some_and(|before| {
            let gap = tokens.span(first.1).start.saturating_sub(tokens.span(before).end);
            is_joining(tokens, before) && gap <= ADJACENT
        });
    follows || precedes
}

/// Whether the token there is an operator other than the one that gives a result.
fn is_joining(tokens: &Tokens, at: usize) -> bool {
    let id = tokens.ids.get(at).copied();
    id.is_some_and(|id| id.class() == Class::Operator && id != Id::operator("="))
}

/// Whether a question begins with a formula.
fn is_formula(question: &[Id]) -> bool {
    question.iter().take(2).any(|id| id.is_symbol())
}
