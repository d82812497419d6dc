//! Where a number ends: `\p{Nd}+([.,،٫⎖⎗⎘]{1}\p{Nd}+)?`, as in datatrove's `NUMBERS_PATTERN`.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// What may stand once between the digits of one number.
const SEPARATORS: [char; 7] = ['.', ',', '،', '٫', '⎖', '⎗', '⎘'];

/// One past the last byte of the number whose first digit is at `at`.
pub(super) fn end(text: &str, at: usize) -> usize {
    let whole = digits_end(text, at);
    let mut rest = text.get(whole..).unwrap_or_default().chars();
    match rest.next().filter(|c| SEPARATORS.contains(c)) {
        Some(separator) if rest.next().is_some_and(is_digit) => {
            digits_end(text, whole + separator.len_utf8())
        }
        _ => whole,
    }
}

/// Whether a character is of the category Nd.
pub(super) fn is_digit(character: char) -> bool {
    match character {
        '0'..='9' => true,
        '\0'..='\x7f' => false,
        _ => character.general_category() == GeneralCategory::DecimalNumber,
    }
}

fn digits_end(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    at + rest.find(|c| !is_digit(c)).unwrap_or(rest.len())
}
