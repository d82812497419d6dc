//! Tells `<` as a sign of raw TeX from `<` as the beginning of a tag.
//!
//! Authors write `\(a<b\)` and forget `&lt;`. A parser that follows the
//! standard reads a tag `<b\)...` and everything up to the next `>` is gone.
//! Inside an open math delimiter of the same run of text, `<` followed by a
//! letter is therefore text if
//!
//! - the would-be name has a character that no element name has (`$x<y$`), or
//! - the delimiter is closed before the would-be tag is (`\( a<b \)`), or
//! - the would-be tag is `<x>` with a letter that names no element.
//!
//! A run of text ends with any tag but `<br>`. Inside `pre`, `code` and their
//! like nothing is guarded. A dollar sign before a digit may be a price, so
//! for it the name alone decides.

use html5ever::tokenizer::TagKind;
use html5ever::{LocalName, local_name};
use memchr::{memchr, memchr2, memmem};

/// How far a formula may reach, before `<` and behind it, in bytes.
const REACH: usize = 2048;

/// Bytes that no name of an element has, and formulas have.
const ODD: &[u8] = b"$\\{}_^)(,=+*|;&'\"[]!%<";

/// Elements named by one letter.
const ONE_LETTER: &[u8] = b"abipqsu";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Delimiter {
    /// `\(`
    Parenthesis,
    /// `\[`
    Bracket,
    /// `$`; `price` if a digit follows.
    Dollar { price: bool },
    /// `$$`
    Dollars,
    /// `\begin{name}`; where the name stands.
    Environment { start: usize, end: usize },
}

#[derive(Debug, Clone, Copy)]
struct Open {
    delimiter: Delimiter,
    /// Index after the delimiter.
    at: usize,
}

/// Follows the delimiters of a page while it is cut into tokens.
#[derive(Debug)]
pub(crate) struct Guard {
    /// Everything before this index has been looked at.
    scanned: usize,
    open: Option<Open>,
    /// Open elements that hold code.
    code: usize,
}

impl Guard {
    /// Nothing if the page has no delimiter at all.
    pub(crate) fn new(bytes: &[u8]) -> Option<Self> {
        memchr2(b'$', b'\\', bytes).map(|scanned| Self { scanned, open: None, code: 0 })
    }

    /// To be told of comments, over which a run of text goes on; where one begins and ends.
    pub(crate) fn comment(&mut self, bytes: &[u8], start: usize, end: usize) {
        self.scan(bytes, start);
        self.scanned = self.scanned.max(end);
    }

    /// To be told of every tag; `end` is the index after it.
    pub(crate) fn tag(&mut self, kind: TagKind, name: &LocalName, end: usize) {
        match *name {
            local_name!("br") => return,
            local_name!("pre")
            | local_name!("code")
            | local_name!("kbd")
            | local_name!("samp")
            | local_name!("listing") => match kind {
                TagKind::StartTag => self.code += 1,
                TagKind::EndTag => self.code = self.code.saturating_sub(1),
            },
            _ => {}
        }
        self.open = None;
        self.scanned = self.scanned.max(end);
    }

    /// Whether the `<` at `at`, with a letter behind it, is text.
    pub(crate) fn is_math(&mut self, bytes: &[u8], at: usize) -> bool {
        if self.code > 0 || at <= self.scanned {
            return false;
        }
        self.scan(bytes, at);
        let Some(open) = self.open.filter(|open| at - open.at <= REACH) else { return false };
        let rest = bytes.get(at + 1..).unwrap_or_default();
        let rest = rest.get(..REACH).unwrap_or(rest);
        is_formula(bytes, open.delimiter, rest)
    }

    /// Follows delimiters up to `end`.
    fn scan(&mut self, bytes: &[u8], end: usize) {
        let bytes = bytes.get(..end).unwrap_or_default();
        while let Some(offset) = memchr2(b'$', b'\\', bytes.get(self.scanned..).unwrap_or_default())
        {
            let at = self.scanned + offset;
            let rest = bytes.get(at..).unwrap_or_default();
            let (open, length) = match rest {
                [b'$', ..] => dollar(self.open, rest, at),
                [_, b'b' | b'e', ..] => environment(self.open, bytes, at),
                _ => backslash(self.open, rest, at),
            };
            (self.open, self.scanned) = (open, at + length);
        }
        self.scanned = self.scanned.max(end);
    }
}

/// What is open after the dollar signs at the start of `rest`, and how many of them were used.
fn dollar(open: Option<Open>, rest: &[u8], at: usize) -> (Option<Open>, usize) {
    let double = rest.get(1) == Some(&b'$');
    match open.map(|open| open.delimiter) {
        Some(Delimiter::Dollar { .. }) => (None, 1),
        Some(Delimiter::Dollars) if double => (None, 2),
        Some(_) => (open, 1),
        None if double => (Some(Open { delimiter: Delimiter::Dollars, at: at + 2 }), 2),
        None => (single_dollar(rest, at), 1),
    }
}

