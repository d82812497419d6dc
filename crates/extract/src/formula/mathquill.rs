//! MathQuill: its embedded source, else its rendered spans.

use super::source::{from_converted, from_tex};
use super::{Cx, Markup, Reading, find, has_class};
use crate::glyphs;
use cc_math_core::FormulaKind;
use cc_math_html::NodeId;

pub(super) const MARKUP: Markup = Markup {
    names: &[],
    classes: &[
        "mathquill-embedded-latex",
        "mathquill-rendered-math",
        "mathquill-editable",
        "mq-math-mode",
        "mq-editable-field",
    ],
    attributes: &["mathquill-latex", "data-mathquill-latex"],
    read,
};

fn read(cx: &Cx<'_>, node: NodeId) -> Option<Reading> {
    let kind = FormulaKind::Mathquill;
    let attribute =
        ["mathquill-latex", "data-mathquill-latex"].iter().find_map(|name| cx.dom.attr(node, name));
    if let Some(tex) = attribute {
        return Some(from_tex(cx, tex, false, kind));
    }
    if let Some(tex) = selectable(cx, node) {
        return Some(from_tex(cx, &tex, false, kind));
    }
    if let Some(tree) = glyphs::mathquill::tree(cx.dom, node) {
        return Some(from_converted(cc_math_tex::mathml::to_tex(&tree, tree.root()), false, kind));
    }
    let text = cx.dom.text_content(node);
    cc_math_tex::delimiters::looks_like_math(text.trim()).then(|| from_tex(cx, &text, false, kind))
}

/// The source that MathQuill keeps for copying: `$x^2$` in a span of its own.
fn selectable(cx: &Cx<'_>, node: NodeId) -> Option<String> {
    let span = find(cx.dom, node, |n| {
        has_class(cx.dom, n, "mq-selectable") || has_class(cx.dom, n, "selectable")
    })?;
    let text = cx.dom.text_content(span);
    let body = text.trim().strip_prefix('$')?.strip_suffix('$')?.trim();
    (!body.is_empty()).then(|| body.to_owned())
}
