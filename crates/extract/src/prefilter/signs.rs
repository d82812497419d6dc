//! What stands around a word that was found, and whether it makes a sign of mathematics of it.

use crate::formula::is_strong;
use cc_math_tex::delimiters::{closes_formula, opens_formula};
use memchr::{memchr_iter, memrchr, memrchr2};

/// Whether a place is between `<` and `>`.
pub(super) fn is_in_tag(bytes: &[u8], at: usize) -> bool {
    /// Bytes looked back over; tags are shorter.
    const LOOK_BACK: usize = 2048;
    let before = bytes.get(at.saturating_sub(LOOK_BACK)..at).unwrap_or_default();
    memrchr2(b'<', b'>', before).is_some_and(|at| {
        let next = before.get(at + 1).copied().unwrap_or(b' ');
        before.get(at) == Some(&b'<') && (next.is_ascii_alphabetic() || next == b'/')
    })
}

/// Whether a tag not far before a place begins something in italics.
pub(super) fn is_near_italics(bytes: &[u8], at: usize) -> bool {
    /// Bytes looked back over.
    const LOOK_BACK: usize = 256;
    let before = bytes.get(at.saturating_sub(LOOK_BACK)..at).unwrap_or_default();
    memchr_iter(b'<', before).any(|tag| is_italic(before.get(tag + 1..).unwrap_or_default()))
}

/// Whether this begins with the name of an element in italics.
fn is_italic(tag: &[u8]) -> bool {
    [&b"i"[..], b"em", b"var"].iter().any(|name| {
        tag.get(..name.len()).is_some_and(|written| written.eq_ignore_ascii_case(name))
            && matches!(tag.get(name.len()), Some(b'>' | b' '))
    })
}

/// Whether what is before a place is a letter right behind a tag that sets it in italics.
pub(super) fn hangs_on_italics(bytes: &[u8], at: usize) -> bool {
    /// Bytes looked back over; the tag stands close.
    const LOOK_BACK: usize = 64;
    let before = bytes.get(at.saturating_sub(LOOK_BACK)..at).unwrap_or_default();
    let Some(tag) = memrchr(b'<', before).and_then(|tag| before.get(tag + 1..)) else {
        return false;
    };
    is_italic(tag) && !tag.ends_with(b">")
}

/// Whether the numeric character reference at a place stands for a symbol of mathematics.
pub(super) fn is_symbol(bytes: &[u8], at: usize) -> bool {
    let digits = bytes.get(at + 2..).unwrap_or_default();
    let (digits, radix) = match digits.strip_prefix(b"x").or(digits.strip_prefix(b"X")) {
        Some(digits) => (digits, 16),
        None => (digits, 10),
    };
    let code = digits
        .iter()
        .map_while(|digit| char::from(*digit).to_digit(radix))
        .take(6)
        .fold(0, |code, digit| code * radix + digit);
    char::from_u32(code).is_some_and(is_strong)
}

/// Bytes a formula between single dollars may have to be noticed here.
pub(super) const MAX_INLINE: usize = 240;

/// Whether a dollar opens something that another one closes, by the rules for pages of which
/// nothing is known ([`Delimiters::unknown`](cc_math_tex::delimiters::Delimiters::unknown)); only
/// where the text is broken off is told, not what it says.
pub(super) fn opens_text(bytes: &[u8], at: usize) -> bool {
    /// Bytes that such a formula may have.
    const LONGEST: usize = 1000;
    /// Dollars that may stand inside its braces.
    const INNER: usize = 4;
    if !opens_formula(bytes, at) {
        return false;
    }
    let after = bytes.get(at + 1..).unwrap_or_default();
    let text = after.get(..tag_start(after.get(..LONGEST).unwrap_or(after))).unwrap_or_default();
    let mut dollars = memchr_iter(b'$', text).take(INNER);
    dollars.any(|close| closes_formula(bytes, at + 1 + close))
}

/// Where the first tag begins that breaks a text off, as a line break does not.
fn tag_start(text: &[u8]) -> usize {
    let breaks = |at: &usize| {
        let tag = text.get(at + 1..).unwrap_or_default();
        let name = tag.strip_prefix(b"w").or(tag.strip_prefix(b"W")).unwrap_or(tag);
        let is_break = name.get(..2).is_some_and(|name| name.eq_ignore_ascii_case(b"br"));
        !is_break && tag.first().is_some_and(|next| next.is_ascii_alphabetic() || *next == b'/')
    };
    memchr_iter(b'<', text).find(breaks).unwrap_or(text.len())
}

/// Whether what stands between two dollars can be a formula: a short stretch with a letter or script, no tag.
pub(super) fn is_formula(body: &[u8]) -> bool {
    let first = body.first().copied().unwrap_or(b' ');
    let bare_price =
        first.is_ascii_digit() && !body.iter().any(|b| matches!(b, b'^' | b'_' | b'\\' | b'='));
    !first.is_ascii_whitespace()
        && !bare_price
        && !body.contains(&b'>')
        && !body.ends_with(b" ")
        && body.iter().any(|b| b.is_ascii_alphabetic() || matches!(b, b'^' | b'_' | b'\\'))
}
