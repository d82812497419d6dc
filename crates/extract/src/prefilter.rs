//! Whether a page can hold mathematics, from its bytes alone.
//!
//! One pass of an Aho-Corasick automaton over the undecoded payload, so that
//! the pages of a crawl that hold none cost little more than their
//! decompression. Words that name a renderer or a formula's markup settle the
//! question at once. TeX delimiters and commands count only outside scripts,
//! and a pair of dollars only around something that can be a formula. The
//! filter errs on the side of letting pages through: a page that passes is
//! parsed, and dropped then if nothing was found.

use aho_corasick::{AhoCorasick, AhoCorasickKind, Match, MatchKind};
use std::sync::LazyLock;

/// What a pattern tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// Mathematics, wherever it stands.
    Markup,
    /// Mathematics, unless it stands in a script or style.
    Text,
    /// A dollar, which may open a formula.
    Dollar,
    /// A script or style begins.
    OpenScript,
    /// A script or style ends.
    CloseScript,
}

/// Names of renderers and formula markup.
const MARKUP: &[&str] = &[
    "<math",
    "<m:math",
    "<mml:math",
    "math/tex",
    "math/mml",
    "math/asciimath",
    "mjx-",
    "katex",
    "mathjax",
    "mwe-math",
    "latex.php",
    "codecogs",
    "mimetex",
    "mathtex",
    "tex.cgi",
    "cht=tx",
    "equation?tex=",
    "equation_images/",
    "render/math",
    "quicklatex",
    "upmath.me",
    "wirisformula",
    "data-mathml",
    "data-latex",
    "data-tex",
    "data-math",
    "data-equation",
    "data-formula",
    "data-expr=",
    "mathquill",
    "mq-math",
    "jsmath",
    "<d-math",
    "<dt-math",
    "<tex-math",
    "math-tex",
    "arithmatex",
    "math-container",
    "formulainl",
    "formuladsp",
    "asciimath",
    "latexmathml",
    "alt=\"$",
    "alt='$",
    "alt=$",
    "alt=\"\\",
    "alt='\\",
    "alt=\\",
    "class=\"math",
    "class='math",
    "class=math",
    "class=\"tex\"",
    "class='tex'",
    "class=tex",
    "class=\"latex",
    "class=latex",
    "class=\"texhtml",
    "span class=\"math",
    "ltx_math",
    "language-math",
    "math-inline",
    "math-display",
    "textogif",
    "math.now.sh",
    "tex2jax",
];

/// TeX as it stands in text, and shapes of HTML mathematics.
const TEXT: &[&str] = &[
    "\\(",
    "\\[",
    "\\begin{",
    "$$",
    "[tex]",
    "[itex]",
    "[latex]",
    "[math]",
    "\\frac",
    "\\alpha",
    "\\beta",
    "\\gamma",
    "\\delta",
    "\\epsilon",
    "\\theta",
    "\\lambda",
    "\\sigma",
    "\\omega",
    "\\phi",
    "\\sum",
    "\\int",
    "\\prod",
    "\\sqrt",
    "\\infty",
    "\\partial",
    "\\nabla",
    "\\mathbb",
    "\\mathrm",
    "\\mathbf",
    "\\mathcal",
    "\\mathfrak",
    "\\left(",
    "\\right)",
    "\\cdot",
    "\\times",
    "\\leq",
    "\\geq",
    "\\neq",
    "\\equiv",
    "\\approx",
    "\\rightarrow",
    "\\overline",
    "\\operatorname",
    "\\langle",
    "</i><su",
    "</em><su",
    "</var><su",
    "∀",
    "∃",
    "∈",
    "∉",
    "∂",
    "∇",
    "∏",
    "∑",
    "√",
    "∝",
    "∧",
    "∨",
    "∩",
    "∪",
    "∫",
    "≅",
    "≡",
    "⊂",
    "⊆",
    "⊕",
    "⊗",
    "ℝ",
    "ℕ",
    "ℤ",
    "ℚ",
    "ℂ",
    "&isin;",
    "&sum;",
    "&int;",
    "&forall;",
    "&exist;",
    "&part;",
    "&nabla;",
    "&sub;",
    "&sube;",
    "&radic;",
    "&equiv;",
    "&cap;",
    "&cup;",
    "&and;",
    "&or;",
    "&#8712;",
    "&#8721;",
    "&#8747;",
    "&#8704;",
    "&#8706;",
    "&#8730;",
    "&#8801;",
];

