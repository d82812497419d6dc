//! Raw `$...$`, `\(...\)`, `\begin{env}` in a run of text, by MathJax's and KaTeX's rules.
//!
//! A *run* is text that no element but a line break interrupts. This module
//! finds where formulas stand in it; what a page declares about its delimiters
//! is [`crate::config`]'s business, and where code begins is the caller's.
//!
//! The rules are those of the two renderers: a closer inside braces does not
//! count, `\\` and `\$` escape, an opener without closer is plain text, an
//! environment inside other delimiters belongs to them. Each search for a
//! closer is a look-up in a table made once, so work stays linear whatever
//! stands unclosed.
//!
//! ```
//! use cc_math_tex::delimiters::{Delimiters, find};
//! let text = r"Let \(x \in \{a\}\), so \[x = a.\]";
//! let bodies: Vec<&str> = find(text, &Delimiters::mathjax())
//!     .into_iter()
//!     .map(|span| &text[span.body])
//!     .collect();
//! assert_eq!(bodies, [r"x \in \{a\}", "x = a."]);
//! ```

mod closers;
mod environments;
mod judge;

use std::ops::Range;

use closers::Closers;
pub use closers::closes_formula;
use environments::Environments;
pub use environments::is_math_environment;
pub use judge::looks_like_math;

use crate::scan::slice;

/// Most pairs of delimiters that are looked for; further ones are ignored.
const MAX_PAIRS: usize = 24;

/// An opening and a closing delimiter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// Opens a formula. One that starts with `\begin{` is part of the formula.
    pub open: String,
    /// Closes it.
    pub close: String,
    /// Whether the formula is a display.
    pub display: bool,
}

impl Pair {
    /// A pair.
    pub fn new(open: &str, close: &str, display: bool) -> Self {
        Self { open: open.into(), close: close.into(), display }
    }

    fn is_dollar(&self) -> bool {
        self.open == "$" && self.close == "$"
    }
}

/// How far the text between delimiters is distrusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Guard {
    /// Not at all: the page declares these delimiters.
    #[default]
    Off,
    /// `$` obeys pandoc's rules: no space after the opener or before the
    /// closer, no digit after the closer, no blank line between them.
    Currency,
    /// As `Currency`, and the content has to look like mathematics:
    /// for pages that declare nothing.
    Content,
}

/// What delimits formulas on a page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Delimiters {
    /// Pairs; where two openers fit, the longer one does.
    pub pairs: Vec<Pair>,
    /// Whether a bare `\begin{align}...\end{align}` is a formula.
    pub environments: bool,
    /// Whether `\$` is a dollar that opens nothing.
    pub escapes: bool,
    /// How far the content is distrusted.
    pub guard: Guard,
}

impl Delimiters {
    /// What MathJax 2 and 3 do when a page configures nothing.
    pub fn mathjax() -> Self {
        Self {
            pairs: vec![
                Pair::new("$$", "$$", true),
                Pair::new(r"\(", r"\)", false),
                Pair::new(r"\[", r"\]", true),
            ],
            environments: true,
            escapes: true,
            guard: Guard::Off,
        }
    }

    /// What KaTeX's auto-render does when a page configures nothing.
    pub fn katex() -> Self {
        let environments = ["equation", "align", "alignat", "gather", "CD"];
        let mut pairs = vec![
            Pair::new("$$", "$$", true),
            Pair::new(r"\(", r"\)", false),
            Pair::new(r"\[", r"\]", true),
        ];
        pairs.extend(environments.iter().map(|name| environment_pair(name)));
        Self { pairs, environments: false, escapes: true, guard: Guard::Off }
    }

    /// For pages of unknown configuration: everything usual, `$` too, if the content convinces.
    pub fn unknown() -> Self {
        Self { guard: Guard::Content, ..Self::mathjax().with_dollar() }
    }

    /// The same with single `$` for inline formulas.
    pub fn with_dollar(mut self) -> Self {
        if !self.pairs.iter().any(Pair::is_dollar) {
            self.pairs.push(Pair::new("$", "$", false));
        }
        self
    }

    /// The same with another guard.
    pub fn with_guard(self, guard: Guard) -> Self {
        Self { guard, ..self }
    }
}

