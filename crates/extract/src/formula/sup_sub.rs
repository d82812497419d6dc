//! `x<sup>2</sup>`, `a<sub>i</sub>` in a page without any other mathematics.
//!
//! Only letters that stand as variables are taken: a single letter (often in
//! `<i>` or `<var>`), a closing bracket or a number, followed by scripts. Words
//! with footnote marks, ordinals and chemical formulas stay text.

use super::{Mark, Segment, Spotted};
use crate::render::Claim;
use cc_math_core::{FormulaKind, Status};
use cc_math_html::{Dom, NodeId, local_name};

/// Bytes of a base or a script beyond which it is no formula.
const MAX_SCRIPT: usize = 24;

/// Marks the formula that a script belongs to, if it does.
pub(super) fn spot(dom: &Dom, script: NodeId, spotted: &mut Spotted) {
    if spotted.mark(script) == Mark::Nothing {
        take(dom, script, spotted);
    }
}

pub(super) fn is_script(dom: &Dom, node: NodeId) -> bool {
    let name = dom.element(node).map(|element| &element.name);
    matches!(name, Some(&local_name!("sup") | &local_name!("sub")))
}

fn take(dom: &Dom, first: NodeId, spotted: &mut Spotted) {
    let Some(base) = Base::before(dom, first) else { return };
    let mut tex = base.tex.clone();
    let mut scripts = vec![first];
    let Some(script) = script_tex(dom, first) else { return };
    tex.push_str(&script);
    if let Some(second) =
        dom.next_sibling(first).filter(|n| is_script(dom, *n) && dom.name(*n) != dom.name(first))
    {
        let Some(script) = script_tex(dom, second) else { return };
        tex.push_str(&script);
        scripts.push(second);
    }
    let claim = Claim {
        tex,
        display: false,
        kind: FormulaKind::SupSub,
        status: Status::Recovered,
        verbatim: false,
    };
    let claim = spotted.add(claim);
    spotted.add_segment(base.node, Segment { range: base.range, claim: Some(claim) });
    for script in scripts {
        spotted.hide(script);
    }
}

/// What a script hangs on.
struct Base {
    node: NodeId,
    range: std::ops::Range<usize>,
    tex: String,
}

impl Base {
    /// The last character before the script, if it is a letter set as a variable.
    fn before(dom: &Dom, script: NodeId) -> Option<Self> {
        let previous = dom.previous_sibling(script)?;
        let (node, italic) = match dom.name(previous) {
            name if is_italic(name) => (dom.last_child(previous)?, true),
            "" => {
                (previous, dom.parent(previous).is_some_and(|parent| is_italic(dom.name(parent))))
            }
            _ => return None,
        };
        let text = dom.text(node)?;
        let last = text.chars().next_back()?;
        let start = text.len() - last.len_utf8();
        let before = text.get(..start)?.chars().next_back();
        let stands_alone = before.is_none_or(|c| !c.is_alphanumeric());
        let tex = symbol(last)?;
        let fits = last.is_alphabetic() && stands_alone;
        (fits && italic).then_some(Self { node, range: start..text.len(), tex })
    }
}

fn is_italic(name: &str) -> bool {
    matches!(name, "i" | "em" | "var")
}

/// A letter as TeX: Latin as it is, Greek as its command.
fn symbol(c: char) -> Option<String> {
    if c.is_ascii_alphabetic() {
        return Some(c.into());
    }
    crate::formula::unicode::greek(c).map(|name| format!("\\{name} "))
}

/// `^2`, `_{i+1}`: short scripts of letters, digits and signs.
fn script_tex(dom: &Dom, script: NodeId) -> Option<String> {
    let plain = dom
        .descendants(script)
        .all(|n| matches!(dom.name(n), "" | "i" | "em" | "var" | "b" | "span"));
    let text = dom.text_content(script);
    let text = text.trim();
    if !plain || text.is_empty() || text.len() > MAX_SCRIPT || !text.chars().all(is_script_char) {
        return None;
    }
    if matches!(text, "st" | "nd" | "rd" | "th" | "TM" | "tm" | "SM") {
        return None;
    }
    let body: Option<String> =
        text.chars().filter(|c| !c.is_whitespace()).map(script_symbol).collect();
    let body = body?;
    let body = body.trim_end();
    let mark = if dom.name(script) == "sup" { '^' } else { '_' };
    let single = body.chars().count() == 1;
    Some(if single { format!("{mark}{body}") } else { format!("{mark}{{{body}}}") })
}

fn is_script_char(c: char) -> bool {
    c.is_alphanumeric()
        || c.is_whitespace()
        || matches!(c, '+' | '-' | '−' | '*' | '/' | ',' | '(' | ')' | '=' | '\'' | '′')
}

fn script_symbol(c: char) -> Option<String> {
    match c {
        '−' => Some("-".into()),
        '′' => Some("'".into()),
        c if c.is_ascii() => Some(c.into()),
        c => symbol(c),
    }
}