static AUTOMATON: LazyLock<Option<(AhoCorasick, Vec<Sign>)>> = LazyLock::new(|| {
    let groups: [(&[&str], Sign); 5] = [
        (MARKUP, Sign::Markup),
        (TEXT, Sign::Text),
        (&["$"], Sign::Dollar),
        (&["<script", "<style"], Sign::OpenScript),
        (&["</script", "</style"], Sign::CloseScript),
    ];
    let patterns: Vec<&str> = groups.iter().flat_map(|(words, _)| words.iter().copied()).collect();
    let signs = groups.iter().flat_map(|(words, sign)| words.iter().map(|_| *sign)).collect();
    let automaton = AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostFirst)
        .kind(Some(AhoCorasickKind::DFA))
        .build(patterns)
        .ok()?;
    Some((automaton, signs))
});

/// True if the page may hold mathematics.
///
/// ```
/// use cc_math_extract::prefilter::may_hold_math;
/// assert!(may_hold_math(b"<p>Let $x_1$ be prime"));
/// assert!(!may_hold_math(b"<p>It costs $5 or $6<script>a('\\\\(')</script>"));
/// ```
pub fn may_hold_math(bytes: &[u8]) -> bool {
    let Some((automaton, signs)) = &*AUTOMATON else { return true };
    if is_wide(bytes) {
        return true;
    }
    let mut in_script = false;
    for found in automaton.find_iter(bytes) {
        match signs.get(found.pattern().as_usize()) {
            Some(Sign::Markup) => return true,
            Some(Sign::Text) if !in_script => return true,
            Some(Sign::Dollar) if !in_script && opens_formula(bytes, found) => return true,
            Some(Sign::OpenScript) => in_script = !holds_data(bytes, found),
            Some(Sign::CloseScript) => in_script = false,
            _ => {}
        }
    }
    false
}

/// UTF-16 and UTF-32 hide the words looked for; such pages go on.
fn is_wide(bytes: &[u8]) -> bool {
    let head = bytes.get(..64.min(bytes.len())).unwrap_or_default();
    head.contains(&0) || head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF])
}

/// A script of JSON: a page's hydration state, which may be all of its text.
fn holds_data(bytes: &[u8], script: Match) -> bool {
    let after = bytes.get(script.end()..).unwrap_or_default();
    let window = after.get(..200.min(after.len())).unwrap_or_default();
    let tag = window.split(|b| *b == b'>').next().unwrap_or_default();
    memchr::memmem::find(tag, b"json").is_some()
}

/// Bytes a formula between single dollars may have to be noticed here.
const MAX_INLINE: usize = 240;

/// A dollar followed by a short stretch with a letter or script, no tag, and another dollar.
fn opens_formula(bytes: &[u8], dollar: Match) -> bool {
    let after = bytes.get(dollar.end()..).unwrap_or_default();
    let window = after.get(..MAX_INLINE.min(after.len())).unwrap_or_default();
    let Some(close) = memchr::memchr(b'$', window) else { return false };
    let body = window.get(..close).unwrap_or_default();
    let first = body.first().copied().unwrap_or(b' ');
    let bare_price =
        first.is_ascii_digit() && !body.iter().any(|b| matches!(b, b'^' | b'_' | b'\\' | b'='));
    !first.is_ascii_whitespace()
        && !bare_price
        && !body.contains(&b'>')
        && !body.ends_with(b" ")
        && body.iter().any(|b| b.is_ascii_alphabetic() || matches!(b, b'^' | b'_' | b'\\'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_with_mathematics_pass() {
        let check = |page: &str, expected: bool| {
            assert_eq!(may_hold_math(page.as_bytes()), expected, "{page}");
        };
        check("<p>plain text, $5 and $6 and 7$", false);
        check("<script>$('a').b('\\\\(x\\\\)'); $(1)</script><p>x", false);
        check("<p>Let $n$ be", true);
        check("<p>in \\(x\\)", true);
        check("<MATH><mi>x", true);
        check("<i>x</i><sup>2</sup>", true);
        check("<script type=\"application/json\">{\"a\":\"$x_1$\"}</script>", true);
        check("<p>So $$a<br>= b$$ holds", true);
        check("<p>∀x", true);
        check("<p>&forall;x", true);
        check("\u{feff}plain", false);
    }

    #[test]
    fn wide_encodings_pass() {
        let utf16: Vec<u8> = "<p>x".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(may_hold_math(&utf16));
    }
}
