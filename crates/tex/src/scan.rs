//! TeX tokens of a formula, without copying.
//!
//! A token is a piece of the input with its kind; the pieces put together are
//! the input again, byte for byte. The scanner knows category codes as plain
//! TeX sets them and nothing of what commands mean.
//!
//! ```
//! use cc_math_tex::scan::{Kind, tokens};
//! let kinds: Vec<Kind> = tokens(r"\frac{1}2 % half").map(|t| t.kind).collect();
//! use Kind::*;
//! assert_eq!(kinds, [Word, Open, Char, Close, Char, Space, Comment]);
//! ```

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `\alpha`: a backslash and ASCII letters.
    Word,
    /// `\,`: a backslash and one character that is no letter, or a backslash that ends the input.
    Symbol,
    /// `{`
    Open,
    /// `}`
    Close,
    /// `$`
    Shift,
    /// `&`
    Align,
    /// `#`
    Parameter,
    /// `^`
    Superscript,
    /// `_`
    Subscript,
    /// `%` to the end of its line, line end included.
    Comment,
    /// A run of white space (no-break spaces are characters).
    Space,
    /// Any other single character.
    Char,
}

/// A token: its kind, its bytes, and where they stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    /// What it is.
    pub kind: Kind,
    /// Its source, backslash included.
    pub text: &'a str,
    /// Byte offset of its source in the input.
    pub at: usize,
}

impl<'a> Token<'a> {
    /// Byte offset just after the token.
    pub fn end(&self) -> usize {
        self.at + self.text.len()
    }

    /// Name of a control word or symbol (`frac`, `,`); empty for all others.
    pub fn name(&self) -> &'a str {
        match self.kind {
            Kind::Word | Kind::Symbol => self.text.get(1..).unwrap_or(""),
            _ => "",
        }
    }

    /// Whether this is the control word or symbol of that name.
    pub fn is(&self, name: &str) -> bool {
        matches!(self.kind, Kind::Word | Kind::Symbol) && self.name() == name
    }

    /// Whether the token typesets nothing: white space and comments.
    pub fn is_blank(&self) -> bool {
        matches!(self.kind, Kind::Space | Kind::Comment)
    }
}

/// The tokens of a formula, in order.
pub fn tokens(tex: &str) -> Tokens<'_> {
    Tokens { tex, at: 0 }
}

/// The tokens of `tex` from a byte offset on; offsets count from the start of `tex`.
///
/// An offset inside a character or past the end gives none.
pub fn tokens_from(tex: &str, at: usize) -> Tokens<'_> {
    Tokens { tex, at }
}

/// Iterator over tokens; made by [`tokens`].
#[derive(Debug, Clone)]
pub struct Tokens<'a> {
    tex: &'a str,
    at: usize,
}

impl<'a> Tokens<'a> {
    /// Byte offset of the next token.
    pub fn offset(&self) -> usize {
        self.at
    }

    /// The next token that typesets something; blanks before it are passed over.
    pub fn next_solid(&mut self) -> Option<Token<'a>> {
        self.find(|token| !token.is_blank())
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let rest = self.tex.get(self.at..)?;
        let first = rest.chars().next()?;
        let (kind, len) = measure(first, rest);
        let token = Token { kind, text: rest.get(..len)?, at: self.at };
        self.at += len;
        Some(token)
    }
}

fn measure(first: char, rest: &str) -> (Kind, usize) {
    match first {
        '\\' => control(rest),
        '{' => (Kind::Open, 1),
        '}' => (Kind::Close, 1),
        '$' => (Kind::Shift, 1),
        '&' => (Kind::Align, 1),
        '#' => (Kind::Parameter, 1),
        '^' => (Kind::Superscript, 1),
        '_' => (Kind::Subscript, 1),
        '%' => {
            (Kind::Comment, memchr::memchr(b'\n', rest.as_bytes()).map_or(rest.len(), |n| n + 1))
        }
        c if is_space(c) => (Kind::Space, run(rest, |b| is_space(b as char))),
        c => (Kind::Char, c.len_utf8()),
    }
}

