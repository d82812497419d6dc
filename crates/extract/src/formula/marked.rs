//! Elements marked as mathematics whose text is TeX, with or without delimiters:
//! pandoc's `span.math`, Distill's `d-math`, CKEditor's `math-tex`, Sphinx's
//! `div.math`, GitHub's `math-renderer`, GitLab's `code[data-math-style]`.

use super::source::from_tex;
use super::{Cx, Markup, Reading, classes};
use cc_math_core::FormulaKind;
use cc_math_html::{Dom, NodeId};
use cc_math_tex::delimiters::{looks_like_math, sole_formula};

pub(super) const MARKUP: Markup = Markup {
    names: &["d-math", "dt-math", "tex-math", "math-renderer", "mathjax", "tex", "latex", "la-tex", "math-field", "ck-math"],
    classes: &[
        "math", "math-tex", "math-inline", "math-display", "math-block", "inline-math", "block-math",
        "display-math", "tex", "latex", "arithmatex", "language-math", "math_inline", "math_block",
        "katex-inline", "katex-block", "katex-display", "mathjax-inline", "mathjax-block", "asciimath",
        "tex2jax_process", "mathjax_process", "inlinemath", "displaymath", "ztext-math", "lang-math",
        "katex-eq", "wp-katex-eq",
    ],
    attributes: &["data-math-style"],
    read,
};

fn read(cx: &Cx<'_>, node: NodeId) -> Option<Reading> {
    if !holds_only_text(cx.dom, node) {
        return None;
    }
    let text = cx.dom.text_content(node);
    let kind = FormulaKind::MarkedElement;
    if let Some(found) = sole_formula(&text) {
        let body = text.get(found.body.clone())?;
        return Some(from_tex(cx, body, found.display, super::raw::kind_of(&found.delimiter)));
    }
    let text = text.trim();
    if text.is_empty() || text.contains('$') || text.contains("\\(") || text.contains("\\[") {
        return None;
    }
    let sure = says_math_outright(cx.dom, node);
    (sure || (is_tex_class(cx.dom, node) && looks_like_math(text) && text.contains(['\\', '^', '_'])))
        .then(|| from_tex(cx, text, is_display(cx.dom, node), kind))
}

/// Text, possibly with line breaks; rendered markup is not ours to read.
fn holds_only_text(dom: &Dom, node: NodeId) -> bool {
    let mut seen = 0usize;
    dom.descendants(node).all(|n| {
        seen += 1;
        seen < 64 && (dom.text(n).is_some() || matches!(dom.name(n), "br" | "code" | "wbr"))
    })
}

/// An element that exists for mathematics, or a class pair only pandoc and kin write.
fn says_math_outright(dom: &Dom, node: NodeId) -> bool {
    if matches!(dom.name(node), "d-math" | "dt-math" | "tex-math" | "math-renderer" | "la-tex" | "ck-math") {
        return true;
    }
    if dom.attr(node, "data-math-style").is_some() {
        return true;
    }
    let has = |token: &str| classes(dom, node).any(|class| class == token);
    (has("math") && (has("inline") || has("display") || has("block")))
        || has("math-tex")
        || has("language-math")
        || has("math-inline")
        || has("math-display")
        || has("math-block")
}

fn is_tex_class(dom: &Dom, node: NodeId) -> bool {
    classes(dom, node).any(|class| MARKUP.classes.contains(&class)) || MARKUP.names.contains(&dom.name(node))
}

fn is_display(dom: &Dom, node: NodeId) -> bool {
    matches!(dom.name(node), "div" | "p" | "pre" | "figure" | "center")
        || classes(dom, node).any(|class| class.contains("display") || class.contains("block"))
        || dom.attr(node, "block").is_some()
        || dom.attr(node, "display").is_some_and(|value| value != "inline")
        || dom.attr(node, "data-math-style") == Some("display")
        || dom.attr(node, "mode") == Some("display")
        || (dom.name(node) == "code" && dom.parent(node).is_some_and(|p| dom.name(p) == "pre"))
}