fn environment_pair(name: &str) -> Pair {
    Pair { open: format!(r"\begin{{{name}}}"), close: format!(r"\end{{{name}}}"), display: true }
}

/// Which delimiters a formula had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delimiter {
    /// `$...$`
    Dollar,
    /// `$$...$$`
    DoubleDollar,
    /// `\(...\)`
    Paren,
    /// `\[...\]`
    Bracket,
    /// `\begin{name}...\end{name}`, with the byte range of the name.
    Environment(Range<usize>),
    /// Others that the page configured.
    Configured,
}

/// A formula in a run of text. All ranges are of bytes, on character borders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// With its delimiters.
    pub outer: Range<usize>,
    /// The LaTeX between them; for an environment, all of it from `\begin` to `\end{...}`.
    pub body: Range<usize>,
    /// Whether it is a display.
    pub display: bool,
    /// What delimited it.
    pub delimiter: Delimiter,
}

/// Finds the formulas of a run of text: disjoint, in order, none of them blank.
pub fn find(text: &str, delimiters: &Delimiters) -> Vec<Span> {
    let mut finder = Finder::new(text, delimiters);
    let mut spans = Vec::new();
    let mut at = 0;
    while let Some(next) = finder.next_start(at) {
        at = finder.step(next, &mut spans);
    }
    spans
}

/// The formula that a text is, but for white space around it, in any usual delimiters.
///
/// ```
/// use cc_math_tex::delimiters::sole_formula;
/// assert_eq!(sole_formula(" $x$ ").map(|span| span.body), Some(2..3));
/// assert_eq!(sole_formula("$x$ and $y$"), None);
/// ```
pub fn sole_formula(text: &str) -> Option<Span> {
    let trimmed = text.trim();
    let start = text.len() - text.trim_start().len();
    let usual = Delimiters::mathjax().with_dollar();
    let mut finder = Finder::new(text, &usual);
    let mut spans = Vec::new();
    finder.step(start, &mut spans);
    spans.pop().filter(|span| span.outer == (start..start + trimmed.len()))
}

/// Whether a text is bare LaTeX, or one formula in delimiters: nothing to search formulas in.
pub fn is_undelimited_or_single(text: &str) -> bool {
    sole_formula(text).is_some() || find(text, &Delimiters::mathjax().with_dollar()).is_empty()
}

/// The search through one run.
struct Finder<'a> {
    text: &'a str,
    delimiters: &'a Delimiters,
    /// Pairs by falling length of their opener, with the table of their closers once needed.
    pairs: Vec<(&'a Pair, Option<Closers>)>,
    environments: Option<Environments>,
    /// Bytes at which something may begin.
    starts: [bool; 256],
}

impl<'a> Finder<'a> {
    fn new(text: &'a str, delimiters: &'a Delimiters) -> Self {
        let usable = |p: &&Pair| !p.open.trim().is_empty() && !p.close.trim().is_empty();
        let mut pairs: Vec<_> =
            delimiters.pairs.iter().filter(usable).take(MAX_PAIRS).map(|p| (p, None)).collect();
        pairs.sort_by_key(|(pair, _)| std::cmp::Reverse(pair.open.len()));
        let mut starts = [false; 256];
        starts[usize::from(b'\\')] = true;
        for first in pairs.iter().filter_map(|(pair, _)| pair.open.bytes().next()) {
            starts[usize::from(first)] = true;
        }
        Self { text, delimiters, pairs, environments: None, starts }
    }

    fn next_start(&self, at: usize) -> Option<usize> {
        let rest = self.text.as_bytes().get(at..)?;
        rest.iter().position(|&b| self.starts[usize::from(b)]).map(|n| at + n)
    }

    /// Deals with what begins at `at` and says where to go on.
    fn step(&mut self, at: usize, spans: &mut Vec<Span>) -> usize {
        let rest = slice(self.text, at..self.text.len());
        if let Some(index) = self.pairs.iter().position(|(p, _)| rest.starts_with(&p.open)) {
            return self.delimited(index, at, spans);
        }
        if !rest.starts_with('\\') {
            return at + 1;
        }
        if self.delimiters.environments && rest.starts_with(r"\begin") {
            return self.environment(at, spans);
        }
        let escapes = self.delimiters.escapes || !rest.starts_with(r"\$");
        at + if escapes { escape_len(rest) } else { 1 }
    }