fn control(rest: &str) -> (Kind, usize) {
    let after = rest.get(1..).unwrap_or("");
    match after.chars().next() {
        None => (Kind::Symbol, 1),
        Some(c) if c.is_ascii_alphabetic() => {
            (Kind::Word, 1 + run(after, |b| b.is_ascii_alphabetic()))
        }
        Some(c) => (Kind::Symbol, 1 + c.len_utf8()),
    }
}

fn run(text: &str, holds: impl Fn(u8) -> bool) -> usize {
    text.bytes().position(|b| !holds(b)).unwrap_or(text.len())
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0c' | '\x0b')
}

/// `text[range]`, or nothing where the range is not one of whole characters in it.
pub(crate) fn slice(text: &str, range: std::ops::Range<usize>) -> &str {
    text.get(range).unwrap_or("")
}

/// The braced group or single token that TeX would take as an undelimited argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Argument<'a> {
    /// Its content, without the braces.
    pub(crate) body: &'a str,
    /// Byte offset just after it.
    pub(crate) end: usize,
}

/// Reads an argument at byte offset `at`; `None` where there is none or its brace is not closed.
pub(crate) fn argument(tex: &str, at: usize) -> Option<Argument<'_>> {
    let first = tokens_from(tex, at).next_solid()?;
    match first.kind {
        Kind::Open => group(tex, first.at),
        Kind::Close => None,
        _ => Some(Argument { body: first.text, end: first.end() }),
    }
}

/// Reads the `{...}` that opens exactly at byte offset `open`.
pub(crate) fn group(tex: &str, open: usize) -> Option<Argument<'_>> {
    let mut depth = 0usize;
    for token in tokens_from(tex, open) {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            let found = token.kind == Kind::Close;
            return found
                .then(|| Argument { body: slice(tex, open + 1..token.at), end: token.end() });
        }
    }
    None
}

/// Reads an optional `[...]` after blanks at byte offset `at`; a `]` inside braces does not close it.
pub(crate) fn optional(tex: &str, at: usize) -> Option<Argument<'_>> {
    let mut rest = tokens_from(tex, at);
    let open = rest.next_solid().filter(|t| t.text == "[")?;
    let mut depth = 0usize;
    for token in rest {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth = depth.checked_sub(1)?,
            _ if depth == 0 && token.text == "]" => {
                return Some(Argument { body: slice(tex, open.end()..token.at), end: token.end() });
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(tex: &str, expected: &[&str]) {
        let found: Vec<&str> = tokens(tex).map(|t| t.text).collect();
        assert_eq!(found, expected, "{tex:?}");
    }

    #[test]
    fn cuts_at_token_borders() {
        check(r"\alpha_1", &[r"\alpha", "_", "1"]);
        check(r"\\\{a\", &[r"\\", r"\{", "a", "\\"]);
        check("a  \n b", &["a", "  \n ", "b"]);
        check("a%b\nc", &["a", "%b\n", "c"]);
        check(r"\%é\é", &[r"\%", "é", r"\é"]);
        check("", &[]);
    }

    #[test]
    fn reads_arguments() {
        assert_eq!(argument(r"\frac {a{b}} c", 5).map(|a| a.body), Some("a{b}"));
        assert_eq!(argument("{a{b}", 0), None);
        assert_eq!(argument(r"  \pi x", 0).map(|a| a.body), Some(r"\pi"));
        assert_eq!(optional("[a{]}b]c", 0).map(|a| a.body), Some("a{]}b"));
        assert_eq!(optional("{[}]", 0), None);
    }

    proptest! {
        #[test]
        fn tokens_are_the_input(tex in r"(\PC|[\\{}$&#^_%\n a-z]){0,60}") {
            let joined: String = tokens(&tex).map(|t| t.text).collect();
            prop_assert_eq!(joined, tex);
        }
    }
}
