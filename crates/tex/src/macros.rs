//! Macro definitions of a page, and their expansion.
//!
//! Knows `\newcommand`, `\renewcommand`, `\providecommand`, `\def` (without
//! delimited parameters), `\let`, `\DeclareMathOperator`, and definitions handed
//! over from a page's configuration. Expansion is TeX's own, token by token,
//! under a budget: a formula that would grow beyond it stays as it was.
//!
//! ```
//! use cc_math_tex::macros::Macros;
//! let page = Macros::read(r"\newcommand{\R}{\mathbb{R}} \def\norm#1{\|#1\|}");
//! assert_eq!(page.expand(r"\norm{x} \in \R^n").tex, r"\|x\| \in \mathbb{R}^n");
//! ```

mod expand;
mod read;

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::Range;

use crate::scan::slice;

/// Most macros that a page may define; further ones are ignored.
const MAX_MACROS: usize = 5_000;

/// Tokens that all expansions of one page together may make.
const PAGE_BUDGET: usize = 1_000_000;

/// Commands without which a formula's structure cannot be read; never redefined.
const STRUCTURAL: [&str; 30] = [
    "begin",
    "end",
    "left",
    "right",
    "middle",
    "def",
    "gdef",
    "let",
    "newcommand",
    "renewcommand",
    "providecommand",
    "DeclareMathOperator",
    "text",
    "frac",
    "sqrt",
    "\\",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "$",
    "&",
    "%",
    "#",
    "_",
    "^",
    " ",
    "",
];

/// One definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Macro {
    /// Number of arguments, 0 to 9, the optional one included.
    args: u8,
    /// What stands for the first argument where no `[...]` is given; without it, no brackets are read.
    default: Option<String>,
    /// What replaces the call; `#1` to `#9` stand for arguments.
    body: String,
    /// Whether the body is another name of a command that keeps its first meaning.
    alias: bool,
}

impl Macro {
    /// A macro of `args` arguments (at most 9), the first with a default if one is given.
    pub fn new(args: u8, default: Option<String>, body: impl Into<String>) -> Self {
        Self { args: args.min(9), default, body: body.into(), alias: false }
    }

    /// A macro whose number of arguments is the highest `#n` in its body, as KaTeX has it.
    pub fn from_body(body: impl Into<String>) -> Self {
        let body = body.into();
        let numbers = body.as_bytes().windows(2).filter(|w| w.first() == Some(&b'#'));
        let highest = numbers.filter_map(|w| w.last()).filter(|b| b.is_ascii_digit()).max();
        Self::new(highest.map_or(0, |b| b - b'0'), None, body)
    }

    fn alias(target: &str) -> Self {
        Self { alias: true, ..Self::new(0, None, target) }
    }
}

/// The macros of a page.
#[derive(Debug, Clone, Default)]
pub struct Macros {
    by_name: BTreeMap<String, Macro>,
    spent: Cell<usize>,
}

/// A formula after expansion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expansion<'a> {
    /// The formula; what it was where the outcome is not `Expanded`.
    pub tex: Cow<'a, str>,
    /// What happened.
    pub outcome: Outcome,
}

/// What expansion did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// No macro of the page occurs.
    Unchanged,
    /// All macros and definitions are gone.
    Expanded,
    /// It would have grown beyond the budget: endless or explosive definitions.
    Refused,
}

impl Macros {
    /// The definitions in a piece of TeX.
    pub fn read(tex: &str) -> Self {
        let mut macros = Self::default();
        macros.learn(tex);
        macros
    }

    /// Adds the definitions in a piece of TeX and returns where they stand.
    ///
    /// Later definitions win, save for `\providecommand`. Those of structural
    /// commands (`\begin`, `\left`, `\frac`, ...) are found but not taken.
    pub fn learn(&mut self, tex: &str) -> Vec<Range<usize>> {
        let mut ranges = Vec::new();
        for found in read::definitions(tex) {
            self.take(found.effect);
            ranges.push(found.range);
        }
        ranges
    }

    fn take(&mut self, effect: read::Effect<'_>) {
        match effect {
            read::Effect::Define { name, definition, weak } => {
                if !(weak && self.by_name.contains_key(name)) {
                    self.define(name, definition);
                }
            }
            read::Effect::Let { name, target } => {
                let known = target.strip_prefix('\\').and_then(|t| self.by_name.get(t)).cloned();
                self.define(name, known.unwrap_or_else(|| Macro::alias(target)));
            }
        }
    }

    /// Adds one definition, its name with or without the backslash.
    ///
    /// False, and nothing done, if the name is structural, none that TeX reads
    /// as one command, or the page has too many definitions already.
    pub fn define(&mut self, name: &str, definition: Macro) -> bool {
        let name = name.strip_prefix('\\').unwrap_or(name);
        let is_word = name.bytes().all(|b| b.is_ascii_alphabetic());
        let usable = is_word || name.chars().count() == 1;
        if !usable || STRUCTURAL.contains(&name) || self.by_name.len() >= MAX_MACROS {
            return false;
        }
        self.by_name.insert(name.to_owned(), definition);
        true
    }

    /// Adds all definitions of another set; they win over those of the same name.
    pub fn extend(&mut self, other: &Macros) {
        for (name, definition) in &other.by_name {
            self.define(name, definition.clone());
        }
    }

    /// Whether nothing is defined.
    pub fn is_empty(&self) -> bool {
        self.by_name.is_empty()
    }

    /// Number of macros.
    pub fn len(&self) -> usize {
        self.by_name.len()
    }

    /// Names without backslash, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// The formula without the definitions in it and with the page's macros replaced.
    ///
    /// Definitions inside the formula count only if [`Macros::learn`] has seen
    /// it. A formula of definitions alone becomes empty. Unknown commands stay.
    pub fn expand<'a>(&self, tex: &'a str) -> Expansion<'a> {
        let bare = without_definitions(tex);
        if !expand::mentions(self, &bare) {
            let changed = matches!(bare, Cow::Owned(_));
            let outcome = if changed { Outcome::Expanded } else { Outcome::Unchanged };
            return Expansion { tex: bare, outcome };
        }
        match expand::expand(self, &bare) {
            Some(expanded) => Expansion { tex: expanded.into(), outcome: Outcome::Expanded },
            None => Expansion { tex: bare, outcome: Outcome::Refused },
        }
    }
}

/// A piece of TeX with its macro definitions cut out.
///
/// ```
/// use cc_math_tex::macros::without_definitions;
/// assert_eq!(without_definitions(r"\newcommand{\R}{\mathbb R} x \in \R"), r"x \in \R");
/// assert_eq!(without_definitions("a%b"), "a%b");
/// ```
pub fn without_definitions(tex: &str) -> Cow<'_, str> {
    let mut kept = String::new();
    let mut from = 0;
    for found in read::definitions(tex) {
        kept.push_str(slice(tex, from..found.range.start));
        from = found.range.end;
    }
    if from == 0 {
        return Cow::Borrowed(tex);
    }
    kept.push_str(slice(tex, from..tex.len()));
    Cow::Owned(kept.trim().to_owned())
}

/// Where the definitions in a piece of TeX stand, in order.
pub(crate) fn definition_ranges(tex: &str) -> Vec<Range<usize>> {
    read::definitions(tex).map(|found| found.range).collect()
}

#[cfg(test)]
mod tests;
