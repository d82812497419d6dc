//! Unicode mathematics in a page without any other: a stretch of symbols such
//! as `∀x ∈ ℝ: x² ≥ 0` is taken as a formula only where operators that prose
//! never uses stand between operands.

use super::{Segment, Spotted};
use crate::render::Claim;
use cc_math_core::{FormulaKind, Status};
use cc_math_html::{Dom, NodeId};
use memchr::memchr_iter;
use std::ops::Range;

/// Longest stretch that is taken.
const MAX_BYTES: usize = 400;

/// Marks the formulas of a text.
pub(super) fn spot(dom: &Dom, node: NodeId, spotted: &mut Spotted) {
    if !spotted.segments(node).is_empty() {
        return;
    }
    let Some(text) = dom.text(node) else { return };
    for range in stretches(text) {
        let body = text.get(range.clone()).unwrap_or_default();
        if let Some(tex) = to_tex(body) {
            let claim = Claim {
                tex,
                display: false,
                kind: FormulaKind::Unicode,
                status: Status::Recovered,
                verbatim: false,
            };
            let claim = spotted.add(claim);
            spotted.add_segment(node, Segment { range, claim: Some(claim) });
        }
    }
}

/// Whether a text has one of the symbols, all of which begin with the same byte.
pub(super) fn has_strong_symbol(text: &str) -> bool {
    let symbols = memchr_iter(0xe2, text.as_bytes());
    symbols.filter_map(|at| text.get(at..)?.chars().next()).any(is_strong)
}

/// Symbols that only mathematics uses.
pub(crate) fn is_strong(c: char) -> bool {
    is_strong_relation(c)
        || matches!(
            c,
            '∀' | '∃'
                | '∄'
                | '∂'
                | '∇'
                | '∏'
                | '∑'
                | '√'
                | '∫'
                | '∬'
                | '∮'
                | '⊥'
                | '∅'
                | 'ℝ'
                | 'ℕ'
                | 'ℤ'
                | 'ℚ'
                | 'ℂ'
                | '⟨'
                | '⟩'
                | '⌊'
                | '⌋'
                | '⌈'
                | '⌉'
        )
}

/// Those of them that need something on both sides.
fn is_strong_relation(c: char) -> bool {
    matches!(
        c,
        '∈' | '∉'
            | '∋'
            | '∝'
            | '∧'
            | '∨'
            | '∩'
            | '∪'
            | '≅'
            | '≡'
            | '≢'
            | '⊂'
            | '⊃'
            | '⊆'
            | '⊇'
            | '⊕'
            | '⊗'
            | '⊢'
            | '⊨'
            | '∖'
            | '∘'
            | '≺'
            | '≻'
            | '≪'
            | '≫'
    )
}

/// Stretches of formula characters that hold a strong symbol between operands.
fn stretches(text: &str) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = None;
    let mut end = 0;
    for (at, token) in tokens(text) {
        if is_formula_token(token) {
            start.get_or_insert(at);
            end = at + token.len();
        } else if let Some(from) = start.take() {
            push_stretch(text, from..end, &mut out);
        }
    }
    if let Some(from) = start {
        push_stretch(text, from..end, &mut out);
    }
    out
}

fn push_stretch(text: &str, range: Range<usize>, out: &mut Vec<Range<usize>>) {
    let body = text.get(range.clone()).unwrap_or_default();
    let trimmed = body.trim_start_matches(opens_nothing).trim_end_matches(closes_nothing);
    let from = range.start + body.find(trimmed).unwrap_or(0);
    let operands = trimmed.chars().filter(|c| c.is_alphanumeric()).count();
    let strong = trimmed.chars().filter(|c| is_strong(*c)).count();
    if strong >= 1 && operands >= 2 && trimmed.len() <= MAX_BYTES && is_balanced(trimmed) {
        out.push(from..from + trimmed.len());
    }
}

/// What a formula does not begin with: punctuation, and signs that need something before them.
fn opens_nothing(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, ',' | '.' | ':' | ';' | '!' | '–' | '^' | '_' | '/' | '*' | '\'')
        || is_relation(c)
}

/// What a formula does not end with: punctuation, and signs that need something after them.
fn closes_nothing(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, ',' | '.' | ':' | ';' | '-' | '–' | '^' | '_' | '/' | '+')
        || matches!(c, '∑' | '∏' | '∫' | '∬' | '∮' | '√' | '∇' | '∂' | '∀' | '∃')
        || is_relation(c)
}

fn is_relation(c: char) -> bool {
    matches!(c, '=' | '<' | '>') || is_strong_relation(c)
}

