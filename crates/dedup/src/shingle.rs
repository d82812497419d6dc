//! Shingles: hashes of all runs of n words, or of n characters, of a text's normal form.
//!
//! A run of words is hashed as the words with one space between them, by xxHash64 with seed 0, as
//! datatrove does. The form is looked at in blocks, so that a document of any length takes the same
//! memory (but a word is never cut: one of 200 MB is held).

use crate::normal::{Form, Sink, is_whole, split, write};
use cc_math_core::Formula;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh64::xxh64;

/// Bytes of the normal form that are gathered before their shingles are hashed.
const BLOCK: usize = 1 << 16;

/// Shingles that are handed over at once: as many as stay in the nearest cache.
const HANDED: usize = 512;

/// Bytes, or numbers, of each kind that a scratch keeps between documents.
const KEPT: usize = 1 << 20;

/// What a shingle is a run of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Words, as spaCy's English tokeniser cuts them.
    Words,
    /// Characters of the normal form, the spaces between words among them.
    Chars,
}

/// Memory that is used again from one document to the next.
#[derive(Debug, Default)]
pub struct Scratch {
    block: Block,
    hashes: Vec<u64>,
    pub(crate) result: Vec<u64>,
}

impl Scratch {
    /// An empty vector, with the memory of the last result.
    pub(crate) fn take_result(&mut self) -> Vec<u64> {
        let mut result = std::mem::take(&mut self.result);
        result.clear();
        result.shrink_to(KEPT);
        result
    }
}

/// Part of a text's normal form: whole words, one space between them.
#[derive(Debug, Default)]
struct Block {
    text: Vec<u8>,
    /// Where each word, or each character, begins.
    starts: Vec<usize>,
    /// Where the word begins that is being written.
    word: usize,
    inside: bool,
    /// Whether that word is of small letters of ASCII only.
    plain: bool,
    /// Whether a word came before, in this block or in one before it.
    follows: bool,
    ends: Vec<usize>,
    tokens: Vec<u8>,
}

/// Hands all shingles of a text to `take`, in order, some hundred at a time.
pub(crate) fn each(
    text: &str,
    formulas: &[Formula],
    (form, unit, ngram): (Form, Unit, usize),
    scratch: &mut Scratch,
    take: &mut dyn FnMut(&[u64]),
) {
    let Scratch { block, hashes, .. } = scratch;
    block.clear();
    let mut shingler = Shingler { block, hashes, unit, ngram: ngram.max(1), take };
    write(text, formulas, form, &mut shingler);
    shingler.finish();
    block.shrink();
}

struct Shingler<'a> {
    block: &'a mut Block,
    hashes: &'a mut Vec<u64>,
    unit: Unit,
    ngram: usize,
    take: &'a mut dyn FnMut(&[u64]),
}

impl Sink for Shingler<'_> {
    fn letters(&mut self, run: &[u8]) {
        self.begin();
        self.mark(run.len());
        self.block.text.extend(run.iter().map(u8::to_ascii_lowercase));
        self.cut_characters();
    }

    fn character(&mut self, character: char) {
        self.begin();
        self.mark(1);
        self.block.plain = false;
        let mut bytes = [0; 4];
        self.block.text.extend_from_slice(character.encode_utf8(&mut bytes).as_bytes());
        self.cut_characters();
    }

    fn token(&mut self, token: &str) {
        self.end();
        match self.unit {
            Unit::Chars => token.chars().for_each(|character| self.character(character)),
            Unit::Words => self.whole_word(token),
        }
        self.end();
    }

    fn end(&mut self) {
        if !self.block.inside {
            return;
        }
        self.block.inside = false;
        if self.unit == Unit::Words {
            self.block.split_word();
            self.cut();
        }
    }
}

impl Shingler<'_> {
    fn begin(&mut self) {
        if self.block.inside {
            return;
        }
        if self.block.follows {
            self.mark(1);
            self.block.text.push(b' ');
        }
        self.block.follows = true;
        self.block.inside = true;
        self.block.plain = true;
        self.block.word = self.block.text.len();
    }

    /// Says that the next bytes, as many as `count`, begin a character each.
    fn mark(&mut self, count: usize) {
        if self.unit == Unit::Chars {
            let at = self.block.text.len();
            self.block.starts.extend(at..at + count);
        }
    }

    /// A word that the tokeniser must not split.
    fn whole_word(&mut self, word: &str) {
        self.begin();
        self.block.text.extend_from_slice(word.as_bytes());
        self.block.starts.push(self.block.word);
        self.block.inside = false;
        self.cut();
    }

    fn cut_characters(&mut self) {
        if self.unit == Unit::Chars {
            self.cut();
        }
    }

    /// Hashes what a full block holds, and keeps what the next shingle begins with.
    fn cut(&mut self) {
        if self.block.text.len() >= BLOCK && self.block.starts.len() >= self.ngram {
            self.hash();
            self.block.keep_last(self.ngram - 1);
        }
    }

    fn finish(&mut self) {
        self.hash();
        if !self.hashes.is_empty() {
            (self.take)(self.hashes);
            self.hashes.clear();
        }
    }

    /// Hashes every shingle that the block holds.
    fn hash(&mut self) {
        let space = usize::from(self.unit == Unit::Words);
        let Block { text, starts, .. } = &*self.block;
        for (i, &start) in starts.iter().enumerate() {
            let end = match starts.get(i + self.ngram) {
                Some(next) => next - space,
                None if i + self.ngram == starts.len() => text.len(),
                None => return,
            };
            self.hashes.push(xxh64(text.get(start..end).unwrap_or_default(), 0));
            if self.hashes.len() == HANDED {
                (self.take)(self.hashes);
                self.hashes.clear();
            }
        }
    }
}

impl Block {
    fn clear(&mut self) {
        self.text.clear();
        self.starts.clear();
        (self.inside, self.follows) = (false, false);
    }

    /// Gives back what a document far above the ordinary took.
    fn shrink(&mut self) {
        self.clear();
        self.text.shrink_to(KEPT);
        self.starts.shrink_to(KEPT);
        self.ends.shrink_to(KEPT);
        self.tokens.shrink_to(KEPT);
    }

    /// Puts spaces between the tokens of the last word.
    fn split_word(&mut self) {
        let word = self.text.get(self.word..).unwrap_or_default();
        if self.plain && is_whole(word) {
            return self.starts.push(self.word);
        }
        let word = std::str::from_utf8(word).unwrap_or_default();
        split(word, &mut self.ends);
        if self.ends.len() < 2 {
            return self.starts.push(self.word);
        }
        self.tokens.clear();
        self.tokens.extend_from_slice(word.as_bytes());
        self.text.truncate(self.word);
        let mut from = 0;
        for &end in &self.ends {
            if from > 0 {
                self.text.push(b' ');
            }
            self.starts.push(self.text.len());
            self.text.extend_from_slice(self.tokens.get(from..end).unwrap_or_default());
            from = end;
        }
    }

    /// Forgets all but the last words or characters.
    fn keep_last(&mut self, count: usize) {
        let first = self.starts.len().saturating_sub(count);
        let from = self.starts.get(first).copied().unwrap_or(self.text.len());
        self.text.drain(..from);
        self.starts.drain(..first);
        self.starts.iter_mut().for_each(|start| *start -= from);
    }
}

#[cfg(test)]
mod tests;
