//! What becomes of characters beyond ASCII: small letters, spaces for punctuation, no marks.

use super::{Sink, numbers, sigma, tables};
use std::sync::LazyLock;
use unicode_normalization::char::decompose_canonical;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// Characters of the Basic Multilingual Plane, whose classes are looked up.
const LOOKED_UP: u32 = 0x1_0000;

static CLASSES: LazyLock<Vec<Class>> =
    LazyLock::new(|| (0..LOOKED_UP).map(|c| char::from_u32(c).map_or(Class::Same, find)).collect());

/// What becomes of a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// It stays as it is.
    Same,
    /// A digit.
    Digit,
    /// White space or punctuation: it ends a word.
    Space,
    /// It is written as other characters or as none.
    Changed,
}

/// The class of a character.
pub(super) fn class(character: char) -> Class {
    if u32::from(character) < LOOKED_UP {
        CLASSES.get(character as usize).copied().unwrap_or(Class::Same)
    } else {
        find(character)
    }
}

/// Whether sorted ranges hold a character.
pub(super) fn within(ranges: &[(char, char)], character: char) -> bool {
    let after = ranges.partition_point(|&(first, _)| first <= character);
    after.checked_sub(1).and_then(|at| ranges.get(at)).is_some_and(|&(_, last)| character <= last)
}

/// Writes what a character becomes: small letters, taken apart (NFD), without marks (Mn).
///
/// Marks that stay are not put into canonical order among themselves: there are some twenty of
/// other categories with a combining class, none of which comes in two orders in real text.
pub(super) fn write_changed(text: &str, at: usize, character: char, sink: &mut impl Sink) {
    if character == 'Σ' {
        let (before, after) = (text.get(..at), text.get(at + character.len_utf8()..));
        let small = sigma::small(before.unwrap_or_default(), after.unwrap_or_default());
        return sink.character(small);
    }
    for small in character.to_lowercase() {
        if is_space(small) {
            sink.end();
        } else {
            decompose_canonical(small, |part| {
                if part.general_category() != GeneralCategory::NonspacingMark {
                    sink.character(part);
                }
            });
        }
    }
}

fn find(character: char) -> Class {
    if numbers::is_digit(character) {
        Class::Digit
    } else if is_space(character) {
        Class::Space
    } else if stays(character) {
        Class::Same
    } else {
        Class::Changed
    }
}

fn is_space(character: char) -> bool {
    character.is_ascii_punctuation()
        || character.is_ascii_control()
        || character.is_whitespace()
        || within(tables::PUNCTUATION, character)
}

fn stays(character: char) -> bool {
    let mut same = character.to_lowercase().eq([character]);
    decompose_canonical(character, |part| same &= part == character);
    same && character.general_category() != GeneralCategory::NonspacingMark
}
