//! Characters beyond ASCII: letters of all scripts, digits in small, signs.

use super::lexer::{Before, Lexer};
use super::symbols;
use super::token::{Class, Hash, Id, Tokens};
use unicode_normalization::char::decompose_compatible;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

impl Lexer<'_> {
    /// The rest of a word in which a letter beyond ASCII may follow.
    pub(super) fn long_word(&mut self, mut hash: Hash, start: usize, tokens: &mut Tokens) {
        let greek = self.text.get(start..).and_then(|w| w.chars().next()).is_some_and(is_greek);
        while let Some(c) = self.character() {
            match c {
                _ if c.is_alphabetic() && is_greek(c) != greek => break,
                'a'..='z' | 'A'..='Z' => hash.push_char(c.to_ascii_lowercase()),
                '\'' | '’' if self.letter_follows(c) => {}
                _ if is_invisible(c) => {}
                _ if c.is_ascii() || stands_alone(c) || symbols::script(c).is_some() => break,
                _ if c.is_alphabetic() => fold(c, &mut hash),
                _ => break,
            }
            self.at += c.len_utf8();
        }
        self.end_word(hash, start, tokens);
    }

    fn letter_follows(&self, quote: char) -> bool {
        let rest = self.text.get(self.at + quote.len_utf8()..).unwrap_or_default();
        rest.chars().next().is_some_and(char::is_alphabetic)
    }

    /// A character beyond ASCII.
    pub(super) fn high(&mut self, tokens: &mut Tokens) {
        let Some(c) = self.character() else {
            self.at += 1;
            return;
        };
        let (start, width) = (self.at, c.len_utf8());
        if let Some(name) = symbols::greek(c) {
            self.greek(name, width, tokens);
        } else if symbols::script(c).is_some() {
            self.script(tokens);
        } else if stands_alone(c) {
            self.at += width;
            let mut hash = Hash::new();
            hash.push_char(c);
            self.push(tokens, hash.id(Class::Word), start, Before::Prose);
        } else if c.is_alphabetic() {
            self.long_word(Hash::new(), start, tokens);
        } else if matches!(c, '–' | '‐' | '‑') {
            self.dash(width, tokens);
        } else if let Some(meaning) = symbols::character(c) {
            self.mean(meaning, width, tokens);
        } else if c.is_numeric() {
            self.numeral(c, tokens);
        } else if c.general_category() == GeneralCategory::MathSymbol {
            self.take(width, c.encode_utf8(&mut [0; 4]), tokens);
        } else {
            self.at += width;
        }
    }

    /// A Greek letter: a variable of its own, or the first letter of a Greek word.
    fn greek(&mut self, name: &str, width: usize, tokens: &mut Tokens) {
        let rest = self.text.get(self.at + width..).unwrap_or_default();
        if rest.chars().next().is_some_and(is_greek) {
            self.long_word(Hash::new(), self.at, tokens);
        } else {
            self.take_word(width, name, tokens);
        }
    }

    /// A run of superscripts or subscripts; superscripts are an exponent.
    fn script(&mut self, tokens: &mut Tokens) {
        let mut raised_before = false;
        while let Some((c, (shown, raised))) =
            self.character().and_then(|c| Some((c, symbols::script(c)?)))
        {
            if raised && !raised_before {
                self.operator(tokens, "^", self.at);
            }
            raised_before = raised;
            let start = self.at;
            if shown.is_ascii_digit() {
                self.script_number(raised, tokens);
                continue;
            }
            self.at += c.len_utf8();
            let name = shown.encode_utf8(&mut [0; 4]).to_owned();
            let is_letter = shown.is_ascii_alphabetic();
            let id = if is_letter { Id::word(&name) } else { Id::operator(&name) };
            self.push(tokens, id, start, Before::Operand);
        }
    }

    fn script_number(&mut self, raised: bool, tokens: &mut Tokens) {
        let (start, mut hash) = (self.at, Hash::new());
        while let Some(c) = self.character() {
            match symbols::script(c) {
                Some((digit, up)) if up == raised && digit.is_ascii_digit() => {
                    hash.push_char(digit);
                    self.at += c.len_utf8();
                }
                _ => break,
            }
        }
        self.push(tokens, hash.id(Class::Number), start, Before::Operand);
    }

    /// A digit of another script, or a fraction of one character.
    fn numeral(&mut self, c: char, tokens: &mut Tokens) {
        let start = self.at;
        self.at += c.len_utf8();
        let (mut hash, mut pending) = (Hash::new(), false);
        decompose_compatible(c, |part| {
            if part == '⁄' {
                self.push(tokens, hash.id(Class::Number), start, Before::Operand);
                self.push(tokens, Id::operator("/"), start, Before::Operand);
                hash = Hash::new();
            } else {
                hash.push_char(part);
                pending = true;
            }
        });
        if pending {
            self.push(tokens, hash.id(Class::Number), start, Before::Operand);
        }
    }
}

/// Letters of scripts without spaces between words: each is a token.
fn stands_alone(c: char) -> bool {
    matches!(c, '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
        && c.is_alphabetic()
}

fn is_greek(c: char) -> bool {
    matches!(c, '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}') && c.is_alphabetic()
}

/// Soft hyphens, joiners and accents of their own: a word goes on over them.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{300}'..='\u{36f}')
}

/// Takes in a letter without its case, accents and width.
fn fold(c: char, hash: &mut Hash) {
    if matches!(c, 'а'..='я') {
        return hash.push_char(c);
    }
    decompose_compatible(c, |part| {
        if !is_invisible(part) {
            part.to_lowercase().for_each(|letter| hash.push_char(letter));
        }
    });
}
