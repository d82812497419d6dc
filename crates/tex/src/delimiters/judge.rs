//! Whether text between delimiters that nobody declared is mathematics.

use std::ops::Range;

use crate::scan::{Kind, Token, slice, tokens};

/// Bytes of a body that are looked at; an inline formula is rarely a tenth as long.
const WINDOW: usize = 1000;

/// Words of two letters that are prose; other pairs of letters are products.
const SHORT_WORDS: [&str; 24] = [
    "an", "as", "at", "be", "by", "do", "go", "he", "if", "in", "is", "it", "me", "my", "no", "of",
    "on", "or", "so", "to", "up", "us", "we", "am",
];

/// Names that mathematics writes in letters, with or without a backslash.
const FUNCTIONS: [&str; 44] = [
    "arccos", "arcsin", "arctan", "arg", "argmax", "argmin", "cos", "cosh", "cot", "coth", "cov",
    "csc", "deg", "det", "diag", "dim", "div", "erf", "exp", "gcd", "hom", "inf", "ker", "lcm",
    "lim", "log", "max", "min", "mod", "rank", "sec", "sgn", "sign", "sin", "sinh", "span", "sup",
    "tan", "tanh", "trace", "var", "sqrt", "abs", "frac",
];

/// What speaks for and against mathematics in a body.
#[derive(Debug, Default)]
struct Evidence {
    /// Words of prose outside braces.
    words: usize,
    /// Letters of the longest of them.
    longest: usize,
    /// Commands, scripts and groups.
    strong: usize,
    letters: usize,
    operators: usize,
    digits: usize,
    spaces: usize,
    slashes: usize,
    /// Round and square brackets that are open.
    brackets: usize,
    /// Characters of programs and markup: a quotation mark, `;`, `@`, `` ` ``.
    code: usize,
}

/// Whether the text between two undeclared `$` reads as a formula.
///
/// It needs a letter, a command or an operator; words of prose have to be
/// outnumbered by commands and scripts; an amount of money is none.
///
/// ```
/// use cc_math_tex::delimiters::looks_like_math;
/// assert!(looks_like_math(r"\alpha + 1"));
/// assert!(looks_like_math("n"));
/// assert!(!looks_like_math("12.50"));
/// assert!(!looks_like_math("5 and then it costs"));
/// ```
pub fn looks_like_math(body: &str) -> bool {
    if body.len() > WINDOW || body.trim_matches(['_', '^', ' ']).is_empty() {
        return false;
    }
    let found = Evidence::of(body);
    if found.code > 0 && found.strong == 0 {
        return false;
    }
    let is_fraction = found.slashes > 0 && found.digits > 1;
    if found.letters + found.strong + found.operators == 0 && !is_fraction {
        return false;
    }
    found.words == 0 || found.words <= found.strong || found.is_one_product()
}

/// Whether text between undeclared delimiters other than `$` is no formula after all.
pub(super) fn is_prose(body: &str) -> bool {
    let found = Evidence::of(window(body));
    if found.letters + found.strong + found.operators + found.digits == 0 {
        return true;
    }
    let bare = found.strong == 0;
    (bare && found.code > 0)
        || (bare && found.operators == 0 && found.words > 0 && !found.is_one_product())
        || found.words > 2 * found.strong + 2
}

/// The formula in WordPress's `$latex x^2&s=2$`, without the word and the settings.
pub(super) fn wordpress_body(text: &str, body: Range<usize>) -> Option<Range<usize>> {
    let inner = slice(text, body.clone());
    let tex = inner.strip_prefix("latex")?.strip_prefix([' ', '\u{a0}', '\n'])?;
    let settings = ["&s=", "&bg=", "&fg="].iter().filter_map(|setting| tex.find(setting)).min();
    let start = body.end - tex.len();
    Some(start..settings.map_or(body.end, |at| start + at))
}

/// Whether the text between two dollars is what stands between two formulas,
/// amounts of money or shell variables, even on a page that declares `$`:
/// words or a number, nothing that only TeX writes, and a closer that opens
/// what follows (`$5 and then $10`).
pub(super) fn is_gap(text: &str, body: Range<usize>) -> bool {
    let inner = slice(text, body.clone());
    let spaced = |c: Option<char>| c.is_some_and(char::is_whitespace);
    let (first, last) = (inner.chars().next(), inner.chars().next_back());
    let before = slice(text, 0..body.start.saturating_sub(1)).chars().next_back();
    let after = slice(text, body.end + 1..text.len()).chars().next();
    let opens = after.is_some_and(|c| c.is_ascii_alphanumeric() || "{(.\\".contains(c));
    let figure = first.is_some_and(|c| c.is_ascii_digit());
    let uneven = spaced(last) && !spaced(first) && opens;
    let inverted =
        spaced(first) && spaced(last) && opens && before.is_some_and(|c| !c.is_whitespace());
    let amount = figure && after.is_some_and(|c| c.is_ascii_digit());
    let call = last == Some('(') && opens;
    if !(uneven || inverted || amount || call || figure || opens) {
        return false;
    }
    let embedded = opens && before.is_some_and(|c| c.is_ascii_alphanumeric());
    let found = Evidence::of(window(inner));
    let wordy = found.words > 0 || found.code > 0;
    found.strong == 0
        && ((uneven && (wordy || is_number(inner)))
            || (inverted && wordy)
            || (amount
                && (wordy || found.spaces > 0 || matches!(last, Some('-' | '–' | '/' | ','))))
            || (call && found.letters > 1)
            || (embedded && found.words > 0)
            || ((figure || opens) && found.operators == 0 && found.words > 1))
}

