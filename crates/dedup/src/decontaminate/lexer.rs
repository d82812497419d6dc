//! Tokens of a text: words, numbers and operators, whichever way they are written.
//!
//! The lexer does not ask whether it reads LaTeX, Markdown or plain text, since a benchmark writes
//! `x^2 - 1`, a page `$x^{2}-1$`, and another `x² − 1`. Letters are folded (case, accents, width);
//! a letter beside a digit is a token of its own; brackets, commas, quotes, full stops, multiplication
//! signs, list marks and hyphens within words bring forth nothing. Where a character may be
//! punctuation or an operator, its neighbours decide (`marks`); characters beyond ASCII are read in
//! `letters`.
//!
//! One pass, no look further ahead than a few bytes, and nothing is allocated but the tokens.

use super::symbols::Meaning;
use super::token::{Class, Hash, Id, Tokens};

/// Bytes of the longest run that the lexer passes over unread: an element's tag, a label.
pub(super) const MAX_SKIPPED: usize = 200;

/// Open braces that are told apart; deeper ones are passed over.
const MAX_BRACES: usize = 64;

/// What stands before the next character, as far as signs go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    /// A word, punctuation, or nothing: a sign here belongs to what follows or is none.
    Prose,
    /// Something that a sign can follow: a number, a variable, an operator, a closing bracket.
    Operand,
}

/// Where in a fraction the lexer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fraction {
    /// In none.
    None,
    /// Before the numerator.
    Numerator,
    /// Before a denominator without braces.
    Denominator,
}

/// Reads tokens from a text; keeps its place between calls.
pub(super) struct Lexer<'a> {
    pub(super) text: &'a str,
    pub(super) bytes: &'a [u8],
    /// The next byte to read.
    pub(super) at: usize,
    pub(super) before: Before,
    /// Whether only white space and marks stand before this place in its line.
    pub(super) starts_line: bool,
    fraction: Fraction,
    /// Whether the next operator is negated.
    negated: bool,
    /// For each open brace, whether it holds a numerator.
    braces: [bool; MAX_BRACES],
    depth: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Letter,
    Digit,
    Blank,
    Newline,
    Mark,
    High,
}

const KINDS: [Kind; 256] = kinds();

const fn kinds() -> [Kind; 256] {
    let mut kinds = [Kind::Mark; 256];
    let mut byte = 0;
    while byte < 256 {
        kinds[byte] = match byte as u8 {
            b'a'..=b'z' | b'A'..=b'Z' => Kind::Letter,
            b'0'..=b'9' => Kind::Digit,
            b'\n' | b'\r' => Kind::Newline,
            0..=b' ' | 0x7f => Kind::Blank,
            0x80.. => Kind::High,
            _ => Kind::Mark,
        };
        byte += 1;
    }
    kinds
}

