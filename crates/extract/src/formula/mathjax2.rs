//! What MathJax 2 leaves in a saved page: previews and rendered spans.
//!
//! Beside its source script each is a duplicate and hidden. Without one, the
//! MathML that MathJax keeps for assistive technology is read, else the glyphs.

use super::math_script::is_math_script;
use super::source::from_converted;
use super::{Cx, Markup, Reading, classes, find, find_name, has_class, mathml};
use crate::glyphs;
use cc_math_core::FormulaKind;
use cc_math_html::{Dom, NodeId};

pub(super) const MARKUP: Markup = Markup {
    names: &[],
    classes: &[
        "MathJax",
        "MathJax_CHTML",
        "MathJax_Display",
        "MathJax_Error",
        "MathJax_MathML",
        "MathJax_PHTML",
        "MathJax_PlainSource",
        "MathJax_PlainSource_Display",
        "MathJax_Preview",
        "MathJax_SVG",
        "MathJax_SVG_Display",
        "MJXc-display",
        "MJXp-display",
        "MJXp-math",
        "mjx-chtml",
        "mjx-full-width",
    ],
    attributes: &[],
    read,
};

fn read(cx: &Cx<'_>, node: NodeId) -> Option<Reading> {
    if cx.dom.name(node).starts_with("mjx-container") {
        return None;
    }
    if source_follows(cx.dom, node) {
        return Some(Reading::Hidden);
    }
    if has_class(cx.dom, node, "MathJax_Preview") {
        return None;
    }
    let display = is_display(cx.dom, node);
    kept_mathml(cx, node, display).or_else(|| rendered(cx, node, display))
}

/// Siblings looked at for the source of a formula: other forms of it, and blanks between them.
const MOST_FORMS: usize = 8;

/// MathJax 2 puts its output directly before the script it came from.
fn source_follows(dom: &Dom, node: NodeId) -> bool {
    let siblings = std::iter::successors(dom.next_sibling(node), |node| dom.next_sibling(*node));
    let blank = |node: NodeId| dom.text(node).is_some_and(|text| text.trim().is_empty());
    let mut others = siblings.take(MOST_FORMS).skip_while(|n| blank(*n) || is_output(dom, *n));
    others.next().is_some_and(|node| is_math_script(dom, node))
}

fn is_output(dom: &Dom, node: NodeId) -> bool {
    classes(dom, node).any(|class| MARKUP.classes.contains(&class))
}

fn is_display(dom: &Dom, node: NodeId) -> bool {
    let block = |node| {
        classes(dom, node).any(|class| {
            class.ends_with("_Display") || class.ends_with("-display") || class == "mjx-full-width"
        })
    };
    block(node) || dom.parent(node).is_some_and(block) || find(dom, node, block).is_some()
}

fn kept_mathml(cx: &Cx<'_>, node: NodeId, display: bool) -> Option<Reading> {
    let kept = |n| cx.dom.attr(n, "data-mathml");
    let below = || kept(find(cx.dom, node, |n| kept(n).is_some())?);
    if let Some(source) = kept(node).or_else(below) {
        return Some(mathml::from_markup(cx, source, Some(display), FormulaKind::Mathml));
    }
    let math = find_name(cx.dom, node, "math")?;
    mathml::from_node(cx, math, Some(display))
}

fn rendered(cx: &Cx<'_>, node: NodeId, display: bool) -> Option<Reading> {
    let tree = glyphs::mathjax2::tree(cx.dom, node)?;
    let kind = match find_name(cx.dom, node, "svg") {
        Some(_) => FormulaKind::MathjaxSvg,
        None => FormulaKind::MathjaxChtml,
    };
    Some(from_converted(cc_math_tex::mathml::to_tex(&tree, tree.root()), display, kind))
}