/// Whether what stands between two `$$` is a sentence's middle (`$$ at lunch and $$ at night`).
pub(super) fn is_words(body: &str) -> bool {
    if body.contains(['\\', '^', '_', '{', '=']) || body.len() > WINDOW {
        return false;
    }
    let found = Evidence::of(body);
    found.words > 1 && found.operators + found.digits == 0
}

/// An integer alone between dollars that touch it: nobody writes money so.
pub(super) fn is_lone_integer(text: &str, body: Range<usize>) -> bool {
    let digits = slice(text, body.clone());
    let after = slice(text, body.end + 1..text.len()).chars().next();
    (1..=9).contains(&digits.len())
        && digits.bytes().all(|b| b.is_ascii_digit())
        && !after.is_some_and(char::is_alphanumeric)
}

/// Whether undeclared brackets belong to a regular expression (`\[a-z\]+`, `s/\(a\)/b/`)
/// or to a path (`C:\[new]`).
pub(super) fn is_pattern_or_path(text: &str, body: Range<usize>) -> bool {
    let before = slice(text, 0..body.start.saturating_sub(2));
    let after = slice(text, body.end + 2..text.len());
    let mut back = before.chars().rev();
    let drive = back.next() == Some(':')
        && back.next().is_some_and(|c| c.is_ascii_alphabetic())
        && !back.next().is_some_and(char::is_alphanumeric);
    drive || before.ends_with('/') || after.starts_with(['+', '*', '?'])
}

/// Whether the body is a plain number.
pub(super) fn is_number(body: &str) -> bool {
    body.trim().bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b','))
}

fn window(body: &str) -> &str {
    slice(body, 0..body.floor_char_boundary(WINDOW))
}

impl Evidence {
    fn of(body: &str) -> Self {
        let mut found = Self::default();
        let (mut depth, mut word) = (0usize, 0..0);
        for token in tokens(body) {
            if !is_letter(&token) {
                found.word(slice(body, std::mem::take(&mut word)));
            }
            match token.kind {
                Kind::Open => depth += 1,
                Kind::Close => depth = depth.saturating_sub(1),
                _ if depth > 0 => continue,
                _ if is_letter(&token) && word.is_empty() => word = token.at..token.end(),
                _ if is_letter(&token) => word.end = token.end(),
                _ => {}
            }
            found.token(&token);
        }
        found.word(slice(body, word));
        found
    }

    fn token(&mut self, token: &Token<'_>) {
        match token.kind {
            Kind::Word | Kind::Superscript | Kind::Subscript | Kind::Open => self.strong += 1,
            Kind::Space => self.spaces += 1,
            Kind::Char => self.character(token.text.chars().next().unwrap_or(' ')),
            _ => {}
        }
    }

    fn character(&mut self, c: char) {
        match c {
            '0'..='9' => self.digits += 1,
            '(' | '[' => self.brackets += 1,
            ')' | ']' => self.brackets = self.brackets.saturating_sub(1),
            ',' if self.brackets > 0 && self.digits > 0 => self.operators += 1,
            '!' if self.digits > 0 => self.operators += 1,
            ';' if self.brackets > 0 => {}
            '=' | '<' | '>' | '+' | '-' | '*' | '|' | '\u{2200}'..='\u{22ff}' | '±' | '×' => {
                self.operators += 1;
            }
            '/' => self.slashes += 1,
            '"' | ';' | '@' | '`' | '?' => self.code += 1,
            c if c.is_alphabetic() => self.letters += 1,
            _ => {}
        }
    }

    fn word(&mut self, word: &str) {
        let letters = word.chars().count();
        let lower = word.to_ascii_lowercase();
        let is_word = match letters {
            0 | 1 => false,
            2 => SHORT_WORDS.contains(&lower.as_str()) || !word.is_ascii(),
            _ => !FUNCTIONS.contains(&lower.as_str()),
        };
        if is_word {
            self.words += 1;
            self.longest = self.longest.max(letters);
        }
    }

    /// Three letters side by side without any space: a triangle `ABC`, a product `2xyz`.
    fn is_one_product(&self) -> bool {
        self.words == 1 && self.longest <= 3 && self.spaces == 0 && self.slashes == 0
    }
}

fn is_letter(token: &Token<'_>) -> bool {
    token.kind == Kind::Char && token.text.chars().all(char::is_alphabetic)
}