impl<'a> Lexer<'a> {
    /// A lexer at the beginning of a text.
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            before: Before::Prose,
            starts_line: true,
            fraction: Fraction::None,
            negated: false,
            braces: [false; MAX_BRACES],
            depth: 0,
        }
    }

    /// Adds tokens until there are `limit` or the text ends; says whether there may be more.
    pub(super) fn fill(&mut self, tokens: &mut Tokens, limit: usize) -> bool {
        while tokens.len() < limit {
            let Some(&byte) = self.bytes.get(self.at) else { return false };
            match KINDS[usize::from(byte)] {
                Kind::Letter => self.letter(tokens),
                Kind::Digit => self.digit(tokens),
                Kind::Blank => self.at += 1,
                Kind::Newline => {
                    self.at += 1;
                    self.starts_line = true;
                }
                Kind::Mark => self.mark(byte, tokens),
                Kind::High => self.high(tokens),
            }
        }
        true
    }

    /// The byte `ahead` places further on; zero past the end.
    #[inline]
    pub(super) fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    /// The byte just before this place; a space at the beginning.
    pub(super) fn last(&self) -> u8 {
        self.at.checked_sub(1).and_then(|at| self.bytes.get(at)).copied().unwrap_or(b' ')
    }

    /// The character at this place.
    pub(super) fn character(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    /// Adds the token that begins at `start` and ends here.
    #[inline]
    pub(super) fn push(&mut self, tokens: &mut Tokens, id: Id, start: usize, before: Before) {
        tokens.push(id, start as u32..self.at as u32);
        self.before = before;
        self.starts_line = false;
        self.negated = false;
        if self.fraction != Fraction::None {
            self.after_argument(tokens);
        }
    }

    /// Puts the division sign behind a numerator of one token.
    fn after_argument(&mut self, tokens: &mut Tokens) {
        if self.fraction == Fraction::Numerator {
            self.fraction = Fraction::None;
            self.operator(tokens, "/", self.at);
            self.fraction = Fraction::Denominator;
        } else {
            self.fraction = Fraction::None;
        }
    }

    /// Adds an operator that begins at `start` and ends here.
    pub(super) fn operator(&mut self, tokens: &mut Tokens, name: &str, start: usize) {
        if std::mem::take(&mut self.negated) {
            self.negated_operator(tokens, name, start);
        } else {
            self.push(tokens, Id::operator(name), start, Before::Operand);
        }
    }

    fn negated_operator(&mut self, tokens: &mut Tokens, name: &str, start: usize) {
        let mut hash = Hash::of("not ");
        name.bytes().for_each(|byte| hash.push(byte.into()));
        self.push(tokens, hash.id(Class::Operator), start, Before::Operand);
    }

    /// Passes over `count` bytes and adds them as an operator.
    pub(super) fn take(&mut self, count: usize, name: &str, tokens: &mut Tokens) {
        let start = self.at;
        self.at += count;
        self.operator(tokens, name, start);
    }

    /// Passes over `count` bytes and adds them as a word.
    pub(super) fn take_word(&mut self, count: usize, name: &str, tokens: &mut Tokens) {
        let start = self.at;
        self.at += count;
        self.push(tokens, Id::word(name), start, Before::Operand);
    }

    /// Passes over `count` bytes that bring forth nothing.
    pub(super) fn skip(&mut self, count: usize, before: Before) {
        self.at += count;
        self.before = before;
        self.starts_line = false;
    }

    pub(super) fn open_brace(&mut self) {
        self.at += 1;
        if let Some(brace) = self.braces.get_mut(self.depth) {
            *brace = self.fraction == Fraction::Numerator;
        }
        self.fraction = Fraction::None;
        self.depth += 1;
    }

    pub(super) fn close_brace(&mut self, tokens: &mut Tokens) {
        self.skip(1, Before::Operand);
        self.depth = self.depth.saturating_sub(1);
        if self.braces.get(self.depth) == Some(&true) {
            self.operator(tokens, "/", self.at);
        }
        if let Some(brace) = self.braces.get_mut(self.depth) {
            *brace = false;
        }
    }

    /// Brings forth what a command or character of `count` bytes stands for.
    pub(super) fn mean(&mut self, meaning: Meaning, count: usize, tokens: &mut Tokens) {
        match meaning {
            Meaning::Nothing => self.at += count,
            Meaning::Label => self.label(count),
            Meaning::Operator(name) => self.take(count, name, tokens),
            Meaning::Negated(name) => {
                self.negated = true;
                self.take(count, name, tokens);
            }
            Meaning::Negation => {
                self.at += count;
                self.negated = true;
            }
            Meaning::Word(name) => self.take_word(count, name, tokens),
            Meaning::Fraction => {
                self.at += count;
                self.fraction = Fraction::Numerator;
            }
        }
    }

    /// Passes over a command, the label in braces behind it, and the columns behind that.
    fn label(&mut self, count: usize) {
        self.at += count;
        for _ in 0..2 {
            if self.peek(0) != b'{' {
                return;
            }
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let near = rest.get(..rest.len().min(MAX_SKIPPED)).unwrap_or_default();
            let Some(close) = memchr::memchr(b'}', near) else { return };
            self.at += close + 1;
        }
    }

    /// A word that begins with an ASCII letter.
    #[inline]
    fn letter(&mut self, tokens: &mut Tokens) {
        if self.starts_line && self.is_option_letter() {
            return self.skip(2, Before::Prose);
        }
        if self.fraction != Fraction::None {
            return self.argument(Class::Word, tokens);
        }
        let start = self.at;
        let mut hash = Hash::new();
        loop {
            let byte = self.peek(0);
            match KINDS[usize::from(byte)] {
                Kind::Letter => hash.push(u32::from(byte | 0x20)),
                Kind::Mark if byte == b'\'' && self.peek(1).is_ascii_alphabetic() => {}
                Kind::High => return self.long_word(hash, start, tokens),
                _ => break,
            }
            self.at += 1;
        }
        self.end_word(hash, start, tokens);
    }

    /// Whether `A. ` or `A) ` stands here.
    fn is_option_letter(&self) -> bool {
        matches!(self.peek(1), b'.' | b')') && matches!(self.peek(2), b' ' | b'\t' | b'*')
    }

    pub(super) fn end_word(&mut self, hash: Hash, start: usize, tokens: &mut Tokens) {
        let before = if self.at - start == 1 { Before::Operand } else { Before::Prose };
        self.push(tokens, hash.id(Class::Word), start, before);
    }

    /// A single letter or digit as an argument of a fraction, as in `\frac12`.
    fn argument(&mut self, class: Class, tokens: &mut Tokens) {
        let mut hash = Hash::new();
        hash.push(u32::from(self.peek(0).to_ascii_lowercase()));
        self.at += 1;
        self.push(tokens, hash.id(class), self.at - 1, Before::Operand);
    }

    /// A number: digits, separators of thousands left out, with decimals.
    #[inline]
    fn digit(&mut self, tokens: &mut Tokens) {
        if self.starts_line && self.is_item_number() {
            return;
        }
        if self.fraction != Fraction::None {
            return self.argument(Class::Number, tokens);
        }
        let start = self.at;
        let mut hash = Hash::new();
        loop {
            let byte = self.peek(0);
            if byte.is_ascii_digit() {
                hash.push(byte.into());
                self.at += 1;
            } else if let Some(width) = self.thousands_separator() {
                self.at += width;
            } else {
                break;
            }
        }
        if self.peek(0) == b'.' && self.peek(1).is_ascii_digit() {
            self.decimals(&mut hash);
        }
        self.push(tokens, hash.id(Class::Number), start, Before::Operand);
    }

    /// Decimals from the point on.
    fn decimals(&mut self, hash: &mut Hash) {
        hash.push(b'.'.into());
        self.at += 1;
        while self.peek(0).is_ascii_digit() {
            hash.push(self.peek(0).into());
            self.at += 1;
        }
    }

    /// A number that begins with its point: `.5` is `0.5`.
    pub(super) fn bare_decimals(&mut self, tokens: &mut Tokens) {
        let start = self.at;
        let mut hash = Hash::of("0");
        self.decimals(&mut hash);
        self.push(tokens, hash.id(Class::Number), start, Before::Operand);
    }

    /// Bytes of the `,`, `{,}` or `\,` at this place if exactly three digits follow it.
    fn thousands_separator(&self) -> Option<usize> {
        let rest = self.bytes.get(self.at..)?;
        let width = match rest {
            [b',', ..] => 1,
            [b'{', b',', b'}', ..] => 3,
            [b'\\', b',', ..] => 2,
            _ => return None,
        };
        let digits = rest.iter().skip(width).take(4).take_while(|b| b.is_ascii_digit()).count();
        (digits == 3).then_some(width)
    }

    /// Passes over `12. ` or `12) ` at the start of a line, and says whether it was there.
    fn is_item_number(&mut self) -> bool {
        let digits = (0..4).take_while(|ahead| self.peek(*ahead).is_ascii_digit()).count();
        let is_item = matches!(self.peek(digits), b'.' | b')')
            && matches!(self.peek(digits + 1), b' ' | b'\t');
        if is_item {
            self.skip(digits + 1, Before::Prose);
        }
        is_item
    }
}

#[cfg(test)]
mod tests;
