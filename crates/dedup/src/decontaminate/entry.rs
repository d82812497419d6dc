//! Items as sequences of tokens, and how much each token of a question weighs.

use super::lexer::Lexer;
use super::token::{Id, Tokens};
use super::{Item, Options, Standing};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Tokens of the longest question that is compared; what is beyond is not.
pub(super) const MAX_QUESTION: usize = 2048;

/// Tokens of the longest answer that is compared.
pub(super) const MAX_ANSWER: usize = 512;

/// Tokens of the longest passage that is compared.
pub(super) const MAX_PASSAGE: usize = 4096;

/// Words and symbols of a question, each, by which most places are seen to be something else.
const TELLING: usize = 64;

/// Parts of a nat of information in a token's weight.
const WEIGHT_UNIT: f64 = 64.0;

/// An item as it is compared.
pub(super) struct Entry {
    /// Index among the items.
    pub(super) item: usize,
    pub(super) question: Vec<Id>,
    /// Weight of each token of the question.
    pub(super) weights: Vec<u16>,
    /// Weight of the question.
    pub(super) weight: f64,
    /// Numbers and operators of the question.
    pub(super) symbols: usize,
    /// The heaviest words and the heaviest symbols of the question.
    pub(super) telling: Box<[(Id, u16)]>,
    pub(super) answer: Option<Vec<Id>>,
    pub(super) passage: Option<Vec<Id>>,
}

impl Entry {
    /// Gives the tokens of the question their weights.
    pub(super) fn weigh(&mut self, weights: &Weights) {
        self.weights = self.question.iter().map(|id| weights.of_token(*id)).collect();
        self.weight = self.weights.iter().copied().map(f64::from).sum();
        self.symbols = self.question.iter().filter(|id| id.is_symbol()).count();
        let mut order: Vec<(Id, u16)> =
            self.question.iter().copied().zip(self.weights.iter().copied()).collect();
        order.sort_by_key(|(_, weight)| Reverse(*weight));
        let (symbols, words): (Vec<_>, Vec<_>) = order.into_iter().partition(|t| t.0.is_symbol());
        self.telling =
            words.into_iter().take(TELLING).chain(symbols.into_iter().take(TELLING)).collect();
    }

    /// Tokens of question, answer and passage together.
    pub(super) fn tokens(&self) -> usize {
        let part = |part: &Option<Vec<Id>>| part.as_ref().map_or(0, Vec::len);
        self.question.len() + part(&self.answer) + part(&self.passage)
    }
}

/// The tokens of a text, the first `limit` of them.
pub(super) fn ids(text: &str, limit: usize) -> Vec<Id> {
    let mut tokens = Tokens::default();
    Lexer::new(text).fill(&mut tokens, limit);
    tokens.ids.truncate(limit);
    tokens.ids
}

/// Entries of the items that are judged, and what became of each item.
pub(super) fn entries(items: &[Item], options: &Options) -> (Vec<Entry>, Vec<Standing>) {
    let mut entries = Vec::new();
    let mut standings = Vec::with_capacity(items.len());
    let mut first: HashMap<[u64; 3], usize> = HashMap::new();
    for (index, item) in items.iter().enumerate() {
        let entry = entry(index, item);
        let standing = if is_too_common(&entry.question, options) {
            Standing::TooShort
        } else {
            match *first.entry(key(&entry)).or_insert(index) {
                same if same != index => Standing::Repeats(same),
                _ => Standing::Judged,
            }
        };
        if standing == Standing::Judged {
            entries.push(entry);
        }
        standings.push(standing);
    }
    (entries, standings)
}

fn entry(index: usize, item: &Item) -> Entry {
    let part = |text: &Option<String>, limit| {
        text.as_deref().map(|text| ids(text, limit)).filter(|ids| !ids.is_empty())
    };
    Entry {
        item: index,
        question: ids(&item.question, MAX_QUESTION),
        weights: Vec::new(),
        weight: 0.0,
        symbols: 0,
        telling: Box::default(),
        answer: part(&item.answer, MAX_ANSWER),
        passage: part(&item.passage, MAX_PASSAGE),
    }
}

/// Too few tokens, or too few different ones, to be recognised by.
fn is_too_common(question: &[Id], options: &Options) -> bool {
    let mut different = question.to_vec();
    different.sort_unstable();
    different.dedup();
    question.len() < options.min_tokens.max(super::seeds::GRAM)
        || different.len() < options.min_different_tokens
}

/// What two items share if all that is compared of them is the same.
fn key(entry: &Entry) -> [u64; 3] {
    let part = |ids: &[Id]| {
        let bytes: Vec<u8> = ids.iter().flat_map(|id| id.bits().to_le_bytes()).collect();
        xxhash_rust::xxh3::xxh3_64(&bytes)
    };
    let optional = |ids: &Option<Vec<Id>>| ids.as_deref().map_or(0, part);
    [part(&entry.question), optional(&entry.answer), optional(&entry.passage)]
}

/// A hasher for keys that are hashes already.
#[derive(Default)]
pub(super) struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u32(&mut self, bits: u32) {
        self.0 = u64::from(bits).wrapping_mul(super::token::SPREAD);
    }
}

/// How much information tokens carry: `ln(1 + N/n)` nats for one that `n` of `N` questions have
/// (the inverse document frequency of Spärck Jones, smoothed so that no token weighs nothing).
pub(super) struct Weights {
    questions: usize,
    having: HashMap<Id, u32, BuildHasherDefault<AsIs>>,
}

impl Weights {
    /// Weights by the questions of these entries.
    pub(super) fn of(entries: &[Entry]) -> Self {
        let mut having: HashMap<Id, u32, BuildHasherDefault<AsIs>> = HashMap::default();
        let mut different = Vec::new();
        for entry in entries {
            different.clone_from(&entry.question);
            different.sort_unstable();
            different.dedup();
            different.iter().for_each(|id| *having.entry(*id).or_insert(0) += 1);
        }
        Self { questions: entries.len(), having }
    }

    /// The weight of a token in 64ths of a nat, at least one.
    pub(super) fn of_token(&self, id: Id) -> u16 {
        let having = self.having.get(&id).copied().unwrap_or(1).max(1);
        let nats = (self.questions as f64 / f64::from(having)).ln_1p();
        (nats * WEIGHT_UNIT).clamp(1.0, f64::from(u16::MAX)) as u16
    }
}
