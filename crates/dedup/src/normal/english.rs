//! The words of spaCy's English tokeniser, of text that is already simplified.
//!
//! Next to nothing of the tokeniser matters once punctuation is gone: contractions without their
//! apostrophe (`dont` is `do nt`), symbols and emoji, currencies, and units after a number. The loop
//! over affixes is that of spaCy's `Tokenizer._split_affixes` and `_attach_tokens`, kept linear.

use super::characters::within;
use super::tables::{EDGES, LETTERS, OPENERS, RULES, SYMBOLS, UNITS};

/// Bytes of the longest word that has a rule of its own.
pub(super) const LONGEST_RULE: usize = 10;

/// Bytes of the longest unit.
pub(super) const LONGEST_UNIT: usize = 12;

/// How many words of different letters are told apart, at most.
const MARKS: usize = 1 << 12;

/// Which words may have a rule: most words are told apart by this alone.
static MAY_HAVE_RULE: [bool; MARKS] = mark_rules();

/// Whether a word of letters of ASCII has surely no rule, and so is one token.
pub(crate) fn is_whole(letters: &[u8]) -> bool {
    letters.len() > LONGEST_RULE || !may_have_rule(letters)
}

/// Writes where the tokens of a word end, in bytes; one end for a word that is one token.
pub(crate) fn split(word: &str, ends: &mut Vec<usize>) {
    ends.clear();
    split_affixes(word, ends);
}

fn split_affixes(word: &str, ends: &mut Vec<usize>) {
    let mut suffixes = Vec::new();
    let (mut from, mut to) = (0, word.len());
    let mut last = usize::MAX;
    while from < to && to - from != last && rule(part(word, from, to)).is_none() {
        last = to - from;
        let prefix = prefix_length(part(word, from, to));
        if prefix > 0 {
            ends.push(from + prefix);
            from += prefix;
            if rule(part(word, from, to)).is_some() {
                break;
            }
        }
        let suffix = suffix_length(part(word, from, to));
        if suffix == 0 {
            continue;
        }
        suffixes.push(to);
        to -= suffix;
        if prefix > 0 && rule(part(word, from - prefix, to)).is_some() {
            // A rule takes back the prefix too.
            ends.pop();
            from -= prefix;
            break;
        }
    }
    split_middle(word, from, to, ends);
    ends.extend(suffixes.into_iter().rev());
    join_known(word, ends);
}

/// What is left between prefixes and suffixes: a word with a rule, or parts around infixes.
fn split_middle(word: &str, from: usize, to: usize, ends: &mut Vec<usize>) {
    let middle = part(word, from, to);
    if let Some(lengths) = rule(middle) {
        return push_lengths(lengths, from, to, ends);
    }
    let mut start = from;
    let mut before = None;
    for (at, character) in middle.char_indices() {
        let after = || part(middle, at + character.len_utf8(), middle.len()).chars().next();
        let infix = at > 0 && is_infix(before, character, after);
        before = Some(character);
        if infix {
            let at = from + at;
            if at != start {
                ends.push(at);
            }
            start = at + character.len_utf8();
            ends.push(start);
        }
    }
    if start < to {
        ends.push(to);
    }
}

/// The one rule that spaCy looks for among tokens: `‘` and `s` beside each other are one.
fn join_known(word: &str, ends: &mut Vec<usize>) {
    if !word.contains("‘s") {
        return;
    }
    let mut begin = 0;
    let mut joined = Vec::with_capacity(ends.len());
    for (i, &end) in ends.iter().enumerate() {
        let next = ends.get(i + 1).map_or("", |&next| part(word, end, next));
        if !(part(word, begin, end) == "‘" && next == "s") {
            joined.push(end);
        }
        begin = end;
    }
    *ends = joined;
}

fn is_infix(before: Option<char>, character: char, after: impl Fn() -> Option<char>) -> bool {
    match character {
        '<' | '=' | '>' => {
            before.is_some_and(|c| c.is_ascii_digit() || within(LETTERS, c))
                && after().is_some_and(|c| within(LETTERS, c))
        }
        _ => is_symbol(character),
    }
}

fn prefix_length(word: &str) -> usize {
    let affix = |c: &char| is_symbol(*c) || within(EDGES, *c) || within(OPENERS, *c);
    word.chars().next().filter(affix).map_or(0, char::len_utf8)
}

fn suffix_length(word: &str) -> usize {
    let affix = |c: &char| is_symbol(*c) || within(EDGES, *c);
    unit_length(word)
        .or_else(|| word.chars().next_back().filter(affix).map(char::len_utf8))
        .unwrap_or(0)
}

/// The bytes of a unit at the end, right after a digit.
fn unit_length(word: &str) -> Option<usize> {
    let tail = word.as_bytes().iter().rev().take(LONGEST_UNIT + 1).position(|b| *b == b'0')?;
    let unit = part(word, word.len() - tail, word.len());
    UNITS.binary_search(&unit).is_ok().then_some(tail)
}

fn is_symbol(character: char) -> bool {
    !character.is_ascii() && within(SYMBOLS, character)
}

fn rule(word: &str) -> Option<&'static [usize]> {
    let bytes = word.as_bytes();
    let may =
        bytes.len() <= LONGEST_RULE && MAY_HAVE_RULE.get(mark(bytes)).copied().unwrap_or_default();
    let at = may.then(|| RULES.binary_search_by(|(known, _)| (*known).cmp(word)))?.ok()?;
    RULES.get(at).map(|(_, lengths)| *lengths)
}

fn may_have_rule(word: &[u8]) -> bool {
    MAY_HAVE_RULE.get(mark(word)).copied().unwrap_or_default()
}

fn push_lengths(lengths: &[usize], from: usize, to: usize, ends: &mut Vec<usize>) {
    let mut end = from;
    for length in lengths {
        end += length;
        ends.push(end);
    }
    ends.push(to);
}

fn part(word: &str, from: usize, to: usize) -> &str {
    word.get(from..to).unwrap_or_default()
}

/// A number below [`MARKS`] of a word's length, first two letters and last.
const fn mark(word: &[u8]) -> usize {
    match word {
        [first, .., last] => {
            let letters = u32::from_le_bytes([*first, word[1], *last, word.len() as u8]);
            (letters.wrapping_mul(0x9e37_79b1) >> (32 - MARKS.trailing_zeros())) as usize
        }
        _ => 0,
    }
}

const fn mark_rules() -> [bool; MARKS] {
    let mut marks = [false; MARKS];
    let mut i = 0;
    while i < RULES.len() {
        marks[mark(RULES[i].0.as_bytes())] = true;
        i += 1;
    }
    marks
}