fn single_dollar(rest: &[u8], at: usize) -> Option<Open> {
    let next = rest.get(1).filter(|next| !next.is_ascii_whitespace())?;
    let delimiter = Delimiter::Dollar { price: next.is_ascii_digit() };
    Some(Open { delimiter, at: at + 1 })
}

/// What is open after the backslash at the start of `rest` and the character behind it.
fn backslash(open: Option<Open>, rest: &[u8], at: usize) -> (Option<Open>, usize) {
    let begun = |delimiter| Some(Open { delimiter, at: at + 2 });
    let is_open = |delimiter| open.is_some_and(|open| open.delimiter == delimiter);
    let open = match rest.get(1) {
        Some(b'(') => begun(Delimiter::Parenthesis),
        Some(b'[') => begun(Delimiter::Bracket),
        Some(b')') if is_open(Delimiter::Parenthesis) => None,
        Some(b']') if is_open(Delimiter::Bracket) => None,
        _ => open,
    };
    (open, 2)
}

/// What is open after `\begin{name}` or `\end{name}` at `at`. Inside another delimiter they mean nothing.
fn environment(open: Option<Open>, bytes: &[u8], at: usize) -> (Option<Open>, usize) {
    let rest = bytes.get(at..).unwrap_or_default();
    match open {
        None => (begin(rest, at), 2),
        Some(Open { delimiter: Delimiter::Environment { start, end }, .. })
            if closes(rest, bytes.get(start..end).unwrap_or_default()) =>
        {
            (None, 2)
        }
        Some(_) => (open, 2),
    }
}

fn begin(rest: &[u8], at: usize) -> Option<Open> {
    let name = rest.strip_prefix(b"\\begin{")?;
    let letters = name.iter().take_while(|byte| byte.is_ascii_alphabetic() || **byte == b'*');
    let start = at + b"\\begin{".len();
    let end = start + letters.count();
    let closed = rest.get(end - at) == Some(&b'}') && start < end;
    let delimiter = Delimiter::Environment { start, end };
    closed.then_some(Open { delimiter, at: end + 1 })
}

fn closes(rest: &[u8], name: &[u8]) -> bool {
    let rest = rest.strip_prefix(b"\\end{").and_then(|rest| rest.strip_prefix(name));
    rest.is_some_and(|rest| rest.starts_with(b"}"))
}

/// Whether `rest`, which follows a `<` inside an open delimiter, goes on with the formula.
fn is_formula(bytes: &[u8], open: Delimiter, rest: &[u8]) -> bool {
    let name_end = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>');
    let length = rest.iter().position(name_end).unwrap_or(rest.len());
    let (name, after) = rest.split_at(length);
    if name.iter().any(|byte| ODD.contains(byte)) {
        return true;
    }
    if open == (Delimiter::Dollar { price: true }) || has_attribute(after) {
        return false;
    }
    let Some(close) = closing(bytes, open, rest) else { return false };
    match memchr(b'>', rest) {
        Some(end) if end < close => after.starts_with(b">") && is_no_element(name),
        _ => {
            let inside = rest.get(..close).unwrap_or_default();
            !matches!(open, Delimiter::Dollar { .. }) || memchr2(b'"', b'\'', inside).is_none()
        }
    }
}

/// Whether something like `name="` or `name=` follows white space, as in a tag.
fn has_attribute(after: &[u8]) -> bool {
    let start = after.trim_ascii_start();
    let letters = |byte: &&u8| byte.is_ascii_alphabetic() || **byte == b'-';
    let length = start.iter().take_while(letters).count();
    match start.get(length..) {
        Some([b'=', b'"' | b'\'', ..]) => length > 0,
        Some([b'=', ..]) => length > 1,
        _ => false,
    }
}

fn is_no_element(name: &[u8]) -> bool {
    matches!(name, [letter] if !ONE_LETTER.contains(&letter.to_ascii_lowercase()))
}

/// Where in `rest` the delimiter is closed.
fn closing(bytes: &[u8], open: Delimiter, rest: &[u8]) -> Option<usize> {
    match open {
        Delimiter::Parenthesis => memmem::find(rest, b"\\)"),
        Delimiter::Bracket => memmem::find(rest, b"\\]"),
        Delimiter::Dollar { .. } => memchr(b'$', rest),
        Delimiter::Dollars => memmem::find(rest, b"$$"),
        Delimiter::Environment { start, end } => {
            let name = bytes.get(start..end)?;
            memmem::find_iter(rest, b"\\end{")
                .find(|at| closes(rest.get(*at..).unwrap_or_default(), name))
        }
    }
}
