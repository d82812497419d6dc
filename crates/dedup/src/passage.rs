//! Passages of documents that are compared with all others: paragraphs, lines, or stretches of
//! tokens.

use crate::formulas;
use cc_math_core::{Document, Formula};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::ops::Range;
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

/// What a passage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Lines between blank lines.
    Paragraph,
    /// Single lines.
    Line,
}

/// Which passages are compared, and which are left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passages {
    /// Paragraphs or lines. Code is compared block by block.
    Blocks {
        /// Which of them.
        unit: Unit,
        /// Those of fewer words are left alone.
        min_words: usize,
        /// Whether those with a formula are left alone.
        spare_formulas: bool,
        /// Whether code is left alone.
        spare_code: bool,
        /// Whether the first of equal ones stays.
        keep_first: bool,
    },
    /// All stretches of so many tokens: a word, a number, or any other character. What lies between
    /// tokens does not count.
    Windows {
        /// How many.
        tokens: usize,
        /// Whether formulas and code that a stretch cuts through or holds are left alone.
        spare: bool,
        /// Whether the first of equal ones stays.
        keep_first: bool,
    },
}

/// Bytes of tokens' hashes that are kept before a window.
const FORGOTTEN: usize = 1 << 16;

/// A part of a text that is compared as one.
pub(crate) struct Block {
    pub(crate) range: Range<usize>,
    pub(crate) is_code: bool,
}

impl Passages {
    /// Whether the first of equal passages stays.
    pub fn keep_first(&self) -> bool {
        let (Self::Blocks { keep_first, .. } | Self::Windows { keep_first, .. }) = self;
        *keep_first
    }

    /// How far apart the places of two passages of one document have to be for them not to overlap.
    pub fn length(&self) -> u32 {
        match self {
            Self::Blocks { .. } => 1,
            Self::Windows { tokens, .. } => u32::try_from(*tokens).unwrap_or(u32::MAX),
        }
    }

    /// A key for each passage, with its number in the text.
    pub fn keys(&self, document: &Document, keys: &mut Vec<(u128, u32)>) {
        self.each_key(document, &mut |key, place| keys.push((key, place)));
    }

    /// Hands over a key for each passage, with its number in the text.
    pub fn each_key(&self, document: &Document, take: &mut dyn FnMut(u128, u32)) {
        let text = &document.text;
        match self {
            Self::Blocks { unit, .. } => {
                let formulas = self.formulas(document);
                for (block, place) in blocks(text, *unit).into_iter().zip(0..) {
                    if compared(self, text, &formulas, &block) {
                        let passage = text.get(block.range).unwrap_or_default();
                        take(xxh3_128(passage.trim().as_bytes()), place);
                    }
                }
            }
            Self::Windows { tokens, .. } => {
                let window = 8 * (*tokens).max(1);
                let mut hashes: Vec<u8> = Vec::new();
                let mut place = 0;
                for range in split(text) {
                    let token = text.get(range).unwrap_or_default();
                    hashes.extend(xxh3_64(token.as_bytes()).to_be_bytes());
                    let Some(start) = hashes.len().checked_sub(window) else { continue };
                    take(xxh3_128(hashes.get(start..).unwrap_or_default()), place);
                    place += 1;
                    if start >= FORGOTTEN {
                        hashes.drain(..=start + 7);
                    }
                }
            }
        }
    }

    /// The formulas of a document, as far as they matter.
    pub(crate) fn formulas<'a>(&self, document: &'a Document) -> Cow<'a, [Formula]> {
        match self {
            Self::Blocks { spare_formulas: false, .. } => Cow::Borrowed(&[]),
            _ => formulas::of(document),
        }
    }
}

/// Whether a block is compared, and not left alone.
pub(crate) fn compared(
    passages: &Passages,
    text: &str,
    formulas: &[Formula],
    block: &Block,
) -> bool {
    let Passages::Blocks { min_words, spare_formulas, spare_code, .. } = passages else {
        return true;
    };
    let passage = text.get(block.range.clone()).unwrap_or_default();
    let least = (*min_words).max(1);
    let is_spared =
        *spare_code && block.is_code || *spare_formulas && has_formula(formulas, &block.range);
    !is_spared && passage.split_whitespace().take(least).count() >= least
}

fn has_formula(formulas: &[Formula], range: &Range<usize>) -> bool {
    let after = formulas.partition_point(|formula| formula.range().end <= range.start);
    formulas.get(after).is_some_and(|formula| formula.range().start < range.end)
}