    fn delimited(&mut self, index: usize, at: usize, spans: &mut Vec<Span>) -> usize {
        let Some(span) = self.span_of(index, at) else {
            return at + self.pairs.get(index).map_or(1, |(pair, _)| pair.open.len());
        };
        let end = span.outer.end;
        if !slice(self.text, span.body.clone()).trim().is_empty() {
            spans.push(span);
        }
        end
    }

    fn span_of(&mut self, index: usize, at: usize) -> Option<Span> {
        let (text, guard) = (self.text, self.delimiters.guard);
        let (pair, closers) = self.pairs.get_mut(index)?;
        let inside = at + pair.open.len();
        if guard != Guard::Off && pair.is_dollar() && !opens_formula(text.as_bytes(), at) {
            return None;
        }
        let closers = closers.get_or_insert_with(|| Closers::new(text, pair, guard));
        let close = closers.after(inside)?;
        let span = make_span(pair, at, close);
        if pair.open == "$$" && judge::is_words(slice(text, inside..close)) {
            return None;
        }
        if pair.is_dollar() {
            if let Some(body) = judge::wordpress_body(text, inside..close) {
                return Some(Span { body, ..span });
            }
            if judge::is_gap(text, inside..close) {
                return None;
            }
        }
        (guard != Guard::Content || convinces(text, pair, inside..close)).then_some(span)
    }

    fn environment(&mut self, at: usize, spans: &mut Vec<Span>) -> usize {
        let found = self.environments.get_or_insert_with(|| Environments::new(self.text));
        let Some((name, end)) = found.at(at) else {
            return at + r"\begin".len();
        };
        let inside = name.end + 1..end.saturating_sub(r"\end{}".len() + name.len());
        if self.delimiters.guard == Guard::Content && judge::is_prose(slice(self.text, inside)) {
            return at + r"\begin".len();
        }
        let delimiter = Delimiter::Environment(name);
        spans.push(Span { outer: at..end, body: at..end, display: true, delimiter });
        end
    }
}

fn make_span(pair: &Pair, at: usize, close: usize) -> Span {
    let outer = at..close + pair.close.len();
    let inside = at + pair.open.len()..close;
    let (delimiter, body) = match (pair.open.as_str(), pair.close.as_str()) {
        ("$", "$") => (Delimiter::Dollar, inside),
        ("$$", "$$") => (Delimiter::DoubleDollar, inside),
        (r"\(", r"\)") => (Delimiter::Paren, inside),
        (r"\[", r"\]") => (Delimiter::Bracket, inside),
        (open, _) if open.starts_with(r"\begin{") => {
            let name = at + r"\begin{".len()..inside.start.saturating_sub(1);
            (Delimiter::Environment(name), outer.clone())
        }
        _ => (Delimiter::Configured, inside),
    };
    Span { outer, body, display: pair.display, delimiter }
}

fn convinces(text: &str, pair: &Pair, range: Range<usize>) -> bool {
    let body = slice(text, range.clone());
    match pair.open.as_str() {
        "$" => looks_like_math(body) || judge::is_lone_integer(text, range),
        r"\[" | r"\(" if judge::is_pattern_or_path(text, range.clone()) => false,
        r"\[" => !judge::is_prose(body) && !judge::is_number(body),
        _ => !judge::is_prose(body),
    }
}

/// Whether the dollar at `at` may open a formula by pandoc's rules, and stands in no word (`US$`).
pub fn opens_formula(text: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|n| text.get(n));
    let after = text.get(at + 1);
    !before.is_some_and(u8::is_ascii_alphanumeric)
        && after.is_some_and(|b| !b.is_ascii_whitespace() && *b != b'$')
}

/// Length of a backslash and the character after it.
fn escape_len(rest: &str) -> usize {
    rest.chars().take(2).map(char::len_utf8).sum()
}

#[cfg(test)]
mod tests;
