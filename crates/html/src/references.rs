//! Character references (`&amp;`, `&#x3b1;`) as the HTML standard reads them.
//!
//! Names come from html5ever's copy of the standard's table. Every name is
//! letters and digits, then `;`; the old ones, of at most six characters, may
//! also stand without it.

use html5ever::data::{C1_REPLACEMENTS, NAMED_ENTITIES};

/// Longest name in the standard's table that may stand without `;` (`frac12`, `yacute`, ...).
const LONGEST_BARE: usize = 6;

/// Longest name in the standard's table, with its `;`.
const LONGEST: usize = 32;

/// Appends `raw` to `out` with its character references resolved.
///
/// In an attribute value, a name without `;` that runs on into `=`, a letter
/// or a digit is left alone (`?a=b&copy=c`).
pub(crate) fn resolve(raw: &str, in_attribute: bool, out: &mut String) {
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'&', rest.as_bytes()) {
        let (before, reference) = rest.split_at(at);
        out.push_str(before);
        let used = match reference.as_bytes().get(1) {
            Some(b'#') => numeric(reference, out),
            Some(byte) if byte.is_ascii_alphanumeric() => named(reference, in_attribute, out),
            _ => None,
        };
        let used = used.unwrap_or_else(|| {
            out.push('&');
            1
        });
        rest = reference.get(used..).unwrap_or_default();
    }
    out.push_str(rest);
}

/// Resolves `&#...` at the start of `text`; gives its length.
fn numeric(text: &str, out: &mut String) -> Option<usize> {
    let hex = matches!(text.as_bytes().get(2), Some(b'x' | b'X'));
    let (start, radix) = if hex { (3, 16) } else { (2, 10) };
    let digits = text.get(start..)?;
    let length = digits.bytes().take_while(|byte| (*byte as char).is_digit(radix)).count();
    if length == 0 {
        return None;
    }
    let number = digits.chars().take(length).fold(0, |number: u32, digit| {
        number.saturating_mul(radix).saturating_add(digit.to_digit(radix).unwrap_or(0))
    });
    out.push(character(number));
    let end = start + length;
    Some(end + usize::from(text.as_bytes().get(end) == Some(&b';')))
}

/// The character a numeric reference stands for.
fn character(number: u32) -> char {
    let replaced = match number {
        0 => None,
        0x80..=0x9f => C1_REPLACEMENTS
            .get(number as usize - 0x80)
            .copied()
            .flatten()
            .or(char::from_u32(number)),
        _ => char::from_u32(number),
    };
    replaced.unwrap_or('\u{fffd}')
}

/// Resolves `&name...` at the start of `text`; gives its length.
fn named(text: &str, in_attribute: bool, out: &mut String) -> Option<usize> {
    let name = text.get(1..)?;
    let length = name.bytes().take(LONGEST).take_while(|byte| byte.is_ascii_alphanumeric()).count();
    if name.as_bytes().get(length) == Some(&b';') {
        let whole = name.get(..=length)?;
        if let Some(characters) = common(whole).or_else(|| lookup(whole)) {
            push(characters, out);
            return Some(length + 2);
        }
    }
    let (length, characters) = longest_bare(name, length)?;
    let runs_on =
        matches!(name.as_bytes().get(length), Some(b'=' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z'));
    if in_attribute && runs_on {
        return None;
    }
    push(characters, out);
    Some(length + 1)
}

/// The references that make up most of those on the web.
fn common(name: &str) -> Option<(u32, u32)> {
    let character = match name {
        "amp;" => '&',
        "lt;" => '<',
        "gt;" => '>',
        "quot;" => '"',
        "nbsp;" => '\u{a0}',
        _ => return None,
    };
    Some((u32::from(character), 0))
}

/// Looks a name up in the standard's table. Prefixes of names are in the table too, standing for nothing.
fn lookup(name: &str) -> Option<(u32, u32)> {
    NAMED_ENTITIES.get(name).copied().filter(|characters| characters.0 != 0)
}

/// The longest name without `;` that `name` begins with, at most `length` long.
fn longest_bare(name: &str, length: usize) -> Option<(usize, (u32, u32))> {
    (2..=length.min(LONGEST_BARE))
        .rev()
        .find_map(|length| Some((length, lookup(name.get(..length)?)?)))
}

fn push((first, second): (u32, u32), out: &mut String) {
    out.extend(char::from_u32(first));
    out.extend(char::from_u32(second).filter(|_| second != 0));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, text: &str, value: &str) {
        let mut out = String::new();
        resolve(raw, false, &mut out);
        assert_eq!(out, text, "in text");
        out.clear();
        resolve(raw, true, &mut out);
        assert_eq!(out, value, "in an attribute");
    }

    #[test]
    fn names() {
        check("a&lt;b&amp;&amp;c&gt;", "a<b&&c>", "a<b&&c>");
        check("&alpha;&AMP;&NotEqualTilde;", "α&≂\u{338}", "α&≂\u{338}");
        check("&CounterClockwiseContourIntegral;", "∳", "∳");
        check("&nosuch; &; &", "&nosuch; &; &", "&nosuch; &; &");
        check("&le; &leq; &lt;=", "≤ ≤ <=", "≤ ≤ <=");
    }

    #[test]
    fn names_without_semicolon() {
        check("&ltx", "<x", "&ltx");
        check("&notit; &notin;", "¬it; ∉", "&notit; ∉");
        check("?a&copy=1&frac12 &alpha", "?a©=1½ &alpha", "?a&copy=1½ &alpha");
        check("&amp", "&", "&");
        check("&amp&", "&&", "&&");
    }

    #[test]
    fn numbers() {
        check("&#38;&#x3B1;&#X3b1&#945", "&ααα", "&ααα");
        check("&#0;&#xD800;&#x110000;&#99999999999;", "����", "����");
        check("&#x80;&#150;&#x81;", "€–\u{81}", "€–\u{81}");
        check("&#; &#x; &#xg; &#", "&#; &#x; &#xg; &#", "&#; &#x; &#xg; &#");
    }
}
