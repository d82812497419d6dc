//! jsMath, MathJax's predecessor: `<span class="math">` and `<div class="math">` hold bare TeX.

use super::source::from_tex;
use super::{Cx, Markup, Reading, has_class};
use cc_math_core::FormulaKind;
use cc_math_html::NodeId;

pub(super) const MARKUP: Markup =
    Markup { names: &[], classes: &["math", "jsMath", "typeset"], attributes: &[], read };

fn read(cx: &Cx<'_>, node: NodeId) -> Option<Reading> {
    if !cx.page.has_jsmath || !has_class(cx.dom, node, "math") {
        return None;
    }
    let only_text = cx.dom.children(node).all(|child| cx.dom.text(child).is_some());
    let text = cx.dom.text_content(node);
    (only_text && !text.trim().is_empty())
        .then(|| from_tex(cx, &text, cx.dom.name(node) == "div", FormulaKind::Jsmath))
}
