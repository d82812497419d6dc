//! Tokens by longest match.

use super::symbols::{self, Class, LONGEST, Symbol};

/// A token of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    Symbol(Symbol),
    Number(&'a str),
    /// Any character that begins no token.
    Char(char),
    Text(&'a str),
    /// `color(red)`: the command, empty where it shows nothing, and its plain argument.
    Styled(&'static str, &'a str),
    /// A minus sign right before its operand.
    Minus,
}

impl Token<'_> {
    /// The class of a symbol; everything else is an atom.
    pub(super) fn class(&self) -> Class {
        match self {
            Token::Symbol((class, _)) => *class,
            _ => Class::Atom,
        }
    }

    /// Whether this is the infix of that spelling.
    pub(super) fn is_infix(&self, spelling: &str) -> bool {
        *self
            == Token::Symbol((
                Class::Infix,
                if spelling == "/" {
                    "/"
                } else if spelling == "_" {
                    "_"
                } else {
                    "^"
                },
            ))
    }
}

/// All tokens of the input.
pub(super) fn tokens(input: &str) -> Vec<Token<'_>> {
    let mut lexer = Lexer { rest: input };
    let mut found = Vec::new();
    while let Some(token) = lexer.token() {
        let after_infix = found.last().is_none_or(|t: &Token<'_>| t.class() == Class::Infix);
        let tight = !lexer.rest.starts_with(|c: char| c.is_whitespace());
        let is_minus = token == Token::Symbol((Class::Operator, "-"));
        found.push(if is_minus && after_infix && tight { Token::Minus } else { token });
    }
    found
}

struct Lexer<'a> {
    rest: &'a str,
}

impl<'a> Lexer<'a> {
    fn token(&mut self) -> Option<Token<'a>> {
        self.rest = self.rest.trim_start();
        let first = self.rest.chars().next()?;
        if first == '"' {
            self.take(1);
            return Some(Token::Text(self.until('"')));
        }
        if let Some(token) = self.symbol() {
            return Some(token);
        }
        if first.is_ascii_digit() {
            return Some(Token::Number(self.number()));
        }
        self.take(first.len_utf8());
        Some(Token::Char(first))
    }

    fn take(&mut self, len: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(len).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    /// The longest symbol that the input starts with; a backslash before a name is no part of it.
    fn symbol(&mut self) -> Option<Token<'a>> {
        if let Some(after) = self.rest.strip_prefix('\\') {
            if after.starts_with(|c: char| c.is_whitespace()) || after.is_empty() {
                self.take(2);
                return Some(Token::Symbol((Class::Atom, r"\ ")));
            }
            if !after.starts_with('\\') {
                self.take(1);
            }
        }
        let longest = self.rest.floor_char_boundary(LONGEST);
        let (len, found) = (1..=longest)
            .rev()
            .find_map(|len| Some((len, symbols::find(self.rest.get(..len)?)?)))?;
        self.take(len);
        Some(match found {
            (Class::Text, _) => self.bracketed().map_or(Token::Text(""), Token::Text),
            (Class::Styled, command) => Token::Styled(command, self.bracketed().unwrap_or("")),
            symbol => Token::Symbol(symbol),
        })
    }

    /// The plain text of a bracket that follows.
    fn bracketed(&mut self) -> Option<&'a str> {
        let after = self.rest.trim_start();
        let close = match after.chars().next()? {
            '(' => ')',
            '[' => ']',
            '{' => '}',
            _ => return None,
        };
        self.rest = after;
        self.take(1);
        Some(self.until(close))
    }

    fn until(&mut self, close: char) -> &'a str {
        let len = self.rest.find(close).unwrap_or(self.rest.len());
        let inside = self.take(len);
        self.take(1);
        inside
    }

    fn number(&mut self) -> &'a str {
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let whole = digits(self.rest);
        let fraction =
            self.rest.get(whole..).and_then(|rest| rest.strip_prefix('.')).map_or(0, digits);
        self.take(if fraction > 0 { whole + 1 + fraction } else { whole })
    }
}