fn is_balanced(text: &str) -> bool {
    let mut depth = 0i32;
    for c in text.chars() {
        depth += match c {
            '(' | '[' | '{' => 1,
            ')' | ']' | '}' => -1,
            _ => 0,
        };
        if depth < 0 {
            return false;
        }
    }
    depth == 0
}

/// Words, numbers and single other characters, with their places.
fn tokens(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let rest = text.get(at..)?;
        let first = rest.chars().next()?;
        let len = if first.is_alphanumeric() {
            rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        let token = (at, rest.get(..len)?);
        at += len;
        Some(token)
    })
}

/// Single letters, numbers, function names, operators and blanks.
fn is_formula_token(token: &str) -> bool {
    let mut chars = token.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) => {
            c.is_alphanumeric() || symbol(c).is_some() || " ()[]{}+-*/=<>|,:'!^_".contains(c)
        }
        _ => {
            token.bytes().all(|b| b.is_ascii_digit())
                || FUNCTIONS.contains(&token)
                || is_product(token)
        }
    }
}

/// `2x`, `x2`, `ab`: at most three ASCII characters with a digit among them.
fn is_product(token: &str) -> bool {
    token.len() <= 3 && token.is_ascii() && token.bytes().any(|b| b.is_ascii_digit())
}

const FUNCTIONS: &[&str] =
    &["sin", "cos", "tan", "log", "ln", "exp", "lim", "max", "min", "det", "mod", "gcd"];

/// The stretch in TeX; `None` if it has a character without TeX.
fn to_tex(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len() + 8);
    let mut groups = Vec::new();
    for (_, token) in tokens(text) {
        let mut chars = token.chars();
        match (chars.next(), chars.next()) {
            (Some('{'), None) => {
                groups.push(out.ends_with(['^', '_']));
                out.push_str(if groups.last() == Some(&true) { "{" } else { "\\{" });
            }
            (Some('}'), None) => out.push_str(if groups.pop()? { "}" } else { "\\}" }),
            (Some('^' | '_'), None) => {
                out.truncate(out.trim_end().len());
                out.push_str(token);
            }
            (Some(c), None) => push_char(&mut out, c)?,
            _ if FUNCTIONS.contains(&token) => push_command(&mut out, token),
            _ => token.chars().try_for_each(|c| push_char(&mut out, c))?,
        }
    }
    Some(out.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn push_char(out: &mut String, c: char) -> Option<()> {
    match c {
        c if c.is_whitespace() => out.push(' '),
        c if c.is_ascii() => out.push(c),
        c => match symbol(c)? {
            tex if tex.starts_with('\\') => push_command(out, tex.trim_start_matches('\\')),
            tex => out.push_str(tex),
        },
    }
    Some(())
}

fn push_command(out: &mut String, name: &str) {
    out.push('\\');
    out.push_str(name);
    if name.ends_with(|c: char| c.is_ascii_alphabetic()) {
        out.push(' ');
    }
}

/// The command of a Greek letter.
pub(super) fn greek(c: char) -> Option<&'static str> {
    symbol(c)?.strip_prefix('\\').filter(|_| matches!(c, 'Α'..='ω' | 'ϑ' | 'ϕ' | 'ϵ'))
}

fn symbol(c: char) -> Option<&'static str> {
    Some(match c {
        'ℝ' => "\\mathbb{R}",
        'ℕ' => "\\mathbb{N}",
        'ℤ' => "\\mathbb{Z}",
        'ℚ' => "\\mathbb{Q}",
        'ℂ' => "\\mathbb{C}",
        '²' => "^2",
        '³' => "^3",
        '₀' => "_0",
        '₁' => "_1",
        '₂' => "_2",
        'ₙ' => "_n",
        'ᵢ' => "_i",
        c => return cc_math_tex::mathml::symbol(c),
    })
}

#[cfg(test)]
mod tests {
    use super::is_strong;
    use crate::prefilter::may_hold_math;

    #[test]
    fn the_prefilter_knows_every_symbol() {
        let symbols = ('\0'..='\u{ffff}').filter(|c| is_strong(*c));
        assert!(symbols.clone().all(|c| super::has_strong_symbol(&format!("é {c}"))));
        let forms = symbols.flat_map(|c| {
            let code = u32::from(c);
            [format!("<p>a {c} b"), format!("<p>a &#{code}; b"), format!("<p>a &#x{code:X}; b")]
        });
        let unknown: Vec<_> = forms.filter(|page| !may_hold_math(page.as_bytes())).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }
}
