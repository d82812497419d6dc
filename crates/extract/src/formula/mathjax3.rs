//! `mjx-container` of MathJax 3 and 4.
//!
//! Best source first: the TeX that version 4 keeps in `data-latex`, the
//! assistive MathML, the glyphs of the CHTML or SVG output.

use super::source::{from_converted, from_tex};
use super::{Cx, Markup, Reading, find_name, mathml};
use crate::glyphs;
use cc_math_core::{FormulaKind, Loss};
use cc_math_html::{Dom, NodeId};

pub(super) const MARKUP: Markup =
    Markup { names: &["mjx-container"], classes: &[], attributes: &[], read };

fn read(cx: &Cx<'_>, node: NodeId) -> Option<Reading> {
    let display = is_display(cx.dom, node);
    tex(cx, node, display)
        .or_else(|| assistive(cx, node, display))
        .or_else(|| rendered(cx, node, display))
        .or(Some(Reading::Lost(FormulaKind::MathjaxContainer, Loss::Unconvertible)))
}

fn is_display(dom: &Dom, node: NodeId) -> bool {
    matches!(dom.attr(node, "display"), Some("true" | "block" | ""))
}

/// TeX on the container itself or on the root of the formula.
fn tex(cx: &Cx<'_>, node: NodeId, display: bool) -> Option<Reading> {
    let root = std::iter::once(node).chain(
        cx.dom.descendants(node).filter(|n| is_root(cx.dom, *n)).take(3),
    );
    let source = root
        .filter_map(|n| cx.dom.attr(n, "data-latex").or_else(|| cx.dom.attr(n, "data-tex")))
        .find(|source| !source.trim().is_empty())?;
    Some(from_tex(cx, source, display, FormulaKind::MathjaxContainer))
}

fn is_root(dom: &Dom, node: NodeId) -> bool {
    matches!(dom.name(node), "mjx-math" | "math") || dom.attr(node, "data-mml-node") == Some("math")
}

fn assistive(cx: &Cx<'_>, node: NodeId, display: bool) -> Option<Reading> {
    let math = find_name(cx.dom, node, "math")?;
    match mathml::from_node(cx, math, Some(display))? {
        Reading::Formula(claim) => Some(Reading::Formula(crate::render::Claim {
            kind: FormulaKind::MathjaxContainer,
            ..claim
        })),
        _ => None,
    }
}

fn rendered(cx: &Cx<'_>, node: NodeId, display: bool) -> Option<Reading> {
    let (tree, kind) = match find_name(cx.dom, node, "svg") {
        Some(_) => (glyphs::svg::tree(cx.dom, node)?, FormulaKind::MathjaxSvg),
        None => (glyphs::chtml::tree(cx.dom, node)?, FormulaKind::MathjaxChtml),
    };
    Some(from_converted(cc_math_tex::mathml::to_tex(&tree, tree.root()), display, kind))
}
