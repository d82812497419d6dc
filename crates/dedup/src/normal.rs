//! Normal forms of text: what two texts must share to be called near duplicates.
//!
//! The form is made in one pass over the text, word by word, and is never stored as a whole: whoever
//! wants the words (see [`crate::shingle`]) is handed runs of letters as they come.
//!
//! ```
//! use cc_math_dedup::normal::{Form, normal};
//! assert_eq!(normal("Naïve Bayes, in 3.5 km!", &[], Form::Datatrove), "naive bayes in 0 km");
//! ```

mod characters;
mod english;
mod numbers;
mod sigma;
mod tables;

use cc_math_core::Formula;
use cc_math_tex::canonical::canonical;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) use english::{is_whole, split};

/// The longest run of letters handed over at once, in bytes.
const LONGEST_RUN: usize = 1 << 14;

/// What of a text counts when it is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// What datatrove 0.10.1's `simplify_text` leaves: small letters without marks, every number a
    /// `0`, spaces for punctuation. All signs of ASCII are punctuation to it, those of formulas too.
    Datatrove,
    /// The same outside formulas. Formulas stand in their canonical form, one word a token: letters
    /// keep their case there, numbers their digits (each a token), and operators stay.
    Math,
}

/// Receives a normal form as it is made.
pub(crate) trait Sink {
    /// Letters of ASCII that belong to one word, as they stand in the text: large ones are to be
    /// made small.
    fn letters(&mut self, run: &[u8]);
    /// The next character of a word, as it is to be.
    fn character(&mut self, character: char);
    /// A word of a formula, which nobody may change.
    fn token(&mut self, token: &str);
    /// The end of a word, if one has begun.
    fn end(&mut self);
}

/// The whole normal form: words with one space between them.
///
/// Words are those of the form, not of the English tokeniser.
pub fn normal(text: &str, formulas: &[Formula], form: Form) -> String {
    let mut out = Spaced::default();
    write(text, formulas, form, &mut out);
    out.text
}

/// Hands the normal form of a text to a sink.
///
/// Formulas that overlap one before, or whose range is none of the text's, count as text.
pub(crate) fn write(text: &str, formulas: &[Formula], form: Form, sink: &mut impl Sink) {
    let mut from = 0;
    let formulas = if form == Form::Math { formulas } else { &[] };
    for formula in formulas {
        let range = formula.range();
        let (Some(before), Some(tex)) = (text.get(from..range.start), text.get(range.clone()))
        else {
            continue;
        };
        write_text(before, sink);
        write_formula(tex, sink);
        from = range.end;
    }
    write_text(text.get(from..).unwrap_or_default(), sink);
}

fn write_formula(tex: &str, sink: &mut impl Sink) {
    for token in canonical(tex).split(' ').filter(|token| !token.is_empty()) {
        sink.token(token);
    }
}

fn write_text(text: &str, sink: &mut impl Sink) {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at = if byte.is_ascii_alphabetic() {
            write_letters(bytes, at, sink)
        } else if byte.is_ascii_digit() {
            sink.character('0');
            numbers::end(text, at)
        } else if byte.is_ascii() {
            sink.end();
            at + 1
        } else {
            write_beyond_ascii(text, at, sink)
        };
    }
    sink.end();
}

fn write_letters(bytes: &[u8], at: usize, sink: &mut impl Sink) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    let run = rest.iter().take(LONGEST_RUN).take_while(|b| b.is_ascii_alphabetic()).count();
    sink.letters(rest.get(..run).unwrap_or_default());
    at + run
}

fn write_beyond_ascii(text: &str, at: usize, sink: &mut impl Sink) -> usize {
    let Some(character) = text.get(at..).and_then(|rest| rest.chars().next()) else {
        return text.len();
    };
    match characters::class(character) {
        characters::Class::Same => sink.character(character),
        characters::Class::Space => sink.end(),
        characters::Class::Digit => {
            sink.character('0');
            return numbers::end(text, at);
        }
        characters::Class::Changed => characters::write_changed(text, at, character, sink),
    }
    at + character.len_utf8()
}

/// A sink that keeps everything.
#[derive(Default)]
struct Spaced {
    text: String,
    inside: bool,
}

impl Spaced {
    fn begin(&mut self) {
        if !self.inside && !self.text.is_empty() {
            self.text.push(' ');
        }
        self.inside = true;
    }
}

impl Sink for Spaced {
    fn letters(&mut self, run: &[u8]) {
        self.begin();
        self.text.extend(run.iter().map(|b| char::from(b.to_ascii_lowercase())));
    }

    fn character(&mut self, character: char) {
        self.begin();
        self.text.push(character);
    }

    fn token(&mut self, token: &str) {
        self.end();
        self.begin();
        self.text.push_str(token);
        self.end();
    }

    fn end(&mut self) {
        self.inside = false;
    }
}

#[cfg(test)]
mod tests;
