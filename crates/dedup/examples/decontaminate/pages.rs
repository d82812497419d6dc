//! Pages to hide items in, and edits of items.

use crate::formula::{Formula, Style};
use crate::items::{Made, Piece};
use crate::random::Random;

const COMMON: &[&str] = &[
    "the",
    "of",
    "and",
    "a",
    "to",
    "in",
    "is",
    "that",
    "for",
    "it",
    "as",
    "with",
    "on",
    "by",
    "this",
    "we",
    "be",
    "are",
    "which",
    "or",
    "from",
    "an",
    "can",
    "if",
    "not",
    "has",
    "let",
    "then",
    "where",
    "all",
    "each",
    "more",
    "one",
    "two",
    "when",
    "what",
    "how",
    "many",
    "find",
    "value",
    "number",
    "function",
    "equation",
    "following",
    "theorem",
    "proof",
    "point",
    "set",
];
const ONSETS: &[&str] = &[
    "b", "br", "c", "d", "f", "g", "gr", "h", "k", "l", "m", "n", "p", "pl", "r", "s", "st", "t",
    "tr", "v", "w",
];
const RHYMES: &[&str] = &[
    "ane", "ation", "el", "en", "ere", "ic", "ide", "ing", "ish", "ive", "on", "ork", "ound",
    "ous", "um", "ure",
];

/// A word: a common one half of the time, else one of some 100,000.
pub(crate) fn word(random: &mut Random) -> String {
    if random.chance(0.5) {
        return random.pick(COMMON).into();
    }
    let syllables = random.within(1, 3);
    let head: String = (0..syllables)
        .map(|_| format!("{}{}", random.pick(ONSETS), random.pick(&["a", "e", "i", "o", "u"])))
        .collect();
    format!("{head}{}{}", random.pick(ONSETS), random.pick(RHYMES))
}

/// A paragraph of about `words` words with some formulas.
pub(crate) fn paragraph(random: &mut Random, words: usize) -> String {
    let mut text = String::new();
    for _ in 0..words {
        if random.chance(0.03) {
            let operators = random.within(1, 5);
            text += &format!("${}$", Formula::chain(random, operators).write(Style::Latex));
        } else {
            text += &word(random);
        }
        text += if random.chance(0.08) {
            ". "
        } else if random.chance(0.06) {
            ", "
        } else {
            " "
        };
    }
    text.trim_end().into()
}

/// A page of some paragraphs, with `middle` between them.
pub(crate) fn page(random: &mut Random, middle: &str) -> String {
    let (before, after) = (random.within(80, 200), random.within(80, 200));
    format!(
        "# {}\n\n{}\n\n{middle}\n\n{}\n",
        paragraph(random, 5),
        paragraph(random, before),
        paragraph(random, after)
    )
}

/// A question and its answer as a page shows them, a share of the words edited.
pub(crate) fn shown(random: &mut Random, made: &Made, style: Style, edits: f64) -> String {
    let edit = |piece: &Piece, random: &mut Random| match piece {
        Piece::Words(words) => Piece::Words(edited(random, words, edits)),
        formula => formula.clone(),
    };
    let pieces = made.pieces.iter().map(|piece| edit(piece, random)).collect();
    let question = Made { pieces, ..made.clone() }.question(style);
    format!("{question}\n\nSolution. {} {}", paragraph(random, 10), made.answer)
}

/// The words with a share of them replaced, deleted, or followed by another, a third each.
/// Numbers, single letters and marks stay.
fn edited(random: &mut Random, words: &str, share: f64) -> String {
    let mut lines = Vec::new();
    for line in words.lines() {
        let mut out: Vec<String> = Vec::new();
        for one in line.split(' ') {
            let is_word = one.len() > 1 && one.bytes().all(|b| b.is_ascii_alphabetic());
            match (is_word && random.chance(share)).then(|| random.within(0, 3)) {
                None => out.push(one.into()),
                Some(0) => out.push(word(random)),
                Some(1) => {}
                Some(_) => out.extend([one.into(), word(random)]),
            }
        }
        lines.push(out.join(" "));
    }
    lines.join("\n")
}
