//! KaTeX output: annotation, else MathML, else the visual spans.

use super::source::{from_converted, from_tex};
use super::{Cx, Markup, Reading, find_name, has_class, mathml};
use crate::glyphs;
use crate::render::Claim;
use cc_math_core::{FormulaKind, Loss};
use cc_math_html::{Dom, NodeId};

pub(super) const MARKUP: Markup = Markup {
    names: &[],
    classes: &["katex-display", "katex", "katex-error", "katex-html", "katex-mathml"],
    attributes: &[],
    read,
};

fn read(cx: &Cx<'_>, node: NodeId) -> Option<Reading> {
    let display = is_display(cx.dom, node);
    if has_class(cx.dom, node, "katex-error") {
        return Some(from_tex(cx, &cx.dom.text_content(node), display, FormulaKind::Katex));
    }
    if has_class(cx.dom, node, "katex-display") && !is_rendered(cx.dom, node) {
        return None;
    }
    if has_class(cx.dom, node, "katex-html") && rendered_beside_source(cx.dom, node) {
        return Some(Reading::Hidden);
    }
    source(cx, node, display).or_else(|| visual(cx, node, display))
}

fn is_display(dom: &Dom, node: NodeId) -> bool {
    has_class(dom, node, "katex-display")
        || dom.parent(node).is_some_and(|parent| has_class(dom, parent, "katex-display"))
}

/// A block that holds KaTeX output rather than TeX yet to be rendered.
fn is_rendered(dom: &Dom, node: NodeId) -> bool {
    super::find(dom, node, |n| has_class(dom, n, "katex") || dom.name(n) == "math").is_some()
}

/// Visual spans whose MathML twin stands as a sibling outside any `.katex`.
fn rendered_beside_source(dom: &Dom, node: NodeId) -> bool {
    dom.previous_sibling(node).is_some_and(|twin| has_class(dom, twin, "katex-mathml"))
}

fn source(cx: &Cx<'_>, node: NodeId, display: bool) -> Option<Reading> {
    let math = find_name(cx.dom, node, "math")?;
    let block = cx.dom.attr(math, "display") == Some("block");
    match mathml::from_node(cx, math, Some(display || block))? {
        Reading::Formula(claim) => {
            Some(Reading::Formula(Claim { kind: FormulaKind::Katex, ..claim }))
        }
        _ => None,
    }
}

fn visual(cx: &Cx<'_>, node: NodeId, display: bool) -> Option<Reading> {
    let kind = FormulaKind::KatexHtml;
    let Some(tree) = glyphs::katex::tree(cx.dom, node) else {
        let blank = cx.dom.text_content(node).trim().is_empty();
        return blank.then_some(Reading::Lost(kind, Loss::Empty));
    };
    Some(from_converted(cc_math_tex::mathml::to_tex(&tree, tree.root()), display, kind))
}
