//! From a source form (TeX, MathML) to a reading: the steps all kinds share.

use super::{Cx, Reading};
use crate::render::Claim;
use cc_math_core::{Downgrade, FormulaKind, Loss, Status};
use cc_math_html::{Dom, NodeId};
use cc_math_tex::macros::Macros;
use cc_math_tex::{Converted, Fidelity, MathDom};

/// A page's nodes as a MathML tree.
pub(crate) struct PageMath<'a>(pub(crate) &'a Dom<'a>);

impl MathDom for PageMath<'_> {
    type Node = NodeId;

    fn name(&self, node: NodeId) -> &str {
        let name = self.0.name(node);
        name.rsplit_once(':').map_or(name, |(_, local)| local)
    }

    fn attr(&self, node: NodeId, name: &str) -> Option<&str> {
        self.0.attr(node, name)
    }

    fn text(&self, node: NodeId) -> Option<&str> {
        self.0.text(node)
    }

    fn first_child(&self, node: NodeId) -> Option<NodeId> {
        self.0.first_child(node)
    }

    fn next_sibling(&self, node: NodeId) -> Option<NodeId> {
        self.0.next_sibling(node)
    }
}

/// A formula whose TeX is in the page.
pub(crate) fn from_tex(_cx: &Cx<'_>, tex: &str, display: bool, kind: FormulaKind) -> Reading {
    let tex = cc_math_tex::clean(tex).into_owned();
    if tex.is_empty() {
        return Reading::Lost(kind, Loss::Empty);
    }
    Reading::Formula(Claim { tex, display, kind, status: Status::Recovered, verbatim: true })
}

/// Expands the page's macros in the formulas its author wrote. What only
/// defines macros or opens groups is left empty: it shows nothing.
pub(super) fn settle(claims: &mut [Claim], macros: &mut Macros) {
    for claim in claims.iter().filter(|claim| claim.verbatim && may_define(&claim.tex)) {
        macros.learn(&claim.tex);
    }
    for claim in claims.iter_mut().filter(|claim| claim.verbatim) {
        let expanded = macros.expand(&claim.tex).tex;
        if is_blank(&expanded) {
            claim.tex = String::new();
            continue;
        }
        if !cc_math_tex::check::check(&expanded).well_formed {
            claim.status = Status::Downgraded(Downgrade::Malformed);
        }
        claim.tex = expanded.into_owned();
    }
}

fn may_define(tex: &str) -> bool {
    ["command", "\\def", "\\let", "\\Declare"].iter().any(|word| tex.contains(word))
}

/// A formula that a converter made.
pub(crate) fn from_converted(converted: Converted, display: bool, kind: FormulaKind) -> Reading {
    let status = match converted.fidelity {
        Fidelity::Exact => Status::Recovered,
        Fidelity::Flattened => Status::Downgraded(Downgrade::Flattened),
        Fidelity::Limited => Status::Downgraded(Downgrade::Limited),
        Fidelity::Empty => return Reading::Lost(kind, Loss::Empty),
    };
    if converted.tex.trim().is_empty() {
        return Reading::Lost(kind, Loss::Empty);
    }
    Reading::Formula(Claim { tex: converted.tex, display, kind, status, verbatim: false })
}

/// Nothing is left to show: white space, empty groups, grouping, set-up commands.
fn is_blank(tex: &str) -> bool {
    let mut rest = tex.trim();
    while !rest.is_empty() {
        match after_noise(rest) {
            Some(tail) => rest = tail.trim_start(),
            None => return false,
        }
    }
    true
}

/// Commands that set something up and show nothing, with their number of arguments.
const SET_UP: &[(&str, usize)] = &[
    ("\\begingroup", 0),
    ("\\endgroup", 0),
    ("\\relax", 0),
    ("\\,", 0),
    ("{", 0),
    ("}", 0),
    ("\\definecolor", 3),
    ("\\require", 1),
    ("\\label", 1),
    ("\\setcounter", 2),
];

fn after_noise(tex: &str) -> Option<&str> {
    SET_UP.iter().find_map(|(command, arguments)| {
        let mut rest = tex.strip_prefix(command)?;
        for _ in 0..*arguments {
            rest = rest.trim_start().strip_prefix('{')?.split_once('}')?.1;
        }
        Some(rest)
    })
}

/// True if an alternative text is TeX and not a sentence.
pub(crate) fn is_tex(alt: &str) -> bool {
    if alt.contains(['\\', '^', '_', '{']) {
        return true;
    }
    let words = alt.split_ascii_whitespace().filter(|word| is_word(word)).count();
    !alt.is_empty() && words == 0
}

/// Two or more letters in a row and nothing else.
fn is_word(text: &str) -> bool {
    text.chars().count() > 1 && text.chars().all(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn set_up_alone_shows_nothing() {
        let check = |tex: &str, expected: bool| assert_eq!(is_blank(tex), expected, "{tex}");
        check("", true);
        check(r"\begingroup", true);
        check(r"{} \definecolor{fill}{gray}{0.9}", true);
        check(r"\begingroup x", false);
        check(r"\definecolor{a}", false);
    }

    #[test]
    fn alternative_texts_are_told_from_sentences() {
        let check = |alt: &str, expected: bool| assert_eq!(is_tex(alt), expected, "{alt}");
        check(r"\frac12", true);
        check("x", true);
        check("f(x)", true);
        check("x squared plus one", false);
        check("", false);
    }
}
