//! What can be said of a document without labels.

use super::Scorable;
use cc_math_core::Ledger;

/// Markup that has no place in extracted text.
const MARKUP: &[&str] = &[
    "<math",
    "</math",
    "<mrow",
    "</mrow",
    "<mi>",
    "</mi>",
    "<mo>",
    "</mo>",
    "<mn>",
    "</mn>",
    "<msup",
    "<msub",
    "<mfrac",
    "<annotation",
    "<semantics",
    "<script",
    "</script",
    "MathJax.Hub.Config(",
    "<mjx-",
];

/// Counts of one page.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Health {
    /// Formulas of the document.
    pub formulas: usize,
    /// Those that [`cc_math_tex::check`] calls well-formed.
    pub well_formed: usize,
    /// Whether raw MathML or script text is left outside code.
    pub raw_markup: bool,
    /// Whether the text holds U+FFFD.
    pub replacement: bool,
    /// Whether the encoding is the labelled one; `None` where one of them has no known name.
    pub charset_right: Option<bool>,
    /// What became of the page's formulas.
    pub ledger: Ledger,
}

impl Health {
    pub(super) fn of(page: &Scorable<'_>) -> Self {
        let Some(document) = page.document else { return Self::default() };
        let bodies =
            || document.formulas.iter().flatten().filter_map(|formula| formula.tex.as_deref());
        Self {
            formulas: bodies().count(),
            well_formed: bodies().filter(|tex| cc_math_tex::check::check(tex).well_formed).count(),
            raw_markup: has_markup(document.text()),
            replacement: document.text().contains('\u{fffd}'),
            charset_right: same_charset(page.truth.charset.as_deref(), document.charset.as_deref()),
            ledger: document.ledger.clone(),
        }
    }
}

fn has_markup(text: &str) -> bool {
    MARKUP.iter().any(|mark| text.contains(mark)) && {
        let prose = without_code(text);
        MARKUP.iter().any(|mark| prose.contains(mark))
    }
}

/// The text without fenced blocks and code spans.
fn without_code(text: &str) -> String {
    let mut prose = String::new();
    let mut fenced = false;
    for line in text.lines() {
        let is_fence = line.trim_start_matches([' ', '>', '-']).starts_with("```");
        fenced ^= is_fence;
        if !fenced && !is_fence {
            prose.extend(line.split('`').step_by(2));
            prose.push('\n');
        }
    }
    prose
}

/// Whether two labels name one encoding.
fn same_charset(label: Option<&str>, other: Option<&str>) -> Option<bool> {
    let encoding = |label: &str| encoding_rs::Encoding::for_label(label.as_bytes());
    Some(encoding(label?)? == encoding(other?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_counts_outside_code_only() {
        let check = |text: &str, expected: bool| assert_eq!(has_markup(text), expected, "{text}");
        check("a <math> b", true);
        check("a `<math>` b", false);
        check("```html\n<math>\n```\n", false);
        check("```\nx\n```\n<mrow>", true);
        check("a < mi > b", false);
    }

    #[test]
    fn charsets_meet_by_label() {
        assert_eq!(same_charset(Some("iso-8859-1"), Some("windows-1252")), Some(true));
        assert_eq!(same_charset(Some("koi8-r"), Some("utf-8")), Some(false));
        assert_eq!(same_charset(Some("utf-8?"), Some("utf-8")), None);
    }
}