/// The parts of a text, in order.
pub(crate) fn blocks(text: &str, unit: Unit) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let (mut fence, mut open, mut start) = (None, false, 0);
    for line in text.split_inclusive('\n') {
        let range = start..start + line.len();
        start = range.end;
        let mark = fence_of(line);
        let joins = open && (fence.is_some() || (unit == Unit::Paragraph && mark.is_none()));
        match (&fence, &mark) {
            (Some(opened), Some(closing)) if closes(opened, closing, line) => {
                extend(&mut blocks, range.end);
                (fence, open) = (None, false);
            }
            (Some(_), _) => extend(&mut blocks, range.end),
            (None, Some(_)) => {
                blocks.push(Block { range, is_code: true });
                (fence, open) = (mark, true);
            }
            (None, None) if line.trim().is_empty() => open = false,
            (None, None) if joins => extend(&mut blocks, range.end),
            (None, None) => {
                blocks.push(Block { range, is_code: false });
                open = true;
            }
        }
    }
    blocks
}

fn extend(blocks: &mut [Block], end: usize) {
    blocks.last_mut().into_iter().for_each(|block| block.range.end = end);
}

/// The mark that opens or closes a fenced block of code, and how often it stands there.
fn fence_of(line: &str) -> Option<(char, usize)> {
    let line = line.trim_start_matches([' ', '>', '-']);
    let mark = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let count = line.chars().take_while(|c| *c == mark).count();
    let rest = line.get(count..).unwrap_or_default();
    (count >= 3 && !rest.contains('`')).then_some((mark, count))
}

fn closes(opened: &(char, usize), closing: &(char, usize), line: &str) -> bool {
    opened.0 == closing.0
        && closing.1 >= opened.1
        && line.trim_start_matches([' ', '>', '-', opened.0]).trim().is_empty()
}

/// Where the tokens of a text lie.
pub(crate) fn split(text: &str) -> Tokens<'_> {
    Tokens { text, at: 0 }
}

/// Ranges of bytes: runs of letters and digits, and single characters that are neither these nor
/// white space.
pub(crate) struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

/// What a character is to a token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Space,
    Word,
    Sign,
}

fn class(character: char) -> Class {
    match character {
        'a'..='z' | 'A'..='Z' | '0'..='9' => Class::Word,
        _ if character.is_whitespace() => Class::Space,
        _ if character.is_alphanumeric() => Class::Word,
        _ => Class::Sign,
    }
}

/// Classes of the characters of ASCII.
const CLASSES: [Class; 128] = {
    let mut classes = [Class::Sign; 128];
    let mut byte = 0;
    while byte < 128 {
        let character = byte as u8;
        if character.is_ascii_alphanumeric() {
            classes[byte] = Class::Word;
        } else if matches!(character, b'\t'..=b'\r' | b' ') {
            classes[byte] = Class::Space;
        }
        byte += 1;
    }
    classes
};

impl Tokens<'_> {
    /// The class and length of the character at a place.
    fn look(&self, at: usize) -> Option<(Class, usize)> {
        let byte = *self.text.as_bytes().get(at)?;
        if let Some(class) = CLASSES.get(usize::from(byte)) {
            return Some((*class, 1));
        }
        let character = self.text.get(at..)?.chars().next()?;
        Some((class(character), character.len_utf8()))
    }
}

impl Iterator for Tokens<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let (mut kind, mut length) = self.look(self.at)?;
        while kind == Class::Space {
            self.at += length;
            (kind, length) = self.look(self.at)?;
        }
        let start = self.at;
        self.at += length;
        if kind == Class::Word {
            while let Some((Class::Word, length)) = self.look(self.at) {
                self.at += length;
            }
        }
        Some(start..self.at)
    }
}

#[cfg(test)]
#[allow(clippy::string_slice, reason = "a test may stop at what it did not expect")]
pub(crate) mod tests {
    use super::*;
    use crate::ruling::{Equal, Place};
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    pub(crate) const BLOCKS: Passages = Passages::Blocks {
        unit: Unit::Paragraph,
        min_words: 3,
        spare_formulas: true,
        spare_code: true,
        keep_first: true,
    };

    pub(crate) fn document(text: &str) -> Document {
        let mut document = Document::new("u", text.into());
        document.formulas = formulas::in_text(text);
        document
    }

    fn texts(text: &str, unit: Unit) -> Vec<&str> {
        blocks(text, unit).into_iter().map(|block| text[block.range].trim_end()).collect()
    }

    #[test]
    fn paragraphs_end_at_blank_lines_and_code_is_one() {
        let text = "a\nb\n\n\nc\n```py\nd\n\ne\n```\nf\n\n~~~\n```\n";
        let paragraphs = ["a\nb", "c", "```py\nd\n\ne\n```", "f", "~~~\n```"];
        assert_eq!(texts(text, Unit::Paragraph), paragraphs);
        let lines = ["a", "b", "c", "```py\nd\n\ne\n```", "f", "~~~\n```"];
        assert_eq!(texts(text, Unit::Line), lines);
        assert!(texts("", Unit::Line).is_empty());
    }

