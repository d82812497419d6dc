//! Punctuation or operator: what a mark of ASCII is where it stands.
//!
//! Every rule looks at a few bytes on both sides and at nothing else, so that one formula gives the
//! same tokens in a benchmark as in a page. Where a mark may be either, it is an operator only
//! between operands: `x-1`, `5 - 3` and `(a+b)-c`, but not `well-known`, `COVID-19` or `- an item`.

use super::lexer::{Before, Lexer, MAX_SKIPPED};
use super::symbols::{self, Meaning};
use super::token::Tokens;

/// Bytes that are looked at behind a sign for what it stands before.
const REACH: usize = 12;

/// Letters of the longest command that is looked up.
const MAX_COMMAND: usize = 32;

impl Lexer<'_> {
    /// Reads a mark of ASCII.
    pub(super) fn mark(&mut self, mark: u8, tokens: &mut Tokens) {
        match mark {
            b'\\' => self.backslash(tokens),
            b'{' => self.open_brace(),
            b'}' => self.close_brace(tokens),
            b'$' | b'`' => self.at += 1,
            b'(' => self.open_bracket(),
            b')' | b']' => self.skip(1, Before::Operand),
            b'+' => self.plus(tokens),
            b'-' => self.minus(tokens),
            b'*' => self.asterisk(tokens),
            b'/' => self.slash(tokens),
            b'=' => self.equals(tokens),
            b'<' => self.less(tokens),
            b'>' => self.greater(tokens),
            b'^' => self.caret(tokens),
            b'!' => self.exclamation(tokens),
            b'%' => self.take_word(1, "percent", tokens),
            b':' => self.colon(tokens),
            b'.' => self.point(tokens),
            b'[' => self.skip(if self.peek(1) == b'^' { 2 } else { 1 }, Before::Prose),
            b'|' | b'#' | b'&' | b'_' | b'~' => self.at += 1,
            _ => self.skip(1, Before::Prose),
        }
    }

    /// `(`, with the letter of an option where it is `(A) `.
    fn open_bracket(&mut self) {
        let is_option = self.peek(1).is_ascii_alphanumeric()
            && self.peek(2) == b')'
            && self.peek(3) == b' '
            && !self.last().is_ascii_alphanumeric()
            && (self.starts_line || self.peek(1).is_ascii_uppercase());
        self.skip(if is_option { 3 } else { 1 }, Before::Prose);
    }

    fn plus(&mut self, tokens: &mut Tokens) {
        match (self.peek(1), self.peek(2)) {
            (b'/', b'-') => self.take(3, "+/-", tokens),
            (b'+', _) => self.skip(2, Before::Prose),
            (b' ', _) if self.starts_line => self.skip(1, Before::Prose),
            _ => self.take(1, "+", tokens),
        }
    }

    fn minus(&mut self, tokens: &mut Tokens) {
        match self.peek(1) {
            b'-' => self.skip(self.run(b'-'), Before::Prose),
            b'>' => self.take(2, "->", tokens),
            b' ' if self.starts_line => self.skip(1, Before::Prose),
            _ => self.dash(1, tokens),
        }
    }

    /// A hyphen or dash of `width` bytes: minus between operands, or as the sign of one.
    pub(super) fn dash(&mut self, width: usize, tokens: &mut Tokens) {
        let follows = self.operand_follows(width);
        let is_sign = follows
            && self.peek(width) != b' '
            && matches!(self.last(), b' ' | b'\n' | b'$' | b'{' | b'[' | b'(' | b',' | b'|');
        if is_sign || (follows && self.before == Before::Operand) {
            self.take(width, "-", tokens);
        } else {
            self.skip(width, Before::Prose);
        }
    }

    fn asterisk(&mut self, tokens: &mut Tokens) {
        let is_power = self.peek(1) == b'*'
            && (self.last().is_ascii_alphanumeric() || self.last() == b')')
            && (self.peek(2).is_ascii_alphanumeric() || self.peek(2) == b'(')
            && self.before == Before::Operand;
        if is_power {
            self.take(2, "^", tokens);
        } else {
            self.at += 1;
        }
    }

    fn slash(&mut self, tokens: &mut Tokens) {
        if self.peek(1) == b'/' {
            self.skip(self.run(b'/'), Before::Prose);
        } else if self.before == Before::Operand && self.operand_follows(1) {
            self.take(1, "/", tokens);
        } else {
            self.skip(1, Before::Prose);
        }
    }

    fn equals(&mut self, tokens: &mut Tokens) {
        match (self.run(b'='), self.peek(1)) {
            (3.., _) => self.skip(self.run(b'='), Before::Prose),
            (1, b'>') => self.take(2, "=>", tokens),
            (run, _) => self.take(run, "=", tokens),
        }
    }

    fn less(&mut self, tokens: &mut Tokens) {
        if let Some(width) = self.element() {
            let raises = self.bytes.get(self.at + 1..).is_some_and(|b| b.starts_with(b"sup>"));
            return if raises { self.take(width, "^", tokens) } else { self.at += width };
        }
        match (self.peek(1), self.peek(2)) {
            (b'=', b'>') => self.take(3, "<=>", tokens),
            (b'=', _) => self.take(2, "<=", tokens),
            (b'<', _) => self.take(2, "<<", tokens),
            (b'-', b' ') => self.take(2, "<-", tokens),
            (b'>', _) => self.mean(Meaning::Negated("="), 2, tokens),
            _ => self.take(1, "<", tokens),
        }
    }

    fn greater(&mut self, tokens: &mut Tokens) {
        match self.peek(1) {
            _ if self.starts_line => self.at += 1,
            b'=' => self.take(2, ">=", tokens),
            b'>' => self.take(2, ">>", tokens),
            _ => self.take(1, ">", tokens),
        }
    }

    /// Bytes of the tag of an HTML element at this place.
    fn element(&self) -> Option<usize> {
        let rest = self.bytes.get(self.at + 1..)?;
        let slash = usize::from(rest.first() == Some(&b'/'));
        let name = rest.get(slash..)?;
        let length = name.iter().take(11).take_while(|b| b.is_ascii_alphanumeric()).count();
        let name = std::str::from_utf8(name.get(..length)?).ok()?;
        if !symbols::is_element(name) {
            return None;
        }
        let near = rest.get(..rest.len().min(MAX_SKIPPED))?;
        let close = memchr::memchr(b'>', near)?;
        let attributes = near.get(slash + length..close)?;
        let is_tag = attributes.is_empty() || attributes == b"/" || attributes.contains(&b'=');
        is_tag.then_some(close + 2)
    }

    /// `^`, unless what it raises is a prime or the ring of a degree.
    fn caret(&mut self, tokens: &mut Tokens) {
        let rest = self.bytes.get(self.at + 1..).unwrap_or_default();
        let braced = rest.strip_prefix(b"{").unwrap_or(rest);
        let width = 1 + rest.len() - braced.len();
        let closing = |end: usize| usize::from(width == 2 && braced.get(end) == Some(&b'}'));
        if braced.starts_with(b"\\circ") {
            self.take_word(width + 5 + closing(5), "degree", tokens);
        } else if braced.starts_with(b"\\prime") {
            self.at += width + 6 + closing(6);
        } else {
            self.take(1, "^", tokens);
        }
    }

    fn exclamation(&mut self, tokens: &mut Tokens) {
        let is_factorial = self.before == Before::Operand && self.last().is_ascii_alphanumeric();
        if self.peek(1) == b'=' {
            self.mean(Meaning::Negated("="), 2, tokens);
        } else if is_factorial {
            self.take(1, "!", tokens);
        } else {
            self.skip(1, Before::Prose);
        }
    }

    /// `:=` defines, `3:4` is a ratio, all else is punctuation.
    fn colon(&mut self, tokens: &mut Tokens) {
        if self.peek(1) == b'=' {
            self.take(2, "=", tokens);
        } else if self.last().is_ascii_digit() && self.peek(1).is_ascii_digit() {
            self.take(1, ":", tokens);
        } else {
            self.skip(1, Before::Prose);
        }
    }

    fn point(&mut self, tokens: &mut Tokens) {
        if self.peek(1).is_ascii_digit() && !self.last().is_ascii_alphanumeric() {
            self.bare_decimals(tokens);
        } else {
            self.skip(1, Before::Prose);
        }
    }

    /// A command of LaTeX, or an escaped character.
    fn backslash(&mut self, tokens: &mut Tokens) {
        let letters =
            (1..=MAX_COMMAND).take_while(|ahead| self.peek(*ahead).is_ascii_alphabetic()).count();
        if letters > 0 {
            return self.command(letters, tokens);
        }
        match self.peek(1) {
            b'%' => self.at += 1,
            b'}' | b']' | b')' => self.skip(2, Before::Operand),
            0x80.. => self.at += 1,
            _ => self.at += 2,
        }
    }

    fn command(&mut self, letters: usize, tokens: &mut Tokens) {
        let name = self.text.get(self.at + 1..self.at + 1 + letters).unwrap_or_default();
        match symbols::command(name) {
            Some(meaning) => self.mean(meaning, 1 + letters, tokens),
            None => {
                let lower = name.to_ascii_lowercase();
                self.take_word(1 + letters, &lower, tokens);
            }
        }
    }

    /// How many of one byte stand here.
    fn run(&self, byte: u8) -> usize {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        rest.iter().take_while(|b| **b == byte).count()
    }

    /// Whether an operand begins `ahead` bytes from here, over spaces and opening marks.
    fn operand_follows(&self, ahead: usize) -> bool {
        for ahead in ahead..ahead + REACH {
            match self.peek(ahead) {
                b' ' | b'$' => {}
                b'0'..=b'9' | b'(' | b'{' | b'[' | b'|' => return true,
                b'.' => return self.peek(ahead + 1).is_ascii_digit(),
                b'\\' => return self.command_follows(ahead + 1),
                b'a'..=b'z' | b'A'..=b'Z' => return self.variable_follows(ahead),
                0x80.. => return self.symbol_follows(ahead),
                _ => return false,
            }
        }
        false
    }

    fn command_follows(&self, ahead: usize) -> bool {
        let rest = self.bytes.get(self.at + ahead..).unwrap_or_default();
        let is_text = rest.starts_with(b"text") || rest.starts_with(b"mbox");
        !is_text && rest.first().is_some_and(|b| b.is_ascii_alphabetic() || b"({[".contains(b))
    }

    fn variable_follows(&self, ahead: usize) -> bool {
        let rest = self.bytes.get(self.at + ahead..).unwrap_or_default();
        let length = rest.iter().take(8).take_while(|b| b.is_ascii_alphabetic()).count();
        let word = rest.get(..length).and_then(|word| std::str::from_utf8(word).ok());
        length == 1 && !rest.get(1).is_some_and(|b| *b >= 0x80 || *b == b'\'')
            || word.is_some_and(symbols::is_function)
    }

    fn symbol_follows(&self, ahead: usize) -> bool {
        let rest = self.text.get(self.at + ahead..).unwrap_or_default();
        let mut characters = rest.chars();
        let first = characters.next();
        let second = characters.next().filter(|c| c.is_alphabetic());
        let variable = first.is_some_and(|c| c.is_alphabetic()) && second.is_none();
        variable || first.is_some_and(|c| matches!(c, '√' | '∑' | '∏' | '∫' | '∂' | '∞'))
    }
}
