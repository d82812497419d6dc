//! The reference formula scorer's notions of equal and similar.
//!
//! Knows single formulas only; nothing of pages, documents or files.

mod canon;
mod macros;
mod tables;
mod unescape;

pub use canon::canon;
pub use macros::{Macros, expand};

/// White space as the reference scorer sees it: Unicode's, and the four separators U+001C to U+001F.
pub(crate) fn is_space(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{1c}'..='\u{1f}')
}

/// The text without white space at both ends.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// The text with its HTML character references decoded, once.
pub(crate) fn unescaped(text: &str) -> String {
    unescape::unescape(text).into_owned()
}