    #[test]
    fn short_steps_formulas_and_code_are_left_alone() {
        let keys = |passages: Passages, text: &str| {
            let mut keys = Vec::new();
            passages.keys(&document(text), &mut keys);
            keys.into_iter().map(|(_, place)| place).collect::<Vec<_>>()
        };
        let text =
            "one two three\n\nthus so\n\nlet now $x$ be\n\n```\nfor i in x\n```\n\nand one two\n";
        assert_eq!(keys(BLOCKS, text), [0, 4]);
        let Passages::Blocks { unit, keep_first, .. } = BLOCKS else { unreachable!() };
        let all = Passages::Blocks {
            unit,
            min_words: 0,
            spare_formulas: false,
            spare_code: false,
            keep_first,
        };
        assert_eq!(keys(all, text), [0, 1, 2, 3, 4]);
    }

    /// What the definition says, by comparing all windows with all.
    fn slow(texts: &[&str], length: usize, keep_first: bool) -> Vec<BTreeSet<usize>> {
        let tokens: Vec<Vec<&str>> =
            texts.iter().map(|text| split(text).map(|range| &text[range]).collect()).collect();
        let all: Vec<(usize, usize)> = (0..tokens.len())
            .flat_map(|d| (0..(tokens[d].len() + 1).saturating_sub(length)).map(move |p| (d, p)))
            .collect();
        let window = |(d, p): (usize, usize)| &tokens[d][p..p + length];
        let apart =
            |a: (usize, usize), b: (usize, usize)| a.0 != b.0 || a.1.abs_diff(b.1) >= length;
        let mut gone = vec![BTreeSet::new(); texts.len()];
        for at in &all {
            let mut equal = all.iter().filter(|other| window(**other) == window(*at));
            let goes = if keep_first {
                equal.any(|other| other < at && apart(*other, *at))
            } else {
                let equal: Vec<_> = equal.collect();
                equal.iter().any(|one| apart(*equal[0], **one))
            };
            gone[at.0].extend((at.1..at.1 + length).filter(|_| goes));
        }
        gone
    }

    fn fast(texts: &[&str], length: usize, keep_first: bool) -> Vec<BTreeSet<usize>> {
        let passages = Passages::Windows { tokens: length, spare: true, keep_first };
        let mut all: Vec<(u128, Place)> = Vec::new();
        for (text, number) in texts.iter().zip(0..) {
            let mut keys = Vec::new();
            passages.keys(&Document::new("u", (*text).into()), &mut keys);
            all.extend(keys.into_iter().map(|(key, place)| (key, (number, place))));
        }
        let mut equal: BTreeMap<u128, Equal> = BTreeMap::new();
        for (key, place) in &all {
            equal.entry(*key).or_insert(Equal::of(*place)).add(*place);
        }
        let mut gone = vec![BTreeSet::new(); texts.len()];
        for (key, place) in all {
            if equal[&key].is_repeated(&passages) && equal[&key].goes(&passages, 0, place) {
                let start = place.1 as usize;
                gone[place.0 as usize].extend(start..start + length);
            }
        }
        for (gone, text) in gone.iter().zip(texts) {
            let document = Document::new("u", (*text).into());
            let starts: Vec<u32> = (0..gone.len() as u32)
                .filter(|start| (0..length).all(|n| gone.contains(&(*start as usize + n))))
                .collect();
            assert!(
                passages.cuts(&document, &starts).iter().all(|cut| text.get(cut.clone()).is_some())
            );
        }
        gone
    }

    proptest! {
        #[test]
        fn tokens_are_words_and_signs(text in "([a-z0-9 é\u{301}\u{a0}\u{2028}$.\n]|\\PC){0,40}") {
            let mut rest = 0;
            for token in split(&text) {
                prop_assert!(text[rest..token.start].chars().all(char::is_whitespace));
                let inside = &text[token.clone()];
                let word = inside.chars().all(char::is_alphanumeric);
                prop_assert!(word || (inside.chars().count() == 1 && inside.trim() == inside));
                let next = text[token.end..].chars().next();
                prop_assert!(!word || next.is_none_or(|c| !c.is_alphanumeric()));
                rest = token.end;
            }
            prop_assert!(text[rest..].trim().is_empty());
        }

        #[test]
        fn repeated_stretches_are_those_of_the_definition(
            texts in prop::collection::vec("([abé.] ?){0,14}", 0..5),
            length in 1_usize..5,
            keep_first: bool,
        ) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            prop_assert_eq!(fast(&texts, length, keep_first), slow(&texts, length, keep_first));
        }

        #[test]
        fn blocks_are_in_order_and_miss_nothing_but_white_space(text in "([ab$`~ ]{0,4}\n?){0,20}") {
            for unit in [Unit::Line, Unit::Paragraph] {
                let mut at = 0;
                for block in blocks(&text, unit) {
                    prop_assert!(text[at..block.range.start].trim().is_empty());
                    at = block.range.end;
                }
                prop_assert!(text[at..].trim().is_empty());
            }
        }
    }
}
