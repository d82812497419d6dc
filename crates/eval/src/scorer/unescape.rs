//! HTML character references, decoded as the reference scorer's library does: names may lack
//! their semicolon and may be followed by more letters; forbidden numbers vanish.

use std::borrow::Cow;
use web_atoms::NAMED_ENTITIES;

/// Longest name that is looked up, in characters, semicolon not counted.
const LONGEST_NAME: usize = 32;

/// What the numbers 0x80 to 0x9f mean: their windows-1252 characters.
const WINDOWS_1252: [u32; 32] = [
    0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039,
    0x152, 0x8d, 0x17d, 0x8f, 0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x2dc,
    0x2122, 0x161, 0x203a, 0x153, 0x9d, 0x17e, 0x178,
];

/// The text with its character references decoded, once.
pub(super) fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    let mut parts = text.split('&');
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        out.push_str(&reference(part));
    }
    out.into()
}

/// What `&` and the text behind it, up to the next `&`, stand for.
fn reference(part: &str) -> Cow<'_, str> {
    let decoded = match part.strip_prefix('#') {
        Some(number) => numeric(number),
        None => named(part),
    };
    match decoded {
        Some((value, used)) => (value + part.get(used..).unwrap_or_default()).into(),
        None => format!("&{part}").into(),
    }
}

/// The value of a named reference and the bytes used: the longest known beginning.
fn named(part: &str) -> Option<(String, usize)> {
    let stop = |c: char| matches!(c, '\t' | '\n' | '\x0c' | ' ' | '<' | '#' | ';');
    let ends = part.char_indices().take(LONGEST_NAME).take_while(|(_, c)| !stop(*c));
    let end = ends.last().map_or(0, |(at, c)| at + c.len_utf8());
    let with_semicolon = end + usize::from(part.get(end..)?.starts_with(';'));
    (2..=with_semicolon).rev().find_map(|used| Some((entity(part.get(..used)?)?, used)))
}

fn entity(name: &str) -> Option<String> {
    let &(first, second) = NAMED_ENTITIES.get(name)?;
    let characters = [first, second].into_iter().filter(|code| *code != 0);
    let value: String = characters.filter_map(char::from_u32).collect();
    (!value.is_empty()).then_some(value)
}

/// The value of a numeric reference (text behind `&#`) and the bytes used, counted from the `#`.
fn numeric(text: &str) -> Option<(String, usize)> {
    let (digits, radix, marker) = match text.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16, 1),
        None => (text, 10, 0),
    };
    let len = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
    let number = digits.get(..len).filter(|number| !number.is_empty())?;
    let semicolon = usize::from(digits.get(len..)?.starts_with(';'));
    let code = number.chars().fold(0u32, |code, digit| {
        code.saturating_mul(radix).saturating_add(digit.to_digit(radix).unwrap_or_default())
    });
    Some((numbered(code), 1 + marker + len + semicolon))
}

fn numbered(code: u32) -> String {
    match code {
        0 => "\u{fffd}".into(),
        0x0d => "\r".into(),
        0x80..=0x9f => {
            let mapped = WINDOWS_1252.get((code - 0x80) as usize).copied().unwrap_or(code);
            char::from_u32(mapped).into_iter().collect()
        }
        0xd800..=0xdfff | 0x11_0000.. => "\u{fffd}".into(),
        1..=8 | 0x0b | 0x0e..=0x1f | 0x7f | 0xfdd0..=0xfdef => String::new(),
        _ if code & 0xfffe == 0xfffe => String::new(),
        _ => char::from_u32(code).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(unescape(text), expected, "{text}");
    }

    #[test]
    fn names_and_numbers() {
        check("a&lt;b &amp;amp; c", "a<b &amp; c");
        check("&ltb &notit; &notin; &hoge;", "<b \u{ac}it; \u{2209} &hoge;");
        check("&#60;&#x3C;&#x3c b&#;", "<<< b&#;");
        check("&#150;&#0;&#1;&#xD800;&#99999999999;", "\u{2013}\u{fffd}\u{fffd}\u{fffd}");
        check("&NotEqualTilde;& &&amp", "\u{2242}\u{338}& &&");
        check("x & y \\\\ &", "x & y \\\\ &");
    }
}
